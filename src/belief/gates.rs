//! What counts of a whole zone say of its bays.

use super::odds::{self, LogOdds, P_POINT};

/// A count moves no bay by more than 4 nat.
const MOST: i32 = 4 * LogOdds::NAT as i32;

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
    }

    #[test]
    fn a_count_that_fits_moves_nothing() {
        let even = [LogOdds(0); 10];
        assert!(tilt(&even.into_iter(), 5).0.abs() <= 1);
        assert_eq!(tilt(&even.into_iter(), 10).0, 4 * LogOdds::NAT);
        assert_eq!(tilt(&even.into_iter(), 0).0, -4 * LogOdds::NAT);
        assert_eq!(tilt(&std::iter::empty(), 3).0, 4 * LogOdds::NAT);
    }
}
