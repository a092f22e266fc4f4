//! Contributors at a whole hub: shown right by a sensor, weighed by it, and known again after the
//! hub has died, without counting twice what was judged before.

use super::hub::{Call, TestHub, digest, settings, write_city};
use crate::config;
use crate::domain::Millis;
use serde_json::{Value, json};
use std::path::Path;

/// 2026-11-23T02:00:00Z.
const NOW: Millis = Millis(1_795_399_200_000);
const MINUTE: u64 = 60_000;
/// A window of feedback, and time to notice that it is over.
const WINDOW: u64 = 5 * MINUTE;
const SENSOR: &str = "bh_sensor";
const APP: &str = "bh_app";
const OTHER: &str = "bh_other-app";

fn city(folder: &Path) {
    let point = |lat: f64| json!({"type": "Point", "coordinates": [103.8, lat]});
    let bay = |n: u32| {
        json!({"type": "Feature", "geometry": point(1.3 + f64::from(n) / 10_000.0),
            "properties": {"id": format!("S-{n}"), "zone": "S", "kind": "car"}})
    };
    let zone = json!({"type": "Feature", "geometry": point(1.3),
        "properties": {"id": "S", "name": "Street", "kind": "on_street", "capacity": 4}});
    write_city(folder, &[zone], &[bay(1), bay(2), bay(3), bay(4)]);
}

async fn start(folder: &Path, data: &str, now: Millis) -> TestHub {
    city(folder);
    let key = |name: &str, kind: &str, partner: &str, key: &str, standing: &str| {
        let sha256 = digest(key);
        format!(
            "[[keys]]\nname = \"{name}\"\npartner = \"{partner}\"\nsha256 = \"{sha256}\"\n\
             source_kind = \"{kind}\"\nscopes = [\"report\"]\nsources = [\"{name}-*\"]\n\
             area = \"all\"\nstanding = \"{standing}\"\n"
        )
    };
    let toml = key("lamp", "sensor", "lta", SENSOR, "trusted")
        + &key("app", "app", "acme", APP, "unproven")
        + &key("other", "app", "rival", OTHER, "unproven");
    let flags = settings(folder, &folder.join(data));
    TestHub::start(config::parse(&toml, &flags).unwrap(), now).await
}

async fn report(hub: &TestHub, key: &str, body: Value) {
    let answer = hub.reported(key, &body).await;
    assert_eq!(answer["refused"], json!([]), "{answer}");
}

async fn mine(hub: &TestHub, key: &str) -> Value {
    let call = Call {
        method: "GET",
        path: "/v1/contributions/mine",
        key: Some(key),
        ..Call::default()
    };
    hub.done(call).await
}

/// Four hours in which a contributor says of two bays what their sensor says, and a liar the
/// contrary. Returns the end of it.
async fn four_hours(hub: &TestHub, from: Millis) -> Millis {
    let mut now = from;
    for n in 0..6 {
        let (a, b) = if n % 2 == 0 {
            ("occupied", "vacant")
        } else {
            ("vacant", "occupied")
        };
        let both =
            |a: &str, b: &str| json!([{"bay": "S-1", "state": a}, {"bay": "S-2", "state": b}]);
        // A word that has stood for a while is surer than one that came this moment.
        for _ in 0..4 {
            now = now.plus(10 * MINUTE);
            hub.turn(now).await;
            report(hub, SENSOR, json!({"source": "lamp-1", "bays": both(a, b)})).await;
        }
        let right =
            json!({"source": "app-1", "contributor": "c-right", "seq": 1, "bays": both(a, b)});
        report(hub, APP, right).await;
        let wrong =
            json!({"source": "app-1", "contributor": "c-wrong", "seq": 2, "bays": both(b, a)});
        report(hub, APP, wrong).await;
    }
    now
}

/// How likely S-3, which nobody watches, is vacant when a contributor has said so.
async fn said_vacant(hub: &TestHub, bay: &str, contributor: &str) -> f64 {
    let body =
        json!({"source": "app-1", "contributor": contributor, "bay": bay, "state": "vacant"});
    report(hub, APP, body).await;
    let path = format!("/v1/bays/{bay}");
    let shown = hub.until(&path, None, |b| b["state"] == "vacant").await;
    shown["p_vacant"]
        .as_f64()
        .unwrap_or_else(|| panic!("{shown}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contributor_that_sensors_have_proved_is_believed_also_after_the_hub_has_died() {
    let folder = tempfile::tempdir().unwrap();
    let hub = start(folder.path(), "data", NOW).await;
    let now = four_hours(&hub, NOW).await;
    let now = now.plus(WINDOW + MINUTE);
    hub.turn(now).await;
    let told = mine(&hub, APP).await;
    assert_eq!(told["partner"], "acme");
    assert_eq!(told["proven_contributors"], 1, "{told}");
    let day = &told["periods"][0];
    assert_eq!(
        (&day["reports"], &day["judged"]),
        (&json!(24), &json!(24)),
        "{told}"
    );
    assert_eq!(day["counted"], 24, "{told}");
    // One of the two was right of all, the other of nothing.
    let right = day["right_occupied"].as_f64().unwrap();
    assert!((0.45..0.55).contains(&right), "{told}");
    let stranger = mine(&hub, OTHER).await;
    assert_eq!(
        (&stranger["partner"], &stranger["periods"][2]["reports"]),
        (&json!("rival"), &json!(0))
    );
    assert_eq!(stranger["proven_contributors"], 0);

    let proven = said_vacant(&hub, "S-3", "c-right").await;
    let liar = said_vacant(&hub, "S-4", "c-wrong").await;
    assert!(proven > liar + 0.15, "{proven} beside {liar}");

    // The hub dies: what is on its disk now is all there is. Then it is stopped well.
    let dead = folder.path().join("dead");
    let copied = std::process::Command::new("cp")
        .arg("-a")
        .args([folder.path().join("data"), dead])
        .status();
    assert!(copied.unwrap().success());
    hub.hub.stop().await.unwrap();
    for data in ["data", "dead"] {
        let hub = start(folder.path(), data, now).await;
        hub.turn(now.plus(1000)).await;
        let again = mine(&hub, APP).await;
        if data == "data" {
            assert_eq!(again["proven_contributors"], 1, "{again}");
            assert_eq!(again["periods"][0]["judged"], 24, "judged once: {again}");
        }
        let shown = hub
            .until("/v1/bays/S-3", None, |b| b["state"] == "vacant")
            .await;
        let p = shown["p_vacant"].as_f64().unwrap();
        assert!(
            (p - proven).abs() < 0.02,
            "{data}: {p} for {proven}, by the journal"
        );
        hub.hub.stop().await.unwrap();
    }
}
