//! Whatever a city calls its zones and bays, callers may call them so; answers tell ids.

use super::Town;
use super::open_stream::{OpenStream, StreamEvent};
use super::sharing::{market, offer, post_offer};
use serde_json::{Value, json};

fn feature(properties: &Value) -> String {
    json!({"type": "Feature", "properties": properties,
        "geometry": {"type": "Point", "coordinates": [103.8475, 1.3328]}})
    .to_string()
}

async fn put(town: &Town, path: &str, properties: Value) {
    let done = town
        .call_as("admin", "PUT", path, feature(&properties))
        .await;
    assert_eq!(done.status.as_u16(), 200, "{done:?}");
}

/// With a zone `P-12-Nord` and its bay `A-7`.
async fn town() -> Town {
    let town = Town::new();
    let zone = json!({"id": "P 12 (Nord)", "aliases": ["Süd/7"]});
    put(&town, "/v1/admin/zones", zone).await;
    let bay = json!({"id": "A/7", "zone": "Süd/7", "aliases": "Platz 7"});
    put(&town, "/v1/admin/bays", bay).await;
    town
}

#[tokio::test]
async fn reads_take_any_name_and_answer_with_the_id() {
    let town = town().await;
    for path in [
        "/v1/zones/P-12-Nord",
        "/v1/zones/P%2012%20(Nord)",
        "/v1/zones/S%C3%BCd%2F7",
    ] {
        let told = town.get(path).await.json();
        assert_eq!(told["zone"], "P-12-Nord", "{path}");
        assert_eq!(told["name"], "P 12 (Nord)", "{path}");
    }
    for path in ["/v1/bays/A-7", "/v1/bays/A%2F7", "/v1/bays/Platz%207"] {
        let told = town.get(path).await.json();
        assert_eq!(
            (&told["bay"], &told["zone"]),
            (&json!("A-7"), &json!("P-12-Nord"))
        );
    }
    let told = town
        .get("/v1/zones?ids=S%C3%BCd/7,P-12-Nord,P+12+(Nord),Nord,TPY12")
        .await
        .json();
    let ids: Vec<_> = told["zones"]
        .as_array()
        .unwrap()
        .iter()
        .map(|z| &z["zone"])
        .collect();
    assert_eq!(ids, ["P-12-Nord", "TPY12"], "each once");
    assert_eq!(told["unknown"], json!(["Nord"]));
    let mut stream = OpenStream::open(&town, "?zones=P+12+(Nord)", None).await;
    loop {
        match stream.next().await {
            StreamEvent::Event { name, data, .. } if name == "zone" => {
                break assert_eq!(data["zone"], "P-12-Nord");
            }
            StreamEvent::End => panic!("no zone"),
            _ => {}
        }
    }
}

#[tokio::test]
async fn administrators_remove_by_any_name() {
    let town = town().await;
    for path in [
        "/v1/admin/bays/Platz%207",
        "/v1/admin/zones/P%2012%20(Nord)",
    ] {
        let done = town.call_as("admin", "DELETE", path, "").await;
        assert_eq!(done.status.as_u16(), 204, "{path}");
        let again = town.call_as("admin", "DELETE", path, "").await;
        again.problem("not-found");
    }
    town.get("/v1/zones/P-12-Nord").await.problem("not-found");
}

#[tokio::test]
async fn a_bay_is_owned_and_offered_under_its_id() {
    let town = market().await;
    let bay = json!({"id": "P1", "zone": "TPY12", "aliases": ["Stellplatz 1"]});
    put(&town, "/v1/admin/bays", bay).await;
    let owner = json!({"partner": "lta"}).to_string();
    let told = town
        .call_as("admin", "PUT", "/v1/admin/bays/Stellplatz%201/owner", owner)
        .await
        .json();
    assert_eq!(told["bay"], "P1");
    let made = post_offer(&town, &offer("Stellplatz 1")).await;
    assert_eq!(
        (made.status.as_u16(), &made.json()["bay"]),
        (201, &json!("P1"))
    );
    // The same bay, by whatever name.
    post_offer(&town, &offer("P1")).await.problem("conflict");
}
