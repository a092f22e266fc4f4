//! Booking a bay and changing a reservation: within the transaction of a command.

use super::actor::{BookingActor, Failed};
use super::alternatives;
use super::ask::{Ask, DeskError, Why};
use super::config::Matching;
use super::search::{Fit, Found};
use crate::domain::offer::CalendarToken;
use crate::domain::reservation::Moved;
use crate::domain::{
    Millis, Offer, OfferState, Promise, Reservation, ReservationEvent, ReservationState,
};
use crate::store::{LedgerLine, StoreError, Work};
use rand::RngExt as _;
use std::sync::Arc;

/// How often a bay that turned out to be gone is followed by the next.
const TRIES: usize = 8;

/// Whose doing a change is, as the ledger has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
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

impl BookingActor {
    /// A driver's request: as answered before, or a hold, or why there is none.
    pub(super) async fn ask(
        &mut self,
        work: &mut Work,
        ask: &Ask,
        won: Option<i64>,
    ) -> Result<Reservation, Failed> {
        let Some((key, body)) = &ask.key else {
            return self.hold(work, ask, won).await;
        };
        if let Some((before, answer)) = work.answered(&ask.driver, key).await? {
            if before != *body {
                return Err(DeskError::KeyReused.into());
            }
            return Answer::read(&answer)
                .ok_or_else(unreadable)?
                .again(work)
                .await;
        }
        let outcome = self.hold(work, ask, won).await;
        let answer = match &outcome {
            Ok(held) => Answer::Held(held),
            Err(Failed::No(DeskError::NoMatch(why))) => Answer::No(*why),
            Err(_) => return outcome,
        };
        work.answer((&ask.driver, key), body, &answer.write(), self.clock.now())
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
            let found = self.view().find(ask, self.clock.now());
            why = found.why();
            // What was won is as cheap as can be without taking another's only bay.
            let best = found
                .free
                .iter()
                .find(|f| Some(f.offer.id) == won)
                .or(found.free.first());
            let fit = match best {
                Some(fit) => fit.clone(),
                None if self.config.matching == Matching::Batch && !found.kept.is_empty() => {
                    match self.make_room(work, ask, &found.kept).await? {
                        Some(fit) => fit,
                        None => break,
                    }
                }
                None => break,
            };
            if let Some(held) = self.try_to_hold(work, ask, &fit).await? {
                self.note_alternatives(&held, &found);
                self.metrics.share.served.inc();
                return Ok(held);
            }
        }
        self.metrics
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
        let new = self.new_reservation(ask, fit, self.clock.now());
        work.mark().await?;
        match book(work, fit, &new).await {
            Ok(held) => {
                work.keep().await?;
                self.shelf.put(held.clone());
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
        if self.config.matching == Matching::Batch && !held.is_pinned(held.created_at) {
            let bays = alternatives::best(found.free.iter().chain(&found.kept), held.price_cents);
            self.shelf.alternatives.note(
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
                max_price_cents: fit.price_cents,
                vehicle: ask.vehicle,
            },
            walk_m: fit.walk_m,
            expires_at: now.plus(self.config.hold_s * 1000),
            created_at: now,
            arrived_at: None,
            departed_at: None,
            moved: None,
            version: 1,
        }
    }

    /// Another hub has been here: what it did to this bay and its offer is read from the store.
    async fn look_again(&mut self, work: &mut Work, offer: &Offer) -> Result<(), StoreError> {
        let kept = work.kept_on(&offer.bay).await?;
        self.shelf.put_bay(&offer.bay, kept);
        match work.lock_offer(offer.id).await {
            Ok(now) => self.shelf.put_offer(now, &self.registry),
            Err(StoreError::NoSuch) => {
                self.shelf.put_offer(
                    Offer {
                        state: OfferState::Withdrawn,
                        ..offer.clone()
                    },
                    &self.registry,
                );
            }
            Err(e) => return Err(e),
        }
        Ok(())
    }

    /// An event told by the driver's app.
    pub(super) async fn drive(
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
        self.step(work, r, event, Cause::Driver).await
    }

    /// Takes a reservation, as it is in the store, through an event.
    pub(super) async fn step(
        &mut self,
        work: &mut Work,
        r: Reservation,
        event: ReservationEvent,
        cause: Cause,
    ) -> Result<Reservation, Failed> {
        let now = self.clock.now();
        let Some(mut step) = r.step(event, now).map_err(DeskError::Step)? else {
            return Ok(r);
        };
        let mut next = Reservation {
            state: step.to,
            ..r
        };
        match event {
            ReservationEvent::Arrive => next.arrived_at = Some(now),
            // Nobody has seen when the bay became vacant: what was paid for is what was used.
            ReservationEvent::Depart if cause == Cause::Clock => {
                (next.departed_at, step.amount_cents) = (Some(next.span.end), 0);
                self.in_doubt.push(next.bay.clone());
            }
            ReservationEvent::Depart => next.departed_at = Some(now),
            _ => {}
        }
        let next = match work.advance(&next, now).await {
            // Another hub was faster. The caller may ask again and will then be told how things
            // stand.
            Err(StoreError::Stale) => return Err(DeskError::Stale.into()),
            done => done?,
        };
        work.log(&entry(
            &next,
            next.state.name(),
            cause,
            step.amount_cents,
            now,
        ))
        .await?;
        self.shelf.put(next.clone());
        self.metrics
            .share
            .transitions
            .with_label_values(&[next.state.name()])
            .inc();
        Ok(next)
    }

    /// Gives a booking another bay: its own is taken, or others need it.
    pub(super) async fn reseat(
        &mut self,
        work: &mut Work,
        r: Reservation,
        fit: &Fit,
        taken: bool,
    ) -> Result<Reservation, StoreError> {
        let now = self.clock.now();
        work.unseat(r.id, r.version).await?;
        let (next, refund) = elsewhere(r, fit, taken, now);
        let next = work.seat(&next).await?;
        work.log(&entry(&next, "moved", Cause::Hub, refund, now))
            .await?;
        self.shelf.put(next.clone());
        self.metrics.share.moved.inc();
        Ok(next)
    }

    pub(super) async fn add_offer(
        &mut self,
        work: &mut Work,
        offer: &Offer,
    ) -> Result<Offer, Failed> {
        let offer = Offer {
            name: public_name("of").into(),
            calendar: calendar_token(),
            ..offer.clone()
        };
        work.mark().await?;
        match work.add_offer(&offer).await {
            Ok(made) => {
                work.keep().await?;
                self.shelf.put_offer(made.clone(), &self.registry);
                Ok(made)
            }
            Err(StoreError::Taken) => {
                work.undo().await?;
                Err(DeskError::Offered.into())
            }
            Err(e) => Err(e.into()),
        }
    }

    pub(super) async fn put_offer(
        &mut self,
        work: &mut Work,
        offer: &Offer,
    ) -> Result<Offer, Failed> {
        let now = work.lock_offer(offer.id).await.map_err(absent)?;
        if now.state == OfferState::Withdrawn {
            // Withdrawn twice is withdrawn; anything else comes too late.
            return if offer.state == OfferState::Withdrawn {
                Ok(now)
            } else {
                Err(DeskError::Withdrawn.into())
            };
        }
        if now.version != offer.version {
            return Err(DeskError::Stale.into());
        }
        let made = work.put_offer(offer).await?;
        self.shelf.put_offer(made.clone(), &self.registry);
        Ok(made)
    }
}

/// The row, if the offer is still the one that was looked at.
async fn book(work: &mut Work, fit: &Fit, new: &Reservation) -> Result<Reservation, StoreError> {
    let offer = work.lock_offer(fit.offer.id).await?;
    if offer.version != fit.offer.version || offer.state != OfferState::Open {
        return Err(StoreError::Stale);
    }
    let held = work.book(new).await?;
    work.log(&entry(
        &held,
        ReservationState::Held.name(),
        Cause::Driver,
        0,
        new.created_at,
    ))
    .await?;
    Ok(held)
}

/// The same booking on another bay, and what its driver gets back. It costs no more than was told.
pub(super) fn elsewhere(r: Reservation, fit: &Fit, taken: bool, now: Millis) -> (Reservation, i64) {
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
        moved,
        ..r
    };
    (next, refund)
}

