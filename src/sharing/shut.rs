//! What the authority has closed, as bookings see it.
//!
//! Promise: a bay that is closed for any part of a stay is not to be had for it, and whoever has it for
//! that time gets another or the money back, at once. Who stands there stays, unless all are to leave: then
//! the stay is over from that moment on. An order without an end is taken to last another
//! day: nobody loses a booking of next month to a burst main.

use super::index::{BookingIndex, Shelved};
use crate::domain::closure::cleared_since;
use crate::domain::pool::PoolSeat;
use crate::domain::{Closing, ClosureBook, Closures, Millis, Span};
use crate::registry::Registry;
use std::sync::Arc;

/// For how long an order that has no end is taken to last, ms.
const OPEN_MS: u64 = 24 * 3_600_000;

/// While anything is closed, how often all bookings are looked over: one that was too far ahead may be so
/// no more, ms.
const LOOK_MS: u64 = 60_000;

/// The version of the closures, and the minute while there are any.
pub(super) type ShutMark = (Option<u64>, Option<u64>);

/// The closures as they were last looked at.
#[derive(Clone, Default)]
pub(super) struct Shut {
    closures: Arc<Closures>,
    version: Option<u64>,
    now: Millis,
    /// When something begins or ends next.
    next: Millis,
}

impl Shut {
    /// Takes up what is closed by now; whether that may have changed.
    pub(super) fn look(&mut self, book: &dyn ClosureBook, now: Millis) -> bool {
        self.now = now;
        let version = book.version();
        let is_same = self.version == Some(version);
        if is_same && now < self.next {
            return false;
        }
        self.closures = book.closures();
        self.version = Some(version);
        self.next = self.closures.next_after(now);
        true
    }

    /// Differs when bookings are to be looked over anew.
    pub(super) fn mark(&self) -> ShutMark {
        let minute = self.now.0 / LOOK_MS;
        (self.version, (!self.closures.is_empty()).then_some(minute))
    }

    /// Whether any of it meets that time, from now on.
    pub(super) fn meets(&self, closings: &[Closing], span: Span) -> bool {
        let start = span.start.max(self.now);
        let Some(span) = Span::new(start, span.end) else {
            return false;
        };
        closings.iter().any(|closing| {
            let mut closed = closing.span;
            if closed.end == Millis::MAX {
                closed.end = self.now.plus(OPEN_MS).max(closed.start.plus(OPEN_MS));
            }
            closed.overlaps(span)
        })
    }
}

impl BookingIndex {
    /// Whether the bay of an offer, or the zone of a pool, is closed for any of that time.
    pub(super) fn is_shut(&self, shelved: &Shelved, span: Span) -> bool {
        let Some(city) = self.city().filter(|_| !self.shut.closures.is_empty()) else {
            return false;
        };
        let closures = &self.shut.closures;
        let closings = match (shelved.bay, shelved.zone) {
            (Some(bay), _) => closures.of_bay(city.zone_of(bay), bay),
            (None, Some(zone)) => closures.zone(zone).map_or(&[][..], |z| z.whole()),
            (None, None) => &[],
        };
        self.shut.meets(closings, span)
    }

    /// Some pools may be closed now, others open again: all are shown anew.
    pub(super) fn closed_else(&mut self) {
        for zone in self.pools_of.keys() {
            let pools = self.pools_of.get(zone);
            self.limited.extend(pools.into_iter().flatten());
        }
    }

    /// Whether it is closed now.
    pub(super) fn is_shut_now(&self, shelved: &Shelved) -> bool {
        let now = self.shut.now;
        let moment = Span {
            start: now,
            end: now.plus(1),
        };
        self.is_shut(shelved, moment)
    }

    /// Whether a bay or the zone of a seat is closed for any of that time, by name.
    pub(super) fn is_shut_at(&self, name: &str, span: Span, registry: &Registry) -> bool {
        let closings = self.closings_of(name, registry);
        !closings.is_empty() && self.shut.meets(closings, span)
    }

    /// When who has stood in a bay or the zone of a seat since `from` had to leave, by name.
    pub(super) fn cleared_since(
        &self,
        name: &str,
        from: Millis,
        registry: &Registry,
    ) -> Option<Millis> {
        let now = self.shut.now.max(from);
        cleared_since(self.closings_of(name, registry), from, now)
    }

    /// When a bay or the zone of a seat is closed, by name.
    pub(super) fn closings_of(&self, name: &str, registry: &Registry) -> &[Closing] {
        let Some(city) = self.city().filter(|_| !self.shut.closures.is_empty()) else {
            return &[];
        };
        let closures = &self.shut.closures;
        if let Some(seat) = PoolSeat::read(name) {
            let zone = registry.zone(seat.zone).and_then(|z| closures.zone(z));
            return zone.map_or(&[], |z| z.whole());
        }
        let bay = registry.bay(name).filter(|b| b.0 < city.bay_slots());
        bay.map_or(&[], |bay| closures.of_bay(city.zone_of(bay), bay))
    }
}
