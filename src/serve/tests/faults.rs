//! What is wrong with the registry is told to administrators, as it is now.

use super::Town;
use serde_json::{Value, json};

async fn faults(town: &Town, query: &str) -> Value {
    let path = format!("/v1/admin/registry/faults{query}");
    let told = town.call_as("admin", "GET", &path, "").await;
    assert_eq!(told.status.as_u16(), 200, "{told:?}");
    told.json()
}

fn count(told: &Value, kind: &str) -> Value {
    let counts = told["counts"].as_array().unwrap();
    counts.iter().find(|c| c["kind"] == kind).unwrap()["count"].clone()
}

fn bay(id: &str) -> String {
    json!({
        "type": "FeatureCollection",
        "features": [{
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [103.95, 1.32]},
            "properties": {"id": id, "zone": "EAST", "kind": "car"},
        }],
    })
    .to_string()
}

#[tokio::test]
async fn a_fault_is_told_from_the_change_that_makes_it_to_the_one_that_mends_it() {
    let town = Town::new();
    let told = faults(&town, "").await;
    assert_eq!(told["faults"], json!([]), "{told}");
    assert_eq!(told["counts"].as_array().unwrap().len(), 9);
    // Where EAST-1 is.
    let put = town.call_as("admin", "PUT", "/v1/admin/bays", bay("EAST-2"));
    assert!(put.await.status.is_success());
    let told = faults(&town, "").await;
    assert_eq!(count(&told, "same_place"), 1);
    let fault = json!({
        "kind": "same_place", "zone": "EAST", "bay": "EAST-1", "lat": 1.32, "lon": 103.95,
        "message": "2 bays lie at this place: EAST-1, EAST-2",
    });
    assert_eq!(told["faults"], json!([fault]));
    let others = faults(&town, "?kind=far_bay").await;
    assert_eq!(others["faults"], json!([]));
    assert_eq!(count(&others, "same_place"), 1, "counts are of all kinds");
    let gone = town.call_as("admin", "DELETE", "/v1/admin/bays/EAST-2", "");
    assert!(gone.await.status.is_success());
    assert_eq!(faults(&town, "").await["faults"], json!([]));
}

#[tokio::test]
async fn odd_questions_and_other_keys_are_refused() {
    let town = Town::new();
    for query in ["kind=odd", "limit=0", "limit=1001", "zone=EAST"] {
        let path = format!("/v1/admin/registry/faults?{query}");
        let told = town.call_as("admin", "GET", &path, "").await;
        told.problem("bad-parameter");
    }
    for scope in ["monitor", "report"] {
        let path = "/v1/admin/registry/faults";
        town.call_as(scope, "GET", path, "")
            .await
            .problem("forbidden");
    }
}
