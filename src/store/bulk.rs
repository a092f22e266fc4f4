//! Many rows read as one text: a database makes JSON of its rows quicker than a driver makes values of
//! them one by one, by some ten times.
//!
//! Promises: the rows that the statement without this would give. Dear: the text of them all is in
//! memory, so who reads much reads it piece by piece.

use super::booking::unpacked;
use super::{Pools, Store, StoreError, millis, reading};
use crate::domain::reservation::{Moved, OfSeason};
use crate::domain::{
    CancelRule, Currency, LatLon, LeaveRule, Millis, Promise, Reservation, ReservationState, Risk,
    Span,
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

/// A reservation's columns, in the order of [`KEPT`]: read from a list.
#[derive(Deserialize)]
struct RawKept<'a> {
    id: i64,
    #[serde(borrow)]
    name: Cow<'a, str>,
    offer: i64,
    #[serde(borrow)]
    bay: Cow<'a, str>,
    #[serde(borrow)]
    owner: Cow<'a, str>,
    #[serde(borrow)]
    driver: Cow<'a, str>,
    #[serde(borrow)]
    state: Cow<'a, str>,
    start: i64,
    end: i64,
    free_at: i64,
    price_cents: i64,
    #[serde(borrow)]
    currency: Cow<'a, str>,
    lat_e7: i64,
    lon_e7: i64,
    max_walk_m: u32,
    max_price_cents: i64,
    vehicle: i64,
    walk_m: u32,
    cancel_free_min: u32,
    cancel_fee_percent: u8,
    owed_cents: i64,
    expires_at: i64,
    created_at: i64,
    arrived_at: Option<i64>,
    departed_at: Option<i64>,
    moved_at: Option<i64>,
    #[serde(borrow)]
    moved_from: Option<Cow<'a, str>>,
    moved_taken: Option<i64>,
    version: i64,
    came_by_word: i64,
    seen_since: Option<i64>,
    #[serde(borrow)]
    at_risk: Option<Cow<'a, str>>,
    grace_min: u32,
    max_overstay_min: u32,
    early_refund_percent: u8,
    overstay_at: Option<i64>,
    told_walk_m: u32,
    flexible: i64,
    moves: u32,
    #[serde(borrow)]
    season: Option<Cow<'a, str>>,
    season_number: Option<u32>,
}

const KEPT: [&str; 2] = as_json!(
    "id, name, offer, bay_id, owner, driver, state, start_at, end_at, free_at, price_cents, currency, lat_e7, \
     lon_e7, max_walk_m, max_price_cents, vehicle, walk_m, cancel_free_min, cancel_fee_percent, owed_cents, \
     expires_at, created_at, arrived_at, departed_at, moved_at, moved_from_id, CAST(moved_taken AS INTEGER), \
     version, CAST(came_by_word AS INTEGER), seen_since, at_risk, grace_min, max_overstay_min, \
     early_refund_percent, overstay_at, told_walk_m, CAST(flexible AS INTEGER), moves, season, season_number",
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
        let name = &self.name;
        let odd = |what: &str| StoreError::Failed(format!("reservation {name}: {what} cannot be"));
        let e7 = |n: i64| n as f64 / 1e7;
        let maybe = |raw: Option<i64>| raw.map(millis);
        let at_risk = self.at_risk.as_deref().map(Risk::parse);
        Ok(Reservation {
            id: self.id,
            name: (**name).into(),
            offer: self.offer,
            bay: (*self.bay).into(),
            owner: (*self.owner).into(),
            driver: (*self.driver).into(),
            state: ReservationState::parse(&self.state).ok_or_else(|| odd("state"))?,
            span: Span::new(millis(self.start), millis(self.end)).ok_or_else(|| odd("end_at"))?,
            free_at: millis(self.free_at),
            price_cents: self.price_cents,
            currency: Currency::parse(&self.currency).ok_or_else(|| odd("currency"))?,
            promise: Promise {
                place: LatLon::new(e7(self.lat_e7), e7(self.lon_e7))
                    .ok_or_else(|| odd("lat_e7"))?,
                max_walk_m: self.max_walk_m,
                walk_m: self.told_walk_m,
                max_price_cents: self.max_price_cents,
                flexible: self.flexible != 0,
                vehicle: unpacked(self.vehicle).ok_or_else(|| odd("vehicle"))?,
            },
            walk_m: self.walk_m,
            cancel: CancelRule {
                free_min: self.cancel_free_min,
                fee_percent: self.cancel_fee_percent,
            },
            owed_cents: self.owed_cents,
            expires_at: millis(self.expires_at),
            created_at: millis(self.created_at),
            arrived_at: maybe(self.arrived_at),
            came_by_word: self.came_by_word != 0,
            departed_at: maybe(self.departed_at),
            seen_since: maybe(self.seen_since),
            at_risk: at_risk
                .map(|risk| risk.ok_or_else(|| odd("at_risk")))
                .transpose()?,
            grace_min: self.grace_min,
            leave: LeaveRule {
                max_overstay_min: self.max_overstay_min,
                early_refund_percent: self.early_refund_percent,
            },
            overstay_at: maybe(self.overstay_at),
            moved: moved(
                maybe(self.moved_at),
                self.moved_from.as_deref(),
                self.moved_taken,
            ),
            moves: self.moves,
            season: self
                .season
                .zip(self.season_number)
                .map(|(name, number)| OfSeason {
                    name: (*name).into(),
                    number,
                }),
            version: self.version,
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
