//! Bytes cut anywhere, bent and random: the outcome is the same, nothing panics, nothing is made
//! up.

use super::cuts::{only_what_was_sent, same_wherever_cut};
use super::fakes::{GOODBYE, MINE, PING, Talk, connect, hello, publish, release, wire};
use crate::ingest::mqtt_server::close::Close;
use crate::long::cases;
use proptest::prelude::*;
use rumqttc::mqttbytes::{QoS, v4};

/// Each form of malformed packet, after a good CONNECT, and what it is called.
#[rustfmt::skip]
const MALFORMED: &[(&[u8], &str)] = &[
    (&[0x00, 0], "malformed"), (&[0xf0, 0], "malformed"),
    // the server's own packets, and answers to what was never sent
    (&[0x20, 2, 0, 0], "unexpected_packet"), (&[0x40, 2, 0, 1], "unexpected_packet"), (&[0x50, 2, 0, 1], "unexpected_packet"),
    (&[0x70, 2, 0, 1], "unexpected_packet"), (&[0x90, 3, 0, 1, 0], "unexpected_packet"), (&[0xb0, 2, 0, 1], "unexpected_packet"),
    (&[0xd0, 0], "unexpected_packet"),
    // PUBLISH: QoS 3, DUP on QoS 0, id 0, no id, topic over the end, no topic, nothing at all
    (&[0x36, 6, 0, 1, b'a', 0, 1, b'x'], "malformed"), (&[0x38, 3, 0, 1, b'a'], "malformed"), (&[0x32, 5, 0, 1, b'a', 0, 0], "packet_id_zero"),
    (&[0x34, 5, 0, 1, b'a', 0, 0], "packet_id_zero"), (&[0x32, 3, 0, 1, b'a'], "malformed"), (&[0x32, 4, 0, 1, b'a', 7], "malformed"),
    (&[0x30, 3, 0, 9, b'a'], "malformed"), (&[0x30, 1, 0], "malformed"), (&[0x30, 0], "malformed"),
    // remaining length of five bytes
    (&[0x30, 0x80, 0x80, 0x80, 0x80, 0x01], "malformed"), (&[0xc0, 0xff, 0xff, 0xff, 0xff], "malformed"),
    // PUBREL: flags, id 0, too short, too long
    (&[0x60, 2, 0, 1], "malformed"), (&[0x62, 2, 0, 0], "packet_id_zero"), (&[0x62, 1, 0], "malformed"), (&[0x62, 0], "malformed"),
    (&[0x62, 3, 0, 1, 0], "malformed"), (&[0x62, 4, 0, 1, 0, 0], "malformed"),
    // SUBSCRIBE: flags, id 0, no filter, filter over the end, no QoS, QoS 3, reserved bits, not
    // UTF-8, NUL
    (&[0x80, 6, 0, 1, 0, 1, b'a', 0], "malformed"), (&[0x82, 6, 0, 0, 0, 1, b'a', 0], "packet_id_zero"), (&[0x82, 2, 0, 1], "malformed"),
    (&[0x82, 6, 0, 1, 0, 9, b'a', 0], "malformed"), (&[0x82, 5, 0, 1, 0, 1, b'a'], "malformed"), (&[0x82, 6, 0, 1, 0, 1, b'a', 3], "malformed"),
    (&[0x82, 6, 0, 1, 0, 1, b'a', 0x41], "malformed"), (&[0x82, 6, 0, 1, 0, 1, 0xff, 0], "malformed"), (&[0x82, 6, 0, 1, 0, 1, 0, 0], "malformed"),
    (&[0x82, 0], "malformed"),
    // UNSUBSCRIBE: flags, id 0, no filter, filter over the end, too short
    (&[0xa0, 5, 0, 1, 0, 1, b'a'], "malformed"), (&[0xa2, 5, 0, 0, 0, 1, b'a'], "packet_id_zero"), (&[0xa2, 2, 0, 1], "malformed"),
    (&[0xa2, 5, 0, 1, 0, 9, b'a'], "malformed"), (&[0xa2, 1, 0], "malformed"), (&[0xa2, 0], "malformed"),
    // PINGREQ and DISCONNECT: flags, a body
    (&[0xc1, 0], "malformed"), (&[0xc0, 1, 0], "malformed"), (&[0xe2, 0], "malformed"), (&[0xe0, 2, 0, 0], "malformed"),
    (&[0x11, 0], "malformed"),
    // anything but a PUBLISH beyond the small limit
    (&[0x82, 0x80, 0x80, 0x01], "too_large"), (&[0xc0, 0x80, 0x80, 0x01], "too_large"),
];

