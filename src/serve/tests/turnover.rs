//! Turnover as the authority, partners and anybody are told it, and as CDS.

use super::{NOW, STORES, Town, at, bay, zone};
use crate::clock::ManualClock;
use crate::domain::turnover::HOUR_MS;
use crate::domain::{Calendar, Millis, Stays, Sums, ZoneKind};
use crate::history::{self, Around, Cells, History, RecentFigures, Registered, ZoneFigures};
use crate::ingest::gate;
use crate::metrics::Metrics;
use crate::registry::Registry;
use crate::serve::{Authority, Config};
use axum::body::Body;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

/// What a stream would remember.
#[derive(Default)]
pub(in crate::serve) struct Memory {
    hours: Mutex<BTreeMap<Millis, Vec<ZoneFigures>>>,
    settled_to: Mutex<Millis>,
}

impl RecentFigures for Memory {
    fn settled_to(&self) -> Millis {
        *self.settled_to.lock().unwrap()
    }

    fn oldest(&self) -> Millis {
        self.hours
            .lock()
            .unwrap()
            .keys()
            .next()
            .copied()
            .unwrap_or(Millis::MAX)
    }

    fn cells(&self, hour: Millis, fine: bool) -> Option<Cells> {
        assert!(!fine, "nobody asked for it here");
        self.hours
            .lock()
            .unwrap()
            .get(&hour)
            .map(|cells| cells.clone().into())
    }

    fn stamp(&self, hour: Millis) -> Option<u64> {
        // Tests change how many visits there were.
        let hours = self.hours.lock().unwrap();
        hours.get(&hour).map(|cells| {
            cells
                .iter()
                .map(|c| (c.sums.started + c.sums.ended) as u64)
                .sum()
        })
    }
}

/// A history with nothing in its files, and an empty ledger.
pub(in crate::serve) fn authority(
    dir: &Path,
    registry: &Arc<Registry>,
    memory: &Arc<Memory>,
    (clock, metrics): (&Arc<ManualClock>, &Arc<Metrics>),
) -> Authority {
    let names = Arc::new(Registered::new(registry.clone(), dir));
    let around = Around {
        names: names.clone(),
        clock: clock.clone(),
        metrics: metrics.clone(),
        health: Arc::default(),
    };
    let config = history::Config::default();
    let (history, _) = History::open(
        &config,
        dir,
        STORES.handle().clone(),
        memory.clone(),
        around,
    )
    .unwrap();
    let gate = gate::Gate::new(
        registry.clone(),
        clock.clone(),
        metrics.clone(),
        gate::Config::default(),
    );
    Authority {
        history: Arc::new(history),
        names,
        calendar: Calendar::UTC,
        ledger: gate.ledger(),
    }
}

/// An hour of a zone of ten bays, half of it known.
fn sums(visits: i64) -> Sums {
    let mut stays = Stays::default();
    (0..visits).for_each(|_| stays.count(1_800_000));
    let ms = HOUR_MS as i64;
    Sums {
        occupied_ms: 2 * ms,
        vacant_ms: 6 * ms,
        unknown_ms: 2 * ms,
        started: visits,
        ended: visits,
        short: 1,
        stay_ms: visits * 1_800_000,
        stays,
        judged: 12,
        full: 3,
        crowded: 6,
        ..Sums::default()
    }
}

/// Midnight before now.
fn day() -> Millis {
    Calendar::UTC.day_start(NOW)
}

impl Town {
    /// Plays the settlement: yesterday and the first hour of today, of every zone; `visits` by zone
    /// and hour.
    pub(in crate::serve) fn settle(&self, visits: impl Fn(u32, u64) -> i64) {
        let start = Millis(day().0 - 24 * HOUR_MS);
        let zones: Vec<u32> = self
            .registry
            .city()
            .zones()
            .map(|(_, z)| z.number)
            .collect();
        let mut zones = zones;
        zones.sort_unstable();
        for h in 0..25 {
            let from = start.plus(h * HOUR_MS);
            let cells = zones
                .iter()
                .map(|zone| ZoneFigures {
                    zone: *zone,
                    from,
                    sums: sums(visits(*zone, h)),
                })
                .collect();
            self.memory.hours.lock().unwrap().insert(from, cells);
        }
        *self.memory.settled_to.lock().unwrap() = day().plus(HOUR_MS);
    }

