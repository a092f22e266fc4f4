//! Hours that come again every week, or on all workdays or days off, by the wall clock of a place, and when
//! that is.
//!
//! A weekly window means the owner's wall clock. Where a bound does not exist (clocks sprang over
//! it) it moves to the moment of the jump; where it exists twice, a window opens at the later and
//! closes at the earlier of the two, so that nobody is promised an hour the owner may not have
//! meant; a window that this leaves empty does not happen on that day. Windows that meet or overlap on
//! the wall clock are one: where one ends at 24:00 and the next begins at 00:00 there is no bound, and
//! nothing is lost where midnight comes twice or not at all.

use super::span::{Span, melt};
use super::time_zone::{Bound, TimeZone, date_numbered, number};
use super::workdays::Workdays;
use super::{Millis, TimeOfDay};
use chrono::{Datelike as _, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

const DAY_MS: u64 = 86_400_000;

/// Days of the week and hours of the day. Hours that do not end later than they start end on the
/// next day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weekly {
    /// Bit 0 is Monday; then come [`Weekly::WORKDAY`] and [`Weekly::DAYOFF`].
    pub days: u16,
    pub from: TimeOfDay,
    pub to: TimeOfDay,
}

impl Weekly {
    /// Every day that is worked on, whichever day of the week it is.
    pub const WORKDAY: u16 = 1 << 7;
    /// Every day that is not.
    pub const DAYOFF: u16 = 1 << 8;

    /// Whether its hours begin on that day.
    fn is_on(self, date: NaiveDate, workdays: &Workdays) -> bool {
        if self.days >> date.weekday().num_days_from_monday() & 1 == 1 {
            return true;
        }
        // Most offers name days of the week only.
        let sort = || {
            if workdays.is_workday(number(date)) {
                Self::WORKDAY
            } else {
                Self::DAYOFF
            }
        };
        self.days & (Self::WORKDAY | Self::DAYOFF) != 0 && self.days & sort() != 0
    }

    /// From when to when by the wall clock, on a day of its own. No two days run into each other: a
    /// day's hours end before the next day's start, or at it.
    fn on(self, date: NaiveDate, workdays: &Workdays) -> Option<WallSpan> {
        if !self.is_on(date, workdays) {
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
        Some((at(date, self.from)?, at(last, self.to)?))
    }
}

/// Half-open, as a clock on the wall shows it.
type WallSpan = (NaiveDateTime, NaiveDateTime);

/// Makes one of those that meet or overlap.
fn join(mut spans: Vec<WallSpan>) -> Vec<WallSpan> {
    spans.sort_unstable();
    let mut joined: Vec<WallSpan> = Vec::with_capacity(spans.len());
    for (from, to) in spans {
        match joined.last_mut() {
            Some((_, end)) if from <= *end => *end = to.max(*end),
            _ => joined.push((from, to)),
        }
    }
    joined
}

/// When that is. `None`: never.
fn moments(zone: TimeZone, (from, to): WallSpan) -> Option<Span> {
    let opens = zone.bound(from, Bound::Opens)?;
    Span::new(opens, zone.bound(to, Bound::Closes)?)
}

/// When a window is on each day from `first` to `last`, both by number, that it begins on, with no two joined:
/// one a day, and none on a day on which clocks leave it out. `most`: no more are given, and one more tells that
/// there are.
#[must_use]
pub fn each_day(
    window: Weekly,
    zone: TimeZone,
    workdays: &Workdays,
    (first, last): (i64, i64),
    most: usize,
) -> Vec<Span> {
    let dates = (first..=last).filter_map(date_numbered);
    let days = dates.filter_map(|date| window.on(date, workdays));
    let spans = days.filter_map(|wall| moments(zone, wall));
    spans.take(most + 1).collect()
}

/// When `weekly` is open within `span`: melted, in order, cut to `span`.
#[must_use]
pub fn occurrences(
    weekly: &[Weekly],
    zone: TimeZone,
    workdays: &Workdays,
    span: Span,
) -> Vec<Span> {
    let mut wall = Vec::new();
    // From the day before, whose hours may run into this one, and a day more for zones a day apart.
    let first = zone.date(Millis(span.start.0.saturating_sub(2 * DAY_MS)));
    let mut date = first.unwrap_or_default();
    for _ in 0..=span.ms() / DAY_MS + 5 {
        wall.extend(weekly.iter().filter_map(|w| w.on(date, workdays)));
        let Some(next) = date.succ_opt() else { break };
        date = next;
    }
    let times = join(wall).into_iter().filter_map(|w| moments(zone, w));
    let mut open: Vec<Span> = times.filter_map(|s| s.and(span)).collect();
    // What clocks spring over may bring together what the wall clock keeps apart.
    melt(&mut open);
    open
}

#[cfg(test)]
mod tests;
