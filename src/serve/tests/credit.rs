//! What partners are told of their credit: their own, by day and by report, and what it buys.

use super::{NOW, Town};
use crate::domain::credit::{CreditDay, CreditTally};
use crate::domain::credit::{CreditStanding, ONE, credit_of, factor_of};
use crate::store::{CreditRow, CreditSampleRow};
use serde_json::{Value, json};
use std::collections::HashMap;

const OWN: &str = "/v1/partners/me/credit";
const ALL: &str = "/v1/admin/credit";

/// The newest day that is settled: the one before yesterday.
const DAY: u64 = NOW.0 / 86_400_000 - 2;

/// What `lta` came to on that day, in 1/65,535².
const WORTH: i64 = 61 * ONE + ONE / 5;

fn row(day: u64, partner: &str, judge: &str, worth: i64) -> CreditRow {
    CreditRow {
        day,
        partner: partner.into(),
        judge: judge.into(),
        reports: if judge.is_empty() { 5120 } else { 0 },
        counted: if judge.is_empty() { 1310 } else { 0 },
        settled: 402,
        right: 381,
        against: 200,
        against_right: 185,
        worth,
    }
}

fn sample(n: u32, vacant: Option<bool>, judge: &str) -> CreditSampleRow {
    CreditSampleRow {
        day: DAY,
        partner: "lta".into(),
        n,
        bay: "TPY12-001".into(),
        at: DAY * 86_400_000 + u64::from(n) * 60_000,
        p0: 19_275,
        p1: 62_194,
        vacant,
        judge: judge.into(),
    }
}

impl Town {
    /// A day is settled: `lta` was of use, `acme` was wrong.
    pub(super) async fn credited(&self) {
        let board = self.limits.credit.clone();
        let book = self.usage.credit(board.clone());
        let rows = [
            row(DAY, "lta", "", WORTH),
            row(DAY, "lta", "ura", 70 * ONE),
            row(DAY, "acme", "", -300 * ONE),
        ];
        let samples = [
            sample(0, Some(true), ""),
            sample(1, Some(false), "ura"),
            sample(2, None, ""),
        ];
        let day = ("hub", DAY);
        book.store()
            .put_credit_day(day, &rows, &samples)
            .await
            .unwrap();
        let standing = |credit: i64| CreditStanding {
            credit,
            factor: factor_of(credit),
            doubted: credit < -200 * ONE,
        };
        let own = (WORTH + 50 * ONE, -300 * ONE);
        board.put(HashMap::from([
            ("lta".into(), standing(own.0)),
            ("acme".into(), standing(own.1)),
        ]));
    }

    async fn credit(&self, key: &str, path: &str) -> Value {
        let answer = self.call_as(key, "GET", path, "").await;
        assert_eq!(answer.status.as_u16(), 200, "{answer:?}");
        answer.json()
    }
}

#[tokio::test]
async fn a_partner_is_told_its_days_and_reports_and_the_quota_they_buy() {
    let town = Town::new();
    town.credited().await;
    let told = town.credit("report", OWN).await;
    assert_eq!(
        (&told["partner"], &told["credit"]),
        (&json!("lta"), &json!(111.2))
    );
    assert_eq!(
        (&told["factor"], &told["doubted"]),
        (&json!(2.112), &json!(false))
    );
    let day = &told["days"][0];
    assert_eq!(day["day"], "2026-11-21");
    assert_eq!(
        (&day["counted"], &day["settled"], &day["right"]),
        (&json!(1310), &json!(804), &json!(762))
    );
    assert_eq!(
        (&day["value"], &day["credit"], &day["factor"]),
        (&json!(131.2), &json!(111.2), &json!(2.112))
    );
    let judges = json!([
        {"partner": null, "settled": 402, "right": 381, "value": 61.2},
        {"partner": "ura", "settled": 402, "right": 381, "value": 70.0},
    ]);
    assert_eq!(day["judges"], judges, "of one judge 50 count");
    let samples = told["samples"].as_array().unwrap();
    assert_eq!(samples.len(), 3);
    assert_eq!(
        (&samples[0]["y"], &samples[0]["v"]),
        (&Value::Null, &Value::Null),
        "newest first"
    );
    assert_eq!(
        samples[1],
        json!({"at": "2026-11-21T00:01:00.000Z", "bay": "TPY12-001", "p0": 0.294_118,
        "p1": 0.949_02, "y": 0, "v": -0.814_133, "judge": "ura"})
    );
    let answer = town.call_as("report", "GET", "/v1/zones", "").await;
    assert_eq!(answer.headers["ratelimit-policy"], "\"read\";q=2534;w=60");
}

#[tokio::test]
async fn tables_have_the_same_and_an_administrator_reads_everybodys() {
    let town = Town::new();
    let nobody = town.credit("report", OWN).await;
    assert_eq!(
        (&nobody["days"], &nobody["factor"]),
        (&json!([]), &json!(1.0))
    );
    town.credited().await;
    let text = async |key: &str, path: &str| {
        let key = format!("Bearer {}", town.keys[key]);
        let headers = [("authorization", &*key), ("accept", "text/csv")];
        let answer = town.call("GET", path, &headers, "").await;
        assert_eq!(answer.status.as_u16(), 200, "{answer:?}");
        String::from_utf8(answer.body).unwrap()
    };
    let days = "day,partner,reports,counted,settled,right,value,judges,credit,factor\r\n\
                2026-11-21,lta,5120,1310,804,762,131.2,sensors:402 ura:402,111.2,2.112\r\n";
    assert_eq!(text("report", OWN).await, days);
    let samples = text("report", "/v1/partners/me/credit?table=samples").await;
    let lines: Vec<_> = samples.lines().collect();
    assert_eq!(lines[0], "at,bay,p0,p1,y,v,judge");
    assert_eq!(
        lines[2],
        "2026-11-21T00:01:00.000Z,TPY12-001,0.294118,0.94902,0,-0.814133,ura"
    );
    let all = text("admin", ALL).await;
    assert!(all.ends_with(&days[days.find("2026").unwrap()..]), "{all}");
    assert!(
        all.contains("2026-11-21,acme,5120,1310,402,381,-300,sensors:402,-300,1\r\n"),
        "{all}"
    );
    let one = town.credit("admin", "/v1/admin/credit?partner=acme").await;
    assert_eq!(one["days"].as_array().unwrap().len(), 1);
    let refused = town.call_as("report", "GET", ALL, "").await;
    assert_eq!(refused.status.as_u16(), 403);
    let odd = town
        .call_as("report", "GET", "/v1/partners/me/credit?table=x", "")
        .await;
    assert_eq!(odd.status.as_u16(), 400);
}

#[test]
fn what_was_put_is_what_the_rule_gives() {
    let tally = |worth| CreditTally {
        worth,
        ..CreditTally::default()
    };
    let day = CreditDay {
        watched: tally(WORTH),
        judges: [("ura", tally(70 * ONE))].into(),
        ..CreditDay::default()
    };
    assert_eq!(credit_of(&day), WORTH + 50 * ONE);
}
