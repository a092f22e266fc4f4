//! The ledger: what happened to each reservation and the money that moved with it. Only ever added
//! to; the database itself refuses anything else.

use super::bulk::{as_json, parsed};
use super::work::within;
use super::{Store, StoreError, Work, millis, reading, sql};
use crate::domain::{Currency, Millis, Span};
use std::collections::HashMap;

/// One line. What it is named by is copied, so that it stands whatever becomes of the rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerLine {
    /// Its number, given by the store; later lines have larger ones.
    pub id: i64,
    pub at: Millis,
    /// The reservation's public id.
    pub reservation: String,
    pub bay: String,
    pub owner: String,
    pub driver: String,
    /// What happened, as `confirmed`.
    pub event: String,
    /// Whose doing it was: driver, sensor, clock, hub.
    pub cause: String,
    /// What the driver owes the owner more from now on.
    pub amount_cents: i64,
    pub currency: Currency,
}

/// On whose side of the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Party {
    Owner,
    Driver,
}

/// What the lines of one currency add up to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Total {
    pub currency: Currency,
    pub amount_cents: i64,
    pub lines: i64,
}

type RawEntry = (
    i64,
    i64,
    String,
    String,
    String,
    String,
    String,
    String,
    i64,
    String,
);

macro_rules! select_entries {
    ($rest:literal) => {
        concat!(
            "SELECT l.id, l.at, r.name, b.bay, l.owner, l.driver, l.event, l.cause, l.amount_cents, l.currency ",
            "FROM ledger l JOIN reservation r ON r.id = l.reservation JOIN shared_bay b ON b.id = l.bay ",
            $rest
        )
    };
}

/// A page of a partner's lines: $2 and $3 are the time and number before.
macro_rules! page {
    ($party:literal) => {
        concat!(
            "SELECT l.id, l.at, r.name, b.bay, l.owner, l.driver, l.event, l.cause, l.amount_cents, l.currency ",
            "FROM ledger l JOIN reservation r ON r.id = l.reservation JOIN shared_bay b ON b.id = l.bay ",
            "WHERE l.", $party, " = $1 AND (l.at, l.id) > ($2, $3) AND l.at < $4 ",
            "ORDER BY l.at, l.id LIMIT $5"
        )
    };
}

#[cfg(test)]
const OF_OWNER: &str = page!("owner");
#[cfg(test)]
const OF_DRIVER: &str = page!("driver");
const TEXT_OF_OWNER: [&str; 2] = as_json!(
    "id, at, name, bay, owner, driver, event, cause, amount_cents, currency",
    page!("owner")
);
const TEXT_OF_DRIVER: [&str; 2] = as_json!(
    "id, at, name, bay, owner, driver, event, cause, amount_cents, currency",
    page!("driver")
);

// PostgreSQL sums BIGINT as NUMERIC, which is another type.
macro_rules! sum_of {
    ($party:literal) => {
        concat!(
            "SELECT currency, CAST(SUM(amount_cents) AS BIGINT), COUNT(*) FROM ledger WHERE ",
            $party,
            " = $1 AND at >= $2 AND at < $3 GROUP BY currency ORDER BY currency"
        )
    };
}

const SUM_OF_OWNER: &str = sum_of!("owner");
const SUM_OF_DRIVER: &str = sum_of!("driver");

/// Each page and sum, and the index it goes by.
#[cfg(test)]
pub(super) const PAGES: [(&str, &str); 4] = [
    (OF_OWNER, "INDEX ledger_owner ("),
    (OF_DRIVER, "INDEX ledger_driver ("),
    (SUM_OF_OWNER, "COVERING INDEX ledger_owner ("),
    (SUM_OF_DRIVER, "COVERING INDEX ledger_driver ("),
];

impl Store {
    /// Up to `limit` lines of a partner in `span` whose time and number come after those of `after`, in
    /// their order.
    pub async fn ledger(
        &self,
        (party, partner): (Party, &str),
        span: Span,
        after: (Millis, i64),
        limit: u32,
    ) -> Result<Vec<LedgerLine>, StoreError> {
        let texts = match party {
            Party::Owner => TEXT_OF_OWNER,
            Party::Driver => TEXT_OF_DRIVER,
        };
        let text = texts[self.dialect()];
        // From where it goes on: the database need not be told what lies before it.
        let (start, id) = after.max((span.start, i64::MIN));
        let (rows,): (String,) = reading!(self, db => {
            let ask = sqlx::query_as(text).bind(partner).bind(sql(start)).bind(id);
            ask.bind(sql(span.end)).bind(i64::from(limit)).fetch_one(db).await
        })?;
        let raw: Vec<RawEntry> = parsed(&rows)?;
        raw.into_iter().map(entry).collect()
    }

