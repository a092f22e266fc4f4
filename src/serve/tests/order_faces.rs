//! Orders of the authority as other standards have them: situations of DATEX II, policies of CDS, where
//! an alert of CAP is. That they are valid by the standards' schemas is tried against the real process
//! (`tests/it/demo/datex2_peer.rs`, `tests/it/demo/cds_schemas.rs`).

use super::compat::counted;
use super::places::{at, bay, zone};
use super::private_bays::lots;
use super::{NOW, Town};
use crate::domain::{Millis, ZoneKind, ZoneTally};
use crate::registry::Registry;
use crate::serve::{Config, PublisherConfig};
use serde_json::{Value, json};

const SITUATIONS: &str = "/v1/datex2/situations.xml";

pub(super) async fn issue(town: &Town, order: Value) -> Value {
    let answer = town.call_as("order", "POST", "/v1/orders", order.to_string());
    let answer = answer.await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()
}

pub(super) async fn end(town: &Town, order: &Value) {
    let path = format!("/v1/orders/{}/end", order["id"].as_str().unwrap());
    let answer = town.call_as("order", "POST", &path, "").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}

async fn situations(town: &Town) -> String {
    let answer = town.get(SITUATIONS).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(
        answer.header("content-type"),
        "application/xml; charset=utf-8"
    );
    answer.text()
}

/// A street with an outline and two bays, car parks that are points, of a hub with an address.
fn streets() -> Town {
    let mut street = zone("ST", "Street", ZoneKind::OnStreet, at(1.3, 103.8), 0);
    let corner = |x: f64, y: f64| at(1.3 + y * 0.01, 103.8 + x * 0.01);
    let square = [(-1., -1.), (1., -1.), (1., 1.), (-1., 1.), (-1., -1.)];
    street.outline = vec![vec![square.map(|(x, y)| corner(x, y)).to_vec()]];
    let park = zone("PK", "Park", ZoneKind::OffStreet, at(1.4, 103.9), 9);
    let bays = vec![
        bay("ST-1", "ST", at(1.3, 103.8), |_| {}),
        bay("ST-2", "ST", at(1.3, 103.8), |_| {}),
    ];
    let config = Config {
        publisher: PublisherConfig {
            url: "https://hub.example.org/".to_owned(),
            ..PublisherConfig::default()
        },
        ..Config::default()
    };
    let other = zone("OT", "Other", ZoneKind::OffStreet, at(1.45, 103.95), 9);
    let registry = Registry::in_memory(vec![street, park, other], bays).unwrap();
    Town::with(config, registry, None)
}

#[tokio::test]
async fn an_order_is_a_situation_until_it_ends_and_none_is_told_too() {
    let town = streets();
    let none = situations(&town).await;
    assert!(
        none.contains("xsi:type=\"sit:SituationPublication\"") && !none.contains("<sit:situation"),
        "{none}"
    );
    let order = issue(
        &town,
        json!({
            "kind": "works", "target": {"zones": ["ST", "PK"]}, "to": "2026-11-23T06:00:00Z",
            "reason": {"en": "A & B <main>", "zh": "水管"}, "instruction": {"en": "Park elsewhere"},
            "cause": "burst",
        }),
    )
    .await;
    let told = situations(&town).await;
    let id = order["id"].as_str().unwrap();
    for part in [
        format!(
            "<sit:situation id=\"{id}\"><sit:overallSeverity>medium</sit:overallSeverity>\
             <sit:situationVersionTime>2026-11-23T02:00:00.123Z</sit:situationVersionTime>"
        ),
        "<com:informationStatus>real</com:informationStatus>".to_owned(),
        format!("xsi:type=\"sit:RoadOrCarriagewayOrLaneManagement\" id=\"{id}-1\" version=\"1\""),
        "<com:overallStartTime>2026-11-23T02:00:00.123Z</com:overallStartTime>\
         <com:overallEndTime>2026-11-23T06:00:00.000Z</com:overallEndTime>"
            .to_owned(),
        "<com:value>burst</com:value></com:values></sit:causeDescription>\
         <sit:causeType>constructionWork</sit:causeType>"
            .to_owned(),
        "<com:value lang=\"en\">A &amp; B &lt;main&gt;</com:value>\
         <com:value lang=\"zh\">水管</com:value>"
            .to_owned(),
        "<sit:commentType>description</sit:commentType>".to_owned(),
        "<sit:locationReference xsi:type=\"loc:LocationGroupByList\">\
         <loc:locationContainedInGroup xsi:type=\"loc:AreaLocation\">"
            .to_owned(),
        "<loc:locationContainedInGroup xsi:type=\"loc:PointLocation\">".to_owned(),
        "_extendedValue=\"parkingProhibitionInOperation\">_extended</".to_owned(),
    ] {
        assert!(told.contains(&part), "{part}\n{told}");
    }
    let tag = town.get(SITUATIONS).await.header("etag").to_owned();
    let held = town.get_with(SITUATIONS, &[("if-none-match", &tag)]).await;
    assert_eq!(held.status, 304);
    town.clock.set(NOW.plus(5_000));
    end(&town, &order).await;
    let after = town.get_with(SITUATIONS, &[("if-none-match", &tag)]).await;
    assert_eq!(after.status, 200);
    assert!(!after.text().contains("<sit:situation"), "{}", after.text());
    town.get("/v1/datex2/situations.xml?zones=ST")
        .await
        .problem("bad-parameter");
}

