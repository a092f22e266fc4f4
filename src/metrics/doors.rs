//! What comes in by each door, and what each refuses.

use super::Metrics;
use crate::domain::{Door, Reason, Weighed};

impl Metrics {
    pub fn refuse(&self, door: Door, reason: Reason) {
        self.refused
            .with_label_values(&[door.name(), reason.name()])
            .inc();
    }

    pub fn app_report(&self, outcome: Weighed) {
        self.app_reports.with_label_values(&[outcome.name()]).inc();
    }

    pub fn accept(&self, door: Door, claims: u64) {
        self.accepted
            .with_label_values(&[door.name()])
            .inc_by(claims);
    }

    /// How many reports a door has taken since the start, one a bay or zone.
    #[must_use]
    pub fn accepted(&self, door: Door) -> u64 {
        self.accepted.with_label_values(&[door.name()]).get()
    }

    /// How many were refused at `door` for `reason` since the start.
    #[must_use]
    pub fn refused(&self, door: Door, reason: Reason) -> u64 {
        self.refused
            .with_label_values(&[door.name(), reason.name()])
            .get()
    }
}
