//! Writes what partners make of the hub to the store: every ten seconds, as each hour ends, and once
//! more when nobody is left to be counted.
//!
//! Promise: a hub that is killed loses what was counted in its last ten seconds at most; one whose
//! store is away loses nothing that there is room for.

use super::Shared;
use crate::domain::Clock;
use crate::domain::turnover::HOUR_MS;
use crate::partners::{Keys, UsageBook};
use crate::store::Store;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// Between two writings.
const EVERY: Duration = Duration::from_secs(10);

/// So much before an hour ends it is written, so that what is counted in it is in it.
const BEFORE_IT_ENDS: u64 = 100;

/// The book of one run of a hub.
pub(super) fn open(keys: &Arc<Keys>, store: &Store, shared: &Shared) -> Arc<UsageBook> {
    let writer = format!("{:032x}", rand::random::<u128>());
    let clock = shared.clock.clone();
    let metrics = shared.metrics.clone();
    let book = UsageBook::new(keys.clone(), store.clone(), clock, metrics, writer);
    Arc::new(book)
}

/// Writes until the hub closes, and forgets what is too old.
pub(super) async fn keep(
    book: Arc<UsageBook>,
    clock: Arc<dyn Clock>,
    mut closed: watch::Receiver<bool>,
) {
    let mut hour = 0;
    loop {
        let now = clock.now().0;
        let left = HOUR_MS - now % HOUR_MS;
        let left = Duration::from_millis(left.saturating_sub(BEFORE_IT_ENDS).max(BEFORE_IT_ENDS));
        tokio::select! {
            () = tokio::time::sleep(EVERY.min(left)) => {}
            _ = closed.wait_for(|c| *c) => return,
        }
        write(&book).await;
        if now / HOUR_MS != hour {
            hour = now / HOUR_MS;
            if let Err(e) = book.forget().await {
                tracing::warn!(error = %e, "old usage could not be forgotten; tried again in an hour");
            }
        }
    }
}

/// Writes what is left.
pub(super) async fn last(book: &UsageBook) {
    write(book).await;
}

async fn write(book: &UsageBook) {
    if let Err(e) = book.flush().await {
        tracing::warn!(error = %e, "partners' usage could not be written; tried again later");
    }
}
