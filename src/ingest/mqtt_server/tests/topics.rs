//! The own-topic rule, against those who would speak for someone else.

use super::fakes::{MINE, Talk, publish};
use crate::domain::Reason;
use crate::ingest::codec::named;
use crate::ingest::mqtt_server::close::Close;

/// What a publish to `topic` comes to, with the topic's bytes put in raw.
fn attempt(topic: &[u8]) -> Talk {
    let mut t = Talk::open();
    let mut packet = vec![0x32];
    let mut len = 2 + topic.len() + 2 + 1;
    while len >= 128 {
        packet.push((len % 128) as u8 | 0x80);
        len /= 128;
    }
    packet.push(len as u8);
    packet.extend((topic.len() as u16).to_be_bytes());
    packet.extend(topic);
    packet.extend([0, 9, b'1']);
    t.say(&packet);
    t
}

/// The last levels of a source's own topics.
const OWN: [&str; 3] = ["report", "count", "status"];

#[test]
fn a_source_may_publish_its_report_its_count_and_its_status() {
    for name in OWN {
        let t = attempt(format!("bayhub/v1/lamp-1/{name}").as_bytes());
        assert_eq!(t.desk.takes, [(named(name), b"1".to_vec())]);
        assert_eq!(t.desk.refused, []);
    }
}

/// What `lamp-1` may not publish to: near misses, wildcards, other versions, other sources, other
/// alphabets.
const FOREIGN: &[&str] = &[
    "",
    "/",
    "//",
    " ",
    "+",
    "#",
    "$",
    "$SYS",
    "report",
    "bayhub",
    "bayhub/v1",
    "bayhub/v1/",
    "bayhub/v1/lamp-1",
    "bayhub/v1/lamp-1/",
    "bayhub/v1/lamp-1//report",
    "bayhub/v1//lamp-1/report",
    "bayhub//v1/lamp-1/report",
    "/bayhub/v1/lamp-1/report",
    "//bayhub/v1/lamp-1/report",
    "bayhub/v1/lamp-1/report/",
    "bayhub/v1/lamp-1/report//",
    "bayhub/v1/lamp-1/report/x",
    "bayhub/v1/lamp-1/report/#",
    "bayhub/v1/lamp-1/report/+",
    "bayhub/v1/+/report",
    "bayhub/v1/#",
    "bayhub/#",
    "#/report",
    "+/v1/lamp-1/report",
    "bayhub/+/lamp-1/report",
    "bayhub/v1/lamp-1/+",
    "bayhub/v1/lamp-1/#",
    "bayhub/v1/lamp-+/report",
    "bayhub/v1/lamp-1#/report",
    "bayhub/v1/lamp-2/report",
    "bayhub/v1/lamp-2/status",
    "bayhub/v1/lamp-10/report",
    "bayhub/v1/lamp-/report",
    "bayhub/v1/lamp/report",
    "bayhub/v1/LAMP-1/report",
    "bayhub/v1/Lamp-1/report",
    "Bayhub/v1/lamp-1/report",
    "bayhub/V1/lamp-1/report",
    "bayhub/v1/lamp-1/Report",
    "bayhub/v1/lamp-1/REPORT",
    "bayhub/v2/lamp-1/report",
    "bayhub/v1.0/lamp-1/report",
    "bayhub/v1/lamp-1/reports",
    "bayhub/v1/lamp-1/repor",
    "bayhub/v1/lamp-1/report ",
    " bayhub/v1/lamp-1/report",
    "bayhub/v1/lamp-1 /report",
    "bayhub/v1/ lamp-1/report",
    "bayhub/v1/lamp-1/ report",
    "bayhub/v1/lamp-1/report\n",
    "bayhub/v1/lamp-1\n/report",
    "bayhub/v1/lamp-1/\treport",
    "bayhub/v1/lamp-1/report\r\n",
    "bayhub/v1/../v1/lamp-1/report",
    "bayhub/v1/lamp-2/../lamp-1/report",
    "bayhub/v1/lamp-1/../lamp-2/report",
    "bayhub/v1/./lamp-1/report",
    "bayhub/v1/lamp-1/./report",
    "bayhub/v1/lamp-1/report/..",
    "bayhub\\v1\\lamp-1\\report",
    "bayhub/v1/lamp%2d1/report",
    "bayhub%2Fv1%2Flamp-1%2Freport",
    "bayhub/v1/lamp-1%00/report",
    "bayhub/v1/lamp-1/report%00",
    "bayhub/v1/lamp\u{2010}1/report",
    "bayhub/v1/lamp\u{2011}1/report",
    "bayhub/v1/lamp-\u{ff11}/report",
    "bayhub/v1/l\u{430}mp-1/report",
    "bayhub/v1/lamp-1/r\u{435}port",
    "bayhub\u{ff0f}v1\u{ff0f}lamp-1\u{ff0f}report",
    "bayhub/v1/lamp-1\u{200b}/report",
    "\u{feff}bayhub/v1/lamp-1/report",
    "bayhub/v1/lamp-1/report\u{feff}",
    "bayhub/v1/\u{202e}lamp-1/report",
    "bayhub/v1/lamp-1/report\u{301}",
    "$share/g/bayhub/v1/lamp-1/report",
    "$SYS/bayhub/v1/lamp-1/report",
    "$bayhub/v1/lamp-1/report",
    "bayhub/v1/$lamp-1/report",
    "bayhub/v1/lamp-1/$report",
    "bayhub/v1/lamp-1?/report",
    "bayhub/v1/lamp-1;/report",
    "bayhub/v1/lamp-1,lamp-2/report",
    "bayhub/v1/{source}/report",
    "bayhub/v1/*/report",
    "bayhub/v1/zones/HE12/availability",
    "bayhub/v1/lamp-1/availability",
    "application/1/device/2/event/up",
    "v3/app@tenant/devices/x/up",
    "bayhub/v1/lamp-1/report,bayhub/v1/lamp-2/report",
    "bayhub/v1/'lamp-1'/report",
    "bayhub/v1/lamp-1/report\u{1}",
    "bayhub/v1/lamp-1/report\u{7f}",
    "bayhub/v1/lamp-1\u{ad}/report",
];

