//! Orders of the authority: what is closed is shown as closed, and what is known of it goes on.

use super::*;
use crate::domain::closure::{ClosedSpan, Closing};
use crate::domain::{Affects, Span, ZoneIx};
use crate::testing::ManualClosures;
use BayStatus::{Closed, Occupied, Vacant};

fn rig_with(registry: Arc<Registry>) -> (WorkerRig, Arc<ManualClosures>) {
    let book = Arc::<ManualClosures>::default();
    let mut r = rig(registry);
    r.worker = r.worker.closed_by(book.clone());
    (r, book)
}

fn closing(r: &WorkerRig, zone: &str, bay: Option<&str>, from: u64, to: u64) -> ClosedSpan {
    ClosedSpan {
        zone: r.registry.zone(zone).unwrap(),
        bay: bay.map(|bay| r.registry.bay(bay).unwrap()),
        closing: Closing {
            span: Span::new(Millis(from), Millis(to)).unwrap(),
            order: 0,
            affects: Affects::NewArrivals,
        },
    }
}

#[test]
fn a_closed_bay_is_shown_as_closed_for_just_as_long() {
    let (mut r, book) = rig_with(testing::city(3, 4));
    r.sensor("Z1-0", T0, Vacant);
    r.sensor("Z1-1", T0, Vacant);
    r.sensor("Z1-2", T0, Occupied);
    book.set([closing(&r, "Z1", Some("Z1-0"), T0 + MIN, T0 + 3 * MIN)]);
    r.at(T0 + 1);
    assert_eq!(
        (r.status("Z1-0"), buckets(&r.zone("Z1"))),
        (Vacant, (2, 1, 1, 0))
    );
    r.at(T0 + MIN);
    assert_eq!(
        (r.status("Z1-0"), buckets(&r.zone("Z1"))),
        (Closed, (1, 1, 1, 1))
    );
    // What is said meanwhile is known, and not shown.
    r.sensor("Z1-0", T0 + 2 * MIN, Occupied);
    r.at(T0 + 2 * MIN);
    assert_eq!(
        (r.status("Z1-0"), buckets(&r.zone("Z1"))),
        (Closed, (1, 1, 1, 1))
    );
    r.at(T0 + 3 * MIN);
    assert_eq!(
        (r.status("Z1-0"), buckets(&r.zone("Z1"))),
        (Occupied, (1, 2, 1, 0))
    );
}

#[test]
fn a_closed_zone_has_no_room_whatever_is_counted_there() {
    let (mut r, book) = rig_with(testing::city(3, 4));
    let count = CountObservation {
        at: Millis(T0),
        zone: r.registry.zone("Z2").unwrap(),
        source: SourceIx(7),
        source_kind: SourceKind::Gate,
        kind: BayKind::Car,
        subset: None,
        word: CountWord {
            state: crate::domain::CountState::Open,
            of: crate::domain::CountOf::Vacant,
            number: 3,
            capacity: Some(4),
        },
        trusted: true,
    };
    r.worker.apply(&[Claim::Count(count)], Millis(T0));
    r.at(T0 + 1);
    assert_eq!(r.zone("Z2").vacant[0], 3);
    book.set([closing(&r, "Z2", None, T0 + 2, T0 + MIN)]);
    r.at(T0 + 2);
    let shut = r.zone("Z2");
    assert_eq!((buckets(&shut), shut.expected), ((0, 0, 0, 4), None));
    assert_eq!(r.status("Z2-1"), Closed, "a bay that nobody ever reported");
    book.set([]);
    r.at(T0 + 3);
    assert_eq!(
        (r.zone("Z2").vacant[0], r.status("Z2-1")),
        (3, BayStatus::Unknown)
    );
}

#[test]
fn bays_that_come_and_go_while_their_zone_is_closed_leave_the_sums_right() {
    let (mut r, book) = rig_with(testing::city(2, 3));
    r.sensor("Z1-0", T0, Vacant);
    r.sensor("Z1-1", T0, Occupied);
    let only = ["Z1-0", "Z1-2"].map(|bay| closing(&r, "Z1", Some(bay), T0, T0 + 10 * MIN));
    book.set(only);
    r.at(T0);
    assert_eq!(buckets(&r.zone("Z1")), (0, 1, 0, 2));
    let gone = ["Z1-0".to_owned(), "Z1-2".to_owned()];
    r.registry.remove_bays(&gone).unwrap();
    r.at(T0 + 1);
    let left = r.zone("Z1");
    assert_eq!((left.occupied, left.closed), (1, 0), "{left:?}");
    book.set([]);
    r.at(T0 + 2);
    let left = r.zone("Z1");
    assert_eq!(
        (left.vacant[0], left.occupied, left.closed),
        (0, 1, 0),
        "{left:?}"
    );
    assert!(r.registry.zone("Z1").is_some_and(|z| z != ZoneIx(0)));
}

proptest! {
    #[test]
    fn a_zones_sums_are_those_of_its_bays_as_they_are_shown(
        acts in prop::collection::vec((0..4_u8, 0..6_usize, 0..4_u8, 1..9_u64), 1..80),
    ) {
        let (mut r, book) = rig_with(testing::city(2, 3));
        let bays = ["Z0-0", "Z0-1", "Z0-2", "Z1-0", "Z1-1", "Z1-2"];
        let mut now = T0;
        for (act, which, state, minutes) in acts {
            now += 20_000;
            match act {
                0 => {
                    let zone = &bays[which][..2];
                    let bay = (state > 0).then_some(bays[which]);
                    let end = now + minutes * 10_000;
                    book.set([closing(&r, zone, bay, now, end)]);
                }
                1 => book.set([]),
                _ => r.sensor(bays[which], now, BayStatus::ALL[usize::from(state)]),
            }
            r.at(now);
            for zone in ["Z0", "Z1"] {
                let told = r.zone(zone);
                let shown = bays.iter().filter(|b| b.starts_with(zone));
                let known = r.model.bays.lock().unwrap().clone();
                let count = |status: BayStatus| {
                    let of = |b: &&&str| {
                        let view = known.get(&r.registry.bay(b).unwrap());
                        view.map_or(BayStatus::Unknown, |v| v.status) == status
                    };
                    shown.clone().filter(of).count() as u32
                };
                prop_assert_eq!(told.closed, count(Closed), "{} {:?}", zone, told);
                prop_assert_eq!(told.vacant[0], count(Vacant), "{} {:?}", zone, told);
                prop_assert_eq!(told.occupied, count(Occupied), "{} {:?}", zone, told);
            }
        }
    }
}
