//! What time brings: holds expire, drivers do not come, sensors see them come and go, some stay too
//! long. What is due is decided by [`Reservation::due`] from what `eyes` show; here it is done.

use super::actor::{BookingActor, Failed};
use super::ask::Ask;
use super::booking::Cause;
use super::moving;
use super::search::Fit;
use crate::domain::pool::is_same_place;
use crate::domain::reservation::EARLY_MS;
use crate::domain::{Due, Millis, Reservation, ReservationEvent, Risk};
use crate::store::{StoreError, Work};

/// How long before its start a booked bay is kept out of what others find.
pub(super) const LEAD_MS: u64 = EARLY_MS;

impl BookingActor {
    /// Does what is due for one reservation.
    ///
    /// `false`: nothing could be done for it yet.
    pub(super) async fn bring(
        &mut self,
        work: &mut Work,
        r: Reservation,
        due: Due,
        now: Millis,
    ) -> Result<bool, Failed> {
        let (event, cause, at) = match due {
            Due::Expire => (ReservationEvent::Expire, Cause::Clock, now),
            Due::Arrive(since) => (ReservationEvent::Arrive, Cause::Sensor, since),
            Due::Mistake => (ReservationEvent::Mistake, Cause::Sensor, now),
            Due::Depart(left) => (ReservationEvent::Depart, Cause::Sensor, left),
            // Nobody has seen when it left: what is paid for is what was used.
            Due::TimeUp => (ReservationEvent::Depart, Cause::Clock, r.charged_until()),
            Due::Clear(at) => (ReservationEvent::Depart, Cause::Authority, at),
            Due::TooLong => (ReservationEvent::Depart, Cause::Clock, r.overstay_ends()),
            Due::Overstay => return self.charge_overstay(work, r, now).await.map(|()| true),
            Due::GiveBack => (ReservationEvent::Revoke, Cause::Clock, now),
            Due::MissOut => (ReservationEvent::MissOut, Cause::Clock, now),
            Due::Elsewhere(risk, or_back) => {
                return self.elsewhere(work, r, risk, or_back).await;
            }
            Due::Ask(risk) => return self.warn(work, r, Some(risk)).await.map(|_| false),
            Due::Safe => return self.warn(work, r, None).await.map(|_| false),
        };
        self.step_at(work, r, event, cause, at).await.map(|_| true)
    }

    /// Another bay that keeps the promise; where there is none the driver is warned, and gets the money
    /// back once nothing better can come. `false`: it is still where it was.
    pub(super) async fn elsewhere(
        &mut self,
        work: &mut Work,
        r: Reservation,
        risk: Risk,
        or_back: bool,
    ) -> Result<bool, Failed> {
        if self.moved_away(work, &r).await?.is_some() {
            return Ok(true);
        }
        if or_back {
            self.step(work, r, ReservationEvent::Revoke, Cause::Hub)
                .await?;
        } else {
            self.warn(work, r, Some(risk)).await?;
        }
        Ok(or_back)
    }

    /// Gives a booking whose bay is lost another one, if there is one that is believed to be free.
    pub(super) async fn moved_away(
        &mut self,
        work: &mut Work,
        r: &Reservation,
    ) -> Result<Option<Reservation>, Failed> {
        let found = self.view().find(&ask_again(r), r.created_at);
        let soon = r.is_soon(self.ctx.clock.now());
        // Never back, whatever has driven him from there.
        let been = match &r.moved {
            Some(_) => work.bays_had(r.id).await?,
            None => Vec::new(),
        };
        let fits = found.free.into_iter().filter(|f| {
            let bay = f.bay();
            !is_same_place(&bay, &r.bay)
                && !been.iter().any(|been| is_same_place(been, &bay))
                && f.price_cents <= moving::whole_price(r)
        });
        let fits: Vec<Fit> = fits
            .filter(|f| !(soon && self.is_seen_taken(&f.bay())))
            .take(4)
            .collect();
        for fit in fits {
            work.mark().await?;
            match self.reseat(work, r.clone(), &fit, true).await {
                Ok(next) => {
                    work.keep().await?;
                    return Ok(Some(next));
                }
                Err(StoreError::Booked | StoreError::Stale) => work.undo().await?,
                Err(e) => return Err(e.into()),
            }
        }
        Ok(None)
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
        flexible: r.promise.flexible,
        key: None,
    }
}
