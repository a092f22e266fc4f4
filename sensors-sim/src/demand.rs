//! Demand: when cars come and how long they stay, by what a zone is used for.
//!
//! A wanted occupancy for each hour is turned into arrivals once, by walking round the day in
//! five-minute steps: whatever of the earlier arrivals is still there is topped up to the target.
//! From that come the arrival rate of a vacant bay and the start state, so a city starts in the
//! state it would have settled into.

use crate::city::ZoneKind;
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use rand_distr::{Distribution, LogNormal};

/// Five-minute steps of a day.
const STEPS: usize = 288;
/// One step, ms.
const STEP_MS: f64 = 300_000.0;
/// One day, ms.
pub(crate) const DAY_MS: u64 = 86_400_000;

/// What a zone is mostly used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    Residents,
    Offices,
    Shops,
    Street,
    Food,
}

impl Use {
    pub(crate) const ALL: [Self; 5] = [
        Self::Residents,
        Self::Offices,
        Self::Shops,
        Self::Street,
        Self::Food,
    ];

    /// Follows from kind and id alone, so that a city read back from files behaves as the one that
    /// was written.
    pub(crate) fn of(kind: ZoneKind, id: &str) -> Self {
        let ticket = fnv(id.as_bytes()) % 100;
        match kind {
            ZoneKind::OnStreet if ticket < 65 => Self::Street,
            ZoneKind::OnStreet => Self::Food,
            ZoneKind::OffStreet if ticket < 60 => Self::Residents,
            ZoneKind::OffStreet if ticket < 85 => Self::Shops,
            ZoneKind::Private if ticket < 45 => Self::Residents,
            ZoneKind::OffStreet | ZoneKind::Private => Self::Offices,
        }
    }

    /// Wanted occupancy at 0, 2, 4 ... 22 o'clock.
    const fn occupancy(self) -> [f64; 12] {
        match self {
            Self::Residents => [
                0.88, 0.90, 0.90, 0.87, 0.66, 0.54, 0.52, 0.53, 0.56, 0.66, 0.77, 0.84,
            ],
            Self::Offices => [
                0.06, 0.05, 0.05, 0.12, 0.55, 0.84, 0.82, 0.84, 0.72, 0.32, 0.14, 0.08,
            ],
            Self::Shops => [
                0.12, 0.08, 0.06, 0.08, 0.22, 0.52, 0.76, 0.72, 0.70, 0.84, 0.68, 0.30,
            ],
            Self::Street => [
                0.34, 0.30, 0.28, 0.36, 0.62, 0.74, 0.80, 0.76, 0.74, 0.72, 0.58, 0.42,
            ],
            Self::Food => [
                0.30, 0.18, 0.12, 0.26, 0.48, 0.56, 0.86, 0.58, 0.62, 0.88, 0.80, 0.52,
            ],
        }
    }

    /// Share, median minutes and sigma of the two log-normals that stays are mixed from.
    const fn stays(self) -> [(f64, f64, f64); 2] {
        match self {
            Self::Residents => [(0.45, 660.0, 0.30), (0.55, 70.0, 0.8)],
            Self::Offices => [(0.55, 500.0, 0.20), (0.45, 60.0, 0.7)],
            Self::Shops => [(0.75, 80.0, 0.6), (0.25, 180.0, 0.4)],
            Self::Street => [(0.85, 25.0, 0.8), (0.15, 110.0, 0.5)],
            Self::Food => [(0.9, 40.0, 0.5), (0.1, 240.0, 0.6)],
        }
    }
}

/// The solved demand of one [`Use`].
pub(crate) struct Profile {
    stays: [(f64, LogNormal<f64>); 2],
    /// Occupancy at each step of a settled day.
    occupancy: Vec<f64>,
    /// Arrivals per vacant bay and step.
    rate: Vec<f64>,
    rate_max: f64,
    /// Share of arrivals still there after n steps.
    survival: Vec<f64>,
    arrivals: Vec<f64>,
}

impl Profile {
    /// All profiles, in the order of [`Use::ALL`].
    pub(crate) fn all() -> Vec<Self> {
        Use::ALL.into_iter().map(Self::solve).collect()
    }

    fn solve(used: Use) -> Self {
        let stays = used.stays().map(|(share, median, sigma)| {
            (
                share,
                LogNormal::new((median * 60_000.0).ln(), sigma).expect("fixed, finite parameters"),
            )
        });
        let survival = survival_of(&stays);
        let target: Vec<f64> = (0..STEPS)
            .map(|k| between_hours(&used.occupancy(), k))
            .collect();
        let mean_stay: f64 = survival.iter().sum();
        let mut arrivals = vec![target.iter().sum::<f64>() / STEPS as f64 / mean_stay; STEPS];
        for _ in 0..6 {
            for k in 0..STEPS {
                let there = still_there(&arrivals, &survival, k) - arrivals[k];
                arrivals[k] = (target[k] - there).max(0.0);
            }
            arrivals = smooth(&arrivals);
        }
        let occupancy: Vec<f64> = (0..STEPS)
            .map(|k| still_there(&arrivals, &survival, k).clamp(0.01, 0.97))
            .collect();
        let rate: Vec<f64> = arrivals
            .iter()
            .zip(&occupancy)
            .map(|(a, n)| a / (1.0 - n))
            .collect();
        let rate_max = rate.iter().fold(1e-6, |a: f64, b| a.max(*b));
        Self {
            stays,
            occupancy,
            rate,
            rate_max,
            survival,
            arrivals,
        }
    }

    /// The share of bays taken at `day_ms` when a zone is `appeal` times as sought after as the
    /// average one.
    pub(crate) fn occupancy(&self, day_ms: u64, appeal: f64) -> f64 {
        let n = self.occupancy[step_of(day_ms)];
        (n * appeal / (1.0 + n * (appeal - 1.0))).min(0.98)
    }

