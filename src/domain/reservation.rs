//! A reservation: what a driver was promised, and the only ways in which it may go on.
//!
//! ```text
//! held -> confirmed <-> active <-> completed
//!   |\        |\
//!   | expired | no_show          cancelled: from held and confirmed
//! ```
//!
//! Promises: [`Reservation::step`] is pure and decides alone. What is over stays over, but for one
//! thing: who was seen to leave may come back within his time, as long as nobody else has the bay.
//! Money moves only by what a [`Transition`] says, so the amounts of a reservation add up to what
//! was paid. [`due`] says what time and the bay's sensor bring.

pub mod due;

use self::due::Risk;
use super::cancelling::CancelRule;
use super::flexible::MOST_MOVES;
use super::overstay::LeaveRule;
use super::span::Span;
use super::vocabulary::vocabulary;
use super::{BayKind, Currency, LatLon, Millis};
use std::sync::Arc;

const MINUTE_MS: u64 = 60_000;

/// How long before its start a stay may begin, by the driver's word.
pub const EARLY_MS: u64 = 10 * MINUTE_MS;

/// How long after its start a bay is kept for who has not come, where its owner does not say.
pub const GRACE_MIN: u32 = 15;

/// How long before its start a booking stops being moved to a better bay.
pub const PIN_MS: u64 = 30 * MINUTE_MS;

vocabulary! {
    /// Where a reservation stands.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum ReservationState {
        Held => "held",
        Confirmed => "confirmed",
        /// The vehicle is there.
        Active => "active",
        Completed => "completed",
        Cancelled => "cancelled",
        /// Held and not confirmed in time.
        Expired => "expired",
        /// Confirmed, and nobody came.
        NoShow => "no_show",
    }
}
use ReservationState::{Active, Cancelled, Completed, Confirmed, Expired, Held, NoShow};

impl ReservationState {
    /// Whether it keeps its bay from others.
    #[must_use]
    pub const fn holds(self) -> bool {
        matches!(self, Held | Confirmed | Active)
    }
}

/// What can happen to one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReservationEvent {
    Confirm,
    /// By the driver.
    Cancel,
    /// By the hub, which has no bay to give: the driver gets everything back.
    Revoke,
    Arrive,
    Depart,
    /// The hold's deadline has passed.
    Expire,
    /// The time of grace has passed.
    MissOut,
    /// Who was taken for the driver was gone in a moment.
    Mistake,
    /// Who was seen to leave is there again.
    Return,
}

impl ReservationEvent {
    pub const ALL: [Self; 9] = [
        Self::Confirm,
        Self::Cancel,
        Self::Revoke,
        Self::Arrive,
        Self::Depart,
        Self::Expire,
        Self::MissOut,
        Self::Mistake,
        Self::Return,
    ];
}

/// Why an event has no effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StepError {
    #[error("it is {} already", .0.name())]
    Over(ReservationState),
    #[error("the hold has expired at {0}")]
    Late(Millis),
    #[error("it must be confirmed first")]
    Unconfirmed,
    #[error("the stay begins at {0}, and may be begun 10 minutes before")]
    Early(Millis),
    #[error("the stay has ended at {0}")]
    Ended(Millis),
    #[error("the vehicle is there: depart instead")]
    Arrived,
    #[error("nobody has arrived")]
    NotArrived,
    #[error("its time has not come")]
    NotDue,
}

/// What an event does: the state it leads to and the money that moves with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transition {
    pub to: ReservationState,
    /// What the driver owes more (or, below 0, less) from now on.
    pub amount_cents: i64,
}

/// What needs a bay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vehicle {
    pub kind: BayKind,
    pub height_cm: Option<u16>,
    /// Wants to charge.
    pub ev: bool,
    /// Needs an accessible bay.
    pub accessible: bool,
}

/// What holds whichever bay it is in the end; a better bay may be given, a worse one never.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Promise {
    pub place: LatLon,
    /// The longest that was asked for.
    pub max_walk_m: u32,
    /// As first told; what leads farther costs less.
    pub walk_m: u32,
    /// As first told, and what a longer stay has added; later bays cost no more.
    pub max_price_cents: i64,
    /// Whether it may be moved so that others fit; otherwise only where its own driver gains.
    pub flexible: bool,
    pub vehicle: Vehicle,
}

/// That the bay is another one than at first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    pub at: Millis,
    /// The bay before.
    pub from: Arc<str>,
    /// Because that bay is taken; otherwise because this one makes room for others.
    pub taken: bool,
}

/// That it is one of those that were booked together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfSeason {
    /// The public id of them all.
    pub name: Arc<str>,
    /// The how manieth of them it is, from 1 on.
    pub number: u32,
}

