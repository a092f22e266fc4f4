//! The live view as a whole: against a full scan of random cities, and through everything a bay can
//! go through.

use super::nearest::Plane;
use super::*;
use crate::domain::{BayStatus, LatLon, Millis, SourceKind, ZoneKind};
use crate::long::cases;
use crate::registry::Registry;
use crate::registry::city::{BayAttrs, BaySpec, ZoneSpec};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

const ROOM: Room = Room {
    spare_bays: 100,
    spare_zones: 2,
    subscribers: 4,
};

pub(super) fn zone(id: &str, place: LatLon, capacity: u32) -> ZoneSpec {
    ZoneSpec {
        id: id.to_owned(),
        name: id.to_owned(),
        kind: ZoneKind::OnStreet,
        operator: "city".to_owned(),
        capacity,
        place,
        outline: vec![],
        stale_after_s: None,
    }
}

const CAR: BayAttrs = BayAttrs {
    kind: BayKind::Car,
    accessible: false,
    ev_charging: false,
    max_height_cm: 0,
    max_stay_min: 0,
    price_cents_per_hour: 0,
};

fn bay(id: String, zone: &str, place: LatLon, attrs: BayAttrs) -> BaySpec {
    BaySpec {
        id,
        zone: zone.to_owned(),
        place,
        attrs,
    }
}

fn view(city: &City, bay: BayIx, status: BayStatus) -> BayView {
    BayView {
        bay,
        zone: city.zone_of(bay),
        kind: city.attrs(bay).kind,
        status,
        claimed: BayStatus::Vacant,
        confidence: 200,
        source_kind: SourceKind::App,
        observed_at: Millis(1_795_402_800_000),
    }
}

/// A place up to `metres` north or south and east or west of `centre`, taken around the date line
/// if need be.
fn near(rng: &mut StdRng, centre: LatLon, metres: f64) -> LatLon {
    let deg = metres / crate::domain::geo::M_PER_DEG;
    let lon = centre.lon + rng.random_range(-deg..=deg) / centre.lat.to_radians().cos();
    LatLon {
        lat: centre.lat + rng.random_range(-deg..=deg),
        lon: (lon + 540.0).rem_euclid(360.0) - 180.0,
    }
}

fn attrs(rng: &mut StdRng) -> BayAttrs {
    BayAttrs {
        kind: BayKind::ALL[[0, 0, 0, 1, 2, 3][rng.random_range(0..6)]],
        accessible: rng.random_bool(0.2),
        ev_charging: rng.random_bool(0.3),
        max_height_cm: [0, 190, 210, 450][rng.random_range(0..4)],
        max_stay_min: 0,
        price_cents_per_hour: rng.random_range(0..5) * 50,
    }
}

/// A few clusters around `centre`, most of the bays known at start, some added later, some of those
/// moved.
fn random_city(rng: &mut StdRng, centre: LatLon) -> Registry {
    let zones: Vec<_> = (0..5)
        .map(|z| zone(&format!("z{z}"), near(rng, centre, 2_000.0), 1_000))
        .collect();
    let mut bays: Vec<_> = (0..rng.random_range(1..400))
        .map(|n| {
            let z = &zones[rng.random_range(0..zones.len())];
            let spread = if rng.random_bool(0.8) { 150.0 } else { 2_500.0 };
            let place = near(rng, z.place, spread);
            bay(format!("b{n}"), &z.id.clone(), place, attrs(rng))
        })
        .collect();
    // Two bays at one place: the tie must go to the lower index.
    for n in 0..bays.len() / 10 {
        bays[n].place = bays[n * 2].place;
    }
    let later: Vec<_> = bays
        .iter()
        .take(20)
        .map(|b| {
            bay(
                format!("later-{}", b.id),
                &b.zone,
                near(rng, b.place, 300.0),
                attrs(rng),
            )
        })
        .collect();
    let registry = Registry::in_memory(zones, bays).unwrap();
    registry.put_bays(later.clone()).unwrap();
    let moved = later.into_iter().take(5).map(|b| BaySpec {
        place: near(rng, b.place, 500.0),
        ..b
    });
    registry.put_bays(moved.collect()).unwrap();
    registry
}

