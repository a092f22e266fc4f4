//! How much a seating could be worth at most, and good seatings found on the way (Lagrangian
//! relaxation).
//!
//! Let each bay choose by itself, so that a driver may be chosen by several, and charge `u` for
//! each driver: whatever the charges, `sum u + sum over bays of the best day at gain - u` is no
//! less than the best seating, because a seating that serves each driver at most once pays each
//! charge at most once. Charges move toward "chosen once". For drivers who must be served, once and
//! not at most once, a charge may be negative. Integers: a charge counts 1/256 of a cent.

use super::Effort;
use super::layout::Layout;
use super::steal::{best_day, steal};
use super::table::{NONE, Table};

/// Charges to the cent.
const UNIT: i64 = 256;
/// Rounds between two seatings made of what the bays chose.
const SEAT_EVERY: u32 = 10;
/// Passes of improvement each of those gets: enough to compare, the best one gets all.
const PASSES: u32 = 6;
/// The step shrinks to 7/10 after so many rounds without a better bound, or a twentieth of the
/// rounds if that is more: who takes many can afford to look for long.
const PATIENCE: u32 = 5;

/// The bound for nothing: everybody gets their best bay.
pub(super) fn coarse(table: &Table) -> i64 {
    let best = |ask: usize| {
        table
            .slots_of(ask as u32)
            .next()
            .map_or(0, |slot| table.slot(slot).gain)
    };
    (0..table.must.len())
        .map(|ask| {
            if table.must[ask] {
                best(ask)
            } else {
                best(ask).max(0)
            }
        })
        .sum()
}

/// Runs the rounds, leaves the best seating found in `layout`, and returns the bound.
pub(super) fn rounds(table: &Table, layout: &mut Layout, effort: Effort) -> i64 {
    let mut bound = coarse(table) * UNIT;
    let mut value = layout.value();
    let mut chosen = Chosen::default();
    let mut charges = vec![0; table.must.len()];
    // The step in 1/1024 of the classic one (Polyak): as far as the gap says.
    let mut step = 1024_i64;
    let mut stalled = 0;
    let patience = PATIENCE.max(effort.rounds / 20);
    for round in 0..effort.rounds {
        let now = chosen.choose(table, &charges);
        stalled = if now < bound - bound / 100_000 {
            0
        } else {
            stalled + 1
        };
        bound = bound.min(now);
        if stalled == patience {
            (step, stalled) = (step * 7 / 10, 0);
        }
        let length = chosen.length(table, &charges);
        // Everybody was chosen once: nothing can be better.
        let last = length == 0 || round + 1 == effort.rounds;
        if (last || round % SEAT_EVERY == SEAT_EVERY - 1)
            && let Some(mut seated) = chosen.seat(table)
        {
            steal(
                table,
                &mut seated,
                if last { effort.passes } else { PASSES },
            );
            let worth = seated.value();
            if worth > value {
                (value, *layout) = (worth, seated);
            }
        }
        if last {
            break;
        }
        let gap = i128::from((now - value * UNIT).max(0));
        chosen.recharge(
            table,
            &mut charges,
            (gap * i128::from(step) / i128::from(length) / 1024) as i64,
        );
    }
    bound.div_euclid(UNIT)
}

/// What the bays chose, each by itself.
#[derive(Default)]
struct Chosen {
    slots: Vec<u32>,
    /// By ask: how many bays chose it.
    times: Vec<i64>,
    best: Vec<i64>,
    day: Vec<u32>,
}

impl Chosen {
    /// Lets the bays choose, and returns what that makes the bound.
    fn choose(&mut self, table: &Table, charges: &[i64]) -> i64 {
        self.slots.clear();
        self.times.clear();
        self.times.resize(charges.len(), 0);
        let mut sum: i64 = charges.iter().sum();
        for items in &table.items {
            sum += best_day(items, UNIT, charges, &mut self.best, &mut self.day);
            self.slots.extend_from_slice(&self.day);
            self.day
                .iter()
                .for_each(|s| self.times[table.slot(*s).ask as usize] += 1);
        }
        sum
    }

    /// How far a driver is from being chosen once, as far as that may move the charge.
    fn off(&self, table: &Table, ask: usize, charge: i64) -> i64 {
        let off = self.times[ask] - 1;
        if off < 0 && charge <= 0 && !table.must[ask] {
            0
        } else {
            off
        }
    }

    /// The sum of the squares of that.
    fn length(&self, table: &Table, charges: &[i64]) -> i64 {
        charges
            .iter()
            .enumerate()
            .map(|(ask, charge)| self.off(table, ask, *charge).pow(2))
            .sum()
    }

    fn recharge(&self, table: &Table, charges: &mut [i64], step: i64) {
        for (ask, charge) in charges.iter_mut().enumerate() {
            *charge += step * self.off(table, ask, *charge);
            if !table.must[ask] {
                *charge = (*charge).max(0);
            }
        }
    }

    /// A seating of it: each where it gains most of the bays that chose it, then those who must sit
    /// and do not. `None` where one of them finds no room.
    fn seat(&self, table: &Table) -> Option<Layout> {
        let mut best = vec![NONE; table.must.len()];
        for &slot in &self.slots {
            let s = table.slot(slot);
            let before = &mut best[s.ask as usize];
            if *before == NONE || table.slot(*before).gain < s.gain {
                *before = slot;
            }
        }
        let mut layout = Layout::empty(table);
        best.iter()
            .filter(|s| **s != NONE)
            .for_each(|s| layout.put(table, *s));
        for ask in (0..best.len() as u32).filter(|a| table.must[*a as usize]) {
            if layout.at[ask as usize] == NONE {
                let slot = layout
                    .room_for(table, ask, NONE)
                    .or_else(|| cheapest_to_clear(table, &layout, ask))?;
                for gone in layout.in_the_way(table, table.slot(slot)).to_vec() {
                    layout.lift(table, table.slot(gone).ask);
                }
                layout.put(table, slot);
            }
        }
        Some(layout)
    }
}

/// Of an ask's slots the one where most is left when those in the way, none of whom must sit, have
/// gone.
fn cheapest_to_clear(table: &Table, layout: &Layout, ask: u32) -> Option<u32> {
    let left = |slot: u32| {
        let there = layout.in_the_way(table, table.slot(slot));
        let may_go = there
            .iter()
            .all(|s| !table.must[table.slot(*s).ask as usize]);
        may_go
            .then(|| table.slot(slot).gain - there.iter().map(|s| table.slot(*s).gain).sum::<i64>())
    };
    table
        .slots_of(ask)
        .filter_map(|s| Some((left(s)?, std::cmp::Reverse(s))))
        .max()
        .map(|(_, s)| s.0)
}
