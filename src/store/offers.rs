//! Offers, their hours, and who owns a bay.

use super::row::{from_row, odd};
use super::work::within;
use super::{Store, StoreError, Work, millis, reading, sql, writing};
use crate::domain::offer::{CalendarToken, Hours};
use crate::domain::{
    CancelRule, Currency, FlexRule, LeaveRule, Offer, OfferState, Pool, Price, Rules, Span,
    TimeOfDay, TimeZone, Weekly,
};
use std::collections::HashMap;

// Its hours are rows of their own.
from_row!(Offer, |row| {
    let zone = row.word("time_zone", TimeZone::parse)?;
    Ok(Self {
        id: row.number("id")?,
        name: row.text("name")?,
        bay: row.text("bay_id")?,
        pool: match (row.maybe_text("zone")?, row.maybe_small("places")?) {
            (Some(zone), Some(places)) => Some(Pool { zone, places }),
            _ => None,
        },
        owner: row.text("owner")?,
        state: row.word("state", OfferState::parse)?,
        hours: Hours {
            zone,
            once: vec![],
            weekly: vec![],
            closed: vec![],
        },
        price: price(&row.text::<String>("price_per")?, row.small("price_cents")?)?,
        currency: row.word("currency", Currency::parse)?,
        rules: Rules {
            max_height_cm: row.small("max_height_cm")?,
            ev_only: row.flag("ev_only")?,
            min_stay_min: row.small("min_stay_min")?,
            max_stay_min: row.small("max_stay_min")?,
            notice_min: row.small("notice_min")?,
            buffer_min: row.small("buffer_min")?,
            cancel: CancelRule {
                free_min: row.small("cancel_free_min")?,
                fee_percent: row.small("cancel_fee_percent")?,
            },
            leave: LeaveRule {
                max_overstay_min: row.small("max_overstay_min")?,
                early_refund_percent: row.small("early_refund_percent")?,
            },
            flex: FlexRule {
                discount_percent: row.small("flexible_discount_percent")?,
            },
            grace_min: row.maybe_small("grace_min")?,
        },
        notes: row.text("notes")?,
        calendar: CalendarToken(row.text("calendar")?),
        created_at: row.time("created_at")?,
        version: row.number("version")?,
    })
});

/// What a price is for, and how much.
const fn written(price: Price) -> (&'static str, u32) {
    match price {
        Price::PerHour(cents) => ("hour", cents),
        Price::PerStay(cents) => ("stay", cents),
        Price::PerMonth(cents) => ("month", cents),
    }
}

fn price(per: &str, cents: u32) -> Result<Price, sqlx::Error> {
    match per {
        "hour" => Ok(Price::PerHour(cents)),
        "stay" => Ok(Price::PerStay(cents)),
        "month" => Ok(Price::PerMonth(cents)),
        _ => Err(odd("price_per", &per)),
    }
}

pub(super) type RawHours = (i64, String, i64, i64, i64);

/// Followed by a condition on `o` (offer) and `b` (shared_bay).
macro_rules! select_offers {
    ($rest:literal) => {
        concat!(
            "SELECT o.*, b.bay AS bay_id FROM offer o JOIN shared_bay b ON b.id = o.bay ",
            $rest
        )
    };
}

pub(super) use select_offers;

impl Store {
    /// All offers that are not withdrawn: what a desk reads when it starts.
    pub async fn standing_offers(&self) -> Result<Vec<Offer>, StoreError> {
        const SQL: &str = select_offers!("WHERE o.state <> 'withdrawn' ORDER BY o.id");
        const HOURS: &str = "SELECT h.offer, h.kind, h.days, h.opens, h.closes FROM offer_hours h \
             JOIN offer o ON o.id = h.offer WHERE o.state <> 'withdrawn'";
        let found: Vec<Offer> = reading!(self, db => sqlx::query_as(SQL).fetch_all(db).await)?;
        let hours: Vec<RawHours> = reading!(self, db => sqlx::query_as(HOURS).fetch_all(db).await)?;
        offers(found, hours)
    }

