//! Zones, spaces and policies.

use super::super::places::{at, bay, zone};
use super::super::private_bays::lots;
use super::super::{NOW, Town};
use super::{bay_uuid, uuid_of, walk};
use crate::domain::BayStatus::{Closed, Occupied, Unknown, Vacant};
use crate::domain::{Millis, ZoneKind, ZoneTally};
use crate::registry::Registry;
use crate::registry::city::{BaySpec, ZoneSpec};
use crate::serve::Config;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

fn town(zones: Vec<ZoneSpec>, bays: Vec<BaySpec>) -> Town {
    let registry = Registry::in_memory(zones, bays).unwrap();
    Town::with(Config::default(), registry, None)
}

async fn zones(town: &Town, query: &str) -> Vec<Value> {
    walk(town, None, &format!("/v1/cds/curbs/zones{query}"), "zones").await
}

async fn spaces(town: &Town, query: &str) -> Vec<Value> {
    walk(
        town,
        None,
        &format!("/v1/cds/curbs/spaces{query}"),
        "spaces",
    )
    .await
}

fn seen(vacant: u32, occupied: u32, closed: u32) -> ZoneTally {
    let capacity = vacant + occupied + closed;
    ZoneTally {
        vacant: [vacant, 0, 0, 0],
        occupied,
        closed,
        capacity,
        capacity_by_kind: [capacity, 0, 0, 0],
        observed_at: Millis(NOW.0 - 60_000),
        ..ZoneTally::default()
    }
}

#[tokio::test]
async fn a_zone_is_told_by_its_own_words_and_what_is_unknown_is_absent() {
    let town = Town::new();
    town.tally("HE12", seen(68, 37, 0));
    let all = zones(&town, "").await;
    let by_id: BTreeMap<&str, &Value> = all
        .iter()
        .map(|zone| (zone["user_zone_id"].as_str().unwrap(), zone))
        .collect();
    assert_eq!(by_id.len(), 3);
    let told = by_id["HE12"];
    assert_eq!(told["curb_zone_id"], uuid_of("HE12"));
    assert_eq!(told["name"], "Hougang");
    assert_eq!(told["owner_name"], "HDB \"north\"");
    assert_eq!(told["jurisdiction_type"], "public");
    assert_eq!(told["num_spaces"], 105);
    assert_eq!(
        (&told["available"], &told["available_spaces"]),
        (&true.into(), &68.into())
    );
    assert_eq!(told["availability_time"], NOW.0 - 60_000);
    assert!(
        told.get("curb_space_ids").is_none(),
        "nobody knows its bays"
    );
    let stale = by_id["TPY12"];
    for member in ["available", "available_spaces", "availability_time"] {
        assert!(stale.get(member).is_none(), "{member}: {stale}");
    }
    assert_eq!(stale["name"], "Toa Payoh \"12\"\n大巴窑");
    let spaces = spaces(&town, "").await;
    let ids = spaces.iter().map(|space| space["curb_space_id"].as_str());
    let there: BTreeSet<Option<&str>> = ids.collect();
    let named: Vec<&Value> = all
        .iter()
        .filter_map(|zone| zone["curb_space_ids"].as_array())
        .flatten()
        .collect();
    assert_eq!(named.len(), 5);
    assert!(
        named.iter().all(|id| there.contains(&id.as_str())),
        "each can be had"
    );
}

#[tokio::test]
async fn closed_is_not_available_and_an_empty_city_has_an_empty_list() {
    let town = Town::new();
    town.tally("HE12", seen(0, 0, 105));
    town.tally("EAST", seen(0, 1, 0));
    let all = zones(&town, "").await;
    let of = |id: &str| all.iter().find(|zone| zone["user_zone_id"] == id).unwrap();
    assert_eq!(of("HE12")["available"], false);
    assert_eq!(of("EAST")["available"], true, "full is open");
    assert_eq!(of("EAST")["available_spaces"], 0);
    let empty = town_of_nothing();
    for list in ["zones", "spaces", "policies"] {
        let all = walk(&empty, None, &format!("/v1/cds/curbs/{list}"), list).await;
        assert_eq!(all, Vec::<Value>::new(), "{list}");
    }
}

fn town_of_nothing() -> Town {
    town(vec![], vec![])
}

