//! What is wrong with a city as it runs: each kind is found where it is, and nothing where all is well.

use super::city::{BayAttrs, BaySpec, ZoneSpec};
use super::tests::{CAR, bay, town, zone};
use super::tests_devices::MODELS;
use super::*;
use crate::domain::{BayKind, FaultKind, LatLon};

const LAT: f64 = 1.3;
const LON: f64 = 103.8;

/// A zone whose outline is a box of these half sides, degrees: 0.001 are 111 m.
fn boxed(id: &str, east: f64, (wide, high): (f64, f64)) -> ZoneSpec {
    let at = |y: f64, x: f64| LatLon {
        lat: LAT + y * high,
        lon: LON + east + x * wide,
    };
    let ring = vec![
        at(-1.0, -1.0),
        at(-1.0, 1.0),
        at(1.0, 1.0),
        at(1.0, -1.0),
        at(-1.0, -1.0),
    ];
    ZoneSpec {
        outline: vec![vec![ring]],
        ..zone(id, LAT, LON + east)
    }
}

fn part(of: &str, zone: ZoneSpec) -> ZoneSpec {
    ZoneSpec {
        part_of: Some(of.into()),
        ..zone
    }
}

fn near(id: &str, zone: &str, north: f64) -> BaySpec {
    bay(id, zone, LAT + north, LON)
}

fn open(zones: Vec<ZoneSpec>, bays: Vec<BaySpec>) -> Registry {
    Registry::in_memory(zones, bays).unwrap().knowing(MODELS)
}

/// Kind, zone and bay of each that is told; counts say the same.
fn found(registry: &Registry) -> Vec<(FaultKind, String, String)> {
    let faults = registry.faults();
    for kind in FaultKind::ALL {
        let told = faults.told.iter().filter(|f| f.kind == kind).count();
        assert_eq!(faults.counts[kind as usize] as usize, told, "{kind}");
    }
    let text = |name: &Option<String>| name.clone().unwrap_or_default();
    let all = faults.told.iter();
    all.map(|f| (f.kind, text(&f.zone), text(&f.bay))).collect()
}

fn one(registry: &Registry, kind: FaultKind, zone: &str, bay: &str) -> CityFault {
    let only = (kind, zone.to_owned(), bay.to_owned());
    assert_eq!(found(registry), [only]);
    registry.faults().told[0].clone()
}

#[test]
fn a_city_in_order_has_none() {
    let (zones, bays) = town(20, 5);
    assert_eq!(found(&open(zones, bays)), []);
    // Neighbours share an edge, and a bay stands a little over the line.
    let zones = vec![
        boxed("A", 0.0, (0.001, 0.001)),
        boxed("B", 0.001_99, (0.001, 0.001)),
    ];
    let bays = vec![near("A-1", "A", 0.001_05)];
    assert_eq!(found(&open(zones, bays)), []);
}

#[test]
fn a_zone_that_nobody_has_placed_and_one_far_from_all_are_told() {
    let (mut zones, _) = town(5, 0);
    zones.push(zone("null", 0.0, 0.0));
    one(&open(zones, vec![]), FaultKind::NoPlace, "null", "");
    // With its axes swapped it would be one of them.
    let (mut zones, _) = town(5, 0);
    for zone in &mut zones {
        zone.place.lon -= 80.0;
    }
    zones.push(zone("swapped", LON - 80.0, LAT));
    let fault = one(&open(zones, vec![]), FaultKind::StrayZone, "swapped", "");
    assert!(fault.what.contains("look swapped"), "{}", fault.what);
}

#[test]
fn bays_that_a_moved_zone_left_behind_are_told_with_how_far() {
    let registry = open(
        vec![boxed("A", 0.0, (0.001, 0.001))],
        vec![near("A-1", "A", 0.0)],
    );
    assert_eq!(found(&registry), []);
    registry
        .put_zones(vec![boxed("A", 0.003, (0.001, 0.001))])
        .unwrap();
    let fault = one(&registry, FaultKind::BayOutside, "A", "A-1");
    assert_eq!(fault.what, "lies 222 m outside its zone's outline");
    assert_eq!(fault.place, Some(LatLon { lat: LAT, lon: LON }));
    registry
        .put_zones(vec![boxed("A", 0.05, (0.001, 0.001))])
        .unwrap();
    let fault = one(&registry, FaultKind::FarBay, "A", "A-1");
    assert!(fault.what.starts_with("lies 5.4 km"), "{}", fault.what);
}

#[test]
fn a_floor_that_its_car_park_has_left_is_told() {
    let zones = vec![zone("P", LAT, LON), part("P", zone("P-1", LAT, LON))];
    let registry = open(zones, vec![]);
    assert_eq!(found(&registry), []);
    registry
        .put_zones(vec![zone("P", LAT, LON + 0.05)])
        .unwrap();
    one(&registry, FaultKind::StrayPart, "P-1", "");
}

