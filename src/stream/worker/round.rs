//! Rounds over all bays, in which what is shown of each is brought up to date.
//!
//! A belief fades while nobody says anything. Every bay is looked at once in [`ROUND_MS`], some at
//! each tick, so that no tick takes long; what has moved by [`MOVED`] is told anew, and in the round
//! after other rates have come into force whatever has moved. On the way bays are counted by source,
//! and sources are suspected ([`super::suspects`]).

use super::Worker;
use crate::domain::{BayIx, Millis, ZoneIx};

/// A round takes so long, ms.
const ROUND_MS: u64 = 15_000;

/// Certainty that has moved by so much is told, in 1/255.
const MOVED: u8 = 8;

/// How far the round is.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Round {
    /// The next zone.
    zone: u32,
    at: Millis,
    /// Zones to come in which whatever has moved is told.
    closely: u32,
}

impl Round {
    /// For one whole round all is told to the last digit: what is usual has changed at once, and is
    /// told as a part of what is shown.
    pub(super) fn look_closely(&mut self, zones: u32) {
        self.closely = zones;
    }

    /// The last turn was at `now` or before.
    pub(super) fn put_back(&mut self, now: Millis) {
        self.at = self.at.min(now);
    }
}

impl Worker {
    /// Goes on with the round.
    pub(super) fn go_round(&mut self, now: Millis) {
        let passed = now.since(self.round.at).min(ROUND_MS);
        let zones = self.zones.len() as u64;
        // Whole zones; what is left of one is made up for at the next tick.
        let due = zones * passed / ROUND_MS;
        if due == 0 {
            return;
        }
        self.round.at = now;
        for _ in 0..due {
            let z = ZoneIx(self.round.zone % zones as u32);
            self.round.zone = (z.0 + 1) % zones as u32;
            let closely = self.round.closely > 0;
            self.round.closely = self.round.closely.saturating_sub(1);
            if self.owns(z) {
                self.look_at(z, closely, now);
            }
            if self.round.zone == 0 {
                let seen = &self.seen;
                let model = self.model.as_ref();
                self.suspects.end_round(model, |source| seen.last(source));
                self.done.suspects_shed += self.suspects.no_room();
            }
        }
    }

    fn look_at(&mut self, z: ZoneIx, closely: bool, now: Millis) {
        // What a count says of bays is told with them, to the last digit.
        let counted = self.beliefs.is_some() && self.weigh_counts(z, now);
        let least = if counted || closely { 1 } else { MOVED };
        let city = self.city.clone();
        self.suspect_gates(z, now);
        for bay in city.bays_of(z) {
            self.suspect(bay, z, now);
            if self.beliefs.is_none() {
                continue;
            }
            let cell = &self.cells[bay.at()];
            if cell.is_pooled() {
                self.look_at_evidence(bay, now);
            } else if !cell.word.standing() && !cell.has_lower() {
                continue;
            }
            self.show_if_moved(bay, z, least, now);
        }
    }

    fn look_at_evidence(&mut self, bay: BayIx, now: Millis) {
        let cell = &mut self.cells[bay.at()];
        if let Some(beliefs) = &mut self.beliefs {
            beliefs.drop_spent(bay, cell, now);
        }
        self.tell_evidence(bay, now);
    }

    fn show_if_moved(&mut self, bay: BayIx, zone: ZoneIx, least: u8, now: Millis) {
        let old = self.told(bay);
        self.show(bay, now);
        let new = self.told(bay);
        if new.certainty.abs_diff(old.certainty) >= least {
            self.replace(bay, zone, old, new);
        } else {
            self.cells[bay.at()].show(old.certainty);
        }
    }
}
