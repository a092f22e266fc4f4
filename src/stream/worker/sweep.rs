//! What lapses as time goes by.
//!
//! Every zone is looked at once in a sweep's time, some at each tick, so that no tick takes long; what is kept
//! beside the bays is looked at when all zones have been.

use super::super::fuse::Told;
use super::{Worker, mark};
use crate::domain::{BayIx, Millis, SourceIx, SourceKind, ZoneIx};

/// How far the sweep is.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Swept {
    /// The next zone.
    zone: u32,
    /// When the last turn was, and what was left of a zone then, in 1/`sweep_ms`.
    at: Millis,
    rest: u64,
}

impl Swept {
    /// How many of so many zones are to be looked at now, each once in `sweep_ms`.
    fn due(&mut self, zones: u32, sweep_ms: u64, now: Millis) -> u32 {
        let passed = now.since(self.at);
        self.at = self.at.max(now);
        if passed >= sweep_ms {
            self.rest = 0;
            return zones;
        }
        let due = u64::from(zones) * passed + self.rest;
        self.rest = due % sweep_ms;
        (due / sweep_ms) as u32
    }

    /// The last turn was at `now` or before.
    pub(super) fn put_back(&mut self, now: Millis) {
        self.at = self.at.min(now);
    }
}

impl Worker {
    /// Looks for claims that have lapsed by that ingest time, as far as it is time to. Call on ticks, not during a
    /// replay.
    pub fn tick(&mut self, ingest: Millis) {
        // What has changed there is told at once, not with the next report.
        self.look_at_registry();
        self.turn(ingest);
        let now = self.clock.at(ingest);
        self.go_round(now);
        let zones = self.zones.len() as u32;
        for _ in 0..self.swept.due(zones, self.staleness.sweep_ms, now) {
            let z = ZoneIx(self.swept.zone % zones);
            self.swept.zone = (z.0 + 1) % zones;
            self.sweep_zone(z, now);
            if self.swept.zone == 0 {
                self.sweep_passing(now);
                self.sweep_twins(now);
            }
        }
    }

    fn sweep_zone(&mut self, z: ZoneIx, now: Millis) {
        let zone = &mut self.zones[z.at()];
        if zone.has_claims() {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_zone_has_its_turn_in_a_sweeps_time_and_no_tick_takes_many() {
        for (zones, sweep_ms, tick_ms) in [
            (1, 15_000, 1000),
            (7, 250, 1),
            (100, 15_000, 200),
            (14_000, 15_000, 1),
            (100_000, 15_000, 7),
        ] {
            let mut swept = Swept::default();
            let mut now = 1_795_399_200_000;
            assert_eq!(swept.due(zones, sweep_ms, Millis(now)), zones, "the first");
            let mut turns = 0;
            let most = u64::from(zones) * tick_ms / sweep_ms + 2;
            for _ in 0..4 * sweep_ms / tick_ms {
                now += tick_ms;
                let due = swept.due(zones, sweep_ms, Millis(now));
                assert!(u64::from(due) <= most, "{due} of {zones} at once");
                turns += due;
            }
            let off = turns.abs_diff(4 * zones);
            assert!(off <= zones / 1000 + 1, "{turns} turns of {zones} zones");
        }
    }

    #[test]
    fn what_was_slept_through_is_made_up_for_at_once() {
        let mut swept = Swept::default();
        assert_eq!(swept.due(50, 1000, Millis(5000)), 50);
        assert_eq!(swept.due(50, 1000, Millis(5000)), 0);
        assert_eq!(swept.due(50, 1000, Millis(9000)), 50);
        swept.put_back(Millis(3000));
        assert_eq!(swept.due(50, 1000, Millis(3500)), 25);
        assert_eq!(swept.due(0, 1000, Millis(3600)), 0);
    }
}
