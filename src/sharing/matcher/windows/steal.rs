//! One bay at a time: of all that could sit there, those that together gain most, wherever they sit
//! now.
//!
//! The day of one bay is weighted interval scheduling, which a single pass over the slots in order
//! of their end solves exactly. What a slot weighs is what the whole seating would gain by it: all
//! of its value for who waits, the difference for who sits elsewhere, and for who sits there
//! already what it would lose in the best place left. What that promises is tried, added up, and
//! taken back if two of those who left wanted the same place.

use super::layout::Layout;
use super::table::{Item, NONE, Table};

/// More than any sum of gains: who must be served is not dropped for money.
const NEVER: i64 = 1 << 40;

/// Passes over all bays until nothing is gained any more.
pub(super) fn steal(table: &Table, layout: &mut Layout, passes: u32) {
    let mut desk = Scratch::default();
    for _ in 0..passes {
        let gained: i64 = (0..table.items.len() as u32)
            .map(|bay| desk.improve(table, layout, bay))
            .sum();
        if gained == 0 {
            break;
        }
    }
}

/// Of a bay's items those that together weigh most, where each weighs `unit` x its gain, less what
/// its ask has `without` this bay. `chosen` gets their slots, latest first; returns their weight.
pub(super) fn best_day(
    items: &[Item],
    unit: i64,
    without: &[i64],
    best: &mut Vec<i64>,
    chosen: &mut Vec<u32>,
) -> i64 {
    best.clear();
    best.push(0);
    let mut last = 0;
    for item in items {
        // Nothing that weighs nothing is taken: it would sit in another's way.
        let with = best[item.before as usize] + item.gain * unit - without[item.ask as usize];
        last = last.max(with);
        best.push(last);
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
    last
}

/// Room to work in, kept from bay to bay.
#[derive(Default)]
struct Scratch {
    best: Vec<i64>,
    chosen: Vec<u32>,
    /// Who was moved, and from which slot.
    moved: Vec<(u32, u32)>,
}

impl Scratch {
    /// Improves one bay and says by how much.
    fn improve(&mut self, table: &Table, layout: &mut Layout, bay: u32) -> i64 {
        let now: i64 = layout.day[bay as usize]
            .iter()
            .map(|s| table.slot(*s).gain)
            .sum();
        let mut elsewhere = 0;
        for n in 0..layout.day[bay as usize].len() {
            let ask = table.slot(layout.day[bay as usize][n]).ask;
            let nowhere = if table.must[ask as usize] { -NEVER } else { 0 };
            let without = layout
                .room_for(table, ask, bay)
                .map_or(nowhere, |slot| table.slot(slot).gain);
            layout.gain[ask as usize] = without;
            elsewhere += without;
        }
        let items = &table.items[bay as usize];
        let then = best_day(items, 1, &layout.gain, &mut self.best, &mut self.chosen);
        for &slot in &layout.day[bay as usize] {
            let s = table.slot(slot);
            layout.gain[s.ask as usize] = s.gain;
        }
        let now = now - elsewhere;
        if then > now {
            self.adopt(table, layout, bay)
        } else {
            0
        }
    }

    /// Carries the choice out, or leaves everything as it was.
    fn adopt(&mut self, table: &Table, layout: &mut Layout, bay: u32) -> i64 {
        self.moved.clear();
        let leave = layout.day[bay as usize]
            .iter()
            .filter(|s| !self.chosen.contains(s));
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
        let had = |slot: u32| table.slots.get(slot as usize).map_or(0, |s| s.gain);
        let gained: i64 = self
            .moved
            .iter()
            .map(|m| layout.gain[m.0 as usize] - had(m.1))
            .sum();
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
