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

    let path = format!(
        "/v1/offers/{id}/utilisation?from={}&to={}",
        later(0),
        later(60)
    );
    let day = town.call_as("share", "GET", &path, "").await.json()["days"][0].clone();
    assert_eq!(
        (&day["used_s"], &day["offered_s"], &day["revenue_cents"]),
        (&json!(1800), &json!(1800), &json!(240))
    );
    assert_eq!(
        (&day["utilisation"], &day["booked_s"]),
        (&json!(1.0), &json!(3600))
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
        ("price", with(&|b| b["currency"] = json!("EUR"))),
        ("window", with(&|b| b["end"] = json!(later(181)))),
        (
            "window",
            with(&|b| (b["start"], b["end"]) = (json!(later(560)), json!(later(601)))),
        ),
        ("window", request(10)),
    ] {
        assert_eq!(
            ask(&town, &body).await.problem("no-match")["reason"],
            why,
            "{body}"
        );
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
        ("price", 2),
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
async fn an_offer_is_changed_paused_and_withdrawn_and_what_is_booked_stands() {
    let town = market().await;
    let id = post_offer(&town, &offer("TPY12-001")).await.json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/v1/offers/{id}");
    let change = async |body: Value| {
        town.call_as("share", "PATCH", &path, body.to_string())
            .await
    };
    let held = ask(&town, &request(60)).await.json();
    let rs = held["id"].as_str().unwrap();
    assert_eq!(
        step(&town, rs, "confirm").await.json()["state"],
        "confirmed"
    );

    let changed = change(json!({"price_cents_per_hour": 500, "rules": {"buffer_min": 10}}))
        .await
        .json();
    assert_eq!(
        (&changed["price_cents_per_hour"], &changed["version"]),
        (&json!(500), &json!(2))
    );
    assert_eq!(
        (&changed["rules"]["buffer_min"], &changed["windows"]),
        (&json!(10), &offer("")["windows"])
    );
    assert_eq!(ask(&town, &request(200)).await.json()["price_cents"], 500);
    assert_eq!(
        change(json!({"state": "paused"})).await.json()["state"],
        "paused"
    );
    assert_eq!(
        ask(&town, &request(400)).await.problem("no-match")["reason"],
        "walk"
    );
    assert_eq!(
        change(json!({"state": "open"})).await.json()["state"],
        "open"
    );
    assert_eq!(
        town.call_as("share", "DELETE", &path, "")
            .await
            .status
            .as_u16(),
        204
    );
    assert_eq!(
        town.call_as("share", "DELETE", &path, "")
            .await
            .status
            .as_u16(),
        204,
        "withdrawn is withdrawn"
    );
    change(json!({"state": "open"})).await.problem("conflict");
    ask(&town, &request(400)).await.problem("no-match");
    let seen = town
        .call_as("book", "GET", &format!("/v1/reservations/{rs}"), "")
        .await
        .json();
    assert_eq!(
        (&seen["state"], &seen["price_cents"]),
        (&json!("confirmed"), &json!(240))
    );
    assert_eq!(
        post_offer(&town, &offer("TPY12-001")).await.status.as_u16(),
        201,
        "and may be offered anew"
    );
    assert_eq!(
        ask(&town, &request(60)).await.problem("no-match")["reason"],
        "full",
        "the old booking stands"
    );
    let all = town.call_as("share", "GET", "/v1/offers", "").await.json();
    let states: Vec<&str> = all["offers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|o| o["state"].as_str().unwrap())
        .collect();
    assert_eq!(states, ["withdrawn", "open"]);
}

#[tokio::test]
async fn bookings_come_as_a_calendar_and_the_ledger_as_rows() {
    let town = market().await;
    let id = post_offer(&town, &offer("TPY12-001")).await.json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let first = ask(&town, &request(60)).await.json();
    let second = ask(&town, &request(200)).await.json();
    step(&town, first["id"].as_str().unwrap(), "confirm").await;
    step(&town, second["id"].as_str().unwrap(), "cancel").await;
    let feed = town
        .call_as("share", "GET", &format!("/v1/offers/{id}/calendar.ics"), "")
        .await;
    assert_eq!(feed.header("content-type"), "text/calendar; charset=utf-8");
    let text = String::from_utf8(feed.body).unwrap();
    assert!(text.starts_with("BEGIN:VCALENDAR\r\n") && text.ends_with("END:VCALENDAR\r\n"));
    assert_eq!(
        text.matches("BEGIN:VEVENT").count(),
        1,
        "what was given up is not shown"
    );
    for want in [
        "DTSTART:20261123T030000Z",
        "DTEND:20261123T040000Z",
        "STATUS:CONFIRMED",
        "DESCRIPTION:2.40 SGD",
    ] {
        assert!(text.contains(&format!("{want}\r\n")), "{want} in {text}");
    }
    let auth = format!("Bearer {}", town.keys["book"]);
    let csv = [("authorization", &*auth), ("accept", "text/csv")];
    let rows = town
        .get_with("/v1/partners/me/settlement?month=2026-11&limit=3", &csv)
        .await;
    let text = String::from_utf8(rows.body.clone()).unwrap();
    assert_eq!(
        text.lines().next(),
        Some("at,reservation,bay,event,cause,amount_cents,currency")
    );
    assert_eq!(text.lines().count(), 4);
    let next = rows.header("link").split(['<', '>']).nth(1).unwrap();
    let rest = String::from_utf8(town.get_with(next, &csv).await.body).unwrap();
    assert!(
        rest.contains(",cancelled,driver,0,SGD") && rest.lines().count() == 2,
        "{rest}"
    );
}

#[tokio::test]
async fn a_calendar_program_reads_by_a_secret_address_until_there_is_another() {
    let town = market().await;
    let made = post_offer(&town, &offer("TPY12-001")).await.json();
    let id = made["id"].as_str().unwrap();
    let first = made["calendar"].as_str().unwrap().to_owned();
    assert!(
        first.starts_with(&format!("/v1/offers/{id}/calendar.ics?token=")),
        "{first}"
    );
    let held = ask(&town, &request(60)).await.json();
    let feed = town.get(&first).await;
    assert_eq!(
        (feed.status.as_u16(), feed.header("content-type")),
        (200, "text/calendar; charset=utf-8")
    );
    assert!(
        String::from_utf8(feed.body)
            .unwrap()
            .contains(held["id"].as_str().unwrap())
    );
    let bare = first.split('?').next().unwrap().to_owned();
    town.get(&bare).await.problem("unauthorized");
    for wrong in [
        "?token=x",
        &first.replace("?token=", "?token=0")[bare.len()..],
    ] {
        town.get(&format!("{bare}{wrong}"))
            .await
            .problem("not-found");
    }
    let other = post_offer(&town, &offer("EAST-1")).await.json()["calendar"]
        .as_str()
        .unwrap()
        .to_owned();
    let crossed = format!("{bare}?{}", other.split('?').nth(1).unwrap());
    town.get(&crossed).await.problem("not-found");

    let shown = town
        .call_as("share", "GET", &format!("/v1/offers/{id}"), "")
        .await
        .json();
    assert_eq!(shown["calendar"], first);
    let renew = format!("/v1/offers/{id}/calendar");
    town.call_as("share2", "POST", &renew, "")
        .await
        .problem("not-found");
    let second = town.call_as("share", "POST", &renew, "").await.json()["calendar"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_ne!(first, second);
    town.get(&first).await.problem("not-found");
    assert_eq!(town.get(&second).await.status.as_u16(), 200);
    let changed = town
        .call_as(
            "share",
            "PATCH",
            &format!("/v1/offers/{id}"),
            r#"{"notes":"x"}"#,
        )
        .await
        .json();
    assert_eq!(changed["calendar"], second, "another change leaves it");
    assert_eq!(
        town.call_as("share", "GET", &bare, "")
            .await
            .status
            .as_u16(),
        200,
        "and the key is good too"
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
