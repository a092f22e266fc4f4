//! Another broker's bridge: how it is known, what of its ways is put up with, and what it has kept.

use super::fakes::{MINE, Talk, connect, connect5, publish, wire};
use crate::ingest::mqtt_server::close::Close;
use rumqttc::mqttbytes::{QoS, v4};
use rumqttc::v5::mqttbytes::v5;

const NOTICE: &str = "$SYS/broker/connection/vm.hub/state";

/// RETAIN, in the first byte of a PUBLISH.
const RETAIN: u8 = 1;

/// A CONNECT as mosquitto's bridges send it first: a bit of the protocol level says what they are.
fn bridged(mut hello: Vec<u8>) -> Vec<u8> {
    hello[8] |= 0x80;
    hello
}

fn with_will(topic: &str) -> Vec<u8> {
    let mut c = connect("vm.hub");
    c.last_will = Some(v4::LastWill::new(topic, "0", QoS::AtLeastOnce, true));
    wire(&v4::Packet::Connect(c))
}

fn kept(id: u16) -> Vec<u8> {
    let mut p = publish(MINE, 1, id, b"1");
    p[0] |= RETAIN;
    p
}

#[test]
fn what_a_bridge_hands_on_with_retain_may_have_been_kept_and_of_a_device_it_is_said_now() {
    let hello = || wire(&v4::Packet::Connect(connect("c")));
    let five = || connect5("c", v5::ConnectProperties::new(), None);
    for (hello, bridge) in [
        (hello(), false),
        (bridged(hello()), true),
        (with_will(NOTICE), true),
        (bridged(with_will(NOTICE)), true),
        (five(), false),
        (bridged(five()), true),
    ] {
        let mut t = Talk::new();
        t.say(&hello);
        let welcome = t.replies();
        assert_eq!((t.end, welcome[0], welcome[3]), (None, 0x20, 0));
        if hello[8] & 0x7f == 4 {
            t.say(&publish(MINE, 1, 1, b"1")).say(&kept(2));
            assert_eq!(t.desk.kept, [false, bridge], "{hello:x?}");
        }
    }
    let mut t = Talk::new();
    t.say(&bridged(five()));
    let mut five = publish(MINE, 1, 1, b"1");
    // No properties stand behind the topic and the packet id.
    five.insert(2 + 2 + MINE.len() + 2, 0);
    (five[0], five[1]) = (five[0] | RETAIN, five[1] + 1);
    t.say(&five);
    assert_eq!((t.end, &t.desk.kept[..]), (None, &[true][..]));
}

#[test]
fn a_bridges_notice_of_itself_is_let_be_and_everybody_elses_is_refused() {
    let mut t = Talk::new();
    t.say(&with_will(NOTICE));
    t.say(&publish(NOTICE, 1, 7, b"1"));
    assert_eq!((t.end, t.acks()), (None, vec![0x40, 2, 0, 7]));
    assert!(t.desk.takes.is_empty() && t.desk.refused.is_empty());
    assert!(t.batch.parcel.is_empty() && t.session.take_will().is_none());

    let mut t = Talk::open();
    t.say(&publish(NOTICE, 1, 7, b"1"));
    assert_eq!(t.desk.refused.len(), 1);
    // A will elsewhere is a device's, and none of its business.
    for topic in ["$SYS/broker/uptime", "bayhub/v1/lamp-2/status"] {
        let mut t = Talk::new();
        t.say(&bridged(with_will(topic)));
        assert_eq!(t.end, Some(Close::Will), "{topic}");
    }
}
