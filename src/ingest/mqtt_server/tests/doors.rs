//! The server on real sockets: what it acknowledges, whom it lets in, and how it ends.

use super::fakes::{GOODBYE, MINE, connect, hello, publish, release, wire};
use super::house::{EVER, EndpointHouse, said};
use crate::domain::{Door, Reason};
use crate::ingest::mqtt_server::Config;
use rumqttc::mqttbytes::v4;
use rumqttc::{AsyncClient, ConnectReturnCode, ConnectionError, Event, MqttOptions, Packet, QoS};
use std::time::Duration;
use tokio::time::timeout;

fn will(number: &str) -> Vec<u8> {
    let mut c = connect("willing");
    c.last_will = Some(v4::LastWill::new(
        "bayhub/v1/lamp-1/status",
        number,
        QoS::AtLeastOnce,
        true,
    ));
    wire(&Packet::Connect(c))
}

fn as_lamp_2(client_id: &str) -> Vec<u8> {
    let mut c = connect(client_id);
    c.set_login("lamp-2", "key");
    wire(&Packet::Connect(c))
}

fn options(house: &EndpointHouse, client_id: &str, password: &str) -> MqttOptions {
    let mut o = MqttOptions::new(client_id, house.addr.ip().to_string(), house.addr.port());
    o.set_credentials("lamp-1", password)
        .set_keep_alive(Duration::from_secs(30));
    o
}

#[tokio::test]
async fn no_ack_before_the_receipt() {
    let mut house = EndpointHouse::usual().await;
    let mut lamp = house.enter("c").await;
    lamp.say(&publish(MINE, 1, 7, b"70")).await;
    let submission = house.next().await;
    assert_eq!(said(&submission), [70]);
    lamp.ping().await; // and not a PUBACK
    submission.receipt.durable();
    lamp.hear(&[0x40, 2, 0, 7]).await;
}

#[tokio::test]
async fn many_packets_of_one_read_are_one_submission_with_one_receipt() {
    let mut house = EndpointHouse::usual().await;
    let mut lamp = house.enter("c").await;
    let all: Vec<u8> = (1..=500u16)
        .flat_map(|id| publish(MINE, 1, id, id.to_string().as_bytes()))
        .collect();
    lamp.say(&all).await;
    let mut got = Vec::new();
    let mut submissions = 0;
    while got.len() < 500 {
        let s = house.next().await;
        got.extend(said(&s));
        s.receipt.durable();
        submissions += 1;
    }
    assert_eq!(got, (1..=500).collect::<Vec<u64>>());
    assert!(submissions < 100, "{submissions}");
    for id in 1..=500u16 {
        lamp.hear(&[0x40, 2, (id >> 8) as u8, id as u8]).await;
    }
}

#[tokio::test]
async fn acks_keep_the_order_of_the_publishes_whatever_the_order_of_the_receipts() {
    let mut house = EndpointHouse::usual().await;
    let mut lamp = house.enter("c").await;
    let mut held = Vec::new();
    for (id, qos) in [(1, 1), (2, 2), (3, 1)] {
        lamp.say(&publish(MINE, qos, id, b"1")).await;
        held.push(house.next().await);
    }
    lamp.say(&publish(MINE, 1, 4, b"nothing")).await; // nothing to store, yet not before the others
    for s in held.drain(1..).rev() {
        s.receipt.durable();
    }
    lamp.ping().await;
    held.remove(0).receipt.durable();
    lamp.hear(&[0x40, 2, 0, 1, 0x50, 2, 0, 2, 0x40, 2, 0, 3, 0x40, 2, 0, 4])
        .await;
}

#[tokio::test]
async fn qos_2_is_taken_exactly_once() {
    let mut house = EndpointHouse::usual().await;
    let mut lamp = house.enter("c").await;
    let first = publish(MINE, 2, 7, b"70");
    lamp.say(&[first.clone(), first.clone()].concat()).await;
    let s = house.next().await;
    assert_eq!(said(&s), [70]);
    lamp.say(&first).await;
    lamp.ping().await;
    s.receipt.durable();
    lamp.hear(&[0x50, 2, 0, 7, 0x50, 2, 0, 7, 0x50, 2, 0, 7])
        .await;
    lamp.say(&release(7)).await;
    lamp.hear(&[0x70, 2, 0, 7]).await;
    assert!(house.journal.take().is_none());
}

