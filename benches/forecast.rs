//! What forecasts cost: learning a half-hour of 14,000 zones, a look at all of them, what they take
//! in memory, and what twenty bays of an answer cost more with a time of arrival.
//!
//! `cargo bench --bench forecast`, or the built program itself with `[ZONES]`.

mod common;

use bayhub::domain::{Calendar, Millis, Workdays, ZoneIx, ZoneKind};
use bayhub::forecast::{
    Calibration, City, FURTHEST_MS, ForecastTable, Live, Wall, ZoneEntry, ZoneSeen,
};
use common::programs::resident;
use std::time::{Duration, Instant};

/// Half-hours learnt before anything is measured: two weeks.
const BEFORE: u32 = 2 * 336;

/// Half-hours that are measured.
const MEASURED: u32 = 48;

const MONDAY: u32 = 20_000 * 48 + 48 * 5;

fn share(zone: u32, index: u32) -> f64 {
    let hour = f64::from(index % 48) / 2.0;
    let peak = 8.0 + f64::from(zone % 9);
    let chance = f64::from((zone.wrapping_mul(7_919) ^ index.wrapping_mul(104_729)) % 997) / 997.0;
    0.1 + 0.6 * (-(hour - peak).powi(2) / 12.0).exp() + 0.1 * chance
}

fn seen(zones: u32, index: u32) -> Vec<ZoneSeen> {
    (1..=zones)
        .map(|number| ZoneSeen {
            number,
            kind: ZoneKind::ALL[number as usize % 2],
            occupied: share(number, index),
        })
        .collect()
}

fn main() {
    let zones = std::env::args()
        .skip(1)
        .find_map(|a| a.parse().ok())
        .unwrap_or(14_000_u32);
    let wall = Wall::new(Calendar::UTC, Workdays::default());
    let before = resident();
    let mut city = City::default();
    for index in MONDAY..MONDAY + BEFORE {
        city.learn(&wall, index, &seen(zones, index), &mut |_| {});
    }
    let grown = resident().saturating_sub(before);
    let mut learning = Duration::ZERO;
    let mut worst = Duration::ZERO;
    for index in MONDAY + BEFORE..MONDAY + BEFORE + MEASURED {
        let seen = seen(zones, index);
        let begun = Instant::now();
        city.learn(&wall, index, &seen, &mut |_| {});
        learning += begun.elapsed();
        worst = worst.max(begun.elapsed());
    }
    let kept = city.to_bytes(&Calibration::default()).len();
    println!(
        "learning a half-hour of {zones} zones: {:.1} ms, worst {:.1} ms",
        learning.as_secs_f64() * 1e3 / f64::from(MEASURED),
        worst.as_secs_f64() * 1e3
    );
    println!(
        "memory: {:.1} MB kept, {:.1} MB grown",
        kept as f64 / 1e6,
        grown as f64 / 1e6
    );
    let now = Wall::start(MONDAY + BEFORE + MEASURED);
    let live: Vec<Live> = seen(zones, MONDAY + BEFORE + MEASURED)
        .iter()
        .map(|one| Live {
            number: one.number,
            kind: one.kind,
            occupied: Some(one.occupied),
        })
        .collect();
    let begun = Instant::now();
    let outlooks = city.look(&wall, now, &live);
    println!(
        "a look at all: {:.1} ms",
        begun.elapsed().as_secs_f64() * 1e3
    );
    let table = ForecastTable {
        at: now,
        zones: outlooks
            .into_iter()
            .map(|outlook| ZoneEntry {
                outlook,
                ..ZoneEntry::default()
            })
            .collect(),
        ..ForecastTable::default()
    };
    answer(&table, now, zones);
}

/// What the twenty bays of an answer cost more with a time of arrival.
fn answer(table: &ForecastTable, now: Millis, zones: u32) {
    let rounds = 20_000_u64;
    for (what, ahead) in [
        ("now", 0),
        ("in 20 minutes", 1_200_000),
        ("in 4 hours", FURTHEST_MS),
    ] {
        let begun = Instant::now();
        let mut sum = 0.0;
        for round in 0..rounds {
            let bays: Vec<(ZoneIx, f64)> = (0..20)
                .map(|n| {
                    (
                        ZoneIx(((round * 31 + n / 4) % u64::from(zones)) as u32),
                        0.97,
                    )
                })
                .collect();
            for (zone, p) in &bays {
                sum += table.p_vacant(*zone, now, ahead, *p).unwrap_or_default();
            }
            sum += table.p_any_vacant(&bays, now, ahead).unwrap_or_default();
        }
        let each = begun.elapsed().as_secs_f64() * 1e6 / rounds as f64;
        println!(
            "twenty bays on arrival {what}: {each:.2} us ({:.3})",
            sum / rounds as f64
        );
    }
}
