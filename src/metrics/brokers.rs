//! What is counted of outside brokers.

use super::register::Register;
use prometheus::{IntCounterVec, IntGaugeVec};

/// Outside brokers, each under its name in the configuration.
pub struct Brokers {
    /// Clients whose connection stands.
    pub connected: IntGaugeVec,
    pub failures: IntCounterVec,
    pub messages: IntCounterVec,
    /// Among the messages: marked by the broker as sent before.
    pub redelivered: IntCounterVec,
    /// Acknowledgements that were still owed when their connection ended.
    pub stale_acks: IntCounterVec,
    pub published: IntCounterVec,
}

impl Brokers {
    pub(super) fn new(r: &Register) -> Self {
        Self {
            connected: r.gauges(
                "broker_connected",
                "Clients whose connection stands.",
                &["broker"],
            ),
            failures: r.counters(
                "broker_connection_failures_total",
                "Connections that ended or were never made.",
                &["broker"],
            ),
            messages: r.counters("broker_messages_total", "Messages received.", &["broker"]),
            redelivered: r.counters(
                "broker_redelivered_total",
                "Messages that the broker marked as sent before.",
                &["broker"],
            ),
            stale_acks: r.counters(
                "broker_stale_acks_total",
                "Acknowledgements dropped as their connection had ended.",
                &["broker"],
            ),
            published: r.counters(
                "broker_published_total",
                "Messages of zones and orders handed to the broker.",
                &["broker"],
            ),
        }
    }
}
