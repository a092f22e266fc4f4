//! The registry seen from outside: order, look-ups, run-time changes.

use super::city::{BayAttrs, BaySpec, City, ZoneSpec};
use super::*;
use crate::domain::{BayKind, LatLon, ZoneKind};
use std::collections::BTreeSet;

pub(super) const CAR: BayAttrs = BayAttrs {
    kind: BayKind::Car,
    accessible: false,
    ev_charging: false,
    max_height_cm: 0,
    max_stay_min: 0,
    price_cents_per_hour: Some(0),
};

pub(super) fn zone(id: &str, lat: f64, lon: f64) -> ZoneSpec {
    ZoneSpec {
        id: id.into(),
        aliases: vec![],
        name: format!("Zone {id}"),
        kind: ZoneKind::OffStreet,
        operator: String::new(),
        capacity: 0,
        place: LatLon { lat, lon },
        capacity_by_kind: [0; 4],
        price_cents_per_hour: None,
        max_height_cm: None,
        outline: vec![],
        stale_after_s: None,
        part_of: None,
    }
}

pub(super) fn bay(id: &str, zone: &str, lat: f64, lon: f64) -> BaySpec {
    BaySpec {
        id: id.into(),
        aliases: vec![],
        zone: zone.into(),
        place: LatLon { lat, lon },
        attrs: CAR,
    }
}

/// `zones` zones in a square of 20 km, each with `each` bays in some 300 m around it, in shuffled
/// order.
pub(super) fn town(zones: u32, each: u32) -> (Vec<ZoneSpec>, Vec<BaySpec>) {
    let hash = |n: u32, salt: u32| {
        f64::from((n.wrapping_mul(0x9E37_79B1) ^ salt).wrapping_mul(0x85EB_CA6B) >> 16) / 65_536.0
    };
    let place = |z: u32| (1.25 + hash(z, 1) * 0.18, 103.7 + hash(z, 2) * 0.18);
    let zs = (0..zones)
        .map(|z| zone(&format!("z{z}"), place(z).0, place(z).1))
        .collect();
    let bays = (0..zones * each).map(|b| {
        let z = b % zones;
        let (lat, lon) = place(z);
        bay(
            &format!("b{b}"),
            &format!("z{z}"),
            lat + hash(b, 3) * 0.003,
            lon + hash(b, 4) * 0.003,
        )
    });
    (zs, bays.collect())
}

pub(super) fn live(city: &City) -> impl Iterator<Item = BayIx> {
    (0..city.bay_slots())
        .map(BayIx)
        .filter(|&b| city.is_live(b))
}

/// What holds of every city, however it came about.
pub(super) fn check_invariants(r: &Registry) {
    let city = r.city();
    assert_eq!(live(&city).count() as u32, city.live_bays());
    let mut in_zones = BTreeSet::new();
    for (z, zone) in city.zones() {
        assert_eq!(r.zone(&zone.spec.id), Some(z));
        assert_eq!(city.zone_numbered(zone.number), Some(z));
        let mut count = 0;
        for b in city.bays_of(z) {
            assert_eq!(city.zone_of(b), z);
            assert!(in_zones.insert(b), "{b:?} is in two zones");
            count += 1;
        }
        assert_eq!(zone.capacity(), zone.spec.capacity.max(count));
    }
    assert_eq!(
        in_zones.len() as u32,
        city.live_bays(),
        "every bay is in a zone"
    );
    let mut numbers = BTreeSet::new();
    for b in live(&city) {
        assert_eq!(r.bay(city.bay_id(b)), Some(b));
        assert_eq!(city.bay_numbered(city.bay_number(b)), Some(b));
        assert!(numbers.insert(city.bay_number(b)));
        let (lat, lon) = city.place_e7(b);
        let (column, row) = city.cell_at(lat, lon);
        let found = |c, r| {
            city.cell_runs(c, r)
                .filter(|run| run.contains(&b.0))
                .count()
        };
        assert_eq!(found(column, row), 1, "in one run of its own cell");
        for (dc, dr) in [(0, 1), (1, 0), (1, 1), (-1, 0), (0, -1)] {
            assert_eq!(found(column + dc, row + dr), 0, "and in no neighbour's");
        }
    }
    assert_eq!(r.bays.ids.len() as u32, city.live_bays());
    assert_eq!(r.zones.ids.len(), city.zones().count());
}

