//! Events and status.

use super::super::Town;
use super::super::settled::day;
use super::{bay_uuid, uuid_of, visit, walk};
use crate::domain::SourceKind;
use crate::domain::turnover::HOUR_MS;
use std::collections::{BTreeMap, BTreeSet};

async fn told(town: &Town, query: &str) -> Vec<serde_json::Value> {
    let path = format!("/v1/cds/events/events?{query}");
    walk(town, Some("monitor"), &path, "events").await
}

#[tokio::test]
async fn a_visit_is_two_events_and_an_end_that_nobody_saw_is_none() {
    let town = Town::new();
    let hour = day();
    town.settle_visits(
        hour,
        vec![
            visit(&town, "TPY12-001", hour, (60, 1860), (true, true)),
            visit(&town, "TPY12-002", hour, (600, 2400), (false, true)),
            visit(&town, "EAST-1", hour, (-7200, 3000), (true, false)),
        ],
    );
    let from = hour.0 - 3 * HOUR_MS;
    let span = format!("start_time={from}&end_time={}", hour.0 + HOUR_MS);
    let events = told(&town, &span).await;
    let types: Vec<(&str, u64)> = events
        .iter()
        .map(|e| {
            (
                e["event_type"].as_str().unwrap(),
                e["event_time"].as_u64().unwrap(),
            )
        })
        .collect();
    let want = [
        ("park_start", hour.0 - 7_200_000),
        ("park_end", hour.0 + 2_400_000),
        ("park_end", hour.0 + 1_860_000),
        ("park_start", hour.0 + 60_000),
    ];
    assert_eq!(types, want);
    for event in &events {
        let members: BTreeSet<&str> = event.as_object().unwrap().keys().map(|k| &**k).collect();
        assert!(!members.iter().any(|m| m.starts_with("vehicle")), "{event}");
        assert_eq!(event["data_source_type"], "above_ground");
        assert_eq!(event["event_publication_time"], hour.0 + HOUR_MS);
    }
    let sessions: Vec<_> = events.iter().map(|e| e.get("event_session_id")).collect();
    assert!(
        sessions[2].is_some() && sessions[2] == sessions[3],
        "{sessions:?}"
    );
    assert!(sessions[0].is_none() && sessions[1].is_none());
    assert_eq!(events[2]["curb_zone_id"], uuid_of("TPY12"));
    assert_eq!(events[2]["curb_space_id"], bay_uuid("TPY12-001"));
    assert_eq!(events[2]["event_location"]["coordinates"][1], 1.3327);
    let ids: BTreeSet<_> = events.iter().map(|e| e["event_id"].to_string()).collect();
    assert_eq!(ids.len(), 4);
    assert_eq!(
        told(&town, &span).await,
        events,
        "the same whenever it is asked"
    );
}

#[tokio::test]
async fn time_zone_and_space_narrow_it_down_to_the_millisecond() {
    let town = Town::new();
    let hour = day();
    town.settle_visits(
        hour,
        vec![
            visit(&town, "TPY12-001", hour, (60, 1860), (true, true)),
            visit(&town, "EAST-1", hour, (600, 2400), (true, true)),
        ],
    );
    let count = async |query: String| told(&town, &query).await.len();
    let start = hour.0 + 60_000;
    let end = hour.0 + 1_860_000;
    assert_eq!(count(format!("start_time={start}&end_time={end}")).await, 2);
    assert_eq!(
        count(format!("start_time={}&end_time={}", start + 1, end + 1)).await,
        2,
        "the start of the other and the end of the one"
    );
    let day = format!("start_time={}&end_time={}", hour.0, hour.0 + HOUR_MS);
    let zone = format!("{day}&curb_zone_id={}", uuid_of("EAST"));
    assert_eq!(count(zone).await, 2);
    let space = format!("{day}&curb_space_id={}", bay_uuid("TPY12-001"));
    assert_eq!(count(space).await, 2);
    let both = format!(
        "{day}&curb_space_id={}&curb_zone_id={}",
        bay_uuid("TPY12-001"),
        uuid_of("EAST")
    );
    assert_eq!(count(both).await, 0);
    let of_hour = format!("event_time={}", &hour.to_string()[..13]);
    assert_eq!(count(of_hour).await, 4);
}

