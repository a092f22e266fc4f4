//! What is counted of webhooks. No endpoint and no partner is a label.

use super::register::Register;
use prometheus::{HistogramVec, IntCounter, IntCounterVec, IntGauge};
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
    /// Subscriptions of context brokers that are told.
    pub subscriptions: IntGauge,
    /// Entities that were pushed into context brokers.
    pub pushed: IntCounter,
    /// Context brokers that take none.
    pub push_failing: IntGauge,
    push_calls: IntCounterVec,
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
            subscriptions: r.gauge(
                "context_subscriptions",
                "Subscriptions of context brokers that are told.",
            ),
            pushed: r.counter(
                "context_pushed_entities_total",
                "Entities that context brokers have taken.",
            ),
            push_failing: r.gauge(
                "context_push_failing",
                "Context brokers that the last call did not reach, or that refused it.",
            ),
            push_calls: r.counters(
                "context_push_calls_total",
                "Calls at context brokers, by what came of them: delivered, refused, gone, timeout, \
                 unreachable, forbidden.",
                &["outcome"],
            ),
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

    /// Counts one call at a context broker.
    pub fn push_called(&self, outcome: &'static str) {
        self.push_calls.with_label_values(&[outcome]).inc();
    }

    /// How many came to that.
    #[must_use]
    pub fn attempts(&self, outcome: &'static str) -> u64 {
        self.attempts.with_label_values(&[outcome]).get()
    }
}