    pub(in crate::serve) fn settle_day(&self) {
        self.settle(|_, _| 20);
        self.registry
            .enrol_source("lamp-1", crate::domain::SourceKind::Sensor)
            .unwrap();
    }

    async fn figures(&self, scope: &str, query: &str) -> Value {
        self.call_as(scope, "GET", &format!("/v1/turnover{query}"), Body::empty())
            .await
            .json()
    }
}

#[tokio::test]
async fn the_authority_is_told_every_figure() {
    let town = Town::new();
    town.settle(|_, h| h as i64);
    let from = day();
    let answer = town
        .figures("monitor", &format!("?zone=HE12&from={from}"))
        .await;
    assert_eq!(
        answer,
        json!({"interval": "1h", "settled_to": day().plus(HOUR_MS).to_string(), "next": null, "gaps": [], "rows": [{
            "zone": "HE12", "from": from.to_string(), "to": from.plus(HOUR_MS).to_string(),
            "complete": true, "suppressed": false, "visits": 24, "visits_ended": 24, "short_stays": 1,
            "censored_stays": 0, "turnover_per_bay_hour": 2.4, "cds_turnover": 24, "mean_stay_s": 1800,
            "median_stay_s": 1828, "p85_stay_s": 1828, "occupancy": 0.25, "full_fraction": 0.25,
            "above_85_fraction": 0.5, "coverage": 0.8,
        }]})
    );
    let yesterday = Millis(from.0 - 24 * HOUR_MS);
    let days = town
        .figures(
            "monitor",
            &format!("?interval=1d&from={yesterday}&bbox=103.8,1.3,103.9,1.35"),
        )
        .await;
    let days = days["rows"].as_array().unwrap();
    assert_eq!(
        days.len(),
        2,
        "of TPY12: yesterday and what there is of today"
    );
    assert_eq!(
        (&days[0]["visits"], &days[0]["complete"]),
        (&json!(276), &json!(true))
    );
    assert_eq!(
        (&days[1]["visits"], &days[1]["complete"]),
        (&json!(24), &json!(false))
    );
    let sg = town
        .figures(
            "monitor",
            &format!("?interval=1d&zone=HE12&tz=Asia%2FSingapore&from={yesterday}"),
        )
        .await;
    assert_eq!(
        sg["rows"][0]["from"],
        yesterday.plus(16 * HOUR_MS).to_string()
    );
    assert_eq!(sg["rows"][0]["visits"], (16..25).sum::<i64>());
}

