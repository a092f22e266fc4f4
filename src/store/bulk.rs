//! Many rows read as one text: a database makes JSON of its rows quicker than a driver makes values of
//! them one by one, by some ten times.
//!
//! Promises: the rows that the statement without this would give. Dear: the text of them all is in
//! memory, so who reads much reads it piece by piece.

use super::booking::unpacked;
use super::{Pools, Store, StoreError, millis, reading};
use crate::domain::reservation::Moved;
use crate::domain::{
    CancelRule, Currency, LatLon, Millis, Promise, Reservation, ReservationState, Span,
};
use serde::Deserialize;
use std::borrow::Cow;

/// Bays whose reservations are read in one statement.
const BAYS_AT_ONCE: i64 = 250;

/// `$columns` of the rows of `$rows`, as one JSON text: for SQLite and for PostgreSQL.
macro_rules! as_json {
    ($columns:literal, $rows:expr) => {
        [
            concat!(
                "SELECT json_group_array(json_array(",
                $columns,
                ")) FROM (",
                $rows,
                ") AS t"
            ),
            concat!(
                "SELECT COALESCE(json_agg(json_build_array(",
                $columns,
                ")), '[]')::text FROM (",
                $rows,
                ") AS t"
            ),
        ]
    };
}
pub(super) use as_json;

/// A reservation's columns, in the order of [`KEPT`].
#[derive(Deserialize)]
struct RawKept<'a>(
    i64,
    #[serde(borrow)] Cow<'a, str>,
    i64,
    #[serde(borrow)] Cow<'a, str>,
    #[serde(borrow)] Cow<'a, str>,
    #[serde(borrow)] Cow<'a, str>,
    #[serde(borrow)] Cow<'a, str>,
    i64,
    i64,
    i64,
    i64,
    #[serde(borrow)] Cow<'a, str>,
    i64,
    i64,
    u32,
    i64,
    i64,
    u32,
    u32,
    u8,
    i64,
    i64,
    i64,
    Option<i64>,
    Option<i64>,
    Option<i64>,
    #[serde(borrow)] Option<Cow<'a, str>>,
    Option<i64>,
    i64,
);

const KEPT: [&str; 2] = as_json!(
    "id, name, offer, bay_id, owner, driver, state, start_at, end_at, free_at, price_cents, currency, lat_e7, \
     lon_e7, max_walk_m, max_price_cents, vehicle, walk_m, cancel_free_min, cancel_fee_percent, owed_cents, \
     expires_at, created_at, arrived_at, departed_at, moved_at, moved_from_id, CAST(moved_taken AS INTEGER), \
     version",
    "SELECT r.*, b.bay AS bay_id, m.bay AS moved_from_id FROM reservation r JOIN shared_bay b ON b.id = r.bay \
     LEFT JOIN shared_bay m ON m.id = r.moved_from WHERE r.seat > $1 AND r.seat <= $2"
);

impl Store {
    /// Each that keeps a bay, bay by bay: what a desk reads when it starts. Some thousands are in memory
    /// at a time.
    pub async fn kept_each(&self, mut take: impl FnMut(Reservation)) -> Result<(), StoreError> {
        const LAST: &str = "SELECT COALESCE(MAX(seat), 0) FROM reservation WHERE seat IS NOT NULL";
        let (last,): (i64,) = reading!(self, db => sqlx::query_as(LAST).fetch_one(db).await)?;
        let sql = KEPT[self.dialect()];
        let some = async |after: i64| -> Result<(String,), StoreError> {
            let to = after.saturating_add(BAYS_AT_ONCE);
            Ok(reading!(self, db => sqlx::query_as(sql).bind(after).bind(to).fetch_one(db).await)?)
        };
        let mut after = 0;
        while after < last {
            // Two readers, where there are two.
            let (one, two) = tokio::try_join!(some(after), some(after + BAYS_AT_ONCE))?;
            for (text,) in [one, two] {
                for raw in parsed::<Vec<RawKept<'_>>>(&text)? {
                    take(raw.whole()?);
                }
            }
            after += 2 * BAYS_AT_ONCE;
        }
        Ok(())
    }

    /// Which of two texts is for this database: SQLite's or PostgreSQL's.
    pub(super) const fn dialect(&self) -> usize {
        match self.0 {
            Pools::Sqlite { .. } => 0,
            Pools::Postgres(_) => 1,
        }
    }
}

/// What a text of rows says.
pub(super) fn parsed<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|e| StoreError::Failed(format!("a row: {e}")))
}

impl RawKept<'_> {
    fn whole(self) -> Result<Reservation, StoreError> {
        let Self(id, name, offer, bay, owner, driver, state, start, end, free_at, price_cents, ..) =
            &self;
        let odd = |what: &str| StoreError::Failed(format!("reservation {name}: {what} cannot be"));
        let e7 = |n: i64| n as f64 / 1e7;
        let maybe = |raw: Option<i64>| raw.map(millis);
        Ok(Reservation {
            id: *id,
            name: (**name).into(),
            offer: *offer,
            bay: (**bay).into(),
            owner: (**owner).into(),
            driver: (**driver).into(),
            state: ReservationState::parse(state).ok_or_else(|| odd("state"))?,
            span: Span::new(millis(*start), millis(*end)).ok_or_else(|| odd("end_at"))?,
            free_at: millis(*free_at),
            price_cents: *price_cents,
            currency: Currency::parse(&self.11).ok_or_else(|| odd("currency"))?,
            promise: Promise {
                place: LatLon::new(e7(self.12), e7(self.13)).ok_or_else(|| odd("lat_e7"))?,
                max_walk_m: self.14,
                max_price_cents: self.15,
                vehicle: unpacked(self.16).ok_or_else(|| odd("vehicle"))?,
            },
            walk_m: self.17,
            cancel: CancelRule {
                free_min: self.18,
                fee_percent: self.19,
            },
            owed_cents: self.20,
            expires_at: millis(self.21),
            created_at: millis(self.22),
            arrived_at: maybe(self.23),
            departed_at: maybe(self.24),
            moved: moved(maybe(self.25), self.26.as_deref(), self.27),
            version: self.28,
        })
    }
}

fn moved(at: Option<Millis>, from: Option<&str>, taken: Option<i64>) -> Option<Moved> {
    Some(Moved {
        at: at?,
        from: from?.into(),
        taken: taken? != 0,
    })
}
