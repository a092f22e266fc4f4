//! What is made of the standing counts of a worker's zones: by how much each shifts the log-odds of
//! bays that nobody watches.
//!
//! Bounded: one entry for each zone and kind of bay with a standing count. Dear: nothing; where
//! there are none a look costs a branch.

use super::super::counts::GateCount;
use crate::belief::LogOdds;
use crate::domain::{BayKind, Millis, ZoneIx};
use ahash::AHashMap;

/// What is made of one standing count.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tilt {
    pub(super) count: GateCount,
    /// What it said beyond the beliefs when it was first weighed, 1/65,535 bay.
    pub(super) news: i64,
    pub(super) shift: LogOdds,
    /// When it was weighed.
    pub(super) at: Millis,
    /// How many of its bays were likely vacant then.
    pub(super) likely: f64,
}

/// By zone and kind of bay.
#[derive(Default)]
pub(super) struct Tilts(AHashMap<u32, Tilt>);

const fn key(zone: ZoneIx, kind: BayKind) -> u32 {
    zone.0 << 2 | kind as u32
}

impl Tilts {
    pub(super) fn get(&self, zone: ZoneIx, kind: BayKind) -> Option<Tilt> {
        self.0.get(&key(zone, kind)).copied()
    }

    /// `None`: no count stands any more.
    pub(super) fn put(&mut self, (zone, kind): (ZoneIx, BayKind), tilt: Option<Tilt>) {
        match tilt {
            Some(tilt) => drop(self.0.insert(key(zone, kind), tilt)),
            None => drop(self.0.remove(&key(zone, kind))),
        }
    }

    /// By how much the log-odds of bays that nobody watches are shifted.
    pub(super) fn shift(&self, zone: ZoneIx, kind: BayKind) -> LogOdds {
        if self.0.is_empty() {
            return LogOdds::default();
        }
        let tilt = self.0.get(&key(zone, kind));
        tilt.map_or(LogOdds::default(), |tilt| tilt.shift)
    }

    /// All are to be weighed again, for what they were news of: other rates are in force.
    pub(super) fn weigh_again(&mut self) {
        for tilt in self.0.values_mut() {
            tilt.at = Millis::NEVER;
        }
    }

    /// All are to be weighed anew: bays have come or gone, or the clock was put back.
    pub(super) fn doubt_all(&mut self) {
        for tilt in self.0.values_mut() {
            tilt.count.at = Millis::NEVER;
        }
    }
}
