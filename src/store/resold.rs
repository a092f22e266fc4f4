//! What was charged for bays that nobody used, and is given back as far as they are sold again.

use super::booking::{select_reservations, versioned};
use super::work::within;
use super::{StoreError, Work, millis, sql};
use crate::domain::{Reservation, Span};

impl Work {
    /// Reservations of the same owner's bay that were charged and not used, at a time that `r` has.
    pub async fn forfeits(&mut self, r: &Reservation) -> Result<Vec<Reservation>, StoreError> {
        const SQL: &str = select_reservations!(
            "WHERE r.bay = (SELECT id FROM shared_bay WHERE bay = $1) AND r.end_at > $2 AND r.start_at < $3 \
             AND r.seat IS NULL AND r.owed_cents > 0 AND r.state IN ('cancelled', 'no_show') \
             AND r.owner = $4 AND r.id <> $5 ORDER BY r.id"
        );
        Ok(within!(self, db => {
            let ask = sqlx::query_as(SQL).bind(&*r.bay).bind(sql(r.span.start)).bind(sql(r.span.end));
            ask.bind(&*r.owner).bind(r.id).fetch_all(db).await
        })?)
    }

    /// When the bay of a reservation that was not used has been sold since, as far as those stays are over.
    pub async fn sold_after(&mut self, r: &Reservation) -> Result<Vec<Span>, StoreError> {
        const SQL: &str = "SELECT start_at, end_at FROM reservation \
             WHERE bay = (SELECT id FROM shared_bay WHERE bay = $1) AND end_at > $2 AND start_at < $3 AND id > $4 \
             AND state IN ('completed', 'no_show') AND owed_cents > 0";
        let found: Vec<(i64, i64)> = within!(self, db => {
            let ask = sqlx::query_as(SQL).bind(&*r.bay).bind(sql(r.span.start)).bind(sql(r.span.end));
            ask.bind(r.id).fetch_all(db).await
        })?;
        let span = |(start, end)| Span::new(millis(start), millis(end));
        Ok(found.into_iter().filter_map(span).collect())
    }

    /// What has been given back of a reservation because its bay was sold again, in cents.
    pub async fn given_back(&mut self, id: i64) -> Result<i64, StoreError> {
        const SQL: &str = "SELECT CAST(COALESCE(SUM(-amount_cents), 0) AS BIGINT) FROM ledger \
             WHERE reservation = $1 AND event = 'resold'";
        let (cents,): (i64,) =
            within!(self, db => sqlx::query_as(SQL).bind(id).fetch_one(db).await)?;
        Ok(cents)
    }

    /// All bays that a reservation has had.
    pub async fn bays_had(&mut self, id: i64) -> Result<Vec<String>, StoreError> {
        const SQL: &str = "SELECT DISTINCT b.bay FROM ledger l JOIN shared_bay b ON b.id = l.bay WHERE l.reservation = $1";
        let bays: Vec<(String,)> =
            within!(self, db => sqlx::query_as(SQL).bind(id).fetch_all(db).await)?;
        Ok(bays.into_iter().map(|(bay,)| bay).collect())
    }

    /// Takes so many cents from what is owed for a reservation, and gives its next version.
    ///
    /// # Errors
    /// [`StoreError::Stale`] if it has another version.
    pub async fn refund(&mut self, r: &Reservation, cents: i64) -> Result<Reservation, StoreError> {
        const SQL: &str = "UPDATE reservation SET owed_cents = owed_cents - $3, version = version + 1 \
             WHERE id = $1 AND version = $2 RETURNING version";
        let version: Option<(i64,)> = within!(self, db => {
            sqlx::query_as(SQL).bind(r.id).bind(r.version).bind(cents).fetch_optional(db).await
        })?;
        let owed_cents = r.owed_cents - cents;
        versioned(
            &Reservation {
                owed_cents,
                ..r.clone()
            },
            version,
        )
    }
}
