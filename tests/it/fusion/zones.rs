//! Whole zones: what a count by a gate makes of bays without a sensor, and whether as many bays are
//! vacant as is expected.

use super::ours::Belief;
use super::rules::Rule as _;
use super::world::{Params, Speaker, World, at};
use crate::long::{cases, figure};
use bayhub::belief::{CountError, Covered, LogOdds};
use bayhub::domain::Expected;
use std::fmt;

const STEP: f64 = 30.0;
const BAYS: usize = 600;

/// How wrong a gate is.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Gate {
    Exact,
    /// By so many cars, its standard deviation; at most two.
    Wrong(u32),
}

impl Gate {
    /// What it counts when so many are occupied, at its `n`th look.
    fn counts(self, occupied: u32, n: u64, most: u32) -> u32 {
        let Self::Wrong(cars) = self else {
            return occupied;
        };
        // Four coins a car and standard deviation: mean 2, variance 1.
        let coins = n.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
        let coins = coins.wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 40;
        let heads = (coins & ((1 << (4 * cars * cars)) - 1)).count_ones();
        (occupied + heads).saturating_sub(2 * cars * cars).min(most)
    }
}

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
    /// Looks at which the count was evidence.
    used: f64,
    all: u64,
}

fn p(odds: LogOdds) -> f64 {
    f64::from(odds.p_occupied_fine()) / 65_535.0
}

impl Looks {
    fn look(
        &mut self,
        (world, belief, words): (&World, &Belief<'_>, &[Option<bool>]),
        bays: std::ops::Range<usize>,
        t: f64,
        (gate, error): (Gate, CountError),
    ) {
        let zone = bays.len() as u32;
        let occupied = |bay: usize| at(&world.truth[bay], t);
        let taken = bays.clone().filter(|bay| occupied(*bay)).count() as u32;
        self.all += 1;
        let count = gate.counts(taken, self.all, zone);
        let mut covered = Covered::default();
        let mut mean = 0.0;
        let mut variance = 0.0;
        for bay in bays.clone() {
            let odds = belief.odds(bay, t);
            covered.add(odds, words[bay]);
            mean += 1.0 - p(odds);
            variance += p(odds) * (1.0 - p(odds));
        }
        let news = covered.news(count, error);
        let shift = news.map_or(LogOdds(0), |news| covered.shift(news));
        self.used += f64::from(u8::from(news.is_some()));
        for bay in bays.filter(|bay| !world.watched[*bay]) {
            let truth = f64::from(u8::from(occupied(bay)));
            let alone = belief.odds(bay, t);
            self.unsensored += 1.0;
            self.alone += (p(alone) - truth).powi(2);
            self.counted += (p(alone.plus(shift)) - truth).powi(2);
        }
        let vacant = zone - taken;
        let (mean, low, high) = Expected::of(mean, variance).range(zone);
        self.zones += 1.0;
        self.within += f64::from(u8::from((low..=high).contains(&vacant)));
        self.off += (mean.round() - f64::from(vacant)).abs();
    }

    /// Zones of so many bays, over the whole of some worlds.
    fn at(zone: usize, gate: Gate, error: CountError) -> Self {
        let mut looks = Self::default();
        for seed in 71..71 + u64::from(cases(1)) {
            let world = World::new(Params::plain(BAYS, seed));
            let mut belief = Belief::new(&world, 1.0);
            let mut reports = world.reports.iter().peekable();
            let mut words = vec![None; BAYS];
            let mut t = 720.0;
            while t < world.minutes {
                while let Some(report) = reports.next_if(|report| report.t <= t) {
                    belief.hear(report);
                    if let Speaker::Sensor = report.by {
                        words[report.bay] = Some(report.occupied);
                    }
                }
                for from in (0..BAYS).step_by(zone) {
                    let bays = from..from + zone;
                    looks.look((&world, &belief, &words), bays, t, (gate, error));
                }
                t += STEP;
            }
        }
        looks
    }

    /// The Brier score with a count, of that without one.
    fn ratio(&self) -> f64 {
        self.counted / self.alone
    }
}

impl fmt::Display for Looks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let alone = self.alone / self.unsensored;
        let counted = self.counted / self.unsensored;
        let ratio = self.ratio();
        let used = self.used / self.zones;
        let within = self.within / self.zones;
        let off = self.off / self.zones;
        write!(
            f,
            "without a sensor {alone:.4}, with a count {counted:.4} ({ratio:.3} of it, used {used:.2}); \
             {within:.3} within p10 to p90, {off:.2} bays off"
        )
    }
}

/// That mean square of an error, in cars.
fn learnt(square: f64) -> CountError {
    CountError::from_bits((square * 256.0) as u32 + 1)
}

#[test]
fn a_good_count_tells_of_bays_without_a_sensor_and_intervals_hold_what_they_promise() {
    for (zone, gate, error, most) in [
        (20, Gate::Exact, CountError::default(), 0.9),
        (20, Gate::Wrong(1), CountError::default(), 0.96),
        // What a gate is known to do better than is assumed of any is made use of.
        (100, Gate::Exact, learnt(0.01), 0.98),
        (100, Gate::Wrong(1), learnt(1.0), 0.985),
    ] {
        let looks = Looks::at(zone, gate, error);
        let ratio = looks.ratio();
        assert!(ratio <= most, "{zone} bays, {gate:?}: {ratio} of the score");
        assert!(looks.used / looks.zones > 0.95, "{looks}");
        let within = looks.within / looks.zones;
        let off = looks.off / looks.zones;
        assert!((0.8..0.93).contains(&within), "{within} within the range");
        let bound = if zone == 20 { 1.1 } else { 2.6 };
        assert!(off < bound, "{off} bays off on average");
        figure(&format!("fusion, zones of {zone}, {gate:?}: {looks}"));
    }
}

#[test]
fn a_count_that_is_known_to_be_poor_is_no_evidence() {
    let looks = Looks::at(20, Gate::Wrong(2), learnt(4.0));
    assert!(
        looks.used < 1.0 && (looks.ratio() - 1.0).abs() < 1e-9,
        "{looks}"
    );
}
