//! What time brings: holds expire, drivers do not come, sensors see them come and go, some stay too
//! long.
//!
//! A sensor's word closes the loop where there is one. Somebody who is seen in a booked bay from
//! five minutes before its start on is the driver; somebody who is seen there earlier is not, and
//! the driver gets another bay if there is one. What the hub itself has said of a stay comes back
//! here and counts for nothing. A stay is over when the sensor that saw the vehicle sees it gone,
//! or, where nobody looks, when its time is.

use super::actor::{BookingActor, Failed};
use super::ask::Ask;
use super::booking::Cause;
use crate::domain::reservation::EARLY_MS;
use crate::domain::{BayStatus, BayView, Millis, Reservation, ReservationEvent, ReservationState};
use crate::store::{StoreError, Work};

/// How long before its start a booked bay is kept out of what others find.
pub(super) const LEAD_MS: u64 = EARLY_MS;

/// Who is seen in a booked bay this long before its start is taken for the driver.
const ARRIVAL_MS: u64 = 5 * 60_000;

/// Who has not left this long after the end keeps the next driver out.
const OVERSTAY_MS: u64 = 2 * 60_000;

/// What is due for one reservation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    Step(ReservationEvent, Cause),
    /// Its bay is taken.
    Elsewhere,
}

impl BookingActor {
    pub(super) fn due_for(
        &self,
        r: &Reservation,
        seen: Option<BayView>,
        now: Millis,
    ) -> Option<Due> {
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
        self.index.kept_on(&r.bay).any(|o| {
            o.id != r.id
                && o.state == ReservationState::Active
                && o.span.end.plus(OVERSTAY_MS) <= now
        })
    }

    /// What a sensor or gate says of a reservation's bay, and is sure of: nobody else moves a booking,
    /// beside its own driver.
    pub(super) fn seen_at(&self, r: &Reservation) -> Option<BayView> {
        let bay = self.ctx.registry.bay(&r.bay)?;
        let city = self.index.city()?;
        let view = (bay.0 < city.bay_slots()).then(|| self.ctx.live.bay(city, bay))?;
        (view.sure && !view.source_kind.passes_by()).then_some(view)
    }

    /// Another bay that keeps the promise; where there is none and the stay has begun, the money
    /// back. Whether anything could be done.
    pub(super) async fn elsewhere(
        &mut self,
        work: &mut Work,
        r: Reservation,
        now: Millis,
    ) -> Result<bool, Failed> {
        let found = self.view().find(&ask_again(&r), r.created_at);
        let fits = found
            .free
            .into_iter()
            .filter(|f| f.offer.bay != r.bay && f.price_cents <= r.price_cents);
        for fit in fits.take(4) {
            work.mark().await?;
            match self.reseat(work, r.clone(), &fit, true).await {
                Ok(_) => {
                    work.keep().await?;
                    return Ok(true);
                }
                Err(StoreError::Booked | StoreError::Stale) => work.undo().await?,
                Err(e) => return Err(e.into()),
            }
        }
        let begun = now >= r.span.start;
        if begun {
            self.step(work, r, ReservationEvent::Revoke, Cause::Hub)
                .await?;
        }
        Ok(begun)
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
