//! Pools over HTTP: places of a car park that are offered, booked and told of without a bay.

use super::Town;
use super::places::{at, zone};
use super::sharing::{ask, later, post_offer, step};
use crate::domain::{KindSet, ZoneKind, ZoneTally};
use crate::registry::Registry;
use crate::registry::city::{BaySpec, ZoneSpec};
use crate::serve::Config;
use serde_json::{Value, json};

/// `HE12`, a car park of the partner's that only counts, of 40 places; `YARD`, a private one of three
/// bays; `STREET`, which only counts too; and `THEIRS`, somebody else's.
fn town() -> Town {
    let own = |id, kind, capacity| ZoneSpec {
        operator: "lta".into(),
        ..zone(id, id, kind, at(1.3327, 103.8474), capacity)
    };
    let theirs = ZoneSpec {
        operator: "ura".into(),
        ..own("THEIRS", ZoneKind::OffStreet, 40)
    };
    let zones = vec![
        own("HE12", ZoneKind::OffStreet, 40),
        own("YARD", ZoneKind::Private, 0),
        own("STREET", ZoneKind::OnStreet, 40),
        theirs,
    ];
    let bay = |n: u32| -> BaySpec {
        super::places::bay(&format!("YARD-{n}"), "YARD", at(1.3327, 103.8474), |_| {})
    };
    let registry = Registry::in_memory(zones, (1..4).map(bay).collect()).unwrap();
    Town::with(Config::default(), registry, None)
}

fn pool(zone: &str, bays: u32) -> Value {
    json!({
        "zone": zone, "bays": bays, "windows": [{"start": later(0), "end": later(600)}],
        "price_cents_per_stay": 500, "currency": "SGD",
    })
}

fn request(from: u64) -> Value {
    json!({"lat": 1.3327, "lon": 103.8484, "start": later(from), "end": later(from + 60), "max_walk_m": 300})
}

#[tokio::test]
async fn a_place_of_a_car_park_is_booked_without_a_bay() {
    let town = town();
    let made = post_offer(&town, &pool("HE12", 2)).await;
    assert_eq!(made.status.as_u16(), 201);
    let made = made.json();
    let said = ["bay", "zone", "bays", "price_cents_per_stay"].map(|m| made[m].clone());
    assert_eq!(said, [Value::Null, json!("HE12"), json!(2), json!(500)]);
    let held = ask(&town, &request(60)).await.json();
    let said = ["bay", "zone", "lat", "lon", "walk_m", "price_cents"].map(|m| held[m].clone());
    let told = [
        Value::Null,
        json!("HE12"),
        json!(1.3327),
        json!(103.8474),
        json!(111),
        json!(500),
    ];
    assert_eq!(said, told);
    let id = held["id"].as_str().unwrap();
    assert_eq!(
        step(&town, id, "confirm").await.json()["state"],
        "confirmed"
    );
    ask(&town, &request(60)).await;
    assert_eq!(
        ask(&town, &request(60)).await.problem("no-match")["reason"],
        "full"
    );
    let offer = made["id"].as_str().unwrap();
    let path = format!("/v1/offers/{offer}/reservations");
    let own = town.call_as("share", "GET", &path, "").await.json();
    let first = &own["reservations"][0];
    assert_eq!(
        (&first["bay"], &first["zone"]),
        (&Value::Null, &json!("HE12"))
    );
    let month = "/v1/partners/me/settlement?month=2026-11";
    let row = town.call_as("share", "GET", month, "").await;
    assert!(
        !String::from_utf8_lossy(&row.body).contains('~'),
        "no seat is told"
    );
    let calendar = made["calendar"].as_str().unwrap();
    let calendar = town.get(calendar).await;
    let calendar = String::from_utf8_lossy(&calendar.body).into_owned();
    assert!(calendar.contains("SUMMARY:HE12 (confirmed)"), "{calendar}");
    assert!(!calendar.contains('~'), "{calendar}");
}

#[tokio::test]
async fn a_pool_that_cannot_be_is_refused_by_its_member() {
    let town = town();
    let refused = async |edit: fn(&mut Value), problem: &str, field: &str| {
        let mut body = pool("HE12", 3);
        edit(&mut body);
        let said = post_offer(&town, &body).await.problem(problem);
        assert_eq!(said["field"], field, "{body} {said}");
    };
    let bad = "bad-parameter";
    refused(|b| b["bays"] = json!(0), bad, "bays").await;
    refused(|b| b["bays"] = json!(5001), bad, "bays").await;
    refused(|b| b["bays"] = json!("3"), bad, "bays").await;
    refused(
        |b| _ = b.as_object_mut().unwrap().remove("bays"),
        bad,
        "bays",
    )
    .await;
    refused(
        |b| _ = b.as_object_mut().unwrap().remove("zone"),
        bad,
        "bays",
    )
    .await;
    refused(|b| b["bay"] = json!("YARD-1"), bad, "zone").await;
    refused(|b| b["zone"] = json!(12), bad, "zone").await;
    refused(|b| b["zone"] = json!("NOWHERE"), "not-found", "zone").await;
    refused(|b| b["zone"] = json!("THEIRS"), "not-found", "zone").await;
    refused(|b| b["zone"] = json!("STREET"), "not-found", "zone").await;
    refused(|b| b["zone"] = json!("~HE12"), "not-found", "zone").await;
    refused(|b| b["bays"] = json!(41), "contradiction", "bays").await;
    let yard = pool("YARD", 4);
    let said = post_offer(&town, &yard).await.problem("contradiction");
    assert_eq!(
        said["detail"],
        "bays: you have 3 bays in zone YARD, and 0 of them are on other offers at the same time"
    );
    let one = json!({"bay": "YARD-1", "windows": yard["windows"], "price_cents_per_hour": 100});
    let one = post_offer(&town, &one).await.json();
    post_offer(&town, &pool("YARD", 3))
        .await
        .problem("contradiction");
    assert_eq!(
        post_offer(&town, &pool("YARD", 2)).await.status.as_u16(),
        201
    );
    let path = format!("/v1/offers/{}", one["id"].as_str().unwrap());
    let body = json!({"bays": 2}).to_string();
    let said = town.call_as("share", "PATCH", &path, body).await;
    assert_eq!(said.problem(bad)["field"], "bays", "of one bay");
}

