//! Feeds in the place of data.gov.sg's and LTA DataMall's: the keys and types of the originals, and what
//! the originals do wrong.

use super::places::{at, bay, zone};
use super::{Answer, NOW, Town};
use crate::domain::BayStatus::{Closed, Occupied, Vacant};
use crate::domain::{BayKind, KindSet, Millis, ZoneKind, ZoneTally};
use crate::registry::Registry;
use crate::registry::city::ZoneSpec;
use crate::serve::Config;
use crate::serve::http::encoding::testing::ungzip;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;

const GOV: &str = "/v1/compat/data.gov.sg/v1/transport/carpark-availability";
const MALL: &str = "/v1/compat/datamall/ltaodataservice/CarParkAvailabilityv2";

/// What a gate says of a car park of cars.
pub(super) fn counted(vacant: u32, capacity: u32) -> ZoneTally {
    let cars = KindSet::from_bits(1);
    ZoneTally {
        vacant: [vacant, 0, 0, 0],
        occupied: capacity - vacant,
        capacity,
        capacity_by_kind: [capacity, 0, 0, 0],
        counted: cars,
        ever_counted: cars,
        observed_at: Millis(NOW.0 - 60_000),
        ..ZoneTally::default()
    }
}

/// The same once it is silent.
pub(super) fn stale(capacity: u32) -> ZoneTally {
    ZoneTally {
        vacant: [0; 4],
        occupied: 0,
        unknown: capacity,
        counted: KindSet::default(),
        stale: true,
        ..counted(0, capacity)
    }
}

/// A town of car parks that a gate counts, each of 100 lots.
pub(super) fn car_parks(ids: impl IntoIterator<Item = String>) -> Town {
    let zones = ids.into_iter().map(|id| off_street(&id)).collect();
    Town::with(
        Config::default(),
        Registry::in_memory(zones, vec![]).unwrap(),
        None,
    )
}

pub(super) fn off_street(id: &str) -> ZoneSpec {
    zone(id, id, ZoneKind::OffStreet, at(1.3, 103.8), 100)
}

fn rows(answer: &Answer) -> Vec<Value> {
    assert_eq!(answer.status, 200, "{answer:?}");
    let rows = &answer.json()["items"][0]["carpark_data"];
    rows.as_array().unwrap().clone()
}

/// Paths of members with their types; items of lists are one.
fn shape(value: &Value, path: &str, seen: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                shape(member, &format!("{path}.{name}"), seen);
            }
        }
        Value::Array(items) => {
            for item in items {
                shape(item, &format!("{path}[]"), seen);
            }
        }
        Value::String(text) => {
            let plain = |c: char| if c.is_ascii_digit() { '9' } else { c };
            let written: String = text.chars().map(plain).collect();
            let of = match &*written {
                "9999-99-99T99:99:99" => "time",
                "9999-99-99T99:99:99+99:99" => "time with offset",
                _ if text.parse::<u32>().is_ok() => "digits",
                _ => "text",
            };
            seen.insert(format!("{path} {of}"));
        }
        other => _ = seen.insert(format!("{path} {other}")),
    }
}

/// What an original answer has, and nothing else.
const ORIGINAL: &str = r#"{"items":[{"timestamp":"2021-08-02T04:59:27+08:00","carpark_data":[{"carpark_info":
    [{"total_lots":"105","lot_type":"C","lots_available":"68"}],"carpark_number":"HE12",
    "update_datetime":"2021-08-02T04:47:43"}]}]}"#;

#[tokio::test]
async fn an_answer_has_the_members_and_types_of_the_originals_both_ways() {
    let town = car_parks(["HE12".to_owned(), "HLM".to_owned()]);
    town.tally("HE12", counted(68, 105));
    town.tally("HLM", counted(0, 583));
    let mut own = town.get(GOV).await.json();
    assert_eq!(own["api_info"], json!({"status": "healthy"}));
    // The snapshots were taken without it.
    own.as_object_mut().unwrap().remove("api_info");
    let of = |value: &Value| {
        let mut seen = BTreeSet::new();
        shape(value, "", &mut seen);
        seen
    };
    assert_eq!(of(&own), of(&serde_json::from_str(ORIGINAL).unwrap()));
    let file =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/sg_carpark_availability.jsonl");
    let Ok(text) = std::fs::read_to_string(file) else {
        println!("skipped: the snapshots of data.gov.sg are not beside this repository");
        return;
    };
    assert_eq!(text.lines().count(), 3);
    for line in text.lines() {
        let mut theirs = of(&serde_json::from_str(line).unwrap());
        // Some of their car parks are called by digits alone.
        theirs.remove(".items[].carpark_data[].carpark_number digits");
        assert_eq!(of(&own), theirs);
    }
}

