//! Feeds that others publish or push: bytes in, what they say out.
//!
//! A feed is one `[[feeds]]` table (`config`): a shape, which knows a wire format (a file in
//! `shape/`, a line in its list), and a mapping, which says which members are meant. [`Reader`] is
//! both, compiled once. Promises: reading is pure and bounded in depth, rows and sizes; whatever
//! the bytes, each row becomes what it says or a refusal with its reason, and what is odd is
//! counted. What is said is in the feed's own ids: whether a zone exists is the gate's part.

mod anchors;
mod clock;
mod compile;
mod config;
mod counting;
mod credits;
mod dialect;
mod feed;
mod feeds;
pub mod fetch;
mod field;
pub mod fuzzing;
mod gather;
mod geometry;
mod lines;
mod mapping;
mod meaning;
mod pace;
mod path;
pub mod place;
mod poll;
mod preset;
mod push;
mod reader;
mod shape;
mod site;
mod standing;
#[cfg(test)]
pub(crate) mod testing;
mod text;
mod times;
mod told;
mod zones;

pub use clock::{Fetchers, Spread, run};
pub use config::{FeedConfig, Hidden, Push, PushReply, ZonesFrom};
pub use credits::Credits;
pub use feed::{Delivery, FeedHost, RunningFeed};
pub use feeds::Feeds;
pub use lines::{LineFault, Lines};
pub use preset::{PRESETS, Preset};
pub use push::{Auth, Knock};
pub use reader::Reader;
pub use shape::{SHAPES, Shape, TableHead};
pub use standing::{FeedHealth, FeedState};
pub use zones::ZoneMaker;

use super::codec::Said;
use crate::domain::{BayKind, LatLon, Millis, Reason, ZoneKind};

/// What one answer, or one push, says.
#[derive(Debug, Default)]
pub struct FeedAnswer {
    pub rows: Vec<FeedRow>,
    /// Where the rest of it is.
    pub next: Option<NextPage>,
    /// For how long the answer itself says that there is no news, s.
    pub ttl_s: Option<u64>,
    pub notes: Notes,
}

/// Where an answer goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NextPage {
    /// At this address, perhaps relative to the one that was asked.
    Url(String),
    /// At the same address, with this query parameter greater by so much; where the address does not
    /// have it, it was 0.
    Step { param: Box<str>, step: u64 },
}

/// What one row says.
#[derive(Debug)]
pub struct FeedRow {
    /// In the feed's ids, with the mapping's prefix. [`Said::Present`] where it says nothing of any
    /// bay by itself: a static row, or one with running totals only (`flow`).
    pub said: Result<Said<'static>, (Reason, String)>,
    /// Running totals or a change beside it.
    pub flow: Option<Flow>,
    /// The row as text, for the quarantine. For forms and CSV a JSON object of its members, so that
    /// those which are to be dropped are found.
    pub payload: Box<str>,
    /// What it says of the zone or bay itself: from a static feed.
    pub place: Option<Box<Place>>,
    pub odd: Odd,
}

impl FeedRow {
    /// When it was so, as far as it tells; of a bay when it was last seen to be.
    #[must_use]
    pub fn told_at(&self) -> Option<Millis> {
        match self.said.as_ref().ok()? {
            Said::Bay(bay) => bay.seen.or(bay.at),
            Said::Count(count) => count.at,
            Said::Present(at) => *at,
            _ => None,
        }
    }
}

/// Entries and exits: no state by themselves, but they move one that an absolute count has anchored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    pub zone: String,
    pub kind: BayKind,
    pub at: Option<Millis>,
    /// Vehicles that came in, as a running total that may start again (at midnight, with the device).
    pub entered: Option<u64>,
    /// The same of those that left.
    pub left: Option<u64>,
    /// What this row alone adds to the occupied bays: 1 for an entry, -1 for an exit.
    pub delta: Option<i64>,
}

/// What a row says of the zone or bay itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// The zone's id: of a bay's row, the zone that it lies in, where that is told.
    pub zone: Option<String>,
    /// The bay's id, of a bay's row.
    pub bay: Option<String>,
    pub name: Option<String>,
    pub address: Option<String>,
    pub operator: Option<String>,
    pub kind: Option<ZoneKind>,
    /// In WGS 84.
    pub at: Option<LatLon>,
    /// The kind of bays, and how many of it, as far as the row tells.
    pub bay_kind: BayKind,
    pub capacity: Option<u32>,
    pub max_height_cm: Option<u16>,
}

/// What was odd about a row that was taken all the same.
#[allow(
    clippy::struct_excessive_bools,
    reason = "each may be so without the others"
)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Odd {
    /// A number could not be (below 0, above a million) and is taken as what is nearest.
    pub clamped: bool,
    /// More vacant bays than there are: all of them are.
    pub vacant_above_capacity: bool,
    /// 0 of 0 bays: nothing is known of it.
    pub none_of_none: bool,
    /// The number that it should tell is not told: nothing is known of it.
    pub not_told: bool,
    /// Its time exists twice by the wall clock (clocks were put back).
    pub time_twice: bool,
    /// Its time does not exist by the wall clock (clocks were put forward over it).
    pub time_skipped: bool,
    /// Its place is none on earth.
    pub no_place: bool,
}

/// How often what was odd in an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notes {
    pub clamped: u32,
    pub vacant_above_capacity: u32,
    pub none_of_none: u32,
    pub not_told: u32,
    pub time_twice: u32,
    pub time_skipped: u32,
    /// Nearly all rows that tell a time are ahead of, or behind, the hub's clock by the same whole
    /// hours: by so many the feed's `time_zone` is wrong (positive: its times lie ahead), or, if they
    /// are behind, the feed stands still.
    pub hours_off: Option<i8>,
    /// Rows beyond what is read of one answer; they were not.
    pub rows_left_out: u64,
}

impl Notes {
    /// Counts what was odd about a row.
    pub fn add(&mut self, odd: Odd) {
        let counts = [
            (odd.clamped, &mut self.clamped),
            (odd.vacant_above_capacity, &mut self.vacant_above_capacity),
            (odd.none_of_none, &mut self.none_of_none),
            (odd.not_told, &mut self.not_told),
            (odd.time_twice, &mut self.time_twice),
            (odd.time_skipped, &mut self.time_skipped),
        ];
        for (is_so, count) in counts {
            *count += u32::from(is_so);
        }
    }
}
