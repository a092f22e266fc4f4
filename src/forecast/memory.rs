//! What is remembered of one zone: how full it usually is, how its own ways differ from the city's,
//! and the forecasts whose hour has not come.
//!
//! Shares are kept as 1/65,534 in profiles, and differences as 1/16,384. Plain bytes, so that a file
//! holds them as they are. Dear: 2.5 KB a zone, 35 MB for 14,000.

use super::slot::{HALVES, Slot};
use bytemuck::{Pod, Zeroable};

/// Half-hours ahead that are learnt.
pub(super) const AHEAD: [u32; 3] = [1, 2, 4];

/// Where the forecasts of each lie among [`ZoneMemory::made`].
const FIRST: [usize; 3] = [0, 1, 3];

/// Half-hours that are kept of what forecasts were made from.
const KEPT: u32 = AHEAD[2];

/// What a zone's own weights are on, besides the city's.
pub(super) const OWN: usize = 4;

/// Of [`OWN`] equations, the lower triangle.
const TRIANGLE: usize = OWN * (OWN + 1) / 2;

/// No value in a profile.
const NONE: u16 = u16::MAX;

/// No value among differences.
const MISSING: i16 = i16::MIN;

/// Differences in one unit.
const UNIT: f64 = 16_384.0;

/// Of the profiles by the week: how far a value moves to what was seen.
const FAST: f64 = 0.4;
const SLOW: f64 = 0.15;
/// Of the profile by the kind of day.
const DAILY: f64 = 0.3;
/// Of the usual fault of forecasts.
const BIAS: f64 = 0.3;
/// Of how far they are off.
const WIDTH: f64 = 0.05;

/// A profile by the kind of day and the half-hour.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(transparent)]
pub(super) struct Daily([[u16; HALVES]; 2]);

impl Daily {
    pub(super) const NEW: Self = Self([[NONE; HALVES]; 2]);

    pub(super) fn at(&self, slot: Slot) -> Option<f64> {
        share(self.0[usize::from(slot.rest)][usize::from(slot.half)])
    }

    pub(super) fn learn(&mut self, slot: Slot, x: f64) {
        let kept = &mut self.0[usize::from(slot.rest)][usize::from(slot.half)];
        *kept = moved(*kept, x, DAILY);
    }
}

/// See the module.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub(super) struct ZoneMemory {
    /// The zone's lasting number, and its kind.
    pub(super) number: u32,
    pub(super) kind: u32,
    /// The half-hour that was learnt last; 0: none.
    pub(super) last: u32,
    /// How far it was off the fast profile then; NaN: there was none.
    pub(super) last_off: f32,
    /// How far the forecasts made for then were off.
    missed: [f32; 3],
    /// Sums of products of what the zone's own weights are on, and with what they should say.
    squares: [[f32; TRIANGLE]; 3],
    products: [[f32; OWN]; 3],
    /// How far forecasts are off, by quarters of the day.
    width: [[f32; 4]; 3],
    /// When what is kept in the same place of `from` was seen.
    seen: [u32; KEPT as usize],
    fast: [[u16; HALVES]; 7],
    slow: [[u16; HALVES]; 7],
    daily: Daily,
    /// The usual fault of forecasts for a half-hour.
    bias: [[[i16; HALVES]; 2]; 3],
    /// ZoneSeen, off the fast profile, off the slow one beyond that, growing.
    from: [[i16; 4]; KEPT as usize],
    /// Change by the fast profile, what the slow one and that of days say beyond it, the last miss, the
    /// usual one, what was told, and between what it was said to lie.
    made: [[i16; 8]; 7],
}

/// What a forecast is made from, and what it came to.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Signals {
    pub(super) seen: f64,
    /// The deviation from the fast profile, and from the slow one beyond it; how the first grew.
    pub(super) off: f64,
    pub(super) off_slow: f64,
    pub(super) growing: f64,
    /// The change by the fast profile; what others say beyond it. `None`: there is no profile.
    pub(super) change: Option<f64>,
    pub(super) slow_beyond: f64,
    pub(super) daily_beyond: f64,
    pub(super) missed: f64,
    pub(super) bias: f64,
    pub(super) told: f64,
    pub(super) low: f64,
    pub(super) high: f64,
}

