//! What is counted of the counting of usage itself.

use super::register::Register;
use prometheus::IntCounter;

/// What could not be written, or was not counted.
pub struct UsageMetrics {
    /// Batches that the store did not take; they are sent again.
    pub failures: IntCounter,
    /// Counts that were given up because too many waited for the store.
    pub dropped: IntCounter,
}

impl UsageMetrics {
    pub(super) fn new(r: &Register) -> Self {
        Self {
            failures: r.counter(
                "usage_flush_failures_total",
                "Batches of partners' usage that the store did not take; they are sent again.",
            ),
            dropped: r.counter(
                "usage_dropped_total",
                "Counts of partners' usage that were given up because too many waited for the store.",
            ),
        }
    }
}
