//! What is transactional, in SQL: SQLite inside the data folder by default, PostgreSQL by URL.
//!
//! Promises: what a call has answered is on disk (SQLite: WAL with `synchronous = FULL`;
//! PostgreSQL: its commit). The same calls behave the same on both databases; one suite of tests
//! holds them to it. No error text and no `Debug` form shows the password of a URL. The only door
//! to `sqlx`. Every statement is text with `$1` parameters that both databases read, so each is
//! written once; what differs are the migrations and how a transaction begins.
//!
//! SQLite has one connection that writes, so writers queue here (for `PATIENCE` at most) and not at
//! a lock of the file; readers see the last commit and wait for nobody. Dear: each write waits for
//! the disk.

mod answers;
mod booking;
mod bulk;
mod changes;
mod credit;
mod deliveries;
mod folders;
mod keys;
mod ledger;
mod look;
mod many;
mod offers;
mod open;
mod orders;
mod owned;
mod partners;
mod problem_duty;
mod problem_lists;
mod problems;
mod quality;
mod resold;
mod row;
mod season;
mod seats;
mod shares;
mod signups;
mod subscriptions;
mod usage;
mod watch;
mod webhooks;
mod work;

#[cfg(test)]
pub(crate) mod tests;

pub use changes::{ChangeMark, ChangedOffer, ChangedReservation, Changes, StoreNotices};
pub use credit::{CreditRow, CreditSampleRow};
pub use deliveries::{Backlog, DeliveryPage, DeliveryRow, DeliveryStatus};
pub use keys::{Digest, KeyRow, NewKey};
pub use ledger::{LedgerLine, LedgerPage, LedgerPeriod, Party, Total};
pub use open::{FILE, copy};
pub use orders::{OrderKept, OrderRequest, OrderRow};
pub use owned::{BookingPage, BookingsOf, BriefBooking, OwnedBay, OwnedBooking};
pub use partners::{NewPartner, PartnerChange, PartnerRow};
pub use problem_duty::ProblemPlace;
pub use problem_lists::{
    NoticeRow, OperatorService, ProblemEyes, ProblemQuestion, ProblemWork, ReporterRow,
};
pub use problems::{
    KeptProblem, NewProblem, ProblemBound, ProblemBounds, ProblemChange, ProblemContact,
    ProblemRow, RatingOutcome,
};
pub use quality::{MonthMore, MonthSum};
pub use shares::{DriverRef, Holds, UseRecord};
pub use signups::{AdmittedSignup, NewSignup, SignupBound, SignupBounds, SignupRow, SignupState};
pub use subscriptions::{SubscriptionKept, SubscriptionRow, SubscriptionTold};
pub use usage::{UsageBatch, UsageMore, UsageQuestion, UsageSum};
pub use watch::{LOOK, StoreWatch};
pub use webhooks::{Notice, WebhookRow, message};
pub use work::Work;

use crate::domain::Millis;
use sqlx::{PgPool, SqlitePool};
use std::fmt;
use std::time::Duration;

/// How long a call may wait for a connection or a lock before it fails.
const PATIENCE: Duration = Duration::from_secs(5);

/// `[store]`: which database.
#[derive(Clone, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// `sqlite:PATH` or `postgres://USER:PASSWORD@HOST/DATABASE`. Absent: `bayhub.db` in the data
    /// folder.
    pub url: Option<String>,
    /// Connections to PostgreSQL at most, and readers of SQLite.
    pub connections: u32,
}

impl Default for Config {
    fn default() -> Self {
        // A few are plenty: calls are short, and the live state is not in SQL.
        Self {
            url: None,
            connections: 4,
        }
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = self
            .url
            .as_deref()
            .map(|u| u.split_once(':').map_or("(hidden)", |(scheme, _)| scheme));
        f.debug_struct("Config")
            .field("url", &url)
            .field("connections", &self.connections)
            .finish()
    }
}

