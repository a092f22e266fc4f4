//! What is counted of webhooks. No endpoint and no partner is a label.

use super::register::Register;
use prometheus::{HistogramVec, IntCounterVec, IntGauge};
use std::time::Duration;

/// Webhooks.
pub struct WebhookMetrics {
    /// Endpoints that are told.
    pub endpoints: IntGauge,
    /// Facts that wait to be told.
    pub waiting: IntGauge,
    /// How long the oldest of them has, ms.
    pub oldest_ms: IntGauge,
    /// Attempts that are being made.
    pub under_way: IntGauge,
    attempts: IntCounterVec,
    seconds: HistogramVec,
}

impl WebhookMetrics {
    pub(super) fn new(r: &Register) -> Self {
        Self {
            endpoints: r.gauge("webhook_endpoints", "Endpoints of webhooks that are told."),
            waiting: r.gauge(
                "webhook_facts_waiting",
                "Facts that wait to be told to endpoints that are enabled.",
            ),
            oldest_ms: r.gauge(
                "webhook_oldest_fact_milliseconds",
                "How long the oldest fact has waited to be told.",
            ),
            under_way: r.gauge("webhook_under_way", "Webhooks that are being sent."),
            attempts: r.counters(
                "webhook_attempts_total",
                "Attempts to tell an endpoint, by what came of them: delivered, refused, gone, timeout, \
                 unreachable, forbidden.",
                &["outcome"],
            ),
            seconds: r.seconds_by(
                "webhook_attempt_seconds",
                "How long attempts to tell an endpoint took.",
                &["outcome"],
            ),
        }
    }

    /// Counts one attempt. `outcome` is one of a few words in the source.
    pub fn attempted(&self, outcome: &'static str, took: Duration) {
        self.attempts.with_label_values(&[outcome]).inc();
        self.seconds
            .with_label_values(&[outcome])
            .observe(took.as_secs_f64());
    }

    /// How many came to that.
    #[must_use]
    pub fn attempts(&self, outcome: &'static str) -> u64 {
        self.attempts.with_label_values(&[outcome]).get()
    }
}
