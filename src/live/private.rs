//! Private bays as others than their owners see them: only while an offer of them is open and nobody
//! has them.
//!
//! Promises: which zone is private stands in the city itself, so a bay is hidden from the picture on
//! that says so, with nobody to tell; what is not known to be on offer is hidden. A bay *is to be had*
//! while its offer is open, nobody has booked it, and nobody is seen in it: where nobody looks, the
//! owner's word holds. An offer that is over is over for readers at that moment, whether or not
//! whoever closes it has come by. Dear: nothing; a bit a bay, and an entry an open offer.
//!
//! One writer: the desk, which knows the offers ([`Live::open_offer`]).

use super::Live;
use super::nearest::Query;
use super::offers::OpenOffer;
use crate::domain::{BayIx, BayKind, BayStatus, Millis, ZoneIx, ZoneKind, ZoneTally};
use crate::registry::city::City;
use std::ops::Range;

/// A private zone as others see it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PublicZone {
    /// `capacity` are bays with an open offer and the places of open pools, `vacant` those to be had, `reserved` the others.
    pub tally: ZoneTally,
    /// Bit `k` is set when a bay of kind `k` is on offer.
    pub kinds: u8,
}

impl Live {
    /// Tells that a bay's offer is open, or that it has none any more (`None`), and who follows its
    /// zone. A bay beyond the room is left out: it stays hidden. One writer: the desk.
    ///
    /// # Panics
    /// For a bay this city does not have.
    pub fn open_offer(&self, city: &City, bay: BayIx, offer: Option<OpenOffer>) {
        if bay.0 >= self.bay_capacity() {
            return;
        }
        self.offers.put(bay, offer);
        // After the bit, so that whoever is told finds it.
        self.touch(city.zone_of(bay));
    }

    /// Lets who follows a zone look at it again: what may be told of it has changed.
    pub fn touch(&self, zone: ZoneIx) {
        self.tallies.touch(zone);
        self.mark(std::iter::once(zone));
    }

    /// Notes that a zone which everybody saw is seen no more, and tells who follows it.
    pub fn leave(&self, zone: ZoneIx) {
        self.left.insert(zone, ());
        self.touch(zone);
    }

    /// Whether everybody saw the zone at some time since the hub began, and later did not.
    #[must_use]
    pub fn has_left(&self, zone: ZoneIx) -> bool {
        self.left.contains_key(&zone)
    }

    /// The offer of a private bay, if it is open at `at`; `None` for bays of other zones.
    ///
    /// # Panics
    /// For a bay this city does not have.
    #[must_use]
    pub fn offer_of(&self, city: &City, bay: BayIx, at: Millis) -> Option<OpenOffer> {
        city.is_private(bay)
            .then(|| self.offers.at(bay, at))
            .flatten()
    }

    /// The same while the bay is to be had: then it is shown to everybody.
    ///
    /// # Panics
    /// For a bay this city does not have.
    #[must_use]
    pub fn to_be_had(&self, city: &City, bay: BayIx, at: Millis) -> Option<OpenOffer> {
        let is_free = !self.is_reserved(bay)
            && matches!(
                self.bay(city, bay).status,
                BayStatus::Vacant | BayStatus::Unknown
            );
        is_free.then(|| self.offer_of(city, bay, at)).flatten()
    }

    /// What everybody may know of a private zone at `at`. `None` for one that only counts and
    /// has no pool open: it is shown to nobody else. Neither a sensor's nor a gate's word on it is told, nor when there was
    /// one, but of bays that are to be had. Its areas and floors are told with it.
    ///
    /// # Panics
    /// For a zone this city does not have.
    #[must_use]
    pub fn public_zone(&self, city: &City, zone: ZoneIx, at: Millis) -> Option<PublicZone> {
        let mut told = self.public_lone_zone(city, zone, at)?;
        for part in &city.zone(zone).parts {
            self.count_offers(city, *part, at, &mut told);
        }
        Some(told)
    }

    /// The same without its areas and floors.
    ///
    /// # Panics
    /// For a zone this city does not have.
    #[must_use]
    pub fn public_lone_zone(&self, city: &City, zone: ZoneIx, at: Millis) -> Option<PublicZone> {
        let has_bays = city.bays_of(zone).next().is_some();
        if !has_bays && self.pools_of(zone, at).is_empty() {
            return None;
        }
        let mut told = PublicZone {
            tally: ZoneTally::default(),
            kinds: 0,
        };
        self.count_offers(city, zone, at, &mut told);
        Some(told)
    }

