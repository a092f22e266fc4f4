//! What is held of the word of a bay's sensor: that it is right, in error, or stuck.
//!
//! Two likelihood ratios and a rate in 32 bits, moved by what the sensor says and by its silence.
//! `right` is the hypothesis that the others are measured against:
//!
//! ```text
//! error    11 bits  log2(P(in error) / P(right))         1/64 octave, -16 .. +8
//! stuck    11 bits  log2(P(stuck) / P(right))            1/64 octave, -16 .. +8
//! flicker  10 bits  log2(errors that begin, per minute)  1/256 octave, 0.004 .. 0.05
//! ```
//!
//! Time is cut at absolute instants ([`PERIOD_S`]), and what passes within a period is the
//! difference of two floors on absolute seconds: whoever advances in two steps ends in the same
//! bits as in one.

use super::odds::LogOdds;
use super::rates::Rates;
use super::tables::{self, ONE};

/// Values of `error` and `stuck`: 24 octaves of 64.
const RATIOS: usize = 24 * 64 + 1;
/// The lowest of them, in units.
const LOWEST: i32 = -16 * 64;
const HIGHEST: i32 = 8 * 64;

/// Values of `flicker`: from 0.004 a minute to 0.05 in 1/256 octave.
const FLICKERS: usize = 934;
/// 0.004 a minute, 32 bits after the point.
const LEAST_FLICKER: u64 = 17_179_869;

/// What a bay starts with: an error share of 4 %, a stuck one of 0.5 %, 0.008 errors a minute.
const START: Held = Held {
    error: -293,
    stuck: -421,
    flicker: 256,
};

/// Flicker is forgotten by a unit per period, so by a factor of e in four days; and as much of the
/// sensors as may get stuck in a period does so.
const PERIOD_S: u32 = 936;

/// Periods that are walked through. A sensor that has been silent for ten days is not worth more:
/// all but the last of them are skipped.
const MOST_PERIODS: u32 = 1024;

/// What a sensor in error recovers at, per minute, 20 bits after the point: 0.19.
const RECOVERY: u64 = 199_229;
/// The same in 2^-20 octave a second.
const RECOVERY_DRIFT: i64 = 4791;
/// A stuck sensor is repaired after six hours, 2^-20 octave a second.
const REPAIR_DRIFT: i64 = 70;
/// What gets stuck in a period, at once in 30 days, 32 bits after the point.
const LEAK: u64 = (ONE * PERIOD_S as u64) / (30 * 86_400);
/// log2(1,440), 2^-16 octave: a stuck sensor's word changes once a day.
const STUCK_CHANGES: i32 = 687_585;
/// Minutes that the flicker rate remembers.
const MEMORY_MIN: u64 = 5760;

/// Share of the sensors that are stuck when first heard, as likelihoods of their word (either is as
/// good): 0.01 * 0.5, beside 0.99 of 0.96, and 0.04; 32 bits after the point.
const FIRST_STUCK: u64 = ONE / 200;
const FIRST_RIGHT: u64 = ONE * 99 / 100 * 96 / 100;
const FIRST_ERROR: u64 = ONE * 99 / 100 * 4 / 100;

/// Share of an app's weight that may move `stuck`, of ten. More of it, and contributors who turn
/// talk healthy sensors into *stuck*; none, and a sensor in a world that goes at another pace than
/// assumed is held to be stuck with nobody to contradict.
const OF_STUCK: i32 = 2;

/// Errors that begin, in 2^-20 octave a second, by `flicker`.
static FLICKER_DRIFT: [u16; FLICKERS] = flicker_drifts();

/// `stuck` after a leak, by `stuck`; both from [`LOWEST`] on.
static LEAKED: [u16; RATIOS] = leaked();

const fn flicker(units: usize) -> u64 {
    ((tables::exp2((units as i32) << 8) as u128 * LEAST_FLICKER as u128) >> 32) as u64
}

const fn flicker_drifts() -> [u16; FLICKERS] {
    let mut table = [0; FLICKERS];
    let mut i = 0;
    while i < FLICKERS {
        // Per minute with 32 bits to octaves per second with 20: 2^-12 / (60 ln 2), rounded.
        table[i] = ((flicker(i) * 1_512_775 / 60 + (1 << 31)) >> 32) as u16;
        i += 1;
    }
    table
}

const fn leaked() -> [u16; RATIOS] {
    let mut table = [0; RATIOS];
    let mut i = 0;
    while i < RATIOS {
        let before = (i as i32 + LOWEST) << 10;
        let after = tables::log2(tables::exp2(before) + LEAK) - (32 << 16);
        table[i] = ((after + (1 << 9)) / (1 << 10) - LOWEST) as u16;
        i += 1;
    }
    table
}

