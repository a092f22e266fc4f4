//! Live streams by WebSocket: what is told is what Server-Sent Events tell, to the same eyes and
//! within the same shares; and every way a client can ask for what it may not have.

use super::open_socket::OpenSocket;
use super::open_stream::{OpenStream, running};
use super::private_bays::lots;
use super::sharing::{ask, market, offer, post_offer, request};
use super::{Town, small_town};
use crate::domain::BayStatus::{Occupied, Vacant};
use crate::limits;
use crate::serve::Config;
use serde_json::{Value, json};
use std::time::Duration;
use tokio_tungstenite::tungstenite::{Error, Message};

fn bays() -> Value {
    json!({"id": "a", "zones": ["TPY12"], "bays": true})
}

#[tokio::test]
async fn zones_bays_and_own_reservations_come_on_one_socket_as_the_streams_tell_them() {
    let town = running(market().await);
    post_offer(&town, &offer("TPY12-001")).await;
    ask(&town, &request(60)).await;
    let bearer = format!("Bearer {}", town.keys["book"]);
    let path = "/v1/stream?zones=TPY12&bays=true";
    let mut stream = OpenStream::open_at(&town, path, &[("authorization", &bearer)]).await;
    let mut socket = OpenSocket::keyed(&town, "book").await;
    socket.follow(&bays()).await;
    let mut zones = 0;
    while zones == 0 {
        let (name, _, data) = stream.event().await;
        zones += usize::from(name == "zone");
        let [id, event, event_id, told] = socket.event().await;
        assert_eq!((id, event, &told), (json!("a"), json!(name), &data));
        assert!(event_id.is_string());
    }
    socket
        .follow(&json!({"id": "mine", "channel": "reservations"}))
        .await;
    let [id, event, _, data] = socket.event().await;
    assert_eq!((id, event), (json!("mine"), json!("reservation")));
    assert_eq!(data["event"], "standing");
    assert_eq!(socket.event().await[1], "ready");
    town.turns("TPY12-002", Occupied, Occupied);
    let [id, event, _, data] = socket.event().await;
    assert_eq!((id, event), (json!("a"), json!("bay")));
    assert_eq!(data["state"], "occupied");
}

#[tokio::test]
async fn who_comes_back_with_the_last_id_is_told_what_changed_meanwhile() {
    let town = running(Town::new());
    let mut socket = OpenSocket::open(&town).await;
    let wish = json!({"id": "z", "zones": ["TPY12"]});
    socket.follow(&wish).await;
    let last = socket.event().await[2].clone();
    drop(socket);
    town.turns("TPY12-001", Vacant, Vacant);
    let mut back = OpenSocket::open(&town).await;
    let mut again = wish.clone();
    again["last_event_id"] = last.clone();
    back.follow(&again).await;
    let [_, event, newer, data] = back.event().await;
    assert_eq!((&event, &data["zone"]), (&json!("zone"), &json!("TPY12")));
    assert_ne!(newer, last);
    // Of another selection the id says nothing.
    back.follow(&json!({"id": "y", "last_event_id": newer}))
        .await;
    assert_eq!(back.event().await[1], "resync");
}

#[tokio::test]
async fn a_key_comes_in_a_message_or_a_header_and_never_in_the_address() {
    let town = market().await;
    let own = json!({"type": "subscribe", "id": "mine", "channel": "reservations"});
    let bearer = format!("Bearer {}", town.keys["book"]);
    let by_header = [("authorization", &*bearer)];
    let mut socket = OpenSocket::try_open(&town, "", &by_header).await.unwrap();
    socket.say(&own).await;
    assert_eq!(socket.hear().await["type"], "subscribed");
    let key = format!("?key={}", town.keys["book"]);
    let mut socket = OpenSocket::try_open(&town, &key, &[]).await.unwrap();
    socket.say(&own).await;
    OpenSocket::is_problem(&socket.hear().await, "unauthorized");
    let mut socket = OpenSocket::keyed(&town, "report").await;
    socket.say(&own).await;
    let told = socket.hear().await;
    OpenSocket::is_problem(&told, "forbidden");
    assert_eq!(told["id"], "mine");
    socket.show(&town.keys["book"]).await;
    OpenSocket::is_problem(&socket.hear().await, "conflict");
}

#[tokio::test]
async fn a_key_that_is_not_good_ends_the_socket_or_opens_none() {
    let town = Town::new();
    let mut socket = OpenSocket::open(&town).await;
    socket.show("bh_nobody_has_it").await;
    OpenSocket::is_problem(&socket.hear().await, "unauthorized");
    assert_eq!(socket.end().await, 1008);
    let wrong = [("authorization", "Bearer bh_nobody_has_it")];
    let Err(Error::Http(answer)) = OpenSocket::try_open(&town, "", &wrong).await.map(drop) else {
        panic!("it was let in")
    };
    assert_eq!(answer.status(), 401);
}

