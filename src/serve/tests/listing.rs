//! What the registry holds is listed as it can be put back.

use super::Town;
use serde_json::{Value, json};

async fn list(town: &Town, path: &str) -> Value {
    let told = town.call_as("admin", "GET", path, "").await;
    assert_eq!(told.status.as_u16(), 200, "{told:?}");
    assert_eq!(told.header("content-type"), "application/geo+json");
    told.json()
}

/// All features of a walk in pages of that many, with a filter.
async fn walk(town: &Town, path: &str, limit: usize) -> Vec<Value> {
    let mut all = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = list(town, &format!("{path}limit={limit}{cursor}")).await;
        let features = page["features"].as_array().unwrap();
        assert!(features.len() <= limit);
        all.extend(features.iter().cloned());
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

fn ids(features: &[Value]) -> Vec<&str> {
    let id = |f: &'_ Value| f["properties"]["id"].as_str().map(str::len);
    assert!(features.iter().all(|f| id(f).is_some()));
    features
        .iter()
        .map(|f| f["properties"]["id"].as_str().unwrap())
        .collect()
}

fn collected(features: &[Value]) -> String {
    json!({"type": "FeatureCollection", "features": features}).to_string()
}

#[tokio::test]
async fn what_was_read_can_be_put_back_and_changes_nothing() {
    let town = Town::new();
    let ring = json!([
        [103.84, 1.33],
        [103.85, 1.33],
        [103.85, 1.3401],
        [103.84, 1.33]
    ]);
    let zone = json!({"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": {"id": "P 12 (Nord)", "aliases": "Süd", "name": "Nord \"12\"", "kind": "on_street",
            "operator": "x", "capacity": 7, "capacity_by_kind": {"car": 5, "motorcycle": 2},
            "price_cents_per_hour": 0, "max_height_cm": 210, "stale_after_s": 60}});
    let put = town
        .call_as("admin", "PUT", "/v1/admin/zones", zone.to_string())
        .await;
    assert_eq!(put.status.as_u16(), 200, "{put:?}");
    let bay = json!({"type": "Feature", "geometry": {"type": "Point", "coordinates": [103.847_123_4, 1.3321]},
        "properties": {"id": "n1", "zone": "Süd", "aliases": ["1", "Platz 1"], "kind": "motorcycle",
            "accessible": true, "ev_charging": false, "max_stay_min": 60, "price_cents_per_hour": 120}});
    let put = town
        .call_as("admin", "PUT", "/v1/admin/bays", bay.to_string())
        .await;
    assert_eq!(put.status.as_u16(), 200, "{put:?}");

    let zones = walk(&town, "/v1/admin/zones?", 2).await;
    let nord = zones.last().unwrap();
    assert_eq!(nord["geometry"], zone["geometry"]);
    let mut want = zone["properties"].clone();
    want["id"] = json!("P-12-Nord");
    want["aliases"] = json!(["P 12 (Nord)", "Süd"]);
    assert_eq!(nord["properties"], want);
    let bays = walk(&town, "/v1/admin/bays?", 3).await;
    let n1 = bays.last().unwrap();
    assert_eq!(n1["geometry"], bay["geometry"]);
    let mut want = bay["properties"].clone();
    want["zone"] = json!("P-12-Nord");
    assert_eq!(n1["properties"], want);

    let before = town.registry.city().clone();
    for (path, all) in [("/v1/admin/zones", &zones), ("/v1/admin/bays", &bays)] {
        let put = town.call_as("admin", "PUT", path, collected(all)).await;
        assert_eq!(put.status.as_u16(), 200, "{put:?}");
    }
    let after = town.registry.city();
    assert!(
        std::sync::Arc::ptr_eq(&before, &after),
        "nothing has changed"
    );
}

#[tokio::test]
async fn pages_and_filters_leave_nothing_out() {
    let town = Town::new();
    let all = walk(&town, "/v1/admin/bays?", 1_000).await;
    assert_eq!(all.len() as u32, town.registry.city().live_bays());
    for limit in [1, 2, 3] {
        assert_eq!(walk(&town, "/v1/admin/bays?", limit).await, all);
    }
    let of_zone: Vec<Value> = all
        .iter()
        .filter(|f| f["properties"]["zone"] == "TPY12")
        .cloned()
        .collect();
    assert_eq!(walk(&town, "/v1/admin/bays?zone=TPY12&", 2).await, of_zone);
    let within = walk(&town, "/v1/admin/bays?bbox=103.84,1.33,103.85,1.3332&", 9).await;
    assert_eq!(ids(&within), ["TPY12-001"]);
    assert!(
        walk(&town, "/v1/admin/zones?bbox=0,0,1,1&", 9)
            .await
            .is_empty()
    );
    let gone = town
        .call_as("admin", "DELETE", "/v1/admin/bays/TPY12-001", "")
        .await;
    assert_eq!(gone.status.as_u16(), 204);
    assert_eq!(walk(&town, "/v1/admin/bays?", 2).await.len(), all.len() - 1);
}

#[tokio::test]
async fn only_administrators_are_told_and_nonsense_is_refused() {
    let town = Town::new();
    for path in ["/v1/admin/zones", "/v1/admin/bays"] {
        assert_eq!(town.get(path).await.status.as_u16(), 401, "{path}");
        let other = town.call_as("monitor", "GET", path, "").await;
        assert_eq!(other.status.as_u16(), 403, "{path}");
        for bad in ["limit=0", "limit=10001", "cursor=x", "bbox=1", "kind=car"] {
            let said = town
                .call_as("admin", "GET", &format!("{path}?{bad}"), "")
                .await;
            said.problem("bad-parameter");
        }
    }
    let said = town
        .call_as("admin", "GET", "/v1/admin/bays?zone=nowhere", "")
        .await;
    said.problem("not-found");
}
