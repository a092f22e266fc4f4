//! Past data through a whole hub: imported while it does not run, asked for when it does.

use super::hub::{Call, PATIENCE, TestHub, digest, settings, write_city};
use crate::app::Failure;
use crate::app::import::{ImportDone, Imports, import_by};
use crate::clock::ManualClock;
use crate::config::{self, Config};
use crate::domain::Millis;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;
use tokio::runtime::Handle;

mod tables;

/// 2026-11-23T02:00:00Z.
const HOUR: Millis = Millis(1_795_399_200_000);
const MINUTE: u64 = 60_000;
const HOUR_MS: u64 = 60 * MINUTE;
const DAY_MS: u64 = 24 * HOUR_MS;
const KEY: &str = "bh_all-of-it";
const ZONES: u64 = 3;
const BAYS: u64 = 4;

/// A folder with a city and a hub's data.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let point = |z: u64, b: u64| json!({"type": "Point", "coordinates": [103.8 + b as f64 / 5e4, 1.3 + z as f64 / 1000.0]});
        let zone = |z: u64| json!({"type": "Feature", "geometry": point(z, 0), "properties": {"id": format!("Z{z}"), "kind": "off_street", "capacity": BAYS}});
        let bay = |z: u64, b: u64| json!({"type": "Feature", "geometry": point(z, b), "properties": {"id": format!("Z{z}-{b}"), "zone": format!("Z{z}")}});
        let zones: Vec<Value> = (0..ZONES).map(zone).collect();
        let bays: Vec<Value> = (0..ZONES)
            .flat_map(|z| (0..BAYS).map(move |b| (z, b)))
            .map(|(z, b)| bay(z, b))
            .collect();
        write_city(folder.path(), &zones, &bays);
        Self(folder)
    }

    fn config(&self) -> Config {
        self.config_of("")
    }

    fn config_of(&self, feed: &str) -> Config {
        let sha256 = digest(KEY);
        let toml = format!(
            "[[keys]]\nname = \"all\"\npartner = \"acme\"\nsha256 = \"{sha256}\"\n\
             source_kind = \"sensor\"\nscopes = [\"report\", \"monitor\"]\nsources = [\"lamp*\"]\n\
             area = \"all\"\n[history]\nkeep_turnover_days = 0\nkeep_visits_days = 0\n{feed}"
        );
        let flags = settings(self.0.path(), &self.data());
        config::parse(&toml, &flags).unwrap()
    }

    fn data(&self) -> PathBuf {
        self.0.path().join("data")
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    async fn import(
        &self,
        format: &str,
        files: &[&Path],
        now: Millis,
    ) -> Result<ImportDone, Failure> {
        self.import_of("", format, files, now).await
    }

    async fn import_of(
        &self,
        feed: &str,
        format: &str,
        files: &[&Path],
        now: Millis,
    ) -> Result<ImportDone, Failure> {
        let asked = Imports {
            from: files.iter().map(|path| path.to_path_buf()).collect(),
            format: format.to_owned(),
            kind: None,
        };
        let config = self.config_of(feed);
        let clock = Arc::new(ManualClock::at(now));
        let done = move || import_by(&config, &asked, clock, &Handle::current());
        tokio::task::spawn_blocking(done).await.unwrap()
    }

    /// All files of the history, by name.
    fn history(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let root = self.data().join("history");
        let mut all = BTreeMap::new();
        let mut folders = vec![root.clone()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let name = path.strip_prefix(&root).unwrap().to_path_buf();
                    all.insert(name, std::fs::read(path).unwrap());
                }
            }
        }
        all
    }
}

/// What the lamp sees of a bay at a minute.
fn state(z: u64, b: u64, minute: u64) -> &'static str {
    let phase = (minute + 7 * z + 13 * b) / (15 + 5 * b);
    if (phase + z).is_multiple_of(2) {
        "occupied"
    } else {
        "vacant"
    }
}

/// What it says then, as a body of `/v1/reports`.
fn body(minute: u64) -> Value {
    let all = (0..ZONES).flat_map(|z| (0..BAYS).map(move |b| (z, b)));
    let one = |(z, b)| json!({"bay": format!("Z{z}-{b}"), "state": state(z, b, minute)});
    let bays: Vec<Value> = all.map(one).collect();
    let at = HOUR.plus(minute * MINUTE);
    json!({"source": "lamp", "at": at.to_string(), "bays": bays})
}

