//! Hours by the wall clock of a place: weekly windows in a named time zone, and what becomes of
//! them when clocks turn.
//!
//! The only door to `chrono-tz`. A weekly window means the owner's wall clock. Where a bound does
//! not exist (clocks sprang over it) it moves to the moment of the jump; where it exists twice, a
//! window opens at the later and closes at the earlier of the two, so that nobody is promised an
//! hour the owner may not have meant; a window that this leaves empty does not happen on that day.
//! A single time that a caller writes without an offset must exist exactly once.

use super::span::{Span, melt};
use super::{Millis, TimeOfDay};
use chrono::{
    Datelike as _, Days, MappedLocalTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta,
    TimeZone as _,
};
use std::fmt;

const DAY_MS: u64 = 86_400_000;

/// A named zone of the IANA data base.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TimeZone(pub(super) chrono_tz::Tz);

impl fmt::Debug for TimeZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Why a time by the wall clock is no moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LocalFault {
    #[error("is no date and time such as 2027-03-28T09:30")]
    Unreadable,
    #[error("does not exist there: clocks are put forward over it")]
    Gap,
    #[error("exists twice there: clocks are put back over it; write it with its offset")]
    Fold,
    #[error("lies before 1970 or after 2527")]
    TooFar,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Bound {
    Opens,
    Closes,
}

impl TimeZone {
    pub const UTC: Self = Self(chrono_tz::UTC);

    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        name.parse().ok().map(Self)
    }

    #[must_use]
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// The moment of a date and time without an offset.
    ///
    /// # Errors
    /// See [`LocalFault`].
    pub fn moment(self, text: &str) -> Result<Millis, LocalFault> {
        let read = |form| NaiveDateTime::parse_from_str(text, form).ok();
        let local = read("%Y-%m-%dT%H:%M")
            .or_else(|| read("%Y-%m-%dT%H:%M:%S"))
            .ok_or(LocalFault::Unreadable)?;
        match self.0.from_local_datetime(&local) {
            MappedLocalTime::Single(t) => millis(t.timestamp_millis()).ok_or(LocalFault::TooFar),
            MappedLocalTime::Ambiguous(..) => Err(LocalFault::Fold),
            MappedLocalTime::None => Err(LocalFault::Gap),
        }
    }

    fn bound(self, local: NaiveDateTime, which: Bound) -> Option<Millis> {
        let mut local = local;
        // The longest jump there ever was is a day (Samoa left one out).
        for _ in 0..=1440 {
            match self.0.from_local_datetime(&local) {
                MappedLocalTime::Single(t) => return millis(t.timestamp_millis()),
                MappedLocalTime::Ambiguous(early, late) => {
                    let t = if which == Bound::Opens { late } else { early };
                    return millis(t.timestamp_millis());
                }
                MappedLocalTime::None => local = local.checked_add_signed(TimeDelta::minutes(1))?,
            }
        }
        None
    }

    fn date(self, at: Millis) -> Option<NaiveDate> {
        let utc = chrono::DateTime::from_timestamp_millis(i64::try_from(at.0).ok()?)?;
        Some(utc.with_timezone(&self.0).date_naive())
    }

    /// The days by the wall clock that `span` touches, each with its name (`2027-03-28`): some have
    /// 23 or 25 hours.
    #[must_use]
    pub fn days(self, span: Span) -> Vec<(String, Span)> {
        let mut days = Vec::new();
        let Some(mut date) = self.date(span.start) else {
            return days;
        };
        // Midnight may be sprung over too: the day begins when it begins, and one that is left out
        // has no length.
        while let (Some(start), Some(next)) =
            (self.midnight(date), date.checked_add_days(Days::new(1)))
        {
            if start >= span.end {
                break;
            }
            if let Some(day) = self.midnight(next).and_then(|end| Span::new(start, end)) {
                days.push((date.to_string(), day));
            }
            date = next;
        }
        days
    }

    fn midnight(self, date: NaiveDate) -> Option<Millis> {
        self.bound(date.and_time(NaiveTime::MIN), Bound::Closes)
    }

    /// The month named `2027-03`, from midnight to midnight.
    #[must_use]
    pub fn month(self, name: &str) -> Option<Span> {
        let (year, month) = name
            .split_once('-')
            .filter(|(y, m)| y.len() == 4 && m.len() == 2)?;
        let first = NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, 1)?;
        let next = first.checked_add_months(chrono::Months::new(1))?;
        Span::new(self.midnight(first)?, self.midnight(next)?)
    }
}

fn millis(t: i64) -> Option<Millis> {
    u64::try_from(t)
        .ok()
        .map(Millis)
        .filter(|t| *t <= Millis::MAX)
}

