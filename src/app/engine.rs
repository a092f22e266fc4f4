//! The third phase of a start: the stream, and the journal that feeds it.
//!
//! Built first, so that questions can be answered; then what the journal holds after the newest
//! checkpoint goes through the stream again; then reports are let in.

use super::checkpoints::{FoundCheckpoint, Persisted};
use super::{Failure, Shared, replay, settlement};
use crate::config::Config;
use crate::domain::SettledSink;
use crate::inbox::InboxReceiver;
use crate::journal::{Journal, Quarantine};
use crate::partners::credit::CreditDesk;
use crate::registry;
use crate::stream::{self, Attached, Feed, Stream};
use std::sync::Arc;
use std::thread::JoinHandle;

/// The stream as the checkpoint left it, not fed yet.
pub(super) struct Engine {
    pub(super) stream: Stream,
    feed: Feed,
    journal: Journal,
    checkpoint: FoundCheckpoint,
    kept: Persisted,
}

/// The stream and the journal at work.
pub(super) struct AtWork {
    pub(super) stream: Stream,
    /// What partners are credited with, as the stream settles it.
    pub(super) credit: Arc<CreditDesk>,
    journal: JoinHandle<()>,
    checkpoints: JoinHandle<()>,
}

impl Engine {
    pub(super) fn build(
        config: &Config,
        shared: &Shared,
        journal: Journal,
        mut checkpoint: FoundCheckpoint,
        kept: Persisted,
        sink: Arc<dyn SettledSink>,
    ) -> Result<Self, Failure> {
        let attached = Attached {
            settlement: Some(settlement::settlement(&kept, config, sink)),
            rates: Some(kept.rates.clone()),
            feedback: Some(kept.contributors.clone()),
            closures: Some(shared.orders.clone()),
        };
        let (stream, feed) = stream::resume(
            &config.stream,
            shared.registry.clone(),
            shared.live.clone(),
            shared.metrics.clone(),
            registry::MAX_SOURCES as usize,
            std::mem::take(&mut checkpoint.saved),
            attached,
        )
        .map_err(Failure::Internal)?;
        if let Some(turnover) = &stream.turnover {
            settlement::recall_losses(&kept.amendments, shared, &**turnover)?;
        }
        Ok(Self {
            stream,
            feed,
            journal,
            checkpoint,
            kept,
        })
    }

    pub(super) fn quarantine(&self) -> Quarantine {
        self.journal.quarantine()
    }

    /// Replays, and lets in what comes out of `outbox`.
    pub(super) async fn start(
        self,
        shared: &Shared,
        outbox: InboxReceiver,
    ) -> Result<AtWork, Failure> {
        let Self {
            stream,
            feed,
            journal,
            checkpoint,
            kept,
        } = self;
        let from = checkpoint.newest.position;
        let (journal, mut feed) =
            replay::replay(journal, from, feed, &stream.progress, shared).await?;
        stream.progress.go_live();
        let committed = Box::new(move |batch| feed.push(batch));
        let bays = shared.registry.city().bay_slots();
        let metrics = shared.metrics.clone();
        let cuts = stream.cuts.clone();
        let credit = kept.credit.clone();
        let (how, checkpoints) = checkpoint
            .keep_up(cuts, kept, bays, metrics.clone())
            .map_err(|e| Failure::thread(&e))?;
        let clock = shared.clock.clone();
        let journal = journal
            .with_checkpoints(how)
            .start(outbox, clock, committed, metrics, shared.health.clone())
            .map_err(|e| Failure::thread(&e))?;
        Ok(AtWork {
            stream,
            credit,
            journal,
            checkpoints,
        })
    }
}

impl AtWork {
    /// Waits for the end, once the last sender to the journal is gone: it drains its inbox, syncs
    /// and drops the feed; the stream applies what is left; a last checkpoint is written.
    pub(super) fn join(self) -> Result<(), Failure> {
        let panicked = |what: &str| Failure::Internal(format!("the {what} thread panicked"));
        self.journal.join().map_err(|_| panicked("journal's"))?;
        self.stream
            .join()
            .map_err(|e| Failure::Internal(e.into()))?;
        self.checkpoints
            .join()
            .map_err(|_| panicked("checkpoints'"))
    }
}
