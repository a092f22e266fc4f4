//! The ledger: what happened to each reservation and the money that moved with it. Only ever added
//! to; the database itself refuses anything else.
//!
//! Promises: what an owner is owed and what its offers have brought are sums of the same lines, each of
//! one offer and of one day by that offer's own clock. A month is added up within an index; a page of it
//! costs the same wherever in the month it is.

use super::bulk::{as_json, parsed};
use super::row::from_row;
use super::work::within;
use super::{Store, StoreError, Work, millis, reading, sql};
use crate::domain::{Currency, Millis, Span, TimeZone};
use serde::Deserialize;
use std::collections::HashMap;
use std::ops::Range;

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
    /// Whose doing it was: driver, sensor, clock, hub, owner, authority.
    pub cause: String,
    /// What the driver owes the owner more from now on.
    pub amount_cents: i64,
    pub currency: Currency,
    /// The number of the offer that it is owed for.
    pub offer: i64,
    /// The offer's public id, given by the store.
    pub offer_name: String,
    /// The number of the day that it is by the offer's own clock.
    pub day: i64,
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

/// Which lines of a partner: by the days of each offer's own clock, or by moments.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LedgerPeriod {
    days: Range<i64>,
    /// In milliseconds.
    moments: Range<i64>,
}

impl LedgerPeriod {
    /// Lines of these days, each by its offer's own clock.
    #[must_use]
    pub const fn of_days(days: Range<i64>) -> Self {
        Self {
            days,
            moments: 0..i64::MAX,
        }
    }

    /// Lines written in `span`.
    #[must_use]
    pub fn of_moments(span: Span) -> Self {
        // No clock is a day ahead of UTC, or behind it, and what is looked at goes by the days.
        let day = |at: Millis| sql(at) / DAY_MS;
        Self {
            days: day(span.start) - 1..day(span.end) + 2,
            moments: sql(span.start)..sql(span.end),
        }
    }
}

const DAY_MS: i64 = 86_400_000;

/// Which of those lines.
#[derive(Clone, Copy, Debug)]
pub struct LedgerPage {
    /// Those whose day and number come later.
    pub after: (i64, i64),
    /// No line that is newer than the one of this number.
    pub newest: i64,
    pub limit: u32,
}

from_row!(LedgerLine, |row| {
    Ok(Self {
        id: row.number("id")?,
        at: row.time("at")?,
        reservation: row.text("reservation_name")?,
        bay: row.text("bay_id")?,
        owner: row.text("owner")?,
        driver: row.text("driver")?,
        event: row.text("event")?,
        cause: row.text("cause")?,
        amount_cents: row.number("amount_cents")?,
        currency: row.word("currency", Currency::parse)?,
        offer: row.number("offer")?,
        offer_name: row.text("offer_name")?,
        day: row.number("day")?,
    })
});

/// A line as a list in a text.
#[derive(Deserialize)]
struct RawLine {
    id: i64,
    at: i64,
    reservation: String,
    bay: String,
    owner: String,
    driver: String,
    event: String,
    cause: String,
    amount_cents: i64,
    currency: String,
    offer: i64,
    offer_name: String,
    day: i64,
}

impl RawLine {
    fn whole(self) -> Result<LedgerLine, StoreError> {
        Ok(LedgerLine {
            id: self.id,
            at: millis(self.at),
            reservation: self.reservation,
            bay: self.bay,
            owner: self.owner,
            driver: self.driver,
            event: self.event,
            cause: self.cause,
            amount_cents: self.amount_cents,
            currency: currency(&self.currency)?,
            offer: self.offer,
            offer_name: self.offer_name,
            day: self.day,
        })
    }
}

macro_rules! select_entries {
    ($($rest:literal)+) => {
        concat!(
            "SELECT l.id, l.at, r.name AS reservation_name, b.bay AS bay_id, l.owner, l.driver, l.event, l.cause, ",
            "l.amount_cents, l.currency, l.offer, o.name AS offer_name, l.day ",
            "FROM ledger l JOIN reservation r ON r.id = l.reservation JOIN shared_bay b ON b.id = l.bay ",
            "JOIN offer o ON o.id = l.offer ",
            $($rest),+
        )
    };
}

/// A page of a partner's lines; $1 is the partner.
macro_rules! select_page {
    ($party:literal) => {
        select_entries!(
            "WHERE l." $party " = $1 AND (l.day, l.id) > ($2, $3) AND l.day < $4 AND l.at >= $5 AND l.at < $6 \
             AND l.id <= $7 ORDER BY l.day, l.id LIMIT $8"
        )
    };
}

/// What a partner's lines add up to.
macro_rules! select_totals {
    ($party:literal) => {
        // PostgreSQL sums BIGINT as NUMERIC, which is another type.
        concat!(
            "SELECT currency, CAST(SUM(amount_cents) AS BIGINT), COUNT(*) FROM ledger WHERE ", $party,
            " = $1 AND day >= $2 AND day < $3 AND at >= $4 AND at < $5 AND id <= $6 GROUP BY currency ORDER BY currency"
        )
    };
}

#[cfg(test)]
const PAGE_OF_OWNER: &str = select_page!("owner");
#[cfg(test)]
const PAGE_OF_DRIVER: &str = select_page!("driver");

/// In the order of the members of [`RawLine`].
macro_rules! page_as_json {
    ($party:literal) => {
        as_json!(
            "id, at, reservation_name, bay_id, owner, driver, event, cause, amount_cents, currency, offer, \
             offer_name, day",
            select_page!($party)
        )
    };
}