fn err<T>(r: Result<T, RegistryError>) -> String {
    r.err().expect("an error").0
}

#[test]
fn a_city_is_laid_out_by_zone_and_cell() {
    let (zones, bays) = town(50, 80);
    let r = Registry::in_memory(zones, bays.clone()).unwrap();
    check_invariants(&r);
    let city = r.city();
    assert_eq!((city.bay_slots(), city.zone_count()), (4_000, 50));
    let mut next = 0;
    for z in 0..50 {
        let range = city.zone(ZoneIx(z)).bays.clone();
        assert_eq!(range.start, next, "zone ranges lie end to end");
        next = range.end;
        let cells: Vec<_> = range
            .clone()
            .map(|b| city.cell_at(city.place_e7(BayIx(b)).0, city.place_e7(BayIx(b)).1))
            .collect();
        let changes = cells.windows(2).filter(|w| w[0] != w[1]).count();
        assert_eq!(
            changes + 1,
            cells.iter().collect::<BTreeSet<_>>().len(),
            "one run a cell within the zone"
        );
    }
    assert_eq!(next, 4_000);
    for b in &bays {
        let ix = r.bay(&b.id).unwrap();
        assert_eq!(city.zone(city.zone_of(ix)).spec.id, b.zone);
        assert!(city.place(ix).distance_m(b.place) < 0.02);
        assert_eq!(city.attrs(ix), b.attrs);
    }
}

#[test]
fn attributes_come_back_as_given() {
    let attrs = BayAttrs {
        kind: BayKind::Bicycle,
        accessible: true,
        ev_charging: true,
        max_height_cm: u16::MAX,
        max_stay_min: 7,
        price_cents_per_hour: Some(u32::MAX - 1),
    };
    let r = Registry::in_memory(
        vec![zone("z", 1.3, 103.8)],
        vec![BaySpec {
            attrs,
            ..bay("b", "z", 1.3, 103.8)
        }],
    )
    .unwrap();
    let city = r.city();
    assert_eq!(city.attrs(BayIx(0)), attrs);
    assert_eq!(
        city.place(BayIx(0)),
        LatLon {
            lat: 1.3,
            lon: 103.8
        }
    );
}

#[test]
fn an_empty_city_answers_and_can_be_added_to() {
    let r = Registry::in_memory(vec![], vec![]).unwrap();
    assert_eq!(
        (
            r.city().bay_slots(),
            r.city().zone_count(),
            r.city().cell_runs(0, 0).count()
        ),
        (0, 0, 0)
    );
    assert_eq!(
        (
            r.bay("b"),
            r.zone("z"),
            r.source("s"),
            r.city().bay_numbered(0)
        ),
        (None, None, None, None)
    );
    r.put_zones(vec![zone("z", 1.3, 103.8)]).unwrap();
    r.put_bays(vec![bay("b", "z", 1.3, 103.8)]).unwrap();
    check_invariants(&r);
    assert_eq!(r.city().live_bays(), 1);
}

