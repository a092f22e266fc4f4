//! Minutes in which a source was heard, as is learnt only later: from reports that it buffered while
//! it, or the hub, was away.
//!
//! What is settled must not depend on when a worker happens to look. So a minute that is learnt late
//! waits here with the time of the batch that said so, and counts from the window on whose step
//! takes late reports of that time; when every shard has made that step, it goes to the table of
//! [`Heard`](super::heard) for good. Until a checkpoint under way is written nothing goes there: the
//! table is written down as it is then, and must not know more than the shards did.
//!
//! Bounded: so many minutes may wait. One that finds no room is not taken, and the caller counts it.

use super::beneath::Overtaken;
use super::heard::{Heard, MINUTE_MS};
use crate::domain::{SourceIx, in_shard};
use ahash::AHashMap;
use bytemuck::{Pod, Zeroable};
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// One of them: in that minute since 1970 the source was heard, as a batch of the time `ingest` (ms)
/// said first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Pod, Zeroable)]
#[repr(C)]
pub struct LateMinute {
    pub source: u32,
    pub minute: u32,
    pub ingest: u64,
}

/// See the module. Shared by all workers.
#[derive(Default)]
pub struct LateMinutes {
    /// By source and minute: the ingest time.
    waiting: Mutex<AHashMap<(u32, u32), u64>>,
    any: AtomicBool,
    /// As many more as there are copies for a checkpoint that is not written yet.
    copies: Arc<()>,
}

impl LateMinutes {
    fn waiting(&self) -> MutexGuard<'_, AHashMap<(u32, u32), u64>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The source was heard in that minute, as a batch says that came in at `ingest`. False: `most`
    /// wait already.
    pub(in crate::settlement) fn note(&self, late: LateMinute, heard: &Heard, most: usize) -> bool {
        if heard.was_in(SourceIx(late.source), late.minute) {
            return true;
        }
        let mut waiting = self.waiting();
        let room = waiting.len() < most;
        match waiting.get_mut(&(late.source, late.minute)) {
            Some(first) => *first = late.ingest.min(*first),
            None if room => drop(waiting.insert((late.source, late.minute), late.ingest)),
            None => return false,
        }
        self.any.store(true, Ordering::Release);
        true
    }

    /// Hands over to the table what every shard has taken into account: all of before `done`.
    pub(in crate::settlement) fn fold(&self, heard: &Heard, done: u64) {
        if !self.any.load(Ordering::Acquire) {
            return;
        }
        let mut waiting = self.waiting();
        if Arc::strong_count(&self.copies) > 1 {
            return;
        }
        waiting.retain(|(source, minute), ingest| {
            let folded = *ingest < done;
            if folded {
                heard.hear_first(SourceIx(*source), *minute);
            }
            !folded
        });
        self.any.store(!waiting.is_empty(), Ordering::Release);
    }

    /// What a step knows that takes late reports up to before `to` (ingest time, ms), after one
    /// that took those up to before `from`.
    pub(in crate::settlement) fn known(&self, heard: &Heard, from: u64, to: u64) -> KnownLate {
        let mut known = KnownLate::default();
        if !self.any.load(Ordering::Acquire) {
            return known;
        }
        let waiting = self.waiting();
        let there = waiting.iter().filter(|(_, ingest)| **ingest < to);
        for ((source, minute), ingest) in there {
            if !heard.was_in(SourceIx(*source), *minute) {
                let fresh = *ingest >= from;
                known.any_fresh |= fresh;
                known
                    .by_source
                    .entry(*source)
                    .or_default()
                    .push((*minute, fresh));
            }
        }
        known.by_source.values_mut().for_each(|m| m.sort_unstable());
        known
    }

    /// Keeps all that waits from going to the table until what is given back is dropped.
    pub(in crate::settlement) fn hold(&self) -> Arc<()> {
        let _waiting = self.waiting();
        self.copies.clone()
    }

    /// All that waits, in order, for a checkpoint.
    pub(in crate::settlement) fn all(&self) -> Vec<LateMinute> {
        let waiting = self.waiting();
        let each = |((source, minute), ingest): (&(u32, u32), &u64)| LateMinute {
            source: *source,
            minute: *minute,
            ingest: *ingest,
        };
        let mut all: Vec<LateMinute> = waiting.iter().map(each).collect();
        all.sort_unstable();
        all
    }

    /// Puts back what a checkpoint says.
    pub(in crate::settlement) fn restore(&self, all: &[LateMinute]) {
        let mut waiting = self.waiting();
        waiting.extend(all.iter().map(|l| ((l.source, l.minute), l.ingest)));
        self.any.store(!waiting.is_empty(), Ordering::Release);
    }
}

/// The late minutes that one step knows of, the table's left out.
#[derive(Default)]
pub(in crate::settlement) struct KnownLate {
    /// Ascending; whether the step before did not know of it.
    by_source: AHashMap<u32, Vec<(u32, bool)>>,
    any_fresh: bool,
    /// Watchers of whom a minute is fresh, where another's word is newer; by shard.
    overtaken: Vec<(u32, Overtaken)>,
}

impl KnownLate {
    /// Whether this step knows of any that the one before did not.
    pub(in crate::settlement) const fn any_fresh(&self) -> bool {
        self.any_fresh
    }

    /// Takes up what is known of watchers whose word is not the newest, each with its bay's shard.
    pub(in crate::settlement) fn look_for(
        &mut self,
        overtaken: impl Iterator<Item = Overtaken>,
        shard: impl Fn(u32) -> u32,
    ) {
        if !self.any_fresh {
            return;
        }
        let of = |by: &Overtaken| self.of(SourceIx(by.source));
        let fresh = overtaken.filter(|by| of(by).iter().any(|(_, fresh)| *fresh));
        let mut found: Vec<(u32, Overtaken)> = fresh.map(|by| (shard(by.bay), by)).collect();
        found.sort_unstable();
        self.overtaken = found;
    }

