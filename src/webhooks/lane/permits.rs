//! How many attempts are made at once by the whole hub: 256.
//!
//! Promise: who has not answered well does not wait beside who does. Endpoints that answer well, those
//! that have not been tried since the start, and those whose last attempt failed have permits of their
//! own; whatever the last two do, the first are not kept waiting. Fifty that were well and hang at once
//! hold 150, and only for the 15 s of an attempt.

use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How an endpoint has done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::webhooks) enum PostStanding {
    /// Its last attempt was taken, and soon.
    Well,
    /// It has not been tried since the start.
    New,
    Failing,
}

/// For each standing, in their order.
const PERMITS: [usize; 3] = [168, 64, 24];

/// See the module.
pub(in crate::webhooks) struct AttemptPermits([Arc<Semaphore>; 3]);

impl Default for AttemptPermits {
    fn default() -> Self {
        Self(PERMITS.map(|n| Arc::new(Semaphore::new(n))))
    }
}

impl AttemptPermits {
    /// Waits for one. `None` never comes: they are not closed.
    pub(in crate::webhooks) async fn take(&self, of: PostStanding) -> Option<OwnedSemaphorePermit> {
        self.0[of as usize].clone().acquire_owned().await.ok()
    }

    /// One for an endpoint that is not known to answer, if one is free.
    pub(in crate::webhooks) fn take_now(&self) -> Option<OwnedSemaphorePermit> {
        self.0[PostStanding::New as usize]
            .clone()
            .try_acquire_owned()
            .ok()
    }

    /// Attempts that are being made.
    pub(in crate::webhooks) fn under_way(&self) -> usize {
        let free: usize = self.0.iter().map(|s| s.available_permits()).sum();
        PERMITS.iter().sum::<usize>() - free
    }
}