#[test]
fn a_change_is_whole_or_not_at_all() {
    let (zones, bays) = town(3, 10);
    let r = Registry::in_memory(zones, bays).unwrap();
    let before = r.city().live_bays();
    let e = err(r.put_bays(vec![
        bay("new", "z1", 1.3, 103.8),
        bay("lost", "nowhere", 1.3, 103.8),
    ]));
    assert_eq!(
        e,
        r#"bays: features[1] (id "lost"): unknown zone "nowhere""#
    );
    assert_eq!((r.bay("new"), r.city().live_bays()), (None, before));
    let e = err(r.put_bays(vec![
        bay("new", "z1", 1.3, 103.8),
        bay("new", "z1", 1.3, 103.8),
    ]));
    assert!(e.contains("duplicate"), "{e}");
    let e = err(r.remove_bays(&["b1".into(), "none".into()]));
    assert!(e.contains(r#"(id "none"): unknown bay"#), "{e}");
    assert!(r.bay("b1").is_some());
    assert_eq!(r.city().bay_number(r.bay("b1").unwrap()), 1);
    r.put_bays(vec![bay("new", "z1", 1.3, 103.8)]).unwrap();
    assert_eq!(
        r.city().bay_number(r.bay("new").unwrap()),
        30,
        "numbers of abandoned changes are not lost"
    );
    check_invariants(&r);
}

#[test]
fn changing_attributes_keeps_the_index_and_moving_does_not() {
    let (zones, bays) = town(3, 10);
    let r = Registry::in_memory(zones, bays.clone()).unwrap();
    let was = r.bay("b4").unwrap();
    let old = r.city.load_full();
    let priced = BaySpec {
        attrs: BayAttrs {
            price_cents_per_hour: Some(120),
            ..CAR
        },
        ..bays[4].clone()
    };
    r.put_bays(vec![priced.clone()]).unwrap();
    assert_eq!(r.bay("b4"), Some(was));
    assert_eq!(r.city().attrs(was).price_cents_per_hour, Some(120));
    assert_eq!(
        old.attrs(was).price_cents_per_hour,
        Some(0),
        "a picture once taken does not change"
    );

    let number = old.bay_number(was);
    r.put_bays(vec![BaySpec {
        place: LatLon {
            lat: 1.31,
            lon: 103.81,
        },
        ..priced.clone()
    }])
    .unwrap();
    let now = r.bay("b4").unwrap();
    assert_eq!(
        (now, r.city().is_live(was), r.city().bay_numbered(number)),
        (BayIx(30), false, None)
    );
    assert_eq!(r.city().bay_id(now), "b4");
    check_invariants(&r);
    r.put_bays(vec![BaySpec {
        zone: "z0".into(),
        ..priced
    }])
    .unwrap();
    assert_eq!(r.city().zone(r.zone("z0").unwrap()).capacity(), 11);
    assert_eq!(r.city().zone(r.zone("z1").unwrap()).capacity(), 9);
    check_invariants(&r);
    let same = r.city.load_full();
    r.put_bays(vec![bays[7].clone()]).unwrap();
    assert!(
        Arc::ptr_eq(&same, &r.city.load_full()),
        "what changes nothing makes no new picture"
    );
}

#[test]
fn a_zone_goes_only_when_it_is_empty_and_may_come_back() {
    let (zones, bays) = town(2, 2);
    let r = Registry::in_memory(zones.clone(), bays).unwrap();
    let e = err(r.remove_zone("z1"));
    assert!(e.contains(r#"(id "z1"): the zone still has 2 bays"#), "{e}");
    r.remove_bays(&["b1".into(), "b3".into()]).unwrap();
    let ix = r.zone("z1").unwrap();
    let number = r.city().zone(r.zone("z1").unwrap()).number;
    r.remove_zone("z1").unwrap();
    check_invariants(&r);
    assert_eq!((r.zone("z1"), r.city().zone_numbered(number)), (None, None));
    assert!(r.city().zone(ix).removed);
    assert!(err(r.remove_zone("z1")).contains("unknown zone"));
    r.put_zones(vec![zones[1].clone()]).unwrap();
    r.put_bays(vec![bay("b1", "z1", 1.3, 103.8)]).unwrap();
    assert_ne!(r.city().zone(r.zone("z1").unwrap()).number, number);
    check_invariants(&r);
}

#[test]
fn sources_keep_their_number_when_their_kind_changes() {
    let r = Registry::in_memory(vec![], vec![]).unwrap();
    let a = r.enrol_source("a", SourceKind::Sensor).unwrap();
    let many = r
        .enrol_sources(&[
            ("b", SourceKind::App),
            ("a", SourceKind::Gate),
            ("b", SourceKind::App),
        ])
        .unwrap();
    assert_eq!(
        (a, many),
        (SourceIx(0), vec![SourceIx(1), SourceIx(0), SourceIx(1)])
    );
    assert_eq!(r.source("a"), Some((SourceIx(0), SourceKind::Gate)));
    assert_eq!(
        (
            r.source_id(SourceIx(1)).as_deref(),
            r.source_id(SourceIx(2)),
            r.source_count()
        ),
        (Some("b"), None, 2)
    );
    assert!(err(r.enrol_source("a/b", SourceKind::App)).contains("invalid id"));
}

#[test]
fn sources_are_bounded() {
    let mut r = Registry::in_memory(vec![], vec![]).unwrap();
    r.sources.max = 2;
    r.enrol_sources(&[("a", SourceKind::App), ("b", SourceKind::App)])
        .unwrap();
    assert!(err(r.enrol_source("c", SourceKind::App)).contains("no more than 2"));
    assert_eq!(
        r.enrol_source("b", SourceKind::Gate).unwrap(),
        SourceIx(1),
        "a known one may still change"
    );
}
