//! Figures as aggregates of CDS, the Curb Data Specification.

use super::Town;
use super::settled::day;
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

fn uuid_of(id: &str) -> String {
    crate::serve::api::authority::cds::uuid(id).to_string()
}
