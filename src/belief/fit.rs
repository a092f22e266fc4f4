//! Learning how quickly bays are taken and left, by zone and half-hour of the week, from settled
//! history.
//!
//! A zone's rates are the mean of the Gamma law that what was seen of it and a prior worth eight
//! events make; the prior is what was seen of all zones of its kind in that half-hour, and theirs what
//! is assumed where nothing is known. Weeks count half after four. Dear: 768 bytes a zone for the day
//! that is being added up, beside the table itself.

use super::Rates;
use super::timetable::{HALF_HOURS, Made, Timetable, Week};
use crate::domain::ZoneKind;

/// Half-hours of a day.
const OF_DAY: usize = 48;

/// Weeks that are looked back on: what is older would count a quarter at most.
pub const WEEKS: u32 = 8;

/// Events that what was assumed before is worth.
const PRIOR_EVENTS: u64 = 8;

/// What was seen counts half after so many weeks.
const HALF_LIFE_WEEKS: u32 = 4;

/// Units of an event: halving must not round single ones away.
const EVENT: u32 = 256;

/// What was seen of a zone's bays in a half-hour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exposure {
    /// Bays that were taken.
    pub arrivals: u32,
    /// Seconds that bays stood vacant, all together.
    pub vacant_s: u32,
    /// Bays that were left.
    pub departures: u32,
    /// Seconds that bays were occupied, all together.
    pub occupied_s: u32,
}

/// Mean times, seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Means {
    stay_s: u32,
    vacancy_s: u32,
}

/// What is assumed before anything is seen.
const ASSUMED: Means = Means {
    stay_s: super::rates::USUAL_STAY_S,
    vacancy_s: super::rates::USUAL_VACANCY_S,
};

/// Events in 1/256 and seconds, of one half-hour, recent weeks counting more.
#[derive(Clone, Copy, Debug, Default)]
struct Totals {
    arrivals: u32,
    vacant_s: u32,
    departures: u32,
    occupied_s: u32,
}

impl Totals {
    fn add(&mut self, seen: Exposure, weeks_ago: u32) {
        let halvings = (weeks_ago / HALF_LIFE_WEEKS).min(8);
        let events = |n: u32| n.saturating_mul(EVENT >> halvings);
        let more = |sum: &mut u32, by: u32| *sum = sum.saturating_add(by);
        more(&mut self.arrivals, events(seen.arrivals));
        more(&mut self.vacant_s, seen.vacant_s >> halvings);
        more(&mut self.departures, events(seen.departures));
        more(&mut self.occupied_s, seen.occupied_s >> halvings);
    }

    fn means(&self, prior: Means) -> Means {
        Means {
            stay_s: mean(prior.stay_s, self.departures.into(), self.occupied_s.into()),
            vacancy_s: mean(prior.vacancy_s, self.arrivals.into(), self.vacant_s.into()),
        }
    }
}

/// The same of all zones of a kind.
#[derive(Clone, Copy, Default)]
struct OfKind {
    arrivals: u64,
    vacant_s: u64,
    departures: u64,
    occupied_s: u64,
}

impl OfKind {
    fn add(&mut self, zone: &Totals) {
        self.arrivals += u64::from(zone.arrivals);
        self.vacant_s += u64::from(zone.vacant_s);
        self.departures += u64::from(zone.departures);
        self.occupied_s += u64::from(zone.occupied_s);
    }

    fn means(&self) -> Means {
        Means {
            stay_s: mean(ASSUMED.stay_s, self.departures, self.occupied_s),
            vacancy_s: mean(ASSUMED.vacancy_s, self.arrivals, self.vacant_s),
        }
    }
}

/// Seconds to an event, rounded.
fn mean(prior_s: u32, events: u64, seconds: u64) -> u32 {
    let events = u128::from(events) + u128::from(PRIOR_EVENTS * u64::from(EVENT));
    let seconds = u128::from(seconds) + u128::from(PRIOR_EVENTS * u64::from(prior_s));
    let mean = (seconds * u128::from(EVENT) + events / 2) / events;
    u32::try_from(mean).unwrap_or(u32::MAX)
}

/// A table being fitted: day by day of the week, in any order.
pub struct WeekFit {
    /// By number, ascending.
    zones: Vec<(u32, ZoneKind)>,
    weeks: Box<[Week]>,
    seen: Vec<[Totals; OF_DAY]>,
}

impl WeekFit {
    /// Of these zones, by their lasting numbers. Until a day is closed it is as assumed.
    #[must_use]
    pub fn new(mut zones: Vec<(u32, ZoneKind)>) -> Self {
        zones.sort_unstable_by_key(|zone| zone.0);
        zones.dedup_by_key(|zone| zone.0);
        let rows = zones.len() + ZoneKind::ALL.len();
        let assumed = [Rates::default().pair(); HALF_HOURS];
        Self {
            weeks: vec![assumed; rows].into(),
            seen: vec![[Totals::default(); OF_DAY]; zones.len()],
            zones,
        }
    }

