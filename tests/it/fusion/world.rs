//! Bays, cars, sensors and apps as a random world has them: what really was, and what was said.
//!
//! Times are minutes. Bays are taken and left, sensors look every 12 s and err in spells of some
//! minutes, a few get stuck for hours; contributors of apps are good, sloppy or of no use. Those who
//! attack say *occupied* once a minute of one bay in twenty, for the last third of the time; the
//! sophisticated ones report honestly until then.

use rand::rngs::SmallRng;
use rand::{RngExt as _, SeedableRng as _};
use std::f64::consts::PI;
use std::ops::Range;

pub(crate) const MEAN_VACANCY: f64 = 25.0;
pub(crate) const MEAN_STAY: f64 = 60.0;
const CONTRIBUTORS: u32 = 1500;
const ATTACKERS: u32 = 300;
const BETWEEN_APP_REPORTS: f64 = 15.0;
/// How long a sensor's spell of errors and what lies between two of them take together, times the
/// share of errors.
const SPELL: f64 = 5.0;
const SAMPLE: f64 = 0.2;
/// Bays that a storm of errors is common to.
const NEIGHBOURS: usize = 10;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Attack {
    None,
    Naive,
    /// Honest at first.
    Sophisticated,
}

/// What the filters do not know of a world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Nature {
    /// Nothing: it is as they take it to be.
    Plain,
    /// Each bay has rates of its own, by up to 2^1.5 slower or quicker.
    BaysDiffer,
    /// Stays are lognormal, sigma 1.2.
    Lognormal,
    /// Half of the errors of sensors are common to neighbours.
    CommonErrors,
    /// All goes at 0.1 to 1.9 times the mean rate, by the hour.
    DayAndNight,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Params {
    pub(crate) bays: usize,
    pub(crate) hours: f64,
    pub(crate) seed: u64,
    pub(crate) attack: Attack,
    pub(crate) nature: Nature,
    /// All attackers come by one partner of five.
    pub(crate) one_partner: bool,
}

