//! When rows were so: their own times, held against the hub's clock and the feed's limit.
//!
//! Promises: a row that is older than `stale_after` or further ahead than a minute is refused;
//! where nearly all that are not long dead are off by the same whole hours, that is told once.

use super::Odd;
use super::field::RowRefusal;
use super::mapping::{RowMembers, When};
use crate::domain::{Millis, Reason, TimeZone, WallOddity};

/// Times up to so far ahead are taken, ms.
const AHEAD_MS: u64 = 60_000;

const HOUR_MS: i64 = 3_600_000;

/// How old rows are of themselves, ms: a row that is farther from a whole hour says nothing of the zone.
const OWN_AGE_MS: i64 = 20 * 60_000;

/// Time zones differ by so many hours at most.
const MOST_HOURS: i64 = 26;

/// The times of an answer's rows.
#[derive(Debug)]
pub(super) struct Times {
    pub(super) zone: Option<TimeZone>,
    /// The hub's clock; `None`: what is read is of the past, and may be of any age.
    pub(super) now: Option<Millis>,
    pub(super) stale_after_s: Option<u64>,
    /// Rows by the hours that their times are ahead, from -26 on.
    by_hour: [u32; (2 * MOST_HOURS + 1) as usize],
    told: u32,
    /// Those that are not long dead.
    alive: u32,
}

impl Times {
    pub(super) const fn new(
        zone: Option<TimeZone>,
        stale_after_s: Option<u64>,
        now: Option<Millis>,
    ) -> Self {
        Self {
            zone,
            now,
            stale_after_s,
            by_hour: [0; (2 * MOST_HOURS + 1) as usize],
            told: 0,
            alive: 0,
        }
    }

    /// The time of a row by a member; `None`: the mapping has none.
    pub(super) fn of(
        &mut self,
        when: Option<&When>,
        name: &str,
        row: &impl RowMembers,
        odd: &mut Odd,
    ) -> Result<Option<Millis>, RowRefusal> {
        let Some(when) = when else { return Ok(None) };
        let field = when.member.field(row);
        let Some(text) = field.text() else {
            return Err((Reason::Malformed, format!("{name}: not told")));
        };
        if &*text == "now" {
            return Ok(self.now);
        }
        let (at, oddity) = when
            .format
            .read(&text, self.zone, self.now)
            .map_err(|why| {
                (
                    Reason::Malformed,
                    format!("{name}: {} {why}", field.shown()),
                )
            })?;
        match oddity {
            Some(WallOddity::Twice) => odd.time_twice = true,
            Some(WallOddity::Skipped) => odd.time_skipped = true,
            None => {}
        }
        Ok(Some(at))
    }

    /// Refuses what is too old or of a time to come.
    pub(super) fn fresh(&mut self, name: &str, at: Option<Millis>) -> Result<(), RowRefusal> {
        let (Some(at), Some(now)) = (at, self.now) else {
            return Ok(());
        };
        self.note(at, now);
        if at.since(now) > AHEAD_MS {
            let s = at.since(now) / 1000;
            let why = format!("{name}: {at} is {s} s ahead of the hub's clock");
            return Err((Reason::TooFarInFuture, why));
        }
        let age_s = now.since(at) / 1000;
        match self.stale_after_s {
            Some(limit) if age_s > limit => {
                let why = format!("{name}: {at} was {age_s} s ago; stale_after is {limit} s");
                Err((Reason::TooOld, why))
            }
            _ => Ok(()),
        }
    }

    fn note(&mut self, at: Millis, now: Millis) {
        self.told += 1;
        let ahead = at.0 as i64 - now.0 as i64;
        // A little age is a row's own: only whole hours beyond it are the zone's.
        let hours = (ahead - AHEAD_MS as i64).div_euclid(HOUR_MS) + 1;
        if hours.abs() > MOST_HOURS {
            return;
        }
        let is_whole = hours * HOUR_MS - ahead <= OWN_AGE_MS;
        if is_whole {
            self.by_hour[(hours + MOST_HOURS) as usize] += 1;
        }
        // An old row may be old of itself; one that is ahead is off.
        self.alive += u32::from(is_whole || ahead > 0);
    }

    /// By how many hours the feed's time zone seems to be wrong: nine in ten of the rows that are
    /// not long dead are off by as many, and they are half of all at least.
    pub(super) fn hours_off(&self) -> Option<i8> {
        let alive = self.alive;
        let (at, most) = self.by_hour.iter().enumerate().max_by_key(|(_, n)| **n)?;
        let hours = at as i64 - MOST_HOURS;
        // A few are always hours old: sensors that have just died.
        // One row alone may be of a clock that stands.
        let enough = alive > 1 || hours > 1;
        let nearly_all = alive > 0 && enough && *most * 10 >= alive * 9;
        let all_the_same = nearly_all && alive * 2 >= self.told;
        (all_the_same && hours != 0).then_some(hours as i8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(ages_s: &[i64]) -> Times {
        let now = Millis(1_795_399_200_000);
        let mut times = Times::new(None, Some(1200), Some(now));
        for age in ages_s {
            let at = Millis((now.0 as i64 - age * 1000) as u64);
            let _ = times.fresh("at", Some(at));
        }
        times
    }

    #[test]
    fn all_rows_off_by_the_same_hours_are_told_and_a_few_are_not() {
        assert_eq!(with(&[60, 700, 1100]).hours_off(), None);
        assert_eq!(
            with(&[-8 * 3600 + 60, -8 * 3600 + 900]).hours_off(),
            Some(8)
        );
        assert_eq!(
            with(&[3 * 3600 + 60, 3 * 3600 + 900, 3 * 3600 - 30]).hours_off(),
            Some(-3)
        );
        assert_eq!(with(&[3 * 3600 + 60, 60]).hours_off(), None);
        // A clock that is minutes fast, one row alone, a feed that stands still between two hours.
        assert_eq!(with(&[-120, -125, -90]).hours_off(), None);
        assert_eq!(with(&[4500]).hours_off(), None);
        assert_eq!(with(&[2 * 3600 + 1800, 2 * 3600 + 1810]).hours_off(), None);
        let long_dead = 400 * 86_400;
        assert_eq!(with(&[-3600, -3500, long_dead]).hours_off(), Some(1));
        assert_eq!(with(&[-3600, long_dead, long_dead]).hours_off(), None);
        assert_eq!(with(&[]).hours_off(), None);
    }

    #[test]
    fn too_old_and_too_early_are_refused_with_their_reasons() {
        let now = Millis(1_795_399_200_000);
        let mut times = Times::new(None, Some(1200), Some(now));
        let mut reason = |ms: i64| {
            let at = Millis((now.0 as i64 + ms) as u64);
            times.fresh("at", Some(at)).err().map(|(reason, _)| reason)
        };
        assert_eq!(reason(-1_200_999), None);
        assert_eq!(reason(-1_201_000), Some(Reason::TooOld));
        assert_eq!(reason(60_000), None);
        assert_eq!(reason(60_001), Some(Reason::TooFarInFuture));
    }
}
