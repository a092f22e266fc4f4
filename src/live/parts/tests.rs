//! What is said of a car park as a whole, and of its areas and floors.

use super::*;
use crate::domain::{BayIx, BayStatus, LatLon, Millis, ReadModel};
use crate::live::tests::{ROOM, view, zone};
use crate::registry::Registry;
use crate::registry::city::ZoneSpec;

const PLACE: LatLon = LatLon {
    lat: 1.3,
    lon: 103.8,
};

fn counted(vacant: u32, of: u32, at: u64) -> ZoneTally {
    ZoneTally {
        vacant: [vacant, 0, 0, 0],
        occupied: of - vacant,
        capacity: of,
        capacity_by_kind: [of, 0, 0, 0],
        counted: KindSet::from_bits(1),
        ever_counted: KindSet::from_bits(1),
        observed_at: Millis(at),
        ..ZoneTally::default()
    }
}

fn garage() -> Registry {
    let floor = |id: &str| ZoneSpec {
        part_of: Some("P".into()),
        ..zone(id, PLACE, 0)
    };
    let zones = vec![zone("P", PLACE, 300), floor("B1"), floor("B2"), floor("B3")];
    Registry::in_memory(zones, Vec::new()).unwrap()
}

#[test]
fn what_is_said_of_the_whole_goes_before_its_parts_and_else_it_is_their_sum() {
    let registry = garage();
    let city = registry.city();
    let live = Live::new(&city, ROOM);
    let [whole, b1, b2] = ["P", "B1", "B2"].map(|id| registry.zone(id).unwrap());
    let told = || live.with_parts(&city, whole);
    assert!(told().stale, "nobody has said anything");
    live.zones(&[(b1, counted(7, 120, 5_000)), (b2, counted(3, 80, 4_000))]);
    let t = told();
    assert_eq!((t.vacant[0], t.occupied, t.unknown), (10, 190, 100));
    assert_eq!((t.capacity, t.observed_at), (300, Millis(4_000)));
    assert!(!t.stale && t.counted.has(BayKind::Car));
    live.zones(&[(whole, counted(20, 290, 6_000))]);
    assert_eq!(told(), counted(20, 290, 6_000), "sums that disagree stand");
    assert_eq!(live.on_offer(&city, whole).vacant[0], 20);
}

#[test]
fn a_part_that_is_silent_counts_as_unknown_bays_of_the_whole() {
    let registry = garage();
    let city = registry.city();
    let live = Live::new(&city, ROOM);
    let [whole, b1, b2] = ["P", "B1", "B2"].map(|id| registry.zone(id).unwrap());
    let silent = ZoneTally {
        unknown: 80,
        capacity: 80,
        capacity_by_kind: [80, 0, 0, 0],
        observed_at: Millis(1),
        stale: true,
        ..ZoneTally::default()
    };
    live.zones(&[(b1, counted(7, 120, 5_000)), (b2, silent)]);
    let t = live.on_offer(&city, whole);
    assert_eq!((t.vacant[0], t.occupied, t.unknown), (7, 113, 180));
    assert_eq!((t.capacity, t.observed_at), (300, Millis(5_000)));
    live.zones(&[(b1, silent), (b2, silent)]);
    assert!(live.on_offer(&city, whole).stale);
}

#[test]
fn a_whole_is_closed_once_all_its_parts_are() {
    let registry = garage();
    let city = registry.city();
    let live = Live::new(&city, ROOM);
    let [whole, b1, b2] = ["P", "B1", "B2"].map(|id| registry.zone(id).unwrap());
    let closed = ZoneTally {
        vacant: [0; 4],
        occupied: 0,
        closed: 10,
        closed_kinds: KindSet::from_bits(1),
        ..counted(10, 10, 9)
    };
    live.zones(&[(b1, closed), (b2, counted(3, 80, 9))]);
    let is_closed = || live.with_parts(&city, whole).closed_kinds.has(BayKind::Car);
    assert!(!is_closed());
    live.zones(&[(b2, closed)]);
    assert!(is_closed());
}

