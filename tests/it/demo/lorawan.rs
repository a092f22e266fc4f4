//! A parking sensor's way through a LoRaWAN network server into the hub, on a real process: by MQTT
//! and by HTTP.

use super::http::{call, get, until_state};
use super::hub::Hub;
use super::mqtt::publish;
use super::small_town::SmallTown;
use bayhub::clock::SystemClock;
use bayhub::domain::Clock as _;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::path::Path;

const NETWORK: &str = "bh_network";
const LAMP: &str = "bh_lamp";
const ADMIN: &str = "bh_admin";
const CHIRPSTACK: &str = "application/5f2c/device/0004a30b001c0530/event/up";
const TTN: &str = "v3/parking@city/devices/bay-2/up";

/// A city of three bays, one of them with a sensor.
fn town(dir: &Path) -> Hub {
    let devices = json!([{"device": "0004A30B001C0530", "bay": "Z-1", "model": "bosch-tps110"}]);
    let reports = "sources = [\"network-1\"]\n";
    let uplinks = "sources = [\"network-1\"]\nuplinks = true\n";
    let town = SmallTown {
        place: [103.8563, 1.3343],
        bays: 3,
        devices,
        http: "",
        keys: &[
            (NETWORK, "report", uplinks),
            (LAMP, "report", reports),
            (ADMIN, "admin", ""),
        ],
        speaks: ["network-1", NETWORK, ADMIN],
    };
    town.run(dir)
}

/// What ChirpStack publishes of a frame; `data` is base64.
fn event(eui: &str, count: u32, port: u8, data: &str) -> String {
    let time = SystemClock.now().to_string().replace('Z', "456789Z");
    json!({"deduplicationId": format!("{eui}-{count}-{port}"), "time": time, "deviceInfo": {"devEui": eui},
        "fCnt": count, "fPort": port, "data": data})
    .to_string()
}

async fn admin(hub: &Hub, method: Method, path: &str, body: Option<Value>) -> super::http::Answer {
    call(hub, method, path, Some(ADMIN), body.as_ref()).await
}

async fn kept(hub: &Hub, reason: &str) -> Vec<Value> {
    let answer = admin(
        hub,
        Method::GET,
        &format!("/v1/quarantine?reason={reason}"),
        None,
    )
    .await;
    answer.json["refused"].as_array().expect("a list").clone()
}

#[tokio::test]
async fn an_uplink_over_mqtt_is_acknowledged_and_seen_and_its_copy_is_not_taken_again() {
    let dir = tempfile::tempdir().expect("a folder");
    let hub = town(dir.path());
    let eui = "0004A30B001C0530";
    let occupied = event(eui, 1, 1, "AQ==");
    publish(&hub, NETWORK, CHIRPSTACK, &occupied)
        .await
        .expect("acknowledged");
    until_state(&hub, "Z-1", "occupied").await;
    assert_eq!(get(&hub, "/v1/bays/Z-1").await["source_kind"], "sensor");
    publish(&hub, NETWORK, CHIRPSTACK, &occupied)
        .await
        .expect("acknowledged");
    let metrics = call(&hub, Method::GET, "/metrics", None, None).await.text;
    assert!(
        metrics.contains("bayhub_uplinks_duplicate_total 1"),
        "{metrics}"
    );
    // The heartbeat says the same with a temperature; a start-up frame and a counter from 0 are a
    // new word.
    publish(
        &hub,
        NETWORK,
        CHIRPSTACK,
        &event(eui, 0, 3, "AAAAAAAAAAAAAAAAAAAAAAA="),
    )
    .await
    .expect("acknowledged");
    until_state(&hub, "Z-1", "vacant").await;
    publish(&hub, NETWORK, CHIRPSTACK, &event(eui, 1, 2, "Af8="))
        .await
        .expect("acknowledged");
    until_state(&hub, "Z-1", "occupied").await;
}

#[tokio::test]
async fn a_device_mapped_at_run_time_is_heard_over_http_and_still_mapped_after_a_kill() {
    let dir = tempfile::tempdir().expect("a folder");
    let hub = town(dir.path());
    let device =
        json!([{"device": "bay-2@parking", "bay": "Z-2", "model": "decoded", "via": "network-1"}]);
    let answer = admin(&hub, Method::PUT, "/v1/admin/devices", Some(device)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let uplink = |occupied: bool, count: u32| {
        json!({"end_device_ids": {"device_id": "bay-2", "application_ids": {"application_id": "parking"}},
            "received_at": SystemClock.now().to_string(),
            "uplink_message": {"f_port": 7, "f_cnt": count, "decoded_payload": {"occupied": occupied}}})
    };
    let posted = call(
        &hub,
        Method::POST,
        "/v1/uplinks/ttn",
        Some(NETWORK),
        Some(&uplink(true, 1)),
    )
    .await;
    assert_eq!(
        (posted.status, &posted.json["accepted"]),
        (StatusCode::ACCEPTED, &json!(1)),
        "{}",
        posted.text
    );
    until_state(&hub, "Z-2", "occupied").await;
    hub.kill();

    let hub = town(dir.path());
    until_state(&hub, "Z-2", "occupied").await;
    publish(&hub, NETWORK, TTN, &uplink(false, 2).to_string())
        .await
        .expect("acknowledged");
    until_state(&hub, "Z-2", "vacant").await;
    // A sensor that is taken out of its bay takes its word with it.
    let gone = admin(
        &hub,
        Method::DELETE,
        "/v1/admin/devices/bay-2@parking",
        None,
    )
    .await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT, "{}", gone.text);
    until_state(&hub, "Z-2", "unknown").await;
}

#[tokio::test]
async fn strangers_and_their_frames_end_in_the_quarantine() {
    let dir = tempfile::tempdir().expect("a folder");
    let hub = town(dir.path());
    publish(
        &hub,
        NETWORK,
        CHIRPSTACK,
        &event("ffffffffffffffff", 1, 1, "AQ=="),
    )
    .await
    .expect("acknowledged");
    publish(
        &hub,
        NETWORK,
        CHIRPSTACK,
        &event("0004a30b001c0530", 1, 9, "AQ=="),
    )
    .await
    .expect("acknowledged");
    publish(
        &hub,
        LAMP,
        CHIRPSTACK,
        &event("0004a30b001c0530", 2, 1, "AQ=="),
    )
    .await
    .expect("acknowledged");
    for (reason, words) in [
        ("unknown_device", "ffffffffffffffff"),
        ("malformed", "not 9"),
        ("forbidden", "bayhub/v1/network-1/"),
    ] {
        let kept = kept(&hub, reason).await;
        assert_eq!(kept.len(), 1, "{reason}: {kept:?}");
        assert!(
            kept[0]["detail"]
                .as_str()
                .is_some_and(|d| d.contains(words)),
            "{kept:?}"
        );
        assert_eq!(kept[0]["source"], "network-1");
    }
    assert_eq!(get(&hub, "/v1/bays/Z-1").await["state"], "unknown");
}