fn random_query(rng: &mut StdRng, centre: LatLon) -> Query {
    Query {
        place: near(rng, centre, 3_000.0),
        radius_m: [50.0, 500.0, 1_234.5, 5_000.0, 9_000.0][rng.random_range(0..5)],
        limit: [0, 1, 5, 20, 200, 1_000][rng.random_range(0..6)],
        kind: BayKind::ALL[[0, 0, 0, 1, 2, 3][rng.random_range(0..6)]],
        accessible: [None, None, None, Some(true), Some(false)][rng.random_range(0..5)],
        ev_charging: [None, None, None, Some(true), Some(false)][rng.random_range(0..5)],
        min_height_cm: [None, None, Some(200), Some(300)][rng.random_range(0..4)],
        max_price_cents_per_hour: [None, None, Some(0), Some(100)][rng.random_range(0..4)],
    }
}

/// What `nearest` must find, by looking at every bay.
fn full_scan(live: &Live, city: &City, query: &Query) -> Vec<(BayIx, f32)> {
    let plane = Plane::around(query.place);
    let radius = query.radius_m.min(Query::MAX_RADIUS_M);
    let mut all: Vec<_> = (0..city.bay_slots())
        .map(BayIx)
        .filter(|&b| live.bay(city, b).status == BayStatus::Vacant && query.suits(city, b))
        .map(|b| {
            (
                b,
                [-1, 0, 1]
                    .map(|n| plane.shifted(n).d2(city.place_e7(b)))
                    .into_iter()
                    .fold(f32::MAX, f32::min),
            )
        })
        .filter(|&(_, d2)| d2 <= radius * radius)
        .collect();
    all.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
    all.truncate(query.limit.min(Query::MAX_LIMIT));
    all.into_iter().map(|(b, d2)| (b, d2.sqrt())).collect()
}

fn compare_with_full_scan(seed: u64, centre: LatLon) {
    let mut rng = StdRng::seed_from_u64(seed);
    let mut out = vec![];
    let mut found = 0;
    let cities = cases(6);
    for _ in 0..cities {
        let registry = random_city(&mut rng, centre);
        let city = registry.city();
        let live = Live::new(&city, ROOM);
        let views: Vec<_> = (0..city.bay_slots())
            .map(BayIx)
            .filter(|&b| city.is_live(b))
            .map(|b| {
                view(
                    &city,
                    b,
                    BayStatus::ALL[[0, 1, 1, 1, 2, 3][rng.random_range(0..6)]],
                )
            })
            .collect();
        live.bays(&views);
        for _ in 0..40 {
            let query = random_query(&mut rng, centre);
            live.nearest(&city, &query, &mut out);
            let got: Vec<_> = out.iter().map(|h| (h.bay, h.distance_m)).collect();
            assert_eq!(
                got,
                full_scan(&live, &city, &query),
                "seed {seed}: {query:?}"
            );
            for hit in &out {
                let true_m = query.place.distance_m(city.place(hit.bay));
                assert!(
                    (true_m - f64::from(hit.distance_m)).abs() < 0.05,
                    "{true_m} m, not {}",
                    hit.distance_m
                );
            }
            found += out.len();
        }
    }
    assert!(found > 50 * cities as usize, "{found} hits say little");
}

#[test]
fn finds_what_a_full_scan_finds_in_singapore() {
    compare_with_full_scan(
        1,
        LatLon {
            lat: 1.3521,
            lon: 103.8198,
        },
    );
}

#[test]
fn finds_what_a_full_scan_finds_where_equator_and_meridian_cross() {
    compare_with_full_scan(2, LatLon { lat: 0.0, lon: 0.0 });
}

#[test]
fn finds_what_a_full_scan_finds_at_65_degrees_north_and_south() {
    compare_with_full_scan(
        3,
        LatLon {
            lat: 65.0,
            lon: 25.47,
        },
    );
    compare_with_full_scan(
        4,
        LatLon {
            lat: -65.0,
            lon: -60.0,
        },
    );
}

#[test]
fn finds_what_a_full_scan_finds_across_the_date_line() {
    compare_with_full_scan(
        5,
        LatLon {
            lat: -16.8,
            lon: 179.995,
        },
    );
    compare_with_full_scan(
        6,
        LatLon {
            lat: 64.9,
            lon: -179.995,
        },
    );
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
