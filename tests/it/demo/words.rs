//! Whose word counts, on a real hub: what a stranger with one app key can and cannot do to what a
//! sensor says, and what one source says twice of one moment.

use super::http::{call, state, until_state};
use super::hub::Hub;
use super::mqtt::{acked, client};
use bayhub::clock::SystemClock;
use bayhub::domain::Clock as _;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::time::Duration;

const QUIET: [&str; 3] = ["--bays", "100", "--no-sim"];

/// A key for sources that begin so.
async fn key(hub: &Hub, name: &str, kind: &str) -> String {
    let asked = json!({
        "name": name, "partner": "demo", "scopes": ["report"], "sources": [format!("{name}-*")],
        "source_kind": kind, "area": "all",
    });
    let admin = Some(hub.key("admin"));
    let made = call(hub, Method::POST, "/v1/admin/keys", admin, Some(&asked)).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    made.json["key"].as_str().expect("a key").to_owned()
}

/// Reports one bay; `more` is laid over the report.
async fn report(hub: &Hub, key: &str, source: &str, bay: &str, word: &str, more: Value) {
    let mut body = json!({"source": source, "bay": bay, "state": word});
    let report = body.as_object_mut().expect("an object");
    report.extend(more.as_object().expect("an object").clone());
    let answer = call(hub, Method::POST, "/v1/reports", Some(key), Some(&body)).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text);
    assert_eq!(answer.json["accepted"], 1, "{}", answer.text);
}

/// RFC 3339, some seconds from now.
fn at(ahead_s: u64) -> String {
    SystemClock.now().plus(ahead_s * 1000).to_string()
}

/// Acknowledged reports are applied a moment later: after one of another bay is shown, all before
/// it are.
async fn settle(hub: &Hub, key: &str, bay: &str, word: &str) {
    report(hub, key, "lamp-9", bay, word, json!({})).await;
    until_state(hub, bay, word).await;
}

async fn nearby(hub: &Hub, bay: &str) -> bool {
    let one = call(hub, Method::GET, &format!("/v1/bays/{bay}"), None, None).await;
    let here = format!(
        "/v1/bays/nearby?lat={}&lon={}&radius_m=5&limit=100&kind={}",
        one.json["lat"],
        one.json["lon"],
        one.json["kind"].as_str().expect("a kind")
    );
    call(hub, Method::GET, &here, None, None)
        .await
        .text
        .contains(bay)
}

#[tokio::test]
async fn a_stranger_with_an_app_key_takes_no_word_from_a_sensor() {
    let dir = tempfile::tempdir().expect("a folder");
    let hub = Hub::start_in(dir.path(), &QUIET);
    let bays: Vec<String> = hub
        .features("bays.geojson")
        .iter()
        .take(4)
        .map(|b| b.id.clone())
        .collect();
    let [bay, free, unseen, mark] = &bays[..] else {
        panic!("four bays");
    };
    let lamp = key(&hub, "lamp", "sensor").await;
    let evil = key(&hub, "evil", "app").await;
    report(&hub, &lamp, "lamp-1", bay, "occupied", json!({})).await;
    report(&hub, &lamp, "lamp-1", free, "vacant", json!({})).await;
    // Sure or not, later or of a time that has not come, with a greater number.
    for more in [
        json!({}),
        json!({"confidence": 1}),
        json!({"confidence": 0.01, "at": at(59)}),
        json!({"seq": u64::MAX, "at": at(59)}),
    ] {
        report(&hub, &evil, "evil-1", bay, "vacant", more.clone()).await;
        report(&hub, &evil, "evil-1", free, "occupied", more).await;
    }
    // Where no sensor is, what is not sure is no state either.
    report(
        &hub,
        &evil,
        "evil-1",
        unseen,
        "vacant",
        json!({"confidence": 0.01}),
    )
    .await;
    settle(&hub, &lamp, mark, "closed").await;
    assert_eq!(state(&hub, bay).await, "occupied");
    assert_eq!(state(&hub, free).await, "vacant");
    assert_eq!(state(&hub, unseen).await, "unknown");
    assert!(nearby(&hub, free).await && !nearby(&hub, bay).await && !nearby(&hub, unseen).await);
    // The sensor is heard as before, at once.
    report(&hub, &lamp, "lamp-1", bay, "vacant", json!({})).await;
    until_state(&hub, bay, "vacant").await;

    // A sure word of an app is the state where nobody watches; a time ahead keeps nobody out.
    report(
        &hub,
        &evil,
        "evil-1",
        unseen,
        "vacant",
        json!({"at": at(55)}),
    )
    .await;
    until_state(&hub, unseen, "vacant").await;
    tokio::time::sleep(Duration::from_millis(5)).await;
    report(&hub, &lamp, "lamp-1", unseen, "occupied", json!({})).await;
    until_state(&hub, unseen, "occupied").await;
    assert!(hub.stop().success());
}