/// Bent at every level of each own topic: put before it, behind it, and in its place.
fn bent() -> Vec<String> {
    let tricks = [
        "+", "#", "$", "..", ".", "%2e%2e", "%2F", " ", "\t", "\u{7f}", "\u{a0}", "\u{200b}",
        "\u{2215}", "lamp-2",
    ];
    let own = OWN.map(|name| ["bayhub", "v1", "lamp-1", name]);
    let mut all = Vec::new();
    for (own, at, trick) in own
        .iter()
        .flat_map(|o| (0..4).flat_map(move |at| tricks.map(|t| (o, at, t))))
    {
        for level in [
            format!("{trick}{}", own[at]),
            format!("{}{trick}", own[at]),
            trick.to_owned(),
        ] {
            let mut levels = own.map(str::to_owned);
            levels[at] = level;
            all.push(levels.join("/"));
        }
    }
    all
}

#[test]
fn no_other_topic_passes() {
    let all: Vec<String> = FOREIGN
        .iter()
        .map(|t| (*t).to_owned())
        .chain(bent())
        .collect();
    assert!(FOREIGN.len() >= 90 && all.len() >= 500);
    for topic in all {
        let mut t = attempt(topic.as_bytes());
        assert_eq!(t.desk.takes, [], "{topic:?}");
        assert_eq!(t.desk.refused, [Reason::Forbidden], "{topic:?}");
        assert_eq!(t.batch.parcel.refusals.len(), 1, "{topic:?}");
        assert_eq!(
            (t.end, t.acks()),
            (None, vec![0x40, 2, 0, 9]),
            "refused and, once that is kept, acknowledged"
        );
    }
}

#[test]
fn a_topic_that_is_no_text_ends_the_connection() {
    for topic in [
        &b"bayhub/v1/lamp-1/report\0"[..],
        b"bayhub/v1/lamp-1\0/report",
        b"\0",
        b"bayhub/v1/lamp-1\xff/report",
        b"bayhub/v1/lamp-1/report\xc0\x80",
        b"bayhub/v1/lamp-1\xc0\xafreport",
        b"bayhub/v1/lamp-1/\xed\xa0\x80report",
        b"\xfe\xff",
    ] {
        let t = attempt(topic);
        assert!(matches!(t.end, Some(Close::Malformed(_))), "{topic:?}");
        assert!(t.desk.takes.is_empty() && t.batch.parcel.is_empty());
    }
}

#[test]
fn a_refusal_keeps_the_start_of_the_topic_and_of_the_payload() {
    let mut t = Talk::open();
    let long = "é".repeat(600);
    t.say(&publish(&long, 0, 0, &[7; 1500]));
    let r = &t.batch.parcel.refusals[0];
    assert_eq!(
        (r.reason, &*r.source, r.payload.len()),
        (Reason::Forbidden, "lamp-1", 1024)
    );
    assert!(long.starts_with(&*r.topic) && (250..=256).contains(&r.topic.len()));
}

#[test]
fn whoever_is_admitted_under_an_id_that_could_bend_a_topic_is_not_let_in() {
    let mut t = Talk::new();
    let mut c = super::fakes::connect("c");
    c.set_login("a/b", "key");
    t.say(&super::fakes::wire(
        &rumqttc::mqttbytes::v4::Packet::Connect(c),
    ));
    assert_eq!(
        (t.end, t.replies()),
        (Some(Close::NotAuthorised), vec![0x20, 2, 0, 5])
    );
    t.say(&publish(MINE, 1, 1, b"1"));
    assert!(t.desk.takes.is_empty());
}
