//! How full a zone was, as apps are told it; and turnover of zones that are counted.

use super::settled::day;
use super::{Town, at, zone};
use crate::domain::turnover::HOUR_MS;
use crate::domain::{Millis, Sums, ZoneKind};
use crate::registry::Registry;
use crate::serve::Config;
use serde_json::{Value, json};

/// A counter's hour of ten bays: half of it known, a quarter of that occupied.
fn counted() -> Sums {
    let ms = HOUR_MS as i64;
    Sums {
        occupied_ms: 2 * ms,
        vacant_ms: 6 * ms,
        unknown_ms: 2 * ms,
        judged: 12,
        full: 3,
        crowded: 6,
        counted_ms: 10 * ms,
        ..Sums::default()
    }
}

impl Town {
    /// As [`Town::settle`], but that HE12 is counted from the third hour of yesterday on.
    fn settle_counted(&self) {
        self.settle(|_, _| 20);
        let city = self.registry.city();
        let number = city.zone(self.registry.zone("HE12").unwrap()).number;
        let mut hours = self.memory.hours.lock().unwrap();
        for cells in hours.values_mut().skip(2) {
            let of = cells.iter_mut().filter(|c| c.zone == number);
            of.for_each(|c| c.sums = counted());
        }
    }

    async fn history_of(&self, zone: &str, query: &str) -> Value {
        let path = format!("/v1/zones/{zone}/history{query}");
        self.get(&path).await.json()
    }
}

#[tokio::test]
async fn a_counted_hour_has_occupancy_and_no_visits_in_every_form() {
    let town = Town::new();
    town.settle_counted();
    let from = day();
    let query = format!("?zone=HE12&from={from}");
    let hour = json!({
        "zone": "HE12", "from": from.to_string(), "to": from.plus(HOUR_MS).to_string(),
        "complete": true, "suppressed": false, "visits": null, "visits_ended": null,
        "short_stays": null, "censored_stays": null, "turnover_per_bay_hour": null,
        "cds_turnover": null, "mean_stay_s": null, "median_stay_s": null, "p85_stay_s": null,
        "occupancy": 0.25, "full_fraction": 0.25, "above_85_fraction": 0.5, "coverage": 0.8,
        "basis": "count",
    });
    let rows = town.figures("monitor", &query).await["rows"].clone();
    assert_eq!(rows, json!([hour]));
    let anybody = town.get(&format!("/v1/turnover{query}")).await.json();
    assert_eq!(
        anybody["rows"], rows,
        "it speaks of no visit, so today is told"
    );
    let key = format!("Bearer {}", town.keys["monitor"]);
    let as_csv = [("authorization", &*key), ("accept", "text/csv")];
    let csv = town
        .get_with(&format!("/v1/turnover{query}"), &as_csv)
        .await;
    let csv = String::from_utf8(csv.body).unwrap();
    let (head, line) = csv.trim_end().split_once("\r\n").unwrap();
    assert!(head.ends_with(",coverage,basis"), "{head}");
    assert!(
        line.ends_with(",true,false,,,,,,,,,,0.25,0.25,0.5,0.8,count"),
        "{line}"
    );
    let yesterday = Millis(from.0 - 24 * HOUR_MS);
    let query = format!("?interval=1d&zone=HE12&from={yesterday}&to={from}");
    let days = town.figures("monitor", &query).await["rows"].clone();
    assert_eq!(
        (&days[0]["basis"], &days[0]["visits"]),
        (&json!("bays"), &json!(40)),
        "the visits of two hours are in it"
    );
    assert_eq!(
        days[0]["turnover_per_bay_hour"], 2.0,
        "by the bays that saw them"
    );
}

