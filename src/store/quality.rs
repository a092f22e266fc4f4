//! How good the data of operators and partners were, by month: sums that are only ever added to.
//!
//! Promises: they are added in the batch of the usage of the same time, whole, and once; hubs on one
//! database add up. Bounded: a few rows a month for each operator and partner.

use super::work::{Tx, within};
use super::{Store, StoreError, Work, reading};
use serde_json::json;

/// So much more of one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MonthMore {
    /// What `name` is of: an operator or a partner.
    pub by: String,
    pub name: String,
    /// Months since the year 0.
    pub month: u64,
    pub what: String,
    pub n: u64,
}

/// How much of one thing there was in a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MonthSum {
    pub name: String,
    pub what: String,
    pub n: u64,
}

const ADD: [&str; 2] = [
    "INSERT INTO quality_month (kind, name, month, what, n) SELECT value->>'by', value->>'name', \
     value->>'month', value->>'what', value->>'n' FROM json_each($1) WHERE true \
     ON CONFLICT (kind, name, month, what) DO UPDATE SET n = quality_month.n + excluded.n",
    "INSERT INTO quality_month (kind, name, month, what, n) \
     SELECT n.by, n.name, n.month, n.what, n.n FROM json_to_recordset($1::json) \
         AS n (by text, name text, month bigint, what text, n bigint) \
     ORDER BY n.by, n.name, n.month, n.what \
     ON CONFLICT (kind, name, month, what) DO UPDATE SET n = quality_month.n + excluded.n",
];

impl Work {
    /// Adds to months. Each (by, name, month, what) may stand in it once.
    pub(super) async fn add_months(&mut self, more: &[MonthMore]) -> Result<(), StoreError> {
        if more.is_empty() {
            return Ok(());
        }
        let row = |m: &MonthMore| json!({"by": m.by, "name": m.name, "month": m.month, "what": m.what, "n": m.n});
        let rows = more
            .iter()
            .map(row)
            .collect::<serde_json::Value>()
            .to_string();
        let text = ADD[usize::from(matches!(self.0, Tx::Postgres(_)))];
        within!(self, db => sqlx::query(text).bind(&rows).execute(db).await.map(drop))?;
        Ok(())
    }

    /// Forgets the oldest month, if it is before that one.
    pub(super) async fn forget_month(&mut self, before: u64) -> Result<(), StoreError> {
        // One at a time: a clock that is wrong for an hour does not take all with it.
        const SQL: &str = "DELETE FROM quality_month WHERE month < $1 \
             AND month = (SELECT MIN(month) FROM quality_month)";
        let before = i64::try_from(before).unwrap_or(i64::MAX);
        within!(self, db => sqlx::query(SQL).bind(before).execute(db).await.map(drop))?;
        Ok(())
    }
}

impl Store {
    /// The sums of a month, of one or of all, by name.
    pub async fn quality(
        &self,
        by: &str,
        name: Option<&str>,
        month: u64,
    ) -> Result<Vec<MonthSum>, StoreError> {
        const SQL: &str = "SELECT name, what, n FROM quality_month WHERE month = $1 AND kind = $2 \
             AND ($3 = '' OR name = $3) ORDER BY name, what";
        let month = i64::try_from(month).unwrap_or(i64::MAX);
        let name = name.unwrap_or_default();
        let raw: Vec<(String, String, i64)> = reading!(self, db => {
            sqlx::query_as(SQL).bind(month).bind(by).bind(name).fetch_all(db).await
        })?;
        let sum = |(name, what, n): (String, String, i64)| MonthSum {
            name,
            what,
            n: u64::try_from(n).unwrap_or(0),
        };
        Ok(raw.into_iter().map(sum).collect())
    }
}
