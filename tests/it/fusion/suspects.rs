//! Which sensors are suspected, beside which are ill.

use super::week::Week;
use super::world::Nature;
use crate::long::{cases, figure};

#[test]
fn who_is_suspected_is_mostly_ill_and_healthy_sensors_seldom_are() {
    // What at least is right, and of how many healthy sensors at most one is called ill in a week.
    for (nature, stuck, flickering) in [
        (Nature::Plain, 0.9, 0.002),
        (Nature::DayAndNight, 0.5, 0.002),
        (Nature::BaysDiffer, 0.7, 0.05),
        (Nature::Lognormal, 0.5, 0.002),
    ] {
        for seed in 81..81 + u64::from(cases(1)) {
            let week = Week::of(nature, seed);
            let what = format!("{nature:?}, seed {seed}: stuck {}", week.stuck);
            figure(&format!("suspects, {what}; flickering {}", week.flickering));
            assert!(week.stuck.precision() >= stuck, "{what}");
            assert!(week.stuck.recall() >= 0.25, "{what}");
            assert!(
                week.flickering.false_share() <= flickering,
                "{nature:?}, seed {seed}: flickering {}",
                week.flickering
            );
            assert!(
                week.flickering.recall() >= 0.2,
                "{nature:?}, seed {seed}: flickering {}",
                week.flickering
            );
        }
    }
}
