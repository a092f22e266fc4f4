//! The rates of every zone by the half-hour of the week, as one fit left them; for the disk too.
//!
//! Promises: the same bits in, the same rates out on any machine: which half-hour it is follows from
//! whole seconds and an offset that the table itself holds, not from a data base of time zones (where
//! clocks are turned, the half-hours are off until the next table, which is made in the night). A
//! zone that the table does not have goes by its kind. Bytes that are not a table's are refused,
//! never taken for one.
//!
//! Dear: 672 bytes a zone; 33.6 MB for 50,000. A rate is held in 1/16 octave, so to 2 %.

use super::rates::{Pair, Rates};
use crate::domain::{Millis, ZoneKind};

/// Half-hours of a week.
pub(super) const HALF_HOURS: usize = 7 * 48;

/// Seconds of a half-hour.
pub const HALF_HOUR_S: u32 = 1800;

/// From Monday, when 1970 began: on a Thursday.
const FIRST: i64 = 3 * 48;

/// Offsets from UTC that there can be, seconds.
const MOST_OFFSET_S: i32 = 26 * 3600;

const MAGIC: [u8; 8] = *b"BAYHUBR\x01";
/// Magic, number, offset, until, how many zones, how many kinds.
const HEAD: usize = 8 + 4 + 4 + 8 + 4 + 4;
const SUM: usize = 4;

/// What a table is called and made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Made {
    /// Ascending from 1.
    pub number: u32,
    /// Seconds by which clocks of the place are ahead of UTC.
    pub offset_s: i32,
    /// The end of the history that it was fitted to.
    pub until: Millis,
}

/// One zone's rates, or one kind's, by half-hour.
pub(super) type Week = [Pair; HALF_HOURS];

/// Which rates are a zone's in a table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WeekRow(u32);

/// See the module.
#[derive(PartialEq, Eq)]
pub struct Timetable {
    made: Made,
    /// Numbers, ascending; their weeks come in the same order, and those of the kinds after them.
    zones: Box<[u32]>,
    weeks: Box<[Week]>,
}

impl std::fmt::Debug for Timetable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} of {} zones", self.made, self.zones.len())
    }
}

/// Why bytes are no table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoTimetable {
    #[error("not a file of rates, or of a format that this hub does not know")]
    Foreign,
    #[error("damaged: it is cut short, or its checksum is not its own")]
    Damaged,
}

impl Timetable {
    /// `weeks`: of each of `zones` (numbers, ascending), then of each kind.
    pub(super) fn new(made: Made, zones: Box<[u32]>, weeks: Box<[Week]>) -> Self {
        debug_assert_eq!(weeks.len(), zones.len() + ZoneKind::ALL.len());
        Self { made, zones, weeks }
    }

    #[must_use]
    pub const fn made(&self) -> Made {
        self.made
    }

    /// Zones with rates of their own.
    #[must_use]
    pub fn zones(&self) -> usize {
        self.zones.len()
    }

    /// Where the rates of a zone stand, by its lasting number: its own, or those of its kind.
    #[must_use]
    pub fn row(&self, number: u32, kind: ZoneKind) -> WeekRow {
        let own = self.zones.binary_search(&number);
        WeekRow(own.unwrap_or(self.zones.len() + kind as usize) as u32)
    }

    /// The rates in the half-hour that `t` (absolute seconds) lies in. Of a row of another table,
    /// what is assumed where nothing is known.
    #[must_use]
    pub fn rates(&self, row: WeekRow, t: u32) -> Rates {
        let week = self.weeks.get(row.0 as usize);
        week.map_or_else(Rates::default, |week| {
            Rates::of_pair(week[self.half_hour(t)])
        })
    }

    /// Which half-hour of the week that is, from Monday 00:00. It changes when `t` is a whole number
    /// of half-hours.
    fn half_hour(&self, t: u32) -> usize {
        let t = i64::from(t / HALF_HOUR_S * HALF_HOUR_S) + i64::from(self.made.offset_s);
        (t.div_euclid(i64::from(HALF_HOUR_S)) + FIRST).rem_euclid(HALF_HOURS as i64) as usize
    }

    /// For the disk: head, numbers, weeks and a CRC-32C of it all; little-endian.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let weeks = self.weeks.as_flattened().as_flattened();
        let mut out = Vec::with_capacity(HEAD + 4 * self.zones.len() + weeks.len() + SUM);
        out.extend(MAGIC);
        out.extend(self.made.number.to_le_bytes());
        out.extend(self.made.offset_s.to_le_bytes());
        out.extend(self.made.until.0.to_le_bytes());
        out.extend((self.zones.len() as u32).to_le_bytes());
        out.extend((ZoneKind::ALL.len() as u32).to_le_bytes());
        out.extend(self.zones.iter().flat_map(|number| number.to_le_bytes()));
        out.extend(weeks);
        let sum = crc32c::crc32c(&out);
        out.extend(sum.to_le_bytes());
        out
    }

    /// The inverse of [`Self::to_bytes`].
    ///
    /// # Errors
    /// For bytes that it cannot have made.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, NoTimetable> {
        if bytes.get(..MAGIC.len()) != Some(&MAGIC[..]) {
            return Err(NoTimetable::Foreign);
        }
        let split = bytes.len().checked_sub(SUM).map(|at| bytes.split_at(at));
        let (body, sum) = split.ok_or(NoTimetable::Damaged)?;
        if crc32c::crc32c(body).to_le_bytes() != sum || body.len() < HEAD {
            return Err(NoTimetable::Damaged);
        }
        let word = |at: usize| u32_at(body, at);
        let number = word(8);
        let offset_s = word(12).cast_signed();
        let until = Millis(u64::from(word(16)) | u64::from(word(20)) << 32);
        let zones = word(24) as usize;
        let kinds = word(28) as usize;
        let length = HEAD + 4 * zones + size_of::<Week>() * (zones + kinds);
        let known = kinds == ZoneKind::ALL.len() && offset_s.abs() <= MOST_OFFSET_S;
        if !known || body.len() != length {
            return Err(NoTimetable::Foreign);
        }
        let (numbers, weeks) = body[HEAD..].split_at(4 * zones);
        let zones: Box<[u32]> = (0..zones).map(|n| u32_at(numbers, 4 * n)).collect();
        if !zones.is_sorted_by(|a, b| a < b) {
            return Err(NoTimetable::Foreign);
        }
        let mut week = [[0; 2]; HALF_HOURS];
        let weeks = weeks.chunks_exact(size_of::<Week>()).map(|bytes| {
            week.as_flattened_mut().copy_from_slice(bytes);
            week
        });
        let weeks: Box<[Week]> = weeks.collect();
        let made = Made {
            number,
            offset_s,
            until,
        };
        Ok(Self::new(made, zones, weeks))
    }
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    let word = bytes.get(at..at + 4).and_then(|w| w.try_into().ok());
    word.map_or(0, u32::from_le_bytes)
}

#[cfg(test)]
mod tests;
