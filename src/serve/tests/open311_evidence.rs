//! What a report does beside: a wrong sensor's bay is reported and its sensor doubted, and a booked bay that
//! is taken is changed for another.

use super::Town;
use super::open311::report;
use super::sharing::{ask, market, offer, post_offer, request, step};
use crate::domain::{BayStatus, Claim};
use serde_json::json;
use std::sync::{Arc, Mutex};

async fn key_of(town: &Town, partner: &str, more: &serde_json::Value) -> String {
    let mut asked = json!({"name": format!("{partner}:app"), "partner": partner, "scopes": ["report"],
        "source_kind": "app", "sources": [format!("{partner}:*")], "area": "all"});
    for (name, value) in more.as_object().unwrap() {
        asked[name] = value.clone();
    }
    let partner = json!({"name": partner}).to_string();
    town.call_as("admin", "POST", "/v1/admin/partners", partner)
        .await;
    let made = town
        .call_as("admin", "POST", "/v1/admin/keys", asked.to_string())
        .await;
    made.json()["key"]
        .as_str()
        .unwrap_or_else(|| panic!("{made:?}"))
        .to_owned()
}

const WRONG: [(&str, &str); 2] = [
    ("service_code", "sensor-wrong"),
    ("attribute[bay]", "TPY12-001"),
];

#[tokio::test]
async fn three_partners_within_a_day_make_a_sensor_suspect_until_it_is_dealt_with() {
    let town = Town::new();
    let bay = town.registry.bay("TPY12-001").unwrap();
    let doubted = || {
        use crate::domain::ReadModel as _;
        town.live.doubted().get(&bay).copied()
    };
    let mut keys = Vec::new();
    for partner in ["one", "two", "three"] {
        keys.push(key_of(&town, partner, &json!({})).await);
    }
    let say = async |key: &str| report(&town, &[&WRONG[..], &[("api_key", key)]].concat()).await;
    // Strangers, and one partner however often, give no evidence.
    for _ in 0..5 {
        report(&town, &WRONG).await;
        say(&keys[0]).await;
    }
    say(&keys[1]).await;
    assert_eq!(doubted(), None);
    town.clock.advance(86_400_000);
    let last = say(&keys[2]).await;
    assert_eq!(doubted(), None, "the others' word is a day old");
    say(&keys[0]).await;
    say(&keys[1]).await;
    assert_eq!(doubted(), Some(3));
    town.problems.tick().await.unwrap();
    assert_eq!(doubted(), Some(3), "kept");
    let path = format!(
        "/v1/problems/{}",
        last["service_request_id"].as_str().unwrap()
    );
    let done = json!({"state": "resolved", "notice": "changed"}).to_string();
    town.call_as("admin", "PATCH", &path, done).await.json();
    assert_eq!(doubted(), None);
}

#[tokio::test]
async fn keys_doubt_no_sensor_outside_their_area() {
    use crate::domain::ReadModel as _;
    let town = Town::new();
    let bay = town.registry.bay("TPY12-001").unwrap();
    for partner in ["one", "two", "three"] {
        let area = json!({"area": {"zones": ["EAST*"]}});
        let key = key_of(&town, partner, &area).await;
        report(&town, &[&WRONG[..], &[("api_key", &*key)]].concat()).await;
    }
    assert_eq!(town.live.doubted().get(&bay), None);
}

#[tokio::test]
async fn a_key_for_reports_reports_the_bay_as_well_with_little_confidence() {
    let (town, mut submissions) = Town::with_inbox(16);
    let key = key_of(&town, "acme", &json!({})).await;
    let asked = async |more: &[(&str, &str)], key: &str| {
        let form = [&WRONG[..], &[("api_key", key)], more].concat();
        report(&town, &form).await
    };
    let heard = Arc::new(Mutex::new(Vec::new()));
    let all = heard.clone();
    tokio::spawn(async move {
        while let Some(submission) = submissions.recv().await {
            all.lock().unwrap().extend(submission.claims);
            submission.receipt.durable();
        }
    });
    asked(&[("attribute[seen]", "occupied")], &key).await;
    asked(&[], &key).await;
    // Sensors' keys, keys without that scope, other services and strangers report nothing.
    asked(&[], &town.keys["report"].clone()).await;
    asked(&[], &town.keys["book"].clone()).await;
    report(&town, &WRONG).await;
    report(
        &town,
        &[("service_code", "surface"), WRONG[1], ("api_key", &key)],
    )
    .await;
    let claims = heard.lock().unwrap();
    let said: Vec<_> = claims
        .iter()
        .map(|claim| match claim {
            Claim::Bay(o) => (o.status, o.confidence),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(said.len(), 2, "{said:?}");
    assert_eq!(
        (said[0].0, said[1].0),
        (BayStatus::Occupied, BayStatus::Vacant)
    );
    assert!(
        said.iter()
            .all(|(_, c)| (f64::from(*c) / 255.0 - 0.7).abs() < 0.01),
        "{said:?}"
    );
}

#[tokio::test]
async fn a_booked_bay_that_is_taken_is_changed_for_another_before_its_driver_arrives() {
    let town = market().await;
    for bay in ["TPY12-001", "EAST-1"] {
        assert_eq!(post_offer(&town, &offer(bay)).await.status.as_u16(), 201);
    }
    let held = ask(&town, &request(0)).await.json();
    let id = held["id"].as_str().unwrap().to_owned();
    step(&town, &id, "confirm").await;
    let form = |key: &'static str| {
        vec![
            ("service_code".to_owned(), "shared-bay-taken".to_owned()),
            ("attribute[reservation]".to_owned(), id.clone()),
            ("api_key".to_owned(), town.keys[key].clone()),
        ]
    };
    let send = async |key: &'static str| {
        let form = form(key);
        let form: Vec<_> = form.iter().map(|(a, b)| (&**a, &**b)).collect();
        super::open311::post(&town, "json", &form).await
    };
    // Another app's reservation is none of its own.
    let foreign = send("book2").await;
    let says = super::open311::refused(&foreign, 400);
    assert!(
        says.contains("no reservation of this key's partner"),
        "{says}"
    );
    let taken = send("book").await;
    assert_eq!(taken.status.as_u16(), 201, "{taken:?}");
    let notice = taken.json()[0]["service_notice"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(notice.contains(&id), "{notice}");
    let path = format!("/v1/reservations/{id}");
    let now = town.call_as("book", "GET", &path, "").await.json();
    let moved = now["state"] == "confirmed" && now["moved"]["reason"] == "taken";
    assert!(moved || now["state"] == "cancelled", "{now}");
    // An answer that is lost is asked for again: the same problem, and no word of the bay that he has now.
    let again = send("book").await.json();
    assert_eq!(
        again[0]["service_request_id"],
        taken.json()[0]["service_request_id"]
    );
    let says = again[0]["service_notice"].as_str().unwrap();
    assert!(!says.contains("another bay"), "{says}");
    // The problem is there beside, and is the owner's.
    let one = town
        .call_as("monitor", "GET", "/v1/problems", "")
        .await
        .json();
    assert_eq!(one["problems"][0]["code"], "shared-bay-taken");
}
