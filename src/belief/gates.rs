//! What counts of a whole zone say of its bays, and what beliefs of bays say of a whole zone.

use super::odds::{self, LogOdds, P_POINT};

/// A count moves no bay by more than 4 nat.
const MOST: i32 = 4 * LogOdds::NAT as i32;

/// The 90th percentile of a normal distribution, in 1/1,024.
const Z: u128 = 1312;

/// By how much each bay's log-odds have to move so that as many are expected to be occupied as were
/// counted: one shift for all, at most 4 nat either way.
///
/// `bays` are all of the zone, with a sensor or without: those that are certain hardly move, and
/// what is uncertain of them takes its share of the difference. Only those without a sensor are to
/// be shown with the shift. A count tells little where it is wrong by half of what the beliefs leave
/// open: whether it is good enough, the caller says. What is counted beyond the number of bays
/// counts as all of them.
#[must_use]
pub fn tilt(bays: &(impl Iterator<Item = LogOdds> + Clone), occupied: u32) -> LogOdds {
    // The sum rises with the shift, so the least shift that reaches the count is found by halving.
    let wanted = u128::from(occupied) << P_POINT;
    let all = |shift: i32| -> u128 {
        let tilted = bays
            .clone()
            .map(|b| odds::sigmoid(shifted(b, shift).octaves()));
        tilted.map(u128::from).sum()
    };
    let mut low = -MOST;
    let mut high = MOST;
    while low < high {
        let middle = (low + high).div_euclid(2);
        if all(middle) < wanted {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    LogOdds::of_wide(low)
}

fn shifted(bay: LogOdds, shift: i32) -> LogOdds {
    LogOdds::of_wide(i32::from(bay.0) + shift)
}

/// How many bays of a zone are expected to be vacant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Expectation {
    /// In the mean.
    pub vacant: u32,
    /// Fewer with a probability of a tenth.
    pub p10: u32,
    /// More with a probability of a tenth.
    pub p90: u32,
}

/// From the probabilities of *occupied* of a zone's bays, in 1/65,535
/// ([`LogOdds::p_occupied_fine`]): the normal approximation, rounded to whole bays. An interval
/// holds four of five times or somewhat more: in a small zone both of its ends are counts that occur
/// often.
#[must_use]
pub fn expectation(bays: impl Iterator<Item = u16>) -> Expectation {
    const ONE: u64 = u16::MAX as u64;
    let mut number = 0u64;
    let mut vacant = 0u64;
    let mut variance = 0u128;
    for p in bays {
        let p = u64::from(p);
        number += 1;
        vacant += ONE - p;
        variance += u128::from(p * (ONE - p));
    }
    // In 1/65,535 of a bay, as the sum.
    let half = ((variance * Z * Z).isqrt() / 1024) as u64;
    let most = number * ONE;
    let nearest = |sum: u64| u32::try_from((sum + ONE / 2) / ONE).unwrap_or(u32::MAX);
    Expectation {
        vacant: nearest(vacant),
        p10: nearest(vacant.saturating_sub(half)),
        p90: nearest(vacant.saturating_add(half).min(most)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::long::cases;
    use proptest::prelude::*;

    fn sum(bays: &[LogOdds], shift: LogOdds) -> f64 {
        let p = |b: &LogOdds| f64::from(shifted(*b, i32::from(shift.0)).p_occupied_fine());
        bays.iter().map(p).sum::<f64>() / 65_535.0
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(cases(500)))]

        #[test]
        fn tilted_bays_add_up_to_the_count_as_far_as_they_may(
            bays in prop::collection::vec((-4000..4000i16).prop_map(LogOdds), 0..200),
            share in 0..110u32,
        ) {
            let occupied = bays.len() as u32 * share / 100;
            let shift = tilt(&bays.iter().copied(), occupied);
            prop_assert!(i32::from(shift.0).abs() <= MOST);
            let now = sum(&bays, shift);
            let off = now - f64::from(occupied);
            // A unit of the shift moves the sum by a quarter of a thousandth of a bay each.
            let precise = off.abs() <= 0.001 * bays.len() as f64;
            let end = i32::from(shift.0) == if off < 0.0 { MOST } else { -MOST };
            prop_assert!(precise || end, "{} is {} off by {:?}", occupied, off, shift);
            let more = tilt(&bays.iter().copied(), occupied + 1);
            prop_assert!(more >= shift, "a higher count tilts no less");
        }

        #[test]
        fn an_expectation_lies_within_its_interval_and_the_zone(
            bays in prop::collection::vec(any::<u16>(), 0..300),
            more in any::<u16>(),
        ) {
            let all = expectation(bays.iter().copied());
            prop_assert!(all.p10 <= all.vacant && all.vacant <= all.p90, "{:?}", all);
            prop_assert!(all.p90 as usize <= bays.len());
            let larger = expectation(bays.iter().copied().chain([more]));
            prop_assert!(larger.vacant >= all.vacant && larger.p90 >= all.p90);
        }
    }

    #[test]
    fn a_count_that_fits_moves_nothing() {
        let even = [LogOdds(0); 10];
        assert!(tilt(&even.into_iter(), 5).0.abs() <= 1);
        assert_eq!(tilt(&even.into_iter(), 10).0, 4 * LogOdds::NAT);
        assert_eq!(tilt(&even.into_iter(), 0).0, -4 * LogOdds::NAT);
        assert_eq!(tilt(&std::iter::empty(), 3).0, 4 * LogOdds::NAT);
    }

    #[test]
    fn an_interval_holds_four_of_five_times() {
        // Twenty bays that are occupied with 0.7 each: the binomial law says how often.
        let zone = expectation(std::iter::repeat_n(45_875, 20));
        assert_eq!((zone.vacant, zone.p10, zone.p90), (6, 3, 9));
        let mut within = 0.0;
        let mut chance = 0.7f64.powi(20);
        for vacant in 0..=20u32 {
            if (zone.p10..=zone.p90).contains(&vacant) {
                within += chance;
            }
            chance *= f64::from(20 - vacant) / f64::from(vacant + 1) * 0.3 / 0.7;
        }
        assert!((0.8..0.95).contains(&within), "{within}");
        let certain = expectation([0, 0, u16::MAX].into_iter());
        assert_eq!((certain.vacant, certain.p10, certain.p90), (2, 2, 2));
        assert_eq!(expectation(std::iter::empty()), Expectation::default());
    }
}
