//! A whole set of reports fed to workers, with cuts and starts in the middle.

use super::disk::Disk;
use super::plain::PlainReport;
use super::rig::{STALENESS, SettlementRig, Taken, settled_by};
use super::{SPAN, T0, config};
use crate::domain::turnover::HOUR_MS;
use crate::registry::Registry;
use crate::stream::checkpoint::Saved;
use std::sync::Arc;

/// Feeds all in order of ingest; what came at one time is one batch, or several.
pub(super) struct Feeding<'a> {
    pub(super) registry: &'a Arc<Registry>,
    pub(super) workers: Vec<u32>,
    /// After which share of the batches a cut is made, and how many batches later the start from
    /// it.
    pub(super) restarts: Vec<(usize, usize)>,
    pub(super) work: usize,
    /// Whether reports wait in files.
    pub(super) overflows: bool,
}

/// What has come out of it.
pub(super) struct SettledTotals {
    pub(super) taken: Arc<Taken>,
    pub(super) rig: SettlementRig,
    pub(super) disk: Disk,
    pub(super) to: u64,
}

impl Feeding<'_> {
    pub(super) fn run(&self, said: &[PlainReport]) -> SettledTotals {
        self.run_into(said, Arc::default(), |_, _| {})
    }

    /// The same into what is given; `before` is called with the time of each batch, and of the
    /// end.
    pub(super) fn run_into(
        &self,
        said: &[PlainReport],
        taken: Arc<Taken>,
        before: impl Fn(&Taken, u64),
    ) -> SettledTotals {
        let disk = if self.overflows {
            Disk::overflowing()
        } else {
            Disk::default()
        };
        let config = config();
        let mut all = said.to_vec();
        all.sort_by_key(|s| s.ingest);
        // The clock of a hub that started a little earlier.
        let mut batches: Vec<(u64, Vec<PlainReport>)> = vec![(T0 - 10 * 60_000, vec![])];
        for s in all {
            match batches.last_mut() {
                Some((at, batch)) if *at == s.ingest => batch.push(s),
                _ => batches.push((s.ingest, vec![s])),
            }
        }
        let mut workers = self.workers.iter().cycle();
        let mut fresh = |saved: &Saved| {
            SettlementRig::new(
                self.registry,
                &config,
                *workers.next().unwrap(),
                &taken,
                &disk,
                saved,
            )
        };
        let mut rig = fresh(&Saved::default());
        let mut i = 0;
        let mut restarts = self.restarts.iter();
        let mut next = restarts.next();
        while i < batches.len() {
            before(&taken, batches[i].0);
            rig.batch(batches[i].0, &batches[i].1, self.work);
            i += 1;
            if let Some((at, more)) = next
                && i > at % batches.len()
            {
                let saved = rig.saved();
                for (ingest, batch) in batches[i..].iter().take(*more) {
                    before(&taken, *ingest);
                    rig.batch(*ingest, batch, self.work);
                }
                disk.rewind(saved.kept());
                rig = fresh(&saved);
                next = restarts.next();
            }
        }
        let end = T0 + SPAN + 4 * HOUR_MS;
        before(&taken, end);
        rig.until(end);
        SettledTotals {
            taken,
            rig,
            disk,
            to: settled_by(end, config.limits(&STALENESS, 0).lateness),
        }
    }
}
