//! Whose database it is, and which data folders know it: for noticing that one of the two is missing
//! or another's.

use super::{Pools, Store, StoreError, reading, sql, writing};
use crate::domain::Millis;

impl Store {
    /// The id of this database, which it keeps for ever; `fresh` if it has none yet.
    ///
    /// # Errors
    /// As all calls.
    pub async fn identity(&self, fresh: &str) -> Result<String, StoreError> {
        const PUT: &str =
            "INSERT INTO store_identity (one, id) VALUES (1, $1) ON CONFLICT DO NOTHING";
        const GET: &str = "SELECT id FROM store_identity WHERE one = 1";
        if let Some((id,)) =
            reading!(self, db => sqlx::query_as::<_, (String,)>(GET).fetch_optional(db).await)?
        {
            return Ok(id);
        }
        writing!(self, db => sqlx::query(PUT).bind(fresh).execute(db).await.map(drop))?;
        let (id,): (String,) = reading!(self, db => sqlx::query_as(GET).fetch_one(db).await)?;
        Ok(id)
    }

    /// The data folders that have a manifest which names this database, in the order of their ids.
    ///
    /// # Errors
    /// As all calls.
    pub async fn folders(&self) -> Result<Vec<String>, StoreError> {
        const ALL: &str = "SELECT folder FROM data_folder ORDER BY folder";
        let rows: Vec<(String,)> = reading!(self, db => sqlx::query_as(ALL).fetch_all(db).await)?;
        Ok(rows.into_iter().map(|(folder,)| folder).collect())
    }

    /// Remembers that this data folder has a manifest, durably.
    ///
    /// # Errors
    /// As all calls.
    pub async fn know_folder(&self, folder: &str, now: Millis) -> Result<(), StoreError> {
        const PUT: &str =
            "INSERT INTO data_folder (folder, known_at) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        writing!(self, db => {
            sqlx::query(PUT).bind(folder).bind(sql(now)).execute(db).await.map(drop)
        })?;
        Ok(())
    }

    /// Whether the database lies in a file of its own, which other hubs do not share.
    #[must_use]
    pub const fn is_file(&self) -> bool {
        matches!(self.0, Pools::Sqlite { .. })
    }
}
