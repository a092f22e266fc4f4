//! How far the stream has come, for whoever watches it.

use crate::domain::Millis;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// How far the stream has come; shared with whoever watches.
#[derive(Debug, Default)]
pub struct Progress {
    pub(super) fed: AtomicU64,
    pub(super) applied: AtomicU64,
    pub(super) frontier: AtomicU64,
    pub(super) live: AtomicBool,
    /// Workers that have not told the read model yet what they were started with.
    pub(super) settling: AtomicU64,
}

impl Progress {
    /// What the workers were started with is told to the read model.
    #[must_use]
    pub fn settled(&self) -> bool {
        self.settling.load(Ordering::Acquire) == 0
    }

    /// Claims handed in and not yet applied.
    #[must_use]
    pub fn waiting(&self) -> u64 {
        self.fed
            .load(Ordering::Acquire)
            .saturating_sub(self.applied.load(Ordering::Acquire))
    }

    /// Claims applied since the start.
    #[must_use]
    pub fn applied(&self) -> u64 {
        self.applied.load(Ordering::Acquire)
    }

    /// The replay is over: from now on time passing makes claims lapse.
    pub fn go_live(&self) {
        self.live.store(true, Ordering::Release);
    }

    /// Ingest time below which everything has been applied.
    #[must_use]
    pub fn frontier(&self) -> Millis {
        Millis(self.frontier.load(Ordering::Acquire))
    }
}
