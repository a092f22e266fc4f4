//! Pools in the index: which of a pool's seats is free, and which pools a zone has.
//!
//! A seat is a bay like any other here, made when it is first booked. Dear: to find that a pool is full
//! looks at each of its seats, a search in what each keeps.

use super::{BayNumber, BookingIndex, Shelved};
use crate::domain::pool::{MOST_PLACES, PoolSeat, seat_name};
use crate::domain::{LatLon, Millis, Reservation, Span};
use crate::registry::city::City;
use crate::sharing::reseat::{self, Seated};
use std::sync::Arc;

/// Of a seat that has never been booked.
pub(super) const NEVER: BayNumber = BayNumber::MAX;

impl Shelved {
    /// Where its bay or its zone is; `None`: the registry has neither, for the time being.
    pub(in crate::sharing) fn place(&self, city: &City) -> Option<LatLon> {
        let bay = self.bay.map(|bay| city.place(bay));
        bay.or_else(|| self.zone.map(|zone| city.zone(zone).spec.place))
    }

    pub(super) const fn is_placed(&self) -> bool {
        self.bay.is_some() || self.zone.is_some()
    }

    /// How many may have it at a time.
    pub(in crate::sharing) fn places(&self) -> u32 {
        self.offer.pool.as_ref().map_or(1, |pool| pool.places)
    }
}

impl BookingIndex {
    /// Notes a seat's number with its pool.
    pub(super) fn seat_is_known(&mut self, name: &str, number: BayNumber) {
        let Some(PoolSeat {
            pool,
            number: Some(seat @ 1..=MOST_PLACES),
            ..
        }) = PoolSeat::read(name)
        else {
            return;
        };
        let pool = self.number(&pool.into());
        let seats = self.seats_of.entry(pool);
        let at = seat as usize - 1;
        if seats.len() <= at {
            seats.resize(at + 1, NEVER);
        }
        seats[at] = number;
        if let Some(book) = self.bays.get_mut(number as usize) {
            book.pool = Some(pool);
        }
    }

    /// The pool's places that are there, whatever was offered.
    pub(in crate::sharing) fn places(&self, shelved: &Shelved) -> u32 {
        let limit = self.limits.get(&shelved.offer.id).copied();
        limit.unwrap_or(u32::MAX).min(shelved.places())
    }

    /// No more of a pool's places are there than so many.
    pub(in crate::sharing) fn limit(&mut self, offer: i64, places: u32) {
        if self.limits.insert(offer, places) != Some(places) {
            self.limited.push(offer);
        }
    }

    /// Pools whose places have become more or fewer since this was last asked.
    pub(in crate::sharing) fn take_limited(&mut self) -> Vec<i64> {
        std::mem::take(&mut self.limited)
    }

    fn seats(&self, pool: BayNumber) -> &[BayNumber] {
        self.seats_of.get(&pool).map_or(&[], |seats| seats)
    }

    /// The numbers of up to `most` seats of a pool that nobody keeps at any time of `span`, the lowest
    /// first. Who still has a seat that is not there any more has one of these as well.
    pub(in crate::sharing) fn free_seats(
        &self,
        shelved: &Shelved,
        span: Span,
        most: usize,
    ) -> Vec<u32> {
        if self.is_shut(shelved, span) {
            return Vec::new();
        }
        let seats = self.seats(shelved.number);
        let places = self.places(shelved) as usize;
        let is_free = |at: usize| match seats.get(at) {
            None | Some(&NEVER) => true,
            Some(number) => self.book(*number).is_none_or(|book| book.is_free(span)),
        };
        let beyond = (places..seats.len()).filter(|at| !is_free(*at)).count();
        let free = (0..places).filter(|at| is_free(*at));
        let mut free: Vec<u32> = free.take(most + beyond).map(|at| at as u32 + 1).collect();
        free.truncate(free.len().saturating_sub(beyond));
        free
    }

