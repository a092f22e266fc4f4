//! Which filters are served, and what leaves for a subscriber, on the pure session.

use super::fakes::{Talk, connect5, read5, wire, wire5};
use crate::domain::ZoneIx;
use crate::ingest::board::Wanted;
use crate::ingest::mqtt_server::close::Close;
use crate::ingest::mqtt_server::session::{Delivered, MAX_FILTERS};
use crate::ingest::mqtt_server::wire::Grant;
use bytes::BytesMut;
use rumqttc::mqttbytes::v4;
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::{
    ConnectProperties, Filter, Packet, RetainForwardRule, Subscribe, SubscribeProperties,
    SubscribeReasonCode as Code, UnsubAckReason, Unsubscribe,
};

const ALL: &str = "bayhub/v1/zones/+/availability";

fn subscribe(t: &mut Talk, filters: Vec<Filter>) -> Vec<Code> {
    let mut s = Subscribe::new_many(filters, None);
    s.pkid = 3;
    t.say(&wire5(&Packet::Subscribe(s)));
    match read5(&t.replies()).pop() {
        Some(Packet::SubAck(a)) => a.return_codes,
        other => panic!("{other:?} {:?}", t.end),
    }
}

fn one(t: &mut Talk, path: &str, qos: QoS) -> Code {
    subscribe(t, vec![Filter::new(path, qos)]).remove(0)
}

fn unsubscribe(t: &mut Talk, path: &str) -> UnsubAckReason {
    let mut u = Unsubscribe::new(path, None);
    u.pkid = 4;
    t.say(&wire5(&Packet::Unsubscribe(u)));
    match read5(&t.replies()).pop() {
        Some(Packet::UnsubAck(a)) => a.reasons[0],
        other => panic!("{other:?}"),
    }
}

/// What is sent of that zone: QoS, packet id, retain flag.
fn deliver(t: &mut Talk, zone: u32, current: bool) -> Option<(QoS, u16, bool)> {
    let mut out = BytesMut::new();
    let done = t
        .session
        .deliver((ZoneIx(zone), &format!("Z{zone}")), b"7", current, &mut out);
    assert_eq!(done == Delivered::Sent, !out.is_empty());
    match read5(&out).pop() {
        Some(Packet::Publish(p)) => {
            assert_eq!(
                (&p.topic[..], &p.payload[..]),
                (
                    format!("bayhub/v1/zones/Z{zone}/availability").as_bytes(),
                    &b"7"[..]
                )
            );
            Some((p.qos, p.pkid, p.retain))
        }
        None => None,
        other => panic!("{other:?}"),
    }
}

#[test]
fn filters_that_match_nothing_but_availability_are_served() {
    for (path, wanted) in [
        (ALL, Wanted::All),
        ("bayhub/v1/zones/#", Wanted::All),
        ("bayhub/v1/zones/+/#", Wanted::All),
        ("bayhub/v1/zones/+/+", Wanted::All),
        (
            "bayhub/v1/zones/Z7/availability",
            Wanted::These(vec![ZoneIx(7)]),
        ),
        ("bayhub/v1/zones/Z7/+", Wanted::These(vec![ZoneIx(7)])),
        ("bayhub/v1/zones/Z7/#", Wanted::These(vec![ZoneIx(7)])),
    ] {
        let mut t = Talk::open5();
        assert_eq!(
            one(&mut t, path, QoS::AtLeastOnce),
            Code::Success(QoS::AtLeastOnce),
            "{path}"
        );
        assert_eq!(
            (t.desk.watched, t.desk.declined.len()),
            (Some(wanted), 0),
            "{path}"
        );
    }
}

#[test]
fn all_others_are_refused_and_counted() {
    for path in [
        "",
        "#",
        "+",
        "bayhub/#",
        "bayhub/v1/#",
        "bayhub/v1/+/Z7/availability",
        "+/v1/zones/Z7/availability",
        "$SYS/#",
        "bayhub/v1/zones",
        "bayhub/v1/zones/",
        "bayhub/v1/zones/Z7",
        "bayhub/v1/zones/+",
        "bayhub/v1/zones/#/availability",
        "bayhub/v1/zones/#/",
        "bayhub/v1/zones/Z7/availability/",
        "bayhub/v1/zones/Z7/availability/#",
        "bayhub/v1/zones/Z7/report",
        "bayhub/v1/zones/Z7/avail+",
        "bayhub/v1/zones/Z+/availability",
        "bayhub/v1/zones//availability",
        "bayhub/v1/zones/Z77/availability",
        "bayhub/v1/zones/é/availability",
        "bayhub/v1/lamp-1/report",
        "bayhub/v1/+/report",
        "bayhub/v2/zones/+/availability",
    ] {
        let mut t = Talk::open5();
        assert_eq!(
            one(&mut t, path, QoS::AtMostOnce),
            Code::TopicFilterInvalid,
            "{path}"
        );
        assert_eq!(
            (t.desk.watched, t.desk.declined),
            (None, vec![Grant::Foreign])
        );
    }
    for path in ["$share/g/bayhub/v1/zones/+/availability", "$share/"] {
        let mut t = Talk::open5();
        assert_eq!(
            one(&mut t, path, QoS::AtMostOnce),
            Code::SharedSubscriptionsNotSupported
        );
        assert_eq!(t.desk.declined, [Grant::Shared]);
    }
}

