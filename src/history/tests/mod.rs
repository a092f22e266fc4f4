//! The room as a whole: hours are offered in parts, written, read back, corrected, asked about.

use super::question::{Interval, Question, RecentFigures, ResumeAt, TurnoverRow};
use super::*;
use crate::clock::ManualClock;
use crate::domain::turnover::{HOUR_MS, WINDOW_MS};
use crate::domain::{
    Calendar, Corrections, CountedWindow, SettledHour, SourceKind, SourceKinds, Stays, Sums, Visit,
    VisitChange, Window, WindowRow,
};
use crate::health::Health;
use crate::metrics::Metrics;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Mutex;
use tempfile::TempDir;
use tokio::runtime::Runtime;

mod answers;
mod exports;
mod importing;
mod keeping;
mod work;

/// 2026-11-27T00:00:00Z
pub(super) const DAY: Millis = Millis(1_795_737_600_000);

pub(super) fn hour(n: u64) -> Millis {
    DAY.plus(n * HOUR_MS)
}

/// A stream's memory that holds what it is given.
#[derive(Default)]
pub(super) struct Memory {
    pub(super) settled_to: Mutex<Millis>,
    pub(super) windows: Mutex<BTreeMap<Millis, Vec<WindowRow>>>,
}

impl RecentFigures for Memory {
    fn settled_to(&self) -> Millis {
        *self.settled_to.lock().unwrap()
    }

    fn oldest(&self) -> Millis {
        self.windows
            .lock()
            .unwrap()
            .keys()
            .next()
            .copied()
            .unwrap_or(Millis::MAX)
    }

    fn cells(&self, hour: Millis, fine: bool) -> Option<Cells> {
        let windows = self.windows.lock().unwrap();
        let rows = windows.get(&hour)?;
        if fine {
            return Some(cells::fine_cells(rows));
        }
        let hours = recomputed(rows, hour, hour.plus(HOUR_MS)).into_iter();
        let cell = |(zone, sums)| ZoneFigures {
            zone,
            from: hour,
            sums,
        };
        Some(hours.map(cell).collect())
    }

    fn stamp(&self, hour: Millis) -> Option<u64> {
        // Tests put rows in, and take none out.
        self.windows
            .lock()
            .unwrap()
            .get(&hour)
            .map(|rows| rows.len() as u64)
    }
}

/// A history in a folder of its own, with a keeper that runs when it is told to.
pub(super) struct Den {
    pub(super) dir: TempDir,
    pub(super) runtime: Runtime,
    pub(super) memory: Arc<Memory>,
    pub(super) clock: Arc<ManualClock>,
    pub(super) metrics: Arc<Metrics>,
    pub(super) health: Arc<Health>,
    pub(super) config: Config,
}

impl Den {
    pub(super) fn new() -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
            runtime: Runtime::new().unwrap(),
            memory: Arc::default(),
            clock: Arc::new(ManualClock::at(hour(40))),
            metrics: Arc::new(Metrics::new()),
            health: Arc::default(),
            config: Config::default(),
        }
    }

    pub(super) fn around(&self) -> Around {
        Around {
            names: Arc::new(Numbered),
            clock: self.clock.clone(),
            metrics: self.metrics.clone(),
            health: self.health.clone(),
        }
    }

    pub(super) fn open(&self) -> (History, Arc<Keeper>) {
        let runtime = self.runtime.handle().clone();
        History::open(
            &self.config,
            self.dir.path(),
            runtime,
            self.memory.clone(),
            self.around(),
        )
        .unwrap()
    }

    /// Offers all of it as one worker's, and waits until it is written.
    pub(super) fn write(&self, all: impl IntoIterator<Item = SettledPart>) -> History {
        let (history, keeper) = self.open();
        for settled in all {
            assert!(!keeper.offer(0, 1, &settled), "before it is durable");
        }
        keeper.stop();
        keeper.start().unwrap().join().unwrap();
        history
    }

    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.dir.path().join("history").join(name)
    }
}

/// A window in which `n` visits started and ended, of `n` times ten minutes each.
pub(super) fn window(zone: u32, from: Millis, n: i64) -> WindowRow {
    let mut stays = Stays::default();
    (0..n).for_each(|_| stays.count(n as u64 * 600_000));
    let window = Window {
        occupied_ms: n * 1000,
        vacant_ms: 200_000,
        unknown_ms: 100_000,
        started: n,
        ended: n,
        stay_ms: n * n * 600_000,
        stays,
        occupied_at: n,
        vacant_at: 10 - n,
        ..Window::default()
    };
    WindowRow { zone, from, window }
}

