//! Forecasts as callers get them: of a zone, beside nearby bays and car parks, and of nobody's
//! business.

use super::open_stream::{OpenStream, running};
use super::private_bays::lots;
use super::sharing::{ask, later};
use super::{NOW, Town};
use crate::domain::BayStatus::Vacant;
use crate::domain::{BayKind, KindSet, Millis, ZoneKind, ZoneTally};
use crate::domain::{Calendar, Workdays};
use crate::forecast::{City, ForecastTable, Live, USUAL_PACE, Wall, ZoneEntry, ZoneSeen};
use serde_json::{Value, json};

fn wall() -> Wall {
    Wall::new(Calendar::UTC, Workdays::default())
}

/// A city in which every zone empties in the hour from now on, day by day, from 90 % to 10 %; as it is
/// seen now.
pub(super) fn emptying(town: &Town, seen_now: Option<f64>) -> ForecastTable {
    let city = town.registry.city();
    let mut learnt = City::default();
    let first = Wall::index(NOW) - 3 * 336;
    let of_zones = |occupied: f64| -> Vec<ZoneSeen> {
        let mut all: Vec<ZoneSeen> = city
            .zones()
            .map(|(_, zone)| ZoneSeen {
                number: zone.number,
                kind: zone.spec.kind,
                occupied,
            })
            .collect();
        all.sort_by_key(|one| one.number);
        all
    };
    for index in first..Wall::index(NOW) {
        let halves = (index - first) % 48;
        let occupied = if (2..40).contains(&halves) { 0.1 } else { 0.9 };
        learnt.learn(&wall(), index, &of_zones(occupied), &mut |_| {});
    }
    let live: Vec<Live> = city
        .zones()
        .map(|(_, zone)| Live {
            number: zone.number,
            kind: zone.spec.kind,
            occupied: seen_now,
        })
        .collect();
    let outlooks = learnt.look(&wall(), NOW, &live);
    let entry = |outlook| ZoneEntry {
        outlook,
        pace: USUAL_PACE,
    };
    ForecastTable {
        at: NOW,
        zones: outlooks.into_iter().map(entry).collect(),
        ..ForecastTable::default()
    }
}

fn soon(minutes: u64) -> Millis {
    NOW.plus(minutes * 60_000)
}

#[tokio::test]
async fn a_zone_tells_how_full_it_will_be_and_what_that_rests_on() {
    let town = Town::new();
    town.forecasts.tell(emptying(&town, Some(0.9)));
    let capacity = ZoneTally {
        capacity: 100,
        ..ZoneTally::default()
    };
    town.tally("HE12", capacity);
    let now = town.get("/v1/zones/HE12/forecast").await.json();
    assert_eq!(
        (&now["zone"], &now["basis"]),
        (&json!("HE12"), &json!("profile"))
    );
    assert_eq!(now["occupancy"], 0.9);
    let later = town
        .get(&format!("/v1/zones/HE12/forecast?at={}", soon(110)))
        .await
        .json();
    assert_eq!(later["at"], soon(110).to_string());
    assert!(later["occupancy"].as_f64().unwrap() < 0.4, "{later}");
    assert!(later["vacant"].as_u64().unwrap() > 60, "{later}");
    assert!(later["p_any_vacant"].as_f64().unwrap() > 0.9, "{later}");
    let of = |name: &str| later[name].as_f64().unwrap();
    assert!(
        of("p10") <= of("occupancy") && of("occupancy") <= of("p90"),
        "{later}"
    );
}

#[tokio::test]
async fn a_time_that_is_past_or_too_far_is_refused_by_its_name_and_an_unknown_zone_is_not_there() {
    let town = Town::new();
    town.forecasts.tell(emptying(&town, Some(0.9)));
    for at in [soon(241), Millis(NOW.0 - 120_000)] {
        let answer = town.get(&format!("/v1/zones/HE12/forecast?at={at}")).await;
        let problem = answer.problem("bad-parameter");
        assert_eq!(problem["field"], "at", "{problem}");
    }
    town.get("/v1/zones/HE12/forecast?at=soon")
        .await
        .problem("bad-parameter");
    town.get("/v1/zones/HE12/forecast?when=now")
        .await
        .problem("bad-parameter");
    town.get("/v1/zones/NOWHERE/forecast")
        .await
        .problem("not-found");
    let last = town
        .get(&format!("/v1/zones/HE12/forecast?at={}", soon(240)))
        .await
        .json();
    assert!(last["occupancy"].is_number(), "{last}");
}

