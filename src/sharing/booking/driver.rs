//! What drivers' apps do with their reservations: confirm, give up, come, stay longer, go, and say that
//! somebody else stands in the bay.
//!
//! Promises: who gives up a bay that he cannot have owes nothing for it; who stands in his bay by his
//! own word is not moved off it.

use super::{Cause, absent};
use crate::domain::pool::is_of_pool;
use crate::domain::reservation::StepError;
use crate::domain::span::melt;
use crate::domain::{
    BayStatus, BayView, Millis, OfferState, Promise, Reservation, ReservationEvent,
    ReservationState, Risk, Span,
};
use crate::sharing::actor::{BookingActor, Failed};
use crate::sharing::ask::{DeskError, Why};
use crate::store::{StoreError, Work};

/// Nobody gets from one bay to the next, and sees that it is taken too, in less than that.
const AGAIN_MS: u64 = 60_000;

/// What a driver's app does with one of its reservations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DriverAct {
    Confirm,
    Cancel,
    Arrive,
    Depart,
    /// Somebody else stands in the bay.
    Taken,
    /// To stay until then, for no more than so many cents more, if that is said.
    Extend(Millis, Option<i64>),
}

impl BookingActor {
    /// Does it.
    pub(in crate::sharing) async fn drive(
        &mut self,
        work: &mut Work,
        name: &str,
        driver: &str,
        act: DriverAct,
    ) -> Result<Reservation, Failed> {
        let r = work.reservation(name).await.map_err(absent)?;
        if *r.driver != *driver {
            return Err(DeskError::NoSuch.into());
        }
        let event = match act {
            DriverAct::Taken => return self.taken(work, r).await,
            DriverAct::Extend(end, most) => return self.extend(work, r, end, most).await,
            DriverAct::Confirm => ReservationEvent::Confirm,
            // Who gives up a bay that somebody else stands in owes nothing for it.
            DriverAct::Cancel if self.risk_of(&r).is_some() => ReservationEvent::Revoke,
            DriverAct::Cancel => ReservationEvent::Cancel,
            // Where all are to leave nobody comes.
            DriverAct::Arrive if self.may_not_come(&r) => {
                return Err(DeskError::NoMatch(Why::Window).into());
            }
            DriverAct::Arrive if r.state == ReservationState::Completed => {
                self.to_say.push((r.bay.clone(), BayStatus::Occupied));
                ReservationEvent::Return
            }
            DriverAct::Arrive => {
                self.make_way(work, &r).await?;
                ReservationEvent::Arrive
            }
            DriverAct::Depart => ReservationEvent::Depart,
        };
        let said_again = event == ReservationEvent::Arrive
            && r.state == ReservationState::Active
            && !r.came_by_word;
        if said_again {
            // A sensor has seen somebody; now it is known who.
            return self.vouched(work, r).await;
        }
        self.step(work, r, event, Cause::Driver).await
    }

    /// Whether it is not begun, or over, and all are to leave its bay.
    fn may_not_come(&self, r: &Reservation) -> bool {
        use ReservationState::{Completed, Confirmed};
        let now = self.ctx.clock.now();
        let registry = &self.ctx.registry;
        matches!(r.state, Confirmed | Completed)
            && self.index.cleared_since(&r.bay, now, registry).is_some()
    }

    async fn vouched(&mut self, work: &mut Work, r: Reservation) -> Result<Reservation, Failed> {
        let now = self.ctx.clock.now();
        let came_by_word = true;
        let next = Reservation { came_by_word, ..r };
        let next = work.advance(&next, now).await.map_err(DeskError::from)?;
        self.index.put(next.clone());
        Ok(next)
    }

    /// Who is there now has followed somebody who has not been seen to leave.
    async fn make_way(&mut self, work: &mut Work, r: &Reservation) -> Result<(), Failed> {
        // Who comes to a car park drives nobody out of it.
        if is_of_pool(&r.bay) {
            return Ok(());
        }
        let may = r.step(ReservationEvent::Arrive, self.ctx.clock.now());
        if !matches!(may, Ok(Some(_))) {
            return Ok(());
        }
        let before = self.index.kept_on(&r.bay).filter(|o| {
            o.id != r.id && o.state == ReservationState::Active && o.span.end <= r.span.start
        });
        let before: Vec<Reservation> = before.collect();
        for o in before {
            let o = work.reservation(&o.name).await?;
            let left = o.charged_until();
            self.step_at(work, o, ReservationEvent::Depart, Cause::Clock, left)
                .await?;
        }
        Ok(())
    }

    /// Another bay for a driver who finds his own taken; where there is none, the money back. Said
    /// again at once it is said of the bay before: nobody has seen the other yet.
    async fn taken(&mut self, work: &mut Work, r: Reservation) -> Result<Reservation, Failed> {
        let now = self.ctx.clock.now();
        match r.state {
            ReservationState::Active if r.came_by_word => {
                return Err(DeskError::Step(StepError::Arrived).into());
            }
            ReservationState::Held => return Err(DeskError::Step(StepError::Unconfirmed).into()),
            ReservationState::Confirmed | ReservationState::Active => {}
            over => return Err(DeskError::Step(StepError::Over(over)).into()),
        }
        let moved = r.moved.as_ref().filter(|m| m.taken);
        if moved.is_some_and(|m| now.since(m.at) < AGAIN_MS) {
            return Ok(r);
        }
        if now < r.window() {
            return Err(DeskError::Step(StepError::Early(r.span.start)).into());
        }
        if now >= r.span.end {
            return Err(DeskError::Step(StepError::Ended(r.span.end)).into());
        }
        let vacant = |v: BayView| v.status == BayStatus::Vacant;
        if self.seen_at(&r.bay).is_some_and(vacant) {
            return Err(DeskError::SeenVacant.into());
        }
        let told = &self.ctx.metrics.share.at_risk;
        told.with_label_values(&[Risk::Taken.name()]).inc();
        let r = if r.state == ReservationState::Active {
            // Whom the sensor has seen was not the driver.
            self.step(work, r, ReservationEvent::Mistake, Cause::Driver)
                .await?
        } else {
            r
        };
        if let Some(moved) = self.moved_away(work, &r).await? {
            return Ok(moved);
        }
        self.step(work, r, ReservationEvent::Revoke, Cause::Driver)
            .await
    }

