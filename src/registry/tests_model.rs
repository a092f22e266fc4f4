//! Random puts, moves, removals and restarts against a plain map: the same answers, the same city.

use super::city::{BayAttrs, BaySpec, ZoneSpec};
use super::tests::{CAR, check_invariants, zone};
use super::tests_files::CityFolder;
use super::*;
use crate::domain::LatLon;
use crate::long::cases;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Debug)]
enum Action {
    /// Bay, zone, place, price.
    PutBays(Vec<(u8, u8, u8, u8)>),
    RemoveBays(Vec<u8>),
    PutZone(u8, u32),
    RemoveZone(u8),
    Restart,
}

fn action() -> impl Strategy<Value = Action> {
    let put = (0..12_u8, 0..4_u8, 0..3_u8, 0..3_u8);
    prop_oneof![
        6 => prop::collection::vec(put, 1..4).prop_map(Action::PutBays),
        2 => prop::collection::vec(0..12_u8, 1..3).prop_map(Action::RemoveBays),
        2 => (0..4_u8, 0..6_u32).prop_map(|(z, capacity)| Action::PutZone(z, capacity)),
        1 => (0..4_u8).prop_map(Action::RemoveZone),
        1 => Just(Action::Restart),
    ]
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct ModelBay {
    zone: u8,
    place: u8,
    price: u8,
}

/// Zones to given capacities (0: none), bays, and the number each bay was last seen with.
#[derive(Clone, Debug, Default)]
struct Model {
    zones: BTreeMap<u8, u32>,
    bays: BTreeMap<u8, ModelBay>,
}

impl Model {
    fn fits(&self) -> bool {
        self.bays.values().all(|b| self.zones.contains_key(&b.zone))
    }

    fn bays_in(&self, zone: u8) -> u32 {
        self.bays.values().filter(|b| b.zone == zone).count() as u32
    }

    /// The model after the action; `None`: it must be refused.
    fn after(&self, action: &Action) -> Option<Self> {
        let mut m = self.clone();
        match action {
            Action::PutBays(puts) => {
                for &(b, zone, place, price) in puts {
                    m.bays.insert(b, ModelBay { zone, place, price });
                }
                if puts.iter().map(|p| p.0).collect::<BTreeSet<_>>().len() < puts.len() {
                    return None;
                }
            }
            Action::RemoveBays(gone) => {
                for b in gone {
                    m.bays.remove(b)?;
                }
            }
            Action::PutZone(z, capacity) => drop(m.zones.insert(*z, *capacity)),
            Action::RemoveZone(z) => drop(m.zones.remove(z)?),
            Action::Restart => {}
        }
        m.fits().then_some(m)
    }
}

fn zone_spec(z: u8, capacity: u32) -> ZoneSpec {
    ZoneSpec {
        capacity,
        ..zone(&format!("z{z}"), 1.3 + f64::from(z) / 100.0, 103.8)
    }
}

fn bay_spec(b: u8, ModelBay { zone, place, price }: &ModelBay) -> BaySpec {
    BaySpec {
        aliases: vec![],
        id: format!("b{b}"),
        zone: format!("z{zone}"),
        place: LatLon {
            lat: 1.3,
            lon: 103.8 + f64::from(*place) / 1000.0,
        },
        attrs: BayAttrs {
            price_cents_per_hour: Some(u32::from(*price)),
            ..CAR
        },
    }
}

fn act(r: &Registry, action: &Action) -> Result<(), RegistryError> {
    match action {
        Action::PutBays(puts) => r.put_bays(
            puts.iter()
                .map(|&(b, zone, place, price)| bay_spec(b, &ModelBay { zone, place, price }))
                .collect(),
        ),
        Action::RemoveBays(gone) => {
            r.remove_bays(&gone.iter().map(|b| format!("b{b}")).collect::<Vec<_>>())
        }
        Action::PutZone(z, capacity) => r.put_zones(vec![zone_spec(*z, *capacity)]),
        Action::RemoveZone(z) => r.remove_zone(&format!("z{z}")),
        Action::Restart => Ok(()),
    }
}

fn compare(r: &Registry, m: &Model) {
    check_invariants(r);
    let city = r.city();
    let zones: BTreeMap<_, _> = city
        .zones()
        .map(|(_, z)| (z.spec.id.clone(), z.capacity()))
        .collect();
    let want: BTreeMap<_, _> = m
        .zones
        .iter()
        .map(|(&z, &c)| (format!("z{z}"), c.max(m.bays_in(z))))
        .collect();
    assert_eq!(zones, want);
    assert_eq!(city.live_bays() as usize, m.bays.len());
    for (&b, bay) in &m.bays {
        let want = bay_spec(b, bay);
        let ix = r.bay(&want.id).expect("the model has it");
        let zone = city.zone(city.zone_of(ix)).spec.id.clone();
        let got = BaySpec {
            id: city.bay_id(ix).to_string(),
            aliases: vec![],
            zone,
            place: city.place(ix),
            attrs: city.attrs(ix),
        };
        assert!(got.place.distance_m(want.place) < 0.02);
        assert_eq!(
            BaySpec {
                place: want.place,
                ..got
            },
            want
        );
    }
}

/// A bay keeps its number as long as it stays where it is; a number once left is never used again.
fn check_numbers(
    r: &Registry,
    before: &Model,
    after: &Model,
    numbers: &mut BTreeMap<u8, u32>,
    used: &mut BTreeSet<u32>,
) {
    let city = r.city();
    for (&b, bay) in &after.bays {
        let number = city.bay_number(r.bay(&format!("b{b}")).expect("the model has it"));
        let stayed = before
            .bays
            .get(&b)
            .is_some_and(|was| (was.zone, was.place) == (bay.zone, bay.place));
        if stayed {
            assert_eq!(numbers[&b], number);
        } else {
            assert!(used.insert(number), "number {number} comes twice");
        }
        numbers.insert(b, number);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(96), failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_course_of_changes_and_restarts_equals_a_plain_map(actions in prop::collection::vec(action(), 1..40)) {
        let mut model = Model::default();
        model.zones.extend([(0, 0), (1, 5)]);
        model.bays.extend((0..4).map(|b| (b, ModelBay { zone: b % 2, place: 0, price: 0 })));
        let zones: Vec<_> = model.zones.iter().map(|(&z, &c)| zone_spec(z, c)).collect();
        let bays: Vec<_> = model.bays.iter().map(|(&b, bay)| bay_spec(b, bay)).collect();
        let place = CityFolder::new(&zones, &bays);
        let mut r = place.open().expect("valid files");
        let mut numbers = BTreeMap::new();
        let mut used = BTreeSet::new();
        check_numbers(&r, &Model::default(), &model, &mut numbers, &mut used);
        for action in actions.into_iter().chain([Action::Restart]) {
            let next = model.after(&action);
            let done = act(&r, &action);
            prop_assert_eq!(done.is_ok(), next.is_some(), "{:?}: {:?}", action, done);
            if matches!(action, Action::Restart) {
                r = place.open().expect("what was accepted can be read again");
            }
            let next = next.unwrap_or_else(|| model.clone());
            compare(&r, &next);
            check_numbers(&r, &model, &next, &mut numbers, &mut used);
            model = next;
        }
    }
}
