//! MQTT 5 bytes cut anywhere, bent and random: the outcome is the same, nothing panics, nothing is
//! made up.

use super::cuts::{only_what_was_sent, same_wherever_cut};
use super::fakes::{MINE, PING, Talk, connect5, hello5, publish5};
use crate::ingest::mqtt_server::close::Close;
use crate::long::cases;
use proptest::prelude::*;
use rumqttc::v5::mqttbytes::{QoS, v5};

/// Each form of malformed packet, after a good CONNECT, and what it is called.
#[rustfmt::skip]
const MALFORMED: &[(&[u8], &str)] = &[
    (&[0x00, 0], "malformed"), (&[0xf1, 0], "malformed"), (&[0x20, 3, 0, 0, 0], "unexpected_packet"),
    // PUBLISH: no property length, one over the end, one that cuts a property, unknown, foreign,
    // twice, bad value
    (&[0x30, 3, 0, 1, b'a'], "malformed"), (&[0x30, 4, 0, 1, b'a', 9], "malformed"), (&[0x30, 5, 0, 1, b'a', 1, 1], "malformed"),
    (&[0x30, 6, 0, 1, b'a', 2, 99, 0], "malformed"), (&[0x30, 6, 0, 1, b'a', 2, 0x19, 0], "malformed"),
    (&[0x30, 8, 0, 1, b'a', 4, 1, 0, 1, 0], "protocol_error"), (&[0x30, 6, 0, 1, b'a', 2, 1, 2], "protocol_error"),
    (&[0x30, 6, 0, 1, b'a', 2, 11, 1], "malformed"), (&[0x32, 6, 0, 1, b'a', 0, 0, 0], "packet_id_zero"),
    (&[0x30, 9, 0, 1, b'a', 0x80, 0x80, 0x80, 0x80, 1, 0], "malformed"),
    // user property: no value, not UTF-8, NUL
    (&[0x30, 8, 0, 1, b'a', 4, 38, 0, 1, b'k'], "malformed"), (&[0x30, 10, 0, 1, b'a', 6, 38, 0, 1, 0xff, 0, 0], "malformed"),
    (&[0x30, 10, 0, 1, b'a', 6, 38, 0, 1, 0, 0, 0], "malformed"),
    // PUBREL, PUBACK: id 0, unknown reason, foreign property, bytes after the end
    (&[0x62, 2, 0, 0], "packet_id_zero"), (&[0x62, 3, 0, 1, 7], "malformed"), (&[0x62, 6, 0, 1, 0, 2, 1, 0], "malformed"),
    (&[0x62, 5, 0, 1, 0, 0, 0], "malformed"), (&[0x40, 3, 0, 1, 7], "malformed"), (&[0x40, 2, 0, 0], "packet_id_zero"),
    // SUBSCRIBE: id 0, no filter, reserved options, QoS 3, retain handling 3, identifier 0,
    // identifier twice
    (&[0x82, 7, 0, 0, 0, 0, 1, b'a', 0], "packet_id_zero"), (&[0x82, 3, 0, 1, 0], "malformed"), (&[0x82, 7, 0, 1, 0, 0, 1, b'a', 0x40], "malformed"),
    (&[0x82, 7, 0, 1, 0, 0, 1, b'a', 3], "malformed"), (&[0x82, 7, 0, 1, 0, 0, 1, b'a', 0x30], "malformed"),
    (&[0x82, 9, 0, 1, 2, 11, 0, 0, 1, b'a', 0], "protocol_error"), (&[0x82, 11, 0, 1, 4, 11, 1, 11, 1, 0, 1, b'a', 0], "protocol_error"),
    // UNSUBSCRIBE: no filter, id 0
    (&[0xa2, 3, 0, 1, 0], "malformed"), (&[0xa2, 6, 0, 0, 0, 0, 1, b'a'], "packet_id_zero"),
    // DISCONNECT: unknown reason, foreign property, over the end; AUTH; PINGREQ with a body
    (&[0xe0, 1, 5], "malformed"), (&[0xe0, 4, 0, 2, 1, 0], "malformed"), (&[0xe0, 2, 0, 1], "malformed"),
    (&[0xf0, 0], "unexpected_packet"), (&[0xf0, 2, 0x18, 0], "unexpected_packet"), (&[0xc0, 1, 0], "malformed"),
];

