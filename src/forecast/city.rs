//! How full the zones of a city will be: learnt half-hour by half-hour, as they come.
//!
//! Promises: a forecast made at a half-hour knows nothing after it; half-hours are taken in order, and
//! one without data changes nothing; no number is ever NaN or out of 0..=1; zones are gone through in
//! the order of their numbers, so the same half-hours come to the same bits on one platform. Source:
//! measured in a prototype on five cities; on Birmingham's car parks it is better than gradient
//! boosting at 30, 60 and 120 minutes. Dear: [`City::learn`] solves three systems of four equations a
//! zone: 14,000 zones take some ten milliseconds.

use super::fit::{CityFit, FORGET, Mood, own_signs, signs};
use super::memory::{AHEAD, Daily, OWN, Signals, ZoneMemory};
use super::slot::{HALVES, Slot, Wall};
use super::solve::solve;
use crate::domain::ZoneKind;
use std::ops::Range;

/// What the squares of a zone's own weights begin with.
const OWN_RIDGE: f64 = 0.5;

/// How many widths a tenth of what comes lies beyond, at first.
const SPREAD: f64 = 1.6;

/// How fast that is moved, and the share that should lie beyond.
const STEP: f64 = 0.01;
const BEYOND: f64 = 0.1;

/// How far off forecasts are where nothing is known of that, by half-hours ahead.
const WIDE: [f64; 3] = [0.05, 0.08, 0.12];

/// How full a zone was in a half-hour.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ZoneSeen {
    /// The zone's lasting number.
    pub number: u32,
    pub kind: ZoneKind,
    /// Occupied of known bay-time, 0..=1.
    pub occupied: f64,
}

/// A forecast and what came.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outturn {
    pub number: u32,
    /// Half-hours from one to the other.
    pub ahead: u32,
    /// How full it was when the forecast was made.
    pub before: f64,
    pub told: f64,
    /// Eight times in ten it should lie between these.
    pub low: f64,
    pub high: f64,
    pub truth: f64,
    /// By the profile, then and now; `None`: there was none.
    pub usual: Option<(f64, f64)>,
}

/// See the module.
#[derive(Clone)]
pub struct City {
    pub(super) zones: Vec<ZoneMemory>,
    pub(super) fits: [CityFit; 3],
    /// How many widths below and above a forecast a tenth of what comes lies.
    pub(super) spread: [[f64; 2]; 3],
    /// How far off forecasts are, of all zones.
    pub(super) width: [f64; 3],
    /// How far zones are off their profiles.
    pub(super) off: f64,
    /// The usual days of each kind of zone, for those that have none yet.
    pub(super) kinds: [Daily; ZoneKind::ALL.len()],
    /// Of the last half-hours, by their index.
    pub(super) moods: [Mood; 4],
    /// The first half-hour that was learnt, and the one after the last; 0: none.
    pub(super) from: u32,
    pub(super) until: u32,
}

impl Default for City {
    fn default() -> Self {
        Self {
            zones: Vec::new(),
            fits: [CityFit::new(); 3],
            spread: [[SPREAD; 2]; 3],
            width: [0.0; 3],
            off: 0.0,
            kinds: [Daily::NEW; ZoneKind::ALL.len()],
            moods: [Mood::default(); 4],
            from: 0,
            until: 0,
        }
    }
}

impl City {
    /// The half-hours that were learnt, from the first to before the second; empty: none.
    #[must_use]
    pub const fn learnt(&self) -> Range<u32> {
        self.from..self.until
    }

    /// All of these half-hours have been gone through, whether anything was seen in them or not.
    pub fn pass(&mut self, read: Range<u32>) {
        if self.until == 0 {
            self.from = read.start;
        }
        self.until = self.until.max(read.end);
    }

    /// Zones that are remembered.
    #[must_use]
    pub fn zones(&self) -> usize {
        self.zones.len()
    }

    /// Forgets the zones that are not `known`.
    pub fn retain(&mut self, known: impl Fn(u32) -> bool) {
        self.zones.retain(|zone| known(zone.number));
    }

