//! One open transaction in which several things are done: all of them are there after
//! [`Work::commit`], or none.
//!
//! A group of commands shares one wait for the disk. Each is fenced by [`Work::mark`] and
//! [`Work::keep`] or [`Work::undo`], so that one that fails takes nothing of the others with it.

use super::{Pools, Store, StoreError};
use sqlx::{Postgres, Sqlite, Transaction};

/// Dropped without [`Work::commit`], nothing has happened. On SQLite it holds the one writer.
pub struct Work(pub(super) Tx);

pub(super) enum Tx {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// `$work` with `$db` the connection of an open transaction.
macro_rules! within {
    ($own:expr, $db:ident => $work:expr) => {
        match &mut $own.0 {
            $crate::store::work::Tx::Sqlite(tx) => {
                let $db = &mut **tx;
                $work
            }
            $crate::store::work::Tx::Postgres(tx) => {
                let $db = &mut **tx;
                $work
            }
        }
    };
}
pub(super) use within;

impl Store {
    /// Begins. Writers of SQLite queue here.
    pub async fn work(&self) -> Result<Work, StoreError> {
        Ok(Work(match &self.0 {
            Pools::Sqlite { write, .. } => Tx::Sqlite(write.begin_with("BEGIN IMMEDIATE").await?),
            Pools::Postgres(pool) => Tx::Postgres(pool.begin().await?),
        }))
    }
}

impl Work {
    /// Makes everything since the beginning durable.
    pub async fn commit(self) -> Result<(), StoreError> {
        match self.0 {
            Tx::Sqlite(tx) => tx.commit().await?,
            Tx::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }

    /// From here on [`Work::undo`] leads back to here.
    pub async fn mark(&mut self) -> Result<(), StoreError> {
        self.say("SAVEPOINT mark").await
    }

    /// What was done since the mark stays.
    pub async fn keep(&mut self) -> Result<(), StoreError> {
        self.say("RELEASE SAVEPOINT mark").await
    }

    /// What was done since the mark has not happened.
    pub async fn undo(&mut self) -> Result<(), StoreError> {
        self.say("ROLLBACK TO SAVEPOINT mark").await?;
        self.keep().await
    }

    /// As [`Work::mark`], for one statement that may fail: SQLite takes back what it has done by itself.
    pub async fn fence(&mut self) -> Result<(), StoreError> {
        match self.0 {
            Tx::Sqlite(_) => Ok(()),
            Tx::Postgres(_) => self.mark().await,
        }
    }

    /// After what was fenced: it is done, or has failed.
    pub async fn lift(&mut self, failed: bool) -> Result<(), StoreError> {
        match (&self.0, failed) {
            (Tx::Sqlite(_), _) => Ok(()),
            (Tx::Postgres(_), true) => self.undo().await,
            (Tx::Postgres(_), false) => self.keep().await,
        }
    }

    async fn say(&mut self, sql: &'static str) -> Result<(), StoreError> {
        within!(self, db => sqlx::query(sql).execute(db).await.map(drop))?;
        Ok(())
    }
}
