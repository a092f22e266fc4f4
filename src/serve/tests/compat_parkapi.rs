//! ParkAPI, as OpenTripPlanner's updater of the type `park-api` reads it.

use super::compat::{car_parks, counted, off_street, stale};
use super::places::{at, bay, zone};
use super::{NOW, Town};
use crate::domain::BayStatus::{Occupied, Vacant};
use crate::domain::{Millis, ZoneKind, ZoneTally};
use crate::registry::Registry;
use crate::serve::Config;
use serde_json::{Value, json};

const LOTS: &str = "/v1/compat/parkapi/all";

/// Spaces for cars, and accessible ones; `None`: nobody knows.
#[derive(Debug, PartialEq)]
struct Spaces {
    car: Option<i64>,
    wheelchair: Option<i64>,
}

/// What the updater makes of a lot.
#[derive(Debug)]
struct Parking {
    id: String,
    name: String,
    lat: f64,
    lng: f64,
    is_closed: bool,
    capacity: Option<Spaces>,
    availability: Option<Spaces>,
    /// Whether it sends cars there.
    car_places: bool,
    wheelchair_places: bool,
    tags: Vec<String>,
}

/// As the updater reads an answer: a member that is absent is not known, whatever is there is taken for a
/// number, and where both are absent nothing is known.
fn read(answer: &Value) -> Vec<Parking> {
    let lots = answer["lots"].as_array().expect("it looks for `lots`");
    lots.iter().map(parking).collect()
}

fn parking(lot: &Value) -> Parking {
    let spaces = |car: &str, wheelchair: &str| {
        let number = |member: &str| lot.get(member).map(|n| n.as_i64().unwrap_or(0));
        let spaces = Spaces {
            car: number(car),
            wheelchair: number(wheelchair),
        };
        let is_known = spaces.car.is_some() || spaces.wheelchair.is_some();
        is_known.then_some(spaces)
    };
    let text = |member: &str| lot[member].as_str().unwrap_or_default().to_owned();
    let capacity = spaces("total", "total:disabled");
    let has = |n: Option<i64>| n.is_some_and(|n| n > 0);
    let tags = ["lot_type", "address", "forecast", "state"].map(|tag| {
        let value = lot[tag]
            .as_str()
            .map_or(lot[tag].to_string(), str::to_owned);
        format!("{tag}:{value}")
    });
    Parking {
        id: text("id"),
        name: text("name"),
        lat: lot["coords"]["lat"].as_f64().unwrap(),
        lng: lot["coords"]["lng"].as_f64().unwrap(),
        is_closed: lot["state"] == "closed",
        car_places: capacity.as_ref().is_none_or(|c| has(c.car)),
        wheelchair_places: capacity.as_ref().is_some_and(|c| has(c.wheelchair)),
        capacity,
        availability: spaces("free", "free:disabled"),
        tags: tags.to_vec(),
    }
}

#[allow(
    clippy::unnecessary_wraps,
    reason = "what it is compared with may be none"
)]
fn spaces(car: i64, wheelchair: Option<i64>) -> Option<Spaces> {
    let car = Some(car);
    Some(Spaces { car, wheelchair })
}