#[test]
fn each_malformed_packet_ends_the_connection_with_its_reason_and_is_not_taken() {
    for (bytes, why) in MALFORMED {
        let mut t = Talk::open5();
        t.say(bytes);
        assert_eq!(t.end.and_then(Close::label), Some(*why), "{bytes:x?}");
        assert!(
            t.desk.takes.is_empty()
                && t.batch.parcel.is_empty()
                && t.acks().is_empty()
                && t.replies().is_empty()
        );
    }
}

#[test]
fn properties_of_a_connect_are_held_to_the_standard() {
    // Offsets: 12 property length, 13 properties.
    let with = |properties: &[u8]| {
        let mut b = hello5();
        b[1] += properties.len() as u8;
        b[12] = properties.len() as u8;
        b.splice(13..13, properties.iter().copied());
        b
    };
    for (good, properties) in [
        (true, &[][..]),
        (
            true,
            &[
                17, 0, 0, 0, 9, 25, 1, 34, 0, 9, 38, 0, 1, b'k', 0, 0, 38, 0, 1, b'k', 0, 0,
            ],
        ),
        (false, &[33, 0, 0]),
        (false, &[39, 0, 0, 0, 0]),
        (false, &[23, 2]),
        (false, &[23, 1, 23, 1]),
        (false, &[22, 0, 1, 7]),
        (false, &[18, 0, 1, b'x']),
        (false, &[17, 0]),
        (false, &[38, 0, 1, b'k', 0]),
    ] {
        let mut t = Talk::new();
        t.say(&with(properties));
        assert_eq!(t.end.is_none(), good, "{properties:x?} {:?}", t.end);
        assert_eq!(t.desk.seats.len(), usize::from(good));
    }
}

fn long_hello() -> Vec<u8> {
    let will = v5::LastWill::new("bayhub/v1/lamp-1/status", "0", QoS::AtLeastOnce, true, None);
    let mut p = v5::ConnectProperties::new();
    (p.receive_maximum, p.max_packet_size) = (Some(9), Some(200));
    p.user_properties = vec![("a".into(), "b".into())];
    connect5("c", p, Some(will))
}

fn streams() -> Vec<Vec<u8>> {
    let all = [
        long_hello(),
        publish5(MINE, 0, 0, None, b"1"),
        publish5(MINE, 1, 258, Some(2), b"2"),
        PING.to_vec(),
        publish5("", 2, 3, Some(2), &[b'9'; 300]),
        publish5("bayhub/v1/lamp-2/report", 2, 4, None, b"3"),
        vec![0x62, 4, 0, 3, 0, 0],
        publish5(MINE, 1, 9, None, b""),
        vec![0x82, 7, 0, 1, 0, 0, 1, b'a', 0],
        vec![0xe0, 2, 4, 0],
        publish5(MINE, 1, 5, None, b"after the end"),
    ];
    let mut out = vec![all.concat()];
    let start = [long_hello(), publish5(MINE, 1, 1, None, b"1")].concat();
    out.extend(
        MALFORMED
            .iter()
            .map(|(bad, _)| [&start[..], bad, &PING].concat()),
    );
    out.push([&start[..], &[0x32, 0xff, 0xff, 0x7f], &[1; 40]].concat());
    out
}

#[test]
fn wherever_the_bytes_are_cut_the_outcome_is_the_same() {
    same_wherever_cut(&streams());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(20_000), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_never_panic_and_never_become_a_report(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut stranger = Talk::new();
        stranger.say(&[&[0x10, 100, 0, 4, b'M', b'Q', b'T', b'T', 5][..], &bytes].concat());
        prop_assert!(stranger.desk.takes.is_empty() && stranger.batch.parcel.is_empty());
        let mut known = Talk::open5();
        for piece in bytes.chunks(7) {
            known.say(piece);
        }
        prop_assert!(known.desk.takes.is_empty(), "no random bytes spell a source's own topic");
    }

    #[test]
    fn a_bent_conversation_never_panics_and_publishes_nothing_that_was_not_sent(
        bends in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in any::<prop::sample::Index>(),
    ) {
        only_what_was_sent(streams().swap_remove(0), bends, cut)?;
    }
}
