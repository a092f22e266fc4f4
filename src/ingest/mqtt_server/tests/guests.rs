//! Connections that another listener accepted: the same conversation, from the same places and
//! shares, with the same end.

use super::fakes::{MINE, PING, hello, publish};
use super::house::{EVER, EndpointHouse, said};
use crate::ingest::mqtt_server::{Config, GuestRefused};
use crate::limits;
use std::net::{IpAddr, Ipv4Addr};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
use tokio::time::timeout;

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const THERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

async fn hear(line: &mut DuplexStream, bytes: &[u8]) {
    let mut got = vec![0; bytes.len()];
    let read = timeout(EVER, line.read_exact(&mut got)).await;
    read.expect("bytes in time").expect("bytes");
    assert_eq!(got, bytes);
}

async fn hear_the_end(line: &mut DuplexStream) {
    let mut rest = Vec::new();
    let read = timeout(EVER, line.read_to_end(&mut rest)).await;
    read.expect("an end in time").expect("an end");
    assert!(rest.is_empty(), "{rest:x?}");
}

#[tokio::test]
async fn a_guest_reports_and_is_acknowledged_once_that_is_stored() {
    let (guests, mut house) = EndpointHouse::guests(Config::default(), &limits::Config::unbound());
    let (mut line, theirs) = duplex(4096);
    guests.admit(HERE).unwrap().talk(theirs);
    line.write_all(&hello("c")).await.unwrap();
    hear(&mut line, &[0x20, 2, 0, 0]).await;
    line.write_all(&publish(MINE, 1, 7, b"70")).await.unwrap();
    let submission = house.next().await;
    assert_eq!(said(&submission), [70]);
    line.write_all(&PING).await.unwrap();
    hear(&mut line, &[0xd0, 0]).await;
    submission.receipt.durable();
    hear(&mut line, &[0x40, 2, 0, 7]).await;
    assert_eq!(house.metrics.mqtt_connections.get(), 1);
    drop(line);
    while house.metrics.mqtt_connections.get() > 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn places_are_bounded_and_one_that_comes_to_nothing_is_given_back() {
    let two = Config {
        max_connections: 2,
        ..Config::default()
    };
    let (guests, house) = EndpointHouse::guests(two, &limits::Config::unbound());
    let one = guests.admit(HERE).unwrap();
    let two = guests.admit(THERE).unwrap();
    assert_eq!(guests.admit(HERE).err(), Some(GuestRefused::Full));
    house.ended("full", 1).await;
    drop(one);
    let three = guests.admit(HERE).unwrap();
    assert_eq!(guests.admit(HERE).err(), Some(GuestRefused::Full));
    drop((two, three));
    let (line, theirs) = duplex(64);
    guests.admit(HERE).unwrap().talk(theirs);
    drop(line);
    while house.metrics.mqtt_connections.get() > 0 {
        tokio::task::yield_now().await;
    }
    assert!(guests.admit(HERE).is_ok(), "and so is one that was used");
}

#[tokio::test]
async fn an_address_has_its_share_and_its_pace_of_guests() {
    let bound = limits::Config {
        mqtt_connections_per_address: 1,
        ..limits::Config::default()
    };
    let slow = Config {
        max_connects_per_s_per_address: 1,
        ..Config::default()
    };
    let (guests, house) = EndpointHouse::guests(slow, &bound);
    let first = guests.admit(HERE).unwrap();
    let second = guests.admit(HERE).err();
    assert!(matches!(second, Some(GuestRefused::Share(taken)) if taken.limit == 1));
    house.ended("address_share", 1).await;
    drop(first);
    // Ten seconds' worth may come at once; two have.
    for _ in 2..10 {
        assert!(guests.admit(HERE).is_ok());
    }
    assert_eq!(guests.admit(HERE).err(), Some(GuestRefused::TooFast));
    assert!(guests.admit(THERE).is_ok(), "others are let in");
    house.ended("connect_rate", 1).await;
}

/// On the stopped clock each wait jumps to its end.
#[tokio::test(start_paused = true)]
async fn a_stop_lets_what_is_under_way_become_durable_and_takes_nobody_in() {
    let (guests, mut house) = EndpointHouse::guests(Config::default(), &limits::Config::unbound());
    let (mut line, theirs) = duplex(4096);
    guests.admit(HERE).unwrap().talk(theirs);
    line.write_all(&hello("c")).await.unwrap();
    hear(&mut line, &[0x20, 2, 0, 0]).await;
    line.write_all(&publish(MINE, 1, 7, b"70")).await.unwrap();
    let submission = house.next().await;
    let late = guests.admit(HERE).unwrap();
    house.stop.send_replace(true);
    assert_eq!(guests.admit(HERE).err(), Some(GuestRefused::Closing));
    submission.receipt.durable();
    hear(&mut line, &[0x40, 2, 0, 7]).await;
    hear_the_end(&mut line).await;
    timeout(EVER, house.serving).await.expect("an end").unwrap();
    let (mut too_late, theirs) = duplex(64);
    late.talk(theirs);
    hear_the_end(&mut too_late).await;
}

#[tokio::test(start_paused = true)]
async fn who_says_nothing_is_let_go() {
    let (guests, house) = EndpointHouse::guests(Config::default(), &limits::Config::unbound());
    let (mut line, theirs) = duplex(64);
    guests.admit(HERE).unwrap().talk(theirs);
    hear_the_end(&mut line).await;
    house.ended("connect_timeout", 1).await;
}
