//! Areas and floors of a car park: told with it and never beside it, to nobody who may not see it.

use super::Town;
use super::open_stream::{OpenStream, running};
use crate::domain::BayStatus::Vacant;
use crate::domain::{BayKind, KindSet, Millis, ZoneKind, ZoneTally};
use crate::serve::Config;
use crate::testing;
use serde_json::{Value, json};

const AT: &str = "2026-11-23T01:59:00.000Z";

fn counted(vacant: u32, of: u32) -> ZoneTally {
    let mut kinds = KindSet::default();
    kinds.insert(BayKind::Car);
    ZoneTally {
        vacant: [vacant, 0, 0, 0],
        occupied: of - vacant,
        capacity: of,
        capacity_by_kind: [of, 0, 0, 0],
        counted: kinds,
        ever_counted: kinds,
        observed_at: Millis::parse(AT).unwrap(),
        ..ZoneTally::default()
    }
}

/// `MALL` has the floors `B1` and `B2`; `KERB` is another zone.
fn mall() -> Town {
    let town = testing::town()
        .zone("MALL")
        .kind(ZoneKind::OffStreet)
        .zone("B1")
        .part_of("MALL")
        .zone("B2")
        .part_of("MALL")
        .zone("KERB")
        .bays(1);
    Town::with(Config::default(), town.build(), None)
}