/// One booking of one bay, or of one place of a pool.
#[derive(Clone, Debug, PartialEq)]
pub struct Reservation {
    /// Its number in the store.
    pub id: i64,
    /// Its public id.
    pub name: Arc<str>,
    /// The offer's number in the store.
    pub offer: i64,
    /// Of a pool: the seat that it has in the book, [`super::pool::seat_name`].
    pub bay: Arc<str>,
    /// The partner whose bay it is.
    pub owner: Arc<str>,
    /// The partner whose app asked.
    pub driver: Arc<str>,
    pub state: ReservationState,
    pub span: Span,
    /// The bay is kept from `span.start` until then.
    pub free_at: Millis,
    pub price_cents: i64,
    pub currency: Currency,
    pub promise: Promise,
    pub walk_m: u32,
    /// What giving it up costs once it is confirmed, as agreed; a later bay's rule only if it is
    /// kinder.
    pub cancel: CancelRule,
    /// What leaving late or early costs, as agreed; a later bay's rule only if it is kinder.
    pub leave: LeaveRule,
    /// Until when the time after its end is charged for; `None`: none is yet.
    pub overstay_at: Option<Millis>,
    /// What all [`Transition`]s and moves until now add up to: what the driver owes for it.
    pub owed_cents: i64,
    /// A hold that is not confirmed by then is none.
    pub expires_at: Millis,
    pub created_at: Millis,
    pub arrived_at: Option<Millis>,
    /// Whether the driver's app has said that he is there; otherwise a sensor has seen somebody.
    pub came_by_word: bool,
    pub departed_at: Option<Millis>,
    /// Since when somebody has been seen in the bay without a break, as far as that is noted.
    pub seen_since: Option<Millis>,
    /// Why the driver may not get the bay.
    pub at_risk: Option<Risk>,
    /// Minutes after the start that a bay is kept for who has not come, as agreed.
    pub grace_min: u32,
    pub moved: Option<Moved>,
    /// How often the hub has moved it, beside moves from a bay that was lost.
    pub moves: u32,
    /// What it was booked together with, if it was.
    pub season: Option<OfSeason>,
    /// Grows with each change.
    pub version: i64,
}

impl Reservation {
    /// What keeps the bay from others.
    #[must_use]
    pub const fn kept(&self) -> Span {
        Span {
            start: self.span.start,
            end: self.free_at,
        }
    }

    /// What `event` does at `now`; `None`: it has been done before, and stands.
    ///
    /// # Errors
    /// Why it does nothing.
    pub fn step(
        &self,
        event: ReservationEvent,
        now: Millis,
    ) -> Result<Option<Transition>, StepError> {
        let to = |to, amount_cents| Ok(Some(Transition { to, amount_cents }));
        match (event, self.state) {
            (ReservationEvent::Return, Completed) if now >= self.span.end => {
                Err(StepError::Ended(self.span.end))
            }
            // What was paid for is his; who has got some of it back has given it up.
            (ReservationEvent::Return, Completed) if self.owed_cents >= self.price_cents => {
                to(Active, 0)
            }
            (ReservationEvent::Return, Held) => Err(StepError::Unconfirmed),

            (ReservationEvent::Confirm | ReservationEvent::Mistake, Confirmed)
            | (
                ReservationEvent::Confirm | ReservationEvent::Arrive | ReservationEvent::Return,
                Active,
            )
            | (ReservationEvent::Cancel | ReservationEvent::Revoke, Cancelled)
            | (ReservationEvent::Depart, Completed)
            | (ReservationEvent::Expire, Expired)
            | (ReservationEvent::MissOut, NoShow) => Ok(None),
            (_, over @ (Completed | Cancelled | Expired | NoShow)) => Err(StepError::Over(over)),

            // The deadline itself is too late: at it the bay is free for others.
            (ReservationEvent::Confirm, Held) if now >= self.expires_at => {
                Err(StepError::Late(self.expires_at))
            }
            (ReservationEvent::Confirm, Held) => to(Confirmed, self.price_cents),

            (ReservationEvent::Cancel | ReservationEvent::Revoke, Held) => to(Cancelled, 0),
            (ReservationEvent::Cancel, Confirmed) => {
                let due = self
                    .cancel
                    .due_cents(self.price_cents, self.span.start, now);
                to(Cancelled, due - self.price_cents)
            }
            (ReservationEvent::Revoke, Confirmed) => to(Cancelled, -self.price_cents),
            (ReservationEvent::Cancel | ReservationEvent::Revoke, Active) => {
                Err(StepError::Arrived)
            }

            (ReservationEvent::Arrive | ReservationEvent::MissOut, Held) => {
                Err(StepError::Unconfirmed)
            }
            (ReservationEvent::Arrive, Confirmed) if now.plus(EARLY_MS) < self.span.start => {
                Err(StepError::Early(self.span.start))
            }
            (ReservationEvent::Arrive, Confirmed) if now >= self.span.end => {
                Err(StepError::Ended(self.span.end))
            }
            (ReservationEvent::Arrive, Confirmed) => to(Active, 0),

            (ReservationEvent::Mistake, Active) => to(Confirmed, 0),

            (ReservationEvent::Depart, Active) => to(Completed, self.overstay_cents(now)),
            (ReservationEvent::Depart, Held | Confirmed) | (ReservationEvent::Mistake, Held) => {
                Err(StepError::NotArrived)
            }

            (ReservationEvent::Expire, Held) if now >= self.expires_at => to(Expired, 0),
            (ReservationEvent::MissOut, Confirmed) if now >= self.missed_at() => to(NoShow, 0),
            (
                ReservationEvent::Expire | ReservationEvent::MissOut | ReservationEvent::Return,
                _,
            ) => Err(StepError::NotDue),
        }
    }

    /// From when on nobody is waited for.
    #[must_use]
    pub fn missed_at(&self) -> Millis {
        let grace = u64::from(self.grace_min) * MINUTE_MS;
        self.span.start.plus(grace).min(self.span.end)
    }

    /// Whether the batch must leave it where it is. What is on a driver's screen and not confirmed yet
    /// is never changed under his eyes.
    #[must_use]
    pub const fn is_pinned(&self, now: Millis) -> bool {
        !matches!(self.state, Confirmed) || self.moves >= MOST_MOVES || self.is_soon(now)
    }

    /// Whether its time is so near that it is not moved to a better bay any more.
    #[must_use]
    pub const fn is_soon(&self, now: Millis) -> bool {
        now.plus(PIN_MS).0 >= self.span.start.0
    }
}

#[cfg(test)]
pub(crate) mod tests;
