//! CDS: the Curb Data Specification, as a city's programs ask for it.

mod curbs;
mod envelope;
mod events;
mod metrics;

use super::Town;
use crate::domain::turnover::HOUR_MS;
use crate::domain::{Millis, SettledHour, SourceKind, SourceKinds, Visit};
use crate::history::SettledPart;
use crate::serve::api::cds::Urn;
use serde_json::Value;
use std::sync::Arc;

fn uuid_of(zone: &str) -> String {
    Urn::Zone.of(zone).to_string()
}

fn bay_uuid(bay: &str) -> String {
    Urn::Bay.of(bay).to_string()
}

/// A list of an answer, each page of it.
async fn walk(town: &Town, scope: Option<&str>, path: &str, list: &str) -> Vec<Value> {
    let mut all = Vec::new();
    let mut next = Some(path.to_owned());
    while let Some(path) = next {
        let answer = match scope {
            Some(scope) => town.call_as(scope, "GET", &path, "").await,
            None => town.get(&path).await,
        };
        assert_eq!(answer.status.as_u16(), 200, "{path}: {}", answer.text());
        assert_eq!(
            answer.header("content-type"),
            "application/vnd.cds+json;version=1.1"
        );
        let body = answer.json();
        assert_eq!(body["version"], "1.1.0");
        all.extend(body["data"][list].as_array().unwrap().iter().cloned());
        next = body["links"]["next"].as_str().map(str::to_owned);
    }
    all
}

/// A stay by a sensor; seconds from the hour on, and which ends were seen.
fn visit(
    town: &Town,
    bay: &str,
    hour: Millis,
    (start_s, end_s): (i64, i64),
    (start_seen, end_seen): (bool, bool),
) -> Visit {
    let city = town.registry.city();
    let bay = town.registry.bay(bay).unwrap();
    let at = |s: i64| Millis(hour.0.checked_add_signed(s * 1000).unwrap());
    Visit {
        bay: city.bay_number(bay),
        zone: city.zone(city.zone_of(bay)).number,
        start: at(start_s),
        end: at(end_s),
        start_seen,
        end_seen,
        kinds: SourceKinds::default().with(SourceKind::Sensor),
    }
}

impl Town {
    /// Plays the settlement: an hour's visits are written, and all up to its end is settled.
    fn settle_visits(&self, hour: Millis, visits: Vec<Visit>) {
        let settled = SettledHour {
            hour,
            windows: Vec::new(),
            visits,
        };
        let part = SettledPart::Hour(Arc::new(settled));
        let keeper = self.memory.keeper.get().unwrap();
        while !keeper.offer(0, 1, &part) {
            std::thread::yield_now();
        }
        self.memory.settle_to(hour.plus(HOUR_MS));
    }
}
