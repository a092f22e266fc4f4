//! Clients without a key, where such may listen: what they may, and what they may not.

use super::fakes::{MINE, Talk, publish, read5, wire, wire5};
use crate::ingest::mqtt_server::Config;
use crate::ingest::mqtt_server::close::Close;
use crate::ingest::mqtt_server::connection_limits::ConnectionLimits;
use rumqttc::mqttbytes::{QoS, v4};
use rumqttc::v5::mqttbytes::v5;

const TOPIC: &str = "bayhub/v1/zones/Z3/availability";

fn nameless() -> v4::Connect {
    let mut c = v4::Connect::new("anybody");
    c.keep_alive = 30;
    c
}

fn open_talk(connect: v4::Connect) -> Talk {
    let mut talk = Talk::new();
    talk.desk.strangers = true;
    talk.say(&wire(&v4::Packet::Connect(connect)));
    talk
}

fn nameless5() -> Vec<u8> {
    let connect = v5::Connect {
        keep_alive: 30,
        client_id: "anybody".into(),
        clean_start: true,
        properties: None,
    };
    wire5(&v5::Packet::Connect(connect, None, None))
}

#[test]
fn a_stranger_follows_zones_where_reads_are_public() {
    let mut talk = open_talk(nameless());
    assert_eq!(
        (talk.replies(), talk.end),
        (vec![0x20, 2, 0, 0], None),
        "let in"
    );
    let mut wanted = v4::Subscribe::new(TOPIC, QoS::AtMostOnce);
    wanted.pkid = 7;
    talk.say(&wire(&v4::Packet::Subscribe(wanted)));
    assert_eq!(talk.replies(), [0x90, 3, 0, 7, 0], "granted");
    assert!(talk.desk.watched.is_some());
}

#[test]
fn a_stranger_is_turned_away_where_they_are_not() {
    let mut talk = Talk::new();
    talk.say(&wire(&v4::Packet::Connect(nameless())));
    assert_eq!(talk.replies(), [0x20, 2, 0, 5]);
    assert_eq!(talk.end, Some(Close::NotAuthorised));
}

#[test]
fn a_wrong_key_is_not_taken_for_none() {
    let mut mistyped = nameless();
    mistyped.set_login("lamp-1", "kez");
    let mut talk = open_talk(mistyped);
    assert_eq!(talk.replies(), [0x20, 2, 0, 4]);
    assert_eq!(talk.end, Some(Close::BadCredentials));
}

#[test]
fn a_stranger_who_says_something_is_shown_out_and_nothing_of_it_is_taken() {
    for qos in [0, 1, 2] {
        let mut talk = open_talk(nameless());
        talk.say(&publish(MINE, qos, 3, b"70"));
        assert_eq!(talk.end, Some(Close::Stranger));
        assert!(talk.desk.takes.is_empty() && talk.batch.parcel.is_empty());
        assert!(talk.acks().is_empty(), "nothing is acknowledged");
    }
    let mut five = Talk::new();
    five.desk.strangers = true;
    five.say(&nameless5());
    five.replies();
    five.say(&super::fakes::publish5(MINE, 1, 3, None, b"70"));
    let mut last = bytes::BytesMut::new();
    five.session.say_goodbye(Close::Stranger, &mut last);
    let said = read5(&last);
    let Some(v5::Packet::Disconnect(told)) = said.first() else {
        panic!("{said:?}")
    };
    assert_eq!(told.reason_code as u8, 0x87, "{told:?}");
}

#[test]
fn a_stranger_leaves_no_will() {
    let mut willing = nameless();
    let will = v4::LastWill::new("bayhub/v1/lamp-1/status", "5", QoS::AtLeastOnce, true);
    willing.last_will = Some(will);
    let mut talk = open_talk(willing);
    assert_eq!(talk.end, Some(Close::Will));
    assert!(talk.session.take_will().is_none());
}

#[test]
fn strangers_have_half_the_places_and_give_them_back() {
    let config = Config {
        max_connections: 5,
        ..Config::default()
    };
    let seats = ConnectionLimits::new(9);
    let most = config.max_strangers();
    let inside = (0..5).filter(|_| seats.enter_stranger(most)).count();
    assert_eq!(inside, 3, "sensors have the rest");
    seats.exit_stranger();
    assert!(seats.enter_stranger(most) && !seats.enter_stranger(most));
}
