//! Single cases by name: hours, days, silence, service, and what happens at the bounds.

use super::disk::Disk;
use super::plain::PlainReport;
use super::rig::{SettlementRig, Taken};
use super::{city, config, numbered, places};
use crate::domain::turnover::{HOUR_MS, WINDOW_MS};
use crate::domain::{BayStatus, Millis, RecentTurnover, SourceKind, Sums, Window};
use crate::registry::Registry;
use crate::settlement::Config;
use crate::stream::checkpoint::Saved;
use crate::testing;
use std::sync::Arc;

pub(super) const MIN: u64 = 60_000;

pub(super) struct NamedTown {
    pub(super) registry: Arc<Registry>,
    pub(super) rig: SettlementRig,
    pub(super) taken: Arc<Taken>,
    disk: Disk,
}

impl NamedTown {
    pub(super) fn new(config: &Config) -> Self {
        let registry = city();
        let taken = Arc::new(Taken::default());
        let disk = Disk::default();
        let rig = SettlementRig::new(&registry, config, 1, &taken, &disk, &Saved::default());
        Self {
            registry,
            rig,
            taken,
            disk,
        }
    }

    pub(super) fn said(&self, bay: &str, at: u64, status: BayStatus) -> PlainReport {
        let bay = Some(self.registry.bay(bay).unwrap().0);
        PlainReport {
            bay,
            at,
            seq: 0,
            source: 0,
            kind: SourceKind::Sensor,
            status,
            confidence: 255,
            trusted: true,
            ingest: at,
        }
    }

    /// It came in right away.
    pub(super) fn say(&mut self, bay: &str, at: u64, status: BayStatus) {
        let said = self.said(bay, at, status);
        self.rig.batch(at, &[said], usize::MAX);
    }

    /// Heartbeats of the sensor every five minutes.
    fn beat(&mut self, from: u64, to: u64) {
        for at in (from..to).step_by(5 * MIN as usize) {
            let alive = PlainReport {
                bay: None,
                ..self.said("Z0-0", at, BayStatus::Unknown)
            };
            self.rig.batch(at, &[alive], usize::MAX);
        }
    }

    pub(super) fn window(&self, zone: &str, at: u64) -> Window {
        let number = self
            .registry
            .city()
            .zone(self.registry.zone(zone).unwrap())
            .number;
        let (windows, _) = self.taken.sum();
        windows.get(&(number, at)).cloned().unwrap_or_default()
    }

    fn day(&self, zone: &str, from: u64, to: u64) -> Sums {
        let mut sums = Sums::default();
        let zone = self.registry.zone(zone).unwrap();
        self.rig
            .shared
            .recent
            .hours(zone, Millis(from), Millis(to), &mut |_, s| sums.add(s));
        sums
    }
}

/// 10:00 UTC.
pub(super) const TEN: u64 = 1_795_428_000_000;

#[test]
fn a_visit_over_hours_is_spent_in_each_and_counted_where_it_starts() {
    assert_eq!(Millis(TEN).to_string(), "2026-11-23T10:00:00.000Z");
    let mut t = NamedTown::new(&config());
    t.say("Z0-0", TEN, BayStatus::Vacant);
    t.beat(TEN, TEN + 50 * MIN);
    t.say("Z0-0", TEN + 51 * MIN, BayStatus::Occupied);
    t.beat(TEN + 52 * MIN, TEN + 129 * MIN);
    t.say("Z0-0", TEN + 130 * MIN, BayStatus::Vacant);
    t.beat(TEN + 131 * MIN, TEN + 190 * MIN);
    t.rig.until(TEN + 190 * MIN);
    let occupied = |from: u64, to: u64| {
        (from..to)
            .step_by(5)
            .map(|m| t.window("Z0", TEN + m * MIN).occupied_ms)
            .sum::<i64>()
    };
    assert_eq!(
        [occupied(0, 60), occupied(60, 120), occupied(120, 180)].map(|ms| ms / MIN as i64),
        [9, 60, 10]
    );
    let start = t.window("Z0", TEN + 50 * MIN);
    let end = t.window("Z0", TEN + 130 * MIN);
    assert_eq!(
        (start.started, start.ended, end.started, end.ended),
        (1, 0, 0, 1)
    );
    assert_eq!(end.stay_ms, 79 * MIN as i64);
    let (_, visits) = t.taken.sum();
    assert_eq!(
        visits
            .keys()
            .map(|v| (v.start.0, v.stay_ms(), v.is_whole()))
            .collect::<Vec<_>>(),
        [(TEN + 51 * MIN, 79 * MIN, true)]
    );
}

#[test]
fn a_day_on_which_clocks_change_has_the_hours_it_has() {
    // Sunday, 25 October 2026: at 01:00 UTC most of Europe sets its clocks back.
    let midnight = Millis::parse("2026-10-25T00:00:00Z").unwrap().0;
    let mut t = NamedTown::new(&Config::default());
    t.say("Z0-0", midnight, BayStatus::Vacant);
    t.say("Z0-1", midnight, BayStatus::Vacant);
    t.beat(midnight, midnight + 30 * MIN);
    t.say("Z0-0", midnight + 31 * MIN, BayStatus::Occupied);
    t.beat(midnight + 32 * MIN, midnight + 150 * MIN);
    t.say("Z0-0", midnight + 151 * MIN, BayStatus::Vacant);
    t.beat(midnight + 152 * MIN, midnight + 25 * HOUR_MS);
    t.rig.until(midnight + 25 * HOUR_MS);
    let day = t.day("Z0", midnight, midnight + 24 * HOUR_MS);
    assert_eq!(day.in_service_ms(), 2 * 24 * HOUR_MS as i64);
    assert_eq!(
        (day.occupied_ms, day.stay_ms, day.started, day.ended),
        (120 * MIN as i64, 120 * MIN as i64, 1, 1)
    );
}

