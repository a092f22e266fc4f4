//! The live view as a whole: through everything a bay can go through, and, in `scan`, against a full
//! scan of random cities.

pub(super) mod scan;

use super::*;
use crate::domain::{BayStatus, LatLon, Millis, SourceKind, ZoneKind};
use crate::registry::Registry;
use crate::registry::city::{BayAttrs, BaySpec, ZoneSpec};

pub(super) const ROOM: Room = Room {
    spare_bays: 100,
    spare_zones: 2,
    subscribers: 4,
};

pub(super) fn zone(id: &str, place: LatLon, capacity: u32) -> ZoneSpec {
    ZoneSpec {
        id: id.to_owned(),
        aliases: vec![],
        name: id.to_owned(),
        kind: ZoneKind::OnStreet,
        operator: "city".to_owned(),
        capacity,
        place,
        capacity_by_kind: [0; 4],
        price_cents_per_hour: None,
        max_height_cm: None,
        outline: vec![],
        stale_after_s: None,
        part_of: None,
    }
}

const CAR: BayAttrs = BayAttrs {
    kind: BayKind::Car,
    accessible: false,
    ev_charging: false,
    max_height_cm: 0,
    max_stay_min: 0,
    price_cents_per_hour: Some(0),
};

fn bay(id: String, zone: &str, place: LatLon, attrs: BayAttrs) -> BaySpec {
    BaySpec {
        id,
        aliases: vec![],
        zone: zone.to_owned(),
        place,
        attrs,
    }
}

pub(super) fn view(city: &City, bay: BayIx, status: BayStatus) -> BayView {
    BayView {
        bay,
        zone: city.zone_of(bay),
        kind: city.attrs(bay).kind,
        status,
        claimed: BayStatus::Vacant,
        confidence: 200,
        sure: true,
        source_kind: SourceKind::App,
        observed_at: Millis(1_795_402_800_000),
    }
}

/// Three bays in a row, some 11 m apart, one zone.
fn street() -> Registry {
    let place = |n: i32| LatLon {
        lat: 1.3,
        lon: 103.8 + f64::from(n) * 1e-4,
    };
    let bays = (0..3)
        .map(|n| bay(format!("b{n}"), "z", place(n), CAR))
        .collect();
    Registry::in_memory(vec![zone("z", place(0), 0)], bays).unwrap()
}

fn found(live: &Live, city: &City, query: &Query) -> Vec<BayIx> {
    let mut out = vec![];
    live.nearest(city, query, &mut out);
    out.into_iter().map(|h| h.bay).collect()
}

#[test]
fn a_city_nobody_has_reported_on_is_unknown_and_stale() {
    let registry = street();
    let city = registry.city();
    let live = Live::new(&city, ROOM);
    for b in (0..3).map(BayIx) {
        let v = live.bay(&city, b);
        assert_eq!(
            (v.status, v.claimed, v.observed_at),
            (BayStatus::Unknown, BayStatus::Unknown, Millis::NEVER)
        );
    }
    let want = ZoneTally {
        capacity: 3,
        capacity_by_kind: [3, 0, 0, 0],
        unknown: 3,
        stale: true,
        ..ZoneTally::default()
    };
    assert_eq!(live.zone(ZoneIx(0)), want);
    assert!(found(&live, &city, &Query::at(city.place(BayIx(0)))).is_empty());
}

#[test]
fn a_bay_that_is_no_longer_vacant_is_out_of_the_next_query() {
    let registry = street();
    let city = registry.city();
    let live = Live::new(&city, ROOM);
    let query = Query::at(city.place(BayIx(0)));
    for gone in [BayStatus::Occupied, BayStatus::Closed, BayStatus::Unknown] {
        live.bays(&[0, 1, 2].map(|b| view(&city, BayIx(b), BayStatus::Vacant)));
        assert_eq!(found(&live, &city, &query), [0, 1, 2].map(BayIx));
        // Unknown here is a claim of vacancy gone stale: `claimed` is still vacant.
        let v = view(&city, BayIx(1), gone);
        live.bays(&[v]);
        assert_eq!(found(&live, &city, &query), [0, 2].map(BayIx), "{gone}");
        assert_eq!(live.bay(&city, BayIx(1)), v);
    }
}