#[test]
fn in_3_1_1_a_refused_filter_is_a_failure_and_the_others_stand() {
    let mut t = Talk::open();
    let filters = [ALL, "$share/g/x", "x"]
        .map(|f| v4::SubscribeFilter::new(f.into(), rumqttc::mqttbytes::QoS::ExactlyOnce));
    let mut s = v4::Subscribe::new_many(filters);
    s.pkid = 3;
    t.say(&wire(&v4::Packet::Subscribe(s)));
    assert_eq!(
        (t.end, t.replies()),
        (None, vec![0x90, 5, 0, 3, 1, 0x80, 0x80])
    );
}

#[test]
fn filters_are_bounded_and_so_are_watchers() {
    let mut t = Talk::open5();
    let path = |n: usize| {
        format!(
            "bayhub/v1/zones/Z{}/{}",
            n % 10,
            ["availability", "+", "#"][n / 10 % 3]
        )
    };
    // Only 30 paths exist here, so the rest have leading zeros: Z07 is Z7 to these zones.
    let many: Vec<_> = (0..=MAX_FILTERS)
        .map(|n| {
            Filter::new(
                path(n).replace('Z', &format!("Z{}", "0".repeat(n / 30))),
                QoS::AtMostOnce,
            )
        })
        .collect();
    let codes = subscribe(&mut t, many);
    assert_eq!(
        codes.iter().filter(|c| **c == Code::QuotaExceeded).count(),
        1
    );
    assert_eq!(*codes.last().unwrap(), Code::QuotaExceeded);
    let mut t = Talk::open5();
    t.desk.no_watch = true;
    assert_eq!(one(&mut t, ALL, QoS::AtMostOnce), Code::QuotaExceeded);
    assert_eq!(
        (deliver(&mut t, 1, false), &t.desk.declined[..]),
        (None, &[Grant::Quota][..])
    );
}

#[test]
fn a_subscription_identifier_ends_it() {
    let mut t = Talk::open5();
    let mut s = Subscribe::new(Filter::new(ALL, QoS::AtMostOnce), None);
    (s.pkid, s.properties) = (
        3,
        Some(SubscribeProperties {
            id: Some(1),
            user_properties: vec![],
        }),
    );
    t.say(&wire5(&Packet::Subscribe(s)));
    assert_eq!(t.end, Some(Close::SubscriptionId));
}

#[test]
fn the_best_qos_of_all_that_match_counts_and_the_current_state_is_retained() {
    let mut t = Talk::open5();
    assert_eq!(deliver(&mut t, 1, false), None, "nothing is subscribed to");
    one(&mut t, ALL, QoS::AtMostOnce);
    one(&mut t, "bayhub/v1/zones/Z7/availability", QoS::ExactlyOnce);
    assert_eq!(deliver(&mut t, 1, true), Some((QoS::AtMostOnce, 0, true)));
    assert_eq!(deliver(&mut t, 1, false), Some((QoS::AtMostOnce, 0, false)));
    assert_eq!(
        deliver(&mut t, 7, false),
        Some((QoS::AtLeastOnce, 1, false))
    );
    assert_eq!(unsubscribe(&mut t, ALL), UnsubAckReason::Success);
    assert_eq!(
        (deliver(&mut t, 1, false), unsubscribe(&mut t, ALL)),
        (None, UnsubAckReason::NoSubscriptionExisted)
    );
    assert!(t.desk.watched.is_some());
    unsubscribe(&mut t, "bayhub/v1/zones/Z7/availability");
    assert_eq!((t.desk.watched, t.end), (None, None));
}

#[test]
fn who_asks_for_no_current_state_gets_none_but_what_was_subscribed_to_before_stays_complete() {
    let quiet = |path: &str, rule| {
        let mut f = Filter::new(path, QoS::AtMostOnce);
        (f.retain_forward_rule, f.preserve_retain) = (rule, true);
        vec![f]
    };
    let mut t = Talk::open5();
    subscribe(&mut t, quiet(ALL, RetainForwardRule::Never));
    assert_eq!(t.desk.loud, [] as [u32; 0]);
    assert_eq!(
        deliver(&mut t, 1, false),
        Some((QoS::AtMostOnce, 0, true)),
        "the flag is kept as published"
    );
    let mut t = Talk::open5();
    subscribe(
        &mut t,
        quiet(
            "bayhub/v1/zones/Z3/availability",
            RetainForwardRule::OnNewSubscribe,
        ),
    );
    assert_eq!(t.desk.loud, [3]);
    subscribe(&mut t, quiet(ALL, RetainForwardRule::Never));
    assert_eq!(t.desk.loud, [3]);
}

#[test]
fn what_is_not_acknowledged_holds_up_the_rest_within_the_clients_limit() {
    let mut t = Talk::new();
    let mut p = ConnectProperties::new();
    (p.receive_maximum, p.max_packet_size) = (Some(2), Some(100));
    t.say(&connect5("c", p, None));
    t.replies();
    one(&mut t, ALL, QoS::AtLeastOnce);
    for id in 1..=2 {
        assert!(t.session.has_room());
        assert_eq!(
            deliver(&mut t, 1, false),
            Some((QoS::AtLeastOnce, id, false))
        );
    }
    assert!(!t.session.has_room());
    t.say(&[0x40, 2, 0, 1]);
    assert!(t.session.has_room() && t.end.is_none());
    let mut out = BytesMut::new();
    let long = t
        .session
        .deliver((ZoneIx(1), "Z1"), &[b'x'; 80], false, &mut out);
    assert_eq!((long, out.len()), (Delivered::TooLong, 0));
    t.say(&[0x40, 2, 0, 1]);
    assert_eq!(
        t.end,
        Some(Close::Unexpected),
        "it was acknowledged already"
    );
}
