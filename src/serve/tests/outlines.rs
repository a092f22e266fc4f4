//! A zone's outline is served as it was given: parts, holes and all.

use super::Town;
use serde_json::{Value, json};

const GEO: [(&str, &str); 1] = [("accept", "application/geo+json")];

/// What is told of a zone that was put with this geometry.
async fn told(geometry: &Value) -> Value {
    let town = Town::new();
    let zone = json!({"type": "Feature", "geometry": geometry, "properties": {"id": "Z"}});
    let put = town
        .call_as("admin", "PUT", "/v1/admin/zones", zone.to_string())
        .await;
    assert_eq!(put.status.as_u16(), 200, "{put:?}");
    let page = town.get_with("/v1/zones?ids=Z", &GEO).await.json();
    let lone = town.get_with("/v1/zones/Z", &GEO).await.json();
    assert_eq!(page["features"][0]["geometry"], lone["geometry"]);
    assert_eq!(lone["properties"]["zone"], "Z");
    let plain = town.get("/v1/zones/Z").await.json();
    assert_eq!(plain["lat"], lone["properties"]["lat"]);
    lone["geometry"].clone()
}

fn ring(lon: f64, lat: f64, size: f64) -> Value {
    json!([
        [lon, lat],
        [lon + size, lat],
        [lon + size, lat + size],
        [lon, lat + size],
        [lon, lat]
    ])
}

#[tokio::test]
async fn a_given_outline_is_served_whole() {
    let outer = ring(103.25, 1.375, 0.5);
    let hole = ring(103.375, 1.5, 0.125);
    let other = ring(104.125, 1.375, 0.125);
    for geometry in [
        json!({"type": "Point", "coordinates": [103.85, 1.333]}),
        json!({"type": "Polygon", "coordinates": [outer]}),
        json!({"type": "Polygon", "coordinates": [outer, hole]}),
        json!({"type": "MultiPolygon", "coordinates": [[outer, hole], [other]]}),
    ] {
        assert_eq!(told(&geometry).await, geometry);
    }
    // One part is a polygon, whatever it was called.
    let one = json!({"type": "MultiPolygon", "coordinates": [[outer, hole]]});
    let same = json!({"type": "Polygon", "coordinates": [outer, hole]});
    assert_eq!(told(&one).await, same);
}

#[tokio::test]
async fn an_outline_in_other_coordinates_is_moved_with_its_place() {
    let town = Town::new();
    let zone = json!({"type": "Feature", "crs": "gcj02", "properties": {"id": "Z"},
        "geometry": {"type": "Polygon", "coordinates": [ring(103.25, 1.375, 0.5)]}});
    let put = town
        .call_as("admin", "PUT", "/v1/admin/zones", zone.to_string())
        .await;
    assert_eq!(put.status.as_u16(), 200, "{put:?}");
    // Singapore is not moved, but the answer says in which coordinates it is.
    let told = town.get_with("/v1/zones/Z?crs=gcj02", &GEO).await.json();
    assert_eq!(told["geometry"], zone["geometry"]);
    assert_eq!(told["crs"], "gcj02");
}
