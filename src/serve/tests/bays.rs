//! One bay: what is known of it, and why.

use super::{NOW, Town};
use crate::domain::BayStatus::{Closed, Occupied, Unknown, Vacant};
use crate::domain::{AppEvidence, BayKind, BayView, CountEvidence, ReadModel as _, SourceKind};
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
        "zone_kind": "on_street", "zone_name": "Toa Payoh \"12\"\n大巴窑",
        "evidence": [{"kind": "usual", "log_odds": 0.876}],
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
        if let (Vacant | Occupied, same) = (status, claimed)
            && status == same
        {
            let odds = if status == Occupied { 3.43 } else { -3.43 };
            let sensor = json!({
                "kind": "sensor", "said": status.name(), "at": "2026-11-23T01:59:00.123Z",
                "log_odds": odds,
            });
            want["evidence"] = json!([sensor, never["evidence"][0]]);
        }
        if status != claimed {
            want["claimed_state"] = json!(claimed.name());
        }
        assert_eq!(got, want);
    }
}

#[tokio::test]
async fn what_apps_say_is_told_beside_who_watches_and_no_name_with_it() {
    let town = Town::new();
    town.turns("TPY12-002", Occupied, Occupied);
    let bay = town.registry.bay("TPY12-002").unwrap();
    let apps = AppEvidence {
        at: NOW,
        log_odds: -922,
        reports: 4,
        contributors: 3,
        partners: 2,
    };
    town.live.apps(&[(bay, Some(apps))]);
    let got = town.get("/v1/bays/TPY12-002").await.json();
    let told = got["evidence"].as_array().unwrap();
    assert_eq!(
        told[1],
        json!({
            "kind": "apps", "said": "vacant", "at": "2026-11-23T02:00:00.123Z", "log_odds": -0.9,
            "reports": 4, "contributors": 3, "partners": 2,
        })
    );
    // What is told of the bay holds both.
    let sum = told[0]["log_odds"].as_f64().unwrap() - 0.9;
    let p = 1.0 / (1.0 + sum.exp());
    assert!((p - got["p_vacant"].as_f64().unwrap()).abs() < 0.002);
    town.live.apps(&[(bay, None)]);
    let got = town.get("/v1/bays/TPY12-002").await.json();
    assert_eq!(got["evidence"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_count_is_told_of_bays_that_nobody_watches_and_adds_up_with_the_rest() {
    let town = Town::new();
    let bay = town.turns("TPY12-002", Vacant, Vacant);
    let zone = town.registry.zone("TPY12").unwrap();
    let kind = BayKind::Car;
    let count = |log_odds| CountEvidence { at: NOW, log_odds };
    let told = async || town.get("/v1/bays/TPY12-002").await.json();
    town.live.counts(&[(zone, kind, Some(count(1229)))]);
    let got = told().await;
    assert_eq!(
        got["evidence"].as_array().unwrap().len(),
        2,
        "it is watched"
    );
    // An app's word: 1 / (1 + exp(0.875 - 0.9 + 1.2)).
    let view = town.live.bay(&town.registry.city(), bay);
    town.live.bays(&[BayView {
        confidence: 60,
        source_kind: SourceKind::App,
        ..view
    }]);
    let apps = AppEvidence {
        at: NOW,
        log_odds: -922,
        reports: 4,
        contributors: 3,
        partners: 2,
    };
    town.live.apps(&[(bay, Some(apps))]);
    let got = told().await;
    let evidence = got["evidence"].as_array().unwrap();
    assert_eq!(
        evidence[1],
        json!({
            "kind": "gate", "said": "occupied", "at": "2026-11-23T02:00:00.123Z", "log_odds": 1.2,
        })
    );
    let sum: f64 = evidence
        .iter()
        .map(|e| e["log_odds"].as_f64().unwrap())
        .sum();
    let p = 1.0 / (1.0 + sum.exp());
    assert!(
        (p - got["p_vacant"].as_f64().unwrap()).abs() < 0.006,
        "{got}"
    );
    town.live.counts(&[(zone, kind, Some(count(-512)))]);
    assert_eq!(told().await["evidence"][1]["said"], "vacant");
    town.live.counts(&[(zone, kind, None)]);
    assert_eq!(told().await["evidence"].as_array().unwrap().len(), 2);
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
