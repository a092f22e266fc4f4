//! Learning from the history: hour by hour, each once, in order.
//!
//! A zone's half-hour counts if at least three tenths of its bay-time in service was known. A car park
//! that is told of in areas and floors, and has no figures of its own, is learnt from theirs.

use super::is_known;
use crate::domain::turnover::HOUR_MS;
use crate::domain::{Millis, ZoneKind};
use crate::forecast::{City, HALF_HOUR_MS, Outturn, Scores, Wall, ZoneSeen};
use crate::history::{Fullness, FullnessByZone, History};
use crate::metrics::Metrics;
use crate::registry::Registry;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// How far back history is learnt: half a year.
const BACK_MS: u64 = 26 * 7 * 24 * HOUR_MS;

/// Longest rest after an hour of history.
const REST: Duration = Duration::from_millis(200);

/// What a lesson is made of.
pub(super) struct ForecastLesson {
    pub(super) history: Arc<History>,
    pub(super) registry: Arc<Registry>,
    pub(super) wall: Wall,
    pub(super) metrics: Arc<Metrics>,
    /// Whether the hub closes.
    pub(super) closed: watch::Receiver<bool>,
}

/// Zones as a lesson knows them.
pub(super) struct LearntZones {
    kinds: BTreeMap<u32, ZoneKind>,
    /// The whole that a part belongs to, both by number.
    wholes: BTreeMap<u32, u32>,
}

impl LearntZones {
    pub(super) fn of(registry: &Registry) -> Self {
        let city = registry.city();
        let live = || city.zones().filter(|(_, zone)| !zone.removed);
        let whole = |ix: crate::domain::ZoneIx| city.zone(ix).number;
        Self {
            kinds: live()
                .map(|(_, zone)| (zone.number, zone.spec.kind))
                .collect(),
            wholes: live()
                .filter_map(|(_, zone)| Some((zone.number, whole(zone.part_of?))))
                .collect(),
        }
    }

    /// Of a folder whose registry is not read: every zone that is told of, of one kind.
    pub(super) fn alike(numbers: impl Iterator<Item = u32>) -> Self {
        Self {
            kinds: numbers.map(|n| (n, ZoneKind::OffStreet)).collect(),
            wholes: BTreeMap::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.kinds.len()
    }

    pub(super) fn knows(&self, number: u32) -> bool {
        self.kinds.contains_key(&number)
    }

    /// How full each zone was in the half-hour that begins at `from`, by number.
    pub(super) fn seen(&self, from: Millis, all: &FullnessByZone) -> Vec<ZoneSeen> {
        let of_half = || all.range((from, 0)..=(from, u32::MAX));
        let mut each: BTreeMap<u32, Fullness> = BTreeMap::new();
        for ((_, number), full) in of_half() {
            each.insert(*number, *full);
        }
        for ((_, number), full) in of_half() {
            let whole = self.wholes.get(number);
            if let Some(whole) = whole.filter(|whole| !all.contains_key(&(from, **whole))) {
                let sum = each.entry(*whole).or_default();
                *sum = sum.with(*full);
            }
        }
        let seen = |(number, full): (u32, Fullness)| {
            let known = full.known_ms();
            let enough = is_known(known, full.unknown_ms);
            Some(ZoneSeen {
                number,
                kind: *self.kinds.get(&number).filter(|_| enough)?,
                occupied: full.occupied_ms as f64 / known as f64,
            })
        };
        each.into_iter().filter_map(seen).collect()
    }
}

impl ForecastLesson {
    /// What comes of learning what is new before `now`. `None`: nothing is, or the hub closes.
    pub(super) async fn learn(mut self, known: &City, now: Millis) -> Result<Option<City>, String> {
        let hours = self
            .hours(Millis(now.0.saturating_sub(BACK_MS))..now)
            .await?;
        let learnt = known.learnt();
        let first = Millis(Wall::start(learnt.start).0 / HOUR_MS * HOUR_MS);
        let anew = !learnt.is_empty() && hours.first().is_some_and(|hour| *hour < first);
        let until = if anew {
            Millis::NEVER
        } else {
            Wall::start(learnt.end)
        };
        let is_new = |hour: &Millis| hour.plus(HOUR_MS) > until;
        let new: Vec<Millis> = hours.into_iter().filter(is_new).collect();
        self.metrics.forecast.waiting.set(new.len() as i64);
        if new.is_empty() {
            self.gauge(&Scores::default(), known);
            return Ok(None);
        }
        // All zones are copied: only now, since there is something to learn.
        let mut city = if anew {
            tracing::info!("there is history from before what forecasts were learnt from: anew");
            City::default()
        } else {
            known.clone()
        };
        let zones = LearntZones::of(&self.registry);
        let mut scores = Scores::default();
        for (n, hour) in new.iter().enumerate() {
            if *self.closed.borrow_and_update() {
                return Ok(None);
            }
            let begun = Instant::now();
            let history = self.history.clone();
            let hour = *hour;
            let read = tokio::task::spawn_blocking(move || history.fullness(hour)).await;
            match read.map_err(|e| e.to_string())? {
                Ok(all) => tokio::task::block_in_place(|| {
                    let came = &mut |came| scores.add(&came);
                    learn_hour(&mut city, &self.wall, &zones, hour, &all, came);
                }),
                Err(gap) => tracing::warn!(%hour, %gap, "forecasts: an hour is left out"),
            }
            let waiting = new.len() - n - 1;
            self.metrics.forecast.waiting.set(waiting as i64);
            if new.len() > 1 {
                tokio::time::sleep(begun.elapsed().min(REST)).await;
            }
        }
        self.gauge(&scores, &city);
        city.retain(|number| zones.knows(number));
        Ok((city.learnt() != learnt).then_some(city))
    }

    fn gauge(&self, scores: &Scores, city: &City) {
        let metrics = &self.metrics.forecast;
        metrics.newest.set(Wall::start(city.learnt().end).0 as i64);
        metrics.zones.set(city.zones() as i64);
        for score in scores.means() {
            let errors = [
                ("persistence", score.persistence),
                ("profile", score.profile),
                ("forecast", score.forecast),
            ];
            metrics.came(&format!("{}m", score.ahead * 30), &errors, score.covered);
        }
    }

    async fn hours(&self, range: Range<Millis>) -> Result<Vec<Millis>, String> {
        let history = self.history.clone();
        let hours = tokio::task::spawn_blocking(move || history.hours(range)).await;
        hours
            .map_err(|e| e.to_string())?
            .map_err(|gap| gap.to_string())
    }
}

/// Both half-hours of an hour, which is gone through then whatever was in it.
pub(super) fn learn_hour(
    city: &mut City,
    wall: &Wall,
    zones: &LearntZones,
    hour: Millis,
    all: &FullnessByZone,
    came: &mut dyn FnMut(Outturn),
) {
    for from in [hour, hour.plus(HALF_HOUR_MS)] {
        let seen = zones.seen(from, all);
        city.learn(wall, Wall::index(from), &seen, came);
    }
    city.pass(Wall::index(hour)..Wall::index(hour.plus(HOUR_MS)));
}
