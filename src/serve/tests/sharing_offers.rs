//! What becomes of an offer, and its calendar and ledger as its owner reads them.

use super::NOW;
use super::sharing::{ask, later, market, offer, post_offer, request, step};
use crate::domain::Millis;
use serde_json::{Value, json};

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
    for _ in 0..2 {
        let gone = town.call_as("share", "DELETE", &path, "").await;
        assert_eq!(gone.status.as_u16(), 204, "withdrawn is withdrawn");
    }
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
        Some("at,reservation,bay,event,cause,amount_cents,currency,offer,date")
    );
    assert_eq!(text.lines().count(), 4);
    let next = rows.header("link").split(['<', '>']).nth(1).unwrap();
    let rest = String::from_utf8(town.get_with(next, &csv).await.body).unwrap();
    assert!(
        rest.contains(&format!(",cancelled,driver,0,SGD,{id},2026-11-23"))
            && rest.lines().count() == 2,
        "{rest}"
    );
}

#[tokio::test]
async fn a_calendar_is_the_same_bytes_until_a_booking_changes() {
    let town = market().await;
    let made = post_offer(&town, &offer("TPY12-001")).await.json();
    let path = made["calendar"].as_str().unwrap();
    let empty = String::from_utf8(town.get(path).await.body).unwrap();
    assert!(
        empty.contains("BEGIN:VTIMEZONE\r\n") && !empty.contains("VEVENT"),
        "a calendar without a component is none: {empty}"
    );
    let booked = ask(&town, &request(300)).await.json();
    let id = booked["id"].as_str().unwrap();
    step(&town, id, "confirm").await;
    let first = town.get(path).await;
    let tag = first.header("etag").to_owned();
    town.clock.advance(2 * 60 * 60_000);
    let again = town.get(path).await;
    assert_eq!(again.body, first.body);
    assert_eq!(again.header("etag"), tag);
    let held = [("if-none-match", tag.as_str())];
    let same = town.get_with(path, &held).await;
    assert_eq!((same.status.as_u16(), same.body.len()), (304, 0));
    assert_eq!(same.header("etag"), tag);
    town.clock.advance(180 * 60_000);
    assert_eq!(step(&town, id, "arrive").await.status.as_u16(), 200);
    let changed = town.get_with(path, &held).await;
    assert_eq!(changed.status.as_u16(), 200);
    let text = String::from_utf8(changed.body).unwrap();
    for name in ["DTSTAMP", "LAST-MODIFIED"] {
        let want = format!("{name}:20261123T070000Z\r\n");
        assert!(text.contains(&want), "when it was changed: {text}");
    }
}

