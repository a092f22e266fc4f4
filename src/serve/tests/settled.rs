//! What the settlement and the stream's memory would tell, played by the test.

use super::{NOW, STORES, Town};
use crate::clock::ManualClock;
use crate::domain::turnover::HOUR_MS;
use crate::domain::{Calendar, Millis, Stays, Sums};
use crate::history::{
    self, Around, Cells, History, Keeper, RecentFigures, Registered, ZoneFigures,
};
use crate::ingest::gate;
use crate::metrics::Metrics;
use crate::registry::Registry;
use crate::serve::Authority;
use axum::body::Body;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock};

/// What a stream would remember.
#[derive(Default)]
pub(in crate::serve) struct Memory {
    pub(super) hours: Mutex<BTreeMap<Millis, Vec<ZoneFigures>>>,
    settled_to: Mutex<Millis>,
    /// Writes what is settled.
    pub(super) keeper: OnceLock<Arc<Keeper>>,
}

impl Memory {
    /// All before that is settled.
    pub(super) fn settle_to(&self, to: Millis) {
        *self.settled_to.lock().unwrap() = to;
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        if let Some(keeper) = self.keeper.get() {
            keeper.stop();
        }
    }
}

impl RecentFigures for Memory {
    fn settled_to(&self) -> Millis {
        *self.settled_to.lock().unwrap()
    }

    fn oldest(&self) -> Millis {
        self.hours
            .lock()
            .unwrap()
            .keys()
            .next()
            .copied()
            .unwrap_or(Millis::MAX)
    }

    fn cells(&self, hour: Millis, fine: bool) -> Option<Cells> {
        assert!(!fine, "nobody asked for it here");
        self.hours
            .lock()
            .unwrap()
            .get(&hour)
            .map(|cells| cells.clone().into())
    }

    fn stamp(&self, hour: Millis) -> Option<u64> {
        // Tests change how many visits there were.
        let hours = self.hours.lock().unwrap();
        hours.get(&hour).map(|cells| {
            cells
                .iter()
                .map(|c| (c.sums.started + c.sums.ended) as u64)
                .sum()
        })
    }
}

/// A history with nothing in its files, and an empty ledger.
pub(in crate::serve) fn authority(
    dir: &Path,
    registry: &Arc<Registry>,
    memory: &Arc<Memory>,
    (clock, metrics): (&Arc<ManualClock>, &Arc<Metrics>),
) -> Authority {
    let names = Arc::new(Registered::new(registry.clone(), dir));
    let around = Around {
        names: names.clone(),
        clock: clock.clone(),
        metrics: metrics.clone(),
        health: Arc::default(),
    };
    let config = history::Config::default();
    let (history, keeper) = History::open(
        &config,
        dir,
        STORES.handle().clone(),
        memory.clone(),
        around,
    )
    .unwrap();
    History::keep(&keeper).unwrap();
    let _ = memory.keeper.set(keeper);
    let gate = gate::Gate::new(
        registry.clone(),
        clock.clone(),
        metrics.clone(),
        gate::Config::default(),
    );
    Authority {
        history: Arc::new(history),
        names,
        calendar: Calendar::UTC,
        ledger: gate.ledger(),
        healths: gate.healths(),
        silent_after_s: 900,
    }
}

/// An hour of a zone of ten bays, half of it known.
fn sums(visits: i64) -> Sums {
    let mut stays = Stays::default();
    (0..visits).for_each(|_| stays.count(1_800_000));
    let ms = HOUR_MS as i64;
    Sums {
        occupied_ms: 2 * ms,
        vacant_ms: 6 * ms,
        unknown_ms: 2 * ms,
        started: visits,
        ended: visits,
        short: 1,
        stay_ms: visits * 1_800_000,
        stays,
        judged: 12,
        full: 3,
        crowded: 6,
        ..Sums::default()
    }
}

/// Midnight before now.
pub(super) fn day() -> Millis {
    Calendar::UTC.day_start(NOW)
}

impl Town {
    /// Plays the settlement: yesterday and the first hour of today, of every zone; `visits` by zone
    /// and hour.
    pub(in crate::serve) fn settle(&self, visits: impl Fn(u32, u64) -> i64) {
        let start = Millis(day().0 - 24 * HOUR_MS);
        let zones: Vec<u32> = self
            .registry
            .city()
            .zones()
            .map(|(_, z)| z.number)
            .collect();
        let mut zones = zones;
        zones.sort_unstable();
        for h in 0..25 {
            let from = start.plus(h * HOUR_MS);
            let cells = zones
                .iter()
                .map(|zone| ZoneFigures {
                    zone: *zone,
                    from,
                    sums: sums(visits(*zone, h)),
                })
                .collect();
            self.memory.hours.lock().unwrap().insert(from, cells);
        }
        *self.memory.settled_to.lock().unwrap() = day().plus(HOUR_MS);
    }

    pub(in crate::serve) fn settle_day(&self) {
        self.settle(|_, _| 20);
        self.registry
            .enrol_source("lamp-1", crate::domain::SourceKind::Sensor)
            .unwrap();
    }

    pub(super) async fn figures(&self, scope: &str, query: &str) -> Value {
        self.call_as(scope, "GET", &format!("/v1/turnover{query}"), Body::empty())
            .await
            .json()
    }
}
