//! What time brings: holds expire, drivers do not come, sensors see them come and go, some stay too
//! long.
//!
//! A sensor's word closes the loop where there is one. Somebody who is seen in a booked bay from
//! five minutes before its start on is the driver; somebody who is seen there earlier is not, and
//! the driver gets another bay if there is one. What the hub itself has said of a stay comes back
//! here and counts for nothing. A stay is over when the sensor that saw the vehicle sees it gone,
//! or, where nobody looks, when its time is.

use super::actor::{BookingActor, Failed};
use super::ask::{Ask, DeskError};
use super::booking::Cause;
use super::improve::LOOKS_A_TICK;
use super::quota;
use super::witness::Looked;
use crate::domain::reservation::EARLY_MS;
use crate::domain::{BayStatus, BayView, Millis, Reservation, ReservationEvent, ReservationState};
use crate::store::{StoreError, Work};
use std::sync::Arc;

/// How long before its start a booked bay is kept out of what others find.
pub(super) const LEAD_MS: u64 = EARLY_MS;

/// Who is seen in a booked bay this long before its start is taken for the driver.
const ARRIVAL_MS: u64 = 5 * 60_000;

/// Who has not left this long after the end keeps the next driver out.
const OVERSTAY_MS: u64 = 2 * 60_000;

/// Changes of one tick: one transaction that others wait for.
const MOST: usize = 256;

/// How often what other hubs have done to the same database is read. Until then a booking of theirs
/// is found out when the store refuses another, and a bay they have let go of is believed to be
/// taken.
const OTHERS_MS: u64 = 5_000;

/// How often old answers are forgotten. Where nothing is old that costs a look into an index.
pub(super) const FORGET_MS: u64 = 60_000;

/// When what is done seldom was last done.
#[derive(Default)]
pub(super) struct Last {
    forgot: Millis,
    /// Also at the start, when all has just been read: once more does no harm.
    read_others: Millis,
    vouched: Looked,
}

/// What is due for one reservation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Due {
    Step(ReservationEvent, Cause),
    /// Its bay is taken.
    Elsewhere,
}

impl BookingActor {
    pub(super) async fn tick(&mut self, work: &mut Work) -> Result<(), Failed> {
        let now = self.ctx.clock.now();
        self.looks_left = LOOKS_A_TICK;
        for (r, due) in self.due(now) {
            // As it is in the store: it may have changed since the index was filled, by another
            // hub.
            let r = match work.reservation(&r.name).await {
                Ok(r) => r,
                Err(StoreError::NoSuch) => continue,
                Err(e) => return Err(e.into()),
            };
            let done = match due {
                Due::Step(event, cause) => self.step(work, r, event, cause).await.map(drop),
                Due::Elsewhere => self.elsewhere(work, r, now).await,
            };
            match done {
                // It has changed meanwhile, and what it has become is looked at next time.
                Ok(()) | Err(Failed::No(DeskError::Step(_) | DeskError::Stale)) => {}
                Err(e) => return Err(e),
            }
        }
        if self.last.vouched.is_due(now) {
            self.ctx.witness.vouch(self.index.kept(), now);
        }
        if !self.ctx.store.shares_waits() && now.since(self.last.read_others) >= OTHERS_MS {
            self.last.read_others = now;
            self.dirty = true;
        }
        if now.since(self.last.forgot) >= FORGET_MS {
            self.last.forgot = now;
            work.forget_answers(Millis(
                now.0.saturating_sub(self.ctx.config.remember_h * 3_600_000),
            ))
            .await?;
            work.forget_use(quota::forgotten(now)).await?;
        }
        Ok(())
    }

    fn due(&mut self, now: Millis) -> Vec<(Arc<Reservation>, Due)> {
        let kept: Vec<Arc<Reservation>> = self.index.kept().cloned().collect();
        self.seen.retain(|id| self.index.keeps(*id));
        let mut due = Vec::new();
        for r in kept {
            let seen = self.seen_at(&r);
            if r.state == ReservationState::Active
                && seen.is_some_and(|v| v.status == BayStatus::Occupied)
            {
                self.seen.insert(r.id);
            }
            if let Some(what) = self.due_for(&r, seen, now) {
                due.push((r, what));
            }
            if due.len() == MOST {
                break;
            }
        }
        due
    }

