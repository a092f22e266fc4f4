//! Reservations. A bay is kept by its `seat`, and no two may
//! share one at a time.

use super::row::{from_row, odd};
use super::work::{Tx, within};
use super::{DriverRef, Store, StoreError, Work, reading, sql};
use crate::domain::reservation::{Moved, OfSeason};
use crate::domain::{
    BayKind, CancelRule, Currency, LatLon, LeaveRule, Millis, Promise, Reservation,
    ReservationState, Risk, Span, Vehicle,
};

from_row!(Reservation, |row| {
    let e7 = |n: i64| n as f64 / 1e7;
    let lat = e7(row.number("lat_e7")?);
    let lon = e7(row.number("lon_e7")?);
    let start = row.time("start_at")?;
    let end = row.time("end_at")?;
    let moved = (
        row.maybe_time("moved_at")?,
        row.maybe_text("moved_from_id")?,
        row.maybe_flag("moved_taken")?,
    );
    Ok(Self {
        id: row.number("id")?,
        name: row.text("name")?,
        offer: row.number("offer")?,
        bay: row.text("bay_id")?,
        owner: row.text("owner")?,
        driver: row.text("driver")?,
        state: row.word("state", ReservationState::parse)?,
        span: Span::new(start, end).ok_or_else(|| odd("end_at", &end))?,
        free_at: row.time("free_at")?,
        price_cents: row.number("price_cents")?,
        currency: row.word("currency", Currency::parse)?,
        promise: Promise {
            place: LatLon::new(lat, lon).ok_or_else(|| odd("lat_e7", &lat))?,
            max_walk_m: row.small("max_walk_m")?,
            walk_m: row.small("told_walk_m")?,
            max_price_cents: row.number("max_price_cents")?,
            flexible: row.flag("flexible")?,
            vehicle: row.fit("vehicle", unpacked)?,
        },
        walk_m: row.small("walk_m")?,
        cancel: CancelRule {
            free_min: row.small("cancel_free_min")?,
            fee_percent: row.small("cancel_fee_percent")?,
        },
        leave: LeaveRule {
            max_overstay_min: row.small("max_overstay_min")?,
            early_refund_percent: row.small("early_refund_percent")?,
        },
        overstay_at: row.maybe_time("overstay_at")?,
        owed_cents: row.number("owed_cents")?,
        expires_at: row.time("expires_at")?,
        created_at: row.time("created_at")?,
        arrived_at: row.maybe_time("arrived_at")?,
        came_by_word: row.flag("came_by_word")?,
        departed_at: row.maybe_time("departed_at")?,
        seen_since: row.maybe_time("seen_since")?,
        at_risk: row
            .maybe_text::<String>("at_risk")?
            .map(|risk| Risk::parse(&risk).ok_or_else(|| odd("at_risk", &risk)))
            .transpose()?,
        grace_min: row.small("grace_min")?,
        moved: match moved {
            (Some(at), Some(from), Some(taken)) => Some(Moved { at, from, taken }),
            _ => None,
        },
        moves: row.small("moves")?,
        season: match (row.maybe_text("season")?, row.maybe_small("season_number")?) {
            (Some(name), Some(number)) => Some(OfSeason { name, number }),
            _ => None,
        },
        version: row.number("version")?,
    })
});

/// Followed by a condition on `r` (reservation).
macro_rules! select_reservations {
    ($rest:literal) => {
        concat!(
            "SELECT r.*, b.bay AS bay_id, m.bay AS moved_from_id FROM reservation r ",
            "JOIN shared_bay b ON b.id = r.bay LEFT JOIN shared_bay m ON m.id = r.moved_from ",
            $rest
        )
    };
}

pub(super) use select_reservations;

/// A row on its offer; $3 is the offer's version.
macro_rules! insert_reservation {
    ($rest:literal) => {
        concat!(
            "INSERT INTO reservation (name, offer, bay, seat, owner, driver, state, start_at, end_at, free_at, \
             price_cents, currency, lat_e7, lon_e7, max_walk_m, max_price_cents, vehicle, walk_m, expires_at, \
             created_at, cancel_free_min, cancel_fee_percent, owed_cents, driver_ref, grace_min, \
             max_overstay_min, early_refund_percent, told_walk_m, flexible, season, season_number, version) \
             SELECT $1, o.id, COALESCE(CAST($29 AS BIGINT), o.bay), COALESCE(CAST($29 AS BIGINT), o.bay), $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, \
             $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $30, $31, 1 FROM offer o WHERE o.id = $2 \
             AND (CAST($3 AS BIGINT) IS NULL OR (o.version = $3 AND o.state = 'open'))",
            $rest,
            " RETURNING id"
        )
    };
}

