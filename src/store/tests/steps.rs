//! A database of an earlier version is taken through the later steps with all that is in it.

use super::*;
use crate::domain::CancelRule;
use crate::store::open::{MIGRATIONS, migrator};

/// One booking that was paid and half given back, as tables of step 7 have it.
const BEFORE: &str = "
INSERT INTO shared_bay (bay) VALUES ('B1'), ('B2');
INSERT INTO offer (name, bay, owner, state, time_zone, price_cents_per_hour, currency, max_height_cm, ev_only,
    min_stay_min, max_stay_min, notice_min, buffer_min, notes, calendar, created_at, version)
    VALUES ('of_1', 1, 'acme', 'open', 'UTC', 300, 'SGD', 0, FALSE, 0, 0, 0, 0, '', 'c', 1, 1),
        ('of_2', 2, 'acme', 'open', 'UTC', 200, 'SGD', 0, FALSE, 0, 0, 0, 0, '', 'c', 1, 1);
INSERT INTO reservation (name, offer, bay, seat, owner, driver, state, start_at, end_at, free_at, price_cents,
    currency, lat_e7, lon_e7, max_walk_m, max_price_cents, vehicle, walk_m, expires_at, created_at, version)
    VALUES ('rs_1', 2, 2, 2, 'acme', 'app', 'confirmed', 1000, 2000, 2000, 300, 'SGD', 0, 0, 1, 300, 0, 1, 9, 1, 2);
INSERT INTO ledger (at, reservation, bay, owner, driver, event, cause, amount_cents, currency)
    VALUES (1, 1, 1, 'acme', 'app', 'confirmed', 'driver', 300, 'SGD'),
           (2, 1, 1, 'acme', 'app', 'active', 'driver', 0, 'SGD'),
           (86400000, 1, 2, 'acme', 'app', 'moved', 'hub', -100, 'SGD');
INSERT INTO request (driver, key, body, at, answer) VALUES ('app', 'trip', BODY, 1, 'held rs_1 300 1 B1');
";

/// What the newest version reads of it.
async fn read(store: &Store) {
    let rule = CancelRule::default();
    let r = store.reservation("rs_1").await.unwrap();
    assert_eq!((r.cancel, r.owed_cents, r.price_cents), (rule, 200, 300));
    assert_eq!(store.offer("of_1").await.unwrap().rules.cancel, rule);
    let lines = store.history("rs_1").await.unwrap();
    let of: Vec<_> = lines.iter().map(|l| (&*l.offer_name, l.day)).collect();
    assert_eq!(of, [("of_2", 0), ("of_2", 0), ("of_2", 1)]);
    let mut work = store.work().await.unwrap();
    let answer = work.answered("app", "trip").await.unwrap();
    assert_eq!(answer.unwrap().1, "held rs_1 300 1 B1");
    assert_eq!(work.lock_partner("app").await, Ok(1), "it counts");
    assert_eq!(work.lock_partner("other").await, Ok(0));
}

#[tokio::test]
async fn a_file_of_an_earlier_version_keeps_what_is_in_it() {
    let dir = tempfile::tempdir().unwrap();
    let options = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(dir.path().join(FILE))
        .create_if_missing(true);
    let mut db = sqlx::ConnectOptions::connect(&options).await.unwrap();
    let early = migrator(&MIGRATIONS[..7], |m| m.2);
    early.run_direct(None, &mut db, false).await.unwrap();
    let rows = BEFORE.replace("BODY", "zeroblob(32)");
    let rows = sqlx::AssertSqlSafe(rows);
    sqlx::raw_sql(rows).execute(&mut db).await.unwrap();
    sqlx::Connection::close(db).await.unwrap();
    read(&Store::open(&Config::default(), dir.path()).await.unwrap()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_of_an_earlier_version_keeps_what_is_in_it() {
    let Some(cluster) = Cluster::start() else {
        return;
    };
    let url = cluster.url("postgres");
    let mut db = <sqlx::PgConnection as sqlx::Connection>::connect(&url)
        .await
        .unwrap();
    let early = migrator(&MIGRATIONS[..7], |m| m.3);
    early.run_direct(None, &mut db, false).await.unwrap();
    let rows = BEFORE.replace("BODY", "decode(repeat('00', 32), 'hex')");
    let rows = sqlx::AssertSqlSafe(rows);
    sqlx::raw_sql(rows).execute(&mut db).await.unwrap();
    let config = Config {
        url: Some(url),
        ..Config::default()
    };
    read(&Store::open(&config, Path::new("")).await.unwrap()).await;
}
