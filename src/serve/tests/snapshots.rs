//! What other people's programs read, word for word: the documents, the files, and a body of every
//! problem type. A change of one stands in the diff of a review, not in their logs.
//!
//! The texts are in `snapshots/`. A changed one fails; `INSTA_UPDATE=always` takes it as it is now
//! (CONTRIBUTING.md). The clock is the test's; names that differ from run to run are numbered.

use super::{Answer, NOW, Town};
use crate::domain::Submission;
use crate::inbox::{InboxBounds, inbox};
use crate::serve::Config;
use crate::serve::http::error::{ApiError, PROBLEMS};
use crate::sharing::{DeskError, Share, UsedUp};
use axum::response::IntoResponse as _;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Holds `text` against what it was. A carriage return is made visible: calendars and tables need
/// theirs, and git would lose it.
fn unchanged(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text.replace('\r', "␍")));
}

/// A document for its reader: members by name, however a build's features keep them.
fn document(answer: &Answer) -> String {
    let mut document = answer.json();
    document.sort_all_objects();
    document["info"]["version"] = json!("(the crate's)");
    serde_json::to_string_pretty(&document).unwrap()
}

/// Gives each name of the random sort the number at which it first comes.
fn numbered(text: &str) -> String {
    let mut seen: Vec<&str> = Vec::new();
    let mut plain = text.to_owned();
    for prefix in ["of_", "rs_"] {
        for (at, _) in text.match_indices(prefix) {
            let name = &text[at..];
            let end = name[prefix.len()..].find(|c: char| !c.is_ascii_alphanumeric());
            let name = &name[..end.map_or(name.len(), |end| end + prefix.len())];
            // Sixteen characters of base 32; what is shorter is a word.
            if name.len() == prefix.len() + 16 && !seen.contains(&name) {
                seen.push(name);
                plain = plain.replace(name, &format!("{prefix}({})", seen.len()));
            }
        }
    }
    plain
}

fn text(answer: Answer) -> String {
    assert_eq!(answer.status.as_u16(), 200, "{answer:?}");
    String::from_utf8(answer.body).unwrap()
}

/// With the key of that scope, asking for rows.
async fn rows(town: &Town, scope: &str, path: &str) -> String {
    let key = format!("Bearer {}", town.keys[scope]);
    let headers = [("authorization", &*key), ("accept", "text/csv")];
    text(town.get_with(path, &headers).await)
}

fn later(minutes: u64) -> String {
    NOW.plus(minutes * 60_000).to_string()
}

async fn put_on_offer(town: &Town) -> Answer {
    let offer = json!({
        "bay": "TPY12-001", "windows": [{"start": later(0), "end": later(600)}],
        "price_cents_per_hour": 240, "currency": "SGD",
    });
    let offer = offer.to_string();
    town.call_as("share", "POST", "/v1/offers", offer).await
}

/// A town in which `TPY12-001` is on offer for ten hours, and the offer's id.
async fn with_an_offer() -> (Town, String) {
    let town = Town::new();
    let owner = json!({"partner": "lta"}).to_string();
    let path = "/v1/admin/bays/TPY12-001/owner";
    let answered = town.call_as("admin", "PUT", path, owner).await;
    assert_eq!(answered.status.as_u16(), 200, "{answered:?}");
    let made = put_on_offer(&town).await;
    assert_eq!(made.status.as_u16(), 201, "{made:?}");
    let id = made.json()["id"].as_str().unwrap().to_owned();
    (town, id)
}

/// An hour on the bay on offer that begins in that many minutes.
fn asked(from: u64) -> String {
    json!({"lat": 1.3327, "lon": 103.8474, "start": later(from), "end": later(from + 60)})
        .to_string()
}

async fn book(town: &Town, from: u64) -> String {
    let held = town
        .call_as("book", "POST", "/v1/requests", asked(from))
        .await;
    assert_eq!(held.status.as_u16(), 201, "{held:?}");
    held.json()["id"].as_str().unwrap().to_owned()
}

async fn step(town: &Town, id: &str, what: &str) -> Answer {
    let path = format!("/v1/reservations/{id}/{what}");
    town.call_as("book", "POST", &path, "").await
}

#[tokio::test]
async fn the_documents_are_as_they_were() {
    let town = Town::new();
    unchanged("openapi", &document(&town.get("/v1/openapi.json").await));
    unchanged("asyncapi", &document(&town.get("/v1/asyncapi.json").await));
}

#[tokio::test]
async fn an_offers_calendar_and_the_settlement_are_as_they_were() {
    let (town, offer) = with_an_offer().await;
    let first = book(&town, 60).await;
    let second = book(&town, 200).await;
    let third = book(&town, 300).await;
    for (id, what) in [
        (&first, "confirm"),
        (&second, "cancel"),
        (&third, "confirm"),
    ] {
        town.clock.advance(1_000);
        assert_eq!(step(&town, id, what).await.status.as_u16(), 200, "{what}");
    }
    town.clock.advance(60 * 60_000);
    assert_eq!(step(&town, &first, "arrive").await.status.as_u16(), 200);
    town.clock.advance(30 * 60_000);
    assert_eq!(step(&town, &first, "depart").await.status.as_u16(), 200);
    let path = format!("/v1/offers/{offer}/calendar.ics");
    let feed = text(town.call_as("share", "GET", &path, "").await);
    unchanged("calendar", &numbered(&feed));
    let path = "/v1/partners/me/settlement?month=2026-11";
    let month = rows(&town, "book", path).await;
    unchanged("settlement", &numbered(&month));
}

