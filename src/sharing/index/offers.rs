//! Offers in the index: by number, by bay and by where the bay is.

use super::{BookingIndex, GridCell, Shelved, free};
use crate::domain::{BayIx, Millis, Offer, OfferState, Span, ZoneIx};
use crate::registry::Registry;
use std::sync::Arc;

impl BookingIndex {
    /// Takes in a new offer or a new version of one.
    pub(in crate::sharing) fn put_offer(&mut self, offer: Offer, registry: &Registry) {
        self.unsure.offers.insert(offer.id);
        let always = Span {
            start: Millis(0),
            end: Millis(u64::MAX),
        };
        free(&mut self.freed, &offer.bay, always);
        if let Some(changed) = &mut self.changed {
            changed.push(offer.id);
        }
        self.unshelve(offer.id);
        if offer.state != OfferState::Withdrawn {
            self.shelve(Arc::new(offer), registry);
        }
    }

    /// Forgets an offer that the store does not have.
    pub(in crate::sharing) fn forget_offer(&mut self, id: i64) {
        if let Some(changed) = &mut self.changed {
            changed.push(id);
        }
        self.unshelve(id);
    }

    fn unshelve(&mut self, id: i64) {
        let Some(number) = self.offers.remove(&id) else {
            return;
        };
        let book = self.bays.get_mut(number as usize);
        let Some(old) = book.and_then(|b| b.offer.take_if(|o| o.offer.id == id)) else {
            return;
        };
        self.on_offer.remove(&old);
        self.note_pool(&old, false);
        if let Some(cell) = old.cell {
            self.cells.entry(cell).retain(|n| *n != number);
        }
    }

    pub(super) fn shelve(&mut self, offer: Arc<Offer>, registry: &Registry) {
        let number = self.number(&offer.bay);
        // The bay is on one offer at a time: another that is still known here is withdrawn.
        let other = self
            .bays
            .get(number as usize)
            .and_then(|b| b.offer.as_ref());
        if let Some(other) = other.map(|o| o.offer.id) {
            self.unshelve(other);
            if let Some(changed) = &mut self.changed {
                changed.push(other);
            }
        }
        let pool = offer.pool.as_ref();
        let zone = pool.and_then(|pool| registry.zone(&pool.zone));
        let zone = zone.filter(|zone| {
            let city = self.city.as_ref();
            city.is_some_and(|c| zone.0 < c.zone_count() && !c.zone(*zone).removed)
        });
        let bay = registry.bay(&offer.bay);
        // An index got by id is in a city taken afterwards, which may be newer than the one held
        // here.
        let bay = bay.filter(|b| {
            self.city
                .as_ref()
                .is_some_and(|c| b.0 < c.bay_slots() && c.is_live(*b))
        });
        self.shelve_at(offer, bay, zone);
    }

    /// `bay`: where it is had, of a pool `zone`; neither: nowhere for now.
    fn shelve_at(&mut self, offer: Arc<Offer>, bay: Option<BayIx>, zone: Option<ZoneIx>) {
        let number = self.number(&offer.bay);
        let mut shelved = Shelved {
            offer,
            bay,
            zone,
            cell: None,
            number,
        };
        let city = self.city.as_ref();
        let place = city.and_then(|city| Some((city, shelved.place(city)?)));
        if let Some((city, place)) = place {
            let (lat, lon) = match bay {
                Some(bay) => city.place_e7(bay),
                None => place.e7(),
            };
            let cell = city.cell_at(lat, lon);
            shelved.cell = Some(cell);
            self.cells.entry(cell).push(number);
            self.alternatives.forget_near(place);
        }
        self.offers.insert(shelved.offer.id, number);
        self.on_offer.add(&shelved);
        self.note_pool(&shelved, true);
        if let Some(book) = self.bays.get_mut(number as usize) {
            book.offer = Some(shelved);
        }
    }

    /// Takes an offer's bay out of what is found, or puts it back.
    pub(in crate::sharing) fn bar(&mut self, id: i64, barred: bool, registry: &Registry) {
        let shelved = self.offer(id).filter(|s| s.is_placed() == barred);
        let Some(offer) = shelved.map(|s| s.offer.clone()) else {
            return;
        };
        if let Some(changed) = &mut self.changed {
            changed.push(id);
        }
        self.unshelve(id);
        if barred {
            self.shelve_at(offer, None, None);
        } else {
            self.shelve(offer, registry);
        }
    }

    /// All offers that are not withdrawn.
    pub(in crate::sharing) fn standing(&self) -> impl Iterator<Item = Arc<Offer>> {
        let books = (0..self.bays.len()).filter_map(|n| self.bays.get(n));
        books.filter_map(|b| b.offer.as_ref().map(|s| s.offer.clone()))
    }

    /// The bays that somebody keeps, and whose each was when it was booked.
    pub(in crate::sharing) fn owners_of_kept(&self) -> impl Iterator<Item = (Arc<str>, Arc<str>)> {
        let books = (0..self.bays.len()).filter_map(|n| self.bays.get(n));
        books.flat_map(|b| {
            let owners = b.kept.iter().map(|r| r.owner(&self.partners));
            owners.map(|owner| (b.bay.clone(), owner))
        })
    }

    pub(in crate::sharing) fn offer(&self, id: i64) -> Option<&Shelved> {
        let shelved = self.book(*self.offers.get(&id)?)?.offer.as_ref();
        shelved.filter(|s| s.offer.id == id)
    }

    /// The offer a bay is on now.
    pub(in crate::sharing) fn of_bay(&self, bay: &str) -> Option<&Shelved> {
        self.book_of(bay)?.offer.as_ref()
    }

    /// The offers whose bays are in a cell.
    pub(in crate::sharing) fn in_cell(&self, cell: GridCell) -> impl Iterator<Item = &Shelved> {
        let there = self.cells.get(&cell).into_iter().flatten();
        there.filter_map(|number| self.book(*number)?.offer.as_ref())
    }

    /// Bays with an open offer whose hours are not over.
    pub(in crate::sharing) fn on_offer(&mut self, now: Millis) -> usize {
        self.on_offer.count(now)
    }

    /// Offers put here since this was last called; `None`: it may be any.
    pub(in crate::sharing) fn take_changed_offers(&mut self) -> Option<Vec<i64>> {
        self.changed.replace(Vec::new())
    }

    pub(in crate::sharing) fn offer_ids(&self) -> impl Iterator<Item = i64> {
        self.offers.keys().copied()
    }

    pub(in crate::sharing) const fn offers(&self) -> usize {
        self.offers.len()
    }
}