#[tokio::test]
async fn names_of_any_script_and_a_capacity_of_nothing_are_told() {
    let name = "<A&B> \"C\" \\ 🚗 \u{202e}שלום\u{202c} \u{1}";
    let odd = zone("odd", name, ZoneKind::OnStreet, at(1.3, 103.8), 0);
    let town = town(vec![odd], vec![]);
    let all = zones(&town, "").await;
    assert_eq!(all[0]["name"], name);
    assert!(all[0].get("num_spaces").is_none(), "nobody has said");
}

#[tokio::test]
async fn outlines_are_told_with_their_holes_and_points_as_hulls() {
    let square = |at_lat: f64, size: f64| {
        let corners = [
            (0.0, 0.0),
            (0.0, size),
            (size, size),
            (size, 0.0),
            (0.0, 0.0),
        ];
        let corner = |(lat, lon): (f64, f64)| at(at_lat + lat, 103.8 + lon);
        corners.map(corner).to_vec()
    };
    let mut outlined = zone("out", "Out", ZoneKind::OffStreet, at(1.3, 103.8), 9);
    outlined.outline = vec![vec![square(1.3, 0.01), square(1.304, 0.002)]];
    let point = zone("point", "Point", ZoneKind::OnStreet, at(1.4, 103.8), 0);
    let bays = vec![
        bay("1", "point", at(1.4, 103.8), |_| {}),
        bay("2", "point", at(1.4001, 103.8), |_| {}),
    ];
    let town = town(vec![outlined, point], bays);
    let all = zones(&town, "").await;
    let of = |id: &str| all.iter().find(|zone| zone["user_zone_id"] == id).unwrap();
    let rings = of("out")["geometry"]["coordinates"].as_array().unwrap();
    assert_eq!(rings.len(), 2);
    assert_eq!(rings[0][2], json!([103.81, 1.31]));
    let hull = of("point")["geometry"]["coordinates"][0]
        .as_array()
        .unwrap();
    assert!(hull.len() > 8 && hull.first() == hull.last());
    let bare = zones(&town, "?include_geometry=false").await;
    assert!(bare.iter().all(|zone| zone.get("geometry").is_none()));
    // The zone's place lies outside, its ground does not.
    let met = "?min_lat=1.309&min_lng=103.809&max_lat=1.32&max_lng=103.82";
    assert_eq!(zones(&town, met).await.len(), 1);
    let missed = "?min_lat=1.35&min_lng=103.8&max_lat=1.36&max_lng=103.82";
    assert_eq!(zones(&town, missed).await.len(), 0);
}

