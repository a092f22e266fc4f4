//! What becomes of a booking app's reservations, told as it happens: its own, in order, and all of
//! it to who was away.

use super::Town;
use super::open_stream::OpenStream;
use super::sharing::{ask, market, offer, post_offer, request, step};
use serde_json::{Value, json};

const PATH: &str = "/v1/reservations/stream";

async fn open(town: &Town, scope: &str, id: Option<&str>) -> OpenStream {
    let key = format!("Bearer {}", town.keys[scope]);
    let mut headers = vec![("authorization", key.as_str())];
    headers.extend(id.map(|id| ("last-event-id", id)));
    OpenStream::open_at(town, PATH, &headers).await
}

/// What happened, to which, and its state; and the event's id.
async fn happens(stream: &mut OpenStream) -> (String, String, String, String) {
    let (name, id, data) = stream.event().await;
    assert_eq!(name, "reservation", "{data}");
    let text = |v: &Value| v.as_str().unwrap().to_owned();
    (
        text(&data["event"]),
        text(&data["reservation"]["id"]),
        text(&data["reservation"]["state"]),
        id,
    )
}

async fn ready(stream: &mut OpenStream) -> (Value, String) {
    let (name, id, data) = stream.event().await;
    assert_eq!(name, "ready", "{data}");
    (data["standing"].clone(), id)
}

/// A reservation of `EAST-1`'s neighbour, held.
async fn hold(town: &Town, from: u64) -> String {
    ask(town, &request(from)).await.json()["id"]
        .as_str()
        .unwrap()
        .to_owned()
}

fn told(event: &str, id: &str, state: &str) -> (String, String, String) {
    (event.to_owned(), id.to_owned(), state.to_owned())
}

#[tokio::test]
async fn an_app_hears_first_what_stands_and_then_what_happens_to_its_own() {
    let town = market().await;
    post_offer(&town, &offer("TPY12-001")).await;
    let first = hold(&town, 60).await;
    let mut own = open(&town, "book", None).await;
    let mut other = open(&town, "book2", None).await;
    let (event, id, state, no_id) = happens(&mut own).await;
    assert_eq!((event, id, state), told("standing", &first, "held"));
    assert_eq!(no_id, "", "whoever leaves before ready begins anew");
    assert_eq!(ready(&mut own).await.0, 1);
    assert_eq!(ready(&mut other).await.0, 0, "another app's are not there");

    step(&town, &first, "confirm").await;
    let (event, id, state, confirmed) = happens(&mut own).await;
    assert_eq!((event, id, state), told("confirmed", &first, "confirmed"));
    step(&town, &first, "cancel").await;
    let (event, id, state, _) = happens(&mut own).await;
    assert_eq!((event, id, state), told("cancelled", &first, "cancelled"));
    drop(own);

    let second = hold(&town, 60).await;
    let mut again = open(&town, "book", Some(&confirmed)).await;
    for want in [
        told("cancelled", &first, "cancelled"),
        told("held", &second, "held"),
    ] {
        let (event, id, state, _) = happens(&mut again).await;
        assert_eq!((event, id, state), want);
    }
    // The other one's first word after `ready` is of its own.
    let mine = town
        .call_as("book2", "POST", "/v1/requests", request(300).to_string())
        .await
        .json();
    let (event, id, ..) = happens(&mut other).await;
    assert_eq!((event, json!(id)), ("held".to_owned(), mine["id"].clone()));
}

#[tokio::test]
async fn an_id_that_is_none_of_ours_means_to_begin_anew() {
    let town = market().await;
    post_offer(&town, &offer("TPY12-001")).await;
    let held = hold(&town, 60).await;
    for bad in ["999999", "-1", "01", "x"] {
        let mut stream = open(&town, "book", Some(bad)).await;
        let (name, _, why) = stream.event().await;
        assert_eq!(
            (name.as_str(), why),
            ("resync", json!({"reason": "unknown_id"})),
            "{bad}"
        );
        assert_eq!(happens(&mut stream).await.1, held);
        assert_eq!(ready(&mut stream).await.0, 1);
    }
}

#[tokio::test]
async fn the_id_read_last_may_stand_in_the_address_by_either_name() {
    let town = market().await;
    post_offer(&town, &offer("TPY12-001")).await;
    let id = ready(&mut open(&town, "book", None).await).await.1;
    let held = hold(&town, 60).await;
    let key = format!("Bearer {}", town.keys["book"]);
    for name in ["last_event_id", "lastEventId"] {
        let path = format!("{PATH}?{name}={id}");
        let mut back = OpenStream::open_at(&town, &path, &[("authorization", &key)]).await;
        let (event, which, ..) = happens(&mut back).await;
        assert_eq!((event.as_str(), &which), ("held", &held), "{name}");
    }
    let two = format!("{PATH}?last_event_id={id}&lastEventId=x");
    let refused = town.call_as("book", "GET", &two, "").await;
    let refused = refused.problem("bad-parameter").to_string();
    assert!(refused.contains("lastEventId"), "{refused}");
}

#[tokio::test]
async fn it_takes_a_key_for_booking_and_no_more_streams_than_there_may_be() {
    let town = market().await;
    town.get(PATH).await.problem("unauthorized");
    town.call_as("share", "GET", PATH, "")
        .await
        .problem("forbidden");
    town.call_as("book", "GET", &format!("{PATH}?zones=EAST"), "")
        .await
        .problem("bad-parameter");
    let mut streams = vec![];
    for _ in 0..32 {
        streams.push(open(&town, "book", None).await);
    }
    town.call_as("book", "GET", PATH, "")
        .await
        .problem("unavailable");
    open(&town, "book2", None).await;
    streams.pop();
    open(&town, "book", None).await;
}
