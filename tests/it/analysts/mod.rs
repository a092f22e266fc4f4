//! Other people's tools read the history: DuckDB adds up the files and gets what the hub says.

use crate::demo::mqtt::{missing, peer};
use bayhub::clock::ManualClock;
use bayhub::domain::turnover::{HOUR_MS, WINDOW_MS};
use bayhub::domain::{
    Corrections, Millis, SettledHour, SourceKinds, Stays, Sums, Visit, VisitChange, Window,
    WindowRow,
};
use bayhub::history::{
    Around, Cells, Class, Config, Export, Format, History, Interval, Numbered, Question,
    RecentFigures, SettledPart,
};
use bayhub::metrics::Metrics;
use serde_json::Value;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

/// 2026-11-27T00:00:00Z
const DAY: Millis = Millis(1_795_737_600_000);

/// A stream that remembers nothing: everything is answered from files.
struct Forgetful;

impl RecentFigures for Forgetful {
    fn settled_to(&self) -> Millis {
        DAY.plus(48 * HOUR_MS)
    }

    fn oldest(&self) -> Millis {
        Millis::MAX
    }

    fn cells(&self, _: Millis, _: bool) -> Option<Cells> {
        None
    }

    fn stamp(&self, _: Millis) -> Option<u64> {
        None
    }
}

fn window(zone: u32, from: Millis, n: i64) -> WindowRow {
    let mut stays = Stays::default();
    (0..n).for_each(|i| stays.count(300_000 + i as u64 * 700_000));
    let window = Window {
        occupied_ms: n * 100_000,
        vacant_ms: 900_000,
        unknown_ms: 50_000,
        started: n,
        ended: n,
        stay_ms: n * 650_000,
        stays,
        occupied_at: n,
        vacant_at: 9 - n,
        ..Window::default()
    };
    WindowRow { zone, from, window }
}

fn visit(bay: u32, end: Millis) -> Visit {
    let kinds = SourceKinds::default();
    Visit {
        bay,
        zone: bay % 3,
        start: Millis(end.0 - 400_000),
        end,
        start_seen: true,
        end_seen: bay.is_multiple_of(2),
        kinds,
    }
}

/// Thirty hours over midnight, and late reports about some of them.
fn told() -> Vec<SettledPart> {
    let mut told = Vec::new();
    for h in 10..40 {
        let hour = DAY.plus(h * HOUR_MS);
        let windows = (0..3).flat_map(|z| (0..12).map(move |w| (z, w)));
        let windows = windows.map(|(z, w)| {
            window(
                z,
                hour.plus(w * WINDOW_MS),
                ((h * 5 + w + u64::from(z)) % 9) as i64,
            )
        });
        let visits = (0..20)
            .map(|n| visit(n, hour.plus(u64::from(n) * 60_000)))
            .collect();
        told.push(SettledPart::Hour(Arc::new(SettledHour {
            hour,
            windows: windows.collect(),
            visits,
        })));
        if h % 4 == 0 {
            let wrong = visit(3, hour.plus(3 * 60_000));
            let visits = vec![
                VisitChange::Retract(wrong),
                VisitChange::Assert(Visit {
                    end: wrong.end.plus(1),
                    ..wrong
                }),
            ];
            let windows = vec![window(1, hour, 4), window(2, Millis(hour.0 - HOUR_MS), 1)];
            let hour = hour.plus(HOUR_MS);
            told.push(SettledPart::Corrections(Arc::new(Corrections {
                hour,
                windows,
                visits,
            })));
        }
    }
    told
}

fn history(dir: &Path, runtime: &tokio::runtime::Runtime) -> History {
    let around = Around {
        names: Arc::new(Numbered),
        clock: Arc::new(ManualClock::at(DAY.plus(48 * HOUR_MS))),
        metrics: Arc::new(Metrics::new()),
        health: Arc::default(),
    };
    let config = Config {
        queue_hours: 100,
        ..Config::default()
    };
    let (history, keeper) = History::open(
        &config,
        dir,
        runtime.handle().clone(),
        Arc::new(Forgetful),
        around,
    )
    .expect("a folder");
    for settled in told() {
        keeper.offer(0, 1, &settled);
    }
    keeper.stop();
    History::keep(&keeper)
        .expect("a thread")
        .join()
        .expect("written");
    history
}

/// What `sums.py` printed; `None` where DuckDB is not installed.
fn duckdb(folder: &Path, exported: &Path) -> Option<Value> {
    let there = peer(Command::new("python3").args(["-c", "import duckdb"]))?;
    if !there.status.success() {
        missing("duckdb (python3 -m pip install duckdb)");
        return None;
    }
    let mut command = Command::new("python3");
    command
        .arg(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/it/analysts/sums.py"
        ))
        .args([folder, exported]);
    let output = peer(&mut command)?;
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Some(serde_json::from_slice(&output.stdout).expect("JSON"))
}

#[test]
fn duckdb_adds_up_files_and_corrections_to_what_the_hub_says() {
    let dir = tempfile::tempdir().expect("a folder");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let history = history(dir.path(), &runtime);
    let q = Question {
        zones: None,
        from: DAY,
        to: DAY.plus(48 * HOUR_MS),
        interval: Interval::Hour,
        place: None,
        limit: 10_000,
    };
    let page = history.page(&q).expect("an answer");
    // Only hours before and after what was written are missing, and those it knows of.
    assert_eq!(
        (page.rows.len(), page.next),
        (30 * 3, None),
        "{:?}",
        page.gaps
    );
    let export = Export {
        class: Class::Visits,
        from: DAY,
        to: DAY.plus(48 * HOUR_MS),
        zone: None,
        format: Format::Parquet,
    };
    let exported = dir.path().join("visits.parquet");
    let out = std::fs::File::create(&exported).expect("a file");
    let rows = export
        .write(
            &Config::default(),
            dir.path(),
            runtime.handle().clone(),
            out,
        )
        .expect("an export");
    let Some(said) = duckdb(&dir.path().join("history"), &exported) else {
        return;
    };

    let hours = said["hours"].as_array().expect("rows");
    assert_eq!(hours.len(), page.rows.len());
    for (theirs, ours) in hours.iter().zip(&page.rows) {
        let Sums {
            occupied_ms,
            vacant_ms,
            unknown_ms,
            started,
            ended,
            stay_ms,
            stays,
            ..
        } = ours.sums.as_ref().expect("told");
        let counted: i64 = stays.buckets().iter().map(|(_, n)| i64::from(*n)).sum();
        let want = serde_json::json!([
            ours.zone.to_string(),
            ours.from.0,
            occupied_ms,
            vacant_ms,
            unknown_ms,
            started,
            ended,
            stay_ms,
            counted
        ]);
        assert_eq!(theirs, &want);
    }
    assert_eq!(
        said["visits"],
        30 * 20,
        "one taken back for each that was put right"
    );
    assert_eq!(
        (&said["exported"], rows),
        (&serde_json::json!(30 * 20), 30 * 20)
    );
    assert_eq!(said["longest"], 400_001, "the visits that were put right");
}