#[tokio::test]
async fn a_real_client_publishes_at_every_qos() {
    let mut house = EndpointHouse::usual().await;
    let (client, mut events) = AsyncClient::new(options(&house, "real", "key"), 10);
    let sending = tokio::spawn(async move {
        for n in 0..90u64 {
            let qos = [QoS::AtMostOnce, QoS::AtLeastOnce, QoS::ExactlyOnce][n as usize % 3];
            client
                .publish(MINE, qos, false, n.to_string())
                .await
                .unwrap();
        }
        client // its drop would end the connection
    });
    let journal = tokio::spawn(async move {
        let mut got = Vec::new();
        while got.len() < 90 {
            let s = house.next().await;
            got.extend(said(&s));
            s.receipt.durable();
        }
        (got, house)
    });
    let mut acked = 0;
    let mut completed = 0;
    while acked < 30 || completed < 30 {
        match timeout(EVER, events.poll())
            .await
            .expect("acks in time")
            .expect("a connection")
        {
            Event::Incoming(Packet::PubAck(_)) => acked += 1,
            Event::Incoming(Packet::PubComp(_)) => completed += 1,
            _ => {}
        }
    }
    let (got, _house) = journal.await.unwrap();
    assert_eq!(got, (0..90).collect::<Vec<_>>());
    drop(sending.await);
}

#[tokio::test]
async fn a_real_client_with_a_wrong_password_is_told_so() {
    let house = EndpointHouse::usual().await;
    let (_client, mut events) = AsyncClient::new(options(&house, "real", "guess"), 10);
    let refused = timeout(EVER, events.poll()).await.unwrap().unwrap_err();
    let ConnectionError::ConnectionRefused(code) = refused else {
        panic!("{refused}")
    };
    assert_eq!(code, ConnectReturnCode::BadUserNamePassword);
    house.ended("bad_credentials", 1).await;
}

#[tokio::test]
async fn a_newer_connection_takes_over_but_never_a_strangers() {
    let house = EndpointHouse::usual().await;
    let mut older = house.enter("lamp").await;
    let mut stranger = house.enter_with(&as_lamp_2("lamp")).await;
    let mut newer = house.enter("lamp").await;
    older.hear_the_end().await;
    newer.ping().await;
    stranger.ping().await;
    house.ended("taken_over", 1).await;
}

#[tokio::test]
async fn a_silent_client_is_ended_after_its_keep_alive_and_one_without_is_not() {
    let house = EndpointHouse::usual().await;
    let keeping = |id: &str, seconds| {
        let mut c = connect(id);
        c.keep_alive = seconds;
        wire(&Packet::Connect(c))
    };
    let mut for_ever = house.enter_with(&keeping("a", 0)).await;
    let mut for_a_second = house.enter_with(&keeping("b", 1)).await;
    for_a_second.hear_the_end().await;
    house.ended("keep_alive", 1).await;
    for_ever.ping().await;
}

#[tokio::test]
async fn strangers_and_half_packets_do_not_hold_a_place() {
    let config = Config {
        connect_timeout_s: 1,
        packet_timeout_s: 1,
        ..Config::default()
    };
    let house = EndpointHouse::open(config, 16).await;
    let mut silent = house.knock().await;
    let mut half = house.knock().await;
    half.say(&hello("c")[..9]).await;
    silent.hear_the_end().await;
    half.hear_the_end().await;
    house.ended("connect_timeout", 2).await;
    let mut half = house.enter("c").await;
    half.say(&publish(MINE, 1, 1, b"100")[..9]).await;
    half.hear_the_end().await;
    house.ended("stalled", 1).await;
}

#[tokio::test]
async fn the_time_for_a_packet_starts_with_its_first_byte() {
    let mut house = EndpointHouse::open(
        Config {
            packet_timeout_s: 1,
            ..Config::default()
        },
        16,
    )
    .await;
    let mut lamp = house.enter("c").await;
    let mut other = house.enter("other").await;
    tokio::time::sleep(Duration::from_millis(1200)).await; // idle, which is no fault
    let packet = publish(MINE, 1, 1, b"100");
    lamp.say(&packet[..9]).await;
    other.ping().await;
    lamp.say(&packet[9..]).await;
    house.next().await.receipt.durable();
    lamp.hear(&[0x40, 2, 0, 1]).await;
}

#[tokio::test]
async fn garbage_ends_its_own_connection_only() {
    let mut house = EndpointHouse::usual().await;
    let mut good = house.enter("good").await;
    for n in 1..=5 {
        let mut bad = house.enter("bad").await;
        bad.say(&[0xff; 3000]).await;
        bad.hear_the_end().await;
        house.ended("malformed", n).await;
        let mut http = house.knock().await;
        http.say(b"GET / HTTP/1.1\r\n\r\n").await;
        http.hear_the_end().await;
    }
    good.say(&publish(MINE, 1, 1, b"1")).await;
    house.next().await.receipt.durable();
    good.hear(&[0x40, 2, 0, 1]).await;
    assert!(house.journal.take().is_none());
}

#[tokio::test]
async fn what_the_journal_drops_is_not_acknowledged_and_ends_the_connection() {
    let mut house = EndpointHouse::usual().await;
    let mut lamp = house.enter("c").await;
    lamp.say(&publish(MINE, 1, 1, b"1")).await;
    drop(house.next().await);
    lamp.hear_the_end().await;
    house.ended("not_durable", 1).await;
}

