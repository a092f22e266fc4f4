//! Subscriptions of context brokers, and how the telling went.
//!
//! Promises: of another partner's subscription nothing is said, not even that its name is taken. What is
//! told on the way (`SubscriptionTold`) is written now and then and may lag by seconds after a crash. No
//! `Debug` form shows the headers, which may hold somebody's key.

use super::row::from_row;
use super::{Store, StoreError, reading, sql, transaction, writing};
use crate::domain::Millis;
use std::fmt;

/// A subscription, as it is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct SubscriptionRow {
    /// Given by the store.
    pub id: i64,
    /// Its URN.
    pub name: String,
    pub partner: String,
    /// JSON, as it was asked for.
    pub body: String,
    pub url: String,
    /// JSON: pairs of names and values.
    pub headers: String,
    /// From one notification to the next, at least, s.
    pub pace_s: u32,
    /// The same exactly, where it is told on time and not by what changes, s.
    pub every_s: Option<u32>,
    pub is_active: bool,
    /// Why it is not.
    pub why: Option<String>,
    pub expires_at: Option<Millis>,
    pub created_at: Millis,
    /// When what is asked for last changed.
    pub changed_at: Millis,
    pub told: SubscriptionTold,
}

/// How the telling went so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SubscriptionTold {
    pub times_sent: i64,
    pub times_failed: i64,
    pub last_notification: Option<Millis>,
    pub last_success: Option<Millis>,
    pub last_failure: Option<Millis>,
}

impl fmt::Debug for SubscriptionRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SubscriptionRow")
            .field("name", &self.name)
            .field("partner", &self.partner)
            .field("is_active", &self.is_active)
            .finish_non_exhaustive()
    }
}

from_row!(SubscriptionRow, |row| {
    Ok(Self {
        id: row.number("id")?,
        name: row.text("name")?,
        partner: row.text("partner")?,
        body: row.text("body")?,
        url: row.text("url")?,
        headers: row.text("headers")?,
        pace_s: row.small("pace_s")?,
        every_s: row.maybe_small("every_s")?,
        is_active: row.flag("is_active")?,
        why: row.maybe_text("why")?,
        expires_at: row.maybe_time("expires_at")?,
        created_at: row.time("created_at")?,
        changed_at: row.time("changed_at")?,
        told: SubscriptionTold {
            times_sent: row.number("times_sent")?,
            times_failed: row.number("times_failed")?,
            last_notification: row.maybe_time("last_notification")?,
            last_success: row.maybe_time("last_success")?,
            last_failure: row.maybe_time("last_failure")?,
        },
    })
});

/// What became of a new subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SubscriptionKept {
    Made(Box<SubscriptionRow>),
    /// The partner has one of that name.
    Taken,
    /// There are as many as there may be.
    Full,
}

impl Store {
    /// Keeps a new subscription. At most `of_partner` of one partner and `in_all` of all are kept.
    pub async fn add_subscription(
        &self,
        new: &SubscriptionRow,
        (of_partner, in_all): (u32, u32),
    ) -> Result<SubscriptionKept, StoreError> {
        const SQL: &str = "INSERT INTO context_subscription \
             (name, partner, body, url, headers, pace_s, every_s, is_active, expires_at, created_at, changed_at) \
             SELECT $1, CAST($2 AS TEXT), $3, $4, $5, $6, $7, $8, $9, $10, $10 \
             WHERE (SELECT count(*) FROM context_subscription WHERE partner = CAST($2 AS TEXT)) < $11 \
             AND (SELECT count(*) FROM context_subscription) < $12 \
             ON CONFLICT (partner, name) DO NOTHING RETURNING id";
        const IS_THERE: &str =
            "SELECT count(*) FROM context_subscription WHERE partner = $1 AND name = $2";
        let made: Option<(i64,)> = writing!(self, db => {
            let insert = sqlx::query_as(SQL).bind(&new.name).bind(&new.partner).bind(&new.body);
            let insert = insert.bind(&new.url).bind(&new.headers).bind(i64::from(new.pace_s));
            let insert = insert.bind(new.every_s.map(i64::from)).bind(new.is_active);
            let insert = insert.bind(new.expires_at.map(sql)).bind(sql(new.created_at));
            insert.bind(i64::from(of_partner)).bind(i64::from(in_all)).fetch_optional(db).await
        })?;
        if let Some((id,)) = made {
            let new = new.clone();
            let made = SubscriptionRow { id, ..new };
            return Ok(SubscriptionKept::Made(Box::new(made)));
        }
        let (count,): (i64,) = reading!(self, db => {
            sqlx::query_as(IS_THERE).bind(&new.partner).bind(&new.name).fetch_one(db).await
        })?;
        Ok(if count > 0 {
            SubscriptionKept::Taken
        } else {
            SubscriptionKept::Full
        })
    }

