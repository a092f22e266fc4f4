//! Turnover as the authority, partners and anybody are told it.

use super::settled::day;
use super::{Town, at, bay, zone};
use crate::domain::turnover::HOUR_MS;
use crate::domain::{Millis, ZoneKind};
use crate::registry::Registry;
use crate::serve::Config;
use crate::serve::http::cursor;
use serde_json::json;

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
            "above_85_fraction": 0.5, "coverage": 0.8, "basis": "bays",
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
async fn who_makes_up_where_to_go_on_is_told_nothing_that_was_not_asked_for() {
    let town = Town::new();
    town.settle_day();
    let from = Millis(day().0 - 18 * HOUR_MS);
    let asked = format!("?from={from}&to={}", from.plus(2 * HOUR_MS));
    let whole = town.figures("monitor", &asked).await["rows"].clone();
    assert_eq!(whole.as_array().unwrap().len(), 2 * 3);
    for start in [0, from.0 - HOUR_MS, from.0 - 1] {
        let forged = cursor::write_place(start, 0);
        let told = town
            .figures("monitor", &format!("{asked}&cursor={forged}"))
            .await;
        assert_eq!(told["rows"], whole, "{start}");
    }
    for start in [from.0 + 2 * HOUR_MS, u64::MAX] {
        let forged = cursor::write_place(start, 0);
        let told = town
            .figures("monitor", &format!("{asked}&cursor={forged}"))
            .await;
        assert_eq!(told["rows"], serde_json::json!([]), "{start}");
    }
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
        lines.iter().all(|l| l.split(',').count() == 19),
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
