//! How sources do, as the authority and operators are told.

use super::{NOW, Town};
use crate::domain::{
    BayStatus, Doubtful, Millis, ReadModel as _, SourceIx, SourceKind, StuckWhy, Suspect,
    WordsMoved,
};
use serde_json::{Value, json};

const FOUND: Millis = Millis(NOW.0 - 60_000);

fn names(page: &Value) -> Vec<String> {
    let all = page["sources"].as_array().unwrap().iter();
    all.map(|s| s["source"].as_str().unwrap().to_owned())
        .collect()
}

async fn asked(town: &Town, scope: &str, query: &str) -> Value {
    let path = format!("/v1/sources{query}");
    town.call_as(scope, "GET", &path, "").await.json()
}

/// A town with three suspected sources of five, in the stream's words.
fn suspicious() -> Town {
    let town = Town::new();
    let all = ["lamp-1", "lamp-2", "network-1", "lamp-3", "lamp-4"];
    let all = all.map(|id| (id, SourceKind::Sensor));
    let ixs = town.registry.enrol_sources(&all).unwrap();
    let moved = |source: SourceIx, bays, lapsed| WordsMoved {
        source,
        bays,
        lapsed,
        heard_at: FOUND,
    };
    let bay = |id: &str| town.registry.bay(id).unwrap();
    let suspect = |source, bay, doubtful| Suspect {
        source,
        bay,
        doubtful,
        since: FOUND,
        holds: true,
    };
    let stuck = Doubtful::Stuck(StuckWhy {
        p_stuck: 240,
        said: BayStatus::Occupied,
        apps: Some((3, 2)),
        gate: Some((4, 2)),
        twin: true,
    });
    let flickering = Doubtful::Flickering {
        per_10_000_min: 231,
    };
    town.live.words(&[moved(ixs[0], 2, 0), moved(ixs[2], 3, 3)]);
    town.live.suspects(&[
        suspect(ixs[0], bay("TPY12-001"), stuck),
        suspect(ixs[4], bay("TPY12-002"), flickering),
    ]);
    town
}

#[tokio::test]
async fn suspected_sources_are_told_with_reasons_and_found_without_walking_all() {
    let town = suspicious();
    let lamp = asked(&town, "monitor", "?source=lamp-1").await;
    let row = &lamp["sources"][0];
    assert_eq!(
        (&row["health"], &row["bays"], &row["suspect_total"]),
        (&json!("suspect"), &json!(2), &json!(1))
    );
    assert_eq!(
        row["suspect"],
        json!([{"reason": "stuck", "bay": "TPY12-001", "since": FOUND.to_string(), "why": [
            "p_stuck 0.94", "3 contributors of 2 partners contradict what it says: occupied",
            "a gate counts 4 vacant where the sensors say 2; it says occupied",
            "another sensor of the bay contradicts it",
        ]}])
    );
    let first = asked(&town, "monitor", "?suspect=true&limit=2").await;
    assert_eq!(names(&first), ["lamp-1", "network-1"]);
    assert_eq!(
        first["sources"][1]["suspect"],
        json!([{"reason": "dead", "bay": null, "since": FOUND.to_string(), "why": [
            "silent for 60 s", "its word has lapsed on 3 bays or counts",
        ]}])
    );
    let next = first["next"].as_str().unwrap();
    let rest = asked(&town, "admin", &format!("?suspect=true&cursor={next}")).await;
    assert_eq!(
        (names(&rest), &rest["next"]),
        (vec!["lamp-4".to_owned()], &json!(null))
    );
    assert_eq!(
        rest["sources"][0]["suspect"][0]["why"],
        json!(["errors begin 0.023 times a minute"])
    );
    let healthy = asked(&town, "monitor", "?suspect=true&source=lamp-2").await;
    assert_eq!(names(&healthy), [""; 0]);
    let wrong = "/v1/sources?suspect=perhaps";
    let wrong = town.call_as("monitor", "GET", wrong, "").await;
    wrong.problem("bad-parameter");
}

#[tokio::test]
async fn a_partner_sees_its_own_sources_and_of_others_not_that_they_are_there() {
    let town = suspicious();
    let lamps = ["lamp-1", "lamp-2", "lamp-3", "lamp-4"];
    assert_eq!(names(&asked(&town, "report", "").await), lamps);
    let page = asked(&town, "report", "?limit=3").await;
    assert_eq!(names(&page), lamps[..3]);
    assert_eq!(
        names(&asked(&town, "report", "?suspect=true").await),
        ["lamp-1", "lamp-4"]
    );
    assert_eq!(names(&asked(&town, "network", "").await), ["network-1"]);
    let own = asked(&town, "network", "?source=network-1").await;
    assert_eq!(own["sources"][0]["health"], "suspect");
    let theirs = "/v1/sources?source=lamp-1";
    let theirs = town.call_as("network", "GET", theirs, "").await;
    let nobodys = "/v1/sources?source=nobody";
    let nobodys = town.call_as("network", "GET", nobodys, "").await;
    assert_eq!(
        theirs.problem("not-found")["detail"],
        nobodys.problem("not-found")["detail"]
    );
}