#[tokio::test]
async fn what_is_stale_has_no_row_and_if_it_is_asked_for_nothing_available() {
    let town = car_parks(["A", "B", "C"].map(str::to_owned));
    town.tally("A", counted(7, 10));
    town.tally("B", stale(100));
    let told = rows(&town.get(GOV).await);
    let lots = |available: &str, total: &str| json!([{"total_lots": total, "lot_type": "C", "lots_available": available}]);
    // C was never heard.
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0]["carpark_number"], "A");
    assert_eq!(told[0]["carpark_info"], lots("7", "10"));
    let told = rows(&town.get(&format!("{GOV}?include_stale=true")).await);
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!(told[1]["carpark_info"], lots("0", "100"));
    assert_eq!(told[1]["update_datetime"], "2026-11-23T01:59:00");
    let all = town.get(GOV).await.json();
    assert_eq!(all["items"][0]["timestamp"], "2026-11-23T02:00:00+00:00");
}

#[tokio::test]
async fn lots_are_those_in_service_by_type_and_a_type_of_which_nothing_is_known_is_not_told() {
    let place = at(1.3, 103.8);
    let of = |id: &str, kind| bay(id, "M", place, move |a| a.kind = kind);
    let bays = vec![
        of("C1", BayKind::Car),
        of("C2", BayKind::Car),
        of("C3", BayKind::Car),
        of("Y1", BayKind::Motorcycle),
        of("H1", BayKind::Heavy),
        of("B1", BayKind::Bicycle),
    ];
    let zones = vec![zone("M", "Mixed", ZoneKind::OffStreet, place, 0)];
    let registry = Registry::in_memory(zones, bays).unwrap();
    let town = Town::with(Config::default(), registry, None);
    for (bay, status) in [
        ("C1", Vacant),
        ("C2", Closed),
        ("C3", Occupied),
        ("B1", Vacant),
    ] {
        town.turns(bay, status, status);
    }
    town.turns("H1", Closed, Closed);
    town.tally(
        "M",
        ZoneTally {
            vacant: [1, 0, 0, 1],
            occupied: 1,
            unknown: 1,
            closed: 2,
            capacity: 6,
            capacity_by_kind: [3, 1, 1, 1],
            observed_at: Millis(NOW.0 - 1000),
            ..ZoneTally::default()
        },
    );
    let told = rows(&town.get(GOV).await);
    let expected = json!([
        {"total_lots": "2", "lot_type": "C", "lots_available": "1"},
        {"total_lots": "0", "lot_type": "H", "lots_available": "0"},
    ]);
    assert_eq!(told[0]["carpark_info"], expected);
}

#[tokio::test]
async fn no_name_breaks_it_and_an_empty_city_is_an_empty_list() {
    let town = car_parks([]);
    assert!(rows(&town.get(GOV).await).is_empty());
    let names = [
        "A & B <C> \"D\" \\",
        "🅿️🚗",
        "موقف السيارات",
        "\u{202e}x\n\t",
    ];
    let zones = (0..).zip(names).map(|(n, name)| {
        let id = format!("Z{n}");
        zone(&id, name, ZoneKind::OffStreet, at(-33.5, -70.25), 10)
    });
    let mut zones: Vec<_> = zones.collect();
    zones.push(zone("NONE", "None", ZoneKind::OnStreet, at(0.0, 0.0), 0));
    let town = Town::with(
        Config::default(),
        Registry::in_memory(zones, vec![]).unwrap(),
        None,
    );
    for n in 0..names.len() {
        town.tally(&format!("Z{n}"), counted(3, 10));
    }
    let zero = ZoneTally {
        observed_at: Millis(NOW.0 - 1000),
        ..ZoneTally::default()
    };
    town.tally("NONE", zero);
    assert_eq!(rows(&town.get(GOV).await).len(), names.len());
    let key = ("AccountKey", &*town.keys["report"]);
    let mall = town.get_with(MALL, &[key]).await.json();
    let told = mall["value"].as_array().unwrap().iter();
    assert!(told.map(|r| r["Development"].as_str().unwrap()).eq(names));
    assert_eq!(mall["value"][0]["Location"], "-33.5 -70.25");
    assert_eq!(mall["value"][0]["Agency"], "HDB \"north\"");
}

#[tokio::test]
async fn private_car_parks_tell_nothing_that_is_not_on_offer_and_aliases_are_their_numbers() {
    let place = at(1.3, 103.8);
    let mut zones = vec![
        zone("P", "Private", ZoneKind::Private, place, 5),
        off_street("A"),
    ];
    zones[1].aliases = vec!["datagovsg:HE12".to_owned(), "datamall:16".to_owned()];
    let bays = vec![bay("P-1", "P", place, |_| {})];
    let registry = Registry::in_memory(zones, bays).unwrap();
    let town = Town::with(Config::default(), registry, None);
    town.turns("P-1", Vacant, Vacant);
    town.tally("A", counted(1, 2));
    let admin = format!("Bearer {}", town.keys["admin"]);
    let told = rows(&town.get_with(GOV, &[("authorization", &admin)]).await);
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0]["carpark_number"], "HE12");
    let mall = town
        .get_with(MALL, &[("authorization", &admin)])
        .await
        .json();
    assert_eq!(mall["value"].as_array().unwrap().len(), 1);
    assert_eq!(mall["value"][0]["CarParkID"], "16");
}

