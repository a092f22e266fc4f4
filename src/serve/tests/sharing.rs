//! From an offer to a departure: what the businesses and the drivers' apps see.

use super::{Answer, NOW, Town};
use crate::domain::BayStatus::{Occupied, Vacant};
use serde_json::{Value, json};

/// `EAST-1` and `TPY12-001` belong to the partner of the first keys, `TPY12-002` to that of the
/// second.
pub(super) async fn market() -> Town {
    let town = Town::new();
    for (bay, partner) in [
        ("EAST-1", "lta"),
        ("TPY12-001", "lta"),
        ("TPY12-002", "ura"),
    ] {
        let body = json!({"partner": partner}).to_string();
        let path = format!("/v1/admin/bays/{bay}/owner");
        assert_eq!(
            town.call_as("admin", "PUT", &path, body)
                .await
                .status
                .as_u16(),
            200
        );
    }
    town
}

pub(super) fn later(minutes: u64) -> String {
    NOW.plus(minutes * 60_000).to_string()
}

pub(super) fn offer(bay: &str) -> Value {
    json!({
        "bay": bay, "windows": [{"start": later(0), "end": later(600)}], "price_cents_per_hour": 240, "currency": "SGD",
    })
}

pub(super) async fn post_offer(town: &Town, body: &Value) -> Answer {
    town.call_as("share", "POST", "/v1/offers", body.to_string())
        .await
}

/// A request beside `TPY12-001` for an hour that begins in that many minutes.
pub(super) fn request(from: u64) -> Value {
    json!({"lat": 1.3327, "lon": 103.8474, "start": later(from), "end": later(from + 60), "max_walk_m": 300,
           "vehicle": {"kind": "car"}})
}

pub(super) async fn ask(town: &Town, body: &Value) -> Answer {
    town.call_as("book", "POST", "/v1/requests", body.to_string())
        .await
}

pub(super) async fn step(town: &Town, id: &str, what: &str) -> Answer {
    town.call_as("book", "POST", &format!("/v1/reservations/{id}/{what}"), "")
        .await
}

#[tokio::test]
async fn a_bay_is_offered_booked_used_and_paid() {
    let town = market().await;
    town.turns("TPY12-001", Vacant, Vacant);
    let made = post_offer(&town, &offer("TPY12-001")).await;
    assert_eq!(made.status.as_u16(), 201, "{made:?}");
    let id = made.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(made.header("location"), format!("/v1/offers/{id}"));

    let held = ask(&town, &request(0)).await;
    assert_eq!(held.status.as_u16(), 201, "{held:?}");
    let held = held.json();
    assert_eq!(
        (&held["state"], &held["bay"], &held["zone"]),
        (&json!("held"), &json!("TPY12-001"), &json!("TPY12"))
    );
    assert_eq!(
        (&held["price_cents"], &held["currency"], &held["walk_m"]),
        (&json!(240), &json!("SGD"), &json!(0))
    );
    assert_eq!(held["expires_at"], NOW.plus(180_000).to_string());
    let near = town
        .get("/v1/bays/nearby?lat=1.3327&lon=103.8474")
        .await
        .json();
    assert_eq!(near["bays"], json!([]), "it is kept for who has it");

    let rs = held["id"].as_str().unwrap();
    for (what, state) in [
        ("confirm", "confirmed"),
        ("confirm", "confirmed"),
        ("arrive", "active"),
        ("arrive", "active"),
    ] {
        let answer = step(&town, rs, what).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.json()["state"]),
            (200, &json!(state)),
            "{what}"
        );
    }
    step(&town, rs, "cancel").await.problem("conflict");
    town.clock.advance(30 * 60_000);
    let gone = step(&town, rs, "depart").await.json();
    assert_eq!(
        (&gone["state"], &gone["departed_at"]),
        (&json!("completed"), &json!(later(30)))
    );
    let seen = town
        .call_as("book", "GET", &format!("/v1/reservations/{rs}"), "")
        .await
        .json();
    assert_eq!(seen, gone);
    let near = town
        .get("/v1/bays/nearby?lat=1.3327&lon=103.8474")
        .await
        .json();
    assert_eq!(near["bays"][0]["bay"], "TPY12-001", "and free again");

    assert_used_and_paid(&town, &id).await;
}

