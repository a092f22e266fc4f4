//! The time by which claims are judged: ingest time, unless the hub's clock was put back.
//!
//! Ingest time never goes back. When the machine's clock does, ingest time stands still until the
//! clock has caught up; the journal then says how far behind it is (`Claim::Clock`). What was said
//! of a time that has not come yet is held to have been said when the clock was put right: so it
//! yields to whatever is said from then on, and ages from then on.

use super::{Worker, mark};
use crate::domain::{BayIx, Millis, ZoneIx};

/// How often the journal says how far the clock is behind, at the least.
const TOLD_EVERY_MS: u64 = 1000;

/// How far the hub's clock is behind ingest time.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct StreamClock {
    behind_ms: u64,
    /// What it said when it was last behind.
    said: Millis,
}

impl StreamClock {
    /// What the clock says at that ingest time, to a second: while it is behind, how far is told once
    /// a second, and what is said meanwhile must keep its order.
    #[inline]
    pub(super) const fn at(&self, ingest: Millis) -> Millis {
        Millis(
            ingest
                .0
                .saturating_sub(self.behind_ms.saturating_sub(TOLD_EVERY_MS)),
        )
    }

    /// Takes what the journal says; the time that it is now, if it was put back.
    fn set(&mut self, behind_ms: u64, ingest: Millis) -> Option<Millis> {
        let first = self.behind_ms == 0;
        self.behind_ms = behind_ms;
        let now = Millis(ingest.0.saturating_sub(behind_ms));
        let put_back = behind_ms > 0 && (first || now < self.said);
        self.said = now;
        put_back.then_some(now)
    }
}

impl Worker {
    pub(super) fn set_clock(&mut self, behind_ms: u64, ingest: Millis) {
        if let Some(now) = self.clock.set(behind_ms, ingest) {
            self.swept.put_back(now);
            self.round.put_back(now);
            if let Some(beliefs) = &mut self.beliefs {
                beliefs.tilts.doubt_all();
                beliefs.twins.put_back(now);
            }
            self.put_back(now);
        }
    }

    /// Nothing was said after `now`.
    #[cold]
    fn put_back(&mut self, now: Millis) {
        self.seen.put_back(self.me, now);
        for z in (0..self.zones.len() as u32).map(ZoneIx) {
            if !self.owns(z) {
                continue;
            }
            let pulse = &mut self.pulses[z.at()];
            pulse.observed_at = pulse.observed_at.min(now);
            self.zones[z.at()].put_back(now);
            mark(pulse, z, &mut self.dirty);
        }
        self.passing.put_back(now);
        for bay in (0..self.cells.len() as u32).map(BayIx) {
            let old = self.told(bay);
            let zone = self.cells[bay.at()].zone();
            if self.cells[bay.at()].word.put_back(now) {
                let new = self.told(bay);
                self.replace(bay, zone, old, new);
            }
        }
    }
}
