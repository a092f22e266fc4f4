//! Car parks that only count, at a whole hub: each sort of count as it is told, what the registry is
//! told while the hub runs, and all of it again after a crash.

use super::hub::{Call, TestHub, digest, settings, write_city};
use crate::config;
use crate::domain::Millis;
use serde_json::{Value, json};
use std::path::Path;

/// 2026-11-23T02:00:00Z.
const NOW: Millis = Millis(1_795_399_200_000);
const GATE: &str = "bh_gate";
const ADMIN: &str = "bh_admin";

fn point() -> Value {
    json!({"type": "Point", "coordinates": [103.8, 1.3]})
}

pub(super) fn zone(id: &str, rest: &Value) -> Value {
    let mut properties = json!({"id": id, "kind": "off_street"});
    let members = properties.as_object_mut().unwrap();
    members.extend(rest.as_object().unwrap().clone());
    json!({"type": "Feature", "geometry": point(), "properties": properties})
}

/// `SIZED` has 100 bays for cars, of `UNSIZED` nobody knows, `BOTH` has 3 sensed bays of 10.
fn city(folder: &Path) {
    let bay = |n: u32| {
        json!({"type": "Feature", "geometry": point(),
            "properties": {"id": format!("BOTH-{n}"), "zone": "BOTH"}})
    };
    let zones = [
        zone("SIZED", &json!({"capacity": "100"})),
        zone("UNSIZED", &json!({})),
        zone(
            "KINDS",
            &json!({"capacity_by_kind": {"car": 40, "motorcycle": 10}}),
        ),
        zone("BOTH", &json!({"capacity": 10})),
    ];
    write_city(folder, &zones, &[bay(1), bay(2), bay(3)]);
}

pub(super) async fn start(folder: &Path, now: Millis) -> TestHub {
    city(folder);
    let key = |name: &str, scope: &str, key: &str| {
        let sha256 = digest(key);
        format!(
            "[[keys]]\nname = \"{name}\"\npartner = \"p\"\nsha256 = \"{sha256}\"\n\
             source_kind = \"gate\"\nscopes = [\"{scope}\"]\nsources = [\"gate-*\"]\n\
             area = \"all\"\n"
        )
    };
    let toml = key("gate", "report", GATE) + &key("admin", "admin", ADMIN);
    let flags = settings(folder, &folder.join("data"));
    TestHub::start(config::parse(&toml, &flags).unwrap(), now).await
}

pub(super) async fn count(hub: &TestHub, body: Value) -> Value {
    let mut body = body;
    body["source"] = "gate-1".into();
    hub.done(Call {
        method: "POST",
        path: "/v1/counts",
        key: Some(GATE),
        body: Some(&body),
        ..Call::default()
    })
    .await
}

pub(super) async fn put(hub: &TestHub, what: &str, body: Value) {
    hub.done(Call {
        method: "PUT",
        path: &format!("/v1/admin/{what}"),
        key: Some(ADMIN),
        body: Some(&body),
        ..Call::default()
    })
    .await;
}

