//! What lapses as time goes by.

use super::super::fuse::Told;
use super::{Worker, mark};
use crate::domain::{BayIx, Millis, SourceIx, SourceKind, ZoneIx};

impl Worker {
    /// Looks for claims that have lapsed by that ingest time, if it is time to. Call on ticks, not during a
    /// replay.
    pub fn tick(&mut self, ingest: Millis) {
        // What has changed there is told at once, not with the next report.
        self.look_at_registry();
        self.turn(ingest);
        let now = self.clock.at(ingest);
        self.go_round(now);
        if now.since(self.swept_at) < self.staleness.sweep_ms {
            return;
        }
        self.swept_at = now;
        for z in (0..self.zones.len() as u32).map(ZoneIx) {
            let zone = &mut self.zones[z.at()];
            if !zone.has_claims() {
                continue;
            }
            let limit = self.pulses[z.at()].stale_after_s;
            // A count ages by its own time: that its source is heard says nothing of the cars.
            let gone = |at: Millis| now.since(at) > u64::from(limit) * 1000;
            if zone.lapse_gates(gone) {
                mark(&mut self.pulses[z.at()], z, &mut self.dirty);
            }
            if zone.has_standing_bays() {
                self.sweep(z, now);
            }
        }
        self.sweep_passing(now);
        self.sweep_twins(now);
    }

    fn sweep(&mut self, z: ZoneIx, now: Millis) {
        let city = self.city.clone();
        for bay in city.bays_of(z) {
            let cell = &self.cells[bay.at()];
            if cell.word.standing() && self.silent(z, cell.word.origin(), now) {
                let old = self.told(bay);
                self.cells[bay.at()].word.lapse();
                self.lapsed(bay, z, old, now);
            }
        }
    }

    /// What passers-by said beside a word of a higher rank.
    fn sweep_passing(&mut self, now: Millis) {
        let gone = self
            .passing
            .lapsed(|bay, word| self.silent(self.cells[bay.at()].zone(), word.origin(), now));
        for (bay, rank) in gone {
            let old = self.told(bay);
            self.passing.remove(bay, rank);
            let beside = self.has_beside(bay);
            let cell = &mut self.cells[bay.at()];
            cell.set_lower(beside);
            let zone = cell.zone();
            if self.told(bay) != old {
                self.lapsed(bay, zone, old, now);
            }
        }
    }

    /// What others who watch said beside the newest.
    fn sweep_twins(&mut self, now: Millis) {
        let Some(mut beliefs) = self.beliefs.take() else {
            return;
        };
        let zone = |bay: BayIx| self.cells[bay.at()].zone();
        let gone = beliefs
            .twins
            .lapse(|bay, word| self.silent(zone(bay), word.origin(), now));
        self.beliefs = Some(beliefs);
        for bay in gone {
            let old = self.told(bay);
            let beside = self.has_beside(bay);
            self.cells[bay.at()].set_lower(beside);
            self.show(bay, now);
            self.replace(bay, self.cells[bay.at()].zone(), old, self.told(bay));
        }
    }

    fn lapsed(&mut self, bay: BayIx, zone: ZoneIx, old: Told, now: Millis) {
        self.show(bay, now);
        let new = self.told(bay);
        self.replace(bay, zone, old, new);
        self.done.lapsed += 1;
    }

    /// Whether a word of that kind, source and time has lapsed in that zone: its source silent for
    /// too long, or the claim itself too old. An app passes by, so its reports age one by one; a
    /// sensor that is heard at all vouches for all its bays.
    #[inline]
    pub(super) fn silent(
        &self,
        zone: ZoneIx,
        (kind, source, at): (SourceKind, SourceIx, Millis),
        now: Millis,
    ) -> bool {
        let age = now.since(at);
        let limit = u64::from(self.pulses[zone.at()].stale_after_s) * 1000;
        age > self.staleness.max_age_ms
            || age > limit && (kind.passes_by() || now.since(self.seen.last(source)) > limit)
    }
}
