//! What one shard holds besides its bays' timelines and its zones' windows: late reports that wait,
//! and results not handed over.

use super::corrections::Fixes;
use super::counted::{Pair, Track, WaitingCount};
use super::report::Report;
use crate::domain::{Corrections, SettledHour, Visit};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A report that came after the watermark of its time of ingest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
pub(in crate::settlement) struct Late {
    pub(in crate::settlement) ingest: u64,
    pub(in crate::settlement) report: Report,
}

/// See the module.
#[derive(Debug, Default)]
pub(in crate::settlement) struct Shard {
    /// All its zones are settled up to there, ms.
    pub(in crate::settlement) swept: u64,
    pub(in crate::settlement) late: Vec<Late>,
    /// Counts that wait, as they came in.
    pub(in crate::settlement) counts: Vec<WaitingCount>,
    /// What is counted.
    pub(in crate::settlement) tracks: BTreeMap<Pair, Track>,
    /// Bays with a visit that may still prove to be a short stay, in the order in which zones are
    /// walked.
    pub(in crate::settlement) open: Vec<u32>,
    /// Behind an `Arc`, so that a checkpoint takes it without copying.
    pub(in crate::settlement) out: Arc<Out>,
}

/// Results that are not handed over yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::settlement) struct Out {
    /// Visits that ended in an hour that is not told yet.
    pub(in crate::settlement) visits: Vec<Visit>,
    /// Hours that are told, by their start.
    pub(in crate::settlement) hours: BTreeMap<u64, Arc<SettledHour>>,
    /// Corrections of the hour of ingest under way, and finished ones by that hour.
    pub(in crate::settlement) fixes: Fixes,
    pub(in crate::settlement) corrections: BTreeMap<u64, Arc<Corrections>>,
}

impl Shard {
    /// Takes out the late reports that came before `came`.
    pub(in crate::settlement) fn take_late(&mut self, came: u64, late: &mut Vec<Late>) {
        late.clear();
        late.extend(self.late.extract_if(.., |l| l.ingest < came));
    }

    /// Takes out the counts of before `to` that came before `came`.
    pub(in crate::settlement) fn take_counts(&mut self, to: u64, came: u64) -> Vec<WaitingCount> {
        let is_due = |w: &mut WaitingCount| w.count.at() < to && w.ingest < came;
        self.counts.extract_if(.., is_due).collect()
    }
}
