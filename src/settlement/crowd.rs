//! Whose reports wait, once many do: so that one source that floods the hub is shed, and no other.
//!
//! While less than half of the room is taken nobody is counted. From there on each source may have
//! [`TIMES`] as many reports waiting as there is room left: one that causes a crowd alone has four
//! fifths of the room and is then shed, while the others find room (dynamic thresholds: Choudhury and Hahne, *IEEE/ACM
//! Transactions on Networking* 6(2), 1998). Dear: all that waits is walked through when half of the
//! room is taken, some 10 ns a report; from then on one access of a hash map a report until three
//! eighths are left.

use super::Settle;
use crate::domain::SourceIx;
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
        self.waiting < self.shared.limits.max_waiting / 2 || self.has_share(source)
    }

    #[cold]
    fn has_share(&mut self, source: SourceIx) -> bool {
        let left = self.shared.limits.max_waiting.saturating_sub(self.waiting);
        if left == 0 {
            return false;
        }
        if self.crowd.is_none() {
            self.crowd = Some(self.counted());
        }
        self.crowd
            .as_ref()
            .is_some_and(|all| all.of(source) / TIMES < left)
    }

    fn counted(&mut self) -> Crowd {
        let mut crowd = Crowd::default();
        for (page, range) in self.inbox.freeze(self.next) {
            page[range].iter().for_each(|r| crowd.add(r.source()));
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
        if self.waiting < self.shared.limits.max_waiting / 8 * 3 {
            self.crowd = None;
        }
    }
}
