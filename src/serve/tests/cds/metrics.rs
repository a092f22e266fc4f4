//! Figures as aggregates of CDS, the Curb Data Specification.

use super::super::settled::day;
use super::super::{NOW, Town};
use super::{bay_uuid, uuid_of, visit};
use crate::domain::turnover::HOUR_MS;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// The values that a standard lists for a member, by its name.
type Listed = BTreeMap<String, Vec<String>>;

/// The members that the standard's schema requires, with the values it lists for those that have a
/// list.
fn cds_schema() -> Option<(Vec<String>, Listed)> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/schemas/cds-1.1/Shared Data Models/aggregate.yaml");
    let text = std::fs::read_to_string(file).ok()?;
    let schema: Value = serde_saphyr::from_str(&text).unwrap();
    let required = schema["required"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r.as_str().unwrap().to_owned())
        .collect();
    let listed = schema["properties"]
        .as_object()
        .unwrap()
        .iter()
        .filter_map(|(name, p)| {
            let words = p["enum"]
                .as_array()?
                .iter()
                .map(|w| w.as_str().unwrap().to_owned())
                .collect();
            Some((name.clone(), words))
        });
    Some((required, listed.collect()))
}

/// Of the last hour of a zone most becomes unknown.
fn unhear(town: &Town, zone: &str) {
    let zone = town.registry.zone(zone).unwrap();
    let number = town.registry.city().zone(zone).number;
    let mut hours = town.memory.hours.lock().unwrap();
    let last = hours.values_mut().next_back().unwrap();
    let cell = last.iter_mut().find(|c| c.zone == number).unwrap();
    (cell.sums.unknown_ms, cell.sums.vacant_ms) = (cell.sums.vacant_ms + 3 * HOUR_MS as i64, 0);
}

#[tokio::test]
async fn aggregates_are_those_of_cds() {
    let town = Town::new();
    town.settle(|zone, _| i64::from(zone) * 6);
    // HE12 was not heard for most of the last hour, and EAST had no visits.
    unhear(&town, "HE12");
    let answer = town
        .call_as(
            "monitor",
            "GET",
            &format!("/v1/cds/metrics/aggregates?start_time={}", day().0),
            "",
        )
        .await;
    assert_eq!(
        answer.header("content-type"),
        "application/vnd.cds+csv;version=1.1"
    );
    let text = String::from_utf8(answer.body).unwrap();
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    let rows: Vec<BTreeMap<&str, &str>> = lines
        .map(|l| header.iter().copied().zip(l.split(',')).collect())
        .collect();
    let id = uuid_of("HE12");
    let of_he12: Vec<_> = rows.iter().filter(|r| r["curb_place_id"] == id).collect();
    assert!(
        !of_he12.is_empty() && of_he12.iter().all(|r| r["value"] == "-1"),
        "{text}"
    );
    for row in &rows {
        assert!(
            row["date"].len() == 10
                && row["date"] == &day().to_string()[..10]
                && row["hour"] == "0",
            "{row:?}"
        );
        assert!(
            row["value"].parse::<f64>().is_ok() && row["curb_place_id"].len() == 36,
            "{row:?}"
        );
    }
    match cds_schema() {
        Some((required, listed)) => {
            assert_eq!(
                header,
                required.iter().map(String::as_str).collect::<Vec<_>>()
            );
            let off_list = |row: &&BTreeMap<&str, &str>| {
                listed
                    .iter()
                    .any(|(n, words)| !words.iter().any(|w| w == row[&**n]))
            };
            assert_eq!(rows.iter().find(off_list), None);
        }
        None => println!("skipped: the schemas of CDS 1.1 are not beside this repository"),
    }
    let one = format!(
        "/v1/cds/metrics/aggregates?curb_place_type=zone&curb_place_id={id}&metric_type=turnover"
    );
    let answer = town.call_as("monitor", "GET", &one, "").await;
    assert_eq!(String::from_utf8(answer.body).unwrap().lines().count(), 25);
    town.call_as("book", "GET", "/v1/cds/metrics/aggregates", "")
        .await
        .problem("forbidden");
    town.get("/v1/cds/metrics/aggregates")
        .await
        .problem("unauthorized");
    let answer = town
        .call_as(
            "monitor",
            "GET",
            "/v1/cds/metrics/aggregates?metric_type=revenue",
            "",
        )
        .await;
    answer.problem("bad-parameter");
}

fn rows(text: &str) -> Vec<BTreeMap<String, String>> {
    let mut lines = text.lines().map(|line| line.split(','));
    let head: Vec<String> = lines.next().unwrap().map(str::to_owned).collect();
    let row = |cells: std::str::Split<'_, char>| {
        let cells = cells.map(str::to_owned);
        head.iter().cloned().zip(cells).collect()
    };
    lines.map(row).collect()
}

