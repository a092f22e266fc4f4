//! A disk that is full, for real: a small tmpfs. Skipped, and said so, where it cannot be mounted.

use super::http::{call, state, status};
use super::hub::Hub;
use super::load::{BEHIND, Books};
use reqwest::Method;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

const QUIET: [&str; 3] = ["--bays", "60", "--no-sim"];
const SMALL: [(&str, &str); 4] = [
    BEHIND[0],
    BEHIND[1],
    ("BAYHUB__JOURNAL__SEGMENT_BYTES", "16384"),
    ("BAYHUB__JOURNAL__QUARANTINE_BYTES", "131072"),
];
const PATIENCE: Duration = Duration::from_secs(30);

/// A file system of 2 MiB; gone with this value.
struct Tmpfs(PathBuf);

impl Tmpfs {
    fn mount(at: &Path) -> Option<Self> {
        std::fs::create_dir_all(at).expect("a folder");
        let done = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=2m", "tmpfs"])
            .arg(at)
            .output();
        match done {
            Ok(done) if done.status.success() => Some(Self(at.to_owned())),
            other => {
                eprintln!("skipped: no tmpfs can be mounted here: {other:?}");
                None
            }
        }
    }

    /// Takes all the room there is.
    fn fill(&self) -> PathBuf {
        let path = self.0.join("ballast");
        let mut file = std::fs::File::create(&path).expect("a file");
        for size in [65_536, 4096] {
            while file.write_all(&vec![1; size]).is_ok() {}
        }
        path
    }
}

impl Drop for Tmpfs {
    fn drop(&mut self) {
        // Lazy: the hub may still be ending.
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[tokio::test]
async fn a_full_disk_stops_acknowledgements_and_nothing_else_and_the_hub_recovers_by_itself() {
    let dir = tempfile::tempdir().expect("a folder");
    let Some(disk) = Tmpfs::mount(&dir.path().join("data")) else {
        return;
    };
    let hub = Hub::start_with(dir.path(), &QUIET, &SMALL);
    let mut books = Books::new(
        hub.features("bays.geojson")
            .into_iter()
            .map(|f| f.id)
            .collect(),
    );
    for _ in 0..100 {
        assert!(books.post(&hub, PATIENCE).await, "{}", hub.log());
    }
    let ballast = disk.fill();
    let end = Instant::now() + PATIENCE;
    while status(&hub, "/readyz").await == 200 {
        // What fits into the prepared segments is still taken.
        books.post(&hub, Duration::from_millis(500)).await;
        assert!(
            Instant::now() < end,
            "the disk is full and the hub takes reports\n{}",
            hub.log()
        );
    }
    let why = call(&hub, Method::GET, "/readyz", None, None).await;
    assert_eq!(why.status, 503);
    assert!(why.text.to_lowercase().contains("space"), "{}", why.text);
    assert!(
        !books.post(&hub, Duration::from_millis(500)).await,
        "acknowledged on a full disk"
    );
    assert_eq!(status(&hub, "/livez").await, 200);
    let bay = hub.some_bay().id;
    assert_ne!(state(&hub, &bay).await, "unknown", "reads are answered");
    // Killed in the middle of it, it starts again, and is what it was.
    hub.kill();
    let hub = Hub::start_with(dir.path(), &QUIET, &SMALL);
    books.hold_against(&hub).await;
    assert_eq!(status(&hub, "/readyz").await, 503);
    assert!(
        !books.post(&hub, Duration::from_millis(500)).await,
        "acknowledged on a full disk"
    );

    std::fs::remove_file(ballast).expect("it is there");
    let end = Instant::now() + PATIENCE;
    while status(&hub, "/readyz").await != 200 {
        assert!(
            Instant::now() < end,
            "there is room again, but: {}",
            hub.log()
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    for _ in 0..100 {
        assert!(books.post(&hub, PATIENCE).await, "{}", hub.log());
    }
    hub.kill();
    let hub = Hub::start_with(dir.path(), &QUIET, &SMALL);
    books.hold_against(&hub).await;
    hub.kill();
}
