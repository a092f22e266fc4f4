//! Days as people count them: from midnight to midnight in some place, 23 to 25 hours long where
//! clocks change.
//!
//! The rules of each place are those of its [`TimeZone`].

use super::{Millis, TimeZone};
use chrono::{Datelike as _, Offset as _, TimeZone as _, Timelike as _};

/// The calendar of one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Calendar(TimeZone);

/// The date and hour that a clock on the wall shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WallTime {
    pub year: i32,
    pub month: u32,
    pub day: u32,
    pub hour: u32,
}

impl Calendar {
    pub const UTC: Self = Self(TimeZone::UTC);

    /// By its IANA name, such as `Asia/Singapore`.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        TimeZone::parse(name).map(Self)
    }

    #[must_use]
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// The midnight at or before `at` with which its day begins: the first, where one comes twice.
    #[must_use]
    pub fn day_start(self, at: Millis) -> Millis {
        let begins = self.0.day_of(at).and_then(|date| self.0.midnight(date));
        begins.unwrap_or_default()
    }

    /// The midnight after `at` with which the next day begins.
    #[must_use]
    pub fn next_day(self, at: Millis) -> Millis {
        let next = self.0.day_of(at).and_then(|date| date.succ_opt());
        let begins = next.and_then(|date| self.0.midnight(date));
        begins.unwrap_or(Millis::MAX)
    }

    /// What a clock there shows at `at`.
    #[must_use]
    pub fn wall(self, at: Millis) -> WallTime {
        let local = self
            .0
            .0
            .timestamp_millis_opt(at.0 as i64)
            .single()
            .map(|t| t.naive_local())
            .unwrap_or_default();
        WallTime {
            year: local.year(),
            month: local.month(),
            day: local.day(),
            hour: local.hour(),
        }
    }

    /// Whether its hours begin when those of UTC do, at `at`.
    #[must_use]
    pub fn has_whole_hours(self, at: Millis) -> bool {
        self.ahead_s(at) % 3600 == 0
    }

    /// Seconds by which clocks there are ahead of UTC at `at`.
    #[must_use]
    pub fn ahead_s(self, at: Millis) -> i32 {
        let at = self.0.0.timestamp_millis_opt(at.0 as i64).single();
        at.map_or(0, |t| t.offset().fix().local_minus_utc())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Millis {
        Millis::parse(text).unwrap()
    }

    #[test]
    fn a_day_begins_at_midnight_of_the_place() {
        let sg = Calendar::parse("Asia/Singapore").unwrap();
        assert_eq!(
            sg.day_start(at("2026-11-27T15:59:59Z")),
            at("2026-11-26T16:00:00Z")
        );
        assert_eq!(
            sg.next_day(at("2026-11-27T15:59:59Z")),
            at("2026-11-27T16:00:00Z")
        );
        assert_eq!(
            sg.day_start(at("2026-11-27T16:00:00Z")),
            at("2026-11-27T16:00:00Z")
        );
        assert_eq!(
            Calendar::UTC.day_start(at("2026-11-27T15:59:59Z")),
            at("2026-11-27T00:00:00Z")
        );
        assert_eq!(
            sg.wall(at("2026-11-27T16:30:00Z")),
            WallTime {
                year: 2026,
                month: 11,
                day: 28,
                hour: 0
            }
        );
        assert_eq!(Calendar::parse("Asia/Singapur"), None);
    }

    #[test]
    fn a_day_has_23_or_25_hours_where_clocks_change_and_begins_late_where_they_skip_midnight() {
        let hours = |place: &str, noon: &str| {
            let c = Calendar::parse(place).unwrap();
            (c.next_day(at(noon)).0 - c.day_start(at(noon)).0) / 3_600_000
        };
        assert_eq!(hours("Europe/Berlin", "2026-03-29T12:00:00Z"), 23);
        assert_eq!(hours("Europe/Berlin", "2026-10-25T12:00:00Z"), 25);
        assert_eq!(hours("Africa/Cairo", "2026-04-24T12:00:00Z"), 23);
        assert_eq!(hours("Asia/Singapore", "2026-03-29T12:00:00Z"), 24);
    }

    #[test]
    fn clocks_are_ahead_by_what_is_in_force_there() {
        let ahead = |place: &str, day: &str| Calendar::parse(place).unwrap().ahead_s(at(day));
        assert_eq!(ahead("Europe/Berlin", "2026-03-28T12:00:00Z"), 3600);
        assert_eq!(ahead("Europe/Berlin", "2026-03-29T12:00:00Z"), 7200);
        assert_eq!(ahead("Asia/Kolkata", "2026-03-29T12:00:00Z"), 19_800);
        assert_eq!(ahead("America/Bogota", "2026-03-29T12:00:00Z"), -18_000);
    }

    #[test]
    fn some_places_do_not_keep_whole_hours() {
        let whole = |place: &str| {
            Calendar::parse(place)
                .unwrap()
                .has_whole_hours(at("2026-11-27T00:00:00Z"))
        };
        assert!(whole("Asia/Singapore") && whole("America/Los_Angeles"));
        assert!(!whole("Asia/Kolkata") && !whole("Asia/Kathmandu"));
    }
}
