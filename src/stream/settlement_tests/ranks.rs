//! Whose word is settled: who watches, who has booked, who passes by.

use super::named::{MIN, NamedTown, TEN};
use super::plain::PlainReport;
use super::{Feeding, SPAN, SettledTotals, T0, city, config};
use crate::domain::{BayStatus, SourceKind};
use crate::long::cases;
use crate::settlement::SettledCounts;
use crate::stream::worker::Worker;
use proptest::prelude::*;

const Z0_0: &str = "Z0-0";

/// Somebody who passes by, or has booked.
fn passing(t: &NamedTown, at: u64, kind: SourceKind, status: BayStatus) -> PlainReport {
    PlainReport {
        source: 7,
        kind,
        ..t.said(Z0_0, at, status)
    }
}

/// Start and end in minutes after ten, and whether both were seen.
fn visits(t: &NamedTown) -> Vec<(u64, u64, bool)> {
    let (_, visits) = t.taken.sum();
    visits
        .keys()
        .map(|v| ((v.start.0 - TEN) / MIN, (v.end.0 - TEN) / MIN, v.is_whole()))
        .collect()
}

fn settled(said: &[(u64, SourceKind, BayStatus)]) -> Vec<(u64, u64, bool)> {
    let mut t = NamedTown::new(&config());
    for (m, kind, status) in said {
        let at = TEN + m * MIN;
        let said = match kind {
            Sensor => t.said(Z0_0, at, *status),
            other => passing(&t, at, *other, *status),
        };
        t.rig.batch(at, &[said], usize::MAX);
    }
    t.rig.until(TEN + 200 * MIN);
    visits(&t)
}

use BayStatus::{Occupied, Unknown, Vacant};
use SourceKind::{App, Booking, Sensor};

#[test]
fn a_sensors_unknown_leaves_a_standing_stay_of_somebody_else_as_it_is() {
    let without = settled(&[(0, App, Vacant), (5, App, Occupied), (19, App, Vacant)]);
    assert_eq!(without, [(5, 19, true)]);
    let with = settled(&[
        (0, App, Vacant),
        (5, App, Occupied),
        (6, Sensor, Unknown),
        (9, Sensor, Unknown),
        (19, App, Vacant),
    ]);
    assert_eq!(with, without);
}

#[test]
fn what_was_said_beneath_a_sensors_word_is_told_when_that_ends() {
    let said = [
        (0, Sensor, Vacant),
        (14, App, Occupied),
        (15, App, Unknown),
        (15, App, Occupied),
    ];
    assert_eq!(
        settled(&said),
        [(16, 30, false)],
        "the sensor was heard last before 10:01, and the app's word is of 10:15"
    );
    let taken_back = [
        (0, Sensor, Vacant),
        (7, App, Occupied),
        (9, Sensor, Unknown),
    ];
    assert_eq!(settled(&taken_back), [(9, 22, false)]);
}

#[test]
fn a_booking_goes_before_an_app_and_a_sensor_before_both() {
    let stay = [
        (0, App, Vacant),
        (1, Booking, Occupied),
        (9, Booking, Vacant),
    ];
    assert_eq!(settled(&stay), [(1, 9, true)]);
    let hijacked = [
        (0, App, Vacant),
        (1, Booking, Occupied),
        (4, App, Vacant),
        (9, Booking, Vacant),
    ];
    assert_eq!(settled(&hijacked), [(1, 9, true)]);
    let seen = [
        (0, Sensor, Vacant),
        (1, Booking, Occupied),
        (4, Sensor, Occupied),
        (9, Booking, Vacant),
        (12, Sensor, Vacant),
    ];
    assert_eq!(settled(&seen), [(4, 12, true)]);
}

#[test]
fn a_strangers_word_settles_nothing_and_replaces_nobodys() {
    let mut t = NamedTown::new(&config());
    for (m, status, trusted) in [
        (0, Vacant, true),
        (1, Occupied, true),
        (4, Vacant, false),
        (5, Occupied, false),
        (9, Vacant, true),
    ] {
        let said = PlainReport {
            trusted,
            ..passing(&t, TEN + m * MIN, App, status)
        };
        t.rig.batch(said.at, &[said], usize::MAX);
    }
    t.rig.until(TEN + 200 * MIN);
    assert_eq!(visits(&t), [(1, 9, true)]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(24)))]

    #[test]
    fn where_a_sensors_word_stands_no_amount_of_app_traffic_changes_what_is_settled(
        turns in prop::collection::vec((1..240_u64, any::<bool>()), 1..25),
        apps in prop::collection::vec(
            (0..SPAN, 0..4_usize, 0..2_usize, any::<bool>(), 0..3 * 60 * MIN),
            0..120,
        ),
        workers in 1..4_u32,
    ) {
        let registry = city();
        let bay = registry.bay(Z0_0).unwrap().0;
        let sensor = |at, bay, status| PlainReport {
            bay,
            at,
            seq: 0,
            source: 0,
            kind: Sensor,
            status,
            confidence: 255,
            trusted: true,
            ingest: at,
        };
        let mut said = vec![sensor(T0, Some(bay), Vacant)];
        let mut at = T0;
        for (more, occupied) in turns {
            at += more * 61_000;
            let state = if occupied { Occupied } else { Vacant };
            said.push(sensor(at.min(T0 + SPAN - 1), Some(bay), state));
        }
        let beats = (T0..T0 + SPAN + 5 * 60 * MIN).step_by(4 * MIN as usize);
        // The word of a bay that does not change is said again, as no word stands for ever.
        said.extend(beats.map(|at| sensor(at, None, Unknown)));
        let alone = said.clone();
        for (at, what, kind, trusted, lag) in apps {
            let state = [Vacant, Occupied, Unknown, BayStatus::Closed][what];
            said.push(PlainReport {
                source: 5,
                kind: [App, Booking][kind],
                trusted,
                ingest: T0 + at + if lag % 3 == 0 { lag } else { lag % 120_000 },
                ..sensor(T0 + at, Some(bay), state)
            });
        }
        // Until its last word lapses by age.
        let told = |said: &[PlainReport]| {
            let feeding = Feeding {
                registry: &registry,
                workers: vec![workers],
                restarts: vec![],
                work: usize::MAX, overflows: false };
            let SettledTotals { taken, rig, .. } = feeding.run(said);
            let mut rig = rig;
            let counts = rig.workers.iter_mut().map(Worker::settled);
            let took = counts.map(|c: SettledCounts| c.settled).sum::<u64>();
            let (mut windows, mut visits) = taken.sum();
            let until = T0 + 3 * 60 * MIN;
            windows.retain(|at, _| at.1 + 5 * MIN <= until);
            visits.retain(|v, _| v.end.0 < until);
            (windows, visits, took)
        };
        let with = told(&said);
        let without = told(&alone);
        prop_assert_eq!(&with.0, &without.0);
        prop_assert_eq!(&with.1, &without.1);
        prop_assert!(with.2 >= without.2);
    }
}
