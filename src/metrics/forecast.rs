//! What is counted of forecasts.

use super::register::Register;
use prometheus::{GaugeVec, IntGauge};

/// Forecasts. Labels are few and fixed.
pub struct ForecastMetrics {
    /// Hours of history that wait to be learnt.
    pub waiting: IntGauge,
    /// Where what was learnt ends.
    pub newest: IntGauge,
    pub zones: IntGauge,
    /// 1: what was learnt last is not on disk.
    pub unkept: IntGauge,
    /// How far off forecasts of the hour that was learnt last were, by what was said and how far ahead.
    error: GaugeVec,
    /// The share of what came that lay between p10 and p90.
    covered: GaugeVec,
    /// How full zones of a kind will be in an hour.
    expected: GaugeVec,
}

impl ForecastMetrics {
    pub(super) fn new(r: &Register) -> Self {
        Self {
            waiting: r.gauge(
                "forecast_waiting_hours",
                "Hours of history that wait to be learnt.",
            ),
            newest: r.gauge(
                "forecast_newest_milliseconds",
                "Where what forecasts were learnt from ends.",
            ),
            zones: r.gauge("forecast_zones", "Zones that forecasts were learnt of."),
            unkept: r.gauge(
                "forecast_unkept",
                "1: what forecasts were learnt from last is not on disk.",
            ),
            error: r.ratios(
                "forecast_error",
                "Mean absolute error of the share occupied, of what came in the hours learnt last.",
                &["ahead", "said"],
            ),
            covered: r.ratios(
                "forecast_covered",
                "Share of what came between p10 and p90, in the hours learnt last.",
                &["ahead"],
            ),
            expected: r.ratios(
                "forecast_occupancy",
                "Share of bays expected occupied in an hour, mean over zones: p10, mean, p90.",
                &["kind", "said"],
            ),
        }
    }

    /// What became of forecasts, by how far ahead they were: errors of what was said, and the share
    /// between p10 and p90.
    pub fn came(&self, ahead: &str, errors: &[(&str, f64)], covered: f64) {
        for (said, error) in errors {
            self.error.with_label_values(&[ahead, said]).set(*error);
        }
        self.covered.with_label_values(&[ahead]).set(covered);
    }

    /// What is expected of zones of a kind in an hour: the mean, and of what lies around each.
    pub fn band(&self, kind: &str, [mean, p10, p90]: [f64; 3]) {
        for (said, value) in [("mean", mean), ("p10", p10), ("p90", p90)] {
            self.expected.with_label_values(&[kind, said]).set(value);
        }
    }
}
