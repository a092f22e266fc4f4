//! Floors of a car park that count, at a whole hub: what was put and counted outlives a restart, and
//! each ages by its own time.

use super::counts::{count, put, start, told, zone};
use crate::domain::Millis;
use serde_json::{Value, json};

/// 2026-11-23T02:00:00Z.
const NOW: Millis = Millis(1_795_399_200_000);
const MIN: u64 = 60_000;

fn floor(id: &str, capacity: u32) -> Value {
    zone(
        id,
        &json!({"name": id, "capacity": capacity, "part_of": "SIZED"}),
    )
}

fn area(id: &str, of: u32, vacant: u32, at: &str) -> Value {
    json!({"zone": id, "name": id, "capacity": of, "vacant": {"car": vacant}, "unknown": 0,
        "closed": 0, "observed_at": at, "stale": false})
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn floors_and_their_counts_outlive_a_restart_and_each_ages_by_its_own_time() {
    let folder = tempfile::tempdir().unwrap();
    let hub = start(folder.path(), NOW).await;
    put(&hub, "zones", floor("B1", 60)).await;
    put(&hub, "zones", floor("B2", 40)).await;
    count(&hub, json!({"zone": "B1", "vacant": 5})).await;
    hub.turn(Millis(NOW.0 + 10 * MIN)).await;
    // One message of a gate: the whole and a floor that says more than there is.
    let both = json!({"counts": [{"zone": "SIZED", "vacant": 50}, {"zone": "B2", "vacant": 44}]});
    let answer = count(&hub, both).await;
    assert_eq!(answer, json!({"accepted": 2, "refused": []}));
    let b1 = area("B1", 60, 5, "2026-11-23T02:00:00.000Z");
    let b2 = area("B2", 40, 40, "2026-11-23T02:10:00.000Z");
    let want = json!({"areas": [b1, b2], "vacant": {"car": 50}, "capacity": 100});
    told(&hub, "SIZED", want.clone()).await;
    hub.hub.stop().await.unwrap();
    let hub = start(folder.path(), Millis(NOW.0 + 11 * MIN)).await;
    told(&hub, "SIZED", want).await;
    hub.turn(Millis(NOW.0 + 16 * MIN)).await;
    let old = json!({"zone": "B1", "name": "B1", "capacity": 60, "vacant": {"car": 0}, "unknown": 60,
        "closed": 0, "observed_at": "2026-11-23T02:00:00.000Z", "stale": true});
    told(&hub, "SIZED", json!({"areas": [old, b2], "stale": false})).await;
    hub.hub.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_car_park_whose_floors_alone_count_is_told_and_found_by_their_sum() {
    let folder = tempfile::tempdir().unwrap();
    let hub = start(folder.path(), NOW).await;
    put(&hub, "zones", floor("B1", 60)).await;
    put(&hub, "zones", floor("B2", 30)).await;
    count(&hub, json!({"zone": "B1", "vacant": 5})).await;
    hub.turn(Millis(NOW.0 + MIN)).await;
    count(&hub, json!({"zone": "B2", "vacant": 7})).await;
    let sum = json!({"vacant": {"car": 12}, "occupied": 78, "unknown": 10, "capacity": 100,
        "stale": false, "observed_at": "2026-11-23T02:00:00.000Z"});
    told(&hub, "SIZED", sum).await;
    let near = "/v1/bays/nearby?lat=1.3&lon=103.8&include=zones";
    let found = hub.until(near, None, |_| true).await;
    let ids: Vec<_> = (found["zones"].as_array().unwrap().iter())
        .map(|zone| (&zone["zone"], &zone["vacant"]))
        .collect();
    assert_eq!(ids, [(&json!("SIZED"), &json!(12))]);
    // A count of the whole that is withdrawn leaves nothing behind.
    let before = hub.until("/v1/zones/SIZED", None, |_| true).await;
    let expected = before["vacant_expected"].as_f64().unwrap();
    assert!((12.0..=22.0).contains(&expected), "{before}");
    count(&hub, json!({"zone": "SIZED", "vacant": 50})).await;
    told(&hub, "SIZED", json!({"vacant": {"car": 50}})).await;
    count(&hub, json!({"zone": "SIZED", "state": "unknown"})).await;
    let mut after = json!({"vacant": {"car": 12}, "unknown": 10});
    for member in ["vacant_expected", "vacant_p10", "vacant_p90"] {
        after[member] = before[member].clone();
    }
    told(&hub, "SIZED", after).await;
    hub.turn(Millis(NOW.0 + 20 * MIN)).await;
    told(&hub, "SIZED", json!({"stale": true, "unknown": 100})).await;
    hub.hub.stop().await.unwrap();
}
