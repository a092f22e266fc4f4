//! Carrying out what is due, by the slice: one transaction does so much of it, then others have their
//! turn, and the next slice comes at once for as long as there is more.
//!
//! Promises: however much falls due at one moment, no request waits for more than a slice of it; a
//! reservation for which nothing can be done is set aside for a while, counted, and keeps nobody
//! else waiting. Dear: what is near its time is looked at each time; the rest of the book is not.

use super::actor::{BookingActor, Failed};
use super::booking::Cause;
use super::improve::LOOKS_A_TICK;
use super::quota;
use super::witness::Looked;
use crate::domain::reservation::PIN_MS;
use crate::domain::{Due, Millis, Reservation, ReservationEvent, ReservationState};
use crate::store::{StoreError, Work};
use std::time::Duration;

/// How exactly deadlines are kept. A late tick costs nothing but time: what is due is compared with
/// stored times, and one at which nothing is due reads nothing.
pub const TICK: Duration = Duration::from_millis(250);

/// Changes of one transaction, which others wait for. Whatever is due beyond comes in the next.
const SLICE: usize = 256;

/// How long what could not be done is left alone: so long at first, and doubled each time, up to the
/// most. There may be another bay then, or somebody has seen to the row.
const ASIDE_MS: u64 = 1_000;
const ASIDE_MOST_MS: u64 = 300_000;

/// How long after no other bay was found for a booking one is looked for again.
const NO_BAY_MS: u64 = 5_000;

/// How long after its start a hub concludes nothing from silence: what was reported before it was killed,
/// and what sources have kept while it was away, comes first.
const HEARING_MS: u64 = 60_000;

/// How often old answers are forgotten. Where nothing is old that costs a look into an index.
pub(super) const FORGET_MS: u64 = 60_000;

/// When what is done seldom was last done.
#[derive(Default)]
pub(super) struct Last {
    forgot: Millis,
    vouched: Looked,
}

/// What could not be done for a reservation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Aside {
    until: Millis,
    failures: u32,
}

impl BookingActor {
    /// Does some of what is due by now, in one transaction if anything is; whether there may be more.
    pub(super) async fn slice(&mut self, first: bool) -> Result<bool, StoreError> {
        let now = self.ctx.clock.now();
        // A clock that was ahead when this hub began must not excuse all that comes.
        self.since = self.since.min(now);
        if first {
            self.looks_left = LOOKS_A_TICK;
            self.aside.retain(|id, _| self.index.keeps(*id));
            if self.last.vouched.is_due(now) {
                self.ctx.witness.vouch(self.index.near(now, 0), now);
            }
        }
        let seen = if first { self.look(now) } else { Vec::new() };
        let due = self.due(now);
        let forget = first && self.is_to_forget(now);
        let lost = self.lost.is_to_withdraw(now);
        if due.is_empty() && seen.is_empty() && !forget && !lost {
            return Ok(false);
        }
        let more = due.len() >= SLICE;
        let mut work = self.ctx.store.work().await?;
        if forget {
            // First, as a request does: partners before reservations, so that two hubs do not wait
            // for each other.
            self.forget(&mut work, now).await?;
        }
        self.hand_over(&mut work, now).await?;
        self.note_seen(&mut work, seen).await?;
        self.carry_out_due(&mut work, due, now).await?;
        self.store_use(&mut work).await?;
        work.commit().await?;
        Ok(more)
    }

    async fn carry_out_due(
        &mut self,
        work: &mut Work,
        due: Vec<(Reservation, Due)>,
        now: Millis,
    ) -> Result<(), StoreError> {
        let mut steps = Vec::new();
        let mut others = Vec::new();
        for (r, what) in due {
            match what {
                Due::Expire => steps.push((r, ReservationEvent::Expire, Cause::Clock)),
                what => others.push((r, what)),
            }
        }
        self.step_each(work, &steps, now).await?;
        for (r, what) in others {
            let id = r.id;
            let start = r.span.start;
            work.mark().await?;
            match self.bring(work, r, what, now).await {
                Ok(true) => work.keep().await?,
                Ok(false) => {
                    work.keep().await?;
                    let until = now.plus(NO_BAY_MS);
                    // Not beyond its start: then it has to be told.
                    let until = if now < start { until.min(start) } else { until };
                    self.aside.insert(id, Aside { until, failures: 0 });
                }
                // It has changed meanwhile, and what it has become is looked at next time.
                Err(Failed::No(_)) => {
                    work.undo().await?;
                    self.read_again(work, id).await?;
                }
                Err(Failed::Store(e)) => self.cannot(work, (id, e), now).await?,
            }
        }
        Ok(())
    }

    /// All at once; where that fails, one by one, and what fails then is set aside.
    pub(super) async fn step_each(
        &mut self,
        work: &mut Work,
        steps: &[(Reservation, ReservationEvent, Cause)],
        now: Millis,
    ) -> Result<(), StoreError> {
        if steps.is_empty() {
            return Ok(());
        }
        work.mark().await?;
        let stale = match self.step_all(work, steps).await {
            Ok(stale) => {
                work.keep().await?;
                stale
            }
            Err(e @ StoreError::Unreachable(_)) => return Err(e),
            Err(_) => {
                work.undo().await?;
                return self.step_one_by_one(work, steps, now).await;
            }
        };
        for id in stale {
            self.read_again(work, id).await?;
        }
        Ok(())
    }

