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

#[tokio::test]
async fn a_row_is_of_the_month_of_its_offers_clock_or_of_the_clock_that_is_asked_for() {
    let town = market().await;
    let mut bay = offer("TPY12-001");
    bay["time_zone"] = json!("Asia/Singapore");
    bay["windows"] = json!([{"start": later(0), "end": later(60 * 24 * 20)}]);
    post_offer(&town, &bay).await;
    // 2026-11-30T17:00Z is the first of December in Singapore.
    town.clock.advance(((7 * 24 + 15) * 60) * 60_000);
    let held = ask(&town, &request(60 * (7 * 24 + 18))).await;
    assert_eq!(held.status.as_u16(), 201, "{held:?}");
    let held = held.json();
    step(&town, held["id"].as_str().unwrap(), "confirm").await;
    let read = async |query: &str| {
        let path = format!("/v1/partners/me/settlement?{query}");
        town.call_as("share", "GET", &path, "").await
    };
    for (query, cents) in [
        ("month=2026-12", 240),
        ("month=2026-11", 0),
        ("month=2026-11&tz=UTC", 240),
        ("month=2026-12&tz=UTC", 0),
        ("month=2026-12&tz=Asia/Singapore", 240),
        ("month=2026-11&tz=America/New_York", 240),
    ] {
        let told = read(query).await.json();
        let total = told["totals"][0]["amount_cents"].as_i64().unwrap_or(0);
        assert_eq!(total, cents, "{query}: {told}");
        let tz = query.split_once("tz=").map(|(_, tz)| json!(tz));
        assert_eq!(told["tz"], tz.unwrap_or_default());
        for row in told["rows"].as_array().unwrap() {
            assert_eq!(row["date"], "2026-12-01", "by the offer's own clock");
        }
    }
    let auth = format!("Bearer {}", town.keys["share"]);
    let csv = [("authorization", &*auth), ("accept", "text/csv")];
    let path = "/v1/partners/me/settlement?month=2026-11&tz=Etc/GMT%2B1&limit=1";
    let first = town.get_with(path, &csv).await;
    let next = first.header("link").split(['<', '>']).nth(1).unwrap();
    let rest = town.get_with(next, &csv).await;
    assert_eq!(rest.status.as_u16(), 200, "{next} {rest:?}");
    for (of_this, of_another) in [
        ("2026-11", "2026-12"),
        ("tz=Etc/GMT%2B1&", ""),
        ("GMT%2B1", "GMT%2B2"),
    ] {
        let other = next.replace(of_this, of_another);
        assert_ne!(other, next);
        let bad = town.get_with(&other, &csv).await;
        assert_eq!(bad.problem("bad-parameter")["field"], "cursor", "{other}");
    }
    assert!(
        String::from_utf8(rest.body)
            .unwrap()
            .contains(",confirmed,")
    );
}

#[tokio::test]
async fn who_may_be_moved_pays_the_owners_part_less_in_whole_minor_units() {
    for (currency, per_hour, percent, cents) in [
        ("SGD", 250, None, 237),
        ("JPY", 19, Some(5), 18),
        ("KWD", 1_005, Some(33), 673),
        ("SGD", 250, Some(0), 250),
        ("SGD", 250, Some(50), 125),
    ] {
        let town = market().await;
        let mut bay = offer("TPY12-001");
        bay["price_cents_per_hour"] = json!(per_hour);
        bay["currency"] = json!(currency);
        if let Some(percent) = percent {
            bay["rules"] = json!({"flexible_discount_percent": percent});
        }
        let made = post_offer(&town, &bay).await.json();
        let given = &made["rules"]["flexible_discount_percent"];
        assert_eq!(given, &json!(percent.unwrap_or(5)));
        let mut wish = request(60);
        wish["currency"] = json!(currency);
        wish["flexible"] = json!(true);
        // What is too dear for the others is not for him.
        wish["max_price_cents"] = json!(cents);
        let held = ask(&town, &wish).await.json();
        assert_eq!(
            (&held["price_cents"], &held["flexible"]),
            (&json!(cents), &json!(true)),
            "{per_hour} {currency}"
        );
        step(&town, held["id"].as_str().unwrap(), "cancel").await;
        wish["flexible"] = json!(false);
        wish["max_price_cents"] = json!(per_hour);
        let held = ask(&town, &wish).await.json();
        assert_eq!(
            (&held["price_cents"], &held["flexible"]),
            (&json!(per_hour), &json!(false))
        );
    }
}
