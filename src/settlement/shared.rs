//! What the workers of a settlement share: when sources were heard, the newest figures, how far each
//! has handed over.

use super::SettlementLimits;
use super::handover::Handed;
use super::heard::Heard;
use super::late_minutes::LateMinutes;
use super::recent::Recent;
use crate::domain::turnover::HOUR_MS;
use crate::domain::{ClosureBook, Millis, NoClosures, SettledSink};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What the workers share.
pub struct SettlementShared {
    pub heard: Heard,
    pub late_minutes: LateMinutes,
    pub recent: Arc<Recent>,
    pub limits: SettlementLimits,
    /// Ingest time of the first batch that settlement has seen; 0 before.
    pub(in crate::settlement) begun: AtomicU64,
    pub(in crate::settlement) handed: Handed,
    pub(in crate::settlement) sink: Arc<dyn SettledSink>,
    /// What is closed by order: time that counts as such.
    pub(in crate::settlement) closures: Arc<dyn ClosureBook>,
}

impl SettlementShared {
    /// For so many workers; `sources` bounds the table of when each was heard.
    #[must_use]
    pub fn new(
        limits: SettlementLimits,
        workers: usize,
        sources: usize,
        sink: Arc<dyn SettledSink>,
    ) -> Self {
        let recent = Arc::new(Recent::new(limits.pad, limits.keep_hours));
        let heard = Heard::new(sources);
        let handed = Handed::new(workers);
        Self {
            heard,
            late_minutes: LateMinutes::default(),
            recent,
            limits,
            begun: AtomicU64::new(0),
            handed,
            sink,
            closures: Arc::new(NoClosures),
        }
    }

    /// Time that this book says to be closed by order counts as closed.
    #[must_use]
    pub fn closed_by(mut self, book: Arc<dyn ClosureBook>) -> Self {
        self.closures = book;
        self
    }

    /// The first batch there ever was came at this time. Only the first call counts.
    pub fn begin(&self, ingest: Millis) {
        if self.begun.load(Ordering::Relaxed) == 0 {
            let _ = self
                .begun
                .compare_exchange(0, ingest.0, Ordering::AcqRel, Ordering::Relaxed);
        }
    }

    /// From where on everything is settled: the start of an hour before anything that can come in
    /// time. 0: not begun.
    pub(in crate::settlement) fn from(&self) -> u64 {
        self.begun
            .load(Ordering::Acquire)
            .saturating_sub(self.limits.lateness)
            / HOUR_MS
            * HOUR_MS
    }
}
