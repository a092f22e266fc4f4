//! What is seen of booked bays: since when somebody stands in one, by the word of a sensor or gate.
//! Nobody else moves a booking, beside its own driver: what the hub itself has said of a stay comes
//! back here and counts for nothing.
//!
//! Promises: what is noted of a booking outlives a restart, so that a stranger is not taken for the
//! driver after it.

use super::actor::{BookingActor, Failed};
use super::ask::DeskError;
use super::booking::Cause;
use crate::domain::pool::is_of_pool;
use crate::domain::{
    BaySight, BayStatus, BayView, Millis, Presence, Reservation, ReservationState, Risk,
};
use crate::store::{StoreError, Work};
use ahash::AHashMap;
use std::sync::Arc;

/// How long before its start a booked bay is watched: who stands there when its time comes has been seen
/// before.
pub(super) const WATCH_MS: u64 = 60 * 60_000;

/// Who has not left this long after the end keeps the next driver out.
const OVERSTAY_MS: u64 = 2 * 60_000;

/// A driver is told of a risk, and that it is over, at most so often.
const WARN_MS: u64 = 60_000;

/// What is known of the bays that are booked by now.
#[derive(Default)]
pub(super) struct Eyes {
    seen: AHashMap<Arc<str>, Presence>,
    /// When drivers were last told of a risk, by reservation.
    warned: AHashMap<i64, Millis>,
}

impl Eyes {
    /// Whoever was seen in the bay has left it: who comes next is somebody else, however soon.
    pub(super) fn forget_who(&mut self, bay: &str) {
        if let Some(presence) = self.seen.get_mut(bay)
            && let Some(since) = presence.vacant_since()
        {
            *presence = Presence::default().then(BayStatus::Vacant, since);
        }
    }
}

impl BookingActor {
    /// Looks at the bays of bookings that have begun or begin soon: those at which somebody has come or
    /// gone, to be noted.
    pub(super) fn look(&mut self, now: Millis) -> Vec<Reservation> {
        let mut seen = AHashMap::with_capacity(self.eyes.seen.len());
        let mut news = Vec::new();
        for r in self.index.near(now, WATCH_MS) {
            let fresh = || self.presence(&r, self.seen_at(&r.bay));
            let presence: Presence = *seen.entry(r.bay.clone()).or_insert_with(fresh);
            let seen_since = presence.occupied_since();
            if seen_since != r.seen_since {
                news.push(Reservation { seen_since, ..r });
            }
        }
        self.eyes.seen = seen;
        let kept = &self.index;
        self.eyes.warned.retain(|id, _| kept.keeps(*id));
        news
    }

    /// Notes what was seen, so that it outlives a restart.
    pub(super) async fn note_seen(
        &mut self,
        work: &mut Work,
        seen: Vec<Reservation>,
    ) -> Result<(), StoreError> {
        for r in seen {
            work.note_presence(r.id, r.seen_since).await?;
            self.index.put(r);
        }
        Ok(())
    }

    /// Since when somebody stands in a reservation's bay, with what is seen of it now.
    fn presence(&self, r: &Reservation, view: Option<BayView>) -> Presence {
        let noted = || r.seen_since.map_or_else(Presence::default, Presence::since);
        let before = self.eyes.seen.get(&r.bay).copied();
        let before = before.unwrap_or_else(noted);
        view.map_or(before, |v| before.then(v.status, v.observed_at))
    }

    /// What is known of a reservation's bay.
    pub(super) fn sight(&self, r: &Reservation, now: Millis) -> BaySight {
        let gone_since = self.lost.since(r);
        let is_shut = self.index.is_shut_at(&r.bay, r.span, &self.ctx.registry);
        if now.plus(WATCH_MS) < r.span.start {
            // What stands there now will not then; but a bay that is gone is gone.
            return BaySight {
                gone_since,
                is_shut,
                ..BaySight::default()
            };
        }
        let stays = r.state == ReservationState::Active;
        let cleared = || {
            let from = r.arrived_at.unwrap_or(r.span.start);
            self.index.cleared_since(&r.bay, from, &self.ctx.registry)
        };
        let view = self.seen_at(&r.bay);
        // Nobody stands in a seat of a pool, nor in the way of who has the next.
        let others = || {
            let there = self.index.kept_on(&r.bay).filter(|o| o.id != r.id);
            there.filter(|_| !is_of_pool(&r.bay))
        };
        let active = |o: &Reservation| o.state == ReservationState::Active;
        BaySight {
            presence: self.presence(r, view),
            said: view.map_or(BayStatus::Unknown, |view| view.status),
            gone_since,
            is_shut,
            cleared_at: stays.then(cleared).flatten(),
            is_overstayed: others()
                .filter(active)
                .any(|o| o.span.end.plus(OVERSTAY_MS) <= now),
            has_another: others().any(|o| active(&o)),
            is_awaited: others()
                .any(|o| o.state == ReservationState::Confirmed && o.window() <= now),
        }
    }

    /// Why the driver may not get the bay of a booking that is confirmed, by what is seen now.
    pub(super) fn risk_of(&self, r: &Reservation) -> Option<Risk> {
        let now = self.ctx.clock.now();
        r.risk(&self.sight(r, now), now)
    }

    /// Whether a sensor or gate sees a vehicle or a barrier in the bay.
    pub(super) fn is_seen_taken(&self, bay: &str) -> bool {
        let taken = |v: BayView| matches!(v.status, BayStatus::Occupied | BayStatus::Closed);
        self.seen_at(bay).is_some_and(taken)
    }

    /// What a sensor or gate says of a bay, and is sure of.
    pub(super) fn seen_at(&self, bay: &str) -> Option<BayView> {
        let bay = self.ctx.registry.bay(bay)?;
        let city = self.index.city()?;
        let view = (bay.0 < city.bay_slots()).then(|| self.ctx.live.bay(city, bay))?;
        (view.sure && !view.source_kind.passes_by()).then_some(view)
    }

    /// Tells the driver that the bay may be lost, or is not any more.
    pub(super) async fn warn(
        &mut self,
        work: &mut Work,
        r: Reservation,
        at_risk: Option<Risk>,
    ) -> Result<Reservation, Failed> {
        let now = self.ctx.clock.now();
        let told = self.eyes.warned.get(&r.id).copied();
        if r.at_risk == at_risk || told.is_some_and(|told| now.since(told) < WARN_MS) {
            return Ok(r);
        }
        self.eyes.warned.insert(r.id, now);
        let next = work.advance(&Reservation { at_risk, ..r }, now).await;
        let next = next.map_err(DeskError::from)?;
        if let Some(risk) = at_risk {
            let told = &self.ctx.metrics.share.at_risk;
            told.with_label_values(&[risk.name()]).inc();
        }
        self.log(work, &next, "at_risk", (Cause::Hub, 0), now)
            .await?;
        self.index.put(next.clone());
        Ok(next)
    }
}
