//! What cannot be is refused by name, and what is somebody else's is not there.

use super::sharing::{ask, later, market, offer, post_offer, request};
use super::{NOW, Town};
use serde_json::{Value, json};

async fn refused(town: &Town, edit: impl FnOnce(&mut Value), field: &str) {
    let mut body = offer("TPY12-001");
    edit(&mut body);
    let problem = post_offer(town, &body).await.problem("bad-parameter");
    assert_eq!(problem["field"], field, "{body} {problem}");
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.starts_with(field), "{detail}");
}

#[tokio::test]
async fn hours_that_cannot_be_are_refused_by_their_field() {
    let town = market().await;
    let span = |a: u64, b: u64| json!({"start": later(a), "end": later(b)});
    let past = json!({"start": "2026-11-20T00:00:00Z", "end": "2026-11-21T00:00:00Z"});
    let many: Vec<Value> = (0..201).map(|n| span(n * 2, n * 2 + 1)).collect();
    for (windows, field) in [
        (json!([]), "windows"),
        (json!({}), "windows"),
        (json!([7]), "windows[0]"),
        (Value::Null, "windows"),
        (json!([span(60, 60)]), "windows[0].end"),
        (json!([span(60, 120), span(120, 90)]), "windows[1].end"),
        (json!([past]), "windows[0].end"),
        (json!([{"start": later(0)}]), "windows[0].end"),
        (
            json!([{"start": "noon", "end": later(9)}]),
            "windows[0].start",
        ),
        (json!(many), "windows"),
    ] {
        refused(&town, |b| b["windows"] = windows, field).await;
    }
    let nothing = json!([span(9, 9)]);
    refused(&town, |b| b["exceptions"] = nothing, "exceptions[0].end").await;
}

#[tokio::test]
async fn an_offer_that_cannot_be_is_refused_by_its_field() {
    let town = market().await;
    for (name, value, field) in [
        ("price_cents_per_hour", json!(-1), "price_cents_per_hour"),
        ("price_cents_per_hour", json!(1.5), "price_cents_per_hour"),
        ("price_cents_per_hour", json!("240"), "price_cents_per_hour"),
        ("price_cents_per_hour", Value::Null, "price_cents_per_hour"),
        ("currency", json!("sgd"), "currency"),
        ("time_zone", json!("Mars/Olympus"), "time_zone"),
        ("rules", json!({"max_stay_min": -5}), "rules.max_stay_min"),
        (
            "rules",
            json!({"min_stay_min": 60, "max_stay_min": 30}),
            "rules.max_stay_min",
        ),
        ("rules", json!({"ev_only": "yes"}), "rules.ev_only"),
        (
            "rules",
            json!({"early_refund_percent": 101}),
            "rules.early_refund_percent",
        ),
        (
            "rules",
            json!({"flexible_discount_percent": 51}),
            "rules.flexible_discount_percent",
        ),
        (
            "rules",
            json!({"flexible_discount_percent": "5"}),
            "rules.flexible_discount_percent",
        ),
        (
            "rules",
            json!({"max_overstay_min": 1441}),
            "rules.max_overstay_min",
        ),
        ("rules", json!([]), "rules"),
        ("notes", json!("x".repeat(2001)), "notes"),
        ("state", json!("withdrawn"), "state"),
        ("bay", json!(7), "bay"),
    ] {
        refused(&town, |b| b[name] = value, field).await;
    }
    post_offer(&town, &json!([])).await.problem("malformed");
}

