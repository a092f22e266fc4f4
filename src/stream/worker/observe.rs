//! One claim of one bay: which word it makes, and what is told of the bay then.

use super::super::fuse::Told;
use super::super::passing::Kept;
use super::super::word::{Beside, Rank};
use super::believe::Heard;
use super::{VIEWS, Worker, mark};
use crate::domain::observation::SURE;
use crate::domain::{BayIx, Millis, Observation, ZoneIx};
use std::cmp::Ordering;

impl Worker {
    #[inline]
    pub(super) fn observe(&mut self, o: &Observation, now: Millis, ingest: Millis) {
        let Some(cell) = self.cells.get(o.bay.at()) else {
            return;
        };
        let zone = cell.zone();
        let rank = Rank::of(o);
        let at = o.at.min(now).min(Millis::MAX);
        let stands = !self.silent(zone, (o.source_kind, o.source, at), now);
        if rank <= Rank::Trusted {
            self.hear_app(rank, o, (at, stands), (now, ingest));
        } else {
            self.take_word(rank, o, (at, stands), now);
        }
    }

    /// A word in its rank, as of `at`; whether it stands.
    #[inline]
    fn take_word(
        &mut self,
        rank: Rank,
        o: &Observation,
        (at, stands): (Millis, bool),
        now: Millis,
    ) {
        let cell = &self.cells[o.bay.at()].word;
        let of_cell = if cell.is_none() { rank } else { cell.rank() };
        match rank.cmp(&of_cell) {
            Ordering::Equal => self.say(o, at, stands, now),
            Ordering::Greater => self.rise(o, at, stands, now),
            Ordering::Less => self.pass_by(rank, o, at, stands, now),
        }
    }

    /// An app: its word, if it is sure enough for one, and its evidence, which counts beside whatever
    /// word is told.
    #[inline(never)]
    fn hear_app(
        &mut self,
        rank: Rank,
        o: &Observation,
        (at, stands): (Millis, bool),
        (now, ingest): (Millis, Millis),
    ) {
        let is_copy = self.has_said(rank, o, at);
        if stands && !is_copy {
            self.sample(o, at, (now, ingest));
        }
        let o = &o.as_weighed();
        if o.confidence < SURE {
            self.done.outranked += 1;
        } else {
            self.take_word(rank, o, (at, stands), now);
        }
        if is_copy || !stands {
            return;
        }
        let old = self.told(o.bay);
        let cell = &mut self.cells[o.bay.at()];
        let heard = self
            .beliefs
            .as_mut()
            .map_or(Heard::Nothing, |b| b.hear(cell, o, (at, ingest)));
        match heard {
            Heard::Nothing => {}
            Heard::Full => self.done.shed += 1,
            Heard::Pooled => {
                self.tell_evidence(o.bay, now);
                self.show(o.bay, now);
                self.replace(o.bay, self.cells[o.bay.at()].zone(), old, self.told(o.bay));
            }
        }
    }

