//! Turnover: what a zone's bays did in a window of time, as integers that add up and can be taken
//! back.
//!
//! Everything the authority is told (turnover, mean stay, occupancy, coverage) is a ratio of these
//! sums. They form a group under addition: what each bay contributed adds up to its zone's
//! [`Window`] of five minutes, windows add up to hours and days, and a correction is the difference
//! of what is right and what was told, exactly. Ratios are taken at the very end. Two steps,
//! because "the zone was full" is said of a whole zone at one moment: a window holds how many bays
//! were vacant at its start, which adds up over bays; [`Sums`] holds in how many windows none was,
//! which adds up over time.

use super::{Millis, Visit, VisitChange};

mod counted;
mod stays;
mod tally;

pub use counted::{Basis, CountedWindow};
pub use stays::Stays;
pub use tally::Tally;

/// Length of a window, ms.
pub const WINDOW_MS: u64 = 5 * 60 * 1000;

/// Length of an hour, ms: what is settled is handed on by hours, counted from 1970 in UTC.
pub const HOUR_MS: u64 = 60 * 60 * 1000;

/// Above this share of occupied bays, in percent, a zone counts as crowded.
const CROWDED: i64 = 85;

/// What one zone's bays did in one window, or by how much that has to be corrected. Times are
/// bay-milliseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Window {
    pub occupied_ms: i64,
    pub vacant_ms: i64,
    /// In service, and nobody's word stood. Never counts as vacant.
    pub unknown_ms: i64,
    /// Out of service: part of no ratio.
    pub closed_ms: i64,
    /// Visits seen to start in the window, short ones left out.
    pub started: i64,
    /// Visits that ended in the window with both ends seen, short ones left out.
    pub ended: i64,
    /// Stays too short to be a visit, by the window they ended in.
    pub short: i64,
    /// Stays that ended in the window of which one end was not seen.
    pub censored: i64,
    /// Length of the visits in `ended`, ms.
    pub stay_ms: i64,
    /// Their lengths.
    pub stays: Stays,
    /// Bays occupied at the very start of the window.
    pub occupied_at: i64,
    pub vacant_at: i64,
    pub unknown_at: i64,
    /// What counts of the whole zone say of the same time; part of none of the above. `None`: nobody
    /// counted.
    pub counted: Option<Box<CountedWindow>>,
}

/// What zones did over a time: windows added up, and in how many of them a zone was full.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    pub occupied_ms: i64,
    pub vacant_ms: i64,
    pub unknown_ms: i64,
    pub closed_ms: i64,
    pub started: i64,
    pub ended: i64,
    pub short: i64,
    pub censored: i64,
    pub stay_ms: i64,
    pub stays: Stays,
    /// Windows at whose start at least half of the bays in service were known: what the next two
    /// are shares of.
    pub judged: i64,
    /// Those of them with no known bay vacant.
    pub full: i64,
    /// Those of them with more than 85 % of the known bays occupied.
    pub crowded: i64,
    /// Of the time in service: what counts of whole zones tell. They see no visits.
    pub counted_ms: i64,
    /// The same of the closed time.
    pub counted_closed_ms: i64,
}

/// `a op= b` for each plain member of two values that have the same ones.
macro_rules! members {
    ($a:expr, $b:expr, $op:tt, $($name:ident),+ $(,)?) => { $($a.$name $op $b.$name;)+ };
}

/// The same for all but the lengths of stays that a window and sums both have.
macro_rules! common_members {
    ($a:expr, $b:expr, $op:tt) => {
        members!(
            $a,
            $b,
            $op,
            occupied_ms,
            vacant_ms,
            unknown_ms,
            closed_ms,
            started,
            ended,
            short,
            censored,
            stay_ms,
        );
    };
}

impl Window {
    /// Its plain members, in the order in which files have them.
    #[must_use]
    pub const fn members(&self) -> [i64; 12] {
        [
            self.occupied_ms,
            self.vacant_ms,
            self.unknown_ms,
            self.closed_ms,
            self.started,
            self.ended,
            self.short,
            self.censored,
            self.stay_ms,
            self.occupied_at,
            self.vacant_at,
            self.unknown_at,
        ]
    }

    pub fn add(&mut self, other: &Self) {
        common_members!(self, other, +=);
        members!(self, other, +=, occupied_at, vacant_at, unknown_at);
        self.stays.merge(&other.stays, 1);
        self.merge_counted(other, 1);
    }

    pub fn subtract(&mut self, other: &Self) {
        common_members!(self, other, -=);
        members!(self, other, -=, occupied_at, vacant_at, unknown_at);
        self.stays.merge(&other.stays, -1);
        self.merge_counted(other, -1);
    }

