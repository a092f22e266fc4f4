//! What becomes of a reservation: events, another bay, and the line in the ledger for each.

use super::Cause;
use crate::domain::reservation::{GRACE_MIN, Moved};
use crate::domain::{BayStatus, Millis, Offer, Reservation, ReservationEvent};
use crate::sharing::actor::{BookingActor, Failed};
use crate::sharing::ask::{DeskError, Why};
use crate::sharing::moving;
use crate::sharing::quota;
use crate::sharing::search::Fit;
use crate::store::{StoreError, Work};

impl BookingActor {
    /// Takes a reservation, as it is in the store, through an event.
    pub(in crate::sharing) async fn step(
        &mut self,
        work: &mut Work,
        r: Reservation,
        event: ReservationEvent,
        cause: Cause,
    ) -> Result<Reservation, Failed> {
        let now = self.ctx.clock.now();
        self.step_at(work, r, event, cause, now).await
    }

    /// The same, of an event that was seen to happen at `at`.
    pub(in crate::sharing) async fn step_at(
        &mut self,
        work: &mut Work,
        r: Reservation,
        event: ReservationEvent,
        cause: Cause,
        at: Millis,
    ) -> Result<Reservation, Failed> {
        let now = self.ctx.clock.now();
        let Some(mut step) = r.step(event, at).map_err(DeskError::Step)? else {
            return Ok(r);
        };
        let made = quota::made_of(&r, event, now, self.since);
        let mut next = Reservation {
            state: step.to,
            at_risk: None,
            ..r
        };
        match event {
            ReservationEvent::Arrive => {
                next.arrived_at = Some(at);
                next.came_by_word = cause == Cause::Driver;
            }
            ReservationEvent::Mistake => next.arrived_at = None,
            ReservationEvent::Return => next.departed_at = None,
            ReservationEvent::Depart if cause == Cause::Clock => {
                next.departed_at = Some(at);
                self.to_say.push((next.bay.clone(), BayStatus::Unknown));
            }
            ReservationEvent::Depart => {
                next.departed_at = Some(at);
                if cause == Cause::Driver {
                    step.amount_cents -= next.early_refund_cents(at);
                }
                self.eyes.forget_who(&next.bay);
            }
            _ => {}
        }
        next.owed_cents = next.owed_cents.saturating_add(step.amount_cents);
        let done = match event {
            // The bay was given up; if it is another's by now there is no coming back.
            ReservationEvent::Return => work.return_to(&next).await,
            _ => work.advance(&next, now).await,
        };
        let next = match done {
            Err(StoreError::Booked) => return Err(DeskError::NoMatch(Why::Full).into()),
            // Another hub was faster. The caller may ask again and will then be told how things
            // stand.
            Err(StoreError::Stale) => return Err(DeskError::Stale.into()),
            done => done?,
        };
        self.note_use(&next.driver, made);
        let money = (cause, step.amount_cents);
        self.log(work, &next, next.state.name(), money, now).await?;
        self.index.put(next.clone());
        self.ctx
            .metrics
            .share
            .transitions
            .with_label_values(&[next.state.name()])
            .inc();
        if matches!(event, ReservationEvent::Depart | ReservationEvent::MissOut) {
            self.give_back(work, &next, now).await?;
        }
        Ok(next)
    }

    /// Gives a booking another bay: its own is taken, or others need it.
    pub(in crate::sharing) async fn reseat(
        &mut self,
        work: &mut Work,
        r: Reservation,
        fit: &Fit,
        taken: bool,
    ) -> Result<Reservation, StoreError> {
        let now = self.ctx.clock.now();
        work.unseat(r.id, r.version).await?;
        let next = work.seat(&elsewhere(&r, fit, taken, now)).await?;
        self.log_move(work, &r, &next, now).await?;
        self.index.put(next.clone());
        self.ctx.metrics.share.moved.inc();
        Ok(next)
    }
}

/// The same booking, which is confirmed, on another bay. It costs no more than was told, and nor does
/// giving it up.
pub(in crate::sharing) fn elsewhere(
    r: &Reservation,
    fit: &Fit,
    taken: bool,
    now: Millis,
) -> Reservation {
    let price_cents = moving::price_there(r, fit.price_cents, fit.walk_m);
    let refund = price_cents - r.price_cents;
    let moved = Some(Moved {
        at: now,
        from: r.bay.clone(),
        taken,
    });
    Reservation {
        seen_since: None,
        at_risk: None,
        grace_min: r.grace_min.max(grace_min(&fit.offer)),
        offer: fit.offer.id,
        bay: fit.offer.bay.clone(),
        owner: fit.offer.owner.clone(),
        free_at: fit.offer.free_at(r.span),
        price_cents,
        walk_m: fit.walk_m,
        cancel: r.cancel.kinder(fit.offer.rules.cancel),
        leave: r.leave.kinder(fit.offer.rules.leave),
        owed_cents: r.owed_cents.saturating_add(refund),
        moved,
        moves: r.moves.saturating_add(u32::from(!taken)),
        ..r.clone()
    }
}

/// How long a stay at this offer's bay is waited for, minutes.
pub(in crate::sharing) fn grace_min(offer: &Offer) -> u32 {
    offer.rules.grace_min.unwrap_or(GRACE_MIN)
}
