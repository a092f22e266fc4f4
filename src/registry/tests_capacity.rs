//! How many bays of each kind a zone has, of what is said and what is known.

use super::Registry;
use super::city::{BayAttrs, BaySpec, ZoneSpec};
use super::tests::{CAR, bay, town, zone};
use crate::domain::BayKind;

#[test]
fn a_capacity_is_never_below_the_bays() {
    let (zones, bays) = town(2, 5);
    let of = |capacity| ZoneSpec {
        capacity,
        ..zones[0].clone()
    };
    let r = Registry::in_memory(vec![of(4), zones[1].clone()], bays).unwrap();
    let capacity = || r.city().zone(r.zone("z0").unwrap()).capacity();
    assert_eq!(capacity(), 5, "more are there than its file says");
    r.put_bays(vec![bay("more", "z0", 1.3, 103.8)]).unwrap();
    assert_eq!(capacity(), 6);
    r.put_zones(vec![of(7)]).unwrap();
    assert_eq!(capacity(), 7);
    r.remove_bays(&["more".into()]).unwrap();
    assert_eq!(capacity(), 7, "as its file says");
    r.put_zones(vec![of(0)]).unwrap();
    assert_eq!(capacity(), 5, "not said: it follows the bays");
}

#[test]
fn bays_that_are_neither_listed_nor_said_by_kind_are_of_the_kind_there_is_most_of() {
    let r = Registry::in_memory(vec![zone("z0", 1.3, 103.8)], vec![]).unwrap();
    let bike = |id: &str| BaySpec {
        attrs: BayAttrs {
            kind: BayKind::Motorcycle,
            accessible: true,
            ..CAR
        },
        ..bay(id, "z0", 1.3, 103.8)
    };
    let put = |capacity, capacity_by_kind| {
        let spec = ZoneSpec {
            capacity,
            capacity_by_kind,
            ..zone("z0", 1.3, 103.8)
        };
        r.put_zones(vec![spec]).unwrap();
        r.city().zone(r.zone("z0").unwrap()).capacity_by_kind
    };
    assert_eq!(
        put(100, [0; 4]),
        [100, 0, 0, 0],
        "cars, where nothing is known"
    );
    r.put_bays(vec![bike("m1"), bike("m2")]).unwrap();
    assert_eq!(put(100, [0; 4]), [0, 100, 0, 0], "what its bays are of");
    assert_eq!(put(0, [100, 20, 0, 0]), [100, 20, 0, 0]);
    assert_eq!(put(150, [100, 20, 0, 0]), [100, 20, 0, 0]);
    assert_eq!(
        put(0, [100, 1, 0, 0]),
        [100, 2, 0, 0],
        "never fewer than its bays"
    );
    assert_eq!(put(0, [0; 4]), [0, 2, 0, 0]);
    let z = r.zone("z0").unwrap();
    assert_eq!(r.city().zone(z).accessible.len(), 2);
    r.remove_bays(&["m1".into()]).unwrap();
    assert_eq!(r.city().zone(z).accessible.len(), 1);
    assert_eq!(r.city().zone(z).capacity_by_kind, [0, 1, 0, 0]);
}
