//! Who comes or sends too often: refused or made to wait, counted; others unaffected.

use super::fakes::{MINE, PING, connect, hello, publish, wire};
use super::house::{EVER, EndpointHouse, said};
use crate::ingest::mqtt_server::Config;
use crate::limits;
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
    let limits = limits::Config {
        messages_per_s_per_source: 10,
        ..limits::Config::default()
    };
    let mut house = EndpointHouse::limited(&limits, Config::default()).await;
    let mut lamp = house.enter("c").await;
    let mut other = connect("d");
    other.set_login("lamp-2", "key");
    let mut other = house.enter_with(&wire(&v4::Packet::Connect(other))).await;
    let many: Vec<u8> = (1..=105)
        .flat_map(|id| publish(MINE, 1, id, b"1"))
        .collect();
    lamp.say(&many).await;
    let mut got = 0;
    while got < 105 {
        let s = house.next().await;
        got += said(&s).len();
        s.receipt.durable();
    }
    for id in 1..=105 {
        lamp.hear(&[0x40, 2, 0, id]).await;
    }
    assert!(house.metrics.mqtt_throttled.get() >= 1);
    lamp.say(&PING).await;
    other.ping().await;
    lamp.hear(&[0xd0, 0]).await;
}

#[tokio::test]
async fn strangers_of_one_address_have_their_share_of_connections_until_they_show_a_key() {
    let limits = limits::Config {
        mqtt_connections_per_address: 1,
        mqtt_connections_per_key: 2,
        ..limits::Config::default()
    };
    let house = EndpointHouse::limited(&limits, Config::default()).await;
    let mut silent = house.knock().await;
    assert!(answer(&house, "a").await.is_empty(), "dropped unheard");
    house.ended("address_share", 1).await;
    silent.say(&hello("b")).await;
    silent.hear(&[0x20, 2, 0, 0]).await;
    let second = house.enter("c").await;
    assert_eq!(answer(&house, "d").await, [0x20, 2, 0, 3]);
    house.ended("key_share", 1).await;
    drop((silent, second));
    for _ in 0..1000 {
        if answer(&house, "e").await == [0x20, 2, 0, 0] {
            return;
        }
    }
    panic!("places are given back")
}

#[tokio::test]
async fn who_takes_over_its_own_connection_is_let_in_also_when_its_key_has_its_share() {
    let limits = limits::Config {
        mqtt_connections_per_key: 2,
        ..limits::Config::default()
    };
    let house = EndpointHouse::limited(&limits, Config::default()).await;
    let _silent = house.enter("a").await;
    let _other = house.enter("b").await;
    assert_eq!(answer(&house, "c").await, [0x20, 2, 0, 3]);
    house.enter("a").await.ping().await;
    house.ended("taken_over", 1).await;
}
