//! Bookings over a day.

use bayhub::domain::{Millis, Span};
use bayhub::sharing::matcher::Weights;
use bayhub::sharing::matcher::windows::{
    Bay, Bond, Choice, Effort, HeldSeat, Picture, SeatingPlan, Wish, first_come, improve,
};
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use std::time::Instant;

/// A day of 14 hours, in minutes.
const DAY: u64 = 14 * 60;

fn span(start: u64, end: u64) -> Span {
    Span {
        start: Millis(start * 60_000),
        end: Millis(end * 60_000),
    }
}

/// `bays` on a square at 125 a km2, half of them all day, the others for 4 to 10 hours; stays
/// around an hour and a half, three fifths of them around six places.
fn picture(drivers: usize, bays: usize, seed: u64) -> Picture {
    let mut rng = SmallRng::seed_from_u64(seed);
    let bell = |rng: &mut SmallRng, sd: f64| {
        (0..12).map(|_| rng.random_range(-0.5..0.5)).sum::<f64>() * sd
    };
    let side = (bays as f64 / 2_000.0).sqrt() * 4_000.0;
    let places: Vec<(f64, f64)> = (0..6)
        .map(|_| {
            (
                rng.random_range(0.2..0.8) * side,
                rng.random_range(0.2..0.8) * side,
            )
        })
        .collect();
    let mut there = Vec::new();
    let offered = (0..bays)
        .map(|_| {
            let mut from = 0;
            let mut to = DAY;
            if rng.random_bool(0.5) {
                from = rng.random_range(0..300);
                to = (from + rng.random_range(240..600)).min(DAY);
            }
            there.push((
                rng.random_range(0.0..side),
                rng.random_range(0.0..side),
                rng.random_range(100..500_i64),
                from,
                to,
            ));
            Bay {
                open: vec![span(from, to)],
                ..Bay::default()
            }
        })
        .collect();
    let weights = Weights::default();
    let asks = (0..drivers)
        .map(|_| {
            let (x, y) = if rng.random_bool(0.6) {
                let p = places[rng.random_range(0..6)];
                (p.0 + bell(&mut rng, 250.0), p.1 + bell(&mut rng, 250.0))
            } else {
                (rng.random_range(0.0..side), rng.random_range(0.0..side))
            };
            let long = ((4.5 + bell(&mut rng, 0.6)).exp() as u64).clamp(20, 480) / 5 * 5;
            let from = (rng.random_range(0.0..1.0) * (DAY - long) as f64) as u64 / 5 * 5;
            let reach = rng.random_range(250.0..700.0);
            let choice = |(bay, b): (usize, &(f64, f64, i64, u64, u64))| {
                let walk_m = (b.0 - x).hypot(b.1 - y) * 1.3;
                let fits = walk_m <= reach && b.3 <= from && from + long <= b.4;
                fits.then(|| Choice {
                    bay: bay as u32,
                    price_cents: b.2 * long as i64 / 60,
                    walk_m: walk_m as u32,
                })
            };
            let choices = there.iter().enumerate().filter_map(choice).collect();
            let worth_cents = weights.worth(long * 60_000);
            Wish {
                span: span(from, from + long),
                worth_cents,
                choices,
                held: None,
                bond: Bond::None,
            }
        })
        .collect();
    Picture {
        bays: offered,
        asks,
        weights,
    }
}

/// The same with all answers given that first come, first served gives: who sits will sit, within
/// the walk they asked for, and for no more than they were told, give or take `slack`.
fn promised(picture: &Picture, first: &SeatingPlan, slack: i64) -> Picture {
    let mut picture = picture.clone();
    for (ask, seat) in picture.asks.iter_mut().zip(&first.seats) {
        let Some(seat) = *seat else { continue };
        ask.held = Some(HeldSeat {
            seat,
            clear: ask.span.end,
        });
        ask.bond = Bond::Promised {
            price_cents: seat.price_cents + slack,
            walk_m: u32::MAX,
        };
    }
    picture
}

pub(crate) fn run(seed: u64) {
    println!("\nBookings of a day");
    println!(
        "| drivers x bays | how                                  | time ms | served |      value |      bound | below bound |"
    );
    println!(
        "|----------------|--------------------------------------|---------|--------|------------|------------|-------------|"
    );
    for (drivers, bays) in [(10_000, 2_000), (10_000, 1_000), (3_000, 2_000)] {
        let picture = picture(drivers, bays, seed);
        let effort = |rounds| Effort {
            rounds,
            ..Effort::default()
        };
        let show = |how: &str, plan: &mut dyn FnMut() -> SeatingPlan| {
            let began = Instant::now();
            let plan = plan();
            println!(
                "| {:>14} | {how:<36} | {:>7.1} | {:>6} | {:>10} | {:>10} | {:>9.2} % |",
                format!("{drivers} x {bays}"),
                began.elapsed().as_secs_f64() * 1e3,
                plan.served,
                plan.value,
                plan.bound,
                (plan.bound - plan.value) as f64 * 100.0 / plan.bound as f64,
            );
            assert!(plan.value <= plan.bound, "no seating beats the bound");
            plan
        };
        let made = |p: Result<SeatingPlan, _>| p.expect("a picture made to be sound");
        let first = show("first come, first served", &mut || {
            made(first_come(&picture))
        });
        show("steal", &mut || made(improve(&picture, effort(0))));
        let served = show("steal, 20 rounds of prices", &mut || {
            made(improve(&picture, effort(20)))
        })
        .served;
        show("steal, 200 rounds of prices", &mut || {
            made(improve(&picture, effort(200)))
        });
        for (slack, name) in [
            (0, "at the price told"),
            (100, "at a dollar more"),
            (100_000, "at any price"),
        ] {
            let kept = promised(&picture, &first, slack);
            show(&format!("answers kept, {name}"), &mut || {
                made(improve(&kept, effort(20)))
            });
        }
        if (drivers, bays) == (10_000, 2_000) {
            assert!(served >= 7_700, "the day of the design is served");
        }
    }
}
