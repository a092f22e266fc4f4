//! What followers of a driver's reservations are told.

use super::*;
use crate::store::tests::cluster::Cluster;

async fn next(following: &mut Following) -> Vec<(String, String)> {
    loop {
        let news = following.news().await.unwrap();
        if !news.is_empty() {
            return news.into_iter().map(|e| (e.event, e.reservation)).collect();
        }
        following.wait().await;
    }
}

#[tokio::test]
async fn a_driver_who_gets_another_bay_is_told_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(dir.path(), Matching::Batch).await;
    rig.offer(0, 0, 600, |_| {}).await;
    let booked = rig.book(60, 120).await;
    rig.offer(1, 0, 600, |_| {}).await;
    let newest = rig.desk.newest().await.unwrap();
    let mut following = Following::new(rig.desk.clone(), "app".into(), newest).unwrap();
    assert!(following.news().await.unwrap().is_empty());
    // A stranger stands there before its time.
    rig.clock.set(NOW.plus(49 * MINUTE));
    rig.sees(0, BayStatus::Occupied);
    let (heard, ()) = tokio::join!(next(&mut following), rig.at(52));
    assert_eq!(heard, [("moved".to_owned(), booked.name.to_string())]);
    assert_eq!(
        &*following.reservation(&booked.name).await.unwrap().bay,
        "P-1"
    );
    assert!(following.reservation("rs_nobody").await.is_err());
}

#[tokio::test]
async fn who_was_away_is_told_all_of_it_in_order_however_much() {
    let dir = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(dir.path(), Matching::Batch).await;
    rig.offer(0, 0, 600, |_| {}).await;
    for n in 0..150 {
        let held = rig.hold(60, 120).await.unwrap();
        rig.step(&held, DriverAct::Cancel).await.unwrap();
        let other = Ask {
            driver: "other".into(),
            ..ask(60, 120)
        };
        let held = rig
            .desk
            .ask(other)
            .await
            .unwrap_or_else(|e| panic!("{n}: {e}"));
        rig.desk
            .step(held.name.to_string(), "other".into(), DriverAct::Cancel)
            .await
            .unwrap();
    }
    let mut following = Following::new(rig.desk.clone(), "app".into(), 0).unwrap();
    let mut heard = vec![];
    while heard.len() < 300 {
        heard.extend(next(&mut following).await);
    }
    let kinds: Vec<&str> = heard.iter().map(|(event, _)| event.as_str()).collect();
    assert_eq!(kinds, ["held", "cancelled"].repeat(150));
    assert!(following.news().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_another_hub_does_is_told_too_and_once() {
    let Some(cluster) = Cluster::start() else {
        return;
    };
    let clock = Arc::new(ManualClock::at(NOW));
    let hub = async || {
        let config = store::Config {
            url: Some(cluster.url("postgres")),
            ..store::Config::default()
        };
        DeskRig::on(
            Store::open(&config, Path::new("")).await.unwrap(),
            Matching::Batch,
            clock.clone(),
        )
        .await
    };
    let first = hub().await;
    first.offer(0, 0, 600, |_| {}).await;
    let second = hub().await;
    let mut following = Following::new(first.desk.clone(), "app".into(), 0).unwrap();
    let held = second.hold(60, 120).await.unwrap();
    let name = held.name.to_string();
    // The first reads what others have done with its next tick but one.
    let look = async || {
        first.desk.tick().await.unwrap();
        first.desk.tick().await.unwrap();
    };
    let (heard, ()) = tokio::join!(next(&mut following), look());
    assert_eq!(heard, [("held".to_owned(), name.clone())]);
    second.step(&held, DriverAct::Cancel).await.unwrap();
    clock.set(NOW.plus(10_000));
    let (heard, ()) = tokio::join!(next(&mut following), look());
    assert_eq!(
        heard,
        [("cancelled".to_owned(), name)],
        "the first is not told again"
    );
}
