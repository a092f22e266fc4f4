//! Orders of the authority: which filters are served, what leaves for a subscriber, and when.

use super::fakes::{Talk, connect5, read5, wire, wire5};
use super::house::{EndpointHouse, Raw};
use crate::ingest::board::{OrderSaid, OrderTopic};
use crate::ingest::mqtt_server::session::Delivered;
use crate::ingest::mqtt_server::wire::Grant;
use bytes::BytesMut;
use rumqttc::mqttbytes::{QoS, v4};
use rumqttc::v5::mqttbytes::QoS as QoS5;
use rumqttc::v5::mqttbytes::v5::{
    ConnectProperties, Filter, Packet, Publish, RetainForwardRule, Subscribe,
    SubscribeReasonCode as Code, Unsubscribe,
};
use std::time::{Duration, Instant};

const ALL: &str = "bayhub/v1/orders/#";
const ACTIVE: &str = "bayhub/v1/orders/active";

fn ask(t: &mut Talk, filters: Vec<Filter>) -> Vec<Code> {
    let mut s = Subscribe::new_many(filters, None);
    s.pkid = 3;
    t.say(&wire5(&Packet::Subscribe(s)));
    match read5(&t.replies()).pop() {
        Some(Packet::SubAck(a)) => a.return_codes,
        other => panic!("{other:?} {:?}", t.end),
    }
}

fn one(t: &mut Talk, path: &str) -> Code {
    ask(t, vec![Filter::new(path, QoS5::AtLeastOnce)]).remove(0)
}

fn leave(t: &mut Talk, path: &str) {
    let mut u = Unsubscribe::new(path, None);
    u.pkid = 4;
    t.say(&wire5(&Packet::Unsubscribe(u)));
    t.replies();
}

/// What is sent of an order, or of all in force: topic and retain flag.
fn deliver(t: &mut Talk, name: &str, current: bool) -> Option<(String, bool)> {
    let of = match name {
        "active" => OrderTopic::Active,
        name => OrderTopic::One(name.into()),
    };
    let mut out = BytesMut::new();
    let said = OrderSaid { of, current };
    let done = t.session.deliver_order(&said, b"{}", &mut out);
    assert_eq!(done == Delivered::Sent, !out.is_empty());
    match read5(&out).pop() {
        Some(Packet::Publish(p)) => Some((String::from_utf8(p.topic.to_vec()).unwrap(), p.retain)),
        None => None,
        other => panic!("{other:?}"),
    }
}

#[test]
fn filters_that_match_nothing_but_orders_are_served_and_watch_no_zone() {
    let yes = Code::Success(QoS5::AtLeastOnce);
    for (path, hears) in [
        (ALL, ["or_1", "or_2", "active"].as_slice()),
        ("bayhub/v1/orders/+", &["or_1", "or_2", "active"]),
        (ACTIVE, &["active"]),
        ("bayhub/v1/orders/or_1", &["or_1"]),
    ] {
        let mut t = Talk::open5();
        assert_eq!(one(&mut t, path), yes, "{path}");
        assert_eq!(
            (t.desk.follows, &t.desk.watched),
            (Some(1), &None),
            "{path}"
        );
        for name in ["or_1", "or_2", "active"] {
            let heard = hears.contains(&name);
            let told = heard.then(|| (format!("bayhub/v1/orders/{name}"), false));
            assert_eq!(deliver(&mut t, name, false), told, "{path} {name}");
        }
        leave(&mut t, path);
        assert_eq!(t.desk.follows, None, "{path}");
    }
}

