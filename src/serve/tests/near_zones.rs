//! Car parks that count, beside the nearest bays: who is told of which, in every format, and what is
//! said where nothing is near.

use super::Town;
use crate::domain::BayStatus::Vacant;
use crate::domain::{BayKind, KindSet, Millis, ZoneTally};
use crate::registry::city::ZoneSpec;
use serde_json::{Value, json};

/// At the car park `HE12`.
const THERE: &str = "/v1/bays/nearby?lat=1.37&lon=103.89";

/// Its count of cars and motorcycles: 68 and 0 vacant.
fn counted() -> ZoneTally {
    let mut counted = KindSet::default();
    counted.insert(BayKind::Car);
    counted.insert(BayKind::Motorcycle);
    ZoneTally {
        vacant: [68, 0, 0, 0],
        occupied: 47,
        capacity: 115,
        capacity_by_kind: [105, 10, 0, 0],
        counted,
        ever_counted: counted,
        observed_at: Millis::parse("2026-11-23T01:59:00Z").unwrap(),
        ..ZoneTally::default()
    }
}

fn town() -> Town {
    let town = Town::new();
    town.tally("HE12", counted());
    town
}

fn zones(answer: &Value) -> Vec<&str> {
    let zones = answer["zones"].as_array().unwrap();
    zones.iter().map(|z| z["zone"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_car_park_that_counts_and_has_room_is_offered_with_what_is_known_of_it() {
    let town = town();
    let answer = town.get(THERE).await.json();
    let want = json!({
        "zone": "HE12", "name": "Hougang", "kind": "off_street", "lat": 1.37, "lon": 103.89,
        "distance_m": 0, "vacant": 68, "capacity": 105, "p_any_vacant": null,
        "observed_at": "2026-11-23T01:59:00.000Z", "price_cents_per_hour": null,
        "max_height_cm": null,
    });
    assert_eq!(answer["zones"], json!([want]));
    assert_eq!(answer["bays"], json!([]));
    assert_eq!(answer.get("next_nearest"), None);
    let bikes = town.get(&format!("{THERE}&kind=motorcycle")).await.json();
    assert_eq!(bikes["zones"], json!([]), "full for them");
    let unsized_kinds = KindSet::from_bits(1);
    town.tally(
        "HE12",
        ZoneTally {
            unsized_kinds,
            ..counted()
        },
    );
    let answer = town.get(THERE).await.json();
    assert_eq!(
        answer["zones"][0]["capacity"],
        Value::Null,
        "nobody has said"
    );
}

#[tokio::test]
async fn only_what_is_wanted_is_told() {
    let town = town();
    let has = |answer: &Value| ["bays", "zones"].map(|list| answer.get(list).is_some());
    for (include, want) in [
        ("", [true, true]),
        ("&include=all", [true, true]),
        ("&include=bays", [true, false]),
        ("&include=zones", [false, true]),
    ] {
        let answer = town.get(&format!("{THERE}{include}")).await.json();
        assert_eq!(has(&answer), want, "{include}");
    }
    let wrong = town.get(&format!("{THERE}&include=cars")).await;
    assert!(
        wrong.problem("bad-parameter")["detail"]
            .as_str()
            .unwrap()
            .contains("bays, zones, all")
    );
    let geo = [("accept", "application/geo+json")];
    let features = |answer: Value| answer["features"].as_array().unwrap().len();
    town.turns("TPY12-001", Vacant, Vacant);
    let here = "/v1/bays/nearby?lat=1.35&lon=103.868&radius_m=5000";
    for (include, want) in [("", 1), ("&include=zones", 1), ("&include=all", 2)] {
        let answer = town.get_with(&format!("{here}{include}"), &geo).await;
        assert_eq!(features(answer.json()), want, "{include}");
    }
    let csv = [("accept", "text/csv")];
    let table = town.get_with(&format!("{THERE}&include=zones"), &csv).await;
    let text = String::from_utf8(table.body).unwrap();
    assert_eq!(
        text.lines().nth(1),
        Some("HE12,Hougang,off_street,1.37,103.89,0,68,105,,2026-11-23T01:59:00.000Z,,,")
    );
    let both = town.get_with(&format!("{THERE}&include=all"), &csv).await;
    both.problem("bad-parameter");
}

#[tokio::test]
async fn what_a_car_park_does_not_tell_fails_every_filter_on_it() {
    let town = town();
    let told = async |filter: &str| {
        let answer = town.get(&format!("{THERE}&{filter}")).await.json();
        answer["zones"].as_array().unwrap().len()
    };
    let filters = [
        "accessible=true",
        "ev_charging=true",
        "min_height_cm=180",
        "max_price_cents_per_hour=500",
    ];
    for filter in filters {
        assert_eq!(told(filter).await, 0, "{filter}");
    }
    assert_eq!(told("accessible=false").await, 1);
    let spec = town
        .registry
        .city()
        .zone(town.registry.zone("HE12").unwrap())
        .spec
        .clone();
    town.registry
        .put_zones(vec![ZoneSpec {
            price_cents_per_hour: Some(500),
            max_height_cm: Some(190),
            ..spec
        }])
        .unwrap();
    assert_eq!(
        told("min_height_cm=180&max_price_cents_per_hour=500").await,
        1
    );
    assert_eq!(told("min_height_cm=191").await, 0);
    assert_eq!(told("max_price_cents_per_hour=499").await, 0);
}

#[tokio::test]
async fn where_nothing_is_near_the_next_is_told_if_there_is_one() {
    let town = town();
    town.turns("TPY12-001", Vacant, Vacant);
    // 2.2 km from the car park and 4.1 km from the bay.
    let between = "/v1/bays/nearby?lat=1.36&lon=103.8723";
    let answer = town.get(between).await.json();
    assert_eq!((&answer["bays"], zones(&answer)), (&json!([]), vec![]));
    assert_eq!(answer["next_nearest"]["zone"]["zone"], "HE12");
    assert_eq!(answer["next_nearest"].as_object().unwrap().len(), 1);
    let bays = town.get(&format!("{between}&include=bays")).await.json();
    assert_eq!(bays["next_nearest"]["bay"]["bay"], "TPY12-001");
    let far = town.get("/v1/bays/nearby?lat=1.2&lon=103.6").await.json();
    assert_eq!(far.get("next_nearest"), None);
    let all = town.get(&format!("{between}&radius_m=5000")).await.json();
    assert_eq!(zones(&all), ["HE12"]);
}

#[tokio::test]
async fn who_is_booked_out_or_silent_has_no_room() {
    let town = town();
    for tally in [
        ZoneTally::default(),
        ZoneTally {
            vacant: [0, 5, 0, 0],
            ..counted()
        },
        ZoneTally {
            counted: KindSet::default(),
            stale: true,
            ..counted()
        },
    ] {
        town.tally("HE12", tally);
        assert_eq!(zones(&town.get(THERE).await.json()), Vec::<&str>::new());
    }
}