#[tokio::test]
async fn a_trip_planner_knows_what_is_known_and_of_what_is_stale_the_capacity_alone() {
    let place = at(1.31, 103.81);
    let mut zones: Vec<_> = ["LIVE", "STALE", "SHUT", "FULL"].map(off_street).to_vec();
    zones.push(zone("STREET", "Straße & <b>", ZoneKind::OnStreet, place, 0));
    zones.push(zone("PRIVATE", "Private", ZoneKind::Private, place, 5));
    let bays = vec![
        bay("S-1", "STREET", place, |a| a.accessible = true),
        bay("S-2", "STREET", place, |_| {}),
        bay("P-1", "PRIVATE", place, |_| {}),
    ];
    let registry = Registry::in_memory(zones, bays).unwrap();
    let town = Town::with(Config::default(), registry, None);
    town.tally("LIVE", counted(68, 105));
    town.tally("STALE", stale(100));
    town.tally("FULL", counted(0, 9));
    let closed = ZoneTally {
        occupied: 0,
        closed: 40,
        ..counted(0, 40)
    };
    town.tally("SHUT", closed);
    for (bay, status) in [("S-1", Vacant), ("S-2", Occupied), ("P-1", Vacant)] {
        town.turns(bay, status, status);
    }
    let street = ZoneTally {
        vacant: [1, 0, 0, 0],
        occupied: 1,
        capacity: 2,
        capacity_by_kind: [2, 0, 0, 0],
        observed_at: Millis(NOW.0 - 5000),
        ..ZoneTally::default()
    };
    town.tally("STREET", street);
    let answer = town.get(LOTS).await.json();
    assert_eq!(answer["last_updated"], "2026-11-23T01:59:55");
    assert_eq!(answer["last_downloaded"], "2026-11-23T02:00:00");
    let told = read(&answer);
    let ids: Vec<&str> = told.iter().map(|p| &*p.id).collect();
    assert_eq!(ids, ["LIVE", "STALE", "SHUT", "FULL", "STREET"]);
    let [live, stale, shut, full, street] = &told[..] else {
        panic!("{told:?}")
    };
    assert_eq!(live.capacity, spaces(105, None));
    assert_eq!(live.availability, spaces(68, None));
    assert!(live.car_places && !live.is_closed && !live.wheelchair_places);
    assert_eq!(
        (stale.capacity.as_ref(), stale.availability.as_ref()),
        (spaces(100, None).as_ref(), None)
    );
    assert!(stale.tags.contains(&"state:nodata".to_owned()) && !stale.is_closed);
    assert!(shut.is_closed && !full.is_closed);
    assert_eq!(full.availability, spaces(0, None));
    assert_eq!(street.capacity, spaces(2, Some(1)));
    assert_eq!(street.availability, spaces(1, Some(1)));
    assert!(street.wheelchair_places && street.name == "Straße & <b>");
    assert!((street.lat - 1.31).abs() < 1e-9 && (street.lng - 103.81).abs() < 1e-9);
    assert!(street.tags.contains(&"lot_type:Straße".to_owned()));
    assert!(live.tags.contains(&"lot_type:Parkplatz".to_owned()));
}

#[tokio::test]
async fn a_car_park_of_which_nobody_says_how_large_it_is_has_no_total_and_an_empty_city_no_lots() {
    let town = car_parks([]);
    let answer = town.get(LOTS).await.json();
    let times = "2026-11-23T02:00:00";
    let empty = json!({"last_updated": times, "last_downloaded": times, "lots": []});
    assert_eq!(answer, empty);
    let zones = vec![zone("Z", "Z", ZoneKind::OffStreet, at(1.0, 2.0), 0)];
    let town = Town::with(
        Config::default(),
        Registry::in_memory(zones, vec![]).unwrap(),
        None,
    );
    let unsized_tally = ZoneTally {
        unsized_kinds: crate::domain::KindSet::from_bits(1),
        ..counted(12, 12)
    };
    town.tally("Z", unsized_tally);
    let told = read(&town.get(LOTS).await.json());
    assert_eq!(
        (&told[0].capacity, &told[0].availability),
        (&None, &spaces(12, None))
    );
    assert!(told[0].car_places, "cars are sent there");
}

#[tokio::test]
async fn the_index_has_one_area_and_ids_are_those_of_openstreetmap_if_asked() {
    let mut zones = vec![off_street("A"), off_street("B")];
    zones[0].aliases = vec!["osm:way/4077".to_owned()];
    let town = Town::with(
        Config::default(),
        Registry::in_memory(zones, vec![]).unwrap(),
        None,
    );
    let index = town.get("/v1/compat/parkapi").await.json();
    assert_eq!(index["cities"], json!({"all": "all"}));
    assert_eq!(index["api_version"], "1.0");
    let ids = async |path: &str| -> Vec<String> {
        let told = read(&town.get(path).await.json());
        told.into_iter().map(|p| p.id).collect()
    };
    assert_eq!(ids(LOTS).await, ["A", "B"]);
    assert_eq!(ids(&format!("{LOTS}?osm=true")).await, ["way/4077", "B"]);
    town.get("/v1/compat/parkapi/Dresden")
        .await
        .problem("not-found");
    let bad = town.get(&format!("{LOTS}?osm=yes")).await;
    bad.problem("bad-parameter");
}
