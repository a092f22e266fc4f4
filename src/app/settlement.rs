//! The settlement's surroundings: where settled reports are kept, and where those wait that are not.
//! The results go to the history.

use super::checkpoints::Persisted;
use super::{Failure, Shared};
use crate::config::Config;
use crate::domain::{RecentTurnover, SettledSink};
use crate::settlement;
use crate::settlement::{AmendmentFiles, KeptAside, WaitingFiles};
use crate::stream::{Saved, Settlement};
use std::path::Path;
use std::sync::Arc;

/// Opens `dir` as the checkpoint left it.
pub(super) fn open(
    dir: &Path,
    config: &Config,
    saved: &Saved,
    shared: &Shared,
) -> Result<AmendmentFiles, Failure> {
    let generation = settlement::generation(&shared.registry.city());
    AmendmentFiles::open(
        dir,
        generation,
        config.stream.settle.kept_bytes,
        saved.kept(),
    )
    .map_err(|e| Failure::Internal(format!("{}: {e}", dir.display())))
}

/// Opens the folder of reports that wait, after a checkpoint.
pub(super) fn open_waiting(dir: &Path, saved: &Saved) -> Result<WaitingFiles, Failure> {
    WaitingFiles::open(dir, saved.waiting_in())
        .map_err(|e| Failure::Internal(format!("{}: {e}", dir.display())))
}

/// Tells of the reports that earlier runs kept aside: the figures of their hours are not complete.
pub(super) fn recall_losses(
    kept: &AmendmentFiles,
    shared: &Shared,
    turnover: &dyn RecentTurnover,
) -> Result<(), Failure> {
    let city = shared.registry.city();
    let recalled = kept.each_aside(|of, at| {
        let zone = match of {
            KeptAside::Report { bay } => city.bay_numbered(bay).map(|bay| city.zone_of(bay)),
            KeptAside::Count { zone } => city.zone_numbered(zone),
        };
        if let Some(zone) = zone {
            turnover.note_lost(Some(city.zone(zone).number), at);
        }
    });
    recalled.map_err(|e| Failure::Internal(format!("reports kept aside: {e}")))
}

/// What the stream settles with.
pub(super) fn settlement(
    persisted: &Persisted,
    config: &Config,
    sink: Arc<dyn SettledSink>,
) -> Settlement {
    let kept = persisted.amendments.clone();
    let workers = config.stream.hands() as u32;
    Settlement {
        sink,
        kept: Arc::new(move |me| kept.of_worker(me, workers)),
        waiting: Some(persisted.waiting.clone()),
    }
}