impl ZoneMemory {
    pub(super) fn new(number: u32, kind: u32) -> Self {
        Self {
            number,
            kind,
            fast: [[NONE; HALVES]; 7],
            slow: [[NONE; HALVES]; 7],
            daily: Daily::NEW,
            ..Self::zeroed()
        }
    }

    pub(super) fn fast(&self, slot: Slot) -> Option<f64> {
        share(self.fast.as_flattened()[usize::from(slot.week)])
    }

    pub(super) fn slow(&self, slot: Slot) -> Option<f64> {
        share(self.slow.as_flattened()[usize::from(slot.week)])
    }

    pub(super) fn daily(&self, slot: Slot) -> Option<f64> {
        self.daily.at(slot)
    }

    pub(super) fn bias(&self, ahead: usize, slot: Slot) -> f64 {
        difference(self.bias[ahead][usize::from(slot.rest)][usize::from(slot.half)])
    }

    /// How far off the forecast for the last half-hour was; 0 where there was none.
    pub(super) fn missed(&self, ahead: usize) -> f64 {
        self.missed[ahead].into()
    }

    pub(super) fn width(&self, ahead: usize, slot: Slot) -> Option<f64> {
        let width = self.width[ahead][quarter(slot)];
        (width > 0.0).then(|| width.into())
    }

    /// What was made at `index` for `AHEAD[ahead]` later, if it was.
    pub(super) fn made_at(&self, ahead: usize, index: u32) -> Option<Signals> {
        let at = (index % KEPT) as usize;
        if self.seen[at] != index {
            return None;
        }
        let [seen, off, off_slow, growing] = self.from[at].map(difference);
        let own = self.made[FIRST[ahead] + (index % AHEAD[ahead]) as usize];
        let change = (own[0] != MISSING).then(|| difference(own[0]));
        let [_, slow_beyond, daily_beyond, missed, bias, told, low, high] = own.map(difference);
        Some(Signals {
            seen,
            off,
            off_slow,
            growing,
            change,
            slow_beyond,
            daily_beyond,
            missed,
            bias,
            told,
            low,
            high,
        })
    }

    /// Keeps what is made at `index`, for every time ahead.
    pub(super) fn keep(&mut self, index: u32, made: &[Signals; 3]) {
        let at = (index % KEPT) as usize;
        self.seen[at] = index;
        let first = &made[0];
        self.from[at] = [first.seen, first.off, first.off_slow, first.growing].map(kept);
        for (ahead, made) in made.iter().enumerate() {
            let own = [made.slow_beyond, made.daily_beyond, made.missed, made.bias];
            let [slow, daily, missed, bias] = own.map(kept);
            let change = made.change.map_or(MISSING, kept);
            self.made[FIRST[ahead] + (index % AHEAD[ahead]) as usize] = [
                change,
                slow,
                daily,
                missed,
                bias,
                kept(made.told),
                kept(made.low),
                kept(made.high),
            ];
        }
    }

    /// A forecast's hour has come: `miss` is what it lacked.
    pub(super) fn came(&mut self, ahead: usize, slot: Slot, miss: f64) {
        let bias = &mut self.bias[ahead][usize::from(slot.rest)][usize::from(slot.half)];
        *bias = kept(difference(*bias) + BIAS * (miss - difference(*bias)));
        let width = &mut self.width[ahead][quarter(slot)];
        let was = f64::from(*width);
        let now = if was > 0.0 {
            was + WIDTH * (miss.abs() - was)
        } else {
            miss.abs()
        };
        *width = now.max(1e-6) as f32;
        self.missed[ahead] = miss as f32;
    }

    /// No forecast had been made for this half-hour.
    pub(super) const fn none_came(&mut self, ahead: usize) {
        self.missed[ahead] = 0.0;
    }

