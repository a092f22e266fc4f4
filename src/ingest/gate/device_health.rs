//! How well each device is, as it last told or its network server did.
//!
//! Promises: one row for each registered device that was heard since the start, and none for others;
//! readers see a row whole. Not kept over a restart: a device tells again with its next frame. Dear:
//! a lock of a shard's for each uplink, and some 60 bytes a row.

use crate::domain::{Millis, SourceIx};
use crate::ingest::codec::device::DeviceHealth;
use crate::metrics::Metrics;
use dashmap::DashMap;
use std::sync::Arc;

/// See the module.
pub struct DeviceHealths {
    rows: DashMap<SourceIx, HeardDevice, ahash::RandomState>,
    metrics: Arc<Metrics>,
}

/// What is known of a device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HeardDevice {
    /// When its last frame came in, whatever it said.
    pub heard_at: Millis,
    pub health: DeviceHealth,
}

impl DeviceHealths {
    pub(super) fn new(metrics: Arc<Metrics>) -> Self {
        Self {
            rows: DashMap::default(),
            metrics,
        }
    }

    /// `None`: it has not been heard since the start.
    #[must_use]
    pub fn of(&self, source: SourceIx) -> Option<HeardDevice> {
        self.rows.get(&source).map(|row| *row)
    }

    /// A device is not registered any more: what was known of it is nobody's.
    pub fn forget(&self, source: SourceIx) {
        if let Some((_, row)) = self.rows.remove(&source) {
            self.count(is_low(&row), false);
        }
    }

    /// A frame of a registered device came in.
    pub(super) fn note(&self, source: SourceIx, now: Millis, told: DeviceHealth) {
        let mut row = self.rows.entry(source).or_default();
        let was = is_low(&row);
        row.heard_at = row.heard_at.max(now);
        row.health = told.over(row.health);
        self.count(was, is_low(&row));
    }

    fn count(&self, was_low: bool, is_low: bool) {
        match (was_low, is_low) {
            (false, true) => self.metrics.devices_low_battery.inc(),
            (true, false) => self.metrics.devices_low_battery.dec(),
            _ => {}
        }
    }
}

fn is_low(row: &HeardDevice) -> bool {
    row.health.needs_battery() == Some(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_added_to_frame_by_frame_and_low_batteries_are_counted() {
        let metrics = Arc::new(Metrics::new());
        let healths = DeviceHealths::new(metrics.clone());
        let source = SourceIx(7);
        assert_eq!(healths.of(source), None);
        let low = DeviceHealth {
            battery_percent: Some(4),
            ..DeviceHealth::default()
        };
        let warm = DeviceHealth {
            temperature_dc: Some(215),
            ..DeviceHealth::default()
        };
        healths.note(source, Millis(5), low);
        healths.note(source, Millis(9), warm);
        healths.note(SourceIx(8), Millis(9), low);
        let row = healths.of(source).unwrap();
        assert_eq!(
            (
                row.heard_at,
                row.health.battery_percent,
                row.health.temperature_dc
            ),
            (Millis(9), Some(4), Some(215))
        );
        assert_eq!(metrics.devices_low_battery.get(), 2);
        let full = DeviceHealth {
            battery_percent: Some(100),
            ..low
        };
        healths.note(source, Millis(10), full);
        healths.forget(SourceIx(8));
        healths.forget(SourceIx(8));
        assert_eq!(metrics.devices_low_battery.get(), 0);
    }
}
