//! The graph as a whole: nothing lost, any number of workers agree, and it ends when the feed does.

use super::*;
use crate::domain::{
    AmendmentLength, Backing, BayIx, BayStatus, Claim, Corrections, Millis, Observation,
    SettledHour, SourceIx, SourceKind,
};
use crate::testing::{self, Remembered};

const T0: u64 = 1_795_402_800_000;

fn claims(registry: &Registry, n: u64) -> Vec<Claim> {
    let bays = u64::from(registry.city().bay_slots());
    (0..n)
        .map(|i| {
            Claim::Bay(Observation {
                at: Millis(T0 + i * 7 % 5000),
                seq: i,
                bay: BayIx((i * 2_654_435_761 % bays) as u32),
                source: SourceIx((i % 13) as u32),
                source_kind: SourceKind::Sensor,
                status: BayStatus::ALL[(i * 31 % 4) as usize],
                confidence: 200,
                backing: Backing::default(),
            })
        })
        .collect()
}

fn run(workers: usize, reversed: bool) -> (Arc<Remembered>, u64) {
    let registry = testing::city(60, 20);
    let mut all = claims(&registry, 20_000);
    if reversed {
        all.reverse();
    }
    let model = Arc::new(Remembered::default());
    let config = Config {
        workers,
        queue_batches: 2,
        ..Config::default()
    };
    let (stream, mut feed) = start(
        &config,
        registry,
        model.clone(),
        Arc::new(Metrics::new()),
        100,
    )
    .unwrap();
    for (i, part) in all.chunks(700).enumerate() {
        feed.push(Batch {
            ingest_at: Millis(T0 + 10_000 + i as u64),
            claims: part.to_vec(),
        });
    }
    drop(feed);
    let progress = stream.progress.clone();
    stream.join().unwrap();
    (model, progress.applied())
}

#[test]
fn every_claim_is_applied_whatever_the_number_of_workers_and_their_order() {
    let (one, applied) = run(1, false);
    assert_eq!(applied, 20_000);
    for (workers, reversed) in [(1, true), (2, false), (3, true)] {
        let (other, applied) = run(workers, reversed);
        assert_eq!(applied, 20_000, "{workers} workers");
        assert_eq!(
            *one.bays.lock().unwrap(),
            *other.bays.lock().unwrap(),
            "{workers} workers, reversed {reversed}"
        );
        assert_eq!(*one.zones.lock().unwrap(), *other.zones.lock().unwrap());
    }
}

#[test]
fn an_idle_stream_still_sees_time_pass() {
    let registry = testing::city(1, 1);
    let model = Arc::new(Remembered::default());
    let config = Config {
        stale_after_s: 1,
        ..Config::default()
    };
    let (stream, mut feed) = start(
        &config,
        registry.clone(),
        model.clone(),
        Arc::new(Metrics::new()),
        100,
    )
    .unwrap();
    let mut one = claims(&registry, 2);
    one.remove(0);
    feed.push(Batch {
        ingest_at: Millis(T0 + 100),
        claims: one,
    });
    stream.progress.go_live();
    for i in 0..20 {
        feed.push(Batch {
            ingest_at: Millis(T0 + 1000 + i * 100),
            claims: vec![],
        });
    }
    let begun = std::time::Instant::now();
    while !model
        .zones
        .lock()
        .unwrap()
        .get(&crate::domain::ZoneIx(0))
        .is_some_and(|z| z.stale)
    {
        assert!(
            begun.elapsed().as_secs() < 60,
            "time has passed and nobody noticed"
        );
        std::thread::yield_now();
    }
    drop(feed);
    stream.join().unwrap();
}

/// Takes every hour, and keeps no reports.
#[derive(Default)]
struct Sink(Mutex<std::collections::BTreeMap<(Millis, u32), Arc<SettledHour>>>);

