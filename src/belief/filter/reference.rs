//! The same filter in floating point, without tables, steps or a scale that ends; the packed one
//! has to know as much.

use super::*;
use crate::long::{cases, figure};
use rand::rngs::SmallRng;
use rand::{RngExt as _, SeedableRng as _};

/// Rates per minute.
const ARRIVE: f64 = 1.0 / 25.0;
const LEAVE: f64 = 1.0 / 60.0;
const RECOVER: f64 = 0.19;

fn leaving(occupied: bool) -> f64 {
    if occupied { LEAVE } else { ARRIVE }
}

fn share(occupied: bool) -> f64 {
    leaving(!occupied) / (ARRIVE + LEAVE)
}

/// As ratios to `right`, and the rate per minute.
struct Float {
    error: f64,
    stuck: f64,
    flicker: f64,
}

impl Float {
    fn first(occupied: bool) -> Self {
        let right = 0.99 * 0.96 * share(occupied);
        Self {
            error: 0.99 * 0.04 * share(!occupied) / right,
            stuck: 0.005 / right,
            flicker: 0.008,
        }
    }

    fn advance(&mut self, occupied: bool, minutes: f64) {
        // In pieces of ten seconds: the leak runs all the time.
        let pieces = (minutes * 6.0).ceil().max(1.0);
        let dt = minutes / pieces;
        for _ in 0..pieces as u32 {
            let breaks = leaving(occupied) + self.flicker;
            let mends = leaving(!occupied) + RECOVER;
            self.error *= ((breaks - mends) * dt).exp();
            self.stuck *= ((breaks - 1.0 / 360.0) * dt).exp();
            self.stuck += dt / 43_200.0;
            self.flicker = (self.flicker * (-dt / 5760.0).exp()).max(0.004);
        }
    }

    fn change(&mut self, occupied: bool) {
        let ended = self.error * RECOVER;
        let right = leaving(!occupied) + ended;
        let wrong = self.flicker + self.error * leaving(occupied);
        self.flicker = (self.flicker + ended / (right + wrong) / 5760.0).min(0.05);
        self.error = wrong / right;
        self.stuck /= 1440.0 * right;
    }

    fn app(&mut self, occupied: bool, said: bool, weight: i8) {
        let nats = f64::from(weight) / 8.0 * f64::from(OF_STUCK) / 10.0;
        let factor = if said { nats.exp() } else { (-nats).exp() };
        let right = if occupied { 1.0 } else { self.error } / (1.0 + self.error);
        let of = |p: f64| 1.0 - p + p * factor;
        self.stuck *= of(share(true)) / of(right);
    }

    fn p_occupied(&self, occupied: bool) -> f64 {
        let good = 1.0 + self.stuck * share(occupied);
        let bad = self.error + self.stuck * share(!occupied);
        if occupied {
            good / (good + bad)
        } else {
            bad / (good + bad)
        }
    }
}

/// A bay, its sensor, and what both filters make of it.
struct Bay {
    occupied: bool,
    errs: bool,
    word: bool,
    t: u32,
    packed: Doubt,
    float: Float,
}

impl Bay {
    fn new(t: u32) -> Self {
        Self {
            occupied: true,
            errs: false,
            word: true,
            t,
            packed: Doubt::first(true, Rates::default()),
            float: Float::first(true),
        }
    }

    /// One event; squares of what both are off before it.
    fn step(&mut self, rng: &mut SmallRng) -> [f64; 2] {
        let rates = Rates::default();
        let mends = if self.errs { RECOVER } else { 0.008 };
        let all = leaving(self.occupied) + mends + 1.0 / 15.0;
        let minutes = -(1.0 - rng.random::<f64>()).ln() / all;
        let t = self.t + (minutes * 60.0) as u32;
        self.packed = self.packed.advance(self.word, rates, self.t, t);
        self.float.advance(self.word, f64::from(t - self.t) / 60.0);
        self.t = t;
        let truth = f64::from(u8::from(self.occupied));
        let odds = self.packed.read(self.word, rates);
        let packed = f64::from(odds.p_occupied_fine()) / 65_535.0;
        let squares = [packed, self.float.p_occupied(self.word)].map(|p| (p - truth).powi(2));
        let which = rng.random::<f64>() * all;
        if which < 1.0 / 15.0 {
            let right = rng.random_bool(0.85);
            let said = self.occupied == right;
            let weight = rng.random_range(0..28);
            self.packed = self.packed.app(self.word, said, weight, rates);
            self.float.app(self.word, said, weight);
            return squares;
        }
        if which < 1.0 / 15.0 + mends {
            self.errs = !self.errs;
        } else {
            self.occupied = !self.occupied;
        }
        self.word = !self.word;
        self.packed = self.packed.change(self.word, rates);
        self.float.change(self.word);
        squares
    }
}

#[test]
fn thirty_two_bits_know_as_much_as_floating_point() {
    let events = 100_000 * u64::from(cases(1));
    let mut rng = SmallRng::seed_from_u64(5);
    let mut sums = [0.0; 2];
    let mut bay = Bay::new(1_795_402_800);
    for event in 0..events {
        if event % 2000 == 0 {
            bay = Bay::new(1_795_402_800);
        }
        let squares = bay.step(&mut rng);
        sums.iter_mut()
            .zip(squares)
            .for_each(|(sum, square)| *sum += square);
    }
    let [packed, float] = sums.map(|sum| sum / events as f64);
    assert!((packed - float).abs() <= 0.0005, "{packed} and {float}");
    assert!(float < 0.1, "the world can be known: {float}");
    figure(&format!(
        "belief: Brier packed {packed:.5}, floating point {float:.5}"
    ));
}
