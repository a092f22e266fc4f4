//! From a URL to an open database with the newest tables.

use super::{Config, PATIENCE, Pools, Store, StoreError};
use sqlx::migrate::{Migrate, MigrateError, Migration, MigrationType, Migrator};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _, SqlStr};
use std::borrow::Cow;
use std::fs::File;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::str::FromStr as _;

/// Number, what it brings, and the text for SQLite and for PostgreSQL.
pub(super) type TableStep = (i64, &'static str, &'static str, &'static str);

/// Only ever add lines: what has run somewhere must not change, and its checksum is looked at.
pub(super) const MIGRATIONS: &[TableStep] = &[
    (
        1,
        "keys",
        include_str!("migrations/sqlite/0001_keys.sql"),
        include_str!("migrations/postgres/0001_keys.sql"),
    ),
    (
        2,
        "uplinks",
        include_str!("migrations/sqlite/0002_uplinks.sql"),
        include_str!("migrations/postgres/0002_uplinks.sql"),
    ),
    (
        3,
        "sharing",
        include_str!("migrations/sqlite/0003_sharing.sql"),
        include_str!("migrations/postgres/0003_sharing.sql"),
    ),
    (
        4,
        "following",
        include_str!("migrations/sqlite/0004_following.sql"),
        include_str!("migrations/postgres/0004_following.sql"),
    ),
    (
        5,
        "calendar",
        include_str!("migrations/sqlite/0005_calendar.sql"),
        include_str!("migrations/postgres/0005_calendar.sql"),
    ),
    (
        6,
        "areas",
        include_str!("migrations/sqlite/0006_areas.sql"),
        include_str!("migrations/postgres/0006_areas.sql"),
    ),
    (
        7,
        "folders",
        include_str!("migrations/sqlite/0007_folders.sql"),
        include_str!("migrations/postgres/0007_folders.sql"),
    ),
    (
        8,
        "cancelling",
        include_str!("migrations/sqlite/0008_cancelling.sql"),
        include_str!("migrations/postgres/0008_cancelling.sql"),
    ),
    (
        9,
        "shares",
        include_str!("migrations/sqlite/0009_shares.sql"),
        include_str!("migrations/postgres/0009_shares.sql"),
    ),
    (
        10,
        "key_version",
        include_str!("migrations/sqlite/0010_key_version.sql"),
        include_str!("migrations/postgres/0010_key_version.sql"),
    ),
    (
        11,
        "owners view",
        include_str!("migrations/sqlite/0011_owners_view.sql"),
        include_str!("migrations/postgres/0011_owners_view.sql"),
    ),
    (
        12,
        "money",
        include_str!("migrations/sqlite/0012_money.sql"),
        include_str!("migrations/postgres/0012_money.sql"),
    ),
    (
        13,
        "book",
        include_str!("migrations/sqlite/0013_book.sql"),
        include_str!("migrations/postgres/0013_book.sql"),
    ),
    (
        14,
        "presence",
        include_str!("migrations/sqlite/0014_presence.sql"),
        include_str!("migrations/postgres/0014_presence.sql"),
    ),
    (
        15,
        "flexible",
        include_str!("migrations/sqlite/0015_flexible.sql"),
        include_str!("migrations/postgres/0015_flexible.sql"),
    ),
    (
        16,
        "prices",
        include_str!("migrations/sqlite/0016_prices.sql"),
        include_str!("migrations/postgres/0016_prices.sql"),
    ),
    (
        17,
        "pools",
        include_str!("migrations/sqlite/0017_pools.sql"),
        include_str!("migrations/postgres/0017_pools.sql"),
    ),
    (
        18,
        "partners",
        include_str!("migrations/sqlite/0018_partners.sql"),
        include_str!("migrations/postgres/0018_partners.sql"),
    ),
    (
        19,
        "usage",
        include_str!("migrations/sqlite/0019_usage.sql"),
        include_str!("migrations/postgres/0019_usage.sql"),
    ),
    (
        22,
        "quality",
        include_str!("migrations/sqlite/0022_quality.sql"),
        include_str!("migrations/postgres/0022_quality.sql"),
    ),
    (
        23,
        "webhooks",
        include_str!("migrations/sqlite/0023_webhooks.sql"),
        include_str!("migrations/postgres/0023_webhooks.sql"),
    ),
    (
        24,
        "credit",
        include_str!("migrations/sqlite/0024_credit.sql"),
        include_str!("migrations/postgres/0024_credit.sql"),
    ),
    (
        25,
        "subscriptions",
        include_str!("migrations/sqlite/0025_subscriptions.sql"),
        include_str!("migrations/postgres/0025_subscriptions.sql"),
    ),
    (
        26,
        "orders",
        include_str!("migrations/sqlite/0026_orders.sql"),
        include_str!("migrations/postgres/0026_orders.sql"),
    ),
    (
        27,
        "problems",
        include_str!("migrations/sqlite/0027_problems.sql"),
        include_str!("migrations/postgres/0027_problems.sql"),
    ),
];

/// What a URL means.
pub(super) enum DatabaseUrl {
    File(PathBuf),
    Server(Box<PgConnectOptions>),
}

impl Config {
    /// Whether the URL can be understood; nothing is opened.
    ///
    /// # Errors
    /// [`StoreError::Unfit`], without the URL's password.
    pub fn check(&self) -> Result<(), StoreError> {
        self.place(Path::new("")).map(drop)
    }

    /// The database's file; `None` for a server. `data` is the folder for the default file.
    ///
    /// # Errors
    /// As [`Config::check`].
    pub fn file(&self, data: &Path) -> Result<Option<PathBuf>, StoreError> {
        Ok(match self.place(data)? {
            DatabaseUrl::File(path) => Some(path),
            DatabaseUrl::Server(_) => None,
        })
    }

    pub(super) fn place(&self, data: &Path) -> Result<DatabaseUrl, StoreError> {
        let unfit = |why: &str| StoreError::Unfit(format!("store.url: {why}"));
        if self.connections == 0 || self.connections > 1000 {
            return Err(StoreError::Unfit(
                "store.connections: must be from 1 to 1000".into(),
            ));
        }
        let Some(url) = &self.url else {
            return Ok(DatabaseUrl::File(data.join(FILE)));
        };
        if let Some(path) = url.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            // What SQLite takes for a name of memory would forget every key at the end.
            if path.is_empty() || path.starts_with(':') || path.contains('?') {
                return Err(unfit("after sqlite: comes the path of a file"));
            }
            return Ok(DatabaseUrl::File(path.into()));
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            // The parser's own errors may quote what they could not read.
            let options = PgConnectOptions::from_str(url).map_err(|_| {
                unfit("cannot be read; the form is postgres://USER:PASSWORD@HOST:PORT/DATABASE")
            })?;
            return Ok(DatabaseUrl::Server(Box::new(options)));
        }
        Err(unfit("must begin with sqlite: or postgres://"))
    }
}

