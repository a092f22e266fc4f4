//! A city whose car parks only count, from snapshots of its feed: whatever the rows are (stale for
//! years, of several kinds, with more free bays than bays, without a total), nothing old is shown as
//! live, nothing above its capacity, and every car park with room is found by who stands there.
//!
//! The feed is the real one where it lies beside the project, else one with the same oddities.

use super::hub::{Call, TestHub, digest, settings, write_city};
use crate::config;
use crate::domain::Millis;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

const GATE: &str = "bh_gate";
const STALE_AFTER_MS: u64 = 15 * 60_000;

/// One count of the feed.
#[derive(Clone, Debug)]
struct FeedRow {
    zone: String,
    kind: &'static str,
    vacant: u64,
    total: u64,
    at: Millis,
}

struct Snapshot {
    at: Millis,
    rows: Vec<FeedRow>,
}

/// The snapshots beside the project; `None` where there are none.
fn real() -> Option<Vec<Snapshot>> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()?
        .join("shared/data/sg_carpark_availability.jsonl");
    let text = std::fs::read_to_string(file).ok()?;
    Some(text.lines().map(snapshot).collect())
}

fn snapshot(line: &str) -> Snapshot {
    let feed: Value = serde_json::from_str(line).unwrap();
    let item = &feed["items"][0];
    let time = |value: &Value, zone: &str| {
        let text = format!("{}{zone}", value.as_str().unwrap());
        Millis::parse(&text).unwrap_or_else(|| panic!("{text}"))
    };
    let number = |value: &Value| value.as_str().unwrap().parse().unwrap();
    let mut rows = Vec::new();
    for car_park in item["carpark_data"].as_array().unwrap() {
        for info in car_park["carpark_info"].as_array().unwrap() {
            rows.push(FeedRow {
                zone: car_park["carpark_number"].as_str().unwrap().to_owned(),
                kind: match info["lot_type"].as_str().unwrap() {
                    "Y" => "motorcycle",
                    "H" => "heavy",
                    _ => "car",
                },
                vacant: number(&info["lots_available"]),
                total: number(&info["total_lots"]),
                at: time(&car_park["update_datetime"], "+08:00"),
            });
        }
    }
    Snapshot {
        at: time(&item["timestamp"], ""),
        rows,
    }
}

/// Its like, made up.
fn made_up() -> Vec<Snapshot> {
    let at = Millis::parse("2022-08-01T02:59:27+08:00").unwrap();
    let rows = (0..400_u64).flat_map(move |n| {
        let age = match n % 20 {
            0 => 3 * 365 * 86_400_000,
            1 => 3 * 86_400_000,
            2 => 40 * 60_000,
            _ => n % 14 * 60_000,
        };
        let row = move |kind, vacant, total| FeedRow {
            zone: format!("CP{n}"),
            kind,
            vacant,
            total,
            at: Millis(at.0 - age),
        };
        let total = [0, 1, 90, 200, 583][n as usize % 5];
        let vacant = [0, 1, 60, 250, 7][n as usize / 5 % 5];
        let bikes = row("motorcycle", n % 13, 12);
        std::iter::once(row("car", vacant, total)).chain((n % 4 == 0).then_some(bikes))
    });
    vec![Snapshot {
        at,
        rows: rows.collect(),
    }]
}

/// A grid of car parks, one every 1.1 km, of which nobody knows how many bays they have.
fn place(n: usize) -> (f64, f64) {
    let round = |degrees: f64| (degrees * 1e7).round() / 1e7;
    (
        round(1.0 + (n / 50) as f64 / 100.0),
        round(103.5 + (n % 50) as f64 / 100.0),
    )
}

async fn start(folder: &Path, snapshot: &Snapshot) -> (TestHub, BTreeMap<String, usize>) {
    let mut places = BTreeMap::new();
    for row in &snapshot.rows {
        let n = places.len();
        places.entry(row.zone.clone()).or_insert(n);
    }
    let zone = |(id, n): (&String, &usize)| {
        let (lat, lon) = place(*n);
        json!({"type": "Feature", "geometry": {"type": "Point", "coordinates": [lon, lat]},
            "properties": {"id": id, "kind": "off_street"}})
    };
    let zones: Vec<Value> = places.iter().map(zone).collect();
    write_city(folder, &zones, &[]);
    let toml = format!(
        "limits.rates = false\n[[keys]]\nname = \"gate\"\npartner = \"p\"\nsha256 = \"{}\"\n\
         source_kind = \"gate\"\nscopes = [\"report\"]\nsources = [\"feed\"]\narea = \"all\"\n",
        digest(GATE)
    );
    let flags = settings(folder, &folder.join("data"));
    let hub = TestHub::start(config::parse(&toml, &flags).unwrap(), snapshot.at).await;
    (hub, places)
}