#[tokio::test]
async fn what_is_under_way_is_not_told_and_many_pages_are_as_one() {
    let town = Town::new();
    let hour = day();
    let visits = (0..30)
        .map(|n| visit(&town, "EAST-1", hour, (n * 100, n * 100 + 50), (true, true)))
        .collect();
    town.settle_visits(hour, visits);
    let before = hour.plus(HOUR_MS);
    town.memory.settle_to(hour.plus(HOUR_MS / 2));
    let span = format!("start_time={}&end_time={}", hour.0, hour.0 + HOUR_MS);
    assert_eq!(told(&town, &span).await.len(), 0, "the hour is not over");
    town.memory.settle_to(before);
    assert_eq!(told(&town, &span).await.len(), 60);
    let cursor = crate::serve::http::cursor::write_place(hour.0, 10);
    let rest = told(&town, &format!("{span}&cursor={cursor}")).await;
    assert_eq!(rest.len(), 40, "ten visits are told already");
}

#[tokio::test]
async fn what_cannot_be_asked_of_events_is_said() {
    let town = Town::new();
    let week = 7 * 24 * HOUR_MS;
    let long = format!("start_time=1&end_time={}", week + 2);
    for (query, slug, error) in [
        ("", "bad-parameter", "missing_param"),
        ("start_time=1", "bad-parameter", "missing_param"),
        ("end_time=1", "bad-parameter", "missing_param"),
        ("start_time=2&end_time=1", "bad-parameter", "bad_param"),
        (&*long, "not-offered", "not_offered"),
        (
            "start_time=1&end_time=2&curb_area_id=x",
            "not-offered",
            "not_offered",
        ),
        (
            "start_time=1&end_time=2&curb_zone_id=x",
            "bad-parameter",
            "bad_param",
        ),
        (
            "start_time=1&end_time=2&cursor=AAAA",
            "bad-parameter",
            "bad_param",
        ),
        ("event_time=2026-11-23", "bad-parameter", "bad_param"),
        ("event_time=2026-11-23T25", "bad-parameter", "bad_param"),
        (
            "event_time=2026-11-23T02&start_time=1",
            "bad-parameter",
            "bad_param",
        ),
    ] {
        let path = format!("/v1/cds/events/events?{query}");
        let answer = town.call_as("monitor", "GET", &path, "").await;
        assert_eq!(answer.problem(slug)["error"], error, "{path}");
    }
    // A cursor of an hour that does not begin on one.
    let forged = crate::serve::http::cursor::write_place(12_345, 0);
    let path = format!("/v1/cds/events/events?start_time=1&end_time=2&cursor={forged}");
    let answer = town.call_as("monitor", "GET", &path, "").await;
    answer.problem("bad-parameter");
    for path in [
        "/v1/cds/events/events?start_time=1&end_time=2",
        "/v1/cds/events/status",
    ] {
        town.get(path).await.problem("unauthorized");
        town.call_as("book", "GET", path, "")
            .await
            .problem("forbidden");
    }
    let posted = town
        .call_as("admin", "POST", "/v1/cds/events/event", "[]")
        .await;
    assert_eq!(posted.problem("not-offered")["error"], "not_offered");
}

#[tokio::test]
async fn the_status_of_every_source_is_told() {
    let town = Town::new();
    for (id, kind) in [
        ("lamp-1", SourceKind::Sensor),
        ("nobodys", SourceKind::App),
        ("lamp-gate", SourceKind::Gate),
    ] {
        town.registry.enrol_source(id, kind).unwrap();
    }
    let rows = walk(&town, Some("monitor"), "/v1/cds/events/status", "status").await;
    let by_type: BTreeMap<&str, &serde_json::Value> = rows
        .iter()
        .map(|row| (row["data_source_type"].as_str().unwrap(), row))
        .collect();
    assert_eq!(by_type.len(), 3, "{rows:?}");
    assert_eq!(
        by_type["above_ground"]["sensor_status_is_commissioned"],
        true
    );
    assert_eq!(by_type["in_person"]["sensor_status_is_commissioned"], false);
    assert!(
        rows.iter()
            .all(|row| row["sensor_status_is_online"] == false)
    );
    let path = "/v1/cds/events/status?curb_zone_id=x";
    let answer = town.call_as("monitor", "GET", path, "").await;
    answer.problem("not-offered");
}
