//! One claim of one bay: which word it makes, and what is told of the bay then.

use super::super::fuse::Told;
use super::super::passing::Kept;
use super::super::word::{Beside, Rank};
use super::{VIEWS, Worker, mark};
use crate::domain::observation::SURE;
use crate::domain::{BayIx, Millis, Observation, ZoneIx};
use std::cmp::Ordering;

impl Worker {
    #[inline]
    pub(super) fn observe(&mut self, o: &Observation, now: Millis) {
        let Some(cell) = self.cells.get(o.bay.at()) else {
            return;
        };
        let rank = Rank::of(o);
        // Evidence at most.
        if rank < Rank::Booking && o.confidence < SURE {
            self.done.outranked += 1;
            return;
        }
        let at = o.at.min(now).min(Millis::MAX);
        let of_cell = if cell.word.is_none() {
            rank
        } else {
            cell.word.rank()
        };
        let zone = cell.zone();
        let stands = !self.silent(zone, (o.source_kind, o.source, at), now);
        match rank.cmp(&of_cell) {
            Ordering::Equal => self.say(o, at, stands, now),
            Ordering::Greater => self.rise(o, at, stands),
            Ordering::Less => self.pass_by((rank, zone), o, at, stands),
        }
    }

    /// A word of the rank that the cell holds.
    #[inline]
    fn say(&mut self, o: &Observation, at: Millis, stands: bool, now: Millis) {
        let cell = &self.cells[o.bay.at()];
        let zone = cell.zone();
        let beside = cell.word.beside(o, at.0);
        // What would have lapsed replaces nothing that stands.
        let kept = !stands && cell.word.standing() && !self.silent(zone, cell.word.origin(), now);
        if beside == Beside::Older || kept {
            self.done.superseded += 1;
            return;
        }
        let old = self.told(o.bay);
        let cell = &mut self.cells[o.bay.at()];
        cell.word.take(o, at.0, beside);
        cell.show(o.confidence);
        if !stands {
            cell.word.lapse();
        }
        self.news(o.bay, zone, at, old);
    }

    /// The first word of a higher rank than any before: what was there goes aside.
    #[cold]
    fn rise(&mut self, o: &Observation, at: Millis, stands: bool) {
        let old = self.told(o.bay);
        let cell = &mut self.cells[o.bay.at()];
        let zone = cell.zone();
        if cell.word.standing() {
            if self.passing.put(o.bay, cell.word) {
                cell.set_lower(true);
            } else {
                self.done.shed += 1;
            }
        }
        cell.word.take(o, at.0, Beside::Newer);
        cell.show(o.confidence);
        if !stands {
            cell.word.lapse();
        }
        self.news(o.bay, zone, at, old);
    }

    /// A word of a lower rank than the cell's.
    #[inline(never)]
    fn pass_by(&mut self, of: (Rank, ZoneIx), o: &Observation, at: Millis, stands: bool) {
        let (rank, zone) = of;
        if !stands {
            // It would lapse at once, whatever is there.
            self.done.superseded += 1;
            return;
        }
        let old = self.told(o.bay);
        let cell = &mut self.cells[o.bay.at()];
        match self.passing.take((rank, cell.word.bay_kind()), o, at.0) {
            Kept::Yes => cell.set_lower(true),
            Kept::Superseded => {
                self.done.superseded += 1;
                return;
            }
            Kept::Full => {
                self.done.shed += 1;
                return;
            }
        }
        let told = self.told(o.bay);
        if (told.word.source(), told.word.at()) != (o.source, at) {
            self.done.outranked += 1;
        }
        if told != old {
            self.news(o.bay, zone, at, old);
        }
    }

    /// What is told of a bay: the word of the highest rank that stands and knows; where none does,
    /// the cell's.
    #[inline]
    pub(super) fn told(&self, bay: BayIx) -> Told {
        let cell = &self.cells[bay.at()];
        if cell.has_lower() && !cell.word.knows() {
            self.told_by_others(bay)
        } else {
            Told::of(cell)
        }
    }

    #[cold]
    fn told_by_others(&self, bay: BayIx) -> Told {
        let cell = Told::of(&self.cells[bay.at()]);
        self.passing.best(bay).map_or(cell, |word| Told {
            word,
            certainty: word.confidence(),
        })
    }

    #[inline]
    fn news(&mut self, bay: BayIx, zone: ZoneIx, at: Millis, old: Told) {
        let pulse = &mut self.pulses[zone.at()];
        pulse.observed_at = pulse.observed_at.max(at);
        let new = self.told(bay);
        self.replace(bay, zone, old, new);
    }

    /// Brings the zone's counters and the read model from `old` to `new`.
    #[inline(always)]
    #[allow(
        clippy::inline_always,
        reason = "the hot path; outlined it costs a tenth of the throughput"
    )]
    pub(super) fn replace(&mut self, bay: BayIx, zone: ZoneIx, old: Told, new: Told) {
        let is = new.view(bay, zone);
        // Most reports say what was known already: they move no counter.
        if old.word.status() != new.word.status()
            || old.word.standing() != new.word.standing()
            || old.word.bay_kind() != new.word.bay_kind()
        {
            let was = old.view(bay, zone);
            let stood = (old.word.standing(), new.word.standing());
            self.zones[zone.at()].shift(&was, stood.0, &is, stood.1);
        }
        mark(&mut self.pulses[zone.at()], zone, &mut self.dirty);
        self.views.push(is);
        if self.views.len() == VIEWS {
            self.tell_bays();
        }
    }

    #[cold]
    #[inline(never)]
    fn tell_bays(&mut self) {
        self.model.bays(&self.views);
        self.views.clear();
    }
}
