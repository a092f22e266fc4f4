//! How a client of MQTT 5 is let in, and what it is told when it is not, on the pure session.

use super::fakes::{Talk, connect5, hello5, read5, with};
use crate::ingest::mqtt_server::close::Close;
use bytes::BytesMut;
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::{ConnAck, ConnectProperties, ConnectReturnCode, LastWill, Packet};

fn knock(bytes: &[u8]) -> (ConnAck, Talk) {
    let mut t = Talk::new();
    t.say(bytes);
    let mut said = read5(&t.replies());
    let Some(Packet::ConnAck(ack)) = said.pop() else {
        panic!("{said:?} {:?}", t.end)
    };
    assert!(said.is_empty() && !ack.session_present);
    (ack, t)
}

#[test]
fn the_welcome_announces_the_limits() {
    let (ack, t) = knock(&hello5());
    assert_eq!((ack.code, t.end), (ConnectReturnCode::Success, None));
    let p = ack.properties.unwrap();
    assert_eq!(
        (p.receive_max, p.max_packet_size, p.topic_alias_max),
        (Some(10), Some(3072), Some(3))
    );
    assert_eq!(
        (p.session_expiry_interval, p.retain_available, p.max_qos),
        (Some(0), Some(1), None)
    );
    assert_eq!(p.wildcard_subscription_available, Some(1));
    assert_eq!(
        (
            p.subscription_identifiers_available,
            p.shared_subscription_available
        ),
        (Some(0), Some(0))
    );
    assert_eq!(
        (p.assigned_client_identifier, p.server_keep_alive),
        (None, None)
    );
}

#[test]
fn a_client_without_an_id_is_given_one_and_a_keep_alive_beyond_the_limit_is_capped() {
    let mut t = Talk::new();
    t.say(&connect5("", ConnectProperties::new(), None));
    let Packet::ConnAck(ack) = &read5(&t.replies())[0] else {
        panic!()
    };
    assert_eq!(
        ack.properties
            .as_ref()
            .unwrap()
            .assigned_client_identifier
            .as_deref(),
        Some("hub-1")
    );
    assert_eq!(t.desk.seats, [Some("hub-1".into())]);
    let mut limits = super::fakes::LIMITS;
    for (limit, said) in [
        (None, None),
        (Some(30), None),
        (Some(29), Some(29)),
        (Some(0), None),
    ] {
        limits.keep_alive_s = limit;
        let mut t = Talk {
            session: crate::ingest::mqtt_server::session::Session::new(limits),
            ..Talk::new()
        };
        t.say(&hello5());
        let Packet::ConnAck(ack) = &read5(&t.replies())[0] else {
            panic!()
        };
        assert_eq!(ack.properties.as_ref().unwrap().server_keep_alive, said);
    }
}

#[test]
fn whoever_is_refused_is_told_why() {
    let status = |topic: &str| Some(LastWill::new(topic, "7", QoS::AtLeastOnce, true, None));
    let method = with(|p| p.authentication_method = Some("SCRAM-SHA-256".into()));
    let small = with(|p| p.max_packet_size = Some(79));
    for (bytes, code, why) in [
        (
            connect5("c", method, None),
            ConnectReturnCode::BadAuthenticationMethod,
            Close::Method,
        ),
        (
            connect5("c", small, None),
            ConnectReturnCode::PacketTooLarge,
            Close::Unsayable,
        ),
        (
            connect5(&"x".repeat(129), ConnectProperties::new(), None),
            ConnectReturnCode::ClientIdentifierNotValid,
            Close::ClientId,
        ),
        (
            connect5(
                "c",
                ConnectProperties::new(),
                status("bayhub/v1/lamp-2/status"),
            ),
            ConnectReturnCode::NotAuthorized,
            Close::Will,
        ),
    ] {
        let (ack, t) = knock(&bytes);
        assert_eq!((ack.code, t.end), (code, Some(why)));
        assert!(t.desk.seats.is_empty());
        let mut out = BytesMut::new();
        t.session.say_goodbye(why, &mut out);
        assert!(out.is_empty(), "the CONNACK was the last word");
    }
    let mut wrong = hello5();
    let at = wrong.len() - 1;
    wrong[at] = b'x';
    assert_eq!(knock(&wrong).0.code, ConnectReturnCode::BadUserNamePassword);
    for (why, code) in [(Close::Full, 0x88), (Close::Rate, 0x9f)] {
        let mut t = Talk::new();
        t.desk.full = Some(why);
        t.say(&hello5());
        assert_eq!((&t.replies()[2..4], t.end), (&[0, code][..], Some(why)));
    }
}

#[test]
fn a_version_to_come_is_refused_in_the_words_of_5() {
    let mut six = hello5();
    six[8] = 6;
    let (ack, t) = knock(&six);
    assert_eq!(
        (ack.code, t.end),
        (
            ConnectReturnCode::UnsupportedProtocolVersion,
            Some(Close::Version)
        )
    );
}

#[test]
fn a_malformed_connect_is_told_so() {
    let mut bent = hello5();
    bent[9] |= 1;
    let (ack, t) = knock(&bent);
    assert_eq!(ack.code, ConnectReturnCode::MalformedPacket);
    assert!(matches!(t.end, Some(Close::Malformed(_))));
}
