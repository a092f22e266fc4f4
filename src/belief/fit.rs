//! Learning how quickly a zone's bays are taken and left, by the half-hour of the week.

use super::Rates;

/// Half-hours of a week.
pub const HALF_HOURS: usize = 7 * 48;

/// Events that what was assumed before is worth.
const PRIOR_EVENTS: u64 = 8;

/// What was seen counts half after so many weeks.
const HALF_LIFE_WEEKS: u32 = 4;

/// Units of an event: halving must not round single ones away.
const EVENT: u64 = 256;

/// What was seen of a zone's bays in a half-hour, from settled history.
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

/// Mean times that are assumed before anything is seen: those of the zone's kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Means {
    pub stay_s: u32,
    pub vacancy_s: u32,
}

/// Events in 1/256 and seconds, of one half-hour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Totals {
    arrivals: u64,
    vacant_s: u64,
    departures: u64,
    occupied_s: u64,
}

/// What was seen of one zone, week over week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateFit {
    seen: Box<[Totals; HALF_HOURS]>,
    /// The four weeks up to which it is aged, counted from the same origin as the caller's weeks.
    aged: u32,
}

impl RateFit {
    /// Of nothing yet, in that week (of any count that the caller keeps to).
    #[must_use]
    pub fn new(week: u32) -> Self {
        Self {
            seen: Box::new([Totals::default(); HALF_HOURS]),
            aged: week / HALF_LIFE_WEEKS,
        }
    }

    /// Adds what was seen in that half-hour of the week (0 is Monday 00:00; beyond the week counts
    /// round), by the zone's own wall clock.
    pub fn add(&mut self, half_hour: usize, seen: Exposure) {
        let sum = &mut self.seen[half_hour % HALF_HOURS];
        let more = |sum: &mut u64, by: u64| *sum = sum.saturating_add(by);
        more(&mut sum.arrivals, u64::from(seen.arrivals) * EVENT);
        more(&mut sum.vacant_s, u64::from(seen.vacant_s));
        more(&mut sum.departures, u64::from(seen.departures) * EVENT);
        more(&mut sum.occupied_s, u64::from(seen.occupied_s));
    }

    /// Halves what was seen for every four weeks that have ended since. Weeks do not go back.
    pub fn age(&mut self, week: u32) {
        let now = week / HALF_LIFE_WEEKS;
        let by = now.saturating_sub(self.aged).min(u64::BITS - 1);
        self.aged = self.aged.max(now);
        for sum in self.seen.iter_mut() {
            sum.arrivals >>= by;
            sum.vacant_s >>= by;
            sum.departures >>= by;
            sum.occupied_s >>= by;
        }
    }

    /// The rates of that half-hour: the mean of the Gamma law that the prior, worth eight events,
    /// and what was seen make.
    #[must_use]
    pub fn rates(&self, half_hour: usize, prior: Means) -> Rates {
        let seen = &self.seen[half_hour % HALF_HOURS];
        Rates::of_means(
            mean(prior.stay_s, seen.departures, seen.occupied_s),
            mean(prior.vacancy_s, seen.arrivals, seen.vacant_s),
        )
    }
}

/// Seconds to an event, rounded.
fn mean(prior_s: u32, events: u64, seconds: u64) -> u32 {
    let events = u128::from(events) + u128::from(PRIOR_EVENTS * EVENT);
    let seconds = u128::from(seconds) + u128::from(PRIOR_EVENTS * u64::from(prior_s));
    let mean = (seconds * u128::from(EVENT) + events / 2) / events;
    u32::try_from(mean).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRIOR: Means = Means {
        stay_s: 3600,
        vacancy_s: 1500,
    };

    /// A week in which bays stood vacant 10 min and were occupied for 20.
    fn quick() -> Exposure {
        Exposure {
            arrivals: 60,
            vacant_s: 60 * 600,
            departures: 60,
            occupied_s: 60 * 1200,
        }
    }

    #[test]
    fn the_prior_stands_until_something_is_seen_and_yields_to_much() {
        let mut fit = RateFit::new(0);
        assert_eq!(fit.rates(5, PRIOR), Rates::default());
        fit.add(5, quick());
        // (8 * 3600 + 72,000) / 68 and (8 * 1500 + 36,000) / 68.
        assert_eq!(fit.rates(5, PRIOR), Rates::of_means(1482, 706));
        for _ in 0..1000 {
            fit.add(5 + HALF_HOURS, quick());
        }
        assert_eq!(fit.rates(5, PRIOR), Rates::of_means(1200, 600));
        assert_eq!(fit.rates(6, PRIOR), Rates::default(), "another half-hour");
    }

    #[test]
    fn what_was_seen_counts_half_after_four_weeks() {
        let mut fit = RateFit::new(7);
        fit.add(0, quick());
        fit.age(8);
        // (8 * 3600 + 36,000) / 38 and (8 * 1500 + 18,000) / 38.
        assert_eq!(fit.rates(0, PRIOR), Rates::of_means(1705, 789));
        let once = fit.clone();
        fit.age(11);
        fit.age(3);
        assert_eq!(fit, once, "within the same four weeks, or back");
        fit.age(u32::MAX);
        assert_eq!(fit.rates(0, PRIOR), Rates::default());
    }

    #[test]
    fn a_bay_that_never_changes_slows_its_zone_down_and_no_more() {
        let mut fit = RateFit::new(0);
        let still = Exposure {
            occupied_s: u32::MAX,
            ..Exposure::default()
        };
        for _ in 0..1_000 {
            fit.add(0, still);
        }
        let rates = fit.rates(0, PRIOR);
        assert!(rates.usual() > Rates::default().usual());
        let wild = Means {
            stay_s: u32::MAX,
            vacancy_s: 0,
        };
        assert!(fit.rates(0, wild).usual() > rates.usual());
    }
}