fn ids(answer: &Value) -> Vec<&str> {
    let zones = answer["zones"].as_array().unwrap();
    zones.iter().map(|z| z["zone"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_car_park_tells_its_floors_with_their_total_and_vacant() {
    let town = mall();
    town.tally("MALL", counted(20, 230));
    town.tally("B1", counted(7, 120));
    let zone = town.get("/v1/zones/MALL").await.json();
    let floor = |id: &str, numbers: Value| {
        let mut floor = numbers;
        let name = town.registry.zone(id).unwrap();
        floor["zone"] = id.into();
        floor["name"] = town.registry.city().zone(name).spec.name.clone().into();
        floor
    };
    let b1 = json!({"capacity": 120, "vacant": {"car": 7}, "unknown": 0, "closed": 0,
        "observed_at": AT, "stale": false});
    let b2 = json!({"capacity": 0, "vacant": {}, "unknown": 0, "closed": 0,
        "observed_at": null, "stale": true});
    assert_eq!(zone["areas"], json!([floor("B1", b1), floor("B2", b2)]));
    assert_eq!(
        zone["vacant"]["car"], 20,
        "its own count, whatever they sum to"
    );
    assert_eq!(zone.get("part_of"), None);
    let b1 = town.get("/v1/zones/B1").await.json();
    assert_eq!(
        (&b1["part_of"], &b1["capacity"]),
        (&json!("MALL"), &json!(120))
    );
    let geo = [("accept", "application/geo+json")];
    let feature = town.get_with("/v1/zones/MALL", &geo).await.json();
    assert_eq!(feature["properties"]["areas"], zone["areas"]);
}

#[tokio::test]
async fn floors_are_in_no_list_beside_their_car_park_but_where_they_are_named() {
    let town = mall();
    let all = town.get("/v1/zones").await.json();
    assert_eq!(ids(&all), ["MALL", "KERB"]);
    assert_eq!(all["zones"][0]["areas"].as_array().unwrap().len(), 2);
    let named = town.get("/v1/zones?ids=B2,MALL").await.json();
    assert_eq!(ids(&named), ["B2", "MALL"]);
    let page = town.get("/v1/zones?limit=1").await.json();
    let cursor = page["next"].as_str().unwrap();
    let next = format!("/v1/zones?limit=1&cursor={cursor}");
    assert_eq!(ids(&town.get(&next).await.json()), ["KERB"]);
}

#[tokio::test]
async fn a_driver_is_sent_to_the_car_park_and_not_to_each_of_its_floors() {
    let town = mall();
    town.tally("B1", counted(7, 120));
    town.tally("B2", counted(3, 80));
    let mall = town.registry.zone("MALL").unwrap();
    let place = town.registry.city().zone(mall).spec.place;
    let near = format!(
        "/v1/bays/nearby?lat={}&lon={}&radius_m=5000&include=zones",
        place.lat, place.lon
    );
    let answer = town.get(&near).await.json();
    assert_eq!(
        ids(&answer),
        ["MALL"],
        "by its floors: it has no count itself"
    );
    assert_eq!(answer["zones"][0]["vacant"], 10);
    assert_eq!(answer["zones"][0]["capacity"], 200);
    town.tally("MALL", counted(0, 200));
    let answer = town.get(&near).await.json();
    assert_eq!(
        answer["zones"],
        json!([]),
        "its own gate says that it is full"
    );
}

#[tokio::test(start_paused = true)]
async fn who_follows_a_car_park_is_told_of_its_floors_as_they_change() {
    let town = running(mall());
    let mut stream = OpenStream::open(&town, "?zones=MALL", None).await;
    assert_eq!(stream.all().await.len(), 1);
    for vacant in [7, 6] {
        town.tally("B1", counted(vacant, 120));
        let (name, _, told) = stream.event().await;
        assert_eq!(name, "zone");
        assert_eq!(told["areas"][0]["vacant"]["car"], vacant);
        assert_eq!(told, town.get("/v1/zones/MALL").await.json());
    }
    let mut all = OpenStream::open(&town, "", None).await;
    let told = all.all().await;
    let b2 = told.iter().find(|event| event.2["zone"] == "B2").unwrap();
    assert_eq!(b2.2["part_of"], "MALL");
}

#[tokio::test]
async fn no_bay_of_a_floor_is_offered_while_the_whole_car_park_is_closed() {
    let town = testing::town()
        .zone("MALL")
        .zone("B1")
        .part_of("MALL")
        .bays(1);
    let town = Town::with(Config::default(), town.build(), None);
    let bay = town.turns("B1-0", Vacant, Vacant);
    let place = town.registry.city().place(bay);
    let near = format!("/v1/bays/nearby?lat={}&lon={}", place.lat, place.lon);
    let found = |answer: Value| answer["bays"].as_array().unwrap().len();
    assert_eq!(found(town.get(&near).await.json()), 1);
    let closed = ZoneTally {
        vacant: [0; 4],
        closed: 10,
        closed_kinds: KindSet::from_bits(1),
        ..counted(10, 10)
    };
    town.tally("MALL", closed);
    assert_eq!(found(town.get(&near).await.json()), 0);
}

#[tokio::test]
async fn floors_of_a_private_car_park_are_as_private_as_that() {
    let town = testing::town()
        .zone("LOT")
        .kind(ZoneKind::Private)
        .operator("lta")
        .zone("ROOF")
        .kind(ZoneKind::Private)
        .operator("lta")
        .part_of("LOT")
        .zone("KERB");
    let town = Town::with(Config::default(), town.build(), None);
    town.tally("ROOF", counted(3, 9));
    town.tally("LOT", counted(4, 20));
    for path in ["/v1/zones/ROOF", "/v1/zones/LOT"] {
        assert_eq!(town.get(path).await.status.as_u16(), 404, "{path}");
    }
    assert_eq!(ids(&town.get("/v1/zones").await.json()), ["KERB"]);
    let told = town
        .call_as("admin", "GET", "/v1/zones/LOT", String::new())
        .await;
    assert_eq!(told.json()["areas"][0]["vacant"], json!({"car": 3}));
    let put = json!({"type": "Feature", "geometry": {"type": "Point", "coordinates": [103.8, 1.3]},
        "properties": {"id": "ROOF", "kind": "off_street", "part_of": "LOT"}});
    let refused = town
        .call_as("admin", "PUT", "/v1/admin/zones", put.to_string())
        .await;
    assert_eq!(refused.status.as_u16(), 422);
    let why = refused.json().to_string();
    assert!(why.contains("both private or neither is"), "{why}");
}

#[tokio::test]
async fn an_offered_bay_of_a_floor_whose_car_park_nobody_sees_names_no_car_park() {
    let town = testing::town()
        .zone("LOT")
        .kind(ZoneKind::Private)
        .operator("lta")
        .zone("ROOF")
        .kind(ZoneKind::Private)
        .operator("lta")
        .part_of("LOT")
        .bays(2);
    let town = Town::with(Config::default(), town.build(), None);
    town.turns("ROOF-0", Vacant, Vacant);
    super::private_bays::on_offer(&town, "ROOF-0", 0).await;
    let roof = town.get("/v1/zones/ROOF").await.json();
    assert_eq!((&roof["capacity"], roof.get("part_of")), (&json!(1), None));
    assert_eq!(ids(&town.get("/v1/zones").await.json()), ["ROOF"]);
}

#[tokio::test]
async fn what_is_a_part_is_told_to_operators_so_that_it_can_be_put_back() {
    let town = mall();
    let put = json!({"type": "Feature", "geometry": {"type": "Point", "coordinates": [103.8, 1.3]},
        "properties": {"id": "B3", "name": "B3", "kind": "off_street", "part_of": "MALL"}});
    let done = town
        .call_as("admin", "PUT", "/v1/admin/zones", put.to_string())
        .await;
    assert_eq!(done.status.as_u16(), 200, "{done:?}");
    let zones = town
        .call_as("admin", "GET", "/v1/admin/zones", String::new())
        .await;
    let features = zones.json();
    let last = features["features"]
        .as_array()
        .unwrap()
        .last()
        .unwrap()
        .clone();
    assert_eq!(last["properties"], put["properties"]);
    town.tally("B3", counted(1, 2));
    let zone = town.get("/v1/zones/MALL").await.json();
    assert_eq!(zone["areas"][2]["vacant"], json!({"car": 1}));
    let gone = town
        .call_as("admin", "DELETE", "/v1/admin/zones/MALL", String::new())
        .await;
    assert_eq!(gone.status.as_u16(), 409, "it still has floors");
}