#[tokio::test]
async fn of_a_source_with_many_suspect_bays_twenty_are_told_and_all_are_counted() {
    let town = suspicious();
    let bay = town.registry.bay("TPY12-001").unwrap();
    let (source, _) = town.registry.source("lamp-3").unwrap();
    let news: Vec<Suspect> = (0..25)
        .map(|n| Suspect {
            source,
            // Beyond the registry's bays: the stream may be ahead of the answer's picture.
            bay: crate::domain::BayIx(bay.0 + n * 1000),
            doubtful: Doubtful::Flickering {
                per_10_000_min: 300,
            },
            since: FOUND,
            holds: true,
        })
        .collect();
    town.live.suspects(&news);
    let row = asked(&town, "monitor", "?source=lamp-3").await["sources"][0].clone();
    let told = row["suspect"].as_array().unwrap();
    assert_eq!((told.len(), &row["suspect_total"]), (20, &json!(25)));
    assert_eq!(told[1]["bay"], json!(null));
}

#[tokio::test]
async fn sources_are_listed_for_those_who_watch_over_them() {
    let town = Town::new();
    let sources = [
        ("lamp-1", SourceKind::Sensor),
        ("app-1", SourceKind::App),
        ("gate-1", SourceKind::Gate),
    ];
    town.registry.enrol_sources(&sources).unwrap();
    let page = town
        .call_as("monitor", "GET", "/v1/sources?limit=2", "")
        .await
        .json();
    assert_eq!(names(&page), ["lamp-1", "app-1"]);
    let next = format!("/v1/sources?cursor={}", page["next"].as_str().unwrap());
    let rest = town.call_as("admin", "GET", &next, "").await.json();
    assert_eq!(
        (names(&rest), &rest["next"]),
        (vec!["gate-1".to_owned()], &json!(null))
    );
    assert_eq!(
        page["sources"][0],
        json!({"source": "lamp-1", "kind": "sensor", "online": null, "heard_at": null, "silent_s": null,
               "observed_at": null, "lag_s": null, "accepted": 0, "counts_clamped": 0, "counts_of_other_capacity": 0, "refused": {}, "partner": null,
               "health": "unheard", "bays": 0, "suspect": [], "suspect_total": 0})
    );
    let one = town
        .call_as("monitor", "GET", "/v1/sources?source=app-1", "")
        .await
        .json();
    assert_eq!(names(&one), ["app-1"]);
    town.call_as("monitor", "GET", "/v1/sources?source=nobody", "")
        .await
        .problem("not-found");
    town.call_as("book", "GET", "/v1/sources", "")
        .await
        .problem("forbidden");
    town.get("/v1/sources").await.problem("unauthorized");
}

#[tokio::test]
async fn sources_come_as_csv_and_to_who_manages_the_partner() {
    let town = Town::new();
    for source in ["lamp-1", "app-1", "network-1"] {
        town.registry
            .enrol_source(source, SourceKind::Sensor)
            .unwrap();
    }
    let own = asked(&town, "partner", "").await;
    assert_eq!(
        names(&own),
        ["lamp-1"],
        "a key of the partner may speak for it"
    );
    let key = format!("Bearer {}", town.keys["monitor"]);
    let headers = [("authorization", &*key), ("accept", "text/csv")];
    let csv = town.get_with("/v1/sources?limit=2", &headers).await;
    assert_eq!(csv.headers["content-type"], "text/csv; charset=utf-8");
    let next = csv.headers["link"].to_str().unwrap();
    assert!(next.contains("rel=\"next\""), "{next}");
    let text = String::from_utf8(csv.body).unwrap();
    let lines: Vec<Vec<&str>> = text.lines().map(|l| l.split(',').collect()).collect();
    assert_eq!(lines.len(), 3, "{text}");
    assert!(lines.iter().all(|l| l.len() == lines[0].len()), "{text}");
    assert_eq!(
        (lines[0][0], lines[1][0], lines[1][3]),
        ("source", "lamp-1", "unheard")
    );
    assert_eq!(lines[0].last(), Some(&"refused_retained_without_time"));
    let key = format!("Bearer {}", town.keys["book"]);
    let headers = [("authorization", &*key), ("accept", "text/csv")];
    let refused = town.get_with("/v1/sources", &headers).await;
    assert_eq!(refused.status.as_u16(), 403);
}