/// Days of the week and hours of the day. Hours that do not end later than they start end on the
/// next day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weekly {
    /// Bit 0 is Monday.
    pub days: u8,
    pub from: TimeOfDay,
    pub to: TimeOfDay,
}

impl Weekly {
    /// Minutes from one bound to the other where no clocks turn: 1 to 1440.
    const fn minutes(self) -> u32 {
        let from = self.from.0 as u32;
        let to = self.to.0 as u32;
        if to > from {
            to - from
        } else {
            to + 1440 - from
        }
    }

    /// Whether some week has a moment in both.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        const WEEK: u32 = 7 * 1440;
        let starts = |w: Self| {
            let days = (0..7_u32).filter(move |day| w.days >> day & 1 == 1);
            days.map(move |day| day * 1440 + u32::from(w.from.0))
        };
        // On a circle: the one starts within the other.
        let within = |at: u32, from: u32, minutes: u32| (at + WEEK - from) % WEEK < minutes;
        starts(self).any(|a| {
            starts(other).any(|b| within(a, b, other.minutes()) || within(b, a, self.minutes()))
        })
    }

    /// Whether two of its own days run into each other; none can, as a day's hours end before the
    /// next day's start.
    fn on(self, zone: TimeZone, date: NaiveDate) -> Option<Span> {
        if self.days >> date.weekday().num_days_from_monday() & 1 == 0 {
            return None;
        }
        let at = |date: NaiveDate, time: TimeOfDay| {
            let midnight = date.and_time(NaiveTime::MIN);
            midnight.checked_add_signed(TimeDelta::minutes(i64::from(time.0)))
        };
        let last = if self.to > self.from {
            date
        } else {
            date.succ_opt()?
        };
        let opens = zone.bound(at(date, self.from)?, Bound::Opens)?;
        Span::new(opens, zone.bound(at(last, self.to)?, Bound::Closes)?)
    }
}

