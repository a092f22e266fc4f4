//! What is counted of problems that people report, by service code: there are eight.

use super::register::Register;
use crate::domain::ProblemCode;
use prometheus::{IntCounter, IntCounterVec, IntGauge, IntGaugeVec};

/// Problems.
pub struct ProblemMetrics {
    open: IntGaugeVec,
    overdue: IntGaugeVec,
    reports: IntCounterVec,
    refused: IntCounter,
    /// Problems that became late.
    pub late: IntCounter,
    /// When the duty that finds late ones last came to its end, s since 1970.
    pub looked: IntGauge,
}

impl ProblemMetrics {
    pub(super) fn new(r: &Register) -> Self {
        let own = Self {
            open: r.gauges(
                "problems_open",
                "Reported problems that are open.",
                &["code"],
            ),
            overdue: r.gauges(
                "problems_overdue",
                "Reported problems that are open and late.",
                &["code"],
            ),
            reports: r.counters(
                "problem_reports_total",
                "Reports of problems, by what came of them: opened, joined.",
                &["code", "outcome"],
            ),
            refused: r.counter(
                "problem_reports_refused_total",
                "Reports of problems that were too many.",
            ),
            late: r.counter(
                "problems_late_total",
                "Problems that were not closed by their deadline.",
            ),
            looked: r.gauge(
                "problems_looked_seconds",
                "When it was last looked which problems are late, seconds since 1970.",
            ),
        };
        own.stand(&[], &[]);
        own
    }

    /// A report was taken.
    pub fn reported(&self, code: ProblemCode, is_new: bool) {
        let outcome = if is_new { "opened" } else { "joined" };
        self.reports
            .with_label_values(&[code.name(), outcome])
            .inc();
    }

    /// A report was not.
    pub fn refused(&self) {
        self.refused.inc();
    }

    /// How many are open, and how many of those late.
    pub fn stand(&self, open: &[(ProblemCode, i64)], overdue: &[(ProblemCode, i64)]) {
        for code in ProblemCode::ALL {
            let of = |all: &[(ProblemCode, i64)]| {
                let own = all.iter().find(|(its, _)| *its == code);
                own.map_or(0, |(_, n)| *n)
            };
            self.open.with_label_values(&[code.name()]).set(of(open));
            let late = self.overdue.with_label_values(&[code.name()]);
            late.set(of(overdue));
        }
    }

    /// How many of a code are open, and how many late, as was last said.
    #[must_use]
    pub fn standing(&self, code: ProblemCode) -> (i64, i64) {
        let of = |gauge: &IntGaugeVec| gauge.with_label_values(&[code.name()]).get();
        (of(&self.open), of(&self.overdue))
    }
}
