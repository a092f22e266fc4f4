//! One connection's watch over the orders of the authority.
//!
//! Promises: a change is shown as soon as the client has room for it, whatever the zones' rounds;
//! what is shown is read when it is written out. Memory is the watch's own, some hundred bytes,
//! however many orders there are and however slow the client is.

use crate::ingest::board::{OrderSaid, OrderWatch};

#[derive(Default)]
pub(super) struct OrderDisplay {
    watch: Option<Box<dyn OrderWatch>>,
    /// The watch may have more to tell at once.
    more: bool,
}

impl OrderDisplay {
    /// Shows what stands, and then each change; again, if it does so already.
    pub(super) fn begin(&mut self, watch: impl FnOnce() -> Box<dyn OrderWatch>) {
        match &mut self.watch {
            Some(known) => known.again(),
            none => *none = Some(watch()),
        }
        self.more = true;
    }

    pub(super) fn end(&mut self) {
        *self = Self::default();
    }

    /// Ready when there may be something to show. Safe to cancel. Pends for ever when nothing is
    /// subscribed to.
    pub(super) async fn ready(&mut self) {
        let Some(watch) = &mut self.watch else {
            return std::future::pending().await;
        };
        if !self.more {
            watch.changed().await;
            self.more = true;
        }
    }

    /// The next to show, its payload appended to `payload`.
    pub(super) fn next(&mut self, payload: &mut Vec<u8>) -> Option<OrderSaid> {
        let said = self.watch.as_mut()?.next(payload);
        self.more = said.is_some();
        said
    }
}
