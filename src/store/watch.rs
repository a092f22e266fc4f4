//! Whether the database answers, and whether keys have changed: asked again and again while a hub
//! runs.
//!
//! Promises: an answer, good or bad, within [`LOOK`], whatever the server does; the connection is
//! the watch's own, so that neither a busy pool looks like a dead database nor the other way round,
//! and is made anew as often as it takes. One row is read, by its key.

use super::open::server;
use super::{Pools, Store, StoreError};
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, Executor, PgConnection, SqliteConnection};
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;
use std::time::Duration;

/// The longest that one look takes.
pub const LOOK: Duration = Duration::from_secs(1);

const VERSION: &str = "SELECT version FROM key_version WHERE one = 1";

/// See the module.
pub struct StoreWatch(Watched);

enum Watched {
    File {
        path: PathBuf,
        /// The device and the number of the file that the hub has open.
        file: Option<(u64, u64)>,
        line: Line<SqliteConnection>,
    },
    Server {
        /// Where it is, without anything secret.
        name: String,
        line: Line<PgConnection>,
    },
}

/// A connection that is made when it is needed.
struct Line<C: Connection> {
    options: <C as Connection>::Options,
    open: Option<C>,
}

impl Store {
    /// A watch of this database; connects at its first look.
    #[must_use]
    pub fn watch(&self) -> StoreWatch {
        StoreWatch(match &self.0 {
            Pools::Sqlite { read, .. } => {
                let options = SqliteConnectOptions::clone(&read.connect_options());
                let path = options.get_filename().to_owned();
                let file = identity(&path);
                let options = options.create_if_missing(false);
                let line = Line::new(options);
                Watched::File { path, file, line }
            }
            Pools::Postgres(pool) => {
                let options = PgConnectOptions::clone(&pool.connect_options());
                let name = server(&options);
                let line = Line::new(options);
                Watched::Server { name, line }
            }
        })
    }
}

impl StoreWatch {
    /// The version of what keys open: another one than before says that they have changed.
    ///
    /// # Errors
    /// [`StoreError::Unreachable`] naming the database, within [`LOOK`].
    pub async fn look(&mut self) -> Result<i64, StoreError> {
        match &mut self.0 {
            Watched::File { path, file, line } => {
                let gone = |why: &dyn std::fmt::Display| {
                    StoreError::Unreachable(format!("{}: {why}", path.display()))
                };
                match identity(path) {
                    None => return Err(gone(&"the file is gone")),
                    now if now != *file => {
                        return Err(gone(
                            &"another file is in its place; the hub still uses the old one",
                        ));
                    }
                    _ => {}
                }
                line.version().await.map_err(|why| gone(&why))
            }
            Watched::Server { name, line } => {
                let version = line.version().await;
                version.map_err(|why| StoreError::Unreachable(format!("{name}: {why}")))
            }
        }
    }
}

fn identity(path: &std::path::Path) -> Option<(u64, u64)> {
    let file = path.metadata().ok()?;
    Some((file.dev(), file.ino()))
}

impl<C> Line<C>
where
    C: Connection,
    <C as Connection>::Options: ConnectOptions<Connection = C>,
    for<'c> &'c mut C: Executor<'c, Database = C::Database>,
    for<'q> <C::Database as sqlx::Database>::Arguments: sqlx::IntoArguments<C::Database>,
    (i64,): for<'r> sqlx::FromRow<'r, <C::Database as sqlx::Database>::Row>,
{
    fn new(options: <C as Connection>::Options) -> Self {
        Self {
            options,
            open: None,
        }
    }

    /// Or why not, in words.
    async fn version(&mut self) -> Result<i64, String> {
        // Cut off in the middle of an answer, a connection is no good: it comes back only when it is.
        let mut open = self.open.take();
        let options = &self.options;
        let looking = async {
            // One that fails is no answer yet: the server may have been restarted between two looks.
            if let Some(mut line) = open.take()
                && let Ok((version,)) = sqlx::query_as(VERSION).fetch_one(&mut line).await
            {
                return Ok((version, line));
            }
            let mut line = options.connect().await?;
            let (version,) = sqlx::query_as(VERSION).fetch_one(&mut line).await?;
            Ok::<(i64, C), sqlx::Error>((version, line))
        };
        match tokio::time::timeout(LOOK, looking).await {
            Ok(Ok((version, line))) => {
                self.open = Some(line);
                Ok(version)
            }
            Ok(Err(e)) => Err(e.to_string()),
            Err(_) => Err(format!("no answer in {} s", LOOK.as_secs())),
        }
    }
}