pub(super) fn visit(bay: u32, zone: u32, end: Millis) -> Visit {
    let kinds = SourceKinds::default().with(SourceKind::Sensor);
    Visit {
        bay,
        zone,
        start: Millis(end.0 - 600_000),
        end,
        start_seen: true,
        end_seen: true,
        kinds,
    }
}

/// An hour of these zones, in each window of which as many visits started and ended as `n` says.
pub(super) fn settled(
    hour: Millis,
    zones: std::ops::Range<u32>,
    n: impl Fn(u32, u64) -> i64,
) -> SettledHour {
    let windows = zones.flat_map(|z| (0..12).map(move |w| (z, w)));
    let windows = windows
        .map(|(z, w)| window(z, hour.plus(w * WINDOW_MS), n(z, w)))
        .collect();
    let visits = (0..3)
        .map(|n| visit(n, 0, hour.plus(u64::from(n) * 60_000)))
        .collect();
    SettledHour {
        hour,
        windows,
        visits,
    }
}

pub(super) fn of_hour(settled: SettledHour) -> SettledPart {
    SettledPart::Hour(Arc::new(settled))
}

/// The same window with a count of the zone beside what its bays say.
pub(super) fn counted(row: WindowRow, occupied: i64, vacant: i64) -> WindowRow {
    let counted = CountedWindow {
        occupied_ms: occupied * 1000,
        vacant_ms: vacant * 1000,
        unknown_ms: 7,
        occupied_at: occupied,
        vacant_at: vacant,
        unknown_at: 1,
        closed_ms: 0,
    };
    let window = Window {
        counted: Some(Box::new(counted)),
        ..row.window
    };
    WindowRow { window, ..row }
}

/// A window of a zone that is counted and has no bays that speak.
pub(super) fn counted_alone(row: &WindowRow, occupied: i64, vacant: i64) -> WindowRow {
    let window = counted(row.clone(), occupied, vacant).window.counted;
    let window = window.map(|c| Window::from(*c)).unwrap();
    WindowRow {
        window,
        ..row.clone()
    }
}

/// What batch arithmetic makes of windows: by zone, for one stretch of time. Each hour of a zone is
/// told by whatever tells the whole of it, as far as `all` goes.
pub(super) fn recomputed(all: &[WindowRow], from: Millis, to: Millis) -> BTreeMap<u32, Sums> {
    let mut whole: BTreeMap<(u32, Millis), BTreeMap<Millis, Window>> = BTreeMap::new();
    for row in all {
        let hour = Millis(row.from.0 / HOUR_MS * HOUR_MS);
        let windows = whole.entry((row.zone, hour)).or_default();
        windows.entry(row.from).or_default().add(&row.window);
    }
    let mut sums: BTreeMap<u32, Sums> = BTreeMap::new();
    for ((zone, _), windows) in whole {
        let mut hour = Window::default();
        for w in windows.values() {
            hour.add(w);
        }
        for (_, w) in windows.range(from..to) {
            sums.entry(zone).or_default().add(&w.told_by(hour.basis()));
        }
    }
    sums
}

/// All pages of an answer.
pub(super) fn walk(history: &History, q: Question<'_>) -> Vec<TurnoverRow> {
    let mut rows = Vec::new();
    let mut place = None;
    loop {
        let page = history.page(&Question { place, ..q }).unwrap();
        assert!(page.rows.len() <= q.limit, "{}", page.rows.len());
        rows.extend(page.rows);
        match page.next {
            Some(next) => place = Some(next),
            None => return rows,
        }
    }
}

pub(super) fn question(from: Millis, to: Millis, interval: Interval) -> Question<'static> {
    Question {
        zones: None,
        from,
        to,
        interval,
        place: None,
        limit: 1000,
    }
}

#[test]
fn day_is_a_day() {
    assert_eq!(DAY, Calendar::UTC.day_start(DAY));
    assert_eq!(DAY.to_string(), "2026-11-27T00:00:00.000Z");
    let _ = (
        ResumeAt {
            start: DAY,
            zone: 0,
        },
        VisitChange::Assert(visit(0, 0, hour(1))),
        Corrections::default(),
    );
}
