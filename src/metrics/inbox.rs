//! What waits for the journal: how much of it there is, looked at when somebody asks.

use super::register::Register;
use prometheus::{IntCounter, IntGauge, IntGaugeVec};
use std::sync::OnceLock;

/// Claims and bytes.
type Look = Box<dyn Fn() -> (u64, u64) + Send + Sync>;

/// The inbox in front of the journal.
pub struct InboxMetrics {
    claims: IntGauge,
    bytes: IntGauge,
    limit: IntGaugeVec,
    /// Claims and refusals that found no room and did not wait: too many were there already.
    pub full_of_claims: IntCounter,
    /// The same: what was there was too large.
    pub full_of_bytes: IntCounter,
    /// The same: their key had its share of what was left.
    pub share_used_up: IntCounter,
    look: OnceLock<Look>,
}

impl InboxMetrics {
    pub(super) fn new(r: &Register) -> Self {
        let full = r.counters(
            "inbox_full_total",
            "Claims and refusals that found no room before the journal and did not wait.",
            &["reason"],
        );
        Self {
            claims: r.gauge(
                "inbox_claims",
                "Claims and refusals that wait for the journal.",
            ),
            bytes: r.gauge("inbox_bytes", "Bytes of what waits for the journal."),
            limit: r.gauges("inbox_limit", "How much may wait for the journal.", &["of"]),
            full_of_claims: full.with_label_values(&["claims"]),
            full_of_bytes: full.with_label_values(&["bytes"]),
            share_used_up: full.with_label_values(&["key_share"]),
            look: OnceLock::new(),
        }
    }

    /// From now on `look` says how many claims and bytes wait, of so many that may. The first one is
    /// asked: a hub has one inbox.
    pub fn watch(
        &self,
        claims: u64,
        bytes: u64,
        look: impl Fn() -> (u64, u64) + Send + Sync + 'static,
    ) {
        self.limit.with_label_values(&["claims"]).set(claims as i64);
        self.limit.with_label_values(&["bytes"]).set(bytes as i64);
        let _ = self.look.set(Box::new(look)); // the first one stays
    }

    /// How many claims and bytes wait now.
    #[must_use]
    pub fn waiting(&self) -> (u64, u64) {
        self.look.get().map_or((0, 0), |look| look())
    }

    /// Brings the gauges up to now.
    pub(super) fn look(&self) {
        let (claims, bytes) = self.waiting();
        self.claims.set(claims as i64);
        self.bytes.set(bytes as i64);
    }
}
