//! Zones as they were last written, and those that a box shows: whatever is kept or left out to be quick,
//! the answer is what it would be without.

use super::order_faces::{end, issue};
use super::{Town, at};
use crate::domain::{BayStatus, Expected, KindSet, Millis, ZoneKind, ZoneTally};
use crate::serve::Config;
use crate::testing;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};

/// What the zones have as features, which are written anew each time.
async fn anew(town: &Town, path: &str) -> Vec<Value> {
    let asked = [("accept", "application/geo+json")];
    let answer = town.get_with(path, &asked).await.json();
    let features = answer["features"].as_array().unwrap().iter();
    features.map(|f| f["properties"].clone()).collect()
}

fn some_tally(rng: &mut StdRng) -> ZoneTally {
    let vacant = rng.random_range(0..3);
    let second = rng.random_range(0..3_u64);
    ZoneTally {
        vacant: [vacant, 0, 0, 0],
        occupied: 3 - vacant,
        unknown: 1,
        capacity: 4,
        capacity_by_kind: [3, 1, 0, 0],
        counted: KindSet::from_bits(rng.random_range(0..2)),
        observed_at: Millis(1_795_399_000_000 + 1000 * second),
        stale: rng.random_bool(0.2),
        expected: rng.random_bool(0.5).then_some(Expected {
            vacant: 256 * vacant,
            spread: 90,
        }),
        ..ZoneTally::default()
    }
}

#[tokio::test]
async fn a_zone_is_told_as_it_is_now_whatever_was_told_of_it_before() {
    let town = Town::new();
    let mut rng = StdRng::seed_from_u64(12);
    let mut told_before = Vec::new();
    for _ in 0..300 {
        let city = town.registry.city().clone();
        // The first is accessible, the last for motorcycles.
        let bay = format!("TPY12-00{}", rng.random_range(1..=4));
        let ix = town.registry.bay(&bay).unwrap();
        match rng.random_range(0..4) {
            0 => town.tally("TPY12", some_tally(&mut rng)),
            1 => town.live.reserve(&city, ix, rng.random_bool(0.5)),
            2 => {
                let states = [BayStatus::Vacant, BayStatus::Occupied];
                let now = states[rng.random_range(0..2)];
                town.turns(&bay, now, now);
            }
            _ => {}
        }
        let answer = town.get("/v1/zones").await;
        let tag = answer.header("etag").to_owned();
        let zones = answer.json()["zones"].clone();
        assert_eq!(*zones.as_array().unwrap(), anew(&town, "/v1/zones").await);
        let lone = town.get("/v1/zones/TPY12").await.json();
        assert_eq!(lone, zones[0]);
        // The tag changes with what is told, and with nothing else.
        for (other, other_tag) in &told_before {
            assert_eq!(*other == zones, *other_tag == tag);
        }
        if told_before.len() < 30 {
            told_before.push((zones, tag));
        }
    }
    let some = told_before
        .iter()
        .any(|(zones, _)| *zones != told_before[0].0);
    assert!(some, "nothing ever changed");
}

#[tokio::test]
async fn an_order_is_told_with_its_zone_from_when_it_begins_and_no_longer_than_it_holds() {
    let town = Town::new();
    for _ in 0..2 {
        let before = town.get("/v1/zones").await.json()["zones"].clone();
        let order = json!({"kind": "closure", "target": {"bays": ["TPY12-002"]}});
        let order = issue(&town, order).await;
        let zones = town.get("/v1/zones").await.json()["zones"].clone();
        assert_eq!(zones[0]["order"], order["id"]);
        assert_eq!(*zones.as_array().unwrap(), anew(&town, "/v1/zones").await);
        end(&town, &order).await;
        let after = town.get("/v1/zones").await.json()["zones"].clone();
        assert_eq!(after, before);
    }
}

#[tokio::test]
async fn a_car_park_is_told_with_what_its_floors_are_now() {
    let park = testing::town().zone("CP").kind(ZoneKind::OffStreet);
    let floor = park.zone("L1").kind(ZoneKind::OffStreet);
    let town = Town::with(Config::default(), floor.part_of("CP").bays(4).build(), None);
    let mut rng = StdRng::seed_from_u64(4);
    let mut told = Vec::new();
    for _ in 0..20 {
        town.tally("L1", some_tally(&mut rng));
        let zones = town.get("/v1/zones").await.json()["zones"].clone();
        assert_eq!(*zones.as_array().unwrap(), anew(&town, "/v1/zones").await);
        told.push(zones[0]["occupied"].clone());
    }
    assert!(told.iter().any(|n| *n != told[0]), "{told:?}");
}

