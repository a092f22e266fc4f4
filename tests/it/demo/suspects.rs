//! Sources on a real hub: whose they are, how they do, and which are dead; and who may know.

use super::http::{call, until_state};
use super::hub::Hub;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const QUIET: [&str; 3] = ["--bays", "100", "--no-sim"];

/// A round over all bays takes 15 s, and a debug build is slow.
const PATIENCE: Duration = Duration::from_secs(90);

/// A key of that partner, for sensors that begin with its name.
async fn key(hub: &Hub, partner: &str) -> String {
    let admin = Some(hub.key("admin"));
    let named = json!({"name": partner});
    let made = call(hub, Method::POST, "/v1/admin/partners", admin, Some(&named)).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let asked = json!({
        "name": format!("{partner}-lamps"), "partner": partner, "scopes": ["report"],
        "sources": ["*"], "source_kind": "sensor", "area": "all",
    });
    let made = call(hub, Method::POST, "/v1/admin/keys", admin, Some(&asked)).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    made.json["key"].as_str().expect("a key").to_owned()
}

async fn report(hub: &Hub, key: &str, source: &str, bay: &str, state: &str) {
    let body = json!({"source": source, "bay": bay, "state": state});
    let answer = call(hub, Method::POST, "/v1/reports", Some(key), Some(&body)).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text);
}

async fn source(hub: &Hub, key: &str, id: &str) -> Value {
    let path = format!("/v1/sources?source={id}");
    let answer = call(hub, Method::GET, &path, Some(key), None).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    answer.json["sources"][0].clone()
}

/// Looks at a source until it is so.
async fn until(hub: &Hub, key: &str, id: &str, is: impl Fn(&Value) -> bool) -> Value {
    let end = Instant::now() + PATIENCE;
    loop {
        let row = source(hub, key, id).await;
        if is(&row) {
            return row;
        }
        assert!(Instant::now() < end, "never so: {row}\n{}", hub.log());
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

async fn names(hub: &Hub, key: &str, query: &str) -> Vec<String> {
    let path = format!("/v1/sources{query}");
    let answer = call(hub, Method::GET, &path, Some(key), None).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let all = answer.json["sources"].as_array().expect("sources").iter();
    all.map(|row| row["source"].as_str().expect("a name").to_owned())
        .collect()
}

#[tokio::test]
async fn a_source_that_falls_silent_is_dead_to_its_partner_and_the_authority_until_it_is_heard() {
    let dir = tempfile::tempdir().expect("a folder");
    let limit = [("BAYHUB__STREAM__STALE_AFTER_S", "3")];
    let hub = Hub::start_with(dir.path(), &QUIET, &limit);
    let bays = hub.features("bays.geojson");
    let [one, other] = [&bays[0].id, &bays[1].id];
    let acme = key(&hub, "acme").await;
    let ura = key(&hub, "ura").await;
    report(&hub, &acme, "acme-1", one, "occupied").await;
    report(&hub, &acme, "acme-1", other, "vacant").await;
    report(&hub, &ura, "ura-1", &bays[2].id, "vacant").await;
    until_state(&hub, other, "vacant").await;
    let monitor = hub.key("monitor").to_owned();

    // Both keys may speak for every source: what was said last decides whose it is.
    assert_eq!(names(&hub, &acme, "").await, ["acme-1"]);
    assert_eq!(names(&hub, &ura, "").await, ["ura-1"]);
    let foreign = call(
        &hub,
        Method::GET,
        "/v1/sources?source=acme-1",
        Some(&ura),
        None,
    );
    assert_eq!(foreign.await.status, StatusCode::NOT_FOUND);
    let all = names(&hub, &monitor, "").await;
    assert!(all.iter().any(|id| id == "acme-1") && all.iter().any(|id| id == "ura-1"));

    let dead = until(&hub, &acme, "acme-1", |row| row["health"] == "suspect").await;
    assert_eq!(
        (&dead["partner"], &dead["bays"], &dead["suspect_total"]),
        (&json!("acme"), &json!(2), &json!(1)),
        "{dead}"
    );
    let suspect = &dead["suspect"][0];
    assert_eq!(
        (&suspect["reason"], &suspect["bay"]),
        (&json!("dead"), &Value::Null)
    );
    assert_eq!(suspect["since"], dead["observed_at"]);
    assert_eq!(suspect["why"][1], "its word has lapsed on 2 bays or counts");
    let suspects = names(&hub, &monitor, "?suspect=true").await;
    assert!(suspects.contains(&"acme-1".to_owned()), "{suspects:?}");
    let end = Instant::now() + PATIENCE;
    loop {
        let text = call(&hub, Method::GET, "/metrics", None, None).await.text;
        let line = "bayhub_suspect_sources{reason=\"dead\"} 2";
        if text.contains(line) {
            break;
        }
        assert!(Instant::now() < end, "no {line}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }

    // Heard again, it is not dead, though nothing is known yet of its other bay.
    let keeps = async {
        loop {
            report(&hub, &acme, "acme-1", one, "vacant").await;
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    };
    tokio::select! {
        () = keeps => {}
        row = until(&hub, &acme, "acme-1", |row| row["health"] == "good") => {
            assert_eq!((&row["suspect"], &row["bays"]), (&json!([]), &json!(2)));
        }
    }
    assert!(hub.stop().success());
}
