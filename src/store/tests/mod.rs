//! One suite, held against both databases: whatever a case says of one is so on the other.
//!
//! PostgreSQL is the real one: a cluster of its own in a temporary folder. Without it the case says
//! so and passes; with `BAYHUB_REQUIRE_PEERS=1` it fails.

mod booking;
mod changes;
pub(crate) mod cluster;
mod credit;
mod problems;
mod signups;
mod steps;
mod suite;
mod usage;
mod watched;

use super::*;
use cluster::Cluster;
use std::path::Path;

impl Store {
    /// Every call that needs keys fails until they are shown again. SQLite only.
    pub(crate) async fn hide_keys(&self) {
        self.rename("ALTER TABLE api_key RENAME TO api_key_hidden")
            .await;
    }

    pub(crate) async fn show_keys(&self) {
        self.rename("ALTER TABLE api_key_hidden RENAME TO api_key")
            .await;
    }

    /// So many open problems, of every code in turn. SQLite only.
    pub(crate) async fn fill_problems(&self, n: u32) {
        let codes = crate::domain::ProblemCode::NAMES.map(|code| format!("'{code}'"));
        let codes = codes.join(", ");
        let text = format!(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {n}), \
             c(at, code) AS (SELECT row_number() OVER () - 1, value FROM json_each(json_array({codes}))) \
             INSERT INTO problem (code, spot, bay, zone, is_private, lat_e7, lon_e7, description, operator, \
             partner, votes, state, created_at, changed_at, expected_at) \
             SELECT c.code, 'bay:' || i, 'B' || i, 'Z', 0, 13327000, 1038474000, \
             'Something stands there, and has for days: number ' || i, 'hdb', 'hdb-ops', 1, 'open', \
             1795399200000 - i * 60, 1795399200000 - i * 60, 1795399200000 + i * 60 FROM n, c WHERE c.at = i % 8"
        );
        self.run(text).await;
    }

    /// No usage can be written until it is shown again. SQLite only.
    pub(crate) async fn hide_usage(&self) {
        self.rename("ALTER TABLE usage_hour RENAME TO usage_hour_hidden")
            .await;
    }

    pub(crate) async fn show_usage(&self) {
        self.rename("ALTER TABLE usage_hour_hidden RENAME TO usage_hour")
            .await;
    }

    async fn rename(&self, text: &'static str) {
        self.run(text.to_owned()).await;
    }

    /// That reservation cannot come to an end until [`Store::let_end`]. SQLite only.
    pub(crate) async fn refuse_to_end(&self, name: &str) {
        let text = format!(
            "CREATE TRIGGER refused BEFORE UPDATE ON reservation \
             WHEN NEW.name = '{name}' AND NEW.seat IS NULL \
             BEGIN SELECT RAISE(ABORT, 'it is refused'); END"
        );
        self.run(text).await;
    }

    pub(crate) async fn let_end(&self) {
        self.run("DROP TRIGGER refused".to_owned()).await;
    }

    async fn run(&self, text: String) {
        let Pools::Sqlite { write, .. } = &self.0 else {
            panic!("SQLite only")
        };
        let text = sqlx::AssertSqlSafe(text);
        sqlx::query(text).execute(write).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_keeps_what_the_suite_promises() {
    let dir = tempfile::tempdir().unwrap();
    let fresh = async |name: &str| {
        let url = format!("sqlite:{}", dir.path().join(name).display());
        Config {
            url: Some(url),
            ..Config::default()
        }
    };
    suite::all(&fresh).await;
    signups::all(&fresh).await;
    booking::all(&fresh).await;
    usage::all(&fresh).await;
    problems::all(&fresh).await;
    credit::all(fresh).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgresql_keeps_what_the_suite_promises() {
    let Some(cluster) = Cluster::start() else {
        return;
    };
    let admin = PgPool::connect(&cluster.url("postgres")).await.unwrap();
    let fresh = async |name: &str| {
        sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}")))
            .execute(&admin)
            .await
            .unwrap();
        Config {
            url: Some(cluster.url(name)),
            ..Config::default()
        }
    };
    suite::all(&fresh).await;
    signups::all(&fresh).await;
    booking::all(&fresh).await;
    usage::all(&fresh).await;
    problems::all(&fresh).await;
    credit::all(fresh).await;
    // The server goes away while the hub runs: an error in time, not a wait for ever; and after it
    // nobody can start.
    let config = Config {
        url: Some(cluster.url("postgres")),
        ..Config::default()
    };
    let store = Store::open(&config, Path::new("")).await.unwrap();
    assert!(store.partners(0, 1).await.is_ok());
    let url = cluster.url("postgres");
    drop(cluster);
    let e = store.partners(0, 1).await.unwrap_err();
    assert!(
        matches!(e, StoreError::Unreachable(_) | StoreError::Failed(_)),
        "{e:?}"
    );
    let e = Store::open(&config, Path::new("")).await.unwrap_err();
    assert!(
        matches!(e, StoreError::Unreachable(_)) && e.to_string().contains("127.0.0.1:"),
        "{e}"
    );
    assert!(
        !e.to_string().contains(cluster::PASSWORD) && url.contains(cluster::PASSWORD),
        "{e}"
    );
}

#[tokio::test]
async fn a_file_is_made_in_the_data_folder_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&Config::default(), dir.path()).await.unwrap();
    store.add_partner("lta", Millis(1)).await.unwrap();
    for name in ["bayhub.db", "bayhub.db-wal"] {
        let mode = dir
            .path()
            .join(name)
            .metadata()
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    let Pools::Sqlite { write, read } = &store.0 else {
        panic!("the default is SQLite")
    };
    let mode: (String,) = sqlx::query_as("PRAGMA journal_mode")
        .fetch_one(write)
        .await
        .unwrap();
    assert_eq!(mode.0, "wal");
    for (pragma, want) in [("PRAGMA synchronous", 2), ("PRAGMA foreign_keys", 1)] {
        let said: (i64,) = sqlx::query_as(pragma).fetch_one(write).await.unwrap();
        assert_eq!(said.0, want, "{pragma}");
    }
    assert!(
        sqlx::query("DELETE FROM partner")
            .execute(read)
            .await
            .is_err(),
        "a reader cannot write"
    );
}

