//! What a booking app is told when its share is used up, and what it may call its drivers.

use super::sharing::{ask, later, market, offer, post_offer, step};
use super::{Answer, Town};
use serde_json::{Value, json};

/// A market with one bay, and the `n`th ten minutes of it.
async fn stall() -> Town {
    let town = market().await;
    let mut all = offer("TPY12-001");
    all["windows"][0]["end"] = json!(later(10_000));
    assert_eq!(post_offer(&town, &all).await.status.as_u16(), 201);
    town
}

fn slot(n: u64) -> Value {
    json!({"lat": 1.3327, "lon": 103.8474, "start": later(60 + 10 * n), "end": later(70 + 10 * n),
           "max_walk_m": 300})
}

fn of(driver: &Value, n: u64) -> Value {
    let mut body = slot(n);
    body["driver"] = driver.clone();
    body
}

#[track_caller]
fn used_up(answer: &Answer, share: &str, limit: u64) {
    assert_eq!(answer.status.as_u16(), 429);
    assert_eq!(answer.header("retry-after"), "180");
    let problem = answer.problem("quota-exceeded");
    assert_eq!(
        (&problem["share"], &problem["limit"], &problem["used"]),
        (&json!(share), &json!(limit), &json!(limit))
    );
}

#[tokio::test]
async fn holds_beyond_the_share_are_refused_over_all_keys_of_a_partner() {
    let town = stall().await;
    let admin = async |body: Value| {
        town.call_as("admin", "POST", "/v1/admin/keys", body.to_string())
            .await
            .json()
    };
    // The partner of the first keys has a second one.
    let second = admin(json!({"name": "second", "partner": "lta", "scopes": ["book"]})).await;
    let second = format!("Bearer {}", second["key"].as_str().unwrap());
    let headers = [
        ("authorization", &*second),
        ("content-type", "application/json"),
    ];
    for n in 0..10 {
        let held = if n % 2 == 0 {
            ask(&town, &slot(n)).await
        } else {
            let body = slot(n).to_string();
            town.call("POST", "/v1/requests", &headers, body).await
        };
        assert_eq!(held.status.as_u16(), 201, "{held:?}");
    }
    used_up(&ask(&town, &slot(10)).await, "holds", 10);
    let body = slot(10).to_string();
    let other = town.call("POST", "/v1/requests", &headers, body).await;
    used_up(&other, "holds", 10);
    let metrics = town.get("/metrics").await;
    let metrics = String::from_utf8(metrics.body).unwrap();
    for line in [
        "bayhub_quota_refusals_total{share=\"holds\"} 2",
        "bayhub_share_holds 10",
    ] {
        assert!(metrics.contains(line), "{line}");
    }
}

#[tokio::test]
async fn a_driver_is_any_text_of_64_characters_and_is_never_told_again() {
    let town = stall().await;
    let names = [
        "\u{5927}".repeat(64),
        "a\0b\u{1f697}'; -- \u{202e}".to_owned(),
        "d".to_owned(),
    ];
    for (n, name) in names.iter().enumerate() {
        let held = ask(&town, &of(&json!(name), n as u64)).await;
        assert_eq!(held.status.as_u16(), 201, "{held:?}");
        let told = held.json();
        assert!(
            told.get("driver").is_none() && told.get("driver_ref").is_none(),
            "{told}"
        );
    }
    for bad in [
        json!("\u{5927}".repeat(65)),
        json!("secret".repeat(20)),
        json!(""),
        json!(12_345),
        json!(["secret"]),
        json!({"name": "secret"}),
        json!(true),
    ] {
        let refused = ask(&town, &of(&bad, 9)).await;
        let problem = refused.problem("bad-parameter");
        assert_eq!(problem["field"], "driver", "{bad}");
        let said = problem.to_string();
        assert!(
            !said.contains("secret") && !said.contains('\u{5927}') && !said.contains("12345"),
            "{said}"
        );
    }
    let none = ask(&town, &of(&Value::Null, 4)).await;
    assert_eq!(none.status.as_u16(), 201, "null is as if nothing were said");
}

#[tokio::test]
async fn a_driver_has_three_holds_and_gets_another_once_one_is_confirmed() {
    let town = stall().await;
    let mut first = String::new();
    for n in 0..3 {
        let held = ask(&town, &of(&json!("d-1"), n)).await.json();
        held["id"].as_str().unwrap().clone_into(&mut first);
    }
    used_up(&ask(&town, &of(&json!("d-1"), 3)).await, "driver_holds", 3);
    ask(&town, &of(&json!("d-1\0"), 3)).await.json()["id"]
        .as_str()
        .expect("another name");
    step(&town, &first, "confirm").await;
    let held = ask(&town, &of(&json!("d-1"), 4)).await;
    assert_eq!(held.status.as_u16(), 201);
}
