//! What a zone's counters and counts come to.

use super::*;
use crate::domain::{SourceIx, SourceKind, ZoneIx};

fn count(at: u64, vacant: u32, capacity: u32) -> CountObservation {
    CountObservation {
        at: Millis(at),
        zone: ZoneIx(0),
        source: SourceIx(1),
        source_kind: SourceKind::Gate,
        kind: BayKind::Car,
        vacant,
        capacity,
    }
}

fn zone(capacity: u32) -> ZoneCell {
    ZoneCell {
        capacity,
        ..ZoneCell::default()
    }
}

fn sum(t: &ZoneTally) -> u32 {
    t.vacant.iter().sum::<u32>() + t.occupied + t.unknown + t.closed
}

#[test]
fn a_zone_nobody_reported_is_unknown_and_stale() {
    let t = zone(40).tally(Millis(9));
    assert_eq!(
        (t.unknown, t.vacant[0], t.stale, t.occupancy()),
        (40, 0, true, None)
    );
}

#[test]
fn a_gates_count_is_cut_to_the_registrys_capacity() {
    let mut z = zone(100);
    assert!(z.count(&count(5, 150, 300), true));
    let t = z.tally(Millis(9));
    assert_eq!(
        (t.vacant[0], t.occupied, t.unknown, sum(&t)),
        (100, 0, 0, 100)
    );
    assert!(!z.count(&count(4, 1, 100), true), "older");
    assert!(z.count(&count(6, 20, 90), true));
    assert!(z.count(&count(6, 68, 90), true), "of one time the last");
    assert!(!z.count(&count(6, 68, 90), true), "a copy");
    let t = z.tally(Millis(9));
    assert_eq!(
        (t.vacant[0], t.occupied, t.unknown, t.stale),
        (68, 22, 10, false)
    );
}

#[test]
fn a_silent_gate_lapses() {
    let mut z = zone(100);
    z.count(&count(5, 50, 100), true);
    assert!(!z.lapse_gates(|at| at.0 > 5));
    assert!(z.lapse_gates(|at| at.0 <= 5));
    let t = z.tally(Millis(9));
    assert_eq!((t.unknown, t.stale), (100, true));
}

#[test]
fn a_gate_covers_its_kind_and_the_other_kinds_keep_their_bays() {
    let mut z = zone(20);
    let free = BayView {
        status: BayStatus::Vacant,
        ..NOBODY
    };
    let bike = |v: BayView| BayView {
        kind: BayKind::Motorcycle,
        ..v
    };
    z.shift(&NOBODY, false, &free, true);
    z.shift(&bike(NOBODY), false, &bike(free), true);
    assert_eq!(z.tally(Millis(9)).vacant, [1, 1, 0, 0]);
    z.count(&count(9, 7, 12), true);
    let t = z.tally(Millis(9));
    assert_eq!(
        (t.vacant, t.occupied, t.unknown, sum(&t)),
        ([7, 1, 0, 0], 5, 7, 20)
    );
}

fn by(source_kind: SourceKind, c: CountObservation) -> CountObservation {
    CountObservation { source_kind, ..c }
}

const NOBODY: BayView = BayView {
    bay: crate::domain::BayIx(0),
    zone: ZoneIx(0),
    kind: BayKind::Car,
    status: BayStatus::Unknown,
    claimed: BayStatus::Unknown,
    confidence: 0,
    sure: true,
    source_kind: SourceKind::Sensor,
    observed_at: Millis::NEVER,
};

/// Bays of the zone that somebody says are so.
fn say(z: &mut ZoneCell, status: BayStatus, bays: u32) {
    for _ in 0..bays {
        z.shift(&NOBODY, false, &BayView { status, ..NOBODY }, true);
    }
}

#[test]
fn a_gates_count_that_stands_is_replaced_by_a_gates_only_in_whatever_order() {
    let words = [
        by(SourceKind::Gate, count(5, 30, 100)),
        by(SourceKind::Sensor, count(7, 20, 100)),
        by(SourceKind::App, count(9, 0, 100)),
    ];
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0], [1, 0, 2]] {
        let mut z = zone(100);
        assert!(order.iter().all(|&n| z.count(&words[n], true)));
        assert_eq!(z.tally(Millis(9)).vacant[0], 30);
        // Once it lapses the others are there; the sensor watches.
        assert!(z.lapse_gates(|at| at.0 == 5));
        assert_eq!(z.tally(Millis(9)).vacant[0], 20);
        assert!(z.lapse_gates(|at| at.0 == 7));
        let t = z.tally(Millis(9));
        assert_eq!((t.vacant[0], t.occupied), (0, 100));
        z.count(&by(SourceKind::Gate, count(8, 44, 100)), true);
        assert_eq!(z.tally(Millis(9)).vacant[0], 44);
    }
}

#[test]
fn an_apps_count_says_only_what_no_bay_does() {
    let full = by(SourceKind::App, count(9, 0, 12));
    let empty = by(SourceKind::App, count(9, 12, 12));
    let tally = |known: u32, c: &CountObservation| {
        let mut z = zone(12);
        say(&mut z, BayStatus::Vacant, known - 2);
        say(&mut z, BayStatus::Occupied, 2);
        z.count(c, true);
        let t = z.tally(Millis(9));
        (t.vacant[0], t.occupied, t.unknown)
    };
    // All bays are watched: whatever the app says is nothing.
    assert_eq!(
        (tally(12, &full), tally(12, &empty)),
        ((10, 2, 0), (10, 2, 0))
    );
    assert_eq!((tally(6, &full), tally(6, &empty)), ((4, 8, 0), (10, 2, 0)));
    let some = by(SourceKind::App, count(9, 7, 10));
    assert_eq!(
        tally(6, &some),
        (7, 3, 2),
        "seven in all, of ten that it knows"
    );
    let mut z = zone(12);
    z.count(&some, true);
    let t = z.tally(Millis(9));
    assert_eq!(
        (t.vacant[0], t.occupied, t.unknown),
        (7, 3, 2),
        "nobody else says anything"
    );
}

#[test]
fn a_count_that_is_too_old_when_it_comes_never_stands() {
    let mut z = zone(100);
    assert!(z.count(&count(5, 50, 100), false));
    let t = z.tally(Millis(9));
    assert_eq!((t.unknown, t.stale, z.has_claims()), (100, true, false));
    assert!(z.count(&count(6, 50, 100), true) && !z.count(&count(5, 1, 100), true));
    assert_eq!(z.tally(Millis(9)).vacant[0], 50);
}
