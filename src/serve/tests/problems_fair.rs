//! What cannot be had of problems by those who try: others' words, others' problems, a better record.

use super::Town;
use super::open311::{post, refused, report};
use super::private_bays::lots;
use super::problems::{at, by, city, id, of_ura};
use serde_json::{Value, json};

/// Where a bay is, as a form says it, with so many metres to the north.
fn point(town: &Town, bay: &str, north_m: f64) -> [(String, String); 2] {
    let bay = town.registry.bay(bay).unwrap();
    let place = town.registry.city().place(bay);
    let lat = place.lat + north_m / 111_195.0;
    [
        ("lat".to_owned(), lat.to_string()),
        ("long".to_owned(), place.lon.to_string()),
    ]
}

async fn said(town: &Town, code: &str, of: &[(String, String)], more: &[(&str, &str)]) -> Value {
    let mut form = vec![("service_code", code)];
    form.extend(of.iter().map(|(name, value)| (&**name, &**value)));
    form.extend(more);
    report(town, &form).await
}

#[tokio::test]
async fn what_an_owner_reports_of_a_private_zone_and_what_others_do_are_never_one() {
    let town = lots().await;
    let spot = point(&town, "LOT-0", 0.0);
    let owner = town.keys["share"].clone();
    let own = [
        ("attribute[zone]", "LOT"),
        ("api_key", &*owner),
        ("email", "own@lot.example"),
    ];
    let mine = said(&town, "surface", &spot, &own).await;
    let stranger = said(&town, "surface", &spot, &[]).await;
    assert_ne!(id(&mine), id(&stranger));
    assert_eq!(stranger["votes"], 1);
    // The other way round, at another spot.
    let spot = point(&town, "LOT-1", 0.0);
    let stranger = said(&town, "surface", &spot, &[]).await;
    let mine = said(&town, "surface", &spot, &own).await;
    assert_ne!(id(&mine), id(&stranger));
    let path = format!("/v1/problems/{}", id(&mine));
    let told = by(&town, &owner, "GET", &path, Value::Null).await;
    assert!(
        told.status.as_u16() == 200 || told.status.as_u16() == 403,
        "{told:?}"
    );
    let watched = town.call_as("monitor", "GET", &path, "").await.json();
    assert_eq!(watched["reports"], json!([]), "its owner's alone");
}

#[tokio::test]
async fn a_point_is_where_the_bay_or_zone_is_that_is_named_with_it() {
    let town = city();
    let near = point(&town, "KERB-0", 150.0);
    said(&town, "surface", &near, &[("attribute[bay]", "KERB-0")]).await;
    for (north_m, named) in [
        (300.0, ("attribute[bay]", "KERB-0")),
        (15_000.0, ("attribute[zone]", "KERB")),
    ] {
        let far = point(&town, "KERB-0", north_m);
        let mut form = vec![("service_code", "surface"), named];
        form.extend(far.iter().map(|(name, value)| (&**name, &**value)));
        let says = refused(&post(&town, "json", &form).await, 400);
        assert!(says.contains("which is meant?"), "{says}");
    }
    // Of two zones at one spot each has its own.
    let here = point(&town, "KERB-0", 0.0);
    let kerb = said(&town, "surface", &here, &[("attribute[zone]", "KERB")]).await;
    let again = said(&town, "surface", &here, &[("attribute[zone]", "KERB")]).await;
    assert_eq!((id(&kerb), &again["votes"]), (id(&again), &json!(2)));
}

#[tokio::test]
async fn after_thirty_days_nobody_reads_what_anybody_said() {
    let town = city();
    let ura = of_ura(&town).await;
    let words = [
        ("description", "I am Mei Ling, flat 12"),
        ("address_string", "Block 5, her door"),
        ("media_url", "https://photos.example/1.jpg"),
    ];
    let kerb = at(&town, "KERB-0", &words).await;
    let path = format!("/v1/problems/{}", id(&kerb));
    by(&town, &ura, "PATCH", &path, json!({"state": "resolved"}))
        .await
        .json();
    town.clock.advance(30 * 86_400_000 + 1);
    town.problems.tick().await.unwrap();
    let told = by(&town, &ura, "GET", &path, Value::Null).await.text();
    let public = town
        .get(&format!("/v1/open311/requests/{}.json", id(&kerb)))
        .await
        .text();
    for word in ["Mei Ling", "her door", "photos.example"] {
        assert!(
            !told.contains(word) && !public.contains(word),
            "{word}: {told} {public}"
        );
    }
}

