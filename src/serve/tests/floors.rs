//! What a car park tells of its floors' bays: every kind they have, to whom it may, and none that is
//! closed.

use super::private_bays::{asked, callers, on_offer};
use super::{Answer, Town};
use crate::domain::BayStatus::{Occupied, Vacant};
use crate::domain::{BayKind, KindSet, Millis, ZoneKind, ZoneTally};
use crate::registry::city::BayAttrs;
use crate::serve::Config;
use crate::testing;
use serde_json::{Value, json};

const AT: Millis = Millis(1_795_399_140_000);

fn motorcycle(bay: &mut BayAttrs) {
    bay.kind = BayKind::Motorcycle;
}

/// Cars and motorcycles that are vacant, of so many; the others are unknown.
fn seen(vacant: [u32; 2], of: [u32; 2]) -> ZoneTally {
    ZoneTally {
        vacant: by_kind(vacant),
        unknown: of[0] + of[1] - vacant[0] - vacant[1],
        capacity: of[0] + of[1],
        capacity_by_kind: by_kind(of),
        observed_at: AT,
        ..ZoneTally::default()
    }
}

fn by_kind([cars, motorcycles]: [u32; 2]) -> [u32; BayKind::COUNT] {
    let mut all = [0; BayKind::COUNT];
    all[BayKind::Car as usize] = cars;
    all[BayKind::Motorcycle as usize] = motorcycles;
    all
}

fn kinds(all: &[BayKind]) -> KindSet {
    let mut kinds = KindSet::default();
    for kind in all {
        kinds.insert(*kind);
    }
    kinds
}

/// The others are taken.
fn counted(vacant: [u32; 2], of: [u32; 2], of_kinds: &[BayKind]) -> ZoneTally {
    let seen = seen(vacant, of);
    ZoneTally {
        occupied: seen.unknown,
        unknown: 0,
        counted: kinds(of_kinds),
        ever_counted: kinds(of_kinds),
        ..seen
    }
}

fn closed(of: u32) -> ZoneTally {
    ZoneTally {
        closed: of,
        occupied: 0,
        closed_kinds: kinds(&[BayKind::Car]),
        ..counted([0, 0], [of, 0], &[BayKind::Car])
    }
}

fn near(town: &Town, zone: &str, query: &str) -> String {
    let zone = town.registry.zone(zone).unwrap();
    let place = town.registry.city().zone(zone).spec.place;
    format!(
        "/v1/bays/nearby?lat={}&lon={}&include=all{query}",
        place.lat, place.lon
    )
}

fn ids(answer: &Answer, list: &str, id: &str) -> Vec<Value> {
    let all = answer.json()[list].as_array().unwrap().clone();
    all.iter().map(|one| one[id].clone()).collect()
}

/// `H` has a car bay of its own, or none; two for cars and one for motorcycles are on its floor.
fn house(own: usize) -> Town {
    let house = testing::town().zone("H").bays(own).zone("H1").part_of("H");
    let house = house.bays(2).bay("M").with(motorcycle);
    let town = Town::with(Config::default(), house.build(), None);
    if own > 0 {
        town.tally("H", seen([1, 0], [1, 0]));
    }
    town.tally("H1", seen([1, 1], [2, 1]));
    town
}

#[tokio::test]
async fn a_car_park_tells_of_every_kind_of_bay_that_its_floors_have() {
    for (own, cars) in [(0, 1), (1, 2)] {
        let town = house(own);
        let told = town.get("/v1/zones/H").await.json();
        assert_eq!(told["vacant"], json!({"car": cars, "motorcycle": 1}));
        assert_eq!(told["unknown"], 1);
        let csv = town.get_with("/v1/zones/H", &[("accept", "text/csv")]);
        let rows = super::private_bays::rows(&csv.await, "zones");
        assert_eq!(rows[0]["vacant_motorcycle"], "1");
        let listed = town.get("/v1/zones?kind=motorcycle").await;
        assert_eq!(ids(&listed, "zones", "zone"), ["H"]);
    }
}

/// `LOT` is `lta`'s and has two floors with bays of two for each of `owners`.
fn lot() -> Town {
    let floor = |town: testing::TownBuilder, id: &str| {
        town.zone(id)
            .kind(ZoneKind::Private)
            .operator("lta")
            .part_of("LOT")
            .bays(2)
    };
    let lot = testing::town()
        .zone("LOT")
        .kind(ZoneKind::Private)
        .operator("lta");
    let town = floor(floor(lot, "L1"), "L2").bay("M").with(motorcycle);
    let town = Town::with(Config::default(), town.build(), None);
    town.tally("L1", seen([1, 0], [2, 0]));
    town.tally("L2", seen([1, 1], [2, 1]));
    town
}

#[tokio::test]
async fn a_private_car_park_is_the_sum_of_its_floors_to_who_sees_them_and_to_nobody_else() {
    let town = lot();
    for (who, key, knows) in callers(&town).await {
        let told = asked(&town, key.as_ref(), "application/json", "/v1/zones/LOT").await;
        if knows == super::private_bays::Knows::Offers {
            assert_eq!(told.status.as_u16(), 404, "{who}");
            continue;
        }
        let told = told.json();
        assert_eq!(told["vacant"], json!({"car": 2, "motorcycle": 1}), "{who}");
        assert_eq!(
            (&told["capacity"], &told["unknown"]),
            (&json!(5), &json!(2))
        );
    }
}

