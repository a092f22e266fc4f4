//! What was told of bays, held against what came, and told rightly from then on.
//!
//! Ten bins of told odds by four times ahead. A bin is shifted by its own usual error, between bins and
//! times by what lies between; what was seen counts half after fourteen days. Promises: never out of
//! 0..=1, now is now, and a bin of which little was seen moves little.

use bytemuck::{Pod, Zeroable};

/// Times ahead that are watched, ms.
pub const WATCHED_MS: [u64; 4] = [5 * 60_000, 15 * 60_000, 30 * 60_000, 60 * 60_000];

const BINS: usize = 10;

/// What was seen counts half after so long, ms.
const HALF_LIFE_MS: f64 = 14.0 * 24.0 * 3_600_000.0;

/// How many more must have been seen before a shift is half of what it seems.
const DOUBT: f64 = 50.0;

#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
#[repr(C)]
struct Bin {
    seen: f64,
    told: f64,
    came: f64,
}

impl Bin {
    fn shift(&self) -> f64 {
        (self.came - self.told) / (self.seen + DOUBT)
    }

    /// Where in its tenth what was told lies, on the mean.
    fn middle(&self, at: usize) -> f64 {
        let centre = (at as f64 + 0.5) / BINS as f64;
        (self.told + centre) / (self.seen + 1.0)
    }
}

/// See the module.
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub struct Calibration([[Bin; BINS]; WATCHED_MS.len()]);

impl Default for Calibration {
    fn default() -> Self {
        Self::zeroed()
    }
}

impl Calibration {
    /// `told` (not yet shifted) of a bay, so long ago, and whether it was vacant then.
    pub fn learn(&mut self, watched: usize, told: f64, vacant: bool) {
        let bin = &mut self.0[watched][((told * BINS as f64) as usize).min(BINS - 1)];
        bin.seen += 1.0;
        bin.told += told;
        bin.came += f64::from(u8::from(vacant));
    }

    /// Time has passed.
    pub fn age(&mut self, ms: u64) {
        let keep = 0.5_f64.powf(ms as f64 / HALF_LIFE_MS);
        for bin in self.0.as_flattened_mut() {
            bin.seen *= keep;
            bin.told *= keep;
            bin.came *= keep;
        }
    }

    /// The odds to tell in place of `told`.
    #[must_use]
    pub fn told(&self, ahead_ms: u64, told: f64) -> f64 {
        let right = WATCHED_MS.iter().position(|watched| ahead_ms <= *watched);
        let shift = match right {
            None => self.shift(WATCHED_MS.len() - 1, told),
            Some(right) => {
                let left = right.checked_sub(1);
                let begins = left.map_or(0, |left| WATCHED_MS[left]);
                let from = left.map_or(0.0, |left| self.shift(left, told));
                let share = (ahead_ms - begins) as f64 / (WATCHED_MS[right] - begins) as f64;
                from + (self.shift(right, told) - from) * share
            }
        };
        (told + shift).clamp(0.0, 1.0)
    }

    fn shift(&self, watched: usize, told: f64) -> f64 {
        let bins = &self.0[watched];
        let point = |at: usize| (bins[at].middle(at), bins[at].shift());
        let right = (0..BINS).find(|at| bins[*at].middle(*at) > told);
        let (left, right) = match right {
            Some(0) => return bins[0].shift(),
            Some(right) => (point(right - 1), point(right)),
            None => return bins[BINS - 1].shift(),
        };
        left.1 + (right.1 - left.1) * (told - left.0) / (right.0 - left.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_oftener_than_told_is_told_oftener() {
        let mut c = Calibration::default();
        let is = |told: f64, wanted: f64| (told - wanted).abs() < 1e-12;
        assert!(is(c.told(30 * 60_000, 0.42), 0.42), "nothing is known yet");
        for n in 0..20_000 {
            c.learn(2, 0.42, n % 100 < 54);
            c.learn(2, 0.48, n % 100 < 60);
        }
        let half_hour = c.told(30 * 60_000, 0.45);
        assert!((half_hour - 0.57).abs() < 0.005, "{half_hour}");
        assert!(is(c.told(0, 0.45), 0.45), "now is now");
        let between = c.told(22 * 60_000, 0.45);
        assert!(between > 0.5 && between < half_hour, "{between}");
        c.age(10 * 14 * 24 * 3_600_000);
        let later = c.told(30 * 60_000, 0.45);
        assert!(
            later < 0.55,
            "what is old counts less, and then doubt more: {later}"
        );
    }

    #[test]
    fn little_that_was_seen_moves_little_and_nothing_leaves_what_can_be() {
        let mut c = Calibration::default();
        c.learn(0, 0.97, false);
        assert!(c.told(300_000, 0.97) > 0.94);
        for _ in 0..1_000 {
            c.learn(0, 0.97, false);
            c.learn(3, 0.03, true);
        }
        for ahead in [0, 1, 300_000, 7_000_000] {
            for told in [0.0, 0.03, 0.5, 0.97, 1.0] {
                assert!((0.0..=1.0).contains(&c.told(ahead, told)), "{ahead} {told}");
            }
        }
    }
}