    fn due_for(&self, r: &Reservation, seen: Option<BayView>, now: Millis) -> Option<Due> {
        let status = seen.map_or(BayStatus::Unknown, |v| v.status);
        let observed = seen.map_or(Millis::NEVER, |v| v.observed_at);
        let occupied = status == BayStatus::Occupied;
        let step = |event, cause| Some(Due::Step(event, cause));
        match r.state {
            ReservationState::Held if now >= r.expires_at => {
                step(ReservationEvent::Expire, Cause::Clock)
            }
            ReservationState::Held | ReservationState::Confirmed
                if self.is_barred(r, occupied, now) =>
            {
                Some(Due::Elsewhere)
            }
            ReservationState::Confirmed => {
                let from = Millis(r.span.start.0.saturating_sub(ARRIVAL_MS));
                if occupied && observed >= from && now < r.span.end && !self.stays(r, now) {
                    return step(ReservationEvent::Arrive, Cause::Sensor);
                }
                if now >= r.missed_at() {
                    step(ReservationEvent::MissOut, Cause::Clock)
                } else {
                    None
                }
            }
            ReservationState::Active => {
                let since = r.arrived_at.unwrap_or_default();
                if status == BayStatus::Vacant && observed > since && self.seen.contains(&r.id) {
                    return step(ReservationEvent::Depart, Cause::Sensor);
                }
                if now >= r.free_at && !occupied {
                    step(ReservationEvent::Depart, Cause::Clock)
                } else {
                    None
                }
            }
            _ => None,
        }
    }

    /// Whether a booking that is confirmed has lost its bay to somebody else, by what is seen now.
    pub(super) fn is_lost(&self, r: &Reservation) -> bool {
        let seen = self.seen_at(r).map(|view| view.status);
        let occupied = seen == Some(BayStatus::Occupied);
        r.state == ReservationState::Confirmed && self.is_barred(r, occupied, self.ctx.clock.now())
    }

    /// Whether somebody else stands where this booking is about to begin.
    fn is_barred(&self, r: &Reservation, occupied: bool, now: Millis) -> bool {
        if now.plus(LEAD_MS) < r.span.start || now >= r.span.end {
            return false;
        }
        // Between the two times nobody has a right to be there but a stay before this one.
        let stranger = occupied
            && now.plus(ARRIVAL_MS) < r.span.start
            && !self
                .index
                .kept_on(&r.bay)
                .any(|o| o.state == ReservationState::Active);
        stranger || self.stays(r, now)
    }

    /// Whether the stay before this one has run over.
    fn stays(&self, r: &Reservation, now: Millis) -> bool {
        let over = |o: &&Arc<Reservation>| {
            o.id != r.id
                && o.state == ReservationState::Active
                && o.span.end.plus(OVERSTAY_MS) <= now
        };
        self.index.kept_on(&r.bay).any(|o| over(&o))
    }

    /// What a sensor or gate says of a reservation's bay, and is sure of: nobody else moves a booking,
    /// beside its own driver.
    fn seen_at(&self, r: &Reservation) -> Option<BayView> {
        let bay = self.ctx.registry.bay(&r.bay)?;
        let city = self.index.city()?;
        let view = (bay.0 < city.bay_slots()).then(|| self.ctx.live.bay(city, bay))?;
        (view.sure && !view.source_kind.passes_by()).then_some(view)
    }

    /// Another bay that keeps the promise; where there is none and the stay has begun, the money
    /// back.
    async fn elsewhere(
        &mut self,
        work: &mut Work,
        r: Reservation,
        now: Millis,
    ) -> Result<(), Failed> {
        let found = self.view().find(&ask_again(&r), r.created_at);
        let fits = found
            .free
            .into_iter()
            .filter(|f| f.offer.bay != r.bay && f.price_cents <= r.price_cents);
        for fit in fits.take(4) {
            work.mark().await?;
            match self.reseat(work, r.clone(), &fit, true).await {
                Ok(_) => return Ok(work.keep().await?),
                Err(StoreError::Booked | StoreError::Stale) => work.undo().await?,
                Err(e) => return Err(e.into()),
            }
        }
        if now >= r.span.start {
            self.step(work, r, ReservationEvent::Revoke, Cause::Hub)
                .await?;
        }
        Ok(())
    }
}

/// A booking as the request it once was.
pub(super) fn ask_again(r: &Reservation) -> Ask {
    Ask {
        driver: r.driver.clone(),
        driver_ref: None,
        place: r.promise.place,
        span: r.span,
        max_walk_m: r.promise.max_walk_m,
        max_price_cents: Some(r.promise.max_price_cents),
        currency: r.currency,
        vehicle: r.promise.vehicle,
        key: None,
    }
}
