//! What time brings: problems become late, contacts and what is long over are forgotten, doubts end.
//!
//! Promise: one call does a bounded part of it; what is left is done by the next.

use super::desk::{ProblemDesk, ProblemFault};
use crate::domain::problem::{ASKED_MS, DOUBT_MS, DOUBTERS};
use crate::domain::{DoubtedBays, Millis};

const DAY_MS: u64 = 86_400_000;

/// Problems that one call marks as late: with their webhooks they are one transaction.
const MARKED: u32 = 1000;

/// Problems that one call forgets, wholly or who reported them.
const FORGOTTEN: u32 = 500;

impl ProblemDesk {
    /// Does what is due by the clock; how many problems became late.
    ///
    /// # Errors
    /// The store's: what was not done is done by a later call.
    pub async fn tick(&self) -> Result<u64, ProblemFault> {
        let now = self.parts.clock.now();
        let store = &self.parts.store;
        let before = |ms: u64| Millis(now.0.saturating_sub(ms));
        let authority = self.parts.config.authority_partner.as_deref();
        let late = store.mark_overdue(now, authority, MARKED).await?;
        store.forget_contacts(before(ASKED_MS), FORGOTTEN).await?;
        let kept = u64::from(self.parts.config.keep_days) * DAY_MS;
        store.forget_problems(before(kept), FORGOTTEN).await?;
        store.forget_doubts(before(DOUBT_MS)).await?;
        self.tell_doubts(now).await?;
        let [open, overdue] = store.problem_counts().await?;
        self.parts.metrics.problems.stand(&open, &overdue);
        self.parts.metrics.problems.late.inc_by(late);
        let seconds = i64::try_from(now.0 / 1000).unwrap_or(i64::MAX);
        self.parts.metrics.problems.looked.set(seconds);
        Ok(late)
    }

    /// Tells the live view which sensors people doubt.
    pub(super) async fn tell_doubts(&self, now: Millis) -> Result<(), ProblemFault> {
        let since = Millis(now.0.saturating_sub(DOUBT_MS));
        let doubted = self.parts.store.doubted_bays(since, DOUBTERS).await?;
        let registry = &self.parts.registry;
        let known = doubted.into_iter().filter_map(|(bay, partners)| {
            let partners = u8::try_from(partners).unwrap_or(u8::MAX);
            Some((registry.bay(&bay)?, partners))
        });
        self.parts.live.doubt(known.collect::<DoubtedBays>());
        Ok(())
    }
}

#[cfg(test)]
impl ProblemDesk {
    /// So many open problems, for tests of many.
    pub(crate) async fn fill(&self, n: u32) {
        self.parts.store.fill_problems(n).await;
    }
}
