//! What was acknowledged is still there after a stop and after kill -9: reports, run-time changes,
//! keys.

use super::http::{call, report, state, until_state};
use super::hub::{Feature, Hub};
use super::mqtt::{flat, publish, topic};
use reqwest::{Method, StatusCode};
use serde_json::json;

const QUIET: [&str; 3] = ["--bays", "100", "--no-sim"];

/// Adds a zone and the one bay in it through the admin API: the city's own zones may have no room
/// for another.
async fn add_bay(hub: &Hub, id: &str, beside: &Feature) {
    let point = json!({"type": "Point", "coordinates": [beside.lon, beside.lat]});
    let zone = json!({"id": "it-zone", "name": "Added", "kind": "off_street", "operator": "it", "capacity": 1});
    let bay = json!({"id": id, "zone": "it-zone", "kind": "car"});
    for (path, properties) in [("/v1/admin/zones", zone), ("/v1/admin/bays", bay)] {
        let feature = json!({"type": "Feature", "geometry": point, "properties": properties});
        let answer = call(
            hub,
            Method::PUT,
            path,
            Some(hub.key("admin")),
            Some(&feature),
        )
        .await;
        assert!(
            answer.status.is_success(),
            "{path}: {} {}",
            answer.status,
            answer.text
        );
    }
}

#[tokio::test]
async fn a_second_start_finds_keys_added_bays_and_last_states() {
    let dir = tempfile::tempdir().expect("a folder");
    let hub = Hub::start_in(dir.path(), &QUIET);
    let bay = hub.some_bay();
    add_bay(&hub, "it-added", &bay).await;
    for (id, word) in [(bay.id.as_str(), "vacant"), ("it-added", "occupied")] {
        assert_eq!(report(&hub, id, word).await.status, StatusCode::ACCEPTED);
        until_state(&hub, id, word).await;
    }
    let first = hub.ready.clone();
    assert_eq!(hub.stop().code(), Some(0));

    let hub = Hub::start_in(dir.path(), &QUIET);
    assert_eq!(
        (&hub.ready["keys"], &hub.ready["source"]),
        (&first["keys"], &first["source"])
    );
    assert_eq!(
        hub.features("bays.geojson").len(),
        100,
        "the city is not written anew"
    );
    until_state(&hub, &bay.id, "vacant").await;
    until_state(&hub, "it-added", "occupied").await;
    assert_eq!(
        report(&hub, "it-added", "vacant").await.status,
        StatusCode::ACCEPTED,
        "its keys still open doors"
    );
    until_state(&hub, "it-added", "vacant").await;
}

#[tokio::test]
async fn an_acknowledged_http_report_survives_kill_9() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut word = "occupied";
    for _ in 0..3 {
        let hub = Hub::start_in(dir.path(), &QUIET);
        let bay = hub.some_bay().id;
        // Killed in the moment of its answer: nothing is left to save it but the disk.
        assert_eq!(report(&hub, &bay, word).await.status, StatusCode::ACCEPTED);
        hub.kill();
        let hub = Hub::start_in(dir.path(), &QUIET);
        until_state(&hub, &bay, word).await;
        hub.kill();
        word = if word == "occupied" {
            "vacant"
        } else {
            "occupied"
        };
    }
}

#[tokio::test]
async fn an_acknowledged_mqtt_report_survives_kill_9() {
    let dir = tempfile::tempdir().expect("a folder");
    let hub = Hub::start_in(dir.path(), &QUIET);
    let bay = hub.some_bay().id;
    publish(
        &hub,
        hub.key("report"),
        &topic(&hub),
        &flat(&bay, "occupied"),
    )
    .await
    .expect("acknowledged");
    hub.kill();
    let hub = Hub::start_in(dir.path(), &QUIET);
    until_state(&hub, &bay, "occupied").await;
}

#[tokio::test]
async fn a_bay_added_at_run_time_survives_kill_9() {
    let dir = tempfile::tempdir().expect("a folder");
    let hub = Hub::start_in(dir.path(), &QUIET);
    add_bay(&hub, "it-added", &hub.some_bay()).await;
    hub.kill();
    let hub = Hub::start_in(dir.path(), &QUIET);
    assert_eq!(state(&hub, "it-added").await, "unknown");
}