    /// Whether that very word of an app is there.
    fn has_said(&self, rank: Rank, o: &Observation, at: Millis) -> bool {
        let cell = &self.cells[o.bay.at()].word;
        if !cell.is_none() && cell.rank() == rank {
            return cell.is_of(o, at.0);
        }
        let beside = self.passing.get(o.bay, rank);
        beside.is_some_and(|word| word.is_of(o, at.0))
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
            if stands && cell.word.source() != o.source && !o.source_kind.passes_by() {
                self.hear_twin(o, at, now);
            }
            self.done.superseded += 1;
            return;
        }
        let old = self.told(o.bay);
        // Most words say again what is known: what is shown of them is looked at in rounds.
        let again = stands
            && cell.word.standing()
            && cell.word.claimed() == o.status
            && cell.word.confidence() == o.confidence;
        self.put(o, (at, beside), stands);
        self.news(o.bay, zone, at, old, (!again).then_some(now));
    }

    /// The first word of a higher rank than any before: what was there goes aside.
    #[cold]
    fn rise(&mut self, o: &Observation, at: Millis, stands: bool, now: Millis) {
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
        self.put(o, (at, Beside::Newer), stands);
        self.news(o.bay, zone, at, old, Some(now));
    }

    #[inline]
    fn put(&mut self, o: &Observation, (at, beside): (Millis, Beside), stands: bool) {
        let cell = &mut self.cells[o.bay.at()];
        if let Some(beliefs) = &mut self.beliefs
            && !o.source_kind.passes_by()
        {
            if cell.word.source() != o.source && cell.word.rank() == Rank::Watcher {
                let kept = beliefs.change_watcher(o.bay, cell, o.source);
                self.done.shed += u64::from(!kept);
            }
            cell.doubt = beliefs.after(cell, o, at);
        }
        cell.word.take(o, at.0, beside);
        if !stands {
            cell.word.lapse();
        }
    }

    /// A word of another watcher than the cell's, older than that one's: the state stays.
    #[cold]
    #[inline(never)]
    fn hear_twin(&mut self, o: &Observation, at: Millis, now: Millis) {
        let old = self.told(o.bay);
        let Some(beliefs) = &mut self.beliefs else {
            return;
        };
        let cell = &mut self.cells[o.bay.at()];
        match beliefs.hear_twin(cell, o, at) {
            Some(true) => {
                cell.set_lower(true);
                let zone = cell.zone();
                self.news(o.bay, zone, at, old, Some(now));
            }
            Some(false) => {}
            None => self.done.shed += 1,
        }
    }

    /// Whether words lie beside the cell's: of passers-by, or of who else watches.
    pub(super) fn has_beside(&self, bay: BayIx) -> bool {
        let twins = |b: &super::Beliefs| !b.twins.of(bay).is_empty();
        self.passing.any(bay) || self.beliefs.as_ref().is_some_and(twins)
    }

    /// A word of a lower rank than the cell's.
    #[inline(never)]
    fn pass_by(&mut self, rank: Rank, o: &Observation, at: Millis, stands: bool, now: Millis) {
        if !stands {
            // It would lapse at once, whatever is there.
            self.done.superseded += 1;
            return;
        }
        let old = self.told(o.bay);
        let cell = &mut self.cells[o.bay.at()];
        let zone = cell.zone();
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
            self.news(o.bay, zone, at, old, Some(now));
        }
    }

    /// What is told of a bay: that it is closed by order, or the word of the highest rank that stands
    /// and knows; where none does, the cell's.
    #[inline]
    pub(super) fn told(&self, bay: BayIx) -> Told {
        let cell = &self.cells[bay.at()];
        let told = if cell.has_lower() && !cell.word.knows() {
            self.told_by_others(bay)
        } else {
            Told::of(cell)
        };
        self.shut(bay, told)
    }

    #[cold]
    fn told_by_others(&self, bay: BayIx) -> Told {
        let cell = Told::of(&self.cells[bay.at()]);
        let word = self.passing.best(bay).unwrap_or(cell.word);
        Told { word, ..cell }
    }

    /// Reads out how certain what is told of a bay is.
    pub(super) fn show(&mut self, bay: BayIx, now: Millis) {
        let told = self.told(bay).word;
        let cell = &self.cells[bay.at()];
        let certainty = match (&self.beliefs, told.status().occupied()) {
            (Some(beliefs), Some(is)) => {
                let p = beliefs.odds(bay, cell, &told, now).p_occupied();
                if is { p } else { u8::MAX - p }
            }
            _ => told.confidence(),
        };
        self.cells[bay.at()].show(certainty);
    }

    /// Says what apps say of a bay.
    pub(super) fn tell_evidence(&mut self, bay: BayIx, now: Millis) {
        let Some(beliefs) = &self.beliefs else { return };
        let evidence = beliefs.evidence(bay, &self.cells[bay.at()], now);
        self.evidence.push((bay, evidence));
        if self.evidence.len() == VIEWS {
            self.model.apps(&self.evidence);
            self.evidence.clear();
        }
    }

    /// `read_out` at that time, if what is shown of it may have changed.
    #[inline]
    fn news(&mut self, bay: BayIx, zone: ZoneIx, at: Millis, old: Told, read_out: Option<Millis>) {
        let pulse = &mut self.pulses[zone.at()];
        pulse.observed_at = pulse.observed_at.max(at);
        if let Some(now) = read_out {
            self.show(bay, now);
        }
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
        if old.status() != new.status()
            || old.word.standing() != new.word.standing()
            || old.word.bay_kind() != new.word.bay_kind()
            || old.certainty != new.certainty
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