#[test]
fn each_malformed_packet_ends_the_connection_with_its_reason_and_is_not_taken() {
    for (bytes, why) in MALFORMED {
        let mut t = Talk::open();
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
fn each_malformed_connect_ends_the_connection_without_a_word() {
    let good = hello("c");
    let bent = |at: usize, byte: u8| {
        let mut b = good.clone();
        b[at] = byte;
        b
    };
    let mut longer = good.clone();
    longer[1] += 1;
    longer.push(0);
    let mut shorter = good[..good.len() - 1].to_vec();
    shorter[1] -= 1;
    // Offsets: 2 name length, 4 "MQTT", 8 level, 9 flags, 10 keep-alive, 12 client id, 15 user
    // name.
    for (bytes, what) in [
        (bent(4, b'm'), "another protocol"),
        (bent(3, 200), "a name over the end"),
        (bent(9, 0xc3), "the reserved flag"),
        (bent(9, 0x42), "a password without a name"),
        (bent(9, 0xca), "will QoS without a will"),
        (bent(9, 0xe2), "will retain without a will"),
        (bent(9, 0xde), "will QoS 3"),
        (bent(9, 0x82), "a password that was not announced"),
        (bent(9, 0xc6), "a will that is not there"),
        (bent(14, 0), "NUL in the client id"),
        (bent(14, 0xff), "a client id that is not UTF-8"),
        (bent(17, 0), "NUL in the name"),
        (longer, "bytes after the end"),
        (shorter, "bytes missing"),
        (vec![0x10, 0], "nothing"),
        (vec![0x10, 2, 0, 4], "half a name"),
    ] {
        let mut t = Talk::new();
        t.say(&bytes);
        assert!(
            matches!(t.end, Some(Close::Malformed(_))),
            "{what}: {:?}",
            t.end
        );
        assert!(t.replies().is_empty() && t.desk.seats.is_empty(), "{what}");
    }
}

fn streams() -> Vec<Vec<u8>> {
    let mut c = connect("c");
    c.last_will = Some(v4::LastWill::new(
        "bayhub/v1/lamp-1/status",
        "0",
        QoS::AtLeastOnce,
        true,
    ));
    let long = wire(&v4::Packet::Connect(c));
    let all = [
        long.clone(),
        publish(MINE, 0, 0, b"1"),
        publish(MINE, 1, 258, b"2"),
        PING.to_vec(),
        publish(MINE, 2, 3, &[b'9'; 300]),
        publish("bayhub/v1/lamp-2/report", 2, 4, b"3"),
        release(3),
        publish(MINE, 1, 9, b""),
        vec![0x82, 6, 0, 1, 0, 1, b'a', 0],
        GOODBYE.to_vec(),
        publish(MINE, 1, 5, b"after the end"),
    ];
    let mut out = vec![all.concat()];
    out.extend(
        MALFORMED
            .iter()
            .map(|(bad, _)| [&long, &publish(MINE, 1, 1, b"1")[..], bad, &PING].concat()),
    );
    out.push([&long, &[0x32, 0xff, 0xff, 0x7f][..], &[1; 40]].concat());
    out
}

#[test]
fn wherever_the_bytes_are_cut_the_outcome_is_the_same() {
    same_wherever_cut(&streams());
}

/// A connected session that is fed `bytes` in small pieces.
fn talk(bytes: &[u8]) -> Talk {
    let mut t = Talk::open();
    for piece in bytes.chunks(7) {
        t.say(piece);
    }
    t
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(20_000), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_never_panic_and_never_become_a_report(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut stranger = Talk::new();
        stranger.say(&bytes);
        prop_assert!(stranger.desk.takes.is_empty() && stranger.batch.parcel.is_empty());
        let known = talk(&bytes);
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
