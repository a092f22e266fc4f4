//! What is asked of the desk, and why it may say no.

use super::quota::UsedUp;
use crate::domain::reservation::StepError;
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
    /// The request's key and the digest of its body: asked twice, it is answered as at first.
    pub key: Option<(Arc<str>, Digest)>,
}

impl Ask {
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
            Self::Price => "no suitable bay within the walk costs as little as max_price_cents",
            Self::Window => "no suitable bay is on offer for all of that time",
            Self::Full => "every suitable bay is taken at that time",
        }
    }
}

/// Why the desk has not done what it was asked to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeskError {
    #[error("{}", .0.says())]
    NoMatch(Why),
    #[error("this Idempotency-Key came with another body before")]
    KeyReused,
    #[error("there is no such thing")]
    NoSuch,
    #[error("{0}")]
    Step(#[from] StepError),
    #[error("this bay is on another offer, which is not withdrawn")]
    Offered,
    #[error("the offer has been changed by somebody else meanwhile")]
    Stale,
    #[error("the offer is withdrawn; make another")]
    Withdrawn,
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

/// What two bodies are compared by.
#[must_use]
pub fn digest(body: &[u8]) -> Digest {
    Sha256::digest(body).into()
}