#[test]
fn filters_that_could_match_more_and_orders_that_never_were_are_refused() {
    for path in [
        "bayhub/v1/orders",
        "bayhub/v1/orders/",
        "bayhub/v1/orders/#/",
        "bayhub/v1/orders/+/",
        "bayhub/v1/orders/+/#",
        "bayhub/v1/orders/or_1/#",
        "bayhub/v1/orders/or_3",
        "bayhub/v1/orders/or_1/x",
        "bayhub/v1/orders#",
        "bayhub/v1/+/or_1",
        "bayhub/v1/+/active",
        "bayhub/+/orders/#",
        "bayhub/v1/#",
        "$SYS/bayhub/v1/orders/#",
    ] {
        let mut t = Talk::open5();
        assert_eq!(one(&mut t, path), Code::TopicFilterInvalid, "{path}");
        assert_eq!(
            (t.desk.follows, t.desk.declined),
            (None, vec![Grant::Foreign])
        );
    }
    let mut t = Talk::open5();
    let shared = one(&mut t, "$share/g/bayhub/v1/orders/#");
    assert_eq!(shared, Code::SharedSubscriptionsNotSupported);
}

#[test]
fn orders_and_zones_are_followed_apart_and_stand_for_each_other_in_nothing() {
    let mut t = Talk::open5();
    one(&mut t, ALL);
    one(&mut t, "bayhub/v1/zones/#");
    assert_eq!((t.desk.follows, t.desk.watched.is_some()), (Some(1), true));
    assert_eq!(t.desk.loud, (0..10).collect::<Vec<_>>());
    one(&mut t, ACTIVE);
    assert_eq!(t.desk.follows, Some(2), "what stands is told again");
    leave(&mut t, "bayhub/v1/zones/#");
    assert_eq!((t.desk.follows, t.desk.watched.is_some()), (Some(2), false));
    leave(&mut t, ALL);
    assert_eq!(deliver(&mut t, "or_1", false), None);
    assert!(deliver(&mut t, "active", false).is_some());
    let mut t = Talk::open5();
    t.desk.no_watch = true;
    let both = [ALL, "bayhub/v1/zones/#"].map(|path| Filter::new(path, QoS5::AtMostOnce));
    assert_eq!(ask(&mut t, both.to_vec()), [Code::QuotaExceeded; 2]);
    assert_eq!(
        (t.desk.follows, deliver(&mut t, "or_1", false)),
        (None, None)
    );
}

#[test]
fn who_asks_for_no_current_state_is_told_of_changes_only() {
    let mut t = Talk::open5();
    let mut quiet = Filter::new(ALL, QoS5::AtMostOnce);
    (quiet.retain_forward_rule, quiet.preserve_retain) = (RetainForwardRule::Never, true);
    ask(&mut t, vec![quiet]);
    assert_eq!(deliver(&mut t, "or_1", true), None);
    let kept = ("bayhub/v1/orders/or_1".to_owned(), true);
    assert_eq!(
        deliver(&mut t, "or_1", false),
        Some(kept),
        "the flag is kept as published"
    );
    one(&mut t, "bayhub/v1/orders/or_2");
    let again = "a change of it may be under way";
    assert!(deliver(&mut t, "or_1", true).is_some(), "{again}");
}

#[test]
fn a_message_that_the_client_does_not_take_is_left_out() {
    let mut t = Talk::new();
    let mut p = ConnectProperties::new();
    p.max_packet_size = Some(100);
    t.say(&connect5("c", p, None));
    t.replies();
    one(&mut t, ALL);
    let said = OrderSaid {
        of: OrderTopic::Active,
        current: false,
    };
    let mut out = BytesMut::new();
    let done = t.session.deliver_order(&said, &[b'x'; 100], &mut out);
    assert_eq!((done, out.len()), (Delivered::TooLong, 0));
}

fn subscribe(path: &str) -> Vec<u8> {
    let mut s = v4::Subscribe::new(path, QoS::AtMostOnce);
    s.pkid = 3;
    wire(&v4::Packet::Subscribe(s))
}

fn told(name: &str, payload: &str, retain: bool) -> Vec<u8> {
    let topic = format!("bayhub/v1/orders/{name}");
    let mut p = v4::Publish::new(topic, QoS::AtMostOnce, payload);
    p.retain = retain;
    wire(&v4::Packet::Publish(p))
}

