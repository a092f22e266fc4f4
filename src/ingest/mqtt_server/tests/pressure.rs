//! Overload and slow peers: bounded memory, nothing acknowledged that is not durable, others
//! unharmed.

use super::fakes::{MINE, PING, connect, publish, wire};
use super::house::{EVER, EndpointHouse, Raw, said};
use crate::domain::UsageKind;
use crate::ingest::mqtt_server::Config;
use rumqttc::mqttbytes::v4;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

/// Writes publishes `1..` until the server takes no more; returns the bytes that went and the
/// rest of the last.
async fn fill(lamp: &mut Raw) -> (usize, u64, Vec<u8>) {
    let mut sent = 0;
    let mut n = 0;
    loop {
        n += 1;
        let mut packet = publish(
            MINE,
            1,
            (n % 60_000) as u16 + 1,
            format!("{n:01000}").as_bytes(),
        );
        while !packet.is_empty() {
            // Half a second without room: its socket is not being read.
            match timeout(Duration::from_millis(500), lamp.0.write(&packet)).await {
                Ok(written) => {
                    let written = written.unwrap();
                    sent += written;
                    packet.drain(..written);
                }
                Err(_) => return (sent, n, packet),
            }
        }
        assert!(sent < 64 << 20, "the endpoint reads on and on");
    }
}

#[tokio::test]
async fn when_the_journal_stands_still_the_sender_waits_and_others_do_not() {
    let mut house = EndpointHouse::open(Config::default(), 2).await;
    let mut lamp = house.enter("fast").await;
    let mut idle = house.enter("idle").await;
    let (_, last, rest) = fill(&mut lamp).await;
    idle.ping().await;
    assert_eq!(house.metrics.reports_shed.get(), 0);
    // The journal moves again: everything arrives, once, in order, and is acknowledged.
    let (mut reader, mut writer) = lamp.0.into_split();
    let finish = tokio::spawn(async move {
        writer.write_all(&rest).await.unwrap();
        writer
    });
    let acks = tokio::spawn(async move {
        let mut got = vec![0; last as usize * 4];
        timeout(EVER, reader.read_exact(&mut got))
            .await
            .expect("acks in time")
            .unwrap();
        got
    });
    let mut next = 1;
    while next <= last {
        let s = house.next().await;
        for n in said(&s) {
            assert_eq!(n, next);
            next += 1;
        }
        s.receipt.durable();
    }
    let got = acks.await.unwrap();
    for (ack, n) in got.chunks(4).zip(1..) {
        let id = (n % 60_000) as u16 + 1;
        assert_eq!(ack, [0x40, 2, (id >> 8) as u8, id as u8]);
    }
    drop(finish.await);
}

#[tokio::test]
async fn submissions_that_wait_for_the_disk_are_bounded() {
    let config = Config {
        max_inflight_submissions: 3,
        ..Config::default()
    };
    let mut house = EndpointHouse::open(config, 100).await;
    let mut lamp = house.enter("c").await;
    let mut held = Vec::new();
    for id in 1..=3 {
        lamp.say(&publish(MINE, 1, id, b"1")).await;
        held.push(house.next().await);
    }
    let mut idle = house.enter("idle").await;
    lamp.say(&publish(MINE, 1, 4, b"4")).await;
    lamp.say(&PING).await;
    idle.ping().await;
    assert!(house.journal.take().is_none(), "a fourth is not even read");
    held.remove(0).receipt.durable();
    lamp.hear(&[0x40, 2, 0, 1, 0xd0, 0]).await;
    assert_eq!(said(&house.next().await), [4]);
}

