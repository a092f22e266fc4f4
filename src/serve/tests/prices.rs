//! Offers by the hour, by the stay and by the month: made, told, booked.

use super::private_bays::lots;
use super::sharing::{ask, later, market, offer, post_offer, request, step};
use super::{NOW, Town};
use serde_json::{Value, json};

const PRICES: [&str; 3] = [
    "price_cents_per_hour",
    "price_cents_per_stay",
    "price_cents_per_month",
];

/// `TPY12-001` open for ever at one price, by the clock of Singapore.
fn at(price: &str, cents: u32) -> Value {
    let mut body = offer("TPY12-001");
    body.as_object_mut().unwrap().remove(PRICES[0]);
    body[price] = json!(cents);
    body["time_zone"] = json!("Asia/Singapore");
    body["windows"] = json!([{"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
                              "from": "00:00", "to": "24:00"}]);
    body
}

fn wish(start: &str, end: &str) -> Value {
    let mut body = request(60);
    body["start"] = json!(start);
    body["end"] = json!(end);
    body
}

#[tokio::test]
async fn an_offer_has_one_price_and_tells_it_and_no_other() {
    for price in PRICES {
        let town = market().await;
        let made = post_offer(&town, &at(price, 500)).await;
        assert_eq!(made.status.as_u16(), 201, "{made:?}");
        let path = format!("/v1/offers/{}", made.json()["id"].as_str().unwrap());
        let told = town.call_as("share", "GET", &path, "").await.json();
        for other in PRICES {
            let want = if other == price {
                json!(500)
            } else {
                Value::Null
            };
            assert_eq!(told[other], want, "{price}");
        }
        assert!(told.as_object().unwrap().contains_key(PRICES[0]));
        // What is told can be sent back.
        let change = async |body: &Value| {
            let body = body.to_string();
            town.call_as("share", "PATCH", &path, body).await
        };
        let prices: Value = PRICES
            .map(|p| (p.to_owned(), told[p].clone()))
            .into_iter()
            .collect();
        assert_eq!(change(&prices).await.json()[price], json!(500));
        // And changed for another.
        let changed = change(&json!({"price_cents_per_stay": 700})).await.json();
        let found = PRICES.map(|p| changed[p].clone());
        assert_eq!(found, [json!(null), json!(700), json!(null)], "{price}");
        let both = change(&json!({"price_cents_per_stay": 1, "price_cents_per_month": 1})).await;
        both.problem("bad-parameter");
    }
}

#[tokio::test]
async fn no_price_two_prices_and_what_is_no_price_are_refused_by_name() {
    let town = market().await;
    let none = {
        let mut body = at(PRICES[0], 1);
        body.as_object_mut().unwrap().remove(PRICES[0]);
        post_offer(&town, &body).await.problem("bad-parameter")
    };
    for price in PRICES {
        assert!(none["detail"].as_str().unwrap().contains(price), "{none}");
    }
    for (one, other) in [(0, 1), (0, 2), (1, 2)] {
        let mut body = at(PRICES[one], 500);
        body[PRICES[other]] = json!(500);
        let refused = post_offer(&town, &body).await.problem("bad-parameter");
        assert_eq!(refused["field"], PRICES[other]);
        assert!(
            refused["detail"].as_str().unwrap().contains(PRICES[one]),
            "{refused}"
        );
    }
    for price in PRICES {
        for bad in [json!(-1), json!(1.5), json!("500"), json!(100_000_001)] {
            let mut body = at(price, 1);
            body[price] = bad;
            let refused = post_offer(&town, &body).await.problem("bad-parameter");
            assert_eq!(refused["field"], price);
        }
    }
}

#[tokio::test]
async fn a_stay_at_one_price_costs_the_same_however_long_in_currencies_of_any_digits() {
    for currency in ["JPY", "SGD", "KWD"] {
        let town = market().await;
        let mut body = at("price_cents_per_stay", 700);
        body["currency"] = json!(currency);
        body["rules"] = json!({"max_stay_min": 180});
        post_offer(&town, &body).await;
        let asks = |from: u64, to: u64| {
            let mut body = wish(&later(from), &later(to));
            body["currency"] = json!(currency);
            body
        };
        let short = ask(&town, &asks(60, 70)).await.json();
        assert_eq!(
            (&short["price_cents"], &short["currency"]),
            (&json!(700), &json!(currency))
        );
        let long = ask(&town, &asks(120, 300)).await.json();
        assert_eq!(long["price_cents"], 700);
        let over = ask(&town, &asks(400, 581)).await;
        assert_eq!(over.problem("no-match")["reason"], "window");
        // Longer, within the rules: nothing more.
        let id = long["id"].as_str().unwrap();
        step(&town, short["id"].as_str().unwrap(), "confirm").await;
        let path = format!("/v1/reservations/{}/extend", short["id"].as_str().unwrap());
        let longer = json!({"end": later(100), "max_price_cents": 0}).to_string();
        let longer = town.call_as("book", "POST", &path, longer).await.json();
        assert_eq!(
            (&longer["price_cents"], &longer["owed_cents"]),
            (&json!(700), &json!(700))
        );
        step(&town, id, "confirm").await;
        let path = format!("/v1/reservations/{id}/extend");
        let longer = json!({"end": later(301)}).to_string();
        let longer = town.call_as("book", "POST", &path, longer).await;
        assert_eq!(longer.problem("no-match")["reason"], "window");
    }
}