const BY_NAME: &str = select_reservations!("WHERE r.name = $1");

impl Store {
    /// The reservation of that public id.
    ///
    /// # Errors
    /// [`StoreError::NoSuch`] if there is none.
    pub async fn reservation(&self, name: &str) -> Result<Reservation, StoreError> {
        let found: Option<Reservation> =
            reading!(self, db => sqlx::query_as(BY_NAME).bind(name).fetch_optional(db).await)?;
        found.ok_or(StoreError::NoSuch)
    }

    /// All that keep a bay, by number.
    #[cfg(test)]
    pub async fn kept(&self) -> Result<Vec<Reservation>, StoreError> {
        const SQL: &str = select_reservations!("WHERE r.seat IS NOT NULL ORDER BY r.id");
        Ok(reading!(self, db => sqlx::query_as(SQL).fetch_all(db).await)?)
    }

    /// Up to `limit` of a driver's that keep a bay and whose number is above `after`, by number.
    pub async fn kept_by(
        &self,
        driver: &str,
        after: i64,
        limit: u32,
    ) -> Result<Vec<Reservation>, StoreError> {
        const SQL: &str = select_reservations!(
            "WHERE r.driver = $1 AND r.seat IS NOT NULL AND r.id > $2 ORDER BY r.id LIMIT $3"
        );
        Ok(reading!(self, db => {
            sqlx::query_as(SQL).bind(driver).bind(after).bind(i64::from(limit)).fetch_all(db).await
        })?)
    }

    /// Up to `limit` reservations of an offer that touch `span`, by their start.
    pub async fn bookings(
        &self,
        offer: i64,
        span: Span,
        limit: u32,
    ) -> Result<Vec<Reservation>, StoreError> {
        const SQL: &str = select_reservations!(
            "WHERE r.offer = $1 AND r.start_at < $3 AND r.end_at > $2 ORDER BY r.start_at, r.id LIMIT $4"
        );
        Ok(reading!(self, db => {
            let ask = sqlx::query_as(SQL).bind(offer).bind(sql(span.start)).bind(sql(span.end));
            ask.bind(i64::from(limit)).fetch_all(db).await
        })?)
    }
}

impl Work {
    /// The reservation of that public id, as it is now.
    ///
    /// # Errors
    /// [`StoreError::NoSuch`] if there is none.
    pub async fn reservation(&mut self, name: &str) -> Result<Reservation, StoreError> {
        let found: Option<Reservation> =
            within!(self, db => sqlx::query_as(BY_NAME).bind(name).fetch_optional(db).await)?;
        found.ok_or(StoreError::NoSuch)
    }

    /// All that keep this bay.
    pub async fn kept_on(&mut self, bay: &str) -> Result<Vec<Reservation>, StoreError> {
        const SQL: &str =
            select_reservations!("WHERE r.seat = (SELECT id FROM shared_bay WHERE bay = $1)");
        Ok(within!(self, db => sqlx::query_as(SQL).bind(bay).fetch_all(db).await)?)
    }

    /// Adds a reservation in the state it has; its number is given here. Who it is for is remembered
    /// until it is no hold any more. `offer`: the version that its offer must have, and be open;
    /// `None`: whatever it is. Nobody else changes the offer before this work ends.
    ///
    /// # Errors
    /// [`StoreError::Booked`] if the bay is kept for another or the offer has changed: nothing is
    /// stored then, and the work goes on.
    pub async fn book(
        &mut self,
        new: &Reservation,
        offer: Option<i64>,
        driver: Option<&DriverRef>,
    ) -> Result<Reservation, StoreError> {
        const SQL: &str = insert_reservation!("");
        // The writer of SQLite is alone anyway. A conflict is no error, which would end the work.
        const LOCKED: &str = insert_reservation!(" FOR UPDATE OF o ON CONFLICT DO NOTHING");
        let text = match &self.0 {
            Tx::Sqlite(_) => SQL,
            Tx::Postgres(_) => LOCKED,
        };
        let promise = &new.promise;
        let season = new.season.as_ref();
        let seat = self.own_seat(&new.bay).await?;
        let added: Option<(i64,)> = within!(self, db => {
            let insert = sqlx::query_as(text).bind(&*new.name).bind(new.offer).bind(offer);
            let insert = insert.bind(&*new.owner).bind(&*new.driver).bind(new.state.name());
            let insert = insert.bind(sql(new.span.start)).bind(sql(new.span.end)).bind(sql(new.free_at));
            let insert = insert.bind(new.price_cents).bind(new.currency.code());
            let insert = insert.bind(e7(promise.place.lat)).bind(e7(promise.place.lon));
            let insert = insert.bind(i64::from(promise.max_walk_m)).bind(promise.max_price_cents);
            let insert = insert.bind(packed(promise.vehicle)).bind(i64::from(new.walk_m));
            let insert = insert.bind(sql(new.expires_at)).bind(sql(new.created_at));
            let insert = insert.bind(i64::from(new.cancel.free_min)).bind(i64::from(new.cancel.fee_percent));
            let insert = insert.bind(new.owed_cents).bind(driver.map(|d| &d[..]));
            let insert = insert.bind(i64::from(new.grace_min)).bind(i64::from(new.leave.max_overstay_min));
            let insert = insert.bind(i64::from(new.leave.early_refund_percent));
            let insert = insert.bind(i64::from(promise.walk_m)).bind(promise.flexible).bind(seat);
            let insert = insert.bind(season.map(|s| &*s.name)).bind(season.map(|s| i64::from(s.number)));
            insert.fetch_optional(db).await
        })?;
        let (id,) = added.ok_or(StoreError::Booked)?;
        Ok(Reservation {
            id,
            version: 1,
            ..new.clone()
        })
    }