#[tokio::test]
async fn without_a_journal_nothing_is_acknowledged() {
    let house = EndpointHouse::usual().await;
    let mut lamp = house.enter("c").await;
    drop(house.journal);
    lamp.say(&publish(MINE, 1, 1, b"1")).await;
    lamp.hear_the_end().await;
}

#[tokio::test]
async fn a_refused_publish_is_acknowledged_once_its_refusal_is_durable() {
    let mut house = EndpointHouse::usual().await;
    let mut lamp = house.enter("c").await;
    lamp.say(&publish("bayhub/v1/lamp-2/report", 1, 1, b"1"))
        .await;
    let s = house.next().await;
    assert_eq!(
        (s.claims.len(), s.refusals.len(), s.refusals[0].reason),
        (0, 1, Reason::Forbidden)
    );
    assert_eq!(house.metrics.refused(Door::Mqtt, Reason::Forbidden), 1);
    lamp.ping().await;
    s.receipt.durable();
    lamp.hear(&[0x40, 2, 0, 1]).await;
}

#[tokio::test]
async fn an_oversized_publish_is_refused_before_its_body_and_recorded() {
    let mut house = EndpointHouse::usual().await;
    let mut lamp = house.enter("c").await;
    lamp.say(
        &[
            &publish(MINE, 1, 1, b"1")[..],
            &[0x32, 0xff, 0xff, 0xff, 0x7f],
        ]
        .concat(),
    )
    .await;
    let s = house.next().await;
    assert_eq!(
        (said(&s), s.refusals.len(), s.refusals[0].reason),
        (vec![1], 1, Reason::TooLarge)
    );
    s.receipt.durable();
    lamp.hear(&[0x40, 2, 0, 1]).await;
    lamp.hear_the_end().await;
    house.ended("too_large", 1).await;
}

#[tokio::test]
async fn the_largest_message_allowed_arrives_whole() {
    let mut house = EndpointHouse::usual().await;
    let mut lamp = house.enter("c").await;
    lamp.say(&publish(MINE, 1, 1, &vec![b'x'; 262_144])).await;
    let s = house.next().await;
    assert_eq!(
        s.refusals[0].reason,
        Reason::Malformed,
        "it reached the intake, which knows numbers only"
    );
    s.receipt.durable();
    lamp.say(&publish(MINE, 1, 2, &vec![b'x'; 262_145])).await;
    lamp.hear(&[0x40, 2, 0, 1]).await;
    assert_eq!(house.next().await.refusals[0].reason, Reason::TooLarge);
}

#[tokio::test]
async fn a_last_will_is_left_by_who_goes_without_goodbye() {
    let mut house = EndpointHouse::usual().await;
    let mut polite = house.enter_with(&will("1")).await;
    polite.say(&GOODBYE).await;
    polite.hear_the_end().await;
    drop(house.enter_with(&will("2")).await);
    let s = house.next().await;
    assert_eq!((said(&s), s.claims.len()), (vec![2], 1));
    let mut rude = house.enter_with(&will("3")).await;
    rude.say(&publish(MINE, 1, 1, b"30")).await;
    let report = house.next().await;
    rude.say(&[0xff]).await;
    report.receipt.durable();
    assert_eq!(
        said(&house.next().await),
        [3],
        "after the reports that came before it"
    );
}

#[tokio::test]
async fn the_house_and_each_source_have_their_limits() {
    let config = Config {
        max_connections: 3,
        max_connections_per_source: 2,
        ..Config::default()
    };
    let house = EndpointHouse::open(config, 16).await;
    let mut a = house.enter("a").await;
    let _b = house.enter("b").await;
    let mut third = house.knock().await;
    third.say(&hello("c")).await;
    third.hear(&[0x20, 2, 0, 3]).await;
    third.hear_the_end().await;
    let _other = house.enter_with(&as_lamp_2("d")).await;
    let mut fourth = house.knock().await;
    fourth.say(&as_lamp_2("e")).await;
    fourth.hear(&[0x20, 2, 0, 3]).await;
    fourth.hear_the_end().await;
    house.ended("full", 2).await;
    a.ping().await;
}

#[tokio::test]
async fn at_shutdown_what_is_under_way_is_acknowledged_and_no_will_is_left() {
    let mut house = EndpointHouse::usual().await;
    let mut idle = house.enter_with(&as_lamp_2("idle")).await;
    let mut lamp = house.enter_with(&will("9")).await;
    lamp.say(&publish(MINE, 1, 1, b"1")).await;
    let s = house.next().await;
    house.stop.send(true).unwrap();
    idle.hear_the_end().await;
    s.receipt.durable();
    lamp.hear(&[0x40, 2, 0, 1]).await;
    lamp.hear_the_end().await;
    drop(lamp);
    drop(idle);
    timeout(EVER, house.serving).await.expect("an end").unwrap();
    assert!(
        house.journal.recv().await.is_none(),
        "no will, and the queue is let go"
    );
    assert_eq!(house.metrics.mqtt_connections.get(), 0);
}
