//! A worker's state as a whole: copied out for a checkpoint, put back at start.
//!
//! Counters of zones are not part of it: they are the sums over bays, and are added up again. What a
//! bay or a gate was believed to be (standing or lapsed) is. Dear: a copy stops the worker for one walk over
//! the zones and what lies beside the bays; the bays themselves are copied a little at a time, each before
//! it changes. `restore` touches every bay.

use super::super::checkpoint::Saved;
use super::super::fuse::{BayState, SavedBay, Told};
use super::super::word::Rank;
use super::super::worker_copy::WorkerCopy;
use super::twins::Twin;
use super::{Worker, mark};
use crate::belief::Windows;
use crate::domain::{BayIx, Millis, ZoneIx};

impl Worker {
    /// Begins a copy of everything as it is now, into `to`, whose memory is used again.
    pub(in crate::stream) fn begin_copy(&mut self, mut to: WorkerCopy) {
        (to.me, to.peers) = (self.me, self.peers);
        to.city = Some(self.city.clone());
        self.cells.begin(std::mem::take(&mut to.cells));
        to.passing.clear();
        to.passing.extend(self.passing.iter());
        to.twins.clear();
        let twins = self.beliefs.iter().flat_map(|b| b.twins.iter());
        to.twins
            .extend(twins.map(|(bay, twin)| (bay, twin.word, twin.doubt)));
        to.pools.clear();
        to.pools
            .extend(self.beliefs.iter().flat_map(super::Beliefs::pools));
        to.judged = match &self.beliefs {
            Some(beliefs) => beliefs.judged().clone(),
            None => Windows::default(),
        };
        to.observed.clear();
        to.observed
            .extend(self.pulses.iter().map(|p| p.observed_at));
        to.gates.clear();
        for (zone, z) in self.zones.iter().zip(0..) {
            to.gates
                .extend(zone.counted().map(|(kind, count)| (ZoneIx(z), kind, count)));
        }
        match &mut self.settle {
            Some(settle) => settle.begin_copy(to.settle.get_or_insert_default()),
            None => to.settle = None,
        }
        // All lanes: what another worker hears after the cut does no harm, it is heard again.
        let known = if self.me == 0 {
            self.registry.source_count() as usize
        } else {
            0
        };
        self.seen.copy(known, &mut to.seen);
        self.copying = Some(to);
    }

    /// Goes on with a copy that was begun, by some `work`, in bays; the copy once it is whole.
    pub(in crate::stream) fn copy_on(&mut self, mut work: usize) -> Option<WorkerCopy> {
        let to = self.copying.as_mut()?;
        if let Some(cells) = self.cells.go_on(&mut work) {
            to.cells = cells;
        }
        if let (Some(settle), Some(to)) = (&mut self.settle, &mut to.settle) {
            settle.copy_on(to, &mut work);
        }
        let is_whole = !self.cells.is_copying()
            && self
                .settle
                .as_ref()
                .is_none_or(|settle| !settle.is_copying());
        self.copying.take_if(|_| is_whole)
    }

    /// Whether a copy is under way.
    pub(in crate::stream) fn is_copying(&self) -> bool {
        self.copying.is_some()
    }

    /// Copies everything at once.
    #[cfg(test)]
    pub(in crate::stream) fn copied(&mut self) -> WorkerCopy {
        self.begin_copy(WorkerCopy::default());
        self.copy_on(usize::MAX).expect("all of it")
    }

    /// Puts back what this worker owns of `saved`; what belongs to a bay or zone that is gone, or
    /// is now of another kind, is left out. For a worker that has applied nothing yet.
    pub(in crate::stream) fn restore(&mut self, saved: &Saved) {
        let city = self.city.clone();
        for kept in &saved.cells {
            let Some(bay) = city.bay_numbered(kept.bay) else {
                continue;
            };
            let zone = city.zone_of(bay);
            let kind = city.attrs(bay).kind;
            let new = BayState::restored(kept, zone);
            if self.owns(zone) && new.word.bay_kind() == kind {
                let old = std::mem::replace(&mut self.cells[bay.at()], new);
                self.show(bay, new.word.at());
                self.replace(bay, zone, Told::of(&old), self.told(bay));
            }
        }
        for kept in &saved.pools {
            let cell = city
                .bay_numbered(kept.bay)
                .map(|bay| (bay, city.zone_of(bay)));
            if let (Some((bay, _)), Some(beliefs)) =
                (cell.filter(|(_, z)| self.owns(*z)), &mut self.beliefs)
            {
                beliefs.restore(bay, &mut self.cells[bay.at()], kept.pools);
            }
        }
        if let Some(beliefs) = self.beliefs.as_mut().filter(|_| self.me == 0) {
            // Sums: whichever worker hands them in.
            beliefs.restore_judged(&saved.judged);
        }
        for kept in &saved.passing {
            let Some(bay) = city.bay_numbered(kept.bay) else {
                continue;
            };
            let zone = city.zone_of(bay);
            let cell = &self.cells[bay.at()];
            if self.owns(zone) && kept.word.bay_kind() == cell.word.bay_kind() {
                let old = self.told(bay);
                if self.put_beside(bay, kept) {
                    self.cells[bay.at()].set_lower(true);
                }
                self.show(bay, self.told(bay).word.at());
                self.replace(bay, zone, old, self.told(bay));
            }
        }
        for kept in &saved.zones {
            if let Some(z) = city.zone_numbered(kept.zone).filter(|z| self.owns(*z)) {
                let pulse = &mut self.pulses[z.at()];
                pulse.observed_at = pulse.observed_at.max(Millis(kept.observed_at));
                mark(pulse, z, &mut self.dirty);
            }
        }
        if let Some(settle) = &mut self.settle {
            settle.restore(&saved.settled);
        }
        for kept in &saved.gates {
            if let (Some(z), Some((kind, count))) = (city.zone_numbered(kept.zone), kept.count())
                && self.owns(z)
            {
                self.zones[z.at()].restore(kind, count);
                mark(&mut self.pulses[z.at()], z, &mut self.dirty);
            }
        }
    }

    /// A word that was kept beside the cell's: a passer-by's, or that of who else watches.
    fn put_beside(&mut self, bay: BayIx, kept: &SavedBay) -> bool {
        if kept.word.rank() < Rank::Watcher {
            return self.passing.put(bay, kept.word);
        }
        let twin = Twin {
            word: kept.word,
            doubt: kept.doubt,
        };
        let beliefs = self.beliefs.as_mut();
        beliefs.is_some_and(|beliefs| beliefs.twins.put(bay, twin))
    }
}
