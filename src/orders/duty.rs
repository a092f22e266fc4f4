//! What time brings: orders begin and end, confirmations run out, and what an operator sees of it.

use super::desk::OrderDesk;
use crate::domain::{Confirmation, Millis, Order, OrderState};
use crate::health::Part;
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

/// How often time is looked at.
const LOOK: Duration = Duration::from_millis(200);

/// How long a request's key is remembered, ms, and how often old ones are forgotten.
const REMEMBERED_MS: u64 = 86_400_000;
const FORGET_MS: u64 = 3_600_000;

impl OrderDesk {
    /// Counts the orders of a picture that was not counted yet: between two pictures nothing of them
    /// changes.
    pub(super) fn gauge(&self) {
        // Held throughout: who counts later never counts an older picture.
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let known = self.book.picture();
        if counted.replace(known.made) == Some(known.made) {
            return;
        }
        let now = self.clock.now();
        let count = |is: &dyn Fn(&Order) -> bool| {
            let some = known.standing().filter(|o| is(&o.order));
            i64::try_from(some.count()).unwrap_or(i64::MAX)
        };
        let to = &self.metrics.orders;
        to.planned
            .set(count(&|o| o.state(now) == OrderState::Planned));
        to.active
            .set(count(&|o| o.state(now) == OrderState::Active));
        let unconfirmed = count(&|o| o.confirmation(now) == Some(Confirmation::Unconfirmed));
        to.unconfirmed.set(unconfirmed);
        if unconfirmed > 0 {
            let note = format!("{unconfirmed} emergency orders have no second key");
            self.health.note(Part::Orders, note);
        } else {
            self.health.no_note(Part::Orders);
        }
    }

    /// Follows time and the city until the hub closes.
    pub async fn run(self: Arc<Self>, mut closed: watch::Receiver<bool>) {
        let mut every = tokio::time::interval(LOOK);
        every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut forgot = Millis::NEVER;
        loop {
            tokio::select! {
                _ = closed.wait_for(|c| *c) => return,
                _ = every.tick() => {}
            }
            self.book.follow();
            self.gauge();
            let now = self.clock.now();
            if now.since(forgot) >= FORGET_MS {
                forgot = now;
                let until = Millis(now.0.saturating_sub(REMEMBERED_MS));
                if let Err(e) = self.store.forget_order_requests(until).await {
                    tracing::debug!(error = %e, "old requests for orders are kept a while longer");
                }
            }
        }
    }
}