#[tokio::test]
async fn a_late_problem_stays_late_whatever_it_becomes() {
    let town = city();
    let ura = of_ura(&town).await;
    let kerb = at(&town, "KERB-0", &[]).await;
    let other = at(&town, "KERB-1", &[]).await;
    let path = format!("/v1/problems/{}", id(&kerb));
    for bad in [
        json!({"state": "duplicate"}),
        json!({"state": "duplicate", "duplicate_of": id(&kerb)}),
    ] {
        by(&town, &ura, "PATCH", &path, bad)
            .await
            .problem("bad-parameter");
    }
    // Closed a moment after its time, before anybody has looked.
    town.clock.advance(30 * 60_000 + 1);
    let twin = json!({"state": "duplicate", "duplicate_of": id(&other)});
    let told = by(&town, &ura, "PATCH", &path, twin).await.json();
    assert_eq!(told["problem"]["overdue"], true, "{told}");
    let metrics = town.call_as("monitor", "GET", "/metrics", "").await.text();
    assert!(
        metrics.contains("bayhub_problems_late_total 1"),
        "{metrics}"
    );
    let public = town
        .get(&format!("/v1/open311/requests/{}.json", id(&kerb)))
        .await
        .json();
    assert_eq!(public[0]["extended_attributes"]["overdue"], true);
    let back = json!({"state": "duplicate", "duplicate_of": id(&kerb)});
    let path = format!("/v1/problems/{}", id(&other));
    by(&town, &ura, "PATCH", &path, back)
        .await
        .problem("bad-parameter");
    let service = town.get("/v1/operators/hdb/service").await.json();
    assert_eq!(service["closed"], 1, "late: it counts: {service}");
}

#[tokio::test]
async fn whom_a_late_problem_is_passed_to_reads_it_and_no_contact() {
    let town = city();
    let kerb = at(&town, "KERB-0", &[("email", "me@home.example")]).await;
    let path = format!("/v1/problems/{}", id(&kerb));
    town.call_as("partner", "GET", &path, "")
        .await
        .problem("not-found");
    town.clock.advance(30 * 60_000);
    town.problems.tick().await.unwrap();
    let told = town.call_as("partner", "GET", &path, "").await.json();
    assert_eq!(
        (&told["problem"]["overdue"], &told["reports"]),
        (&json!(true), &json!([]))
    );
    let late = town
        .call_as("partner", "GET", "/v1/problems?overdue=true", "")
        .await
        .json();
    assert_eq!(late["problems"][0]["id"], kerb["service_request_id"]);
    let own = town
        .call_as("partner", "GET", "/v1/problems", "")
        .await
        .json();
    assert_eq!(own["problems"], json!([]), "{own}");
    let done = json!({"state": "resolved"}).to_string();
    town.call_as("partner", "PATCH", &path, done)
        .await
        .problem("forbidden");
}

#[tokio::test]
async fn a_key_that_watches_and_manages_works_on_its_own_and_reads_the_rest() {
    let town = city();
    let ask = json!({"name": "ura:both", "partner": "ura", "scopes": ["partner", "monitor"]});
    let made = town
        .call_as("admin", "POST", "/v1/admin/keys", ask.to_string())
        .await
        .json();
    let both = made["key"].as_str().unwrap();
    let own = at(&town, "KERB-0", &[("email", "me@home.example")]).await;
    let others = at(&town, "PARK-0", &[]).await;
    let path = |of: &Value| format!("/v1/problems/{}", id(of));
    let told = by(&town, both, "GET", &path(&own), Value::Null)
        .await
        .json();
    assert_eq!(told["reports"][0]["email"], "me@home.example");
    let seen = json!({"state": "acknowledged"});
    assert_eq!(
        by(&town, both, "PATCH", &path(&own), seen.clone())
            .await
            .status
            .as_u16(),
        200
    );
    by(&town, both, "PATCH", &path(&others), seen)
        .await
        .problem("forbidden");
}

#[tokio::test]
async fn an_open_problem_goes_to_whom_its_place_belongs_to_now() {
    let town = lots().await;
    let on_offer = [("service_code", "surface"), ("attribute[bay]", "LOT-1")];
    let made = report(&town, &on_offer).await;
    let path = format!("/v1/problems/{}", id(&made));
    let operator = async || {
        let told = town.call_as("monitor", "GET", &path, "").await.json();
        told["problem"]["operator"].as_str().unwrap().to_owned()
    };
    town.problems.tick().await.unwrap();
    assert_eq!(operator().await, "lta");
    let given = json!({"partner": "ura"}).to_string();
    let owner = town
        .call_as("admin", "PUT", "/v1/admin/bays/LOT-1/owner", given)
        .await;
    assert!(owner.status.is_success(), "{owner:?}");
    town.problems.tick().await.unwrap();
    assert_eq!(operator().await, "ura");
}