#[tokio::test]
async fn a_month_is_booked_by_the_offers_own_clock_and_only_where_that_is_the_price() {
    let town = market().await;
    post_offer(&town, &at("price_cents_per_month", 50_000)).await;
    let booked = async |start: &str, end: &str| {
        let held = ask(&town, &wish(start, end)).await;
        assert_eq!(held.status.as_u16(), 201, "{held:?}");
        held.json()
    };
    for (start, end, cents) in [
        // 31 and 28 days; a day; a month and a day that has begun.
        (
            "2026-12-01T00:00:00+08:00",
            "2027-01-01T00:00:00+08:00",
            50_000,
        ),
        (
            "2027-02-01T00:00:00+08:00",
            "2027-03-01T00:00:00+08:00",
            50_000,
        ),
        ("2027-01-31T16:00:00Z", "2027-02-01T16:00:00Z", 1_786),
        (
            "2027-01-05T00:00:00+08:00",
            "2027-01-05T02:00:00+08:00",
            1_613,
        ),
        (
            "2026-11-24T00:00:00+08:00",
            "2027-11-24T00:00:00+08:00",
            600_000,
        ),
        (
            "2027-01-10T00:00:00+08:00",
            "2027-02-10T12:00:00+08:00",
            51_786,
        ),
    ] {
        let held = booked(start, end).await;
        assert_eq!(held["price_cents"], cents, "{start} {end}");
        step(&town, held["id"].as_str().unwrap(), "cancel").await;
    }
    let december = ("2026-12-01T00:00:00+08:00", "2027-01-01T00:00:00+08:00");
    let held = booked(december.0, december.1).await;
    let id = held["id"].as_str().unwrap();
    step(&town, id, "confirm").await;
    let path = format!("/v1/reservations/{id}/extend");
    let extend = async |end: &str, most: u32| {
        let body = json!({"end": end, "max_price_cents": most}).to_string();
        town.call_as("book", "POST", &path, body).await
    };
    let dear = extend("2027-02-01T00:00:00+08:00", 49_999).await;
    assert_eq!(dear.problem("no-match")["reason"], "price");
    let longer = extend("2027-02-01T00:00:00+08:00", 50_000).await.json();
    assert_eq!(longer["price_cents"], 100_000);

    for price in [PRICES[0], PRICES[1]] {
        let town = market().await;
        post_offer(&town, &at(price, 1)).await;
        let long = ask(&town, &wish(december.0, december.1)).await;
        assert_eq!(long.problem("no-match")["reason"], "window", "{price}");
        let week = wish("2026-12-01T00:00:00Z", "2026-12-08T00:00:00Z");
        let held = ask(&town, &week).await.json();
        step(&town, held["id"].as_str().unwrap(), "confirm").await;
        let path = format!("/v1/reservations/{}/extend", held["id"].as_str().unwrap());
        let longer = json!({"end": "2026-12-08T00:01:00Z"}).to_string();
        let longer = town.call_as("book", "POST", &path, longer).await;
        assert_eq!(longer.problem("no-match")["reason"], "window", "{price}");
    }
    let year = NOW.plus(60 * 60_000).plus(366 * 86_400_000).plus(60_000);
    let refused = ask(&town, &wish(&later(60), &year.to_string())).await;
    assert_eq!(refused.problem("bad-parameter")["field"], "end");
}

async fn near(town: &Town, query: &str) -> Value {
    let path = format!("/v1/bays/nearby?lat=1.3&lon=103.8&radius_m=5000{query}");
    town.call_as("book", "GET", &path, "").await.json()
}

#[tokio::test]
async fn a_bay_without_a_price_by_the_hour_says_its_price_and_passes_no_filter_by_the_hour() {
    let town = lots().await;
    let bay = "LOT-0";
    let mut body = at(PRICES[0], 500);
    body["bay"] = json!(bay);
    let made = post_offer(&town, &body).await.json();
    let offer = format!("/v1/offers/{}", made["id"].as_str().unwrap());
    for price in [PRICES[1], PRICES[2]] {
        let change = json!({price: 500}).to_string();
        let changed = town.call_as("share", "PATCH", &offer, change).await;
        assert_eq!(changed.status.as_u16(), 200);
        let found = near(&town, "&limit=100").await;
        let of = |b: &&Value| b["bay"] == bay;
        let row = found["bays"]
            .as_array()
            .unwrap()
            .iter()
            .find(of)
            .unwrap()
            .clone();
        let path = format!("/v1/bays/{bay}");
        let alone = town.call_as("book", "GET", &path, "").await.json();
        for told in [&row, &alone] {
            assert!(told.as_object().unwrap().contains_key(PRICES[0]));
            assert_eq!(
                (&told[PRICES[0]], &told[price]),
                (&Value::Null, &json!(500))
            );
        }
        let other = if price == PRICES[1] {
            PRICES[2]
        } else {
            PRICES[1]
        };
        assert!(!row.as_object().unwrap().contains_key(other));
        for most in [0, 499, 500, 100_000_000] {
            let query = format!("&limit=100&max_price_cents_per_hour={most}");
            let found = near(&town, &query).await;
            assert!(
                !found["bays"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .any(|b| b["bay"] == bay),
                "{most}"
            );
        }
    }
}
