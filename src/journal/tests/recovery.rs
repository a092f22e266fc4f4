//! What a start finds after a crash: everything acknowledged, nothing made up, and a clear word on
//! damage.

use super::super::JournalError;
use super::super::record::{HEAD, UNIT, encode, encoded_bytes};
use super::*;
use crate::domain::SHARDS;
use crate::long::cases;
use proptest::prelude::*;
use std::os::unix::fs::FileExt;
use tempfile::tempdir;

fn opened(dir: &Path) -> Result<Journal, JournalError> {
    Journal::open(dir, small(), Arc::new(BareTown::default()))
}

/// A journal of groups of 1, 2, 3, 4 and 5 claims in one segment, and its bytes.
fn five_groups(dir: &Path) -> (std::path::PathBuf, Vec<u8>) {
    let running = Running::plain(dir, small());
    let mut n = 0;
    for size in 1..=5 {
        running.store(claims(n..n + size));
        n += size;
    }
    running.stop();
    let path = segments(dir).remove(0);
    let bytes = std::fs::read(&path).unwrap();
    (path, bytes)
}

/// Ends of the groups of [`five_groups`], before the first included.
fn ends() -> Vec<usize> {
    let mut at = HEAD as usize;
    let mut ends = vec![at];
    for size in 1..=5 {
        at += encoded_bytes(size) as usize;
        ends.push(at);
    }
    ends
}

#[test]
fn every_possible_cut_of_the_last_record_leaves_all_before_it() {
    let dir = tempdir().unwrap();
    let (path, bytes) = five_groups(dir.path());
    let ends = ends();
    for cut in ends[4]..ends[5] {
        std::fs::write(&path, &bytes[..cut]).unwrap();
        let (batches, replayed) = read(dir.path(), small());
        assert_eq!(flat(&batches), claims(0..10), "cut at {cut}");
        assert!(replayed.torn <= (cut - ends[4]) as u64);
        assert_eq!(std::fs::metadata(&path).unwrap().len(), ends[4] as u64);
    }
}

#[test]
fn a_last_record_with_any_page_missing_is_cut_off() {
    let dir = tempdir().unwrap();
    let (path, bytes) = five_groups(dir.path());
    let ends = ends();
    for lost in (ends[4]..ends[5]).step_by(UNIT as usize) {
        let mut torn = bytes.clone();
        torn[lost..lost + UNIT as usize].fill(0);
        std::fs::write(&path, &torn).unwrap();
        let (batches, replayed) = read(dir.path(), small());
        assert_eq!(flat(&batches), claims(0..10));
        assert!(replayed.torn > 0);
    }
}

#[test]
fn any_changed_byte_before_the_last_record_is_damage_and_named() {
    let dir = tempdir().unwrap();
    let (path, bytes) = five_groups(dir.path());
    let ends = ends();
    for at in 0..ends[4] {
        let mut bad = bytes.clone();
        bad[at] ^= 0x40;
        std::fs::write(&path, &bad).unwrap();
        let expected = if at < HEAD as usize {
            0
        } else {
            *ends.iter().rfind(|e| **e <= at).unwrap()
        };
        match opened(dir.path()).err() {
            // A bad head or first group reads as a segment without data.
            Some(JournalError::Damaged { segment, offset }) => {
                assert_eq!(segment, path);
                assert_eq!(
                    offset as usize,
                    if expected <= HEAD as usize {
                        0
                    } else {
                        expected
                    },
                    "byte {at}"
                );
            }
            other => panic!("byte {at}: {other:?}"),
        }
        assert_eq!(
            std::fs::read(&path).unwrap(),
            bad,
            "damage is left as it is"
        );
    }
}

