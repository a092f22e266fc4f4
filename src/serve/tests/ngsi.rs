//! NGSI-LD: what bays and zones are as entities, by every form.

use super::{NOW, Town, at, bay, zone};
use crate::domain::BayStatus::{Closed, Occupied, Vacant};
use crate::domain::{BayKind, KindSet, Millis, ZoneKind, ZoneTally};
use crate::registry::Registry;
use crate::serve::Config;
use serde_json::{Value, json};

const SEEN: &str = "2026-11-23T01:59:00.123Z";

fn known(vacant: u32, occupied: u32, capacity: u32) -> ZoneTally {
    ZoneTally {
        vacant: [vacant, 0, 0, 0],
        occupied,
        capacity,
        capacity_by_kind: [capacity, 0, 0, 0],
        observed_at: Millis(NOW.0 - 60_000),
        ..ZoneTally::default()
    }
}

pub(super) async fn entities(town: &Town, query: &str) -> Vec<Value> {
    let answer = town.get(&format!("/ngsi-ld/v1/entities?{query}")).await;
    assert_eq!(answer.status.as_u16(), 200, "{query}: {answer:?}");
    answer.json().as_array().unwrap().clone()
}

pub(super) fn ids(entities: &[Value]) -> Vec<&str> {
    let ids = entities.iter().map(|e| e["id"].as_str().unwrap());
    ids.map(|id| id.strip_prefix("urn:ngsi-ld:").unwrap())
        .collect()
}

#[tokio::test]
async fn a_street_is_told_with_every_attribute_of_its_model() {
    let town = Town::new();
    town.turns("TPY12-001", Vacant, Vacant);
    let tally = ZoneTally {
        occupied: 1,
        unknown: 1,
        capacity_by_kind: [3, 1, 0, 0],
        ..known(2, 1, 4)
    };
    town.tally("TPY12", tally);
    let id = "urn:ngsi-ld:OnStreetParking:TPY12";
    let path = format!("/ngsi-ld/v1/entities/{id}");
    let simplified = town.get(&format!("{path}?options=keyValues")).await;
    let want = json!({
        "id": id, "type": "OnStreetParking", "name": "Toa Payoh \"12\"\n大巴窑",
        "dataProvider": "HDB \"north\"", "location": {"type": "Point", "coordinates": [103.8474, 1.3327]},
        "totalSpotNumber": 4, "availableSpotNumber": 2, "occupiedSpotNumber": 1, "outOfServiceSlotNumber": 0,
        "observationDateTime": SEEN, "occupancyModified": SEEN,
        "category": ["public", "feeCharged", "forDisabled", "forElectricalCharging"],
        "allowedVehicleType": ["car", "motorcycle"], "occupancyDetectionType": ["singleSpaceDetection"],
    });
    assert_eq!(simplified.json(), want);
    let normalized = town.get(&path).await.json();
    assert_eq!(
        normalized["availableSpotNumber"],
        json!({"type": "Property", "value": 2, "observedAt": SEEN})
    );
    assert_eq!(
        normalized["name"],
        json!({"type": "Property", "value": want["name"]})
    );
    assert_eq!(normalized["location"]["type"], "GeoProperty");
    assert_eq!(
        normalized.as_object().unwrap().len(),
        want.as_object().unwrap().len()
    );
}

fn car_park(second: BayKind) -> Registry {
    let mut spec = zone(
        "HE12",
        "Hougang",
        ZoneKind::OffStreet,
        at(1.37, 103.89),
        105,
    );
    spec.operator = "hdb".to_owned();
    spec.max_height_cm = Some(210);
    spec.price_cents_per_hour = Some(120);
    let bays = vec![
        bay("HE12-1", "HE12", at(1.37, 103.89), |a| a.max_stay_min = 120),
        bay("HE12-2", "HE12", at(1.37, 103.89), |a| {
            (a.max_stay_min, a.max_height_cm, a.kind) = (120, 190, second);
        }),
    ];
    Registry::in_memory(vec![spec], bays).unwrap()
}

