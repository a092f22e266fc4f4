//! What is closed by order is shown as closed, whatever is said of it.
//!
//! Promises: nothing that is known of a bay is touched by it: cells, beliefs and what is settled go on,
//! and what is shown when the order ends is what is known then. Dear: one bit a bay, laid out with the
//! first order; a change looks at the bays of the zones that it concerns, and no report asks more than
//! whether there is any order at all.

use super::super::fuse::Told;
use super::{Worker, mark};
use crate::domain::closure::ZoneClosings;
use crate::domain::{
    BayIx, ClosureBook, Closures, KindSet, Millis, NoClosures, ZoneIx, ZoneTally, closed_at,
};
use crate::registry::city::City;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What is closed now, as it was last looked at.
pub(super) struct Shut {
    book: Arc<dyn ClosureBook>,
    /// The picture that was taken up, of orders and of the city.
    taken: Option<(u64, u64)>,
    /// When that picture says something else.
    next: Millis,
    closures: Arc<Closures>,
    /// A bit a bay; empty before the first order.
    bits: Vec<u64>,
    /// Zones of this worker in which a bit is set, or that are closed as a whole.
    zones: BTreeSet<ZoneIx>,
    whole: BTreeSet<ZoneIx>,
}

impl Default for Shut {
    fn default() -> Self {
        Self {
            book: Arc::new(NoClosures),
            taken: None,
            next: Millis(u64::MAX),
            closures: Arc::default(),
            bits: Vec::new(),
            zones: BTreeSet::new(),
            whole: BTreeSet::new(),
        }
    }
}

impl Shut {
    #[inline]
    fn has(&self, bay: BayIx) -> bool {
        let word = self.bits.get(bay.at() / 64);
        word.is_some_and(|word| word >> (bay.at() % 64) & 1 != 0)
    }

    fn turn(&mut self, bay: BayIx) {
        if let Some(word) = self.bits.get_mut(bay.at() / 64) {
            *word ^= 1 << (bay.at() % 64);
        }
    }

    /// What is told of a zone that is closed as a whole: all of it is, as far as it is known.
    #[inline]
    pub(super) fn tally(&self, zone: ZoneIx, told: ZoneTally) -> ZoneTally {
        if self.whole.is_empty() || !self.whole.contains(&zone) {
            return told;
        }
        ZoneTally {
            vacant: Default::default(),
            occupied: 0,
            unknown: 0,
            closed: told.capacity,
            closed_kinds: KindSet::all(),
            accessible_vacant: 0,
            subsets: told.subsets.map(|of| of.map(|(_, all)| (0, all))),
            expected: None,
            ..told
        }
    }
}

impl Worker {
    /// Shows as closed what that book says.
    #[must_use]
    pub fn closed_by(mut self, book: Arc<dyn ClosureBook>) -> Self {
        self.shut.book = book;
        self
    }

    /// What is told of a bay, if an order closes it.
    #[inline]
    pub(super) fn shut(&self, bay: BayIx, told: Told) -> Told {
        if self.shut.bits.is_empty() || !self.shut.has(bay) {
            return told;
        }
        told.shut()
    }

    /// Takes up what orders say by now, if that may be something else than before.
    #[inline]
    pub(super) fn look_at_orders(&mut self, now: Millis) {
        let version = (self.shut.book.version(), self.city.picture());
        if self.shut.taken == Some(version) && now < self.shut.next {
            return;
        }
        if version.0 == 0 && self.shut.zones.is_empty() {
            // Nothing was ever ordered: nor will time change it.
            (self.shut.taken, self.shut.next) = (Some(version), Millis(u64::MAX));
            return;
        }
        self.take_up_orders(version, now);
    }

    #[cold]
    fn take_up_orders(&mut self, version: (u64, u64), now: Millis) {
        self.shut.closures = self.shut.book.closures();
        self.shut.taken = Some(version);
        self.shut.next = self.shut.closures.next_after(now);
        let words = (self.city.bay_slots() as usize).div_ceil(64);
        self.shut.bits.resize(words.max(self.shut.bits.len()), 0);
        let city = self.city.clone();
        let closures = self.shut.closures.clone();
        let named = closures.zones().map(ZoneClosings::zone);
        let named = named.filter(|z| z.0 < city.zone_count());
        let mut zones: BTreeSet<ZoneIx> = named.filter(|z| self.owns(*z)).collect();
        zones.append(&mut self.shut.zones.clone());
        for zone in zones {
            self.close(&city, zone, closures.zone(zone), now);
        }
    }

    /// A bay that is gone, or another one now, is closed by nothing that is known yet.
    pub(super) fn open_again(&mut self, bay: BayIx, zone: ZoneIx) {
        if self.shut.has(bay) {
            self.turn_bay(bay, zone);
        }
    }

    fn turn_bay(&mut self, bay: BayIx, zone: ZoneIx) {
        let old = self.told(bay);
        self.shut.turn(bay);
        let new = self.told(bay);
        self.replace(bay, zone, old, new);
    }

    /// Brings a zone's bays to what is closed of them now.
    fn close(&mut self, city: &City, zone: ZoneIx, closings: Option<&ZoneClosings>, now: Millis) {
        let is_closed = |bay| closings.is_some_and(|z| closed_at(z.of(bay), now).is_some());
        let mut any = false;
        for bay in city.bays_of(zone) {
            let is = is_closed(bay);
            any |= is;
            if is != self.shut.has(bay) {
                self.turn_bay(bay, zone);
            }
        }
        let whole = closings.is_some_and(|z| closed_at(z.whole(), now).is_some());
        let changed = if whole {
            self.shut.whole.insert(zone)
        } else {
            self.shut.whole.remove(&zone)
        };
        if any || whole {
            self.shut.zones.insert(zone);
        } else {
            self.shut.zones.remove(&zone);
        }
        if changed {
            mark(&mut self.pulses[zone.at()], zone, &mut self.dirty);
        }
    }
}