#[tokio::test]
async fn turnover_and_its_aggregates_are_as_they_were() {
    let town = Town::new();
    town.settle(|zone, hour| i64::from(zone) * 3 + hour as i64);
    let from = "2026-11-22T22:00:00Z";
    let path = format!("/v1/turnover?zone=HE12,TPY12&from={from}");
    unchanged("turnover", &rows(&town, "monitor", &path).await);
    let path = "/v1/cds/metrics/aggregates?start_time=1795392000000";
    let told = text(town.call_as("monitor", "GET", path, "").await);
    unchanged("cds_aggregates", &told);
    // Of one zone too little is known of anybody's visits to be told to everybody.
    town.settle(|zone, hour| (1 + i64::from(zone) * 4) * i64::from(hour % 8 == 0));
    let day = "/v1/turnover?interval=1d&from=2026-11-22T00:00:00Z&to=2026-11-23T00:00:00Z";
    let told = text(town.get_with(day, &[("accept", "text/csv")]).await);
    unchanged("turnover_for_anybody", &told);
}

/// Status, the headers that belong to a refusal, and the body.
fn shown(answer: &Answer) -> String {
    let mut text = answer.status.to_string();
    for name in ["content-type", "allow", "retry-after", "www-authenticate"] {
        if !answer.header(name).is_empty() {
            write!(text, "\n{name}: {}", answer.header(name)).unwrap();
        }
    }
    let mut body = answer.json();
    body.sort_all_objects();
    let body = serde_json::to_string_pretty(&body).unwrap();
    numbered(&format!("{text}\n\n{body}\n"))
}

/// The refusals that any caller can bring about, in a town with an offer.
async fn refusals() -> Vec<Answer> {
    let (town, _) = with_an_offer().await;
    let admin = async |method: &str, path: &str, body: String| {
        town.call_as("admin", method, path, body).await
    };
    let point = json!({"type": "Point", "coordinates": [103.85, 1.33]});
    let bay = |n: u32| json!({"type": "Feature", "geometry": point, "properties": {"id": format!("N{n}"), "zone": "TPY12"}});
    let bays = |n: u32| {
        let bays: Vec<Value> = (0..n).map(bay).collect();
        json!({"type": "FeatureCollection", "features": bays}).to_string()
    };
    let lost = bays(1).replace("TPY12", "NOWHERE");
    let held = book(&town, 60).await;
    let auth = format!("Bearer {}", town.keys["book"]);
    let once = async |from: u64| {
        let headers = [
            ("authorization", &*auth),
            ("content-type", "application/json"),
            ("idempotency-key", "trip-1"),
        ];
        town.call("POST", "/v1/requests", &headers, asked(from))
            .await
    };
    assert_eq!(once(200).await.status.as_u16(), 201);
    let plain = [("authorization", &*auth), ("content-type", "text/plain")];
    vec![
        town.get("/v1/bays/nearby?lat=91&lon=0").await,
        admin("PUT", "/v1/admin/bays", "{\"type\":".to_owned()).await,
        admin("PUT", "/v1/admin/bays", lost).await,
        town.get("/v1/quarantine").await,
        town.call_as("report", "GET", "/v1/quarantine", "").await,
        town.get("/v1/zones/NOWHERE").await,
        admin("POST", "/v1/admin/keys", " ".repeat(70_000)).await,
        town.get_with("/v1/zones/EAST", &[("accept", "image/png")])
            .await,
        town.call("DELETE", "/v1/zones/EAST", &[], "").await,
        town.get("/mqtt").await,
        town.call("POST", "/v1/requests", &plain, asked(60)).await,
        put_on_offer(&town).await,
        step(&town, &held, "depart").await,
        town.call_as("book", "POST", "/v1/requests", asked(60))
            .await,
        once(201).await,
        admin("PUT", "/v1/admin/bays", bays(4)).await,
        town.get("/v1/cds/curbs/areas").await,
    ]
}

/// What the desk's refusal becomes.
async fn used_up() -> Answer {
    let refused = ApiError::from(DeskError::UsedUp(UsedUp {
        share: Share::Holds,
        limit: 10,
        used: 10,
        retry_after_s: 173,
    }));
    let (head, body) = refused.into_response().into_parts();
    Answer {
        status: head.status,
        headers: head.headers,
        body: axum::body::to_bytes(body, 4096).await.unwrap().to_vec(),
    }
}

#[tokio::test]
async fn bodies_of_every_problem_type_are_as_they_were() {
    let mut answers = refusals().await;
    let report = r#"{"source":"lamp-1","bays":[{"bay":"EAST-1"}]}"#;
    let (inbox, waiting) = inbox(
        InboxBounds::of(1),
        std::sync::Arc::new(crate::metrics::Metrics::new()),
    );
    let filler = Submission {
        claims: vec![],
        refusals: vec![],
        receipt: crate::domain::Receipt::unwatched(),
    };
    inbox.try_send(0, filler).unwrap();
    let full = Town::with(Config::default(), super::small_town(), Some(inbox));
    answers.push(full.call_as("report", "POST", "/v1/reports", report).await);
    drop(waiting);
    answers.push(full.call_as("report", "POST", "/v1/reports", report).await);
    answers.push(used_up().await);
    let slug = |a: &Answer| a.json()["type"].as_str().unwrap()["/problems/".len()..].to_owned();
    let there: BTreeSet<String> = answers.iter().map(slug).collect();
    let all: BTreeSet<String> = PROBLEMS.iter().map(|p| p.0.to_owned()).collect();
    assert_eq!(
        there, all,
        "types without a body here, or with one only here"
    );
    let shown: Vec<String> = answers.iter().map(shown).collect();
    unchanged("problems", &shown.join("\n"));
}
