//! What the stream holds of the last day, as tables: the stream answers zone by zone, questions are about all of them.
//!
//! A table is made when it is asked for and kept for ten seconds, and no longer than until more is settled: so late an
//! amendment may show. Dear: making one (some 20 ms for 14,000 zones).

use super::archive::{Cell, Cells};
use super::figures::Recent;
use crate::domain::turnover::HOUR_MS;
use crate::domain::{Clock, Millis, RecentTurnover, Sums, ZoneIx};
use crate::registry::Registry;
use ahash::AHashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// How long a table is good, ms.
const GOOD_FOR_MS: u64 = 10_000;
/// Tables that are kept: a day and two hours, and their windows of five minutes.
const TABLES: usize = 32;

/// See the module. Empty until the stream has started.
pub struct Lately {
    registry: Arc<Registry>,
    clock: Arc<dyn Clock>,
    stream: OnceLock<Arc<dyn RecentTurnover>>,
    tables: Mutex<AHashMap<(Millis, bool), Table>>,
    /// The first hour of which the stream holds anything; 0: not looked for yet.
    first: AtomicU64,
}

struct Table {
    settled: Millis,
    made_at: Millis,
    cells: Cells,
}

impl Lately {
    #[must_use]
    pub fn new(registry: Arc<Registry>, clock: Arc<dyn Clock>) -> Self {
        Self { registry, clock, stream: OnceLock::new(), tables: Mutex::default(), first: AtomicU64::new(0) }
    }

    /// The stream has started. Only the first call counts.
    pub fn remember(&self, stream: Arc<dyn RecentTurnover>) {
        let _ = self.stream.set(stream);
    }

    fn make(&self, stream: &dyn RecentTurnover, hour: Millis, fine: bool, settled: Millis) -> Cells {
        let city = self.registry.city();
        let end = hour.plus(HOUR_MS);
        let mut cells: Vec<Cell> = Vec::new();
        for ix in (0..city.zone_count()).map(ZoneIx) {
            let zone = city.zone(ix).number;
            let mut put = |from: Millis, sums: Sums| match cells.last_mut() {
                Some(last) if !fine && last.zone == zone => last.sums.add(&sums),
                _ => cells.push(Cell { zone, from: if fine { from } else { hour }, sums }),
            };
            if fine || end > settled {
                stream.windows(ix, hour, end, &mut |from, w| put(from, Sums::from(w)));
            } else {
                stream.hours(ix, hour, end, &mut |from, sums| put(from, sums.clone()));
            }
        }
        cells.sort_by_key(|c| (c.from, c.zone));
        cells.into()
    }
}

impl Recent for Lately {
    fn settled_to(&self) -> Millis {
        self.stream.get().map_or(Millis::NEVER, |s| s.settled())
    }

    fn oldest(&self) -> Millis {
        let Some(stream) = self.stream.get().filter(|s| !s.settled().is_never()) else { return Millis::MAX };
        let (held, known) = (stream.hours_from(), Millis(self.first.load(Ordering::Relaxed)));
        if known >= held {
            return known;
        }
        let mut hour = held;
        while hour < stream.settled() && self.cells(hour, false).is_none() {
            hour = hour.plus(HOUR_MS);
        }
        self.first.store(hour.0, Ordering::Relaxed);
        hour
    }

    fn cells(&self, hour: Millis, fine: bool) -> Option<Cells> {
        let stream = self.stream.get()?;
        let (settled, now) = (stream.settled(), self.clock.now());
        let held = if fine { stream.windows_from() } else { stream.hours_from() };
        if settled.is_never() || hour < held || hour >= settled {
            return None;
        }
        let mut tables = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        let good = |t: &Table| t.settled == settled && now.since(t.made_at) < GOOD_FOR_MS;
        let known = tables.get(&(hour, fine)).filter(|t| good(t)).map(|t| t.cells.clone());
        let cells = known.unwrap_or_else(|| {
            let cells = self.make(&**stream, hour, fine, settled);
            tables.retain(|key, t| good(t) && *key != (hour, fine));
            if tables.len() < TABLES {
                tables.insert((hour, fine), Table { settled, made_at: now, cells: cells.clone() });
            }
            cells
        });
        // Nothing heard: if there is anything of this hour, it is in a file, unless it is not over yet.
        (!cells.is_empty() || hour.plus(HOUR_MS) > settled).then_some(cells)
    }
}
