//! Whole zones: what a count by a gate makes of bays without a sensor, and whether as many bays are
//! vacant as is expected.

use super::ours::Belief;
use super::rules::Rule as _;
use super::world::{Params, World, at};
use crate::long::{cases, figure};
use bayhub::belief::{LogOdds, tilt};
use bayhub::domain::Expected;

const ZONE: usize = 20;
const STEP: f64 = 30.0;

/// Sums over looks at all zones, every half an hour after half a day.
#[derive(Default)]
struct Looks {
    unsensored: f64,
    /// Squares of what bays without a sensor are off, by belief alone and with a count.
    alone: f64,
    counted: f64,
    zones: f64,
    within: f64,
    /// What the expectation of vacant bays is off.
    off: f64,
}

impl Looks {
    fn look(&mut self, world: &World, belief: &Belief<'_>, from: usize, t: f64) {
        let bays = from..from + ZONE;
        let occupied = |bay: usize| at(&world.truth[bay], t);
        let count = bays.clone().filter(|bay| occupied(*bay)).count();
        let odds: Vec<LogOdds> = bays.clone().map(|bay| belief.odds(bay, t)).collect();
        let p = |odds: LogOdds| f64::from(odds.p_occupied_fine()) / 65_535.0;
        let watched = |bay: &usize| world.watched[*bay];
        let free = bays.clone().filter(|bay| !watched(bay));
        let shift = tilt(&odds.iter().copied(), count as u32);
        for bay in free {
            let truth = f64::from(u8::from(occupied(bay)));
            let alone = odds[bay - from];
            self.unsensored += 1.0;
            self.alone += (p(alone) - truth).powi(2);
            self.counted += (p(alone.plus(shift)) - truth).powi(2);
        }
        let vacant = (ZONE - count) as u32;
        let spread = odds.iter().map(|odds| p(*odds) * (1.0 - p(*odds))).sum();
        let expected = odds.iter().map(|odds| 1.0 - p(*odds)).sum();
        let (mean, low, high) = Expected::of(expected, spread).range(ZONE as u32);
        self.zones += 1.0;
        self.within += f64::from(u8::from((low..=high).contains(&vacant)));
        self.off += (mean.round() - f64::from(vacant)).abs();
    }
}

#[test]
fn a_good_count_tells_of_bays_without_a_sensor_and_intervals_hold_what_they_promise() {
    let mut looks = Looks::default();
    for seed in 71..71 + u64::from(cases(1)) {
        let world = World::new(Params::plain(600, seed));
        let mut belief = Belief::new(&world, 1.0);
        let mut reports = world.reports.iter().peekable();
        let mut t = 720.0;
        while t < world.minutes {
            while let Some(report) = reports.next_if(|report| report.t <= t) {
                belief.hear(report);
            }
            for from in (0..600).step_by(ZONE) {
                looks.look(&world, &belief, from, t);
            }
            t += STEP;
        }
    }
    let counted = looks.counted / looks.alone;
    assert!(
        counted <= 0.9,
        "{counted} of the Brier score without a count"
    );
    let within = looks.within / looks.zones;
    assert!(
        (0.8..0.95).contains(&within),
        "{within} within an interval of 0.8"
    );
    let off = looks.off / looks.zones;
    assert!(off < 1.1, "{off} bays off on average");
    let alone = looks.alone / looks.unsensored;
    figure(&format!(
        "fusion, zones of 20: without a sensor {alone:.4}, with an exact count {counted:.3} of it; \
         {within:.3} within p10 to p90, {off:.2} bays off"
    ));
}
