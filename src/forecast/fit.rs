//! One ridge regression for the whole city, of one time ahead: how much each sign of change counts.
//!
//! Recursive: what was seen counts less with every half-hour that is learnt. It begins with what is
//! plain, that a zone changes as its profile does, and is drawn back to it.

use super::memory::Signals;
use super::solve::solve;
use bytemuck::{Pod, Zeroable};

/// Signs that a forecast is made from.
pub(super) const SIGNS: usize = 12;

/// What a sum keeps from one half-hour to the next.
pub(super) const FORGET: f64 = 0.9998;

const RIDGE: f64 = 1.0;

/// How the whole city is off its profiles, and how that grew.
#[derive(Clone, Copy, Debug, Default, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub(super) struct Mood {
    pub(super) off: f64,
    pub(super) growing: f64,
}

/// See the module.
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub(super) struct CityFit {
    squares: [[f64; SIGNS]; SIGNS],
    products: [f64; SIGNS],
    weights: [f64; SIGNS],
}

impl CityFit {
    pub(super) fn new() -> Self {
        let mut new = Self::zeroed();
        for (i, row) in new.squares.iter_mut().enumerate() {
            row[i] = RIDGE;
        }
        new.products[0] = RIDGE;
        new.weights[0] = 1.0;
        new
    }

    /// A half-hour has come: what was seen before counts for less.
    pub(super) fn age(&mut self) {
        for (i, row) in self.squares.iter_mut().enumerate() {
            for sum in row.iter_mut() {
                *sum *= FORGET;
            }
            row[i] += RIDGE * (1.0 - FORGET);
        }
        for sum in &mut self.products {
            *sum *= FORGET;
        }
        self.products[0] += RIDGE * (1.0 - FORGET);
    }

    /// These signs came before a change of `by`.
    pub(super) fn learn(&mut self, signs: &[f64; SIGNS], by: f64) {
        for i in 0..SIGNS {
            for j in 0..=i {
                self.squares[i][j] += signs[i] * signs[j];
            }
            self.products[i] += signs[i] * by;
        }
    }

    pub(super) fn solve(&mut self) {
        self.weights = solve(&self.squares, &self.products);
    }

    /// The change that the signs point to.
    pub(super) fn change(&self, signs: &[f64; SIGNS]) -> f64 {
        self.weights.iter().zip(signs).map(|(w, s)| w * s).sum()
    }
}

/// The signs in what a forecast is made from. `change` is its change by the fast profile.
pub(super) fn signs(made: &Signals, change: f64, mood: Mood, afternoon: bool) -> [f64; SIGNS] {
    [
        change,
        made.slow_beyond,
        made.daily_beyond,
        made.off,
        made.off_slow,
        made.growing,
        mood.off,
        mood.growing,
        made.off * change.abs(),
        made.missed,
        made.bias,
        if afternoon { change } else { 0.0 },
    ]
}

/// Those that a zone has weights of its own on.
pub(super) const fn own_signs(made: &Signals, change: f64) -> [f64; super::memory::OWN] {
    [change, made.daily_beyond, made.off, made.growing]
}
