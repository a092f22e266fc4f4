//! What each may take of what all use, and what is counted of who wanted more.

use super::register::Register;
use prometheus::{IntCounter, IntCounterVec, IntGaugeVec};

/// Shares of what all use.
pub struct QuotaMetrics {
    limits: IntGaugeVec,
    refusals: IntCounterVec,
    signups: IntCounterVec,
    /// Batches of what partners use that the store did not take; they are sent again.
    pub usage_failures: IntCounter,
    /// Counts of it that were given up because too many waited for the store.
    pub usage_dropped: IntCounter,
}

impl QuotaMetrics {
    pub(super) fn new(r: &Register) -> Self {
        Self {
            limits: r.gauges(
                "limit",
                "What one key, partner, source or address may take, by its name in [limits].",
                &["limit"],
            ),
            refusals: r.counters(
                "quota_refusals_total",
                "Refused because a share of what all use was used up, by share.",
                &["share"],
            ),
            signups: r.counters(
                "partner_signups_total",
                "Sign-ups of partners, by what became of them.",
                &["outcome"],
            ),
            usage_failures: r.counter(
                "usage_flush_failures_total",
                "Batches of partners' usage that the store did not take; they are sent again.",
            ),
            usage_dropped: r.counter(
                "usage_dropped_total",
                "Counts of partners' usage that were given up because too many waited for the store.",
            ),
        }
    }

    /// Says what may be taken. `limit` is one of a few names in the source.
    pub fn limit(&self, limit: &'static str, n: u64) {
        self.limits
            .with_label_values(&[limit])
            .set(i64::try_from(n).unwrap_or(i64::MAX));
    }

    /// One was refused. `share` is one of a few names in the source, never a caller's text.
    pub fn refused(&self, share: &'static str) {
        self.refusals.with_label_values(&[share]).inc();
    }

    /// A sign-up has come so far: asked, confirmed, admitted, refused, expired; or there were too many.
    pub fn signup(&self, outcome: &'static str) {
        self.signups.with_label_values(&[outcome]).inc();
    }

    /// How many were refused until now.
    #[must_use]
    pub fn refusals(&self, share: &'static str) -> u64 {
        self.refusals.with_label_values(&[share]).get()
    }
}
