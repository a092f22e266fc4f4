//! What each partner has made of the hub, by hour and key.
//!
//! Promises: a batch is added whole or not at all, and once, however often it is sent; hubs on one
//! database add up. What is counted is text here; `partners` knows what it means. Dear: a batch
//! holds SQLite's one writer for as long as its rows take, so its writer keeps it short.

use super::work::within;
use super::{Pools, Store, StoreError, Work, reading};
use serde_json::json;

/// So much more of one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageMore {
    pub partner: String,
    /// The key's id, as administrators see it.
    pub key: String,
    pub name: String,
    /// Hours since 1970.
    pub hour: u64,
    pub what: String,
    pub n: u64,
}

/// Whose batch it is, so that it is added once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsageBatch<'a> {
    /// A name of the running hub, another after each start.
    pub writer: &'a str,
    /// Rises with each batch.
    pub batch: u64,
    /// Hours since 1970, now.
    pub hour: u64,
}

/// Of what usage is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsageQuestion<'a> {
    /// `None`: all, each as a whole, and not by key.
    pub partner: Option<&'a str>,
    /// Hours since 1970, this one included.
    pub from: u64,
    /// Not included.
    pub to: u64,
    /// Hours of a row.
    pub hours: u64,
    /// The period and label of the last row that is known already.
    pub after: Option<(u64, &'a str)>,
    /// Counts that are read at most.
    pub limit: u32,
}

/// How much of one thing in one period, of one key or partner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageSum {
    /// Hours since 1970, by the hours of a row.
    pub period: u64,
    /// By which rows of a period are ordered: the key's id, or the partner's name.
    pub label: String,
    pub partner: String,
    /// The key's name; empty for a partner as a whole.
    pub name: String,
    pub what: String,
    pub n: u64,
}

const KEYS: [&str; 2] = [
    "INSERT INTO usage_key (partner, key, name) \
     SELECT DISTINCT value->>'partner', value->>'key', value->>'name' FROM json_each($1) WHERE true \
     ON CONFLICT (partner, key) DO NOTHING",
    "INSERT INTO usage_key (partner, key, name) \
     SELECT DISTINCT partner, key, name FROM json_to_recordset($1::json) \
         AS n (partner text, key text, name text) ORDER BY partner, key \
     ON CONFLICT (partner, key) DO NOTHING",
];

const ADD: [&str; 2] = [
    "INSERT INTO usage_hour (key, hour, what, n) \
     SELECT k.id, value->>'hour', value->>'what', value->>'n' FROM json_each($1) \
     JOIN usage_key k ON k.partner = value->>'partner' AND k.key = value->>'key' WHERE true \
     ON CONFLICT (key, hour, what) DO UPDATE SET n = usage_hour.n + excluded.n",
    "INSERT INTO usage_hour (key, hour, what, n) \
     SELECT k.id, n.hour, n.what, n.n FROM json_to_recordset($1::json) \
         AS n (partner text, key text, hour bigint, what text, n bigint) \
     JOIN usage_key k ON k.partner = n.partner AND k.key = n.key ORDER BY k.id, n.hour, n.what \
     ON CONFLICT (key, hour, what) DO UPDATE SET n = usage_hour.n + excluded.n",
];

const WRITER: &str = "INSERT INTO usage_writer (writer, batch, hour) VALUES ($1, $2, $3) \
     ON CONFLICT (writer) DO UPDATE SET batch = excluded.batch, hour = excluded.hour \
     WHERE usage_writer.batch < excluded.batch";

/// The sums of a question; `$label` and `$name` say of whom.
macro_rules! sums {
    ($label:literal, $name:literal, $of:literal) => {
        concat!(
            "SELECT period, label, partner, MAX(name), what, CAST(SUM(n) AS BIGINT) FROM (",
            "SELECT h.hour / $3 AS period, ", $label, " AS label, k.partner AS partner, ", $name,
            " AS name, h.what AS what, h.n AS n FROM usage_hour h JOIN usage_key k ON k.id = h.key ",
            "WHERE h.hour >= $1 AND h.hour < $2 AND ", $of, ") AS rows ",
            "WHERE period > $4 OR (period = $4 AND label > $5) ",
            "GROUP BY period, label, partner, what ORDER BY period, label, what LIMIT $6"
        )
    };
}

