//! kill -9 at any moment, under load: nothing that was acknowledged is lost, nothing is counted
//! twice.
//!
//! `BAYHUB_KILLS=200` for more than the usual number.

use super::hub::Hub;
use super::load::{BEHIND, Books};
use crate::long::{figure, setting};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use std::time::Duration;

const QUIET: [&str; 3] = ["--bays", "60", "--no-sim"];

/// Segments fill and checkpoints are made many times in each short life.
const BUSY: [(&str, &str); 6] = [
    BEHIND[0],
    BEHIND[1],
    ("BAYHUB__JOURNAL__SEGMENT_BYTES", "65536"),
    ("BAYHUB__JOURNAL__CHECKPOINT_BYTES", "16384"),
    ("BAYHUB__JOURNAL__CHECKPOINT_S", "1"),
    ("BAYHUB__STREAM__WORKERS", "2"),
];

/// No checkpoint, so that the journal holds every claim there ever was.
const KEPT: [(&str, &str); 3] = [
    BEHIND[0],
    BEHIND[1],
    ("BAYHUB__JOURNAL__CHECKPOINT_S", "86400"),
];

/// Starts, checks, loads and kills `kills` times; the books, and the last folder's hub.
async fn lives(dir: &std::path::Path, kills: u64, env: &[(&str, &str)]) -> (Books, Hub) {
    let mut rng = StdRng::seed_from_u64(7);
    let mut hub = Hub::start_with(dir, &QUIET, env);
    let mut books = Books::new(
        hub.features("bays.geojson")
            .into_iter()
            .map(|f| f.id)
            .collect(),
    );
    for _ in 0..kills {
        books.hold_against(&hub).await;
        let life = Duration::from_millis(rng.random_range(30..400));
        books
            .publish_until(hub, tokio::time::sleep(life), Hub::kill)
            .await;
        hub = Hub::start_with(dir, &QUIET, env);
    }
    books.hold_against(&hub).await;
    Books::none_refused(&hub);
    (books, hub)
}

#[tokio::test(flavor = "multi_thread")]
async fn no_acknowledged_report_is_lost_by_kill_9_under_load() {
    let dir = tempfile::tempdir().expect("a folder");
    let kills = setting("BAYHUB_KILLS", 10);
    let (books, hub) = lives(dir.path(), kills, &BUSY).await;
    assert!(books.acknowledged > kills, "the load reached the hub");
    assert!(
        hub.log().contains("checkpoint read"),
        "no start found a checkpoint:\n{}",
        hub.log()
    );
    figure(&format!(
        "{kills} kills -9 under load: 0 lost of {} acknowledged ({} sent)",
        books.acknowledged, books.sent
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_journal_holds_every_acknowledged_report_and_none_twice() {
    let dir = tempfile::tempdir().expect("a folder");
    let kills = setting("BAYHUB_KILLS", 3).min(50);
    let (books, hub) = lives(dir.path(), kills, &KEPT).await;
    let found = super::copies::inspect(hub.data());
    let claims: u64 = found["segments"]
        .as_array()
        .expect("segments")
        .iter()
        .filter_map(|s| s["claims"].as_u64())
        .sum();
    // None was sent twice, so more claims than reports would be a report counted twice.
    assert!(
        (books.acknowledged..=books.sent).contains(&claims),
        "{claims}: {} {}",
        books.acknowledged,
        books.sent
    );
    figure(&format!(
        "{kills} kills -9 without a checkpoint: {claims} in the journal of {} acknowledged and {} sent",
        books.acknowledged, books.sent
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_checkpoint_is_passed_over_and_nothing_is_lost() {
    let dir = tempfile::tempdir().expect("a folder");
    let (mut books, hub) = lives(dir.path(), 3, &BUSY).await;
    let data = hub.data().to_owned();
    books
        .publish_until(
            hub,
            tokio::time::sleep(Duration::from_millis(1500)),
            Hub::kill,
        )
        .await;
    let mut files: Vec<_> = std::fs::read_dir(data.join("checkpoints"))
        .expect("a folder")
        .flatten()
        .collect();
    files.retain(|f| f.path().extension().is_some_and(|e| e == "bin"));
    files.sort_by_key(std::fs::DirEntry::file_name);
    // Killed between a new one and the oldest's going, it leaves three.
    assert!((2..=3).contains(&files.len()), "{files:?}");
    let newest = files[files.len() - 1].path();
    let mut bytes = std::fs::read(&newest).expect("a file");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&newest, bytes).expect("a file");
    let hub = Hub::start_with(dir.path(), &QUIET, &BUSY);
    assert!(hub.log().contains("set aside"), "{}", hub.log());
    books.hold_against(&hub).await;
}
