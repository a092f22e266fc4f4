//! Seats of pools: rows like those of bays, made as they are first booked.

use super::booking::versioned;
use super::work::within;
use super::{StoreError, Work};
use crate::domain::Reservation;
use crate::domain::pool::is_of_pool;

impl Work {
    /// A bay's number stands in its offer; a pool's seat has one of its own.
    pub(super) async fn own_seat(&mut self, bay: &str) -> Result<Option<i64>, StoreError> {
        if is_of_pool(bay) {
            self.bay(bay).await.map(Some)
        } else {
            Ok(None)
        }
    }

    /// Gives a booking of a pool, which was unseated, the seat that `next` has, and the next version: to
    /// its driver it is the same place.
    ///
    /// # Errors
    /// [`StoreError::Booked`] if the seat is kept for another, [`StoreError::Stale`] if it has another
    /// version.
    pub async fn change_seat(&mut self, next: &Reservation) -> Result<Reservation, StoreError> {
        const SQL: &str = "UPDATE reservation SET bay = $3, seat = $3, version = version + 1 \
             WHERE id = $1 AND version = $2 AND seat IS NULL RETURNING version";
        let bay = self.bay(&next.bay).await?;
        let version: Option<(i64,)> = within!(self, db => {
            sqlx::query_as(SQL).bind(next.id).bind(next.version).bind(bay).fetch_optional(db).await
        })?;
        versioned(next, version)
    }
}
