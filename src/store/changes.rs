//! What other hubs on the same PostgreSQL have changed: the rows, since the last look, and a notice as
//! soon as there are any.
//!
//! Promises: no change is missed, in whatever order transactions are committed and whatever becomes of
//! notices and connections: each row has the number of the transaction that changed it last, and who
//! looks begins with the oldest that was still open at the look before. A row may come twice. SQLite
//! has one hub: nothing is changed there by others.

use super::work::{Tx, within};
use super::{Pools, Store, StoreError, Work};
use sqlx::PgConnection;
use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use std::time::Duration;

/// What the migrations call it.
const CHANNEL: &str = "bayhub_book";

/// The setting of a connection that says which hub it is of.
const HUB: &str = "bayhub.hub";

/// How long after a failure a listener connects again.
const AGAIN: Duration = Duration::from_secs(1);

/// A transaction's number: rows that were changed by it or later are read from here on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChangeMark(i64);

/// A reservation that has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedReservation {
    pub id: i64,
    pub version: i64,
    /// The partner whose app asked.
    pub driver: String,
    /// Whether it keeps a bay.
    pub keeps: bool,
}

/// An offer that has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedOffer {
    pub id: i64,
    pub version: i64,
    /// Whether it is not withdrawn.
    pub stands: bool,
}

/// What has changed since a mark.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    pub reservations: Vec<ChangedReservation>,
    pub offers: Vec<ChangedOffer>,
    /// Whether an owner of a bay has been recorded.
    pub owners: bool,
}

impl Work {
    /// Where a look that reads the whole book now may begin the next time.
    pub async fn change_mark(&mut self) -> Result<ChangeMark, StoreError> {
        const SQL: &str = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint";
        let Tx::Postgres(tx) = &mut self.0 else {
            return Ok(ChangeMark(0));
        };
        let (xmin,): (i64,) = sqlx::query_as(SQL).fetch_one(&mut **tx).await?;
        Ok(ChangeMark(xmin))
    }

    /// What has changed since `mark`, by whomever, and where to begin the next time.
    pub async fn changes(&mut self, mark: ChangeMark) -> Result<(Changes, ChangeMark), StoreError> {
        const RESERVATIONS: &str = "SELECT id, version, driver, seat IS NOT NULL FROM reservation \
             WHERE changed > 0 AND changed >= $1 ORDER BY id";
        const OFFERS: &str = "SELECT id, version, state <> 'withdrawn' FROM offer \
             WHERE changed > 0 AND changed >= $1 ORDER BY id";
        const OWNERS: &str =
            "SELECT EXISTS (SELECT 1 FROM shared_bay WHERE changed > 0 AND changed >= $1)";
        if matches!(self.0, Tx::Sqlite(_)) {
            return Ok((Changes::default(), mark));
        }
        // Before the rows: what is committed in between is read again.
        let next = self.change_mark().await?;
        let from = mark.0;
        let rows: Vec<(i64, i64, String, bool)> =
            within!(self, db => sqlx::query_as(RESERVATIONS).bind(from).fetch_all(db).await)?;
        let offers: Vec<(i64, i64, bool)> =
            within!(self, db => sqlx::query_as(OFFERS).bind(from).fetch_all(db).await)?;
        let (owners,): (bool,) =
            within!(self, db => sqlx::query_as(OWNERS).bind(from).fetch_one(db).await)?;
        let reservation = |(id, version, driver, keeps)| ChangedReservation {
            id,
            version,
            driver,
            keeps,
        };
        let offer = |(id, version, stands)| ChangedOffer {
            id,
            version,
            stands,
        };
        let changes = Changes {
            reservations: rows.into_iter().map(reservation).collect(),
            offers: offers.into_iter().map(offer).collect(),
            owners,
        };
        Ok((changes, next))
    }
}

/// Tells a hub when another has changed something. Best effort: a notice may be missed while there is
/// no connection.
pub struct StoreNotices {
    options: PgConnectOptions,
    hub: String,
    listener: Option<PgListener>,
}

impl Store {
    /// `None` where there are no other hubs.
    #[must_use]
    pub fn notices(&self) -> Option<StoreNotices> {
        let Pools::Postgres(pool) = &self.0 else {
            return None;
        };
        let options = PgConnectOptions::clone(&pool.connect_options());
        let hub = options.get_options().and_then(hub_of).unwrap_or_default();
        Some(StoreNotices {
            options,
            hub,
            listener: None,
        })
    }
}

impl StoreNotices {
    /// Waits until another hub may have changed something: it has said so, or there has been no
    /// connection for a while.
    pub async fn heard(&mut self) {
        loop {
            let Some(listener) = &mut self.listener else {
                let Ok(listener) = self.connect().await else {
                    tokio::time::sleep(AGAIN).await;
                    continue;
                };
                self.listener = Some(listener);
                return;
            };
            match listener.try_recv().await {
                Ok(Some(notice)) if notice.payload() == self.hub => {}
                // `None`: the connection was lost, and notices with it.
                Ok(_) => return,
                Err(_) => {
                    self.listener = None;
                    tokio::time::sleep(AGAIN).await;
                }
            }
        }
    }

    /// Forgets what has been heard until now: whoever looks next finds it.
    pub fn forget(&mut self) {
        if let Some(listener) = &mut self.listener {
            while let Some(notice) = listener.next_buffered() {
                drop(notice);
            }
        }
    }

    /// On a connection of its own: one of the pool's would be gone for others.
    async fn connect(&self) -> Result<PgListener, sqlx::Error> {
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .connect_lazy_with(self.options.clone());
        let mut listener = PgListener::connect_with(&pool).await?;
        listener.listen(CHANNEL).await?;
        Ok(listener)
    }
}

/// Has every connection say which hub it is of.
pub(super) fn named(options: PgConnectOptions) -> PgConnectOptions {
    options.options([(HUB, format!("{:016x}", rand::random::<u64>()))])
}

/// After a database was restored from a copy its transactions are numbered anew, and rows with numbers
/// that are yet to come would be read at every look: they get a number of now.
pub(super) async fn renumber(db: &mut PgConnection) -> Result<(), StoreError> {
    const ALL: [&str; 3] = [
        "UPDATE reservation SET changed = 0 WHERE changed > pg_snapshot_xmax(pg_current_snapshot())::text::bigint",
        "UPDATE offer SET changed = 0 WHERE changed > pg_snapshot_xmax(pg_current_snapshot())::text::bigint",
        "UPDATE shared_bay SET owner = owner WHERE changed > pg_snapshot_xmax(pg_current_snapshot())::text::bigint",
    ];
    for text in ALL {
        sqlx::query(text).execute(&mut *db).await?;
    }
    Ok(())
}

fn hub_of(options: &str) -> Option<String> {
    let (_, rest) = options.split_once(&format!("{HUB}="))?;
    rest.split_whitespace().next().map(str::to_owned)
}