impl Store {
    /// Opens the database that `config` names, makes it if it is a file that is not there, and
    /// brings its tables up to date. `data` is the folder for the default file.
    ///
    /// # Errors
    /// [`StoreError::Unreachable`] if PostgreSQL does not answer, [`StoreError::Unfit`] for a URL
    /// that makes no sense or tables of a newer bayhub, [`StoreError::Failed`] for a file that
    /// cannot be used.
    pub async fn open(config: &Config, data: &Path) -> Result<Self, StoreError> {
        match config.place(data)? {
            DatabaseUrl::File(path) => sqlite(&path, config.connections).await,
            DatabaseUrl::Server(options) => postgres(*options, config.connections).await,
        }
    }
}

async fn sqlite(path: &Path, readers: u32) -> Result<Store, StoreError> {
    let name = |e: &dyn std::fmt::Display| StoreError::Failed(format!("{}: {e}", path.display()));
    make_private(path).map_err(|e| name(&e))?;
    let options = SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(PATIENCE)
        .disable_statement_logging();
    let pool = |size| {
        SqlitePoolOptions::new()
            .max_connections(size)
            .acquire_timeout(PATIENCE)
    };
    let write = pool(1)
        .connect_with(options.clone())
        .await
        .map_err(|e| name(&e))?;
    let mut connection = write.acquire().await?;
    migrate(&mut *connection, |m| m.2, &path.display().to_string()).await?;
    drop(connection);
    let read = pool(readers).connect_lazy_with(options.pragma("query_only", "on"));
    Ok(Store(Pools::Sqlite { write, read }))
}

/// The default database in a data folder.
pub const FILE: &str = "bayhub.db";

