//! What is counted of feeds that others publish or push.

use super::register::Register;
use prometheus::{IntCounterVec, IntGaugeVec};

/// Feeds, each under its name in the configuration.
pub struct Feeds {
    /// By what came of them: `answered`, `unchanged`, or why nothing did.
    pub polls: IntCounterVec,
    /// The same of what was pushed.
    pub pushes: IntCounterVec,
    /// Bytes of answers and pushes, unpacked.
    pub bytes: IntCounterVec,
    /// `taken`, `unchanged` or `refused`.
    pub rows: IntCounterVec,
    pub refused: IntCounterVec,
    /// Rows that were taken though something was odd about them, by what.
    pub odd: IntCounterVec,
    /// Entries and exits: `used`, `not_anchored` or `late`.
    pub flows: IntCounterVec,
    /// Age of the newest row when it was read, s.
    pub behind: IntGaugeVec,
    /// Whether nothing of use has come for long: 1 or 0.
    pub failing: IntGaugeVec,
    /// When it was last heard, ms since 1970.
    pub heard: IntGaugeVec,
    /// Zones that were added or changed by what it says.
    pub zones: IntCounterVec,
}

impl Feeds {
    pub(super) fn new(r: &Register) -> Self {
        Self {
            polls: r.counters(
                "feed_polls_total",
                "Polls of a feed, by what came of them.",
                &["feed", "outcome"],
            ),
            pushes: r.counters(
                "feed_pushes_total",
                "Bodies pushed to a feed, by what came of them.",
                &["feed", "outcome"],
            ),
            bytes: r.counters(
                "feed_bytes_total",
                "Bytes of a feed's answers, unpacked.",
                &["feed"],
            ),
            rows: r.counters(
                "feed_rows_total",
                "Rows of a feed, by what became of them.",
                &["feed", "outcome"],
            ),
            refused: r.counters(
                "feed_rows_refused_total",
                "Rows of a feed that were refused, by reason.",
                &["feed", "reason"],
            ),
            odd: r.counters(
                "feed_rows_odd_total",
                "Rows taken though something was odd about them, by what.",
                &["feed", "what"],
            ),
            flows: r.counters(
                "feed_flows_total",
                "Entries and exits beside counts, by what became of them.",
                &["feed", "outcome"],
            ),
            behind: r.gauges(
                "feed_behind_seconds",
                "Age of the newest row when it was read.",
                &["feed"],
            ),
            failing: r.gauges(
                "feed_failing",
                "Whether nothing of use has come of a feed for long: 1 or 0.",
                &["feed"],
            ),
            heard: r.gauges(
                "feed_heard_milliseconds",
                "When a feed was last heard, ms since 1970.",
                &["feed"],
            ),
            zones: r.counters(
                "feed_zones_total",
                "Zones added or changed by what a feed says.",
                &["feed"],
            ),
        }
    }
}