/// When `weekly` is open within `span`: melted, in order, cut to `span`.
#[must_use]
pub fn occurrences(weekly: &[Weekly], zone: TimeZone, span: Span) -> Vec<Span> {
    let mut open = Vec::new();
    // From the day before, whose hours may run into this one, and a day more for zones a day apart.
    let first = zone.date(Millis(span.start.0.saturating_sub(2 * DAY_MS)));
    let mut date = first.unwrap_or_default();
    for _ in 0..=span.ms() / DAY_MS + 5 {
        open.extend(
            weekly
                .iter()
                .filter_map(|w| w.on(zone, date))
                .filter_map(|s| s.and(span)),
        );
        let Some(next) = date.succ_opt() else { break };
        date = next;
    }
    melt(&mut open);
    open
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Millis {
        Millis::parse(text).unwrap()
    }

    fn span(from: &str, to: &str) -> Span {
        Span::new(at(from), at(to)).unwrap()
    }

    fn weekly(days: u8, from: &str, to: &str) -> Weekly {
        Weekly {
            days,
            from: TimeOfDay::parse(from).unwrap(),
            to: TimeOfDay::parse(to).unwrap(),
        }
    }

    const DAILY: u8 = 0x7f;

    fn berlin() -> TimeZone {
        TimeZone::parse("Europe/Berlin").unwrap()
    }

    fn on_day(w: Weekly, day: &str) -> Vec<Span> {
        let date: NaiveDate = day.parse().unwrap();
        w.on(berlin(), date).into_iter().collect()
    }

    #[test]
    fn office_nights_follow_the_wall_clock_through_the_year() {
        let nights = weekly(0b001_1111, "18:00", "08:00");
        let sg = TimeZone::parse("Asia/Singapore").unwrap();
        // Friday 2026-11-27 18:00 in Singapore to Saturday 08:00; then nothing until Monday 18:00.
        let got = occurrences(
            &[nights],
            sg,
            span("2026-11-27T00:30:00Z", "2026-11-30T10:30:00Z"),
        );
        assert_eq!(
            got,
            [
                span("2026-11-27T10:00:00Z", "2026-11-28T00:00:00Z"),
                span("2026-11-30T10:00:00Z", "2026-11-30T10:30:00Z")
            ]
        );
        let winter = occurrences(
            &[nights],
            berlin(),
            span("2027-01-04T12:00:00Z", "2027-01-05T12:00:00Z"),
        );
        let summer = occurrences(
            &[nights],
            berlin(),
            span("2027-07-05T12:00:00Z", "2027-07-06T12:00:00Z"),
        );
        assert_eq!(
            winter,
            [span("2027-01-04T17:00:00Z", "2027-01-05T07:00:00Z")]
        );
        assert_eq!(
            summer,
            [span("2027-07-05T16:00:00Z", "2027-07-06T06:00:00Z")]
        );
    }

    #[test]
    fn hours_that_clocks_spring_over_shrink_or_do_not_happen() {
        // Berlin, 2027-03-28: 02:00 becomes 03:00, at 01:00 UTC.
        let day = |from: &str, to: &str| on_day(weekly(DAILY, from, to), "2027-03-28");
        assert_eq!(
            day("01:00", "04:00"),
            [span("2027-03-28T00:00:00Z", "2027-03-28T02:00:00Z")],
            "an hour shorter"
        );
        assert_eq!(
            day("02:30", "05:00"),
            [span("2027-03-28T01:00:00Z", "2027-03-28T03:00:00Z")],
            "opens at the jump"
        );
        assert_eq!(
            day("01:00", "02:30"),
            [span("2027-03-28T00:00:00Z", "2027-03-28T01:00:00Z")],
            "closes at the jump"
        );
        assert_eq!(
            day("02:10", "02:50"),
            [],
            "there are no such hours that day"
        );
    }

    #[test]
    fn hours_that_happen_twice_open_late_and_close_early() {
        // Berlin, 2026-10-25: 03:00 becomes 02:00, at 01:00 UTC.
        let day = |from: &str, to: &str| on_day(weekly(DAILY, from, to), "2026-10-25");
        assert_eq!(
            day("02:30", "05:00"),
            [span("2026-10-25T01:30:00Z", "2026-10-25T04:00:00Z")]
        );
        assert_eq!(
            day("01:00", "02:30"),
            [span("2026-10-24T23:00:00Z", "2026-10-25T00:30:00Z")]
        );
        assert_eq!(
            day("01:00", "04:00"),
            [span("2026-10-24T23:00:00Z", "2026-10-25T03:00:00Z")],
            "an hour longer"
        );
        assert_eq!(
            day("02:10", "02:50"),
            [],
            "nobody can say which of the two was meant"
        );
    }

    #[test]
    fn a_single_time_must_exist_exactly_once() {
        assert_eq!(
            berlin().moment("2027-03-28T01:59"),
            Ok(at("2027-03-28T00:59:00Z"))
        );
        assert_eq!(berlin().moment("2027-03-28T02:30"), Err(LocalFault::Gap));
        assert_eq!(
            berlin().moment("2026-10-25T02:30:00"),
            Err(LocalFault::Fold)
        );
        for bad in [
            "",
            "2027-03-28",
            "2027-13-01T00:00",
            "2027-03-28 02:30",
            "1969-01-01T00:00x",
        ] {
            assert_eq!(berlin().moment(bad), Err(LocalFault::Unreadable), "{bad}");
        }
        assert_eq!(berlin().moment("1950-01-01T00:00"), Err(LocalFault::TooFar));
        assert!(TimeZone::parse("Europe/Bonn").is_none() && TimeZone::parse("").is_none());
    }

    #[test]
    fn days_have_the_hours_they_have() {
        let days = berlin().days(span("2027-03-27T23:30:00Z", "2027-03-29T12:00:00Z"));
        let hours: Vec<_> = days
            .iter()
            .map(|(name, d)| (name.as_str(), d.ms() / 3_600_000))
            .collect();
        assert_eq!(hours, [("2027-03-28", 23), ("2027-03-29", 24)]);
        assert_eq!(
            TimeZone::UTC.month("2026-11"),
            Some(span("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z"))
        );
        assert_eq!(
            berlin().month("2026-10").unwrap().ms(),
            31 * DAY_MS + 3_600_000
        );
        for bad in [
            "",
            "2026",
            "2026-13",
            "2026-1",
            "26-11",
            "2026-11-01",
            "+026-11",
        ] {
            assert_eq!(TimeZone::UTC.month(bad), None, "{bad}");
        }
    }

    #[test]
    fn weekly_hours_that_meet_do_not_overlap_even_around_the_end_of_the_week() {
        let sunday_night = weekly(0b100_0000, "22:00", "06:00");
        assert!(sunday_night.overlaps(weekly(1, "05:00", "07:00")));
        assert!(!sunday_night.overlaps(weekly(1, "06:00", "22:00")));
        assert!(!weekly(1, "06:00", "22:00").overlaps(weekly(2, "06:00", "22:00")));
        assert!(weekly(DAILY, "00:00", "24:00").overlaps(weekly(8, "12:00", "12:30")));
        assert!(weekly(DAILY, "09:00", "09:00").overlaps(weekly(8, "08:00", "09:01")));
    }
}