    /// Learns what was seen in a half-hour: zones by their numbers, ascending, each once. One that is not
    /// after all that were learnt changes nothing. `came` is told of each forecast whose hour this was.
    pub fn learn(
        &mut self,
        wall: &Wall,
        index: u32,
        seen: &[ZoneSeen],
        came: &mut dyn FnMut(Outturn),
    ) {
        if seen.is_empty() || index < self.until || index == u32::MAX {
            return;
        }
        let slot = wall.slot(index);
        let rows = self.rows(seen);
        for (ahead, halves) in AHEAD.into_iter().enumerate() {
            let before = wall.slot(index.saturating_sub(halves));
            self.judge(ahead, (before, slot), &rows, came);
        }
        let mood = self.mood(slot, &rows);
        self.moods[(index % 4) as usize] = mood;
        let targets = AHEAD.map(|halves| wall.slot(index + halves));
        for (row, x) in &rows {
            let made = self.forecasts(*row, slot, &targets, *x, mood);
            let zone = &mut self.zones[*row];
            zone.keep(index, &made);
            zone.learn(slot, *x);
        }
        self.learn_kinds(slot, &rows);
        if self.from == 0 {
            self.from = index;
        }
        self.until = index + 1;
    }

    /// Where each zone stands, new ones made room for, and how full it was.
    fn rows(&mut self, seen: &[ZoneSeen]) -> Vec<(usize, f64)> {
        let known = self.zones.len();
        for one in seen {
            let found = self.zones[..known].binary_search_by_key(&one.number, |z| z.number);
            match found {
                Ok(row) => self.zones[row].kind = one.kind as u32,
                Err(_) => self
                    .zones
                    .push(ZoneMemory::new(one.number, one.kind as u32)),
            }
        }
        self.zones.sort_by_key(|zone| zone.number);
        self.zones.dedup_by_key(|zone| zone.number);
        let place = |one: &ZoneSeen| {
            let row = self
                .zones
                .binary_search_by_key(&one.number, |z| z.number)
                .ok()?;
            one.occupied
                .is_finite()
                .then(|| (row, one.occupied.clamp(0.0, 1.0)))
        };
        seen.iter().filter_map(place).collect()
    }

    /// What came of the forecasts for this half-hour.
    fn judge(
        &mut self,
        ahead: usize,
        (before, slot): (Slot, Slot),
        rows: &[(usize, f64)],
        came: &mut dyn FnMut(Outturn),
    ) {
        let mood = self.moods[(before.index % 4) as usize];
        let afternoon = usize::from(before.half) >= HALVES / 2;
        let fit = &mut self.fits[ahead];
        fit.age();
        let was = *fit;
        let mut judged = 0.0;
        let mut low = 0.0;
        let mut high = 0.0;
        let mut width = 0.0;
        for (row, x) in rows {
            let zone = &mut self.zones[*row];
            let Some(made) = zone.made_at(ahead, before.index) else {
                zone.none_came(ahead);
                continue;
            };
            let miss = x - made.told;
            judged += 1.0;
            low += f64::from(u8::from(*x < made.low));
            high += f64::from(u8::from(*x > made.high));
            width += miss.abs();
            let then = made.change.map(|_| made.seen - made.off);
            came(Outturn {
                number: zone.number,
                ahead: AHEAD[ahead],
                before: made.seen,
                told: made.told,
                low: made.low,
                high: made.high,
                truth: *x,
                usual: then.zip(zone.fast(slot)),
            });
            zone.came(ahead, slot, miss);
            if let Some(change) = made.change {
                let signs = signs(&made, change, mood, afternoon);
                let by = x - made.seen;
                fit.learn(&signs, by);
                let left = by - was.change(&signs);
                zone.weigh(ahead, &own_signs(&made, change), left, FORGET);
            }
        }
        fit.solve();
        if judged > 0.0 {
            let [below, above] = &mut self.spread[ahead];
            *below = (*below + STEP * (low / judged - BEYOND)).clamp(0.1, 10.0);
            *above = (*above + STEP * (high / judged - BEYOND)).clamp(0.1, 10.0);
            let all = &mut self.width[ahead];
            let now = width / judged;
            *all = if *all > 0.0 {
                *all + 0.05 * (now - *all)
            } else {
                now
            };
        }
    }

    /// How the city is off its profiles.
    fn mood(&mut self, slot: Slot, rows: &[(usize, f64)]) -> Mood {
        let mut zones = 0.0;
        let mut far = 0.0;
        let mut mood = Mood::default();
        for (row, x) in rows {
            let zone = &self.zones[*row];
            if let Some(m) = zone.fast(slot) {
                let off = x - m;
                zones += 1.0;
                far += off.abs();
                mood.off += off;
                mood.growing += growth(zone, slot, off);
            }
        }
        if zones == 0.0 {
            return Mood::default();
        }
        self.off += 0.05 * (far / zones - self.off);
        Mood {
            off: mood.off / zones,
            growing: mood.growing / zones,
        }
    }

