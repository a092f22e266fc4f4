//! What partners' reports were worth, by day: settled once, and read by partners and for quotas.
//!
//! Promises: a day of a hub is there whole or not at all, and replaces itself when it is settled again;
//! hubs on one database each have their own. Bounded: some rows a partner and day, at most 100
//! samples, and no longer than [`Store::forget_credit`] leaves them.

use super::work::{Tx, within};
use super::{Store, StoreError, reading};
use serde_json::json;

/// What one judge came to say of a partner's reports of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreditRow {
    /// Since 1970, UTC.
    pub day: u64,
    pub partner: String,
    /// A partner; empty: sensors, gates and bookings. That row has what was said in all, too.
    pub judge: String,
    pub reports: u64,
    pub counted: u64,
    pub settled: u64,
    pub right: u64,
    pub against: u64,
    pub against_right: u64,
    /// In 1/65,535².
    pub worth: i64,
}

/// One of a day's reports, as it came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreditSampleRow {
    pub day: u64,
    pub partner: String,
    /// Its place among those of the partner and day.
    pub n: u32,
    pub bay: String,
    pub at: u64,
    /// P(vacant), in 1/65,535.
    pub p0: u16,
    pub p1: u16,
    pub vacant: Option<bool>,
    pub judge: String,
}

const DAYS: [&str; 2] = [
    "INSERT INTO credit_days (hub, day, partner, judge, reports, counted, settled, right_n, against, against_right, \
     worth) SELECT $1, $2, value->>'partner', value->>'judge', value->>'reports', value->>'counted', \
     value->>'settled', value->>'right', value->>'against', value->>'against_right', value->>'worth' \
     FROM json_each($3)",
    "INSERT INTO credit_days (hub, day, partner, judge, reports, counted, settled, right_n, against, against_right, \
     worth) SELECT $1, $2, n.partner, n.judge, n.reports, n.counted, n.settled, n.\"right\", n.against, \
     n.against_right, n.worth FROM json_to_recordset($3::json) AS n (partner text, judge text, reports bigint, \
     counted bigint, settled bigint, \"right\" bigint, against bigint, against_right bigint, worth bigint)",
];

const SAMPLES: [&str; 2] = [
    "INSERT INTO credit_samples (hub, day, partner, n, bay, at, p0, p1, y, judge) \
     SELECT $1, $2, value->>'partner', value->>'n', value->>'bay', value->>'at', value->>'p0', value->>'p1', \
     value->>'y', value->>'judge' FROM json_each($3)",
    "INSERT INTO credit_samples (hub, day, partner, n, bay, at, p0, p1, y, judge) \
     SELECT $1, $2, s.partner, s.n, s.bay, s.at, s.p0, s.p1, s.y, s.judge FROM json_to_recordset($3::json) \
     AS s (partner text, n bigint, bay text, at bigint, p0 bigint, p1 bigint, y bigint, judge text)",
];

/// Day, partner, judge, then the numbers.
type RawDay = (i64, String, String, i64, i64, i64, i64, i64, i64, i64);
type RawSample = (i64, String, i64, String, i64, i64, i64, i64, String);

impl Store {
    /// Puts a day of a hub in the place of what it had of that day.
    ///
    /// # Errors
    /// See [`StoreError`]; nothing of it is there then.
    pub async fn put_credit_day(
        &self,
        (hub, day): (&str, u64),
        rows: &[CreditRow],
        samples: &[CreditSampleRow],
    ) -> Result<(), StoreError> {
        const FORGET: [&str; 2] = [
            "DELETE FROM credit_days WHERE hub = $1 AND day = $2",
            "DELETE FROM credit_samples WHERE hub = $1 AND day = $2",
        ];
        let day = number(day);
        let rows = rows.iter().map(day_json);
        let rows = rows.collect::<serde_json::Value>().to_string();
        let samples = samples.iter().map(sample_json);
        let samples = samples.collect::<serde_json::Value>().to_string();
        let mut work = self.work().await?;
        let of = usize::from(matches!(work.0, Tx::Postgres(_)));
        for text in FORGET {
            within!(work, db => sqlx::query(text).bind(hub).bind(day).execute(db).await.map(drop))?;
        }
        for (text, rows) in [(DAYS[of], &rows), (SAMPLES[of], &samples)] {
            within!(work, db => {
                sqlx::query(text).bind(hub).bind(day).bind(rows).execute(db).await.map(drop)
            })?;
        }
        work.commit().await
    }