    /// Adds what was seen of a zone (others than it was made of are left out) in that half-hour of
    /// the day under way (beyond the day counts round), by the place's own wall clock.
    pub fn add(&mut self, zone: u32, half_hour: usize, seen: Exposure, weeks_ago: u32) {
        if let Ok(at) = self.zones.binary_search_by_key(&zone, |z| z.0) {
            self.seen[at][half_hour % OF_DAY].add(seen, weeks_ago);
        }
    }

    /// All of that day of the week (0 is Monday) has been added; what comes next is of another.
    pub fn close_day(&mut self, day: usize) {
        let first = day * OF_DAY % HALF_HOURS;
        for half in 0..OF_DAY {
            let mut kinds = [OfKind::default(); ZoneKind::ALL.len()];
            for ((_, kind), seen) in self.zones.iter().zip(&self.seen) {
                kinds[*kind as usize].add(&seen[half]);
            }
            let priors = kinds.map(|kind| kind.means());
            let own = self.zones.iter().zip(&self.seen);
            let own = own.map(|((_, kind), seen)| seen[half].means(priors[*kind as usize]));
            let all = own.chain(priors);
            for (week, means) in self.weeks.iter_mut().zip(all) {
                week[first + half] = Rates::of_means(means.stay_s, means.vacancy_s).pair();
            }
        }
        self.seen.fill([Totals::default(); OF_DAY]);
    }

    #[must_use]
    pub fn done(self, made: Made) -> Timetable {
        let zones = self.zones.iter().map(|zone| zone.0).collect();
        Timetable::new(made, zones, self.weeks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Millis;

    const ON_STREET: ZoneKind = ZoneKind::ALL[0];
    const OTHER: ZoneKind = ZoneKind::ALL[1];

    fn made(offset_s: i32) -> Made {
        Made {
            number: 3,
            offset_s,
            until: Millis(1_795_402_800_000),
        }
    }

    /// A half-hour in which bays stood vacant 10 min and were occupied for 20.
    fn quick(events: u32) -> Exposure {
        Exposure {
            arrivals: events,
            vacant_s: events * 600,
            departures: events,
            occupied_s: events * 1200,
        }
    }

    /// Monday at midnight.
    const MONDAY: u32 = 4 * 86_400;

    fn means(table: &Timetable, zone: u32, kind: ZoneKind, half: u32) -> Rates {
        table.rates(table.row(zone, kind), MONDAY + half * 1800)
    }

    fn of(stay_s: u32, vacancy_s: u32) -> Rates {
        Rates::of_means(stay_s, vacancy_s).coarse()
    }

    #[test]
    fn what_was_seen_of_the_kind_stands_until_more_is_seen_of_the_zone() {
        let mut fit = WeekFit::new(vec![(1, ON_STREET), (2, ON_STREET), (3, OTHER)]);
        fit.add(1, 5, quick(6000), 0);
        fit.add(77, 5, quick(6000), 0);
        fit.close_day(0);
        let table = fit.done(made(0));
        assert_eq!(means(&table, 1, ON_STREET, 5), of(1200, 600));
        assert_eq!(means(&table, 2, ON_STREET, 5), of(1203, 601), "by its kind");
        assert_eq!(means(&table, 55, ON_STREET, 5), of(1203, 601), "not there");
        assert_eq!(means(&table, 3, OTHER, 5), of(3600, 1500), "another kind");
        assert_eq!(
            means(&table, 1, ON_STREET, 6),
            of(3600, 1500),
            "another time"
        );
    }

    #[test]
    fn what_was_seen_counts_half_after_four_weeks() {
        let one = |weeks_ago| {
            let mut totals = Totals::default();
            totals.add(quick(60), weeks_ago);
            totals.means(ASSUMED)
        };
        // (8 * 3600 + 72,000) / 68 and (8 * 1500 + 36,000) / 68; then half of what was seen.
        assert_eq!((one(0).stay_s, one(0).vacancy_s), (1482, 706));
        assert_eq!((one(3).stay_s, one(3).vacancy_s), (1482, 706));
        assert_eq!((one(4).stay_s, one(4).vacancy_s), (1705, 789));
    }

    #[test]
    fn no_amount_of_anything_overflows_or_makes_a_rate_of_nothing() {
        let still = Exposure {
            occupied_s: u32::MAX,
            arrivals: u32::MAX,
            ..Exposure::default()
        };
        let mut fit = WeekFit::new(vec![(1, ON_STREET)]);
        for week in [0, 1, 40, u32::MAX] {
            fit.add(1, 0, still, week);
        }
        fit.close_day(0);
        let rates = means(&fit.done(made(0)), 1, ON_STREET, 0);
        assert!(rates.usual() > Rates::default().usual());
    }
}
