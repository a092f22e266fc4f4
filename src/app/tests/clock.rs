//! A machine whose clock has lost its battery: the hub starts in 1970, works by that time and says
//! which, and once the clock is right it goes on, in minutes and not in years.

use super::hub::{TestHub, digest, settings, write_city};
use crate::config;
use crate::domain::Millis;
use serde_json::{Value, json};
use std::path::Path;

const KEY: &str = "bh_clock";

/// Ten seconds after the epoch.
const LOST: Millis = Millis(10_000);

/// 2026-11-29T10:00:00Z
const RIGHT: Millis = Millis(1_795_946_400_000);

async fn start(folder: &Path, now: Millis) -> TestHub {
    let sha256 = digest(KEY);
    let toml = format!(
        "[[keys]]\nname = \"all\"\npartner = \"acme\"\nsha256 = \"{sha256}\"\nsource_kind = \"sensor\"\n\
         scopes = [\"report\", \"monitor\"]\nsources = [\"lamp\"]\narea = \"all\"\n"
    );
    let flags = settings(folder, &folder.join("data"));
    TestHub::start(config::parse(&toml, &flags).unwrap(), now).await
}

async fn report(hub: &TestHub, items: Value) -> Value {
    let body = json!({"source": "lamp", "bays": items});
    hub.reported(KEY, &body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_whose_clock_stands_at_1970_says_so_and_goes_on_once_it_is_right() {
    let dir = tempfile::tempdir().unwrap();
    let point = json!({"type": "Point", "coordinates": [103.8, 1.3]});
    let zone = json!({"type": "Feature", "geometry": point, "properties":
        {"id": "Z", "name": "Z", "kind": "off_street", "operator": "acme", "capacity": 1}});
    let bay = json!({"type": "Feature", "geometry": point, "properties": {"id": "Z-1", "zone": "Z", "kind": "car"}});
    write_city(dir.path(), &[zone], &[bay]);

    let hub = start(dir.path(), LOST).await;
    let taken = report(
        &hub,
        json!([{"bay": "Z-1", "state": "occupied"},
               {"bay": "Z-1", "state": "vacant", "at": "2026-11-29T10:00:00Z"}]),
    )
    .await;
    assert_eq!(taken["accepted"], 1, "{taken}");
    assert_eq!(taken["refused"][0]["reason"], "too_far_in_future");
    let bay = hub
        .until("/v1/bays/Z-1", None, |b| b["state"] == "occupied")
        .await;
    assert_eq!(bay["observed_at"], "1970-01-01T00:00:10.000Z");
    let clock = |b: &Value| {
        b["notes"][0]["note"]
            .as_str()
            .is_some_and(|n| n.contains("1970"))
    };
    hub.until("/readyz", None, clock).await;
    hub.hub.stop().await.unwrap();

    let hub = start(dir.path(), RIGHT).await;
    assert!(!clock(
        &hub.until("/readyz", None, |b| b["ready"] == true).await
    ));
    hub.turn(Millis(RIGHT.0 + 1000)).await;
    let bay = hub
        .until("/v1/bays/Z-1", None, |b| b["state"] != "occupied")
        .await;
    assert_eq!(bay["state"], "unknown", "a word of 1970 does not stand");
    report(&hub, json!([{"bay": "Z-1", "state": "vacant"}])).await;
    hub.until("/v1/bays/Z-1", None, |b| b["state"] == "vacant")
        .await;
    hub.hub.stop().await.unwrap();
}
