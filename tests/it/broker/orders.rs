//! Orders of the authority as they are retained: at an outside broker, at the hub's own server, and at a
//! broker that is bridged to it.

use super::hub::Hub;
use super::mosquitto::{Mosquitto, PATIENCE, free_port};
use bayhub::partners::Keys;
use rumqttc::{AsyncClient, Event, MqttOptions, Packet, QoS};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

const KEY: &str = "bh_authority";

fn keys() -> String {
    let sha256 = Keys::digest(KEY)
        .iter()
        .fold(String::new(), |hex, b| hex + &format!("{b:02x}"));
    let scopes = "\"order\", \"report\"";
    format!(
        "[[keys]]\nname = \"authority\"\npartner = \"authority\"\nsha256 = \"{sha256}\"\n\
         scopes = [{scopes}]\nsources = [\"bridge-*\"]\n"
    )
}

/// What whoever subscribes now is told: the retained state of each order, by topic, once `is_there`.
async fn until(port: u16, hub: &Hub, is_there: impl Fn(&BTreeMap<String, Value>) -> bool) {
    let end = Instant::now() + PATIENCE;
    loop {
        let told = retained(port).await;
        if is_there(&told) {
            return;
        }
        assert!(Instant::now() < end, "{told:?}\n{}", hub.log());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn retained(port: u16) -> BTreeMap<String, Value> {
    let name = format!("it-{}", rand::random::<u32>());
    let mut options = MqttOptions::new(name, "127.0.0.1", port);
    options.set_max_packet_size(1 << 20, 1 << 20);
    let (client, mut events) = AsyncClient::new(options, 4);
    client
        .try_subscribe("bayhub/v1/orders/#", QoS::AtMostOnce)
        .expect("room");
    let mut told = BTreeMap::new();
    let all = async {
        while let Ok(event) = events.poll().await {
            if let Event::Incoming(Packet::Publish(p)) = event
                && p.retain
            {
                let value = serde_json::from_slice(&p.payload).expect("JSON");
                told.insert(p.topic, value);
            }
        }
    };
    // Long enough for what is there; what is not yet is waited for by who calls.
    let _ = tokio::time::timeout(Duration::from_millis(300), all).await;
    told
}

fn topic(order: &Value) -> String {
    format!("bayhub/v1/orders/{}", order["id"].as_str().expect("an id"))
}

const ACTIVE: &str = "bayhub/v1/orders/active";

fn in_force(told: &BTreeMap<String, Value>) -> Option<usize> {
    told.get(ACTIVE)?["orders"].as_array().map(Vec::len)
}

async fn closes(hub: &Hub, zone: &str) -> Value {
    let order = json!({"kind": "closure", "target": {"zones": [zone]}, "reason": {"en": "Race"}});
    hub.post("/v1/orders", KEY, &order).await
}

async fn ends(hub: &Hub, order: &Value) {
    let id = order["id"].as_str().expect("an id");
    let path = format!("/v1/orders/{id}/end");
    hub.post(&path, KEY, &json!({})).await;
}

#[tokio::test]
async fn orders_are_retained_at_a_broker_until_they_end_also_while_it_is_away() {
    let Some(mut broker) = Mosquitto::start() else {
        return;
    };
    let mqtt = free_port();
    let url = format!("mqtt://127.0.0.1:{}", broker.port);
    let more = format!("clients = 1\npublish_availability = true\n{}", keys());
    let hub = Hub::start_on(mqtt, &url, &more).await;
    hub.until("broker_connected", 2).await;
    until(broker.port, &hub, |told| in_force(told) == Some(0)).await;
    let one = closes(&hub, "Z0").await;
    let two = closes(&hub, "Z1").await;
    for port in [broker.port, mqtt] {
        until(port, &hub, |told| {
            in_force(told) == Some(2)
                && told
                    .get(&topic(&one))
                    .is_some_and(|o| o["state"] == "active")
                && told.contains_key(&topic(&two))
        })
        .await;
    }
    ends(&hub, &one).await;
    for port in [broker.port, mqtt] {
        until(port, &hub, |told| {
            in_force(told) == Some(1)
                && !told.contains_key(&topic(&one))
                && told.contains_key(&topic(&two))
        })
        .await;
    }
    // What it has retained it still has when it is back; what ended meanwhile is cleared.
    broker.save();
    broker.kill();
    ends(&hub, &two).await;
    broker.restart();
    until(broker.port, &hub, |told| {
        in_force(told) == Some(0) && told.len() == 1
    })
    .await;
}

#[tokio::test]
async fn a_bridge_carries_orders_on_and_what_it_has_retained_is_cleared() {
    let mqtt = free_port();
    let bridge = format!(
        "connection site\naddress 127.0.0.1:{mqtt}\nremote_username bridge-1\nremote_password {KEY}\n\
         restart_timeout 1\ntopic bayhub/v1/orders/# in 0\n"
    );
    let Some(broker) = Mosquitto::start_with(|_| bridge) else {
        return;
    };
    let url = format!("mqtt://127.0.0.1:{}", broker.port);
    let hub = Hub::start_on(mqtt, &url, &format!("clients = 1\n{}", keys())).await;
    let one = closes(&hub, "Z0").await;
    let is_there = |told: &BTreeMap<String, Value>| told.contains_key(&topic(&one));
    until(broker.port, &hub, is_there).await;
    ends(&hub, &one).await;
    until(broker.port, &hub, |told| {
        in_force(told) == Some(0) && !is_there(told)
    })
    .await;
}
