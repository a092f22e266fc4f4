//! Files come and go: rotation, age, and the limit on the folder.

use super::*;
use tempfile::tempdir;

#[test]
fn segments_rotate_and_read_back_as_one_log() {
    let dir = tempdir().unwrap();
    let running = Running::plain(dir.path(), small());
    (0..300).for_each(|n| running.store(claims(n * 5..n * 5 + 5)));
    assert!(running.metrics.journal_bytes.get() >= 1500 * 32);
    running.stop();
    assert!(segments(dir.path()).len() >= 12);
    let (batches, replayed) = read(dir.path(), small());
    assert_eq!(flat(&batches), claims(0..1500));
    assert_eq!((replayed.batches, replayed.bytes), (300, 300 * 32 * 6));
}

#[test]
fn a_group_larger_than_a_segment_is_stored_whole() {
    let dir = tempdir().unwrap();
    let running = Running::plain(dir.path(), small());
    running.store(claims(0..3));
    running.store(claims(3..2000));
    running.store(claims(2000..2003));
    running.stop();
    assert_eq!(flat(&read(dir.path(), small()).0), claims(0..2003));
}

#[test]
fn segments_go_when_all_in_them_is_older_than_the_limit_and_not_before() {
    let dir = tempdir().unwrap();
    let config = Config {
        keep_hours: 2,
        ..small()
    };
    let running = Running::plain(dir.path(), config.clone());
    let hour = 3_600_000;
    // 24 claims fill most of a segment of 4096 bytes four times over; one such lot an hour.
    for h in 0..6 {
        (0..20).for_each(|n| running.store(claims(h * 480 + n * 24..h * 480 + n * 24 + 24)));
        running.clock.advance(hour);
    }
    running.stop();
    let (batches, _) = read(dir.path(), config);
    let kept = flat(&batches);
    let now = 1_795_000_000_000 + 5 * hour;
    assert!(
        batches[0].ingest_at.0 >= now - 2 * hour,
        "{:?}",
        batches[0].ingest_at
    );
    assert_eq!(kept, claims(2880 - kept.len() as u64..2880));
    assert!(kept.len() >= 3 * 480, "nothing younger went");
}

#[test]
fn at_the_limit_intake_stops_with_the_reason_and_goes_on_when_old_segments_may_go() {
    let dir = tempdir().unwrap();
    let config = Config {
        max_bytes: 5 * 4096,
        keep_hours: 1,
        ..small()
    };
    let running = Running::plain(dir.path(), config.clone());
    let mut stored = 0;
    let waiting = loop {
        let receipt = running.send(claims(stored..stored + 24), vec![]);
        let full = loop {
            if receipt.try_recv().is_ok() {
                break false;
            }
            if running
                .health
                .reasons()
                .iter()
                .any(|(p, why)| *p == "journal" && why.contains("max_bytes"))
            {
                break true;
            }
            std::thread::yield_now();
        };
        if full {
            break receipt;
        }
        stored += 24;
        assert!(stored < 1000, "the limit was never reached");
    };
    assert!(running.metrics.journal_bytes.get() <= 5 * 4096);
    assert!(waiting.try_recv().is_err());
    running.clock.advance(3_600_001);
    acknowledged(&waiting).unwrap();
    assert!(
        running
            .health
            .reasons()
            .iter()
            .all(|(p, _)| *p != "journal")
    );
    running.stop();
    let kept = flat(&read(dir.path(), config).0);
    assert_eq!(kept.last(), Some(&claim(stored + 23)));
}

#[test]
fn what_the_folder_takes_is_known_before_and_while_writing() {
    let dir = tempdir().unwrap();
    let running = Running::plain(dir.path(), small());
    (0..50).for_each(|n| running.store(claims(n * 5..n * 5 + 5)));
    running.stop();
    let journal = Journal::open(dir.path(), small(), Arc::new(BareTown::default())).unwrap();
    let on_disk: u64 = segments(dir.path())
        .iter()
        .map(|p| p.metadata().unwrap().len())
        .sum();
    assert_eq!(journal.dir_bytes(), on_disk);
}
