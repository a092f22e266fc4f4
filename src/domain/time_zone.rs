//! The wall clock of a place: moments, days and months in a named time zone, and what becomes of
//! them when clocks turn.
//!
//! The only door to `chrono-tz`. Where a bound does not exist (clocks sprang over it) it moves to
//! the moment of the jump; where it exists twice, what opens does so at the later and what closes
//! at the earlier of the two. A single time that a caller writes without an offset must exist
//! exactly once.

use super::Millis;
use super::span::Span;
use chrono::{
    Datelike as _, Days, MappedLocalTime, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta,
    TimeZone as _,
};
use std::fmt;
use std::ops::Range;

const DAY_MS: u64 = 86_400_000;

/// Days of the common era up to 1970.
const EPOCH: i64 = 719_163;

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
pub(super) enum Bound {
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

    pub(super) fn bound(self, local: NaiveDateTime, which: Bound) -> Option<Millis> {
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

    pub(super) fn date(self, at: Millis) -> Option<NaiveDate> {
        self.local(at).map(|t| t.date())
    }

    /// What a clock on the wall shows.
    pub(super) fn local(self, at: Millis) -> Option<NaiveDateTime> {
        let utc = chrono::DateTime::from_timestamp_millis(i64::try_from(at.0).ok()?)?;
        Some(utc.with_timezone(&self.0).naive_local())
    }

    /// The day that `at` lies in: it begins at its midnight, the first if there are two, and ends at
    /// the next. A clock that is put back over midnight shows the day before once more; that is of
    /// the day which has begun.
    pub(super) fn day_of(self, at: Millis) -> Option<NaiveDate> {
        let shown = self.date(at)?;
        let next = shown.checked_add_days(Days::new(1))?;
        let has_begun = self.midnight(next).is_some_and(|begins| begins <= at);
        Some(if has_begun { next } else { shown })
    }

    /// The number of the day that `at` lies in, since 1970: what a line of the ledger is filed under.
    #[must_use]
    pub fn day(self, at: Millis) -> i64 {
        let utc = || i64::try_from(at.0 / DAY_MS).unwrap_or(i64::MAX);
        self.day_of(at).map_or_else(utc, number)
    }

    /// The numbers of a month's days (`2027-03`), from its first to before the first of the next. They
    /// are the same in every zone.
    #[must_use]
    pub fn month_days(name: &str) -> Option<Range<i64>> {
        let (first, next) = month(name)?;
        Some(number(first)..number(next))
    }

    /// The number of a month by its name (`2027-03`), since the year 0.
    #[must_use]
    pub fn month_number(name: &str) -> Option<u64> {
        let (first, _) = month(name)?;
        let year = u64::try_from(first.year()).ok()?;
        Some(year * 12 + u64::from(first.month0()))
    }

    /// The number of a day by its date, as `2027-03-28` and no shorter.
    #[must_use]
    pub fn day_named(date: &str) -> Option<i64> {
        let plain = date.len() == 10 && date.bytes().all(|b| b.is_ascii_digit() || b == b'-');
        let date: NaiveDate = date.parse().ok().filter(|_| plain)?;
        Some(number(date))
    }

    /// The date of the day of that number, as `2027-03-28`.
    #[must_use]
    pub fn date_of(day: i64) -> String {
        date_numbered(day).unwrap_or_default().to_string()
    }

    /// The days by the wall clock that `span` touches, each with its name (`2027-03-28`): some have
    /// 23 or 25 hours.
    #[must_use]
    pub fn days(self, span: Span) -> Vec<(String, Span)> {
        let mut days = Vec::new();
        let Some(mut date) = self.day_of(span.start) else {
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

    /// From the beginning of one day to the end of another, both by number; `None` if that is nothing.
    #[must_use]
    pub fn span_of_days(self, first: i64, last: i64) -> Option<Span> {
        let next = date_numbered(last.checked_add(1)?)?;
        Span::new(self.midnight(date_numbered(first)?)?, self.midnight(next)?)
    }

    /// The first moment of a date. Where clocks skip midnight, that is when they have skipped it.
    pub(super) fn midnight(self, date: NaiveDate) -> Option<Millis> {
        self.bound(date.and_time(NaiveTime::MIN), Bound::Closes)
    }

    /// How long `span` is from its start's day and time to the same of later months, or to their last day
    /// where they have no such day. Where a bound exists twice it is the later. `None`: beyond the calendar.
    #[must_use]
    pub fn months(self, span: Span) -> Option<MonthsAndDays> {
        let start = self.local(span.start)?;
        let end = self.local(span.end)?;
        let after = |months: u32| start.checked_add_months(Months::new(months));
        let moment = |local: NaiveDateTime| self.bound(local, Bound::Opens);
        let month_of = |t: NaiveDateTime| i64::from(t.year()) * 12 + i64::from(t.month0());
        // As the names of the months are apart, or less where the day of the month has not come.
        let mut months = u32::try_from(month_of(end) - month_of(start)).ok()?;
        while months > 0 && moment(after(months)?)? > span.end {
            months -= 1;
        }
        let first = after(months)?;
        let days_of_month = (after(months + 1)?.date() - first.date()).num_days();
        let days_of_month = u64::try_from(days_of_month).ok()?;
        let begins = |day: u64| moment(first.checked_add_days(Days::new(day))?);
        let mut days = 0;
        if months == 0 || begins(0)? < span.end {
            let gone = (end.date() - first.date()).num_days().max(1);
            days = u64::try_from(gone).ok()?;
            while days < days_of_month && begins(days)? < span.end {
                days += 1;
            }
        }
        Some(MonthsAndDays {
            months,
            days,
            days_of_month,
        })
    }

    /// The month named `2027-03`, from midnight to midnight.
    #[must_use]
    pub fn month(self, name: &str) -> Option<Span> {
        let (first, next) = month(name)?;
        Span::new(self.midnight(first)?, self.midnight(next)?)
    }
}

/// A length by the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MonthsAndDays {
    pub months: u32,
    /// Days that have begun after them, `days_of_month` at most.
    pub days: u64,
    /// How many the month has that they are of.
    pub days_of_month: u64,
}

/// The first of a month by its name, and the first of the next.
fn month(name: &str) -> Option<(NaiveDate, NaiveDate)> {
    let (year, month) = name
        .split_once('-')
        .filter(|(y, m)| y.len() == 4 && m.len() == 2)?;
    if !year
        .bytes()
        .chain(month.bytes())
        .all(|b| b.is_ascii_digit())
    {
        return None;
    }
    let first = NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, 1)?;
    Some((first, first.checked_add_months(Months::new(1))?))
}

/// The inverse of [`number`]; `None` beyond the calendar.
pub(super) fn date_numbered(day: i64) -> Option<NaiveDate> {
    let date = i32::try_from(day.saturating_add(EPOCH)).ok();
    date.and_then(NaiveDate::from_num_days_from_ce_opt)
}

pub(super) fn number(date: NaiveDate) -> i64 {
    i64::from(date.num_days_from_ce()) - EPOCH
}

fn millis(t: i64) -> Option<Millis> {
    u64::try_from(t)
        .ok()
        .map(Millis)
        .filter(|t| *t <= Millis::MAX)
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

    fn berlin() -> TimeZone {
        TimeZone::parse("Europe/Berlin").unwrap()
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
            31 * 86_400_000 + 3_600_000
        );
        for bad in [
            "",
            "2026",
            "2026-13",
            "2026-1",
            "26-11",
            "2026-11-01",
            "+026-11",
            "2026-+1",
        ] {
            assert_eq!(TimeZone::UTC.month(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_day_has_the_number_of_its_own_clock_and_a_month_those_of_its_days() {
        let singapore = TimeZone::parse("Asia/Singapore").unwrap();
        for (zone, time, date) in [
            (TimeZone::UTC, "1970-01-01T00:00:00Z", "1970-01-01"),
            (TimeZone::UTC, "2026-10-31T23:59:59.999Z", "2026-10-31"),
            (singapore, "2026-10-31T15:59:59.999Z", "2026-10-31"),
            (singapore, "2026-10-31T16:00:00Z", "2026-11-01"),
            (berlin(), "2026-10-31T22:59:59Z", "2026-10-31"),
            (berlin(), "2026-10-31T23:00:00Z", "2026-11-01"),
        ] {
            assert_eq!(
                TimeZone::date_of(zone.day(at(time))),
                date,
                "{zone:?} {time}"
            );
        }
        assert_eq!(TimeZone::month_days("1970-01"), Some(0..31));
        let days = TimeZone::month_days("2027-02").unwrap();
        assert_eq!(days.end - days.start, 28);
        assert_eq!(TimeZone::date_of(days.start), "2027-02-01");
        assert_eq!(TimeZone::month_days("2027-13"), None);
    }
}
