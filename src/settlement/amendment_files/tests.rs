//! Reports kept for amendments: groups apart, cut back to what a checkpoint names, bounded, and
//! honest about what is gone.

use super::AmendmentFiles;
use crate::domain::turnover::HOUR_MS;
use crate::domain::{AmendmentLog, Millis};
use std::path::Path;

const HOUR: Millis = Millis(498_000 * HOUR_MS);

fn read(kept: &mut dyn AmendmentLog, hour: Millis, group: u32) -> Vec<u64> {
    let mut words = Vec::new();
    kept.read(hour, group, &mut words).unwrap();
    words
}

fn only_file(dir: &Path) -> std::path::PathBuf {
    let files = std::fs::read_dir(dir).unwrap().map(|f| f.unwrap().path());
    files
        .filter(|p| p.extension().is_some_and(|e| e == "kept1"))
        .min()
        .unwrap()
}

#[test]
fn groups_are_read_apart_and_workers_together() {
    let dir = tempfile::tempdir().unwrap();
    let files = AmendmentFiles::open(dir.path(), 7, 1 << 20, &[]).unwrap();
    let mut one = files.of_worker(0, 2);
    let mut two = files.of_worker(1, 2);
    one.append(HOUR, 5, vec![1]);
    one.append(HOUR, 6, vec![2]);
    two.append(HOUR, 5, vec![3]);
    one.append(HOUR.plus(HOUR_MS), 5, vec![4]);
    one.append(HOUR, 5, vec![5]);
    assert_eq!(read(&mut *two, HOUR, 5), [1, 5, 3]);
    assert_eq!(read(&mut *one, HOUR, 6), [2]);
    assert_eq!(read(&mut *one, HOUR, 9), [0; 0]);
}

#[test]
fn a_start_goes_back_to_what_the_checkpoint_names() {
    let dir = tempfile::tempdir().unwrap();
    let files = AmendmentFiles::open(dir.path(), 7, 1 << 20, &[]).unwrap();
    let mut hand = files.of_worker(0, 1);
    hand.append(HOUR, 5, vec![1]);
    let lengths = hand.lengths();
    files.sync().unwrap();
    hand.append(HOUR, 5, vec![2]);
    hand.append(HOUR.plus(HOUR_MS), 5, vec![3]);
    drop((files, hand));
    let mut hand = AmendmentFiles::open(dir.path(), 7, 1 << 20, &lengths)
        .unwrap()
        .of_worker(0, 1);
    assert_eq!(read(&mut *hand, HOUR, 5), [1]);
    assert_eq!(read(&mut *hand, HOUR.plus(HOUR_MS), 5), [0; 0]);
    assert_eq!(
        (hand.kept_from(), hand.lengths()),
        (Millis::NEVER, lengths.clone())
    );
    drop(hand);
    // Another city: its groups mean something else, so everything of the old one is looked through.
    let mut hand = AmendmentFiles::open(dir.path(), 8, 1 << 20, &lengths)
        .unwrap()
        .of_worker(0, 1);
    assert_eq!(read(&mut *hand, HOUR, 9), [1]);
    hand.append(HOUR, 1, vec![4]);
    assert_eq!(
        (read(&mut *hand, HOUR, 9), hand.lengths().len()),
        (vec![1], 2)
    );
}

#[test]
fn what_is_gone_or_damaged_is_not_kept() {
    let dir = tempfile::tempdir().unwrap();
    let files = AmendmentFiles::open(dir.path(), 7, 1 << 20, &[]).unwrap();
    let mut hand = files.of_worker(0, 1);
    hand.append(HOUR, 5, vec![1]);
    hand.append(HOUR, 5, vec![2]);
    let lengths = hand.lengths();
    drop((files, hand));
    let path = only_file(dir.path());
    let mut bytes = std::fs::read(&path).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let mut hand = AmendmentFiles::open(dir.path(), 7, 1 << 20, &lengths)
        .unwrap()
        .of_worker(0, 1);
    assert_eq!(
        (read(&mut *hand, HOUR, 5), hand.kept_from()),
        (vec![1], HOUR.plus(HOUR_MS))
    );
    drop(hand);
    std::fs::remove_file(&path).unwrap();
    let hand = AmendmentFiles::open(dir.path(), 7, 1 << 20, &lengths)
        .unwrap()
        .of_worker(0, 1);
    assert_eq!(hand.kept_from(), HOUR.plus(HOUR_MS));
}