#[tokio::test]
async fn a_car_park_is_open_full_or_closed_and_says_what_it_costs() {
    let town = Town::with(Config::default(), car_park(BayKind::Car), None);
    let one = async |tally: ZoneTally| {
        town.tally("HE12", tally);
        entities(&town, "type=OffStreetParking&format=simplified").await[0].clone()
    };
    let cars = KindSet::from_bits(1 << BayKind::Car as u8);
    let counted = |vacant, occupied| ZoneTally {
        ever_counted: cars,
        counted: cars,
        ..known(vacant, occupied, 105)
    };
    let full = one(counted(0, 105)).await;
    let want = [
        ("status", json!(["open", "full"])),
        ("occupancy", json!(1)),
        ("owner", json!(["hdb"])),
        ("category", json!(["public"])),
        ("maximumAllowedHeight", json!(1.9)),
        ("maximumParkingDuration", json!("PT120M")),
        ("priceRatePerMinute", json!(0.02)),
        ("priceCurrency", json!("SGD")),
        ("occupancyDetectionType", json!(["balancing"])),
        ("allowedVehicleType", json!(["car"])),
        ("totalSpotNumber", json!(105)),
    ];
    for (attr, value) in want {
        assert_eq!(full[attr], value, "{attr}");
    }
    let some = one(counted(5, 100)).await;
    assert_eq!(some["status"], json!(["open", "spacesAvailable"]));
    let reserved = ZoneTally {
        unknown: 1,
        ..counted(0, 100)
    };
    assert_eq!(
        one(reserved).await["status"],
        json!(["open"]),
        "perhaps full"
    );
    let closed = ZoneTally {
        closed: 105,
        ..counted(0, 0)
    };
    let closed = one(closed).await;
    assert_eq!(closed["status"], json!(["closed"]));
    assert_eq!(closed["outOfServiceSlotNumber"], 105);
    assert!(closed.get("occupancy").is_none());
    let stale = one(ZoneTally {
        stale: true,
        unknown: 105,
        ..counted(0, 0)
    })
    .await;
    for attr in [
        "availableSpotNumber",
        "occupiedSpotNumber",
        "outOfServiceSlotNumber",
        "occupancy",
        "status",
    ] {
        assert!(stale.get(attr).is_none(), "{attr} of {stale}");
    }
    assert_eq!(stale["totalSpotNumber"], 105);
    let groups = entities(&town, "type=ParkingGroup&format=simplified").await;
    assert!(
        groups
            .iter()
            .all(|g| g.get("availableSpotNumber").is_none())
    );
}

#[tokio::test]
async fn kinds_of_bay_are_groups_and_bays_are_spots_that_lead_to_their_zone() {
    let town = Town::with(Config::default(), car_park(BayKind::Heavy), None);
    town.turns("HE12-1", Occupied, Occupied);
    let tally = ZoneTally {
        vacant: [4, 0, 1, 0],
        capacity_by_kind: [104, 0, 1, 0],
        ..known(4, 100, 105)
    };
    town.tally("HE12", tally);
    let site = "urn:ngsi-ld:OffStreetParking:HE12";
    let groups = entities(&town, "type=ParkingGroup&options=keyValues").await;
    let group = |kind: &str, vehicle: &str, total: u32, vacant: u32| {
        json!({
            "id": format!("urn:ngsi-ld:ParkingGroup:HE12-{kind}"), "type": "ParkingGroup", "refParkingSite": site,
            "allowedVehicleType": vehicle, "totalSpotNumber": total, "availableSpotNumber": vacant,
        })
    };
    assert_eq!(
        groups,
        [group("car", "car", 104, 4), group("heavy", "truck", 1, 1)]
    );
    let spots = entities(&town, "type=ParkingSpot").await;
    assert_eq!(ids(&spots), ["ParkingSpot:HE12-1", "ParkingSpot:HE12-2"]);
    assert_eq!(
        spots[0]["status"],
        json!({"type": "Property", "value": "occupied", "observedAt": SEEN})
    );
    assert_eq!(
        spots[0]["refParkingSite"],
        json!({"type": "Relationship", "object": site})
    );
    assert_eq!(spots[0]["timeInstant"]["value"], SEEN);
    assert_eq!(
        spots[1]["status"],
        json!({"type": "Property", "value": "unknown"})
    );
    assert!(spots[1].get("timeInstant").is_none());
    assert_eq!(spots[1]["category"]["value"], json!(["offStreet"]));
    town.turns("HE12-1", Closed, Closed);
    let query = "type=ParkingSpot&q=status==%22closed%22&options=keyValues";
    let closed = entities(&town, query).await;
    assert_eq!((closed.len(), &closed[0]["name"]), (1, &json!("HE12-1")));
    town.get(&format!("/ngsi-ld/v1/entities/{site}")).await;
}