fn lines(minutes: impl Iterator<Item = u64>) -> String {
    minutes.map(|m| body(m).to_string() + "\n").collect()
}

fn whole(rows: usize) -> impl Fn(&Value) -> bool {
    move |page: &Value| {
        let all = page["rows"].as_array().unwrap();
        all.len() == rows && all.iter().all(|row| row["complete"] == true)
    }
}

fn turnover(interval: &str, from: Millis, to: Millis) -> String {
    format!("/v1/turnover?interval={interval}&from={from}&to={to}&limit=1000")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_imported_is_told_as_if_it_had_been_heard_live() {
    let live = Place::new();
    let past = Place::new();
    let hub = TestHub::start(live.config(), HOUR).await;
    for minute in (0..=75).step_by(3) {
        hub.turn(HOUR.plus(minute * MINUTE + 1000)).await;
        hub.reported(KEY, &body(minute)).await;
    }
    hub.turn(HOUR.plus(80 * MINUTE)).await;
    let paths = [
        (turnover("1h", HOUR, HOUR.plus(HOUR_MS)), ZONES as usize),
        (
            turnover("5m", HOUR, HOUR.plus(HOUR_MS)),
            12 * ZONES as usize,
        ),
    ];
    let mut want = Vec::new();
    for (path, rows) in &paths {
        want.push(hub.until(path, Some(KEY), whole(*rows)).await["rows"].clone());
    }
    hub.hub.stop().await.unwrap();
    // In no order, and some of it twice.
    let minutes = (0..=75)
        .step_by(3)
        .map(|m| m * 7 % 78)
        .chain((0..30).step_by(3));
    let file = past.file("past.jsonl", &lines(minutes));
    let later = HOUR.plus(3 * DAY_MS);
    past.import("reports", &[&file], later)
        .await
        .unwrap()
        .verdict()
        .unwrap();
    let hub = TestHub::start(past.config(), later).await;
    for ((path, rows), want) in paths.iter().zip(want) {
        assert_eq!(hub.until(path, Some(KEY), whole(*rows)).await["rows"], want);
    }
    // And nothing of it is shown as if it were so now.
    let zone = hub.until("/v1/zones/Z0", None, |_| true).await;
    assert_eq!(zone["stale"], true, "{zone}");
    hub.hub.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_parts_that_overlap_or_once_more_the_history_is_the_same_to_the_byte() {
    let one = Place::new();
    let two = Place::new();
    let later = HOUR.plus(3 * DAY_MS);
    let days = || {
        (0..2 * 24 * 60)
            .step_by(30)
            .filter(|m| !(300..900).contains(m))
    };
    let file = one.file("all.jsonl", &lines(days()));
    let done = one.import("reports", &[&file], later).await.unwrap();
    assert!(
        done.summary(1.0)
            .contains("settled from 2026-11-23T02:00:00.000Z"),
        "{}",
        done.summary(1.0)
    );
    let history = one.history();
    assert!(history.len() > 40, "{}", history.len());
    let again = one.import("reports", &[&file, &file], later).await.unwrap();
    assert_eq!((again.came.fresh, one.history() == history), (0, true));
    let early = two.file("a.jsonl", &lines(days().filter(|m| *m < 1500)));
    let late = two.file("b.jsonl", &lines(days().filter(|m| *m > 1000)));
    two.import("reports", &[&late], later).await.unwrap();
    assert_ne!(two.history(), history);
    two.import("reports", &[&early], later).await.unwrap();
    assert_eq!(two.history(), history);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_folder_is_a_hubs_or_an_imports() {
    let place = Place::new();
    let file = place.file("past.jsonl", &lines(0..3));
    let later = HOUR.plus(DAY_MS);
    let hub = TestHub::start(place.config(), later).await;
    let e = place.import("reports", &[&file], later).await.unwrap_err();
    assert!(
        matches!(&e, Failure::Unavailable(why) if why.contains("uses this folder")),
        "{e}"
    );
    hub.hub.stop().await.unwrap();
    place.import("reports", &[&file], later).await.unwrap();
    let held = crate::app::folder::own_folder(&place.data()).unwrap();
    let e = TestHub::start_without(place.config(), later, Vec::new())
        .await
        .err()
        .unwrap();
    assert!(e.to_string().contains("uses this folder"), "{e}");
    drop(held);
    let nothing = place.file("bad.jsonl", "{\"bay\":\"Z0-0\",\"state\":\"vacant\"}\n");
    let done = place.import("reports", &[&nothing], later).await.unwrap();
    assert!(done.summary(1.0).contains("refused as without_time: 1"));
    assert!(matches!(done.verdict(), Err(Failure::Config(_))));
    let e = place.import("visit", &[&nothing], later).await.unwrap_err();
    assert!(
        e.to_string()
            .contains("none of reports, counts, visits, mapping"),
        "{e}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_hub_heard_itself_goes_before_and_what_it_missed_is_filled() {
    let place = Place::new();
    let hub = TestHub::start(place.config(), HOUR).await;
    for minute in (0..=12).step_by(3) {
        hub.turn(HOUR.plus(minute * MINUTE + 1000)).await;
        hub.reported(KEY, &body(minute)).await;
    }
    // From here on it hears nothing, for three hours.
    for minute in (30..=240).step_by(15) {
        hub.turn(HOUR.plus(minute * MINUTE)).await;
    }
    let first = turnover("1h", HOUR, HOUR.plus(HOUR_MS));
    let own = hub.until(&first, Some(KEY), whole(3)).await;
    let missed = turnover("1h", HOUR.plus(HOUR_MS), HOUR.plus(2 * HOUR_MS));
    let unknown = hub.until(&missed, Some(KEY), whole(3)).await;
    assert_eq!(unknown["rows"][0]["coverage"], 0.0, "{unknown}");
    let end = Instant::now() + PATIENCE;
    let told = place
        .data()
        .join("history/turnover/date=2026-11-23/04.parquet");
    while !told.exists() && Instant::now() < end {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    hub.hub.stop().await.unwrap();
    let file = place.file("dump.jsonl", &lines((0..=179).step_by(3)));
    let later = HOUR.plus(240 * MINUTE);
    let done = place.import("reports", &[&file], later).await.unwrap();
    assert!(
        done.summary(1.0)
            .contains("3 hours of zones stay as the hub"),
        "{}",
        done.summary(1.0)
    );
    // Out of memory, where there is a checkpoint, and out of files.
    for wait in [0, 3 * DAY_MS] {
        let hub = TestHub::start(place.config(), later.plus(wait)).await;
        assert_eq!(
            hub.until(&first, Some(KEY), whole(3)).await["rows"],
            own["rows"]
        );
        let filled = hub.until(&missed, Some(KEY), whole(3)).await;
        for row in filled["rows"].as_array().unwrap() {
            assert_eq!(row["coverage"], 1.0, "{row}");
        }
        hub.hub.stop().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stays_of_visits_are_visits_and_between_them_a_bay_is_vacant() {
    let place = Place::new();
    let mut text = "bay,from,to\n".to_owned();
    for n in 0..6 {
        let from = HOUR.plus(n * 20 * MINUTE);
        let to = from.plus(10 * MINUTE);
        text.push_str(&["Z0-0,", &from.to_string(), ",", &to.to_string(), "\n"].concat());
    }
    // A day, with nothing else said.
    let day = [
        HOUR.plus(10 * MINUTE),
        HOUR.plus(10 * MINUTE + 20 * HOUR_MS),
    ];
    let [from, to] = day.map(|at| at.to_string());
    text.push_str(&["Z1-1,", &from, ",", &to, "\n"].concat());
    let file = place.file("visits.csv", &text);
    let later = HOUR.plus(3 * DAY_MS);
    place
        .import("visits", &[&file], later)
        .await
        .unwrap()
        .verdict()
        .unwrap();
    let hub = TestHub::start(place.config(), later).await;
    let path = turnover("1h", HOUR, HOUR.plus(21 * HOUR_MS));
    let page = hub
        .until(&path, Some(KEY), |page| {
            page["rows"].as_array().unwrap().len() >= 42
        })
        .await;
    let visits = |zone: &str| {
        let of = page["rows"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|row| row["zone"] == zone);
        of.map(|row| row["visits"].as_i64().unwrap()).sum::<i64>()
    };
    assert_eq!((visits("Z0"), visits("Z1")), (6, 1), "{page}");
    let row = &page["rows"][0];
    // One of four bays is known: half of the time taken, half of it not.
    assert_eq!(
        (row["zone"].as_str(), &row["occupancy"], &row["coverage"]),
        (Some("Z0"), &json!(0.5), &json!(0.25)),
        "{row}"
    );
    let call = Call {
        method: "GET",
        path: "/readyz",
        ..Call::default()
    };
    assert_eq!(hub.call(call).await.0, 200);
    hub.hub.stop().await.unwrap();
}
