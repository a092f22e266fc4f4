//! Orders of the authority with the demo's key: a street is closed with one call, every answer says so at
//! once, and a kill forgets nothing.

use super::http::{call, report, state, until_state};
use super::hub::Hub;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

const QUIET: [&str; 3] = ["--bays", "200", "--no-sim"];

async fn order(hub: &Hub, path: &str, body: &Value) -> (u16, Value) {
    let key = hub.ready["keys"]["order"].as_str().expect("a demo key");
    let answer = call(hub, Method::POST, path, Some(key), Some(body)).await;
    (answer.status.as_u16(), answer.json)
}

async fn get(hub: &Hub, path: &str) -> Value {
    call(hub, Method::GET, path, None, None).await.json
}

#[tokio::test]
async fn a_street_is_closed_with_one_call_and_a_kill_opens_nothing() {
    let dir = tempfile::tempdir().expect("a folder");
    let hub = Hub::start_in(dir.path(), &QUIET);
    let bay = hub.some_bay();
    assert_eq!(
        report(&hub, &bay.id, "vacant").await.status,
        StatusCode::ACCEPTED
    );
    until_state(&hub, &bay.id, "vacant").await;
    let near = format!(
        "/v1/bays/nearby?lat={}&lon={}&limit=5&include=bays",
        bay.lat, bay.lon
    );
    let finds = |near: &Value| near.to_string().contains(&format!("\"{}\"", bay.id));
    assert!(finds(&get(&hub, &near).await));
    let street =
        json!({"kind": "closure", "target": {"zones": [bay.zone]}, "reason": "burst main"});
    let (status, made) = order(&hub, "/v1/orders", &street).await;
    assert_eq!(status, 201, "{made}");
    // Killed in the moment of its answer: nothing is left to save it but the disk.
    hub.kill();

    let hub = Hub::start_in(dir.path(), &QUIET);
    until_state(&hub, &bay.id, "closed").await;
    let seen = get(&hub, &format!("/v1/bays/{}", bay.id)).await;
    assert_eq!(
        (&seen["why"], &seen["order"]),
        (&json!("order"), &made["id"]),
        "{seen}"
    );
    assert!(!finds(&get(&hub, &near).await));
    let zone = get(&hub, &format!("/v1/zones/{}", bay.zone)).await;
    assert_eq!(
        (&zone["closed"], &zone["order"]),
        (&zone["capacity"], &made["id"]),
        "{zone}"
    );
    // What is reported meanwhile is taken, and shown when the order ends.
    assert_eq!(
        report(&hub, &bay.id, "occupied").await.status,
        StatusCode::ACCEPTED
    );
    let end = format!("/v1/orders/{}/end", made["id"].as_str().expect("an id"));
    let (status, ended) = order(&hub, &end, &json!({})).await;
    assert_eq!((status, &ended["state"]), (200, &json!("ended")), "{ended}");
    until_state(&hub, &bay.id, "occupied").await;
    hub.kill();
    let hub = Hub::start_in(dir.path(), &QUIET);
    assert_ne!(state(&hub, &bay.id).await, "closed");
    let kept = get(
        &hub,
        &format!("/v1/orders/{}", made["id"].as_str().expect("an id")),
    )
    .await;
    assert_eq!(
        (&kept["state"], &kept["reason"]["en"]),
        (&json!("ended"), &json!("burst main"))
    );
}