#[tokio::test]
async fn where_reads_are_not_public_zones_need_a_key() {
    let config = Config {
        public_reads: false,
        ..Config::default()
    };
    let town = running(Town::with(config, small_town(), None));
    let mut socket = OpenSocket::open(&town).await;
    let mut wish = bays();
    wish["type"] = "subscribe".into();
    socket.say(&wish).await;
    OpenSocket::is_problem(&socket.hear().await, "unauthorized");
    socket.show(&town.keys["report"]).await;
    assert_eq!(socket.hear().await["type"], "key_taken");
    socket.follow(&bays()).await;
    assert_eq!(socket.event().await[0], "a");
}

#[tokio::test]
async fn what_cannot_be_asked_is_answered_by_a_problem_and_the_socket_goes_on() {
    let town = running(Town::new());
    let mut socket = OpenSocket::open(&town).await;
    socket.follow(&json!({"id": "a", "zones": ["TPY12"]})).await;
    socket.event().await;
    for (said, slug) in [
        (json!({"type": "dance"}), "malformed"),
        (json!([1]), "malformed"),
        (
            json!({"type": "subscribe", "id": "b", "zones": ["nope"]}),
            "not-found",
        ),
        (
            json!({"type": "subscribe", "id": "b", "zones": []}),
            "bad-parameter",
        ),
        (
            json!({"type": "subscribe", "id": "b", "crs": "x"}),
            "bad-parameter",
        ),
        (
            json!({"type": "subscribe", "id": "b", "bbox": [9, 9, 9, -9]}),
            "bad-parameter",
        ),
        (json!({"type": "subscribe", "id": "a"}), "conflict"),
        (json!({"type": "unsubscribe", "id": "b"}), "not-found"),
    ] {
        socket.say(&said).await;
        let told = socket.hear().await;
        OpenSocket::is_problem(&told, slug);
        if slug != "malformed" {
            assert_eq!(told["id"], said["id"], "{told}");
        }
    }
    socket.say(&json!({"type": "ping", "and": "more"})).await;
    assert_eq!(socket.hear().await, json!({"type": "pong"}));
    socket.say(&json!({"type": "unsubscribe", "id": "a"})).await;
    let told = socket.hear().await;
    assert_eq!(told, json!({"type": "unsubscribed", "id": "a"}));
    town.turns("TPY12-001", Vacant, Vacant);
    tokio::time::sleep(Duration::from_millis(50)).await;
    socket.say(&json!({"type": "ping"})).await;
    assert_eq!(socket.hear().await["type"], "pong", "nothing is followed");
    assert_eq!(town.metrics.http_streams.get(), 0);
    socket.send(Message::binary(vec![0])).await;
    assert_eq!(socket.end().await, 1003);
    let mut socket = OpenSocket::open(&town).await;
    socket.send(Message::text("x".repeat(70_000))).await;
    socket.breaks().await;
}

#[tokio::test]
async fn problems_inside_a_socket_are_in_the_readers_language_too() {
    let town = Town::new();
    let chinese = [("accept-language", "zh-CN,zh;q=0.9")];
    let mut socket = OpenSocket::try_open(&town, "", &chinese).await.unwrap();
    socket.say(&json!({"type": "unsubscribe", "id": "b"})).await;
    let told = socket.hear().await;
    OpenSocket::is_problem(&told, "not-found");
    assert_eq!(told["problem"]["title"], "没有找到所请求的内容");
}

#[tokio::test]
async fn each_subscription_is_one_of_the_streams_that_a_key_may_have() {
    let bounds = limits::Config {
        rates: false,
        streams_per_key: 2,
        ..limits::Config::default()
    };
    let town = Town::limited(Config::default(), small_town(), None, &bounds);
    let mut socket = OpenSocket::keyed(&town, "report").await;
    let wish = |id: &str| json!({"type": "subscribe", "id": id, "zones": ["TPY12"]});
    for (id, want) in [("a", "subscribed"), ("b", "subscribed")] {
        socket.say(&wish(id)).await;
        while socket.hear().await["type"] != want {}
    }
    socket.say(&wish("c")).await;
    let mut told = socket.hear().await;
    while told["type"] == "event" {
        told = socket.hear().await;
    }
    OpenSocket::is_problem(&told, "quota-exceeded");
    assert_eq!(told["problem"]["share"], "streams", "{told}");
    drop(socket);
    while town.metrics.http_streams.get() > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let mut next = OpenSocket::keyed(&town, "report").await;
    next.follow(&json!({"id": "c", "zones": ["TPY12"]})).await;
}

