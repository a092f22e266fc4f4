//! What partners' credit buys now, for all who ask with every call and report.
//!
//! Promises: a look takes no lock. What is not on it has the usual quota, and is believed.

use arc_swap::ArcSwap;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// A partner's credit, and what hangs on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CreditStanding {
    /// In 1/65,535².
    pub credit: i64,
    /// By what a quota is multiplied, in 1/1,000: from 1,000 on.
    pub factor: u32,
    /// Its reports weigh as if it were sure by a half.
    pub doubted: bool,
}

impl Default for CreditStanding {
    fn default() -> Self {
        Self {
            credit: 0,
            factor: 1000,
            doubted: false,
        }
    }
}

/// See the module.
#[derive(Debug, Default)]
pub struct CreditBoard {
    all: ArcSwap<HashMap<Arc<str>, CreditStanding>>,
    any_doubted: AtomicBool,
}

impl CreditBoard {
    /// How a partner stands.
    #[must_use]
    pub fn of(&self, partner: &str) -> CreditStanding {
        self.all.load().get(partner).copied().unwrap_or_default()
    }

    /// By what its quota is multiplied, in 1/1,000.
    #[must_use]
    pub fn factor(&self, partner: &str) -> u32 {
        self.of(partner).factor
    }

    /// Whether its reports weigh less. Costs next to nothing while that is so of nobody.
    #[must_use]
    pub fn doubts(&self, partner: &str) -> bool {
        self.any_doubted.load(Relaxed) && self.of(partner).doubted
    }

    /// From now on.
    pub fn put(&self, all: HashMap<Arc<str>, CreditStanding>) {
        let any = all.values().any(|s| s.doubted);
        self.all.store(Arc::new(all));
        self.any_doubted.store(any, Relaxed);
    }
}
