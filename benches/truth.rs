//! How true settled visits are: the simulator's ground truth against what the gate and the stream make of its messages.
//!
//! A city is lived through in its own time (eight hours in some seconds): each message passes the gate when it would
//! have arrived, and the visits that the settlement tells are held against the true stays of more than two minutes. Once
//! with perfect sensors, where every one must be found with start and end within the sampling interval, and once with
//! the simulator's default faults, where precision and recall are what they are. Two true stays with less than a
//! sampling interval between them are one to any sensor, and so they are here.
//!
//! `cargo bench --bench truth`, or the built program itself with `BAYS [HOURS]`. Leaves with an error when a visit of a
//! perfect sensor is missed.

use bayhub::clock::ManualClock;
use bayhub::domain::{
    Batch, BayView, Corrections, Door, Millis, Parcel, Pass, ReadModel, SettledHour, SettledSink, SourceKind, Speaker,
    Topic, Visit, VisitChange, ZoneIx, ZoneTally,
};
use bayhub::ingest::codec::device;
use bayhub::ingest::gate::{self, Gate};
use bayhub::journal::KeptFiles;
use bayhub::metrics::Metrics;
use bayhub::registry::Registry;
use bayhub::stream::{self, Saved, Settlement};
use sensors_sim::{City, CityParams, Faults, Outbox, Sim, SimParams};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Instant;

/// 2026-11-27T00:00:00Z
const START: u64 = 1_795_737_600_000;
const HOUR: u64 = 3_600_000;
const SAMPLE: u64 = 12_000;
/// Shorter stays are flicker by the definition.
const MIN_STAY: u64 = 120_000;
/// The first hour is for filling the hub.
const WARM: u64 = START + HOUR;

struct Blind;

impl ReadModel for Blind {
    fn bays(&self, _: &[BayView]) {}
    fn zones(&self, _: &[(ZoneIx, ZoneTally)]) {}
}

#[derive(Default)]
struct Told(Mutex<BTreeMap<Visit, i32>>);

impl SettledSink for Told {
    fn try_hour(&self, _: u32, _: u32, hour: &Arc<SettledHour>) -> bool {
        let mut told = self.0.lock().expect("nobody panicked");
        hour.visits.iter().for_each(|v| *told.entry(*v).or_default() += 1);
        true
    }

    fn try_corrections(&self, _: u32, _: u32, corrections: &Arc<Corrections>) -> bool {
        let mut told = self.0.lock().expect("nobody panicked");
        for change in &corrections.visits {
            match change {
                VisitChange::Assert(v) => *told.entry(*v).or_default() += 1,
                VisitChange::Retract(v) => *told.entry(*v).or_default() -= 1,
            }
        }
        true
    }
}

/// From when to when, by bay.
type Stays = BTreeMap<u32, Vec<(u64, u64)>>;

/// Lives through the hours; the true stays and the visits that were told, by the bay's number.
fn live(dir: &Path, hours: u64, faults: Faults) -> (Stays, Stays) {
    let registry = Arc::new(Registry::open(dir, &dir.join("data"), device::MODELS).expect("a good city"));
    let city = City::load(dir).expect("the same city");
    let ids: Vec<String> = (0..registry.city().live_bays()).map(|n| city.bay_id(n).to_owned()).collect();
    let numbers: Vec<u32> = {
        let found: Vec<_> = ids.iter().map(|id| registry.bay(id).expect("of this city")).collect();
        let picture = registry.city();
        found.into_iter().map(|bay| picture.bay_number(bay)).collect()
    };
    let params = SimParams { faults, app_walks_per_min: Some(0.0), ..SimParams::default() };
    let plan = sensors_sim::Plan::new(&city, &params.plan);
    let speakers: Vec<Speaker> = plan
        .sources()
        .iter()
        .map(|s| {
            let kind = match s.kind {
                sensors_sim::SourceKind::Sensor => SourceKind::Sensor,
                sensors_sim::SourceKind::App => SourceKind::App,
                sensors_sim::SourceKind::Gate => SourceKind::Gate,
            };
            let source = registry.enrol_source(&s.id, kind).expect("room");
            Speaker { source, kind, id: s.id.as_str().into(), pass: Pass::default(), uplinks: false }
        })
        .collect();
    let (clock, metrics, told) = (Arc::new(ManualClock::at(Millis(START))), Arc::new(Metrics::new()), Arc::default());
    let gate = Gate::new(registry.clone(), clock.clone(), metrics.clone(), gate::Config::default());
    let config = stream::Config::default();
    let kept = KeptFiles::open(&dir.join("settled"), 0, 1 << 30, Saved::default().kept()).expect("a folder");
    let sink: Arc<Told> = Arc::clone(&told);
    let settlement = Settlement { sink, kept: Arc::new(move |me| kept.of_worker(me, 1)) };
    let sources = speakers.len() + 1;
    let (stream, mut feed) =
        stream::resume(&config, registry, Arc::new(Blind), metrics, sources, Saved::default(), Some(settlement))
            .expect("threads");

    let mut sim = Sim::new(city, params, START);
    let (mut open, mut stays) = (BTreeMap::<u32, u64>::new(), Stays::new());
    for change in sim.truth().filter(|c| (c.lot as usize) < numbers.len() && c.occupied) {
        open.insert(change.lot, 0);
    }
    let (mut out, end) = (Outbox::default(), START + hours * HOUR);
    for now in (START..=end).step_by(1000) {
        clock.set(Millis(now));
        sim.step(now, &mut out);
        let mut parcel = Parcel::default();
        for m in out.messages.drain(..) {
            let topic = if m.topic.name() == "count" { Topic::Count } else { Topic::Report };
            gate.take(&speakers[m.link as usize], Door::Mqtt, &"", topic, &m.payload, &mut parcel);
        }
        assert!(parcel.refusals.is_empty(), "{:?}", parcel.refusals.first());
        feed.push(Batch { ingest_at: Millis(now), claims: parcel.claims });
        for change in out.truth.drain(..).filter(|c| (c.lot as usize) < numbers.len()) {
            if change.occupied {
                open.insert(change.lot, change.at);
            } else if let Some(start) = open.remove(&change.lot) {
                stays.entry(numbers[change.lot as usize]).or_default().push((start, change.at));
            }
        }
        out.breaks.clear();
    }
    // Nothing more comes in, and everything up to the end is settled and told.
    let settled = || stream.turnover.as_ref().is_some_and(|t| t.settled().0 >= end);
    let mut now = end + HOUR;
    while !settled() {
        // Time stands still for the stream unless it is told of it.
        now += 1000;
        feed.push(Batch { ingest_at: Millis(now), claims: vec![] });
    }
    drop(feed);
    stream.join().expect("the stream ends");
    let mut visits = Stays::new();
    for (visit, n) in told.0.lock().expect("nobody panicked").iter() {
        if *n > 0 && visit.is_whole() {
            visits.entry(visit.bay).or_default().push((visit.start.0, visit.end.0));
        }
    }
    (stays, visits)
}

