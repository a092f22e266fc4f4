//! What of a zone may be had: bays that are kept for who has booked them are not vacant to others.
//!
//! Dear: nothing; in most zones nothing is booked, and a look at a few words says so.

use super::{Live, private};
use crate::domain::{BayIx, BayKind, Millis, ZoneIx, ZoneTally};
use crate::registry::city::City;

impl Live {
    /// A zone's tally ([`Live::zone`]) for who looks for a bay: those that are kept for somebody are
    /// not among the vacant but `reserved`. Only bays that are themselves seen vacant count: where a gate counts alone,
    /// nobody knows which they are. Of kinds of bay that nobody counts in a car park as a whole it is the
    /// sum of its parts.
    ///
    /// # Panics
    /// For a zone this city does not have.
    pub fn on_offer(&self, city: &City, zone: ZoneIx) -> ZoneTally {
        self.on_offer_to(city, zone, Millis::NEVER, |_| false)
    }

    /// The same for who sees some private parts only as everybody does at `at`: those that are `shut`.
    ///
    /// # Panics
    /// For a zone this city does not have.
    pub fn on_offer_to(
        &self,
        city: &City,
        zone: ZoneIx,
        at: Millis,
        shut: impl Fn(ZoneIx) -> bool,
    ) -> ZoneTally {
        let own = self.own_on_offer(city, zone);
        self.or_parts(city, zone, own, |part| {
            if shut(part) {
                return self.public_zone(city, part, at).map(|told| told.tally);
            }
            Some(self.own_on_offer(city, part))
        })
    }

    fn own_on_offer(&self, city: &City, zone: ZoneIx) -> ZoneTally {
        let mut tally = self.zone(zone);
        let spec = city.zone(zone);
        fit(&mut tally, &spec.capacity_by_kind);
        for run in private::runs(city, zone) {
            // In most zones nothing is booked.
            if !self.reserved.any(run.clone()) {
                continue;
            }
            for (vacant, bits) in tally.vacant.iter_mut().zip(&self.vacant) {
                // The tally may be a moment older than the bits.
                let kept = bits.common(&self.reserved, run.clone()).min(*vacant);
                *vacant -= kept;
                tally.reserved += kept;
            }
        }
        tally.accessible = spec.accessible.len() as u32;
        let may_be_had = |bay: &&BayIx| {
            let kind = city.attrs(**bay).kind;
            self.vacant[kind as usize].has(**bay)
                && !self.reserved.has(**bay)
                && !self.is_closed(city, zone, kind)
        };
        tally.accessible_vacant = spec.accessible.iter().filter(may_be_had).count() as u32;
        tally
    }

    /// Keeps a bay out of what [`Live::nearest`] finds and [`Live::on_offer`] counts, or lets it in
    /// again, and tells who follows its zone. One writer: the desk that books bays.
    ///
    /// # Panics
    /// For a bay this city does not have.
    pub fn reserve(&self, city: &City, bay: BayIx, reserved: bool) {
        match (bay.0 < self.bay_capacity(), reserved) {
            (true, true) => self.reserved.set(bay),
            (true, false) => self.reserved.clear(bay),
            (false, _) => return,
        }
        // After the bit, so that whoever is told finds it.
        self.touch(city.zone_of(bay));
    }

    /// Whether it is kept for who has booked it.
    #[inline]
    pub fn is_reserved(&self, bay: BayIx) -> bool {
        self.reserved.has(bay)
    }
}

/// Bays that the registry has got or lost, and of which the stream has not told yet, are among the
/// unknown at once. What is counted has the capacity of the count.
fn fit(tally: &mut ZoneTally, registered: &[u32; BayKind::COUNT]) {
    for kind in BayKind::ALL {
        let had = tally.capacity_by_kind[kind as usize];
        let has = registered[kind as usize];
        if had == has || has == 0 || tally.counted.has(kind) {
            continue;
        }
        // Bays that are gone and were known stay until the stream has taken them away.
        let gone = had.saturating_sub(has).min(tally.unknown);
        let new = has.saturating_sub(had);
        tally.unknown = tally.unknown - gone + new;
        tally.capacity_by_kind[kind as usize] = had - gone + new;
    }
    tally.capacity = tally.capacity_by_kind.iter().sum();
}