    /// Up to `limit` offers of a partner whose number is above `after`, by number.
    pub async fn offers(
        &self,
        owner: &str,
        after: i64,
        limit: u32,
    ) -> Result<Vec<Offer>, StoreError> {
        const SQL: &str = select_offers!("WHERE o.owner = $1 AND o.id > $2 ORDER BY o.id LIMIT $3");
        const HOURS: &str = "SELECT h.offer, h.kind, h.days, h.opens, h.closes FROM offer_hours h \
             JOIN offer o ON o.id = h.offer WHERE o.owner = $1 AND o.id > $2 AND o.id <= $3";
        let found: Vec<Offer> = reading!(self, db => {
            sqlx::query_as(SQL).bind(owner).bind(after).bind(i64::from(limit)).fetch_all(db).await
        })?;
        let Some(last) = found.last().map(|o| o.id) else {
            return Ok(Vec::new());
        };
        let hours: Vec<RawHours> = reading!(self, db => sqlx::query_as(HOURS).bind(owner).bind(after).bind(last).fetch_all(db).await)?;
        offers(found, hours)
    }

    /// The offer of that public id.
    ///
    /// # Errors
    /// [`StoreError::NoSuch`] if there is none.
    pub async fn offer(&self, name: &str) -> Result<Offer, StoreError> {
        const SQL: &str = select_offers!("WHERE o.name = $1");
        let found: Option<Offer> =
            reading!(self, db => sqlx::query_as(SQL).bind(name).fetch_optional(db).await)?;
        let found = found.ok_or(StoreError::NoSuch)?;
        let id = found.id;
        let hours: Vec<RawHours> =
            reading!(self, db => sqlx::query_as(HOURS_OF).bind(id).fetch_all(db).await)?;
        one(found, hours)
    }

    /// Who owns bays by an administrator's word.
    pub async fn recorded_owners(&self) -> Result<Vec<(String, String)>, StoreError> {
        const SQL: &str = "SELECT bay, owner FROM shared_bay WHERE owner IS NOT NULL";
        Ok(reading!(self, db => sqlx::query_as(SQL).fetch_all(db).await)?)
    }

    /// Records who owns a bay; `None`: the operator of its zone, as if nothing had been recorded.
    pub async fn record_owner(&self, bay: &str, owner: Option<&str>) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO shared_bay (bay, owner) VALUES ($1, $2) \
             ON CONFLICT (bay) DO UPDATE SET owner = excluded.owner";
        writing!(self, db => sqlx::query(SQL).bind(bay).bind(owner).execute(db).await.map(drop))?;
        Ok(())
    }
}

const HOURS_OF: &str = "SELECT offer, kind, days, opens, closes FROM offer_hours WHERE offer = $1";

impl Work {
    /// The number of a bay, given now if it has none yet.
    pub async fn bay(&mut self, bay: &str) -> Result<i64, StoreError> {
        const FIND: &str = "SELECT id FROM shared_bay WHERE bay = $1";
        const ADD: &str = "INSERT INTO shared_bay (bay) VALUES ($1) \
             ON CONFLICT (bay) DO UPDATE SET bay = excluded.bay RETURNING id";
        let found: Option<(i64,)> =
            within!(self, db => sqlx::query_as(FIND).bind(bay).fetch_optional(db).await)?;
        if let Some((id,)) = found {
            return Ok(id);
        }
        let (id,): (i64,) = within!(self, db => sqlx::query_as(ADD).bind(bay).fetch_one(db).await)?;
        Ok(id)
    }

    /// Has others who offer something of that zone wait until this work ends.
    pub async fn lock_zone(&mut self, zone: &str) -> Result<(), StoreError> {
        const LOCK: &str = "SELECT id FROM shared_bay WHERE id = $1 FOR UPDATE";
        let id = self.bay(&format!("~{zone}")).await?;
        // The writer of SQLite is alone anyway.
        if let super::work::Tx::Postgres(tx) = &mut self.0 {
            sqlx::query(LOCK).bind(id).execute(&mut **tx).await?;
        }
        Ok(())
    }

