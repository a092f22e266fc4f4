//! Log-odds that a bay is occupied, and the probability they mean.

use super::tables::{self, ONE, POINT};

/// Log-odds of *occupied*: ln(p / (1 - p)), in 1/1,024 nat. Negative is rather vacant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogOdds(pub i16);

impl LogOdds {
    /// Units of a nat.
    pub const NAT: i16 = 1024;

    /// Of octaves (2^-16).
    pub(super) const fn from_octaves(octaves: i32) -> Self {
        Self::of_wide(tables::nats(octaves) >> 6)
    }

    /// In octaves (2^-16).
    pub(super) const fn octaves(self) -> i32 {
        tables::octaves((self.0 as i32) << 6)
    }

    pub(super) const fn of_wide(units: i32) -> Self {
        if units > i16::MAX as i32 {
            return Self(i16::MAX);
        }
        if units < i16::MIN as i32 {
            return Self(i16::MIN);
        }
        Self(units as i16)
    }

    /// How far somebody who is so sure (1/255) may be believed: never against what he says.
    #[must_use]
    pub fn of_confidence(confidence: u8) -> Self {
        let sure = u64::from(confidence.clamp(128, 254));
        Self::from_octaves(tables::log2(sure) - tables::log2(255 - sure))
    }

    /// The same, no farther from even than `limit`.
    #[must_use]
    pub const fn within(self, limit: Self) -> Self {
        if self.0 > limit.0 {
            limit
        } else if self.0 < -limit.0 {
            Self(-limit.0)
        } else {
            self
        }
    }

    /// Evidence for the same from elsewhere, added.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// In nats, for an answer. Nothing that is stored goes through it.
    #[must_use]
    pub fn nats(self) -> f32 {
        f32::from(self.0) / f32::from(Self::NAT)
    }

    /// Probability of *occupied*, in 1/65,535.
    #[must_use]
    pub fn p_occupied_fine(self) -> u16 {
        let fine = sigmoid(self.octaves());
        ((fine * 65_535 + (1 << (P_POINT - 1))) >> P_POINT) as u16
    }

    /// Probability of *occupied*, in 1/255.
    #[must_use]
    pub fn p_occupied(self) -> u8 {
        let fine = sigmoid(self.octaves());
        ((fine * 255 + (1 << (P_POINT - 1))) >> P_POINT) as u8
    }
}

/// Bits after the point of a probability.
pub(super) const P_POINT: u32 = 30;

/// 1 / (1 + 2^-x), `x` in 2^-16 octave, with [`P_POINT`] bits after the point. Never 0, never 1.
pub(super) fn sigmoid(x: i32) -> u64 {
    let smaller = tables::exp2(-x.abs().min(29 << 16));
    let larger = (1 << (P_POINT + POINT)) / (ONE + smaller);
    let larger = larger.min((1 << P_POINT) - 1);
    if x < 0 {
        (1 << P_POINT) - larger
    } else {
        larger
    }
}

/// The inverse of [`sigmoid`].
pub(super) fn logit(p: u64) -> i32 {
    let p = p.clamp(1, (1 << P_POINT) - 1);
    tables::log2(p) - tables::log2((1 << P_POINT) - p)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_probability_is_that_of_its_log_odds() {
        for units in (-20_000..20_000i16).step_by(7) {
            let odds = LogOdds(units);
            let exact = 1.0 / (1.0 + (-f64::from(units) / 1024.0).exp());
            let fine = f64::from(odds.p_occupied_fine()) / 65_535.0;
            assert!((fine - exact).abs() < 2e-5, "{units}: {fine}, not {exact}");
            let coarse = f64::from(odds.p_occupied()) / 255.0;
            assert!((coarse - exact).abs() < 0.502 / 255.0, "{units}: {coarse}");
        }
        assert_eq!(LogOdds(0).p_occupied_fine(), 32_768);
        assert_eq!(LogOdds(i16::MAX).p_occupied(), 255);
        assert_eq!(LogOdds(i16::MIN).p_occupied(), 0);
    }

    #[test]
    fn a_probability_leads_back_to_its_log_odds() {
        for units in (-6000..6000i16).step_by(11) {
            let back = LogOdds::from_octaves(logit(sigmoid(LogOdds(units).octaves())));
            assert!(back.0.abs_diff(units) <= 2, "{units} became {}", back.0);
        }
    }

    #[test]
    fn evidence_adds_up_to_the_end_of_the_scale() {
        assert_eq!(LogOdds(100).plus(LogOdds(-300)), LogOdds(-200));
        assert_eq!(LogOdds(32_000).plus(LogOdds(32_000)), LogOdds(i16::MAX));
        assert_eq!(LogOdds(-32_000).plus(LogOdds(-32_000)), LogOdds(i16::MIN));
    }
}
