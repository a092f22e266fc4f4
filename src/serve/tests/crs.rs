//! Places as maps of mainland China have them: asked for, configured, said; and where nobody speaks
//! of it, nothing has changed.

use super::Town;
use super::open_stream::{OpenStream, StreamEvent};
use super::sharing::{later, offer};
use crate::domain::BayStatus::Vacant;
use crate::domain::{Crs, LatLon};
use crate::serve::Config;
use crate::testing;
use serde_json::{Value, json};

const SQUARE: LatLon = LatLon {
    lat: 31.2304,
    lon: 121.4737,
};

/// A zone `Z` at People's Square, Shanghai, with a vacant bay `Z-0` there.
fn shanghai(public_crs: Option<Crs>) -> Town {
    let registry = testing::town().zone("Z").at(SQUARE).bays(1).build();
    let config = Config {
        public_crs,
        ..Config::default()
    };
    let town = Town::with(config, registry, None);
    town.turns("Z-0", Vacant, Vacant);
    town
}

fn in_gcj02() -> LatLon {
    Crs::Gcj02.from_wgs84(SQUARE)
}

fn place(told: &Value) -> LatLon {
    LatLon {
        lat: told["lat"].as_f64().unwrap(),
        lon: told["lon"].as_f64().unwrap(),
    }
}

fn is_at(told: &Value, want: LatLon) {
    assert!(place(told).distance_m(want) < 0.02, "{told}");
}

#[tokio::test]
async fn the_nearest_are_the_same_in_any_coordinates() {
    let town = shanghai(None);
    let LatLon { lat, lon } = SQUARE;
    let plain = town
        .get(&format!("/v1/bays/nearby?lat={lat}&lon={lon}&radius_m=50"))
        .await
        .json();
    assert_eq!(plain.get("crs"), None);
    is_at(&plain["bays"][0], SQUARE);
    for crs in Crs::ALL {
        let LatLon { lat, lon } = crs.from_wgs84(SQUARE);
        let path = format!("/v1/bays/nearby?lat={lat}&lon={lon}&radius_m=50&crs={crs}");
        let told = town.get(&path).await.json();
        assert_eq!(told["crs"], crs.name());
        is_at(&told["bays"][0], crs.from_wgs84(SQUARE));
        let distance = &told["bays"][0]["distance_m"];
        assert_eq!(distance, &plain["bays"][0]["distance_m"]);
        let geo = town
            .get_with(&path, &[("accept", "application/geo+json")])
            .await
            .json();
        assert_eq!(geo["crs"], crs.name());
        let at = &geo["features"][0]["geometry"]["coordinates"];
        is_at(&json!({"lat": at[1], "lon": at[0]}), crs.from_wgs84(SQUARE));
    }
}

#[tokio::test]
async fn zones_bays_boxes_and_tables_are_told_in_what_is_asked_for() {
    let town = shanghai(None);
    let LatLon { lat, lon } = in_gcj02();
    for path in ["/v1/zones/Z?crs=gcj02", "/v1/bays/Z-0?crs=gcj02"] {
        let told = town.get(path).await.json();
        assert_eq!(told["crs"], "gcj02", "{path}");
        is_at(&told, in_gcj02());
        let geo = town
            .get_with(path, &[("accept", "application/geo+json")])
            .await;
        assert_eq!(geo.json()["crs"], "gcj02", "{path}");
        let csv = town.get_with(path, &[("accept", "text/csv")]).await;
        let text = String::from_utf8(csv.body).unwrap();
        let ends: Vec<_> = text
            .lines()
            .map(|l| l.rsplit(',').next().unwrap())
            .collect();
        assert_eq!(ends, ["crs", "gcj02"], "{text}");
    }
    let d = 1e-4;
    let near = format!("bbox={},{},{},{}", lon - d, lat - d, lon + d, lat + d);
    for (crs, found) in [("&crs=gcj02", 1), ("&crs=bd09", 0), ("", 0)] {
        let told = town.get(&format!("/v1/zones?{near}{crs}")).await.json();
        assert_eq!(told["zones"].as_array().unwrap().len(), found, "{crs}");
    }
    let mut stream = OpenStream::open(&town, &format!("?{near}&crs=gcj02"), None).await;
    loop {
        match stream.next().await {
            StreamEvent::Event { name, data, .. } if name == "zone" => {
                assert_eq!(data["crs"], "gcj02");
                break is_at(&data, in_gcj02());
            }
            StreamEvent::End => panic!("no zone"),
            _ => {}
        }
    }
    // And another at the same time gets its own.
    let mut plain = OpenStream::open(&town, "?zones=Z", None).await;
    loop {
        if let StreamEvent::Event { name, data, .. } = plain.next().await
            && name == "zone"
        {
            assert_eq!(data.get("crs"), None);
            break is_at(&data, SQUARE);
        }
    }
}

