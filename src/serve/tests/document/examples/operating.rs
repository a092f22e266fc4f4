//! What operators do: keys, partners, the registry, devices, what was refused and lost.

use super::{Call, Shown};
use serde_json::{Value, json};

pub(super) async fn show(shown: &mut Shown) {
    registry(shown).await;
    keys(shown).await;
    ask(
        shown,
        "get /v1/quarantine",
        "/v1/quarantine?limit=2",
        Value::Null,
    )
    .await;
    ask(
        shown,
        "get /v1/admin/losses",
        "/v1/admin/losses",
        Value::Null,
    )
    .await;
    faults(shown).await;
    let path = "/v1/admin/audit?limit=2";
    ask(shown, "get /v1/admin/audit", path, Value::Null).await;
    let path = "/v1/admin/losses/4f2a90c1/ack";
    ask(shown, "post /v1/admin/losses/{loss}/ack", path, Value::Null).await;
}

async fn ask(shown: &mut Shown, of: &str, path: &str, body: Value) -> Value {
    shown.show(Call::new(of, "admin", path).with(body)).await
}

fn collection(place: [f64; 2], properties: Value) -> Value {
    let mut feature =
        json!({"type": "Feature", "geometry": {"type": "Point", "coordinates": place}});
    feature["properties"] = properties;
    json!({"type": "FeatureCollection", "features": [feature]})
}

async fn registry(shown: &mut Shown) {
    let zone = json!({"id": "NEW", "name": "New Street", "kind": "off_street", "operator": "x", "capacity": 5});
    let zone = collection([103.85, 1.333], zone);
    ask(shown, "put /v1/admin/zones", "/v1/admin/zones", zone).await;
    let bay = json!({"id": "NEW-1", "zone": "NEW", "kind": "car", "accessible": true});
    let bay = collection([103.8501, 1.3331], bay);
    ask(shown, "put /v1/admin/bays", "/v1/admin/bays", bay).await;
    let device = json!([{"device": "0102030405060708", "bay": "NEW-1", "model": "bosch-tps110"}]);
    ask(shown, "put /v1/admin/devices", "/v1/admin/devices", device).await;
    for (of, path) in [
        ("get /v1/admin/zones", "/v1/admin/zones?limit=2"),
        ("get /v1/admin/bays", "/v1/admin/bays?zone=NEW&limit=2"),
        ("get /v1/admin/devices", "/v1/admin/devices?limit=2"),
        (
            "get /v1/admin/devices/{device}",
            "/v1/admin/devices/0102030405060708",
        ),
        (
            "delete /v1/admin/devices/{device}",
            "/v1/admin/devices/0102030405060708",
        ),
        ("delete /v1/admin/bays/{bay}", "/v1/admin/bays/NEW-1"),
        ("delete /v1/admin/zones/{zone}", "/v1/admin/zones/NEW"),
    ] {
        ask(shown, of, path, Value::Null).await;
    }
}

/// With a bay where another is.
async fn faults(shown: &mut Shown) {
    let bay = json!({"id": "TPY12-900", "zone": "TPY12", "kind": "car"});
    let bay = collection([103.8474, 1.3327], bay).to_string();
    let put = shown.town.call_as("admin", "PUT", "/v1/admin/bays", bay);
    let put = put.await;
    assert!(put.status.is_success(), "{put:?}");
    let path = "/v1/admin/registry/faults?limit=2";
    ask(shown, "get /v1/admin/registry/faults", path, Value::Null).await;
    let path = "/v1/admin/bays/TPY12-900";
    shown.town.call_as("admin", "DELETE", path, "").await;
}

async fn keys(shown: &mut Shown) {
    let partner = json!({"name": "curb-sense"});
    ask(
        shown,
        "post /v1/admin/partners",
        "/v1/admin/partners",
        partner,
    )
    .await;
    ask(
        shown,
        "get /v1/admin/partners",
        "/v1/admin/partners?limit=2",
        Value::Null,
    )
    .await;
    let key = json!({
        "name": "curb-sense-reports", "partner": "curb-sense", "scopes": ["report"], "sources": ["curb-*"],
        "source_kind": "app", "area": {"zones": ["TPY*"]}, "expires_at": "2027-11-23T00:00:00Z",
    });
    let made = ask(shown, "post /v1/admin/keys", "/v1/admin/keys", key).await;
    let path = "/v1/admin/keys?partner=curb-sense&limit=2";
    ask(shown, "get /v1/admin/keys", path, Value::Null).await;
    let path = format!("/v1/admin/keys/{}", made["id"].as_str().unwrap());
    let change = json!({"standing": "trusted"});
    ask(shown, "patch /v1/admin/keys/{key}", &path, change).await;
    ask(shown, "delete /v1/admin/keys/{key}", &path, Value::Null).await;
}
