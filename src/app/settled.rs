//! The settlement's surroundings: where settled reports are kept, and who takes the results.

use super::{Failure, Shared};
use crate::config::Config;
use crate::domain::{Corrections, SettledHour, SettledSink};
use crate::journal::KeptFiles;
use crate::metrics::Metrics;
use crate::stream::{Saved, Settlement, settle};
use std::path::Path;
use std::sync::Arc;

/// Opens `dir` as the checkpoint left it.
pub(super) fn open(dir: &Path, config: &Config, saved: &Saved, shared: &Shared) -> Result<KeptFiles, Failure> {
    let generation = settle::generation(&shared.registry.city());
    KeptFiles::open(dir, generation, config.stream.settle.kept_bytes, saved.kept())
        .map_err(|e| Failure::Internal(format!("{}: {e}", dir.display())))
}

/// What the stream settles with.
pub(super) fn settlement(kept: &KeptFiles, config: &Config, metrics: &Arc<Metrics>) -> Settlement {
    let (kept, workers) = (kept.clone(), config.stream.hands() as u32);
    Settlement { sink: Arc::new(Counted(metrics.clone())), kept: Arc::new(move |me| kept.of_worker(me, workers)) }
}

/// Takes everything, and only counts it.
struct Counted(Arc<Metrics>);

impl SettledSink for Counted {
    fn try_hour(&self, _: u32, _: u32, _: &Arc<SettledHour>) -> bool {
        self.0.settled.hours.inc();
        true
    }

    fn try_corrections(&self, _: u32, _: u32, _: &Arc<Corrections>) -> bool {
        true
    }
}
