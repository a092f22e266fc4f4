//! Seats of a pool: which of them a booking has is changed as it serves, and nobody is told.
//!
//! Promises: at no moment more bookings than places. A booking that fits nowhere as others sit, though at
//! each moment of it there is a place, is made room for: those of two seats change places from the moment
//! on at which the one is taken and the other is free.

use crate::domain::pool::{PoolSeat, is_of_pool};
use crate::domain::{Offer, Reservation, ReservationState, Span};
use crate::sharing::actor::BookingActor;
use crate::sharing::index;
use crate::sharing::reseat;
use crate::sharing::search::Fit;
use crate::store::{StoreError, Work};
use std::sync::Arc;

/// Bookings that change seats for one request at most.
const MOST_MOVES: usize = 64;

impl BookingActor {
    /// A longer stay in a pool, at the seat that it can have for all of it: its own, or another.
    pub(super) async fn seat_for_longer(
        &mut self,
        work: &mut Work,
        next: &Reservation,
    ) -> Result<Reservation, StoreError> {
        let Some(before) = self.index.kept(next.id).filter(|_| is_of_pool(&next.bay)) else {
            return Ok(next.clone());
        };
        let more = Span::new(before.free_at.min(next.free_at), next.free_at);
        if more.is_none_or(|more| self.index.is_free(&next.bay, more)) {
            return Ok(next.clone());
        }
        let free = match self.free_seat(next) {
            Some(bay) => Some(bay),
            None => {
                self.make_seat(work, next.offer, next.kept(), Some(next.id))
                    .await?
            }
        };
        let bay = free.ok_or(StoreError::Booked)?;
        work.unseat(next.id, next.version).await?;
        let moved = Reservation {
            bay,
            ..next.clone()
        };
        work.change_seat(&moved).await
    }

    /// A seat of a booking's pool that nobody has then.
    fn free_seat(&self, next: &Reservation) -> Option<Arc<str>> {
        let pool = self.index.offer(next.offer)?;
        let number = self.index.free_seat(pool, next.kept())?;
        Some(index::seat(&pool.offer, number))
    }

    /// The same for who comes back to a stay that was over.
    pub(super) fn seat_again(&self, next: Reservation) -> Reservation {
        if !is_of_pool(&next.bay) || self.index.is_free(&next.bay, next.kept()) {
            return next;
        }
        let bay = self.free_seat(&next).unwrap_or(next.bay.clone());
        Reservation { bay, ..next }
    }

    /// A pool has fewer places than before: who has a seat beyond them gets one of the others, as far as
    /// there are any. The rest is looked after as where a bay is gone.
    pub(super) async fn shrink(
        &mut self,
        work: &mut Work,
        offer: &Offer,
    ) -> Result<(), StoreError> {
        let Some(pool) = &offer.pool else {
            return Ok(());
        };
        let mut beyond: Vec<Reservation> = self.index.kept_above(&offer.bay, pool.places).collect();
        // Who was there first stays.
        beyond.sort_unstable_by_key(|r| (r.state != ReservationState::Active, r.created_at, r.id));
        for r in beyond {
            let within = |number: &u32| *number <= pool.places;
            let free = self.first_free(offer.id, r.kept()).filter(within);
            if let Some(number) = free {
                let bay = index::seat(offer, number);
                self.change_seats(work, vec![(r, bay)]).await?;
            } else if r.state == ReservationState::Active
                && let Some(other) = self.to_come(offer, pool.places, &r)
            {
                // Who stands there keeps his place before who has yet to come.
                let seats = vec![(r.clone(), other.bay.clone()), (other, r.bay)];
                self.change_seats(work, seats).await?;
            }
        }
        Ok(())
    }

    /// The latest booking within a pool's places whose driver has yet to come, and which alone is in the
    /// way of `r`.
    fn to_come(&self, offer: &Offer, places: u32, r: &Reservation) -> Option<Reservation> {
        let alone = (1..=places).filter_map(|number| {
            let seat = index::seat(offer, number);
            let mut there = self.index.kept_on(&seat);
            let mut there = there.by_ref().filter(|o| o.kept().overlaps(r.kept()));
            let first = there.next()?;
            there.next().is_none().then_some(first)
        });
        alone
            .filter(|o| o.state == ReservationState::Confirmed)
            .max_by_key(|o| (o.created_at, o.id))
    }

    /// A seat of that pool that nobody has, also where others have seats beyond its places.
    fn first_free(&self, offer: i64, span: Span) -> Option<u32> {
        let pool = self.index.offer(offer)?;
        (1..=self.index.places(pool)).find(|number| {
            let seat = index::seat(&pool.offer, *number);
            self.index.is_free(&seat, span)
        })
    }

    /// A place in the cheapest of those pools, none of which has a seat for all of that time, by letting
    /// others change theirs.
    pub(super) async fn seat_in_pool(
        &mut self,
        work: &mut Work,
        span: Span,
        full: &[Fit],
    ) -> Result<Option<Fit>, StoreError> {
        let mut full: Vec<&Fit> = full.iter().collect();
        full.sort_unstable_by_key(|f| (f.cost_cents, f.offer.id));
        for fit in full {
            let end = fit.offer.free_at(span);
            let kept = Span { end, ..span };
            let made = self.make_seat(work, fit.offer.id, kept, None).await?;
            let seat = made.and_then(|bay| PoolSeat::read(&bay).and_then(|seat| seat.number));
            if seat.is_some() {
                let fit = fit.clone();
                return Ok(Some(Fit { seat, ..fit }));
            }
        }
        Ok(None)
    }

    /// Has others change seats so that one is free for all of `span`; `but`: a booking that is not in the
    /// way, since it is the one that wants it. `None`: at some moment of it all are taken.
    pub(in crate::sharing) async fn make_seat(
        &mut self,
        work: &mut Work,
        offer: i64,
        span: Span,
        but: Option<i64>,
    ) -> Result<Option<Arc<str>>, StoreError> {
        if !self.ctx.store.shares_waits() {
            // What others have booked there is known from here on, and they book no more meanwhile.
            work.lock_offer(offer).await?;
            self.catch_up(work).await?;
        }
        let Some(pool) = self.index.offer(offer) else {
            return Ok(None);
        };
        let seats = self.index.seated(pool, span.start, but);
        let offer = pool.offer.clone();
        let Some(made) = seats.and_then(|seats| reseat::make_room(seats, span, MOST_MOVES)) else {
            return Ok(None);
        };
        let seat = |at: usize| index::seat(&offer, at as u32 + 1);
        let moves = made.moves.iter();
        let moves = moves.filter_map(|(id, at)| Some((self.index.kept(*id)?, seat(*at))));
        let moves: Vec<_> = moves.collect();
        work.mark().await?;
        match self.change_seats(work, moves).await {
            Ok(()) => work.keep().await?,
            // Another hub was faster; who asks again is told how things stand.
            Err(StoreError::Booked | StoreError::Stale) => {
                work.undo().await?;
                return Ok(None);
            }
            Err(e) => return Err(e),
        }
        Ok(Some(seat(made.seat)))
    }

    /// Gives each the seat beside it, all at once.
    async fn change_seats(
        &mut self,
        work: &mut Work,
        all: Vec<(Reservation, Arc<str>)>,
    ) -> Result<(), StoreError> {
        for (r, _) in &all {
            work.unseat(r.id, r.version).await?;
        }
        let mut changed = Vec::with_capacity(all.len());
        for (r, bay) in all {
            changed.push(work.change_seat(&Reservation { bay, ..r }).await?);
        }
        for r in changed {
            self.index.put(r);
        }
        Ok(())
    }
}
