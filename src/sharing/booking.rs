//! Booking a bay and changing a reservation: within the transaction of a command.

mod answer;
mod change;
mod driver;
mod lines;
mod names;
mod offers;
mod owner;
mod pool;
mod room;
mod season;
mod shares;

pub(super) use change::elsewhere;
pub use driver::DriverAct;
pub(super) use lines::{Cause, MOVED};
pub(super) use names::calendar_token;
pub use season::SeasonAct;

use super::actor::{BookingActor, Failed};
use super::alternatives;
use super::ask::{Ask, DeskError, Why};
use super::config::Matching;
use super::search::{Fit, Found};
use crate::domain::{
    Millis, Offer, OfferState, Promise, Reservation, ReservationEvent, ReservationState,
};
use crate::store::{StoreError, Work};
use answer::{Answer, unreadable};
use names::public_name;

/// How often a bay that turned out to be gone is followed by the next. Each time what others have
/// changed is read, so only who is faster in that very moment makes another necessary.
const TRIES: usize = 64;

impl BookingActor {
    /// A driver's request: as answered before, or a hold, or why there is none.
    pub(super) async fn ask(
        &mut self,
        work: &mut Work,
        ask: &Ask,
        won: Option<i64>,
    ) -> Result<Reservation, Failed> {
        let binding = self.ctx.limits.shares;
        let answers = if binding {
            work.lock_partner(&ask.driver).await?
        } else {
            0
        };
        let Some((key, said)) = &ask.key else {
            if binding {
                self.within_shares(work, ask, answers).await?;
            }
            return self.hold(work, ask, won).await;
        };
        if let Some((before, answer)) = work.answered(&ask.driver, key).await? {
            if !said.is(&before) {
                return Err(DeskError::KeyReused.into());
            }
            return Answer::read(&answer)
                .ok_or_else(unreadable)?
                .again(work)
                .await;
        }
        if binding {
            self.within_shares(work, ask, answers).await?;
        }
        let outcome = self.hold(work, ask, won).await;
        let answer = match &outcome {
            Ok(held) => Answer::Held(held),
            Err(Failed::No(DeskError::NoMatch(why))) => Answer::No(*why),
            Err(_) => return outcome,
        };
        work.answer(
            (&ask.driver, key),
            &said.meaning,
            &answer.write(),
            self.ctx.clock.now(),
        )
        .await?;
        outcome
    }

    async fn hold(
        &mut self,
        work: &mut Work,
        ask: &Ask,
        won: Option<i64>,
    ) -> Result<Reservation, Failed> {
        let mut why = Why::Full;
        let mut looked_anew = false;
        for _ in 0..TRIES {
            let found = self.view().find(ask, self.ctx.clock.now());
            why = found.why();
            if found.free.is_empty() && !std::mem::replace(&mut looked_anew, true) {
                // Nobody is told that there is none, or moved, by what was so some time ago.
                if self.look_anew(work, &found).await? {
                    continue;
                }
            }
            // What was won is as cheap as can be without taking another's only bay.
            let best = found
                .free
                .iter()
                .find(|f| Some(f.offer.id) == won)
                .or(found.free.first());
            let best = match best {
                Some(fit) => Some(fit.clone()),
                None => self.seat_in_pool(work, ask.span, &found.full).await?,
            };
            let fit = match best {
                Some(fit) => fit,
                None if self.ctx.config.matching == Matching::Batch && !found.kept.is_empty() => {
                    match self.make_room(work, ask, &found.kept).await? {
                        Some(fit) => fit,
                        None => break,
                    }
                }
                None => break,
            };
            if let Some(held) = self.try_to_hold(work, ask, &fit).await? {
                self.note_alternatives(&held, &found);
                self.ctx.metrics.share.served.inc();
                return Ok(held);
            }
        }
        self.ctx
            .metrics
            .share
            .unserved
            .with_label_values(&[why.name()])
            .inc();
        Err(DeskError::NoMatch(why).into())
    }

