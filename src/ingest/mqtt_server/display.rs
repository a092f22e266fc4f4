//! One connection's watch over the zones it subscribed to: rounds, at most one a second, of what
//! has changed.
//!
//! Promises: what is shown is read when it is written out, so the newest wins; the last state of a
//! zone always comes. Memory is the watch's own (a bit a zone) and one list of zones, however slow
//! the client is.

use crate::domain::ZoneIx;
use crate::ingest::board::Watch;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// The least time between two messages of one zone.
const ROUND: Duration = Duration::from_secs(1);

#[derive(Default)]
pub(super) struct Display {
    watch: Option<Box<dyn Watch>>,
    /// Zones of this round that are still to be shown.
    pending: Vec<ZoneIx>,
    /// Whether `pending` is the current state that follows a subscription.
    current: bool,
    /// When the next round may begin; `None`: at once.
    next: Option<Instant>,
}

impl Display {
    /// Begins anew with `watch`: every zone of it is shown at once, as its current state, but for
    /// those that `loud` does not name.
    pub(super) fn begin(&mut self, mut watch: Box<dyn Watch>, loud: &dyn Fn(ZoneIx) -> bool) {
        self.pending.clear();
        watch.take(&mut self.pending);
        self.pending.retain(|zone| loud(*zone));
        self.watch = Some(watch);
        self.current = true;
        self.next = Some(Instant::now() + ROUND);
    }

    pub(super) fn end(&mut self) {
        *self = Self::default();
    }

    /// Ready when there is something to show. Safe to cancel. Pends for ever when nothing is
    /// subscribed to.
    pub(super) async fn ready(&mut self) {
        let Some(watch) = &mut self.watch else {
            return std::future::pending().await;
        };
        if self.pending.is_empty() {
            if let Some(next) = self.next {
                sleep_until(next).await;
            }
            watch.changed().await;
        }
    }

    /// The next zone to show, and whether it is its current state after a subscription.
    pub(super) fn next(&mut self) -> Option<(ZoneIx, bool)> {
        let now = Instant::now();
        if self.pending.is_empty() && self.next.is_none_or(|at| at <= now) {
            self.watch.as_mut()?.take(&mut self.pending);
            self.pending.reverse(); // it is taken from the end
            self.current = false;
            self.next = Some(now + ROUND);
        }
        let zone = self.pending.pop();
        if self.pending.is_empty() {
            self.pending = Vec::new(); // an idle connection holds no buffers
        }
        zone.map(|zone| (zone, self.current))
    }
}
