//! Many rows in one statement: what a desk reads by number, and what falls due at once.
//!
//! Promises: as the calls for one row, each row by its version. The rows go as one JSON text, which
//! both databases take apart, so that a statement is the same however many they are.

use super::booking::select_reservations;
use super::offers::{RawHours, offers, select_offers};
use super::work::{Tx, within};
use super::{LedgerLine, Pools, Store, StoreError, Work, sql};
use crate::domain::{Millis, Offer, Reservation, Risk};
use serde_json::json;

/// Rows of one statement, where more are asked for.
const AT_ONCE: usize = 1_000;

const RESERVATIONS: [&str; 2] = [
    select_reservations!("WHERE r.id IN (SELECT value FROM json_each($1)) ORDER BY r.id"),
    select_reservations!(
        "WHERE r.id IN (SELECT n::bigint FROM json_array_elements_text($1::json) n) ORDER BY r.id"
    ),
];

const OFFERS: [&str; 2] = [
    select_offers!("WHERE o.id IN (SELECT value FROM json_each($1)) ORDER BY o.id"),
    select_offers!(
        "WHERE o.id IN (SELECT n::bigint FROM json_array_elements_text($1::json) n) ORDER BY o.id"
    ),
];

const HOURS: [&str; 2] = [
    "SELECT offer, kind, days, opens, closes FROM offer_hours \
     WHERE offer IN (SELECT value FROM json_each($1))",
    "SELECT offer, kind, days, opens, closes FROM offer_hours \
     WHERE offer IN (SELECT n::bigint FROM json_array_elements_text($1::json) n)",
];

// A row that another hub is at is left out, as if it had changed already: nobody waits.
const ADVANCE: [&str; 2] = [
    "UPDATE reservation SET state = n.state, seat = CASE WHEN n.holds THEN seat ELSE NULL END, \
     arrived_at = n.arrived_at, departed_at = n.departed_at, owed_cents = n.owed_cents, driver_ref = NULL, \
     came_by_word = n.came_by_word, at_risk = n.at_risk, overstay_at = n.overstay_at, \
     version = reservation.version + 1 \
     FROM (SELECT value->>'id' AS id, value->>'version' AS version, value->>'state' AS state, \
         value->>'holds' AS holds, value->>'arrived_at' AS arrived_at, value->>'departed_at' AS departed_at, \
         value->>'owed_cents' AS owed_cents, value->>'came_by_word' AS came_by_word, \
         value->>'at_risk' AS at_risk, value->>'overstay_at' AS overstay_at FROM json_each($1)) AS n \
     WHERE reservation.id = n.id AND reservation.version = n.version \
         AND (reservation.state <> 'held' OR n.state <> 'confirmed' OR reservation.expires_at > $2) \
     RETURNING id, version",
    "WITH n AS MATERIALIZED (SELECT * FROM json_to_recordset($1::json) AS n (id bigint, version bigint, \
         state text, holds boolean, arrived_at bigint, departed_at bigint, owed_cents bigint, \
         came_by_word boolean, at_risk text, overstay_at bigint)), \
     mine AS MATERIALIZED (SELECT r.id FROM reservation r WHERE r.id IN (SELECT id FROM n) \
         ORDER BY r.id FOR UPDATE SKIP LOCKED) \
     UPDATE reservation r SET state = n.state, seat = CASE WHEN n.holds THEN r.seat ELSE NULL END, \
     arrived_at = n.arrived_at, departed_at = n.departed_at, owed_cents = n.owed_cents, driver_ref = NULL, \
     came_by_word = n.came_by_word, at_risk = n.at_risk, overstay_at = n.overstay_at, \
     version = r.version + 1 \
     FROM n JOIN mine ON mine.id = n.id \
     WHERE r.id = n.id AND r.version = n.version \
         AND (r.state <> 'held' OR n.state <> 'confirmed' OR r.expires_at > $2) \
     RETURNING r.id, r.version",
];

const LOG: [&str; 2] = [
    "INSERT INTO ledger (at, reservation, bay, owner, driver, event, cause, amount_cents, currency, \
         offer, day) \
     SELECT n.value->>'at', r.id, b.id, n.value->>'owner', n.value->>'driver', n.value->>'event', \
         n.value->>'cause', n.value->>'amount_cents', n.value->>'currency', n.value->>'offer', \
         n.value->>'day' \
     FROM json_each($1) n JOIN reservation r ON r.name = n.value->>'reservation' \
     JOIN shared_bay b ON b.bay = n.value->>'bay' ORDER BY n.key",
    "INSERT INTO ledger (at, reservation, bay, owner, driver, event, cause, amount_cents, currency, \
         offer, day) \
     SELECT n.at, r.id, b.id, n.owner, n.driver, n.event, n.cause, n.amount_cents, n.currency, \
         n.offer, n.day \
     FROM json_to_recordset($1::json) AS n (at bigint, reservation text, bay text, owner text, driver text, \
         event text, cause text, amount_cents bigint, currency text, offer bigint, day bigint) \
     JOIN reservation r ON r.name = n.reservation JOIN shared_bay b ON b.bay = n.bay",
];