#[tokio::test]
async fn of_two_words_of_one_source_and_moment_the_later_acknowledged_stands() {
    let dir = tempfile::tempdir().expect("a folder");
    let hub = Hub::start_in(dir.path(), &QUIET);
    let bays: Vec<String> = hub
        .features("bays.geojson")
        .iter()
        .take(3)
        .map(|b| b.id.clone())
        .collect();
    let [bay, other, mark] = &bays[..] else {
        panic!("three bays");
    };
    let lamp = key(&hub, "lamp", "sensor").await;
    let app = key(&hub, "app", "app").await;
    let moment = json!({"at": at(0)});
    report(&hub, &lamp, "lamp-1", bay, "vacant", moment.clone()).await;
    report(&hub, &lamp, "lamp-1", bay, "occupied", moment.clone()).await;
    until_state(&hub, bay, "occupied").await;
    // Said before with that moment: a copy that came late.
    report(&hub, &lamp, "lamp-1", bay, "vacant", moment.clone()).await;
    settle(&hub, &lamp, mark, "closed").await;
    assert_eq!(state(&hub, bay).await, "occupied");

    // A number is compared within one source only.
    let numbered = |seq: u64| {
        let mut more = moment.clone();
        more["seq"] = seq.into();
        more
    };
    report(&hub, &app, "app-1", other, "vacant", numbered(u64::MAX)).await;
    report(&hub, &lamp, "lamp-1", other, "occupied", numbered(5)).await;
    until_state(&hub, other, "occupied").await;
    assert!(hub.stop().success());
}

/// Sends a count of cars, and waits until it is durable.
async fn count(hub: &Hub, key: &str, source: &str, zone: &str, vacant: usize, capacity: usize) {
    let (line, mut events) = client(hub, source, key);
    let said = json!({"zone": zone, "vacant": vacant, "capacity": capacity}).to_string();
    let topic = format!("bayhub/v1/{source}/count");
    acked(hub, &line, &mut events, &topic, &said)
        .await
        .expect("let in");
}

async fn until_vacant(hub: &Hub, zone: &str, cars: usize) {
    let path = format!("/v1/zones/{zone}");
    let end = std::time::Instant::now() + Duration::from_secs(30);
    loop {
        let now = call(hub, Method::GET, &path, None, None).await;
        if now.json["vacant"]["car"] == cars {
            return;
        }
        assert!(std::time::Instant::now() < end, "not {cars}: {}", now.text);
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}

#[tokio::test]
async fn an_apps_count_calls_no_zone_full_whose_sensors_or_gate_say_otherwise() {
    let dir = tempfile::tempdir().expect("a folder");
    let hub = Hub::start_in(dir.path(), &QUIET);
    let bays = hub.features("bays.geojson");
    let zone = &bays[0].zone;
    let cars: Vec<_> = bays
        .iter()
        .filter(|b| b.zone == *zone && b.kind == "car")
        .collect();
    let mark = bays.iter().find(|b| b.zone != *zone).expect("two zones");
    let lamp = key(&hub, "lamp", "sensor").await;
    let evil = key(&hub, "evil", "app").await;
    let gate = key(&hub, "gate", "gate").await;
    for bay in &cars {
        report(&hub, &lamp, "lamp-1", &bay.id, "vacant", json!({})).await;
    }
    until_vacant(&hub, zone, cars.len()).await;
    count(&hub, &evil, "evil-1", zone, 0, cars.len()).await;
    settle(&hub, &lamp, &mark.id, "closed").await;
    until_vacant(&hub, zone, cars.len()).await;
    // The gate knows better than either, and goes on doing so.
    count(&hub, &gate, "gate-1", zone, 1, cars.len()).await;
    until_vacant(&hub, zone, 1).await;
    count(&hub, &evil, "evil-1", zone, cars.len(), cars.len()).await;
    count(&hub, &lamp, "lamp-1", zone, cars.len(), cars.len()).await;
    settle(&hub, &lamp, &mark.id, "vacant").await;
    until_vacant(&hub, zone, 1).await;
    assert!(hub.stop().success());
}
