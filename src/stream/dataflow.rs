//! The timely graph; with `claims` beside it the only file that knows timely.
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

use super::Config;
use super::ahead::Ahead;
use super::checkpoint::Saved;
use super::cut::{Cuts, WorkerSnapshotter};
use super::progress::Progress;
use super::seen::SourcesSeen;
use super::worker::Worker;
use crate::domain::{
    AmendmentLog, Batch, BayIx, Claim, Millis, ReadModel, RecentTurnover, SettledSink, Staleness,
    owner, shard_of,
};
use crate::metrics::Metrics;
use crate::registry::Registry;
use crate::settlement;
use claims::Claims;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use timely::container::CapacityContainerBuilder;
use timely::dataflow::channels::pact::ExchangeCore;
use timely::dataflow::operators::generic::source;
use timely::dataflow::operators::{Operator, Probe};
use timely::dataflow::{ProbeHandle, Scope};
use timely::scheduling::SyncActivator;

/// Claims a source passes on before it lets the other operators run.
const PER_ACTIVATION: usize = 1 << 18;

/// Hands batches to the workers, in commit order, from one thread. Dropping it ends the stream once
/// it has drained.
pub struct Feed {
    workers: Vec<(mpsc::SyncSender<Batch>, SyncActivator)>,
    next: usize,
    progress: Arc<Progress>,
    settle: Option<Arc<settlement::SettlementShared>>,
}

/// A running stream.
pub struct Stream {
    pub progress: Arc<Progress>,
    pub seen: Arc<SourcesSeen>,
    pub cuts: Arc<Cuts>,
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

impl Feed {
    /// Hands one batch to one worker and a tick of the same time to the others; waits while their
    /// queues are full.
    pub fn push(&mut self, batch: Batch) {
        if let Some(settle) = &self.settle {
            settle.begin(batch.ingest_at);
        }
        self.progress
            .fed
            .fetch_add(batch.claims.len() as u64, Ordering::Release);
        let n = self.workers.len();
        let chosen = self.next;
        self.next = (chosen + 1) % n;
        for other in (0..n).filter(|i| *i != chosen) {
            self.send(
                other,
                Batch {
                    ingest_at: batch.ingest_at,
                    claims: Vec::new(),
                },
            );
        }
        self.send(chosen, batch);
    }

