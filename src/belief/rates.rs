//! How quickly bays of a zone are taken and left.

use super::LogOdds;
use super::tables;

/// The rates of a zone's bays: a two-state Markov chain. Eight bytes, for an array that stays in
/// the processor's cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rates {
    /// Vacant to occupied, 2^-20 octave of likelihood per second. Never 0.
    arrive: u16,
    /// Occupied to vacant, likewise.
    leave: u16,
    /// The share of time that a bay is occupied in the long run, in 1/65,536. Never 0.
    occupied: u16,
    /// The same as log-odds.
    usual: LogOdds,
}

/// Both rates of a table, arriving first: log2 of what [`Rates`] holds, in 1/16 octave.
pub(super) type Pair = [u8; 2];

/// log2(e) * 2^20: an event a second, in 2^-20 octave.
const EVENT: u64 = 1_512_775;

/// Seconds of a minute times ln 2, times 2^16: from octaves per second to events per minute.
const PER_MINUTE: u64 = 2_725_565;

/// How long a car stays where nothing is known, seconds.
pub(super) const USUAL_STAY_S: u32 = 60 * 60;

/// How long a bay stands vacant where nothing is known, seconds.
pub(super) const USUAL_VACANCY_S: u32 = 25 * 60;

impl Default for Rates {
    /// 60 minutes of stay, 25 of vacancy.
    fn default() -> Self {
        Self::of_means(USUAL_STAY_S, USUAL_VACANCY_S)
    }
}

impl Rates {
    /// Of the mean stay of a car and the mean time that a bay is vacant, both in seconds. Below 24
    /// s counts as 24 s, above 17 days as 17 days.
    #[must_use]
    pub const fn of_means(stay_s: u32, vacancy_s: u32) -> Self {
        Self::of(per_second(vacancy_s), per_second(stay_s))
    }

    const fn of(arrive: u16, leave: u16) -> Self {
        let occupied = ((arrive as u32) << 16) / (arrive as u32 + leave as u32);
        let octaves = tables::log2(arrive as u64) - tables::log2(leave as u64);
        Self {
            arrive,
            leave,
            occupied: occupied as u16,
            usual: LogOdds::from_octaves(octaves),
        }
    }

    /// For the disk; never 0.
    #[must_use]
    pub const fn bits(self) -> u32 {
        self.arrive as u32 | (self.leave as u32) << 16
    }

    /// The inverse of [`Self::bits`]. `None` if these are not rates.
    #[must_use]
    pub const fn from_bits(bits: u32) -> Option<Self> {
        let arrive = bits as u16;
        let leave = (bits >> 16) as u16;
        if arrive == 0 || leave == 0 {
            return None;
        }
        Some(Self::of(arrive, leave))
    }

    /// To the nearest 1/16 octave.
    pub(super) const fn pair(self) -> Pair {
        [sixteenths(self.arrive), sixteenths(self.leave)]
    }

    /// The inverse of [`Self::pair`]. Any two bytes are rates.
    pub(super) const fn of_pair(pair: Pair) -> Self {
        Self::of(of_sixteenths(pair[0]), of_sixteenths(pair[1]))
    }

    /// As a table holds them.
    #[cfg(test)]
    pub(super) const fn coarse(self) -> Self {
        Self::of_pair(self.pair())
    }

    /// What is believed of a bay that nobody has told anything of.
    #[must_use]
    pub const fn usual(self) -> LogOdds {
        self.usual
    }

    /// Of leaving the state, 2^-20 octave per second.
    pub(super) const fn leaving(self, occupied: bool) -> i64 {
        if occupied {
            self.leave as i64
        } else {
            self.arrive as i64
        }
    }

    /// Of leaving the state, events per minute, 20 bits after the point.
    pub(super) const fn leaving_per_minute(self, occupied: bool) -> u64 {
        (self.leaving(occupied) as u64 * PER_MINUTE) >> 16
    }

