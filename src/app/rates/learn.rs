//! One table of rates from the history: eight weeks of half-hours.
//!
//! A zone's half-hour counts if at least half of its bays' time in it was known: below that it is
//! mostly apps that speak of it, who see some bays now and then. Dear: eight weeks are 1,344 files; it
//! rests as long as it works, and one day of the week is in memory at a time.

use crate::belief::{Exposure, Made, Timetable, WEEKS, WeekFit};
use crate::domain::turnover::HOUR_MS;
use crate::domain::{Calendar, Millis, ZoneKind};
use crate::history::{Activity, History};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// Longest rest after an hour of history.
const REST: Duration = Duration::from_millis(500);

/// What a table is to be made of.
pub(super) struct Lesson {
    pub(super) history: Arc<History>,
    pub(super) calendar: Calendar,
    /// Numbers.
    pub(super) zones: Vec<(u32, ZoneKind)>,
    /// Hours of which there are files, ascending.
    pub(super) hours: Vec<Millis>,
    /// Whether the hub closes.
    pub(super) closed: watch::Receiver<bool>,
}

/// From when on history counts, seen from `now`.
pub(super) fn since(now: Millis) -> Millis {
    Millis(
        now.0
            .saturating_sub((u64::from(WEEKS) * 7 + 1) * 24 * HOUR_MS),
    )
}

impl Lesson {
    /// The end of the newest hour; `None` if there is none.
    pub(super) fn until(&self) -> Option<Millis> {
        self.hours.last().map(|hour| hour.plus(HOUR_MS))
    }

    /// Fits the table. `None`: there is no history, or the hub closes.
    pub(super) async fn learn(self, number: u32) -> Option<Timetable> {
        let until = self.until()?;
        let days = self.days(until);
        let mut fit = WeekFit::new(self.zones.clone());
        let mut unread = 0_u32;
        for of_week in 0..7 {
            for (week, day) in days.iter().skip(of_week).step_by(7).enumerate() {
                let next = self.calendar.next_day(*day);
                for hour in self.hours_of(*day, next) {
                    if *self.closed.borrow() {
                        return None;
                    }
                    let begun = Instant::now();
                    let history = self.history.clone();
                    let read = tokio::task::spawn_blocking(move || history.activity(hour));
                    if let Ok(all) = read.await.ok()? {
                        let today = all.iter().filter(|a| (*day..next).contains(&a.from));
                        today.for_each(|a| self.add(&mut fit, a, week as u32));
                    } else {
                        unread += 1;
                    }
                    tokio::time::sleep(begun.elapsed().min(REST)).await;
                }
            }
            if let Some(day) = days.get(of_week) {
                tokio::task::block_in_place(|| fit.close_day(self.weekday(*day)));
            }
        }
        if unread > 0 {
            tracing::warn!(
                unread,
                "rates: hours of history could not be read and are left out"
            );
        }
        Some(fit.done(Made {
            number,
            offset_s: self.calendar.ahead_s(until),
            until,
        }))
    }

    fn hours_of(&self, day: Millis, next: Millis) -> impl Iterator<Item = Millis> {
        let from = self.hours.partition_point(|h| h.plus(HOUR_MS) <= day);
        let hours = self.hours.iter().skip(from).copied();
        hours.take_while(move |hour| *hour < next)
    }

    /// The days that are looked at, newest first.
    fn days(&self, until: Millis) -> Vec<Millis> {
        let first = self.calendar.day_start(Millis(until.0.saturating_sub(1)));
        let before = |day: &Millis| {
            let earlier = Millis(day.0.checked_sub(1)?);
            Some(self.calendar.day_start(earlier))
        };
        std::iter::successors(Some(first), before)
            .take(WEEKS as usize * 7)
            .collect()
    }

    /// Seconds since 1970 by the clock on the wall.
    fn wall_s(&self, at: Millis) -> i64 {
        (at.0 / 1000) as i64 + i64::from(self.calendar.ahead_s(at))
    }

    /// 0 is Monday; 1970 began on a Thursday.
    fn weekday(&self, day: Millis) -> usize {
        (self.wall_s(day).div_euclid(86_400) + 3).rem_euclid(7) as usize
    }

    fn add(&self, fit: &mut WeekFit, a: &Activity, weeks_ago: u32) {
        let known = a.occupied_ms + a.vacant_ms;
        if known <= 0 || known < a.unknown_ms {
            return;
        }
        let half_hour = (self.wall_s(a.from).rem_euclid(86_400) / 1800) as usize;
        let whole = |n: i64| u32::try_from(n.max(0)).unwrap_or(u32::MAX);
        let seen = Exposure {
            arrivals: whole(a.started),
            vacant_s: whole(a.vacant_ms / 1000),
            departures: whole(a.ended),
            occupied_s: whole(a.occupied_ms / 1000),
        };
        fit.add(a.zone, half_hour, seen, weeks_ago);
    }
}