    #[must_use]
    pub fn is_zero(&self) -> bool {
        *self == Self::default()
    }
}

impl Sums {
    pub fn add(&mut self, other: &Self) {
        self.add_all_but_stays(other);
        self.stays.merge(&other.stays, 1);
    }

    fn add_all_but_stays(&mut self, other: &Self) {
        common_members!(self, other, +=);
        members!(self, other, +=, judged, full, crowded, counted_ms, counted_closed_ms);
    }

    /// Bay-milliseconds in service of which the state was known.
    #[must_use]
    pub const fn known_ms(&self) -> i64 {
        self.occupied_ms + self.vacant_ms
    }

    /// Bay-milliseconds in service.
    #[must_use]
    pub const fn in_service_ms(&self) -> i64 {
        self.known_ms() + self.unknown_ms
    }

    #[must_use]
    pub fn is_zero(&self) -> bool {
        *self == Self::default()
    }
}

/// The whole of one zone's window. Not for a correction: half a zone cannot be judged.
impl From<&Window> for Sums {
    fn from(w: &Window) -> Self {
        w.told_by(w.basis())
    }
}

impl Sums {
    fn without_stays(w: &Window) -> Self {
        let mut sums = Self::default();
        common_members!(sums, w, =);
        let known = w.occupied_at + w.vacant_at;
        if known > 0 && known >= w.unknown_at {
            sums.judged = 1;
            sums.full = i64::from(w.vacant_at == 0);
            sums.crowded = i64::from(w.occupied_at * 100 > known * CROWDED);
        }
        sums
    }
}

/// One window of one zone, or a correction of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowRow {
    /// The zone's stable number.
    pub zone: u32,
    /// Start of the window; a multiple of [`WINDOW_MS`].
    pub from: Millis,
    pub window: Window,
}

/// Settled results of one hour: everything that is known of it when the watermark passes its end. A
/// function of the journal alone, so it may be told again after a restart, and is then the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SettledHour {
    /// Start of the hour.
    pub hour: Millis,
    /// By zone, then by time. Zones of which nothing was ever heard are left out.
    pub windows: Vec<WindowRow>,
    /// Visits, short stays among them, that ended in the hour; by end, then by bay.
    pub visits: Vec<Visit>,
}

/// What late reports that came in during one hour of ingest changed about hours that had been told
/// before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Corrections {
    /// Start of the hour of ingest.
    pub hour: Millis,
    /// Differences, to be added to what was told.
    pub windows: Vec<WindowRow>,
    pub visits: Vec<VisitChange>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(stays: &[u64]) -> Window {
        let mut w = Window {
            occupied_ms: 7,
            started: 2,
            vacant_at: 3,
            ..Window::default()
        };
        for stay in stays {
            w.ended += 1;
            w.stay_ms += *stay as i64;
            w.stays.count(*stay);
        }
        w
    }

    #[test]
    fn what_is_added_can_be_taken_back_exactly_in_any_order() {
        let a = window(&[60_000, 3_600_000, 61_000]);
        let b = window(&[3_600_000, 5]);
        let mut both = Window::default();
        both.subtract(&b);
        both.add(&a);
        both.add(&b);
        assert_eq!(both, a);
        both.subtract(&a);
        assert!(both.is_zero());
    }

    #[test]
    fn a_tally_is_what_adding_one_by_one_gives_and_then_begins_anew() {
        let windows = [
            window(&[60_000, 3_600_000, 61_000]),
            window(&[]),
            window(&[u64::MAX, 0]),
            window(&[60_000]),
        ];
        let mut tally = Tally::default();
        let mut other = Tally::default();
        let mut want = Sums::default();
        for w in &windows {
            want.add(&Sums::from(w));
            tally.add_window(w);
            other.add(&Sums::from(w));
        }
        assert_eq!((tally.take(), other.take()), (want.clone(), want));
        assert!(tally.take().is_zero());
        tally.count([(7, 1), (9, 2), (7, -1)]);
        assert_eq!(tally.take().stays.buckets(), [(9, 2)]);
    }

    #[test]
    fn a_zone_is_full_only_if_enough_of_it_is_known() {
        let at = |occupied_at, vacant_at, unknown_at| {
            let s = Sums::from(&Window {
                occupied_at,
                vacant_at,
                unknown_at,
                ..Window::default()
            });
            (s.judged, s.full, s.crowded)
        };
        assert_eq!(at(10, 0, 10), (1, 1, 1));
        assert_eq!(at(10, 0, 11), (0, 0, 0), "most of it unknown");
        assert_eq!(at(0, 0, 0), (0, 0, 0));
        assert_eq!(at(85, 15, 0), (1, 0, 0));
        assert_eq!(at(86, 14, 0), (1, 0, 1));
    }
}