    /// `None`: another hub was faster; what it did is known now.
    async fn try_to_hold(
        &mut self,
        work: &mut Work,
        ask: &Ask,
        fit: &Fit,
    ) -> Result<Option<Reservation>, Failed> {
        let new = self.new_reservation(ask, fit, self.ctx.clock.now());
        work.fence().await?;
        let version = Some(fit.offer.version);
        let held = work.book(&new, version, ask.driver_ref.as_ref()).await;
        match held {
            Ok(held) => {
                work.lift(false).await?;
                let what = ReservationState::Held.name();
                self.log(work, &held, what, (Cause::Driver, 0), held.created_at)
                    .await?;
                self.index.put(held.clone());
                Ok(Some(held))
            }
            Err(StoreError::Booked | StoreError::Stale) => {
                work.lift(true).await?;
                self.catch_up(work).await?;
                self.look_again(work, fit).await?;
                Ok(None)
            }
            Err(e) => Err(e.into()),
        }
    }

    /// Lets go of what is held beyond its deadline, and reads what others have changed; whether there
    /// was anything.
    async fn look_anew(&mut self, work: &mut Work, found: &Found) -> Result<bool, Failed> {
        let now = self.ctx.clock.now();
        let bays = found.kept.iter().map(|f| &f.offer.bay);
        let bays = bays.flat_map(|bay| self.index.expired_on(bay, now));
        let pools = found.full.iter();
        let pools = pools.flat_map(|pool| self.index.expired_in(&pool.offer.bay, now));
        let over: Vec<_> = bays
            .chain(pools)
            .map(|r| (r, ReservationEvent::Expire, Cause::Clock))
            .collect();
        if !over.is_empty() {
            self.step_each(work, &over, now).await?;
        }
        Ok(self.catch_up(work).await? || !over.is_empty())
    }

    /// What else would have done is known just now, and will be asked when others want the bay.
    fn note_alternatives(&mut self, held: &Reservation, found: &Found) {
        if self.ctx.config.matching == Matching::Batch && !held.is_soon(held.created_at) {
            let bays = alternatives::best(found.free.iter().chain(&found.kept), held.price_cents);
            self.index.alternatives.note(
                held.id,
                (held.promise.place, held.promise.max_walk_m),
                bays,
            );
        }
    }

    fn new_reservation(&self, ask: &Ask, fit: &Fit, now: Millis) -> Reservation {
        Reservation {
            id: 0,
            name: public_name("rs").into(),
            offer: fit.offer.id,
            bay: fit.bay(),
            owner: fit.offer.owner.clone(),
            driver: ask.driver.clone(),
            state: ReservationState::Held,
            span: ask.span,
            free_at: fit.offer.free_at(ask.span),
            price_cents: fit.price_cents,
            currency: fit.offer.currency,
            promise: Promise {
                place: ask.place,
                max_walk_m: ask.max_walk_m,
                walk_m: fit.walk_m,
                max_price_cents: fit.price_cents,
                flexible: ask.flexible,
                vehicle: ask.vehicle,
            },
            walk_m: fit.walk_m,
            cancel: fit.offer.rules.cancel,
            leave: fit.offer.rules.leave,
            overstay_at: None,
            owed_cents: 0,
            expires_at: now.plus(self.ctx.config.hold_s * 1000),
            created_at: now,
            arrived_at: None,
            came_by_word: false,
            departed_at: None,
            seen_since: None,
            at_risk: None,
            grace_min: change::grace_min(&fit.offer),
            moved: None,
            moves: 0,
            season: None,
            version: 1,
        }
    }

    /// Another hub has been here: what it did to this bay and its offer is read from the store.
    async fn look_again(&mut self, work: &mut Work, fit: &Fit) -> Result<(), StoreError> {
        let offer = &*fit.offer;
        let bay = fit.bay();
        let kept = work.kept_on(&bay).await?;
        self.index.put_bay(&bay, kept);
        match work.lock_offer(offer.id).await {
            Ok(now) => self.index.put_offer(now, &self.ctx.registry),
            Err(StoreError::NoSuch) => {
                self.index.put_offer(
                    Offer {
                        state: OfferState::Withdrawn,
                        ..offer.clone()
                    },
                    &self.ctx.registry,
                );
            }
            Err(e) => return Err(e),
        }
        Ok(())
    }
}

fn absent(e: StoreError) -> Failed {
    match e {
        StoreError::NoSuch => Failed::No(DeskError::NoSuch),
        other => Failed::Store(other),
    }
}
