//! The simulator knows what really happened: settled visits against it, with perfect sensors and
//! with the usual faults.
//!
//! One city and its day; `BAYHUB_CASES=20` for twenty.

use crate::long::{cases, figure};
use bayhub::clock::ManualClock;
use bayhub::domain::{
    AmendmentLength, AmendmentLog, Batch, Corrections, Door, KeyAccount, Millis, Parcel, Pass,
    SettledHour, SettledSink, SharedRemit, SourceKind, Speaker, Visit, VisitChange,
};
use bayhub::ingest::codec;
use bayhub::ingest::gate::{self, Gate};
use bayhub::live::{Live, Room};
use bayhub::metrics::Metrics;
use bayhub::registry::Registry;
use bayhub::stream::{self, Feed, Saved, Settlement, Stream};
use sensors_sim::{Change, City, CityParams, Faults, Outbox, Sim, SimParams};
use std::collections::{BTreeMap, HashMap};
use std::io;
use std::sync::{Arc, Mutex};

const START: u64 = 1_795_402_800_000;
const HOURS: u64 = 6;
const HOUR: u64 = 3_600_000;
/// How often a lamp post looks.
const SAMPLE: u64 = 12_000;
const BAYS: u32 = 2000;
/// After all that is looked at.
const BEYOND: u64 = START + 100 * HOUR;

/// Adds up what it is told.
#[derive(Default)]
struct Sum(Mutex<BTreeMap<Visit, i32>>);

impl SettledSink for Sum {
    fn try_hour(&self, _: u32, _: u32, hour: &Arc<SettledHour>) -> bool {
        let mut all = self.0.lock().expect("nobody panicked");
        hour.visits
            .iter()
            .for_each(|v| *all.entry(*v).or_default() += 1);
        true
    }

    fn try_corrections(&self, _: u32, _: u32, corrections: &Arc<Corrections>) -> bool {
        let mut all = self.0.lock().expect("nobody panicked");
        for change in &corrections.visits {
            *all.entry(*change.visit()).or_default() += if matches!(change, VisitChange::Assert(_))
            {
                1
            } else {
                -1
            };
        }
        true
    }

    fn given_up(&self, _: Millis, _: bool) {}
}

/// Blocks in memory.
#[derive(Default)]
struct Kept(HashMap<(Millis, u32), Vec<u64>>);

impl AmendmentLog for Kept {
    fn append(&mut self, hour: Millis, group: u32, words: Vec<u64>) {
        self.0.entry((hour, group)).or_default().extend(words);
    }

    fn done(&mut self) -> Option<(Vec<u64>, io::Result<()>)> {
        None
    }

    fn read(&mut self, hour: Millis, group: u32, into: &mut Vec<u64>) -> io::Result<()> {
        into.extend(self.0.get(&(hour, group)).into_iter().flatten());
        Ok(())
    }

    fn kept_from(&self) -> Millis {
        Millis::NEVER
    }

    fn forget(&mut self, _: Millis) {}

    fn too_late(&mut self, _: &[u8]) -> io::Result<()> {
        Ok(())
    }

    fn lengths(&mut self) -> Vec<AmendmentLength> {
        vec![]
    }
}

/// A visit as it was: bay, from, to.
type Truth = (String, u64, u64);

/// A city whose sensors report to a hub's gate and stream.
struct Scene {
    sim: Sim,
    registry: Arc<Registry>,
    clock: Arc<ManualClock>,
    gate: Gate,
    speakers: Vec<Speaker>,
    stream: Stream,
    feed: Feed,
    sum: Arc<Sum>,
    _folder: tempfile::TempDir,
}

