//! A LoRaWAN network server's own broker: the hub reads its uplinks there, as ChirpStack and The
//! Things Stack publish them, where the configuration names it.

use super::hub::{Hub, publish, send};
use super::mosquitto::Mosquitto;
use bayhub::clock::SystemClock;
use bayhub::domain::Clock as _;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const DEVICES: &str = r#"[{"device":"0004A30B001C0530","bay":"Z0-0","model":"bosch-tps110","via":"lns-1"},
    {"device":"bay-2@parking","bay":"Z1-1","model":"decoded"},
    {"device":"0004a30b001c0531","bay":"Z2-2","model":"bosch-tps110","via":"lns-2"}]"#;

fn chirpstack(eui: &str, more: &str, data: &str) -> (String, String) {
    let rx = json!([{"gatewayId": "0016c001f1000001", "nsTime": SystemClock.now().to_string(), "rssi": -60}]);
    let event = json!({"deduplicationId": format!("{eui}-{data}"), "time": "1980-01-21T23:17:20.234+00:00",
        "deviceInfo": {"devEui": eui}, "fCnt": 1, "fPort": 1, "data": data, "rxInfo": rx});
    (
        format!("{more}application/5f2c/device/{eui}/event/up"),
        event.to_string(),
    )
}

fn ttn(occupied: &Value) -> (String, String) {
    let message = json!({"end_device_ids": {"device_id": "bay-2", "application_ids": {"application_id": "parking"}},
        "received_at": SystemClock.now().to_string(),
        "uplink_message": {"f_port": 7, "f_cnt": 3, "decoded_payload": {"occupancy": occupied}}});
    (
        "v3/parking@city/devices/bay-2/up".to_owned(),
        message.to_string(),
    )
}

async fn until(hub: &Hub, bay: &str, wanted: &str) {
    let end = Instant::now() + Duration::from_secs(30);
    loop {
        let told = hub.get(&format!("/v1/bays/{bay}")).await.expect("a bay");
        let told: Value = serde_json::from_str(&told).expect("JSON");
        if told["state"] == wanted {
            return;
        }
        assert!(
            Instant::now() < end,
            "{bay} is not {wanted}: {told}\n{}",
            hub.log()
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn until_refused(hub: &Hub, reason: &str, n: u64) {
    let end = Instant::now() + Duration::from_secs(30);
    while hub.metric("reports_refused_total", reason).await < n {
        assert!(Instant::now() < end, "not refused {reason}:\n{}", hub.log());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn uplinks_of_both_network_servers_come_through_an_outside_broker() {
    let Some(broker) = Mosquitto::start() else {
        return;
    };
    // All that such a broker has, not uplinks alone; one of them by way of a bridge.
    let more = "network_server = \"lns-1\"\ntopics = [\"bayhub/v1/+/report\", \"application/#\", \"v3/#\", \
                \"site/application/#\"]\n";
    let url = format!("mqtt://127.0.0.1:{}", broker.port);
    let mut hub = Hub::start(&url, more).await;
    hub.stop();
    hub.write("devices.json", DEVICES);
    hub.restart().await;
    send(
        broker.port,
        &[
            chirpstack("0004a30b001c0530", "", "AQ=="),
            ttn(&json!("busy")),
        ],
    )
    .await;
    until(&hub, "Z0-0", "occupied").await;
    until(&hub, "Z1-1", "occupied").await;
    send(
        broker.port,
        &[
            chirpstack("0004a30b001c0530", "site/", "AA=="),
            ttn(&json!({"value": 0})),
            (
                "v3/parking@city/devices/bay-2/join".to_owned(),
                "{}".to_owned(),
            ),
            (
                "application/5f2c/device/0004a30b001c0530/event/status".to_owned(),
                "no JSON".to_owned(),
            ),
        ],
    )
    .await;
    until(&hub, "Z0-0", "vacant").await;
    until(&hub, "Z1-1", "vacant").await;
    // The device of another network server; a topic of neither.
    send(
        broker.port,
        &[
            chirpstack("0004a30b001c0531", "", "AQ=="),
            (
                "v3/parking@city/devices/bay-2/anything".to_owned(),
                "{}".to_owned(),
            ),
        ],
    )
    .await;
    until_refused(&hub, "\"forbidden\"", 2).await;
    // What the broker keeps was not heard now, unless it says when.
    let mut kept = ttn(&json!(0));
    kept.1 = kept.1.replace("received_at", "sent_at");
    publish(broker.port, &[kept], true).await;
    hub.stop();
    hub.restart().await;
    until_refused(&hub, "\"retained_without_time\"", 1).await;
    until(&hub, "Z1-1", "vacant").await;
    assert_eq!(
        hub.metric("uplinks_ignored_total", "").await,
        0,
        "since its start"
    );
}

#[tokio::test]
async fn a_broker_that_is_no_network_servers_hands_on_no_uplinks() {
    let Some(broker) = Mosquitto::start() else {
        return;
    };
    let url = format!("mqtt://127.0.0.1:{}", broker.port);
    let hub = Hub::start(&url, "topics = [\"#\"]\n").await;
    send(broker.port, &[chirpstack("0004a30b001c0530", "", "AQ==")]).await;
    until_refused(&hub, "\"forbidden\"", 1).await;
}
