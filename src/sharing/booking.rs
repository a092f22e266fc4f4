//! Booking a bay and changing a reservation: within the transaction of a command.

mod answer;
mod change;
mod driver;
mod lines;
mod names;
mod offers;
mod owner;
mod shares;

pub(super) use change::elsewhere;
pub use driver::DriverAct;
pub(super) use lines::{Cause, MOVED};
pub(super) use names::calendar_token;

use super::actor::{BookingActor, Failed};
use super::alternatives;
use super::ask::{Ask, DeskError, Why};
use super::config::Matching;
use super::search::{Fit, Found};
use crate::domain::{Millis, Offer, OfferState, Promise, Reservation, ReservationState};
use crate::store::{DriverRef, StoreError, Work};
use answer::{Answer, unreadable};
use names::public_name;

/// How often a bay that turned out to be gone is followed by the next.
const TRIES: usize = 8;

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
        for _ in 0..TRIES {
            let found = self.view().find(ask, self.ctx.clock.now());
            why = found.why();
            // What was won is as cheap as can be without taking another's only bay.
            let best = found
                .free
                .iter()
                .find(|f| Some(f.offer.id) == won)
                .or(found.free.first());
            let fit = match best {
                Some(fit) => fit.clone(),
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
        work.mark().await?;
        match self.book(work, fit, &new, ask.driver_ref.as_ref()).await {
            Ok(held) => {
                work.keep().await?;
                self.index.put(held.clone());
                Ok(Some(held))
            }
            Err(StoreError::Booked | StoreError::Stale | StoreError::NoSuch) => {
                work.undo().await?;
                self.look_again(work, &fit.offer).await?;
                Ok(None)
            }
            Err(e) => Err(e.into()),
        }
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
            bay: fit.offer.bay.clone(),
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
            version: 1,
        }
    }

    /// Another hub has been here: what it did to this bay and its offer is read from the store.
    async fn look_again(&mut self, work: &mut Work, offer: &Offer) -> Result<(), StoreError> {
        let kept = work.kept_on(&offer.bay).await?;
        self.index.put_bay(&offer.bay, kept);
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

    /// The row, if the offer is still the one that was looked at.
    async fn book(
        &self,
        work: &mut Work,
        fit: &Fit,
        new: &Reservation,
        driver: Option<&DriverRef>,
    ) -> Result<Reservation, StoreError> {
        let offer = work.lock_offer(fit.offer.id).await?;
        if offer.version != fit.offer.version || offer.state != OfferState::Open {
            return Err(StoreError::Stale);
        }
        let held = work.book(new, driver).await?;
        let event = ReservationState::Held.name();
        self.log(work, &held, event, (Cause::Driver, 0), new.created_at)
            .await?;
        Ok(held)
    }
}

fn absent(e: StoreError) -> Failed {
    match e {
        StoreError::NoSuch => Failed::No(DeskError::NoSuch),
        other => Failed::Store(other),
    }
}
