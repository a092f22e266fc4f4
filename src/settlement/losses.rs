//! Acknowledged reports that settled nothing: too late to amend, or shed for lack of room. The hours
//! they tell of are not complete, and say so.
//!
//! A report says what a bay was from its time on, so its hour is marked and the one after it, in its
//! zone. What is marked outlives a restart: it is read again from the file that these reports are
//! kept aside in. Bounded: [`MOST`] hours of zones; beyond that an hour is marked for all zones, and
//! the oldest go.

use crate::domain::Millis;
use crate::domain::turnover::HOUR_MS;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Hours of zones that are told apart; some 6 MB.
const MOST: usize = 1 << 17;

/// In place of a zone's number: all zones.
const ALL: u32 = u32::MAX;

/// See the module.
#[derive(Debug, Default)]
pub(in crate::settlement) struct Losses(Mutex<BTreeMap<(u64, u32), u64>>);

impl Losses {
    fn rows(&self) -> MutexGuard<'_, BTreeMap<(u64, u32), u64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A report of that time on a bay of that zone, by its stable number; `None`: of any zone.
    pub(in crate::settlement) fn note(&self, zone: Option<u32>, at: Millis) {
        let mut rows = self.rows();
        let hour = at.0 / HOUR_MS * HOUR_MS;
        for (hour, reports) in [(hour, 1), (hour.saturating_add(HOUR_MS), 0)] {
            let mut key = (hour, zone.unwrap_or(ALL));
            if rows.len() >= MOST && !rows.contains_key(&key) {
                key = (hour, ALL);
            }
            *rows.entry(key).or_default() += reports;
        }
        while rows.len() > MOST + 1024 {
            rows.pop_first();
        }
    }

    /// Whether anything is missing of that zone from `from` to before `to`.
    #[must_use]
    pub(in crate::settlement) fn any(&self, zone: u32, from: Millis, to: Millis) -> bool {
        let rows = self.rows();
        let first = from.0 / HOUR_MS * HOUR_MS;
        let mut hours = (first..to.0).step_by(HOUR_MS as usize);
        !rows.is_empty()
            && hours.any(|h| rows.contains_key(&(h, zone)) || rows.contains_key(&(h, ALL)))
    }

    /// Hours from `from` to before `to` of which anything is missing, and how many reports of each.
    #[must_use]
    pub(in crate::settlement) fn hours(&self, from: Millis, to: Millis) -> Vec<(Millis, u64)> {
        let rows = self.rows();
        let first = from.0 / HOUR_MS * HOUR_MS;
        let mut hours: Vec<(Millis, u64)> = Vec::new();
        for ((hour, _), reports) in rows.range((first, 0)..(to.0.max(first), 0)) {
            match hours.last_mut() {
                Some((last, sum)) if last.0 == *hour => *sum += reports,
                _ => hours.push((Millis(*hour), *reports)),
            }
        }
        hours
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Millis = Millis(1_795_399_200_000);

    #[test]
    fn a_lost_report_marks_its_hour_and_the_next_in_its_zone_alone() {
        let losses = Losses::default();
        let at = HOUR.plus(5000);
        losses.note(Some(7), at);
        losses.note(Some(7), at);
        let next = HOUR.plus(HOUR_MS);
        let after = HOUR.plus(2 * HOUR_MS);
        for (from, to, want) in [
            (HOUR, next, true),
            (next, after, true),
            (after, after.plus(1), false),
        ] {
            assert_eq!(losses.any(7, from, to), want, "{from}");
            assert!(!losses.any(8, from, to));
        }
        assert!(
            losses.any(7, Millis(HOUR.0 - 9 * HOUR_MS), HOUR.plus(1)),
            "a day"
        );
        assert!(
            losses.any(7, HOUR.plus(300_000), HOUR.plus(600_000)),
            "five minutes"
        );
        assert_eq!(losses.hours(HOUR, after), [(HOUR, 2), (next, 0)]);
        assert!(losses.hours(after, after).is_empty());
        losses.note(None, at);
        assert!(losses.any(8, HOUR, next));
    }

    #[test]
    fn however_much_is_lost_the_table_is_bounded() {
        let losses = Losses::default();
        for n in 0..2 * MOST as u32 {
            losses.note(Some(n), HOUR);
        }
        assert!(losses.rows().len() <= MOST + 1024);
        assert!(
            losses.any(2 * MOST as u32 - 1, HOUR, HOUR.plus(1)),
            "of all, then"
        );
        for n in 0..5000 {
            losses.note(Some(1), HOUR.plus(n * HOUR_MS));
        }
        assert!(losses.rows().len() <= MOST + 1024);
    }
}
