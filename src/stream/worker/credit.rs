//! What an app says of a bay, as its partner's credit will be worked out of it: how likely the bay was
//! vacant just before, and how likely the partner says it is.
//!
//! Where the hub has no belief (`fuse = "latest"`) nothing is taken. Where a count of the zone has a
//! say in what is shown of the bay, it has a say here: who repeats it earns nothing.

use super::Worker;
use super::believe::watched;
use crate::domain::credit::{CreditSample, FIRST_NUMBER, claimed, is_open};
use crate::domain::{Millis, Observation};
use crate::settlement::Sampled;

impl Worker {
    /// To be called before the word itself is taken up, at its time `at`.
    pub(super) fn sample(&mut self, o: &Observation, at: Millis, (now, ingest): (Millis, Millis)) {
        let partner = o.backing.number();
        let Some(occupied) = o.status.occupied() else {
            return;
        };
        if partner < FIRST_NUMBER {
            return;
        }
        let told = self.told(o.bay).word;
        let (Some(beliefs), Some(settle)) = (&self.beliefs, &mut self.settle) else {
            return;
        };
        let cell = &self.cells[o.bay.at()];
        let p0 = u16::MAX - beliefs.odds(o.bay, cell, &told, now).p_occupied_fine();
        let open = is_open(p0);
        // Who tells of a bay that somebody watches, and that is known, tells nobody anything.
        if !open && watched(&told).is_some() {
            return;
        }
        let p1 = claimed(occupied, o.confidence);
        let sample = CreditSample::new((o.bay.0, at), partner, (p0, p1));
        let sample = if open { sample.counting() } else { sample };
        match settle.sample(&sample, ingest) {
            Sampled::Taken => self.done.sampled += 1,
            Sampled::Shed => self.done.samples_shed += 1,
            Sampled::Passed => {}
        }
    }
}
