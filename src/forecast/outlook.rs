//! What is to be expected of zones from now on: worked out for all of them at once, asked for any time
//! up to four hours ahead.
//!
//! Promises: what is seen live is where a forecast begins; where nothing is seen it is what is usual,
//! and where nothing is usual either there is none. No number is NaN or out of 0..=1, and each says what
//! it is based on. Dear: [`City::look`] goes through all zones; an answer from an [`Outlook`] is a few
//! multiplications.

use super::city::City;
use super::fit::Mood;
use super::memory::{AHEAD, Signals, ZoneMemory};
use super::slot::{HALF_HOUR_MS, HALVES, Slot, Wall};
use crate::domain::{ForecastBasis, Millis, ZoneKind};

/// Times ahead that are worked out, ms. Of those between it is in between; of now, it is what is seen.
const POINTS: [u64; 4] = [
    HALF_HOUR_MS,
    2 * HALF_HOUR_MS,
    4 * HALF_HOUR_MS,
    FURTHEST_MS,
];

/// The furthest that is asked for.
pub const FURTHEST_MS: u64 = 8 * HALF_HOUR_MS;

/// What is left, after four hours, of being off the profile after two. Measured.
const LASTS: f64 = 0.9;

/// How much wider after four hours than after two. Measured.
const WIDER: f64 = 1.5;

/// How many usual deviations a tenth lies beyond, where nothing is seen.
const UNSEEN: f64 = 1.6;

/// Half-hours for which what was learnt last says how a deviation grows.
const FRESH: u32 = 2;

/// How full a zone will be.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Foreseen {
    /// 0..=1.
    pub occupied: f32,
    /// Eight times in ten it lies between them; they are not cut to what can be, or the odds of what
    /// lies near the end could not be told from them.
    low: f32,
    high: f32,
}

impl Foreseen {
    /// One time in ten it is below this, 0..=1.
    #[must_use]
    pub fn p10(&self) -> f32 {
        self.low.clamp(0.0, 1.0)
    }

    /// One time in ten it is above this, 0..=1.
    #[must_use]
    pub fn p90(&self) -> f32 {
        self.high.clamp(0.0, 1.0)
    }

    /// How likely it is at least so empty that one of `capacity` bays is vacant.
    #[must_use]
    pub fn p_any_vacant(&self, capacity: u32) -> f64 {
        if capacity == 0 {
            return 0.0;
        }
        self.p_below(1.0 - 0.5 / f64::from(capacity))
    }

    /// How likely less than that is occupied: errors fall off exponentially on either side.
    fn p_below(&self, occupied: f64) -> f64 {
        let beyond = occupied - f64::from(self.occupied);
        let tenth = if beyond < 0.0 {
            self.occupied - self.low
        } else {
            self.high - self.occupied
        };
        let fall = f64::from(tenth.max(LEAST_WIDTH)) / TENTH;
        let half = 0.5 * (-beyond.abs() / fall).exp();
        if beyond < 0.0 { half } else { 1.0 - half }
    }

    /// How full it is where so much of the odds lies below, 0 to 1; 0..=1.
    #[must_use]
    pub fn quantile(&self, share: f64) -> f64 {
        let least = if share < 0.5 { share } else { 1.0 - share };
        let by = (2.0 * least.clamp(1e-6, 0.5)).ln().abs() / TENTH;
        let to = if share < 0.5 { self.low } else { self.high };
        let occupied = f64::from(self.occupied) + by * f64::from(to - self.occupied);
        occupied.clamp(0.0, 1.0)
    }
}

/// The exponential distance from the middle at which a tenth lies beyond.
const TENTH: f64 = 1.609_437_912_434_100_3;

const LEAST_WIDTH: f32 = 1e-4;

/// What is to be expected of one zone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outlook {
    /// What was seen; `None`: nothing.
    seen: Option<f32>,
    ahead: [Foreseen; POINTS.len()],
    pub basis: ForecastBasis,
}

