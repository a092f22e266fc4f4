//! What the stream holds of the last day, as tables: the stream answers zone by zone, questions are
//! about all of them.
//!
//! A table is made when it is asked for. That of an hour that is over is good until a late report
//! has changed the hour, and then for ten seconds more; that of the hour under way no longer than
//! until more is settled. Dear: making one (some 20 ms for 14,000 zones).

use super::cells::{Cells, ZoneFigures, fine_cells};
use super::question::RecentFigures;
use crate::domain::turnover::HOUR_MS;
use crate::domain::{Clock, Millis, RecentTurnover, Tally, WindowRow, ZoneIx};
use crate::registry::Registry;
use ahash::AHashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// How long a table is good though the hour has changed, ms.
const GOOD_FOR_MS: u64 = 10_000;
/// How long one is good though it has not: zones come and go.
const KEPT_FOR_MS: u64 = 600_000;
/// Tables that are kept: a day and two hours, and their windows of five minutes.
const TABLES: usize = 32;

/// See the module. Empty until the stream has started.
pub struct Lately {
    registry: Arc<Registry>,
    clock: Arc<dyn Clock>,
    stream: OnceLock<Arc<dyn RecentTurnover>>,
    tables: Mutex<AHashMap<(Millis, bool), Table>>,
    first: Mutex<FirstHour>,
    stamps: AtomicU64,
}

/// The first hour of which the stream holds anything, as it was found.
#[derive(Default)]
struct FirstHour {
    hour: Millis,
    /// The hours from here on up to it held nothing.
    held: Millis,
    /// How often those had been changed.
    changes: u64,
}

struct Table {
    settled: Millis,
    /// What the stream said of the hour before it was read.
    version: u64,
    made_at: Millis,
    /// No other table has the same.
    stamp: u64,
    cells: Cells,
}

impl Table {
    fn is_good(&self, hour: Millis, stream: &dyn RecentTurnover, now: Millis) -> bool {
        let age = now.since(self.made_at);
        let is_over = hour.plus(HOUR_MS) <= self.settled;
        let same = age < KEPT_FOR_MS && self.version == stream.version(hour);
        (is_over || self.settled == stream.settled()) && (age < GOOD_FOR_MS || same)
    }
}

impl Lately {
    #[must_use]
    pub fn new(registry: Arc<Registry>, clock: Arc<dyn Clock>) -> Self {
        let stamps = AtomicU64::new(0);
        Self {
            registry,
            clock,
            stream: OnceLock::new(),
            tables: Mutex::default(),
            first: Mutex::default(),
            stamps,
        }
    }

    /// The stream has started. Only the first call counts.
    pub fn remember(&self, stream: Arc<dyn RecentTurnover>) {
        let _ = self.stream.set(stream);
    }

    /// The table of an hour, and its stamp. `None`: not held.
    fn table(&self, hour: Millis, fine: bool) -> Option<(Cells, u64)> {
        let stream = &**self.stream.get()?;
        let settled = stream.settled();
        let now = self.clock.now();
        let held = if fine {
            stream.windows_from()
        } else {
            stream.hours_from()
        };
        if settled.is_never() || hour < held || hour >= settled {
            return None;
        }
        let mut tables = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        let known = tables
            .get(&(hour, fine))
            .filter(|t| t.is_good(hour, stream, now));
        let known = known.map(|t| (t.cells.clone(), t.stamp));
        let (cells, stamp) = known.unwrap_or_else(|| {
            let version = stream.version(hour);
            let cells = self.make(stream, hour, fine, settled);
            let stamp = self.stamps.fetch_add(1, Ordering::Relaxed);
            tables.retain(|key, t| t.is_good(key.0, stream, now) && *key != (hour, fine));
            if tables.len() < TABLES {
                tables.insert(
                    (hour, fine),
                    Table {
                        settled,
                        version,
                        made_at: now,
                        stamp,
                        cells: cells.clone(),
                    },
                );
            }
            (cells, stamp)
        });
        // Nothing heard: if there is anything of this hour, it is in a file, unless it is not over
        // yet.
        (!cells.is_empty() || hour.plus(HOUR_MS) > settled).then_some((cells, stamp))
    }