/// What is held of the sensor's word at a bay, besides the word itself. Four bytes, to be kept with
/// the time up to which it holds.
///
/// All bits zero is the start: a bay that has never been reported, or one from before there was a
/// belief.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Doubt(u32);

/// What an app says, and what that weighs (1/8 nat).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AppSaid {
    pub occupied: bool,
    pub weight: i8,
}

/// The same, taken apart; in units, around 0.
#[derive(Clone, Copy)]
struct Held {
    error: i32,
    stuck: i32,
    flicker: i32,
}

impl Held {
    const fn pack(self) -> u32 {
        let error = (self.error - LOWEST) as u32;
        let stuck = (self.stuck - LOWEST) as u32;
        error | stuck << 11 | (self.flicker as u32) << 22
    }

    const fn clamped(units: i32) -> i32 {
        if units < LOWEST {
            LOWEST
        } else if units > HIGHEST {
            HIGHEST
        } else {
            units
        }
    }
}

/// From 2^-16 octave to units of a ratio, the nearest.
const fn ratio(octaves: i32) -> i32 {
    (octaves + (1 << 9)) >> 10
}

impl Doubt {
    /// What was longer ago than that, in seconds, is left out: see [`Self::advance`].
    pub const REMEMBERED_S: u32 = MOST_PERIODS * PERIOD_S;

    /// From the disk. Any bits are a doubt: what is off the scale counts as its end.
    #[must_use]
    pub const fn from_bits(bits: u32) -> Self {
        Self(bits)
    }

    /// For the disk; the inverse of [`Self::from_bits`].
    #[must_use]
    pub const fn bits(self) -> u32 {
        self.0
    }

    const fn held(self) -> Held {
        let bits = self.0 ^ START.pack();
        let flicker = (bits >> 22) as i32;
        Held {
            error: Held::clamped((bits & 0x7ff) as i32 + LOWEST),
            stuck: Held::clamped((bits >> 11 & 0x7ff) as i32 + LOWEST),
            flicker: if flicker < FLICKERS as i32 {
                flicker
            } else {
                FLICKERS as i32 - 1
            },
        }
    }

    const fn of(held: Held) -> Self {
        Self(held.pack() ^ START.pack())
    }

    /// After the first word of the bay's first sensor.
    #[must_use]
    pub fn first(occupied: bool, rates: Rates) -> Self {
        let share = rates.share(occupied);
        let other = rates.share(!occupied);
        let right = tables::log2(FIRST_RIGHT * share);
        Self::of(Held {
            error: Held::clamped(ratio(tables::log2(FIRST_ERROR * other) - right)),
            stuck: Held::clamped(ratio(tables::log2(FIRST_STUCK << 16) - right)),
            flicker: START.flicker,
        })
    }

    /// From `t0` to `t` (absolute seconds) without a change of the word, whether the sensor
    /// repeated it or was silent. A `t` before `t0` is no time at all.
    ///
    /// `advance(t0, t1)`, then `(t1, t2)`, is bit for bit `advance(t0, t2)`, up to ten days; what
    /// was before those is left out.
    #[must_use]
    pub fn advance(self, occupied: bool, rates: Rates, t0: u32, t: u32) -> Self {
        if t <= t0 {
            return self;
        }
        let mut held = self.held();
        let mut from = t0.max(t.saturating_sub(MOST_PERIODS * PERIOD_S));
        let mut boundary = (u64::from(from / PERIOD_S) + 1) * u64::from(PERIOD_S);
        while boundary <= u64::from(t) {
            held = held.drift(occupied, rates, from, boundary as u32);
            held.stuck = i32::from(LEAKED[(held.stuck - LOWEST) as usize]) + LOWEST;
            held.flicker = (held.flicker - 1).max(0);
            from = boundary as u32;
            boundary += u64::from(PERIOD_S);
        }
        Self::of(held.drift(occupied, rates, from, t))
    }

    /// The sensor says the other state, `occupied`. The doubt is that of the moment: advance first,
    /// under the word that stood. The bay's app evidence fades too
    /// ([`Pools::after_change`](super::Pools::after_change)).
    #[must_use]
    pub fn change(self, occupied: bool, rates: Rates) -> Self {
        let held = self.held();
        // All per minute; products have 40 bits after the point.
        let error = tables::exp2(held.error << 10) >> 12;
        let begins = flicker(held.flicker as usize) >> 12;
        let ended = error * RECOVERY;
        let right = (rates.leaving_per_minute(!occupied) << 20) + ended;
        let wrong = (begins << 20) + error * rates.leaving_per_minute(occupied);
        let of_right = tables::log2(right) - (40 << 16);
        let of_wrong = tables::log2(wrong) - (40 << 16);
        // How likely it is that an error has just ended: that is how flicker is learnt.
        let share = (ended << 14) / ((right + wrong) >> 2);
        let rate = flicker(held.flicker as usize) + (share << 16) / MEMORY_MIN;
        let learnt = (tables::log2(rate) - tables::log2(LEAST_FLICKER) + (1 << 7)) >> 8;
        let stuck = (held.stuck << 10) - STUCK_CHANGES - of_right;
        Self::of(Held {
            error: Held::clamped(ratio(of_wrong - of_right)),
            stuck: Held::clamped(ratio(stuck)),
            flicker: learnt.clamp(0, FLICKERS as i32 - 1),
        })
    }