impl SettledSink for Sink {
    fn try_hour(&self, part: u32, _: u32, hour: &Arc<SettledHour>) -> bool {
        self.0
            .lock()
            .unwrap()
            .insert((hour.hour, part), hour.clone());
        true
    }

    fn try_corrections(&self, _: u32, _: u32, _: &Arc<Corrections>) -> bool {
        true
    }

    fn given_up(&self, _: Millis, _: bool) {}
}

struct NoneKept;

impl AmendmentLog for NoneKept {
    fn append(&mut self, _: Millis, _: u32, _: Vec<u64>) {}

    fn done(&mut self) -> Option<(Vec<u64>, std::io::Result<()>)> {
        None
    }

    fn read(&mut self, _: Millis, _: u32, _: &mut Vec<u64>) -> std::io::Result<()> {
        Ok(())
    }

    fn kept_from(&self) -> Millis {
        Millis::MAX
    }

    fn forget(&mut self, _: Millis) {}

    fn too_late(&mut self, _: &[u8]) -> std::io::Result<()> {
        Ok(())
    }

    fn lengths(&mut self) -> Vec<AmendmentLength> {
        vec![]
    }
}

#[test]
fn settled_hours_come_out_whole_whatever_the_number_of_workers() {
    let told = |workers: usize, live: bool| {
        let registry = testing::city(60, 20);
        let sink = Arc::new(Sink::default());
        let config = Config {
            workers,
            queue_batches: 2,
            ..Config::default()
        };
        let settlement = Settlement {
            sink: sink.clone(),
            kept: Arc::new(|_| Box::new(NoneKept)),
            waiting: None,
        };
        let model = Arc::new(Remembered::default());
        let metrics = Arc::new(Metrics::new());
        let (stream, mut feed) = resume(
            &config,
            registry.clone(),
            model,
            metrics,
            100,
            Saved::default(),
            Some(settlement),
        )
        .unwrap();
        if live {
            stream.progress.go_live();
        }
        let mut all = claims(&registry, 20_000);
        for (i, claim) in all.iter_mut().enumerate() {
            let Claim::Bay(o) = claim else { continue };
            (o.at, o.confidence) = (Millis(T0 + i as u64 * 200), 255);
            // Each bay is reported every four minutes, and then always something else.
            o.status = [BayStatus::Vacant, BayStatus::Occupied][(i / 1200 + i) % 2];
        }
        for part in all.chunks(500) {
            let Some(Claim::Bay(last)) = part.last() else {
                continue;
            };
            feed.push(Batch {
                ingest_at: last.at.plus(20_000),
                claims: part.to_vec(),
            });
        }
        let mut end = Millis(T0 + 3 * 3_600_000);
        let turnover = stream.turnover.clone().unwrap();
        let begun = std::time::Instant::now();
        while turnover.settled().0 < T0 + 2 * 3_600_000 {
            assert!(
                begun.elapsed().as_secs() < 60,
                "time has passed and nothing is settled"
            );
            feed.push(Batch {
                ingest_at: end,
                claims: vec![],
            });
            end = end.plus(1);
        }
        drop(feed);
        stream.join().unwrap();
        let parts = sink.0.lock().unwrap().clone();
        let mut hours: std::collections::BTreeMap<Millis, SettledHour> =
            std::collections::BTreeMap::new();
        for ((hour, _), part) in parts {
            let all = hours.entry(hour).or_default();
            all.windows.extend(part.windows.clone());
            all.visits.extend(&part.visits);
            all.windows.sort_by_key(|w| (w.zone, w.from));
            all.visits.sort();
        }
        hours.retain(|hour, _| hour.0 < T0 + 2 * 3_600_000);
        hours
    };
    let one = told(1, false);
    assert!(
        one.values()
            .any(|h| h.visits.len() > 1000 && h.windows.len() > 600)
    );
    for (workers, live) in [(1, true), (2, false), (3, true)] {
        assert_eq!(told(workers, live), one, "{workers} workers");
    }
}
