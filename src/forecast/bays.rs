//! How likely one bay, or any of some, is vacant when a driver gets there.
//!
//! A bay is a two-state Markov chain: from what is known now its odds relax to the share of its zone's
//! bays that will be vacant then. How quickly is the zone's own where that was learnt; what is assumed
//! else stands here and nowhere else. What bays of one zone do, they do together: of any of some, the
//! zone is taken at nine equally likely degrees of fullness. Promise: 0..=1, and now is now.

use super::outlook::{FURTHEST_MS, Foreseen};

/// How long a bay stands vacant on average, minutes.
const MEAN_VACANCY_MIN: f64 = 25.0;

/// How long a car stays on average, minutes.
const MEAN_STAY_MIN: f64 = 60.0;

/// Changes of a bay a minute, vacant and occupied together, where nothing is known of them.
pub const USUAL_PACE: f32 = (1.0 / MEAN_VACANCY_MIN + 1.0 / MEAN_STAY_MIN) as f32;

/// The share of time a bay is vacant in the long run, where nothing is known of its zone.
const USUALLY_VACANT: f64 = MEAN_VACANCY_MIN / (MEAN_VACANCY_MIN + MEAN_STAY_MIN);

/// How likely the zone is as full as each of these parts of its odds.
const PARTS: usize = 9;

/// What is known of the way there, for one bay.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arrival {
    pub(super) ahead_ms: u64,
    /// Of the bay's zone then; `None`: nothing is known of it.
    pub(super) zone: Option<Foreseen>,
    /// Changes of its bays a minute, vacant and occupied together.
    pub(super) pace: f32,
}

impl Arrival {
    /// How likely a bay is vacant then that is so with `p_now` now; `None` beyond four hours.
    #[must_use]
    pub(super) fn p_vacant(&self, p_now: f64) -> Option<f64> {
        let vacant = self
            .zone
            .map_or(USUALLY_VACANT, |zone| 1.0 - f64::from(zone.occupied));
        (self.ahead_ms <= FURTHEST_MS).then(|| self.relaxed(p_now, vacant))
    }

    fn relaxed(&self, p_now: f64, vacant: f64) -> f64 {
        if self.ahead_ms == 0 {
            return p_now;
        }
        let minutes = self.ahead_ms as f64 / 60_000.0;
        vacant + (p_now - vacant) * (-f64::from(self.pace) * minutes).exp()
    }
}

/// How likely at least one of these bays is vacant then; `None` without any, or beyond four hours.
#[must_use]
pub(super) fn p_any_vacant(bays: &[(Arrival, f64)]) -> Option<f64> {
    if bays.is_empty() || bays.iter().any(|(bay, _)| bay.ahead_ms > FURTHEST_MS) {
        return None;
    }
    let mut none = [1.0; PARTS];
    for (arrival, p_now) in bays {
        for (part, none) in none.iter_mut().enumerate() {
            let share = (part as f64 + 0.5) / PARTS as f64;
            let zone = arrival.zone;
            let vacant = zone.map_or(USUALLY_VACANT, |zone| 1.0 - zone.quantile(share));
            *none *= 1.0 - arrival.relaxed(*p_now, vacant);
        }
    }
    Some(1.0 - none.iter().sum::<f64>() / PARTS as f64)
}
