//! Shared bays with the demo's keys: what a reader of `docs/sharing.md` types, and what a kill
//! leaves behind.

use super::http;
use super::hub::Hub;
use bayhub::clock::SystemClock;
use bayhub::domain::Clock as _;
use reqwest::Method;
use serde_json::{Value, json};

fn in_hours(hours: u64) -> String {
    SystemClock.now().plus(hours * 3_600_000).to_string()
}

async fn call(
    hub: &Hub,
    key: &str,
    method: Method,
    path: &str,
    body: Option<Value>,
) -> (u16, Value) {
    let key = hub.ready["keys"][key].as_str().expect("a demo key");
    let answer = http::call(hub, method, path, Some(key), body.as_ref()).await;
    (answer.status.as_u16(), answer.json)
}

/// A bay of the demo's, and where it is.
pub(super) fn own_bay(hub: &Hub) -> (String, f64, f64) {
    let zones = hub.features("zones.geojson");
    let bays = hub.features("bays.geojson");
    let own = |zone: &str| zones.iter().any(|z| z.id == zone && z.operator == "demo");
    let bay = bays
        .iter()
        .find(|b| own(&b.zone) && b.kind == "car")
        .expect("the demo has private bays");
    (bay.id.clone(), bay.lat, bay.lon)
}

#[tokio::test]
async fn a_reader_of_the_readme_shares_a_bay_and_a_kill_forgets_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let hub = Hub::start_in(dir.path(), &["--bays", "2000", "--no-sim"]);
    let (bay, lat, lon) = own_bay(&hub);
    let offer = json!({"bay": bay, "price_cents_per_hour": 250, "time_zone": "Asia/Singapore",
        "windows": [{"start": in_hours(0), "end": in_hours(48)}]});
    let (status, offer) = call(&hub, "share", Method::POST, "/v1/offers", Some(offer)).await;
    assert_eq!(status, 201, "{offer}");
    let wish =
        json!({"lat": lat, "lon": lon, "start": in_hours(3), "end": in_hours(5), "max_walk_m": 50});
    let (status, held) = call(
        &hub,
        "book",
        Method::POST,
        "/v1/requests",
        Some(wish.clone()),
    )
    .await;
    assert_eq!(
        (status, &held["bay"], &held["price_cents"]),
        (201, &json!(bay), &json!(500)),
        "{held}"
    );
    let path = format!("/v1/reservations/{}", held["id"].as_str().unwrap());
    let (status, _) = call(&hub, "book", Method::POST, &format!("{path}/confirm"), None).await;
    assert_eq!(status, 200);
    hub.kill();

    let hub = Hub::start_in(dir.path(), &["--no-sim"]);
    let (_, still) = call(&hub, "book", Method::GET, &path, None).await;
    assert_eq!(still["state"], "confirmed");
    let (status, full) = call(&hub, "book", Method::POST, "/v1/requests", Some(wish)).await;
    assert_eq!((status, &full["reason"]), (409, &json!("full")));
    let (_, offers) = call(&hub, "share", Method::GET, "/v1/offers", None).await;
    assert_eq!(offers["offers"], json!([offer]));
}
