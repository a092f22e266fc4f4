//! A seating: by ask where it sits, by bay who sits there when. Kept disjoint by its callers, who
//! ask before they put.

use super::table::{NONE, Slot, Table};

#[derive(Clone, Debug)]
pub(super) struct Layout {
    /// By ask: its slot.
    pub at: Vec<u32>,
    /// By ask: what it gains there; 0: nowhere.
    pub gain: Vec<i64>,
    /// By bay: its slots in order of time. A bay has a handful a day.
    pub day: Vec<Vec<u32>>,
}

impl Layout {
    pub(super) fn empty(table: &Table) -> Self {
        let asks = table.must.len();
        Self {
            at: vec![NONE; asks],
            gain: vec![0; asks],
            day: vec![Vec::new(); table.items.len()],
        }
    }

    /// The seating that is in force; what is pinned is no part of it.
    pub(super) fn held(table: &Table) -> Self {
        let mut layout = Self::empty(table);
        table
            .held
            .iter()
            .filter(|s| **s != NONE)
            .for_each(|s| layout.put(table, *s));
        layout
    }

    /// Seats who waits wherever there is room, in the order they came.
    pub(super) fn first_come(&mut self, table: &Table) {
        for ask in 0..self.at.len() as u32 {
            if self.at[ask as usize] == NONE
                && let Some(slot) = self.room_for(table, ask, NONE)
            {
                self.put(table, slot);
            }
        }
    }

    /// The best slot that is free for an ask, not on bay `but`. One that need not be served is not
    /// at a loss.
    pub(super) fn room_for(&self, table: &Table, ask: u32, but: u32) -> Option<u32> {
        let must = table.must[ask as usize];
        let mut slots = table
            .slots_of(ask)
            .take_while(|s| must || table.slot(*s).gain > 0);
        slots.find(|s| {
            table.slot(*s).bay != but && self.in_the_way(table, table.slot(*s)).is_empty()
        })
    }

    /// What sits where a slot wants to be.
    pub(super) fn in_the_way(&self, table: &Table, slot: &Slot) -> &[u32] {
        let day = &self.day[slot.bay as usize];
        let from = day.partition_point(|s| table.slot(*s).clear <= slot.start);
        let many = day[from..]
            .iter()
            .take_while(|s| table.slot(**s).start < slot.clear)
            .count();
        &day[from..from + many]
    }

    pub(super) fn put(&mut self, table: &Table, slot: u32) {
        let s = table.slot(slot);
        debug_assert!(
            self.in_the_way(table, s).is_empty(),
            "no bay is promised twice"
        );
        self.at[s.ask as usize] = slot;
        self.gain[s.ask as usize] = s.gain;
        let day = &mut self.day[s.bay as usize];
        let at = day.partition_point(|other| table.slot(*other).start < s.start);
        day.insert(at, slot);
    }

    /// Takes an ask from where it sits, if it does, and says where that was.
    pub(super) fn lift(&mut self, table: &Table, ask: u32) -> u32 {
        let slot = std::mem::replace(&mut self.at[ask as usize], NONE);
        self.gain[ask as usize] = 0;
        if slot != NONE {
            self.day[table.slot(slot).bay as usize].retain(|s| *s != slot);
        }
        slot
    }

    pub(super) fn value(&self) -> i64 {
        self.gain.iter().sum()
    }
}
