//! What one shard holds besides its bays' cells and its zones' windows: late reports that wait, and
//! results not handed over.

use super::fixes::Fixes;
use super::report::Report;
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
    pub(super) late: Vec<Late>,
    /// Bays with a visit that may still prove to be a short stay, in the order in which zones are
    /// walked.
    pub(super) open: Vec<u32>,
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
    /// Takes out the late reports that came before `came`.
    pub(super) fn take_late(&mut self, came: u64, late: &mut Vec<Late>) {
        late.clear();
        late.extend(self.late.extract_if(.., |l| l.ingest < came));
    }
}
