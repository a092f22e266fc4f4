//! What a driver's app does once it has a bay: lists, a longer stay, a bay that is taken; and what an
//! owner is told before hours are changed.

use super::sharing::{ask, later, market, offer, post_offer, request, step};
use super::{Answer, Town};
use crate::domain::BayStatus::{Occupied, Vacant};
use serde_json::{Value, json};

/// A confirmed booking for the hour that begins in that many minutes.
async fn book(town: &Town, from: u64) -> String {
    let held = ask(town, &request(from)).await;
    let id = held.json()["id"].as_str().unwrap().to_owned();
    step(town, &id, "confirm").await.json();
    id
}

async fn list(town: &Town, query: &str) -> Answer {
    let path = format!("/v1/reservations{query}");
    town.call_as("book", "GET", &path, "").await
}

fn ids(page: &Value) -> Vec<&str> {
    let all = page["reservations"].as_array().unwrap();
    all.iter().map(|r| r["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn an_app_lists_its_own_reservations_page_by_page_and_nobody_elses() {
    let town = market().await;
    post_offer(&town, &offer("TPY12-001")).await.json();
    let mut made = Vec::new();
    for from in [200, 60, 130] {
        made.push(book(&town, from).await);
    }
    step(&town, &made[1], "cancel").await.json();
    let all = list(&town, "").await.json();
    assert_eq!(ids(&all), [&*made[1], &*made[2], &*made[0]]);
    assert_eq!(all["next"], Value::Null);
    let first = list(&town, "?limit=2").await.json();
    let cursor = first["next"].as_str().unwrap();
    let second = list(&town, &format!("?limit=2&cursor={cursor}")).await;
    assert_eq!(ids(&second.json()), [&*made[0]]);
    let booked = list(&town, "?state=confirmed").await.json();
    assert_eq!(ids(&booked), [&*made[2], &*made[0]]);
    let late = list(&town, &format!("?from={}", later(130))).await.json();
    assert_eq!(ids(&late), [&*made[2], &*made[0]]);
    for (query, field) in [
        ("?state=gone", "state"),
        ("?limit=0", "limit"),
        ("?cursor=x", "cursor"),
        ("?from=now", "from"),
        ("?mine=1", "mine"),
    ] {
        let bad = list(&town, query).await;
        assert_eq!(bad.problem("bad-parameter")["field"], field);
    }
    let others = town.call_as("share", "GET", "/v1/reservations", "").await;
    others.problem("forbidden");
    town.call("GET", "/v1/reservations", &[], "")
        .await
        .problem("unauthorized");
}

#[tokio::test]
async fn a_longer_stay_is_asked_for_by_its_end() {
    let town = market().await;
    post_offer(&town, &offer("TPY12-001")).await.json();
    let id = book(&town, 60).await;
    let path = format!("/v1/reservations/{id}/extend");
    let extend = |body: Value| town.call_as("book", "POST", &path, body.to_string());
    let longer = extend(json!({"end": later(150)})).await.json();
    assert_eq!(
        (&longer["price_cents"], &longer["owed_cents"]),
        (&json!(360), &json!(360))
    );
    for (body, field) in [
        (json!({}), "end"),
        (json!({"end": "late"}), "end"),
        (json!({"end": later(60 * 24 * 40)}), "end"),
        (
            json!({"end": later(160), "max_price_cents": -1}),
            "max_price_cents",
        ),
    ] {
        let bad = extend(body).await;
        assert_eq!(bad.problem("bad-parameter")["field"], field);
    }
    extend(json!({"end": later(120)})).await.problem("conflict");
    let shut = extend(json!({"end": later(700)})).await;
    assert_eq!(shut.problem("no-match")["reason"], "window");
}

#[tokio::test]
async fn a_taken_bay_is_told_and_nothing_is_owed_where_there_is_no_other() {
    let town = market().await;
    post_offer(&town, &offer("TPY12-001")).await.json();
    let id = book(&town, 5).await;
    town.turns("TPY12-001", Vacant, Vacant);
    let seen = step(&town, &id, "taken").await.problem("conflict");
    assert!(seen["detail"].as_str().unwrap().contains("sees nobody"));
    town.turns("TPY12-001", Occupied, Occupied);
    let gone = step(&town, &id, "taken").await.json();
    assert_eq!(
        (&gone["state"], &gone["owed_cents"]),
        (&json!("cancelled"), &json!(0)),
        "{gone}"
    );
}

#[tokio::test]
async fn an_owner_is_told_which_bookings_a_change_leaves_outside_before_and_after_it() {
    let town = market().await;
    let made = post_offer(&town, &offer("TPY12-001")).await.json();
    let id = book(&town, 60).await;
    let path = format!("/v1/offers/{}", made["id"].as_str().unwrap());
    let shorter = json!({"windows": [{"start": later(0), "end": later(90)}]}).to_string();
    let preview = format!("{path}?preview=true");
    let told = town
        .call_as("share", "PATCH", &preview, shorter.clone())
        .await;
    assert_eq!(told.json()["affects"][0]["id"], id);
    let still = town.call_as("share", "GET", &path, "").await.json();
    assert_eq!(still, made, "a preview changes nothing");
    let done = town.call_as("share", "PATCH", &path, shorter).await.json();
    assert_eq!(done["affects"][0]["id"], id);
    assert_eq!(done["windows"][0]["end"], later(90));
    let booked = list(&town, "").await.json();
    assert_eq!(booked["reservations"][0]["state"], "confirmed");
    let bad = town
        .call_as("share", "PATCH", &format!("{path}?preview=maybe"), "{}")
        .await;
    assert_eq!(bad.problem("bad-parameter")["field"], "preview");
}
