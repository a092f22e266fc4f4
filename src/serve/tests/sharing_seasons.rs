//! Seasons over HTTP.

use super::sharing::{market, post_offer};
use super::{Answer, Town};
use serde_json::{Value, json};

async fn ask(town: &Town, body: &Value) -> Answer {
    town.call_as("book", "POST", "/v1/seasons", body.to_string())
        .await
}

/// A year of every hour at `TPY12-001`, for 240 an hour.
async fn offered() -> Town {
    let town = market().await;
    let body = json!({
        "bay": "TPY12-001", "price_cents_per_hour": 240, "currency": "SGD",
        "windows": [{"start": "2026-11-23T00:00:00Z", "end": "2027-12-01T00:00:00Z"}],
    });
    post_offer(&town, &body).await;
    town
}

/// Two days a week for a fortnight and a day.
fn season() -> Value {
    json!({"lat": 1.3327, "lon": 103.8474, "max_walk_m": 300, "repeat": {
        "days": ["mon", "wed"], "from": "08:00", "to": "18:00", "tz": "Asia/Singapore",
        "since": "2026-11-25", "until": "2026-12-09",
    }})
}

#[tokio::test]
async fn a_season_is_booked_confirmed_read_and_given_up() {
    let town = offered().await;
    let held = ask(&town, &season()).await;
    assert_eq!(held.status.as_u16(), 201);
    let location = held.headers["location"].to_str().unwrap().to_owned();
    let held = held.json();
    assert_eq!(
        location,
        format!("/v1/seasons/{}", held["id"].as_str().unwrap())
    );
    let all = held["reservations"].as_array().unwrap();
    let starts: Vec<&str> = all.iter().map(|r| r["start"].as_str().unwrap()).collect();
    // Wednesdays and Mondays, 08:00 there.
    assert_eq!(
        starts,
        [
            "2026-11-25T00:00:00.000Z",
            "2026-11-30T00:00:00.000Z",
            "2026-12-02T00:00:00.000Z",
            "2026-12-07T00:00:00.000Z",
            "2026-12-09T00:00:00.000Z",
        ]
    );
    assert!(all.iter().all(|r| r["season"] == held["id"]));
    assert_eq!(
        (&held["price_cents"], &held["owed_cents"]),
        (&json!(12_000), &json!(0))
    );
    let call = async |method: &str, what: &str| {
        town.call_as("book", method, &format!("{location}{what}"), "")
            .await
            .json()
    };
    assert_eq!(call("POST", "/confirm").await["owed_cents"], 12_000);
    assert_eq!(
        call("GET", "").await["reservations"][4]["state"],
        "confirmed"
    );
    ask(&town, &season()).await.problem("no-match");
    let over = call("POST", "/cancel").await;
    assert_eq!(
        (&over["owed_cents"], &over["reservations"][0]["state"]),
        (&json!(0), &json!("cancelled"))
    );
    let theirs = town.call_as("book2", "GET", &location, "").await;
    theirs.problem("not-found");
    town.call_as("book", "POST", "/v1/seasons/se_none/cancel", "")
        .await
        .problem("not-found");
}

#[tokio::test]
async fn a_season_that_is_partly_taken_says_when() {
    let town = offered().await;
    let one = json!({"lat": 1.3327, "lon": 103.8474, "start": "2026-11-30T02:00:00Z", "end": "2026-11-30T03:00:00Z"});
    let taken = town
        .call_as("book2", "POST", "/v1/requests", one.to_string())
        .await;
    assert_eq!(taken.status.as_u16(), 201);
    let no = ask(&town, &season()).await.problem("no-match");
    assert_eq!(no["reason"], "full");
    assert_eq!(
        no["misses"],
        json!([{
            "start": "2026-11-30T00:00:00.000Z", "end": "2026-11-30T10:00:00.000Z", "reason": "full",
        }])
    );
}

/// In Morocco clocks go back for Ramadan, in 2027 on 7 February.
#[tokio::test]
async fn hours_stay_those_of_the_wall_clock_where_clocks_turn() {
    let town = offered().await;
    let mut body = season();
    body["repeat"] = json!({
        "days": ["workday", "dayoff"], "from": "08:00", "to": "18:00", "tz": "Africa/Casablanca",
        "since": "2027-02-05", "until": "2027-02-08",
    });
    let held = ask(&town, &body).await.json();
    let times = held["reservations"].as_array().unwrap().iter();
    let times: Vec<(&str, &str)> = times
        .map(|r| (r["start"].as_str().unwrap(), r["end"].as_str().unwrap()))
        .collect();
    assert_eq!(
        times,
        [
            ("2027-02-05T07:00:00.000Z", "2027-02-05T17:00:00.000Z"),
            ("2027-02-06T07:00:00.000Z", "2027-02-06T17:00:00.000Z"),
            ("2027-02-07T08:00:00.000Z", "2027-02-07T18:00:00.000Z"),
            ("2027-02-08T08:00:00.000Z", "2027-02-08T18:00:00.000Z"),
        ]
    );
}

#[tokio::test]
async fn a_season_that_cannot_be_is_refused_by_its_member() {
    let town = offered().await;
    for (member, value, field) in [
        ("days", json!([]), "repeat.days"),
        ("days", json!(["mo"]), "repeat.days"),
        ("days", json!(["sun"]), "repeat.days"),
        ("from", json!("18:00"), "repeat.to"),
        ("from", json!("8"), "repeat.from"),
        ("tz", json!("Mars/Olympus"), "repeat.tz"),
        ("tz", Value::Null, "repeat.tz"),
        ("since", json!("2026-11-31"), "repeat.since"),
        ("since", json!("2026-11-01"), "repeat.since"),
        ("since", Value::Null, "repeat.since"),
        ("until", json!("2026-11-24"), "repeat.until"),
        ("until", json!("2027-11-24"), "repeat.until"),
    ] {
        let mut body = season();
        if member == "days" && value == json!(["sun"]) {
            body["repeat"]["until"] = json!("2026-11-26");
        }
        body["repeat"][member] = value;
        let problem = ask(&town, &body).await.problem("bad-parameter");
        assert_eq!(problem["field"], field, "{body}");
    }
    for (member, value) in [
        ("repeat", Value::Null),
        ("repeat", json!("daily")),
        ("start", json!("2026-11-30T02:00:00Z")),
        ("flexible", json!(true)),
        ("lat", json!(91)),
    ] {
        let mut body = season();
        body[member] = value;
        let problem = ask(&town, &body).await.problem("bad-parameter");
        assert_eq!(problem["field"], member, "{body}");
    }
}
