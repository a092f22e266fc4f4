//! Who may take how much of what all share: rates (requests, messages, reports), and shares of what
//! is open at a time (connections, streams). `[limits]` sets them.
//!
//! Promises: whatever many share and one could take has a number here, bounded on both sides; one
//! budget a key, and one an address for strangers; a refusal is counted under the name of what was
//! refused. What is kept to know it is bounded, too.
//!
//! | file | |
//! |---|---|
//! | `owner` | whose share it is |
//! | `shares` | what is held: connections, streams |
//! | `pace`, `buckets` | what is sent: messages, reports; on credit, never dropped |
//! | `requests` | what is asked: HTTP calls; refused when there are too many |
//!
//! Sources that a key enrols are counted by [`KeyAccount`](crate::domain::KeyAccount), holds by the desk
//! of shared bays, the quarantine's room by the journal: each by the numbers kept here.

mod buckets;
mod config;
mod owner;
mod pace;
mod requests;
mod shares;

pub use crate::domain::CallClass;
pub use buckets::Buckets;
pub use config::Config;
pub use owner::Owner;
pub use pace::{Owed, Pace};
pub use requests::{Allowance, RequestRates};
pub use shares::{HeldShare, ShareTaken, Shared, Shares};

use crate::domain::credit::CreditBoard;
use crate::metrics::Metrics;
use std::sync::Arc;

/// All limits of one hub.
pub struct Limits {
    pub shares: Shares,
    pub pace: Pace,
    pub requests: RequestRates,
    /// What partners' credit buys.
    pub credit: Arc<CreditBoard>,
}

impl Limits {
    /// Tells the metrics what may be taken.
    #[must_use]
    pub fn new(config: &Config, metrics: &Arc<Metrics>) -> Self {
        for (name, n, _) in config.bounds() {
            let name = name.strip_prefix("limits.").unwrap_or(name);
            metrics.quota.limit(name, n);
        }
        Self {
            shares: Shares::new(config.clone(), metrics.clone()),
            pace: Pace::new(config),
            requests: RequestRates::new(config),
            credit: Arc::default(),
        }
    }
}