pub(super) fn entry(
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

fn absent(e: StoreError) -> Failed {
    match e {
        StoreError::NoSuch => Failed::No(DeskError::NoSuch),
        other => Failed::Store(other),
    }
}

/// 80 random bits: it cannot be guessed, and says nothing of how many there are.
fn public_name(kind: &str) -> String {
    format!("{kind}_{}", random_digits(16))
}

/// 125 random bits: a secret.
pub(super) fn calendar_token() -> CalendarToken {
    CalendarToken(random_digits(25).into())
}

/// Of 5 bits each; at most 25.
fn random_digits(count: usize) -> String {
    const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let bits: u128 = rand::rng().random();
    (0..count)
        .map(|at| char::from(DIGITS[(bits >> (5 * at) & 31) as usize]))
        .collect()
}

fn unreadable() -> Failed {
    Failed::Store(StoreError::Failed(
        "request: an answer that cannot be read".into(),
    ))
}

/// What was answered, as it is kept: the text is this file's own.
enum Answer<'a> {
    Held(&'a Reservation),
    No(Why),
}

impl Answer<'_> {
    /// `held rs_... price walk bay` - what may change later is kept as it was told - or `no full`.
    fn write(&self) -> String {
        match self {
            Self::Held(r) => format!("held {} {} {} {}", r.name, r.price_cents, r.walk_m, r.bay),
            Self::No(why) => format!("no {}", why.name()),
        }
    }

    fn read(text: &str) -> Option<KeptAnswer> {
        let words: Vec<&str> = text.split(' ').collect();
        match words[..] {
            ["held", name, price, walk, bay] => Some(KeptAnswer::Held {
                name: name.to_owned(),
                price_cents: price.parse().ok()?,
                walk_m: walk.parse().ok()?,
                bay: bay.into(),
            }),
            ["no", why] => Why::parse(why).map(KeptAnswer::No),
            _ => None,
        }
    }
}

/// An answer read back.
enum KeptAnswer {
    Held {
        name: String,
        price_cents: i64,
        walk_m: u32,
        bay: Arc<str>,
    },
    No(Why),
}

impl KeptAnswer {
    /// The answer as it was given, whatever has become of the reservation since.
    async fn again(self, work: &mut Work) -> Result<Reservation, Failed> {
        match self {
            Self::No(why) => Err(DeskError::NoMatch(why).into()),
            Self::Held {
                name,
                price_cents,
                walk_m,
                bay,
            } => {
                let r = work.reservation(&name).await?;
                let state = ReservationState::Held;
                let arrived_at = None;
                let departed_at = None;
                let moved = None;
                Ok(Reservation {
                    bay,
                    state,
                    price_cents,
                    walk_m,
                    arrived_at,
                    departed_at,
                    moved,
                    ..r
                })
            }
        }
    }
}
