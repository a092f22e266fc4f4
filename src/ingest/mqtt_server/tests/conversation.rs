//! The rules of the conversation, one by one, on the pure session.

use super::fakes::{FakeDesk, GOODBYE, MINE, PING, Talk, connect, hello, publish, release, wire};
use crate::domain::Reason;
use crate::ingest::mqtt_server::close::Close;
use crate::ingest::mqtt_server::session::MAX_HELD;
use rumqttc::mqttbytes::{QoS, v4};

/// What a CONNECT comes to: its CONNACK's return code and the end, if it is one.
fn knock(c: v4::Connect) -> (Vec<u8>, Option<Close>, FakeDesk) {
    let mut t = Talk::new();
    t.say(&wire(&v4::Packet::Connect(c)));
    (t.replies(), t.end, t.desk)
}

const fn connack(code: u8) -> [u8; 4] {
    [0x20, 2, 0, code]
}

#[test]
fn the_first_packet_must_be_connect_and_is_judged_by_its_first_byte() {
    for first in [
        &publish(MINE, 0, 0, b"1")[..1],
        &PING,
        &GOODBYE,
        &[0x82],
        &[0xff],
        &[0x00],
        b"GET / HTTP/1.1",
    ] {
        let mut t = Talk::new();
        t.say(first);
        assert_eq!(
            (t.end, t.replies()),
            (Some(Close::NoConnect), vec![]),
            "{first:x?}"
        );
    }
}

#[test]
fn a_second_connect_ends_it() {
    let mut t = Talk::open();
    t.say(&hello("c"));
    assert_eq!((t.end, t.replies()), (Some(Close::SecondConnect), vec![]));
}

#[test]
fn the_end_is_final() {
    let mut t = Talk::open();
    t.say(&GOODBYE).say(&publish(MINE, 1, 1, b"1"));
    assert_eq!(t.end, Some(Close::Goodbye));
    assert!(t.desk.takes.is_empty() && t.acks().is_empty() && t.buf.is_empty());
}

#[test]
fn another_version_is_told_so() {
    let v2 = [
        0x10, 15, 0, 4, b'M', b'Q', b'T', b'T', 2, 2, 0, 60, 0, 3, b'a', b'b', b'c',
    ];
    let v31 = [
        0x10, 15, 0, 6, b'M', b'Q', b'I', b's', b'd', b'p', 3, 2, 0, 60, 0, 1, b'a',
    ];
    for bytes in [&v2[..], &v31] {
        let mut t = Talk::new();
        t.say(bytes);
        assert_eq!(
            (t.replies(), t.end),
            (connack(1).to_vec(), Some(Close::Version))
        );
    }
}

#[test]
fn client_ids_have_a_length_and_an_empty_one_needs_a_clean_session() {
    let (reply, end, desk) = knock(connect(&"x".repeat(128)));
    assert_eq!(
        (reply, end, desk.seats),
        (connack(0).to_vec(), None, vec![Some("x".repeat(128))])
    );
    let (reply, end, _) = knock(connect(&"x".repeat(129)));
    assert_eq!((reply, end), (connack(2).to_vec(), Some(Close::ClientId)));
    let (reply, end, desk) = knock(connect(""));
    assert_eq!(
        (reply, end, desk.seats),
        (connack(0).to_vec(), None, vec![None])
    );
    let mut c = connect("");
    c.clean_session = false;
    assert_eq!(knock(c).1, Some(Close::ClientId));
    let mut c = connect("stays");
    c.clean_session = false;
    assert_eq!(
        knock(c).0,
        connack(0),
        "session present is 0: none is ever stored"
    );
}

#[test]
fn without_a_good_name_and_password_nobody_comes_in() {
    for (user, password, code, why) in [
        ("lamp-1", "wrong", 4, Close::BadCredentials),
        ("nobody", "key", 4, Close::BadCredentials),
        ("barred", "key", 5, Close::NotAuthorised),
        ("lamp-1", "", 5, Close::NotAuthorised),
        ("", "", 5, Close::NotAuthorised),
    ] {
        let mut c = connect("c");
        c.set_login(user, password);
        let (reply, end, desk) = knock(c);
        assert_eq!(
            (reply, end),
            (connack(code).to_vec(), Some(why)),
            "{user} {password}"
        );
        assert!(desk.seats.is_empty(), "a stranger takes nobody's place");
    }
}

