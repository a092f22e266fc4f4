//! How likely a bay that is vacant now is still vacant when the driver gets there.
//!
//! A bay is a two-state Markov chain: vacant spells end at one rate, stays at another. From what is
//! known now its probability relaxes to the long-run share: `pi + (p - pi) * exp(-(lambda + mu) *
//! h)`. The rates are city-wide priors until the forecast learns each zone's own; they stand here
//! and nowhere else.

/// How long a bay stands vacant on average, minutes.
const MEAN_VACANCY_MIN: f64 = 25.0;

/// How long a car stays on average, minutes.
const MEAN_STAY_MIN: f64 = 60.0;

/// Bays taken, per vacant minute.
const LAMBDA: f64 = 1.0 / MEAN_VACANCY_MIN;

/// Bays left, per occupied minute.
const MU: f64 = 1.0 / MEAN_STAY_MIN;

/// The share of time a bay is vacant in the long run.
const PI: f64 = MU / (LAMBDA + MU);

/// Probability of vacancy `ahead_ms` from now, for one that is `p_now` now.
#[must_use]
pub fn p_vacant_after(p_now: f64, ahead_ms: u64) -> f64 {
    if ahead_ms == 0 {
        return p_now;
    }
    let minutes = ahead_ms as f64 / 60_000.0;
    PI + (p_now - PI) * (-(LAMBDA + MU) * minutes).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relaxes_from_what_is_known_to_the_long_run_share() {
        assert!((p_vacant_after(0.97, 0) - 0.97).abs() < 1e-12, "now is now");
        assert!(
            (p_vacant_after(0.97, 86_400_000) - PI).abs() < 1e-9,
            "a day later only the long run counts"
        );
        assert!(
            (PI - 25.0 / 85.0).abs() < 1e-12,
            "25 minutes vacant, 60 taken"
        );
        // 10 minutes ahead, by hand: 0.294118 + 0.675882 * exp(-0.0566667 * 10).
        assert!(
            (p_vacant_after(0.97, 600_000) - 0.677_627).abs() < 1e-4,
            "{}",
            p_vacant_after(0.97, 600_000)
        );
        let series: Vec<f64> = (0..100).map(|m| p_vacant_after(1.0, m * 60_000)).collect();
        assert!(
            series.is_sorted_by(|a, b| a > b),
            "the later, the less sure"
        );
    }
}