#[test]
fn damage_in_an_earlier_segment_is_named_at_replay() {
    let dir = tempdir().unwrap();
    let running = Running::plain(dir.path(), small());
    (0..100).for_each(|n| running.store(claims(n * 4..n * 4 + 4)));
    running.stop();
    let first = segments(dir.path()).remove(0);
    let file = File::options().write(true).open(&first).unwrap();
    file.write_all_at(&[0xff], HEAD + 2 * encoded_bytes(4) + 40)
        .unwrap();
    let journal = opened(dir.path()).unwrap();
    let mut seen = 0;
    match journal.replay(|b| seen += b.claims.len()) {
        Err(JournalError::Damaged { segment, offset }) => {
            assert_eq!(
                (segment, offset, seen),
                (first, HEAD + 2 * encoded_bytes(4), 8)
            );
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_missing_or_shortened_segment_in_the_middle_is_an_error() {
    let dir = tempdir().unwrap();
    let running = Running::plain(dir.path(), small());
    (0..100).for_each(|n| running.store(claims(n * 4..n * 4 + 4)));
    running.stop();
    let second = segments(dir.path()).remove(1);
    File::options()
        .write(true)
        .open(&second)
        .unwrap()
        .set_len(1000)
        .unwrap();
    assert!(matches!(
        opened(dir.path()).err(),
        Some(JournalError::Damaged { offset: 1000, .. })
    ));
    std::fs::remove_file(&second).unwrap();
    assert!(
        matches!(opened(dir.path()).err(), Some(JournalError::Missing { segment }) if segment == second)
    );
}

#[test]
fn a_group_of_several_records_torn_in_the_middle_is_a_torn_tail_not_damage() {
    // Pages of one write reach the disk in any order: the second record may be whole and the first
    // not.
    let dir = tempdir().unwrap();
    let (path, mut bytes) = five_groups(dir.path());
    let end = *ends().last().unwrap();
    let mut units = Vec::new();
    encode(
        1,
        end as u64,
        Millis(9),
        &claims(0..70_000),
        &BareTown::default(),
        &mut units,
    );
    bytes.truncate(end);
    bytes.extend_from_slice(bytemuck::cast_slice(&units));
    bytes[end + 64] ^= 1;
    std::fs::write(&path, &bytes).unwrap();
    let (batches, replayed) = read(dir.path(), small());
    assert_eq!(flat(&batches), claims(0..15));
    assert!(replayed.torn > 2_000_000);
}

#[test]
fn what_is_written_after_a_cut_is_all_that_a_later_replay_sees() {
    let dir = tempdir().unwrap();
    let (path, bytes) = five_groups(dir.path());
    let ends = ends();
    // The fourth record is torn and the fifth, of the same group, is whole behind it, as stale
    // bytes would be.
    let mut stale = bytes[..ends[3]].to_vec();
    stale.extend_from_slice(&[0xee; 64]);
    std::fs::write(&path, &stale).unwrap();
    let running = Running::plain(dir.path(), small());
    running.store(claims(100..103));
    running.stop();
    let (batches, replayed) = read(dir.path(), small());
    assert_eq!(flat(&batches), [claims(0..6), claims(100..103)].concat());
    assert_eq!(replayed.torn, 0);
}

#[test]
fn three_restarts_lose_and_double_nothing_and_time_never_goes_back() {
    let dir = tempdir().unwrap();
    for run in 0..3 {
        let running = Running::plain(dir.path(), small());
        // The machine's clock steps back an hour with each start.
        running
            .clock
            .set(Millis(1_795_000_000_000 - run * 3_600_000));
        (0..40).for_each(|n| running.store(vec![claim(run * 40 + n)]));
        running.stop();
    }
    let (batches, replayed) = read(dir.path(), small());
    assert_eq!(flat(&batches), claims(0..120));
    assert!(batches.is_sorted_by_key(|b| b.ingest_at));
    // Two steps of the clock are written down, for every shard.
    let steps = 2 * u64::from(SHARDS);
    assert_eq!(
        (replayed.claims, replayed.orphaned, replayed.torn),
        (120 + steps, 0, 0)
    );
}

#[test]
fn a_folder_has_one_owner() {
    let dir = tempdir().unwrap();
    let first = opened(dir.path()).unwrap();
    assert!(matches!(opened(dir.path()).err(), Some(JournalError::Busy(d)) if d == dir.path()));
    drop(first);
    opened(dir.path()).unwrap();
}

#[test]
fn claims_of_bays_and_zones_that_are_gone_are_counted() {
    let dir = tempdir().unwrap();
    let running = Running::plain(dir.path(), small());
    running.store(claims(0..64));
    running.stop();
    let journal = Journal::open(dir.path(), small(), Arc::new(BareTown { gone: Some(4) })).unwrap();
    let mut seen = Vec::new();
    let replayed = journal.replay(|b| seen.extend(b.claims)).unwrap();
    let gone = |c: &Claim| match c {
        Claim::Bay(o) => o.bay.0 % 4 == 0,
        Claim::Count(c) => c.zone.0 % 4 == 0,
        Claim::Alive { .. } | Claim::Clock { .. } | Claim::Rates { .. } => false,
    };
    let kept: Vec<_> = claims(0..64).into_iter().filter(|c| !gone(c)).collect();
    assert_eq!(replayed.orphaned, 64 - kept.len() as u64);
    assert_eq!((seen.len() as u64, seen), (replayed.claims, kept));
}

#[test]
fn impossible_settings_are_refused_by_name() {
    let dir = tempdir().unwrap();
    let bad = Config {
        max_bytes: 1,
        ..Config::default()
    };
    let e = Journal::open(dir.path(), bad, Arc::new(BareTown::default()))
        .err()
        .unwrap();
    assert!(e.to_string().contains("journal.max_bytes"), "{e}");
    assert_eq!(Config::default().fault(), None);
}

/// Writes to a segment as a crash may leave them: of what was not synced, any of its 512-byte
/// sectors.
fn crash(whole: &[u8], synced: usize, sectors: &[bool]) -> Vec<u8> {
    let mut left = vec![0; whole.len().next_multiple_of(512)];
    left[..synced].copy_from_slice(&whole[..synced]);
    for at in (synced..whole.len()).step_by(32) {
        if sectors[at / 512 % sectors.len()] {
            left[at..at + 32].copy_from_slice(&whole[at..at + 32]);
        }
    }
    left
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(200)))]

    #[test]
    fn a_crash_in_any_state_of_the_last_write_loses_nothing_that_was_acknowledged(
        acknowledged in 1..6usize, sizes in prop::collection::vec(1..200u64, 6),
        sectors in prop::collection::vec(any::<bool>(), 1..60),
    ) {
        use super::super::record::SegmentHead;
        let dir = tempdir().unwrap();
        let mut units = SegmentHead::new(1, Millis(1), 0, Millis(0), [0; 16]).units().to_vec();
        let mut n = 0;
        let mut synced = 0;
        let mut stored = 0;
        for (i, size) in sizes[..=acknowledged].iter().enumerate() {
            if i == acknowledged {
                (synced, stored) = (units.len() * 32, n);
            }
            let group = if i == 0 { 0 } else { units.len() as u64 * UNIT };
            encode(1, group, Millis(1 + i as u64), &claims(n..n + size), &BareTown::default(), &mut units);
            n += size;
        }
        let path = dir.path().join("journal-0000000000000001.log");
        std::fs::write(&path, crash(bytemuck::cast_slice(&units), synced, &sectors)).unwrap();
        let got = flat(&read(dir.path(), small()).0);
        // The write that was under way is there whole or not at all.
        prop_assert!(got == claims(0..stored) || got == claims(0..n));
    }
}

#[test]
fn a_first_group_that_never_got_whole_leaves_its_segment_to_be_made_anew() {
    let dir = tempdir().unwrap();
    let (path, _) = five_groups(dir.path());
    let running = Running::plain(dir.path(), small());
    running.store(claims(15..99));
    running.stop();
    let second = segments(dir.path()).remove(1);
    let whole = std::fs::read(&second).unwrap();
    for lost in [0..64, 64..96, 96..128, 0..128, 0..whole.len()] {
        let mut torn = whole.clone();
        torn[lost].fill(0);
        std::fs::write(&second, &torn).unwrap();
        assert_eq!(flat(&read(dir.path(), small()).0), claims(0..15));
        assert_eq!(segments(dir.path()), std::slice::from_ref(&path));
    }
    let running = Running::plain(dir.path(), small());
    running.store(claims(15..20));
    running.stop();
    assert_eq!(flat(&read(dir.path(), small()).0), claims(0..20));
}