#[tokio::test]
async fn hours_by_the_wall_clock_must_exist() {
    let town = market().await;
    let berlin = |list: Value| {
        move |b: &mut Value| {
            b["time_zone"] = json!("Europe/Berlin");
            b["windows"] = list;
        }
    };
    let local = |start: &str, end: &str| json!([{"start": start, "end": end}]);
    refused(
        &town,
        berlin(local("2027-03-28T02:30", "2027-03-28T05:00")),
        "windows[0].start",
    )
    .await;
    refused(
        &town,
        berlin(local("2027-10-31T01:00", "2027-10-31T02:30")),
        "windows[0].end",
    )
    .await;
    refused(
        &town,
        berlin(local("2027-03-28", "2027-03-29")),
        "windows[0].start",
    )
    .await;
    let week = |days: Value, from: &str, to: &str| json!({"days": days, "from": from, "to": to});
    for (days, from, to, field) in [
        (json!([]), "09:00", "10:00", "windows[0].days"),
        (json!(["monday"]), "09:00", "10:00", "windows[0].days"),
        (json!(["mon", "mon"]), "09:00", "10:00", "windows[0].days"),
        (json!(["holiday"]), "09:00", "10:00", "windows[0].days"),
        (json!(["Workday"]), "09:00", "10:00", "windows[0].days"),
        (
            json!(["dayoff", "mon", "dayoff"]),
            "09:00",
            "10:00",
            "windows[0].days",
        ),
        (json!("mon"), "09:00", "10:00", "windows[0].days"),
        (json!(["mon"]), "9", "10:00", "windows[0].from"),
        (json!(["mon"]), "24:00", "10:00", "windows[0].from"),
        (json!(["mon"]), "09:00", "24:01", "windows[0].to"),
        (json!(["mon"]), "09:00", "09:00", "windows[0].to"),
    ] {
        refused(&town, berlin(json!([week(days, from, to)])), field).await;
    }
}

#[tokio::test]
async fn a_request_that_cannot_be_is_refused_by_its_field() {
    let town = market().await;
    post_offer(&town, &offer("TPY12-001")).await;
    for (name, value, field) in [
        ("lat", json!(91), "lat"),
        ("lat", Value::Null, "lat"),
        ("lon", json!("103"), "lon"),
        ("start", json!("2026-11-23T01:58:00Z"), "start"),
        (
            "start",
            json!(NOW.plus(91 * 86_400_000).to_string()),
            "start",
        ),
        ("start", json!("2026-11-23"), "start"),
        ("end", Value::Null, "end"),
        ("end", json!(later(60)), "end"),
        ("end", json!(later(59)), "end"),
        (
            "end",
            json!(NOW.plus(60 * 60_000 + 59_999).to_string()),
            "end",
        ),
        ("end", json!(later(368 * 24 * 60)), "end"),
        ("max_walk_m", json!(0), "max_walk_m"),
        ("max_walk_m", json!(3001), "max_walk_m"),
        ("max_price_cents", json!(-1), "max_price_cents"),
        ("currency", json!("dollars"), "currency"),
        ("vehicle", json!({"kind": "boat"}), "vehicle.kind"),
        ("vehicle", json!({"height_cm": 0}), "vehicle.height_cm"),
        ("vehicle", json!({"ev": 1}), "vehicle.ev"),
        ("vehicle", json!("tank"), "vehicle"),
        ("vehicle", json!([]), "vehicle"),
        ("flexible", json!("yes"), "flexible"),
        ("flexible", json!(1), "flexible"),
    ] {
        let mut body = request(60);
        body[name] = value;
        let problem = ask(&town, &body).await.problem("bad-parameter");
        assert_eq!(problem["field"], field, "{body} {problem}");
    }
    let mut odd = request(60);
    odd["colour"] = json!("red");
    assert_eq!(
        ask(&town, &odd).await.status.as_u16(),
        201,
        "what nobody asks for is ignored"
    );
    for query in [
        "",
        "month=2026",
        "month=2026-13",
        "month=2026-11&role=admin",
        "month=2026-11&limit=0",
        "m=2026-11",
        "month=2026-11&tz=",
        "month=2026-11&tz=Asia/Singapur",
        "month=2026-11&tz=%2B08:00",
        "month=2026-11&cursor=AjE",
    ] {
        town.call_as(
            "share",
            "GET",
            &format!("/v1/partners/me/settlement?{query}"),
            "",
        )
        .await
        .problem("bad-parameter");
    }
}

