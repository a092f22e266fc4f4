//! The zone feed: shape, walking, asking by id or box, and what a client need not fetch again.

use super::{Town, at, small_town, zone};
use crate::domain::{Expected, KindSet, Millis, ZoneKind, ZoneTally};
use crate::serve::Config;
use crate::testing;
use serde_json::{Value, json};

fn ids(answer: &Value) -> Vec<&str> {
    answer["zones"]
        .as_array()
        .unwrap()
        .iter()
        .map(|z| z["zone"].as_str().unwrap())
        .collect()
}

fn known() -> ZoneTally {
    ZoneTally {
        vacant: [2, 0, 0, 0],
        occupied: 1,
        unknown: 1,
        closed: 0,
        reserved: 0,
        capacity: 4,
        capacity_by_kind: [3, 1, 0, 0],
        observed_at: Millis::parse("2026-11-23T01:59:00Z").unwrap(),
        stale: false,
        expected: Some(Expected {
            vacant: 589,
            spread: 180,
        }),
        ..ZoneTally::default()
    }
}

#[tokio::test]
async fn a_zone_has_every_member_of_the_contract() {
    let town = Town::new();
    town.tally("TPY12", known());
    let want = json!({
        "zone": "TPY12", "name": "Toa Payoh \"12\"\n大巴窑", "kind": "on_street", "operator": "HDB \"north\"",
        "lat": 1.3327, "lon": 103.8474, "capacity": 4, "capacity_by_kind": {"car": 3, "motorcycle": 1}, "vacant": {"car": 2, "motorcycle": 0}, "occupied": 1,
        "unknown": 1, "closed": 0, "reserved": 0, "counted": false, "accessible": {"capacity": 1, "vacant": 0}, "occupancy": 0.333, "vacant_expected": 2.3, "vacant_p10": 1, "vacant_p90": 3, "observed_at": "2026-11-23T01:59:00.000Z", "stale": false,
        "known_fraction": 0.75,
    });
    assert_eq!(town.get("/v1/zones/TPY12").await.json(), want);
    let page = town.get("/v1/zones").await.json();
    assert_eq!(page["zones"][0], want);
    assert_eq!(
        (&page["at"], &page["ttl"]),
        (&json!("2026-11-23T02:00:00.123Z"), &json!(1))
    );
    assert_eq!(
        (&page["last_updated"], &page["next"]),
        (&json!("2026-11-23T01:59:00.000Z"), &Value::Null)
    );
    assert!(page.get("unknown").is_none());
    town.get("/v1/zones/TPY13").await.problem("not-found");
}

#[tokio::test]
async fn what_nobody_reported_is_unknown_and_never_zero_of_zero() {
    let town = Town::new();
    let zone = town.get("/v1/zones/TPY12").await.json();
    for (member, want) in [
        ("unknown", json!(4)),
        ("occupancy", Value::Null),
        ("observed_at", Value::Null),
        ("stale", json!(true)),
        ("vacant", json!({"car": 0, "motorcycle": 0})),
    ] {
        assert_eq!(zone[member], want, "{member}");
    }
    assert_eq!(
        town.get("/v1/zones").await.json()["last_updated"],
        Value::Null
    );
}

#[tokio::test]
async fn a_zone_that_is_only_counted_shows_the_counted_kind() {
    let town = Town::new();
    assert_eq!(
        town.get("/v1/zones/HE12").await.json()["vacant"],
        json!({}),
        "never counted"
    );
    let counted = |kinds, vacant| ZoneTally {
        vacant,
        counted: KindSet::from_bits(kinds),
        occupied: 37,
        unknown: 0,
        capacity: 105,
        ..known()
    };
    town.tally("HE12", counted(2, [0, 68, 0, 0]));
    assert_eq!(
        town.get("/v1/zones/HE12").await.json()["vacant"],
        json!({"motorcycle": 68})
    );
    town.tally("HE12", counted(1, [0; 4]));
    assert_eq!(
        town.get("/v1/zones/HE12").await.json()["vacant"],
        json!({"car": 0}),
        "full is not uncounted"
    );
}

#[tokio::test]
async fn zones_come_as_features_too() {
    let town = Town::new();
    let plain = town.get("/v1/zones").await.json();
    let answer = town
        .get_with("/v1/zones", &[("accept", "application/geo+json")])
        .await;
    assert_eq!(answer.header("content-type"), "application/geo+json");
    let geo = answer.json();
    for (feature, zone) in geo["features"]
        .as_array()
        .unwrap()
        .iter()
        .zip(plain["zones"].as_array().unwrap())
    {
        assert_eq!(
            feature["geometry"],
            json!({"type": "Point", "coordinates": [zone["lon"], zone["lat"]]})
        );
        assert_eq!(feature["properties"], *zone);
    }
    let one = town
        .get_with("/v1/zones/EAST", &[("accept", "application/geo+json")])
        .await
        .json();
    assert_eq!(one["properties"], town.get("/v1/zones/EAST").await.json());
}

