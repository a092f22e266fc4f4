//! Nearest vacant bays: the shape of the answer, each filter, and every impossible question.

use super::{NOW, Town};
use crate::domain::BayStatus::{Closed, Occupied, Unknown, Vacant};
use serde_json::{Value, json};

const HERE: &str = "/v1/bays/nearby?lat=1.3327&lon=103.8474";

fn all_vacant() -> Town {
    let town = Town::new();
    for n in 1..=4 {
        town.turns(&format!("TPY12-00{n}"), Vacant, Vacant);
    }
    town
}

fn ids(answer: &Value) -> Vec<&str> {
    answer["bays"]
        .as_array()
        .unwrap()
        .iter()
        .map(|b| b["bay"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn the_answer_has_every_member_of_the_contract() {
    let town = all_vacant();
    let answer = town.get(&format!("{HERE}&limit=2")).await;
    assert_eq!(answer.header("content-type"), "application/json");
    let bay = |id: &str, lat: f64, metres: f64, accessible: bool, height: Value, stay: Value| {
        json!({
            "bay": id, "zone": "TPY12", "lat": lat, "lon": 103.8474, "distance_m": metres, "state": "vacant",
            "p_vacant": 0.969, "p_vacant_on_arrival": 0.969, "observed_at": "2026-11-23T01:59:00.123Z",
            "source_kind": "sensor", "kind": "car", "accessible": accessible, "ev_charging": false,
            "price_cents_per_hour": 120, "max_height_cm": height, "max_stay_min": stay,
            "zone_kind": "on_street", "zone_name": "Toa Payoh \"12\"\n大巴窑",
        })
    };
    let want = json!({
        "at": "2026-11-23T02:00:00.123Z",
        "p_any_vacant": 0.999,
        "bays": [
            bay("TPY12-001", 1.3327, 0.0, false, json!(210), Value::Null),
            bay("TPY12-002", 1.3337, 111.2, true, Value::Null, json!(120)),
        ],
        "zones": [],
    });
    // Through text: 0 and 0.0 are the same number in JSON, but not to serde_json.
    let plain = |v: &Value| v.to_string().replace(".0,", ",");
    assert_eq!(plain(&answer.json()), plain(&want));
}

#[tokio::test]
async fn geojson_is_the_same_as_points() {
    let town = all_vacant();
    let plain = town.get(HERE).await.json();
    let answer = town
        .get_with(
            HERE,
            &[("accept", "application/geo+json, application/json;q=0.9")],
        )
        .await;
    assert_eq!(answer.header("content-type"), "application/geo+json");
    let geo = answer.json();
    assert_eq!(
        (&geo["type"], &geo["at"]),
        (&json!("FeatureCollection"), &plain["at"])
    );
    let features = geo["features"].as_array().unwrap();
    let bays = plain["bays"].as_array().unwrap();
    assert_eq!(features.len(), bays.len());
    for (feature, bay) in features.iter().zip(bays) {
        assert_eq!(feature["type"], "Feature");
        assert_eq!(
            feature["geometry"],
            json!({"type": "Point", "coordinates": [bay["lon"], bay["lat"]]})
        );
        assert_eq!(feature["properties"], *bay);
    }
    town.get_with(HERE, &[("accept", "text/html")])
        .await
        .problem("not-acceptable");
}

#[tokio::test]
async fn only_what_is_vacant_is_there() {
    let town = all_vacant();
    town.turns("TPY12-001", Occupied, Occupied);
    town.turns("TPY12-002", Closed, Closed);
    town.turns("TPY12-003", Unknown, Vacant);
    assert_eq!(town.get(HERE).await.json()["bays"], json!([]));
}

#[tokio::test]
async fn every_filter_filters() {
    let town = all_vacant();
    for (filter, want) in [
        ("", vec!["001", "002", "003"]),
        ("&kind=motorcycle", vec!["004"]),
        ("&kind=heavy", vec![]),
        ("&accessible=true", vec!["002"]),
        ("&accessible=false", vec!["001", "002", "003"]),
        ("&ev_charging=true", vec!["003"]),
        ("&min_height_cm=220", vec!["002", "003"]),
        ("&max_price_cents_per_hour=120", vec!["001", "002"]),
        ("&radius_m=150", vec!["001", "002"]),
        ("&limit=1", vec!["001"]),
    ] {
        let answer = town.get(&format!("{HERE}{filter}")).await.json();
        let want: Vec<String> = want.iter().map(|n| format!("TPY12-{n}")).collect();
        assert_eq!(ids(&answer), want, "{filter}");
    }
}

#[tokio::test]
async fn a_later_arrival_is_less_sure() {
    let town = all_vacant();
    let p = |answer: Value| answer["bays"][0]["p_vacant_on_arrival"].as_f64().unwrap();
    let soon = p(town
        .get(&format!("{HERE}&arrive_at=2026-11-23T02:10:00.123Z"))
        .await
        .json());
    let later = p(town
        .get(&format!("{HERE}&arrive_at=2026-11-23T11:00:00%2B08:00"))
        .await
        .json());
    assert!(
        (soon - 0.677).abs() < 0.002 && later < soon,
        "{soon} {later}"
    );
    let just_passed = town
        .get(&format!("{HERE}&arrive_at=2026-11-23T01:59:30Z"))
        .await
        .json();
    assert!(
        (p(just_passed) - 0.969).abs() < 1e-9,
        "within the grace: now"
    );
}

#[tokio::test]
async fn an_impossible_question_names_its_field() {
    let town = Town::new();
    let ok = "lat=1.3&lon=103.8";
    let mut cases = vec![
        ("lon=103.8".to_owned(), "lat"),
        ("lat=1.3".to_owned(), "lon"),
        ("lat=91&lon=103.8".to_owned(), "lat"),
        ("lat=NaN&lon=103.8".to_owned(), "lat"),
        ("lat=inf&lon=103.8".to_owned(), "lat"),
        ("lat=&lon=103.8".to_owned(), "lat"),
        ("lat=1.3&lat=1.3&lon=103.8".to_owned(), "lat"),
        ("lat=1.3&lon=-180.1".to_owned(), "lon"),
        ("lat=1.3&lon=%FF".to_owned(), "lon"),
    ];
    for (more, field) in [
        ("radius_m=0", "radius_m"),
        ("radius_m=5001", "radius_m"),
        ("radius_m=nan", "radius_m"),
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=1.5", "limit"),
        ("limit=-1", "limit"),
        ("kind=bus", "kind"),
        ("kind=", "kind"),
        ("accessible=yes", "accessible"),
        ("accessible=", "accessible"),
        ("ev_charging=1", "ev_charging"),
        ("min_height_cm=0", "min_height_cm"),
        ("min_height_cm=tall", "min_height_cm"),
        ("max_price_cents_per_hour=-1", "max_price_cents_per_hour"),
        ("arrive_at=tomorrow", "arrive_at"),
        ("arrive_at=2026-11-23T01:58:00Z", "arrive_at"),
        ("arrive_at=2026-11-24T02:00:01Z", "arrive_at"),
        ("min_hight_cm=210", "min_hight_cm"),
        ("Kind=car", "Kind"),
    ] {
        cases.push((format!("{ok}&{more}"), field));
    }
    for (query, field) in cases {
        let answer = town.get(&format!("/v1/bays/nearby?{query}")).await;
        assert_eq!(answer.problem("bad-parameter")["field"], field, "{query}");
    }
    let said = town
        .get(&format!("/v1/bays/nearby?{ok}&radius_m=6000"))
        .await
        .problem("bad-parameter");
    assert!(
        said["detail"].as_str().unwrap().contains("1 to 5000"),
        "{said}"
    );
    let said = town
        .get(&format!("/v1/bays/nearby?{ok}&min_hight_cm=210"))
        .await
        .problem("bad-parameter");
    assert!(
        said["detail"].as_str().unwrap().contains("min_height_cm"),
        "{said}"
    );
    assert_eq!(NOW.to_string(), "2026-11-23T02:00:00.123Z");
}
