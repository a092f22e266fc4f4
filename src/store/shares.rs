//! What each booking partner takes of what all share: its holds, its remembered answers, and what it
//! has made of earlier ones.
//!
//! Promises: after [`Work::lock_partner`] what is counted here of that partner is so until the work
//! ends, whichever hub asks. Dear: nothing; each is a few rows by an index, however long the book.

use super::work::{Tx, within};
use super::{Store, StoreError, Work, millis, reading, sql, writing};
use crate::domain::Millis;

/// A driver as a partner calls them, hashed.
pub type DriverRef = [u8; 16];

/// Unconfirmed holds of a partner that have not reached their deadline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Holds {
    pub all: u64,
    /// Of those, the driver's that was asked for.
    pub of_driver: u64,
}

/// What became of holds and bookings, in thousandths of a booking.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UseRecord {
    pub used: u64,
    pub wasted: u64,
}

impl Store {
    /// What drivers are hashed with, for ever and at every hub of this database; `fresh` if there is
    /// nothing yet.
    pub async fn driver_secret(&self, fresh: &[u8; 32]) -> Result<[u8; 32], StoreError> {
        const PUT: &str =
            "INSERT INTO share_secret (one, secret) VALUES (1, $1) ON CONFLICT DO NOTHING";
        const GET: &str = "SELECT secret FROM share_secret WHERE one = 1";
        writing!(self, db => sqlx::query(PUT).bind(&fresh[..]).execute(db).await.map(drop))?;
        let (secret,): (Vec<u8>,) = reading!(self, db => sqlx::query_as(GET).fetch_one(db).await)?;
        <[u8; 32]>::try_from(secret)
            .map_err(|_| StoreError::Failed("share_secret: not 32 bytes".into()))
    }
}

impl Work {
    /// How many answers are remembered for a partner. Until this work ends nobody else gives it holds
    /// or answers.
    pub async fn lock_partner(&mut self, partner: &str) -> Result<u64, StoreError> {
        const GET: &str = "SELECT answers FROM partner_share WHERE partner = $1";
        const LOCK: &str = "SELECT answers FROM partner_share WHERE partner = $1 FOR UPDATE";
        const ADD: &str =
            "INSERT INTO partner_share (partner, answers) VALUES ($1, 0) ON CONFLICT DO NOTHING";
        let answers: Option<(i64,)> = match &mut self.0 {
            // The writer of SQLite is alone anyway.
            Tx::Sqlite(tx) => {
                let get = sqlx::query_as(GET).bind(partner);
                get.fetch_optional(&mut **tx).await?
            }
            Tx::Postgres(tx) => {
                let lock = || sqlx::query_as(LOCK).bind(partner);
                match lock().fetch_optional(&mut **tx).await? {
                    None => {
                        sqlx::query(ADD).bind(partner).execute(&mut **tx).await?;
                        lock().fetch_optional(&mut **tx).await?
                    }
                    found => found,
                }
            }
        };
        Ok(answers.map_or(0, |(n,)| count(n)))
    }

    /// A partner's unconfirmed holds at `now`; what was asked for as one season is one.
    pub async fn holds(
        &mut self,
        partner: &str,
        driver: Option<&DriverRef>,
        now: Millis,
    ) -> Result<Holds, StoreError> {
        const SQL: &str = "SELECT COUNT(DISTINCT COALESCE(season, name)), \
             COUNT(DISTINCT CASE WHEN driver_ref = $3 THEN COALESCE(season, name) END) FROM reservation \
             WHERE driver = $1 AND state = 'held' AND expires_at > $2";
        let (all, of_driver): (i64, i64) = within!(self, db => {
            let ask = sqlx::query_as(SQL).bind(partner).bind(sql(now));
            ask.bind(driver.map(|d| &d[..])).fetch_one(db).await
        })?;
        Ok(Holds {
            all: count(all),
            of_driver: count(of_driver),
        })
    }

    /// When `nth` more than one of those holds have come to their deadlines; of the driver's, if one
    /// is named.
    pub async fn holds_end(
        &mut self,
        partner: &str,
        driver: Option<&DriverRef>,
        now: Millis,
        nth: u64,
    ) -> Result<Option<Millis>, StoreError> {
        const ALL: &str = "SELECT MAX(expires_at) AS ends FROM reservation WHERE driver = $1 AND state = 'held' \
             AND expires_at > $2 GROUP BY COALESCE(season, name) ORDER BY ends LIMIT 1 OFFSET $3";
        const OF_DRIVER: &str = "SELECT MAX(expires_at) AS ends FROM reservation WHERE driver = $1 AND state = 'held' \
             AND expires_at > $2 AND driver_ref = $4 GROUP BY COALESCE(season, name) \
             ORDER BY ends LIMIT 1 OFFSET $3";
        let nth = i64::try_from(nth).unwrap_or(i64::MAX);
        let text = if driver.is_some() { OF_DRIVER } else { ALL };
        let end: Option<(i64,)> = within!(self, db => {
            let mut ask = sqlx::query_as(text).bind(partner).bind(sql(now)).bind(nth);
            if let Some(driver) = driver {
                ask = ask.bind(&driver[..]);
            }
            ask.fetch_optional(db).await
        })?;
        Ok(end.map(|(at,)| millis(at)))
    }

    /// When the oldest answer that is remembered for a partner was given.
    pub async fn oldest_answer(&mut self, partner: &str) -> Result<Option<Millis>, StoreError> {
        const SQL: &str = "SELECT MIN(at) FROM request WHERE driver = $1";
        let (at,): (Option<i64>,) =
            within!(self, db => sqlx::query_as(SQL).bind(partner).fetch_one(db).await)?;
        Ok(at.map(millis))
    }

    /// What a partner has made of its holds in the hours after `after`, until `to`.
    pub async fn use_record(
        &mut self,
        partner: &str,
        after: u64,
        to: u64,
    ) -> Result<UseRecord, StoreError> {
        const SQL: &str = "SELECT CAST(COALESCE(SUM(used), 0) AS BIGINT), CAST(COALESCE(SUM(wasted), 0) AS BIGINT) \
             FROM partner_use WHERE partner = $1 AND hour > $2 AND hour <= $3";
        let (used, wasted): (i64, i64) = within!(self, db => {
            sqlx::query_as(SQL).bind(partner).bind(number(after)).bind(number(to)).fetch_one(db).await
        })?;
        Ok(UseRecord {
            used: count(used),
            wasted: count(wasted),
        })
    }

    /// Adds to what a partner has made of its holds in an hour.
    pub async fn add_use(
        &mut self,
        partner: &str,
        hour: u64,
        more: UseRecord,
    ) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO partner_use (partner, hour, used, wasted) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (partner, hour) DO UPDATE SET used = partner_use.used + excluded.used, \
             wasted = partner_use.wasted + excluded.wasted";
        within!(self, db => {
            let add = sqlx::query(SQL).bind(partner).bind(number(hour)).bind(number(more.used));
            add.bind(number(more.wasted)).execute(db).await.map(drop)
        })?;
        Ok(())
    }

    /// Forgets what was made of holds in that hour and before.
    pub async fn forget_use(&mut self, to: u64) -> Result<(), StoreError> {
        const SQL: &str = "DELETE FROM partner_use WHERE hour <= $1";
        within!(self, db => sqlx::query(SQL).bind(number(to)).execute(db).await.map(drop))?;
        Ok(())
    }
}

fn count(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}

fn number(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
