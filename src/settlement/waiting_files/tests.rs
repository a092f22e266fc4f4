//! Reports that wait in files: read as they were written, as long as a checkpoint may want them, and
//! never taken for good when they are not.

use super::*;
use crate::domain::{Backing, BayIx, BayStatus, Millis, Observation, SHARDS, SourceIx, SourceKind};
use std::path::Path;

fn report(seq: u64, bay: u32) -> Report {
    let o = Observation {
        at: Millis(1000 + seq),
        seq,
        bay: BayIx(bay),
        source: SourceIx(2),
        source_kind: SourceKind::Sensor,
        status: BayStatus::Vacant,
        confidence: 255,
        backing: Backing::default(),
    };
    Report::new(&o, o.at).unwrap()
}

/// A page of so many reports of shard 3 and then of shard 5.
fn page(three: u32, five: u32) -> (u32, Arc<Vec<Report>>, Arc<ShardStarts>) {
    let mut starts = [0; SHARDS as usize + 1];
    for (s, start) in starts.iter_mut().enumerate() {
        *start = if s > 3 { three } else { 0 } + if s > 5 { five } else { 0 };
    }
    let all = (0..three + five).map(|n| report(n.into(), n % 2));
    (three, Arc::new(all.collect()), Arc::new(starts))
}

/// What a start reads of these: with the pages' numbers, how many reports; and what it cannot.
fn read_back(hand: &WaitingHand, lengths: &[WaitingLength]) -> (Vec<(u32, usize)>, usize) {
    let (pages, failed) = hand.reader().pages(lengths);
    let mut failed = failed.len();
    let mut read = Vec::new();
    for page in pages {
        let mut reports = 0;
        let done = page.read(&mut Vec::new(), &mut |_| reports += 1);
        failed += usize::from(done.is_err());
        read.push((page.serial, reports));
    }
    (read, failed)
}

fn city() -> Arc<City> {
    Arc::clone(&crate::testing::city(1, 2).city())
}

/// Waits for what came of the next page.
fn written(hand: &mut WaitingHand) -> PageOnDisk {
    loop {
        if let Some((_, done)) = hand.written() {
            return done.unwrap();
        }
        std::thread::yield_now();
    }
}

fn files(dir: &Path) -> usize {
    dir.read_dir().unwrap().count()
}

#[test]
fn what_is_read_by_shard_or_after_a_start_is_what_was_written() {
    let dir = tempfile::tempdir().unwrap();
    let waiting = WaitingFiles::open(dir.path(), &[]).unwrap();
    let mut hand = waiting.of_worker(0);
    let mut last = None;
    for pages in [page(2, 3), page(0, 1)] {
        assert!(hand.ask(7, pages, &city(), true).is_some());
        last = Some(written(&mut hand));
    }
    let last = last.unwrap();
    let mut got = Vec::new();
    last.read(5, 0..1, &mut got).unwrap();
    let number = |r: &Report| r.of(city().bay_number(BayIx(r.bay())));
    assert_eq!(got, [number(&report(0, 0))]);
    let named = [WaitingHand::length(&last, 0)];
    let after = [WaitingHand::length(&last, 4)];
    waiting.sync(&named).unwrap();
    drop((waiting, hand, last));
    assert_eq!(WaitingFiles::missing(dir.path(), &named).unwrap(), [""; 0]);
    let next = WaitingFiles::open(dir.path(), &named).unwrap().of_worker(1);
    for (lengths, want) in [(named, [(2, 5), (0, 1)]), (after, [(2, 3), (0, 1)])] {
        assert_eq!(read_back(&next, &lengths), (want.to_vec(), 0));
    }
}

#[test]
fn files_stay_for_two_checkpoints_and_while_a_window_is_under_way() {
    let dir = tempfile::tempdir().unwrap();
    let waiting = WaitingFiles::open(dir.path(), &[]).unwrap();
    let mut hand = waiting.of_worker(0);
    hand.ask(7, page(1, 1), &city(), true);
    let old = written(&mut hand);
    let named = [WaitingHand::length(&old, 0)];
    waiting.let_go(&named).unwrap();
    waiting.let_go(&[]).unwrap();
    assert_eq!(files(dir.path()), 1, "the checkpoint before names it");
    waiting.let_go(&[]).unwrap();
    assert_eq!(files(dir.path()), 1, "its window is not settled");
    hand.close(8);
    drop(old);
    waiting.let_go(&[]).unwrap();
    assert_eq!(files(dir.path()), 0);
    drop((waiting, hand));
    let again = WaitingFiles::open(dir.path(), &named).unwrap();
    assert!(
        again.folder.run > named[0].run,
        "a name is never used again"
    );
}

#[test]
fn what_is_damaged_or_gone_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let waiting = WaitingFiles::open(dir.path(), &[]).unwrap();
    let mut hand = waiting.of_worker(0);
    hand.ask(7, page(2, 2), &city(), true);
    let there = written(&mut hand);
    let named = [WaitingHand::length(&there, 0)];
    let path = dir.path().join(file_name(named[0].name()));
    let mut bytes = std::fs::read(&path).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    std::fs::write(&path, &bytes).unwrap();
    let mut got = Vec::new();
    there.read(3, 0..2, &mut got).unwrap();
    assert!(there.read(5, 2..4, &mut got).is_err());
    assert_eq!(got.len(), 2, "nothing damaged");
    assert_eq!(read_back(&hand, &named), (vec![(2, 2)], 1));
    std::fs::write(&path, &bytes[..last]).unwrap();
    assert!(WaitingFiles::missing(dir.path(), &named).unwrap().len() == 1);
    std::fs::remove_file(&path).unwrap();
    assert!(WaitingFiles::missing(dir.path(), &named).unwrap().len() == 1);
    assert_eq!(read_back(&hand, &named), (vec![], 1));
}

#[test]
fn a_disk_that_refuses_keeps_pages_in_memory() {
    let dir = tempfile::tempdir().unwrap();
    let waiting = WaitingFiles::open(&dir.path().join("gone"), &[]).unwrap();
    std::fs::remove_dir(dir.path().join("gone")).unwrap();
    let mut hand = waiting.of_worker(0);
    let ticket = hand.ask(7, page(1, 1), &city(), true);
    let (of, done) = loop {
        if let Some(written) = hand.written() {
            break written;
        }
        std::thread::yield_now();
    };
    assert_eq!(Some(of), ticket);
    assert!(done.is_err());
}