    fn send(&self, worker: usize, batch: Batch) {
        let (tx, wake) = &self.workers[worker];
        // A worker that is gone has panicked, and the panic hook is ending the process.
        let _ = tx.send(batch);
        let _ = wake.activate();
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        for (tx, wake) in self.workers.drain(..) {
            drop(tx);
            let _ = wake.activate();
        }
    }
}

/// What every worker thread is built from.
#[derive(Clone)]
struct WorkerParts {
    registry: Arc<Registry>,
    model: Arc<dyn ReadModel>,
    seen: Arc<SourcesSeen>,
    metrics: Arc<Metrics>,
    progress: Arc<Progress>,
    staleness: Staleness,
    cuts: Arc<Cuts>,
    saved: Arc<Saved>,
    settle: Option<(Arc<settlement::SettlementShared>, AmendmentLogOf)>,
}

/// Where each worker keeps its settled reports.
pub type AmendmentLogOf = Arc<dyn Fn(u32) -> Box<dyn AmendmentLog> + Send + Sync>;

/// Where settlement gets its room and puts its results.
pub struct Settlement {
    pub sink: Arc<dyn SettledSink>,
    pub kept: AmendmentLogOf,
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
        None,
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
    settlement: Option<Settlement>,
) -> Result<(Stream, Feed), String> {
    let n = config.hands();
    let shortest = {
        let city = registry.city();
        (0..city.zone_count())
            .filter_map(|z| city.zone(crate::domain::ZoneIx(z)).spec.stale_after_s)
            .min()
    };
    let seen = Arc::new(SourcesSeen::new(max_sources, n));
    seen.restore(&saved.seen);
    let progress = Arc::new(Progress {
        settling: AtomicU64::new(n as u64),
        ..Progress::default()
    });
    let staleness = config.staleness(shortest.unwrap_or(u32::MAX));
    let settle = settlement.map(|s| {
        let shared = settlement::SettlementShared::new(
            config.settle.limits(&staleness),
            n,
            max_sources,
            s.sink,
        );
        saved.settled.restore_shared(&shared);
        (Arc::new(shared), s.kept)
    });
    let settled = settle.as_ref().map(|s| s.0.clone());
    let cuts = Arc::new(Cuts::new(n));
    let saved = Arc::new(saved);
    let p = progress.clone();
    let s = seen.clone();
    let c = cuts.clone();
    let parts = WorkerParts {
        registry,
        model,
        seen: s,
        metrics,
        progress: p,
        staleness,
        cuts: c,
        saved,
        settle,
    };

    let (txs, rxs): (Vec<_>, Vec<_>) = (0..n)
        .map(|_| mpsc::sync_channel::<Batch>(config.queue_batches.max(1)))
        .map(|(t, r)| (t, Mutex::new(Some(r))))
        .unzip();
    let (wake_tx, wake_rx) = mpsc::sync_channel::<(usize, SyncActivator)>(n);
    let timely = timely::Config::process(n);
    let (builders, others) = timely
        .communication
        .try_build()
        .map_err(|e| format!("timely: {e}"))?;
    let rxs = Arc::new(rxs);
    let guards = timely::execute::execute_from(builders, others, timely.worker, move |worker| {
        let rx = rxs[worker.index()]
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let rx = rx.expect("each worker takes its own queue once");
        run_worker(worker, rx, &wake_tx, parts.clone());
    })
    .map_err(|e| format!("timely: {e}"))?;

    let mut wakers: Vec<_> = wake_rx.iter().take(n).collect();
    wakers.sort_by_key(|w| w.0);
    let workers = txs
        .into_iter()
        .zip(wakers)
        .map(|(tx, (_, wake))| (tx, wake))
        .collect();
    let keeper = thread::Builder::new().name("stream-join".into());
    let join = keeper
        .spawn(move || {
            guards
                .join()
                .into_iter()
                .for_each(|r| r.expect("stream worker"));
        })
        .map_err(|e| e.to_string())?;
    let turnover = settled
        .as_ref()
        .map(|s| -> Arc<dyn RecentTurnover> { s.recent.clone() });
    let stream = Stream {
        progress: progress.clone(),
        seen,
        cuts,
        turnover,
        threads: vec![join],
    };
    Ok((
        stream,
        Feed {
            workers,
            next: 0,
            progress,
            settle: settled,
        },
    ))
}

fn run_worker(
    worker: &mut timely::worker::Worker,
    rx: mpsc::Receiver<Batch>,
    wake: &mpsc::SyncSender<(usize, SyncActivator)>,
    parts: WorkerParts,
) {
    let index = worker.index();
    let probe = ProbeHandle::<u64>::new();
    let progress = parts.progress.clone();
    worker.dataflow::<u64, _, _>(|scope| graph(scope, rx, wake, parts, &probe));
    while worker.has_dataflows() {
        worker.step_or_park(None);
        if index == 0 {
            let reached = probe.with_frontier(|f| f.first().copied());
            // An empty frontier means the graph is done: all that was fed has been applied.
            if let Some(t) = reached {
                progress.frontier.store(t, Ordering::Release);
            }
        }
    }
}

fn graph(
    scope: Scope<'_, u64>,
    rx: mpsc::Receiver<Batch>,
    wake: &mpsc::SyncSender<(usize, SyncActivator)>,
    parts: WorkerParts,
    probe: &ProbeHandle<u64>,
) {
    let me = scope.index() as u32;
    let peers = scope.peers() as u32;
    let gate = probe.clone();
    let mut route = router(parts.registry.clone(), peers);
    let exchange =
        ExchangeCore::<CapacityContainerBuilder<Claims>, _>::new(move |claim: &Claim| route(claim));
    source::<_, CapacityContainerBuilder<Claims>, _, _>(scope, "Ingest", |cap, info| {
        // The receiving end outlives this closure unless the stream is being torn down.
        let _ = wake.send((
            me as usize,
            scope.worker().sync_activator_for(info.address.to_vec()),
        ));
        let again = scope.activator_for(info.address);
        let mut cap = Some(cap);
        let mut ahead = Ahead::default();
        move |output| {
            let mut passed = 0;
            while passed < PER_ACTIVATION {
                let Some(held) = cap.as_mut() else { return };
                if ahead.too_far(|t| gate.less_equal(&t)) {
                    again.activate_after(Duration::from_micros(200));
                    return;
                }
                match rx.try_recv() {
                    Ok(batch) => {
                        // From here on this worker promises nothing older; a tick says just that.
                        if batch.ingest_at.0 > *held.time() {
                            held.downgrade(&batch.ingest_at.0);
                        }
                        passed += batch.claims.len();
                        ahead.add(batch.ingest_at.0, batch.claims.len());
                        if !batch.claims.is_empty() {
                            output
                                .session(&*held)
                                .give_container(&mut Claims(batch.claims));
                        }
                    }
                    Err(mpsc::TryRecvError::Empty) => return,
                    Err(mpsc::TryRecvError::Disconnected) => {
                        cap = None;
                        return;
                    }
                }
            }
            again.activate();
        }
    })
    .unary_frontier::<CapacityContainerBuilder<Vec<()>>, _, _, _>(
        exchange,
        "Apply",
        move |first, info| {
            // Keeping the first capability would hold time 0 for ever.
            drop(first);
            let mut apply = Apply::new((me, peers), parts);
            let again = scope.activator_for(info.address);
            let reached = probe.clone();
            move |(input, frontier), _output| {
                input.for_each_stamp(|cap, containers| {
                    let now = Millis(cap.least().copied().unwrap_or_default());
                    containers.for_each(|c| apply.knife.apply(&mut apply.worker, &mut c.0, now));
                });
                apply.finish(frontier.frontier().first().copied());
                // What all workers have applied, which may be less than what has reached this one.
                if apply.settle(reached.with_frontier(|f| f.first().copied())) {
                    again.activate();
                }
            }
        },
    )
    .probe_with(probe);
}

/// Which worker a claim goes to. A bay's index never changes its zone, so the answer is looked up
/// once a bay: one byte each, which stays in the cache where the registry's pages do not. Alone, a
/// worker is never asked.
fn router(registry: Arc<Registry>, peers: u32) -> impl FnMut(&Claim) -> u64 {
    let mut owners: Vec<u8> = Vec::new();
    move |claim| match claim {
        Claim::Bay(o) => {
            if o.bay.at() >= owners.len() {
                let city = registry.city();
                let new = (owners.len() as u32..city.bay_slots()).map(|b| city.zone_of(BayIx(b)));
                owners.extend(new.map(|z| owner(shard_of(z), peers) as u8));
            }
            u64::from(owners.get(o.bay.at()).copied().unwrap_or_default())
        }
        Claim::Count(c) => u64::from(owner(shard_of(c.zone), peers)),
        Claim::Alive { .. } => 0,
    }
}

/// One worker's state and what it reports to.
struct Apply {
    worker: Worker,
    knife: WorkerSnapshotter,
    metrics: Arc<Metrics>,
    progress: Arc<Progress>,
}

impl Apply {
    fn new(place: (u32, u32), p: WorkerParts) -> Self {
        let mut worker = Worker::new(place, p.registry, p.seen, p.model, p.staleness);
        if let Some((shared, kept)) = p.settle {
            worker = worker.settling(shared, kept(place.0));
        }
        worker.restore(&p.saved);
        worker.publish();
        p.progress.settling.fetch_sub(1, Ordering::Release);
        Self {
            worker,
            knife: WorkerSnapshotter::new(p.cuts, place.0 as usize),
            metrics: p.metrics,
            progress: p.progress,
        }
    }

