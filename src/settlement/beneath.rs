//! Words that stand and are not told, because somebody goes before who said them: see
//! [`Precedence`]. Pure.
//!
//! A bay is told by who watches it while that word stands; a booking's and an app's word lie
//! beneath, and are told once the one above has lapsed or was taken back. Few bays have any, so they
//! are not among the timelines: memory is 24 bytes and a table's overhead for each bay of which
//! an app or a booking has spoken while another's word stood, within the greatest age.
//!
//! Beside them: who else watches a bay than the one whose word is the newest. They are looked for
//! when it is learnt late that one of them was heard, as its older word may have stood longer.

use super::report::Precedence;
use crate::domain::{BayStatus, SourceKind};
use ahash::AHashMap;
use bytemuck::{Pod, Zeroable};

/// What lies beneath one bay's told word: a booking's, and an app's. All zeroes: nothing.
///
/// Each, from the low bits: state 2 | there 1 | (17 spare) | time of the report 44.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Beneath([u64; 2]);

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LowerWord {
    pub kind: SourceKind,
    pub status: BayStatus,
    /// ms since 1970.
    pub at: u64,
}

const THERE: u64 = 1 << 2;
const AT: u32 = 20;

/// By what they stand on, in the order in which they are told.
const KINDS: [SourceKind; 2] = [SourceKind::Booking, SourceKind::App];

impl Beneath {
    const fn is_empty(self) -> bool {
        self.0[0] | self.0[1] == 0
    }

    fn put(&mut self, word: LowerWord) {
        for (there, kind) in self.0.iter_mut().zip(KINDS) {
            if kind == word.kind {
                *there = match word.status {
                    BayStatus::Unknown => 0,
                    status => status as u64 | THERE | word.at << AT,
                };
            }
        }
    }

    /// Takes out what is told when the word of `above` ends: the first said after `after`. What
    /// comes before that in turn has ended.
    fn take(&mut self, above: Precedence, after: u64) -> Option<LowerWord> {
        for (there, kind) in self.0.iter_mut().zip(KINDS) {
            if Precedence::of(kind) <= above {
                continue;
            }
            let word = std::mem::take(there);
            if word & THERE != 0 && word >> AT > after {
                return Some(LowerWord {
                    kind,
                    status: BayStatus::from_bits(word),
                    at: word >> AT,
                });
            }
        }
        None
    }

    fn newest(self) -> u64 {
        (self.0[0] >> AT).max(self.0[1] >> AT)
    }
}

/// A watcher of a bay whose word gave way to another watcher's; bays by number or index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Pod, Zeroable)]
#[repr(C)]
pub struct Overtaken {
    pub bay: u32,
    pub source: u32,
    /// When that was last, ms.
    pub at: u64,
}

/// What lies beneath the told words of some bays, by the names that [`Rules`] give them.
///
/// [`Rules`]: super::timeline::Rules
#[derive(Debug, Default)]
pub struct AllBeneath {
    words: AHashMap<u32, Beneath>,
    /// By bay and source.
    overtaken: AHashMap<(u32, u32), u64>,
}

impl AllBeneath {
    /// One bay's, on a walk of its own.
    pub(in crate::settlement) fn one(bay: u32, beneath: Beneath) -> Self {
        let mut all = Self::default();
        all.set(bay, beneath);
        all
    }

    /// What was said is kept, to be told when nobody goes before it; *unknown* takes back what was
    /// said before.
    pub(in crate::settlement) fn put(&mut self, bay: u32, word: LowerWord) {
        let mut beneath = self.of(bay);
        beneath.put(word);
        self.set(bay, beneath);
    }

    /// See [`Beneath::take`].
    pub(in crate::settlement) fn take(
        &mut self,
        bay: u32,
        above: Precedence,
        after: u64,
    ) -> Option<LowerWord> {
        if self.words.is_empty() {
            return None;
        }
        let mut beneath = self.of(bay);
        let word = beneath.take(above, after);
        self.set(bay, beneath);
        word
    }

    pub(in crate::settlement) fn of(&self, bay: u32) -> Beneath {
        self.words.get(&bay).copied().unwrap_or_default()
    }

    pub(in crate::settlement) fn set(&mut self, bay: u32, beneath: Beneath) {
        if beneath.is_empty() {
            self.words.remove(&bay);
        } else {
            self.words.insert(bay, beneath);
        }
    }

    /// Another watcher's word has taken the place of that source's.
    pub(in crate::settlement) fn overtake(&mut self, by: Overtaken) {
        let last = self.overtaken.entry((by.bay, by.source)).or_default();
        *last = by.at.max(*last);
    }

    /// Lets go of words said before `lapsed`, and of watchers that nothing can be learnt of any
    /// more.
    pub(in crate::settlement) fn forget(&mut self, lapsed: u64, amended: u64) {
        self.words.retain(|_, beneath| beneath.newest() >= lapsed);
        self.overtaken.retain(|_, at| *at >= amended);
    }

    pub(in crate::settlement) fn each(&self) -> impl Iterator<Item = (u32, Beneath)> {
        self.words.iter().map(|(bay, beneath)| (*bay, *beneath))
    }

    pub(in crate::settlement) fn overtaken(&self) -> impl Iterator<Item = Overtaken> {
        let each = |((bay, source), at): (&(u32, u32), &u64)| Overtaken {
            bay: *bay,
            source: *source,
            at: *at,
        };
        self.overtaken.iter().map(each)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(kind: SourceKind, status: BayStatus, at: u64) -> LowerWord {
        LowerWord { kind, status, at }
    }

    #[test]
    fn what_is_told_next_is_the_first_in_turn_that_has_not_ended() {
        use SourceKind::{App, Booking};
        let mut all = AllBeneath::default();
        let booked = word(Booking, BayStatus::Occupied, 10);
        let app = word(App, BayStatus::Vacant, 20);
        let fill = |all: &mut AllBeneath| {
            all.put(7, app);
            all.put(7, booked);
        };
        fill(&mut all);
        assert_eq!(all.take(7, Precedence::Watching, 9), Some(booked));
        assert_eq!(all.take(7, Precedence::Booked, 9), Some(app));
        assert_eq!(all.take(7, Precedence::Watching, 0), None);
        fill(&mut all);
        assert_eq!(
            all.take(7, Precedence::Watching, 10),
            Some(app),
            "the other has ended"
        );
        fill(&mut all);
        all.put(7, word(Booking, BayStatus::Unknown, 21));
        assert_eq!(
            all.take(7, Precedence::Watching, 0),
            Some(app),
            "taken back"
        );
        assert_eq!(all.each().count(), 0);
        fill(&mut all);
        all.forget(21, 0);
        assert_eq!(all.each().count(), 0);
    }
}
