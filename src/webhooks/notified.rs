//! How the telling of subscriptions goes, and how much is remembered of what they were told.

use crate::store::SubscriptionTold;
use std::collections::HashMap;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Mutex, PoisonError};

/// Entities of which it is remembered what was told, of all subscriptions.
const REMEMBERED: usize = 2_000_000;

/// How the telling goes, of those that are told by this hub: what the store has may be older.
#[derive(Default)]
pub(in crate::webhooks) struct NotifiedBook {
    by_id: Mutex<HashMap<i64, (SubscriptionTold, bool)>>,
    remembered: AtomicUsize,
}

impl NotifiedBook {
    pub(in crate::webhooks) fn of(&self, id: i64) -> Option<SubscriptionTold> {
        let all = self.by_id.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(&id).map(|(told, _)| *told)
    }

    pub(in crate::webhooks) fn note(&self, id: i64, told: SubscriptionTold) {
        let mut all = self.by_id.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(id, (told, true));
    }

    /// Whether one entity more may be remembered; then it counts.
    pub(in crate::webhooks) fn remembers(&self) -> bool {
        let more = |n: usize| (n < REMEMBERED).then_some(n + 1);
        self.remembered.fetch_update(Relaxed, Relaxed, more).is_ok()
    }

    /// So many are forgotten.
    pub(in crate::webhooks) fn forget(&self, count: usize) {
        self.remembered.fetch_sub(count, Relaxed);
    }

    /// What has come since the last call.
    pub(in crate::webhooks) fn news(&self) -> Vec<(i64, SubscriptionTold)> {
        let mut all = self.by_id.lock().unwrap_or_else(PoisonError::into_inner);
        let news = all.iter_mut().filter(|(_, (_, is_new))| *is_new);
        let taken = news.map(|(id, (told, is_new))| {
            *is_new = false;
            (*id, *told)
        });
        taken.collect()
    }

    /// Forgets all but these.
    pub(in crate::webhooks) fn keep(&self, is_there: impl Fn(i64) -> bool) {
        let mut all = self.by_id.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|id, _| is_there(*id));
    }
}
