//! Keys of partners. A key is here as its digest; what opens a door is nowhere.

use super::work::within;
use super::{Store, StoreError, Work, millis, reading, sql, transaction, writing};
use crate::domain::Millis;

/// SHA-256 of a key's text.
pub type Digest = [u8; 32];

/// A key to be kept. What it grants is text here; `partners` knows what it means.
#[derive(Clone)]
pub struct NewKey<'a> {
    /// The partner's name; it must be there.
    pub partner: &'a str,
    pub name: &'a str,
    pub digest: Digest,
    pub scopes: &'a str,
    pub sources: &'a str,
    pub source_kind: &'a str,
    pub uplinks: bool,
    /// JSON.
    pub area: &'a str,
    pub standing: &'a str,
    pub created_at: Millis,
    pub expires_at: Option<Millis>,
}

/// A key as it is kept, without its digest, so that it may be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRow {
    /// Never used again for another key.
    pub id: i64,
    pub partner: String,
    pub name: String,
    pub scopes: String,
    pub sources: String,
    pub source_kind: String,
    pub uplinks: bool,
    /// JSON.
    pub area: String,
    pub standing: String,
    pub created_at: Millis,
    pub expires_at: Option<Millis>,
    pub revoked_at: Option<Millis>,
    /// Days since 1970.
    pub last_used_day: Option<u32>,
}

type RawKey = (
    i64,
    String,
    String,
    Vec<u8>,
    String,
    String,
    String,
    bool,
    String,
    String,
    i64,
    Option<i64>,
    Option<i64>,
    Option<i64>,
);

/// Followed by a condition on `k` (api_key) and `p` (partner).
macro_rules! select_keys {
    ($rest:literal) => {
        concat!(
            "SELECT k.id, p.name, k.name, k.digest, k.scopes, k.sources, k.source_kind, k.uplinks, k.area, ",
            "k.standing, k.created_at, k.expires_at, k.revoked_at, k.last_used_day FROM api_key k JOIN partner p ON p.id = k.partner ",
            $rest
        )
    };
}

impl Store {
    /// Keeps a key.
    ///
    /// # Errors
    /// [`StoreError::Taken`] if a key has this name or digest, [`StoreError::NoSuch`] without the
    /// partner, or while it is suspended.
    pub async fn add_key(&self, key: &NewKey<'_>) -> Result<KeyRow, StoreError> {
        let mut work = self.work().await?;
        let row = work.add_key(key).await?;
        work.commit().await?;
        Ok(row)
    }

    /// Keeps a key in the place of another, which then ends at `ends_at` at the latest.
    ///
    /// # Errors
    /// As [`Store::add_key`]; [`StoreError::NoSuch`] also if the old one is not there.
    pub async fn replace_key(
        &self,
        old: i64,
        ends_at: Millis,
        key: &NewKey<'_>,
    ) -> Result<KeyRow, StoreError> {
        const SQL: &str = "UPDATE api_key SET expires_at = $2 \
             WHERE id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2) RETURNING id";
        let mut work = self.work().await?;
        let row = work.add_key(key).await?;
        let _: Option<(i64,)> = within!(work, db => sqlx::query_as(SQL).bind(old).bind(sql(ends_at))
            .fetch_optional(db).await)?;
        work.commit().await?;
        Ok(row)
    }

    /// Up to `limit` keys whose id is above `after`, by id; of one partner, or of all.
    pub async fn keys(
        &self,
        after: i64,
        limit: u32,
        of: Option<&str>,
    ) -> Result<Vec<KeyRow>, StoreError> {
        const SQL: &str =
            select_keys!("WHERE k.id > $1 AND ($3 IS NULL OR p.name = $3) ORDER BY k.id LIMIT $2");
        let raw: Vec<RawKey> = reading!(self, db => sqlx::query_as(SQL).bind(after).bind(i64::from(limit)).bind(of).fetch_all(db).await)?;
        raw.into_iter()
            .map(|raw| key(raw).map(|(_, row)| row))
            .collect()
    }

    /// All keys that are not revoked and whose partner is not suspended, with their digests: what a
    /// hub reads when it starts.
    pub async fn live_keys(&self) -> Result<Vec<(Digest, KeyRow)>, StoreError> {
        const SQL: &str =
            select_keys!("WHERE k.revoked_at IS NULL AND p.state = 'admitted' ORDER BY k.id");
        let raw: Vec<RawKey> = reading!(self, db => sqlx::query_as(SQL).fetch_all(db).await)?;
        raw.into_iter().map(key).collect()
    }

    /// One key with its digest.
    ///
    /// # Errors
    /// [`StoreError::NoSuch`] if there is none.
    pub async fn key(&self, id: i64) -> Result<(Digest, KeyRow), StoreError> {
        const SQL: &str = select_keys!("WHERE k.id = $1");
        let raw: Option<RawKey> =
            reading!(self, db => sqlx::query_as(SQL).bind(id).fetch_optional(db).await)?;
        key(raw.ok_or(StoreError::NoSuch)?)
    }

