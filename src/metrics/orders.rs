//! What is counted of orders of the authority.

use super::register::Register;
use prometheus::{IntCounterVec, IntGauge};

/// Orders. Labels are few and fixed.
pub struct OrderMetrics {
    /// Versions written down, by what of them was news.
    pub written: IntCounterVec,
    pub planned: IntGauge,
    pub active: IntGauge,
    /// Emergencies that no second key has confirmed in time.
    pub unconfirmed: IntGauge,
}

impl OrderMetrics {
    pub(super) fn new(r: &Register) -> Self {
        Self {
            written: r.counters(
                "orders_written_total",
                "Versions of orders written down, by what of them was news.",
                &["event"],
            ),
            planned: r.gauge("orders_planned", "Orders that have not begun."),
            active: r.gauge("orders_active", "Orders in force, exercises among them."),
            unconfirmed: r.gauge(
                "orders_unconfirmed",
                "Emergency orders that no second key has confirmed in time.",
            ),
        }
    }
}