    /// The days from `from` to before `to`, of one hub or all, of one partner or all; by partner, day and
    /// judge. Several hubs' rows of one day follow each other.
    pub async fn credit_days(
        &self,
        hub: Option<&str>,
        partner: Option<&str>,
        (from, to): (u64, u64),
    ) -> Result<Vec<CreditRow>, StoreError> {
        const SQL: &str = "SELECT day, partner, judge, reports, counted, settled, right_n, against, against_right, \
             worth FROM credit_days WHERE day >= $1 AND day < $2 AND ($3 = '' OR hub = $3) \
             AND ($4 = '' OR partner = $4) ORDER BY partner, day, judge, hub";
        let hub = hub.unwrap_or_default();
        let partner = partner.unwrap_or_default();
        let raw: Vec<RawDay> = reading!(self, db => {
            let ask = sqlx::query_as(SQL).bind(number(from)).bind(number(to));
            ask.bind(hub).bind(partner).fetch_all(db).await
        })?;
        let row = |r: RawDay| CreditRow {
            day: count(r.0),
            partner: r.1,
            judge: r.2,
            reports: count(r.3),
            counted: count(r.4),
            settled: count(r.5),
            right: count(r.6),
            against: count(r.7),
            against_right: count(r.8),
            worth: r.9,
        };
        Ok(raw.into_iter().map(row).collect())
    }

    /// The samples of a hub's day, by partner and place.
    pub async fn credit_samples_of(
        &self,
        hub: &str,
        day: u64,
    ) -> Result<Vec<CreditSampleRow>, StoreError> {
        const SQL: &str = "SELECT day, partner, n, bay, at, p0, p1, y, judge FROM credit_samples \
             WHERE hub = $1 AND day = $2 ORDER BY partner, n";
        let raw: Vec<RawSample> = reading!(self, db => {
            sqlx::query_as(SQL).bind(hub).bind(number(day)).fetch_all(db).await
        })?;
        Ok(raw.into_iter().map(sample_row).collect())
    }

    /// The newest `limit` samples of a partner, newest first.
    pub async fn credit_samples(
        &self,
        partner: &str,
        limit: u32,
    ) -> Result<Vec<CreditSampleRow>, StoreError> {
        const SQL: &str = "SELECT day, partner, n, bay, at, p0, p1, y, judge FROM credit_samples \
             WHERE partner = $1 ORDER BY day DESC, at DESC, n DESC, hub LIMIT $2";
        let raw: Vec<RawSample> = reading!(self, db => {
            sqlx::query_as(SQL).bind(partner).bind(i64::from(limit)).fetch_all(db).await
        })?;
        Ok(raw.into_iter().map(sample_row).collect())
    }

    /// Forgets the days before that one.
    pub async fn forget_credit(&self, before: u64) -> Result<(), StoreError> {
        const SQL: [&str; 2] = [
            "DELETE FROM credit_days WHERE day < $1",
            "DELETE FROM credit_samples WHERE day < $1",
        ];
        let mut work = self.work().await?;
        for text in SQL {
            within!(work, db => sqlx::query(text).bind(number(before)).execute(db).await.map(drop))?;
        }
        work.commit().await
    }
}

fn sample_row(r: RawSample) -> CreditSampleRow {
    let small = |n: i64| u16::try_from(n).unwrap_or_default();
    CreditSampleRow {
        day: count(r.0),
        partner: r.1,
        n: u32::try_from(r.2).unwrap_or_default(),
        bay: r.3,
        at: count(r.4),
        p0: small(r.5),
        p1: small(r.6),
        vacant: (r.7 >= 0).then_some(r.7 > 0),
        judge: r.8,
    }
}

fn day_json(r: &CreditRow) -> serde_json::Value {
    json!({
        "partner": r.partner, "judge": r.judge, "reports": r.reports, "counted": r.counted,
        "settled": r.settled, "right": r.right, "against": r.against,
        "against_right": r.against_right, "worth": r.worth,
    })
}

fn sample_json(s: &CreditSampleRow) -> serde_json::Value {
    json!({
        "partner": s.partner, "n": s.n, "bay": s.bay, "at": s.at, "p0": s.p0, "p1": s.p1,
        "y": s.vacant.map_or(-1, i32::from), "judge": s.judge,
    })
}

fn count(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}

fn number(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
