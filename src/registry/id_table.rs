//! From ids to what they lead to: a flat table of those that the start has found, and beside it what
//! changes at run time have put in its place.
//!
//! The table is open addressing by a keyed hash: 12 bytes a slot at four fifths full, of which half of
//! the hash tells nearly all others apart before an id's text is looked at, and the texts are those that
//! the picture of the city has as well. A look-up comes to two accesses of memory and no lock; a map of
//! strings, with a lock a shard, comes to five. Promise: who looks up while a change is under way finds
//! what was before it or what is after.
//!
//! Dear: what changes at run time is looked up in a map, with one in some thousands of all else for each
//! change there was (8 KB of bits tell which); a start puts all into the table again.

use super::id_text::IdText;
use super::page::PAGE;
use crate::prefetch::prefetch;
use ahash::RandomState;
use dashmap::DashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Ids that have changed, and what they lead to now; `None`: nothing.
pub(super) type ChangedIds<Ix> = DashMap<Arc<str>, Option<Ix>, RandomState>;

/// See the module.
pub(super) struct IdTable<Ix> {
    base: FlatIds,
    changes: ChangedIds<Ix>,
    /// By sixteen bits of an id's hash: whether one like it has changed.
    marks: Box<[AtomicU64]>,
}

fn marks(all: u64) -> Box<[AtomicU64]> {
    (0..1024).map(|_| AtomicU64::new(all)).collect()
}

/// Which word of the marks, and which bit of it.
#[inline]
const fn mark(hash: u64) -> (usize, u64) {
    ((hash >> 6 & 1023) as usize, 1 << (hash & 63))
}

impl<Ix: Copy + From<u32>> IdTable<Ix> {
    /// Of what a start is still finding.
    pub(super) fn found(changes: ChangedIds<Ix>) -> Self {
        Self {
            base: FlatIds::default(),
            changes,
            marks: marks(u64::MAX),
        }
    }

    /// All is found: the ids in the order of their indices, of which all pages but the last are full.
    pub(super) fn settle(&mut self, pages: Vec<Arc<IdText>>) {
        self.base = FlatIds::of(pages);
        self.changes = ChangedIds::default();
        self.marks = marks(0);
    }

    /// What has that id.
    #[inline]
    pub(super) fn get(&self, id: &str) -> Option<Ix> {
        let hash = self.base.hasher.hash_one(id);
        let (word, bit) = mark(hash);
        if self.marks[word].load(Ordering::Acquire) & bit != 0
            && let Some(to) = self.changes.get(id)
        {
            return *to;
        }
        self.base.get(id, hash).map(Ix::from)
    }

    /// How many ids lead somewhere.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        let found = self.base.pages.iter().flat_map(|page| page.iter());
        let found = found.filter(|id| self.contains(id)).count();
        let is_new = |id: &str| {
            let hash = self.base.hasher.hash_one(id);
            self.base.get(id, hash).is_none()
        };
        let changes = self.changes.iter();
        found + changes.filter(|e| e.is_some() && is_new(e.key())).count()
    }

    pub(super) fn contains(&self, id: &str) -> bool {
        self.get(id).is_some()
    }

    /// Lets an id lead there from now on.
    pub(super) fn set(&self, id: Arc<str>, to: Option<Ix>) {
        let (word, bit) = mark(self.base.hasher.hash_one(&*id));
        self.changes.insert(id, to);
        self.marks[word].fetch_or(bit, Ordering::Release);
    }
}

#[derive(Clone, Copy)]
struct IdSlot {
    /// Half of the hash.
    tag: u32,
    /// [`NONE`]: there is nothing.
    index: u32,
    /// Where its text begins in that of its page.
    start: u32,
}

const NONE: u32 = u32::MAX;

/// The table.
#[derive(Default)]
struct FlatIds {
    slots: Box<[IdSlot]>,
    pages: Vec<Arc<IdText>>,
    hasher: RandomState,
}

/// Ids that are put into the table at once: their slots are on their way meanwhile.
const AT_ONCE: usize = 32;