    /// Stores the state that `next` has come to from the version it carries, with what is owed for it,
    /// and gives the next version. A hold that becomes confirmed must not have reached its stored deadline at `now`.
    ///
    /// # Errors
    /// [`StoreError::Stale`] if it has another version or the deadline has passed.
    pub async fn advance(
        &mut self,
        next: &Reservation,
        now: Millis,
    ) -> Result<Reservation, StoreError> {
        const SQL: &str = "UPDATE reservation SET state = $3, seat = CASE WHEN $4 THEN seat ELSE NULL END, \
             arrived_at = $5, departed_at = $6, owed_cents = $8, came_by_word = $9, at_risk = $10, \
             overstay_at = $11, driver_ref = NULL, version = version + 1 \
             WHERE id = $1 AND version = $2 AND (state <> 'held' OR $3 <> 'confirmed' OR expires_at > $7) \
             RETURNING version";
        let version: Option<(i64,)> = within!(self, db => {
            let update = sqlx::query_as(SQL).bind(next.id).bind(next.version).bind(next.state.name());
            let update = update.bind(next.state.holds());
            let update = update.bind(next.arrived_at.map(sql)).bind(next.departed_at.map(sql));
            let update = update.bind(sql(now)).bind(next.owed_cents).bind(next.came_by_word);
            let update = update.bind(next.at_risk.map(Risk::name)).bind(next.overstay_at.map(sql));
            update.fetch_optional(db).await
        })?;
        versioned(next, version)
    }

    /// Stores a longer stay, its price and what is owed for it, and gives the next version.
    ///
    /// # Errors
    /// [`StoreError::Booked`] if the bay is kept for another then, [`StoreError::Stale`] if it has
    /// another version.
    pub async fn extend(&mut self, next: &Reservation) -> Result<Reservation, StoreError> {
        const SQL: &str = "UPDATE reservation SET end_at = $3, free_at = $4, price_cents = $5, owed_cents = $6, \
             max_price_cents = $7, version = version + 1 \
             WHERE id = $1 AND version = $2 AND seat IS NOT NULL RETURNING version";
        let version: Option<(i64,)> = within!(self, db => {
            let update = sqlx::query_as(SQL).bind(next.id).bind(next.version).bind(sql(next.span.end));
            let update = update.bind(sql(next.free_at)).bind(next.price_cents);
            update.bind(next.owed_cents).bind(next.promise.max_price_cents).fetch_optional(db).await
        })?;
        versioned(next, version)
    }

    /// Gives the bay of a stay that was over back to it, and the next version.
    ///
    /// # Errors
    /// [`StoreError::Booked`] if it is another's by now, [`StoreError::Stale`] if it has another version.
    pub async fn return_to(&mut self, next: &Reservation) -> Result<Reservation, StoreError> {
        const SQL: &str = "UPDATE reservation SET state = $3, bay = COALESCE(CAST($4 AS BIGINT), bay), \
             seat = COALESCE(CAST($4 AS BIGINT), bay), departed_at = NULL, at_risk = NULL, version = version + 1 WHERE id = $1 AND version = $2 AND seat IS NULL RETURNING version";
        let seat = self.own_seat(&next.bay).await?;
        let version: Option<(i64,)> = within!(self, db => {
            let update = sqlx::query_as(SQL).bind(next.id).bind(next.version);
            update.bind(next.state.name()).bind(seat).fetch_optional(db).await
        })?;
        versioned(next, version)
    }

