//! What time brings: problems become late or somebody else's, contacts and what is long over are forgotten,
//! doubts end.
//!
//! Promise: one call does a bounded part of it; what is left is done by the next.

use super::desk::{ProblemDesk, ProblemDeskParts, ProblemFault};
use crate::domain::problem::{ASKED_MS, DOUBT_MS, DOUBTERS};
use crate::domain::{DoubtedBays, Millis};
use std::sync::PoisonError;

const DAY_MS: u64 = 86_400_000;

/// Problems that one call marks as late: with their webhooks they are one transaction.
const MARKED: u32 = 1000;

/// Open problems of which one call looks whose they are.
const ROUTED: u32 = 2000;

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
        self.route().await?;
        self.tell_doubts(now).await?;
        let [open, overdue] = store.problem_counts().await?;
        self.parts.metrics.problems.stand(&open, &overdue);
        self.parts.metrics.problems.late.inc_by(late);
        let seconds = i64::try_from(now.0 / 1000).unwrap_or(i64::MAX);
        self.parts.metrics.problems.looked.set(seconds);
        Ok(late)
    }

    /// Brings open problems to whom their places belong to now: operators, owners and names that somebody
    /// has chosen change. A part of them at a time, all in turn.
    async fn route(&self) -> Result<(), ProblemFault> {
        let Some(owners) = self.owners() else {
            return Ok(());
        };
        let ProblemDeskParts {
            store,
            registry,
            self_named,
            ..
        } = &self.parts;
        // Before anything is read: what changes from here on is looked at by the next round.
        let city = registry.city().clone();
        let stamp = [city.picture(), owners.changes(), self_named.changes()];
        let round = *self.round.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(round) = round.at(stamp) else {
            return Ok(());
        };
        let places = store.problem_places(round.after, ROUTED).await?;
        let is_last = places.len() < ROUTED as usize;
        let last = places.last().filter(|_| !is_last).map(|one| one.id);
        for one in places {
            let zone = one.zone.as_deref().and_then(|zone| registry.zone(zone));
            let bay = one.bay.as_deref().and_then(|bay| registry.bay(bay));
            // What is gone from the registry stays with whom it was.
            let is_gone = zone.is_none_or(|zone| city.zone(zone).removed);
            if one.zone.is_some() && is_gone {
                continue;
            }
            let (_, of) = self.answers_for(&city, (bay, zone), one.code);
            if of.operator != one.operator || of.partner != one.partner {
                let partner = of.partner.as_deref();
                store.route_problem(one.id, &of.operator, partner).await?;
            }
        }
        *self.round.lock().unwrap_or_else(PoisonError::into_inner) = round.up_to(last);
        Ok(())
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
