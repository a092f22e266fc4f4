//! Money whose minor unit is no hundredth.

use super::sharing::{ask, later, market, offer, post_offer, request, step};
use serde_json::json;

#[tokio::test]
async fn an_amount_is_told_with_the_decimals_of_its_currency() {
    for (currency, shown) in [
        ("SGD", "2.50"),
        ("JPY", "250"),
        ("VND", "250"),
        ("KWD", "0.250"),
        ("CLF", "0.0250"),
    ] {
        let town = market().await;
        let mut bay = offer("TPY12-001");
        bay["price_cents_per_hour"] = json!(500);
        bay["currency"] = json!(currency);
        let made = post_offer(&town, &bay).await.json();
        let mut wish = request(60);
        wish["end"] = json!(later(90));
        wish["currency"] = json!(currency);
        let held = ask(&town, &wish).await.json();
        assert_eq!(
            (&held["price_cents"], &held["currency"]),
            (&json!(250), &json!(currency)),
            "half an hour, in minor units"
        );
        step(&town, held["id"].as_str().unwrap(), "confirm").await;
        let calendar = town.get(made["calendar"].as_str().unwrap()).await.body;
        let calendar = String::from_utf8(calendar).unwrap();
        let line = format!("DESCRIPTION:{shown} {currency}\r\n");
        assert!(calendar.contains(&line), "{line} in {calendar}");
        let path = "/v1/partners/me/settlement?month=2026-11";
        let month = town.call_as("share", "GET", path, "").await.json();
        let total = json!([{"currency": currency, "amount_cents": 250, "rows": 2}]);
        assert_eq!(month["totals"], total);
    }
}

#[tokio::test]
async fn a_price_of_many_small_units_is_a_price() {
    let town = market().await;
    let mut bay = offer("TPY12-001");
    bay["price_cents_per_hour"] = json!(40_000_000);
    bay["currency"] = json!("VND");
    assert_eq!(post_offer(&town, &bay).await.status.as_u16(), 201);
    let mut wish = request(60);
    wish["currency"] = json!("VND");
    wish["max_price_cents"] = json!(39_999_999);
    let refused = ask(&town, &wish).await;
    assert_eq!(refused.problem("no-match")["reason"], "price");
    wish["max_price_cents"] = json!(40_000_000);
    assert_eq!(ask(&town, &wish).await.json()["price_cents"], 40_000_000);
}