/// What no sensor of this sampling interval could tell apart.
fn merged(stays: &Stays) -> Stays {
    let mut out = Stays::new();
    for (bay, stays) in stays {
        let merged = out.entry(*bay).or_default();
        for &(start, end) in stays {
            match merged.last_mut() {
                Some((_, last)) if start - *last <= SAMPLE => *last = end,
                _ => merged.push((start, end)),
            }
        }
    }
    out
}

/// Of `these` that lie well inside the time, how many have one of `those` whose ends are at most `slack` later or, where
/// clocks err, earlier.
fn found(these: &Stays, those: &Stays, within: (u64, u64), slack: (u64, u64)) -> (usize, usize) {
    let near = |at: u64, of: u64| at + slack.0 >= of && at <= of + slack.1;
    let (mut all, mut hits) = (0, 0);
    for (bay, stays) in these {
        let others = those.get(bay).map_or(&[][..], |o| o);
        for &(start, end) in stays.iter().filter(|(s, e)| *s >= within.0 && *e < within.1 && e - s > MIN_STAY) {
            all += 1;
            hits += usize::from(others.iter().any(|(s, e)| near(*s, start) && near(*e, end)));
        }
    }
    (hits, all)
}

fn share((hits, all): (usize, usize)) -> String {
    format!("{:.3} % ({hits} of {all})", 100.0 * hits as f64 / all.max(1) as f64)
}

fn main() {
    let numbers: Vec<u64> = std::env::args().skip(1).filter_map(|a| a.parse().ok()).collect();
    let (bays, hours) = (numbers.first().copied().unwrap_or(2000), numbers.get(1).copied().unwrap_or(8));
    let within = (WARM, START + (hours - 1) * HOUR);
    let mut missed = 0;
    for (name, faults) in [("perfect sensors", Faults::none()), ("default faults", Faults::default())] {
        let dir = tempfile::tempdir().expect("a folder");
        let city = City::generate(&CityParams { bays: bays as u32, seed: 1, ..CityParams::default() });
        city.write(dir.path()).expect("room on the disk");
        let begun = Instant::now();
        let perfect = faults == Faults::none();
        let (truth, visits) = live(dir.path(), hours, faults);
        let truth = merged(&truth);
        println!("{name}: {bays} bays, {hours} hours in {:.1?}", begun.elapsed());
        for (what, slack) in [("within the sampling interval", SAMPLE), ("within a minute", 60_000)] {
            // A visit is seen when it has begun, never before; with faults a clock may be ahead.
            let early = if perfect { 0 } else { slack };
            let recall = found(&truth, &visits, within, (early, slack));
            let precision = found(&visits, &truth, within, (slack, early));
            println!("  {what}: recall {}, precision {}", share(recall), share(precision));
            if perfect {
                missed += recall.1 - recall.0;
            }
        }
    }
    assert_eq!(missed, 0, "visits of perfect sensors that were not settled as they were");
}
