//! What one shard holds besides its bays' cells and its zones' windows: reports that wait, and results not handed over.

use super::fixes::Fixes;
use super::report::Report;
use crate::domain::turnover::WINDOW_MS;
use crate::domain::{Corrections, SettledHour, Visit};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A report that came after the watermark of its time of ingest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
pub(super) struct Late {
    pub(super) ingest: u64,
    pub(super) report: Report,
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Shard {
    /// All its zones are settled up to there, ms.
    pub(super) swept: u64,
    /// Reports that came in time: those of before `edge`, which is the end of the window to be settled next, and others. So
    /// what is due need not be picked out.
    soon: Vec<Report>,
    later: Vec<Report>,
    edge: u64,
    /// More of both, which a checkpoint may be looking at.
    frozen: Vec<Arc<Vec<Report>>>,
    pub(super) late: Vec<Late>,
    /// Behind an `Arc`, so that a checkpoint takes it without copying.
    pub(super) out: Arc<Out>,
}

/// Results that are not handed over yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Out {
    /// Visits that ended in an hour that is not told yet.
    pub(super) visits: Vec<Visit>,
    /// Hours that are told, by their start.
    pub(super) hours: BTreeMap<u64, Arc<SettledHour>>,
    /// Corrections of the hour of ingest under way, and finished ones by that hour.
    pub(super) fixes: Fixes,
    pub(super) corrections: BTreeMap<u64, Arc<Corrections>>,
}

impl Shard {
    #[inline]
    pub(super) fn wait(&mut self, report: Report) {
        if report.at() < self.edge { &mut self.soon } else { &mut self.later }.push(report);
    }

    /// What waits, to be kept by a checkpoint; nothing is copied.
    pub(super) fn freeze(&mut self) -> Vec<Arc<Vec<Report>>> {
        for waiting in [&mut self.soon, &mut self.later].into_iter().filter(|w| !w.is_empty()) {
            self.frozen.push(Arc::new(std::mem::take(waiting)));
        }
        self.frozen.clone()
    }

    /// Takes out all that is older than `before`, and the late ones that came before `came`.
    pub(super) fn due(&mut self, before: u64, came: u64, due: &mut Vec<Report>, late: &mut Vec<Late>) {
        due.clear();
        if self.edge <= before {
            // Takes turns with the caller's memory, which the processor's cache still has.
            std::mem::swap(due, &mut self.soon);
        } else {
            self.later.append(&mut self.soon);
        }
        self.edge = before + WINDOW_MS;
        let (edge, soon) = (self.edge, &mut self.soon);
        let mut sort = |r: &Report| {
            let at = r.at();
            if at < edge {
                if at < before { &mut *due } else { &mut *soon }.push(*r);
            }
            at >= edge
        };
        self.later.retain(&mut sort);
        for frozen in self.frozen.drain(..) {
            self.later.extend(frozen.iter().filter(|r| sort(r)));
        }
        if self.later.capacity() > 4 * self.later.len() + 1024 {
            self.later.shrink_to(2 * self.later.len());
        }
        late.clear();
        late.extend(self.late.extract_if(.., |l| l.ingest < came));
    }
}