#[tokio::test]
async fn where_nothing_is_known_nothing_is_said_and_no_basis_either() {
    let town = Town::new();
    let nothing = town.get("/v1/zones/HE12/forecast").await.json();
    for member in ["occupancy", "p10", "p90", "vacant", "p_any_vacant", "basis"] {
        assert_eq!(nothing[member], Value::Null, "{member}");
    }
    // What was worked out long ago is not told.
    let mut old = emptying(&town, Some(0.9));
    old.at = Millis(NOW.0 - 600_000);
    town.forecasts.tell(old);
    let nothing = town.get("/v1/zones/HE12/forecast").await.json();
    assert_eq!(nothing["basis"], Value::Null);
    // Nobody says how large it is: a share, and no number of bays.
    let unsized_kinds = KindSet::from_bits(1);
    let unsized_park = ZoneTally {
        unsized_kinds,
        ..counted(10)
    };
    town.tally("HE12", unsized_park);
    town.forecasts.tell(emptying(&town, None));
    let usual = town
        .get(&format!("/v1/zones/HE12/forecast?at={}", soon(60)))
        .await
        .json();
    assert_eq!(usual["basis"], "profile");
    assert!(
        usual["occupancy"].is_number() && usual["vacant"].is_null(),
        "{usual}"
    );
}

#[tokio::test]
async fn nearby_tells_of_bays_and_car_parks_on_arrival() {
    let town = Town::new();
    let mut counted = KindSet::default();
    counted.insert(BayKind::Car);
    let tally = ZoneTally {
        vacant: [10, 0, 0, 0],
        occupied: 90,
        capacity: 100,
        capacity_by_kind: [100, 0, 0, 0],
        counted,
        ever_counted: counted,
        observed_at: NOW,
        ..ZoneTally::default()
    };
    town.tally("HE12", tally);
    for n in 1..=3 {
        town.turns(&format!("TPY12-00{n}"), Vacant, Vacant);
    }
    let there = "/v1/bays/nearby?lat=1.37&lon=103.89";
    let here = "/v1/bays/nearby?lat=1.3327&lon=103.8474";
    let park = town.get(there).await.json();
    assert_eq!(
        park["zones"][0]["p_any_vacant"],
        Value::Null,
        "nothing was learnt yet"
    );
    town.forecasts.tell(emptying(&town, Some(0.9)));
    let park = town
        .get(&format!("{there}&arrive_at={}", soon(110)))
        .await
        .json();
    assert!(
        park["zones"][0]["p_any_vacant"].as_f64().unwrap() > 0.9,
        "{park}"
    );
    let table = format!("{there}&include=zones&arrive_at={}", soon(110));
    let csv = town.get_with(&table, &[("accept", "text/csv")]).await;
    let csv = String::from_utf8(csv.body).unwrap();
    let told = csv.lines().nth(1).unwrap().split(',').nth(8).unwrap();
    assert_eq!(told, park["zones"][0]["p_any_vacant"].to_string());
    // A bay comes to what its zone comes to.
    let bays = town
        .get(&format!("{here}&arrive_at={}", soon(110)))
        .await
        .json();
    let p = bays["bays"][0]["p_vacant_on_arrival"].as_f64().unwrap();
    assert!(p > 0.6, "the zone empties: {bays}");
    assert!(bays["p_any_vacant"].as_f64().unwrap() > p, "{bays}");
    let far = town
        .get(&format!("{here}&arrive_at={}", soon(241)))
        .await
        .json();
    assert_eq!(far["bays"][0]["p_vacant_on_arrival"], Value::Null);
    assert_eq!(far["p_any_vacant"], Value::Null);
}