async fn reader(house: &EndpointHouse, name: &str, path: &str) -> Raw {
    let mut reader = house.enter(name).await;
    reader.say(&subscribe(path)).await;
    reader.hear(&[0x90, 3, 0, 3, 0]).await;
    reader
}

#[tokio::test]
async fn what_stands_comes_first_then_each_change_at_once_and_an_end_clears_it() {
    let house = EndpointHouse::usual().await;
    house.orders.tell("or_1", "one");
    house.orders.tell_active("all");
    let mut early = reader(&house, "early", ALL).await;
    early.hear(&told("or_1", "one", true)).await;
    early.hear(&told("active", "all", true)).await;
    let begun = Instant::now();
    // As fast as they come, unlike zones.
    for n in 0..20 {
        let text = n.to_string();
        house.orders.tell("or_2", &text);
        early.hear(&told("or_2", &text, false)).await;
    }
    let took = begun.elapsed();
    assert!(took < Duration::from_secs(1), "{took:?}");
    house.orders.tell("or_2", "ended");
    house.orders.tell("or_2", "");
    early.hear(&told("or_2", "ended", false)).await;
    early.hear(&told("or_2", "", false)).await;
    let mut late = reader(&house, "late", ALL).await;
    late.hear(&told("or_1", "one", true)).await;
    late.hear(&told("active", "all", true)).await;
    late.ping().await;
}

#[tokio::test]
async fn zones_that_wait_for_their_round_hold_up_no_order_and_leaving_ends_it() {
    let house = EndpointHouse::usual().await;
    let mut reader = reader(&house, "reader", "bayhub/v1/zones/Z7/availability").await;
    let zone = |n: &str, retain| {
        let topic = "bayhub/v1/zones/Z7/availability";
        let mut p = v4::Publish::new(topic, QoS::AtMostOnce, n);
        p.retain = retain;
        wire(&v4::Packet::Publish(p))
    };
    reader.hear(&zone("0", true)).await;
    reader.say(&subscribe(ACTIVE)).await;
    reader.hear(&[0x90, 3, 0, 3, 0]).await;
    house.zones.set(7, 1);
    house.orders.tell("or_1", "not asked for");
    house.orders.tell_active("now");
    reader.hear(&told("active", "now", false)).await;
    reader.hear(&zone("1", false)).await;
    let mut u = v4::Unsubscribe::new(ACTIVE);
    u.pkid = 4;
    reader.say(&wire(&v4::Packet::Unsubscribe(u))).await;
    reader.hear(&[0xb0, 2, 0, 4]).await;
    house.orders.tell_active("later");
    reader.ping().await;
}

#[tokio::test]
async fn a_subscriber_of_mqtt_5_is_told_the_same() {
    let house = EndpointHouse::usual().await;
    house.orders.tell("or_1", "one");
    let mut raw = house.knock().await;
    raw.say(&connect5("five", ConnectProperties::new(), None))
        .await;
    let mut head = [0; 2];
    tokio::io::AsyncReadExt::read_exact(&mut raw.0, &mut head)
        .await
        .unwrap();
    let mut welcome = vec![0; head[1].into()];
    tokio::io::AsyncReadExt::read_exact(&mut raw.0, &mut welcome)
        .await
        .unwrap();
    assert_eq!((head[0], &welcome[..2]), (0x20, &[0, 0][..]));
    let mut s = Subscribe::new(Filter::new(ALL, QoS5::AtMostOnce), None);
    s.pkid = 3;
    raw.say(&wire5(&Packet::Subscribe(s))).await;
    raw.hear(&[0x90, 4, 0, 3, 0, 0]).await;
    let said = |payload: &str, retain| {
        let topic = "bayhub/v1/orders/or_1";
        let mut p = Publish::new(topic, QoS5::AtMostOnce, payload.to_owned(), None);
        p.retain = retain;
        wire5(&Packet::Publish(p))
    };
    raw.hear(&said("one", true)).await;
    house.orders.tell("or_1", "ended");
    house.orders.tell("or_1", "");
    raw.hear(&said("ended", false)).await;
    raw.hear(&said("", false)).await;
}