impl Scene {
    fn open(faults: Faults, seed: u64) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let city = City::generate(&CityParams {
            bays: BAYS,
            seed,
            ..CityParams::default()
        });
        city.write(dir.path()).expect("room on disk");
        let registry = Arc::new(
            Registry::open(dir.path(), &dir.path().join("data"), &[]).expect("a sound city"),
        );
        let params = SimParams {
            faults,
            seed,
            start_hour: Some(9.0),
            app_walks_per_min: Some(0.0),
            sample_s: SAMPLE as f64 / 1000.0,
            ..SimParams::default()
        };
        let sim = Sim::new(city, params, START);
        let sensor = |id: &str| Speaker {
            source: registry
                .enrol_source(id, SourceKind::Sensor)
                .expect("room for it"),
            kind: SourceKind::Sensor,
            id: id.into(),
            pass: Pass::default(),
            uplinks: false,
            remit: SharedRemit::default(),
            account: KeyAccount::default(),
        };
        let speakers = sim.plan().sources().iter().map(|s| sensor(&s.id)).collect();
        let clock = Arc::new(ManualClock::default());
        let metrics = Arc::new(Metrics::new());
        let gate = Gate::new(
            registry.clone(),
            clock.clone(),
            metrics.clone(),
            gate::Config::default(),
        );
        let sum = Arc::new(Sum::default());
        let (stream, feed) = settling(&registry, metrics, &sum);
        Self {
            sim,
            registry,
            clock,
            gate,
            speakers,
            stream,
            feed,
            sum,
            _folder: dir,
        }
    }

    /// Lets the hours pass, second by second. What truly happened.
    fn pass(&mut self) -> Vec<Change> {
        let mut out = Outbox::default();
        while self.sim.fill(&mut out.messages) {}
        let mut truth: Vec<_> = self.sim.truth().collect();
        for now in (START..START + HOURS * HOUR).step_by(1000) {
            self.clock.set(Millis(now));
            self.sim.step(now, &mut out);
            let mut parcel = Parcel::default();
            for m in out
                .messages
                .drain(..)
                .filter(|m| m.topic == sensors_sim::Topic::Report)
            {
                self.gate.take(
                    &self.speakers[m.link as usize],
                    Door::Mqtt,
                    &"test",
                    &codec::REPORT,
                    &m.payload,
                    &mut parcel,
                );
            }
            assert!(parcel.refusals.is_empty(), "{:?}", parcel.refusals);
            self.feed.push(Batch {
                ingest_at: Millis(now),
                claims: parcel.claims,
            });
            truth.append(&mut out.truth);
        }
        truth
    }

    /// Goes on until everything is settled, and ends. What was settled: by bay, in order.
    fn settle(mut self) -> HashMap<String, Vec<Visit>> {
        let turnover = self.stream.turnover.clone().expect("it settles");
        let mut end = START + HOURS * HOUR;
        while turnover.settled().0 < START + HOURS * HOUR {
            end += 60_000;
            self.feed.push(Batch {
                ingest_at: Millis(end),
                claims: vec![],
            });
        }
        drop(self.feed);
        self.stream.join().expect("no panic");

        let city = self.registry.city();
        let told = self.sum.0.lock().expect("nobody panicked");
        let mut settled: HashMap<String, Vec<Visit>> = HashMap::new();
        for (visit, times) in told.iter().filter(|(_, times)| **times != 0) {
            assert_eq!(*times, 1);
            let bay = city.bay_numbered(visit.bay).expect("a bay of the city");
            settled
                .entry(city.bay_id(bay).to_string())
                .or_default()
                .push(*visit);
        }
        settled
    }
}

fn settling(registry: &Arc<Registry>, metrics: Arc<Metrics>, sum: &Arc<Sum>) -> (Stream, Feed) {
    let room = Room {
        spare_bays: 0,
        spare_zones: 0,
        subscribers: 1,
    };
    let settlement = Settlement {
        sink: sum.clone(),
        kept: Arc::new(|_| Box::new(Kept::default())),
        waiting: None,
    };
    stream::resume(
        &stream::Config::default(),
        registry.clone(),
        Arc::new(Live::new(&registry.city(), room)),
        metrics,
        1000,
        Saved::default(),
        Some(settlement),
    )
    .expect("threads")
}

/// The visits that the changes of bays of the registry make up, as far as their beginning is among
/// them. Who still stands there has come too, and may have come at once after another.
fn visits(changes: Vec<Change>, city: &City) -> Vec<Truth> {
    let mut open: HashMap<u32, u64> = HashMap::new();
    let mut visits = Vec::new();
    for c in changes.into_iter().filter(|c| c.lot < BAYS) {
        if c.occupied {
            open.insert(c.lot, c.at);
        } else if let Some(from) = open.remove(&c.lot) {
            visits.push((city.bay_id(c.lot).to_owned(), from, c.at));
        }
    }
    let id = |lot: u32| city.bay_id(lot).to_owned();
    visits.extend(open.into_iter().map(|(lot, from)| (id(lot), from, BEYOND)));
    visits
}