    /// The zone's own equations: `left` is what the city's weights left over.
    pub(super) fn weigh(&mut self, ahead: usize, on: &[f64; OWN], left: f64, forget: f64) {
        let mut at = 0;
        for i in 0..OWN {
            for j in 0..=i {
                let sum = &mut self.squares[ahead][at];
                *sum = f64::from(*sum).mul_add(forget, on[i] * on[j]) as f32;
                at += 1;
            }
            let sum = &mut self.products[ahead][i];
            *sum = f64::from(*sum).mul_add(forget, on[i] * left) as f32;
        }
    }

    /// The same, to be solved.
    pub(super) fn equations(&self, ahead: usize, ridge: f64) -> ([[f64; OWN]; OWN], [f64; OWN]) {
        let mut a = [[0.0; OWN]; OWN];
        let mut at = 0;
        for (i, row) in a.iter_mut().enumerate() {
            for sum in row.iter_mut().take(i + 1) {
                *sum = self.squares[ahead][at].into();
                at += 1;
            }
            row[i] += ridge;
        }
        (a, self.products[ahead].map(f64::from))
    }

    /// What was seen in the half-hour goes into the profiles.
    pub(super) fn learn(&mut self, slot: Slot, x: f64) {
        self.last_off = self.fast(slot).map_or(f32::NAN, |m| (x - m) as f32);
        self.last = slot.index;
        if slot.teaches {
            let at = usize::from(slot.week);
            for (week, by) in [(&mut self.fast, FAST), (&mut self.slow, SLOW)] {
                let kept = &mut week.as_flattened_mut()[at];
                *kept = moved(*kept, x, by);
            }
        }
        self.daily.learn(slot, x);
    }
}

fn quarter(slot: Slot) -> usize {
    usize::from(slot.half) * 4 / HALVES
}

fn share(kept: u16) -> Option<f64> {
    (kept != NONE).then(|| f64::from(kept) / f64::from(NONE - 1))
}

fn moved(was: u16, x: f64, by: f64) -> u16 {
    let now = share(was).map_or(x, |was| was + by * (x - was));
    (now.clamp(0.0, 1.0) * f64::from(NONE - 1)).round() as u16
}

fn difference(kept: i16) -> f64 {
    f64::from(kept) / UNIT
}

fn kept(x: f64) -> i16 {
    // Never what stands for none; NaN would be 0.
    (x * UNIT).round().clamp(-32_767.0, 32_767.0) as i16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_takes_no_more_than_is_said() {
        assert!(
            size_of::<ZoneMemory>() <= 2_560,
            "{}",
            size_of::<ZoneMemory>()
        );
    }

    #[test]
    fn a_forecast_is_found_until_its_hour_and_no_longer() {
        let mut memory = ZoneMemory::new(7, 0);
        let made = |n: u32| Signals {
            seen: 0.5,
            told: f64::from(n) / 64.0,
            ..Signals::default()
        };
        let told = |memory: &ZoneMemory, ahead, index| {
            let found = memory.made_at(ahead, index)?;
            Some((found.told * 64.0).round() as u32)
        };
        for n in 100..110 {
            memory.keep(n, &[made(n), made(n + 1), made(n + 2)]);
            for (ahead, halves) in AHEAD.into_iter().enumerate() {
                let at = n + 1 - halves.min(n - 99);
                assert_eq!(told(&memory, ahead, at), Some(at + ahead as u32), "{n}");
            }
        }
        assert!(memory.made_at(2, 109).unwrap().change.is_none());
        assert_eq!(memory.made_at(2, 105), None, "its hour is past");
        assert_eq!(memory.made_at(0, 110), None);
    }

    #[test]
    fn no_number_leaves_what_can_be_kept() {
        for x in [f64::NAN, f64::INFINITY, -9.0, 9.0, 0.3] {
            assert!(difference(kept(x)).abs() <= 2.0, "{x}");
            assert_ne!(kept(x), MISSING);
        }
        assert_eq!(share(moved(NONE, 7.0, 0.4)), Some(1.0));
    }
}