#[tokio::test]
async fn refusals_have_the_members_of_the_originals_too() {
    let town = Town::new();
    let other = town
        .get(&format!("{GOV}?date_time=2020-01-15T10:10:10"))
        .await;
    let problem = other.problem("not-found");
    assert_eq!(problem["code"], 404);
    assert_eq!(problem["message"], problem["detail"]);
    let now = town
        .get(&format!("{GOV}?date_time=2026-11-23T02:00:30"))
        .await;
    assert_eq!(now.status, 200);
    for bad in [
        "date_time=now",
        "date_time=",
        "include_stale=1",
        "datetime=x",
    ] {
        let refused = town.get(&format!("{GOV}?{bad}")).await;
        assert_eq!(refused.problem("bad-parameter")["code"], 400, "{bad}");
    }
    let open = town.get(MALL).await.problem("unauthorized");
    let code = "oauth.v2.InvalidApiKeyForGivenResource";
    assert_eq!(open["fault"]["detail"]["errorcode"], code);
    let wrong = town.get_with(MALL, &[("AccountKey", "bh_wrong")]).await;
    assert_eq!(
        wrong.problem("unauthorized")["fault"]["detail"]["errorcode"],
        code
    );
    let key = ("AccountKey", &*town.keys["report"]);
    for bad in ["-1", "x", "1.5", "", "99999999999", "5&$skip=5"] {
        let refused = town.get_with(&format!("{MALL}?$skip={bad}"), &[key]).await;
        let problem = refused.problem("bad-parameter");
        assert_eq!(problem["fault"]["faultstring"], problem["detail"], "{bad}");
    }
}

#[tokio::test]
async fn datamall_is_read_page_by_page_with_any_key_that_counts_as_any_call() {
    let town = car_parks((0..1234).map(|n| format!("Z{n:04}")));
    for n in (0..1234).filter(|n| n % 4 != 0) {
        town.tally(&format!("Z{n:04}"), counted(n % 100, 100));
    }
    let key = ("AccountKey", &*town.keys["book"]);
    let mut seen = Vec::new();
    for skip in [0, 500, 1000, 4_000_000_000_u32] {
        let page = town.get_with(&format!("{MALL}?$skip={skip}"), &[key]).await;
        assert_eq!(page.header("cache-control"), "private, max-age=60");
        assert!(page.header("ratelimit-policy").starts_with("\"read\";"));
        let page = page.json();
        seen.extend(page["value"].as_array().unwrap().clone());
    }
    assert_eq!(seen.len(), 1234 - 309, "a quarter is not heard of");
    let ids: BTreeSet<&str> = seen
        .iter()
        .map(|r| r["CarParkID"].as_str().unwrap())
        .collect();
    assert_eq!(ids.len(), seen.len(), "each once");
    let first = json!({
        "CarParkID": "Z0001", "Area": "", "Development": "Z0001", "Location": "1.3 103.8",
        "AvailableLots": 1, "LotType": "C", "Agency": "HDB \"north\"",
    });
    assert_eq!(seen[0], first);
}

#[tokio::test]
async fn an_answer_is_known_by_tag_and_time_and_comes_packed() {
    // Long enough to be sent in pieces.
    let town = car_parks((0..3000).map(|n| format!("Z{n:04}")));
    for n in 0..3000 {
        town.tally(&format!("Z{n:04}"), counted(n % 100, 100));
    }
    let first = town.get(GOV).await;
    assert!(first.body.len() > 300_000);
    assert_eq!(first.header("cache-control"), "public, max-age=60");
    assert_eq!(
        first.header("last-modified"),
        "Mon, 23 Nov 2026 02:00:00 GMT"
    );
    for wish in ["gzip", "gzip, deflate"] {
        let packed = town.get_with(GOV, &[("accept-encoding", wish)]).await;
        assert_eq!(packed.header("content-encoding"), "gzip");
        assert_eq!(ungzip(&packed.body), first.body);
        assert!(packed.body.len() < first.body.len() / 10);
    }
    town.clock.set(NOW.plus(30_000));
    let etag = first.header("etag");
    let date = first.header("last-modified");
    for held in [("if-none-match", etag), ("if-modified-since", date)] {
        let again = town.get_with(GOV, &[held]).await;
        assert_eq!(
            (again.status.as_u16(), again.body.len()),
            (304, 0),
            "{held:?}"
        );
        assert_eq!(again.header("etag"), etag);
    }
    town.tally("Z0005", counted(50, 100));
    for held in [("if-none-match", etag), ("if-modified-since", date)] {
        let changed = town.get_with(GOV, &[held]).await;
        assert_eq!(changed.status, 200, "{held:?}");
        assert_eq!(
            changed.header("last-modified"),
            "Mon, 23 Nov 2026 02:00:30 GMT"
        );
    }
}