#[test]
fn a_bay_whose_kind_is_changed_is_found_under_the_new_kind_only() {
    let registry = street();
    let b = registry.bay("b1").unwrap();
    let live = Live::new(&registry.city(), ROOM);
    live.bays(&[view(&registry.city(), b, BayStatus::Vacant)]);
    let place = registry.city().place(b);
    registry
        .put_bays(vec![bay(
            "b1".into(),
            "z",
            place,
            BayAttrs {
                kind: BayKind::Bicycle,
                ..CAR
            },
        )])
        .unwrap();
    let cars = Query::at(place);
    let bicycles = Query {
        kind: BayKind::Bicycle,
        ..Query::at(place)
    };
    assert!(
        found(&live, &registry.city(), &cars).is_empty(),
        "even before the stream has said so"
    );
    let b = registry.bay("b1").unwrap();
    live.bays(&[view(&registry.city(), b, BayStatus::Vacant)]);
    assert_eq!(found(&live, &registry.city(), &bicycles), [b]);
    assert!(found(&live, &registry.city(), &cars).is_empty());
}

#[test]
fn a_bay_that_is_removed_or_moved_away_is_not_found_though_nobody_has_said_so_here() {
    let registry = street();
    let live = Live::new(&registry.city(), ROOM);
    live.bays(&[0, 1, 2].map(|b| view(&registry.city(), BayIx(b), BayStatus::Vacant)));
    let kept = registry.bay("b2").unwrap();
    let place = LatLon {
        lat: 1.3001,
        lon: 103.8,
    };
    registry.remove_bays(&["b0".to_owned()]).unwrap();
    registry
        .put_bays(vec![bay("b1".into(), "z", place, CAR)])
        .unwrap();
    assert_eq!(found(&live, &registry.city(), &Query::at(place)), [kept]);
}

#[test]
fn a_bay_added_at_run_time_is_found() {
    let registry = street();
    let live = Live::new(&registry.city(), ROOM);
    let far = LatLon {
        lat: 1.35,
        lon: 103.9,
    };
    registry
        .put_bays(vec![bay("new".into(), "z", far, CAR)])
        .unwrap();
    let city = registry.city();
    let b = registry.bay("new").unwrap();
    assert_eq!(live.bay(&city, b).status, BayStatus::Unknown);
    live.bays(&[view(&city, b, BayStatus::Vacant)]);
    assert_eq!(found(&live, &city, &Query::at(far)), [b]);
}

#[test]
fn what_lies_beyond_the_room_is_counted_and_harms_nothing() {
    let registry = street();
    let live = Live::new(
        &registry.city(),
        Room {
            spare_bays: 0,
            spare_zones: 0,
            subscribers: 0,
        },
    );
    assert_eq!((live.bay_capacity(), live.zone_capacity()), (3, 1));
    let place = LatLon {
        lat: 1.3,
        lon: 103.8,
    };
    registry
        .put_bays(
            (0..200)
                .map(|n| bay(format!("n{n}"), "z", place, CAR))
                .collect(),
        )
        .unwrap();
    let city = registry.city();
    live.bays(
        &(0..203)
            .map(|b| view(&city, BayIx(b), BayStatus::Vacant))
            .collect::<Vec<_>>(),
    );
    live.zones(&[
        (ZoneIx(1), ZoneTally::default()),
        (ZoneIx(0), ZoneTally::default()),
    ]);
    assert_eq!(live.left_out(), 201);
    assert_eq!(
        found(
            &live,
            &city,
            &Query {
                limit: 200,
                ..Query::at(place)
            }
        ),
        [0, 1, 2].map(BayIx)
    );
    assert_eq!(live.bay(&city, BayIx(150)).status, BayStatus::Unknown);
    assert!(live.zone(ZoneIx(1)).stale && !live.zone(ZoneIx(0)).stale);
}

#[test]
fn impossible_places_and_radii_find_nothing_and_end() {
    let registry = street();
    let city = registry.city();
    let live = Live::new(&city, ROOM);
    live.bays(&[view(&city, BayIx(0), BayStatus::Vacant)]);
    for (lat, lon) in [
        (f64::NAN, 0.0),
        (0.0, f64::NAN),
        (90.0, 103.8),
        (-90.0, 180.0),
        (1e300, -1e300),
    ] {
        let query = Query {
            radius_m: 5_000.0,
            ..Query::at(LatLon { lat, lon })
        };
        assert!(found(&live, &city, &query).is_empty(), "{lat} {lon}");
    }
    for radius_m in [f32::NAN, -1.0, f32::NEG_INFINITY] {
        let query = Query {
            radius_m,
            ..Query::at(LatLon {
                lat: 1.3001,
                lon: 103.8,
            })
        };
        assert!(found(&live, &city, &query).is_empty(), "{radius_m}");
    }
}