#[test]
fn the_oldest_hours_go_when_there_is_too_much() {
    let dir = tempfile::tempdir().unwrap();
    let files = AmendmentFiles::open(dir.path(), 7, 1000, &[]).unwrap();
    let mut hand = files.of_worker(0, 1);
    for n in 0..5 {
        hand.append(HOUR.plus(n * HOUR_MS), 5, vec![7; 48]);
    }
    files.sync().unwrap();
    assert_eq!(hand.kept_from(), HOUR.plus(3 * HOUR_MS));
    assert_eq!(
        (
            read(&mut *hand, HOUR.plus(2 * HOUR_MS), 5).len(),
            read(&mut *hand, HOUR.plus(3 * HOUR_MS), 5).len()
        ),
        (0, 48)
    );
    hand.forget(HOUR.plus(4 * HOUR_MS));
    hand.too_late(b"0123").unwrap();
    assert_eq!(hand.lengths().len(), 1);
    assert_eq!(
        std::fs::read(dir.path().join("too-late.bin")).unwrap(),
        b"0123"
    );
}

#[test]
fn blocks_come_back_and_say_what_became_of_them() {
    let dir = tempfile::tempdir().unwrap();
    let files = AmendmentFiles::open(dir.path(), 7, 1 << 20, &[]).unwrap();
    let mut hand = files.of_worker(0, 1);
    hand.append(HOUR, 5, vec![1, 2]);
    files.sync().unwrap();
    let (words, done) = hand.done().unwrap();
    assert!(words == [1, 2] && done.is_ok() && hand.done().is_none());
    let counted = hand.lengths();
    // A file that cannot be made: its hour is in the way.
    let name = only_file(dir.path())
        .file_name()
        .unwrap()
        .to_string_lossy()
        .replacen("498000", "498001", 1);
    std::fs::create_dir(dir.path().join(name)).unwrap();
    hand.append(HOUR.plus(HOUR_MS), 5, vec![3]);
    files.sync().unwrap();
    let (words, done) = hand.done().unwrap();
    assert!(words == [3] && done.is_err());
    let named: Vec<_> = hand.lengths().into_iter().filter(|l| l.bytes > 0).collect();
    assert_eq!(named, counted, "what was not written does not count");
}

#[test]
fn files_of_another_version_go_and_their_hours_with_them() {
    let dir = tempfile::tempdir().unwrap();
    let files = AmendmentFiles::open(dir.path(), 7, 1 << 20, &[]).unwrap();
    let mut hand = files.of_worker(0, 1);
    hand.append(HOUR, 5, vec![1]);
    let lengths = hand.lengths();
    drop((files, hand));
    let path = only_file(dir.path());
    let old = path.with_extension("kept");
    std::fs::rename(&path, &old).unwrap();
    let hand = AmendmentFiles::open(dir.path(), 7, 1 << 20, &lengths)
        .unwrap()
        .of_worker(0, 1);
    assert!(!old.exists());
    assert_eq!(hand.kept_from(), HOUR.plus(HOUR_MS));
}

#[test]
fn only_the_oldest_hours_of_a_worker_may_be_missing() {
    let dir = tempfile::tempdir().unwrap();
    let files = AmendmentFiles::open(dir.path(), 7, 1 << 20, &[]).unwrap();
    let mut one = files.of_worker(0, 1);
    for hours in 0..3 {
        one.append(HOUR.plus(hours * HOUR_MS), 5, vec![hours]);
    }
    let lengths = one.lengths();
    files.sync().unwrap();
    let missing = || AmendmentFiles::missing(dir.path(), &lengths, 1).unwrap();
    assert_eq!(missing(), [""; 0]);
    std::fs::remove_file(only_file(dir.path())).unwrap();
    assert_eq!(missing(), [""; 0], "it may have been let go");
    let newest = std::fs::read_dir(dir.path()).unwrap();
    let newest = newest.map(|f| f.unwrap().path());
    let newest = newest
        .filter(|p| p.extension().is_some_and(|e| e == "kept1"))
        .max();
    std::fs::write(newest.as_ref().unwrap(), "cut").unwrap();
    assert_eq!(missing().len(), 1, "shorter than it was");
    std::fs::remove_file(newest.unwrap()).unwrap();
    assert_eq!(missing().len(), 1, "newer than one that is there");
    std::fs::remove_file(only_file(dir.path())).unwrap();
    assert_eq!(missing().len(), 3, "all of them");
}
