//! Private bays in every view, for every caller: what each may see, and nothing else.
//!
//! A table of views by callers by situations. A view is asked for all it tells; what it names, and the
//! figures it gives, must be what that caller may know. MQTT and outside brokers: `app/board`.

use super::sharing::{ask, later, post_offer};
use super::{Answer, NOW, Town};
use crate::domain::BayStatus::{Occupied, Unknown, Vacant};
use crate::domain::{BayKind, KindSet, Millis, ZoneKind, ZoneTally};
use crate::serve::Config;
use crate::testing;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// `LOT` belongs to `lta`; so does `GATE`, of which a gate tells a count. `KERB` is everybody's.
///
/// | bay | |
/// |---|---|
/// | `LOT-0` | seen vacant, on no offer |
/// | `LOT-1` | seen vacant, on offer now, nobody has it |
/// | `LOT-2` | seen vacant, on offer now, held by a driver |
/// | `LOT-3` | seen vacant, on offer later |
/// | `LOT-4` | nobody looks; on offer now, nobody has it |
/// | `LOT-5` | on offer now, somebody is seen in it |
/// | `KERB-0` | seen vacant |
pub(super) async fn lots() -> Town {
    let lots = testing::town()
        .zone("KERB")
        .kind(ZoneKind::OnStreet)
        .bays(1)
        .zone("LOT")
        .kind(ZoneKind::Private)
        .operator("lta")
        .bays(6)
        .zone("GATE")
        .kind(ZoneKind::Private)
        .operator("lta")
        .capacity(9);
    let town = Town::with(Config::default(), lots.build(), None);
    for n in [0, 1, 2, 3] {
        town.turns(&format!("LOT-{n}"), Vacant, Vacant);
    }
    town.turns("LOT-4", Unknown, Occupied);
    town.turns("LOT-5", Occupied, Occupied);
    town.turns("KERB-0", Vacant, Vacant);
    on_offer(&town, "LOT-2", 0).await;
    let place = town.registry.city().zones().nth(1).unwrap().1.spec.place;
    let wish = json!({"lat": place.lat, "lon": place.lon, "start": later(0), "end": later(60), "max_walk_m": 3000});
    assert_eq!(ask(&town, &wish).await.json()["bay"], "LOT-2");
    for (bay, from) in [("LOT-1", 0), ("LOT-3", 60), ("LOT-4", 0), ("LOT-5", 0)] {
        on_offer(&town, bay, from).await;
    }
    town.tally("LOT", known(&[4, 1, 1, 6]));
    town.tally("GATE", counted());
    town.tally("KERB", known(&[1, 0, 0, 1]));
    town
}

pub(super) async fn on_offer(town: &Town, bay: &str, from: u64) {
    let offer = json!({"bay": bay, "windows": [{"start": later(from), "end": later(600)}],
                       "price_cents_per_hour": 250, "currency": "SGD"});
    assert_eq!(post_offer(town, &offer).await.status.as_u16(), 201, "{bay}");
}

/// Vacant, occupied, unknown and all.
fn known([vacant, occupied, unknown, capacity]: &[u32; 4]) -> ZoneTally {
    ZoneTally {
        vacant: [*vacant, 0, 0, 0],
        occupied: *occupied,
        unknown: *unknown,
        capacity: *capacity,
        capacity_by_kind: [*capacity, 0, 0, 0],
        observed_at: Millis(NOW.0 - 60_000),
        ..ZoneTally::default()
    }
}

pub(super) fn counted() -> ZoneTally {
    ZoneTally {
        counted: KindSet::from_bits(1 << BayKind::Car as u8),
        ..known(&[5, 4, 0, 9])
    }
}

/// Who asks, and what they know of `lta`'s bays.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Knows {
    Offers,
    All,
}

