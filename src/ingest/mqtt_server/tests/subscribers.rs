//! Subscribers on real sockets: the current state, then changes, a slow one dropped, others
//! unharmed.

use super::fake_boards::GONE;
use super::fakes::{PING, connect, wire};
use super::house::{EVER, EndpointHouse, Raw};
use crate::ingest::mqtt_server::Config;
use rumqttc::mqttbytes::{QoS, v4};
use std::time::Duration;
use tokio::time::timeout;

fn subscribe(path: &str, qos: QoS) -> Vec<u8> {
    let mut s = v4::Subscribe::new(path, qos);
    s.pkid = 3;
    wire(&v4::Packet::Subscribe(s))
}

fn message(zone: u32, n: u64, retain: bool) -> Vec<u8> {
    let mut p = v4::Publish::new(
        format!("bayhub/v1/zones/Z{zone}/availability"),
        QoS::AtMostOnce,
        n.to_string(),
    );
    p.retain = retain;
    wire(&v4::Packet::Publish(p))
}

async fn hear_all(reader: &mut Raw, zones: &[(u32, u64)], retain: bool) {
    for (zone, n) in zones {
        reader.hear(&message(*zone, *n, retain)).await;
    }
}

#[tokio::test]
async fn a_subscriber_hears_the_current_state_and_then_the_newest_of_each_change() {
    let house = EndpointHouse::usual().await;
    house.zones.set(7, 70);
    let mut reader = house.enter("reader").await;
    reader
        .say(&subscribe(
            "bayhub/v1/zones/Z7/availability",
            QoS::AtMostOnce,
        ))
        .await;
    reader.hear(&[0x90, 3, 0, 3, 0]).await;
    reader.hear(&message(7, 70, true)).await;
    // Within the second after a message nothing more comes; then only the newest.
    for n in 71..=90 {
        house.zones.set(7, n);
        house.zones.set(8, n);
    }
    reader.hear(&message(7, 90, false)).await;
    reader.ping().await;
    house.zones.set(7, 91);
    reader.hear(&message(7, 91, false)).await;
}

#[tokio::test]
async fn that_a_zone_has_left_sight_is_told_without_payload_to_who_was_told_of_it() {
    let house = EndpointHouse::usual().await;
    house.zones.set(7, 70);
    let mut reader = house.enter("reader").await;
    let one = subscribe("bayhub/v1/zones/Z7/availability", QoS::AtMostOnce);
    reader.say(&one).await;
    reader.hear(&[0x90, 3, 0, 3, 0]).await;
    reader.hear(&message(7, 70, true)).await;
    house.zones.set(7, GONE);
    let topic = "bayhub/v1/zones/Z7/availability";
    let empty = v4::Publish::new(topic, QoS::AtMostOnce, "");
    reader.hear(&wire(&v4::Packet::Publish(empty))).await;
    let mut later = house.enter("later").await;
    later.say(&one).await;
    later.hear(&[0x90, 3, 0, 3, 0]).await;
    later.ping().await;
}

#[tokio::test]
async fn a_wildcard_brings_every_zone_and_unsubscribing_ends_it() {
    let house = EndpointHouse::usual().await;
    let mut reader = house.enter("reader").await;
    reader
        .say(&subscribe("bayhub/v1/zones/#", QoS::AtMostOnce))
        .await;
    reader.hear(&[0x90, 3, 0, 3, 0]).await;
    let mut all: Vec<_> = (0..10).map(|z| (z, 0)).collect();
    all.reverse();
    hear_all(&mut reader, &all, true).await;
    let mut u = v4::Unsubscribe::new("bayhub/v1/zones/#");
    u.pkid = 4;
    reader.say(&wire(&v4::Packet::Unsubscribe(u))).await;
    reader.hear(&[0xb0, 2, 0, 4]).await;
    house.zones.set(1, 1);
    tokio::time::sleep(Duration::from_millis(1200)).await;
    reader.ping().await;
}

#[tokio::test]
async fn an_unacknowledged_message_holds_up_its_own_subscriber_only_and_the_newest_follows_the_ack()
{
    let house = EndpointHouse::usual().await;
    let mut slow = house.enter("slow").await;
    let mut fast = house.enter("fast").await;
    for reader in [&mut slow, &mut fast] {
        reader
            .say(&subscribe(
                "bayhub/v1/zones/Z7/availability",
                QoS::AtLeastOnce,
            ))
            .await;
        reader.hear(&[0x90, 3, 0, 3, 1]).await;
        let mut first = v4::Publish::new("bayhub/v1/zones/Z7/availability", QoS::AtLeastOnce, "0");
        (first.pkid, first.retain) = (1, true);
        reader.hear(&wire(&v4::Packet::Publish(first))).await;
    }
    fast.say(&[0x40, 2, 0, 1]).await;
    house.zones.set(7, 5);
    for reader in [&mut slow, &mut fast] {
        let mut next = v4::Publish::new("bayhub/v1/zones/Z7/availability", QoS::AtLeastOnce, "5");
        next.pkid = 2;
        reader.hear(&wire(&v4::Packet::Publish(next))).await;
    }
}

#[tokio::test]
async fn a_subscriber_that_does_not_read_is_dropped_and_others_are_not() {
    let config = Config {
        write_timeout_s: 1,
        ..Config::default()
    };
    let house = EndpointHouse::open(config, 16).await;
    let mut c = connect("deaf");
    c.keep_alive = 0;
    let mut deaf = house.enter_with(&wire(&v4::Packet::Connect(c))).await;
    let mut good = house.enter("good").await;
    // Each new subscription brings the current state of all zones, and the answers are not read.
    let flood = [&subscribe("bayhub/v1/zones/#", QoS::AtMostOnce)[..], &PING]
        .concat()
        .repeat(500);
    let flood = async {
        while tokio::io::AsyncWriteExt::write_all(&mut deaf.0, &flood)
            .await
            .is_ok()
        {}
    };
    timeout(EVER, flood).await.expect("it is dropped");
    house.ended("slow_reader", 1).await;
    good.ping().await;
}