#[tokio::test]
async fn a_file_that_is_no_database_is_named() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(
        dir.path().join("bayhub.db"),
        "a text of somebody's, longer than a header".repeat(100),
    )
    .unwrap();
    let e = Store::open(&Config::default(), dir.path())
        .await
        .unwrap_err();
    assert!(
        matches!(e, StoreError::Failed(_)) && e.to_string().contains("bayhub.db"),
        "{e}"
    );
}

#[test]
fn a_url_that_makes_no_sense_is_refused_and_its_password_is_never_shown() {
    let fine = |url: &str| {
        Config {
            url: Some(url.to_owned()),
            ..Config::default()
        }
        .check()
    };
    for good in [
        "sqlite:a.db",
        "sqlite:///var/a.db",
        "postgres://u:p@h/d",
        "postgresql://h:1/d?sslmode=require",
    ] {
        assert_eq!(fine(good), Ok(()), "{good}");
    }
    for bad in [
        "",
        "a.db",
        "mysql://u:hush@h/d",
        "sqlite:",
        "sqlite::memory:",
        "sqlite:a?mode=memory",
        "postgres://u:hush@h:port/d",
        "postgres://u:hush@h/d?sslmode=hush",
    ] {
        let e = fine(bad).unwrap_err();
        assert!(matches!(e, StoreError::Unfit(_)), "{bad}");
        assert!(
            e.to_string().contains("store.url") && !format!("{e} {e:?}").contains("hush"),
            "{e}"
        );
    }
    assert!(
        Config {
            connections: 0,
            ..Config::default()
        }
        .check()
        .is_err()
    );
    let shown = format!(
        "{:?}",
        Config {
            url: Some("postgres://u:hush@h/d".into()),
            ..Config::default()
        }
    );
    assert!(
        shown.contains("postgres") && !shown.contains("hush"),
        "{shown}"
    );
}