    /// Changes of a bay a minute, vacant and occupied together.
    #[must_use]
    pub fn pace(self) -> f32 {
        let both = self.leaving_per_minute(true) + self.leaving_per_minute(false);
        both as f32 / (1 << 20) as f32
    }

    /// The share of time in that state in the long run, in 1/65,536.
    pub(super) const fn share(self, occupied: bool) -> u64 {
        if occupied {
            self.occupied as u64
        } else {
            (1 << 16) - self.occupied as u64
        }
    }

    /// Octaves (2^-16) by which what was known fades in `seconds`: exp(-(both rates) * seconds).
    pub(super) const fn fading(self, seconds: u32) -> i32 {
        let both = self.arrive as u64 + self.leave as u64;
        let octaves = (both * seconds as u64) >> 4;
        if octaves > (40 << 16) {
            -(40 << 16)
        } else {
            -(octaves as i32)
        }
    }
}

/// log2, in 1/16.
const fn sixteenths(rate: u16) -> u8 {
    let sixteenths = (tables::log2(rate as u64) + (1 << 11)) >> 12;
    if sixteenths > 255 {
        255
    } else {
        sixteenths as u8
    }
}

const fn of_sixteenths(sixteenths: u8) -> u16 {
    let rate = tables::exp2((sixteenths as i32) << 12);
    ((rate + tables::ONE / 2) >> tables::POINT) as u16
}

const fn per_second(mean_s: u32) -> u16 {
    let mean = if mean_s == 0 { 1 } else { mean_s as u64 };
    let rate = (EVENT + mean / 2) / mean;
    if rate > u16::MAX as u64 {
        u16::MAX
    } else if rate == 0 {
        1
    } else {
        rate as u16
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_those_of_the_mean_times() {
        let rates = Rates::default();
        let per_minute = |occupied| rates.leaving_per_minute(occupied) as f64 / f64::from(1 << 20);
        assert!((per_minute(true) - 1.0 / 60.0).abs() < 2e-5);
        assert!((per_minute(false) - 1.0 / 25.0).abs() < 4e-5);
        let share = rates.share(true) as f64 / 65_536.0;
        assert!((share - 60.0 / 85.0).abs() < 4e-4, "{share}");
        assert_eq!(rates.share(true) + rates.share(false), 1 << 16);
        assert!((rates.usual().nats() - (60f32 / 25.0).ln()).abs() < 2e-3);
        let left = tables::exp2(rates.fading(600)) as f64 / tables::ONE as f64;
        assert!((left - (-10.0f64 * (1.0 / 60.0 + 1.0 / 25.0)).exp()).abs() < 1e-3);
    }

    #[test]
    fn a_table_holds_rates_to_a_fortieth() {
        for mean in [60, 100, 607, 1500, 3600, 20_000, 86_400] {
            let rates = Rates::of_means(mean, 2 * mean);
            let coarse = rates.coarse();
            for occupied in [true, false] {
                let ratio = coarse.leaving(occupied) as f64 / rates.leaving(occupied) as f64;
                assert!((ratio - 1.0).abs() < 0.04, "{mean}: {ratio}");
            }
            assert_eq!(coarse.coarse(), coarse);
        }
        for byte in 0..=255 {
            assert!(of_sixteenths(byte) > 0);
        }
    }

    #[test]
    fn no_mean_makes_a_rate_of_nothing() {
        for stay in [0, 1, 60, u32::MAX] {
            for vacancy in [0, 1, 60, u32::MAX] {
                let rates = Rates::of_means(stay, vacancy);
                assert!(rates.leaving(true) > 0 && rates.leaving(false) > 0);
                assert!(rates.share(true) > 0 && rates.share(false) > 0, "{rates:?}");
                assert_eq!(Rates::from_bits(rates.bits()), Some(rates));
            }
        }
        assert_eq!(size_of::<Rates>(), 8);
        assert_eq!(Rates::from_bits(0), None);
        assert_eq!(Rates::from_bits(7), None, "nobody leaves");
    }
}
