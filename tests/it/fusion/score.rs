//! How good a rule is: its Brier score and the F1 of "vacant", every five minutes after half a day.

use super::rules::Rule;
use super::world::{World, at};

const WARM_UP: f64 = 720.0;
const STEP: f64 = 5.0;

/// From which probability on a bay is called vacant.
const EVEN: f64 = 0.5;
/// The same where the question is F1: of bays that are vacant for less than a third of the time one
/// finds the more, the sooner one calls them so.
const ONE_THIRD: f64 = 1.0 / 3.0;

/// Calls of "vacant".
#[derive(Clone, Copy, Debug, Default)]
struct Calls {
    right: f64,
    wrong: f64,
    missed: f64,
}

impl Calls {
    fn add(&mut self, called: bool, occupied: bool) {
        match (called, occupied) {
            (true, false) => self.right += 1.0,
            (true, true) => self.wrong += 1.0,
            (false, false) => self.missed += 1.0,
            (false, true) => {}
        }
    }

    fn join(&mut self, other: Self) {
        self.right += other.right;
        self.wrong += other.wrong;
        self.missed += other.missed;
    }

    fn f1(&self) -> f64 {
        2.0 * self.right / (2.0 * self.right + self.wrong + self.missed)
    }
}

/// Over one kind of bays.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Group {
    looks: f64,
    squares: f64,
    even: Calls,
    one_third: Calls,
}

impl Group {
    /// The mean square of what the probability is off.
    pub(crate) fn brier(&self) -> f64 {
        self.squares / self.looks
    }

    /// Of "vacant": the harmonic mean of how many are found and how many of those called so are so.
    pub(crate) fn f1(&self) -> f64 {
        self.even.f1()
    }

    /// The same with "vacant" from one third on.
    pub(crate) fn f1_one_third(&self) -> f64 {
        self.one_third.f1()
    }

    /// Adds what was looked at elsewhere.
    pub(crate) fn join(&mut self, other: &Self) {
        self.looks += other.looks;
        self.squares += other.squares;
        self.even.join(other.even);
        self.one_third.join(other.one_third);
    }

    fn add(&mut self, p: f64, occupied: bool) {
        self.looks += 1.0;
        let p = p.clamp(0.002, 0.998);
        self.squares += (p - f64::from(u8::from(occupied))).powi(2);
        self.even.add(1.0 - p > EVEN, occupied);
        self.one_third.add(1.0 - p > ONE_THIRD, occupied);
    }
}

/// Bays that nobody attacks, with a sensor and without, and those that are being attacked.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Score {
    pub(crate) sensored: Group,
    pub(crate) unsensored: Group,
    pub(crate) attacked: Group,
}

pub(crate) fn score(world: &World, rule: &mut dyn Rule) -> Score {
    let mut score = Score::default();
    let mut reports = world.reports.iter().peekable();
    let mut t = WARM_UP;
    while t < world.minutes {
        while let Some(report) = reports.next_if(|report| report.t <= t) {
            rule.hear(report);
        }
        for bay in 0..world.truth.len() {
            let group = match (world.attacked[bay], world.watched[bay]) {
                (true, _) if t <= world.attack_from() => continue,
                (true, _) => &mut score.attacked,
                (false, true) => &mut score.sensored,
                (false, false) => &mut score.unsensored,
            };
            group.add(rule.p_occupied(bay, t), at(&world.truth[bay], t));
        }
        t += STEP;
    }
    score
}