#[tokio::test]
async fn a_zone_is_told_in_the_coordinates_that_are_asked_for() {
    let shanghai = testing::town()
        .zone("SH")
        .capacity(10)
        .at(at(31.2304, 121.4737));
    let town = Town::with(Config::default(), shanghai.build(), None);
    let asked = [
        "",
        "?crs=gcj02",
        "?crs=bd09",
        "",
        "?crs=gcj02",
        "?crs=wgs84",
        "",
    ];
    for query in asked.into_iter().cycle().take(21) {
        let path = format!("/v1/zones{query}");
        let zones = town.get(&path).await.json()["zones"].clone();
        assert_eq!(
            *zones.as_array().unwrap(),
            anew(&town, &path).await,
            "{query}"
        );
        let path = format!("/v1/zones/SH{query}");
        let lone = town.get(&path).await.json();
        let crs = query.strip_prefix("?crs=").map(str::to_owned);
        assert_eq!(lone["crs"].as_str().map(str::to_owned), crs);
        assert_eq!(lone["lat"], zones[0]["lat"], "{query}");
    }
}

#[tokio::test]
async fn a_box_shows_all_zones_that_lie_in_it_and_no_others() {
    let mut rng = StdRng::seed_from_u64(13);
    // Close together in a town, around the world, and on both sides of the date line.
    let places: Vec<(f64, f64)> = (0..400)
        .map(|n| match n % 4 {
            0 => (
                rng.random_range(-85.0..85.0),
                rng.random_range(-180.0..180.0),
            ),
            1 => (
                rng.random_range(-17.1..-17.0),
                rng.random_range(179.9..180.0),
            ),
            2 => (
                rng.random_range(-17.1..-17.0),
                rng.random_range(-180.0..-179.9),
            ),
            _ => (
                rng.random_range(1.30..1.33),
                rng.random_range(103.80..103.85),
            ),
        })
        .collect();
    let many = places
        .iter()
        .enumerate()
        .fold(testing::town(), |town, (n, place)| {
            let town = town.zone(&format!("Z{n}")).capacity(10);
            town.at(at(place.0, place.1))
        });
    let private = many
        .zone("P")
        .kind(ZoneKind::Private)
        .at(at(1.31, 103.82))
        .bays(1);
    let town = Town::with(Config::default(), private.build(), None);
    let all = town.get("/v1/zones?limit=1000").await.json()["zones"].clone();
    let all = all.as_array().unwrap();
    assert_eq!(all.len(), 401);
    let mut shown = 0;
    for n in 0..200 {
        let (lat, lon) = places[rng.random_range(0..places.len())];
        let size = [0.0, 0.003, 0.04, 3.0][n % 4];
        let lat = (lat - size, (lat + size).min(90.0));
        let mut lon = (lon - size, lon + size);
        lon.0 = if lon.0 < -180.0 { lon.0 + 360.0 } else { lon.0 };
        lon.1 = if lon.1 > 180.0 { lon.1 - 360.0 } else { lon.1 };
        let lies_in = |zone: &&Value| {
            let y = zone["lat"].as_f64().unwrap();
            let x = zone["lon"].as_f64().unwrap();
            let beside = if lon.0 <= lon.1 {
                lon.0 <= x && x <= lon.1
            } else {
                x >= lon.0 || x <= lon.1
            };
            beside && lat.0 <= y && y <= lat.1
        };
        let want: Vec<&Value> = all.iter().filter(lies_in).map(|z| &z["zone"]).collect();
        let mut got = Vec::new();
        let first = format!(
            "/v1/zones?limit=7&bbox={},{},{},{}",
            lon.0, lat.0, lon.1, lat.1
        );
        let mut path = first.clone();
        loop {
            let page = town.get(&path).await.json();
            let zones = page["zones"].as_array().unwrap().iter();
            got.extend(zones.map(|z| z["zone"].clone()));
            let Some(next) = page["next"].as_str() else {
                break;
            };
            path = format!("{first}&cursor={next}");
        }
        shown += got.len();
        assert_eq!(got.iter().collect::<Vec<_>>(), want, "{first}");
    }
    assert!(shown > 2000, "{shown}");
}
