//! What a broker has kept for hours and gives out again, to the hub that subscribes there and by a
//! bridge of its own: a report without a time of its own is none of now.

use super::hub::{Hub, publish, send};
use super::mosquitto::{Mosquitto, free_port};
use bayhub::clock::SystemClock;
use bayhub::domain::Clock as _;
use bayhub::partners::Keys;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const KEY: &str = "bh_site";

async fn state(hub: &Hub, bay: &str) -> String {
    let answer = hub.get(&format!("/v1/bays/{bay}")).await.expect("a bay");
    let answer: Value = serde_json::from_str(&answer).expect("JSON");
    answer["state"].as_str().expect("a state").to_owned()
}

async fn until_state(hub: &Hub, bay: &str, wanted: &str) {
    let end = Instant::now() + Duration::from_secs(30);
    while state(hub, bay).await != wanted {
        assert!(Instant::now() < end, "{bay} is not {wanted}\n{}", hub.log());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn a_retained_report_without_a_time_is_refused_from_a_broker_and_from_its_bridge() {
    let mqtt = free_port();
    // All defaults of a bridge, but that it tries again soon; and another one of MQTT 5.
    let bridge = |site: &str, more: &str| {
        format!(
            "connection {site}\naddress 127.0.0.1:{mqtt}\nremote_username {site}\nremote_password {KEY}\n\
             restart_timeout 1\ntopic bayhub/v1/{site}/+ out 1\n{more}"
        )
    };
    let bridge = bridge("site-1", "") + &bridge("site-2", "bridge_protocol_version mqttv50\n");
    let Some(broker) = Mosquitto::start_with(|_| bridge) else {
        return;
    };
    let at = SystemClock.now().to_string();
    let say = |topic: &str, payload: Value| (format!("bayhub/v1/{topic}"), payload.to_string());
    let kept = [
        say("lamp-1/report", json!({"bay": "Z0-0", "state": "vacant"})),
        say(
            "lamp-1/count",
            json!({"zone": "Z1", "vacant": 5, "capacity": 50}),
        ),
        say(
            "lamp-2/report",
            json!({"bay": "Z2-2", "state": "vacant", "at": at}),
        ),
        say("site-1/report", json!({"bay": "Z3-3", "state": "vacant"})),
        say("site-2/report", json!({"bay": "Z3-7", "state": "vacant"})),
        say(
            "site-1/count",
            json!({"zone": "Z3", "vacant": 5, "capacity": 50, "at": at}),
        ),
    ];
    publish(broker.port, &kept, true).await;
    let sha256 = Keys::digest(KEY)
        .iter()
        .fold(String::new(), |hex, b| hex + &format!("{b:02x}"));
    let more = format!(
        "topics = [\"bayhub/v1/lamp-1/+\", \"bayhub/v1/lamp-2/+\"]\n\
         [[keys]]\nname = \"site\"\npartner = \"site\"\nsha256 = \"{sha256}\"\nscopes = [\"report\"]\n\
         sources = [\"site-*\"]\n"
    );
    let hub = Hub::start_on(mqtt, &format!("mqtt://127.0.0.1:{}", broker.port), &more).await;
    until_state(&hub, "Z2-2", "vacant").await;
    let end = Instant::now() + Duration::from_secs(30);
    while hub
        .metric("reports_refused_total", "\"retained_without_time\"")
        .await
        < 4
        || hub.metric("journal_claims_total", "").await < 2
    {
        assert!(Instant::now() < end, "not refused:\n{}", hub.log());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    for bay in ["Z0-0", "Z3-3", "Z3-7"] {
        assert_eq!(state(&hub, bay).await, "unknown", "{bay}");
    }
    // What is said now goes both ways as ever.
    send(
        broker.port,
        &[
            say("lamp-1/report", json!({"bay": "Z0-0", "state": "occupied"})),
            say("site-1/report", json!({"bay": "Z3-3", "state": "occupied"})),
            say("site-2/report", json!({"bay": "Z3-7", "state": "occupied"})),
        ],
    )
    .await;
    until_state(&hub, "Z0-0", "occupied").await;
    until_state(&hub, "Z3-3", "occupied").await;
    until_state(&hub, "Z3-7", "occupied").await;
    // A bridge may forward what was kept more than once. Its notice of itself is no report.
    let kept = "\"retained_without_time\"";
    assert_eq!(
        hub.metric("reports_refused_total", "").await,
        hub.metric("reports_refused_total", kept).await
    );
}
