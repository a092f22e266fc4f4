//! What a fresh demo says and answers: the ready line, a city with life in it, and the cities that
//! have none.

use super::http::{call, get, nearby, status};
use super::hub::Hub;
use reqwest::Method;
use std::collections::BTreeSet;

/// Toa Payoh: every generated city has bays there.
const TOA_PAYOH: (f64, f64) = (1.3343, 103.8563);

#[tokio::test]
async fn the_ready_line_names_urls_data_source_and_a_key_for_each_scope() {
    let hub = Hub::start(&["--bays", "100", "--no-sim"]);
    assert!(
        hub.http.starts_with("http://127.0.0.1:") && !hub.http.ends_with(":0"),
        "{}",
        hub.http
    );
    assert_ne!(hub.mqtt.port(), 0);
    assert!(hub.data().join("registry/zones.geojson").is_file());
    assert_eq!(hub.features("bays.geojson").len(), 100);
    assert_eq!(hub.source(), "demo-app");
    let scopes = ["report", "share", "book", "monitor", "admin"];
    let keys: BTreeSet<&str> = scopes.iter().map(|scope| hub.key(scope)).collect();
    assert_eq!(keys.len(), scopes.len(), "each scope has a key of its own");
    // 256 random bits take 43 characters of base64.
    assert!(
        keys.iter().all(|k| k.starts_with("bh_") && k.len() >= 46),
        "{keys:?}"
    );
}

#[tokio::test]
async fn a_ready_hub_is_alive_ready_and_counts() {
    let hub = Hub::start(&["--bays", "100", "--no-sim"]);
    assert_eq!(status(&hub, "/livez").await, 200);
    assert_eq!(status(&hub, "/readyz").await, 200);
    let metrics = call(&hub, Method::GET, "/metrics", None, None).await;
    assert!(
        metrics.text.contains("\nbayhub_bays 100\n"),
        "{}",
        metrics.text
    );
    assert!(
        get(&hub, "/v1/openapi.json").await["openapi"]
            .as_str()
            .is_some_and(|v| v.starts_with("3.1"))
    );
}

#[tokio::test]
async fn the_first_query_in_a_simulated_city_finds_vacant_bays() {
    let hub = Hub::start(&["--bays", "2000"]);
    let bays = nearby(&hub, TOA_PAYOH.0, TOA_PAYOH.1).await;
    assert!(
        !bays.is_empty(),
        "no vacant bay within 1 km of Toa Payoh\n{}",
        hub.log()
    );
    let distances: Vec<f64> = bays
        .iter()
        .map(|b| b["distance_m"].as_f64().expect("a distance"))
        .collect();
    assert!(
        distances.is_sorted() && distances.iter().all(|d| *d <= 1000.0),
        "{distances:?}"
    );
    for bay in &bays {
        assert_eq!(bay["state"], "vacant", "{bay}");
        assert!(
            bay["observed_at"]
                .as_str()
                .is_some_and(|t| t.len() == 24 && t.ends_with('Z')),
            "{bay}"
        );
    }
}

#[tokio::test]
async fn without_simulated_traffic_nothing_is_known_and_nothing_is_called_vacant() {
    let hub = Hub::start(&["--bays", "300", "--no-sim"]);
    let answer = get(&hub, "/v1/zones?bbox=103.5,1.1,104.2,1.6&limit=500").await;
    let zones = answer["zones"].as_array().expect("zones");
    assert_eq!(zones.len(), hub.features("zones.geojson").len());
    for zone in zones {
        assert_eq!(zone["stale"], true, "{zone}");
        let vacant = zone["vacant"].as_object().expect("counts by kind");
        assert!(vacant.values().all(|n| n == 0), "{zone}");
        assert_eq!(zone["occupied"], 0, "{zone}");
    }
    let unknown: u64 = zones
        .iter()
        .map(|z| z["unknown"].as_u64().expect("a count"))
        .sum();
    assert!(unknown >= 300, "every bay counts as unknown: {unknown}");
    let bay = hub.some_bay();
    assert_eq!(super::http::state(&hub, &bay.id).await, "unknown");
    assert!(nearby(&hub, bay.lat, bay.lon).await.is_empty());
}

#[tokio::test]
async fn an_empty_city_is_ready_and_answers_with_empty_lists() {
    let hub = Hub::start(&["--bays", "0"]);
    assert_eq!(status(&hub, "/readyz").await, 200);
    assert!(nearby(&hub, TOA_PAYOH.0, TOA_PAYOH.1).await.is_empty());
    let answer = get(&hub, "/v1/zones?bbox=103.5,1.1,104.2,1.6").await;
    assert!(answer["zones"].as_array().expect("zones").is_empty());
    assert_eq!(status(&hub, "/v1/bays/nobody-knows-me").await, 404);
}