fn cities() -> impl Iterator<Item = u64> {
    1..=u64::from(cases(1))
}

/// Six hours of the city of that seed. What truly happened, and what was settled: by bay, in order.
fn six_hours(faults: Faults, seed: u64) -> (Vec<Truth>, HashMap<String, Vec<Visit>>) {
    let mut scene = Scene::open(faults, seed);
    let changes = scene.pass();
    let truth = visits(changes, scene.sim.city());
    (truth, scene.settle())
}

/// Both ends within `slack` after those of the truth.
fn matches(v: &Visit, (_, from, to): &Truth, slack: u64) -> bool {
    let near = |settled: u64, was: u64| settled + slack >= was && settled <= was + slack;
    v.is_whole() && near(v.start.0, *from) && near(v.end.0, *to)
}

/// Those that can be told: over two minutes, done before the last hour told ends, and with both
/// neighbours at least two looks away: a gap that falls between two looks is seen by nobody.
fn to_be_found(truth: &[Truth]) -> Vec<&Truth> {
    let end = START + (HOURS - 1) * HOUR;
    let near = |t: &Truth| {
        truth.iter().any(|o| {
            let gap = if o.1 >= t.2 {
                o.1 - t.2
            } else {
                t.1.saturating_sub(o.2)
            };
            o.0 == t.0 && (o.1 >= t.2 || o.2 <= t.1) && gap <= SAMPLE
        })
    };
    truth
        .iter()
        .filter(|t| t.2 - t.1 > 120_000 + SAMPLE && t.2 < end && t.1 > START + SAMPLE && !near(t))
        .collect()
}

#[test]
fn with_perfect_sensors_every_visit_is_settled_to_within_the_sampling_interval() {
    cities().for_each(every_visit_is_settled);
}

fn every_visit_is_settled(seed: u64) {
    let (truth, settled) = six_hours(Faults::none(), seed);
    let wanted = to_be_found(&truth);
    assert!(wanted.len() > 500, "{} visits", wanted.len());
    let found = |t: &&&Truth| {
        settled
            .get(&t.0)
            .is_some_and(|all| all.iter().any(|v| matches(v, t, SAMPLE)))
    };
    let lost: Vec<_> = wanted.iter().filter(|t| !found(t)).collect();
    assert!(
        lost.is_empty(),
        "{} of {}: {:?}",
        lost.len(),
        wanted.len(),
        &lost[..lost.len().min(3)]
    );
    figure(&format!(
        "perfect sensors, city {seed}: {} of {} visits settled as they were",
        wanted.len() - lost.len(),
        wanted.len()
    ));
}

#[test]
fn with_the_usual_faults_nearly_all_are() {
    cities().for_each(nearly_all_are);
}

fn nearly_all_are(seed: u64) {
    let (truth, settled) = six_hours(Faults::default(), seed);
    let wanted = to_be_found(&truth);
    let end = START + (HOURS - 1) * HOUR;
    let slack = 60_000;
    let recalled = wanted
        .iter()
        .filter(|t| {
            settled
                .get(&t.0)
                .is_some_and(|all| all.iter().any(|v| matches(v, t, slack)))
        })
        .count();
    let told: Vec<(&String, &Visit)> = settled
        .iter()
        .flat_map(|(bay, all)| all.iter().map(move |v| (bay, v)))
        .collect();
    let told: Vec<_> = told
        .into_iter()
        .filter(|(_, v)| v.is_whole() && v.stay_ms() >= 120_000 && v.end.0 < end)
        .collect();
    let right = told
        .iter()
        .filter(|(bay, v)| truth.iter().any(|t| t.0 == **bay && matches(v, t, slack)))
        .count();
    let recall = recalled as f64 / wanted.len() as f64;
    let precision = right as f64 / told.len() as f64;
    figure(&format!(
        "usual faults, city {seed}: recall {recall:.3} of {}, precision {precision:.3} of {}",
        wanted.len(),
        told.len()
    ));
    assert!(
        recall > 0.9 && precision > 0.75,
        "recall {recall}, precision {precision}"
    );
}
