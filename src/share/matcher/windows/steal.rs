//! One bay at a time: of all that could sit there, those that together gain most, wherever they sit now.
//!
//! The day of one bay is weighted interval scheduling, which a single pass over the slots in order of their end solves
//! exactly. What a slot weighs is what the whole seating would gain by it: all of its value for who waits, the
//! difference for who sits elsewhere, and for who sits there already what it would lose in the best place left. What
//! that promises is tried, added up, and taken back if two of those who left wanted the same place.

use super::layout::Layout;
use super::table::{Item, NONE, Table};

/// More than any sum of gains: who must be served is not dropped for money.
const NEVER: i64 = 1 << 40;

/// Passes over all bays until nothing is gained any more.
pub(super) fn steal(table: &Table, layout: &mut Layout, passes: u32) {
    let mut desk = Desk::default();
    for _ in 0..passes {
        let gained: i64 = (0..table.items.len() as u32).map(|bay| desk.improve(table, layout, bay)).sum();
        if gained == 0 {
            break;
        }
    }
}

/// Of a bay's items those that together weigh most. `chosen` gets their slots, latest first; returns their weight.
pub(super) fn best_day(items: &[Item], best: &mut Vec<i64>, chosen: &mut Vec<u32>, weigh: impl Fn(u32) -> i64) -> i64 {
    best.clear();
    best.push(0);
    for (n, item) in items.iter().enumerate() {
        // Nothing that weighs nothing is taken: it would sit in another's way.
        let with = best[item.before as usize] + weigh(item.slot).max(0);
        best.push(with.max(best[n]));
    }
    chosen.clear();
    let mut n = items.len();
    while n > 0 {
        if best[n] > best[n - 1] {
            chosen.push(items[n - 1].slot);
            n = items[n - 1].before as usize;
        } else {
            n -= 1;
        }
    }
    best[items.len()]
}

/// Room to work in, kept from bay to bay.
#[derive(Default)]
struct Desk {
    best: Vec<i64>,
    chosen: Vec<u32>,
    /// Who sits on the bay, and what each would lose by leaving.
    sitting: Vec<(u32, i64)>,
    /// Who was moved, and from which slot.
    moved: Vec<(u32, u32)>,
}

impl Desk {
    /// Improves one bay and says by how much.
    fn improve(&mut self, table: &Table, layout: &mut Layout, bay: u32) -> i64 {
        let sitting = &mut self.sitting;
        sitting.clear();
        sitting.extend(layout.day[bay as usize].iter().map(|&slot| {
            let s = table.slot(slot);
            let must = table.must[s.ask as usize];
            let elsewhere = layout.room_for(table, s.ask, bay).map(|e| table.slot(e).gain);
            (slot, s.gain - elsewhere.unwrap_or(if must { -NEVER } else { 0 }))
        }));
        let now: i64 = sitting.iter().map(|s| s.1).sum();
        let weigh = |slot: u32| {
            let s = table.slot(slot);
            match layout.at[s.ask as usize] {
                NONE => s.gain,
                at if at == slot => sitting.iter().find(|x| x.0 == slot).map_or(0, |x| x.1),
                at => s.gain - table.slot(at).gain,
            }
        };
        let then = best_day(&table.items[bay as usize], &mut self.best, &mut self.chosen, weigh);
        if then > now { self.adopt(table, layout, bay) } else { 0 }
    }

    /// Carries the choice out, or leaves everything as it was.
    fn adopt(&mut self, table: &Table, layout: &mut Layout, bay: u32) -> i64 {
        self.moved.clear();
        let leave = layout.day[bay as usize].iter().filter(|s| !self.chosen.contains(s));
        self.moved.extend(leave.map(|s| (table.slot(*s).ask, *s)));
        let leaving = self.moved.len();
        for &(ask, _) in &self.moved {
            layout.lift(table, ask);
        }
        for &slot in &self.chosen {
            let ask = table.slot(slot).ask;
            if layout.at[ask as usize] != slot {
                self.moved.push((ask, layout.lift(table, ask)));
                layout.put(table, slot);
            }
        }
        let mut kept = true;
        for &(ask, _) in &self.moved[..leaving] {
            match layout.room_for(table, ask, NONE) {
                Some(slot) => layout.put(table, slot),
                None => kept &= !table.must[ask as usize],
            }
        }
        let gain = |slot: u32| if slot == NONE { 0 } else { table.slot(slot).gain };
        let gained: i64 = self.moved.iter().map(|m| gain(layout.at[m.0 as usize]) - gain(m.1)).sum();
        if kept && gained > 0 {
            return gained;
        }
        for &(ask, _) in &self.moved {
            layout.lift(table, ask);
        }
        for &(_, before) in self.moved.iter().filter(|m| m.1 != NONE) {
            layout.put(table, before);
        }
        0
    }
}
