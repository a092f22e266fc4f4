//! Orders of the authority in a stream: those in force and to come first of all, then each change as it
//! comes.
//!
//! Promises: whoever comes back is told again what stands, so that no order is missed; an emergency is
//! told to everybody, whatever they follow, and any other order to who follows a zone that it concerns.
//! Dear: nothing while no order changes; the text is made once for all.

use crate::domain::{Severity, ZoneIx};
use crate::orders::{OrderBook, StandingOrder};
use std::sync::Arc;
use tokio::sync::watch;

/// What one client has been told.
pub(super) struct OrderNews {
    book: Arc<OrderBook>,
    changes: watch::Receiver<u64>,
    told: u64,
}

impl OrderNews {
    pub(super) fn new(book: &Arc<OrderBook>) -> Self {
        // Before the picture is looked at: what changes in between rings.
        let changes = book.changes();
        Self {
            book: book.clone(),
            changes,
            told: 0,
        }
    }

    /// Waits until there may be something new. Safe to cancel.
    pub(super) async fn changed(&mut self) {
        if self.changes.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// What is to be told first: all that has not ended.
    pub(super) fn standing(&mut self, follows: impl Fn(ZoneIx) -> bool) -> Vec<Arc<str>> {
        let known = self.book.picture();
        self.told = known.newest();
        let mine = known.standing().filter(|one| concerns(one, &follows));
        mine.map(|one| one.told.clone()).collect()
    }

    /// What has changed since this was last asked.
    pub(super) fn take(&mut self, follows: impl Fn(ZoneIx) -> bool) -> Vec<Arc<str>> {
        self.changes.mark_unchanged();
        let known = self.book.picture();
        let news = known.since(self.told).iter();
        let news = news.filter(|one| concerns(one, &follows));
        let told = news.map(|one| one.told.clone()).collect();
        self.told = known.newest();
        told
    }
}

fn concerns(one: &StandingOrder, follows: &impl Fn(ZoneIx) -> bool) -> bool {
    one.order.severity == Severity::Emergency || one.zones.iter().any(|zone| follows(*zone))
}
