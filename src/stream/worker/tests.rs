//! What a worker makes of claims: states, tallies, silence, and changes of the registry under way.

use super::*;
use crate::domain::{
    Backing, BayKind, BayStatus, CountObservation, CountWord, Observation, SourceIx, SourceKind,
};
use crate::stream::checkpoint::Saved;
use crate::testing::{self, Remembered};
use proptest::prelude::*;

const T0: u64 = 1_795_402_800_000;
const MIN: u64 = 60_000;

struct WorkerRig {
    registry: Arc<Registry>,
    model: Arc<Remembered>,
    worker: Worker,
}

fn rig(registry: Arc<Registry>) -> WorkerRig {
    rig_of(registry, false)
}

/// A worker that believes, made of what a checkpoint of this one holds.
fn after_a_restart(of: &mut WorkerRig) -> WorkerRig {
    let copied = of.worker.copied();
    let mut saved = Saved::default();
    copied.blocks(|tag, bytes| saved.read(tag, bytes)).unwrap();
    let mut again = rig_of(of.registry.clone(), true);
    again.worker.seen.restore(&saved.seen);
    again.worker.restore(&saved);
    again
}

fn rig_of(registry: Arc<Registry>, believing: bool) -> WorkerRig {
    let model = Arc::new(Remembered::default());
    let staleness = Staleness {
        default_s: 900,
        max_age_ms: 24 * 60 * MIN,
        sweep_ms: 0,
    };
    let seen = Arc::new(SourcesSeen::new(100, 1));
    let mut worker = Worker::new((0, 1), registry.clone(), seen, model.clone(), staleness);
    worker.publish();
    worker = if believing {
        worker.believing(None)
    } else {
        worker
    };
    WorkerRig {
        registry,
        model,
        worker,
    }
}

fn claim(
    rig: &WorkerRig,
    bay: &str,
    at: u64,
    source: u32,
    kind: SourceKind,
    status: BayStatus,
) -> Claim {
    let bay = rig.registry.bay(bay).unwrap();
    Claim::Bay(Observation {
        at: Millis(at),
        seq: 0,
        bay,
        source: SourceIx(source),
        source_kind: kind,
        status,
        confidence: 210,
        backing: Backing::default(),
    })
}

impl WorkerRig {
    fn sensor(&mut self, bay: &str, at: u64, status: BayStatus) {
        let c = claim(self, bay, at, 1, SourceKind::Sensor, status);
        self.worker.apply(&[c], Millis(at));
    }

    fn at(&mut self, now: u64) {
        self.worker.tick(Millis(now));
        self.worker.publish();
    }

    fn zone(&self, id: &str) -> ZoneTally {
        self.model.zones.lock().unwrap()[&self.registry.zone(id).unwrap()]
    }

    fn status(&self, bay: &str) -> BayStatus {
        self.model.bays.lock().unwrap()[&self.registry.bay(bay).unwrap()].status
    }
}

fn buckets(t: &ZoneTally) -> (u32, u32, u32, u32) {
    (t.vacant.iter().sum(), t.occupied, t.unknown, t.closed)
}

#[test]
fn reports_move_a_zones_buckets() {
    let mut r = rig(testing::city(3, 10));
    r.sensor("Z1-0", T0, BayStatus::Vacant);
    r.sensor("Z1-1", T0, BayStatus::Occupied);
    r.sensor("Z1-2", T0, BayStatus::Closed);
    r.sensor("Z1-3", T0, BayStatus::Vacant);
    r.sensor("Z1-3", T0 + 1, BayStatus::Unknown);
    r.at(T0 + 1);
    let t = r.zone("Z1");
    assert_eq!(
        (buckets(&t), t.observed_at, t.stale),
        ((1, 1, 7, 1), Millis(T0 + 1), false)
    );
    assert_eq!(
        buckets(&r.zone("Z0")),
        (0, 0, 10, 0),
        "the neighbours are untouched"
    );
    assert!(r.zone("Z0").stale);
}

#[test]
fn a_silent_sensors_word_lapses_and_is_never_vacant() {
    let mut r = rig(testing::city(1, 4));
    r.sensor("Z0-0", T0, BayStatus::Vacant);
    r.sensor("Z0-1", T0 + 10 * MIN, BayStatus::Vacant);
    r.at(T0 + 24 * MIN);
    assert_eq!(
        buckets(&r.zone("Z0")),
        (2, 0, 2, 0),
        "a sensor that is heard vouches for all its bays"
    );
    r.at(T0 + 25 * MIN + 1);
    let t = r.zone("Z0");
    assert_eq!((buckets(&t), t.stale), ((0, 0, 4, 0), true));
    assert_eq!(
        t.observed_at,
        Millis(T0 + 10 * MIN),
        "when it was last true is still told"
    );
    r.sensor("Z0-1", T0 + 30 * MIN, BayStatus::Vacant);
    r.at(T0 + 30 * MIN);
    let t = r.zone("Z0");
    assert_eq!(
        (buckets(&t), t.stale),
        ((1, 0, 3, 0), false),
        "what was said before the silence is not revived"
    );
}

