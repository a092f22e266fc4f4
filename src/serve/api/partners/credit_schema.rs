//! Credit as it is told. Numbers that are exact inside are rounded to a millionth here.

use crate::domain::Millis;
use crate::domain::credit::{ONE, worth};
use crate::history::csv::field;
use crate::partners::credit::{CreditAnswer, CreditDayTold, CreditJudge, CreditSaid, DAY_MS};
use serde::Serialize;
use std::fmt::Write as _;
use utoipa::{IntoParams, ToSchema};

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "read by utoipa's derive only")]
pub(in crate::serve) struct CreditQuery {
    /// What CSV has rows of: `days` or `samples`. JSON has both.
    #[param(default = "days")]
    table: Option<String>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "read by utoipa's derive only")]
pub(in crate::serve) struct CreditPartner {
    /// Whose; absent: everybody's.
    partner: Option<String>,
}

/// A partner's credit.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct CreditTold {
    #[schema(format = DateTime)]
    at: String,
    partner: String,
    /// What the last 28 settled days come to.
    credit: f64,
    /// By what the quota of reading and of searching is multiplied now: 1 to 10.
    factor: f64,
    /// Credit has fallen below -200: your reports weigh as if they were made with confidence 0.5.
    doubted: bool,
    /// Newest first.
    days: Vec<CreditDayRow>,
    /// Up to 100 reports that counted, newest first.
    samples: Vec<CreditSampled>,
}

/// Everybody's credit.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct CreditAll {
    #[schema(format = DateTime)]
    at: String,
    /// Newest first, then by partner.
    days: Vec<CreditDayRow>,
}

/// A settled day (of UTC) of one partner.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct CreditDayRow {
    #[schema(format = Date)]
    day: String,
    partner: String,
    /// That were looked at: of bays nobody watched then, or of which the hub was not sure.
    reports: u64,
    /// Of which the hub was not sure (0.1 to 0.9 vacant): one a bay and five minutes.
    counted: u64,
    /// Of these, such as somebody came to tell what was so.
    settled: u64,
    /// Of these, such as said what was so.
    right: u64,
    /// What they add up to: each `(p0 - y)^2 - (p1 - y)^2`.
    value: f64,
    judges: Vec<CreditJudged>,
    /// What the 28 days up to this one come to, and by what that multiplies the quota.
    credit: f64,
    factor: f64,
}

/// What one judge came to say.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct CreditJudged {
    /// A partner whose words sensors have proved; null: sensors, gates and bookings.
    #[schema(required)]
    partner: Option<String>,
    settled: u64,
    right: u64,
    value: f64,
}

/// One report, as it came out.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct CreditSampled {
    #[schema(format = DateTime)]
    at: String,
    bay: String,
    /// How likely the hub held the bay to be vacant, just before.
    p0: f64,
    /// How likely you said it is.
    p1: f64,
    /// 1: it was vacant, 0: it was occupied; null: nobody could tell.
    #[schema(required)]
    y: Option<u8>,
    /// What that was worth; null: nobody could tell.
    #[schema(required)]
    v: Option<f64>,
    /// The partner whose word told; null: a sensor, a gate, a booking, or nobody.
    #[schema(required)]
    judge: Option<String>,
}

/// To a millionth.
fn rounded(x: f64) -> f64 {
    (x * 1e6).round() / 1e6
}

fn value(worth: i64) -> f64 {
    rounded(worth as f64 / ONE as f64)
}

fn chance(p: u16) -> f64 {
    rounded(f64::from(p) / 65_535.0)
}

fn factor(milli: u32) -> f64 {
    f64::from(milli) / 1000.0
}

fn date(day: u64) -> String {
    let mut text = Millis(day * DAY_MS).to_string();
    text.truncate(10);
    text
}

impl From<&CreditJudge> for CreditJudged {
    fn from(judge: &CreditJudge) -> Self {
        Self {
            partner: judge.partner.clone(),
            settled: judge.tally.settled,
            right: judge.tally.right,
            value: value(judge.tally.worth),
        }
    }
}

impl From<&CreditDayTold> for CreditDayRow {
    fn from(day: &CreditDayTold) -> Self {
        Self {
            day: date(day.day),
            partner: day.partner.to_string(),
            reports: day.reports,
            counted: day.counted,
            settled: day.settled.settled,
            right: day.settled.right,
            value: value(day.settled.worth),
            judges: day.judges.iter().map(CreditJudged::from).collect(),
            credit: value(day.credit),
            factor: factor(day.factor),
        }
    }
}

impl From<&CreditSaid> for CreditSampled {
    fn from(row: &CreditSaid) -> Self {
        let v = row.vacant.map(|vacant| worth(row.p0, row.p1, vacant));
        Self {
            at: Millis(row.at).to_string(),
            bay: row.bay.clone(),
            p0: chance(row.p0),
            p1: chance(row.p1),
            y: row.vacant.map(u8::from),
            v: v.map(value),
            judge: Some(row.judge.clone()).filter(|judge| !judge.is_empty()),
        }
    }
}

impl CreditTold {
    pub(super) fn new(partner: &str, now: Millis, answer: &CreditAnswer) -> Self {
        Self {
            at: now.to_string(),
            partner: partner.to_owned(),
            credit: value(answer.standing.credit),
            factor: factor(answer.standing.factor),
            doubted: answer.standing.doubted,
            days: answer.days.iter().map(CreditDayRow::from).collect(),
            samples: answer.samples.iter().map(CreditSampled::from).collect(),
        }
    }
}

impl CreditAll {
    pub(super) fn new(now: Millis, days: &[CreditDayTold]) -> Self {
        Self {
            at: now.to_string(),
            days: days.iter().map(CreditDayRow::from).collect(),
        }
    }
}

/// The days as CSV; `judges` are partners' names, and how many reports each settled.
pub(super) fn days_csv(days: &[CreditDayTold]) -> String {
    let mut out =
        "day,partner,reports,counted,settled,right,value,judges,credit,factor\r\n".to_owned();
    for day in days.iter().map(CreditDayRow::from) {
        let judges = day.judges.iter().map(|judge| {
            let name = judge.partner.as_deref().unwrap_or("sensors");
            format!("{name}:{}", judge.settled)
        });
        let judges: Vec<_> = judges.collect();
        // Writing to a string does not fail.
        let _ = write!(
            out,
            "{},{},{},{},{},{},{},{},{},{}\r\n",
            day.day,
            field(&day.partner),
            day.reports,
            day.counted,
            day.settled,
            day.right,
            day.value,
            field(&judges.join(" ")),
            day.credit,
            day.factor,
        );
    }
    out
}

/// The samples as CSV.
pub(super) fn samples_csv(rows: &[CreditSaid]) -> String {
    let mut out = "at,bay,p0,p1,y,v,judge\r\n".to_owned();
    for row in rows.iter().map(CreditSampled::from) {
        let y = row.y.map(|y| y.to_string()).unwrap_or_default();
        let v = row.v.map(|v| v.to_string()).unwrap_or_default();
        let judge = row.judge.unwrap_or_default();
        // Writing to a string does not fail.
        let _ = write!(
            out,
            "{},{},{},{},{y},{v},{}\r\n",
            row.at,
            field(&row.bay),
            row.p0,
            row.p1,
            field(&judge),
        );
    }
    out
}