/// Why a call has not done what it was asked to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The configuration or the database's version does not fit: somebody has to change something.
    #[error("store: {0}")]
    Unfit(String),
    /// The database is not there or does not answer in time; whether a write was done is not known.
    #[error("store: {0}")]
    Unreachable(String),
    /// It is there already, and each must be different.
    #[error("store: that is taken already")]
    Taken,
    /// The bay is kept for another at that time.
    #[error("store: the bay is booked at that time")]
    Booked,
    /// What was to be changed has been changed by another meanwhile.
    #[error("store: it has changed meanwhile")]
    Stale,
    /// What the call refers to is not there.
    #[error("store: there is no such thing")]
    NoSuch,
    /// Anything else: a full disk, a damaged file.
    #[error("store: {0}")]
    Failed(String),
}

impl From<sqlx::Error> for StoreError {
    fn from(e: sqlx::Error) -> Self {
        match &e {
            sqlx::Error::Database(d) if d.is_unique_violation() => Self::Taken,
            // PostgreSQL names the constraint; SQLite's trigger says the name itself.
            sqlx::Error::Database(d) if d.message().contains("reservation_overlap") => Self::Booked,
            // PostgreSQL has ended one of two that waited for each other: the other was faster.
            sqlx::Error::Database(d) if matches!(d.code().as_deref(), Some("40P01" | "40001")) => {
                Self::Stale
            }
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed => Self::Unreachable(e.to_string()),
            _ => Self::Failed(e.to_string()),
        }
    }
}

/// One open database. Cheap to clone; all clones share its connections.
#[derive(Clone)]
pub struct Store(Pools);

/// SQL has signed numbers only; times end in the year 2527.
const fn sql(time: Millis) -> i64 {
    time.0 as i64
}

fn millis(raw: i64) -> Millis {
    Millis(u64::try_from(raw).unwrap_or(0))
}

#[derive(Clone)]
enum Pools {
    Sqlite { write: SqlitePool, read: SqlitePool },
    Postgres(PgPool),
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.0 {
            Pools::Sqlite { .. } => "Store(SQLite)",
            Pools::Postgres(_) => "Store(PostgreSQL)",
        })
    }
}

/// `$work` with `$db` a pool that reads.
macro_rules! reading {
    ($store:expr, $db:ident => $work:expr) => {
        match &$store.0 {
            $crate::store::Pools::Sqlite { read: $db, .. } => $work,
            $crate::store::Pools::Postgres($db) => $work,
        }
    };
}

/// `$work` with `$db` a pool that writes: for one statement, which is a transaction of its own.
macro_rules! writing {
    ($store:expr, $db:ident => $work:expr) => {
        match &$store.0 {
            $crate::store::Pools::Sqlite { write: $db, .. } => $work,
            $crate::store::Pools::Postgres($db) => $work,
        }
    };
}

/// `$work` with `$tx` an open transaction: committed at the end, undone if `$work` returns early.
/// SQLite takes its lock at once, since one that reads first and locks later can fail with "busy"
/// however long it is willing to wait.
macro_rules! transaction {
    ($store:expr, $tx:ident => $work:block) => {
        match &$store.0 {
            $crate::store::Pools::Sqlite { write, .. } => {
                let mut $tx = write.begin_with("BEGIN IMMEDIATE").await?;
                let done = $work;
                $tx.commit().await?;
                done
            }
            $crate::store::Pools::Postgres(pool) => {
                let mut $tx = pool.begin().await?;
                let done = $work;
                $tx.commit().await?;
                done
            }
        }
    };
}
use {reading, transaction, writing};

impl Store {
    /// Whether writers queue for one connection, so that several changes in one transaction share a
    /// wait for the disk.
    #[must_use]
    pub const fn shares_waits(&self) -> bool {
        matches!(self.0, Pools::Sqlite { .. })
    }

    /// Ends all connections, when what is under way is done. SQLite folds its write-ahead log into
    /// the file.
    pub async fn close(&self) {
        match &self.0 {
            Pools::Sqlite { write, read } => {
                read.close().await;
                write.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }
}
