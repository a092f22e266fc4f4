//! What counts of whole zones say of those of their bays that nobody watches.
//!
//! A count is weighed against what is believed of each bay that it covers, in the zone's turn of the
//! round ([`super::round`]); it comes to one shift of their log-odds, which the read-out of bays
//! without a watcher's word adds. Nothing that a belief is written by sees it: it is made anew from
//! the count and the beliefs, and so it is after a start. What *is* kept is how far a zone's counts
//! are off; that is learnt when a count comes, from claims alone, so a replay learns the same.
//!
//! Dear: a count that is weighed walks over its zone; one that comes does so once in five minutes at
//! most.

use super::super::counts::GateCount;
use super::believe::watched;
use super::tilts::Tilt;
use super::{Worker, mark};
use crate::belief::{Covered, LogOdds};
use crate::domain::{
    BayKind, BayStatus, BaySubset, CountEvidence, CountObservation, Millis, ZoneIx,
};

/// A count is weighed again when the beliefs' sum has moved by so many bays.
const MOVED_BAYS: f64 = 0.5;

/// And after so long, as what it says fades, ms.
const AGAIN_MS: u64 = 60_000;

/// What a count is off is looked at once in such a window.
const LEARN_EVERY_MS: u64 = 300_000;

/// A count that is older when it comes is of other cars than the beliefs are, ms.
const LEARN_FROM_MS: u64 = 60_000;

impl Worker {
    /// A count, as of no later than `now`.
    pub(super) fn take_count(&mut self, c: &CountObservation, now: Millis) {
        let (Some(zone), Some(pulse)) = (
            self.zones.get_mut(c.zone.at()),
            self.pulses.get_mut(c.zone.at()),
        ) else {
            return;
        };
        // A clock that is ahead gains nothing.
        let at = c.at.min(now);
        pulse.observed_at = pulse.observed_at.max(at);
        let age = now.since(at);
        let stands = age <= u64::from(pulse.stale_after_s) * 1000;
        let before = zone.counted_at(c.kind, c.source_kind);
        let news = zone.count(&CountObservation { at, ..*c }, stands);
        self.done.superseded += u64::from(!news);
        mark(pulse, c.zone, &mut self.dirty);
        let window = |at: Millis| at.0 / LEARN_EVERY_MS;
        let fresh = stands && age <= LEARN_FROM_MS && window(before) != window(at);
        if news && fresh && !c.source_kind.passes_by() && self.beliefs.is_some() {
            self.learn_from(c, now);
        }
    }

    /// A count of some of a zone's bays, as of no later than `now`.
    pub(super) fn take_subset(&mut self, subset: BaySubset, c: &CountObservation, now: Millis) {
        let zone = self.zones.get_mut(c.zone.at());
        let (Some(zone), Some(pulse)) = (zone, self.pulses.get_mut(c.zone.at())) else {
            return;
        };
        let at = c.at.min(now);
        let stands = now.since(at) <= u64::from(pulse.stale_after_s) * 1000;
        let news = zone.count_subset(subset, &CountObservation { at, ..*c }, stands);
        self.done.superseded += u64::from(!news);
        mark(pulse, c.zone, &mut self.dirty);
    }

    /// How far counts of that kind of source are off there, after one that has just come.
    fn learn_from(&mut self, c: &CountObservation, now: Millis) {
        let Some(count) = self.zones[c.zone.at()].counted_by(c.kind, c.source_kind) else {
            return;
        };
        if let Some((covered, occupied)) = self.covered(c.zone, c.kind, &count, now) {
            let error = count.error.learn(&covered, occupied);
            self.zones[c.zone.at()].set_error(c.kind, c.source_kind, error);
        }
    }

    /// The bays that a count covers as they are believed without it, and how many it says are
    /// occupied. `None` where it is not of all bays of its kind, or does not say of how many, or
    /// that they are closed: it cannot be held against them.
    fn covered(
        &self,
        z: ZoneIx,
        kind: BayKind,
        count: &GateCount,
        now: Millis,
    ) -> Option<(Covered, u32)> {
        let beliefs = self.beliefs.as_ref()?;
        let mut covered = Covered::default();
        let mut listed = 0;
        for bay in self.city.bays_of(z) {
            let told = self.told(bay).word;
            if told.bay_kind() != kind {
                continue;
            }
            listed += 1;
            if told.status() != BayStatus::Closed {
                let odds = beliefs.odds_alone(bay, &self.cells[bay.at()], &told, now);
                covered.add(odds, watched(&told));
            }
        }
        let shares = self.zones[z.at()].shares(kind, count);
        let is_open = shares.vacant + shares.occupied == shares.capacity;
        let unlisted = shares.capacity.checked_sub(listed)?;
        if !is_open || !shares.is_sized {
            return None;
        }
        covered.add_unlisted(unlisted, beliefs.usual_at(z, now));
        Some((covered, shares.occupied))
    }

    /// Weighs the counts of a zone where that is due; true if what they say of its bays has changed.
    pub(super) fn weigh_counts(&mut self, z: ZoneIx, now: Millis) -> bool {
        if !self.zones[z.at()].has_counts() {
            return false;
        }
        let mut changed = false;
        for kind in BayKind::ALL {
            let old = self.beliefs.as_ref().and_then(|b| b.tilts.get(z, kind));
            let new = self.weighed(z, kind, old, now);
            let shift = |tilt: Option<Tilt>| tilt.map_or(LogOdds::default(), |tilt| tilt.shift);
            if shift(old) != shift(new) {
                changed = true;
                let of_count = |tilt: &Tilt| CountEvidence {
                    at: tilt.count.at,
                    log_odds: tilt.shift.0,
                };
                let says = new.as_ref().filter(|tilt| tilt.shift.0 != 0);
                self.counts.push((z, kind, says.map(of_count)));
            }
            if let Some(beliefs) = &mut self.beliefs {
                beliefs.tilts.put((z, kind), new);
            }
        }
        changed
    }

    /// What is made of a count now; `None` where none stands.
    fn weighed(&self, z: ZoneIx, kind: BayKind, old: Option<Tilt>, now: Millis) -> Option<Tilt> {
        let beliefs = self.beliefs.as_ref()?;
        let zone = &self.zones[z.at()];
        let count = zone.watchers_count(kind)?;
        let likely = zone.likely_vacant(kind);
        let same = old.filter(|old| old.count == count);
        if let Some(old) = same
            && (old.likely - likely).abs() < MOVED_BAYS
            && now.since(old.at) < AGAIN_MS
        {
            return Some(old);
        }
        let mut tilt = Tilt {
            count,
            news: 0,
            shift: LogOdds::default(),
            at: now,
            likely,
        };
        if let Some((covered, occupied)) = self.covered(z, kind, &count, now) {
            let news = || covered.news(occupied, count.error);
            tilt.news = same.map_or_else(|| news().unwrap_or(0), |old| old.news);
            if tilt.news != 0 && !covered.is_watched() {
                let left = beliefs.left(z, tilt.news, (count.at, now));
                tilt.shift = covered.shift(left);
            }
        }
        Some(tilt)
    }
}
