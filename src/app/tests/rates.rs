//! Rates that a whole hub learns from what it settled: in force across restarts, and done without
//! where they are lost.

use super::hub::PATIENCE;
use super::stays::{HOUR, MINUTE, NOW, Running};
use crate::app::{backup, restore};
use std::path::Path;
use std::time::{Duration, Instant};

/// Waits until table `number` is in force.
async fn in_force(hub: &Running, number: u32) {
    let end = Instant::now() + PATIENCE;
    loop {
        if hub.0.metric("bayhub_rates_table", &[]).await == u64::from(number) {
            return;
        }
        assert!(Instant::now() < end, "table {number} is not in force");
        // The history is asked once a minute.
        hub.clock().advance(1000);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// What is usual at a bay of which nobody says anything, once it is (or is not) what is assumed.
async fn usual(hub: &Running, assumed: bool) -> f64 {
    let odds = |bay: &serde_json::Value| {
        let last = bay["evidence"].as_array()?.last()?;
        (last["kind"] == "usual").then(|| last["log_odds"].as_f64())?
    };
    let is = |odds: f64| ((odds - 0.876).abs() < 0.001) == assumed;
    let bay = hub
        .until("/v1/bays/P-2", |bay| odds(bay).is_some_and(is))
        .await;
    odds(&bay).unwrap()
}

async fn notes(hub: &Running) -> String {
    hub.until("/readyz", |_| true).await["notes"].to_string()
}

fn remove(data: &Path, folders: &[&str]) {
    for folder in folders {
        std::fs::remove_dir_all(data.join(folder)).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rates_are_learnt_from_what_was_settled_and_outlive_the_hub() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let hub = Running::start_at(dir.path(), NOW).await;
    assert!((usual(&hub, true).await - 0.876).abs() < 0.001);
    // Taken for eight minutes of ten, and nothing is heard of the other bay.
    for n in 0..5 {
        hub.clock().set(NOW.plus(n * 10 * MINUTE));
        hub.report("P-1", "vacant").await;
        hub.clock().set(NOW.plus((n * 10 + 2) * MINUTE));
        hub.report("P-1", "occupied").await;
    }
    assert_eq!(hub.hour().await["visits"], 5);
    in_force(&hub, 1).await;
    let learnt = usual(&hub, false).await;
    hub.0.hub.stop().await.unwrap();

    // The journal alone says it, and then the checkpoint.
    remove(&data, &["checkpoints"]);
    let later = HOUR.plus(150 * MINUTE);
    for _ in 0..2 {
        let hub = Running::start_at(dir.path(), later).await;
        in_force(&hub, 1).await;
        let now = usual(&hub, false).await;
        assert!((now - learnt).abs() < 1.0, "{learnt} became {now}");
        assert_eq!(notes(&hub).await, "null");
        hub.0.hub.stop().await.unwrap();
    }

    let copy = dir.path().join("copy");
    let from = data.clone();
    let to = copy.clone();
    let copied = tokio::task::spawn_blocking(move || backup(&from, &to));
    copied.await.unwrap().unwrap();
    remove(dir.path(), &["data"]);
    restore(&copy, &data).unwrap();
    assert!(data.join("rates/rates-1.bin").is_file());

    // What is lost is done without: here no other can be learnt, for want of a number.
    remove(&data, &["rates"]);
    let last = data.join(format!("rates/rates-{}.bin", u32::MAX));
    std::fs::create_dir(data.join("rates")).unwrap();
    std::fs::write(&last, "no table").unwrap();
    let hub = Running::start_at(dir.path(), later).await;
    in_force(&hub, 1).await;
    usual(&hub, true).await;
    assert!(notes(&hub).await.contains("rates-1.bin"));
    hub.0.hub.stop().await.unwrap();

    // And it is learnt again.
    std::fs::remove_file(&last).unwrap();
    let hub = Running::start_at(dir.path(), later).await;
    in_force(&hub, 2).await;
    usual(&hub, false).await;
    assert_eq!(notes(&hub).await, "null");
    hub.0.hub.stop().await.unwrap();
}