#[test]
fn a_short_stay_is_reported_apart_and_a_silent_sensor_ends_a_visit_unseen() {
    let mut t = NamedTown::new(&config());
    t.say("Z0-0", TEN, BayStatus::Vacant);
    t.say("Z0-0", TEN + MIN, BayStatus::Occupied);
    t.say("Z0-0", TEN + 2 * MIN, BayStatus::Vacant);
    t.say("Z0-0", TEN + 6 * MIN, BayStatus::Occupied);
    t.rig.until(TEN + 2 * HOUR_MS);
    let first = t.window("Z0", TEN);
    let second = t.window("Z0", TEN + 5 * MIN);
    let lapse = t.window("Z0", TEN + 20 * MIN);
    assert_eq!((first.short, first.started, first.ended), (1, 0, 0));
    assert_eq!((second.started, second.censored), (1, 0));
    // Heard last in the minute that ends at 10:07, and fifteen minutes later no longer believed.
    assert_eq!((lapse.censored, lapse.occupied_ms), (1, 2 * MIN as i64));
}

#[test]
fn out_of_service_is_part_of_no_ratio() {
    let mut t = NamedTown::new(&config());
    t.say("Z0-0", TEN, BayStatus::Occupied);
    t.say("Z0-0", TEN + 10 * MIN, BayStatus::Closed);
    t.beat(TEN + 11 * MIN, TEN + 2 * HOUR_MS);
    t.rig.until(TEN + 2 * HOUR_MS);
    let w = t.window("Z0", TEN + 30 * MIN);
    // The other bay of the zone is in service, and nobody has said anything of it.
    assert_eq!(
        (w.closed_ms, w.unknown_ms, w.occupied_ms),
        (5 * MIN as i64, 5 * MIN as i64, 0)
    );
    assert_eq!(t.window("Z0", TEN + 10 * MIN).censored, 1);
}

#[test]
fn a_bay_that_moves_is_counted_where_it_is() {
    let mut t = NamedTown::new(&config());
    t.say("Z0-0", TEN, BayStatus::Occupied);
    t.say("Z1-0", TEN, BayStatus::Vacant);
    t.beat(TEN + MIN, TEN + 32 * MIN);
    let moved = crate::registry::city::BaySpec {
        zone: "Z1".into(),
        ..testing::bay(0, 0)
    };
    t.registry.put_zones(vec![testing::zone(1, 9)]).unwrap();
    t.registry
        .put_bays_at(vec![moved], Millis(TEN + 33 * MIN))
        .unwrap();
    t.say("Z1-1", TEN + 33 * MIN, BayStatus::Vacant);
    t.beat(TEN + 34 * MIN, TEN + 2 * HOUR_MS);
    t.rig.until(TEN + 2 * HOUR_MS);
    let in_service = |zone: &str, m: u64| {
        let w = t.window(zone, TEN + m * MIN);
        (w.occupied_ms + w.vacant_ms + w.unknown_ms) / MIN as i64
    };
    assert_eq!([in_service("Z0", 20), in_service("Z0", 40)], [10, 5]);
    assert_eq!(
        [
            in_service("Z1", 20),
            in_service("Z1", 30),
            in_service("Z1", 40)
        ],
        [10, 12, 15]
    );
    let (_, visits) = t.taken.sum();
    let ended: Vec<_> = visits.keys().map(|v| (v.end.0 - TEN) / MIN).collect();
    assert_eq!(
        ended,
        [25],
        "where its zone had been settled to when it left"
    );
}

#[test]
fn what_does_not_find_room_or_comes_too_late_is_kept_aside_and_counted() {
    let mut t = NamedTown::new(&Config {
        max_waiting: Some(2),
        ..config()
    });
    for m in 0..4 {
        t.say("Z0-0", TEN + m * MIN, BayStatus::Vacant);
    }
    let old = PlainReport {
        ingest: TEN + 3 * MIN,
        ..t.said("Z0-1", TEN - 30 * HOUR_MS, BayStatus::Vacant)
    };
    t.rig.until(TEN + HOUR_MS);
    t.rig.batch(TEN + HOUR_MS, &[old], usize::MAX);
    t.rig.until(TEN + 2 * HOUR_MS);
    let counts = t.rig.workers[0].settled();
    assert_eq!(
        (counts.settled, counts.late, counts.too_late, counts.amended),
        (2, 3, 3, 0)
    );
    assert_eq!(t.disk.1.lock().unwrap().len(), 3 * 32);
}

#[test]
fn a_report_in_the_window_that_is_not_settled_yet_amends_nothing() {
    let mut t = NamedTown::new(&config());
    t.say("Z0-0", TEN, BayStatus::Vacant);
    let late = PlainReport {
        ingest: TEN + 5 * MIN,
        ..t.said("Z0-0", TEN + MIN, BayStatus::Occupied)
    };
    t.rig.batch(late.ingest, &[late], usize::MAX);
    t.beat(TEN + 5 * MIN, TEN + 2 * HOUR_MS);
    t.rig.until(TEN + 3 * HOUR_MS);
    assert!(
        t.taken
            .told()
            .1
            .iter()
            .all(|c| c.windows.is_empty() && c.visits.is_empty())
    );
    assert_eq!(t.window("Z0", TEN).started, 1);
    assert_eq!(t.window("Z0", TEN + WINDOW_MS).occupied_ms, 5 * MIN as i64);
    assert_eq!(
        numbered(&t.registry, &[late]).len() + places(&t.registry).len(),
        41
    );
}
