//! What a booking app may take of what all share, and how it is told that it has.

use crate::domain::vocabulary;

vocabulary! {
    /// What there is only so much of for one partner.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Share {
        /// Holds that are not confirmed.
        Holds => "holds",
        /// The same of one driver.
        DriverHolds => "driver_holds",
        /// Answers that are remembered for its `Idempotency-Key`s.
        IdempotencyKeys => "idempotency_keys",
    }
}

/// That a share is used up. Nothing was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} of {} {}", .used, .limit, .share.says())]
pub struct UsedUp {
    pub share: Share,
    pub limit: u64,
    pub used: u64,
    /// When there is some of it again if nothing else is done, seconds from now.
    pub retry_after_s: u64,
}

impl Share {
    /// What is counted, after two numbers.
    const fn says(self) -> &'static str {
        match self {
            Self::Holds => "unconfirmed holds are in use; confirm or cancel some",
            Self::DriverHolds => {
                "unconfirmed holds of this driver are in use; confirm or cancel some"
            }
            Self::IdempotencyKeys => {
                "answers to Idempotency-Keys are remembered; send the request without one, or later"
            }
        }
    }
}
