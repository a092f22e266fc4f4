//! A bay that is booked for now: every public view says the same of it, and says so at once.

use super::Town;
use super::open_stream::{OpenStream, running};
use super::sharing::{ask, market, offer, post_offer, request, step};
use crate::domain::BayStatus::{Occupied, Unknown, Vacant};
use crate::domain::{Millis, ZoneTally};
use serde_json::{Value, json};

fn tally() -> ZoneTally {
    let observed_at = Millis::parse("2026-11-23T01:59:00Z").unwrap();
    ZoneTally {
        vacant: [2, 0, 0, 0],
        occupied: 1,
        unknown: 1,
        capacity: 4,
        capacity_by_kind: [3, 1, 0, 0],
        observed_at,
        ..ZoneTally::default()
    }
}

/// `TPY12-001` is on offer and seen vacant, as one bay more of its zone.
async fn town() -> Town {
    let town = running(market().await);
    town.turns("TPY12-001", Vacant, Vacant);
    town.turns("TPY12-002", Vacant, Vacant);
    town.tally("TPY12", tally());
    assert_eq!(
        post_offer(&town, &offer("TPY12-001")).await.status.as_u16(),
        201
    );
    town
}

async fn bay(town: &Town) -> Value {
    town.get("/v1/bays/TPY12-001").await.json()
}

fn known(bay: &Value) -> [&Value; 3] {
    ["state", "reserved", "why"].map(|member| &bay[member])
}

fn counts(zone: &Value) -> [&Value; 5] {
    ["vacant", "reserved", "occupied", "unknown", "occupancy"].map(|member| &zone[member])
}

#[tokio::test]
async fn it_is_vacant_to_nobody_else_in_any_view_until_it_is_given_up() {
    let town = town().await;
    let before = bay(&town).await;
    assert_eq!(
        known(&before),
        [&json!("vacant"), &json!(false), &json!("reported")]
    );
    let held = ask(&town, &request(0)).await.json();
    let kept = bay(&town).await;
    assert_eq!(
        known(&kept),
        [&json!("reserved"), &json!(true), &json!("reserved")]
    );
    assert_eq!(
        (&kept["claimed_state"], &kept["p_vacant"]),
        (&json!("vacant"), &json!(0)),
        "what the sensor sees"
    );

    let one = town.get("/v1/zones/TPY12").await.json();
    // It waits, so it is not taken either: occupancy is one of three, as before.
    let want = [
        &json!({"car": 1, "motorcycle": 0}),
        &json!(1),
        &json!(1),
        &json!(1),
        &json!(0.333),
    ];
    assert_eq!(counts(&one), want);
    for path in ["/v1/zones", "/v1/zones?ids=TPY12"] {
        assert_eq!(town.get(path).await.json()["zones"][0], one, "{path}");
    }
    let near = town
        .get("/v1/bays/nearby?lat=1.3327&lon=103.8474")
        .await
        .json();
    assert_eq!(near["bays"].as_array().unwrap().len(), 1);

    step(&town, held["id"].as_str().unwrap(), "cancel").await;
    let free = bay(&town).await;
    assert_eq!(
        (&free["state"], &free["reserved"]),
        (&json!("vacant"), &json!(false))
    );
    assert_eq!(town.get("/v1/zones/TPY12").await.json()["vacant"]["car"], 2);
}

#[tokio::test]
async fn a_later_booking_shows_from_ten_minutes_before_and_what_is_seen_there_still_counts() {
    let town = town().await;
    let held = ask(&town, &request(60)).await.json();
    step(&town, held["id"].as_str().unwrap(), "confirm").await;
    assert_eq!(bay(&town).await["state"], "vacant");
    assert_eq!(town.get("/v1/zones/TPY12").await.json()["reserved"], 0);
    town.clock.advance(50 * 60_000);
    // The next thing the desk does takes it in, as its tick would.
    post_offer(&town, &offer("EAST-1")).await;
    assert_eq!(bay(&town).await["state"], "reserved");
    for (seen, vacant, reserved) in [(Occupied, 2, 0), (Unknown, 2, 0), (Vacant, 1, 1)] {
        town.turns("TPY12-001", seen, seen);
        let now = bay(&town).await;
        let state = if seen == Vacant {
            "reserved"
        } else {
            seen.name()
        };
        assert_eq!(
            (&now["state"], &now["reserved"]),
            (&json!(state), &json!(true)),
            "{seen:?}"
        );
        let zone = town.get("/v1/zones/TPY12").await.json();
        assert_eq!(
            (&zone["vacant"]["car"], &zone["reserved"]),
            (&json!(vacant), &json!(reserved)),
            "{seen:?}"
        );
    }
}

#[tokio::test]
async fn who_follows_the_zone_is_told_when_a_booking_begins_and_ends() {
    let town = town().await;
    let mut stream = OpenStream::open(&town, "?zones=TPY12&bays=true", None).await;
    let told = async |stream: &mut OpenStream| {
        let mut bays = vec![];
        loop {
            let (name, id, data) = stream.event().await;
            if name == "zone" {
                return (
                    bays,
                    data["vacant"]["car"].clone(),
                    data["reserved"].clone(),
                    id,
                );
            }
            bays.push((
                data["bay"].clone(),
                data["state"].clone(),
                data["reserved"].clone(),
            ));
        }
    };
    let (first, vacant, reserved, _) = told(&mut stream).await;
    assert_eq!((first.len(), vacant, reserved), (4, json!(2), json!(0)));
    let held = ask(&town, &request(0)).await.json();
    let (bays, vacant, reserved, id) = told(&mut stream).await;
    assert_eq!(bays, [(json!("TPY12-001"), json!("reserved"), json!(true))]);
    assert_eq!((vacant, reserved), (json!(1), json!(1)));
    drop(stream);
    step(&town, held["id"].as_str().unwrap(), "cancel").await;
    // Also to who was away.
    let mut stream = OpenStream::open(&town, "?zones=TPY12", Some(&id)).await;
    let (_, vacant, reserved, _) = told(&mut stream).await;
    assert_eq!((vacant, reserved), (json!(2), json!(0)));
}