    /// Adds an offer; its number and version are given here.
    ///
    /// # Errors
    /// [`StoreError::Taken`] if the bay is on another offer.
    pub async fn add_offer(&mut self, offer: &Offer) -> Result<Offer, StoreError> {
        const SQL: &str = "INSERT INTO offer (name, bay, owner, state, time_zone, price_cents, currency, \
             max_height_cm, ev_only, min_stay_min, max_stay_min, notice_min, buffer_min, notes, calendar, created_at, \
             cancel_free_min, cancel_fee_percent, grace_min, max_overstay_min, early_refund_percent, \
             flexible_discount_percent, price_per, zone, places, version) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, \
             $22, $23, $24, $25, 1) RETURNING id";
        let bay = self.bay(&offer.bay).await?;
        let rules = &offer.rules;
        let (per, cents) = written(offer.price);
        let (id,): (i64,) = within!(self, db => {
            let insert = sqlx::query_as(SQL).bind(&*offer.name).bind(bay).bind(&*offer.owner).bind(offer.state.name());
            let insert = insert.bind(offer.hours.zone.name()).bind(i64::from(cents));
            let insert = insert.bind(offer.currency.code()).bind(i64::from(rules.max_height_cm)).bind(rules.ev_only);
            let insert = insert.bind(i64::from(rules.min_stay_min)).bind(i64::from(rules.max_stay_min));
            let insert = insert.bind(i64::from(rules.notice_min)).bind(i64::from(rules.buffer_min));
            let insert = insert.bind(&*offer.notes).bind(&*offer.calendar.0).bind(sql(offer.created_at));
            let insert = insert.bind(i64::from(rules.cancel.free_min));
            let insert = insert.bind(i64::from(rules.cancel.fee_percent));
            let insert = insert.bind(rules.grace_min.map(i64::from)).bind(i64::from(rules.leave.max_overstay_min));
            let insert = insert.bind(i64::from(rules.leave.early_refund_percent));
            let insert = insert.bind(i64::from(rules.flex.discount_percent));
            let insert = insert.bind(per).bind(offer.pool.as_ref().map(|p| &*p.zone));
            insert.bind(offer.pool.as_ref().map(|p| i64::from(p.places))).fetch_one(db).await
        })?;
        let offer = Offer {
            id,
            version: 1,
            ..offer.clone()
        };
        self.put_hours(&offer).await?;
        Ok(offer)
    }

    /// Replaces what an owner may change of the offer with this number and version, and gives the
    /// next version.
    ///
    /// # Errors
    /// [`StoreError::Stale`] if it has another version.
    pub async fn put_offer(&mut self, offer: &Offer) -> Result<Offer, StoreError> {
        const SQL: &str = "UPDATE offer SET state = $3, time_zone = $4, price_cents = $5, currency = $6, \
             max_height_cm = $7, ev_only = $8, min_stay_min = $9, max_stay_min = $10, notice_min = $11, \
             buffer_min = $12, notes = $13, calendar = $14, \
             cancel_free_min = $15, cancel_fee_percent = $16, grace_min = $17, \
             max_overstay_min = $18, early_refund_percent = $19, flexible_discount_percent = $20, \
             price_per = $21, places = $22, version = version + 1 WHERE id = $1 AND version = $2 RETURNING version";
        const CLEAR: &str = "DELETE FROM offer_hours WHERE offer = $1";
        let rules = &offer.rules;
        let (per, cents) = written(offer.price);
        let version: Option<(i64,)> = within!(self, db => {
            let update = sqlx::query_as(SQL).bind(offer.id).bind(offer.version).bind(offer.state.name());
            let update = update.bind(offer.hours.zone.name()).bind(i64::from(cents));
            let update = update.bind(offer.currency.code()).bind(i64::from(rules.max_height_cm)).bind(rules.ev_only);
            let update = update.bind(i64::from(rules.min_stay_min)).bind(i64::from(rules.max_stay_min));
            let update = update.bind(i64::from(rules.notice_min)).bind(i64::from(rules.buffer_min));
            let update = update.bind(&*offer.notes).bind(&*offer.calendar.0);
            let update = update.bind(i64::from(rules.cancel.free_min));
            let update = update.bind(i64::from(rules.cancel.fee_percent));
            let update = update.bind(rules.grace_min.map(i64::from)).bind(i64::from(rules.leave.max_overstay_min));
            let update = update.bind(i64::from(rules.leave.early_refund_percent));
            let update = update.bind(i64::from(rules.flex.discount_percent));
            update.bind(per).bind(offer.pool.as_ref().map(|p| i64::from(p.places))).fetch_optional(db).await
        })?;
        let (version,) = version.ok_or(StoreError::Stale)?;
        within!(self, db => sqlx::query(CLEAR).bind(offer.id).execute(db).await.map(drop))?;
        let offer = Offer {
            version,
            ..offer.clone()
        };
        self.put_hours(&offer).await?;
        Ok(offer)
    }

