//! Whether the database answers, without making or changing anything: for who asks how a hub is.

use super::open::{DatabaseUrl, server};
use super::{Config, PATIENCE, Store, StoreError};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};
use std::path::Path;

impl Store {
    /// What answers, in words and without a password. `None`: a file that is not there yet.
    ///
    /// # Errors
    /// [`StoreError::Unreachable`] where nobody answers in time, [`StoreError::Unfit`] for a URL
    /// that makes no sense, [`StoreError::Failed`] for a file that is no database.
    pub async fn look(config: &Config, data: &Path) -> Result<Option<String>, StoreError> {
        match config.place(data)? {
            DatabaseUrl::File(path) if !path.exists() => Ok(None),
            DatabaseUrl::File(path) => {
                let shown = path.display();
                let options = SqliteConnectOptions::new()
                    .filename(&path)
                    .read_only(true)
                    .busy_timeout(PATIENCE)
                    .disable_statement_logging();
                let tables = async {
                    let mut db = options.connect().await?;
                    let found: i64 = sqlx::query_scalar("SELECT count(*) FROM sqlite_schema")
                        .fetch_one(&mut db)
                        .await?;
                    db.close().await?;
                    Ok::<_, sqlx::Error>(found)
                };
                match tables.await {
                    Ok(_) => Ok(Some(format!("SQLite, {shown}"))),
                    Err(e) => Err(StoreError::Failed(format!("{shown}: {e}"))),
                }
            }
            DatabaseUrl::Server(options) => {
                let name = server(&options);
                let gone = |why: String| StoreError::Unreachable(format!("{name}: {why}"));
                match tokio::time::timeout(PATIENCE, options.connect()).await {
                    Ok(Ok(db)) => {
                        db.close().await.map_err(|e| gone(e.to_string()))?;
                        Ok(Some(format!("PostgreSQL, {name}")))
                    }
                    Ok(Err(e)) => Err(gone(e.to_string())),
                    Err(_) => Err(gone(format!("no answer in {} s", PATIENCE.as_secs()))),
                }
            }
        }
    }
}
