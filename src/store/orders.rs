//! Orders of the authority: each version of each, for ever.
//!
//! Promises: a version that was kept is there whatever happens, and its webhooks with it; of one request
//! (by its key) one order comes, whichever hub is asked. Dear: nothing; a start reads the versions of a
//! time, by an index.

use super::keys::Digest;
use super::row::from_row;
use super::{Store, StoreError, reading, sql, transaction};
use crate::domain::Millis;

/// One version of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderRow {
    /// The order's public id.
    pub name: String,
    pub version: u32,
    /// What of it is news.
    pub event: String,
    /// Whose key this version came with.
    pub partner: String,
    pub changed_at: Millis,
    /// JSON.
    pub body: String,
    /// JSON, as it is told.
    pub told: String,
}

from_row!(OrderRow, |row| {
    Ok(Self {
        name: row.text("name")?,
        version: row.small("version")?,
        event: row.text("event")?,
        partner: row.text("partner")?,
        changed_at: row.time("changed_at")?,
        body: row.text("body")?,
        told: row.text("told")?,
    })
});

/// What a request was known by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderRequest {
    /// Its `Idempotency-Key`.
    pub key: String,
    pub digest: Digest,
}

/// What became of a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OrderKept {
    Kept,
    /// The request came before: this is the order that came of it.
    Before(String),
    /// The request's key came before with something else.
    KeyReused,
}

impl Store {
    /// Keeps a version; with the request that it came of, if that has a key.
    ///
    /// # Errors
    /// [`StoreError::Taken`] where there is that version already.
    pub async fn add_order_version(
        &self,
        new: &OrderRow,
        request: Option<&OrderRequest>,
    ) -> Result<OrderKept, StoreError> {
        const KNOWN: &str =
            "SELECT digest, name FROM order_request WHERE partner = $1 AND key = $2";
        const NOTE: &str = "INSERT INTO order_request (partner, key, digest, name, at) \
             VALUES ($1, $2, $3, $4, $5)";
        const ADD: &str = "INSERT INTO city_order \
             (name, version, event, partner, changed_at, body, told) VALUES ($1, $2, $3, $4, $5, $6, $7)";
        transaction!(self, tx => {
            if let Some(request) = request {
                let ask = sqlx::query_as(KNOWN).bind(&new.partner).bind(&request.key);
                let known: Option<(Vec<u8>, String)> = ask.fetch_optional(&mut *tx).await?;
                if let Some((digest, name)) = known {
                    return Ok(if digest == request.digest {
                        OrderKept::Before(name)
                    } else {
                        OrderKept::KeyReused
                    });
                }
                let note = sqlx::query(NOTE).bind(&new.partner).bind(&request.key);
                let note = note.bind(&request.digest[..]).bind(&new.name).bind(sql(new.changed_at));
                note.execute(&mut *tx).await?;
            }
            let add = sqlx::query(ADD).bind(&new.name).bind(i64::from(new.version)).bind(&new.event);
            let add = add.bind(&new.partner).bind(sql(new.changed_at)).bind(&new.body).bind(&new.told);
            add.execute(&mut *tx).await?;
        });
        Ok(OrderKept::Kept)
    }

    /// All versions of the orders of which one was written down at `since` or later, by age; the newest
    /// `most` at most.
    pub async fn order_versions(
        &self,
        since: Millis,
        most: u32,
    ) -> Result<Vec<OrderRow>, StoreError> {
        const SQL: &str = "SELECT * FROM city_order WHERE name IN \
             (SELECT name FROM city_order WHERE changed_at >= $1) \
             ORDER BY changed_at DESC, name DESC, version DESC LIMIT $2";
        let mut rows: Vec<OrderRow> = reading!(self, db => {
            sqlx::query_as(SQL).bind(sql(since)).bind(i64::from(most)).fetch_all(db).await
        })?;
        rows.reverse();
        Ok(rows)
    }

    /// All versions of one order, by number.
    pub async fn order(&self, name: &str) -> Result<Vec<OrderRow>, StoreError> {
        const SQL: &str = "SELECT * FROM city_order WHERE name = $1 ORDER BY version";
        Ok(reading!(self, db => sqlx::query_as(SQL).bind(name).fetch_all(db).await)?)
    }

    /// Forgets requests that came before `until`.
    pub async fn forget_order_requests(&self, until: Millis) -> Result<(), StoreError> {
        const SQL: &str = "DELETE FROM order_request WHERE at < $1";
        super::writing!(self, db => {
            sqlx::query(SQL).bind(sql(until)).execute(db).await.map(drop)
        })?;
        Ok(())
    }
}