/// Keys by who holds them: none, another partner's of each scope, the owner's, the authority's.
pub(super) async fn callers(town: &Town) -> Vec<(String, Option<String>, Knows)> {
    let mut callers = vec![
        ("nobody".to_owned(), None, Knows::Offers),
        ("a bad key".to_owned(), Some("bh_bad".into()), Knows::Offers),
    ];
    let ura = json!({"name": "ura"}).to_string();
    town.call_as("admin", "POST", "/v1/admin/partners", ura)
        .await;
    for scope in ["report", "share", "book", "monitor", "admin"] {
        let authority = ["monitor", "admin"].contains(&scope);
        let mut body = json!({"name": scope, "partner": "ura", "scopes": [scope]});
        if scope == "report" {
            body["area"] = json!("all");
            body["source_kind"] = json!("sensor");
            body["sources"] = json!(["x-*"]);
        }
        let made = town
            .call_as("admin", "POST", "/v1/admin/keys", body.to_string())
            .await
            .json();
        assert!(made["key"].is_string(), "{made}");
        let key = made["key"].as_str().unwrap().to_owned();
        let knows = if authority { Knows::All } else { Knows::Offers };
        callers.push((format!("ura's {scope}"), Some(key), knows));
        if !authority {
            let own = town.keys[scope].clone();
            callers.push((format!("the owner's {scope}"), Some(own), Knows::All));
        }
    }
    callers
}

pub(super) async fn asked(town: &Town, key: Option<&String>, accept: &str, path: &str) -> Answer {
    let bearer = key.map(|key| format!("Bearer {key}"));
    let mut headers = vec![("accept", accept)];
    headers.extend(bearer.as_deref().map(|b| ("authorization", b)));
    town.get_with(path, &headers).await
}

/// Rows of any format, as objects of text.
pub(super) fn rows(answer: &Answer, list: &str) -> Vec<BTreeMap<String, String>> {
    if answer.status.as_u16() == 404 {
        return vec![];
    }
    let text = |v: &Value| v.as_str().map_or_else(|| v.to_string(), str::to_owned);
    if answer.header("content-type").starts_with("text/csv") {
        let table = String::from_utf8(answer.body.clone()).unwrap();
        let mut lines = table.split_terminator("\r\n").map(|l| l.split(','));
        let head: Vec<&str> = lines.next().unwrap().collect();
        let row = |line: std::str::Split<'_, char>| {
            let cells = head
                .iter()
                .zip(line)
                .map(|(k, v)| ((*k).to_owned(), v.to_owned()));
            cells.collect()
        };
        return lines.map(row).collect();
    }
    let answer = answer.json();
    let all = match (&answer[list], &answer["features"]) {
        (Value::Array(all), _) => all.clone(),
        (_, Value::Array(all)) => all.iter().map(|f| f["properties"].clone()).collect(),
        _ if answer["properties"].is_object() => vec![answer["properties"].clone()],
        _ => vec![answer.clone()],
    };
    let members = |row: &Value| {
        let row = row.as_object().unwrap().iter();
        row.map(|(k, v)| (k.clone(), text(v))).collect()
    };
    all.iter().map(members).collect()
}

/// Of a bay: its state and what an hour costs, and whether it can be booked.
fn bay_of(row: &BTreeMap<String, String>) -> String {
    let said = |member: &str| row.get(member).filter(|v| !v.is_empty());
    let booked = said("offer").is_some_and(|id| id.starts_with("of_"));
    assert_eq!(booked, said("book").is_some_and(|b| b == "/v1/requests"));
    format!(
        "{} {} {}{}",
        row["bay"],
        row["state"],
        row["price_cents_per_hour"],
        if booked { " offer" } else { "" }
    )
}

/// Of a zone: all, vacant, reserved, occupied, unknown.
fn zone_of(row: &BTreeMap<String, String>) -> String {
    let vacant = row.get("vacant_car").cloned().unwrap_or_else(|| {
        let by_kind: Value = serde_json::from_str(&row["vacant"]).unwrap();
        by_kind["car"].to_string()
    });
    let figures = ["reserved", "occupied", "unknown"].map(|m| row[m].as_str());
    format!(
        "{} {} {vacant} {}",
        row["zone"],
        row["capacity"],
        figures.join(" ")
    )
}