#[tokio::test]
async fn a_walk_sees_every_zone_once_even_while_zones_are_added() {
    let place = |n: u32| at(1.2 + f64::from(n) / 1000.0, 103.8);
    let many = (0..25).fold(testing::town(), |town, n| {
        town.zone(&format!("Z{n}")).capacity(10).at(place(n))
    });
    let town = Town::with(Config::default(), many.build(), None);
    let mut seen = vec![];
    let mut query = "/v1/zones?limit=7".to_owned();
    for step in 0.. {
        let page = town.get(&query).await.json();
        seen.extend(ids(&page).iter().map(|id| (*id).to_owned()));
        if step == 1 {
            // One that sorts first by id and by place.
            town.registry
                .put_zones(vec![zone("A", "", ZoneKind::OffStreet, place(0), 1)])
                .unwrap();
            town.registry.remove_zone("Z20").unwrap();
        }
        let Some(next) = page["next"].as_str() else {
            break;
        };
        query = format!("/v1/zones?limit=7&cursor={next}");
    }
    let once: std::collections::HashSet<&String> = seen.iter().collect();
    assert_eq!(once.len(), seen.len(), "none twice");
    assert_eq!(seen.len(), 25, "24 that stayed and the new one: {seen:?}");
    let exact = town.get("/v1/zones?limit=25").await.json();
    assert_eq!(
        (ids(&exact).len(), &exact["next"]),
        (25, &Value::Null),
        "no cursor to an empty page"
    );
}

#[tokio::test]
async fn a_box_and_a_kind_choose() {
    let town = Town::new();
    for (query, want) in [
        ("bbox=103.8,1.3,103.9,1.35", vec!["TPY12"]),
        ("bbox=103.8,1.3,104,1.4", vec!["TPY12", "HE12", "EAST"]),
        ("bbox=170,1.3,-170,1.4", vec![]),
        ("kind=on_street", vec!["TPY12"]),
        ("kind=car", vec!["TPY12", "EAST"]),
        ("kind=motorcycle", vec!["TPY12"]),
        ("kind=car&bbox=103.9,1.3,104,1.4", vec!["EAST"]),
    ] {
        let answer = town.get(&format!("/v1/zones?{query}")).await.json();
        assert_eq!(ids(&answer), want, "{query}");
    }
}

#[tokio::test]
async fn ids_come_in_the_order_asked_and_strangers_are_listed() {
    let town = Town::new();
    let answer = town
        .get("/v1/zones?ids=EAST,nope,TPY12,EAST,%22")
        .await
        .json();
    assert_eq!(ids(&answer), ["EAST", "TPY12"]);
    assert_eq!(answer["unknown"], json!(["nope", "\""]));
    town.registry
        .put_zones(vec![zone("X", "", ZoneKind::Private, at(0.0, 0.0), 1)])
        .unwrap();
    town.registry.remove_zone("X").unwrap();
    assert_eq!(
        town.get("/v1/zones?ids=X").await.json()["unknown"],
        json!(["X"])
    );
    town.get("/v1/zones/X").await.problem("not-found");
}

#[tokio::test]
async fn an_impossible_question_names_its_field() {
    let town = Town::new();
    let too_many: Vec<String> = (0..501).map(|n| n.to_string()).collect();
    for (query, field) in [
        ("ids=A&bbox=1,1,2,2", "bbox"),
        ("ids=A&limit=2", "limit"),
        ("ids=A,,B", "ids"),
        (&format!("ids={}", too_many.join(",")), "ids"),
        ("bbox=1,2,3", "bbox"),
        ("bbox=1,2,3,4,5", "bbox"),
        ("bbox=1,3,2,2", "bbox"),
        ("bbox=a,b,c,d", "bbox"),
        ("bbox=-181,0,0,1", "bbox"),
        ("bbox=nan,0,0,1", "bbox"),
        ("kind=bus", "kind"),
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("cursor=x", "cursor"),
        ("cursor=", "cursor"),
        ("curser=x", "curser"),
    ] {
        let answer = town.get(&format!("/v1/zones?{query}")).await;
        assert_eq!(answer.problem("bad-parameter")["field"], field, "{query}");
    }
    town.get("/v1/zones/TPY12?limit=1")
        .await
        .problem("bad-parameter");
}

#[tokio::test]
async fn what_has_not_changed_is_not_sent_again() {
    let town = Town::with(Config::default(), small_town(), None);
    for path in ["/v1/zones", "/v1/zones/TPY12", "/v1/zones?ids=TPY12"] {
        town.tally("TPY12", known());
        let first = town.get(path).await;
        let etag = first.header("etag").to_owned();
        assert!(
            etag.starts_with("W/\"") && first.header("cache-control") == "public, max-age=1",
            "{first:?}"
        );
        town.clock.advance(5_000);
        for held in [
            etag.clone(),
            format!("\"x\", {etag}"),
            "*".to_owned(),
            etag[2..].to_owned(),
        ] {
            let again = town.get_with(path, &[("if-none-match", &held)]).await;
            assert_eq!(
                (again.status.as_u16(), again.body.len()),
                (304, 0),
                "{path} {held}: later, but the same"
            );
            assert_eq!(again.header("etag"), etag);
        }
        town.tally(
            "TPY12",
            ZoneTally {
                occupied: 2,
                unknown: 0,
                ..known()
            },
        );
        let changed = town.get_with(path, &[("if-none-match", &etag)]).await;
        assert_eq!(changed.status.as_u16(), 200);
        assert_ne!(changed.header("etag"), etag);
    }
}
