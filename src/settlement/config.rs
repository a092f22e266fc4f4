//! What an operator may set of the settlement, and the same in milliseconds.

use crate::domain::Staleness;
use crate::domain::turnover::{HOUR_MS, WINDOW_MS};
use serde::Deserialize;
use std::ops::RangeInclusive;

/// `[stream.settle]`: how long to wait for reports, and how long to mend what was told.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// How long after its time a sensor's report may come in and still be in time, s. The longest
    /// of the three is waited for.
    pub sensor_lateness_s: u32,
    /// The same for an app's.
    pub app_lateness_s: u32,
    /// And for a gate's.
    pub gate_lateness_s: u32,
    /// A visit that is shorter, with both ends seen, is a short stay and no visit, s. Flicker is
    /// shorter than this.
    pub min_visit_s: u32,
    /// How late a report may be and still amend what was told, h.
    pub amend_h: u32,
    /// Reports that may wait in each worker to be settled, at 24 bytes (counts of zones: 40), in memory
    /// and on disk; what comes on top is kept aside. Absent: 192 a bay, from 4,194,304 to 268,435,456, so
    /// that what a flood can take goes by the size of the city.
    pub max_waiting: Option<usize>,
    /// Those of them that memory may hold. From half as many on, what comes in goes to files. Absent: 64
    /// a bay, from 1,048,576 to 4,194,304.
    pub max_in_memory: Option<usize>,
    /// The most that settled reports kept for amendments may take on disk, bytes. At 24 bytes a
    /// report (a count: 32), and 32 once an hour for a bay that reports, 4 GiB are two days of 440 to 1,000
    /// reports a second; of a hub that takes more the oldest hours go, and what comes late for them
    /// is too late.
    pub kept_bytes: u64,
    /// Hours of results that may wait for a sink that does not take them.
    pub max_hours: usize,
    /// Claims of the past in the order of their times, as an import has them: nothing is late, nothing
    /// is shed, and all bays have always been there. No operator sets it.
    #[serde(skip)]
    pub past: bool,
}

/// Within so long claims of the past may come in any order, ms.
pub const PAST_LATENESS_MS: u64 = 10 * 60_000;

/// Reports of a bay that may wait. What waits came within some seven minutes: one every two seconds of
/// every bay.
const PER_BAY: usize = 192;

/// What may wait at least and at most where nothing is said: a million reports are 24 MB.
const WAITING: RangeInclusive<usize> = 1 << 22..=1 << 28;

/// The same of what memory may hold.
const PER_BAY_IN_MEMORY: usize = 64;
const IN_MEMORY: RangeInclusive<usize> = 1 << 20..=1 << 22;

impl Default for Config {
    fn default() -> Self {
        Self {
            sensor_lateness_s: 120,
            app_lateness_s: 120,
            gate_lateness_s: 120,
            min_visit_s: 120,
            amend_h: 24,
            max_waiting: None,
            max_in_memory: None,
            kept_bytes: 4 << 30,
            max_hours: 3,
            past: false,
        }
    }
}

impl Config {
    /// Names of the keys, their values, and what they must lie between.
    #[must_use]
    pub fn bounds(&self) -> [(&'static str, u64, RangeInclusive<u64>); 9] {
        [
            (
                "stream.settle.sensor_lateness_s",
                u64::from(self.sensor_lateness_s),
                0..=7200,
            ),
            (
                "stream.settle.app_lateness_s",
                u64::from(self.app_lateness_s),
                0..=7200,
            ),
            (
                "stream.settle.gate_lateness_s",
                u64::from(self.gate_lateness_s),
                0..=7200,
            ),
            (
                "stream.settle.min_visit_s",
                u64::from(self.min_visit_s),
                0..=3600,
            ),
            ("stream.settle.amend_h", u64::from(self.amend_h), 0..=24),
            (
                "stream.settle.max_waiting",
                self.max_waiting.unwrap_or(1 << 20) as u64,
                1024..=1 << 32,
            ),
            (
                "stream.settle.max_in_memory",
                self.max_in_memory.unwrap_or(1 << 20) as u64,
                1024..=1 << 32,
            ),
            (
                "stream.settle.kept_bytes",
                self.kept_bytes,
                1 << 20..=1 << 50,
            ),
            ("stream.settle.max_hours", self.max_hours as u64, 1..=48),
        ]
    }

    /// For a city of that many bays.
    #[must_use]
    pub fn limits(&self, staleness: &Staleness, bays: u32) -> SettlementLimits {
        let lateness = self
            .sensor_lateness_s
            .max(self.app_lateness_s)
            .max(self.gate_lateness_s);
        let min_visit = u64::from(self.min_visit_s) * 1000;
        let by_bays = |each: usize, range: RangeInclusive<usize>| {
            (bays as usize * each).clamp(*range.start(), *range.end())
        };
        let waiting = || by_bays(PER_BAY, WAITING);
        let in_memory = || by_bays(PER_BAY_IN_MEMORY, IN_MEMORY);
        let max_waiting = self.max_waiting.unwrap_or_else(waiting);
        let limits = SettlementLimits {
            past: self.past,
            lateness: u64::from(lateness) * 1000,
            min_visit,
            pad: min_visit.div_ceil(WINDOW_MS) * WINDOW_MS,
            max_age: staleness.max_age_ms,
            stale_after: u64::from(staleness.default_s) * 1000,
            amend: u64::from(self.amend_h) * HOUR_MS,
            keep_hours: u64::from(self.amend_h) + 2,
            max_waiting,
            max_in_memory: self
                .max_in_memory
                .unwrap_or_else(in_memory)
                .min(max_waiting),
            max_hours: self.max_hours,
        };
        if !self.past {
            return limits;
        }
        SettlementLimits {
            lateness: PAST_LATENESS_MS,
            amend: 0,
            keep_hours: 2,
            // Whoever hands them in waits until they are settled.
            max_waiting: usize::MAX / 2,
            max_in_memory: usize::MAX / 2,
            ..limits
        }
    }
}

/// The same in ms.
#[derive(Clone, Copy, Debug)]
pub struct SettlementLimits {
    /// All bays have always been in service.
    pub past: bool,
    /// What comes later after its time is late.
    pub lateness: u64,
    pub min_visit: u64,
    /// `min_visit` in whole windows: so long after its end a window is known to the last start.
    pub pad: u64,
    pub max_age: u64,
    /// Where the zone does not say.
    pub stale_after: u64,
    pub amend: u64,
    pub keep_hours: u64,
    pub max_waiting: usize,
    pub max_in_memory: usize,
    pub max_hours: usize,
}

impl SettlementLimits {
    /// So many reports may wait without anybody asking whose they are.
    pub(in crate::settlement) fn uncrowded(&self) -> usize {
        self.max_waiting.min(self.max_in_memory) / 2
    }
}