#[tokio::test]
async fn unknown_and_foreign_bays_look_alike() {
    let town = market().await;
    for bay in ["TPY12-002", "TPY12-003", "nowhere", "", "a/b"] {
        let problem = post_offer(&town, &offer(bay)).await.problem("not-found");
        assert_eq!(problem["field"], "bay", "{problem}");
    }
    assert_eq!(
        post_offer(&town, &offer("EAST-1")).await.status.as_u16(),
        201
    );
    post_offer(&town, &offer("EAST-1"))
        .await
        .problem("conflict");
    // Left out is not null: that would give the bay back to its zone's operator.
    for body in [r#"{"partner":"a b"}"#, "{}"] {
        let bad = town
            .call_as("admin", "PUT", "/v1/admin/bays/EAST-1/owner", body)
            .await;
        assert_eq!(bad.problem("bad-parameter")["field"], "partner");
    }
    let typo = r#"{"partner":"ltta"}"#;
    let unknown = town.call_as("admin", "PUT", "/v1/admin/bays/EAST-1/owner", typo);
    let unknown = unknown.await.problem("contradiction");
    assert_eq!(unknown["field"], "partner");
    assert_eq!(unknown["detail"], "partner: there is no partner \"ltta\"");
    let nowhere = town
        .call_as(
            "admin",
            "PUT",
            "/v1/admin/bays/nowhere/owner",
            r#"{"partner":"lta"}"#,
        )
        .await;
    nowhere.problem("not-found");
}

/// Every call on an offer or a reservation, with the key of another partner: the answer is that of
/// what is not there.
#[tokio::test]
async fn what_is_anothers_is_not_there() {
    let town = market().await;
    let id = post_offer(&town, &offer("TPY12-001")).await.json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let rs = ask(&town, &request(60)).await.json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    for (scope, method, path) in [
        ("share2", "GET", "/v1/offers/ID"),
        ("share2", "PATCH", "/v1/offers/ID"),
        ("share2", "DELETE", "/v1/offers/ID"),
        ("share2", "GET", "/v1/offers/ID/calendar.ics"),
        ("share2", "GET", "/v1/offers/ID/utilisation"),
        ("share2", "POST", "/v1/offers/ID/reservations/RS/cancel"),
        ("book2", "GET", "/v1/reservations/RS"),
        ("book2", "POST", "/v1/reservations/RS/confirm"),
        ("book2", "POST", "/v1/reservations/RS/cancel"),
        ("book2", "POST", "/v1/reservations/RS/arrive"),
        ("book2", "POST", "/v1/reservations/RS/depart"),
    ] {
        let foreign = path.replace("ID", &id).replace("RS", &rs);
        let absent = path.replace("ID", "of_nowhere").replace("RS", "rs_nowhere");
        let answer = town.call_as(scope, method, &foreign, "{}").await;
        let said = answer.problem("not-found")["detail"]
            .as_str()
            .unwrap()
            .replace(&id, "X")
            .replace(&rs, "X");
        let other = town
            .call_as(scope, method, &absent, "{}")
            .await
            .problem("not-found");
        let other = other["detail"]
            .as_str()
            .unwrap()
            .replace("of_nowhere", "X")
            .replace("rs_nowhere", "X");
        assert_eq!(said, other, "{method} {path}");
    }
    assert_eq!(
        town.call_as("share2", "GET", "/v1/offers", "").await.json()["offers"],
        json!([])
    );
    for scope in ["share2", "book2"] {
        let month = town
            .call_as(scope, "GET", "/v1/partners/me/settlement?month=2026-11", "")
            .await
            .json();
        assert_eq!(
            (&month["rows"], &month["totals"]),
            (&json!([]), &json!([])),
            "{scope}"
        );
    }
    let still = town
        .call_as("book", "GET", &format!("/v1/reservations/{rs}"), "")
        .await
        .json();
    assert_eq!(still["state"], "held", "nothing of it had an effect");
    let role = town
        .call_as(
            "share",
            "GET",
            "/v1/partners/me/settlement?month=2026-11&role=driver",
            "",
        )
        .await;
    role.problem("forbidden");
}
