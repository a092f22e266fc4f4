//! What several benches share: a made-up city of any size and queries in it; a regular one (`grid`),
//! the API on a city (`api`), and programs that stand beside a bench (`programs`, `packets`).
//!
//! Everything random is seeded, so each bench sees the same city in each run.

#![allow(dead_code, reason = "each bench uses its part")]

pub(crate) mod api;
pub(crate) mod grid;
pub(crate) mod packets;
pub(crate) mod programs;

use bayhub::domain::{BayIx, BayKind, BayStatus, BayView, LatLon, Millis, SourceKind, ZoneKind};
use bayhub::live::Query;
use bayhub::registry::city::{BayAttrs, BaySpec, City, ZoneSpec};
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};

/// The share of bays that are vacant.
const VACANT: f64 = 0.15;
/// The box all of it lies in: 48 x 28 km.
const SOUTH_WEST: LatLon = LatLon {
    lat: 1.21,
    lon: 103.6,
};
const WIDE_M: f64 = 48_000.0;
const HIGH_M: f64 = 28_000.0;
pub(crate) const M_PER_DEG: f64 = 111_195.0;

/// Metres east and north of the box's south-west corner to a place, kept inside the box.
fn place(x: f64, y: f64) -> LatLon {
    let x = x.clamp(0.0, WIDE_M);
    let y = y.clamp(0.0, HIGH_M);
    let lon = x / M_PER_DEG / SOUTH_WEST.lat.to_radians().cos();
    LatLon {
        lat: SOUTH_WEST.lat + y / M_PER_DEG,
        lon: SOUTH_WEST.lon + lon,
    }
}

/// Streets of 10 to 70 bays and car parks of 20 to 1,200 within 80 m, four fifths of them in sixty
/// towns.
pub(crate) fn city_specs(bays: usize) -> (Vec<ZoneSpec>, Vec<BaySpec>) {
    let mut rng = SmallRng::seed_from_u64(99);
    let bell = |rng: &mut SmallRng| (0..4).map(|_| rng.random_range(-0.5..0.5)).sum::<f64>();
    let anywhere =
        |rng: &mut SmallRng| (rng.random_range(0.0..WIDE_M), rng.random_range(0.0..HIGH_M));
    let towns: Vec<_> = (0..60).map(|_| anywhere(&mut rng)).collect();
    let mut zones = vec![];
    let mut all = Vec::with_capacity(bays);
    while all.len() < bays {
        let town = towns[rng.random_range(0..towns.len())];
        let in_town = (
            town.0 + bell(&mut rng) * 2_500.0,
            town.1 + bell(&mut rng) * 2_500.0,
        );
        let (x, y) = if rng.random_bool(0.8) {
            in_town
        } else {
            anywhere(&mut rng)
        };
        let street = rng.random_bool(0.83);
        let many = if street {
            rng.random_range(10..70)
        } else {
            20 + (rng.random::<f64>().powi(2) * 1_180.0) as usize
        };
        let angle = rng.random_range(0.0..std::f64::consts::TAU);
        let id = format!("z{}", zones.len());
        for n in 0..many.min(bays - all.len()) {
            let spot = if street {
                place(
                    x + angle.cos() * 5.5 * n as f64,
                    y + angle.sin() * 5.5 * n as f64,
                )
            } else {
                place(
                    x + rng.random_range(-80.0..80.0),
                    y + rng.random_range(-80.0..80.0),
                )
            };
            let kind = [BayKind::Car, BayKind::Motorcycle][usize::from(rng.random_bool(0.08))];
            let accessible = rng.random_bool(0.02);
            let ev_charging = rng.random_bool(0.03);
            let attrs = BayAttrs {
                kind,
                accessible,
                ev_charging,
                max_height_cm: if street { 0 } else { 210 },
                max_stay_min: 0,
                price_cents_per_hour: Some(120),
            };
            all.push(BaySpec {
                id: format!("{id}-{n}"),
                aliases: vec![],
                zone: id.clone(),
                place: spot,
                attrs,
            });
        }
        zones.push(ZoneSpec {
            name: id.clone(),
            id,
            aliases: vec![],
            kind: if street {
                ZoneKind::OnStreet
            } else {
                ZoneKind::OffStreet
            },
            operator: "bench".to_owned(),
            capacity: many as u32,
            place: place(x, y),
            capacity_by_kind: [0; 4],
            price_cents_per_hour: None,
            max_height_cm: None,
            outline: vec![],
            stale_after_s: None,
            part_of: None,
        });
    }
    (zones, all)
}

/// A random state for a bay, as of its report.
pub(crate) fn view(city: &City, bay: u32, rng: &mut SmallRng) -> BayView {
    let bay = BayIx(bay);
    let status = if rng.random_bool(VACANT) {
        BayStatus::Vacant
    } else {
        BayStatus::Occupied
    };
    BayView {
        bay,
        zone: city.zone_of(bay),
        kind: city.attrs(bay).kind,
        status,
        claimed: status,
        confidence: 247,
        sure: true,
        source_kind: SourceKind::Sensor,
        observed_at: Millis(1_795_402_800_000),
    }
}

/// Somewhere within 300 m east-west and north-south of a bay.
pub(crate) fn query(city: &City, rng: &mut SmallRng) -> Query {
    let at = city.place(BayIx(rng.random_range(0..city.bay_slots())));
    let mut off = || rng.random_range(-300.0..300.0) / M_PER_DEG;
    Query::at(LatLon {
        lat: at.lat + off(),
        lon: at.lon + off(),
    })
}