impl Params {
    /// Three days in which nobody attacks and all is as the filters take it to be.
    pub(crate) const fn plain(bays: usize, seed: u64) -> Self {
        Self {
            bays,
            hours: 72.0,
            seed,
            attack: Attack::None,
            nature: Nature::Plain,
            one_partner: false,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Speaker {
    Sensor,
    Contributor(u32),
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Report {
    pub(crate) t: f64,
    pub(crate) bay: usize,
    pub(crate) by: Speaker,
    pub(crate) occupied: bool,
}

/// What is wrong with a sensor, or would be if there were one.
#[derive(Clone, Debug)]
pub(crate) struct Ill {
    /// Of the time; a flickering one's is a tenth and more.
    pub(crate) errs: f64,
    pub(crate) stuck: Range<f64>,
}

pub(crate) struct World {
    /// By time.
    pub(crate) reports: Vec<Report>,
    /// For each bay since when it was what.
    pub(crate) truth: Vec<Vec<(f64, bool)>>,
    pub(crate) watched: Vec<bool>,
    pub(crate) attacked: Vec<bool>,
    /// How ill each bay's sensor is.
    pub(crate) ills: Vec<Ill>,
    pub(crate) minutes: f64,
    pub(crate) params: Params,
}

impl World {
    pub(crate) fn new(params: Params) -> Self {
        Maker::new(params).make()
    }

    /// When the attack begins.
    pub(crate) fn attack_from(&self) -> f64 {
        self.minutes * 2.0 / 3.0
    }

    /// The partner by whose app it reports.
    pub(crate) fn partner(&self, contributor: u32) -> u8 {
        if self.params.one_partner && contributor >= CONTRIBUTORS - ATTACKERS {
            return 0;
        }
        (contributor % 5) as u8
    }

    pub(crate) const fn contributors() -> usize {
        CONTRIBUTORS as usize
    }
}

pub(crate) fn at(history: &[(f64, bool)], t: f64) -> bool {
    let after = history.partition_point(|(since, _)| *since <= t);
    history[after.max(1) - 1].1
}

struct Maker {
    rng: SmallRng,
    params: Params,
    minutes: f64,
    right: Vec<f64>,
    reports: Vec<Report>,
}

impl Maker {
    fn new(params: Params) -> Self {
        let mut rng = SmallRng::seed_from_u64(params.seed);
        let right = (0..CONTRIBUTORS)
            .map(|n| match rng.random::<f64>() {
                _ if n >= CONTRIBUTORS - ATTACKERS => 0.5,
                kind if kind < 0.7 => beta_46_4(&mut rng),
                kind if kind < 0.9 => rng.random_range(0.65..0.85),
                _ => 0.5,
            })
            .collect();
        Self {
            rng,
            params,
            minutes: params.hours * 60.0,
            right,
            reports: Vec::new(),
        }
    }

    fn make(mut self) -> World {
        let bays = self.params.bays;
        let watched: Vec<bool> = (0..bays).map(|_| self.rng.random_bool(0.7)).collect();
        let attacked: Vec<bool> = (0..bays).map(|_| self.rng.random_bool(0.05)).collect();
        let mut truth = Vec::with_capacity(bays);
        let mut ills = vec![
            Ill {
                errs: 0.0,
                stuck: 0.0..0.0
            };
            bays
        ];
        let mut storms = Vec::new();
        for bay in 0..bays {
            if bay % NEIGHBOURS == 0 {
                storms = self.spells(0.02);
            }
            let cars = self.cars();
            if watched[bay] {
                ills[bay] = self.sensor(bay, &cars, &storms);
            }
            self.apps(bay, &cars, attacked[bay]);
            truth.push(cars);
        }
        let minutes = self.minutes;
        self.reports.retain(|report| report.t < minutes);
        self.reports.sort_by(|a, b| a.t.total_cmp(&b.t));
        World {
            reports: self.reports,
            truth,
            watched,
            attacked,
            ills,
            minutes,
            params: self.params,
        }
    }

    fn exp(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.rng.random::<f64>()).ln()
    }

    fn cars(&mut self) -> Vec<(f64, bool)> {
        let slower = if self.params.nature == Nature::BaysDiffer {
            self.rng.random_range(-1.5..1.5f64).exp2()
        } else {
            1.0
        };
        let mut occupied = self.rng.random_bool(0.7);
        let mut t = 0.0;
        let mut history = vec![(t, occupied)];
        while t < self.minutes {
            let mean = if occupied { MEAN_STAY } else { MEAN_VACANCY };
            let lasts = match self.params.nature {
                Nature::Lognormal if occupied => self.lognormal(MEAN_STAY, 1.2),
                Nature::DayAndNight => self.by_the_hour(t, mean),
                _ => self.exp(mean * slower),
            };
            t += lasts.max(0.5);
            occupied = !occupied;
            history.push((t, occupied));
        }
        history
    }

    fn lognormal(&mut self, mean: f64, sigma: f64) -> f64 {
        let radius = (-2.0 * (1.0 - self.rng.random::<f64>()).ln()).sqrt();
        let normal = radius * (2.0 * PI * self.rng.random::<f64>()).cos();
        mean * (sigma * normal - sigma * sigma / 2.0).exp()
    }

    /// Thinned from the quickest rate.
    fn by_the_hour(&mut self, from: f64, mean: f64) -> f64 {
        let mut t = from;
        loop {
            t += self.exp(mean / 1.9);
            let activity = 1.0 - 0.9 * (2.0 * PI * t / 1440.0).cos();
            if self.rng.random::<f64>() * 1.9 < activity {
                return t - from;
            }
        }
    }

    /// When a sensor of that share of errors begins to err and when it ends.
    fn spells(&mut self, share: f64) -> Vec<f64> {
        let mut turns = Vec::new();
        let mut t = self.exp(SPELL / share);
        let mut errs = false;
        while t < self.minutes {
            turns.push(t);
            errs = !errs;
            t += self.exp(SPELL / if errs { 1.0 - share } else { share });
        }
        turns
    }

    fn sensor(&mut self, bay: usize, cars: &[(f64, bool)], storms: &[f64]) -> Ill {
        let share = if self.rng.random_bool(0.05) {
            self.rng.random_range(0.1..0.25)
        } else {
            self.rng.random_range(0.01..0.05)
        };
        let common = self.params.nature == Nature::CommonErrors;
        let own = self.spells(if common { share / 2.0 } else { share });
        let sticks = if self.rng.random_bool(0.06) {
            self.rng.random_range(0.0..self.minutes)
        } else {
            f64::INFINITY
        };
        let stuck = sticks..sticks + self.rng.random_range(180.0..720.0);
        let storms = if common { storms } else { &[] };
        let errs = |turns: &[f64], t: f64| turns.partition_point(|turn| *turn <= t) % 2 == 1;
        // Where anything changes it shows at the next look.
        let phase = self.rng.random_range(0.0..1.0);
        let turns = cars
            .iter()
            .map(|(since, _)| *since)
            .chain(own.iter().copied());
        let turns = turns.chain(storms.iter().copied()).chain([stuck.end]);
        let look = |t: f64| phase + ((t - phase) / SAMPLE).ceil().max(0.0) * SAMPLE;
        let mut looks: Vec<f64> = turns.map(look).filter(|t| *t < self.minutes).collect();
        looks.sort_by(f64::total_cmp);
        let mut last = None;
        for t in looks {
            let wrong = errs(&own, t) || errs(storms, t);
            let sees = at(cars, t) != wrong;
            if last != Some(sees) && !(last.is_some() && stuck.contains(&t)) {
                last = Some(sees);
                let by = Speaker::Sensor;
                self.reports.push(Report {
                    t,
                    bay,
                    by,
                    occupied: sees,
                });
            }
        }
        Ill { errs: share, stuck }
    }

    fn apps(&mut self, bay: usize, cars: &[(f64, bool)], attacked: bool) {
        let honest = 0..CONTRIBUTORS - ATTACKERS;
        let attackers = CONTRIBUTORS - ATTACKERS..CONTRIBUTORS;
        let mut t = self.exp(BETWEEN_APP_REPORTS);
        while t < self.minutes {
            let who = self.rng.random_range(honest.clone());
            let saw = (t - self.rng.random::<f64>()).max(0.0);
            let right = self.rng.random::<f64>() < self.right[who as usize];
            self.said(t, bay, who, at(cars, saw) == right);
            t += self.exp(BETWEEN_APP_REPORTS);
        }
        let turns = self.minutes * 2.0 / 3.0;
        if self.params.attack == Attack::Sophisticated {
            let mut t = self.exp(120.0);
            while t < turns {
                let who = self.rng.random_range(attackers.clone());
                let right = self.rng.random::<f64>() < 0.95;
                self.said(t, bay, who, at(cars, t) == right);
                t += self.exp(120.0);
            }
        }
        if self.params.attack != Attack::None && attacked {
            let mut t = turns + self.exp(1.0);
            while t < self.minutes {
                let who = self.rng.random_range(attackers.clone());
                self.said(t, bay, who, true);
                t += self.exp(1.0);
            }
        }
    }

    fn said(&mut self, t: f64, bay: usize, who: u32, occupied: bool) {
        let by = Speaker::Contributor(who);
        self.reports.push(Report {
            t,
            bay,
            by,
            occupied,
        });
    }
}

/// Beta(46, 4), as two sums of exponentials.
fn beta_46_4(rng: &mut SmallRng) -> f64 {
    let mut gamma = |n: u32| -> f64 { (0..n).map(|_| -(1.0 - rng.random::<f64>()).ln()).sum() };
    let a = gamma(46);
    a / (a + gamma(4))
}