#[test]
fn a_heartbeat_keeps_a_sensors_word_standing() {
    let mut r = rig(testing::city(1, 2));
    r.sensor("Z0-0", T0, BayStatus::Vacant);
    r.worker.apply(
        &[Claim::Alive {
            source: SourceIx(1),
            at: Millis(T0 + 14 * MIN),
        }],
        Millis(T0 + 14 * MIN),
    );
    r.at(T0 + 20 * MIN);
    assert_eq!(r.status("Z0-0"), BayStatus::Vacant);
    r.at(T0 + 30 * MIN);
    assert_eq!(r.status("Z0-0"), BayStatus::Unknown);
}

#[test]
fn an_apps_reports_age_one_by_one() {
    let mut r = rig(testing::city(1, 2));
    let a = claim(&r, "Z0-0", T0, 2, SourceKind::App, BayStatus::Vacant);
    let b = claim(
        &r,
        "Z0-1",
        T0 + 10 * MIN,
        2,
        SourceKind::App,
        BayStatus::Vacant,
    );
    r.worker.apply(&[a, b], Millis(T0 + 10 * MIN));
    r.at(T0 + 16 * MIN);
    assert_eq!(
        (r.status("Z0-0"), r.status("Z0-1")),
        (BayStatus::Unknown, BayStatus::Vacant)
    );
}

#[test]
fn a_batch_that_speaks_of_an_old_time_first_is_of_a_source_that_is_heard() {
    let mut r = rig(testing::city(1, 2));
    let kind = SourceKind::Sensor;
    let old = claim(&r, "Z0-0", T0, 1, kind, BayStatus::Vacant);
    let new = claim(&r, "Z0-1", T0 + 60 * MIN, 1, kind, BayStatus::Occupied);
    r.worker.apply(&[old, new], Millis(T0 + 60 * MIN));
    r.at(T0 + 60 * MIN);
    assert_eq!(
        (r.status("Z0-0"), r.status("Z0-1")),
        (BayStatus::Vacant, BayStatus::Occupied)
    );
}

#[test]
fn a_sensors_word_is_there_whatever_apps_say_meanwhile_and_goes_when_it_falls_silent() {
    let mut r = rig(testing::city(1, 2));
    r.sensor("Z0-0", T0, BayStatus::Occupied);
    for minute in 1..40 {
        let at = T0 + minute * MIN;
        let app = claim(&r, "Z0-0", at, 2, SourceKind::App, BayStatus::Vacant);
        r.worker.apply(&[app], Millis(at));
        r.at(at);
        // Silent for longer than the zone's 15 minutes: then the app's is the newest word.
        let want = [BayStatus::Occupied, BayStatus::Vacant][usize::from(minute > 15)];
        assert_eq!(r.status("Z0-0"), want, "after {minute} min");
    }
    r.sensor("Z0-0", T0 + 40 * MIN, BayStatus::Occupied);
    r.at(T0 + 40 * MIN);
    assert_eq!(r.status("Z0-0"), BayStatus::Occupied);
}

#[test]
fn a_count_ages_by_its_own_time_however_lively_its_source() {
    let mut r = rig(testing::city(1, 10));
    let source = SourceIx(3);
    let zone = r.registry.zone("Z0").unwrap();
    let count = Claim::Count(CountObservation {
        trusted: true,
        at: Millis(T0),
        zone,
        source,
        source_kind: SourceKind::Gate,
        kind: BayKind::Car,
        subset: None,
        word: CountWord::vacant(4, 10),
    });
    r.worker.apply(&[count], Millis(T0));
    for minute in 1..=20 {
        let at = Millis(T0 + minute * MIN);
        r.worker.apply(&[Claim::Alive { source, at }], at);
        r.at(at.0);
        let standing = minute <= 15;
        assert_eq!(r.zone("Z0").stale, !standing, "after {minute} min");
    }
}

#[test]
fn a_report_that_is_old_when_it_comes_is_not_served_as_live() {
    let mut r = rig(testing::city(1, 2));
    let old = claim(&r, "Z0-0", T0, 1, SourceKind::Sensor, BayStatus::Vacant);
    r.worker.apply(&[old], Millis(T0 + 60 * MIN));
    r.at(T0 + 60 * MIN);
    assert_eq!(r.status("Z0-0"), BayStatus::Unknown);
    assert_eq!(r.zone("Z0").observed_at, Millis(T0));
}

#[test]
fn a_clock_ahead_does_not_keep_a_silent_source_alive() {
    let mut r = rig(testing::city(1, 2));
    let ahead = claim(
        &r,
        "Z0-0",
        T0 + MIN,
        1,
        SourceKind::Sensor,
        BayStatus::Vacant,
    );
    r.worker.apply(&[ahead], Millis(T0));
    assert_eq!(r.worker.seen.last(SourceIx(1)), Millis(T0));
}

