//! Changes of the registry at run time, as the worker takes them up.

use super::*;

#[test]
fn only_zones_that_a_change_touched_are_told_anew() {
    let mut r = rig_of(testing::city(3, 2), true);
    for zone in 0..3 {
        r.sensor(&format!("Z{zone}-0"), T0, BayStatus::Vacant);
    }
    r.at(T0);
    let told_of = |r: &WorkerRig| -> Vec<u32> {
        let told = std::mem::take(&mut *r.model.zones.lock().unwrap());
        told.into_keys().map(|zone| zone.0).collect()
    };
    told_of(&r);
    r.at(T0 + 1);
    assert_eq!(told_of(&r), [0; 0], "nothing is new");
    let mut other = testing::zone(1, 9);
    other.name = "another name".into();
    r.registry.put_zones(vec![other]).unwrap();
    r.at(T0 + 2);
    assert_eq!(told_of(&r), [1]);
    r.registry.remove_bays(&["Z2-1".to_owned()]).unwrap();
    r.registry.put_zones(vec![testing::zone(5, 9)]).unwrap();
    r.at(T0 + 3);
    assert_eq!(told_of(&r), [2, 3], "what two changes touched, and no more");
    assert_eq!(r.model.usual.lock().unwrap().len(), 4);
}