#[tokio::test]
async fn calls_inside_a_socket_count_as_calls() {
    let bounds = limits::Config {
        shares: false,
        ..limits::Config::default()
    };
    let town = Town::limited(Config::default(), small_town(), None, &bounds);
    let mut socket = OpenSocket::open(&town).await;
    for n in 0..700 {
        socket
            .say(&json!({"type": "subscribe", "id": "a", "zones": ["nope"]}))
            .await;
        let told = socket.hear().await;
        if told["problem"]["type"] == "/problems/quota-exceeded" {
            assert!(n > 500, "after {n}");
            return assert_eq!(told["problem"]["class"], "read", "{told}");
        }
    }
    panic!("700 calls in a minute of an address without a key");
}

#[tokio::test]
async fn strangers_see_of_a_private_zone_what_is_on_offer_and_the_owner_all() {
    let town = running(lots().await);
    let wish = json!({"id": "lot", "zones": ["LOT"], "bays": true});
    let mut stranger = OpenSocket::open(&town).await;
    let mut owner = OpenSocket::keyed(&town, "book").await;
    stranger.follow(&wish).await;
    owner.follow(&wish).await;
    for (socket, count) in [(&mut stranger, 2), (&mut owner, 6)] {
        for _ in 0..count {
            assert_eq!(socket.event().await[1], "bay");
        }
        assert_eq!(socket.event().await[1], "zone");
    }
    town.turns("LOT-0", Occupied, Occupied);
    let [_, _, _, bay] = owner.event().await;
    assert_eq!(
        (&bay["bay"], &bay["state"]),
        (&json!("LOT-0"), &json!("occupied"))
    );
    // Nothing of it to the stranger, who is told of what leaves its sight.
    town.turns("LOT-1", Occupied, Occupied);
    let [_, _, _, bay] = stranger.event().await;
    assert_eq!((&bay["bay"], &bay["gone"]), (&json!("LOT-1"), &json!(true)));
    let mut closed = OpenSocket::open(&town).await;
    closed
        .say(&json!({"type": "subscribe", "id": "x", "zones": ["GATE"]}))
        .await;
    OpenSocket::is_problem(&closed.hear().await, "not-found");
}

#[tokio::test]
async fn a_key_that_is_withdrawn_ends_what_it_opened() {
    let town = running(Town::new());
    let body = json!({"name": "app", "partner": "lta", "scopes": ["book"]});
    let made = town
        .call_as("admin", "POST", "/v1/admin/keys", body.to_string())
        .await;
    let made = made.json();
    let mut socket = OpenSocket::open(&town).await;
    socket.show(made["key"].as_str().unwrap()).await;
    assert_eq!(socket.hear().await["type"], "key_taken");
    socket.follow(&json!({"id": "a", "zones": ["TPY12"]})).await;
    socket.event().await;
    let path = format!("/v1/admin/keys/{}", made["id"].as_str().unwrap());
    let gone = town.call_as("admin", "DELETE", &path, "").await;
    assert!(gone.status.is_success(), "{gone:?}");
    // It would be told of this.
    town.turns("TPY12-001", Vacant, Vacant);
    assert_eq!(socket.end().await, 1008);
    assert_eq!(town.metrics.http_streams.get(), 0);
}

#[tokio::test]
async fn a_stop_ends_sockets_with_a_word() {
    let town = running(Town::new());
    let mut socket = OpenSocket::open(&town).await;
    socket.follow(&bays()).await;
    town.close.send_replace(true);
    assert_eq!(socket.end().await, 1001);
}

/// On the stopped clock each silence is over at once.
#[tokio::test(start_paused = true)]
async fn a_silent_socket_is_kept_while_it_answers_and_follows_something() {
    let town = Town::new();
    let mut socket = OpenSocket::open(&town).await;
    socket.follow(&json!({"id": "a", "zones": ["TPY12"]})).await;
    socket.event().await;
    for _ in 0..8 {
        assert!(matches!(socket.frame().await, Message::Ping(_)));
        let Message::Text(text) = socket.frame().await else {
            panic!("no heartbeat")
        };
        assert_eq!(text.as_str(), r#"{"type":"heartbeat"}"#);
    }
    let mut idle = OpenSocket::open(&town).await;
    assert_eq!(idle.end().await, 1008, "nothing is followed on it");
}
