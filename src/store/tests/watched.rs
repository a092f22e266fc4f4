//! A database that is gone, or says nothing, is noticed in time.

use super::*;
use sqlx::postgres::PgPoolOptions;
use std::time::Instant;

#[tokio::test]
async fn a_file_that_is_moved_away_or_replaced_is_missed() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&Config::default(), dir.path()).await.unwrap();
    let mut watch = store.watch();
    watch.look().await.unwrap();
    let file = dir.path().join(FILE);
    let aside = dir.path().join("aside");
    std::fs::rename(&file, &aside).unwrap();
    let why = watch.look().await.unwrap_err().to_string();
    assert!(why.contains(FILE) && why.contains("gone"), "{why}");
    assert!(!file.exists(), "no new one is made");
    std::fs::write(&file, "").unwrap();
    let why = watch.look().await.unwrap_err().to_string();
    assert!(why.contains("another file"), "{why}");
    std::fs::rename(&aside, &file).unwrap();
    watch.look().await.unwrap();
}

#[tokio::test]
async fn a_server_that_says_nothing_is_given_up_in_time() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = silent.local_addr().unwrap().port();
    let url = format!("postgres://u:{}@127.0.0.1:{port}/d", cluster::PASSWORD);
    let pool = PgPoolOptions::new().connect_lazy(&url).unwrap();
    let mut watch = Store(Pools::Postgres(pool)).watch();
    let begun = Instant::now();
    let why = watch.look().await.unwrap_err().to_string();
    assert!(begun.elapsed() < 5 * LOOK, "{:?}", begun.elapsed());
    assert!(why.contains(&format!("127.0.0.1:{port}")), "{why}");
    assert!(
        why.contains("no answer in 1 s") && !why.contains(cluster::PASSWORD),
        "{why}"
    );
}
