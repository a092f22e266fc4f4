//! Forecasts that a whole hub learns from what it settled: told, kept, and learnt again where what was
//! kept is lost.

use super::hub::PATIENCE;
use super::stays::{HOUR, MINUTE, NOW, Running};
use crate::forecast::{City, Wall};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Waits until something was learnt: where it ends, ms.
async fn learnt(hub: &Running) -> u64 {
    let end = Instant::now() + PATIENCE;
    loop {
        let until = hub
            .0
            .metric("bayhub_forecast_newest_milliseconds", &[])
            .await;
        if until > 0 {
            return until;
        }
        assert!(Instant::now() < end, "nothing is learnt");
        // The history is asked once a minute.
        hub.clock().advance(1000);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn files(data: &Path) -> Vec<PathBuf> {
    let all = std::fs::read_dir(data.join("forecast")).unwrap();
    all.map(|entry| entry.unwrap().path()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forecasts_are_learnt_from_what_was_settled_and_outlive_the_hub() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let hub = Running::start_as(dir.path(), NOW, "on_street").await;
    let nothing = hub.until("/v1/zones/P/forecast", |_| true).await;
    assert!(
        nothing["basis"].is_null() && nothing["occupancy"].is_null(),
        "{nothing}"
    );
    // Taken for eight minutes of ten, both of them.
    for n in 0..5 {
        for (bay, at) in [("P-1", 0), ("P-2", 1)] {
            hub.clock().set(NOW.plus((n * 10 + at) * MINUTE));
            hub.report(bay, "vacant").await;
        }
        for (bay, at) in [("P-1", 2), ("P-2", 3)] {
            hub.clock().set(NOW.plus((n * 10 + at) * MINUTE));
            hub.report(bay, "occupied").await;
        }
    }
    hub.hour().await;
    let until = learnt(&hub).await;
    // Both are occupied now, and so it stays until more is known.
    hub.report("P-1", "occupied").await;
    hub.report("P-2", "occupied").await;
    hub.clock().advance(40_000);
    let told = hub
        .until("/v1/zones/P/forecast", |told| !told["basis"].is_null())
        .await;
    assert_eq!(
        (&told["occupancy"], &told["vacant"]),
        (&1.0.into(), &0.into()),
        "{told}"
    );
    hub.0.hub.stop().await.unwrap();
    assert_eq!(files(&data).len(), 1);

    // Damaged: learnt again from the history, at once.
    let file = files(&data).remove(0);
    let good = std::fs::read(&file).unwrap();
    std::fs::write(&file, &good[..good.len() - 9]).unwrap();
    let hub = Running::start_as(dir.path(), HOUR.plus(150 * MINUTE), "on_street").await;
    assert!(learnt(&hub).await >= until);
    hub.0.hub.stop().await.unwrap();
    let newest = files(&data).into_iter().max().unwrap();
    let (city, _) = City::from_bytes(&std::fs::read(newest).unwrap()).unwrap();
    assert!(Wall::start(city.learnt().end).0 >= until);
}