#[test]
fn where_there_is_no_room_it_says_unavailable() {
    let mut t = Talk::new();
    t.desk.full = Some(Close::Full);
    t.say(&hello("c"));
    assert_eq!(
        (t.replies(), t.end),
        (connack(3).to_vec(), Some(Close::Full))
    );
}

#[test]
fn a_last_will_is_for_the_sources_own_status_only_and_is_left_unless_it_says_goodbye() {
    let with_will = |topic: &str| {
        let mut c = connect("c");
        c.last_will = Some(v4::LastWill::new(topic, "7", QoS::AtLeastOnce, true));
        wire(&v4::Packet::Connect(c))
    };
    for topic in [
        "bayhub/v1/lamp-2/status",
        "bayhub/v1/lamp-1/report",
        "",
        "#",
        "bayhub/v1/+/status",
    ] {
        let mut t = Talk::new();
        t.say(&with_will(topic));
        assert_eq!(
            (t.replies(), t.end),
            (connack(5).to_vec(), Some(Close::Will)),
            "{topic}"
        );
        assert!(t.session.take_will().is_none() && t.desk.seats.is_empty());
    }
    let mut t = Talk::new();
    t.say(&with_will("bayhub/v1/lamp-1/status")).say(&[0xff]);
    assert!(matches!(t.end, Some(Close::Malformed(_))));
    let (speaker, payload, owed) = t.session.take_will().unwrap();
    assert_eq!(
        (&*speaker.id, &payload[..], owed),
        ("lamp-1", &b"7"[..], true)
    );
    assert!(t.session.take_will().is_none(), "once");
    let mut t = Talk::new();
    t.say(&with_will("bayhub/v1/lamp-1/status")).say(&GOODBYE);
    assert!(t.session.take_will().is_none());
}

#[test]
fn acks_wait_for_durability_and_go_in_the_order_of_the_publishes() {
    let mut t = Talk::open();
    let mut bytes = publish(MINE, 1, 5, b"50");
    bytes.extend(publish(MINE, 0, 0, b"1"));
    bytes.extend(publish(MINE, 2, 4, b"40"));
    bytes.extend(publish("bayhub/v1/lamp-2/report", 1, 3, b"30"));
    bytes.extend(PING);
    bytes.extend(publish(MINE, 1, 2, b"garbage"));
    t.say(&bytes);
    assert_eq!(t.replies(), [0xd0, 0], "only the ping is answered at once");
    assert_eq!(
        t.acks(),
        [0x40, 2, 0, 5, 0x50, 2, 0, 4, 0x40, 2, 0, 3, 0x40, 2, 0, 2]
    );
    assert_eq!(t.payloads(), [&b"50"[..], b"1", b"40", b"garbage"]);
    assert_eq!(
        (t.batch.parcel.claims.len(), t.batch.parcel.refusals.len()),
        (3, 2)
    );
    assert!(t.batch.owed);
    assert_eq!(t.batch.publishes, 5);
}

#[test]
fn qos_0_is_owed_nothing() {
    let mut t = Talk::open();
    t.say(&publish(MINE, 0, 0, b"1"));
    assert!(!t.batch.owed && t.acks().is_empty() && t.payloads() == [b"1"]);
}

#[test]
fn a_qos_1_sent_again_is_taken_and_acknowledged_again() {
    let mut t = Talk::open();
    let first = publish(MINE, 1, 5, b"50");
    let mut again = first.clone();
    again[0] |= 0x08;
    t.say(&first).say(&again);
    assert_eq!(t.acks(), [0x40, 2, 0, 5, 0x40, 2, 0, 5]);
}

#[test]
fn a_qos_2_sent_again_before_its_release_is_taken_once() {
    let mut t = Talk::open();
    let first = publish(MINE, 2, 5, b"50");
    let mut again = first.clone();
    again[0] |= 0x08;
    t.say(&first).say(&again);
    assert_eq!(t.payloads(), [b"50"]);
    assert_eq!(t.acks(), [0x50, 2, 0, 5, 0x50, 2, 0, 5]);
    t.say(&release(5)).say(&publish(MINE, 2, 5, b"51"));
    assert_eq!(t.payloads(), [b"50", b"51"], "the id is free again");
    assert_eq!(t.acks(), [0x70, 2, 0, 5, 0x50, 2, 0, 5]);
}

