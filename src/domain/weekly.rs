//! Hours that come again every week by the wall clock of a place, and when that is.
//!
//! A weekly window means the owner's wall clock. Where a bound does not exist (clocks sprang over
//! it) it moves to the moment of the jump; where it exists twice, a window opens at the later and
//! closes at the earlier of the two, so that nobody is promised an hour the owner may not have
//! meant; a window that this leaves empty does not happen on that day.

use super::span::{Span, melt};
use super::time_zone::{Bound, TimeZone};
use super::{Millis, TimeOfDay};
use chrono::{Datelike as _, NaiveDate, NaiveTime, TimeDelta};

const DAY_MS: u64 = 86_400_000;

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
    fn weekly_hours_that_meet_do_not_overlap_even_around_the_end_of_the_week() {
        let sunday_night = weekly(0b100_0000, "22:00", "06:00");
        assert!(sunday_night.overlaps(weekly(1, "05:00", "07:00")));
        assert!(!sunday_night.overlaps(weekly(1, "06:00", "22:00")));
        assert!(!weekly(1, "06:00", "22:00").overlaps(weekly(2, "06:00", "22:00")));
        assert!(weekly(DAILY, "00:00", "24:00").overlaps(weekly(8, "12:00", "12:30")));
        assert!(weekly(DAILY, "09:00", "09:00").overlaps(weekly(8, "08:00", "09:01")));
    }
}