    fn forecasts(
        &self,
        row: usize,
        slot: Slot,
        targets: &[Slot; 3],
        x: f64,
        mood: Mood,
    ) -> [Signals; 3] {
        let zone = &self.zones[row];
        let daily = |slot: Slot| self.daily(zone, zone.kind, slot);
        let profiles = |slot: Slot| [zone.fast(slot), zone.slow(slot), daily(slot)];
        let now = profiles(slot);
        std::array::from_fn(|ahead| {
            let then = profiles(targets[ahead]);
            let mut made = Signals {
                missed: zone.missed(ahead),
                bias: zone.bias(ahead, targets[ahead]),
                ..Signals::seen(x, now, then, |off| growth(zone, slot, off))
            };
            let afternoon = usize::from(slot.half) >= HALVES / 2;
            made.told = self.told(zone, ahead, &made, mood, afternoon, now[2].zip(then[2]));
            let [below, above] = self.widths(zone, ahead, slot);
            made.low = (made.told - below).max(0.0);
            made.high = (made.told + above).min(1.0);
            made
        })
    }

    /// The usual day of a zone; of one that has none yet, of its `kind`.
    pub(super) fn daily(&self, zone: &ZoneMemory, kind: u32, slot: Slot) -> Option<f64> {
        let kind = self.kinds.get(kind as usize);
        zone.daily(slot).or_else(|| kind.and_then(|k| k.at(slot)))
    }

    /// A forecast from what it is made from. `daily`: by the usual day, now and then.
    pub(super) fn told(
        &self,
        zone: &ZoneMemory,
        ahead: usize,
        made: &Signals,
        mood: Mood,
        afternoon: bool,
        daily: Option<(f64, f64)>,
    ) -> f64 {
        let by = match made.change {
            Some(change) => {
                let (a, b) = zone.equations(ahead, OWN_RIDGE);
                let own: [f64; OWN] = solve(&a, &b);
                let on = own_signs(made, change);
                let own: f64 = own.iter().zip(on).map(|(w, s)| w * s).sum();
                self.fits[ahead].change(&signs(made, change, mood, afternoon)) + own
            }
            None => daily.map_or(0.0, |(now, then)| then - now),
        };
        (made.seen + by).clamp(0.0, 1.0)
    }

    /// How far below and above a forecast of now a tenth of what comes begins.
    pub(super) fn widths(&self, zone: &ZoneMemory, ahead: usize, now: Slot) -> [f64; 2] {
        let all = self.width[ahead];
        let usual = if all > 0.0 { all } else { WIDE[ahead] };
        let width = zone.width(ahead, now).unwrap_or(usual);
        self.spread[ahead].map(|times| times * width)
    }

    fn learn_kinds(&mut self, slot: Slot, rows: &[(usize, f64)]) {
        for (kind, daily) in self.kinds.iter_mut().enumerate() {
            let of_kind = rows
                .iter()
                .filter(|(row, _)| self.zones[*row].kind as usize == kind);
            let (sum, n) = of_kind.fold((0.0, 0.0), |(sum, n), (_, x)| (sum + x, n + 1.0));
            if n > 0.0 {
                daily.learn(slot, sum / n);
            }
        }
    }
}

impl Signals {
    /// Of a zone that is so full, by the fast profile, the slow one and that of days, now and then.
    /// `growth`: of its deviation from the first.
    pub(super) fn seen(
        seen: f64,
        now: [Option<f64>; 3],
        then: [Option<f64>; 3],
        growth: impl Fn(f64) -> f64,
    ) -> Self {
        let off = now[0].map(|m| seen - m);
        let by = |p: usize| Some(then[p]? - now[p]?);
        let change = by(0);
        let beyond = |p: usize| by(p).zip(change).map_or(0.0, |(by, change)| by - change);
        Self {
            seen,
            off: off.unwrap_or(0.0),
            off_slow: now[1].map_or(0.0, |q| seen - q - off.unwrap_or(0.0)),
            growing: off.map_or(0.0, growth),
            change,
            slow_beyond: beyond(1),
            daily_beyond: beyond(2),
            ..Self::default()
        }
    }
}

/// How a zone's deviation grew since the half-hour before; 0 where that was not seen.
fn growth(zone: &ZoneMemory, slot: Slot, off: f64) -> f64 {
    if zone.last + 1 == slot.index && zone.last_off.is_finite() {
        off - f64::from(zone.last_off)
    } else {
        0.0
    }
}
