//! How quickly bays are taken to be taken and left: as assumed, or as learnt from what was settled.

use super::ours::{START_S, seconds};
use super::world::{Speaker, World};
use bayhub::belief::{
    Doubt, Exposure, HALF_HOUR_S, Made, Pools, Rates, Timetable, WEEKS, WeekFit, WeekRow,
};
use bayhub::domain::{Millis, ZoneKind};

/// A stay that is shorter is none, in settled figures; seconds.
const MIN_VISIT_S: u32 = 120;

/// See the module.
pub(crate) enum Pace {
    Assumed(Rates),
    Learnt(Timetable, WeekRow),
}

impl Pace {
    /// What is learnt of a city from as many weeks like `worlds`' as count, one zone.
    pub(crate) fn learnt(worlds: &[World]) -> Self {
        let zone = 1;
        let kind = ZoneKind::OnStreet;
        let mut halves = vec![Exposure::default(); 7 * 48];
        for world in worlds {
            settle(world, &mut halves);
        }
        let mut fit = WeekFit::new(vec![(zone, kind)]);
        for day in 0..7 {
            for half in 0..48 {
                for week in 0..WEEKS {
                    fit.add(zone, half, halves[day * 48 + half], week);
                }
            }
            fit.close_day(day);
        }
        let until = Millis(u64::from(START_S) * 1000);
        let table = fit.done(Made {
            number: 1,
            offset_s: 0,
            until,
        });
        let row = table.row(zone, kind);
        Self::Learnt(table, row)
    }

    pub(crate) fn rates(&self, t: u32) -> Rates {
        match self {
            Self::Assumed(rates) => *rates,
            Self::Learnt(table, row) => table.rates(*row, t),
        }
    }

    pub(crate) fn advance(&self, doubt: Doubt, word: bool, t0: u32, t: u32) -> Doubt {
        pieces(t0, t).fold(doubt, |doubt, (from, to)| {
            doubt.advance(word, self.rates(from), from, to)
        })
    }

    pub(crate) fn relax(&self, pools: &mut Pools, sensor: bool, t: u32) {
        if pools.is_empty() {
            return pools.relax(sensor, self.rates(t), t);
        }
        for (from, to) in pieces(pools.t(), t) {
            pools.relax(sensor, self.rates(from), to);
        }
    }
}

/// Half-hours, or parts of them.
fn pieces(t0: u32, t: u32) -> impl Iterator<Item = (u32, u32)> {
    let mut from = t0;
    std::iter::from_fn(move || {
        let to = (from / HALF_HOUR_S * HALF_HOUR_S + HALF_HOUR_S).min(t);
        (from < t).then(|| (std::mem::replace(&mut from, to), to))
    })
}

/// 1970 began on a Thursday.
fn half_hour(t: u32) -> usize {
    (t / HALF_HOUR_S) as usize % (7 * 48)
}

fn from_monday(half: usize) -> usize {
    (half + 3 * 48) % (7 * 48)
}

/// Adds what settled figures hold of a world: what sensors said, their errors with it, short stays
/// left out.
fn settle(world: &World, halves: &mut [Exposure]) {
    let end = seconds(world.minutes);
    let mut words: Vec<Vec<(u32, bool)>> = vec![Vec::new(); world.watched.len()];
    let of_sensors = world.reports.iter().filter(|r| r.by == Speaker::Sensor);
    for report in of_sensors {
        let words = &mut words[report.bay];
        if words.last().is_none_or(|last| last.1 != report.occupied) {
            words.push((seconds(report.t), report.occupied));
        }
    }
    let at = |t: u32| from_monday(half_hour(t));
    for words in words {
        for (n, (from, occupied)) in words.iter().enumerate() {
            let to = words.get(n + 1).map_or(end, |next| next.0);
            for (from, to) in pieces(*from, to) {
                let half = &mut halves[at(from)];
                *if *occupied {
                    &mut half.occupied_s
                } else {
                    &mut half.vacant_s
                } += to - from;
            }
            // Both ends seen.
            if *occupied && n > 0 && n + 1 < words.len() && to - from >= MIN_VISIT_S {
                halves[at(*from)].arrivals += 1;
                halves[at(to)].departures += 1;
            }
        }
    }
}