    /// All subscriptions, by number.
    pub async fn subscriptions(&self) -> Result<Vec<SubscriptionRow>, StoreError> {
        const SQL: &str = "SELECT * FROM context_subscription ORDER BY id";
        Ok(reading!(self, db => sqlx::query_as(SQL).fetch_all(db).await)?)
    }

    /// A partner's, by number.
    pub async fn subscriptions_of(
        &self,
        partner: &str,
    ) -> Result<Vec<SubscriptionRow>, StoreError> {
        const SQL: &str = "SELECT * FROM context_subscription WHERE partner = $1 ORDER BY id";
        Ok(reading!(self, db => sqlx::query_as(SQL).bind(partner).fetch_all(db).await)?)
    }

    /// Replaces what is asked for.
    ///
    /// # Errors
    /// [`StoreError::NoSuch`] if it is gone.
    pub async fn put_subscription(&self, next: &SubscriptionRow) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE context_subscription SET body = $2, url = $3, headers = $4, pace_s = $5, \
             every_s = $6, is_active = $7, why = $8, expires_at = $9, changed_at = $10 WHERE id = $1";
        let done: u64 = writing!(self, db => {
            let update = sqlx::query(SQL).bind(next.id).bind(&next.body).bind(&next.url);
            let update = update.bind(&next.headers).bind(i64::from(next.pace_s));
            let update = update.bind(next.every_s.map(i64::from)).bind(next.is_active);
            let update = update.bind(&next.why).bind(next.expires_at.map(sql));
            update.bind(sql(next.changed_at)).execute(db).await.map(|done| done.rows_affected())
        })?;
        if done == 0 {
            return Err(StoreError::NoSuch);
        }
        Ok(())
    }

    /// Pauses one that nobody answers for.
    pub async fn pause_subscription(&self, id: i64, why: &str) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE context_subscription SET is_active = $2, why = $3 WHERE id = $1";
        writing!(self, db => {
            sqlx::query(SQL).bind(id).bind(false).bind(why).execute(db).await.map(drop)
        })?;
        Ok(())
    }

    /// Forgets one; whether it was there.
    pub async fn delete_subscription(&self, id: i64) -> Result<bool, StoreError> {
        const SQL: &str = "DELETE FROM context_subscription WHERE id = $1";
        let done: u64 = writing!(self, db => {
            sqlx::query(SQL).bind(id).execute(db).await.map(|done| done.rows_affected())
        })?;
        Ok(done > 0)
    }

    /// Writes down how the telling went.
    pub async fn note_subscriptions(
        &self,
        all: &[(i64, SubscriptionTold)],
    ) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE context_subscription SET times_sent = $2, times_failed = $3, \
             last_notification = $4, last_success = $5, last_failure = $6 WHERE id = $1";
        transaction!(self, tx => {
            for (id, told) in all {
                let update = sqlx::query(SQL).bind(*id).bind(told.times_sent).bind(told.times_failed);
                let update = update.bind(told.last_notification.map(sql));
                let update = update.bind(told.last_success.map(sql));
                update.bind(told.last_failure.map(sql)).execute(&mut *tx).await?;
            }
        });
        Ok(())
    }
}