async fn table(town: &Town, path: &str) -> Vec<BTreeMap<String, String>> {
    let answer = town.call_as("monitor", "GET", path, "").await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text());
    assert_eq!(
        answer.header("content-type"),
        "application/vnd.cds+csv;version=1.1"
    );
    rows(&answer.text())
}

#[tokio::test]
async fn only_hours_that_are_over_and_settled_are_told() {
    let town = Town::new();
    town.settle(|_, _| 6);
    let until = |to: u64| {
        format!(
            "/v1/cds/metrics/aggregates?metric_type=turnover&start_time={}&end_time={to}",
            day().0
        )
    };
    // The hour after the settled one is under way.
    let told = table(&town, &until(NOW.0)).await;
    assert_eq!(told.len(), 3, "a row a zone: {told:?}");
    assert!(told.iter().all(|row| row["hour"] == "0"));
    let nothing = table(&town, &until(day().0 + 1)).await;
    assert_eq!(nothing.len(), 3, "an hour that begins in it");
    let later = format!(
        "/v1/cds/metrics/aggregates?start_time={}",
        day().plus(HOUR_MS).0
    );
    assert_eq!(table(&town, &later).await.len(), 0);
}

#[tokio::test]
async fn a_box_holds_whether_a_zone_is_named_or_not() {
    let town = Town::new();
    town.settle(|_, _| 6);
    let there = "min_lat=1.36&min_lng=103.88&max_lat=1.38&max_lng=103.9";
    let elsewhere = "min_lat=50&min_lng=10&max_lat=51&max_lng=11";
    let named = format!("curb_place_type=zone&curb_place_id={}", uuid_of("HE12"));
    for (query, rows) in [
        (there.to_owned(), 24),
        (elsewhere.to_owned(), 0),
        (format!("{named}&{there}"), 24),
        (format!("{named}&{elsewhere}"), 0),
    ] {
        let path = format!("/v1/cds/metrics/aggregates?metric_type=turnover&{query}");
        let told = table(&town, &path).await;
        assert_eq!(told.len(), rows, "{query}: {told:?}");
        assert!(
            told.iter()
                .all(|row| row["curb_place_id"] == uuid_of("HE12"))
        );
    }
}

#[tokio::test]
async fn round_a_place_the_nearest_zone_comes_first_with_all_its_hours() {
    let town = Town::new();
    town.settle(|_, _| 6);
    let near = "/v1/cds/metrics/aggregates?metric_type=turnover&lat=1.37&lng=103.89&radius=2000000";
    let told = table(&town, near).await;
    let ids: Vec<&str> = told.iter().map(|row| &*row["curb_place_id"]).collect();
    let mut order = ids.clone();
    order.dedup();
    let want = ["HE12", "TPY12", "EAST"].map(uuid_of);
    assert_eq!(order, want.each_ref().map(|id| &**id), "{ids:?}");
    assert_eq!(told.len(), 3 * 24);
    let hours: Vec<u32> = told[..24]
        .iter()
        .map(|r| r["hour"].parse().unwrap())
        .collect();
    assert!(hours[1] == (hours[0] + 1) % 24, "{hours:?}");
    let long = format!("{near}&start_time=0");
    let refused = town.call_as("monitor", "GET", &long, "").await;
    assert_eq!(refused.problem("not-offered")["error"], "not_offered");
}

