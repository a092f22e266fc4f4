//! A driver's app, an operator and a data partner: the hub's HTTP API from outside.

use super::hub::Hub;
use reqwest::{Method, StatusCode};
use serde_json::Value;
use std::time::{Duration, Instant};

/// How long an effect may take to show before the test gives up on it. Not a promise of the hub.
const PATIENCE: Duration = Duration::from_secs(30);

/// One call: status and body, `Null` where the body is no JSON.
pub(super) async fn call(
    hub: &Hub,
    method: Method,
    path: &str,
    key: Option<&str>,
    body: Option<&Value>,
) -> Answer {
    let client = crate::web::client()
        .timeout(PATIENCE)
        .build()
        .expect("a client");
    let mut request = client.request(method, format!("{}{path}", hub.http));
    if let Some(key) = key {
        request = request.bearer_auth(key);
    }
    if let Some(body) = body {
        request = request.json(body);
    }
    let answer = request
        .send()
        .await
        .unwrap_or_else(|e| panic!("{path}: {e}\n{}", hub.log()));
    let status = answer.status();
    let text = answer.text().await.expect("a body");
    Answer {
        status,
        json: serde_json::from_str(&text).unwrap_or_default(),
        text,
    }
}

#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) json: Value,
    pub(super) text: String,
}

/// A public read that must succeed.
pub(super) async fn get(hub: &Hub, path: &str) -> Value {
    let answer = call(hub, Method::GET, path, None, None).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
    answer.json
}

pub(super) async fn status(hub: &Hub, path: &str) -> StatusCode {
    call(hub, Method::GET, path, None, None).await.status
}

/// The state of a bay, as everybody sees it.
pub(super) async fn state(hub: &Hub, bay: &str) -> String {
    let answer = get(hub, &format!("/v1/bays/{bay}")).await;
    answer["state"]
        .as_str()
        .unwrap_or_else(|| panic!("no state in {answer}"))
        .to_owned()
}

/// Vacant bays within a kilometre of a place.
pub(super) async fn nearby(hub: &Hub, lat: f64, lon: f64) -> Vec<Value> {
    let answer = get(
        hub,
        &format!("/v1/bays/nearby?lat={lat}&lon={lon}&radius_m=1000&limit=20"),
    )
    .await;
    answer["bays"]
        .as_array()
        .unwrap_or_else(|| panic!("no bays in {answer}"))
        .clone()
}

/// Waits until the bay is `wanted`: a report is acknowledged when it is durable, and seen a moment
/// later.
pub(super) async fn until_state(hub: &Hub, bay: &str, wanted: &str) {
    let end = Instant::now() + PATIENCE;
    loop {
        let now = state(hub, bay).await;
        if now == wanted {
            return;
        }
        assert!(
            Instant::now() < end,
            "{bay} is still {now}, not {wanted}\n{}",
            hub.log()
        );
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}

/// `POST /v1/reports` for one bay, by the demo's own source.
pub(super) async fn report(hub: &Hub, bay: &str, state: &str) -> Answer {
    let body = serde_json::json!({"source": hub.source(), "bays": [{"bay": bay, "state": state}]});
    call(
        hub,
        Method::POST,
        "/v1/reports",
        Some(hub.key("report")),
        Some(&body),
    )
    .await
}
