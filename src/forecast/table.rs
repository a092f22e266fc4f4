//! What is told now: the outlook of every zone, replaced whole, and read without a lock.
//!
//! Promises: a table that is older than five minutes says nothing of zones, so what is told then is
//! what is assumed where nothing is known; what is asked for within four hours is told, also while the
//! table ages.

use super::bays::{Arrival, USUAL_PACE, p_any_vacant};
use super::calibration::Calibration;
use super::outlook::{FURTHEST_MS, Outlook};
use crate::domain::{Millis, ZoneIx};
use arc_swap::ArcSwap;
use std::sync::Arc;

/// A table speaks so long, ms.
const GOOD_FOR_MS: u64 = 5 * 60_000;

/// What is told of one zone.
#[derive(Clone, Copy, Debug)]
pub struct ZoneEntry {
    /// `None`: nothing is known of it, or it is nobody's business.
    pub outlook: Option<Outlook>,
    /// Changes of its bays a minute, vacant and occupied together.
    pub pace: f32,
}

impl Default for ZoneEntry {
    fn default() -> Self {
        Self {
            outlook: None,
            pace: USUAL_PACE,
        }
    }
}

/// Of all zones, by their index.
#[derive(Clone, Debug, Default)]
pub struct ForecastTable {
    /// When it was worked out.
    pub at: Millis,
    pub zones: Box<[ZoneEntry]>,
    /// How told odds of bays have turned out.
    pub calibration: Calibration,
}

impl ForecastTable {
    /// A zone's outlook, if there is one, and how long after it was worked out `ahead_ms` from `now` is.
    #[must_use]
    pub fn zone(&self, zone: ZoneIx, now: Millis, ahead_ms: u64) -> Option<(&Outlook, u64)> {
        let age = now.since(self.at);
        if age > GOOD_FOR_MS || ahead_ms > FURTHEST_MS {
            return None;
        }
        let outlook = self.zones.get(zone.at())?.outlook.as_ref()?;
        Some((outlook, (ahead_ms + age).min(FURTHEST_MS)))
    }

    fn arrival(&self, zone: ZoneIx, now: Millis, ahead_ms: u64) -> Arrival {
        let entry = self.zones.get(zone.at());
        let of_zone = self.zone(zone, now, ahead_ms);
        Arrival {
            ahead_ms,
            zone: of_zone.and_then(|(outlook, ahead)| outlook.after(ahead)),
            pace: entry.map_or(USUAL_PACE, |e| e.pace),
        }
    }

    /// The same as [`Self::p_vacant`], before it is held against what came of what was told.
    #[must_use]
    pub fn p_vacant_raw(
        &self,
        zone: ZoneIx,
        now: Millis,
        ahead_ms: u64,
        p_now: f64,
    ) -> Option<f64> {
        self.arrival(zone, now, ahead_ms).p_vacant(p_now)
    }

    /// How likely a bay of `zone` is vacant `ahead_ms` from now that is so with `p_now`; `None` beyond
    /// four hours.
    #[must_use]
    pub fn p_vacant(&self, zone: ZoneIx, now: Millis, ahead_ms: u64, p_now: f64) -> Option<f64> {
        let raw = self.p_vacant_raw(zone, now, ahead_ms, p_now)?;
        Some(self.calibration.told(ahead_ms, raw))
    }

    /// How likely at least one of these bays is: by zone, with its odds now. `None` without any, or
    /// beyond four hours.
    #[must_use]
    pub fn p_any_vacant(&self, bays: &[(ZoneIx, f64)], now: Millis, ahead_ms: u64) -> Option<f64> {
        let arrivals = bays
            .iter()
            .map(|(zone, p)| (self.arrival(*zone, now, ahead_ms), *p));
        let arrivals: Vec<_> = arrivals.collect();
        p_any_vacant(&arrivals)
    }
}

/// See the module.
#[derive(Debug, Default)]
pub struct Forecasts(ArcSwap<ForecastTable>);

impl Forecasts {
    #[must_use]
    pub fn now(&self) -> Arc<ForecastTable> {
        self.0.load_full()
    }

    pub fn tell(&self, table: ForecastTable) {
        self.0.store(Arc::new(table));
    }
}