    /// What a partner's lines in `span` add up to, by currency.
    pub async fn totals(
        &self,
        (party, partner): (Party, &str),
        span: Span,
    ) -> Result<Vec<Total>, StoreError> {
        let text = if party == Party::Owner {
            SUM_OF_OWNER
        } else {
            SUM_OF_DRIVER
        };
        let raw: Vec<(String, i64, i64)> = reading!(self, db => {
            sqlx::query_as(text).bind(partner).bind(sql(span.start)).bind(sql(span.end)).fetch_all(db).await
        })?;
        let total = |(code, amount_cents, lines): (String, i64, i64)| {
            Ok(Total {
                currency: currency(&code)?,
                amount_cents,
                lines,
            })
        };
        raw.into_iter().map(total).collect()
    }

    /// Up to `limit` lines of a driver whose number is above `after`, by number.
    pub async fn happened(
        &self,
        driver: &str,
        after: i64,
        limit: u32,
    ) -> Result<Vec<LedgerLine>, StoreError> {
        const SQL: &str =
            select_entries!("WHERE l.driver = $1 AND l.id > $2 ORDER BY l.id LIMIT $3");
        let raw: Vec<RawEntry> = reading!(self, db => {
            sqlx::query_as(SQL).bind(driver).bind(after).bind(i64::from(limit)).fetch_all(db).await
        })?;
        raw.into_iter().map(entry).collect()
    }

    /// When something last happened to each of an offer's bookings in `span`, by the booking's number:
    /// of the first `limit` by start.
    pub async fn last_changes(
        &self,
        offer: i64,
        span: Span,
        limit: u32,
    ) -> Result<HashMap<i64, Millis>, StoreError> {
        const SQL: &str = "SELECT l.reservation, MAX(l.at) FROM ledger l JOIN reservation r ON r.id = l.reservation \
             WHERE r.offer = $1 AND r.start_at < $3 AND r.end_at > $2 \
             GROUP BY l.reservation, r.start_at ORDER BY r.start_at, l.reservation LIMIT $4";
        let raw: Vec<(i64, i64)> = reading!(self, db => {
            let ask = sqlx::query_as(SQL).bind(offer).bind(sql(span.start)).bind(sql(span.end));
            ask.bind(i64::from(limit)).fetch_all(db).await
        })?;
        Ok(raw.into_iter().map(|(id, at)| (id, millis(at))).collect())
    }

    /// The number of the newest line; 0 while there is none.
    pub async fn newest_line(&self) -> Result<i64, StoreError> {
        const SQL: &str = "SELECT COALESCE(MAX(id), 0) FROM ledger";
        let (newest,): (i64,) = reading!(self, db => sqlx::query_as(SQL).fetch_one(db).await)?;
        Ok(newest)
    }

    /// All lines of one reservation, oldest first.
    pub async fn history(&self, reservation: &str) -> Result<Vec<LedgerLine>, StoreError> {
        const SQL: &str = select_entries!("WHERE r.name = $1 ORDER BY l.id");
        let raw: Vec<RawEntry> =
            reading!(self, db => sqlx::query_as(SQL).bind(reservation).fetch_all(db).await)?;
        raw.into_iter().map(entry).collect()
    }

    /// What an offer's reservations have brought, by time: amount and when.
    pub async fn takings(&self, offer: i64, span: Span) -> Result<Vec<(Millis, i64)>, StoreError> {
        const SQL: &str = "SELECT l.at, l.amount_cents FROM ledger l JOIN reservation r ON r.id = l.reservation \
             WHERE r.offer = $1 AND l.at >= $2 AND l.at < $3 AND l.amount_cents <> 0";
        let raw: Vec<(i64, i64)> = reading!(self, db => {
            sqlx::query_as(SQL).bind(offer).bind(sql(span.start)).bind(sql(span.end)).fetch_all(db).await
        })?;
        Ok(raw
            .into_iter()
            .map(|(at, cents)| (millis(at), cents))
            .collect())
    }
}

impl Work {
    /// Adds a line. `id` is not looked at; the reservation and the bay must be there.
    pub async fn log(&mut self, entry: &LedgerLine) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO ledger (at, reservation, bay, owner, driver, event, cause, amount_cents, currency) \
             SELECT $1, r.id, b.id, $4, $5, $6, $7, $8, $9 FROM reservation r, shared_bay b \
             WHERE r.name = $2 AND b.bay = $3 RETURNING id";
        let done: Option<(i64,)> = within!(self, db => {
            let insert = sqlx::query_as(SQL).bind(sql(entry.at)).bind(&entry.reservation).bind(&entry.bay);
            let insert = insert.bind(&entry.owner).bind(&entry.driver).bind(&entry.event).bind(&entry.cause);
            insert.bind(entry.amount_cents).bind(entry.currency.code()).fetch_optional(db).await
        })?;
        done.map(drop).ok_or(StoreError::NoSuch)
    }
}

fn currency(code: &str) -> Result<Currency, StoreError> {
    Currency::parse(code)
        .ok_or_else(|| StoreError::Failed(format!("ledger: {code:?} is no currency")))
}

fn entry(raw: RawEntry) -> Result<LedgerLine, StoreError> {
    let (id, at, reservation, bay, owner, driver, event, cause, amount_cents, code) = raw;
    let currency = currency(&code)?;
    Ok(LedgerLine {
        id,
        at: millis(at),
        reservation,
        bay,
        owner,
        driver,
        event,
        cause,
        amount_cents,
        currency,
    })
}