    fn count_offers(&self, city: &City, zone: ZoneIx, at: Millis, told: &mut PublicZone) {
        self.count_pools(zone, at, told);
        for run in runs(city, zone) {
            self.offers.bits.for_each(run, |bay| {
                if city.is_live(bay) && self.offers.at(bay, at).is_some() {
                    self.count(city, bay, at, told);
                }
            });
        }
    }

    fn count(&self, city: &City, bay: BayIx, at: Millis, told: &mut PublicZone) {
        let attrs = city.attrs(bay);
        let kind = attrs.kind;
        told.tally.capacity += 1;
        told.tally.capacity_by_kind[kind as usize] += 1;
        told.tally.accessible += u32::from(attrs.accessible);
        told.kinds |= 1 << kind as u8;
        if self.to_be_had(city, bay, at).is_some() {
            told.tally.vacant[kind as usize] += 1;
            told.tally.accessible_vacant += u32::from(attrs.accessible);
            // What no longer stands is not told.
            let view = self.bay(city, bay);
            if view.status == BayStatus::Vacant {
                let newest = &mut told.tally.observed_at;
                *newest = (*newest).max(view.observed_at);
            }
        } else {
            told.tally.reserved += 1;
        }
    }

    /// Whether a bay of the query's kind that has a bit is one the driver can use, whatever its zone
    /// is. `own`: whether the caller knows of a private bay that is not on offer.
    #[inline]
    pub(super) fn takes(
        &self,
        city: &City,
        query: &Query,
        bay: BayIx,
        own: &dyn Fn(BayIx) -> bool,
    ) -> bool {
        if city.is_private(bay) {
            return self.takes_private(city, query, bay, own);
        }
        // It may have its bit from an offer alone.
        self.vacant[query.kind as usize].has(bay)
            && query.suits(city, bay)
            && !self.is_closed(city, city.zone_of(bay), query.kind)
    }

    /// Whether a count that stands says that bays of that kind are closed in the zone, or in what it is a
    /// part of.
    #[inline]
    pub(super) fn is_closed(&self, city: &City, zone: ZoneIx, kind: BayKind) -> bool {
        let with_whole = || (zone, city.zone(zone).part_of);
        self.counted.is_closed(with_whole, kind)
    }

    #[cold]
    fn takes_private(
        &self,
        city: &City,
        query: &Query,
        bay: BayIx,
        own: &dyn Fn(BayIx) -> bool,
    ) -> bool {
        let seen = self.vacant[query.kind as usize].has(bay);
        match self.offers.at(bay, query.at) {
            // The owner's word, whatever is counted.
            Some(offer) => {
                let status = || self.bay(city, bay).status;
                (seen || status() == BayStatus::Unknown) && query.suits_offer(city, bay, &offer)
            }
            None => {
                seen && query.suits(city, bay)
                    && own(bay)
                    && !self.is_closed(city, city.zone_of(bay), query.kind)
            }
        }
    }
}

impl Query {
    /// Whether a private bay that is on offer is one the driver can use: as its offer says.
    fn suits_offer(&self, city: &City, bay: BayIx, offer: &OpenOffer) -> bool {
        city.is_live(bay)
            && city.attrs(bay).kind == self.kind
            && (!offer.ev_only || self.ev_charging == Some(true))
            && (self.max_price_cents_per_hour.is_none() || offer.comparable)
            && self.passes_with(&offer.over(city.attrs(bay)))
    }
}

/// Where the bays of a zone lie; retired ones may be among them.
pub(super) fn runs(city: &City, zone: ZoneIx) -> impl Iterator<Item = Range<u32>> {
    let zone = city.zone(zone);
    let later = zone.later_bays.iter().map(|bay| bay.0..bay.0 + 1);
    std::iter::once(zone.bays.clone()).chain(later)
}

/// Whether a zone is shown by what [`Live::public_zone`] says of it.
#[must_use]
pub fn is_private(city: &City, zone: ZoneIx) -> bool {
    city.zone(zone).spec.kind == ZoneKind::Private
}
