//! What becomes of a reservation: events, another bay, and the line in the ledger for each.

use super::{Cause, absent};
use crate::domain::reservation::Moved;
use crate::domain::{Millis, Reservation, ReservationEvent, ReservationState};
use crate::sharing::actor::{BookingActor, Failed};
use crate::sharing::ask::DeskError;
use crate::sharing::quota;
use crate::sharing::search::Fit;
use crate::store::{StoreError, Work};

impl BookingActor {
    /// An event told by the driver's app.
    pub(in crate::sharing) async fn drive(
        &mut self,
        work: &mut Work,
        name: &str,
        driver: &str,
        event: ReservationEvent,
    ) -> Result<Reservation, Failed> {
        let r = work.reservation(name).await.map_err(absent)?;
        if *r.driver != *driver {
            return Err(DeskError::NoSuch.into());
        }
        // Who gives up a bay that somebody else stands in owes nothing for it.
        let lost = event == ReservationEvent::Cancel && self.is_lost(&r);
        let event = if lost {
            ReservationEvent::Revoke
        } else {
            event
        };
        self.step(work, r, event, Cause::Driver).await
    }

    /// Takes a reservation, as it is in the store, through an event.
    pub(in crate::sharing) async fn step(
        &mut self,
        work: &mut Work,
        r: Reservation,
        event: ReservationEvent,
        cause: Cause,
    ) -> Result<Reservation, Failed> {
        let now = self.ctx.clock.now();
        let Some(mut step) = r.step(event, now).map_err(DeskError::Step)? else {
            return Ok(r);
        };
        let made = quota::made_of(&r, event, now, self.since);
        let mut next = Reservation {
            state: step.to,
            ..r
        };
        match event {
            ReservationEvent::Arrive => next.arrived_at = Some(now),
            // Nobody has seen when the bay became vacant: what was paid for is what was used.
            ReservationEvent::Depart if cause == Cause::Clock => {
                (next.departed_at, step.amount_cents) = (Some(next.span.end), 0);
                self.in_doubt.push(next.bay.clone());
            }
            ReservationEvent::Depart => next.departed_at = Some(now),
            _ => {}
        }
        next.owed_cents = next.owed_cents.saturating_add(step.amount_cents);
        let next = match work.advance(&next, now).await {
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

/// The same booking on another bay. It costs no more than was told, and nor does giving it up.
pub(in crate::sharing) fn elsewhere(
    r: &Reservation,
    fit: &Fit,
    taken: bool,
    now: Millis,
) -> Reservation {
    let price_cents = fit.price_cents.min(r.price_cents);
    let refund = if r.state == ReservationState::Held {
        0
    } else {
        price_cents - r.price_cents
    };
    let moved = Some(Moved {
        at: now,
        from: r.bay.clone(),
        taken,
    });
    Reservation {
        offer: fit.offer.id,
        bay: fit.offer.bay.clone(),
        owner: fit.offer.owner.clone(),
        free_at: fit.offer.free_at(r.span),
        price_cents,
        walk_m: fit.walk_m,
        cancel: r.cancel.kinder(fit.offer.rules.cancel),
        owed_cents: r.owed_cents.saturating_add(refund),
        moved,
        ..r.clone()
    }
}