const FORMATS: [&str; 3] = ["application/json", "application/geo+json", "text/csv"];

/// A view of bays or zones: where, what of it is named `bays` or `zones`, and what is told to who
/// knows offers only, and to who knows all. A star: 404.
type Viewed = (
    &'static str,
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
);

const LOT: &str = "LOT 4 2 2 0 0";
const LOT_TRUE: &str = "LOT 6 3 1 1 1";
const GATE: &str = "GATE 9 5 0 4 0";
const KERB: &str = "KERB 1 1 0 0 0";
const OFFERED: [&str; 2] = ["LOT-1 vacant 250 offer", "LOT-4 vacant 250 offer"];

const VIEWS: &[Viewed] = &[
    (
        "/v1/bays/nearby?lat=1.3&lon=103.8&radius_m=5000",
        "bays",
        &["KERB-0 vacant 120", OFFERED[0], OFFERED[1]],
        &[
            "KERB-0 vacant 120",
            "LOT-0 vacant 120",
            OFFERED[0],
            "LOT-3 vacant 120",
            OFFERED[1],
        ],
    ),
    // A price is the offer's: neither 120, as the registry has it, nor none.
    (
        "/v1/bays/nearby?lat=1.3&lon=103.8&radius_m=5000&max_price_cents_per_hour=249",
        "bays",
        &["KERB-0 vacant 120"],
        &["KERB-0 vacant 120", "LOT-0 vacant 120", "LOT-3 vacant 120"],
    ),
    ("/v1/bays/LOT-0", "bays", &[], &["LOT-0 vacant 120"]),
    ("/v1/bays/LOT-1", "bays", &[OFFERED[0]], &[OFFERED[0]]),
    ("/v1/bays/LOT-2", "bays", &[], &["LOT-2 reserved 250 offer"]),
    ("/v1/bays/LOT-3", "bays", &[], &["LOT-3 vacant 120"]),
    (
        "/v1/bays/LOT-4",
        "bays",
        &[OFFERED[1]],
        &["LOT-4 unknown 250 offer"],
    ),
    ("/v1/bays/LOT-5", "bays", &[], &["LOT-5 occupied 250 offer"]),
    (
        "/v1/bays/KERB-0",
        "bays",
        &["KERB-0 vacant 120"],
        &["KERB-0 vacant 120"],
    ),
    ("/v1/zones", "zones", &[KERB, LOT], &[KERB, LOT_TRUE, GATE]),
    ("/v1/zones?limit=1", "zones", &[KERB], &[KERB]),
    (
        "/v1/zones?bbox=103,1,104,2",
        "zones",
        &[KERB, LOT],
        &[KERB, LOT_TRUE, GATE],
    ),
    ("/v1/zones?kind=private", "zones", &[LOT], &[LOT_TRUE, GATE]),
    (
        "/v1/zones?kind=car",
        "zones",
        &[KERB, LOT],
        &[KERB, LOT_TRUE],
    ),
    ("/v1/zones?kind=motorcycle", "zones", &[], &[]),
    ("/v1/zones?ids=GATE,LOT", "zones", &[LOT], &[GATE, LOT_TRUE]),
    ("/v1/zones/LOT", "zones", &[LOT], &[LOT_TRUE]),
    ("/v1/zones/GATE", "zones", &[], &[GATE]),
    ("/v1/zones/KERB", "zones", &[KERB], &[KERB]),
];

