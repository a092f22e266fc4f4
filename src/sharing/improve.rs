//! Carrying out what the matcher plans: room for a request that does not fit, and better seats for
//! those who wait.
//!
//! A plan is made from what is known in memory and may be stale when it is carried out. So each
//! step is a fenced part of the transaction: the offer must still be the one that was looked at,
//! the booking must have the version it had, and the store refuses an overlap. A step that is
//! refused is left out, and so is whatever rests on it.

use super::actor::{BookingActor, Failed};
use super::ask::Ask;
use super::booking::elsewhere;
use super::commands::{Command, Snapshot};
use super::plan::{self, Plan, PlanStep};
use super::relocate::{self, RoomSearch};
use super::search::Fit;
use crate::domain::{OfferState, Reservation, Span};
use crate::store::{StoreError, Work};

/// Around so many bays that have become free bookings are looked over at a time.
const MOST_FREED: usize = 256;

/// Bookings that are looked at between two ticks to make room for requests: a tenth of a second,
/// while others wait.
pub(super) const LOOKS_A_TICK: u32 = 50_000;

impl BookingActor {
    pub(super) fn snapshot(&mut self) -> Snapshot {
        let freed = self.index.take_freed(MOST_FREED);
        Snapshot {
            index: self.index.picture(),
            freed,
            live: self.ctx.live.clone(),
            now: self.ctx.clock.now(),
            longest_ms: self.ctx.config.longest_stay_ms(),
            workdays: self.ctx.workdays.clone(),
        }
    }

    /// Moves others so that a request fits; the bay it may have then.
    pub(super) async fn make_room(
        &mut self,
        work: &mut Work,
        ask: &Ask,
        kept: &[Fit],
    ) -> Result<Option<Fit>, Failed> {
        if self.looks_left == 0 {
            return Ok(None);
        }
        let RoomSearch {
            plan,
            looks,
            learnt,
        } = relocate::room(self.view(), ask, kept, self.looks_left);
        self.looks_left = self.looks_left.saturating_sub(looks);
        for (r, bays) in learnt {
            self.index
                .alternatives
                .note(r.id, (r.promise.place, r.promise.max_walk_m), bays);
        }
        let Plan { steps, wanted } = plan;
        let Some(wanted) = wanted else {
            return Ok(None);
        };
        self.carry(work, steps).await?;
        // A step may have been refused; what has come of it is looked up rather than trusted.
        let room = Span {
            start: ask.span.start,
            end: wanted.offer.free_at(ask.span),
        };
        Ok(self
            .index
            .is_free(&wanted.offer.bay, room)
            .then_some(wanted))
    }

    /// Carries out what can be; how many bookings have moved.
    pub(super) async fn carry(
        &mut self,
        work: &mut Work,
        steps: Vec<PlanStep>,
    ) -> Result<usize, Failed> {
        let mut refused = vec![false; steps.len()];
        let mut moved = 0;
        for (at, step) in steps.iter().enumerate() {
            if step.moves.is_empty() {
                continue;
            }
            if step.after.iter().any(|needed| refused[*needed]) {
                refused[at] = true;
                continue;
            }
            work.mark().await?;
            match self.seat_all(work, step).await {
                Ok(now) => {
                    work.keep().await?;
                    moved += now.len();
                    for r in now {
                        self.index.put(r);
                    }
                }
                Err(StoreError::Booked | StoreError::Stale | StoreError::NoSuch) => {
                    work.undo().await?;
                    refused[at] = true;
                    self.ctx
                        .metrics
                        .share
                        .stale_moves
                        .inc_by(step.moves.len() as u64);
                }
                Err(e) => return Err(e.into()),
            }
        }
        self.ctx.metrics.share.moved.inc_by(moved as u64);
        Ok(moved)
    }

    /// First all leave, then all arrive.
    async fn seat_all(
        &self,
        work: &mut Work,
        step: &PlanStep,
    ) -> Result<Vec<Reservation>, StoreError> {
        let now = self.ctx.clock.now();
        for m in &step.moves {
            if m.booking.is_pinned(now) {
                return Err(StoreError::Stale);
            }
            work.unseat(m.booking.id, m.booking.version).await?;
        }
        let mut seated = Vec::with_capacity(step.moves.len());
        for m in &step.moves {
            let offer = work.lock_offer(m.fit.offer.id).await?;
            if offer.version != m.fit.offer.version || offer.state != OfferState::Open {
                return Err(StoreError::Stale);
            }
            let next = elsewhere(&m.booking, &m.fit, false, now);
            let next = work.seat(&next).await?;
            self.log_move(work, &m.booking, &next, now).await?;
            seated.push(next);
        }
        Ok(seated)
    }

    /// Of requests that have gathered, those who want a bay at once bid for it together. Each
    /// winner is told its bay; who has won none comes last, for what is left then.
    pub(super) fn let_bid(&self, group: &mut [Command]) {
        let now = self.ctx.clock.now();
        let mut bidders: Vec<(&Ask, &mut Option<i64>)> =
            group.iter_mut().filter_map(|c| c.wish()).collect();
        bidders.retain(|(ask, _)| ask.is_now(now));
        if bidders.len() < 2 {
            return;
        }
        let asks: Vec<&Ask> = bidders.iter().map(|(ask, _)| *ask).collect();
        let won = plan::at_once(self.view(), &asks);
        for ((_, bay), won) in bidders.into_iter().zip(won) {
            *bay = won;
        }
        group.sort_by_key(|c| matches!(c, Command::Ask(ask, None, _) if ask.is_now(now)));
    }
}
