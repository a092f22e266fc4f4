//! What is counted of who wanted more than their part.

use super::register::Register;
use prometheus::IntCounterVec;

/// Refusals because a share of what all use was used up.
pub struct QuotaMetrics {
    refusals: IntCounterVec,
}

impl QuotaMetrics {
    pub(super) fn new(r: &Register) -> Self {
        Self {
            refusals: r.counters(
                "quota_refusals_total",
                "Refused because a share of what all use was used up, by share.",
                &["share"],
            ),
        }
    }

    /// One was refused. `share` is one of a few names in the source, never a caller's text.
    pub fn refused(&self, share: &'static str) {
        self.refusals.with_label_values(&[share]).inc();
    }

    /// How many were refused until now.
    #[must_use]
    pub fn refusals(&self, share: &'static str) -> u64 {
        self.refusals.with_label_values(&[share]).get()
    }
}
