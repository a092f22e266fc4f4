//! One endpoint's rows of the store, in order: the next is known, the others wait where they are.
//!
//! Promise: what came of an attempt is noted before the next row is taken up, however long the store is
//! away.

use super::AGAIN;
use crate::domain::Millis;
use crate::store::{DeliveryRow, DeliveryStatus, Store};

/// After so many rows what is not kept any more is forgotten.
const TRIM_AFTER: u32 = 50;

/// See the module.
pub(super) struct StoredQueue {
    /// There may be rows that are not known here.
    look: bool,
    /// The next one.
    head: Option<DeliveryRow>,
    under_way: bool,
    /// Not asked for again before: the store was away.
    not_before: Millis,
    since_trim: u32,
}

impl Default for StoredQueue {
    fn default() -> Self {
        Self {
            look: true,
            head: None,
            under_way: false,
            not_before: Millis::NEVER,
            since_trim: TRIM_AFTER,
        }
    }
}

impl StoredQueue {
    /// There may be something new.
    pub(super) fn look_again(&mut self) {
        self.look = true;
    }

    /// The next row, if it is due; it is under way then.
    pub(super) async fn due(
        &mut self,
        store: &Store,
        endpoint: i64,
        now: Millis,
    ) -> Option<DeliveryRow> {
        if self.under_way {
            return None;
        }
        if self.look && self.not_before <= now {
            match store.next_delivery(endpoint).await {
                Ok(head) => {
                    self.look = false;
                    self.head = head;
                }
                Err(e) => {
                    tracing::debug!(error = %e, "facts cannot be read now");
                    self.not_before = now.plus(AGAIN.as_millis() as u64);
                    return None;
                }
            }
        }
        let row = self.head.take_if(|head| head.next_at <= now)?;
        self.under_way = true;
        Some(row)
    }

    /// When there is something to do next.
    pub(super) fn next_at(&self) -> Option<Millis> {
        if self.under_way {
            return None;
        }
        if self.look {
            return Some(self.not_before);
        }
        self.head.as_ref().map(|head| head.next_at)
    }

    /// Notes what came of the row that was under way; of the endpoint, at most `most` facts are kept.
    pub(super) async fn note(
        &mut self,
        store: &Store,
        row: DeliveryRow,
        (endpoint, most): (i64, u32),
    ) {
        while let Err(e) = store.note_delivery(&row).await {
            tracing::warn!(error = %e, "what came of a webhook is not noted; tried again");
            tokio::time::sleep(AGAIN).await;
        }
        self.under_way = false;
        self.look = true;
        if row.status == DeliveryStatus::Delivered {
            self.since_trim += 1;
        }
        if self.since_trim > TRIM_AFTER {
            self.since_trim = 0;
            let kept = (most, super::super::config::STATES_KEPT);
            if let Err(e) = store.trim_deliveries(endpoint, kept).await {
                tracing::debug!(error = %e, "the log of webhooks is not trimmed");
            }
        }
    }
}