fn count(zone: ZoneIx, at: u64, vacant: u32) -> Claim {
    Claim::Count(CountObservation {
        trusted: true,
        at: Millis(at),
        zone,
        source: SourceIx(4),
        source_kind: SourceKind::Gate,
        kind: BayKind::Car,
        subset: None,
        word: CountWord::vacant(vacant, 105),
    })
}

#[test]
fn a_count_ahead_of_the_clock_gains_nothing() {
    let mut r = rig(testing::city(1, 0));
    r.registry.put_zones(vec![testing::zone(7, 105)]).unwrap();
    let zone = r.registry.zone("Z7").unwrap();
    r.worker.apply(&[count(zone, T0 + MIN, 0)], Millis(T0));
    r.worker.apply(&[count(zone, T0 + 5, 33)], Millis(T0 + 9));
    r.at(T0 + 9);
    assert_eq!(buckets(&r.zone("Z7")), (33, 72, 0, 0));
}

#[test]
fn a_count_only_zone_follows_its_gate() {
    let mut r = rig(testing::city(1, 0));
    r.registry.put_zones(vec![testing::zone(7, 105)]).unwrap();
    let zone = r.registry.zone("Z7").unwrap();
    r.worker
        .apply(&[count(zone, T0, 68), count(zone, T0 - 5, 3)], Millis(T0));
    r.at(T0);
    assert_eq!(
        (buckets(&r.zone("Z7")), r.zone("Z7").stale),
        ((68, 37, 0, 0), false)
    );
    r.at(T0 + 16 * MIN);
    assert_eq!(
        (buckets(&r.zone("Z7")), r.zone("Z7").stale),
        ((0, 0, 105, 0), true),
        "no data is not 0 free"
    );
}

#[test]
fn a_zone_may_set_its_own_limit() {
    let town = testing::town().zone("Z0").stale_after_s(2).bays(1);
    let mut r = rig(town.registry());
    r.sensor("Z0-0", T0, BayStatus::Vacant);
    r.at(T0 + 2000);
    assert_eq!(r.status("Z0-0"), BayStatus::Vacant);
    r.at(T0 + 2001);
    assert_eq!(r.status("Z0-0"), BayStatus::Unknown);
}

#[test]
fn bays_added_and_moved_at_run_time_are_taken_up() {
    let mut r = rig(testing::city(2, 3));
    r.sensor("Z0-0", T0, BayStatus::Vacant);
    let mut moved = testing::bay(0, 0);
    moved.zone = "Z1".into();
    let mut wider = testing::zone(0, 9);
    wider.name = "wider".into();
    r.registry
        .put_zones(vec![wider, testing::zone(1, 9)])
        .unwrap();
    r.registry
        .put_bays(vec![moved, testing::bay(0, 7)])
        .unwrap();
    r.sensor("Z0-7", T0, BayStatus::Occupied);
    r.at(T0);
    assert_eq!(
        buckets(&r.zone("Z0")),
        (0, 1, 8, 0),
        "the moved bay is gone, the new one counts"
    );
    assert_eq!(
        buckets(&r.zone("Z1")),
        (0, 0, 9, 0),
        "a reading taken elsewhere says nothing here"
    );
    r.sensor("Z0-0", T0 + 1, BayStatus::Vacant);
    r.at(T0 + 1);
    assert_eq!(buckets(&r.zone("Z1")), (1, 0, 8, 0));
}

proptest! {
    #[test]
    fn counters_always_equal_a_recount(steps in prop::collection::vec((0..3usize, 0..5usize, 0..4usize, 0..40u64, 0..3u32, any::<bool>()), 1..120)) {
        let mut r = rig(testing::city(3, 5));
        let mut now = T0;
        for (z, b, s, minutes, source, app) in steps {
            now += minutes * 20_000;
            let kind = if app { SourceKind::App } else { SourceKind::Sensor };
            let c = claim(&r, &format!("Z{z}-{b}"), now - minutes * 7000, source, kind, BayStatus::ALL[s]);
            r.worker.apply(&[c], Millis(now));
            if minutes % 3 == 0 { r.at(now); }
        }
        r.at(now);
        let bays = r.model.bays.lock().unwrap();
        for z in 0..3 {
            let ix = r.registry.zone(&format!("Z{z}")).unwrap();
            let count = |s| bays.values().filter(|v| v.zone == ix && v.status == s).count() as u32;
            let known = count(BayStatus::Vacant) + count(BayStatus::Occupied) + count(BayStatus::Closed);
            let want = (count(BayStatus::Vacant), count(BayStatus::Occupied), 5 - known, count(BayStatus::Closed));
            prop_assert_eq!(buckets(&r.model.zones.lock().unwrap()[&ix]), want);
        }
    }
}

mod belief;
mod clock;
mod counted;
mod pace;
mod ranks;
mod registry;
mod shut;
mod suspects;
mod twins;
