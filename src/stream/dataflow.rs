//! The stream's threads and their graph; this file and those in its folder alone know timely.
//!
//! ```text
//! Feed (journal's thread) -> bounded channel -> Ingest (source, probe-gated) -> exchange by zone shard -> Apply -> probe
//! ```
//!
//! Timestamps are ingest milliseconds: event time would let one slow sensor hold the frontier.
//! Timely's own channels are unbounded, so Ingest pulls only while fewer than
//! [`MAX_AHEAD`](super::ahead::MAX_AHEAD) claims are on their way. Promises: every claim fed is
//! applied exactly once by the worker that owns its zone; when the feed is dropped the graph drains
//! and its threads end. A worker that panics does not stop its peers, so the process must exit on
//! panic (the app's hook) and on a stall (the app's watchdog, by [`Stream::progress`]).

mod apply;
mod claims;
mod feed;
mod graph;
#[cfg(test)]
mod tests;

pub use feed::Feed;
use feed::WorkerQueue;

use super::Config;
use super::checkpoint::Saved;
use super::cut::Cuts;
use super::progress::Progress;
use super::rates::{RateSchedule, RateTables};
use super::seen::SourcesSeen;
use crate::belief::FeedbackSink;
use crate::domain::{AmendmentLog, Batch, ClosureBook, ReadModel, RecentTurnover, SettledSink};
use crate::metrics::Metrics;
use crate::registry::Registry;
use crate::settlement::WaitingFiles;
use crate::threads;
use apply::WorkerParts;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::JoinHandle;
use timely::scheduling::SyncActivator;

/// A running stream.
pub struct Stream {
    pub progress: Arc<Progress>,
    pub seen: Arc<SourcesSeen>,
    pub cuts: Arc<Cuts>,
    /// By which table of rates it goes.
    pub rates: Arc<RateSchedule>,
    /// What was settled lately; `None` without settlement.
    pub turnover: Option<Arc<dyn RecentTurnover>>,
    threads: Vec<JoinHandle<()>>,
}

impl Stream {
    /// Waits for the workers to end, after the [`Feed`] was dropped. Blocks.
    ///
    /// # Errors
    /// When a worker panicked.
    pub fn join(self) -> Result<(), &'static str> {
        self.threads
            .into_iter()
            .try_for_each(|t| t.join().map_err(|_| "a stream worker panicked"))
    }
}

/// Where each worker keeps its settled reports.
pub type AmendmentLogOf = Arc<dyn Fn(u32) -> Box<dyn AmendmentLog> + Send + Sync>;

/// Where settlement gets its room and puts its results.
pub struct Settlement {
    pub sink: Arc<dyn SettledSink>,
    pub kept: AmendmentLogOf,
    /// Where reports wait that memory is not meant to hold; without it memory is all there is.
    pub waiting: Option<WaitingFiles>,
}

/// What the stream works for besides the read model.
#[derive(Default)]
pub struct Attached {
    pub settlement: Option<Settlement>,
    /// Where tables of rates lie; without it none is ever in force.
    pub rates: Option<Arc<dyn RateTables>>,
    /// Who learns what sensors show of contributors.
    pub feedback: Option<Arc<dyn FeedbackSink>>,
    /// What is closed by order; without it nothing is.
    pub closures: Option<Arc<dyn ClosureBook>>,
}

impl From<Option<Settlement>> for Attached {
    fn from(settlement: Option<Settlement>) -> Self {
        Self {
            settlement,
            rates: None,
            feedback: None,
            closures: None,
        }
    }
}

/// Starts the workers with nothing known: see [`resume`].
///
/// # Errors
/// When threads cannot be started.
pub fn start(
    config: &Config,
    registry: Arc<Registry>,
    model: Arc<dyn ReadModel>,
    metrics: Arc<Metrics>,
    max_sources: usize,
) -> Result<(Stream, Feed), String> {
    resume(
        config,
        registry,
        model,
        metrics,
        max_sources,
        Saved::default(),
        None::<Settlement>,
    )
}

/// Starts the workers with the state of a checkpoint. `max_sources` bounds the table of when each
/// source was last heard.
///
/// # Errors
/// When threads cannot be started.
pub fn resume(
    config: &Config,
    registry: Arc<Registry>,
    model: Arc<dyn ReadModel>,
    metrics: Arc<Metrics>,
    max_sources: usize,
    saved: Saved,
    attached: impl Into<Attached>,
) -> Result<(Stream, Feed), String> {
    let parts = WorkerParts::new(
        config,
        registry,
        model,
        metrics,
        max_sources,
        saved,
        attached.into(),
    );
    let seen = parts.seen.clone();
    let cuts = parts.cuts.clone();
    let progress = parts.progress.clone();
    let rates = parts.rates.clone();
    let settle = parts.settle.as_ref().map(|(shared, ..)| shared.clone());
    let turnover = settle
        .as_ref()
        .map(|s| -> Arc<dyn RecentTurnover> { s.recent.clone() });
    let (workers, join) = start_workers(config.hands(), config.queue_batches.max(1), parts)?;
    let stream = Stream {
        progress: progress.clone(),
        seen,
        cuts,
        rates: rates.clone(),
        turnover,
        threads: vec![join],
    };
    let feed = Feed {
        workers,
        next: 0,
        progress,
        settle,
        rates,
    };
    Ok((stream, feed))
}

/// Starts so many threads, each with a queue of so many batches. The thread ends when they have.
fn start_workers(
    n: usize,
    queue: usize,
    parts: WorkerParts,
) -> Result<(Vec<WorkerQueue>, JoinHandle<()>), String> {
    let (txs, rxs): (Vec<_>, Vec<_>) = (0..n)
        .map(|_| mpsc::sync_channel::<Batch>(queue))
        .map(|(t, r)| (t, Mutex::new(Some(r))))
        .unzip();
    let (wake_tx, wake_rx) = mpsc::sync_channel::<(usize, SyncActivator)>(n);
    let timely = timely::Config::process(n);
    let (builders, others) = timely
        .communication
        .try_build()
        .map_err(|e| format!("timely: {e}"))?;
    let rxs = Arc::new(rxs);
    let heir = threads::spared();
    let guards = timely::execute::execute_from(builders, others, timely.worker, move |worker| {
        threads::spare(heir.clone());
        let rx = rxs[worker.index()]
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let rx = rx.expect("each worker takes its own queue once");
        graph::run_worker(worker, rx, &wake_tx, parts.clone());
    })
    .map_err(|e| format!("timely: {e}"))?;

    let mut wakers: Vec<_> = wake_rx.iter().take(n).collect();
    wakers.sort_by_key(|w| w.0);
    let workers = txs
        .into_iter()
        .zip(wakers)
        .map(|(tx, (_, wake))| (tx, wake))
        .collect();
    let join = threads::start("stream-join", move || {
        guards
            .join()
            .into_iter()
            .for_each(|r| r.expect("stream worker"));
    })
    .map_err(|e| e.to_string())?;
    Ok((workers, join))
}