    fn make(
        &self,
        stream: &dyn RecentTurnover,
        hour: Millis,
        fine: bool,
        settled: Millis,
    ) -> Cells {
        let city = self.registry.city();
        let end = hour.plus(HOUR_MS);
        if fine {
            let mut rows: Vec<WindowRow> = Vec::new();
            for ix in (0..city.zone_count()).map(ZoneIx) {
                let zone = city.zone(ix).number;
                stream.windows(ix, hour, end, &mut |from, w| {
                    let window = w.clone();
                    rows.push(WindowRow { zone, from, window });
                });
            }
            return fine_cells(&rows);
        }
        let mut cells: Vec<ZoneFigures> = Vec::new();
        let mut tally = Tally::default();
        for ix in (0..city.zone_count()).map(ZoneIx) {
            let zone = city.zone(ix).number;
            let mut heard = false;
            if end > settled {
                stream.windows(ix, hour, end, &mut |_, w| {
                    heard = true;
                    tally.add_window(w);
                });
            } else {
                stream.hours(ix, hour, end, &mut |_, sums| {
                    heard = true;
                    tally.add(sums);
                });
            }
            if heard {
                cells.push(ZoneFigures {
                    zone,
                    from: hour,
                    sums: tally.take(),
                });
            }
        }
        cells.sort_by_key(|c| (c.from, c.zone));
        cells.into()
    }
}

impl Lately {
    /// Whether the stream holds anything of an hour; of the one under way it always does.
    fn is_heard(&self, stream: &dyn RecentTurnover, hour: Millis) -> bool {
        let end = hour.plus(HOUR_MS);
        let mut zones = (0..self.registry.city().zone_count()).map(ZoneIx);
        end > stream.settled()
            || zones.any(|zone| {
                let mut heard = false;
                stream.hours(zone, hour, end, &mut |_, _| heard = true);
                heard
            })
    }
}

impl RecentFigures for Lately {
    fn settled_to(&self) -> Millis {
        self.stream.get().map_or(Millis::NEVER, |s| s.settled())
    }

    fn oldest(&self) -> Millis {
        let Some(stream) = self.stream.get().filter(|s| !s.settled().is_never()) else {
            return Millis::MAX;
        };
        let held = stream.hours_from();
        let mut known = self.first.lock().unwrap_or_else(PoisonError::into_inner);
        // Late reports may say something of hours that held nothing when they were looked at.
        let mut changes = 0;
        let mut hour = held;
        while hour < known.hour {
            changes += stream.version(hour);
            hour = hour.plus(HOUR_MS);
        }
        if known.hour >= held && (known.held, known.changes) == (held, changes) {
            return known.hour;
        }
        (hour, changes) = (held, 0);
        while hour < stream.settled() {
            let version = stream.version(hour);
            if self.is_heard(&**stream, hour) {
                break;
            }
            changes += version;
            hour = hour.plus(HOUR_MS);
        }
        *known = FirstHour {
            hour,
            held,
            changes,
        };
        hour
    }

    fn is_lost(&self, zone: u32, from: Millis, to: Millis) -> bool {
        let stream = self.stream.get();
        stream.is_some_and(|s| s.is_lost(zone, from, to))
    }

    fn lost_hours(&self, from: Millis, to: Millis) -> Vec<(Millis, u64)> {
        let stream = self.stream.get();
        stream.map_or_else(Vec::new, |s| s.lost_hours(from, to))
    }

    fn cells(&self, hour: Millis, fine: bool) -> Option<Cells> {
        self.table(hour, fine).map(|(cells, _)| cells)
    }

    fn stamp(&self, hour: Millis) -> Option<u64> {
        self.table(hour, false).map(|(_, stamp)| stamp)
    }
}