    /// Settles what everybody has applied; a little at a time while reports come in live. True:
    /// there is more to do.
    fn settle(&mut self, reached: Option<u64>) -> bool {
        let Some(reached) = reached else { return false };
        let live = self.progress.live.load(Ordering::Acquire);
        let more = self.worker.settle(
            Millis(reached),
            if live {
                settlement::A_LITTLE
            } else {
                usize::MAX
            },
        );
        let done = self.worker.settled();
        let to = &self.metrics.settled;
        let all = [
            &to.reports,
            &to.visits,
            &to.short,
            &to.late,
            &to.amended,
            &to.too_late,
            &to.hours_lost,
            &to.unkept,
        ];
        for (counter, n) in all.into_iter().zip(done.each()) {
            counter.inc_by(n);
        }
        more
    }

    /// Once per activation, after all input that was there.
    fn finish(&mut self, frontier: Option<u64>) {
        self.knife.cut(&mut self.worker, frontier);
        if let Some(t) = frontier
            && self.progress.live.load(Ordering::Acquire)
        {
            self.worker.tick(Millis(t));
        }
        let done = self.worker.publish();
        self.metrics.stream_claims.inc_by(done.claims);
        self.metrics.stream_superseded.inc_by(done.superseded);
        self.progress
            .applied
            .fetch_add(done.claims, Ordering::Release);
    }
}

mod claims;
#[cfg(test)]
mod tests;
