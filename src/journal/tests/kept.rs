//! Kept reports: groups apart, cut back to what a checkpoint names, bounded, and honest about what is gone.

use crate::domain::turnover::HOUR_MS;
use crate::domain::{KeptReports, Millis};
use crate::journal::KeptFiles;
use std::path::Path;

const HOUR: Millis = Millis(498_000 * HOUR_MS);

fn read(kept: &mut dyn KeptReports, hour: Millis, group: u32) -> String {
    let mut bytes = Vec::new();
    kept.read(hour, group, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn only_file(dir: &Path) -> std::path::PathBuf {
    let files = std::fs::read_dir(dir).unwrap().map(|f| f.unwrap().path());
    files.filter(|p| p.extension().is_some_and(|e| e == "kept")).min().unwrap()
}

#[test]
fn groups_are_read_apart_and_workers_together() {
    let dir = tempfile::tempdir().unwrap();
    let files = KeptFiles::open(dir.path(), 7, 1 << 20, &[]).unwrap();
    let (mut one, mut two) = (files.of_worker(0, 2), files.of_worker(1, 2));
    one.append(HOUR, 5, b"a").unwrap();
    one.append(HOUR, 6, b"b").unwrap();
    two.append(HOUR, 5, b"c").unwrap();
    one.append(HOUR.plus(HOUR_MS), 5, b"d").unwrap();
    one.append(HOUR, 5, b"e").unwrap();
    assert_eq!(read(&mut *two, HOUR, 5), "aec");
    assert_eq!(read(&mut *one, HOUR, 6), "b");
    assert_eq!(read(&mut *one, HOUR, 9), "");
}

#[test]
fn a_start_goes_back_to_what_the_checkpoint_names() {
    let dir = tempfile::tempdir().unwrap();
    let files = KeptFiles::open(dir.path(), 7, 1 << 20, &[]).unwrap();
    let mut hand = files.of_worker(0, 1);
    hand.append(HOUR, 5, b"before").unwrap();
    let lengths = hand.lengths();
    files.sync().unwrap();
    hand.append(HOUR, 5, b"after").unwrap();
    hand.append(HOUR.plus(HOUR_MS), 5, b"later").unwrap();
    drop((files, hand));
    let mut hand = KeptFiles::open(dir.path(), 7, 1 << 20, &lengths).unwrap().of_worker(0, 1);
    assert_eq!(read(&mut *hand, HOUR, 5), "before");
    assert_eq!(read(&mut *hand, HOUR.plus(HOUR_MS), 5), "");
    assert_eq!((hand.kept_from(), hand.lengths()), (Millis::NEVER, lengths.clone()));
    drop(hand);
    // Another city: its groups mean something else, so everything of the old one is looked through.
    let mut hand = KeptFiles::open(dir.path(), 8, 1 << 20, &lengths).unwrap().of_worker(0, 1);
    assert_eq!(read(&mut *hand, HOUR, 9), "before");
    hand.append(HOUR, 1, b"x").unwrap();
    assert_eq!((read(&mut *hand, HOUR, 9), hand.lengths().len()), ("before".into(), 2));
}

#[test]
fn what_is_gone_or_damaged_is_not_kept() {
    let dir = tempfile::tempdir().unwrap();
    let files = KeptFiles::open(dir.path(), 7, 1 << 20, &[]).unwrap();
    let mut hand = files.of_worker(0, 1);
    hand.append(HOUR, 5, b"one").unwrap();
    hand.append(HOUR, 5, b"two").unwrap();
    let lengths = hand.lengths();
    drop((files, hand));
    let path = only_file(dir.path());
    let mut bytes = std::fs::read(&path).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let mut hand = KeptFiles::open(dir.path(), 7, 1 << 20, &lengths).unwrap().of_worker(0, 1);
    assert_eq!((read(&mut *hand, HOUR, 5), hand.kept_from()), ("one".into(), HOUR.plus(HOUR_MS)));
    drop(hand);
    std::fs::remove_file(&path).unwrap();
    let hand = KeptFiles::open(dir.path(), 7, 1 << 20, &lengths).unwrap().of_worker(0, 1);
    assert_eq!(hand.kept_from(), HOUR.plus(HOUR_MS));
}

#[test]
fn the_oldest_hours_go_when_there_is_too_much() {
    let dir = tempfile::tempdir().unwrap();
    let files = KeptFiles::open(dir.path(), 7, 1000, &[]).unwrap();
    let mut hand = files.of_worker(0, 1);
    for n in 0..5 {
        hand.append(HOUR.plus(n * HOUR_MS), 5, &[b'a'; 384]).unwrap();
    }
    assert_eq!(hand.kept_from(), HOUR.plus(3 * HOUR_MS));
    assert_eq!(
        (read(&mut *hand, HOUR.plus(2 * HOUR_MS), 5).len(), read(&mut *hand, HOUR.plus(3 * HOUR_MS), 5).len()),
        (0, 384)
    );
    hand.forget(HOUR.plus(4 * HOUR_MS));
    hand.too_late(b"0123").unwrap();
    assert_eq!(hand.lengths().len(), 1);
    assert_eq!(std::fs::read(dir.path().join("too-late.bin")).unwrap(), b"0123");
}
