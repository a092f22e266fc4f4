//! What one worker does with what reaches it, whoever brings it; and what every worker is built
//! from. Knows no timely.

use super::super::checkpoint::Saved;
use super::super::cut::{Cuts, WorkerSnapshotter};
use super::super::progress::Progress;
use super::super::rates::RateSchedule;
use super::super::seen::SourcesSeen;
use super::super::worker::Worker;
use super::super::{Config, Fuse};
use super::{AmendmentLogOf, Attached};
use crate::belief::FeedbackSink;
use crate::domain::{Claim, ClosureBook, Millis, NoClosures, ReadModel, Staleness, ZoneIx};
use crate::metrics::Metrics;
use crate::registry::Registry;
use crate::settlement::{self, SettlementShared, WaitingFiles};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bays that are copied at a time while reports come in live: half a millisecond's, or a little more.
const COPIED: usize = 1 << 16;

/// What every worker thread is built from.
#[derive(Clone)]
pub(super) struct WorkerParts {
    pub(super) registry: Arc<Registry>,
    model: Arc<dyn ReadModel>,
    pub(super) seen: Arc<SourcesSeen>,
    metrics: Arc<Metrics>,
    pub(super) progress: Arc<Progress>,
    staleness: Staleness,
    pub(super) cuts: Arc<Cuts>,
    saved: Arc<Saved>,
    pub(super) settle: Option<(Arc<SettlementShared>, AmendmentLogOf, Option<WaitingFiles>)>,
    fuse: Fuse,
    pub(super) rates: Arc<RateSchedule>,
    feedback: Option<Arc<dyn FeedbackSink>>,
    closures: Arc<dyn ClosureBook>,
}

impl WorkerParts {
    /// With the state of a checkpoint, as far as it is of all workers.
    pub(super) fn new(
        config: &Config,
        registry: Arc<Registry>,
        model: Arc<dyn ReadModel>,
        metrics: Arc<Metrics>,
        max_sources: usize,
        saved: Saved,
        attached: Attached,
    ) -> Self {
        let n = config.hands();
        let shortest = {
            let city = registry.city();
            (0..city.zone_count())
                .filter_map(|z| city.zone(ZoneIx(z)).spec.stale_after_s)
                .min()
        };
        let seen = Arc::new(SourcesSeen::new(max_sources, n));
        seen.restore(&saved.seen);
        let progress = Progress {
            settling: AtomicU64::new(n as u64),
            ..Progress::default()
        };
        let staleness = config.staleness(shortest.unwrap_or(u32::MAX));
        let none = || -> Arc<dyn ClosureBook> { Arc::new(NoClosures) };
        let closures = attached.closures.unwrap_or_else(none);
        let settle = attached.settlement.map(|s| {
            let limits = config
                .settle
                .limits(&staleness, registry.city().live_bays());
            let shared = SettlementShared::new(limits, n, max_sources, s.sink);
            let shared = shared.closed_by(closures.clone());
            saved.settled.restore_shared(&shared);
            (Arc::new(shared), s.kept, s.waiting)
        });
        let tables = attached.rates.filter(|_| config.fuse == Fuse::Belief);
        let rates = Arc::new(RateSchedule::new(tables, saved.table));
        Self {
            registry,
            model,
            seen,
            metrics,
            progress: Arc::new(progress),
            staleness,
            cuts: Arc::new(Cuts::new(n)),
            saved: Arc::new(saved),
            settle,
            fuse: config.fuse,
            rates,
            feedback: attached.feedback,
            closures,
        }
    }
}

/// One worker's state and what it reports to.
pub(super) struct Apply {
    worker: Worker,
    snapshotter: WorkerSnapshotter,
    metrics: Arc<Metrics>,
    progress: Arc<Progress>,
}

impl Apply {
    pub(super) fn new(place: (u32, u32), p: WorkerParts) -> Self {
        let worker = Worker::new(place, p.registry, p.seen, p.model, p.staleness);
        let mut worker = worker.at_rates(p.rates).closed_by(p.closures);
        if p.fuse == Fuse::Belief {
            worker = worker.believing(p.feedback);
        }
        if let Some((shared, kept, waiting)) = p.settle {
            worker = worker.settling(shared, kept(place.0), waiting.as_ref());
        }
        worker.restore(&p.saved);
        worker.publish();
        p.progress.settling.fetch_sub(1, Ordering::Release);
        Self {
            worker,
            snapshotter: WorkerSnapshotter::new(p.cuts, place.0 as usize),
            metrics: p.metrics,
            progress: p.progress,
        }
    }

    /// Takes up claims of batches of the time `now`.
    pub(super) fn claims(&mut self, claims: &mut Vec<Claim>, now: Millis) {
        self.snapshotter.apply(&mut self.worker, claims, now);
    }

    /// Settles what everybody has applied; a little at a time while reports come in live. True:
    /// there is more to do.
    pub(super) fn settle(&mut self, reached: Option<u64>) -> bool {
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

    /// Once per activation, after all input that was there. True: there is more to copy.
    pub(super) fn finish(&mut self, frontier: Option<u64>) -> bool {
        let live = self.progress.live.load(Ordering::Acquire);
        let work = if live { COPIED } else { usize::MAX };
        let more = self.snapshotter.cut(&mut self.worker, frontier, work);
        if let Some(t) = frontier {
            self.worker.hand_in(Millis(t));
        }
        if let Some(t) = frontier
            && live
        {
            self.worker.tick(Millis(t));
        }
        let done = self.worker.publish();
        self.metrics.stream_claims.inc_by(done.claims);
        self.metrics.stream_superseded.inc_by(done.superseded);
        self.metrics.stream_outranked.inc_by(done.outranked);
        self.metrics.stream_shed.inc_by(done.shed);
        self.metrics.suspects_shed.inc_by(done.suspects_shed);
        self.metrics.credit.samples.inc_by(done.sampled);
        self.metrics.credit.shed.inc_by(done.samples_shed);
        self.progress
            .applied
            .fetch_add(done.claims, Ordering::Release);
        more
    }
}
