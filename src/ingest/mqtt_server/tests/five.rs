//! The rules that MQTT 5 adds once a client is in, one by one, on the pure session.

use super::fakes::{GOODBYE, MINE, Talk, connect5, publish5, read5, release, with};
use crate::domain::Reason;
use crate::ingest::mqtt_server::close::Close;
use bytes::BytesMut;
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::{
    ConnectProperties, DisconnectReasonCode, LastWill, LastWillProperties, Packet, PubAckReason,
    PubCompReason, PubRecReason,
};

/// The reason and its string of the only ack.
fn puback(t: &mut Talk) -> (PubAckReason, Option<String>) {
    match &read5(&t.acks())[..] {
        [Packet::PubAck(a)] => (
            a.reason,
            a.properties.as_ref().and_then(|p| p.reason_string.clone()),
        ),
        other => panic!("{other:?}"),
    }
}

/// What the client is told at the end.
fn goodbye(t: &Talk) -> (DisconnectReasonCode, Option<String>) {
    let mut out = BytesMut::new();
    t.session.say_goodbye(t.end.expect("an end"), &mut out);
    match &read5(&out)[..] {
        [Packet::Disconnect(d)] => (
            d.reason_code,
            d.properties.as_ref().and_then(|p| p.reason_string.clone()),
        ),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_refused_publish_is_acknowledged_with_its_reason() {
    for (topic, payload, code, text) in [
        (MINE, &b"1"[..], PubAckReason::Success, None),
        (MINE, b"nothing", PubAckReason::Success, None),
        (
            "bayhub/v1/lamp-2/report",
            b"1",
            PubAckReason::NotAuthorized,
            Some("forbidden: lamp-1 may publish under bayhub/v1/lamp-1/ only"),
        ),
        (
            MINE,
            b"x",
            PubAckReason::PayloadFormatInvalid,
            Some("malformed: not a number"),
        ),
        (
            MINE,
            b"elsewhere",
            PubAckReason::ImplementationSpecificError,
            Some("unknown_bay: not a number"),
        ),
        (
            MINE,
            &[b'1'; 2049],
            PubAckReason::QuotaExceeded,
            Some("too_large: payload of 2049 bytes, at most 2048"),
        ),
        (
            MINE,
            b"1 x 2 elsewhere x",
            PubAckReason::Success,
            Some("3 of 5 refused: malformed 2, unknown_bay 1"),
        ),
        (
            MINE,
            b"x x",
            PubAckReason::PayloadFormatInvalid,
            Some("2 of 2 refused: malformed 2"),
        ),
    ] {
        let mut t = Talk::open5();
        t.say(&publish5(topic, 1, 7, None, payload));
        assert_eq!(
            puback(&mut t),
            (code, text.map(Into::into)),
            "{topic} {payload:?}"
        );
        assert!(t.replies().is_empty() && t.batch.owed && t.end.is_none());
    }
}

#[test]
fn reasons_are_left_out_for_who_has_no_room_or_no_wish_for_them() {
    for p in [
        with(|p| p.request_problem_info = Some(0)),
        with(|p| p.max_packet_size = Some(80)),
    ] {
        let mut t = Talk::new();
        t.say(&connect5("c", p, None));
        t.replies();
        t.say(&publish5(
            "bayhub/v1/lamp-2/report/and/so/on",
            1,
            7,
            None,
            b"1",
        ));
        t.desk.takes.clear();
        let (code, text) = puback(&mut t);
        assert_eq!(code, PubAckReason::NotAuthorized);
        assert_eq!(t.end, None);
        assert!(
            text.is_none_or(|t| t.len() < 73),
            "with 7 bytes around it, it fits in 80"
        );
    }
    let mut t = Talk::new();
    t.say(&connect5("c", with(|p| p.max_packet_size = Some(80)), None));
    t.replies();
    t.say(&publish5(
        MINE,
        1,
        7,
        None,
        &[b"x x x x x x x".as_slice(), &[b' '; 300]].concat(),
    ));
    assert_eq!(puback(&mut t).0, PubAckReason::PayloadFormatInvalid);
}

#[test]
fn a_reason_string_is_short_and_free_of_control_characters() {
    let mut t = Talk::open5();
    let long = format!("bayhub/v1/\u{1}{}/report", "é".repeat(400));
    t.say(&publish5(&long, 1, 7, None, b"1"));
    let text = puback(&mut t).1.unwrap();
    assert!(text.len() <= 256 && !text.contains(char::is_control));
}

#[test]
fn a_refused_qos_2_ends_with_its_pubrec_and_frees_its_id() {
    let mut t = Talk::open5();
    t.say(&publish5(MINE, 2, 5, None, b"x"))
        .say(&publish5(MINE, 2, 5, None, b"50"))
        .say(&release(5));
    let said = read5(&t.acks());
    let [
        Packet::PubRec(no),
        Packet::PubRec(yes),
        Packet::PubComp(done),
    ] = &said[..]
    else {
        panic!("{said:?}")
    };
    assert_eq!(
        (no.reason, yes.reason),
        (PubRecReason::PayloadFormatInvalid, PubRecReason::Success)
    );
    assert_eq!((done.reason, t.batch.settles), (PubCompReason::Success, 2));
    t.say(&release(5));
    let said = read5(&t.acks());
    let [Packet::PubComp(unknown)] = &said[..] else {
        panic!("{said:?}")
    };
    assert_eq!(unknown.reason, PubCompReason::PacketIdentifierNotFound);
}

#[test]
fn more_unacknowledged_messages_than_announced_end_it_and_acknowledged_ones_do_not_count() {
    let mut t = Talk::open5();
    for id in 1..=10 {
        t.say(&publish5(MINE, 1 + (id % 2) as u8, id, None, b"1"));
    }
    t.say(&publish5(MINE, 0, 0, None, b"1"));
    assert_eq!(t.end, None);
    t.session.settled(1);
    t.say(&publish5(MINE, 1, 11, None, b"1"));
    assert_eq!(t.end, None);
    t.say(&publish5(MINE, 1, 12, None, b"1"));
    assert_eq!(
        (t.end, t.desk.takes.len()),
        (Some(Close::ReceiveMaximum), 12)
    );
    assert_eq!(goodbye(&t).0, DisconnectReasonCode::ReceiveMaximumExceeded);
}

#[test]
fn a_topic_alias_stands_for_its_topic_and_for_what_that_may() {
    let mut t = Talk::open5();
    t.say(&publish5(MINE, 1, 1, Some(3), b"1"))
        .say(&publish5("", 1, 2, Some(3), b"2"));
    t.say(&publish5("bayhub/v1/lamp-2/report", 1, 3, Some(1), b"3"))
        .say(&publish5("", 1, 4, Some(1), b"4"));
    t.say(&publish5("bayhub/v1/lamp-1/count", 0, 0, Some(3), b"5"))
        .say(&publish5("", 0, 0, Some(3), b"6"));
    assert_eq!(
        (t.end, t.payloads()),
        (None, vec![&b"1"[..], b"2", b"5", b"6"])
    );
    assert_eq!(t.desk.refused, [Reason::Forbidden; 2]);
    assert_eq!(
        &*t.batch.parcel.refusals[1].topic,
        "bayhub/v1/lamp-2/report"
    );
    for (topic, alias, end) in [
        ("", None, Close::Protocol("neither a topic nor an alias")),
        ("", Some(2), Close::Protocol("an alias that was never set")),
        (MINE, Some(0), Close::TopicAlias),
        (MINE, Some(4), Close::TopicAlias),
    ] {
        let mut t = Talk::open5();
        t.say(&publish5(topic, 1, 1, alias, b"1"));
        assert_eq!((t.end, t.desk.takes.len()), (Some(end), 0));
    }
}

#[test]
fn what_the_hub_ends_it_ends_with_a_reason() {
    for (bytes, code) in [
        (
            &[0x32, 0xff, 0xff, 0x7f][..],
            DisconnectReasonCode::PacketTooLarge,
        ),
        (&[0x36, 0], DisconnectReasonCode::MalformedPacket),
        (&[0x10, 0], DisconnectReasonCode::ProtocolError),
        (&[0xf0, 0], DisconnectReasonCode::ProtocolError),
        (&[0x40, 2, 0, 1], DisconnectReasonCode::ProtocolError),
        (&[0x62, 2, 0, 0], DisconnectReasonCode::ProtocolError),
    ] {
        let mut t = Talk::open5();
        t.say(bytes);
        assert_eq!(goodbye(&t).0, code, "{bytes:x?}");
    }
    for (why, code) in [
        (Close::TakenOver, DisconnectReasonCode::SessionTakenOver),
        (Close::KeepAlive, DisconnectReasonCode::KeepAliveTimeout),
        (Close::Shutdown, DisconnectReasonCode::ServerShuttingDown),
        (Close::Unreleased, DisconnectReasonCode::QuotaExceeded),
    ] {
        let t = Talk {
            end: Some(why),
            ..Talk::open5()
        };
        assert_eq!(goodbye(&t).0, code);
    }
    for mut t in [Talk::open5(), Talk::open()] {
        t.say(&GOODBYE);
        let mut out = BytesMut::new();
        t.session.say_goodbye(Close::Goodbye, &mut out);
        assert!(out.is_empty(), "nothing follows the client's own goodbye");
    }
    let mut out = BytesMut::new();
    Talk::open().session.say_goodbye(Close::TakenOver, &mut out);
    assert!(out.is_empty(), "3.1.1 has no such word");
}

#[test]
fn a_will_may_have_properties_and_is_left_when_the_client_asks_for_it() {
    let properties = LastWillProperties {
        delay_interval: Some(60),
        payload_format_indicator: Some(1),
        message_expiry_interval: Some(9),
        content_type: Some("application/json".into()),
        response_topic: None,
        correlation_data: None,
        user_properties: vec![("a".into(), "b".into())],
    };
    let will = LastWill::new(
        "bayhub/v1/lamp-1/status",
        "7",
        QoS::AtLeastOnce,
        true,
        Some(properties),
    );
    let hello = connect5("c", ConnectProperties::new(), Some(will));
    for (bye, left) in [
        (&[0xe0, 0][..], false),
        (&[0xe0, 1, 0], false),
        (&[0xe0, 1, 4], true),
        (&[0xe0, 2, 4, 0], true),
    ] {
        let mut t = Talk::new();
        t.say(&hello).say(bye);
        assert!(
            matches!(t.end, Some(Close::Goodbye | Close::GoodbyeWithWill)),
            "{:?}",
            t.end
        );
        assert_eq!(t.session.take_will().is_some(), left, "{bye:x?}");
    }
}