    /// Whether at each moment of `span` one seat of a pool is free, though none may be all the time.
    pub(in crate::sharing) fn has_room(&self, shelved: &Shelved, span: Span) -> bool {
        let seats = self.seated(shelved, span.start, None);
        let seats = seats.filter(|_| !self.is_shut(shelved, span));
        seats.is_some_and(|seats| reseat::make_room(seats, span, usize::MAX).is_some())
    }

    /// What keeps a bay or seat whose name is `wanted`. Dear: looks at the names of all.
    pub(in crate::sharing) fn kept_where(
        &self,
        wanted: impl Fn(&str) -> bool,
    ) -> impl Iterator<Item = Reservation> {
        let books = (0..self.bays.len()).filter_map(|number| self.bays.get(number));
        let books = books.filter(move |book| !book.kept.is_empty() && wanted(&book.bay));
        books.flat_map(|book| {
            let kept = book.kept.iter();
            kept.map(|r| r.whole(&book.bay, &self.partners))
        })
    }

    /// The first of them.
    pub(in crate::sharing) fn free_seat(&self, shelved: &Shelved, span: Span) -> Option<u32> {
        self.free_seats(shelved, span, 1).first().copied()
    }

    /// Who has which of a pool's seats from `from` on, but for one; `None`: some have a seat that is not
    /// there any more.
    pub(in crate::sharing) fn seated(
        &self,
        shelved: &Shelved,
        from: Millis,
        but: Option<i64>,
    ) -> Option<Vec<Vec<Seated>>> {
        let places = self.places(shelved) as usize;
        let known = self.seats(shelved.number);
        let sitting = |number: &BayNumber| -> Vec<Seated> {
            let kept = self.book(*number).into_iter().flat_map(|book| &book.kept);
            let kept = kept.filter(|r| r.free_at > from && Some(r.id) != but);
            kept.map(|r| (r.kept(), r.id)).collect()
        };
        let mut seats: Vec<Vec<Seated>> = known.iter().map(sitting).collect();
        if seats.iter().skip(places).any(|seat| !seat.is_empty()) {
            return None;
        }
        seats.resize(places, Vec::new());
        Some(seats)
    }

    /// What keeps seats of a pool that are above so many, seat by seat.
    pub(in crate::sharing) fn kept_above(
        &self,
        pool: &str,
        places: u32,
    ) -> impl Iterator<Item = Reservation> {
        let seats = self.numbers.get(pool).map(|number| self.seats(*number));
        let above = seats.unwrap_or_default().iter().skip(places as usize);
        let books = above.filter_map(|number| self.book(*number));
        books.flat_map(|book| {
            let kept = book.kept.iter();
            kept.map(|r| r.whole(&book.bay, &self.partners))
        })
    }

    /// Which holds of a pool have come to their deadline.
    pub(in crate::sharing) fn expired_in(&self, pool: &str, now: Millis) -> Vec<Reservation> {
        let seats = self.numbers.get(pool).map(|number| self.seats(*number));
        let books = seats.unwrap_or_default().iter();
        let books = books.filter_map(|number| self.book(*number));
        let names: Vec<&Arc<str>> = books.map(|book| &book.bay).collect();
        let over = names.into_iter().flat_map(|bay| self.expired_on(bay, now));
        over.collect()
    }

    /// The pools of a zone that are not withdrawn.
    pub(in crate::sharing) fn pools_in(&self, zone: &str) -> impl Iterator<Item = &Shelved> {
        let pools = self.pools_of.get(zone).into_iter().flatten();
        pools.filter_map(|id| self.offer(*id))
    }

    pub(super) fn note_pool(&mut self, shelved: &Shelved, is_there: bool) {
        if let Some(pool) = &shelved.offer.pool {
            let pools = self.pools_of.entry(pool.zone.clone());
            pools.retain(|id| *id != shelved.offer.id);
            if is_there {
                pools.push(shelved.offer.id);
            }
        }
    }
}

/// The name of a pool's seat.
pub(in crate::sharing) fn seat(shelved: &crate::domain::Offer, number: u32) -> Arc<str> {
    seat_name(&shelved.bay, number).into()
}