#[tokio::test]
async fn each_media_type_names_the_context_in_its_own_way() {
    let town = Town::new();
    let host = ("host", "hub.example:8080");
    let context = "http://hub.example:8080/ngsi-ld/context.jsonld";
    let link = format!(
        "<{context}>; rel=\"http://www.w3.org/ns/json-ld#context\"; type=\"application/ld+json\""
    );
    let get = async |accept: &'static str| {
        let path = "/ngsi-ld/v1/entities?type=OnStreetParking";
        town.get_with(path, &[host, ("accept", accept)]).await
    };
    for (accept, media, linked) in [
        ("*/*", "application/json", true),
        ("application/json", "application/json", true),
        ("application/ld+json", "application/ld+json", false),
        ("application/json;q=0, */*", "application/ld+json", false),
        ("application/geo+json", "application/geo+json", true),
    ] {
        let answer = get(accept).await;
        assert_eq!(answer.header("content-type"), media);
        assert_eq!(
            answer.headers.get("link").is_some_and(|l| *l == *link),
            linked,
            "{accept}"
        );
        let body = answer.json();
        let one = if media == "application/geo+json" {
            assert_eq!(body["type"], "FeatureCollection");
            assert_eq!(body["features"][0]["properties"]["type"], "OnStreetParking");
            assert_eq!(body["features"][0]["geometry"]["type"], "Point");
            &body["features"][0]
        } else {
            &body[0]
        };
        assert_eq!(
            one["@context"] == context,
            media == "application/ld+json",
            "{one}"
        );
    }
    for accept in ["text/html", "application/json;q=0", "text/csv"] {
        let refused = get(accept).await;
        assert_eq!(refused.status.as_u16(), 406, "{accept}");
        assert_eq!(
            refused.json()["type"],
            "https://uri.etsi.org/ngsi-ld/errors/InvalidRequest"
        );
    }
    // Who names no host that could be one is told where it stands here.
    let odd = [("host", "a\"b>"), ("accept", "application/ld+json")];
    let answer = town
        .get_with("/ngsi-ld/v1/entities?type=OnStreetParking", &odd)
        .await;
    assert_eq!(answer.json()[0]["@context"], "/ngsi-ld/context.jsonld");
    let context = town.get("/ngsi-ld/context.jsonld").await;
    assert_eq!(context.header("content-type"), "application/ld+json");
    let terms = context.json();
    assert_eq!(
        terms["@context"]["availableSpotNumber"],
        "https://smartdatamodels.org/dataModel.Parking/availableSpotNumber"
    );
}

#[tokio::test]
async fn types_and_attributes_are_listed_with_what_belongs_to_them() {
    let town = Town::with(
        Config::default(),
        Registry::in_memory(vec![], vec![]).unwrap(),
        None,
    );
    let types = town.get("/ngsi-ld/v1/types").await.json();
    let all = [
        "OnStreetParking",
        "OffStreetParking",
        "ParkingGroup",
        "ParkingSpot",
    ];
    assert_eq!(types["typeList"], json!(all));
    let types = town.get("/ngsi-ld/v1/types?details=true").await.json();
    assert_eq!(types[3]["typeName"], "ParkingSpot");
    let attributes = town.get("/ngsi-ld/v1/attributes?details=true").await.json();
    for one in attributes.as_array().unwrap() {
        for of in one["typeNames"].as_array().unwrap() {
            let of = types
                .as_array()
                .unwrap()
                .iter()
                .find(|t| t["typeName"] == *of);
            let has = of.unwrap()["attributeNames"].as_array().unwrap();
            assert!(has.contains(&one["attributeName"]), "{one}");
        }
    }
    // A city without anything in it has the types, and no entities.
    for kind in all {
        assert!(
            entities(&town, &format!("type={kind}&count=true"))
                .await
                .is_empty()
        );
    }
}

#[tokio::test]
async fn bad_names_are_told_as_they_are() {
    let names = [
        "<b>&amp; \"quoted\" \\ back",
        "🅿️ 大巴窑 \u{202e}dehctiws",
        "a\u{0}b\tc",
    ];
    let zones = (0..3).map(|n| {
        zone(
            &format!("Z{n}"),
            names[n],
            ZoneKind::OnStreet,
            at(1.0, 1.0),
            0,
        )
    });
    let registry = Registry::in_memory(zones.collect(), vec![]).unwrap();
    let town = Town::with(Config::default(), registry, None);
    let told = entities(&town, "type=OnStreetParking&format=simplified").await;
    for (one, name) in told.iter().zip(names) {
        assert_eq!(one["name"], name);
        assert!(one.get("totalSpotNumber").is_none(), "nobody says: {one}");
        assert!(one.get("owner").is_none(), "no name of an entity: {one}");
    }
    assert_eq!(told.len(), 3);
}