#[tokio::test]
async fn of_a_private_zone_a_forecast_says_what_is_not_there() {
    let town = lots().await;
    let city = town.registry.city();
    // As the hub makes it: of private zones nothing is worked out.
    let mut table = emptying(&town, Some(0.5));
    for (ix, zone) in city.zones() {
        if zone.spec.kind == ZoneKind::Private {
            table.zones[ix.at()] = ZoneEntry::default();
        }
    }
    town.forecasts.tell(table);
    let seen = town.get("/v1/zones/LOT/forecast").await.json();
    assert_eq!(
        (&seen["occupancy"], &seen["basis"]),
        (&Value::Null, &Value::Null)
    );
    town.get("/v1/zones/GATE/forecast")
        .await
        .problem("not-found");
    assert!(town.get("/v1/zones/KERB/forecast").await.json()["occupancy"].is_number());
}

/// A car park that counts, with as many vacant of a hundred.
fn counted(vacant: u32) -> ZoneTally {
    let mut counted = KindSet::default();
    counted.insert(BayKind::Car);
    ZoneTally {
        vacant: [vacant, 0, 0, 0],
        occupied: 100 - vacant,
        capacity: 100,
        capacity_by_kind: [100, 0, 0, 0],
        counted,
        ever_counted: counted,
        observed_at: NOW,
        ..ZoneTally::default()
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_tells_what_is_expected_only_to_who_asks_for_it() {
    let town = running(Town::new());
    town.forecasts.tell(emptying(&town, Some(0.9)));
    town.tally("HE12", counted(10));
    let mut asking = OpenStream::open(&town, "?zones=HE12&forecast=true", None).await;
    let mut plain = OpenStream::open(&town, "?zones=HE12", None).await;
    let (_, _, told) = asking.event().await;
    let (_, _, without) = plain.event().await;
    let rows = told["forecast"].as_array().unwrap();
    let at: Vec<&str> = rows.iter().map(|row| row["at"].as_str().unwrap()).collect();
    assert_eq!(at, [30, 60, 120].map(|min| soon(min).to_string()));
    assert!(rows[2]["occupancy"].as_f64().unwrap() < 0.4, "{told}");
    assert_eq!(rows[0]["basis"], "profile");
    assert_eq!(without.get("forecast"), None);
    let mut rest = told.clone();
    rest.as_object_mut().unwrap().remove("forecast");
    assert_eq!(rest, without, "and nothing else differs");
}

#[tokio::test]
async fn who_finds_no_bay_to_book_is_told_the_nearest_car_park_that_will_have_room() {
    let town = Town::new();
    town.tally("HE12", counted(10));
    let wish = |minutes: u64| {
        json!({"lat": 1.37, "lon": 103.8905, "start": later(minutes), "end": later(minutes + 60),
            "max_walk_m": 300})
    };
    let before = ask(&town, &wish(100)).await.problem("no-match");
    assert_eq!(
        before.get("nearest_room"),
        None,
        "nothing was learnt yet: {before}"
    );
    town.forecasts.tell(emptying(&town, Some(0.9)));
    let told = ask(&town, &wish(100)).await.problem("no-match");
    let room = &told["nearest_room"];
    assert_eq!(
        (&room["zone"], &room["at"]),
        (&json!("HE12"), &json!(later(100)))
    );
    assert!(room["p_any_vacant"].as_f64().unwrap() >= 0.5, "{told}");
    assert!(
        (50.0..60.0).contains(&room["distance_m"].as_f64().unwrap()),
        "{told}"
    );
    let far = ask(&town, &wish(300)).await.problem("no-match");
    assert_eq!(far.get("nearest_room"), None, "of that nothing is said");
    let mut accessible = wish(100);
    accessible["vehicle"] = json!({"accessible": true});
    let told = ask(&town, &accessible).await.problem("no-match");
    assert_eq!(
        told.get("nearest_room"),
        None,
        "whether it is accessible it does not tell"
    );
}
