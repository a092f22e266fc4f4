//! What a zone's counters and counts come to.

use super::*;
use crate::domain::{CountOf, CountState, CountWord, SourceIx, SourceKind, ZoneIx};

fn count(at: u64, vacant: u32, capacity: u32) -> CountObservation {
    CountObservation {
        trusted: true,
        at: Millis(at),
        zone: ZoneIx(0),
        source: SourceIx(1),
        source_kind: SourceKind::Gate,
        kind: BayKind::Car,
        subset: None,
        word: CountWord::vacant(vacant, capacity),
    }
}

/// With so many bays for cars.
fn zone(capacity: u32) -> ZoneCell {
    registered([capacity, 0, 0, 0])
}

fn registered(by_kind: [u32; KINDS]) -> ZoneCell {
    let mut zone = ZoneCell::default();
    zone.register(by_kind);
    zone
}

fn word(of: CountOf, number: u32, capacity: Option<u32>) -> CountWord {
    CountWord {
        state: CountState::Open,
        of,
        number,
        capacity,
    }
}

/// A gate's.
fn counted(at: u64, kind: BayKind, word: CountWord) -> CountObservation {
    CountObservation {
        kind,
        word,
        ..count(at, 0, 0)
    }
}

/// Vacant cars, occupied, unknown, closed, of so many.
fn told(z: &ZoneCell) -> (u32, u32, u32, u32, u32) {
    let t = z.tally(Millis(9));
    assert_eq!(sum(&t), t.capacity);
    (t.vacant[0], t.occupied, t.unknown, t.closed, t.capacity)
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
fn the_newest_count_is_told_and_says_how_many_there_are() {
    let mut z = zone(100);
    assert!(z.count(&count(5, 150, 300), true));
    assert_eq!(told(&z), (150, 150, 0, 0, 300), "its gate knows best");
    assert!(!z.count(&count(4, 1, 100), true), "older");
    assert!(z.count(&count(6, 20, 90), true));
    assert!(z.count(&count(6, 68, 90), true), "of one time the last");
    assert!(!z.count(&count(6, 68, 90), true), "a copy");
    assert_eq!(told(&z), (68, 22, 0, 0, 90));
    assert!(z.count(&count(7, 91, 90), true));
    assert_eq!(
        told(&z),
        (90, 0, 0, 0, 90),
        "never more vacant than there are"
    );
}

#[test]
fn a_count_that_does_not_say_of_how_many_is_of_what_the_registry_knows_or_was_said_last() {
    let cars = |at, word| counted(at, BayKind::Car, word);
    let vacant = |n| word(CountOf::Vacant, n, None);
    let mut known = zone(100);
    known.count(&cars(1, vacant(5)), true);
    assert_eq!(told(&known), (5, 95, 0, 0, 100));
    known.count(&cars(2, word(CountOf::Occupied, 30, None)), true);
    assert_eq!(told(&known), (70, 30, 0, 0, 100));
    known.count(&cars(3, word(CountOf::Vacant, 30, Some(80))), true);
    known.count(&cars(4, vacant(30)), true);
    assert_eq!(told(&known), (30, 70, 0, 0, 100), "the registry again");

    let mut unknown = zone(0);
    unknown.count(&cars(1, vacant(5)), true);
    assert_eq!(told(&unknown), (5, 0, 0, 0, 5));
    assert_eq!(
        unknown.tally(Millis(9)).occupancy(),
        None,
        "of nobody knows how many"
    );
    unknown.count(&cars(2, word(CountOf::Occupied, 30, None)), true);
    let t = unknown.tally(Millis(9));
    assert!(
        !t.counted.has(BayKind::Car),
        "how many are left nobody knows"
    );
    assert_eq!((t.occupied, t.capacity, t.occupancy()), (30, 30, None));
    unknown.count(&cars(3, word(CountOf::Vacant, 30, Some(80))), true);
    assert_eq!(told(&unknown), (30, 50, 0, 0, 80));
    unknown.count(&cars(4, vacant(31)), true);
    assert_eq!(told(&unknown), (31, 49, 0, 0, 80), "as was said last");
    assert!(unknown.lapse_gates(|_| true));
    assert_eq!(
        told(&unknown),
        (0, 0, 80, 0, 80),
        "and still when it is silent"
    );
}

#[test]
fn a_capacity_that_is_put_right_in_the_registry_goes_before_what_was_counted_before() {
    let mut z = zone(50);
    z.count(&count(5, 10, 50), true);
    z.register([80, 0, 0, 0]);
    assert_eq!(told(&z), (10, 70, 0, 0, 80));
    z.register([80, 0, 0, 0]);
    z.count(&count(6, 10, 50), true);
    assert_eq!(told(&z), (10, 40, 0, 0, 50), "the gate's newest");
    z.register([80, 5, 0, 0]);
    assert_eq!(told(&z), (10, 40, 5, 0, 55), "of another kind");
}

#[test]
fn kinds_are_counted_apart_and_one_that_the_registry_does_not_know_adds_its_bays() {
    let mut z = zone(100);
    z.count(&count(5, 40, 100), true);
    let bikes = counted(5, BayKind::Motorcycle, CountWord::vacant(7, 20));
    z.count(&bikes, true);
    z.count(&counted(5, BayKind::Heavy, CountWord::vacant(2, 5)), true);
    let t = z.tally(Millis(9));
    assert_eq!(t.vacant, [40, 7, 2, 0]);
    assert_eq!(t.capacity_by_kind, [100, 20, 5, 0]);
    assert_eq!((t.occupied, t.unknown, t.capacity), (76, 0, 125));
    assert!(z.lapse_gates(|_| true));
    let t = z.tally(Millis(9));
    assert_eq!((t.unknown, t.capacity_by_kind), (125, [100, 20, 5, 0]));
}

#[test]
fn a_closed_car_park_is_neither_full_nor_has_room() {
    let mut z = registered([100, 20, 0, 0]);
    let state = |state| CountWord {
        state,
        ..CountWord::vacant(0, 100)
    };
    let closed = counted(5, BayKind::Car, state(CountState::Closed));
    z.count(&closed, true);
    assert_eq!(told(&z), (0, 0, 20, 100, 120));
    assert_eq!(z.tally(Millis(9)).occupancy(), None);
    z.count(&counted(6, BayKind::Car, state(CountState::Unknown)), true);
    let t = z.tally(Millis(9));
    assert_eq!(told(&z), (0, 0, 120, 0, 120));
    assert!(!t.counted.has(BayKind::Car) && !t.ever_counted.has(BayKind::Car));
}

#[test]
fn nothing_is_counted_of_nothing() {
    let mut z = zone(10);
    z.count(&count(5, 0, 0), true);
    assert_eq!(told(&z), (0, 0, 0, 0, 0));
    assert_eq!(z.tally(Millis(9)).occupancy(), None);
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
    let mut z = registered([19, 1, 0, 0]);
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
        ([7, 1, 0, 0], 5, 0, 13)
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
fn a_count_that_knows_nothing_hides_nothing_that_others_know() {
    let unknown = CountWord {
        state: CountState::Unknown,
        ..CountWord::default()
    };
    let withdraws = |kind, at| by(kind, counted(at, BayKind::Car, unknown));
    let mut z = zone(100);
    z.count(&by(SourceKind::App, count(4, 7, 100)), true);
    z.count(&by(SourceKind::Sensor, count(5, 20, 100)), true);
    z.count(&by(SourceKind::Gate, count(6, 30, 100)), true);
    z.count(&withdraws(SourceKind::Gate, 7), true);
    assert_eq!(told(&z), (20, 80, 0, 0, 100), "the sensor's stands again");
    z.count(&withdraws(SourceKind::Sensor, 8), true);
    assert_eq!(told(&z), (7, 93, 0, 0, 100), "and then the app's");
    z.count(&withdraws(SourceKind::App, 9), true);
    assert_eq!(told(&z), (0, 0, 100, 0, 100));
    assert!(z.has_claims(), "somebody still speaks");
    say(&mut z, BayStatus::Vacant, 3);
    say(&mut z, BayStatus::Occupied, 2);
    assert_eq!(told(&z), (3, 2, 95, 0, 100), "as its bays say");
    let t = z.tally(Millis(9));
    assert!(!t.counted.has(BayKind::Car) && !t.stale);
    z.count(&by(SourceKind::Gate, count(10, 30, 100)), true);
    assert_eq!(told(&z), (30, 70, 0, 0, 100));
}

#[test]
fn a_count_that_knows_nothing_says_how_many_bays_there_are_where_nobody_else_does() {
    let mut z = zone(0);
    let word = CountWord {
        state: CountState::Unknown,
        ..CountWord::vacant(0, 40)
    };
    z.count(&counted(1, BayKind::Car, word), true);
    assert_eq!(told(&z), (0, 0, 40, 0, 40));
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