/// Sends the whole snapshot; what is refused must be too old, or ahead of the clock.
async fn send(hub: &TestHub, snapshot: &Snapshot) {
    for rows in snapshot.rows.chunks(1_000) {
        let counts: Vec<Value> = rows
            .iter()
            .map(|row| {
                json!({"zone": row.zone, "kind": row.kind, "vacant": row.vacant,
                    "capacity": row.total, "at": row.at.to_string()})
            })
            .collect();
        let body = json!({"source": "feed", "counts": counts});
        let answer = hub
            .done(Call {
                method: "POST",
                path: "/v1/counts",
                key: Some(GATE),
                body: Some(&body),
                ..Call::default()
            })
            .await;
        let refused = answer["refused"].as_array().unwrap();
        for one in refused {
            let row = &rows[one["index"].as_u64().unwrap() as usize];
            let reason = if row.at > snapshot.at {
                "too_far_in_future"
            } else {
                "too_old"
            };
            assert!(
                one["reason"] == reason && !is_taken(row, snapshot.at),
                "{row:?}"
            );
        }
        let taken = answer["accepted"].as_u64().unwrap() as usize;
        assert_eq!(taken + refused.len(), rows.len());
    }
}

fn is_taken(row: &FeedRow, now: Millis) -> bool {
    now.since(row.at) <= 86_400_000 && row.at.since(now) <= 60_000
}

/// Whether it must be told as it is, by its age.
fn is_live(row: &FeedRow, now: Millis) -> bool {
    is_taken(row, now) && now.since(row.at) <= STALE_AFTER_MS
}

async fn get(hub: &TestHub, path: &str) -> Value {
    hub.done(Call {
        method: "GET",
        path,
        ..Call::default()
    })
    .await
}

/// Every zone, by id.
async fn zones(hub: &TestHub) -> BTreeMap<String, Value> {
    let mut all = BTreeMap::new();
    let mut path = "/v1/zones?limit=1000".to_owned();
    loop {
        let page = get(hub, &path).await;
        for zone in page["zones"].as_array().unwrap() {
            all.insert(zone["zone"].as_str().unwrap().to_owned(), zone.clone());
        }
        let Some(next) = page["next"].as_str() else {
            return all;
        };
        path = format!("/v1/zones?limit=1000&cursor={next}");
    }
}

/// How many rows are told as they are, against what the feed said.
fn check_rows(snapshot: &Snapshot, zones: &BTreeMap<String, Value>) -> usize {
    let mut live = 0;
    for row in &snapshot.rows {
        let zone = &zones[&row.zone];
        let told = zone["vacant"][row.kind].as_u64();
        let capacity = zone["capacity_by_kind"][row.kind].as_u64().unwrap_or(0);
        assert!(told.unwrap_or(0) <= capacity, "{row:?}: {zone}");
        if !is_live(row, snapshot.at) {
            assert!(told.unwrap_or(0) == 0, "{row:?} is old: {zone}");
            continue;
        }
        // A total of 0 beside free bays is none.
        let most = if row.total == 0 {
            row.vacant
        } else {
            row.total
        };
        assert_eq!(told, Some(row.vacant.min(most)), "{row:?}: {zone}");
        live += 1;
    }
    live
}

/// Who stands at a car park that has room must find it, and nobody one that has none.
async fn check_nearby(hub: &TestHub, snapshot: &Snapshot, places: &BTreeMap<String, usize>) {
    for row in &snapshot.rows {
        let (lat, lon) = place(places[&row.zone]);
        let kind = row.kind;
        let path = format!("/v1/bays/nearby?lat={lat}&lon={lon}&radius_m=50&kind={kind}");
        let near = get(hub, &path).await;
        let found: Vec<&str> = near["zones"]
            .as_array()
            .unwrap()
            .iter()
            .map(|zone| zone["zone"].as_str().unwrap())
            .collect();
        let has_room = row.vacant > 0 && is_live(row, snapshot.at);
        let want = if has_room { vec![&*row.zone] } else { vec![] };
        assert_eq!(found, want, "{row:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_feed_of_car_parks_is_told_as_it_is_where_it_is_live_and_not_at_all_where_it_is_old() {
    for snapshot in real().unwrap_or_else(made_up) {
        let folder = tempfile::tempdir().unwrap();
        let (hub, places) = start(folder.path(), &snapshot).await;
        send(&hub, &snapshot).await;
        let last = snapshot
            .rows
            .iter()
            .rfind(|row| is_live(row, snapshot.at))
            .unwrap();
        let path = format!("/v1/zones/{}", last.zone);
        hub.until(&path, None, |zone| zone["stale"] == false).await;
        let told = zones(&hub).await;
        assert_eq!(told.len(), places.len());
        let live = check_rows(&snapshot, &told);
        assert!(
            live * 2 > snapshot.rows.len(),
            "{live} live rows say little"
        );
        check_nearby(&hub, &snapshot, &places).await;
        hub.hub.stop().await.unwrap();
    }
}
