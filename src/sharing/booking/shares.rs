//! Whether a partner has still room in its shares, and what it makes of them.

use crate::domain::Millis;
use crate::sharing::actor::{BookingActor, Failed};
use crate::sharing::ask::{Ask, DeskError};
use crate::sharing::quota::{self, Share, UsedUp};
use crate::sharing::tick::FORGET_MS;
use crate::store::{StoreError, UseRecord, Work};
use std::sync::Arc;

impl BookingActor {
    /// Whether the partner may have another hold and, if the request has a key, another answer
    /// remembered. Nobody else gives it one before the work ends.
    pub(super) async fn within_shares(
        &mut self,
        work: &mut Work,
        ask: &Ask,
        answers: u64,
    ) -> Result<(), Failed> {
        let limits = &self.ctx.limits;
        let now = self.ctx.clock.now();
        let most = u64::from(limits.idempotency_keys_per_partner);
        if ask.key.is_some() && answers >= most {
            let oldest = work.oldest_answer(&ask.driver).await?.unwrap_or(now);
            // What is over is forgotten at the next look.
            let remembered = self.ctx.config.remember_h * 3_600_000 + FORGET_MS;
            let again = oldest.plus(remembered);
            return Err(self.used_up(Share::IdempotencyKeys, most, answers, again));
        }
        let driver = ask.driver_ref.as_ref();
        let per_driver = u64::from(limits.holds_per_driver);
        let held = work.holds(&ask.driver, driver, now).await?;
        let base = quota::base(limits, self.index.on_offer(now));
        if held.all >= quota::least(base) {
            let after = quota::forgotten(now);
            let record = work
                .use_record(&ask.driver, after, quota::hour(now))
                .await?;
            let most = quota::lowered(base, record);
            if held.all >= most {
                let ends = work
                    .holds_end(&ask.driver, None, now, held.all - most)
                    .await?;
                return Err(self.used_up(Share::Holds, most, held.all, ends.unwrap_or(now)));
            }
        }
        if held.of_driver >= per_driver {
            let over = held.of_driver - per_driver;
            let ends = work.holds_end(&ask.driver, driver, now, over).await?;
            let ends = ends.unwrap_or(now);
            return Err(self.used_up(Share::DriverHolds, per_driver, held.of_driver, ends));
        }
        Ok(())
    }

    fn used_up(&self, share: Share, limit: u64, used: u64, again: Millis) -> Failed {
        self.ctx.metrics.quota.refused(share.name());
        let wait = again.since(self.ctx.clock.now());
        Failed::No(DeskError::UsedUp(UsedUp {
            share,
            limit,
            used,
            retry_after_s: wait.div_ceil(1000).max(1),
        }))
    }

    /// Notes what has been made of a reservation, for the record of its partner.
    pub(super) fn note_use(&mut self, partner: &Arc<str>, more: UseRecord) {
        if self.ctx.limits.shares && more.used + more.wasted > 0 {
            let sum = self.made.entry(partner.clone()).or_default();
            sum.used += more.used;
            sum.wasted += more.wasted;
        }
    }

    /// Stores what was noted. In the order of partners, so that two hubs do not wait for each other.
    pub(in crate::sharing) async fn store_use(
        &mut self,
        work: &mut Work,
    ) -> Result<(), StoreError> {
        let hour = quota::hour(self.ctx.clock.now());
        for (partner, more) in std::mem::take(&mut self.made) {
            work.add_use(&partner, hour, more).await?;
        }
        Ok(())
    }
}
