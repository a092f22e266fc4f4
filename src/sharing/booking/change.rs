//! What becomes of a reservation: events, another bay, and the line in the ledger for each.

use super::Cause;
use crate::domain::reservation::{GRACE_MIN, Moved};
use crate::domain::{BayStatus, Millis, Offer, Reservation, ReservationEvent};
use crate::sharing::actor::{BookingActor, Failed};
use crate::sharing::ask::{DeskError, Why};
use crate::sharing::moving;
use crate::sharing::quota;
use crate::sharing::search::Fit;
use crate::store::{StoreError, UseRecord, Work};
use ahash::AHashMap;

/// What an event makes of a reservation, before it is stored.
struct Stepped {
    next: Reservation,
    /// What is owed more for it.
    amount_cents: i64,
    made: UseRecord,
}

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
        let Some(stepped) = self.stepped(&r, event, cause, at)? else {
            return Ok(r);
        };
        let Stepped {
            next,
            amount_cents,
            made,
        } = stepped;
        let done = match event {
            // The bay was given up; if it is another's by now there is no coming back.
            ReservationEvent::Return => work.return_to(&self.seat_again(next)).await,
            _ => work.advance(&next, now).await,
        };
        let next = match done {
            Err(StoreError::Booked) => return Err(DeskError::NoMatch(Why::Full).into()),
            // Another hub was faster. The caller may ask again and will then be told how things
            // stand.
            Err(StoreError::Stale) => return Err(DeskError::Stale.into()),
            done => done?,
        };
        let money = (cause, amount_cents);
        self.log(work, &next, next.state.name(), money, now).await?;
        self.note_step(next.clone(), event, cause, made);
        if matches!(event, ReservationEvent::Depart | ReservationEvent::MissOut) {
            self.give_back(work, &next, now).await?;
        }
        Ok(next)
    }

    /// The same for many at once, as they are known here: the numbers of those that are not any more
    /// what they were taken for. Each is nothing but its event: what has none is left out.
    pub(in crate::sharing) async fn step_all(
        &mut self,
        work: &mut Work,
        steps: &[(Reservation, ReservationEvent, Cause)],
    ) -> Result<Vec<i64>, StoreError> {
        let now = self.ctx.clock.now();
        let mut stepped = Vec::with_capacity(steps.len());
        for (r, event, cause) in steps {
            if let Ok(Some(step)) = self.stepped(r, *event, *cause, now) {
                stepped.push((step, *event, *cause));
            }
        }
        let next: Vec<&Reservation> = stepped.iter().map(|(s, ..)| &s.next).collect();
        let done: AHashMap<i64, i64> = work.advance_all(&next, now).await?.into_iter().collect();
        let mut lines = Vec::with_capacity(done.len());
        for (s, _, cause) in &stepped {
            if done.contains_key(&s.next.id) {
                let money = (*cause, s.amount_cents);
                lines.push(self.line_of(work, &s.next, money, now).await?);
            }
        }
        work.log_all(&lines.iter().collect::<Vec<_>>()).await?;
        let mut stale = Vec::new();
        for (Stepped { mut next, made, .. }, event, cause) in stepped {
            match done.get(&next.id) {
                Some(version) => {
                    next.version = *version;
                    self.note_step(next, event, cause, made);
                }
                None => stale.push(next.id),
            }
        }
        Ok(stale)
    }

    /// What an event that was seen to happen at `at` makes of a reservation; `None`: nothing, it has
    /// been done before.
    fn stepped(
        &self,
        r: &Reservation,
        event: ReservationEvent,
        cause: Cause,
        at: Millis,
    ) -> Result<Option<Stepped>, DeskError> {
        let Some(step) = r.step(event, at)? else {
            return Ok(None);
        };
        let mut amount_cents = step.amount_cents;
        let made = quota::made_of(r, event, self.ctx.clock.now(), self.since);
        let mut next = Reservation {
            state: step.to,
            at_risk: None,
            ..r.clone()
        };
        match event {
            ReservationEvent::Arrive => {
                next.arrived_at = Some(at);
                next.came_by_word = cause == Cause::Driver;
            }
            ReservationEvent::Mistake => next.arrived_at = None,
            ReservationEvent::Return => next.departed_at = None,
            ReservationEvent::Depart => {
                next.departed_at = Some(at);
                amount_cents -= match cause {
                    Cause::Driver => next.early_refund_cents(at),
                    Cause::Authority => next.cleared_refund_cents(at),
                    _ => 0,
                };
            }
            _ => {}
        }
        next.owed_cents = next.owed_cents.saturating_add(amount_cents);
        Ok(Some(Stepped {
            next,
            amount_cents,
            made,
        }))
    }

    /// Takes note of what has become of a reservation, once it is stored.
    fn note_step(
        &mut self,
        next: Reservation,
        event: ReservationEvent,
        cause: Cause,
        made: UseRecord,
    ) {
        self.note_use(&next.driver, made);
        if event == ReservationEvent::Depart {
            // Nobody has said that the vehicle is gone.
            if matches!(cause, Cause::Clock | Cause::Authority) {
                self.to_say.push((next.bay.clone(), BayStatus::Unknown));
            } else {
                self.eyes.forget_who(&next.bay);
            }
        }
        let transitions = &self.ctx.metrics.share.transitions;
        transitions.with_label_values(&[next.state.name()]).inc();
        self.index.put(next);
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
        bay: fit.bay(),
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