impl Outlook {
    /// `ahead_ms` from when it was worked out; `None` beyond [`FURTHEST_MS`], or now where nothing is
    /// seen now.
    #[must_use]
    pub fn after(&self, ahead_ms: u64) -> Option<Foreseen> {
        let right = POINTS.iter().position(|point| ahead_ms <= *point)?;
        let to = self.ahead[right];
        let (begins, from) = match right.checked_sub(1) {
            Some(left) => (POINTS[left], self.ahead[left]),
            None => match self.seen {
                Some(occupied) => (
                    0,
                    Foreseen {
                        occupied,
                        low: occupied,
                        high: occupied,
                    },
                ),
                None => (0, to),
            },
        };
        let share = (ahead_ms - begins) as f32 / (POINTS[right] - begins) as f32;
        let between = |from: f32, to: f32| from + (to - from) * share;
        Some(Foreseen {
            occupied: between(from.occupied, to.occupied),
            low: between(from.low, to.low),
            high: between(from.high, to.high),
        })
    }
}

/// A zone as it is now.
#[derive(Clone, Copy, Debug)]
pub struct Live {
    /// Its lasting number.
    pub number: u32,
    pub kind: ZoneKind,
    /// 0..=1; `None`: it is not known.
    pub occupied: Option<f64>,
}

/// A time between the middles of two half-hours: the share of the later one.
struct Between(Slot, Slot, f64);

impl Between {
    fn of(wall: &Wall, at: Millis) -> Self {
        let from_middle = at.0.saturating_sub(HALF_HOUR_MS / 2);
        let index = Wall::index(Millis(from_middle));
        let share = (from_middle % HALF_HOUR_MS) as f64 / HALF_HOUR_MS as f64;
        Self(wall.slot(index), wall.slot(index.saturating_add(1)), share)
    }

    fn of_profile(&self, profile: impl Fn(Slot) -> Option<f64>) -> Option<f64> {
        match (profile(self.0), profile(self.1)) {
            (Some(a), Some(b)) => Some(a + (b - a) * self.2),
            (a, b) => a.or(b),
        }
    }

    fn nearest(&self) -> Slot {
        if self.2 < 0.5 { self.0 } else { self.1 }
    }
}

impl City {
    /// What is to be expected of each of `zones`, seen from `at`; `None` where nothing can be said.
    #[must_use]
    pub fn look(&self, wall: &Wall, at: Millis, zones: &[Live]) -> Vec<Option<Outlook>> {
        let now = Between::of(wall, at);
        let points = POINTS.map(|ahead| Between::of(wall, at.plus(ahead)));
        let fresh = ZoneMemory::new(0, 0);
        let known: Vec<&ZoneMemory> = zones.iter().map(|one| self.memory(one, &fresh)).collect();
        let mut mood = Mood::default();
        let mut counted = 0.0;
        for (zone, one) in known.iter().zip(zones) {
            let usual = now.of_profile(|slot| zone.fast(slot));
            if let (Some(x), Some(m)) = (share(one.occupied), usual) {
                counted += 1.0;
                mood.off += x - m;
                mood.growing += grown(zone, &now, x - m);
            }
        }
        if counted > 0.0 {
            mood.off /= counted;
            mood.growing /= counted;
        }
        let each = known.iter().zip(zones);
        each.map(|(zone, one)| match share(one.occupied) {
            Some(x) => Some(self.going_on(zone, one.kind, &now, &points, x, mood)),
            None => self.as_usual(zone, one.kind, &points),
        })
        .collect()
    }

    fn memory<'a>(&'a self, one: &Live, fresh: &'a ZoneMemory) -> &'a ZoneMemory {
        let row = self.zones.binary_search_by_key(&one.number, |z| z.number);
        row.map_or(fresh, |row| &self.zones[row])
    }