const OF_KEYS: &str = sums!("k.key", "k.name", "k.partner = $7");
const OF_PARTNERS: &str = sums!("k.partner", "''", "$7 = ''");

type RawSum = (i64, String, String, String, String, i64);

impl Store {
    /// Adds a batch. Each (partner, key, hour, what) may stand in it once. Whether it is new: one
    /// that is there already changes nothing.
    ///
    /// # Errors
    /// See [`StoreError`]; it may be sent again, as the same batch.
    pub async fn add_usage(
        &self,
        by: UsageBatch<'_>,
        more: &[UsageMore],
    ) -> Result<bool, StoreError> {
        let rows = more.iter().map(|m| {
            json!({
                "partner": m.partner, "key": m.key, "name": m.name, "hour": m.hour, "what": m.what,
                "n": m.n,
            })
        });
        let rows = rows.collect::<serde_json::Value>().to_string();
        let texts = |all: [&'static str; 2]| match self.0 {
            Pools::Sqlite { .. } => all[0],
            Pools::Postgres(_) => all[1],
        };
        let keys = texts(KEYS);
        let add = texts(ADD);
        let mut work = self.work().await?;
        let is_new = work.usage_written(by).await?;
        if is_new {
            within!(work, db => sqlx::query(keys).bind(&rows).execute(db).await.map(drop))?;
            let added: u64 = within!(work, db => {
                sqlx::query(add).bind(&rows).execute(db).await.map(|done| done.rows_affected())
            })?;
            if added != more.len() as u64 {
                // Another hub has forgotten a key between the two.
                return Err(StoreError::Stale);
            }
        }
        work.commit().await?;
        Ok(is_new)
    }

    /// Sums, by period, label and what.
    pub async fn usage(&self, asked: &UsageQuestion<'_>) -> Result<Vec<UsageSum>, StoreError> {
        let text = asked.partner.map_or(OF_PARTNERS, |_| OF_KEYS);
        let hours = asked.hours.max(1);
        let (period, label) = asked
            .after
            .map_or((-1, ""), |(p, label)| (number(p), label));
        // What is known already need not be read.
        let from = asked
            .from
            .max(asked.after.map_or(0, |(p, _)| p.saturating_mul(hours)));
        let raw: Vec<RawSum> = reading!(self, db => {
            let ask = sqlx::query_as(text).bind(number(from)).bind(number(asked.to));
            let ask = ask.bind(number(hours)).bind(period).bind(label);
            let ask = ask.bind(i64::from(asked.limit)).bind(asked.partner.unwrap_or_default());
            ask.fetch_all(db).await
        })?;
        let sum = |(period, label, partner, name, what, n): RawSum| UsageSum {
            period: count(period),
            label,
            partner,
            name,
            what,
            n: count(n),
        };
        Ok(raw.into_iter().map(sum).collect())
    }

    /// Forgets usage of before that hour, of one day at most, and what nothing is left of.
    pub async fn forget_usage(&self, before: u64) -> Result<(), StoreError> {
        // A day at a time: a clock that is wrong for an hour does not take all with it.
        const HOURS: &str = "DELETE FROM usage_hour WHERE hour < $1 \
             AND hour < (SELECT MIN(hour) FROM usage_hour) + 24";
        const KEYS: &str = "DELETE FROM usage_key WHERE id NOT IN (SELECT key FROM usage_hour)";
        const WRITERS: &str = "DELETE FROM usage_writer WHERE hour < $1";
        let before = number(before);
        let mut work = self.work().await?;
        let gone: u64 = within!(work, db => {
            sqlx::query(HOURS).bind(before).execute(db).await.map(|done| done.rows_affected())
        })?;
        if gone > 0 {
            within!(work, db => sqlx::query(KEYS).execute(db).await.map(drop))?;
        }
        within!(work, db => sqlx::query(WRITERS).bind(before).execute(db).await.map(drop))?;
        work.commit().await
    }
}

impl Work {
    /// Notes a batch. Whether it is new.
    async fn usage_written(&mut self, by: UsageBatch<'_>) -> Result<bool, StoreError> {
        let written: u64 = within!(self, db => {
            let note = sqlx::query(WRITER).bind(by.writer).bind(number(by.batch));
            let done = note.bind(number(by.hour)).execute(db).await;
            done.map(|done| done.rows_affected())
        })?;
        Ok(written > 0)
    }
}

fn count(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}

fn number(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
