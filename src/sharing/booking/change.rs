//! What becomes of a reservation: events, another bay, and the line in the ledger for each.

use super::absent;
use crate::domain::reservation::Moved;
use crate::domain::{Millis, Reservation, ReservationEvent, ReservationState};
use crate::sharing::actor::{BookingActor, Failed};
use crate::sharing::ask::DeskError;
use crate::sharing::quota;
use crate::sharing::search::Fit;
use crate::store::{LedgerLine, StoreError, UseRecord, Work};
use ahash::AHashMap;

/// Whose doing a change is, as the ledger has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sharing) enum Cause {
    Driver,
    Sensor,
    Clock,
    Hub,
}

impl Cause {
    const fn name(self) -> &'static str {
        match self {
            Self::Driver => "driver",
            Self::Sensor => "sensor",
            Self::Clock => "clock",
            Self::Hub => "hub",
        }
    }
}

/// What an event makes of a reservation, before it is stored.
struct Stepped {
    next: Reservation,
    line: LedgerLine,
    made: UseRecord,
}

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
        let Some(Stepped { next, line, made }) = self.stepped(&r, event, cause, now)? else {
            return Ok(r);
        };
        let next = match work.advance(&next, now).await {
            // Another hub was faster. The caller may ask again and will then be told how things
            // stand.
            Err(StoreError::Stale) => return Err(DeskError::Stale.into()),
            done => done?,
        };
        work.log(&line).await?;
        self.note_step(next.clone(), cause, made);
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
                stepped.push((step, *cause));
            }
        }
        let next: Vec<&Reservation> = stepped.iter().map(|(s, _)| &s.next).collect();
        let done: AHashMap<i64, i64> = work.advance_all(&next, now).await?.into_iter().collect();
        let known = |s: &Stepped| done.contains_key(&s.next.id);
        let lines = stepped
            .iter()
            .filter(|(s, _)| known(s))
            .map(|(s, _)| &s.line);
        work.log_all(&lines.collect::<Vec<_>>()).await?;
        let mut stale = Vec::new();
        for (Stepped { mut next, made, .. }, cause) in stepped {
            match done.get(&next.id) {
                Some(version) => {
                    next.version = *version;
                    self.note_step(next, cause, made);
                }
                None => stale.push(next.id),
            }
        }
        Ok(stale)
    }

    /// What an event makes of a reservation; `None`: nothing, it has been done before.
    fn stepped(
        &self,
        r: &Reservation,
        event: ReservationEvent,
        cause: Cause,
        now: Millis,
    ) -> Result<Option<Stepped>, DeskError> {
        let Some(mut step) = r.step(event, now)? else {
            return Ok(None);
        };
        let made = quota::made_of(r, event, now, self.since);
        let mut next = Reservation {
            state: step.to,
            ..r.clone()
        };
        match event {
            ReservationEvent::Arrive => next.arrived_at = Some(now),
            // Nobody has seen when the bay became vacant: what was paid for is what was used.
            ReservationEvent::Depart if cause == Cause::Clock => {
                (next.departed_at, step.amount_cents) = (Some(next.span.end), 0);
            }
            ReservationEvent::Depart => next.departed_at = Some(now),
            _ => {}
        }
        next.owed_cents = next.owed_cents.saturating_add(step.amount_cents);
        let line = entry(&next, next.state.name(), cause, step.amount_cents, now);
        Ok(Some(Stepped { next, line, made }))
    }

    /// Takes note of what has become of a reservation, once it is stored.
    fn note_step(&mut self, next: Reservation, cause: Cause, made: UseRecord) {
        self.note_use(&next.driver, made);
        if next.state == ReservationState::Completed && cause == Cause::Clock {
            self.in_doubt.push(next.bay.clone());
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
        let (next, refund) = elsewhere(r, fit, taken, now);
        let next = work.seat(&next).await?;
        work.log(&entry(&next, "moved", Cause::Hub, refund, now))
            .await?;
        self.index.put(next.clone());
        self.ctx.metrics.share.moved.inc();
        Ok(next)
    }
}

/// The same booking on another bay, and what its driver gets back. It costs no more than was told, and
/// nor does giving it up.
pub(in crate::sharing) fn elsewhere(
    r: Reservation,
    fit: &Fit,
    taken: bool,
    now: Millis,
) -> (Reservation, i64) {
    let price_cents = fit.price_cents.min(r.price_cents);
    let refund = if r.state == ReservationState::Held {
        0
    } else {
        price_cents - r.price_cents
    };
    let moved = Some(Moved {
        at: now,
        from: r.bay,
        taken,
    });
    let next = Reservation {
        offer: fit.offer.id,
        bay: fit.offer.bay.clone(),
        owner: fit.offer.owner.clone(),
        free_at: fit.offer.free_at(r.span),
        price_cents,
        walk_m: fit.walk_m,
        cancel: r.cancel.kinder(fit.offer.rules.cancel),
        owed_cents: r.owed_cents.saturating_add(refund),
        moved,
        ..r
    };
    (next, refund)
}

pub(in crate::sharing) fn entry(
    r: &Reservation,
    event: &str,
    cause: Cause,
    amount_cents: i64,
    at: Millis,
) -> LedgerLine {
    LedgerLine {
        id: 0,
        at,
        reservation: r.name.to_string(),
        bay: r.bay.to_string(),
        owner: r.owner.to_string(),
        driver: r.driver.to_string(),
        event: event.to_owned(),
        cause: cause.name().to_owned(),
        amount_cents,
        currency: r.currency,
    }
}