#[tokio::test]
async fn an_exercise_an_area_and_single_bays_say_what_they_are() {
    let town = streets();
    let ring = json!([
        [103.7, 1.2],
        [103.9, 1.2],
        [103.9, 1.38],
        [103.7, 1.38],
        [103.7, 1.2]
    ]);
    let area = json!({"type": "Polygon", "coordinates": [ring]});
    let area = json!({"kind": "no_stopping", "exercise": true, "target": {"polygon": area}});
    issue(&town, area).await;
    let told = situations(&town).await;
    for part in [
        "<com:informationStatus>securityExercise</com:informationStatus>",
        "<loc:posList>1.2 103.7 1.2 103.9 1.38 103.9 1.38 103.7 1.2 103.7</loc:posList>",
        "_extendedValue=\"waitingProhibitionInOperation\"",
    ] {
        assert!(told.contains(part), "{part}\n{told}");
    }
    let town = streets();
    let one = json!({"kind": "emergency", "target": {"bays": ["ST-1"]}});
    issue(&town, one).await;
    let told = situations(&town).await;
    let point = "<sit:locationReference xsi:type=\"loc:PointLocation\"><loc:pointByCoordinates>";
    assert!(told.contains(point), "{told}");
    assert!(
        told.contains("<sit:severity>highest</sit:severity>"),
        "{told}"
    );
}

#[tokio::test]
async fn where_a_private_bay_is_is_told_to_nobody() {
    let town = lots().await;
    let order = json!({"kind": "closure", "target": {"zones": ["GATE"]}});
    issue(&town, order).await;
    let told = situations(&town).await;
    let named = "<loc:namedArea><loc:areaName><com:values><com:value>GATE</com:value>";
    assert!(told.contains(named) && !told.contains("latitude"), "{told}");
}

async fn cap(town: &Town, order: Value) -> String {
    let order = issue(town, order).await;
    let path = format!("/v1/orders/{}.cap", order["id"].as_str().unwrap());
    let answer = town.get(&path).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.text()
}

#[tokio::test]
async fn an_alert_locates_no_private_bay_that_is_on_no_offer() {
    let town = lots().await;
    let gate = json!({"kind": "closure", "target": {"zones": ["GATE", "KERB"]}});
    let told = cap(&town, gate).await;
    let hidden = "<area><areaDesc>GATE</areaDesc><geocode><valueName>zone</valueName><value>GATE</value></geocode></area>";
    assert!(told.contains(hidden), "{told}");
    assert_eq!(told.matches("<circle>").count(), 1, "of KERB: {told}");
    let bays = json!({"kind": "closure", "target": {"bays": ["LOT-0", "KERB-0"]}});
    let told = cap(&town, bays).await;
    let desc = "<areaDesc>bays LOT-0, KERB-0</areaDesc>";
    assert!(told.contains(desc), "{told}");
    assert_eq!(told.matches("<circle>").count(), 1, "of KERB-0: {told}");
    let own = json!({"kind": "closure", "target": {"bays": ["LOT-0"]}});
    let told = cap(&town, own).await;
    assert!(
        told.contains("<areaDesc>bays LOT-0</areaDesc></area>"),
        "{told}"
    );
}

#[tokio::test]
async fn an_alert_says_that_parts_of_an_area_are_excepted_and_where_they_are() {
    let square = |d: f64| {
        let corner = |x: f64, y: f64| json!([103.8 + x * d, 1.3 + y * d]);
        let corners = [(-1., -1.), (1., -1.), (1., 1.), (-1., 1.), (-1., -1.)];
        Value::Array(corners.map(|(x, y)| corner(x, y)).to_vec())
    };
    let order = |rings: &[Value]| {
        let area = json!({"type": "Polygon", "coordinates": rings});
        json!({"kind": "works", "target": {"polygon": area}, "reason": {"en": "x", "zh": "y"}})
    };
    let town = streets();
    let told = cap(&town, order(&[square(0.12), square(0.001)])).await;
    let hole = "<parameter><valueName>excepted</valueName><value>1.299000,103.799000 \
                1.299000,103.801000 1.301000,103.801000 1.301000,103.799000 \
                1.299000,103.799000</value></parameter><area>";
    assert_eq!(told.matches(hole).count(), 2, "in both languages: {told}");
    assert_eq!(told.matches("<polygon>").count(), 2, "{told}");
    let desc = "<areaDesc>the area of the order, except one part within it</areaDesc>";
    assert!(told.contains(desc), "{told}");
    let told = cap(&town, order(&[square(0.12)])).await;
    assert!(
        told.contains("<areaDesc>the area of the order</areaDesc>"),
        "{told}"
    );
    assert!(!told.contains("<parameter>"), "{told}");
}

