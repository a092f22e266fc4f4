//! What endpoints are told: facts that wait, in order, and what became of messages.
//!
//! Promises: a fact is written by the triggers of the ledger and of offers, in the transaction of what it
//! tells, and stays until it is delivered, has failed for good or its endpoint is gone; its message's id
//! is written with it and never another. Dear: who asks for what is new reads the new rows only.

use super::row::from_row;
use super::{Store, StoreError, reading, sql, transaction, writing};
use crate::domain::{Millis, vocabulary};

vocabulary! {
    /// What has become of a message.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum DeliveryStatus {
        /// It waits for its turn, or for another attempt.
        Pending => "pending",
        Delivered => "delivered",
        /// No attempt is made any more.
        Failed => "failed",
    }
}

/// A message, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryRow {
    pub id: i64,
    /// The `webhook-id` of each attempt.
    pub message: String,
    /// Its type, as `reservation.confirmed`.
    pub kind: String,
    /// When it happened.
    pub at: Millis,
    /// JSON: of a fact its columns, else what was sent.
    pub data: String,
    pub is_fact: bool,
    pub status: DeliveryStatus,
    pub attempts: u32,
    /// No attempt is made before.
    pub next_at: Millis,
    /// The status of the last answer.
    pub answered: Option<u16>,
    /// Why the last attempt failed.
    pub why: Option<String>,
    pub done_at: Option<Millis>,
}

from_row!(DeliveryRow, |row| {
    Ok(Self {
        id: row.number("id")?,
        message: row.text("message")?,
        kind: row.text("type")?,
        at: row.time("at")?,
        data: row.text("data")?,
        is_fact: row.flag("is_fact")?,
        status: row.word("status", DeliveryStatus::parse)?,
        attempts: row.small("attempts")?,
        next_at: row.time("next_at")?,
        answered: row.maybe_small("answered")?,
        why: row.maybe_text("why")?,
        done_at: row.maybe_time("done_at")?,
    })
});

/// Which rows of an endpoint's log, the newest first.
#[derive(Clone, Copy, Debug)]
pub struct DeliveryPage {
    /// Absent: whatever became of them.
    pub status: Option<DeliveryStatus>,
    /// Of what has happened since.
    pub since: Millis,
    /// Those with a lower number.
    pub before: i64,
    pub limit: u32,
}

/// What waits to be told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    pub rows: i64,
    /// When the oldest of it happened.
    pub oldest: Option<Millis>,
}

impl Store {
    /// The number of the newest row; 0 without one.
    pub async fn newest_delivery(&self) -> Result<i64, StoreError> {
        const SQL: &str = "SELECT COALESCE(MAX(id), 0) FROM webhook_delivery";
        let (id,): (i64,) = reading!(self, db => sqlx::query_as(SQL).fetch_one(db).await)?;
        Ok(id)
    }

    /// Endpoints with something that waits among the rows `after..=to`.
    pub async fn waiting_endpoints(&self, after: i64, to: i64) -> Result<Vec<i64>, StoreError> {
        const SQL: &str = "SELECT DISTINCT endpoint FROM webhook_delivery \
             WHERE id > $1 AND id <= $2 AND status = 'pending'";
        let rows: Vec<(i64,)> =
            reading!(self, db => sqlx::query_as(SQL).bind(after).bind(to).fetch_all(db).await)?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }

    /// What an endpoint is to be told next: orders of the authority before all else.
    pub async fn next_delivery(&self, endpoint: i64) -> Result<Option<DeliveryRow>, StoreError> {
        const SQL: &str = "SELECT * FROM webhook_delivery WHERE id = COALESCE( \
             (SELECT MIN(id) FROM webhook_delivery WHERE endpoint = $1 AND status = 'pending' \
             AND type LIKE 'order.%'), \
             (SELECT MIN(id) FROM webhook_delivery WHERE endpoint = $1 AND status = 'pending'))";
        Ok(reading!(self, db => sqlx::query_as(SQL).bind(endpoint).fetch_optional(db).await)?)
    }

