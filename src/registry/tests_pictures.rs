//! What the city knows of its earlier pictures.

use super::city::ZonePast;
use super::tests::{bay, zone};
use super::*;
use crate::domain::ZoneKind;

fn past(registry: &Registry, zone: &str, since: u64) -> (Vec<u32>, ZonePast) {
    let zone = registry.zone(zone).unwrap();
    let city = registry.city();
    let changed = city.changed_since(since).map(|z| z.0).collect();
    (changed, city.zone(zone).past)
}

#[test]
fn a_zone_knows_in_which_picture_it_came_moved_lost_a_bay_and_went_out_of_sight() {
    let at = |n: f64| (1.3, 103.8 + n * 0.001);
    let bays = [("Z0-0", "Z0"), ("Z0-1", "Z0"), ("Z1-0", "Z1")];
    let bays = bays.map(|(id, zone)| bay(id, zone, at(0.0).0, at(0.0).1));
    let zones = [0.0, 1.0].map(|n| zone(&format!("Z{n}"), at(n).0, at(n).1));
    let registry = Registry::in_memory(zones.to_vec(), bays.to_vec()).unwrap();
    assert_eq!(past(&registry, "Z0", 0), (vec![], ZonePast::default()));
    let new = bay("Z0-7", "Z0", at(0.0).0, at(0.0).1);
    registry.put_bays(vec![new]).unwrap();
    assert_eq!(past(&registry, "Z0", 0), (vec![0], ZonePast::default()));
    registry.remove_bays(&["Z0-1".to_owned()]).unwrap();
    let lost = ZonePast {
        lost: 2,
        ..ZonePast::default()
    };
    assert_eq!(past(&registry, "Z0", 1), (vec![0], lost));
    assert_eq!(past(&registry, "Z1", 2), (vec![], ZonePast::default()));

    let mut spec = zone("Z5", at(5.0).0, at(5.0).1);
    registry.put_zones(vec![spec.clone()]).unwrap();
    assert_eq!(past(&registry, "Z5", 2).1.came, 3);
    spec.place.lat += 0.0001;
    registry.put_zones(vec![spec.clone()]).unwrap();
    assert_eq!(past(&registry, "Z5", 2).1.moved, 4);
    spec.kind = ZoneKind::Private;
    registry.put_zones(vec![spec]).unwrap();
    let all = ZonePast {
        came: 3,
        moved: 4,
        lost: 5,
        hidden: 5,
        removed: 0,
    };
    assert_eq!(past(&registry, "Z5", 4), (vec![2], all));
    let there = registry.city().picture();
    registry.remove_bays(&["Z1-0".to_owned()]).unwrap();
    registry.remove_zone("Z1").unwrap();
    let city = registry.city();
    assert_eq!(city.picture(), there + 2);
    let gone = city.zone(ZoneIx(1)).past;
    assert_eq!((gone.lost, gone.hidden, gone.removed), (6, 7, 7));
    let order: Vec<_> = city.changed_since(0).map(|z| z.0).collect();
    assert_eq!(order, [0, 2, 1], "each once, the last changed last");
}