/// Waits until a zone tells that of itself; the members that are not named do not matter.
pub(super) async fn told(hub: &TestHub, id: &str, want: Value) {
    let want = want.as_object().unwrap();
    let path = format!("/v1/zones/{id}");
    let holds = |zone: &Value| {
        let sum: u64 = ["occupied", "unknown", "closed", "reserved"]
            .map(|member| zone[member].as_u64().unwrap())
            .iter()
            .sum();
        let vacant = zone["vacant"].as_object().unwrap();
        let vacant: u64 = vacant.values().map(|n| n.as_u64().unwrap()).sum();
        assert_eq!(sum + vacant, zone["capacity"].as_u64().unwrap(), "{zone}");
        want.iter().all(|(name, value)| zone[name] == *value)
    };
    hub.until(&path, None, holds).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_sort_of_count_is_told_as_what_it_says() {
    let folder = tempfile::tempdir().unwrap();
    let hub = start(folder.path(), NOW).await;
    told(
        &hub,
        "SIZED",
        json!({"vacant": {}, "unknown": 100, "counted": false}),
    )
    .await;
    let sized = json!({"car": 100});
    for (said, want) in [
        (
            json!({"vacant": 5}),
            json!({"vacant": {"car": 5}, "occupied": 95, "occupancy": 0.95}),
        ),
        (
            json!({"occupied": 30.0}),
            json!({"vacant": {"car": 70}, "occupied": 30}),
        ),
        (
            json!({"vacant": 120}),
            json!({"vacant": {"car": 100}, "occupied": 0}),
        ),
        (
            json!({"vacant": -7}),
            json!({"vacant": {"car": 0}, "occupied": 100}),
        ),
        (
            json!({"vacant": 4_294_967_296_u64}),
            json!({"vacant": {"car": 100}}),
        ),
        (
            json!({"vacant": 3, "capacity": 0}),
            json!({"vacant": {"car": 3}, "occupied": 97}),
        ),
        (
            json!({"state": "closed"}),
            json!({"closed": 100, "occupied": 0, "occupancy": null}),
        ),
        (
            json!({"state": "unknown"}),
            json!({"unknown": 100, "vacant": {}, "occupancy": null, "counted": false}),
        ),
    ] {
        let mut said = said;
        said["zone"] = "SIZED".into();
        let answer = count(&hub, said).await;
        assert_eq!(answer, json!({"accepted": 1, "refused": []}));
        let mut want = want;
        want["capacity_by_kind"] = sized.clone();
        told(&hub, "SIZED", want).await;
    }
    let list = json!({"counts": [
        {"zone": "UNSIZED", "vacant": 40, "capacity": 100},
        {"zone": "KINDS", "vacant": 7, "kind": "motorcycle"},
        {"zone": "KINDS", "vacant": 2, "capacity": 5, "kind": "heavy"},
        {"zone": "NOWHERE", "vacant": 1},
        {"zone": "BOTH", "vacant": 4, "capacity": 12},
    ]});
    let answer = count(&hub, list).await;
    assert_eq!(answer["accepted"], 4);
    assert_eq!(answer["refused"][0]["reason"], "unknown_zone");
    told(
        &hub,
        "UNSIZED",
        json!({"vacant": {"car": 40}, "capacity": 100, "occupied": 60}),
    )
    .await;
    let kinds = json!({"vacant": {"motorcycle": 7, "heavy": 2}, "occupied": 6, "unknown": 40,
        "capacity_by_kind": {"car": 40, "motorcycle": 10, "heavy": 5}});
    told(&hub, "KINDS", kinds).await;
    told(
        &hub,
        "BOTH",
        json!({"vacant": {"car": 4}, "capacity": 12, "counted": true}),
    )
    .await;
    hub.hub.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_registry_is_told_shows_at_once_and_counts_outlive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let hub = start(folder.path(), NOW).await;
    put(&hub, "zones", zone("NEW", &json!({"capacity": 100}))).await;
    let new = hub
        .done(Call {
            method: "GET",
            path: "/v1/zones/NEW",
            ..Call::default()
        })
        .await;
    assert_eq!(
        (&new["capacity"], &new["unknown"]),
        (&json!(100), &json!(100))
    );
    count(&hub, json!({"zone": "NEW", "vacant": 10, "capacity": 50})).await;
    told(&hub, "NEW", json!({"capacity": 50, "occupied": 40})).await;
    put(&hub, "zones", zone("NEW", &json!({"capacity": 80}))).await;
    // No report comes: the clock alone.
    hub.turn(Millis(NOW.0 + 1_000)).await;
    told(
        &hub,
        "NEW",
        json!({"capacity": 80, "vacant": {"car": 10}, "occupied": 70}),
    )
    .await;
    count(
        &hub,
        json!({"zone": "UNSIZED", "occupied": 9, "capacity": 30}),
    )
    .await;
    count(&hub, json!({"zone": "SIZED", "state": "closed"})).await;
    told(&hub, "SIZED", json!({"closed": 100})).await;
    told(&hub, "UNSIZED", json!({"occupied": 9})).await;
    hub.hub.stop().await.unwrap();
    let hub = start(folder.path(), Millis(NOW.0 + 2_000)).await;
    told(&hub, "SIZED", json!({"closed": 100, "stale": false})).await;
    told(
        &hub,
        "UNSIZED",
        json!({"vacant": {"car": 21}, "occupied": 9, "capacity": 30}),
    )
    .await;
    told(
        &hub,
        "NEW",
        json!({"capacity": 80, "vacant": {"car": 10}, "occupied": 70}),
    )
    .await;
    hub.turn(Millis(NOW.0 + 16 * 60_000)).await;
    told(
        &hub,
        "UNSIZED",
        json!({"stale": true, "unknown": 30, "occupied": 0}),
    )
    .await;
    hub.hub.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn some_bays_are_counted_apart_and_found_by_who_needs_them() {
    let folder = tempfile::tempdir().unwrap();
    let hub = start(folder.path(), NOW).await;
    let said = json!({"zone": "SIZED", "vacant": 9,
        "accessible": {"vacant": 2, "capacity": 4}, "ev_charging": {"occupied": 6, "capacity": 6}});
    let answer = count(&hub, said).await;
    assert_eq!(
        answer,
        json!({"accepted": 1, "refused": []}),
        "it is one count"
    );
    let want = json!({"accessible": {"capacity": 4, "vacant": 2},
        "ev_charging": {"capacity": 6, "vacant": 0}, "vacant": {"car": 9}});
    told(&hub, "SIZED", want.clone()).await;
    let near = async |hub: &TestHub, filter: &str| {
        let path = format!("/v1/bays/nearby?lat=1.3&lon=103.8&include=zones&{filter}=true");
        let near = hub.until(&path, None, |_| true).await;
        near["zones"].as_array().unwrap().len()
    };
    assert_eq!(near(&hub, "accessible").await, 1);
    assert_eq!(near(&hub, "ev_charging").await, 0, "all are taken");
    hub.hub.stop().await.unwrap();
    let hub = start(folder.path(), Millis(NOW.0 + 2_000)).await;
    told(&hub, "SIZED", want).await;
    // They are a part of one count: never more than it says, and gone with it.
    let more = json!({"zone": "SIZED", "vacant": 1, "capacity": 5,
        "accessible": {"vacant": 4, "capacity": 10}});
    hub.turn(Millis(NOW.0 + 3_000)).await;
    count(&hub, more).await;
    let most = json!({"accessible": {"capacity": 5, "vacant": 1}, "ev_charging": null});
    told(&hub, "SIZED", most).await;
    hub.turn(Millis(NOW.0 + 4_000)).await;
    count(&hub, json!({"zone": "SIZED", "vacant": 7})).await;
    let none = json!({"vacant": {"car": 7}, "accessible": {"capacity": 0, "vacant": 0}});
    told(&hub, "SIZED", none).await;
    assert_eq!(near(&hub, "accessible").await, 0);
    hub.turn(Millis(NOW.0 + 16 * 60_000)).await;
    told(
        &hub,
        "SIZED",
        json!({"stale": true, "accessible": {"capacity": 0, "vacant": 0}}),
    )
    .await;
    assert_eq!(near(&hub, "accessible").await, 0);
    hub.hub.stop().await.unwrap();
}
