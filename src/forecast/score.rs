//! What forecasts are worth: how far off they were, beside what anybody could have said.
//!
//! Source of the measure: mean absolute error of the share of bays occupied, of every forecast whose
//! hour came, by time ahead; each was made of what was known before it.

use super::city::Outturn;

/// Of one time ahead. Errors are means, of shares of bays.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Score {
    /// Half-hours.
    pub ahead: u32,
    /// Forecasts whose hour came, of zones with a profile.
    pub judged: u64,
    /// As full as it is.
    pub persistence: f64,
    /// As full as it usually is at that half-hour.
    pub profile: f64,
    /// The plain formula: the profile, moved by the deviation of now.
    pub formula: f64,
    pub forecast: f64,
    /// The share that lay between p10 and p90, and how far apart these were.
    pub covered: f64,
    pub width: f64,
}

/// Sums of them.
#[derive(Clone, Debug, Default)]
pub struct Scores([Score; 3]);

/// What the plain formula keeps of a deviation, by time ahead.
const KEEPS: [f64; 3] = [0.99, 0.98, 0.91];

impl Scores {
    /// One whose zone had no profile is not counted: persistence is all there was.
    pub fn add(&mut self, came: &Outturn) {
        let Some((then, now)) = came.usual else {
            return;
        };
        let at = match came.ahead {
            1 => 0,
            2 => 1,
            _ => 2,
        };
        let formula = (now + KEEPS[at] * (came.before - then)).clamp(0.0, 1.0);
        let off = |told: f64| (came.truth - told).abs();
        let sum = &mut self.0[at];
        sum.ahead = came.ahead;
        sum.judged += 1;
        sum.persistence += off(came.before);
        sum.profile += off(now);
        sum.formula += off(formula);
        sum.forecast += off(came.told);
        let inside = came.low <= came.truth && came.truth <= came.high;
        sum.covered += f64::from(u8::from(inside));
        sum.width += came.high - came.low;
    }

    /// By time ahead; those of which nothing came are left out.
    pub fn means(&self) -> impl Iterator<Item = Score> {
        self.0.iter().filter(|sum| sum.judged > 0).map(|sum| {
            let mean = |total: f64| total / sum.judged as f64;
            Score {
                ahead: sum.ahead,
                judged: sum.judged,
                persistence: mean(sum.persistence),
                profile: mean(sum.profile),
                formula: mean(sum.formula),
                forecast: mean(sum.forecast),
                covered: mean(sum.covered),
                width: mean(sum.width),
            }
        })
    }
}
