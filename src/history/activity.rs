//! How busy zones were, by half-hours: what rates are learnt from.
//!
//! Only what those need is decoded of a file (8 of its 20 columns), and corrections are added up with
//! the rest; what counts say is left out. Dear: an hour of 14,000 zones is 168,000 rows; call where blocking is allowed.

use super::History;
use super::archive::{Archive, Gap};
use super::files::{COUNTED, ZONE_NUMBER};
use super::table::{Column, Kind, TableError, read};
use crate::domain::Millis;
use crate::domain::turnover::HOUR_MS;
use std::ops::Range;

/// Length of a half-hour, ms.
pub(super) const HALF_HOUR_MS: u64 = HOUR_MS / 2;

/// What one zone's bays did in a half-hour. Times are bay-milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Activity {
    /// The zone's stable number.
    pub zone: u32,
    /// Start of the half-hour: whole half-hours of UTC.
    pub from: Millis,
    pub occupied_ms: i64,
    pub vacant_ms: i64,
    /// In service, and nobody's word stood.
    pub unknown_ms: i64,
    /// Bays that were seen to be taken.
    pub started: i64,
    /// Bays that were left by who was seen to take them.
    pub ended: i64,
}

impl Activity {
    fn is_of(&self, other: &Self) -> bool {
        (self.zone, self.from) == (other.zone, other.from)
    }

    fn add(&mut self, more: &Self) {
        self.occupied_ms += more.occupied_ms;
        self.vacant_ms += more.vacant_ms;
        self.unknown_ms += more.unknown_ms;
        self.started += more.started;
        self.ended += more.ended;
    }
}

impl History {
    /// The hours in `hours` of which there is a file, ascending.
    ///
    /// # Errors
    /// When the store does not answer.
    pub fn hours(&self, hours: Range<Millis>) -> Result<Vec<Millis>, Gap> {
        self.archive.hours(hours.start, hours.end)
    }

    /// What every zone did in the half-hours of the hour that begins at `hour`, corrections worked in;
    /// by zone and time.
    ///
    /// # Errors
    /// When there is no file of it, or one is damaged or away.
    pub fn activity(&self, hour: Millis) -> Result<Vec<Activity>, Gap> {
        self.archive.activity(hour)
    }
}

impl Archive {
    fn activity(&self, hour: Millis) -> Result<Vec<Activity>, Gap> {
        let within = hour..hour.plus(HOUR_MS);
        let mut all: Vec<Activity> = Vec::new();
        for entry in self.entries(hour)? {
            if entry.rows == 0 {
                continue;
            }
            let read = windows(self.whole(&entry)?, &mut |mut more, counted| {
                // Who counts a whole zone sees no bay taken.
                if counted || !within.contains(&more.from) {
                    return;
                }
                more.from = Millis(more.from.0 / HALF_HOUR_MS * HALF_HOUR_MS);
                // A file is by zone and time, so most rows go to the one before.
                match all.last_mut() {
                    Some(last) if last.is_of(&more) => last.add(&more),
                    _ => all.push(more),
                }
            });
            read.map_err(|e| Gap::Damaged {
                file: entry.file.clone(),
                why: e.to_string(),
            })?;
        }
        all.sort_by_key(|one| (one.zone, one.from));
        all.dedup_by(|later, kept| {
            let same = kept.is_of(later);
            if same {
                kept.add(later);
            }
            same
        });
        Ok(all)
    }
}

/// `zone_number`, `window_start`, `occupied_ms`, `vacant_ms`, `unknown_ms`, `visits_started`,
/// `visits_ended`, `counted`.
const COLUMNS: [(usize, Kind); 8] = [
    (ZONE_NUMBER, Kind::Int32),
    (2, Kind::Int64),
    (3, Kind::Int64),
    (4, Kind::Int64),
    (5, Kind::Int64),
    (7, Kind::Int64),
    (8, Kind::Int64),
    (COUNTED, Kind::LaterFlag),
];

/// Hands `each` every window of a file of turnover, and whether it is what counts say; `from` is its
/// start.
pub(super) fn windows(
    file: Vec<u8>,
    each: &mut dyn FnMut(Activity, bool),
) -> Result<(), TableError> {
    let mut odd = false;
    read(
        file,
        &COLUMNS,
        ZONE_NUMBER,
        &|_, _| false,
        &mut |columns| match &columns[..] {
            [
                Column::Int32(zones),
                Column::Int64(from),
                Column::Int64(occupied),
                Column::Int64(vacant),
                Column::Int64(unknown),
                Column::Int64(started),
                Column::Int64(ended),
                Column::Flag(counted),
            ] => {
                for (at, zone) in zones.iter().enumerate() {
                    let activity = Activity {
                        zone: *zone as u32,
                        from: Millis(from[at] as u64),
                        occupied_ms: occupied[at],
                        vacant_ms: vacant[at],
                        unknown_ms: unknown[at],
                        started: started[at],
                        ended: ended[at],
                    };
                    each(activity, counted[at]);
                }
            }
            _ => odd = true,
        },
    )?;
    if odd { Err(TableError::odd()) } else { Ok(()) }
}