#[tokio::test]
async fn qos_0_is_shed_and_counted_when_the_journal_is_busy_and_its_sender_is_not_held_up() {
    let mut house = EndpointHouse::open(Config::default(), 1).await;
    let mut lamp = house.enter("c").await;
    lamp.say(&publish(MINE, 0, 0, b"1")).await;
    lamp.ping().await;
    let one = publish(MINE, 0, 0, b"2 elsewhere");
    let two = publish(MINE, 0, 0, b"3 elsewhere nowhere");
    lamp.say(&[one, two].concat()).await;
    lamp.ping().await;
    assert_eq!(house.metrics.messages_shed.get(), 2);
    // What was refused was said of bays; a sign of life is said of none.
    assert_eq!(house.metrics.reports_shed.get(), 3);
    let mut shed = 0;
    let usage = house.account.usage();
    usage.take(|kind, n| shed += u64::from(kind == UsageKind::Shed) * n);
    assert_eq!(shed, 3, "and whose it was");
    assert_eq!(said(&house.next().await), [1]);
    lamp.say(&publish(MINE, 0, 0, b"4")).await;
    assert_eq!(said(&house.next().await), [4]);
}

#[tokio::test]
async fn a_busy_journal_does_not_count_as_the_clients_silence() {
    let mut house = EndpointHouse::open(Config::default(), 1).await;
    let mut c = connect("c");
    c.keep_alive = 1;
    let mut lamp = house.enter_with(&wire(&v4::Packet::Connect(c))).await;
    let mut other = house.enter("other").await;
    other.say(&publish(MINE, 0, 0, b"1")).await;
    other.ping().await;
    lamp.say(&publish(MINE, 1, 1, b"2")).await;
    let mut silent = connect("silent");
    silent.keep_alive = 1;
    // Another client of the same keep-alive tells when the time is over.
    house
        .enter_with(&wire(&v4::Packet::Connect(silent)))
        .await
        .hear_the_end()
        .await;
    assert_eq!(said(&house.next().await), [1]);
    let s = house.next().await;
    assert_eq!(said(&s), [2]);
    s.receipt.durable();
    lamp.hear(&[0x40, 2, 0, 1]).await;
}

#[tokio::test]
async fn a_client_that_does_not_read_its_acks_is_dropped() {
    let config = Config {
        write_timeout_s: 1,
        ..Config::default()
    };
    let house = EndpointHouse::open(config, 16).await;
    let mut deaf = house.enter("deaf").await;
    let mut idle = house.enter("idle").await;
    let pings = PING.repeat(32 * 1024);
    let flood = async { while deaf.0.write_all(&pings).await.is_ok() {} };
    timeout(EVER, flood).await.expect("it is dropped");
    house.ended("slow_reader", 1).await;
    idle.ping().await;
}

/// Resident bytes of this process.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|l| l.starts_with("VmRSS:")).unwrap();
    line.split_whitespace()
        .nth(1)
        .unwrap()
        .parse::<usize>()
        .unwrap()
        * 1024
}

/// Run by hand, it needs 16,000 file handles:
/// `cargo test --release --lib idle_connections -- --ignored --nocapture`.
#[tokio::test]
#[ignore = "opens 8,000 connections"]
async fn idle_connections_cost_little_memory_even_after_a_burst() {
    const N: usize = 8_000;
    let config = Config {
        max_connections_per_source: N,
        ..Config::default()
    };
    let mut house = EndpointHouse::open(config, 16).await;
    let before = resident();
    let mut lamps = Vec::with_capacity(N);
    for n in 0..N {
        lamps.push(house.enter(&format!("lamp-{n}")).await);
    }
    let quiet = resident() - before;
    let burst: Vec<u8> = (1..=50)
        .flat_map(|id| publish(MINE, 1, id, &[b'x'; 400]))
        .collect();
    for lamp in &mut lamps {
        lamp.say(&burst).await;
        let mut refused = 0;
        while refused < 50 {
            let s = house.next().await;
            refused += s.refusals.len();
            s.receipt.durable();
        }
        lamp.0.read_exact(&mut [0; 200]).await.unwrap();
    }
    let after = resident() - before;
    // Both ends of each connection live in this process: what is shown is more than the server's
    // share.
    println!(
        "{} bytes a connection when new, {} after a burst of 20 KB each",
        quiet / N,
        after / N
    );
    assert!(quiet / N <= 20_000 && after / N <= 20_000);
}
