//! What nobody knows of a zone's bays, in every form of the city: it is left out there, and never told
//! as none.

use super::compat::off_street;
use super::places::{at, bay, zone};
use super::{NOW, Town};
use crate::domain::{KindSet, Millis, ZoneKind, ZoneTally};
use crate::registry::Registry;
use crate::registry::city::ZoneSpec;
use crate::serve::Config;
use serde_json::Value;

/// A zone, in each form.
struct InEachForm {
    cds: Value,
    ngsi: Value,
    park_api: Value,
    datex: String,
    table: String,
}

async fn told(town: &Town, id: &str) -> InEachForm {
    let find = |all: Value, member: &str, name: &str| {
        let list = all.as_array().expect("a list").clone();
        let found = list.into_iter().find(|one| one[member] == name);
        found.unwrap_or(Value::Null)
    };
    let zones = town.get("/v1/cds/curbs/zones").await.json();
    let lots = town.get("/v1/compat/parkapi/all").await.json();
    let entities = "/ngsi-ld/v1/entities?type=OffStreetParking,OnStreetParking&options=keyValues";
    let urn = ["OffStreetParking", "OnStreetParking"].map(|t| format!("urn:ngsi-ld:{t}:{id}"));
    let entities = town.get(entities).await.json();
    let [off, on] = urn.map(|urn| find(entities.clone(), "id", &urn));
    let xml = async |of: &str| {
        let path = format!("/v1/datex2/parking-{of}.xml?zones={id}");
        town.get(&path).await.text()
    };
    InEachForm {
        cds: find(zones["data"]["zones"].clone(), "user_zone_id", id),
        ngsi: if off.is_null() { on } else { off },
        park_api: find(lots["lots"].clone(), "id", id),
        datex: xml("status").await,
        table: xml("table").await,
    }
}

fn town(spec: ZoneSpec, tally: ZoneTally) -> Town {
    let id = spec.id.clone();
    let registry = Registry::in_memory(vec![spec], vec![]).unwrap();
    let town = Town::with(Config::default(), registry, None);
    town.tally(&id, tally);
    town
}

fn absent(of: &Value, members: &[&str]) {
    for member in members {
        assert!(of.get(member).is_none(), "{member} in {of}");
    }
}

#[tokio::test]
async fn a_car_park_of_which_only_the_taken_places_are_counted_is_not_full() {
    let mut spec = off_street("A");
    spec.capacity = 0;
    let cars = KindSet::from_bits(1);
    let tally = ZoneTally {
        occupied: 3,
        capacity: 3,
        capacity_by_kind: [3, 0, 0, 0],
        unsized_kinds: cars,
        ever_counted: cars,
        observed_at: Millis(NOW.0 - 60_000),
        ..ZoneTally::default()
    };
    let all = told(&town(spec, tally), "A").await;
    absent(&all.cds, &["available_spaces", "num_spaces"]);
    let numbers = [
        "totalSpotNumber",
        "availableSpotNumber",
        "occupiedSpotNumber",
        "occupancy",
    ];
    absent(&all.ngsi, &numbers);
    assert_eq!(all.ngsi["status"], serde_json::json!(["open"]));
    absent(&all.park_api, &["free", "total"]);
    let status = "<prk:status>unknown</prk:status>";
    assert!(all.datex.contains(status), "{}", all.datex);
    assert!(!all.datex.contains("prk:occupancy"), "{}", all.datex);
    assert!(!all.table.contains("prk:quantity"), "{}", all.table);
}

#[tokio::test]
async fn a_zone_heard_of_lately_of_which_every_bay_is_unknown_is_not_known() {
    let tally = ZoneTally {
        unknown: 4,
        capacity: 4,
        capacity_by_kind: [4, 0, 0, 0],
        observed_at: Millis(NOW.0 - 60_000),
        ..ZoneTally::default()
    };
    let spec = zone("A", "A", ZoneKind::OffStreet, at(1.3, 103.8), 4);
    let bays = (0..4).map(|n| bay(&format!("A-{n}"), "A", at(1.3, 103.8), |_| ()));
    let registry = Registry::in_memory(vec![spec], bays.collect()).unwrap();
    let town = Town::with(Config::default(), registry, None);
    town.tally("A", tally);
    let all = told(&town, "A").await;
    absent(&all.cds, &["available", "available_spaces"]);
    absent(
        &all.ngsi,
        &["availableSpotNumber", "occupiedSpotNumber", "status"],
    );
    assert_eq!(all.ngsi["totalSpotNumber"], 4);
    let groups = "/ngsi-ld/v1/entities?type=ParkingGroup&options=keyValues";
    let group = town.get(groups).await.json()[0].clone();
    absent(&group, &["availableSpotNumber"]);
}

#[tokio::test]
async fn a_zone_without_bays_whose_size_nobody_says_has_none() {
    for kind in [ZoneKind::OnStreet, ZoneKind::OffStreet] {
        let mut spec = off_street("A");
        spec.kind = kind;
        spec.capacity = 0;
        let all = told(&town(spec, ZoneTally::default()), "A").await;
        absent(&all.cds, &["num_spaces", "available_spaces"]);
        absent(&all.ngsi, &["totalSpotNumber", "availableSpotNumber"]);
        absent(&all.park_api, &["total", "free"]);
        for part in ["prk:quantity", "prk:spacesTotal"] {
            assert!(!all.table.contains(part), "{}", all.table);
        }
    }
}

#[tokio::test]
async fn a_private_zone_with_nothing_on_offer_is_closed_to_everybody() {
    let spec = zone("A", "A", ZoneKind::Private, at(1.3, 103.8), 0);
    let own = bay("A-1", "A", at(1.3, 103.8), |_| ());
    let registry = Registry::in_memory(vec![spec], vec![own]).unwrap();
    let town = Town::with(Config::default(), registry, None);
    let all = told(&town, "A").await;
    assert_eq!(all.cds["available"], false);
    let closed = "<fac:openingStatus>temporarilyClosed</fac:openingStatus>";
    assert!(all.datex.contains(closed), "{}", all.datex);
    assert_eq!(all.ngsi["status"], serde_json::json!(["closed"]));
}