#[tokio::test]
async fn sessions_are_visits_and_unseen_ends_are_empty() {
    let town = Town::new();
    let hour = day();
    let mut visits = vec![
        visit(&town, "TPY12-001", hour, (60, 1860), (true, true)),
        visit(&town, "TPY12-002", hour, (600, 2400), (false, true)),
        visit(&town, "EAST-1", hour, (0, 3000), (true, false)),
    ];
    visits.sort_by_key(|v| v.end);
    town.settle_visits(hour, visits);
    let path = format!("/v1/cds/metrics/sessions?start_time={}", hour.0);
    let told = table(&town, &path).await;
    assert_eq!(told.len(), 3, "{told:?}");
    let of = |bay: &str| {
        let id = bay_uuid(bay);
        told.iter().find(|row| row["curb_space_id"] == id).unwrap()
    };
    let whole = of("TPY12-001");
    assert_eq!(whole["session_type"], "parking");
    assert_eq!(whole["event_time_start"], (hour.0 + 60_000).to_string());
    assert_eq!(whole["event_time_end"], (hour.0 + 1_860_000).to_string());
    assert_eq!(whole["curb_zone_id"], uuid_of("TPY12"));
    assert_eq!(whole["event_location_start_latitude"], "1.3327");
    assert!(whole["event_session_id"].len() == 36 && whole["event_id_start"].len() == 36);
    let late = of("TPY12-002");
    for unseen in [
        "event_id_start",
        "event_time_start",
        "event_session_id",
        "event_location_start_latitude",
    ] {
        assert_eq!(late[unseen], "", "{unseen}");
    }
    assert!(!late["event_id_end"].is_empty() && !late["event_location_end_longitude"].is_empty());
    assert_eq!(of("EAST-1")["event_id_end"], "");
    let one = format!(
        "{path}&curb_place_type=zone&curb_place_id={}",
        uuid_of("EAST")
    );
    assert_eq!(table(&town, &one).await.len(), 1);
    let near = format!("{path}&lat=1.32&lng=103.95&radius=3000000");
    let near = table(&town, &near).await;
    assert_eq!(near[0]["curb_space_id"], bay_uuid("EAST-1"));
    assert_eq!(near.len(), 3);
    let boxed = format!("{path}&min_lat=1.3&min_lng=103.9&max_lat=1.4&max_lng=104");
    assert_eq!(table(&town, &boxed).await.len(), 1);
    town.get(&path).await.problem("unauthorized");
}

#[tokio::test]
async fn spaces_have_the_sessions_that_ended_and_no_occupancy() {
    let town = Town::new();
    let hour = day();
    let visits = vec![
        visit(&town, "TPY12-001", hour, (0, 600), (true, true)),
        visit(&town, "TPY12-001", hour, (900, 2100), (true, true)),
        visit(&town, "EAST-1", hour, (0, 3000), (false, true)),
    ];
    town.settle_visits(hour, visits);
    let path = format!(
        "/v1/cds/metrics/aggregates?curb_place_type=space&start_time={}",
        hour.0
    );
    let told = table(&town, &path).await;
    let value = |bay: &str, metric: &str| {
        let id = bay_uuid(bay);
        let found = told
            .iter()
            .find(|r| r["curb_place_id"] == id && r["metric_type"] == metric);
        found.map(|row| row["value"].clone())
    };
    assert_eq!(value("TPY12-001", "total_sessions").as_deref(), Some("2"));
    assert_eq!(value("TPY12-001", "total_events").as_deref(), Some("4"));
    assert_eq!(
        value("TPY12-001", "average_dwell_time").as_deref(),
        Some("15")
    );
    assert_eq!(value("EAST-1", "total_events").as_deref(), Some("1"));
    assert_eq!(value("EAST-1", "average_dwell_time"), None);
    assert!(told.iter().all(|r| r["metric_type"] != "occupancy_percent"));
    assert!(told.iter().all(|r| r["curb_place_type"] == "space"));
    let one = format!("{path}&curb_place_id={}", bay_uuid("EAST-1"));
    assert_eq!(table(&town, &one).await.len(), 3);
    let none = format!("{path}&curb_place_id={}", bay_uuid("NOWHERE"));
    assert_eq!(table(&town, &none).await.len(), 0);
}

#[tokio::test]
async fn what_cannot_be_asked_of_metrics_is_said() {
    let town = Town::new();
    for (query, slug, error) in [
        ("curb_place_type=area", "not-offered", "not_offered"),
        ("curb_place_type=object", "not-offered", "not_offered"),
        ("curb_place_type=street", "bad-parameter", "bad_param"),
        ("curb_place_id=x", "bad-parameter", "bad_param"),
        (
            "curb_place_id=0f6a052d-f934-4159-8da4-3135e453b968",
            "bad-parameter",
            "missing_param",
        ),
        ("min_lat=1", "bad-parameter", "missing_param"),
        ("start_time=5&end_time=5", "bad-parameter", "bad_param"),
        ("start_time=-1", "bad-parameter", "bad_param"),
        ("cursor=forged", "bad-parameter", "bad_param"),
    ] {
        for call in ["aggregates", "sessions"] {
            let path = format!("/v1/cds/metrics/{call}?{query}");
            let answer = town.call_as("monitor", "GET", &path, "").await;
            assert_eq!(answer.problem(slug)["error"], error, "{path}");
        }
    }
    let other = [
        (
            "authorization",
            &*format!("Bearer {}", town.keys["monitor"]),
        ),
        ("accept", "application/vnd.cds+csv;version=1.0"),
    ];
    let answer = town.get_with("/v1/cds/metrics/aggregates", &other).await;
    answer.problem("not-acceptable");
}