#[test]
fn bays_at_one_place_are_told_once_but_not_on_floors_nor_of_bicycles() {
    let zones = || {
        vec![
            zone("P", LAT, LON),
            part("P", zone("P-1", LAT, LON)),
            part("P", zone("P-2", LAT, LON)),
            zone("Q", LAT, LON),
        ]
    };
    let floors = vec![near("a", "P-1", 0.0), near("b", "P-2", 0.0)];
    assert_eq!(found(&open(zones(), floors.clone())), []);
    let bicycle = |id: &str| BaySpec {
        attrs: BayAttrs {
            kind: BayKind::Bicycle,
            ..CAR
        },
        ..near(id, "P", 0.0)
    };
    let bicycles = vec![bicycle("a"), bicycle("b")];
    assert_eq!(found(&open(zones(), bicycles)), []);
    let mut all = floors;
    all.extend((0..4).map(|n| near(&format!("q{n}"), "Q", 0.0)));
    let registry = open(zones(), all);
    let told = found(&registry);
    assert_eq!(told.len(), 1, "{told:?}");
    let what = &registry.faults().told[0].what;
    assert!(
        what.starts_with("6 bays lie at this place: ") && what.ends_with(", ..."),
        "{what}"
    );
}

#[test]
fn zones_on_the_same_ground_are_told_also_where_they_cross_or_are_the_same() {
    let square = || boxed("A", 0.0, (0.001, 0.001));
    for other in [
        boxed("B", 0.001, (0.001, 0.001)),
        boxed("B", 0.0, (0.002, 0.0002)),
        boxed("B", 0.0, (0.001, 0.001)),
        boxed("B", 0.0, (0.0001, 0.0001)),
    ] {
        let registry = open(vec![square(), other], vec![]);
        let faults = registry.faults();
        assert_eq!(faults.counts.iter().sum::<u32>(), 1, "{faults:?}");
        let fault = &faults.told[0];
        assert_eq!(fault.kind, FaultKind::ZonesOverlap);
        assert!(fault.what.contains("ground of zone"), "{}", fault.what);
    }
}

#[test]
fn a_car_park_may_lie_in_a_street_zone_and_floors_on_each_other() {
    let street = ZoneSpec {
        kind: crate::domain::ZoneKind::OnStreet,
        ..boxed("S", 0.0, (0.002, 0.002))
    };
    let house = boxed("P", 0.0, (0.001, 0.001));
    let floor = |id: &str| part("P", boxed(id, 0.0, (0.001, 0.001)));
    let zones = vec![street, house, floor("P-1"), floor("P-2")];
    assert_eq!(found(&open(zones, vec![])), []);
}

#[test]
fn more_bays_than_are_said_are_told() {
    let small = ZoneSpec {
        capacity: 1,
        ..zone("A", LAT, LON)
    };
    let bays = vec![near("a", "A", 0.0), near("b", "A", 0.001)];
    let registry = open(vec![small], bays);
    let fault = one(&registry, FaultKind::MoreBays, "A", "");
    assert_eq!(fault.what, "says that it has 1 bays and has 2");
}

#[test]
fn a_device_whose_bay_is_gone_is_told_until_it_watches_another() {
    let bays = vec![near("a", "A", 0.0), near("b", "A", 0.001)];
    let registry = open(vec![zone("A", LAT, LON)], bays);
    let device = |bay: &str| DeviceSpec {
        device: "0004a30b001c0530".into(),
        bay: bay.into(),
        model: "box".into(),
        ..DeviceSpec::default()
    };
    registry.put_devices(&[device("a")]).unwrap();
    assert_eq!(found(&registry), []);
    registry.remove_bays(&["a".into()]).unwrap();
    let fault = one(&registry, FaultKind::NoBay, "", "a");
    assert!(fault.what.contains("0004a30b001c0530"), "{}", fault.what);
    registry.put_devices(&[device("b")]).unwrap();
    assert_eq!(found(&registry), []);
}

#[test]
fn all_are_counted_and_of_each_kind_the_first_are_told() {
    let zones = vec![boxed("A", 0.0, (0.001, 0.001))];
    let outside = |n: u32| near(&format!("b{n:03}"), "A", 0.002 + f64::from(n) / 1e6);
    let mut bays: Vec<_> = (0..300).map(outside).collect();
    bays.extend([near("x", "A", 0.0), near("y", "A", 0.0)]);
    let registry = open(zones, bays);
    let faults = registry.faults();
    assert_eq!(faults.counts[FaultKind::BayOutside as usize], 300);
    assert_eq!(faults.told.len(), 201, "one kind does not push out another");
    // Worked out once for a picture.
    assert!(Arc::ptr_eq(&faults, &registry.faults()));
}