    fn going_on(
        &self,
        zone: &ZoneMemory,
        kind: ZoneKind,
        now: &Between,
        points: &[Between; POINTS.len()],
        x: f64,
        mood: Mood,
    ) -> Outlook {
        let profiles = |time: &Between| {
            [
                time.of_profile(|slot| zone.fast(slot)),
                time.of_profile(|slot| zone.slow(slot)),
                time.of_profile(|slot| self.daily(zone, kind as u32, slot)),
            ]
        };
        let here = now.nearest();
        let at_hand = profiles(now);
        let afternoon = usize::from(here.half) >= HALVES / 2;
        let mut basis = ForecastBasis::Persistence;
        let mut ahead = [Foreseen::default(); POINTS.len()];
        let mut last = (x, None);
        let mut wide = [0.0; 2];
        for (point, time) in points.iter().enumerate() {
            let then = profiles(time);
            let usual = then[0].or(then[2]);
            let Some(_) = AHEAD.get(point) else {
                // Beyond what is learnt: as the profile goes on from there.
                let told = match (usual, last.1) {
                    (Some(usual), Some(was)) => usual + LASTS * (last.0 - was),
                    _ => last.0,
                };
                ahead[point] = Foreseen::of(told, wide.map(|w| w * WIDER));
                continue;
            };
            let made = Signals {
                missed: if is_fresh(zone, here) {
                    zone.missed(point)
                } else {
                    0.0
                },
                bias: zone.bias(point, time.nearest()),
                ..Signals::seen(x, at_hand, then, |off| grown(zone, now, off))
            };
            let daily = at_hand[2].zip(then[2]);
            if made.change.is_some() || daily.is_some() {
                basis = ForecastBasis::Profile;
            }
            let told = self.told(zone, point, &made, mood, afternoon, daily);
            wide = self.widths(zone, point, here);
            last = (told, usual);
            ahead[point] = Foreseen::of(told, wide);
        }
        let seen = Some(x as f32);
        Outlook { seen, ahead, basis }
    }

    /// Nothing is seen: as is usual then, and as far around it as zones usually are.
    fn as_usual(
        &self,
        zone: &ZoneMemory,
        kind: ZoneKind,
        points: &[Between; POINTS.len()],
    ) -> Option<Outlook> {
        let mut ahead = [Foreseen::default(); POINTS.len()];
        let wide = UNSEEN * self.off.max(0.05);
        for (expected, time) in ahead.iter_mut().zip(points) {
            let fast = time.of_profile(|slot| zone.fast(slot));
            let usual =
                fast.or_else(|| time.of_profile(|slot| self.daily(zone, kind as u32, slot)));
            *expected = Foreseen::of(usual?, [wide; 2]);
        }
        let basis = ForecastBasis::Profile;
        Some(Outlook {
            seen: None,
            ahead,
            basis,
        })
    }
}

impl Foreseen {
    fn of(told: f64, [below, above]: [f64; 2]) -> Self {
        let told = told.clamp(0.0, 1.0);
        Self {
            occupied: told as f32,
            low: (told - below) as f32,
            high: (told + above) as f32,
        }
    }
}

fn share(occupied: Option<f64>) -> Option<f64> {
    let occupied = occupied.filter(|x| x.is_finite());
    occupied.map(|x| x.clamp(0.0, 1.0))
}

/// Whether what was learnt last is of just now.
fn is_fresh(zone: &ZoneMemory, here: Slot) -> bool {
    zone.last > 0 && here.index.saturating_sub(zone.last) <= FRESH
}

/// How a deviation grew in half an hour, since what was learnt last.
fn grown(zone: &ZoneMemory, now: &Between, off: f64) -> f64 {
    let since = f64::from(now.0.index.saturating_sub(zone.last)) + now.2;
    if !is_fresh(zone, now.0) || !zone.last_off.is_finite() {
        return 0.0;
    }
    (off - f64::from(zone.last_off)) / since.max(1.0)
}