#[tokio::test]
async fn a_radius_is_centimetres_and_the_nearest_comes_first() {
    let town = Town::new();
    let ids = async |radius: u64| {
        let query = format!("?lat=1.37&lng=103.89&radius={radius}");
        let told = zones(&town, &query).await;
        let ids = told
            .iter()
            .map(|z| z["user_zone_id"].as_str().unwrap().to_owned());
        ids.collect::<Vec<_>>()
    };
    assert_eq!(ids(100).await, ["HE12"]);
    assert_eq!(ids(700_000).await, ["HE12", "TPY12"]);
    assert_eq!(ids(10_000_000).await, ["HE12", "TPY12", "EAST"]);
    let near = spaces(&town, "?lat=1.3327&lng=103.8474&radius=25000").await;
    let names: Vec<&str> = near.iter().map(|s| s["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["TPY12-001", "TPY12-002", "TPY12-003"]);
}

#[tokio::test]
async fn a_space_is_available_only_if_somebody_sees_it_vacant() {
    let town = Town::new();
    town.turns("TPY12-001", Vacant, Vacant);
    town.turns("TPY12-002", Occupied, Occupied);
    town.turns("TPY12-003", Closed, Closed);
    town.turns("TPY12-004", Unknown, Vacant);
    let query = format!("?zone={}", uuid_of("TPY12"));
    let told = spaces(&town, &query).await;
    let of: BTreeMap<&str, Option<&Value>> = told
        .iter()
        .map(|space| (space["name"].as_str().unwrap(), space.get("available")))
        .collect();
    let want = [
        ("TPY12-001", Some(&Value::Bool(true))),
        ("TPY12-002", Some(&Value::Bool(false))),
        ("TPY12-003", Some(&Value::Bool(false))),
        ("TPY12-004", None),
    ];
    assert_eq!(of, want.into());
    assert!(told[3].get("availability_time").is_none());
    assert_eq!(told[0]["curb_zone_id"], uuid_of("TPY12"));
    assert_eq!(
        (&told[0]["length"], &told[0]["width"]),
        (&500.into(), &250.into())
    );
    assert_eq!(told[0]["custom_attributes"]["geometry"], "nominal");
    let later = format!("?time={}", NOW.0 + 3_600_000);
    let later = spaces(&town, &later).await;
    assert!(later.iter().all(|space| space.get("available").is_none()));
    let nowhere = spaces(&town, &format!("?zone={}", uuid_of("NOWHERE"))).await;
    assert_eq!(nowhere.len(), 0);
    town.get("/v1/cds/curbs/spaces?zone=x")
        .await
        .problem("bad-parameter");
}

#[tokio::test]
async fn private_zones_tell_their_offers_and_never_their_bays() {
    let town = lots().await;
    for key in [None, Some("monitor"), Some("admin")] {
        let all = walk(&town, key, "/v1/cds/curbs/zones", "zones").await;
        let ids: Vec<&str> = all
            .iter()
            .map(|z| z["user_zone_id"].as_str().unwrap())
            .collect();
        assert_eq!(
            ids,
            ["KERB", "LOT"],
            "one that only counts is nobody's to see"
        );
        let lot = &all[1];
        assert_eq!(lot["jurisdiction_type"], "private");
        assert!(lot.get("curb_space_ids").is_none(), "{lot}");
        assert_eq!(lot["curb_policy_ids"], json!([]));
        let told = town.get("/v1/zones/LOT").await.json();
        assert_eq!(lot["num_spaces"], told["capacity"]);
        assert_eq!(lot["available_spaces"], told["vacant"]["car"]);
        let spaces = walk(&town, key, "/v1/cds/curbs/spaces", "spaces").await;
        assert_eq!(spaces.len(), 1);
        assert_eq!(spaces[0]["curb_space_id"], bay_uuid("KERB-0"));
    }
    for zone in ["LOT", "GATE"] {
        let query = format!("?zone={}", uuid_of(zone));
        assert_eq!(spaces(&town, &query).await.len(), 0, "{zone}");
    }
    let around = "?lat=1.3&lng=103.8&radius=100000000";
    assert_eq!(spaces(&town, around).await.len(), 1);
}

#[tokio::test]
async fn policies_are_one_for_each_terms_and_every_id_of_a_zone_is_there() {
    let town = Town::new();
    let all = walk(&town, None, "/v1/cds/curbs/policies", "policies").await;
    let ids: BTreeSet<&str> = all
        .iter()
        .map(|policy| policy["curb_policy_id"].as_str().unwrap())
        .collect();
    assert_eq!(ids.len(), all.len());
    for zone in zones(&town, "").await {
        let own = zone["curb_policy_ids"].as_array().unwrap();
        assert!(!own.is_empty(), "{zone}");
        assert!(
            own.iter().all(|id| ids.contains(id.as_str().unwrap())),
            "{zone}"
        );
        let of = |id: &Value| {
            let policy = all.iter().find(|policy| policy["curb_policy_id"] == *id);
            policy.unwrap()["priority"].as_u64().unwrap()
        };
        let priorities: BTreeSet<u64> = own.iter().map(of).collect();
        assert_eq!(priorities.len(), own.len(), "no two the same: {zone}");
    }
    let one = ids.first().unwrap();
    let path = format!("/v1/cds/curbs/policies?ids={one}");
    let told = walk(&town, None, &path, "policies").await;
    assert_eq!(told.len(), 1);
    let bad = town.get("/v1/cds/curbs/policies?ids=x").await;
    bad.problem("bad-parameter");
}

#[tokio::test]
async fn many_zones_come_page_by_page_each_once() {
    let many = 4_500;
    let all = (0..many).map(|n| {
        let place = at(
            1.3 + f64::from(n / 70) * 0.001,
            103.8 + f64::from(n % 70) * 0.001,
        );
        zone(&format!("z{n}"), "Z", ZoneKind::OnStreet, place, 1)
    });
    let town = town(all.collect(), vec![]);
    for query in ["", "?lat=1.33&lng=103.83&radius=10000000"] {
        let told = zones(&town, query).await;
        let ids: BTreeSet<&str> = told
            .iter()
            .map(|z| z["curb_zone_id"].as_str().unwrap())
            .collect();
        assert_eq!(
            (told.len(), ids.len()),
            (many as usize, many as usize),
            "{query}"
        );
    }
    let first = town.get("/v1/cds/curbs/zones").await.json();
    let next = first["links"]["next"].as_str().unwrap();
    assert!(next.starts_with("/v1/cds/curbs/zones?cursor="), "{next}");
}
