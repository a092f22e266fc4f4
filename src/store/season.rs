//! What was booked together, as one season.

use super::booking::select_reservations;
use super::work::within;
use super::{Store, StoreError, Work, reading};
use crate::domain::Reservation;

const OF_SEASON: &str = select_reservations!("WHERE r.season = $1 ORDER BY r.season_number");

impl Store {
    /// The reservations of a season, in order.
    ///
    /// # Errors
    /// [`StoreError::NoSuch`] if there is none of that name.
    pub async fn season(&self, name: &str) -> Result<Vec<Reservation>, StoreError> {
        let found: Vec<Reservation> =
            reading!(self, db => sqlx::query_as(OF_SEASON).bind(name).fetch_all(db).await)?;
        if found.is_empty() {
            return Err(StoreError::NoSuch);
        }
        Ok(found)
    }
}

impl Work {
    /// The same, as they are now.
    pub async fn season(&mut self, name: &str) -> Result<Vec<Reservation>, StoreError> {
        let found: Vec<Reservation> =
            within!(self, db => sqlx::query_as(OF_SEASON).bind(name).fetch_all(db).await)?;
        if found.is_empty() {
            return Err(StoreError::NoSuch);
        }
        Ok(found)
    }
}