    /// A longer stay in the same bay, at what it costs now.
    async fn extend(
        &mut self,
        work: &mut Work,
        r: Reservation,
        end: Millis,
        most: Option<i64>,
    ) -> Result<Reservation, Failed> {
        let now = self.ctx.clock.now();
        match r.state {
            ReservationState::Confirmed | ReservationState::Active => {}
            ReservationState::Held => return Err(DeskError::Step(StepError::Unconfirmed).into()),
            over => return Err(DeskError::Step(StepError::Over(over)).into()),
        }
        if now >= r.span.end {
            return Err(DeskError::Step(StepError::Ended(r.span.end)).into());
        }
        if end == r.span.end {
            // Said twice.
            return Ok(r);
        }
        if end < r.span.end {
            return Err(DeskError::Shorter(r.span.end).into());
        }
        let no = |why| Failed::from(DeskError::NoMatch(why));
        let span = Span { end, ..r.span };
        let offer = work.lock_offer(r.offer).await?;
        let longest = u64::from(offer.rules.max_stay_min) * 60_000;
        let open = offer.state == OfferState::Open && offer.hours.covers(span, &self.ctx.workdays);
        let longest_of_all = self.ctx.config.longest_stay_ms();
        let too_long = (longest > 0 && span.ms() > longest)
            || (span.ms() > longest_of_all && !offer.price.is_monthly());
        let shut = self.index.is_shut_at(&r.bay, span, &self.ctx.registry);
        if !open || too_long || shut || self.lost.since(&r).is_some() {
            return Err(no(Why::Window));
        }
        if offer.currency != r.currency {
            return Err(no(Why::Currency));
        }
        // What the whole costs more than the part, so that many small steps round no more than one.
        let cents = |span| offer.asked_cents(span, r.promise.flexible);
        let extra = cents(span) - cents(r.span);
        if most.is_some_and(|most| extra > most) {
            return Err(no(Why::Price));
        }
        let next = Reservation {
            span,
            free_at: offer.free_at(span),
            price_cents: r.price_cents.saturating_add(extra),
            owed_cents: r.owed_cents.saturating_add(extra),
            promise: Promise {
                max_price_cents: r.promise.max_price_cents.saturating_add(extra),
                ..r.promise
            },
            ..r
        };
        work.mark().await?;
        let longer = match self.seat_for_longer(work, &next).await {
            Ok(next) => work.extend(&next).await,
            Err(e) => Err(e),
        };
        let next = match longer {
            Ok(next) => next,
            Err(StoreError::Booked) => {
                work.undo().await?;
                return Err(no(Why::Full));
            }
            Err(StoreError::Stale) => {
                work.undo().await?;
                return Err(DeskError::Stale.into());
            }
            Err(e) => return Err(e.into()),
        };
        work.keep().await?;
        self.log(work, &next, "extended", (Cause::Driver, extra), now)
            .await?;
        // They were looked up for the shorter stay.
        self.index.alternatives.forget(next.id);
        self.index.put(next.clone());
        Ok(next)
    }

    /// What was charged for time that another has now paid for is given back: `r` is over.
    pub(super) async fn give_back(
        &mut self,
        work: &mut Work,
        r: &Reservation,
        now: Millis,
    ) -> Result<(), StoreError> {
        // Another place of the pool would have done as well: nothing was sold again.
        if is_of_pool(&r.bay) {
            return Ok(());
        }
        for before in work.forfeits(r).await? {
            let Some(both) = before.span.and(r.span) else {
                continue;
            };
            let part = |cents: i64, ms: u64, of: Span| {
                let part = i128::from(cents.max(0)) * i128::from(ms) / i128::from(of.ms());
                i64::try_from(part).unwrap_or(0)
            };
            // Each piece of its time is sold again once, however often it is.
            let mut sold = work.sold_after(&before).await?;
            sold.push(r.span);
            melt(&mut sold);
            let sold_ms = sold.iter().filter_map(|s| s.and(before.span)).map(Span::ms);
            let given = work.given_back(before.id).await?;
            let charged = before.owed_cents.saturating_add(given);
            let due = part(charged, sold_ms.sum(), before.span) - given;
            // What this stay has paid for the time of both, rounded down: the owner never pays.
            let paid = part(r.owed_cents.min(r.price_cents), both.ms(), r.span);
            let back = paid.min(due).min(before.owed_cents);
            if back <= 0 {
                continue;
            }
            let next = work.refund(&before, back).await?;
            self.log(work, &next, "resold", (Cause::Hub, -back), now)
                .await?;
            self.index.put(next);
        }
        Ok(())
    }
}