impl FlatIds {
    fn of(pages: Vec<Arc<IdText>>) -> Self {
        let ids: usize = pages.iter().map(|page| page.len()).sum();
        let empty = IdSlot {
            tag: 0,
            index: NONE,
            start: 0,
        };
        let mut table = Self {
            slots: vec![empty; ids + ids / 4 + 1].into_boxed_slice(),
            pages,
            hasher: RandomState::default(),
        };
        let pages = std::mem::take(&mut table.pages);
        let mut waiting: Vec<(usize, IdSlot)> = Vec::with_capacity(AT_ONCE);
        for (n, page) in pages.iter().enumerate() {
            for (at, id) in page.iter().enumerate() {
                let (place, tag) = table.place(table.hasher.hash_one(id));
                let slot = IdSlot {
                    tag,
                    index: (n * PAGE + at) as u32,
                    start: page.start(at),
                };
                prefetch(&table.slots, place);
                waiting.push((place, slot));
                if waiting.len() == AT_ONCE {
                    waiting
                        .drain(..)
                        .for_each(|(place, slot)| table.put(place, slot));
                }
            }
        }
        for (place, slot) in waiting {
            table.put(place, slot);
        }
        table.pages = pages;
        table
    }

    /// The slot that an id of that hash would be in, and what tells it from others there.
    #[inline]
    const fn place(&self, hash: u64) -> (usize, u32) {
        let place = ((hash >> 32) * self.slots.len() as u64) >> 32;
        (place as usize, hash as u32)
    }

    fn put(&mut self, mut place: usize, slot: IdSlot) {
        while self.slots[place].index != NONE {
            place = self.after(place);
        }
        self.slots[place] = slot;
    }

    #[inline]
    const fn after(&self, place: usize) -> usize {
        if place + 1 == self.slots.len() {
            0
        } else {
            place + 1
        }
    }

    #[inline]
    fn get(&self, id: &str, hash: u64) -> Option<u32> {
        if self.slots.is_empty() {
            return None;
        }
        let (mut place, tag) = self.place(hash);
        loop {
            let slot = self.slots[place];
            if slot.index == NONE {
                return None;
            }
            if slot.tag == tag {
                let page = &self.pages[slot.index as usize / PAGE];
                if page.has_at(slot.start, slot.index as usize % PAGE, id) {
                    return Some(slot.index);
                }
            }
            place = self.after(place);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::BayIx;

    fn pages(ids: &[String]) -> Vec<Arc<IdText>> {
        let page = |ids: &[String]| {
            let mut text = IdText::with_room(PAGE);
            for id in ids {
                text.push(id);
            }
            Arc::new(text)
        };
        ids.chunks(PAGE).map(page).collect()
    }

    fn table(ids: &[String]) -> IdTable<BayIx> {
        let mut table = IdTable::found(ChangedIds::default());
        table.settle(pages(ids));
        table
    }

    #[test]
    fn every_id_leads_to_its_index_and_nothing_else_does() {
        // Some are beginnings of others, some as long as an id may be.
        let ids: Vec<String> = (0..3 * PAGE + 7)
            .map(|n| match n % 3 {
                0 => format!("B{n}"),
                1 => format!("B{n}-{}", "x".repeat(56)),
                _ => format!("B{}-", n - 2),
            })
            .collect();
        let table = table(&ids);
        for (n, id) in ids.iter().enumerate() {
            assert_eq!(table.get(id), Some(BayIx(n as u32)), "{id}");
        }
        for id in ["", "B", "B1", "B0-x", "b0", &"x".repeat(300)] {
            assert!(!table.contains(id), "{id}");
        }
    }

    #[test]
    fn a_table_of_nothing_has_nothing() {
        assert!(!table(&[]).contains("B0"));
    }

    #[test]
    fn what_changes_goes_before_what_was_found() {
        let table = table(&["B0".to_owned(), "B1".to_owned()]);
        table.set(Arc::from("B1"), Some(BayIx(7)));
        table.set(Arc::from("B0"), None);
        table.set(Arc::from("new"), Some(BayIx(8)));
        let all = ["B0", "B1", "new", "B2"].map(|id| table.get(id));
        assert_eq!(all, [None, Some(BayIx(7)), Some(BayIx(8)), None]);
    }

    #[test]
    fn who_looks_up_during_a_change_finds_what_was_or_what_is() {
        let ids: Vec<String> = (0..100).map(|n| format!("B{n}")).collect();
        let table = table(&ids);
        std::thread::scope(|s| {
            let changes = s.spawn(|| {
                for n in 0..100 {
                    table.set(Arc::from(format!("B{n}")), Some(BayIx(1000 + n)));
                }
            });
            while !changes.is_finished() {
                for n in 0..100 {
                    let found = table.get(&format!("B{n}"));
                    assert!([Some(BayIx(n)), Some(BayIx(1000 + n))].contains(&found));
                }
            }
        });
        assert_eq!(table.get("B42"), Some(BayIx(1042)));
    }
}
