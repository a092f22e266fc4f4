//! What is asked of the desk, and why it may say no.

use super::quota::UsedUp;
use crate::domain::reservation::{EARLY_MS, StepError};
use crate::domain::vocabulary;
use crate::domain::{Currency, LatLon, Millis, Span, Vehicle, offer};
use crate::store::{Digest, DriverRef, StoreError};
use sha2::{Digest as _, Sha256};
use std::sync::Arc;

/// A driver wants a bay.
#[derive(Clone, Debug)]
pub struct Ask {
    /// The partner whose app asks.
    pub driver: Arc<str>,
    /// Whom it asks for, if it says so.
    pub driver_ref: Option<DriverRef>,
    pub place: LatLon,
    pub span: Span,
    pub max_walk_m: u32,
    /// For the whole stay; `None`: whatever it costs.
    pub max_price_cents: Option<i64>,
    pub currency: Currency,
    pub vehicle: Vehicle,
    /// May be moved so that others fit, and pays less for that.
    pub flexible: bool,
    /// The request's key and what it says: asked twice, it is answered as at first.
    pub key: Option<(Arc<str>, Said)>,
}

/// What two requests with one key are compared by: either will do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Said {
    /// Of [`Ask::meaning`]. This is what is kept.
    pub meaning: Digest,
    /// Of the body's bytes, which is what was kept before meanings were compared.
    pub bytes: Digest,
}

impl Said {
    /// Of a request with that meaning that came as `body`.
    #[must_use]
    pub fn new(meaning: Digest, body: &[u8]) -> Self {
        let bytes = digest(body);
        Self { meaning, bytes }
    }

    /// Whether the answer to a request of which `kept` was kept is the answer to this.
    pub(super) fn is(&self, kept: &Digest) -> bool {
        self.meaning == *kept || self.bytes == *kept
    }
}

impl Ask {
    /// The digest of what is asked for, in whatever words: the order of members, white space, the
    /// form of a number or a time and a default that is said make no difference. `at_once`: no start
    /// was given, so that now is meant whenever that is.
    #[must_use]
    pub fn meaning(&self, at_once: bool) -> Digest {
        let Vehicle {
            kind,
            height_cm,
            ev,
            accessible,
        } = self.vehicle;
        let start = (!at_once).then_some(self.span.start.0);
        // Adding 0 makes one of the two zeros. No body begins like this: it begins with a brace.
        let mut text = format!(
            "2 {:?} {:?} {start:?} {} {} {:?} {} {kind:?} {height_cm:?} {ev} {accessible} {:?}",
            self.place.lat + 0.0,
            self.place.lon + 0.0,
            self.span.end.0,
            self.max_walk_m,
            self.max_price_cents,
            self.currency,
            self.driver_ref,
        );
        // What is not said must mean what it did before this could be said.
        if self.flexible {
            text.push_str(" flexible");
        }
        digest(text.as_bytes())
    }

    /// Whether it begins so soon that whoever is seen in a bay now would be in the way.
    pub(super) fn is_soon(&self, now: Millis) -> bool {
        self.span.start <= now.plus(EARLY_MS)
    }

    /// Whether the driver wants it at once, so that what a sensor sees now decides.
    pub(super) fn is_now(&self, now: Millis) -> bool {
        self.span.start <= now.plus(offer::NOW_MS)
    }
}

vocabulary! {
    /// Why no bay suits: the first thing in this order that none of them passes.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
    pub enum Why {
        /// No bay is on offer within the walk.
        Walk => "walk",
        /// None that the vehicle may use.
        Vehicle => "vehicle",
        /// None in that currency.
        Currency => "currency",
        /// None for that price.
        Price => "price",
        /// None for those hours.
        Window => "window",
        /// All that would do are taken.
        Full => "full",
    }
}

impl Why {
    /// The same for a driver to read.
    #[must_use]
    pub const fn says(self) -> &'static str {
        match self {
            Self::Walk => "no shared bay is on offer within max_walk_m of the place",
            Self::Vehicle => "no shared bay within the walk takes this vehicle",
            Self::Currency => {
                "the shared bays within the walk that take this vehicle are priced in another \
                 currency than the one asked for (`currency`; the hub's own if not said)"
            }
            Self::Price => "no suitable bay within the walk costs as little as max_price_cents",
            Self::Window => "no suitable bay is on offer for all of that time",
            Self::Full => "every suitable bay is taken at that time",
        }
    }
}

/// A driver wants a bay again and again: all of it, or nothing.
#[derive(Clone, Debug)]
pub struct SeasonAsk {
    /// Of the first time; its highest price is that of all together, and it is not `flexible`.
    pub ask: Ask,
    /// Each time, in order: none meets the next.
    pub times: Vec<Span>,
    /// From the first day to the last: what is paid for by the month.
    pub whole: Span,
}

impl SeasonAsk {
    /// As [`Ask::meaning`].
    #[must_use]
    pub fn meaning(&self) -> Digest {
        // No body begins like this, nor what a single request means.
        let mut text = b"season ".to_vec();
        text.extend_from_slice(&self.ask.meaning(false));
        for time in self.times.iter().chain([&self.whole]) {
            text.extend_from_slice(&time.start.0.to_be_bytes());
            text.extend_from_slice(&time.end.0.to_be_bytes());
        }
        digest(&text)
    }
}

/// Why the desk has not done what it was asked to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeskError {
    #[error("{}", .0.says())]
    NoMatch(Why),
    /// No offer has all the times of a season; those that the best of them has not, and why.
    #[error("{}", .0.says())]
    NoSeason(Why, Vec<(Span, Why)>),
    #[error("this Idempotency-Key came with another body before")]
    KeyReused,
    #[error("there is no such thing")]
    NoSuch,
    #[error("{0}")]
    Step(#[from] StepError),
    #[error("this bay is on another offer, which is not withdrawn")]
    Offered,
    /// More than the partner has in a zone, and what else is on offer there at that time.
    #[error(
        "you have {there} bays in zone {zone}, and {others} of them are on other offers at the same time"
    )]
    TooMany {
        zone: String,
        there: u32,
        others: u32,
    },
    #[error("the offer has been changed by somebody else meanwhile")]
    Stale,
    #[error("the offer is withdrawn; make another")]
    Withdrawn,
    #[error("the bay's sensor sees nobody there; say so again in a moment if somebody is")]
    SeenVacant,
    #[error("the stay has begun: its driver is not sent away")]
    UnderWay,
    #[error("it ends at {0} already, and can only be made longer")]
    Shorter(Millis),
    #[error("too much at once")]
    Busy,
    /// The partner's part of what all share.
    #[error("{0}")]
    UsedUp(#[from] UsedUp),
    /// Nothing was promised.
    #[error("{0}")]
    Unavailable(String),
}

impl From<StoreError> for DeskError {
    fn from(e: StoreError) -> Self {
        match e {
            StoreError::NoSuch => Self::NoSuch,
            StoreError::Stale => Self::Stale,
            other => Self::Unavailable(other.to_string()),
        }
    }
}

/// Of a body, or of what it means.
#[must_use]
pub fn digest(body: &[u8]) -> Digest {
    Sha256::digest(body).into()
}