#[tokio::test]
async fn fewer_places_are_tried_before_they_are_taken_away() {
    let town = town();
    let made = post_offer(&town, &pool("HE12", 3)).await.json();
    let path = format!("/v1/offers/{}", made["id"].as_str().unwrap());
    for _ in 0..3 {
        let held = ask(&town, &request(60)).await.json();
        step(&town, held["id"].as_str().unwrap(), "confirm").await;
    }
    let body = json!({"bays": 1}).to_string();
    let change = async |query: &str| {
        let path = format!("{path}{query}");
        town.call_as("share", "PATCH", &path, body.clone())
            .await
            .json()
    };
    let tried = change("?preview=true").await;
    assert_eq!(tried["affects"].as_array().unwrap().len(), 2);
    let still = town.call_as("share", "GET", &path, "").await.json();
    assert_eq!((&still["bays"], &still["version"]), (&json!(3), &json!(1)));
    let done = change("").await;
    assert_eq!(done["affects"], tried["affects"]);
    assert_eq!((&done["bays"], &done["version"]), (&json!(1), &json!(2)));
}

#[tokio::test]
async fn drivers_see_where_places_can_be_booked() {
    let town = town();
    let near = async || {
        let near = "/v1/bays/nearby?lat=1.3327&lon=103.8474&include=zones";
        town.get(near).await.json()["zones"].clone()
    };
    assert_eq!(near().await, json!([]));
    let public = post_offer(&town, &pool("HE12", 2)).await.json();
    let private = post_offer(&town, &pool("YARD", 3)).await.json();
    let held = ask(&town, &request(0)).await.json();
    assert_eq!(held["zone"], "HE12", "of two alike the older");
    let pools = near().await;
    let told = |n: usize| {
        let zone = &pools[n];
        let of = ["offer", "bays", "free", "price_cents_per_stay"];
        let pool = of.map(|m| zone["pool"][m].clone());
        (zone["zone"].as_str().unwrap().to_owned(), pool)
    };
    let he12 = [public["id"].clone(), json!(2), json!(1), json!(500)];
    assert_eq!(told(0), ("HE12".into(), he12.clone()));
    let yard = [private["id"].clone(), json!(3), json!(3), json!(500)];
    assert_eq!(told(1), ("YARD".into(), yard));
    let zone = async |id: &str| town.get(&format!("/v1/zones/{id}")).await.json();
    let he12_zone = zone("HE12").await;
    assert_eq!(he12_zone["capacity"], 40, "a public zone is told as it is");
    assert_eq!(he12_zone["pool"]["free"], he12[2]);
    let yard_zone = zone("YARD").await;
    let counts = ["capacity", "reserved"].map(|m| yard_zone[m].clone());
    assert_eq!(counts, [json!(3), json!(0)]);
    assert_eq!(yard_zone["vacant"]["car"], 3);
    // Where a count says that there is room it is told beside it.
    let tally = ZoneTally {
        vacant: [7, 0, 0, 0],
        counted: KindSet::from_bits(1),
        capacity: 40,
        capacity_by_kind: [40, 0, 0, 0],
        ..ZoneTally::default()
    };
    town.tally("HE12", tally);
    let counted = near().await;
    assert_eq!(
        (&counted[0]["zone"], &counted[0]["vacant"]),
        (&json!("HE12"), &json!(7))
    );
    assert_eq!(counted[0]["pool"]["free"], 1);
    let none = "/v1/bays/nearby?lat=1.3327&lon=103.8474&include=zones&kind=motorcycle";
    assert_eq!(town.get(none).await.json()["zones"], json!([]));
}

/// A yen has no smaller unit, a dinar a thousand.
#[tokio::test]
async fn money_of_no_and_of_three_digits_is_counted_in_its_own_unit() {
    for (currency, cents) in [("JPY", 1500), ("KWD", 1500)] {
        let town = town();
        let mut body = pool("HE12", 1);
        body["currency"] = json!(currency);
        body["price_cents_per_stay"] = json!(cents);
        post_offer(&town, &body).await;
        let mut wish = request(0);
        wish["currency"] = json!(currency);
        let held = ask(&town, &wish).await.json();
        assert_eq!(
            (&held["price_cents"], &held["currency"]),
            (&json!(cents), &json!(currency))
        );
    }
}
