//! How far a source has run ahead of the output. Pure.
//!
//! Counted in claims, since in a replay two batches may lie hours of ingest time apart.

use std::collections::VecDeque;

/// Claims that a worker's source may run ahead of what all workers have applied: some 25 MB.
pub(super) const MAX_AHEAD: usize = 1 << 19;

/// What one source has passed on and the output has not yet reached.
#[derive(Default)]
pub(super) struct Ahead {
    /// Time and claims of each batch, oldest first.
    batches: VecDeque<(u64, usize)>,
    claims: usize,
}

impl Ahead {
    pub(super) fn add(&mut self, at: u64, claims: usize) {
        if claims > 0 {
            self.batches.push_back((at, claims));
            self.claims += claims;
        }
    }

    /// `on_its_way(t)`: whether something of time `t` may still come out.
    pub(super) fn too_far(&mut self, on_its_way: impl Fn(u64) -> bool) -> bool {
        if self.claims < MAX_AHEAD {
            return false;
        }
        while let Some(&(at, claims)) = self.batches.front()
            && !on_its_way(at)
        {
            self.batches.pop_front();
            self.claims -= claims;
        }
        // The newest time stays open until a later one comes: batches of that very time must not
        // hold it back.
        let oldest = self.batches.front().map(|b| b.0);
        let newest = self.batches.back().map(|b| b.0);
        self.claims >= MAX_AHEAD && oldest < newest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_waits_for_what_is_on_its_way_but_never_for_its_own_newest_time() {
        let mut ahead = Ahead::default();
        (0..3).for_each(|_| ahead.add(5, MAX_AHEAD / 2));
        assert!(
            !ahead.too_far(|t| t >= 5),
            "all of one time: waiting would be for ever"
        );
        ahead.add(6, 1);
        assert!(ahead.too_far(|t| t >= 5));
        assert!(!ahead.too_far(|t| t >= 6), "time 5 has come out");
        assert_eq!(ahead.claims, 1);
    }
}
