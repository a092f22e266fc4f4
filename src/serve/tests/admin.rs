//! Changing the registry at run time: all or nothing, told of, and never beyond the live view's
//! room.

use super::Town;
use serde_json::{Value, json};
use std::sync::atomic::Ordering;

fn bay(id: &str, zone: &str) -> Value {
    json!({"type": "Feature", "geometry": {"type": "Point", "coordinates": [103.8475, 1.3328]},
        "properties": {"id": id, "zone": zone, "kind": "car", "accessible": true}})
}

fn zone(id: &str) -> Value {
    json!({"type": "Feature", "geometry": {"type": "Point", "coordinates": [103.85, 1.333]},
        "properties": {"id": id, "name": id, "kind": "off_street", "operator": "x", "capacity": 5}})
}

fn all(features: &[Value]) -> String {
    json!({"type": "FeatureCollection", "features": features}).to_string()
}

#[tokio::test]
async fn what_is_put_is_there_and_what_is_deleted_is_gone() {
    let town = Town::new();
    let put = town
        .call_as("admin", "PUT", "/v1/admin/zones", zone("NEW").to_string())
        .await;
    assert_eq!(
        (put.status.as_u16(), put.json()),
        (200, json!({"zones": 1}))
    );
    let put = town
        .call_as(
            "admin",
            "PUT",
            "/v1/admin/bays",
            all(&[bay("N1", "NEW"), bay("N2", "NEW")]),
        )
        .await;
    assert_eq!((put.status.as_u16(), put.json()), (200, json!({"bays": 2})));
    assert_eq!(town.get("/v1/bays/N1").await.json()["accessible"], true);
    assert_eq!(town.get("/v1/zones/NEW").await.json()["name"], "NEW");
    assert_eq!(
        town.changes.load(Ordering::Relaxed),
        2,
        "each change is told of"
    );

    let full = town
        .call_as("admin", "DELETE", "/v1/admin/zones/NEW", "")
        .await
        .problem("conflict");
    assert!(
        full["detail"].as_str().unwrap().contains("2 bays"),
        "{full}"
    );
    for path in [
        "/v1/admin/bays/N1",
        "/v1/admin/bays/N2",
        "/v1/admin/zones/NEW",
    ] {
        assert_eq!(
            town.call_as("admin", "DELETE", path, "")
                .await
                .status
                .as_u16(),
            204,
            "{path}"
        );
        town.call_as("admin", "DELETE", path, "")
            .await
            .problem("not-found");
    }
    town.get("/v1/bays/N1").await.problem("not-found");
    assert_eq!(
        town.changes.load(Ordering::Relaxed),
        5,
        "what changed nothing is not told of"
    );
}

#[tokio::test]
async fn faults_are_listed_and_nothing_is_changed() {
    let town = Town::new();
    let two_faults = all(&[
        bay("OK", "TPY12"),
        bay("B1", "NOWHERE"),
        bay("B2", "NOWHERE"),
    ]);
    let said = town
        .call_as("admin", "PUT", "/v1/admin/bays", two_faults)
        .await
        .problem("contradiction");
    let errors = said["errors"].as_array().unwrap();
    assert!(
        errors.iter().any(|e| e.as_str().unwrap().contains("B1")),
        "{said}"
    );
    assert!(
        errors.iter().any(|e| e.as_str().unwrap().contains("B2")),
        "{said}"
    );
    town.get("/v1/bays/OK").await.problem("not-found");
    town.call_as("admin", "PUT", "/v1/admin/bays", "{\"type\":")
        .await
        .problem("malformed");
    town.call_as("admin", "PUT", "/v1/admin/zones", "[]")
        .await
        .problem("contradiction");
    assert_eq!(town.changes.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn more_than_the_live_view_has_room_for_is_refused() {
    let town = Town::new();
    let many: Vec<Value> = (0..4).map(|n| bay(&format!("N{n}"), "TPY12")).collect();
    town.call_as("admin", "PUT", "/v1/admin/bays", all(&many))
        .await
        .problem("registry-full");
    town.get("/v1/bays/N0").await.problem("not-found");
    let put = town
        .call_as("admin", "PUT", "/v1/admin/bays", all(&many[..3]))
        .await;
    assert_eq!(put.status.as_u16(), 200, "three fit");
    let again = town
        .call_as("admin", "PUT", "/v1/admin/bays", all(&many[..3]))
        .await;
    assert_eq!(
        again.status.as_u16(),
        200,
        "those that stay take no more room"
    );
    let zones = all(&[zone("A"), zone("B")]);
    town.call_as("admin", "PUT", "/v1/admin/zones", zones)
        .await
        .problem("registry-full");
}
