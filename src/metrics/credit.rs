//! What is counted of partners' credit.

use super::register::Register;
use prometheus::{IntCounter, IntGauge};

/// Credit. No label: partners are no label's affair.
pub struct CreditMetrics {
    /// Reports that credit is worked out of.
    pub samples: IntCounter,
    /// Those for which there was no room.
    pub shed: IntCounter,
    /// Reports that were settled as worth something or nothing.
    pub settled: IntCounter,
    /// Where the newest settled day ends, s since 1970.
    pub through: IntGauge,
    /// When a day was last settled, or there was none to settle, s since 1970.
    pub looked: IntGauge,
    /// Days that could not be settled yet although they are over.
    pub failures: IntCounter,
    pub doubted: IntGauge,
    /// How long the next day could have been settled, s.
    pub overdue: IntGauge,
}

impl CreditMetrics {
    pub(super) fn new(r: &Register) -> Self {
        Self {
            samples: r.counter(
                "credit_samples_total",
                "Reports of partners that credit is worked out of.",
            ),
            shed: r.counter(
                "credit_shed_total",
                "Reports of partners for whose credit there was no room.",
            ),
            settled: r.counter(
                "credit_settled_total",
                "Reports of which it was settled what they were worth.",
            ),
            through: r.gauge(
                "credit_through_seconds",
                "Where the newest day ends whose credit is settled.",
            ),
            looked: r.gauge(
                "credit_last_settlement_seconds",
                "When credit was last settled, or found to be settled.",
            ),
            failures: r.counter(
                "credit_failures_total",
                "Failed attempts to settle a day's credit; they are made again.",
            ),
            overdue: r.gauge(
                "credit_overdue_seconds",
                "How long a day is over, and all that amends it, whose credit is not settled.",
            ),
            doubted: r.gauge(
                "credit_doubted_partners",
                "Partners whose reports weigh less for their credit.",
            ),
        }
    }
}