    /// Notes since when somebody has been seen in a reservation's bay. That is no change of the
    /// reservation: it stays the version it is.
    pub async fn note_presence(
        &mut self,
        id: i64,
        since: Option<Millis>,
    ) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE reservation SET seen_since = $2 WHERE id = $1";
        within!(self, db => sqlx::query(SQL).bind(id).bind(since.map(sql)).execute(db).await.map(drop))?;
        Ok(())
    }

    /// Takes the bay from a reservation that is about to get another, so that several can change
    /// places.
    ///
    /// # Errors
    /// [`StoreError::Stale`] if it has another version or no bay to give up.
    pub async fn unseat(&mut self, id: i64, version: i64) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE reservation SET seat = NULL WHERE id = $1 AND version = $2 AND seat IS NOT NULL RETURNING id";
        let done: Option<(i64,)> = within!(self, db => sqlx::query_as(SQL).bind(id).bind(version).fetch_optional(db).await)?;
        done.map(drop).ok_or(StoreError::Stale)
    }

    /// Gives a reservation that was unseated the bay, price, rule and walk that `next` has, and the
    /// next version.
    ///
    /// # Errors
    /// [`StoreError::Booked`] if the bay is kept for another, [`StoreError::Stale`] if it has
    /// another version.
    pub async fn seat(&mut self, next: &Reservation) -> Result<Reservation, StoreError> {
        const SQL: &str = "UPDATE reservation SET offer = $3, bay = $4, seat = $4, owner = $5, free_at = $6, \
             price_cents = $7, walk_m = $8, moved_at = $9, moved_from = $10, moved_taken = $11, \
             cancel_free_min = $12, cancel_fee_percent = $13, owed_cents = $14, seen_since = NULL, at_risk = NULL, \
             grace_min = $15, max_overstay_min = $16, early_refund_percent = $17, moves = $18, version = version + 1 \
             WHERE id = $1 AND version = $2 AND seat IS NULL AND state IN ('held', 'confirmed') RETURNING version";
        let bay = self.bay(&next.bay).await?;
        let from = match &next.moved {
            Some(moved) => Some(self.bay(&moved.from).await?),
            None => None,
        };
        let version: Option<(i64,)> = within!(self, db => {
            let update = sqlx::query_as(SQL).bind(next.id).bind(next.version).bind(next.offer).bind(bay);
            let update = update.bind(&*next.owner).bind(sql(next.free_at)).bind(next.price_cents);
            let update = update.bind(i64::from(next.walk_m)).bind(next.moved.as_ref().map(|m| sql(m.at)));
            let update = update.bind(from).bind(next.moved.as_ref().map(|m| m.taken));
            let update = update.bind(i64::from(next.cancel.free_min)).bind(i64::from(next.cancel.fee_percent));
            let update = update.bind(next.owed_cents).bind(i64::from(next.grace_min));
            let update = update.bind(i64::from(next.leave.max_overstay_min));
            let update = update.bind(i64::from(next.leave.early_refund_percent)).bind(i64::from(next.moves));
            update.fetch_optional(db).await
        })?;
        versioned(next, version)
    }
}

/// The reservation as it is stored now.
pub(super) fn versioned(
    next: &Reservation,
    version: Option<(i64,)>,
) -> Result<Reservation, StoreError> {
    let (version,) = version.ok_or(StoreError::Stale)?;
    let next = next.clone();
    Ok(Reservation { version, ..next })
}

fn e7(degrees: f64) -> i64 {
    (degrees * 1e7).round() as i64
}

/// Kind in two bits, then what it needs, then its height in cm and one more (0: not given).
fn packed(vehicle: Vehicle) -> i64 {
    let height = vehicle.height_cm.map_or(0, |h| i64::from(h) + 1);
    vehicle.kind as i64
        | i64::from(vehicle.ev) << 2
        | i64::from(vehicle.accessible) << 3
        | height << 4
}

pub(super) fn unpacked(bits: i64) -> Option<Vehicle> {
    Some(Vehicle {
        kind: BayKind::from_u8((bits & 3) as u8)?,
        ev: bits >> 2 & 1 == 1,
        accessible: bits >> 3 & 1 == 1,
        height_cm: if bits >> 4 == 0 {
            None
        } else {
            Some(u16::try_from((bits >> 4) - 1).ok()?)
        },
    })
}