/// Copies the SQLite database `from` as it is at one moment to the new file `to`, whoever writes to
/// it meanwhile. SQLite itself makes the copy: a file taken as it lies could hold half of a change.
///
/// # Errors
/// [`StoreError::Failed`] naming the file.
pub async fn copy(from: &Path, to: &Path) -> Result<(), StoreError> {
    let name = |e: &dyn std::fmt::Display| StoreError::Failed(format!("{}: {e}", from.display()));
    make_private(to).map_err(|e| name(&e))?;
    let options = SqliteConnectOptions::new()
        .filename(from)
        .busy_timeout(PATIENCE)
        .disable_statement_logging();
    let mut db = options.connect().await.map_err(|e| name(&e))?;
    // Into an empty file that is there: so it has its owner's rights from the first byte.
    sqlx::query("VACUUM INTO $1")
        .bind(to.display().to_string())
        .execute(&mut db)
        .await
        .map_err(|e| name(&e))?;
    db.close().await.map_err(|e| name(&e))?;
    File::open(to)
        .and_then(|f| f.sync_all())
        .map_err(|e| name(&e))
}

/// Makes the file for its owner only (SQLite gives its other files the same mode), and its name
/// durable.
fn make_private(path: &Path) -> std::io::Result<()> {
    File::options()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)?
        .sync_all()?;
    let folder = path
        .parent()
        .filter(|p| !p.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

async fn postgres(options: PgConnectOptions, size: u32) -> Result<Store, StoreError> {
    let server = server(&options);
    let gone = |why: &dyn std::fmt::Display| StoreError::Unreachable(format!("{server}: {why}"));
    let millis = PATIENCE.as_millis().to_string();
    let options = options
        .application_name("bayhub")
        .options([
            ("statement_timeout", millis.as_str()),
            ("lock_timeout", millis.as_str()),
        ])
        .disable_statement_logging();
    let options = super::changes::named(options);
    // Once by hand: a pool would try again and again, and say in the end only that time was up.
    let mut first = match tokio::time::timeout(PATIENCE, options.connect()).await {
        Ok(Ok(connection)) => connection,
        Ok(Err(e)) => return Err(gone(&e)),
        Err(_) => return Err(gone(&format!("no answer in {} s", PATIENCE.as_secs()))),
    };
    // A step may take its time: an index of all that is in a large book.
    sqlx::query("SET statement_timeout = 0")
        .execute(&mut first)
        .await?;
    migrate(&mut first, |m| m.3, &server).await?;
    super::changes::renumber(&mut first).await?;
    first.close().await.map_err(|e| gone(&e))?;
    let pool = PgPoolOptions::new()
        .max_connections(size)
        .acquire_timeout(PATIENCE)
        .connect_lazy_with(options);
    Ok(Store(Pools::Postgres(pool)))
}

/// Where the server is, without anything secret.
pub(super) fn server(options: &PgConnectOptions) -> String {
    let database = options.get_database().unwrap_or(options.get_username());
    match options.get_socket() {
        Some(socket) => format!("PostgreSQL at {} (database {database})", socket.display()),
        None => format!(
            "PostgreSQL at {}:{} (database {database})",
            options.get_host(),
            options.get_port()
        ),
    }
}

/// Takes a database through steps that it has not been taken through.
pub(super) fn migrator(
    steps: &'static [TableStep],
    text: impl Fn(&'static TableStep) -> &'static str,
) -> Migrator {
    let steps = steps.iter().map(|m| {
        let name = Cow::Borrowed(m.1);
        let sql = SqlStr::from_static(text(m));
        Migration::new(m.0, name, MigrationType::Simple, sql, false)
    });
    Migrator {
        migrations: steps.collect(),
        ..Migrator::DEFAULT
    }
}

async fn migrate<C: Migrate>(
    connection: &mut C,
    text: impl Fn(&'static TableStep) -> &'static str,
    place: &str,
) -> Result<(), StoreError> {
    let done = migrator(MIGRATIONS, text)
        .run_direct(None, connection, false)
        .await;
    done.map_err(|e| match e {
        MigrateError::VersionMissing(_) => StoreError::Unfit(format!(
            "{place}: the tables were made by a newer bayhub; run that one"
        )),
        MigrateError::VersionMismatch(n) => StoreError::Unfit(format!(
            "{place}: step {n} of the tables is not the one this bayhub knows"
        )),
        MigrateError::Execute(e) => StoreError::Failed(format!("{place}: {e}")),
        other => StoreError::Failed(format!("{place}: {other}")),
    })
}