#[tokio::test]
async fn every_view_tells_every_caller_what_they_may_know_and_no_more() {
    let town = lots().await;
    for (who, key, knows) in callers(&town).await {
        for (path, list, offers, all) in VIEWS {
            let want = if knows == Knows::All { all } else { offers };
            for format in FORMATS {
                let answer = asked(&town, key.as_ref(), format, path).await;
                let found = rows(&answer, list);
                let tell = if *list == "bays" { bay_of } else { zone_of };
                let got: Vec<String> = found.iter().map(tell).collect();
                assert_eq!(got, *want, "{who}: {path} as {format}");
                let kept = answer.header("cache-control");
                assert_eq!(
                    kept.contains("private"),
                    key.is_some() || answer.status == 404
                );
                assert!(
                    answer.header("vary").contains("authorization"),
                    "{who}: {path}"
                );
                let whole = String::from_utf8(answer.body.clone()).unwrap();
                let hidden = ["LOT-0", "LOT-2", "LOT-3", "LOT-5"];
                let ids = hidden.iter().filter(|id| !path.contains(**id));
                assert!(knows == Knows::All || ids.clone().all(|id| !whole.contains(id)));
            }
        }
    }
}

#[tokio::test]
async fn what_is_not_seen_is_answered_as_what_is_not_there_to_the_byte() {
    let town = lots().await;
    for (path, hidden, other) in [
        ("/v1/bays/", "LOT-0", "LOT-9"),
        ("/v1/bays/", "LOT-2", "LOT-9"),
        ("/v1/zones/", "GATE", "GONE"),
        ("/v1/zones?ids=", "GATE", "GONE"),
        ("/v1/stream?zones=", "GATE", "GONE"),
        ("/v1/turnover?zone=", "GATE", "GONE"),
        ("/v1/turnover?zone=", "LOT", "LOX"),
    ] {
        let accept = if path.contains("stream") {
            "text/event-stream"
        } else {
            "*/*"
        };
        let said = async |id: &str| {
            let answer = asked(&town, None, accept, &format!("{path}{id}")).await;
            let mut headers: Vec<(String, String)> = answer
                .headers
                .iter()
                .map(|(k, v)| (k.to_string(), v.to_str().unwrap().to_owned()))
                .filter(|(k, _)| !["x-request-id", "etag", "ratelimit"].contains(&k.as_str()))
                .collect();
            headers.sort();
            let body = String::from_utf8(answer.body.clone()).unwrap();
            (answer.status, headers, body.replace(id, "ID"))
        };
        assert_eq!(said(hidden).await, said(other).await, "{path}{hidden}");
    }
}

#[tokio::test]
async fn the_members_of_a_zone_that_would_tell_more_are_empty() {
    let town = lots().await;
    let zone = town.get("/v1/zones/LOT").await.json();
    let want = json!({"occupied": 0, "unknown": 0, "closed": 0, "capacity": 4, "vacant": {"car": 2},
        "reserved": 2, "stale": false, "vacant_expected": null, "vacant_p10": null, "vacant_p90": null,
        "capacity_by_kind": {"car": 4}, "counted": false, "accessible": {"capacity": 0, "vacant": 0},
        "observed_at": "2026-11-23T01:59:00.123Z"});
    for (member, value) in want.as_object().unwrap() {
        assert_eq!(zone[member], *value, "{member}");
    }
    // Nobody is seen in the bays that are to be had, whatever is seen in others.
    town.turns("LOT-1", Occupied, Occupied);
    let zone = town.get("/v1/zones/LOT").await.json();
    assert_eq!(
        [
            &zone["observed_at"],
            &zone["vacant"]["car"],
            &zone["reserved"]
        ],
        [&Value::Null, &json!(1), &json!(3)]
    );
    let bay = town.get("/v1/bays/LOT-4").await.json();
    assert_eq!(
        [
            &bay["why"],
            &bay["observed_at"],
            &bay["p_vacant"],
            &bay["reserved"]
        ],
        [&json!("offered"), &Value::Null, &Value::Null, &json!(false)]
    );
    assert!(
        bay.get("claimed_state").is_none(),
        "that somebody was seen there"
    );
}
