//! A city that only counts, at a whole hub: what its gates counted is the authority's hour and an app's
//! history, and is so after a start.

use super::hub::{Call, TestHub, digest, settings, write_city};
use crate::config;
use crate::domain::Millis;
use serde_json::{Value, json};
use std::path::Path;

/// 2026-11-23T02:00:00Z.
const HOUR: Millis = Millis(1_795_399_200_000);
const MINUTE: u64 = 60_000;
const KEY: &str = "bh_all-of-it";
const ZONES: u64 = 40;

async fn start(folder: &Path, now: Millis) -> TestHub {
    let zone = |n: u64| {
        let at = json!({"type": "Point", "coordinates": [103.8, 1.3 + n as f64 / 1000.0]});
        let kind = if n == 7 { "private" } else { "off_street" };
        // Nobody but its gate knows how many bays a car park has, as in most open data.
        json!({"type": "Feature", "geometry": at, "properties": {"id": id(n), "kind": kind}})
    };
    write_city(folder, &(0..ZONES).map(zone).collect::<Vec<_>>(), &[]);
    let sha256 = digest(KEY);
    let toml = format!(
        "[[keys]]\nname = \"all\"\npartner = \"acme\"\nsha256 = \"{sha256}\"\n\
         source_kind = \"gate\"\nscopes = [\"report\", \"monitor\"]\nsources = [\"feed\"]\n\
         area = \"all\"\n"
    );
    let flags = settings(folder, &folder.join("data"));
    TestHub::start(config::parse(&toml, &flags).unwrap(), now).await
}

fn id(n: u64) -> String {
    format!("P{n}")
}

fn capacity(n: u64) -> u64 {
    20 + n * 37 % 400
}

/// Vacant bays of zone `n` at the minute; one is full at times, as real ones are.
fn vacant(n: u64, minute: u64) -> u64 {
    (n * 31 + minute * 17) % (capacity(n) + 1) * u64::from(!(n + minute / 5).is_multiple_of(6))
}

/// All that the feed says of one minute, as it takes it: one call.
async fn count(hub: &TestHub, minute: u64) {
    let at = HOUR.plus(minute * MINUTE).to_string();
    let one = |n: u64| json!({"zone": id(n), "vacant": vacant(n, minute), "capacity": capacity(n), "at": at});
    let counts: Vec<Value> = (0..ZONES).map(one).collect();
    let body = json!({"source": "feed", "counts": counts});
    let told = hub.done(Call {
        method: "POST",
        path: "/v1/counts",
        key: Some(KEY),
        body: Some(&body),
        ..Call::default()
    });
    assert_eq!(told.await["accepted"], ZONES);
}

fn hour_of(n: u64) -> Value {
    let windows = (0..12).map(|w| (vacant(n, w * 5), capacity(n)));
    let share = |of: &dyn Fn(u64, u64) -> u64| {
        let sum: u64 = windows.clone().map(|(v, c)| of(v, c)).sum();
        sum as f64 / 12.0
    };
    let rounded = |share: f64| (share * 10_000.0).round() / 10_000.0;
    json!([
        rounded(share(&|v, c| c - v) / capacity(n) as f64),
        rounded(share(&|v, _| u64::from(v == 0))),
        rounded(share(&|v, c| u64::from((c - v) * 100 > c * 85))),
        1.0,
        "count",
        null,
    ])
}

fn told(row: &Value) -> Value {
    let f = |name: &str| row[name].as_f64().unwrap();
    json!([
        f("occupancy"),
        f("full_fraction"),
        f("above_85_fraction"),
        f("coverage"),
        row["basis"],
        row["visits"],
    ])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_gates_counted_is_the_hour_of_their_zones_also_after_a_start() {
    let folder = tempfile::tempdir().unwrap();
    let hub = start(folder.path(), HOUR).await;
    // Two rounds came while the hub was away, and are sent late: they count as if in time.
    for minute in (0..60).step_by(5).filter(|m| ![20, 25].contains(m)) {
        hub.turn(HOUR.plus(minute * MINUTE)).await;
        count(&hub, minute).await;
    }
    count(&hub, 20).await;
    count(&hub, 25).await;
    hub.turn(HOUR.plus(75 * MINUTE)).await;
    let next = HOUR.plus(60 * MINUTE);
    let path = format!("/v1/turnover?interval=1h&from={HOUR}&to={next}");
    let all = |page: &Value| {
        let rows = page["rows"].as_array().unwrap();
        rows.len() == ZONES as usize && rows.iter().all(|row| row["complete"] == true)
    };
    let before = hub.until(&path, Some(KEY), all).await;
    for row in before["rows"].as_array().unwrap() {
        let n = row["zone"].as_str().unwrap()[1..].parse().unwrap();
        assert_eq!(told(row), hour_of(n), "{row}");
    }
    let of = format!("?interval=15m&from={HOUR}&to={next}");
    let history = |n: u64| format!("/v1/zones/{}/history{of}", id(n));
    let app = hub.until(&history(3), None, |_| true).await;
    let quarters = app["rows"].as_array().unwrap();
    assert_eq!(quarters.len(), 4);
    let mean = quarters.iter().map(|q| q["occupancy"].as_f64().unwrap());
    let mean = mean.sum::<f64>() / 4.0;
    assert!(
        (mean - hour_of(3)[0].as_f64().unwrap()).abs() < 1e-4,
        "{app}"
    );
    // A private car park that only counts is nobody's but the authority's.
    let call = Call {
        method: "GET",
        path: &history(7),
        ..Call::default()
    };
    assert_eq!(hub.call(call).await.0, 404);
    hub.hub.stop().await.unwrap();
    let hub = start(folder.path(), HOUR.plus(76 * MINUTE)).await;
    let after = hub.until(&path, Some(KEY), all).await;
    assert_eq!(after["rows"], before["rows"]);
    assert_eq!(
        hub.until(&history(3), None, |_| true).await["rows"],
        app["rows"]
    );
    hub.hub.stop().await.unwrap();
}
