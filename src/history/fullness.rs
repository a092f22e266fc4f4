//! How full zones were, by half-hours: what forecasts are learnt from.
//!
//! Where a zone was counted, its count goes before its bays. Corrections are added up with the rest.
//! Dear: as [`super::Activity`], whose reading of files it uses.

use super::History;
use super::activity::{HALF_HOUR_MS, windows};
use super::archive::{Archive, Gap};
use crate::domain::Millis;
use crate::domain::turnover::HOUR_MS;
use std::collections::BTreeMap;

/// How full one zone was in a half-hour. Times are bay-milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fullness {
    pub occupied_ms: i64,
    pub vacant_ms: i64,
    /// In service, and nobody's word stood.
    pub unknown_ms: i64,
}

impl Fullness {
    fn add(&mut self, more: Self) {
        self.occupied_ms += more.occupied_ms;
        self.vacant_ms += more.vacant_ms;
        self.unknown_ms += more.unknown_ms;
    }

    /// Of time that was known.
    #[must_use]
    pub const fn known_ms(&self) -> i64 {
        self.occupied_ms + self.vacant_ms
    }

    /// Two zones as one.
    #[must_use]
    pub fn with(mut self, more: Self) -> Self {
        self.add(more);
        self
    }
}

/// By the start of a half-hour (whole half-hours of UTC) and the zone's stable number.
pub type FullnessByZone = BTreeMap<(Millis, u32), Fullness>;

impl History {
    /// How full every zone was in the half-hours of the hour that begins at `hour`. Call where blocking
    /// is allowed.
    ///
    /// # Errors
    /// When there is no file of it, or one is damaged or away.
    pub fn fullness(&self, hour: Millis) -> Result<FullnessByZone, Gap> {
        self.archive.fullness(hour)
    }
}

impl Archive {
    pub(super) fn fullness(&self, hour: Millis) -> Result<FullnessByZone, Gap> {
        let within = hour..hour.plus(HOUR_MS);
        let mut all: BTreeMap<(Millis, u32), [Fullness; 2]> = BTreeMap::new();
        for entry in self.entries(hour)? {
            if entry.rows == 0 {
                continue;
            }
            let read = windows(self.whole(&entry)?, &mut |more, counted| {
                if !within.contains(&more.from) {
                    return;
                }
                let from = Millis(more.from.0 / HALF_HOUR_MS * HALF_HOUR_MS);
                let kept = all.entry((from, more.zone)).or_default();
                kept[usize::from(counted)].add(Fullness {
                    occupied_ms: more.occupied_ms,
                    vacant_ms: more.vacant_ms,
                    unknown_ms: more.unknown_ms,
                });
            });
            read.map_err(|e| Gap::Damaged {
                file: entry.file.clone(),
                why: e.to_string(),
            })?;
        }
        let counted_first = |[bays, counted]: [Fullness; 2]| {
            if counted.known_ms() > 0 {
                counted
            } else {
                bays
            }
        };
        let each = all.into_iter();
        Ok(each.map(|(key, both)| (key, counted_first(both))).collect())
    }
}