    /// Marks a key as revoked. The time of the first revocation stays.
    ///
    /// # Errors
    /// [`StoreError::NoSuch`] if there is none.
    pub async fn revoke_key(&self, id: i64, now: Millis) -> Result<(), StoreError> {
        const SQL: &str =
            "UPDATE api_key SET revoked_at = COALESCE(revoked_at, $2) WHERE id = $1 RETURNING id";
        let found: Option<(i64,)> = writing!(self, db => sqlx::query_as(SQL).bind(id).bind(sql(now)).fetch_optional(db).await)?;
        found.map(drop).ok_or(StoreError::NoSuch)
    }

    /// Forgets keys that are revoked or over, but for the newest `keep` of each partner; how many.
    pub async fn prune_keys(&self, now: Millis, keep: u32) -> Result<u64, StoreError> {
        const SQL: &str = "DELETE FROM api_key WHERE id IN (SELECT id FROM (SELECT id, \
             row_number() OVER (PARTITION BY partner ORDER BY id DESC) AS nth FROM api_key \
             WHERE revoked_at IS NOT NULL OR expires_at <= $1) dead WHERE nth > $2)";
        let done: u64 = writing!(self, db => {
            let delete = sqlx::query(SQL).bind(sql(now)).bind(i64::from(keep));
            delete.execute(db).await.map(|done| done.rows_affected())
        })?;
        Ok(done)
    }

    /// Sets what a key's sources may speak of, and how far they are trusted.
    ///
    /// # Errors
    /// [`StoreError::NoSuch`] if there is none.
    pub async fn entrust_key(&self, id: i64, area: &str, standing: &str) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE api_key SET area = $2, standing = $3 WHERE id = $1 RETURNING id";
        let found: Option<(i64,)> = writing!(self, db => sqlx::query_as(SQL).bind(id).bind(area).bind(standing).fetch_optional(db).await)?;
        found.map(drop).ok_or(StoreError::NoSuch)
    }

    /// Notes on which day keys were last used: all or none. A day never goes back.
    pub async fn used(&self, days: &[(i64, u32)]) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE api_key SET last_used_day = $2 \
             WHERE id = $1 AND (last_used_day IS NULL OR last_used_day < $2)";
        transaction!(self, tx => {
            for (id, day) in days {
                sqlx::query(SQL).bind(*id).bind(i64::from(*day)).execute(&mut *tx).await?;
            }
        });
        Ok(())
    }
}

impl Work {
    /// As [`Store::add_key`].
    pub(super) async fn add_key(&mut self, key: &NewKey<'_>) -> Result<KeyRow, StoreError> {
        const SQL: &str = "INSERT INTO api_key \
             (partner, name, digest, scopes, sources, source_kind, uplinks, area, standing, created_at, expires_at) \
             SELECT p.id, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11 FROM partner p \
             WHERE p.name = $1 AND p.state = 'admitted' RETURNING id";
        let expires_at = key.expires_at.map(sql);
        let id: Option<(i64,)> = within!(self, db => {
            let insert = sqlx::query_as(SQL).bind(key.partner).bind(key.name).bind(&key.digest[..]).bind(key.scopes);
            let insert = insert.bind(key.sources).bind(key.source_kind).bind(key.uplinks);
            let insert = insert.bind(key.area).bind(key.standing);
            let insert = insert.bind(sql(key.created_at)).bind(expires_at);
            insert.fetch_optional(db).await
        })?;
        let (id,) = id.ok_or(StoreError::NoSuch)?;
        Ok(KeyRow {
            id,
            partner: key.partner.to_owned(),
            name: key.name.to_owned(),
            scopes: key.scopes.to_owned(),
            sources: key.sources.to_owned(),
            source_kind: key.source_kind.to_owned(),
            uplinks: key.uplinks,
            area: key.area.to_owned(),
            standing: key.standing.to_owned(),
            created_at: key.created_at,
            expires_at: key.expires_at,
            revoked_at: None,
            last_used_day: None,
        })
    }
}

fn key(raw: RawKey) -> Result<(Digest, KeyRow), StoreError> {
    let (
        id,
        partner,
        name,
        digest,
        scopes,
        sources,
        source_kind,
        uplinks,
        area,
        standing,
        created,
        expires,
        revoked,
        used,
    ) = raw;
    let digest = Digest::try_from(digest)
        .map_err(|_| StoreError::Failed(format!("key {id}: not a digest")))?;
    let row = KeyRow {
        id,
        partner,
        name,
        scopes,
        sources,
        source_kind,
        uplinks,
        area,
        standing,
        created_at: millis(created),
        expires_at: expires.map(millis),
        revoked_at: revoked.map(millis),
        last_used_day: used.and_then(|d| u32::try_from(d).ok()),
    };
    Ok((digest, row))
}
