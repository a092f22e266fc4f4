//! Endpoints of partners that are told of what happens.
//!
//! Promises: an endpoint that is disabled gets no new facts, and its partner's other endpoints are told
//! so in the same transaction. A secret stands here as it signs, like the bookings beside it: it proves
//! to a partner who speaks, and opens nothing. No `Debug` form shows it.

use super::row::from_row;
use super::{Store, StoreError, reading, sql, transaction, writing};
use crate::domain::Millis;
use std::fmt;

/// An endpoint, as it is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookRow {
    /// Given by the store.
    pub id: i64,
    /// Its public id.
    pub name: String,
    pub partner: String,
    pub url: String,
    /// Types and families of them, with a space before and after each.
    pub events: String,
    /// JSON; `webhooks` knows what it means.
    pub places: String,
    pub threshold: u32,
    pub secret: String,
    /// The one before, and until when it signs too.
    pub old_secret: Option<(String, Millis)>,
    pub is_enabled: bool,
    /// Why it is disabled.
    pub why: Option<String>,
    /// When it was last enabled or disabled.
    pub changed_at: Millis,
    pub created_at: Millis,
}

impl fmt::Debug for WebhookRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookRow")
            .field("name", &self.name)
            .field("partner", &self.partner)
            .field("events", &self.events)
            .field("is_enabled", &self.is_enabled)
            .finish_non_exhaustive()
    }
}

from_row!(WebhookRow, |row| {
    let old_secret = row.maybe_text("old_secret")?;
    let old_until = row.maybe_time("old_until")?;
    Ok(Self {
        id: row.number("id")?,
        name: row.text("name")?,
        partner: row.text("partner")?,
        url: row.text("url")?,
        events: row.text("events")?,
        places: row.text("places")?,
        threshold: row.small("threshold")?,
        secret: row.text("secret")?,
        old_secret: old_secret.zip(old_until),
        is_enabled: row.word("state", |state| match state {
            "enabled" => Some(true),
            "disabled" => Some(false),
            _ => None,
        })?,
        why: row.maybe_text("why")?,
        changed_at: row.time("changed_at")?,
        created_at: row.time("created_at")?,
    })
});

const fn state(is_enabled: bool) -> &'static str {
    if is_enabled { "enabled" } else { "disabled" }
}

/// What is told of something that is no reservation and no offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Its type, as `key.expiring`.
    pub kind: &'static str,
    /// A number for this notice alone: an endpoint is told one of it once.
    pub once: Option<String>,
    pub at: Millis,
    /// JSON.
    pub data: String,
}

const TELL: &str = "INSERT INTO webhook_delivery (endpoint, message, type, at, data, is_fact, status) \
     SELECT $1, $2, $3, $4, $5, $6, 'pending' \
     WHERE NOT EXISTS (SELECT 1 FROM webhook_delivery WHERE endpoint = $1 AND message = $2)";

impl Store {
    /// Keeps a new endpoint. At most `of_partner` of one partner and `in_all` of all are kept.
    ///
    /// # Errors
    /// [`StoreError::NoSuch`] where there are as many already.
    pub async fn add_webhook(
        &self,
        new: &WebhookRow,
        (of_partner, in_all): (u32, u32),
    ) -> Result<WebhookRow, StoreError> {
        const SQL: &str = "INSERT INTO webhook_endpoint \
             (name, partner, url, events, places, threshold, secret, state, changed_at, created_at) \
             SELECT $1, CAST($2 AS TEXT), $3, $4, $5, $6, $7, 'enabled', $8, $8 \
             WHERE (SELECT count(*) FROM webhook_endpoint WHERE partner = CAST($2 AS TEXT)) < $9 \
             AND (SELECT count(*) FROM webhook_endpoint) < $10 RETURNING id";
        let id: Option<(i64,)> = writing!(self, db => {
            let insert = sqlx::query_as(SQL).bind(&new.name).bind(&new.partner).bind(&new.url);
            let insert = insert.bind(&new.events).bind(&new.places).bind(i64::from(new.threshold));
            let insert = insert.bind(&new.secret).bind(sql(new.created_at));
            insert.bind(i64::from(of_partner)).bind(i64::from(in_all)).fetch_optional(db).await
        })?;
        let (id,) = id.ok_or(StoreError::NoSuch)?;
        let new = new.clone();
        Ok(WebhookRow { id, ..new })
    }

    /// All endpoints, by number.
    pub async fn webhooks(&self) -> Result<Vec<WebhookRow>, StoreError> {
        const SQL: &str = "SELECT * FROM webhook_endpoint ORDER BY id";
        Ok(reading!(self, db => sqlx::query_as(SQL).fetch_all(db).await)?)
    }

    /// A partner's endpoints, by number.
    pub async fn webhooks_of(&self, partner: &str) -> Result<Vec<WebhookRow>, StoreError> {
        const SQL: &str = "SELECT * FROM webhook_endpoint WHERE partner = $1 ORDER BY id";
        Ok(reading!(self, db => sqlx::query_as(SQL).bind(partner).fetch_all(db).await)?)
    }

