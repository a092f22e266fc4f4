//! What is counted of the settlement.

use super::register::Register;
use prometheus::{IntCounter, IntGauge};

/// The settlement. Labels are few and fixed.
pub struct SettlementMetrics {
    pub reports: IntCounter,
    /// Ended visits: those that count, and short stays.
    pub visits: IntCounter,
    pub short: IntCounter,
    /// Late reports; each is then either amended or too late.
    pub late: IntCounter,
    pub amended: IntCounter,
    pub too_late: IntCounter,
    /// Parts of hours of results that were handed over, one a worker.
    pub hours: IntCounter,
    /// Hours of results that were not taken by anybody.
    pub hours_lost: IntCounter,
    /// Settled reports that could not be kept for amendments.
    pub unkept: IntCounter,
    /// From the newest settled window to the ingest time that the stream has reached.
    pub lag: IntGauge,
}

impl SettlementMetrics {
    pub(super) fn new(r: &Register) -> Self {
        Self {
            reports: r.counter("settled_reports_total", "Reports settled in time."),
            visits: r.counter("settled_visits_total", "Settled visits that ended."),
            short: r.counter(
                "settled_short_stays_total",
                "Settled stays too short to be visits.",
            ),
            late: r.counter(
                "settled_late_reports_total",
                "Reports that came after the watermark.",
            ),
            amended: r.counter(
                "settled_amended_reports_total",
                "Late reports that amended what was settled.",
            ),
            too_late: r.counter(
                "settled_too_late_reports_total",
                "Reports too late to amend, kept aside.",
            ),
            hours: r.counter(
                "settled_hours_total",
                "Parts of hours of settled results handed over.",
            ),
            hours_lost: r.counter(
                "settled_hours_lost_total",
                "Hours of settled results that nobody took.",
            ),
            unkept: r.counter(
                "settled_unkept_reports_total",
                "Settled reports that could not be kept for amendments.",
            ),
            lag: r.gauge("settled_lag_seconds", "Age of the newest settled window."),
        }
    }
}