    async fn step_one_by_one(
        &mut self,
        work: &mut Work,
        steps: &[(Reservation, ReservationEvent, Cause)],
        now: Millis,
    ) -> Result<(), StoreError> {
        for (r, event, cause) in steps {
            work.mark().await?;
            match self.step(work, r.clone(), *event, *cause).await {
                Ok(_) => work.keep().await?,
                Err(Failed::No(_)) => {
                    work.undo().await?;
                    self.read_again(work, r.id).await?;
                }
                Err(Failed::Store(e)) => self.cannot(work, (r.id, e), now).await?,
            }
        }
        Ok(())
    }

    /// Leaves what has failed as it was, and alone for a while: others must not wait for it.
    async fn cannot(
        &mut self,
        work: &mut Work,
        (id, e): (i64, StoreError),
        now: Millis,
    ) -> Result<(), StoreError> {
        if matches!(e, StoreError::Unreachable(_)) {
            return Err(e);
        }
        work.undo().await?;
        self.read_again(work, id).await?;
        self.ctx.metrics.share.set_aside.inc();
        self.set_aside(id, now, &e);
        Ok(())
    }

    fn set_aside(&mut self, id: i64, now: Millis, why: &StoreError) {
        let before = self.aside.get(&id).map_or(0, |a| a.failures);
        let wait_ms = (ASIDE_MS << before.min(16)).min(ASIDE_MOST_MS);
        let name = self.index.kept(id).map(|r| r.name).unwrap_or_default();
        tracing::warn!(
            reservation = %name, error = %why, wait_ms,
            "what is due for a reservation cannot be done; it is set aside"
        );
        let aside = Aside {
            until: now.plus(wait_ms),
            failures: before.saturating_add(1),
        };
        self.aside.insert(id, aside);
    }

    /// Another hub has been at it: what it has become is read from the store.
    async fn read_again(&mut self, work: &mut Work, id: i64) -> Result<(), StoreError> {
        match work.reservations(&[id]).await?.pop() {
            Some(r) => self.index.put(r),
            None => self.index.forget(id),
        }
        Ok(())
    }

    /// Whether it is time to forget what is remembered for a while; at once where the clock was put
    /// back.
    fn is_to_forget(&self, now: Millis) -> bool {
        let last = self.last.forgot;
        now < last || now.since(last) >= FORGET_MS
    }

    /// Forgets what is remembered for a while.
    async fn forget(&mut self, work: &mut Work, now: Millis) -> Result<(), StoreError> {
        self.last.forgot = now;
        let remembered = self.ctx.config.remember_h * 3_600_000;
        work.forget_answers(Millis(now.0.saturating_sub(remembered)))
            .await?;
        work.forget_use(quota::forgotten(now)).await
    }

    /// What is due and not set aside, as much as one transaction takes.
    fn due(&mut self, now: Millis) -> Vec<(Reservation, Due)> {
        let aside = |id: &i64| {
            let aside = self.aside.get(id);
            // A clock that was put back must not leave it alone for ever.
            aside.filter(|a| now < a.until && a.until.since(now) <= ASIDE_MOST_MS)
        };
        let failed = |id: &i64| aside(id).is_some_and(|a| a.failures > 0);
        let fresh = now.since(self.since) < HEARING_MS;
        let expired = self.index.expired(now).filter(|r| !failed(&r.id));
        let mut due: Vec<_> = expired.take(SLICE).map(|r| (r, Due::Expire)).collect();
        // Bays that are gone are looked at however far ahead, what else may be due only when it is near.
        let near = now.plus(PIN_MS);
        let gone = self.lost.bays();
        let gone = gone.flat_map(|bay| self.index.kept_on(bay));
        let gone = gone.filter(|r| r.span.start > near);
        for r in self.index.near(now, PIN_MS).chain(gone) {
            if due.len() == SLICE {
                break;
            }
            let is_expired = r.state == ReservationState::Held && r.expires_at <= now;
            if is_expired || failed(&r.id) {
                continue;
            }
            match r.due(&self.sight(&r, now), now) {
                Some(what) if waits(&what) && aside(&r.id).is_some() => {}
                // What was said before may not be in the live view yet, or still be on its way.
                Some(what) if fresh && rests_on_silence(&what) => {}
                Some(what) => due.push((r, what)),
                None => {}
            }
        }
        due
    }
}

/// What is concluded from nobody having said that somebody is there.
const fn rests_on_silence(what: &Due) -> bool {
    matches!(
        what,
        Due::TimeUp | Due::MissOut | Due::GiveBack | Due::Ask(_)
    )
}

/// What need not be tried again at once where it could not be done.
const fn waits(what: &Due) -> bool {
    matches!(what, Due::Elsewhere(_, false) | Due::Ask(_) | Due::Safe)
}