/// The text for this database.
macro_rules! said_to {
    ($own:expr, $texts:expr) => {
        $texts[usize::from(matches!($own, Tx::Postgres(_)))]
    };
}

impl Store {
    /// The reservations of these numbers that there are, in the order of their numbers.
    pub async fn reservations(&self, ids: &[i64]) -> Result<Vec<Reservation>, StoreError> {
        self.reading_work().await?.reservations(ids).await
    }

    /// The offers of these numbers that there are, those withdrawn too.
    pub async fn offers_of(&self, ids: &[i64]) -> Result<Vec<Offer>, StoreError> {
        self.reading_work().await?.offers_of(ids).await
    }

    /// For several readings of one moment; nothing is to be changed.
    async fn reading_work(&self) -> Result<Work, StoreError> {
        Ok(Work(match &self.0 {
            Pools::Sqlite { read, .. } => Tx::Sqlite(read.begin().await?),
            Pools::Postgres(pool) => Tx::Postgres(pool.begin().await?),
        }))
    }
}

impl Work {
    /// The reservations of these numbers that there are, in the order of their numbers.
    pub async fn reservations(&mut self, ids: &[i64]) -> Result<Vec<Reservation>, StoreError> {
        let mut found = Vec::with_capacity(ids.len());
        let text = said_to!(self.0, RESERVATIONS);
        for some in ids.chunks(AT_ONCE) {
            let ids = json!(some).to_string();
            let rows: Vec<Reservation> =
                within!(self, db => sqlx::query_as(text).bind(&ids).fetch_all(db).await)?;
            found.extend(rows);
        }
        Ok(found)
    }

    /// The offers of these numbers that there are, those withdrawn too.
    pub async fn offers_of(&mut self, ids: &[i64]) -> Result<Vec<Offer>, StoreError> {
        let mut found = Vec::with_capacity(ids.len());
        let texts = [said_to!(self.0, OFFERS), said_to!(self.0, HOURS)];
        for some in ids.chunks(AT_ONCE) {
            let ids = json!(some).to_string();
            let rows: Vec<Offer> =
                within!(self, db => sqlx::query_as(texts[0]).bind(&ids).fetch_all(db).await)?;
            let hours: Vec<RawHours> =
                within!(self, db => sqlx::query_as(texts[1]).bind(&ids).fetch_all(db).await)?;
            found.extend(offers(rows, hours)?);
        }
        Ok(found)
    }

    /// As [`Work::advance`], each by its version: the number and next version of those that had it. The
    /// others are as they were.
    pub async fn advance_all(
        &mut self,
        next: &[&Reservation],
        now: Millis,
    ) -> Result<Vec<(i64, i64)>, StoreError> {
        let mut done = Vec::with_capacity(next.len());
        let text = said_to!(self.0, ADVANCE);
        for some in next.chunks(AT_ONCE) {
            let row = |r: &&Reservation| {
                json!({
                    "id": r.id, "version": r.version, "state": r.state.name(), "holds": r.state.holds(),
                    "arrived_at": r.arrived_at.map(sql), "departed_at": r.departed_at.map(sql),
                    "owed_cents": r.owed_cents, "came_by_word": r.came_by_word,
                    "at_risk": r.at_risk.map(Risk::name), "overstay_at": r.overstay_at.map(sql),
                })
            };
            let rows = some.iter().map(row).collect::<serde_json::Value>();
            let rows = rows.to_string();
            let some: Vec<(i64, i64)> = within!(self, db => {
                sqlx::query_as(text).bind(&rows).bind(sql(now)).fetch_all(db).await
            })?;
            done.extend(some);
        }
        Ok(done)
    }

    /// As [`Work::log`], for several lines.
    pub async fn log_all(&mut self, lines: &[&LedgerLine]) -> Result<(), StoreError> {
        let text = said_to!(self.0, LOG);
        for some in lines.chunks(AT_ONCE) {
            let row = |l: &&LedgerLine| {
                json!({
                    "at": sql(l.at), "reservation": l.reservation, "bay": l.bay, "owner": l.owner,
                    "driver": l.driver, "event": l.event, "cause": l.cause,
                    "amount_cents": l.amount_cents, "currency": l.currency.code(),
                    "offer": l.offer, "day": l.day,
                })
            };
            let rows = some.iter().map(row).collect::<serde_json::Value>();
            let rows = rows.to_string();
            let added: u64 = within!(self, db => {
                sqlx::query(text).bind(&rows).execute(db).await.map(|done| done.rows_affected())
            })?;
            if added != some.len() as u64 {
                return Err(StoreError::NoSuch);
            }
        }
        Ok(())
    }
}