/// One booking of an hour, of which half was used: what the offer's owner sees of it.
async fn assert_used_and_paid(town: &Town, offer: &str) {
    let path = format!(
        "/v1/offers/{offer}/utilisation?from={}&to={}",
        later(0),
        later(60)
    );
    let day = town.call_as("share", "GET", &path, "").await.json()["days"][0].clone();
    assert_eq!(
        (&day["used_s"], &day["offered_s"], &day["revenue_cents"]),
        (&json!(1800), &json!(1800), &json!(240))
    );
    assert_eq!(
        (
            &day["utilisation"],
            &day["booked_s"],
            &day["booked_ahead_s"]
        ),
        (&json!(1.0), &json!(1800), &json!(0)),
        "the other half lies ahead, and is free again"
    );

    let month = town
        .call_as(
            "share",
            "GET",
            "/v1/partners/me/settlement?month=2026-11",
            "",
        )
        .await
        .json();
    assert_eq!(
        month["totals"],
        json!([{"currency": "SGD", "amount_cents": 240, "rows": 4}])
    );
    let events: Vec<&str> = month["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["event"].as_str().unwrap())
        .collect();
    assert_eq!(events, ["held", "confirmed", "active", "completed"]);
}

#[tokio::test]
async fn the_same_key_and_body_get_the_same_answer_and_another_body_none() {
    let town = market().await;
    post_offer(&town, &offer("TPY12-001")).await;
    let auth = format!("Bearer {}", town.keys["book"]);
    let send = async |key: &str, body: &Value| {
        let headers = [
            ("authorization", &*auth),
            ("content-type", "application/json"),
            ("idempotency-key", key),
        ];
        town.call("POST", "/v1/requests", &headers, body.to_string())
            .await
    };
    let first = send("trip-1", &request(60)).await;
    assert_eq!(first.status.as_u16(), 201, "{first:?}");
    step(&town, first.json()["id"].as_str().unwrap(), "confirm").await;
    let again = send("trip-1", &request(60)).await;
    assert_eq!(
        (again.status, again.json()),
        (first.status, first.json()),
        "as at first, whatever has happened since"
    );
    send("trip-1", &request(61))
        .await
        .problem("idempotency-key-reused");
    let full = send("trip-2", &request(60)).await;
    assert_eq!(full.problem("no-match")["reason"], "full");
    step(&town, first.json()["id"].as_str().unwrap(), "cancel").await;
    assert_eq!(
        send("trip-2", &request(60)).await.json(),
        full.json(),
        "a refusal too"
    );
    assert_eq!(send("trip-3", &request(60)).await.status.as_u16(), 201);
    for bad in ["", "a b", &"x".repeat(256)] {
        assert_eq!(
            send(bad, &request(60)).await.problem("bad-parameter")["field"],
            "idempotency-key",
            "{bad:?}"
        );
    }
}

#[tokio::test]
async fn a_key_stands_for_what_is_asked_however_that_is_written() {
    let town = market().await;
    post_offer(&town, &offer("TPY12-001")).await;
    let auth = format!("Bearer {}", town.keys["book"]);
    let send = async |body: &str| {
        let headers = [
            ("authorization", &*auth),
            ("content-type", "application/json"),
            ("idempotency-key", "trip"),
        ];
        town.call("POST", "/v1/requests", &headers, body.to_owned())
            .await
    };
    let asked = request(60);
    let text = |name: &str| asked[name].as_str().unwrap();
    let lat = &asked["lat"];
    let lon = &asked["lon"];
    let start = text("start");
    let end = text("end");
    let first = send(&asked.to_string()).await;
    assert_eq!(first.status.as_u16(), 201, "{first:?}");
    let walk = asked["max_walk_m"].as_u64().unwrap_or(500);
    let price = asked
        .get("max_price_cents")
        .map_or(String::new(), |p| format!(r#""max_price_cents":{p}.0,"#));
    let east = start.replace('Z', "+00:00");
    let same = [
        format!(
            r#"{{"end":"{end}","start":"{start}",{price}"max_walk_m":{walk},"lon":{lon},"lat":{lat}}}"#
        ),
        format!(
            r#"{{ {price} "max_walk_m":{walk}.0, "start":"{east}","end":"{end}","lat":{lat}0, "lon":{lon}}}"#
        ),
        format!(
            r#"{{"lat":{lat},"lon":{lon},{price}"max_walk_m":{walk},"start":"{start}","end":"{end}","currency":"SGD",
            "vehicle":{{"kind":"car","ev":false,"height_cm":null}},"driver":null,"flexible":false,"unheard_of":1}}"#
        ),
    ];
    for body in &same {
        let again = send(body).await;
        assert_eq!(
            (again.status, again.json()),
            (first.status, first.json()),
            "{body}"
        );
    }
    for (name, value) in [
        ("max_walk_m", json!(walk + 1)),
        ("max_price_cents", json!(777)),
        ("currency", json!("EUR")),
        ("vehicle", json!({"ev": true})),
        ("driver", json!("somebody")),
        ("flexible", json!(true)),
        ("start", json!(null)),
        ("end", json!(later(121))),
    ] {
        let mut other = asked.clone();
        other[name] = value;
        send(&other.to_string())
            .await
            .problem("idempotency-key-reused");
    }
}

#[tokio::test]
async fn who_gets_no_bay_is_told_why_and_counted() {
    let town = market().await;
    let mut limited = offer("TPY12-001");
    limited["rules"] = json!({"max_height_cm": 200, "max_stay_min": 120, "notice_min": 30});
    post_offer(&town, &limited).await;
    let with = |edit: &dyn Fn(&mut Value)| {
        let mut body = request(60);
        edit(&mut body);
        body
    };
    for (why, body) in [
        ("walk", with(&|b| b["lat"] = json!(1.34))),
        (
            "vehicle",
            with(&|b| b["vehicle"] = json!({"height_cm": 205})),
        ),
        ("vehicle", with(&|b| b["vehicle"] = json!("motorcycle"))),
        ("price", with(&|b| b["max_price_cents"] = json!(239))),
        ("currency", with(&|b| b["currency"] = json!("EUR"))),
        (
            "currency",
            with(&|b| {
                b["currency"] = json!("EUR");
                b["max_price_cents"] = json!(1);
                b["end"] = json!(later(601));
            }),
        ),
        ("window", with(&|b| b["end"] = json!(later(181)))),
        (
            "window",
            with(&|b| (b["start"], b["end"]) = (json!(later(560)), json!(later(601)))),
        ),
        ("window", request(10)),
    ] {
        let refused = ask(&town, &body).await.problem("no-match");
        assert_eq!(refused["reason"], why, "{body}");
        let says = refused["detail"].as_str().unwrap();
        assert_eq!(says.contains("currency"), why == "currency", "{says}");
    }
    assert_eq!(ask(&town, &request(60)).await.status.as_u16(), 201);
    assert_eq!(
        ask(&town, &request(119)).await.problem("no-match")["reason"],
        "full"
    );
    let metrics = String::from_utf8(town.get("/metrics").await.body).unwrap();
    for (why, count) in [
        ("walk", 1),
        ("vehicle", 2),
        ("currency", 2),
        ("price", 1),
        ("window", 3),
        ("full", 1),
    ] {
        let want = format!("bayhub_share_requests_unserved_total{{reason=\"{why}\"}} {count}");
        assert!(metrics.contains(&want), "{want}");
    }
    assert!(metrics.contains("bayhub_share_requests_served_total 1"));
}

#[tokio::test]
async fn a_bay_that_a_sensor_sees_taken_is_not_given_to_who_comes_now() {
    let town = market().await;
    post_offer(&town, &offer("TPY12-001")).await;
    town.turns("TPY12-001", Occupied, Occupied);
    assert_eq!(
        ask(&town, &request(0)).await.problem("no-match")["reason"],
        "full"
    );
    assert_eq!(
        ask(&town, &request(120)).await.status.as_u16(),
        201,
        "later it may be free"
    );
}

#[tokio::test]
async fn many_at_once_for_one_bay_and_one_gets_it() {
    let town = std::sync::Arc::new(market().await);
    post_offer(&town, &offer("TPY12-001")).await;
    let tasks: Vec<_> = (0..1000)
        .map(|n| {
            let town = town.clone();
            tokio::spawn(async move { ask(&town, &request(60 + n % 50)).await })
        })
        .collect();
    let mut held = 0;
    for task in tasks {
        let answer = task.await.unwrap();
        match answer.status.as_u16() {
            201 => held += 1,
            _ => assert_eq!(answer.problem("no-match")["reason"], "full"),
        }
    }
    assert_eq!(held, 1);
}
