//! Whether what is offered of a zone is there: pools and single bays together are never more, at any time,
//! than the partner has there.
//!
//! Promises: two hubs that offer places of one zone at once do so one after the other. Dear: where more is
//! offered in all than there is, the hours of every offer of the zone are laid beside each other, a few
//! milliseconds for a hundred of them.

use crate::domain::pool::PoolSeat;
use crate::domain::{Millis, Offer, OfferState, Span};
use crate::sharing::actor::{BookingActor, Failed};
use crate::sharing::ask::DeskError;
use crate::store::Work;
use std::sync::Arc;

const DAY_MS: u64 = 86_400_000;

impl BookingActor {
    /// Refuses an offer that is about to be open if there is not as much as it says.
    pub(super) async fn check_room(
        &mut self,
        work: &mut Work,
        offer: &Offer,
    ) -> Result<(), Failed> {
        let Some(zone) = self.zone_of_offer(offer) else {
            return Ok(());
        };
        let is_pool = offer.pool.is_some();
        if offer.state != OfferState::Open {
            return Ok(());
        }
        if !self.ctx.store.shares_waits() {
            // Whatever others have offered there is known from here on.
            work.lock_zone(&zone).await?;
            self.catch_up(work).await?;
        }
        if !is_pool && self.index.pools_in(&zone).next().is_none() {
            return Ok(());
        }
        let there = self.ctx.owners.places(&zone, &offer.owner);
        let asked = places(offer);
        let others = self.others_in(&zone, offer);
        let standing = self.standing_beside(&zone, offer, &others);
        let all: u64 = others.iter().map(|o| u64::from(places(o))).sum();
        if all + standing.len() as u64 + u64::from(asked) <= u64::from(there) {
            return Ok(());
        }
        let taken = if asked > there {
            0
        } else {
            self.most_at_once(offer, &others, &standing)
        };
        if asked > there || taken + u64::from(asked) > u64::from(there) {
            return Err(DeskError::TooMany {
                zone: (*zone).into(),
                there,
                others: u32::try_from(taken).unwrap_or(u32::MAX),
            }
            .into());
        }
        Ok(())
    }

    fn zone_of_offer(&self, offer: &Offer) -> Option<Arc<str>> {
        if let Some(pool) = &offer.pool {
            return Some(pool.zone.clone());
        }
        // First the index, then the city: the other way round the city could be older than the index.
        let bay = self.ctx.registry.bay(&offer.bay)?;
        let city = self.ctx.registry.city();
        Some(city.zone(city.zone_of(bay)).spec.id.as_str().into())
    }

    /// The partner's other offers of that zone that are open.
    fn others_in(&self, zone: &str, but: &Offer) -> Vec<Arc<Offer>> {
        let ix = self.ctx.registry.zone(zone);
        let city = self.ctx.registry.city();
        let bays = ix.into_iter().flat_map(|zone| city.bays_of(zone));
        let bays = bays.filter_map(|bay| self.index.of_bay(city.bay_id(bay)));
        let pools = self.index.pools_in(zone);
        let open = bays.chain(pools).map(|shelved| &shelved.offer);
        let open =
            open.filter(|o| o.state == OfferState::Open && o.owner == but.owner && o.id != but.id);
        open.cloned().collect()
    }

    /// What stands of the zone though its offer is paused, withdrawn, or has other hours by now: it has its
    /// place all the same. What stands on the very bay that is offered keeps that bay by itself.
    fn standing_beside(&self, zone: &str, offer: &Offer, others: &[Arc<Offer>]) -> Vec<Span> {
        let now = self.ctx.clock.now();
        let registry = &self.ctx.registry;
        let ix = registry.zone(zone);
        let city = registry.city();
        let is_there = |name: &str| match PoolSeat::read(name) {
            Some(seat) => seat.zone == zone,
            None => registry
                .bay(name)
                .is_some_and(|bay| Some(city.zone_of(bay)) == ix),
        };
        let kept = self.index.kept_where(is_there);
        let beside = kept.filter(|r| {
            if r.owner != offer.owner || r.free_at <= now || r.bay == offer.bay {
                return false;
            }
            let is_on = |o: &Offer| o.id == r.offer && o.hours.covers(r.span, &self.ctx.workdays);
            !is_on(offer) && !others.iter().any(|o| is_on(o))
        });
        beside
            .filter_map(|r| Span::new(r.span.start, r.free_at))
            .collect()
    }

    /// How much of the others is on offer at one time, at most, while `offer` is: as far ahead as can be
    /// booked. What stands beside offers counts as well.
    fn most_at_once(&self, offer: &Offer, others: &[Arc<Offer>], standing: &[Span]) -> u64 {
        let now = self.ctx.clock.now();
        let ahead = (self.ctx.config.furthest_days + 8) * DAY_MS;
        let Some(span) = Span::new(now, now.plus(ahead)) else {
            return 0;
        };
        let own = offer.hours.open(span, &self.ctx.workdays);
        // A window opens before another closes only if it does so at an earlier moment.
        let mut turns: Vec<(Millis, i64)> = Vec::new();
        for other in others {
            let count = i64::from(places(other));
            let open = other.hours.open(span, &self.ctx.workdays);
            for both in open
                .iter()
                .flat_map(|o| own.iter().filter_map(|w| w.and(*o)))
            {
                turns.push((both.start, count));
                turns.push((both.end, -count));
            }
        }
        for both in standing
            .iter()
            .flat_map(|s| own.iter().filter_map(|w| w.and(*s)))
        {
            turns.push((both.start, 1));
            turns.push((both.end, -1));
        }
        turns.sort_unstable();
        let running = turns.iter().scan(0, |sum, (_, count)| {
            *sum += count;
            Some(*sum)
        });
        u64::try_from(running.max().unwrap_or(0)).unwrap_or(0)
    }
}

fn places(offer: &Offer) -> u32 {
    offer.pool.as_ref().map_or(1, |pool| pool.places)
}