#[tokio::test]
async fn pages_are_walked_by_cursor_in_both_forms() {
    let town = Town::new();
    town.settle_day();
    let mut rows = 0;
    let mut cursor = String::new();
    loop {
        let page = town.figures("monitor", &format!("?limit=7{cursor}")).await;
        rows += page["rows"].as_array().unwrap().len();
        let Some(next) = page["next"].as_str() else {
            break;
        };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(rows, 24 * 3);
    let key = format!("Bearer {}", town.keys["monitor"]);
    let headers = [("authorization", key.as_str()), ("accept", "text/csv")];
    let mut lines = Vec::new();
    let mut path = "/v1/turnover?limit=50".to_owned();
    loop {
        let page = town.get_with(&path, &headers).await;
        assert_eq!(page.header("content-type"), "text/csv; charset=utf-8");
        let text = String::from_utf8(page.body.clone()).unwrap();
        assert!(
            text.starts_with("zone,from,to,complete,suppressed,visits,visits_ended,"),
            "{text}"
        );
        lines.extend(text.lines().skip(1).map(str::to_owned));
        match page
            .header("link")
            .strip_prefix('<')
            .and_then(|l| l.split_once('>'))
        {
            Some((next, rel)) => {
                assert_eq!(rel, "; rel=\"next\"");
                path = next.to_owned();
            }
            None => break,
        }
    }
    assert_eq!(lines.len(), 24 * 3);
    assert!(
        lines.iter().all(|l| l.split(',').count() == 18),
        "{}",
        lines[0]
    );
    let json = format!("/v1/turnover?limit=1&from={}", day());
    assert_eq!(
        town.get_with(&json, &headers[..1])
            .await
            .header("content-type"),
        "application/json"
    );
    town.get_with(&json, &[("accept", "image/png")])
        .await
        .problem("not-acceptable");
}

#[tokio::test]
async fn others_are_told_days_that_are_over_and_nothing_that_speaks_of_single_people() {
    let town = Town::new();
    // At three in the morning nobody came but two, at four seven.
    town.settle(|_, h| match h {
        3 => 2,
        4 => 7,
        _ => 20,
    });
    let yesterday = Millis(day().0 - 24 * HOUR_MS);
    let all = format!("?from={yesterday}&zone=HE12,EAST");
    let known = town.figures("book", &all).await;
    let rows = known["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 24, "not EAST, which is one bay, and not today");
    for (h, row) in rows.iter().enumerate() {
        let hidden = [3, 4].contains(&h);
        assert_eq!(row["suppressed"], hidden, "{row}");
        assert_eq!(
            row["visits"].is_null() && row["coverage"].is_null() && row["mean_stay_s"].is_null(),
            hidden,
            "{row}"
        );
    }
    let anybody = town.get(&format!("/v1/turnover{all}")).await.json();
    let hidden = anybody["rows"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|r| r["suppressed"] == true)
        .count();
    assert_eq!(hidden, 3, "2 and 7 are fewer than 10 together");
    let days = town
        .get(&format!("/v1/turnover{all}&interval=1d"))
        .await
        .json();
    assert_eq!(days["rows"][0]["visits"], 22 * 20 + 9);
    let e = town
        .get(&format!(
            "/v1/turnover{all}&interval=1d&tz=Asia%2FSingapore"
        ))
        .await;
    assert_eq!(e.problem("bad-parameter")["field"], "tz");
    let bad = town
        .get_with("/v1/turnover", &[("authorization", "Bearer bh_wrong")])
        .await;
    bad.problem("unauthorized");
}

#[tokio::test]
async fn what_cannot_be_asked_is_refused_with_a_reason() {
    let town = Town::new();
    town.settle_day();
    for (query, field) in [
        ("from=2026-11-23T00:00:00Z&to=2026-11-22T00:00:00Z", "to"),
        ("interval=2h", "interval"),
        ("interval=1d&tz=Singapore%20", "tz"),
        ("interval=1d&tz=Asia%2FKolkata", "tz"),
        ("limit=20001", "limit"),
        ("zone=HE12&bbox=1,2,3,4", "bbox"),
        ("cursor=AQAAAAA", "cursor"),
        ("form=2026-11-23T00:00:00Z", "form"),
    ] {
        let answer = town
            .call_as("monitor", "GET", &format!("/v1/turnover?{query}"), "")
            .await;
        assert_eq!(answer.problem("bad-parameter")["field"], field, "{query}");
    }
    town.call_as("monitor", "GET", "/v1/turnover?zone=NOPE", "")
        .await
        .problem("not-found");
}

#[tokio::test]
async fn an_id_that_a_spreadsheet_would_run_is_only_text_in_csv() {
    let place = at(1.3, 103.8);
    let specs = vec![zone("-1", "Dash", ZoneKind::OnStreet, place, 10)];
    let registry = Registry::in_memory(specs, vec![bay("B", "-1", place, |_| {})]).unwrap();
    let town = Town::with(Config::default(), registry, None);
    town.settle_day();
    let key = format!("Bearer {}", town.keys["monitor"]);
    let answer = town
        .get_with(
            "/v1/turnover?limit=1",
            &[("authorization", &key), ("accept", "text/csv")],
        )
        .await;
    let text = String::from_utf8(answer.body).unwrap();
    assert!(
        text.lines().nth(1).unwrap().starts_with("\"'-1\","),
        "{text}"
    );
}

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

#[tokio::test]
async fn aggregates_are_those_of_cds() {
    let town = Town::new();
    town.settle(|zone, _| i64::from(zone) * 6);
    // HE12 was not heard for most of the last hour, and EAST had no visits.
    let he12 = town
        .registry
        .city()
        .zone(town.registry.zone("HE12").unwrap())
        .number;
    {
        let mut hours = town.memory.hours.lock().unwrap();
        let last = hours.values_mut().next_back().unwrap();
        let cell = last.iter_mut().find(|c| c.zone == he12).unwrap();
        (cell.sums.unknown_ms, cell.sums.vacant_ms) = (cell.sums.vacant_ms + 3 * HOUR_MS as i64, 0);
    }
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