#[tokio::test]
async fn apps_are_told_how_full_a_zone_was_as_soon_as_that_is_settled_where_it_is_counted() {
    let town = Town::new();
    town.settle_counted();
    let told = town.history_of("HE12", "").await;
    let rows = told["rows"].as_array().unwrap();
    let settled_to = day().plus(HOUR_MS);
    assert_eq!(told["settled_to"], settled_to.to_string());
    assert_eq!(rows.len(), 24, "the newest day, in hours");
    let last = json!({
        "from": day().to_string(), "to": settled_to.to_string(), "occupancy": 0.25,
        "full_fraction": 0.25, "above_85_fraction": 0.5, "coverage": 0.8, "basis": "count",
        "complete": true, "suppressed": false,
    });
    assert_eq!(rows[23], last);
    assert_eq!(rows[0]["basis"], "bays");
    // Bays that speak for themselves: days that are over.
    let bays = town.history_of("TPY12", "").await;
    let bays = bays["rows"].as_array().unwrap();
    assert_eq!((bays.len(), &bays[22]["basis"]), (23, &json!("bays")));
    let full = town
        .call_as("monitor", "GET", "/v1/zones/TPY12/history", "")
        .await;
    assert_eq!(full.json()["rows"].as_array().unwrap().len(), 24);
    let yesterday = Millis(day().0 - 24 * HOUR_MS);
    let days = town
        .history_of("HE12", &format!("?interval=1d&from={yesterday}"))
        .await;
    assert_eq!(
        days["rows"].as_array().unwrap().len(),
        1,
        "not today's, which grows"
    );
}

#[tokio::test]
async fn a_history_is_walked_by_pages_and_not_sent_again_while_it_is_the_same() {
    let town = Town::new();
    town.settle_counted();
    let mut path = "/v1/zones/HE12/history?limit=7".to_owned();
    let mut rows = 0;
    loop {
        let page = town.get(&path).await;
        rows += page.json()["rows"].as_array().unwrap().len();
        let Some((next, _)) = page.header("link").split_once('>') else {
            break;
        };
        path = next.trim_start_matches('<').to_owned();
    }
    assert_eq!(rows, 24);
    let answer = town.get("/v1/zones/HE12/history").await;
    assert_eq!(answer.header("cache-control"), "public, max-age=10");
    let held = answer.header("etag").to_owned();
    let again = town
        .get_with("/v1/zones/HE12/history", &[("if-none-match", &held)])
        .await;
    assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));
}

#[tokio::test]
async fn a_zone_that_is_not_there_or_not_for_everybody_has_no_history() {
    let town = Town::new();
    town.settle_counted();
    for zone in ["NOPE", "%00"] {
        let answer = town.get(&format!("/v1/zones/{zone}/history")).await;
        answer.problem("not-found");
    }
    for (query, field) in [
        ("interval=5m", "interval"),
        ("limit=3001", "limit"),
        ("from=2026-01-01T00:00:00Z", "from"),
        ("from=2026-11-23T00:00:00Z&to=2026-11-22T00:00:00Z", "to"),
        ("cursor=AQAAAAA", "cursor"),
        ("tz=UTC", "tz"),
    ] {
        let answer = town.get(&format!("/v1/zones/HE12/history?{query}")).await;
        assert_eq!(answer.problem("bad-parameter")["field"], field, "{query}");
    }
    // A street of one bay is there, and has none; a private car park is not there.
    let place = at(1.3, 103.8);
    let zones = vec![
        zone("ONE", "One", ZoneKind::OnStreet, place, 1),
        zone("HOME", "Home", ZoneKind::Private, place, 30),
    ];
    let registry = Registry::in_memory(zones, vec![]).unwrap();
    let town = Town::with(Config::default(), registry, None);
    town.settle(|_, _| 20);
    assert_eq!(town.history_of("ONE", "").await["rows"], json!([]));
    let path = "/v1/zones/HOME/history";
    town.get(path).await.problem("not-found");
    let partner = town.call_as("book", "GET", path, "").await;
    partner.problem("not-found");
    let authority = town.call_as("monitor", "GET", path, "").await.json();
    assert_eq!(authority["rows"].as_array().unwrap().len(), 24);
}
