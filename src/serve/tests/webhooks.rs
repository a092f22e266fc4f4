//! Partners' endpoints over HTTP: who may have which, and what is refused.

use super::private_bays::lots;
use super::{Answer, Town, small_town};
use crate::serve::Config;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

async fn make(town: &Town, key: &str, more: Value) -> Answer {
    let mut asked = json!({"url": "https://example.com/hook", "events": ["zone.full"]});
    for (name, value) in more.as_object().unwrap() {
        asked[name] = value.clone();
    }
    town.call_as(key, "POST", "/v1/webhooks", asked.to_string())
        .await
}

async fn made(town: &Town, key: &str, more: Value) -> String {
    let made = make(town, key, more).await;
    assert_eq!(made.status.as_u16(), 201, "{made:?}");
    made.json()["id"].as_str().unwrap().to_owned()
}

async fn listed(town: &Town, key: &str) -> Vec<String> {
    let all = town.call_as(key, "GET", "/v1/webhooks", "").await.json();
    let all = all["webhooks"].as_array().unwrap().iter();
    all.map(|one| one["id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn an_endpoint_is_made_shown_changed_and_forgotten() {
    let town = Town::new();
    let zones = json!({"zones": ["EAST", "TPY12", "EAST"], "threshold": 5});
    let answer = make(&town, "report", zones).await.json();
    assert!(answer["secret"].as_str().unwrap().starts_with("whsec_"));
    let path = format!("/v1/webhooks/{}", answer["id"].as_str().unwrap());
    let shown = town.call_as("report", "GET", &path, "").await.json();
    assert_eq!(shown["zones"], json!(["EAST", "TPY12"]));
    assert_eq!(
        (&shown["state"], &shown["threshold"]),
        (&json!("enabled"), &json!(5))
    );
    assert!(shown.get("secret").is_none(), "{shown}");
    let change = json!({"bbox": [103.0, 1.0, 104.0, 2.0], "enabled": false}).to_string();
    let changed = town.call_as("report", "PATCH", &path, change).await.json();
    assert_eq!(changed["bbox"], json!([103.0, 1.0, 104.0, 2.0]));
    assert_eq!(changed["state"], "disabled");
    assert!(changed.get("zones").is_none() && changed["disabled_at"].is_string());
    let given = format!("whsec_{}", "QUJD".repeat(8));
    let rotate = format!("{path}/rotate");
    let body = json!({"secret": given}).to_string();
    let rotated = town.call_as("report", "POST", &rotate, body).await.json();
    assert_eq!(rotated["secret"], given);
    let bearer = format!("Bearer {}", town.keys["report"]);
    let without_body = [("authorization", &*bearer)];
    // Who has not put the new one in place yet verifies by the one before for a day.
    let again = town.call("POST", &rotate, &without_body, "").await;
    let why = again.problem("conflict")["detail"].to_string();
    let until = rotated["old_secret_until"].as_str().unwrap();
    assert!(why.contains(until) && why.contains("now"), "{why}");
    let now = town.call_as("report", "POST", &rotate, r#"{"now": true}"#);
    assert_ne!(now.await.json()["secret"], given);
    town.clock.advance(24 * 3_600_000);
    let later = town.call("POST", &rotate, &without_body, "").await;
    assert_eq!(later.status.as_u16(), 200, "{later:?}");
    let gone = town.call_as("report", "DELETE", &path, "").await;
    assert_eq!(gone.status.as_u16(), 204);
    let none = town.call_as("report", "GET", &path, "").await;
    none.problem("not-found");
}

#[tokio::test]
async fn a_key_has_what_its_scopes_may_be_told_and_no_other_key_touches_it() {
    let town = Town::new();
    let zone = made(&town, "report", json!({})).await;
    let booking = json!({"events": ["reservation.*", "zone.full"]});
    make(&town, "report", booking.clone())
        .await
        .problem("forbidden");
    make(&town, "share", json!({"events": ["partner.*"]}))
        .await
        .problem("forbidden");
    let booked = made(&town, "book", booking).await;
    assert_eq!(listed(&town, "report").await, [&*zone]);
    assert_eq!(listed(&town, "share").await, [&*zone, &*booked]);
    assert!(listed(&town, "book2").await.is_empty(), "another partner's");
    let path = format!("/v1/webhooks/{booked}");
    let to_me = json!({"url": "https://attacker.example/"}).to_string();
    for (key, method, path, body) in [
        ("report", "GET", path.clone(), String::new()),
        ("report", "PATCH", path.clone(), to_me.clone()),
        ("report", "DELETE", path.clone(), String::new()),
        ("report", "POST", format!("{path}/rotate"), "{}".to_owned()),
        ("report", "POST", format!("{path}/test"), String::new()),
        ("report", "GET", format!("{path}/deliveries"), String::new()),
        (
            "report",
            "POST",
            format!("{path}/replay?since=2026-11-23T00:00:00Z"),
            String::new(),
        ),
        (
            "report",
            "POST",
            format!("{path}/deliveries/1/resend"),
            String::new(),
        ),
        ("book2", "PATCH", path.clone(), to_me),
    ] {
        let answer = town.call_as(key, method, &path, body).await;
        answer.problem("not-found");
    }
    let upgrade = json!({"events": ["reservation.*"]}).to_string();
    let path = format!("/v1/webhooks/{zone}");
    let answer = town.call_as("report", "PATCH", &path, upgrade).await;
    answer.problem("forbidden");
    let none = town.call("GET", "/v1/webhooks", &[], "").await;
    none.problem("unauthorized");
}

#[tokio::test]
async fn what_cannot_be_is_refused_by_name() {
    let town = Town::new();
    for (more, field) in [
        (json!({"url": "http://example.com/"}), "url"),
        (json!({"url": "https://10.0.0.1/"}), "url"),
        // This machine may be told in these tests, and nothing else of a private network.
        (json!({"url": "https://0xa9fea9fe/"}), "url"),
        (json!({"url": "https://[::ffff:169.254.169.254]/"}), "url"),
        (json!({"url": "https://example.com:22/"}), "url"),
        (json!({"events": ["order.given"]}), "events"),
        (json!({"events": ["zone.emptied"]}), "events"),
        (json!({"events": []}), "events"),
        (json!({"zones": ["NOWHERE"]}), "zones"),
        (json!({"secret": "whsec_short"}), "secret"),
    ] {
        let answer = make(&town, "report", more.clone()).await;
        assert_eq!(answer.problem("contradiction")["field"], field, "{more}");
        assert_eq!(answer.status.as_u16(), 422);
    }
    for (more, field) in [
        (json!({"url": 7}), "url"),
        (json!({"events": "zone.full"}), "events"),
        (json!({"events": [7]}), "events"),
        (json!({"zones": {}}), "zones"),
        (json!({"bbox": [1, 2, 3]}), "bbox"),
        (json!({"bbox": [1, 9, 3, 2]}), "bbox"),
        (json!({"bbox": [1, 1, 3, 2], "zones": []}), "bbox"),
        (json!({"threshold": 0}), "threshold"),
        (json!({"event": "zone.full"}), "event"),
        (json!({"enabled": false}), "enabled"),
    ] {
        let answer = make(&town, "report", more.clone()).await;
        assert_eq!(answer.problem("bad-parameter")["field"], field, "{more}");
    }
    assert!(listed(&town, "report").await.is_empty());
    let path = format!("/v1/webhooks/{}", made(&town, "report", json!({})).await);
    for (method, path, unknown) in [
        ("PATCH", path.clone(), "state"),
        ("PATCH", path.clone(), "secret"),
        ("POST", format!("{path}/rotate"), "secrets"),
    ] {
        let body = json!({unknown: "disabled"}).to_string();
        let answer = town.call_as("report", method, &path, body).await;
        assert_eq!(answer.problem("bad-parameter")["field"], unknown);
    }
    town.call_as("report", "DELETE", &path, "").await;
    for _ in 0..10 {
        made(&town, "report", json!({})).await;
    }
    let full = make(&town, "report", json!({})).await;
    let problem = full.problem("quota-exceeded");
    assert_eq!(
        (&problem["share"], &problem["limit"]),
        (&json!("webhooks"), &json!(10))
    );
}

#[tokio::test]
async fn a_log_is_read_page_by_page_and_bad_questions_are_refused() {
    let town = Town::new();
    let id = made(&town, "report", json!({"url": "http://127.0.0.1:1/"})).await;
    let path = format!("/v1/webhooks/{id}");
    let tried = town
        .call_as("report", "POST", &format!("{path}/test"), "")
        .await;
    let tried = tried.json();
    assert_eq!(
        (&tried["delivered"], &tried["answered"]),
        (&json!(false), &Value::Null)
    );
    assert!(tried["reason"].as_str().unwrap().contains("connected"));
    let page = town
        .call_as("report", "GET", &format!("{path}/deliveries?limit=1"), "")
        .await;
    let page = page.json();
    let logged = &page["deliveries"][0];
    assert_eq!(
        (&logged["type"], &logged["status"], &logged["reason"]),
        (&json!("webhook.test"), &json!("failed"), &tried["reason"])
    );
    for (query, field) in [
        ("status=lost", "status"),
        ("since=now", "since"),
        ("limit=0", "limit"),
        ("cursor=x", "cursor"),
        ("page=2", "page"),
    ] {
        let path = format!("{path}/deliveries?{query}");
        let answer = town.call_as("report", "GET", &path, "").await;
        assert_eq!(answer.problem("bad-parameter")["field"], field, "{query}");
    }
    let replay = town
        .call_as("report", "POST", &format!("{path}/replay"), "")
        .await;
    assert_eq!(replay.problem("bad-parameter")["field"], "since");
    let since = format!("{path}/replay?since=2026-11-23T00:00:00Z");
    let replay = town.call_as("report", "POST", &since, "").await;
    assert_eq!(
        (replay.status.as_u16(), replay.json()),
        (202, json!({"queued": 0}))
    );
    for delivery in ["7", "x", "9999999999999999999"] {
        let path = format!("{path}/deliveries/{delivery}/resend");
        let answer = town.call_as("report", "POST", &path, "").await;
        answer.problem("not-found");
    }
}

#[tokio::test]
async fn of_private_zones_an_endpoint_is_told_what_its_partner_may_see() {
    let town = lots().await;
    let look = |partner: &str, zone: &str| {
        let zone = town.registry.zone(zone).unwrap();
        town.webhooks.looks(partner, zone)
    };
    let json = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    let own = look("lta", "LOT").unwrap();
    assert_eq!((own.figures.vacant, own.figures.capacity), (3, 6));
    let others = look("ura", "LOT").unwrap();
    assert!(others.figures.capacity < 6, "{others:?}");
    assert_ne!(own.figures.digest, others.figures.digest);
    assert_eq!(look("ura", "GATE"), None);
    let kerb = look("ura", "KERB").unwrap();
    let read = town.get("/v1/zones/KERB").await.json();
    assert_eq!(json(&kerb.json)["vacant"], read["vacant"]);
    // Heard of again, and nothing else: no news.
    let zone = town.registry.zone("KERB").unwrap();
    let mut tally = {
        use crate::domain::ReadModel as _;
        let tally = town.live.zone(zone);
        town.live.zones(&[(zone, tally)]);
        tally
    };
    tally.observed_at = tally.observed_at.plus(60_000);
    town.tally("KERB", tally);
    let again = look("ura", "KERB").unwrap();
    assert_eq!(again.figures, kerb.figures);
    assert_ne!(again.json, kerb.json);
    make(&town, "share2", json!({"zones": ["GATE"]}))
        .await
        .problem("contradiction");
    made(&town, "share", json!({"zones": ["GATE"]})).await;
}

/// An endpoint that answers each request after so long; its address.
async fn slow_endpoint(after: Duration) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut line, _)) = listener.accept().await {
            tokio::spawn(async move {
                tokio::time::sleep(after).await;
                let answer = b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n";
                let _ = line.write_all(answer).await;
                let mut rest = Vec::new();
                let _ = line.read_to_end(&mut rest).await;
            });
        }
    });
    format!("http://{at}/")
}

#[tokio::test]
async fn a_test_waits_for_the_endpoint_longer_than_other_calls_take_and_is_in_the_log() {
    let config = Config {
        request_timeout_s: 1,
        ..Config::default()
    };
    let town = Town::with(config, small_town(), None);
    let url = slow_endpoint(Duration::from_millis(1_300)).await;
    let id = made(&town, "report", json!({"url": url})).await;
    let path = format!("/v1/webhooks/{id}");
    let test = format!("{path}/test");
    let tried = town.call_as("report", "POST", &test, "").await;
    assert_eq!(tried.status.as_u16(), 200, "{tried:?}");
    assert_eq!(tried.json()["delivered"], true, "{tried:?}");
    // Who hangs up before finds it there all the same.
    let given_up = town.call_as("report", "POST", &test, "");
    let given_up = tokio::time::timeout(Duration::from_millis(700), given_up);
    assert!(given_up.await.is_err());
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    let log = format!("{path}/deliveries?status=delivered");
    let log = town.call_as("report", "GET", &log, "").await.json();
    assert_eq!(log["deliveries"].as_array().unwrap().len(), 2, "{log}");
}
