//! Which subscriptions are told: a lane each, started and ended as they come and go.

use super::lane::SubscriptionLane;
use crate::store::{StoreError, SubscriptionRow};
use crate::webhooks::lane::LaneHost;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use tokio::task::{AbortHandle, JoinSet};

struct RunningSubscription {
    row: Arc<SubscriptionRow>,
    stop: AbortHandle,
}

/// See the module.
#[derive(Default)]
pub(in crate::webhooks) struct SubscriptionLanes {
    running: HashMap<i64, RunningSubscription>,
    tasks: JoinSet<()>,
}

impl SubscriptionLanes {
    /// Starts and ends lanes by what the store has; these partners are told nothing.
    pub(in crate::webhooks) async fn read(
        &mut self,
        host: &Arc<LaneHost>,
        suspended: &BTreeSet<String>,
    ) -> Result<(), StoreError> {
        while self.tasks.try_join_next().is_some() {}
        let now = host.clock.now();
        let rows = host.store.subscriptions().await?;
        let all: HashMap<i64, Arc<SubscriptionRow>> = rows
            .into_iter()
            .map(|row| (row.id, Arc::new(row)))
            .collect();
        host.notified.keep(|id| all.contains_key(&id));
        let is_told = |row: &SubscriptionRow| {
            row.is_active
                && row.expires_at.is_none_or(|until| until > now)
                && !suspended.contains(&row.partner)
        };
        self.running.retain(|id, lane| {
            let row = all.get(id).filter(|row| is_told(row));
            let is_same = row.is_some_and(|row| is_same_wish(&lane.row, row));
            let goes_on = is_same && !lane.stop.is_finished();
            if !goes_on {
                lane.stop.abort();
            }
            goes_on
        });
        for (id, row) in all {
            if !is_told(&row) || self.running.contains_key(&id) {
                continue;
            }
            if let Some(lane) = SubscriptionLane::new(host.clone(), row.clone()) {
                let stop = self.tasks.spawn(lane.run());
                self.running.insert(id, RunningSubscription { row, stop });
            }
        }
        let count = i64::try_from(self.running.len()).unwrap_or(i64::MAX);
        host.metrics.webhooks.subscriptions.set(count);
        Ok(())
    }

    /// Writes down how the telling goes.
    pub(in crate::webhooks) async fn write(&self, host: &LaneHost) -> Result<(), StoreError> {
        let news = host.notified.news();
        if news.is_empty() {
            return Ok(());
        }
        host.store.note_subscriptions(&news).await
    }

    /// Ends all: another hub tells.
    pub(in crate::webhooks) fn stop(&mut self) {
        self.running.drain().for_each(|(_, lane)| lane.stop.abort());
    }

    pub(in crate::webhooks) async fn shutdown(&mut self) {
        self.tasks.shutdown().await;
    }
}

/// Whether a lane for the one can go on for the other.
fn is_same_wish(old: &SubscriptionRow, new: &SubscriptionRow) -> bool {
    let told = old.told;
    SubscriptionRow {
        told,
        ..new.clone()
    } == *old
}