    async fn put_hours(&mut self, offer: &Offer) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO offer_hours (offer, kind, days, opens, closes) VALUES ($1, $2, $3, $4, $5)";
        let of = |kind, spans: &[Span]| -> Vec<(&'static str, i64, i64, i64)> {
            spans
                .iter()
                .map(|s| (kind, 0, sql(s.start), sql(s.end)))
                .collect()
        };
        let hours = &offer.hours;
        let weekly = hours.weekly.iter().map(|w| {
            (
                "weekly",
                i64::from(w.days),
                i64::from(w.from.0),
                i64::from(w.to.0),
            )
        });
        let rows = of("once", &hours.once)
            .into_iter()
            .chain(of("closed", &hours.closed))
            .chain(weekly);
        for (kind, days, opens, closes) in rows {
            within!(self, db => {
                let insert = sqlx::query(SQL).bind(offer.id).bind(kind).bind(days).bind(opens).bind(closes);
                insert.execute(db).await.map(drop)
            })?;
        }
        Ok(())
    }

    /// The offer of that number, which nobody else changes before this work ends.
    ///
    /// # Errors
    /// [`StoreError::NoSuch`] if there is none.
    pub async fn lock_offer(&mut self, id: i64) -> Result<Offer, StoreError> {
        const SQL: &str = select_offers!("WHERE o.id = $1");
        // The writer of SQLite is alone anyway.
        const LOCKED: &str = select_offers!("WHERE o.id = $1 FOR UPDATE OF o");
        let found: Option<Offer> = match &mut self.0 {
            super::work::Tx::Sqlite(tx) => {
                sqlx::query_as(SQL)
                    .bind(id)
                    .fetch_optional(&mut **tx)
                    .await?
            }
            super::work::Tx::Postgres(tx) => {
                sqlx::query_as(LOCKED)
                    .bind(id)
                    .fetch_optional(&mut **tx)
                    .await?
            }
        };
        let found = found.ok_or(StoreError::NoSuch)?;
        let hours: Vec<RawHours> =
            within!(self, db => sqlx::query_as(HOURS_OF).bind(id).fetch_all(db).await)?;
        one(found, hours)
    }
}

fn one(offer: Offer, hours: Vec<RawHours>) -> Result<Offer, StoreError> {
    offers(vec![offer], hours)?.pop().ok_or(StoreError::NoSuch)
}

/// The offers with their hours.
pub(super) fn offers(
    mut offers: Vec<Offer>,
    hours: Vec<RawHours>,
) -> Result<Vec<Offer>, StoreError> {
    let mut of: HashMap<i64, Vec<RawHours>> = HashMap::new();
    for row in hours {
        of.entry(row.0).or_default().push(row);
    }
    for offer in &mut offers {
        for row in of.remove(&offer.id).unwrap_or_default() {
            open(&mut offer.hours, &row).ok_or_else(|| {
                StoreError::Failed(format!("offer {}: {row:?} are no hours", offer.id))
            })?;
        }
    }
    Ok(offers)
}

/// `None` for what only another program can have written.
fn open(hours: &mut Hours, (_, kind, days, opens, closes): &RawHours) -> Option<()> {
    let span = || Span::new(millis(*opens), millis(*closes));
    let time = |n: i64| u16::try_from(n).ok().map(TimeOfDay);
    match kind.as_str() {
        "once" => hours.once.push(span()?),
        "closed" => hours.closed.push(span()?),
        "weekly" => {
            hours.weekly.push(Weekly {
                days: u16::try_from(*days).ok()?,
                from: time(*opens)?,
                to: time(*closes)?,
            });
        }
        _ => return None,
    }
    Some(())
}