    /// Those of them whose bays are in that shard.
    pub(in crate::settlement) fn overtaken_in(&self, shard: u32) -> &[(u32, Overtaken)] {
        in_shard(&self.overtaken, shard)
    }

    fn of(&self, source: SourceIx) -> &[(u32, bool)] {
        self.by_source.get(&source.0).map_or(&[], Vec::as_slice)
    }
}

/// When sources were heard, as a step knows it, or as the step before did.
#[derive(Clone, Copy)]
pub struct Hearing<'a> {
    pub(in crate::settlement) heard: &'a Heard,
    pub(in crate::settlement) late: &'a KnownLate,
    /// As the step before knew it.
    pub(in crate::settlement) before: bool,
}

impl Hearing<'_> {
    /// The last minute of the range in which it was heard.
    #[inline]
    #[must_use]
    pub fn last_in(&self, source: SourceIx, range: RangeInclusive<u32>) -> Option<u32> {
        let in_time = self.heard.last_in(source, range.clone());
        if self.late.by_source.is_empty() {
            return in_time;
        }
        let counts =
            |(minute, fresh): &&(u32, bool)| range.contains(minute) && !(*fresh && self.before);
        let late = self.late.of(source).iter().rev().find(counts);
        in_time.max(late.map(|(minute, _)| *minute))
    }

    /// From when on (ms) a word of that source may stand longer than the step before knew, where
    /// the limit is `limit` ms. `None`: nowhere.
    ///
    /// That is: a fresh minute that is reached from the last one before it, when no later one was
    /// reached from there.
    pub(in crate::settlement) fn lengthened(&self, source: SourceIx, limit: u64) -> Option<u64> {
        let before = Self {
            before: true,
            ..*self
        };
        let reach = (limit / MINUTE_MS) as u32 + 1;
        let lengthens = |minute: &u32| {
            let Some(last) = minute.checked_sub(1) else {
                return false;
            };
            let near = last.saturating_sub(reach)..=last;
            let Some(from) = before.last_in(source, near) else {
                return false;
            };
            let reached = ((u64::from(from) + 1) * MINUTE_MS + limit - 1) / MINUTE_MS;
            *minute <= reached as u32
                && before
                    .last_in(source, minute + 1..=reached as u32)
                    .is_none()
        };
        let fresh = self.late.of(source).iter().filter(|(_, fresh)| *fresh);
        let first = fresh.map(|(minute, _)| *minute).find(lengthens)?;
        Some(u64::from(first) * MINUTE_MS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: SourceIx = SourceIx(3);
    const BASE: u32 = 29_923_380;

    fn late(minute: u32, ingest: u64) -> LateMinute {
        LateMinute {
            source: S.0,
            minute: BASE + minute,
            ingest,
        }
    }

    #[test]
    fn a_minute_counts_from_the_step_on_that_takes_its_batch_and_then_for_good() {
        let heard = Heard::new(20);
        let minutes = LateMinutes::default();
        heard.hear(S, BASE);
        for (m, ingest) in [(5, 300), (5, 200), (9, 250), (0, 100)] {
            assert!(minutes.note(late(m, ingest), &heard, 2), "{m}");
        }
        assert!(!minutes.note(late(7, 260), &heard, 2), "no room");
        assert_eq!(minutes.all(), [late(5, 200), late(9, 250)]);
        let last = |from, to, before| {
            let known = minutes.known(&heard, from, to);
            let hearing = Hearing {
                heard: &heard,
                late: &known,
                before,
            };
            hearing.last_in(S, BASE..=BASE + 20).unwrap() - BASE
        };
        assert_eq!([last(0, 200, false), last(0, 201, false)], [0, 5]);
        assert_eq!([last(201, 300, false), last(201, 300, true)], [9, 5]);
        let copy = minutes.hold();
        minutes.fold(&heard, 250);
        assert_eq!(minutes.all().len(), 2, "a checkpoint is under way");
        drop(copy);
        minutes.fold(&heard, 250);
        assert_eq!(minutes.all(), [late(9, 250)]);
        assert_eq!([last(0, 0, true), last(0, 251, false)], [5, 9]);
    }

    #[test]
    fn a_word_is_lengthened_only_by_a_minute_that_bridges_silence() {
        // A limit of three minutes: from minute 0 one reaches up to minute 3.
        let limit = 3 * MINUTE_MS;
        for (known, fresh, want) in [
            (vec![0, 3], vec![1, 2], None),
            (vec![0, 4], vec![4], None),
            (vec![0, 4], vec![1], Some(1)),
            (vec![0], vec![3], Some(3)),
            (vec![0], vec![4], None),
            (vec![0], vec![3, 6], Some(3)),
            (vec![0, 30], vec![29], None),
            (vec![], vec![7], None),
        ] {
            let heard = Heard::new(20);
            let minutes = LateMinutes::default();
            for m in known {
                heard.hear(S, BASE + m);
            }
            for m in &fresh {
                minutes.note(late(*m, 5), &heard, 9);
            }
            let late = minutes.known(&heard, 5, 6);
            let hearing = Hearing {
                heard: &heard,
                late: &late,
                before: false,
            };
            let want = want.map(|m| u64::from(BASE + m) * MINUTE_MS);
            assert_eq!(hearing.lengthened(S, limit), want, "{fresh:?}");
        }
    }
}