#[tokio::test]
async fn a_calendar_address_takes_what_calendar_programs_add_to_it() {
    let town = market().await;
    let made = post_offer(&town, &offer("TPY12-001")).await.json();
    let path = made["calendar"].as_str().unwrap();
    for added in ["&nocache=1764419920", "&utm_source=x&utm_source=y&v"] {
        let feed = town.get(&format!("{path}{added}")).await;
        assert_eq!(feed.status.as_u16(), 200, "{added}");
    }
    town.get(&format!("{path}&token=x"))
        .await
        .problem("bad-parameter");
    let other = path.replace("?token=", "?v=1&other=");
    town.get(&other).await.problem("unauthorized");
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
async fn an_owner_says_what_giving_up_late_costs_and_the_driver_is_told_before_confirming() {
    let town = market().await;
    let mut terms = offer("TPY12-001");
    terms["rules"] = json!({"cancel_free_min": 120, "cancel_fee_percent": 33});
    let made = post_offer(&town, &terms).await.json();
    assert_eq!(made["rules"]["cancel_free_min"], 120);
    assert_eq!(made["rules"]["cancel_fee_percent"], 33);
    for (name, value) in [
        ("cancel_free_min", json!(10_081)),
        ("cancel_free_min", json!(-1)),
        ("cancel_free_min", json!(1.5)),
        ("cancel_fee_percent", json!(101)),
        ("cancel_fee_percent", json!("half")),
    ] {
        terms["rules"] = json!({});
        terms["rules"][name] = value;
        let refused = post_offer(&town, &terms).await;
        assert_eq!(
            refused.problem("bad-parameter")["field"],
            format!("rules.{name}")
        );
    }
    let held = ask(&town, &request(60)).await.json();
    let told = |r: &Value| {
        ["owed_cents", "cancel_fee_cents", "cancel_free_until"].map(|name| r[name].clone())
    };
    let free_until = json!(Millis(NOW.0 - 60 * 60_000).to_string());
    assert_eq!(told(&held), [json!(0), json!(79), free_until.clone()]);
    let id = held["id"].as_str().unwrap();
    step(&town, id, "confirm").await;
    let gone = step(&town, id, "cancel").await.json();
    assert_eq!(told(&gone), [json!(79), json!(79), free_until]);
    let month = format!("/v1/partners/me/settlement?month={}", &NOW.to_string()[..7]);
    let statement = town.call_as("share", "GET", &month, "").await.json();
    assert_eq!(statement["totals"][0]["amount_cents"], 79, "{statement}");
}

#[tokio::test]
async fn windows_that_overlap_are_told_as_given_and_booked_as_one() {
    let town = market().await;
    let week = |day: &str, from: &str, to: &str| json!({"days": [day], "from": from, "to": to});
    let mut body = offer("TPY12-001");
    body["windows"] = json!([
        {"start": later(0), "end": later(90)},
        {"start": later(60), "end": later(180)},
        {"start": later(60), "end": later(180)},
        // Monday the 30th and the night before, 02:00 UTC being NOW's time of day.
        week("sun", "22:00", "06:00"),
        week("mon", "05:00", "12:00"),
    ]);
    let made = post_offer(&town, &body).await;
    assert_eq!(made.status.as_u16(), 201);
    let made = made.json();
    assert_eq!(made["windows"], body["windows"]);
    let path = format!("/v1/offers/{}", made["id"].as_str().unwrap());
    let told = town.call_as("share", "GET", &path, "").await.json();
    assert_eq!(told["windows"], body["windows"]);
    // What is told can be sent back.
    let again = json!({"windows": told["windows"]}).to_string();
    let again = town.call_as("share", "PATCH", &path, again).await.json();
    assert_eq!(again["windows"], body["windows"]);
    let asks = |from: u64, to: u64| {
        let mut wish = request(from);
        wish["end"] = json!(later(to));
        wish
    };
    assert_eq!(ask(&town, &asks(30, 150)).await.status.as_u16(), 201);
    ask(&town, &asks(150, 1200)).await.problem("no-match");
    // From Sunday 23:00 to Monday 11:00.
    let sunday = 6 * 1440 + 21 * 60;
    let night = asks(sunday, sunday + 12 * 60);
    assert_eq!(ask(&town, &night).await.status.as_u16(), 201);
}

#[tokio::test]
async fn workdays_and_days_off_are_told_as_given_and_are_those_of_the_week_without_a_calendar() {
    let town = market().await;
    let mut body = offer("TPY12-001");
    body["windows"] = json!([
        {"days": ["wed", "dayoff"], "from": "00:00", "to": "24:00"},
        {"days": ["workday"], "from": "17:00", "to": "08:00"},
    ]);
    let made = post_offer(&town, &body).await;
    assert_eq!(made.status.as_u16(), 201);
    let path = format!("/v1/offers/{}", made.json()["id"].as_str().unwrap());
    let told = town.call_as("share", "GET", &path, "").await.json();
    assert_eq!(told["windows"], body["windows"]);
    let asks = |start: &str, end: &str| {
        let mut wish = request(60);
        (wish["start"], wish["end"]) = (json!(start), json!(end));
        wish
    };
    for (start, end, booked) in [
        // Thursday by day, from Thursday's night through the weekend, Monday by day.
        ("2026-11-26T10:00:00Z", "2026-11-26T12:00:00Z", false),
        ("2026-11-27T17:00:00Z", "2026-11-30T00:00:00Z", true),
        ("2026-11-30T00:00:00Z", "2026-11-30T01:00:00Z", false),
        ("2026-11-25T00:00:00Z", "2026-11-26T08:00:00Z", true),
    ] {
        let told = ask(&town, &asks(start, end)).await;
        assert_eq!(told.status.as_u16() == 201, booked, "{start}: {told:?}");
    }
}
