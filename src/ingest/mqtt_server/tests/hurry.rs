//! Who comes or sends too often: refused or made to wait, counted; others unaffected.

use super::fakes::{MINE, PING, connect, hello, publish, wire};
use super::house::{EVER, EndpointHouse, said};
use crate::ingest::mqtt_server::Config;
use rumqttc::mqttbytes::v4;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

/// What the server answers to a hello, if anything.
async fn answer(house: &EndpointHouse, client_id: &str) -> Vec<u8> {
    let mut raw = house.knock().await;
    // The line may be closed already, which is an answer too.
    drop(raw.0.write_all(&hello(client_id)).await);
    let mut said = vec![0; 4];
    let read = timeout(EVER, raw.0.read_exact(&mut said))
        .await
        .expect("an answer or an end in time");
    if read.is_ok() { said } else { Vec::new() }
}

/// The first answer that is no welcome.
async fn first_refusal(house: &EndpointHouse) -> Vec<u8> {
    for n in 0..1000 {
        let said = answer(house, &format!("c{n}")).await;
        if said != [0x20, 2, 0, 0] {
            return said;
        }
    }
    panic!("a thousand came in")
}

#[tokio::test]
async fn too_many_connections_from_one_address_are_dropped_unheard() {
    let house = EndpointHouse::open(
        Config {
            max_connects_per_s_per_address: 1,
            ..Config::default()
        },
        16,
    )
    .await;
    assert!(first_refusal(&house).await.is_empty());
    house.ended("connect_rate", 1).await;
}

#[tokio::test]
async fn too_many_connections_of_one_source_are_told_so_and_others_come_in() {
    let house = EndpointHouse::open(
        Config {
            max_connects_per_s_per_source: 1,
            ..Config::default()
        },
        16,
    )
    .await;
    assert_eq!(first_refusal(&house).await, [0x20, 2, 0, 3]);
    let mut other = connect("d");
    other.set_login("lamp-2", "key");
    house
        .enter_with(&wire(&v4::Packet::Connect(other)))
        .await
        .ping()
        .await;
}

#[tokio::test]
async fn who_sends_too_much_waits_loses_nothing_and_holds_up_nobody() {
    let config = Config {
        max_messages_per_s_per_source: Some(10),
        ..Config::default()
    };
    let mut house = EndpointHouse::open(config, 16).await;
    let mut lamp = house.enter("c").await;
    let mut other = connect("d");
    other.set_login("lamp-2", "key");
    let mut other = house.enter_with(&wire(&v4::Packet::Connect(other))).await;
    let many: Vec<u8> = (1..=15).flat_map(|id| publish(MINE, 1, id, b"1")).collect();
    lamp.say(&many).await;
    let mut got = 0;
    while got < 15 {
        let s = house.next().await;
        got += said(&s).len();
        s.receipt.durable();
    }
    for id in 1..=15 {
        lamp.hear(&[0x40, 2, 0, id]).await;
    }
    assert!(house.metrics.mqtt_throttled.get() >= 1);
    lamp.say(&PING).await;
    other.ping().await;
    lamp.hear(&[0xd0, 0]).await;
}