#[tokio::test]
async fn what_is_configured_is_what_leaves_unless_another_is_asked_for() {
    let town = shanghai(Some(Crs::Gcj02));
    let told = town.get("/v1/zones/Z").await.json();
    assert_eq!(told["crs"], "gcj02");
    is_at(&told, in_gcj02());
    let told = town.get("/v1/zones/Z?crs=wgs84").await.json();
    assert_eq!(told["crs"], "wgs84");
    is_at(&told, SQUARE);
    let LatLon { lat, lon } = in_gcj02();
    let path = format!("/v1/bays/nearby?lat={lat}&lon={lon}&radius_m=50");
    let told = town.get(&path).await.json();
    is_at(&told["bays"][0], in_gcj02());
}

#[tokio::test]
async fn elsewhere_places_stay_and_the_answer_still_says_in_which_coordinates() {
    let town = Town::new();
    let plain = town.get("/v1/zones/TPY12").await.json();
    let mut told = town.get("/v1/zones/TPY12?crs=gcj02").await.json();
    let said = told.as_object_mut().unwrap().remove("crs");
    assert_eq!((said, told), (Some(json!("gcj02")), plain));
}

#[tokio::test]
async fn unknown_coordinates_are_refused_and_the_known_ones_named() {
    let town = Town::new();
    for path in [
        "/v1/bays/nearby?lat=1&lon=1&",
        "/v1/bays/TPY12-001?",
        "/v1/zones?",
        "/v1/zones/TPY12?",
        "/v1/stream?",
    ] {
        for bad in ["GCJ-02", "epsg:4326", "wgs84,gcj02"] {
            let said = town.get(&format!("{path}crs={bad}")).await;
            let said = said.problem("bad-parameter");
            assert_eq!(said["field"], "crs", "{path}");
            assert!(
                said["detail"]
                    .as_str()
                    .unwrap()
                    .contains("wgs84, gcj02, bd09")
            );
        }
    }
    let said = town
        .call_as("book", "POST", "/v1/requests?crs=x", "{}")
        .await;
    assert_eq!(said.problem("bad-parameter")["field"], "crs");
}

#[tokio::test]
async fn a_request_names_its_place_in_them_and_the_reservation_is_told_in_them() {
    let town = shanghai(None);
    let owner = json!({"partner": "lta"}).to_string();
    let put = town
        .call_as("admin", "PUT", "/v1/admin/bays/Z-0/owner", owner)
        .await;
    assert_eq!(put.status.as_u16(), 200);
    let made = town
        .call_as("share", "POST", "/v1/offers", offer("Z-0").to_string())
        .await;
    assert_eq!(made.status.as_u16(), 201);
    let LatLon { lat, lon } = in_gcj02();
    let wish = json!({
        "lat": lat, "lon": lon, "start": later(60), "end": later(120), "max_walk_m": 100
    });
    let ask = async |query: &str| {
        let path = format!("/v1/requests{query}");
        town.call_as("book", "POST", &path, wish.to_string()).await
    };
    ask("").await.problem("no-match");
    let held = ask("?crs=gcj02").await.json();
    assert_eq!(
        (&held["crs"], &held["bay"]),
        (&json!("gcj02"), &json!("Z-0"))
    );
    assert!(held["walk_m"].as_u64().unwrap() < 5, "{held}");
    is_at(&held, in_gcj02());
    let path = format!("/v1/reservations/{}", held["id"].as_str().unwrap());
    let plain = town.call_as("book", "GET", &path, "").await.json();
    assert_eq!(plain.get("crs"), None);
    is_at(&plain, SQUARE);
    let confirm = format!("{path}/confirm?crs=bd09");
    let told = town.call_as("book", "POST", &confirm, "").await.json();
    is_at(&told, Crs::Bd09.from_wgs84(SQUARE));
}