    /// An app says `said` of a bay that a sensor serves, with `weight` (1/8 nat, towards what it
    /// says; not above 0 moves nothing). It tells of the sensor only whether that is stuck, and by
    /// 0.2 of its weight. The doubt is that of the moment.
    ///
    /// However many apps say it, the scale of `stuck` ends: what is believed never passes what
    /// would be believed without the sensor.
    #[must_use]
    pub fn app(self, occupied: bool, said: bool, weight: i8, rates: Rates) -> Self {
        if weight <= 0 {
            return self;
        }
        let mut held = self.held();
        // 1/8 nat to 2^-16 nat, a share of it, towards "occupied".
        let nats = i32::from(weight) * (1 << 13) * OF_STUCK / 10;
        let nats = if said { nats } else { -nats };
        let factor = tables::exp2(tables::octaves(nats));
        let error = tables::exp2(held.error << 10);
        // P(said) under each hypothesis, up to the same factor: of a sensor that works, by its
        // word; of one that is stuck, by what is usual. 32 bits after the point.
        let of_occupied = |occupied_part: u64, all: u64| -> u64 {
            let more = u128::from(occupied_part) * u128::from(factor);
            let rest = u128::from(all - occupied_part) << 32;
            ((more + rest) / u128::from(all)) as u64
        };
        let working = of_occupied(if occupied { ONE } else { error }, ONE + error);
        let stuck = of_occupied(rates.share(true), 1 << 16);
        let moved = tables::log2(stuck) - tables::log2(working);
        held.stuck = Held::clamped(held.stuck + ratio(moved));
        Self::of(held)
    }

    /// The same for a report that came later than this doubt holds: moved by as much as `then`, what
    /// it had become ([`Self::advance`]), would be. It still holds when it did.
    #[must_use]
    pub fn app_at(self, then: Self, occupied: bool, said: AppSaid, rates: Rates) -> Self {
        let moved = then.app(occupied, said.occupied, said.weight, rates);
        let mut held = self.held();
        held.stuck = Held::clamped(held.stuck + moved.held().stuck - then.held().stuck);
        Self::of(held)
    }

    /// What is believed from the sensor alone, `occupied` being its word.
    #[must_use]
    pub fn read(self, occupied: bool, rates: Rates) -> LogOdds {
        let held = self.held();
        let stuck = tables::exp2(held.stuck << 10);
        let good = ONE + ((stuck * rates.share(occupied)) >> 16);
        let bad = tables::exp2(held.error << 10) + ((stuck * rates.share(!occupied)) >> 16);
        let octaves = tables::log2(good) - tables::log2(bad);
        LogOdds::from_octaves(if occupied { octaves } else { -octaves })
    }

    /// How likely the sensor is stuck, in 1/255.
    #[must_use]
    pub fn p_stuck(self) -> u8 {
        let held = self.held();
        let stuck = tables::exp2(held.stuck << 10);
        let works = ONE + tables::exp2(held.error << 10);
        let all = works + stuck;
        ((stuck * 255 + all / 2) / all) as u8
    }

    /// Errors of the sensor that begin, as learnt; in 1/10,000 a minute.
    #[must_use]
    pub fn flicker_per_10_000_min(self) -> u16 {
        ((flicker(self.held().flicker as usize) * 10_000 + (1 << 31)) >> 32) as u16
    }
}

impl Held {
    /// Within a period.
    fn drift(mut self, occupied: bool, rates: Rates, t0: u32, t: u32) -> Self {
        let breaks = rates.leaving(occupied) + i64::from(FLICKER_DRIFT[self.flicker as usize]);
        let mends = rates.leaving(!occupied) + RECOVERY_DRIFT;
        self.error = Self::clamped(self.error + steps(breaks - mends, t0, t));
        self.stuck = Self::clamped(self.stuck + steps(breaks - REPAIR_DRIFT, t0, t));
        self
    }
}

/// Units of a ratio that a drift (2^-20 octave a second) adds between two absolute instants.
fn steps(drift: i64, t0: u32, t: u32) -> i32 {
    (((drift * i64::from(t)) >> 14) - ((drift * i64::from(t0)) >> 14)) as i32
}

#[cfg(test)]
mod reference;
#[cfg(test)]
mod tests;