const LINES_OF_OWNER: [&str; 2] = page_as_json!("owner");
const LINES_OF_DRIVER: [&str; 2] = page_as_json!("driver");
const TOTALS_OF_OWNER: &str = select_totals!("owner");
const TOTALS_OF_DRIVER: &str = select_totals!("driver");
const TAKINGS: &str = "SELECT day, CAST(SUM(amount_cents) AS BIGINT) FROM ledger \
     WHERE offer = $1 AND day >= $2 AND day < $3 GROUP BY day ORDER BY day";

/// Every question of a month, and the index it goes by.
#[cfg(test)]
pub(super) const MONTHS: [(&str, &str); 5] = [
    (PAGE_OF_OWNER, "INDEX ledger_owner_day ("),
    (PAGE_OF_DRIVER, "INDEX ledger_driver_day ("),
    (TOTALS_OF_OWNER, "COVERING INDEX ledger_owner_day ("),
    (TOTALS_OF_DRIVER, "COVERING INDEX ledger_driver_day ("),
    (TAKINGS, "COVERING INDEX ledger_offer_day ("),
];

impl Store {
    /// A page of a partner's lines, by day and number.
    pub async fn ledger(
        &self,
        (party, partner): (Party, &str),
        period: &LedgerPeriod,
        page: LedgerPage,
    ) -> Result<Vec<LedgerLine>, StoreError> {
        let texts = match party {
            Party::Owner => LINES_OF_OWNER,
            Party::Driver => LINES_OF_DRIVER,
        };
        let text = texts[self.dialect()];
        let LedgerPeriod { days, moments } = period;
        // Numbers begin at 1.
        let (day, id) = page.after.max((days.start, 0));
        let (rows,): (String,) = reading!(self, db => {
            let ask = sqlx::query_as(text).bind(partner).bind(day).bind(id).bind(days.end);
            let ask = ask.bind(moments.start).bind(moments.end).bind(page.newest);
            ask.bind(i64::from(page.limit)).fetch_one(db).await
        })?;
        let raw: Vec<RawLine> = parsed(&rows)?;
        raw.into_iter().map(RawLine::whole).collect()
    }

    /// What a partner's lines up to the one of number `newest` add up to, by currency.
    pub async fn totals(
        &self,
        (party, partner): (Party, &str),
        period: &LedgerPeriod,
        newest: i64,
    ) -> Result<Vec<Total>, StoreError> {
        let text = match party {
            Party::Owner => TOTALS_OF_OWNER,
            Party::Driver => TOTALS_OF_DRIVER,
        };
        let LedgerPeriod { days, moments } = period;
        let raw: Vec<(String, i64, i64)> = reading!(self, db => {
            let ask = sqlx::query_as(text).bind(partner).bind(days.start).bind(days.end);
            ask.bind(moments.start).bind(moments.end).bind(newest).fetch_all(db).await
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
        Ok(reading!(self, db => {
            sqlx::query_as(SQL).bind(driver).bind(after).bind(i64::from(limit)).fetch_all(db).await
        })?)
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
        Ok(reading!(self, db => sqlx::query_as(SQL).bind(reservation).fetch_all(db).await)?)
    }

    /// What an offer has brought, by the number of the day, where there is anything.
    pub async fn takings(
        &self,
        offer: i64,
        days: Range<i64>,
    ) -> Result<HashMap<i64, i64>, StoreError> {
        let raw: Vec<(i64, i64)> = reading!(self, db => {
            sqlx::query_as(TAKINGS).bind(offer).bind(days.start).bind(days.end).fetch_all(db).await
        })?;
        Ok(raw.into_iter().collect())
    }
}

impl Work {
    /// Adds a line. `id` and `offer_name` are not looked at; reservation, bay and offer must be there.
    pub async fn log(&mut self, entry: &LedgerLine) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO ledger (at, reservation, bay, owner, driver, event, cause, amount_cents, currency, \
             offer, day) \
             SELECT $1, r.id, b.id, $4, $5, $6, $7, $8, $9, $10, $11 FROM reservation r, shared_bay b \
             WHERE r.name = $2 AND b.bay = $3 RETURNING id";
        let done: Option<(i64,)> = within!(self, db => {
            let insert = sqlx::query_as(SQL).bind(sql(entry.at)).bind(&entry.reservation).bind(&entry.bay);
            let insert = insert.bind(&entry.owner).bind(&entry.driver).bind(&entry.event).bind(&entry.cause);
            let insert = insert.bind(entry.amount_cents).bind(entry.currency.code());
            insert.bind(entry.offer).bind(entry.day).fetch_optional(db).await
        })?;
        done.map(drop).ok_or(StoreError::NoSuch)
    }

    /// By which clock an offer is, also one that is withdrawn.
    ///
    /// # Errors
    /// [`StoreError::NoSuch`] if there is none of that number.
    pub async fn zone_of(&mut self, offer: i64) -> Result<TimeZone, StoreError> {
        const SQL: &str = "SELECT time_zone FROM offer WHERE id = $1";
        let found: Option<(String,)> =
            within!(self, db => sqlx::query_as(SQL).bind(offer).fetch_optional(db).await)?;
        let (name,) = found.ok_or(StoreError::NoSuch)?;
        TimeZone::parse(&name)
            .ok_or_else(|| StoreError::Failed(format!("offer: {name:?} is no time zone")))
    }
}

fn currency(code: &str) -> Result<Currency, StoreError> {
    Currency::parse(code)
        .ok_or_else(|| StoreError::Failed(format!("ledger: {code:?} is no currency")))
}
