//! Half-hours, and what a clock on the wall says of them.
//!
//! Promises: the half-hour of the week is that of local time, so it keeps its place when clocks are
//! turned; a day off takes the half-hours of a Sunday, and a day of a weekend that is worked those of
//! the middle of the week, and neither teaches what such a day of the week is like.

use crate::domain::{Calendar, Millis, Workdays};

/// Length of a half-hour, ms.
pub const HALF_HOUR_MS: u64 = 30 * 60_000;

/// Half-hours of a day.
pub(super) const HALVES: usize = 48;

const WEDNESDAY: u16 = 2;
const SUNDAY: u16 = 6;

/// One half-hour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Slot {
    /// Half-hours since 1970, by UTC.
    pub index: u32,
    /// Of the week whose half-hours it is like, from Monday 00:00 by the clock on the wall.
    pub week: u16,
    /// Of the day.
    pub half: u8,
    /// Nobody works: a Saturday, a Sunday, a day off.
    pub rest: bool,
    /// It is a usual day of its name.
    pub teaches: bool,
}

/// The clock on the wall, and the calendar beside it.
#[derive(Clone, Debug)]
pub struct Wall {
    calendar: Calendar,
    workdays: Workdays,
}

impl Wall {
    #[must_use]
    pub const fn new(calendar: Calendar, workdays: Workdays) -> Self {
        Self { calendar, workdays }
    }

    /// Which half-hour `at` lies in.
    #[must_use]
    pub fn index(at: Millis) -> u32 {
        u32::try_from(at.0 / HALF_HOUR_MS).unwrap_or(u32::MAX)
    }

    /// When that half-hour begins.
    #[must_use]
    pub fn start(index: u32) -> Millis {
        Millis(u64::from(index) * HALF_HOUR_MS)
    }

    #[must_use]
    pub fn slot(&self, index: u32) -> Slot {
        let at = Self::start(index);
        let wall_s = (at.0 / 1000) as i64 + i64::from(self.calendar.ahead_s(at));
        let day = wall_s.div_euclid(86_400);
        let half = (wall_s.rem_euclid(86_400) / 1800) as u16;
        // 1970 began on a Thursday.
        let weekday = (day + 3).rem_euclid(7) as u16;
        let works = self.workdays.is_workday(day);
        let like = match (weekday < 5, works) {
            (true, false) => SUNDAY,
            (false, true) => WEDNESDAY,
            _ => weekday,
        };
        Slot {
            index,
            week: like * HALVES as u16 + half,
            half: half as u8,
            rest: !works,
            teaches: like == weekday,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wall(place: &str, days: &str) -> Wall {
        Wall::new(
            Calendar::parse(place).unwrap(),
            Workdays::parse(days).unwrap(),
        )
    }

    fn at(wall: &Wall, time: &str) -> Slot {
        wall.slot(Wall::index(Millis::parse(time).unwrap()))
    }

    #[test]
    fn the_half_hour_of_the_week_keeps_its_place_when_clocks_are_turned() {
        let berlin = wall("Europe/Berlin", "");
        let before = at(&berlin, "2026-03-26T07:10:00Z");
        let after = at(&berlin, "2026-04-02T06:40:00Z");
        assert_eq!(
            (before.week, before.half),
            (3 * 48 + 16, 16),
            "Thursday at eight"
        );
        assert_eq!(
            (after.week, after.half),
            (3 * 48 + 17, 17),
            "and at half past"
        );
        assert!(before.teaches && !before.rest);
    }

    #[test]
    fn a_day_off_is_a_sunday_and_a_worked_sunday_is_like_the_middle_of_the_week() {
        let days = "2026-10-01,dayoff\n2026-10-10,workday\n";
        let china = wall("Asia/Shanghai", days);
        let off = at(&china, "2026-10-01T04:00:00Z");
        assert_eq!(
            (off.week, off.rest, off.teaches),
            (6 * 48 + 24, true, false)
        );
        let worked = at(&china, "2026-10-10T04:00:00Z");
        assert_eq!(
            (worked.week, worked.rest, worked.teaches),
            (2 * 48 + 24, false, false)
        );
        let sunday = at(&china, "2026-10-11T04:00:00Z");
        assert_eq!(
            (sunday.week, sunday.rest, sunday.teaches),
            (6 * 48 + 24, true, true)
        );
    }
}