    /// Replaces what may be changed of an endpoint: where it is, what it is told, whether it is enabled.
    ///
    /// # Errors
    /// [`StoreError::NoSuch`] if it is gone.
    pub async fn put_webhook(&self, next: &WebhookRow) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE webhook_endpoint SET url = $2, events = $3, places = $4, threshold = $5, \
             state = $6, why = $7, changed_at = $8 WHERE id = $1";
        // Who is enabled again is told at once what has waited.
        const AFRESH: &str = "UPDATE webhook_delivery SET attempts = 0, next_at = 0 \
             WHERE endpoint = $1 AND status = 'pending'";
        transaction!(self, tx => {
            let update = sqlx::query(SQL).bind(next.id).bind(&next.url).bind(&next.events).bind(&next.places);
            let update = update.bind(i64::from(next.threshold)).bind(state(next.is_enabled));
            let done = update.bind(&next.why).bind(sql(next.changed_at)).execute(&mut *tx).await?;
            if done.rows_affected() == 0 {
                return Err(StoreError::NoSuch);
            }
            if next.is_enabled {
                sqlx::query(AFRESH).bind(next.id).execute(&mut *tx).await?;
            }
        });
        Ok(())
    }

    /// Gives an endpoint another secret; the one before signs too until `until`. `free`: only if none
    /// before that one signs still at that time. Whether it was done.
    pub async fn rotate_webhook(
        &self,
        id: i64,
        secret: &str,
        (free, until): (Option<Millis>, Millis),
    ) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE webhook_endpoint SET old_secret = secret, old_until = $3, secret = $2 \
             WHERE id = $1 AND (old_until IS NULL OR old_until <= $4)";
        let free = free.unwrap_or(Millis(i64::MAX as u64));
        let done: u64 = writing!(self, db => {
            let update = sqlx::query(SQL).bind(id).bind(secret).bind(sql(until)).bind(sql(free));
            update.execute(db).await.map(|done| done.rows_affected())
        })?;
        Ok(done > 0)
    }

    /// Disables an endpoint and tells its partner's others; whether it was enabled.
    pub async fn disable_webhook(
        &self,
        of: &WebhookRow,
        why: &str,
        notice: &Notice,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE webhook_endpoint SET state = 'disabled', why = $2, changed_at = $3 \
             WHERE id = $1 AND state = 'enabled'";
        const OTHERS: &str = "SELECT id FROM webhook_endpoint \
             WHERE partner = $1 AND id <> $2 AND state = 'enabled' ORDER BY id";
        transaction!(self, tx => {
            let update = sqlx::query(SQL).bind(of.id).bind(why).bind(sql(notice.at));
            if update.execute(&mut *tx).await?.rows_affected() == 0 {
                return Ok(false);
            }
            let others: Vec<(i64,)> =
                sqlx::query_as(OTHERS).bind(&of.partner).bind(of.id).fetch_all(&mut *tx).await?;
            for (id,) in others {
                let message = message();
                let tell = sqlx::query(TELL).bind(id).bind(message).bind(notice.kind);
                let tell = tell.bind(sql(notice.at)).bind(&notice.data);
                tell.bind(true).execute(&mut *tx).await?;
            }
        });
        Ok(true)
    }

    /// Tells these endpoints; one that was told the same before is not told again. How many were.
    pub async fn tell_webhooks(
        &self,
        endpoints: &[i64],
        notice: &Notice,
    ) -> Result<u64, StoreError> {
        let mut told = 0;
        transaction!(self, tx => {
            for id in endpoints {
                let message = notice.once.clone().unwrap_or_else(message);
                let tell = sqlx::query(TELL).bind(*id).bind(message).bind(notice.kind);
                let tell = tell.bind(sql(notice.at)).bind(&notice.data);
                told += tell.bind(true).execute(&mut *tx).await?.rows_affected();
            }
        });
        Ok(told)
    }

    /// Forgets an endpoint and what it was told; whether it was there.
    pub async fn delete_webhook(&self, id: i64) -> Result<bool, StoreError> {
        const SQL: &str = "DELETE FROM webhook_endpoint WHERE id = $1";
        const ROWS: &str = "DELETE FROM webhook_delivery WHERE endpoint = $1";
        let done = transaction!(self, tx => {
            sqlx::query(ROWS).bind(id).execute(&mut *tx).await?;
            sqlx::query(SQL).bind(id).execute(&mut *tx).await?.rows_affected()
        });
        Ok(done > 0)
    }

    /// Whether `hub` tells, of several on one database: it did, or who did has not said so for a while.
    /// Then it does until `until`.
    pub async fn tells_webhooks(
        &self,
        hub: &str,
        (now, until): (Millis, Millis),
    ) -> Result<bool, StoreError> {
        const SQL: &str =
            "UPDATE webhook_teller SET hub = $1, until = $3 WHERE hub = $1 OR until < $2";
        if self.shares_waits() {
            // One hub has the file.
            return Ok(true);
        }
        let done: u64 = writing!(self, db => {
            let update = sqlx::query(SQL).bind(hub).bind(sql(now)).bind(sql(until));
            update.execute(db).await.map(|done| done.rows_affected())
        })?;
        Ok(done > 0)
    }
}

/// A new `webhook-id`, as the triggers make them.
#[must_use]
pub fn message() -> String {
    format!("msg_{:032x}", rand::random::<u128>())
}
