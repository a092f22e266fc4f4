//! Partners: who may hold keys, whether they may use them now, and whether what an operator of their
//! name has is theirs.

use super::row::from_row;
use super::work::within;
use super::{Store, StoreError, Work, reading, sql, transaction, writing};
use crate::domain::Millis;
use std::collections::BTreeSet;

/// An organisation that holds keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartnerRow {
    pub id: i64,
    pub name: String,
    pub created_at: Millis,
    /// Its keys open nothing.
    pub suspended: bool,
    /// What an operator of its name has is its own; not so of who has named itself.
    pub linked: bool,
    /// What its keys may be good for, JSON; `None`: what everybody may.
    pub grants: Option<String>,
    pub contact: Option<String>,
}

from_row!(PartnerRow, |row| {
    Ok(Self {
        id: row.number("id")?,
        name: row.text("name")?,
        created_at: row.time("created_at")?,
        suspended: row.text::<String>("state")? != "admitted",
        linked: row.flag("linked")?,
        grants: row.maybe_text("grants")?,
        contact: row.maybe_text("contact")?,
    })
});

/// A partner to be added.
#[derive(Clone, Copy, Debug)]
pub struct NewPartner<'a> {
    pub name: &'a str,
    pub linked: bool,
    /// As in [`PartnerRow`].
    pub grants: Option<&'a str>,
    pub contact: Option<&'a str>,
}

/// What an administrator changes of a partner; `None` stays as it is.
#[derive(Clone, Copy, Debug, Default)]
pub struct PartnerChange<'a> {
    pub suspended: Option<bool>,
    pub linked: Option<bool>,
    pub grants: Option<&'a str>,
}

impl Store {
    /// Adds a partner that an administrator has named.
    ///
    /// # Errors
    /// [`StoreError::Taken`] if one has this name.
    pub async fn add_partner(&self, name: &str, now: Millis) -> Result<PartnerRow, StoreError> {
        let mut work = self.work().await?;
        let new = NewPartner {
            name,
            linked: true,
            grants: None,
            contact: None,
        };
        let row = work.add_partner(&new, now).await?;
        work.commit().await?;
        Ok(row)
    }

    /// Makes sure that partners of these names are there, all or none.
    pub async fn ensure_partners(&self, names: &[&str], now: Millis) -> Result<(), StoreError> {
        const SQL: &str =
            "INSERT INTO partner (name, created_at) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
        // Looked for first: even a write that changes nothing wants room, and a start on a full
        // disk must not fail for it.
        let mut new = Vec::new();
        for name in names {
            if !self.has_partner(name).await? {
                new.push(*name);
            }
        }
        if new.is_empty() {
            return Ok(());
        }
        transaction!(self, tx => {
            for name in &new {
                sqlx::query(SQL).bind(*name).bind(sql(now)).execute(&mut *tx).await?;
            }
        });
        Ok(())
    }

    /// Whether there is a partner of that name.
    pub async fn has_partner(&self, name: &str) -> Result<bool, StoreError> {
        const THERE: &str = "SELECT count(*) FROM partner WHERE name = $1";
        let there: i64 =
            reading!(self, db => sqlx::query_scalar(THERE).bind(name).fetch_one(db).await)?;
        Ok(there > 0)
    }

    /// The partner of that name.
    ///
    /// # Errors
    /// [`StoreError::NoSuch`].
    pub async fn partner(&self, name: &str) -> Result<PartnerRow, StoreError> {
        const SQL: &str = "SELECT * FROM partner WHERE name = $1";
        let row: Option<PartnerRow> =
            reading!(self, db => sqlx::query_as(SQL).bind(name).fetch_optional(db).await)?;
        row.ok_or(StoreError::NoSuch)
    }

    /// Up to `limit` partners whose id is above `after`, by id.
    pub async fn partners(&self, after: i64, limit: u32) -> Result<Vec<PartnerRow>, StoreError> {
        const SQL: &str = "SELECT * FROM partner WHERE id > $1 ORDER BY id LIMIT $2";
        Ok(
            reading!(self, db => sqlx::query_as(SQL).bind(after).bind(i64::from(limit))
            .fetch_all(db).await)?,
        )
    }

    /// Every name that somebody has: partners', and those of who owns a bay by an administrator's word.
    pub async fn names_in_use(&self) -> Result<Vec<String>, StoreError> {
        const SQL: &str = "SELECT name FROM partner UNION ALL \
             SELECT DISTINCT owner FROM shared_bay WHERE owner IS NOT NULL";
        Ok(reading!(self, db => sqlx::query_scalar(SQL).fetch_all(db).await)?)
    }

    /// The partners that have named themselves and are not linked.
    pub async fn self_named(&self) -> Result<Vec<String>, StoreError> {
        const SQL: &str = "SELECT name FROM partner WHERE NOT linked";
        Ok(reading!(self, db => sqlx::query_scalar(SQL).fetch_all(db).await)?)
    }

    /// The partners whose keys open nothing, and who are told nothing.
    pub async fn suspended_partners(&self) -> Result<BTreeSet<String>, StoreError> {
        const SQL: &str = "SELECT name FROM partner WHERE state <> 'admitted'";
        let names: Vec<String> = reading!(self, db => sqlx::query_scalar(SQL).fetch_all(db).await)?;
        Ok(names.into_iter().collect())
    }

    /// Changes what is named of a partner.
    ///
    /// # Errors
    /// [`StoreError::NoSuch`].
    pub async fn change_partner(
        &self,
        name: &str,
        change: PartnerChange<'_>,
    ) -> Result<PartnerRow, StoreError> {
        const SQL: &str = "UPDATE partner SET state = COALESCE($2, state), linked = COALESCE($3, linked), \
             grants = COALESCE($4, grants) WHERE name = $1 RETURNING *";
        let state = change
            .suspended
            .map(|is| if is { "suspended" } else { "admitted" });
        let row: Option<PartnerRow> = writing!(self, db => sqlx::query_as(SQL).bind(name).bind(state)
            .bind(change.linked).bind(change.grants).fetch_optional(db).await)?;
        row.ok_or(StoreError::NoSuch)
    }
}

impl Work {
    /// Adds a partner.
    ///
    /// # Errors
    /// [`StoreError::Taken`] if one has this name.
    pub(super) async fn add_partner(
        &mut self,
        new: &NewPartner<'_>,
        now: Millis,
    ) -> Result<PartnerRow, StoreError> {
        const SQL: &str = "INSERT INTO partner (name, created_at, linked, grants, contact) \
             VALUES ($1, $2, $3, $4, $5) RETURNING *";
        Ok(
            within!(self, db => sqlx::query_as(SQL).bind(new.name).bind(sql(now)).bind(new.linked)
            .bind(new.grants).bind(new.contact).fetch_one(db).await)?,
        )
    }

    /// Links a partner that is there; whether it is.
    pub(super) async fn link_partner(&mut self, new: &NewPartner<'_>) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE partner SET linked = $2, grants = COALESCE($3, grants), \
             contact = COALESCE(contact, $4) WHERE name = $1 RETURNING id";
        let there: Option<(i64,)> = within!(self, db => sqlx::query_as(SQL).bind(new.name).bind(true)
            .bind(new.grants).bind(new.contact).fetch_optional(db).await)?;
        Ok(there.is_some())
    }
}
