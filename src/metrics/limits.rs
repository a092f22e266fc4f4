//! What is counted of rates and shares.

use super::register::Register;
use prometheus::{IntCounterVec, IntGaugeVec};

/// Rates and shares.
pub struct LimitMetrics {
    /// What `[limits]` says, by its name there.
    pub limits: IntGaugeVec,
    /// What was refused because its owner had its share, by the share.
    pub quota_refusals: IntCounterVec,
}

impl LimitMetrics {
    pub(super) fn new(r: &Register) -> Self {
        Self {
            limits: r.gauges(
                "limit",
                "What one key, partner, source or address may take, by its name in [limits].",
                &["limit"],
            ),
            quota_refusals: r.counters(
                "quota_refusals_total",
                "Requests, connections and streams refused because their owner had its share.",
                &["share"],
            ),
        }
    }

    /// Counts a refusal.
    pub fn refuse(&self, share: &'static str) {
        self.quota_refusals.with_label_values(&[share]).inc();
    }
}
