//! One bay: what is known of it, and why.

use super::Town;
use crate::domain::BayStatus::{Closed, Occupied, Unknown, Vacant};
use serde_json::{Value, json};

#[tokio::test]
async fn a_bay_tells_what_is_known_and_why() {
    let town = Town::new();
    let answer = town.get("/v1/bays/TPY12-002").await;
    let never = json!({
        "bay": "TPY12-002", "zone": "TPY12", "lat": 1.3337, "lon": 103.8474, "at": "2026-11-23T02:00:00.123Z",
        "state": "unknown", "reserved": false, "p_vacant": null, "why": "never_reported", "observed_at": null, "source_kind": null,
        "kind": "car", "accessible": true, "ev_charging": false, "price_cents_per_hour": 120, "max_height_cm": null,
        "max_stay_min": 120,
    });
    assert_eq!(answer.json(), never);

    for (status, claimed, p, why) in [
        (Vacant, Vacant, json!(0.969), "reported"),
        (Occupied, Occupied, json!(0.031), "reported"),
        (Closed, Closed, json!(0), "reported"),
        (Unknown, Unknown, Value::Null, "reported"),
        (Unknown, Occupied, Value::Null, "stale"),
    ] {
        town.turns("TPY12-002", status, claimed);
        let got = town.get("/v1/bays/TPY12-002").await.json();
        let mut want = never.clone();
        want["state"] = json!(status.name());
        want["p_vacant"] = p;
        want["why"] = json!(why);
        want["observed_at"] = json!("2026-11-23T01:59:00.123Z");
        want["source_kind"] = json!("sensor");
        if status != claimed {
            want["claimed_state"] = json!(claimed.name());
        }
        assert_eq!(got, want);
    }
}

#[tokio::test]
async fn a_bay_as_a_feature_has_the_same_members() {
    let town = Town::new();
    let plain = town.get("/v1/bays/EAST-1").await.json();
    let feature = town
        .get_with("/v1/bays/EAST-1", &[("accept", "application/geo+json")])
        .await
        .json();
    assert_eq!(feature["geometry"]["coordinates"], json!([103.95, 1.32]));
    assert_eq!(feature["properties"], plain);
}

#[tokio::test]
async fn what_is_no_bay_is_not_found() {
    let town = Town::new();
    for id in ["TPY12-999", "nearbyy", "%E5%A4%A7", "a%2Fb", "TPY12-001%00"] {
        town.get(&format!("/v1/bays/{id}"))
            .await
            .problem("not-found");
    }
    town.get("/v1/bays/%FF").await.problem("bad-parameter");
    town.get("/v1/bays/TPY12-001?lat=1")
        .await
        .problem("bad-parameter");
    town.registry
        .remove_bays(&["TPY12-001".to_owned()])
        .unwrap();
    town.get("/v1/bays/TPY12-001").await.problem("not-found");
}