    /// Time until a car tries for a vacant bay, ms; whether it comes, [`Self::comes`] says.
    pub(crate) fn next_try(&self, appeal: f64, rng: &mut SmallRng) -> f64 {
        let u: f64 = rng.random();
        -(1.0 - u).ln() * STEP_MS / (self.rate_max * appeal)
    }

    /// Thins the tries at the day's highest rate down to the rate of this time of day.
    pub(crate) fn comes(&self, day_ms: u64, rng: &mut SmallRng) -> bool {
        rng.random::<f64>() * self.rate_max < self.rate[step_of(day_ms)]
    }

    /// A stay, ms: at least half a minute, less than a day.
    pub(crate) fn stay(&self, rng: &mut SmallRng) -> f64 {
        draw_stay(&self.stays, rng)
    }

    /// The cars that are found parked at `day_ms`.
    pub(crate) fn parked_at(&self, day_ms: u64) -> Parked<'_> {
        let now = step_of(day_ms);
        let mut sum = 0.0;
        let up_to_age = (0..STEPS)
            .map(|age| {
                sum += self.arrivals[(now + STEPS - age) % STEPS] * self.survival[age];
                sum
            })
            .collect();
        Parked {
            up_to_age,
            survival: &self.survival,
        }
    }
}

/// The mix of cars parked at one time of day, by how long they have been there.
pub(crate) struct Parked<'a> {
    /// Cars that came at most n steps ago.
    up_to_age: Vec<f64>,
    survival: &'a [f64],
}

impl Parked<'_> {
    /// What is left of the stay of one of them, ms.
    pub(crate) fn rest(&self, rng: &mut SmallRng) -> f64 {
        let ticket = rng.random::<f64>() * self.up_to_age[STEPS - 1];
        let age = self
            .up_to_age
            .partition_point(|c| *c <= ticket)
            .min(STEPS - 1);
        // How long a stay lasts that has lasted `age` steps: where survival falls below a uniform
        // share of its value.
        let level = rng.random::<f64>() * self.survival[age];
        let end = self.survival.partition_point(|s| *s > level);
        ((end.max(age + 1) - age) as f64 - rng.random::<f64>()).max(0.1) * STEP_MS
    }
}

/// Whole steps into the day.
fn step_of(day_ms: u64) -> usize {
    (day_ms % DAY_MS) as usize * STEPS / DAY_MS as usize
}

fn between_hours(points: &[f64; 12], step: usize) -> f64 {
    let x = step as f64 * 12.0 / STEPS as f64;
    let i = x as usize;
    let part = x.fract();
    points[i] * (1.0 - part) + points[(i + 1) % 12] * part
}

/// Cars there at step `k`, counting those that arrive in it.
fn still_there(arrivals: &[f64], survival: &[f64], k: usize) -> f64 {
    (0..STEPS)
        .map(|age| arrivals[(k + STEPS - age) % STEPS] * survival[age])
        .sum()
}

/// A mean over half an hour round the clock: takes the spikes out that topping up puts in.
fn smooth(a: &[f64]) -> Vec<f64> {
    (0..STEPS)
        .map(|k| (0..7).map(|d| a[(k + STEPS + d - 3) % STEPS]).sum::<f64>() / 7.0)
        .collect()
}

/// Measured from the sampler itself, so the two cannot disagree.
fn survival_of(stays: &[(f64, LogNormal<f64>); 2]) -> Vec<f64> {
    const DRAWS: usize = 50_000;
    let mut rng = SmallRng::seed_from_u64(7);
    let mut ends = vec![0usize; STEPS + 1];
    for _ in 0..DRAWS {
        ends[(draw_stay(stays, &mut rng) / STEP_MS).ceil() as usize] += 1;
    }
    let mut left = DRAWS;
    ends[..STEPS]
        .iter()
        .map(|gone| {
            left -= gone;
            left as f64 / DRAWS as f64
        })
        .collect()
}

fn draw_stay(stays: &[(f64, LogNormal<f64>); 2], rng: &mut SmallRng) -> f64 {
    let which = usize::from(rng.random::<f64>() >= stays[0].0);
    stays[which]
        .1
        .sample(rng)
        .clamp(30_000.0, (DAY_MS - 1) as f64)
}

/// FNV-1a: small, and the same in every build.
pub(crate) fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |h, b| {
        (h ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_settled_day_follows_what_was_wanted() {
        for used in Use::ALL {
            let p = Profile::solve(used);
            let worst = (0..STEPS)
                .map(|k| (p.occupancy[k] - between_hours(&used.occupancy(), k)).abs())
                .fold(0.0, f64::max);
            assert!(worst < 0.15, "{used:?} is off by {worst}");
        }
    }

    #[test]
    fn offices_fill_by_day_and_homes_by_night() {
        let [night, noon] = [2, 11].map(|h| h * 3_600_000);
        let homes = Profile::solve(Use::Residents);
        let offices = Profile::solve(Use::Offices);
        assert!(homes.occupancy(night, 1.0) > homes.occupancy(noon, 1.0) + 0.2);
        assert!(offices.occupancy(noon, 1.0) > offices.occupancy(night, 1.0) + 0.5);
    }

    #[test]
    fn the_rest_of_a_stay_is_positive_and_below_a_day() {
        let mut rng = SmallRng::seed_from_u64(3);
        for p in Profile::all() {
            for h in 0..24 {
                let rest = p.parked_at(h * 3_600_000).rest(&mut rng);
                assert!(rest > 0.0 && rest < DAY_MS as f64);
            }
        }
    }
}
