//! What those who reported think of how it was dealt with, and how well operators do.

use super::open311::report;
use super::problems::{at, by, city, id, of_ura};
use serde_json::{Value, json};

#[tokio::test]
async fn a_token_rates_once_after_the_end_and_within_thirty_days() {
    let town = city();
    let ura = of_ura(&town).await;
    let kerb = at(&town, "KERB-0", &[]).await;
    let other = at(&town, "KERB-1", &[]).await;
    let token = kerb["rating_token"].as_str().unwrap();
    let path = format!("/v1/problems/{}/rating", id(&kerb));
    let rate = async |path: &str, said: Value| {
        town.call(
            "POST",
            path,
            &[("content-type", "application/json")],
            said.to_string(),
        )
        .await
    };
    for bad in [
        json!({"rating": 5}),
        json!({"token": token}),
        json!({"token": token, "rating": 0}),
        json!({"token": token, "rating": 6}),
        json!({"token": token, "rating": 4.5}),
        json!({"token": 7, "rating": 5}),
    ] {
        rate(&path, bad).await.problem("bad-parameter");
    }
    let five = json!({"token": token, "rating": 5});
    rate(&path, five.clone()).await.problem("conflict");
    let close = json!({"state": "resolved"});
    for of in [&kerb, &other] {
        let path = format!("/v1/problems/{}", id(of));
        by(&town, &ura, "PATCH", &path, close.clone()).await.json();
    }
    let foreign = json!({"token": other["rating_token"], "rating": 1});
    rate(&path, foreign.clone()).await.problem("forbidden");
    rate("/v1/problems/999/rating", five.clone())
        .await
        .problem("forbidden");
    // What no problem is ever called, as for every other call.
    for name in ["x", "0", "-1", "07"] {
        let path = format!("/v1/problems/{name}/rating");
        rate(&path, five.clone()).await.problem("not-found");
    }
    let done = rate(&path, five.clone()).await;
    assert_eq!((done.status.as_u16(), done.body.len()), (204, 0));
    rate(&path, five).await.problem("forbidden");
    town.clock.advance(30 * 86_400_000);
    let late = format!("/v1/problems/{}/rating", id(&other));
    rate(&late, foreign).await.problem("forbidden");
    // By then nobody can be reached either.
    town.problems.tick().await.unwrap();
    let told = by(
        &town,
        &ura,
        "GET",
        &format!("/v1/problems/{}", id(&kerb)),
        Value::Null,
    )
    .await
    .json();
    assert_eq!(
        (&told["reports"][0]["email"], &told["reports"][0]["rating"]),
        (&Value::Null, &Value::Null),
        "who deals with it is not told who thought what of it"
    );
    town.clock.advance(366 * 86_400_000);
    town.problems.tick().await.unwrap();
    by(
        &town,
        &ura,
        "GET",
        &format!("/v1/problems/{}", id(&kerb)),
        Value::Null,
    )
    .await
    .problem("not-found");
}

#[tokio::test]
async fn how_an_operator_does_is_told_from_ten_on() {
    let town = city();
    for n in 0..10 {
        let made = at(&town, &format!("PARK-{n}"), &[]).await;
        town.clock
            .advance(if n < 8 { 60_000 } else { 3 * 3_600_000 });
        if n == 9 {
            let few = town.get("/v1/operators/authority/service").await.json();
            let told = (
                &few["closed"],
                &few["on_time"],
                &few["median_resolve_s"],
                &few["mean_rating"],
            );
            assert_eq!(told, (&json!(9), &Value::Null, &Value::Null, &Value::Null));
        }
        let path = format!("/v1/problems/{}", id(&made));
        let done = json!({"state": "resolved"}).to_string();
        assert_eq!(
            town.call_as("admin", "PATCH", &path, done)
                .await
                .status
                .as_u16(),
            200
        );
        let said = json!({"token": made["rating_token"], "rating": if n % 2 == 0 { 5 } else { 4 }});
        let path = format!("{path}/rating");
        let rated = town
            .call(
                "POST",
                &path,
                &[("content-type", "application/json")],
                said.to_string(),
            )
            .await;
        assert_eq!(rated.status.as_u16(), 204, "{rated:?}");
    }
    let told = town
        .get("/v1/operators/Authority/service?days=1")
        .await
        .json();
    let want = json!({
        "operator": "authority", "open": 0, "overdue": 0, "closed": 10, "on_time": 0.8,
        "median_resolve_s": 60, "ratings": 10, "mean_rating": 4.5,
    });
    assert_eq!(told, want);
    let all = town.get("/v1/operators").await.json();
    let names: Vec<_> = all["operators"]
        .as_array()
        .unwrap()
        .iter()
        .map(|o| &o["operator"])
        .collect();
    assert_eq!(names, ["authority", "hdb"]);
    // Of an owner of private bays only it and who watches over the city are told.
    let lot = [
        ("service_code", "surface"),
        ("attribute[bay]", "LOT-0"),
        ("api_key", &*town.keys["report"]),
    ];
    report(&town, &lot).await;
    town.get("/v1/operators/lta/service")
        .await
        .problem("not-found");
    let own = town
        .call_as("report", "GET", "/v1/operators/lta/service", "")
        .await
        .json();
    assert_eq!(own["open"], 1);
    town.call_as("book2", "GET", "/v1/operators/lta/service", "")
        .await
        .problem("not-found");
    town.call_as("monitor", "GET", "/v1/operators/nobody/service", "")
        .await
        .problem("not-found");
    town.get("/v1/operators/authority/service?days=0")
        .await
        .problem("bad-parameter");
}

#[tokio::test]
async fn who_works_on_a_problem_does_not_rate_it_and_who_named_itself_gets_none() {
    let town = city();
    let ura = of_ura(&town).await;
    let own = at(&town, "KERB-0", &[("api_key", &ura)]).await;
    assert_eq!(own["rating_token"], Value::Null);
    let another = at(&town, "KERB-0", &[("api_key", &town.keys["report"])]).await;
    assert!(
        another["rating_token"].is_string() && another["votes"] == 2,
        "{another}"
    );
}
