//! Words of who else watches a bay: its other sensors and gates, each with the doubt that is its own.
//!
//! A bay's cell holds the watcher who spoke last, and that word is the bay's state. Another watcher's
//! word of the bay is no change of it: it goes aside, and is there again when its source speaks. So
//! two that disagree for ever are each doubted for what they do themselves, and what is shown is the
//! mean of the log-odds that each comes to: near even where they disagree, in the long run what is
//! usual, and no surer than one alone where they agree, as they may err together.
//!
//! A source may also be a gateway that now hears a sensor and now does not; its last word is then no
//! contradiction of what the sensor says by another. So a watcher has a say beside the newest only if
//! it has said the same before and after somebody else spoke, and for [`SAY_MS`] from then on. Until
//! then its word is kept as one that does not stand, for the sake of its doubt.
//!
//! Promises: for each bay and source the newest word, while it stands; never more than [`MOST`] a bay
//! nor than the given number of bays. Dear: a list and a hash a bay, for bays with several watchers;
//! none for others.

use super::super::fuse::BayState;
use super::super::word::Word;
use crate::domain::{BayIx, Millis, SourceIx};
use ahash::AHashMap;

/// Watchers beside the newest that are kept of a bay.
const MOST: usize = 4;

/// A watcher has a say beside the newest for so long after it spoke, ms.
const SAY_MS: u64 = 15 * 60_000;

/// One watcher's word and how far it is doubted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Twin {
    pub(super) word: Word,
    pub(super) doubt: u32,
}

impl Twin {
    pub(super) const fn of(cell: &BayState) -> Self {
        Self {
            word: cell.word,
            doubt: cell.doubt,
        }
    }

    /// The same as it goes aside; `before`: as it did so the last time.
    pub(super) fn aside(mut self, before: Option<Self>) -> Self {
        if before.is_none_or(|before| before.word.claimed() != self.word.claimed()) {
            self.word.lapse();
        }
        self
    }

    /// The same bay with this watcher's word in place of its own; it stands.
    pub(super) const fn in_place_of(self, cell: &BayState) -> BayState {
        let mut other = *cell;
        other.word = self.word;
        if !other.word.is_none() {
            other.word.stand();
        }
        other.doubt = self.doubt;
        other
    }
}

/// See the module.
pub(super) struct Twins {
    by_bay: AHashMap<u32, Vec<Twin>>,
    most: usize,
}

impl Twins {
    pub(super) fn new(most: usize) -> Self {
        Self {
            by_bay: AHashMap::new(),
            most,
        }
    }

    /// All of a bay, in no order.
    pub(super) fn of(&self, bay: BayIx) -> &[Twin] {
        self.by_bay.get(&bay.0).map_or(&[], Vec::as_slice)
    }

    /// Those that have a say beside `newest` at `now`.
    pub(super) fn beside(
        &self,
        bay: BayIx,
        newest: SourceIx,
        now: Millis,
    ) -> impl Iterator<Item = Twin> + '_ {
        let all = self.of(bay).iter().copied();
        all.filter(move |twin| {
            let word = &twin.word;
            word.source() != newest && word.standing() && now.since(word.at()) <= SAY_MS
        })
    }

    pub(super) fn get(&self, bay: BayIx, source: SourceIx) -> Option<Twin> {
        let mut all = self.of(bay).iter();
        all.find(|twin| twin.word.source() == source).copied()
    }

    /// Puts a word in place of its source's; where there are too many the oldest goes. False if there
    /// is no room for another bay.
    pub(super) fn put(&mut self, bay: BayIx, twin: Twin) -> bool {
        if self.by_bay.len() >= self.most && !self.by_bay.contains_key(&bay.0) {
            return false;
        }
        let all = self.by_bay.entry(bay.0).or_default();
        all.retain(|other| other.word.source() != twin.word.source());
        all.push(twin);
        if all.len() > MOST {
            let age = |twin: &Twin| (twin.word.at(), twin.word.source());
            if let Some(oldest) = (0..all.len()).min_by_key(|at| age(&all[*at])) {
                all.swap_remove(oldest);
            }
        }
        true
    }

    /// Ends the words for which `lapsed` holds; of which bays, in their order.
    pub(super) fn lapse(&mut self, lapsed: impl Fn(BayIx, &Word) -> bool) -> Vec<BayIx> {
        let mut gone = Vec::new();
        self.by_bay.retain(|bay, all| {
            let before = all.len();
            all.retain(|twin| !lapsed(BayIx(*bay), &twin.word));
            if all.len() < before {
                gone.push(BayIx(*bay));
            }
            !all.is_empty()
        });
        gone.sort_unstable();
        gone
    }

    /// Nothing was said after `now`.
    pub(super) fn put_back(&mut self, now: Millis) {
        for twin in self.by_bay.values_mut().flatten() {
            twin.word.put_back(now);
        }
    }

    /// Forgets all of a bay.
    pub(super) fn forget(&mut self, bay: BayIx) {
        self.by_bay.remove(&bay.0);
    }

    /// All of them, in no order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (BayIx, Twin)> {
        let all = self.by_bay.iter();
        all.flat_map(|(bay, twins)| twins.iter().map(|twin| (BayIx(*bay), *twin)))
    }
}