#[tokio::test]
async fn of_a_floor_that_is_somebody_elses_only_offers_are_told_with_the_car_park() {
    let town = lot();
    on_offer(&town, "L2-0", 0).await;
    let owner = |bay: &str| format!("/v1/admin/bays/{bay}/owner");
    let ura = json!({"name": "ura"}).to_string();
    town.call_as("admin", "POST", "/v1/admin/partners", ura)
        .await;
    let body = || json!({"partner": "ura"}).to_string();
    let put = town.call_as("admin", "PUT", &owner("M"), body()).await;
    assert!(put.status.is_success(), "{put:?}");
    let key = town.keys["share"].clone();
    let json = "application/json";
    let told = asked(&town, Some(&key), json, "/v1/zones/LOT").await.json();
    assert_eq!(told["vacant"], json!({"car": 2}), "one is on offer: {told}");
    assert_eq!(told["capacity"], 3);
    let admin = town.keys["admin"].clone();
    let told = asked(&town, Some(&admin), json, "/v1/zones/LOT")
        .await
        .json();
    assert_eq!(told["vacant"], json!({"car": 2, "motorcycle": 1}));
}

#[tokio::test]
async fn what_is_closed_tells_of_no_accessible_bay_that_is_vacant() {
    let town = testing::town().zone("H").zone("H1").part_of("H").bays(1);
    let town = Town::with(
        Config::default(),
        town.bay("A").with(|bay| bay.accessible = true).build(),
        None,
    );
    town.turns("A", Vacant, Vacant);
    town.tally("H1", seen([2, 0], [2, 0]));
    let told = |vacant: u32| json!({"capacity": 1, "vacant": vacant});
    let whole = || async { town.get("/v1/zones/H").await.json() };
    let before = whole().await;
    assert_eq!(before["accessible"], told(1));
    assert_eq!(before["areas"][0]["accessible"], told(1));
    for shut in ["H1", "H"] {
        town.tally(shut, closed(2));
        let now = whole().await;
        assert_eq!(now["accessible"], told(0), "{shut}");
        assert_eq!(now["areas"][0]["accessible"], told(0), "{shut}");
        town.tally("H1", seen([2, 0], [2, 0]));
    }
}

#[tokio::test]
async fn what_floors_have_that_the_whole_does_not_count_is_found_as_the_whole() {
    let both = [BayKind::Car, BayKind::Motorcycle];
    let town = testing::town().zone("N").zone("N1").part_of("N");
    let town = town.zone("N2").part_of("N").zone("N3").part_of("N");
    let town = town.bays(1).bay("M").with(motorcycle).build();
    let town = Town::with(Config::default(), town, None);
    town.tally("N", counted([9, 0], [50, 0], &both[..1]));
    town.tally("N1", counted([3, 2], [20, 4], &both));
    let some = [Some((2, 3)), Some((1, 2)), None];
    let n2 = ZoneTally {
        subsets: some,
        ..counted([5, 0], [20, 0], &both[..1])
    };
    town.tally("N2", n2);
    town.turns("M", Occupied, Occupied);
    let n3 = ZoneTally {
        occupied: 1,
        unknown: 1,
        ..seen([0, 0], [1, 1])
    };
    town.tally("N3", n3);
    for (query, vacant, capacity) in [
        ("", 9, 50),
        ("&kind=motorcycle", 2, 5),
        ("&accessible=true", 9, 50),
        ("&ev_charging=true", 9, 50),
    ] {
        let found = town.get(&near(&town, "N", query)).await.json();
        let zone = &found["zones"][0];
        assert_eq!(zone["zone"], "N", "{query}");
        assert_eq!(
            (&zone["vacant"], &zone["capacity"]),
            (&json!(vacant), &json!(capacity)),
            "{query}"
        );
    }
    let told = town.get("/v1/zones/N").await.json();
    assert_eq!(told["vacant"], json!({"car": 9, "motorcycle": 2}));
    assert_eq!(told["accessible"], json!({"capacity": 3, "vacant": 2}));
    assert_eq!(told["ev_charging"], json!({"capacity": 2, "vacant": 1}));
    // 41 cars; 2 motorcycles that are counted and the one that is seen.
    assert_eq!(
        (&told["occupied"], &told["unknown"]),
        (&json!(44), &json!(0))
    );
    town.tally("N", closed(50));
    let found = town.get(&near(&town, "N", "&accessible=true")).await.json();
    assert_eq!(found["zones"], json!([]));
    let found = town.get(&near(&town, "N", "&kind=motorcycle")).await;
    assert_eq!(ids(&found, "zones", "zone"), ["N"]);
}

#[tokio::test]
async fn a_closed_private_car_park_hides_what_is_not_on_offer_and_the_owners_offer_stands() {
    let town = lot();
    town.turns("L1-0", Vacant, Vacant);
    town.turns("L1-1", Vacant, Vacant);
    on_offer(&town, "L1-1", 0).await;
    let key = town.keys["admin"].clone();
    let path = near(&town, "L1", "");
    let found = || asked(&town, Some(&key), "application/json", &path);
    let mut all = ids(&found().await, "bays", "bay");
    all.sort_by_key(Value::to_string);
    assert_eq!(all, ["L1-0", "L1-1"]);
    town.tally("LOT", closed(5));
    assert_eq!(ids(&found().await, "bays", "bay"), ["L1-1"]);
}