#[test]
fn a_release_of_an_unknown_id_is_completed_all_the_same() {
    let mut t = Talk::open();
    t.say(&release(77));
    assert_eq!((t.end, t.acks()), (None, vec![0x70, 2, 0, 77]));
}

#[test]
fn complete_does_not_overtake_what_is_not_durable() {
    let mut t = Talk::open();
    t.say(&[publish(MINE, 2, 5, b"50"), release(5)].concat());
    assert_eq!(
        (t.replies(), t.acks()),
        (vec![], vec![0x50, 2, 0, 5, 0x70, 2, 0, 5])
    );
}

#[test]
fn ids_that_are_never_released_are_bounded() {
    let mut t = Talk::open();
    for id in 1..=MAX_HELD as u16 {
        t.say(&publish(MINE, 2, id, b"1"));
        assert_eq!(t.end, None);
    }
    t.say(&publish(MINE, 2, u16::MAX, b"2"));
    assert_eq!(
        (t.end, t.desk.takes.len()),
        (Some(Close::Unreleased), MAX_HELD)
    );
}

#[test]
fn subscriptions_are_declined_and_unsubscribing_is_free() {
    let mut t = Talk::open();
    let filters = ["a", "#"].map(|f| v4::SubscribeFilter::new(f.into(), QoS::AtLeastOnce));
    let mut s = v4::Subscribe::new_many(filters);
    s.pkid = 3;
    let mut u = v4::Unsubscribe::new("a");
    u.pkid = 4;
    t.say(&wire(&v4::Packet::Subscribe(s)))
        .say(&wire(&v4::Packet::Unsubscribe(u)));
    assert_eq!(
        (t.end, t.replies()),
        (None, vec![0x90, 4, 0, 3, 0x80, 0x80, 0xb0, 2, 0, 4])
    );
    assert_eq!(
        t.batch.drain_counts().collect::<Vec<_>>(),
        [("connect", 1), ("subscribe", 1), ("unsubscribe", 1)]
    );
}

#[test]
fn a_publish_beyond_the_limit_is_refused_from_its_header_alone_and_quarantined() {
    let mut t = Talk::open();
    t.say(&[publish(MINE, 1, 1, b"1"), vec![0x32, 0xff, 0xff, 0x7f]].concat());
    assert_eq!(
        (t.end, t.acks()),
        (Some(Close::TooLarge), vec![0x40, 2, 0, 1])
    );
    assert_eq!(
        (&t.payloads()[..], &t.desk.refused[..]),
        (&[&b"1"[..]][..], &[Reason::TooLarge][..])
    );
    let r = &t.batch.parcel.refusals[0];
    assert_eq!(
        (r.reason, &*r.source, &*r.detail),
        (
            Reason::TooLarge,
            "lamp-1",
            "packet of 2097155 bytes, at most 3072"
        )
    );
    let mut t = Talk::open();
    t.say(&[0x30, 0xff, 0xff, 0x7f]);
    assert!(
        t.batch.owed,
        "its record may not be shed, though it was QoS 0 itself"
    );
}

#[test]
fn a_payload_beyond_the_limit_in_a_packet_within_it_is_refused_and_the_conversation_goes_on() {
    let mut t = Talk::open();
    t.say(&publish(MINE, 1, 1, &[b'1'; 2049]))
        .say(&publish(MINE, 1, 2, &[b'x'; 2048]));
    assert_eq!(
        (t.end, t.acks()),
        (None, vec![0x40, 2, 0, 1, 0x40, 2, 0, 2])
    );
    assert_eq!(
        (t.desk.refused.clone(), t.desk.takes.len()),
        (vec![Reason::TooLarge], 1)
    );
}

#[test]
fn a_stranger_cannot_make_the_hub_hold_more_than_a_small_packet() {
    let mut t = Talk::new();
    t.say(&[0x10, 0x80, 0x80, 0x01]);
    assert_eq!(t.end, Some(Close::TooLarge));
    assert!(t.batch.parcel.is_empty(), "nobody to quarantine it for");
}