    /// Writes down what an attempt has come to.
    pub async fn note_delivery(&self, row: &DeliveryRow) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE webhook_delivery SET status = $2, attempts = $3, next_at = $4, answered = $5, \
             why = $6, done_at = $7 WHERE id = $1";
        writing!(self, db => {
            let update = sqlx::query(SQL).bind(row.id).bind(row.status.name()).bind(i64::from(row.attempts));
            let update = update.bind(sql(row.next_at)).bind(row.answered.map(i64::from)).bind(&row.why);
            update.bind(row.done_at.map(sql)).execute(db).await.map(drop)
        })?;
        Ok(())
    }

    /// Adds rows of what endpoints were told beside facts, each with its endpoint.
    pub async fn log_deliveries(&self, rows: &[(i64, DeliveryRow)]) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO webhook_delivery \
             (endpoint, message, type, at, data, is_fact, status, attempts, next_at, answered, why, done_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
        transaction!(self, tx => {
            for (endpoint, row) in rows {
                let insert = sqlx::query(SQL).bind(*endpoint).bind(&row.message).bind(&row.kind);
                let insert = insert.bind(sql(row.at)).bind(&row.data).bind(row.is_fact);
                let insert = insert.bind(row.status.name()).bind(i64::from(row.attempts));
                let insert = insert.bind(sql(row.next_at)).bind(row.answered.map(i64::from));
                let insert = insert.bind(&row.why).bind(row.done_at.map(sql));
                insert.execute(&mut *tx).await?;
            }
        });
        Ok(())
    }

    /// A page of an endpoint's log.
    pub async fn deliveries(
        &self,
        endpoint: i64,
        page: DeliveryPage,
    ) -> Result<Vec<DeliveryRow>, StoreError> {
        const SQL: &str = "SELECT * FROM webhook_delivery WHERE endpoint = $1 AND id < $2 AND at >= $3 \
             AND (CAST($4 AS TEXT) IS NULL OR status = $4) ORDER BY id DESC LIMIT $5";
        let status = page.status.map(DeliveryStatus::name);
        Ok(reading!(self, db => {
            let ask = sqlx::query_as(SQL).bind(endpoint).bind(page.before).bind(sql(page.since));
            ask.bind(status).bind(i64::from(page.limit)).fetch_all(db).await
        })?)
    }

    /// Has a message told again, under its own id; whether there is one of that number.
    pub async fn resend_delivery(&self, endpoint: i64, id: i64) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE webhook_delivery SET status = 'pending', attempts = 0, next_at = 0, done_at = NULL \
             WHERE endpoint = $1 AND id = $2";
        let done: u64 = writing!(self, db => {
            let update = sqlx::query(SQL).bind(endpoint).bind(id);
            update.execute(db).await.map(|done| done.rows_affected())
        })?;
        Ok(done > 0)
    }

    /// Has all facts since told again, in order, each under its own id; how many.
    pub async fn replay_deliveries(&self, endpoint: i64, since: Millis) -> Result<u64, StoreError> {
        const SQL: &str = "UPDATE webhook_delivery SET status = 'pending', attempts = 0, next_at = 0, done_at = NULL \
             WHERE endpoint = $1 AND at >= $2 AND is_fact AND status <> 'pending'";
        Ok(writing!(self, db => {
            let update = sqlx::query(SQL).bind(endpoint).bind(sql(since));
            update.execute(db).await.map(|done| done.rows_affected())
        })?)
    }

    /// Forgets what an endpoint was told, but for the newest `facts` and `others`.
    pub async fn trim_deliveries(
        &self,
        endpoint: i64,
        (facts, others): (u32, u32),
    ) -> Result<(), StoreError> {
        const SQL: &str = "DELETE FROM webhook_delivery WHERE endpoint = $1 AND is_fact = $2 AND status <> 'pending' \
             AND id <= (SELECT id FROM webhook_delivery WHERE endpoint = $1 AND is_fact = $2 \
             AND status <> 'pending' ORDER BY id DESC LIMIT 1 OFFSET $3)";
        for (is_fact, keep) in [(true, facts), (false, others)] {
            writing!(self, db => {
                let delete = sqlx::query(SQL).bind(endpoint).bind(is_fact).bind(i64::from(keep));
                delete.execute(db).await.map(drop)
            })?;
        }
        Ok(())
    }

    /// Forgets what nobody waits for: rows of endpoints that are gone, of those disabled before
    /// `since`, and what happened before that of who is suspended.
    pub async fn sweep_deliveries(&self, since: Millis) -> Result<(), StoreError> {
        const SQL: &str = "DELETE FROM webhook_delivery WHERE endpoint NOT IN \
             (SELECT id FROM webhook_endpoint WHERE state = 'enabled' OR changed_at >= $1) \
             OR at < $1 AND endpoint IN (SELECT e.id FROM webhook_endpoint e \
             JOIN partner p ON p.name = e.partner WHERE p.state <> 'admitted')";
        writing!(self, db => sqlx::query(SQL).bind(sql(since)).execute(db).await.map(drop))?;
        Ok(())
    }

    /// What waits to be told to endpoints that are enabled, and of nobody who is suspended.
    pub async fn delivery_backlog(&self) -> Result<Backlog, StoreError> {
        const SQL: &str = "SELECT COUNT(*), MIN(d.at) FROM webhook_delivery d \
             JOIN webhook_endpoint e ON e.id = d.endpoint WHERE d.status = 'pending' AND e.state = 'enabled' \
             AND e.partner NOT IN (SELECT name FROM partner WHERE state <> 'admitted')";
        let (rows, oldest): (i64, Option<i64>) =
            reading!(self, db => sqlx::query_as(SQL).fetch_one(db).await)?;
        Ok(Backlog {
            rows,
            oldest: oldest.map(super::millis),
        })
    }
}