#[test]
fn bays_that_a_car_park_has_beside_its_floors_are_told_with_them() {
    let town = crate::testing::town().zone("P").bays(3);
    let registry = town.zone("B1").part_of("P").registry();
    let city = registry.city();
    let live = Live::new(&city, ROOM);
    let bays: Vec<BayIx> = (0..3).map(BayIx).collect();
    let [whole, floor] = ["P", "B1"].map(|id| registry.zone(id).unwrap());
    let views = bays[..2]
        .iter()
        .map(|bay| view(&city, *bay, BayStatus::Vacant));
    live.bays(&views.collect::<Vec<_>>());
    let own = ZoneTally {
        vacant: [2, 0, 0, 0],
        unknown: 1,
        capacity: 3,
        capacity_by_kind: [3, 0, 0, 0],
        observed_at: Millis(8_000),
        ..ZoneTally::default()
    };
    live.zones(&[(whole, own), (floor, counted(7, 120, 9_000))]);
    let t = live.on_offer(&city, whole);
    assert_eq!((t.vacant[0], t.occupied, t.unknown), (9, 113, 1));
    assert_eq!((t.capacity, t.observed_at), (123, Millis(8_000)));
}

#[tokio::test]
async fn who_follows_a_car_park_is_told_when_a_floor_changes() {
    use crate::live::ZoneFilter;
    let registry = garage();
    let city = registry.city();
    let live = Live::new(&city, ROOM);
    let [whole, b1] = ["P", "B1"].map(|id| registry.zone(id).unwrap());
    let feed = std::sync::Arc::clone(live.feed());
    let run = tokio::spawn(async move { feed.run(std::time::Duration::from_millis(1)).await });
    let mut dirty = live
        .feed()
        .subscribe(&city, ZoneFilter::Some(vec![whole]))
        .unwrap();
    let mut zones = Vec::new();
    dirty.take(&mut zones);
    zones.clear();
    live.zones(&[(b1, counted(7, 120, 5_000))]);
    dirty.wait().await;
    dirty.take(&mut zones);
    assert_eq!(zones, [whole]);
    run.abort();
}

/// 107 of 220 bays are vacant on the two floors of a car park of 230.
fn floors_expect(live: &Live, [b1, b2]: [ZoneIx; 2]) {
    let sure = |vacant: u32, of: u32| ZoneTally {
        expected: Some(Expected::of(f64::from(vacant), 0.0)),
        ..counted(vacant, of, 5_000)
    };
    live.zones(&[(b1, sure(7, 120)), (b2, sure(100, 100))]);
}

#[test]
fn bays_that_no_floor_has_are_expected_to_be_vacant_as_usual_and_no_others() {
    let town = crate::testing::town().zone("P").capacity(230);
    let town = town.zone("B1").part_of("P").zone("B2").part_of("P");
    let registry = town.registry();
    let city = registry.city();
    let live = Live::new(&city, ROOM);
    let [whole, b1, b2] = ["P", "B1", "B2"].map(|id| registry.zone(id).unwrap());
    floors_expect(&live, [b1, b2]);
    let told = || {
        let tally = live.with_parts(&city, whole);
        let (mean, ..) = tally.expected.unwrap().range(tally.capacity);
        (tally.vacant[0], tally.unknown, mean.round())
    };
    assert_eq!(told(), (107, 10, 112.0), "half of them: nothing is learnt");
    // Three of four are taken.
    ReadModel::usual(&live, &[(whole, 1_125)]);
    assert_eq!(told(), (107, 10, 110.0));
    let withdrawn = ZoneTally {
        unknown: 230,
        capacity: 230,
        capacity_by_kind: [230, 0, 0, 0],
        observed_at: Millis(4_000),
        expected: Some(Expected::of(57.0, 40.0)),
        ..ZoneTally::default()
    };
    live.zones(&[(whole, withdrawn)]);
    assert_eq!(told(), (107, 10, 110.0), "it no longer says of how many");
    assert_eq!(live.with_parts(&city, whole).observed_at, Millis(5_000));
    let (_, low, high) = live.with_parts(&city, whole).expected.unwrap().range(230);
    assert!((107..=117).contains(&low) && (107..=117).contains(&high));
}

#[test]
fn a_floor_that_is_silent_is_expected_to_be_as_usual() {
    let town = crate::testing::town().zone("P");
    let town = town.zone("B1").part_of("P").zone("B2").part_of("P");
    let registry = town.registry();
    let city = registry.city();
    let live = Live::new(&city, ROOM);
    let [whole, b1, b2] = ["P", "B1", "B2"].map(|id| registry.zone(id).unwrap());
    floors_expect(&live, [b1, b2]);
    let silent = ZoneTally {
        unknown: 100,
        capacity: 100,
        capacity_by_kind: [100, 0, 0, 0],
        stale: true,
        ..ZoneTally::default()
    };
    live.zones(&[(b2, silent)]);
    let tally = live.with_parts(&city, whole);
    let (mean, ..) = tally.expected.unwrap().range(tally.capacity);
    assert_eq!((tally.unknown, mean.round()), (100, 57.0));
}
