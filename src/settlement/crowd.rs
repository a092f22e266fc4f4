//! Whose reports wait, once many do: so that one source that floods the hub is shed, and no other.
//!
//! While less than half of the room in memory is taken nobody is counted. From there on each source
//! may have [`TIMES`] as many reports waiting as there is room left, on disk and in memory: one that
//! causes a crowd alone has four fifths of the room and is then shed, while the others find room (dynamic
//! thresholds: Choudhury and Hahne, *IEEE/ACM Transactions on Networking* 6(2), 1998). Dear: all that waits is walked
//! through when half of the memory is taken, some 10 ns a report; from then on one access of a hash map
//! a report, twice, until three eighths are taken and nothing is on disk.

use super::Settle;
use crate::domain::{SHARDS, SourceIx};
use ahash::AHashMap;

/// A source that has so many times what is left waits no longer with the next.
const TIMES: usize = 4;

/// Reports that wait, by source.
#[derive(Debug, Default)]
pub(in crate::settlement) struct Crowd(AHashMap<SourceIx, u32>);

impl Crowd {
    pub(in crate::settlement) fn add(&mut self, source: SourceIx) {
        *self.0.entry(source).or_default() += 1;
    }

    fn remove(&mut self, source: SourceIx) {
        if let Some(n) = self.0.get_mut(&source) {
            *n = n.saturating_sub(1);
        }
    }

    fn of(&self, source: SourceIx) -> usize {
        self.0.get(&source).map_or(0, |n| *n as usize)
    }
}

impl Settle {
    /// Whether another report of that source may wait.
    #[inline(always)]
    #[allow(
        clippy::inline_always,
        reason = "one comparison on the hot path, nearly always"
    )]
    pub(in crate::settlement) fn has_room(&mut self, source: SourceIx) -> bool {
        self.waiting < self.uncrowded || self.has_share(source)
    }

    #[cold]
    fn has_share(&mut self, source: SourceIx) -> bool {
        let left = self.room_left();
        if left == 0 {
            return false;
        }
        if self.crowd.is_none() {
            self.crowd = Some(self.counted());
            self.uncrowded = 0;
        }
        self.crowd
            .as_ref()
            .is_some_and(|all| all.of(source) / TIMES < left)
    }

    /// How many more may wait, of all; fewer as memory fills with what the disk is too slow for.
    fn room_left(&self) -> usize {
        let limits = &self.shared.limits;
        let left = limits.max_waiting.saturating_sub(self.waiting);
        let in_memory = self.waiting - self.inbox.on_disk();
        let spare = limits.max_in_memory.saturating_sub(in_memory);
        if self.inbox.overflow.is_none() {
            return left.min(spare);
        }
        // Up to three quarters pages are on their way to the disk.
        let quarter = (limits.max_in_memory / 4).max(1);
        if spare >= quarter {
            left
        } else {
            (left as u128 * spare as u128 / quarter as u128) as usize
        }
    }

    /// Everything that waits is in memory when this is first asked: files come after.
    fn counted(&mut self) -> Crowd {
        let mut crowd = Crowd::default();
        let next = if self.to == 0 { SHARDS } else { self.next };
        for page in self.inbox.freeze(next).0 {
            page.reports().iter().for_each(|r| crowd.add(r.source()));
        }
        for shard in &self.shards {
            shard.late.iter().for_each(|l| crowd.add(l.report.source()));
            shard
                .counts
                .iter()
                .for_each(|w| crowd.add(w.count.source()));
        }
        crowd
    }

    /// These wait no longer.
    pub(in crate::settlement) fn thin_out(
        crowd: &mut Option<Crowd>,
        gone: impl Iterator<Item = SourceIx>,
    ) {
        if let Some(crowd) = crowd {
            gone.for_each(|source| crowd.remove(source));
        }
    }

    /// Stops counting when there is room again.
    pub(in crate::settlement) fn disperse(&mut self) {
        let uncrowded = self.shared.limits.uncrowded();
        if self.waiting < uncrowded / 4 * 3 && self.inbox.on_disk() == 0 {
            (self.crowd, self.uncrowded) = (None, uncrowded);
        }
    }

    /// Counts from here on: what is taken in next may go to files at once.
    pub(in crate::settlement) fn count_all(&mut self) {
        (self.crowd, self.uncrowded) = (Some(self.counted()), 0);
    }
}
