//! Reports that wait in files to be settled: as if they had waited in memory, also across a restart; and
//! a start without them is refused.

use super::hub::TestHub;
use super::overload::{FLOODER, HOUR, MINUTE, SENSOR, city, report, rows, start_settling};
use crate::app::backup;
use serde_json::Value;
use std::path::Path;

/// Half as many go to files; what waits at most comes to less, so nothing is shed where the disk is slow.
const IN_FILES: &str = "max_in_memory = 20000\n";
const IN_MEMORY: &str = "max_in_memory = 4000000\n";

/// Half an hour of many reports: a car comes and goes, and another bay is told of all the time.
async fn half_an_hour(hub: &TestHub, from: u64) {
    let states = ["vacant", "occupied"];
    for m in (from..from + 30).step_by(5) {
        hub.turn(HOUR.plus(m * MINUTE)).await;
        for n in 0..6 {
            let all = vec![("F-1", states[n % 2]); 1000];
            report(hub, FLOODER, "flood", &all).await;
        }
        let car = states[usize::from((20..40).contains(&m))];
        report(hub, SENSOR, "lamp", &[("S-1", car), ("S-2", "vacant")]).await;
    }
}

/// The figures of the hour.
async fn settled(hub: &TestHub) -> Value {
    hub.turn(HOUR.plus(180 * MINUTE)).await;
    rows(hub).await["rows"].clone()
}

fn waiting(folder: &Path) -> Vec<std::path::PathBuf> {
    let files = folder.join("data/settled/waiting").read_dir().unwrap();
    files.map(|f| f.unwrap().path()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_that_wait_in_files_settle_as_in_memory_across_a_restart_and_are_missed() {
    let calm = tempfile::tempdir().unwrap();
    city(calm.path());
    let hub = start_settling(calm.path(), HOUR, IN_MEMORY).await.unwrap();
    half_an_hour(&hub, 0).await;
    half_an_hour(&hub, 30).await;
    let want = settled(&hub).await;
    hub.hub.stop().await.unwrap();
    assert!(waiting(calm.path()).is_empty(), "all of it in memory");

    let folder = tempfile::tempdir().unwrap();
    city(folder.path());
    let hub = start_settling(folder.path(), HOUR, IN_FILES).await.unwrap();
    half_an_hour(&hub, 0).await;
    let copied = folder.path().join("copied");
    let data = folder.path().join("data");
    let to = copied.clone();
    let done = tokio::task::spawn_blocking(move || backup(&data, &to)).await;
    done.unwrap().unwrap();
    hub.hub.stop().await.unwrap();
    let files = waiting(folder.path());
    assert!(!files.is_empty());
    let there = copied.join("settled/waiting").read_dir().unwrap();
    assert!(there.count() > 0, "a copy has them too");

    let aside = folder.path().join("aside");
    std::fs::create_dir(&aside).unwrap();
    for file in &files {
        std::fs::rename(file, aside.join(file.file_name().unwrap())).unwrap();
    }
    let at = HOUR.plus(26 * MINUTE);
    let Err(refused) = start_settling(folder.path(), at, IN_FILES).await else {
        panic!("a hub starts without reports that were acknowledged");
    };
    assert!(
        refused.to_string().contains("settled/waiting/"),
        "{refused}"
    );
    for file in &files {
        std::fs::rename(aside.join(file.file_name().unwrap()), file).unwrap();
    }
    let hub = start_settling(folder.path(), at, IN_FILES).await.unwrap();
    half_an_hour(&hub, 30).await;
    assert_eq!(settled(&hub).await, want);
    hub.hub.stop().await.unwrap();
}
