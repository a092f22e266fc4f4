//! When each source last observed anything: one table for all workers, as a source's bays may lie
//! in several shards.
//!
//! Each worker writes a lane of its own, so that no write has to be atomic as a whole: that would
//! make the processor finish every write before it, for each report. Who asks looks at all lanes.
//! Memory: 8 bytes for each source that is heard and each worker that hears it.

use crate::domain::{Millis, SourceIx};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// See the module.
pub struct SourcesSeen(Box<[Box<[AtomicU64]>]>);

impl SourcesSeen {
    /// Room for `n` sources, and as many workers; memory is touched only for those that are heard.
    #[must_use]
    pub fn new(n: usize, workers: usize) -> Self {
        Self(
            (0..workers.max(1))
                .map(|_| bytemuck::zeroed_slice_box(n))
                .collect(),
        )
    }

    /// Only worker `me` may say so.
    #[inline]
    pub(super) fn hear(&self, me: u32, source: SourceIx, at: Millis) {
        if let Some(seen) = self.0[me as usize].get(source.at())
            && seen.load(Relaxed) < at.0
        {
            seen.store(at.0, Relaxed);
        }
    }

    /// Nobody was heard after `now`. Only worker `me` may say so, of what it heard.
    pub(super) fn put_back(&self, me: u32, now: Millis) {
        for seen in &self.0[me as usize] {
            if seen.load(Relaxed) > now.0 {
                seen.store(now.0, Relaxed);
            }
        }
    }

    /// Takes up when sources were last heard, by their numbers; before any worker is there.
    pub(super) fn restore(&self, seen: &[u64]) {
        for (now, then) in self.0[0].iter().zip(seen) {
            now.store(*then, Relaxed);
        }
    }

    /// [`Millis::NEVER`] for a source never heard.
    #[must_use]
    pub fn last(&self, source: SourceIx) -> Millis {
        let lanes = self.0.iter().filter_map(|lane| lane.get(source.at()));
        Millis(lanes.map(|s| s.load(Relaxed)).max().unwrap_or_default())
    }

    /// The same of the first `n` sources, for a checkpoint.
    pub(super) fn copy(&self, n: usize, to: &mut Vec<u64>) {
        let first = &self.0[0];
        let others = &self.0[1..];
        to.clear();
        to.extend(first.iter().take(n).map(|s| s.load(Relaxed)));
        for lane in others {
            for (seen, also) in to.iter_mut().zip(lane) {
                *seen = (*seen).max(also.load(Relaxed));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_any_worker_heard_last_is_when_a_source_was_last_heard() {
        let seen = SourcesSeen::new(3, 2);
        seen.restore(&[0, 5]);
        seen.hear(0, SourceIx(0), Millis(7));
        seen.hear(1, SourceIx(1), Millis(9));
        seen.hear(0, SourceIx(1), Millis(8));
        seen.hear(1, SourceIx(1), Millis(2));
        let mut copy = vec![1; 9];
        seen.copy(2, &mut copy);
        assert_eq!(copy, [7, 9]);
        assert_eq!([0, 1, 2, 3].map(|s| seen.last(SourceIx(s)).0), [7, 9, 0, 0]);
    }
}