#[tokio::test]
async fn a_zone_that_is_closed_is_so_also_while_its_sensors_are_silent() {
    let town = Town::new();
    let shut = ZoneTally {
        vacant: Default::default(),
        occupied: 0,
        closed: 105,
        stale: true,
        ..counted(0, 105)
    };
    town.tally("HE12", shut);
    let path = "/v1/datex2/parking-status.xml?zones=HE12";
    let told = town.get(path).await.text();
    assert!(
        told.contains("<fac:openingStatus>temporarilyClosed</fac:openingStatus>"),
        "{told}"
    );
    let path = "/ngsi-ld/v1/entities?type=OffStreetParking&options=keyValues";
    let entities = town.get(path).await;
    assert!(
        entities.text().contains("\"closed\""),
        "{}",
        entities.text()
    );
}

async fn curbs(town: &Town, list: &str) -> Vec<Value> {
    let answer = town.get(&format!("/v1/cds/curbs/{list}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["data"][list].as_array().unwrap().clone()
}

/// A zone's policies that are orders', and the orders that it names.
async fn ordered(town: &Town, id: &str) -> (Vec<Value>, Vec<Value>) {
    let policies = curbs(town, "policies").await;
    let zones = curbs(town, "zones").await;
    let zone = zones.iter().find(|zone| zone["user_zone_id"] == id);
    let zone = zone.unwrap();
    let own = zone["curb_policy_ids"].as_array().unwrap();
    let found = own.iter().map(|id| {
        let is_it = |policy: &&Value| policy["curb_policy_id"] == *id;
        policies.iter().find(is_it).expect("it is there").clone()
    });
    let is_ordered = |policy: &Value| policy["rules"][0]["activity"] != "parking";
    let found = found.filter(is_ordered).collect();
    let named = zone["external_references"].as_array().cloned();
    (found, named.unwrap_or_default())
}

#[tokio::test]
async fn what_closes_a_whole_zone_is_a_policy_of_it_and_what_closes_a_bay_is_named() {
    let town = streets();
    let before = curbs(&town, "policies").await;
    let whole = json!({"kind": "closure", "target": {"zones": ["ST"]}, "from": "2026-11-23T04:00:00Z",
        "to": "2026-11-23T06:00:00Z", "reason": {"en": "Race"}});
    let whole = issue(&town, whole).await;
    let single = json!({"kind": "event", "target": {"bays": ["ST-1"]}});
    let single = issue(&town, single).await;
    let exercise = json!({"kind": "closure", "target": {"zones": ["PK"]}, "exercise": true});
    issue(&town, exercise).await;
    let (policies, named) = ordered(&town, "ST").await;
    assert_eq!(policies.len(), 1, "{policies:?}");
    let policy = &policies[0];
    assert_eq!(policy["rules"], json!([{"activity": "no parking"}]));
    let span = json!([{"start_date": 1_795_406_400_000_u64, "end_date": 1_795_413_600_000_u64}]);
    assert_eq!(
        (&policy["time_spans"], &policy["name"]),
        (&span, &"closure".into())
    );
    let least = before.iter().filter_map(|p| p["priority"].as_u64()).min();
    assert!(policy["priority"].as_u64() < least, "it goes first");
    let addresses: Vec<&str> = named
        .iter()
        .map(|one| one["reference_url"].as_str().unwrap())
        .collect();
    let address = |order: &Value| {
        let id = order["id"].as_str().unwrap();
        format!("https://hub.example.org/v1/orders/{id}")
    };
    assert_eq!(addresses.len(), 2);
    assert!(addresses.contains(&&*address(&whole)) && addresses.contains(&&*address(&single)));
    assert_eq!(ordered(&town, "PK").await, (vec![], vec![]), "an exercise");
    let one = policy["curb_policy_id"].as_str().unwrap();
    let asked = town.get(&format!("/v1/cds/curbs/policies?ids={one}")).await;
    assert_eq!(asked.json()["data"]["policies"], json!([policy]));
    town.clock.set(Millis(NOW.0 + 1_000));
    end(&town, &whole).await;
    let (policies, named) = ordered(&town, "ST").await;
    assert_eq!((policies.len(), named.len()), (0, 1));
    assert_eq!(curbs(&town, "policies").await, before);
}
