//! What time brings: holds expire, drivers do not come, sensors see them come and go, some stay too
//! long. What is due is decided by [`Reservation::due`] from what `eyes` show; here it is done.

use super::actor::{BookingActor, Failed};
use super::ask::{Ask, DeskError};
use super::booking::Cause;
use super::improve::LOOKS_A_TICK;
use super::moving;
use super::quota;
use super::search::Fit;
use super::witness::Looked;
use crate::domain::reservation::EARLY_MS;
use crate::domain::{Due, Millis, Reservation, ReservationEvent, Risk};
use crate::store::{StoreError, Work};
use std::sync::Arc;

/// How long before its start a booked bay is kept out of what others find.
pub(super) const LEAD_MS: u64 = EARLY_MS;

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

impl BookingActor {
    pub(super) async fn tick(&mut self, work: &mut Work) -> Result<(), Failed> {
        let now = self.ctx.clock.now();
        self.looks_left = LOOKS_A_TICK;
        // A clock that was ahead when this hub began must not excuse all that comes.
        self.since = self.since.min(now);
        // First, as a request does: partners before reservations, so that two hubs do not wait for
        // each other.
        self.forget(work, now).await?;
        self.hand_over(work, now).await?;
        self.look(work, now).await?;
        for (r, due) in self.due(now) {
            // As it is in the store: it may have changed since the index was filled, by another
            // hub.
            let r = match work.reservation(&r.name).await {
                Ok(r) => r,
                Err(StoreError::NoSuch) => continue,
                Err(e) => return Err(e.into()),
            };
            match self.bring(work, r, due, now).await {
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
        Ok(())
    }

    /// Forgets what is remembered for a while, from time to time; at once where the clock was put back.
    async fn forget(&mut self, work: &mut Work, now: Millis) -> Result<(), StoreError> {
        let last = self.last.forgot;
        if now >= last && now.since(last) < FORGET_MS {
            return Ok(());
        }
        self.last.forgot = now;
        let remembered = self.ctx.config.remember_h * 3_600_000;
        work.forget_answers(Millis(now.0.saturating_sub(remembered)))
            .await?;
        work.forget_use(quota::forgotten(now)).await
    }

    fn due(&mut self, now: Millis) -> Vec<(Arc<Reservation>, Due)> {
        let mut due = Vec::new();
        for r in self.index.kept() {
            if let Some(what) = r.due(&self.sight(r, now), now) {
                due.push((r.clone(), what));
            }
            if due.len() == MOST {
                break;
            }
        }
        due
    }

    /// Does what is due for one reservation.
    async fn bring(
        &mut self,
        work: &mut Work,
        r: Reservation,
        due: Due,
        now: Millis,
    ) -> Result<(), Failed> {
        let (event, cause, at) = match due {
            Due::Expire => (ReservationEvent::Expire, Cause::Clock, now),
            Due::Arrive(since) => (ReservationEvent::Arrive, Cause::Sensor, since),
            Due::Mistake => (ReservationEvent::Mistake, Cause::Sensor, now),
            Due::Depart(left) => (ReservationEvent::Depart, Cause::Sensor, left),
            // Nobody has seen when it left: what is paid for is what was used.
            Due::TimeUp => (ReservationEvent::Depart, Cause::Clock, r.charged_until()),
            Due::TooLong => (ReservationEvent::Depart, Cause::Clock, r.overstay_ends()),
            Due::Overstay => return self.charge_overstay(work, r, now).await,
            Due::GiveBack => (ReservationEvent::Revoke, Cause::Clock, now),
            Due::MissOut => (ReservationEvent::MissOut, Cause::Clock, now),
            Due::Elsewhere(risk, or_back) => {
                return self.elsewhere(work, r, risk, or_back).await;
            }
            Due::Ask(risk) => return self.warn(work, r, Some(risk)).await.map(drop),
            Due::Safe => return self.warn(work, r, None).await.map(drop),
        };
        self.step_at(work, r, event, cause, at).await.map(drop)
    }

    /// Another bay that keeps the promise; where there is none the driver is warned, and gets the money
    /// back once nothing better can come.
    pub(super) async fn elsewhere(
        &mut self,
        work: &mut Work,
        r: Reservation,
        risk: Risk,
        or_back: bool,
    ) -> Result<(), Failed> {
        if self.moved_away(work, &r).await?.is_some() {
            return Ok(());
        }
        if or_back {
            self.step(work, r, ReservationEvent::Revoke, Cause::Hub)
                .await?;
        } else {
            self.warn(work, r, Some(risk)).await?;
        }
        Ok(())
    }

    /// Gives a booking whose bay is lost another one, if there is one that is believed to be free.
    pub(super) async fn moved_away(
        &mut self,
        work: &mut Work,
        r: &Reservation,
    ) -> Result<Option<Reservation>, Failed> {
        let found = self.view().find(&ask_again(r), r.created_at);
        let soon = r.is_soon(self.ctx.clock.now());
        // Never back: whatever has driven him from there.
        let been = r.moved.as_ref().map(|m| m.from.clone());
        let fits = found.free.into_iter().filter(|f| {
            f.offer.bay != r.bay
                && been.as_ref() != Some(&f.offer.bay)
                && f.price_cents <= moving::whole_price(r)
        });
        let fits: Vec<Fit> = fits
            .filter(|f| !(soon && self.is_seen_taken(&f.offer.bay)))
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
