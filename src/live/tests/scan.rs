//! Random cities against a full scan: the same bays at the same distances, wherever on the globe.

use super::*;
use crate::live::nearest::Plane;
use crate::long::cases;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// A place up to `metres` north or south and east or west of `centre`, taken around the date line
/// if need be.
pub(in crate::live) fn near(rng: &mut StdRng, centre: LatLon, metres: f64) -> LatLon {
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
        price_cents_per_hour: [None, Some(0), Some(50), Some(100), Some(200)]
            [rng.random_range(0..5)],
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
        at: Millis::NEVER,
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
