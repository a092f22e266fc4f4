//! What other hubs have changed is found, whatever happens to order, connections and numbers.

use super::booking::{add, book, done, reservation, span};
use super::*;

async fn open(cluster: &Cluster) -> Store {
    let config = Config {
        url: Some(cluster.url("postgres")),
        ..Config::default()
    };
    Store::open(&config, Path::new("")).await.unwrap()
}

async fn since(store: &Store, mark: ChangeMark) -> (Vec<i64>, Changes, ChangeMark) {
    let (changes, next) = done(store, async |w| w.changes(mark).await).await.unwrap();
    let ids = changes.reservations.iter().map(|r| r.id).collect();
    (ids, changes, next)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_change_is_missed_in_whatever_order_transactions_end() {
    let Some(cluster) = Cluster::start() else {
        return;
    };
    let store = open(&cluster).await;
    let other = open(&cluster).await;
    let mark = done(&store, async |w| w.change_mark().await).await.unwrap();
    let offer = add(&other, "B1").await;
    let (ids, changes, mark) = since(&store, mark).await;
    assert_eq!(
        (ids, changes.offers.len(), changes.offers[0].id),
        (vec![], 1, offer.id)
    );

    // The earlier transaction ends later.
    let beside = add(&other, "B2").await;
    let (_, _, mark) = since(&store, mark).await;
    let mut slow = other.work().await.unwrap();
    let first = slow
        .book(&reservation("rs_1", &offer, span(1, 2)), None, None)
        .await
        .unwrap();
    let second = book(&other, reservation("rs_2", &beside, span(3, 4)))
        .await
        .unwrap();
    let (ids, _, mark) = since(&store, mark).await;
    assert_eq!(ids, [second.id]);
    slow.commit().await.unwrap();
    let (ids, changes, mark) = since(&store, mark).await;
    assert_eq!(ids, [first.id, second.id], "rather twice than not at all");
    assert!(
        changes
            .reservations
            .iter()
            .all(|r| r.keeps && r.version == 1 && r.driver == "app")
    );
    assert!(!changes.owners);
    let (ids, _, mark) = since(&store, mark).await;
    assert_eq!(ids, [] as [i64; 0]);

    other.record_owner("B1", Some("bmce")).await.unwrap();
    let (_, changes, mark) = since(&store, mark).await;
    assert!(changes.owners && changes.reservations.is_empty());

    // A copy that was brought back into another server: its numbers are yet to come.
    let Pools::Postgres(pool) = &store.0 else {
        panic!("PostgreSQL")
    };
    for text in [
        "ALTER TABLE reservation DISABLE TRIGGER reservation_changed",
        "UPDATE reservation SET changed = 1000000000000",
        "ALTER TABLE reservation ENABLE TRIGGER reservation_changed",
    ] {
        sqlx::query(text).execute(pool).await.unwrap();
    }
    let again = open(&cluster).await;
    let (ids, _, mark) = since(&again, mark).await;
    assert_eq!(ids, [first.id, second.id]);
    let (ids, _, _) = since(&again, mark).await;
    assert_eq!(ids, [] as [i64; 0], "not at every look from then on");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_notice_is_heard_of_others_and_not_of_oneself() {
    let Some(cluster) = Cluster::start() else {
        return;
    };
    let store = open(&cluster).await;
    let other = open(&cluster).await;
    let mut notices = store.notices().unwrap();
    let wait = Duration::from_millis(500);
    // The first time because nobody listened before.
    notices.heard().await;
    add(&store, "B1").await;
    assert!(tokio::time::timeout(wait, notices.heard()).await.is_err());
    add(&other, "B2").await;
    notices.heard().await;
    assert!(tokio::time::timeout(wait, notices.heard()).await.is_err());
    // A connection that is lost is made anew, and whatever was said meanwhile is looked for.
    let Pools::Postgres(pool) = &store.0 else {
        panic!("PostgreSQL")
    };
    let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'";
    sqlx::query(cut).execute(pool).await.unwrap();
    notices.heard().await;
    add(&other, "B3").await;
    tokio::time::timeout(10 * wait, notices.heard())
        .await
        .unwrap();
}
