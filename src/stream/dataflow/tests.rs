//! The graph as a whole: nothing lost, any number of workers agree, and it ends when the feed does.

use super::*;
use crate::domain::{BayStatus, Observation, SourceIx, SourceKind};
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
    let config = Config { workers, queue_batches: 2, ..Config::default() };
    let (stream, mut feed) = start(&config, registry, model.clone(), Arc::new(Metrics::new()), 100).unwrap();
    for (i, part) in all.chunks(700).enumerate() {
        feed.push(Batch { ingest_at: Millis(T0 + 10_000 + i as u64), claims: part.to_vec() });
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
        assert_eq!(*one.bays.lock().unwrap(), *other.bays.lock().unwrap(), "{workers} workers, reversed {reversed}");
        assert_eq!(*one.zones.lock().unwrap(), *other.zones.lock().unwrap());
    }
}

#[test]
fn an_idle_stream_still_sees_time_pass() {
    let registry = testing::city(1, 1);
    let model = Arc::new(Remembered::default());
    let config = Config { stale_after_s: 1, ..Config::default() };
    let (stream, mut feed) = start(&config, registry.clone(), model.clone(), Arc::new(Metrics::new()), 100).unwrap();
    let mut one = claims(&registry, 2);
    one.remove(0);
    feed.push(Batch { ingest_at: Millis(T0 + 100), claims: one });
    stream.progress.go_live();
    for i in 0..20 {
        feed.push(Batch { ingest_at: Millis(T0 + 1000 + i * 100), claims: vec![] });
    }
    // With the end of the feed there is no time any more.
    while stream.progress.frontier() < Millis(T0 + 2900) {
        std::thread::yield_now();
    }
    drop(feed);
    stream.join().unwrap();
    assert!(model.zones.lock().unwrap()[&crate::domain::ZoneIx(0)].stale);
}
