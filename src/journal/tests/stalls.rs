//! A disk that stands still, and what comes in meanwhile: as much as fits is kept, each that does not
//! is counted, and nobody waits for ever.

use super::*;
use crate::inbox::NotTaken;
use tempfile::tempdir;

/// Room for so many single claims by number, and for more of them by bytes.
const ROOM: u64 = 8192;

fn roomy() -> Config {
    Config {
        segment_bytes: 1 << 20,
        max_bytes: 16 << 20,
        inbox_claims: ROOM as u32,
        group_claims: 512,
        ..small()
    }
}

/// One message of QoS 0; whether it was kept.
fn offer(running: &Running, claims: Vec<Claim>) -> bool {
    let submission = Submission {
        claims,
        refusals: vec![],
        receipt: Receipt::unwatched(),
    };
    match running.doors.try_send(1, submission) {
        Ok(()) => true,
        Err(NotTaken::Full) => false,
        Err(NotTaken::Gone) => panic!("the journal is gone"),
    }
}

#[test]
fn single_messages_that_come_while_the_disk_stands_still_are_kept_as_far_as_they_fit() {
    let dir = tempdir().unwrap();
    let disk = Arc::new(FaultyDisk::default());
    let running = Running::start(dir.path(), roomy(), disk.clone());
    running.store(claims(0..1));
    let stalled = disk.stall.write().unwrap();
    let mut kept = claims(0..1);
    let mut shed = 0;
    // For 0.4 s, at 50,000 a second.
    for n in 1..=20_000 {
        if offer(&running, vec![claim(n)]) {
            kept.push(claim(n));
        } else {
            shed += 1;
        }
    }
    assert!(kept.len() as u64 > ROOM, "{}", kept.len());
    // Beside them there is what the writer had taken already: a group at most.
    assert!(kept.len() as u64 <= 1 + ROOM + 512, "{}", kept.len());
    assert_eq!(running.metrics.inbox.full_of_claims.get(), shed);
    drop(stalled);
    assert_eq!(flat(&running.stop()), kept, "in their order, once");
    assert_eq!(flat(&read(dir.path(), roomy()).0), kept);
}

#[test]
fn a_few_large_submissions_are_refused_by_their_bytes_and_one_larger_than_all_goes_alone() {
    let dir = tempdir().unwrap();
    let config = Config {
        inbox_claims: 1 << 20,
        inbox_bytes: 1 << 20,
        ..roomy()
    };
    let disk = Arc::new(FaultyDisk::default());
    let running = Running::start(dir.path(), config.clone(), disk.clone());
    running.store(claims(0..1));
    let stalled = disk.stall.write().unwrap();
    // On its way to disk, so the inbox is empty again.
    let first = running.send(claims(1..2), vec![]);
    while running.metrics.inbox.waiting().0 > 0 {
        std::thread::yield_now();
    }
    // 1.2 MB, of 1 MiB that there is.
    let large = running.send(claims(2..30_002), vec![]);
    assert!(!offer(&running, claims(0..1)));
    assert_eq!(running.metrics.inbox.full_of_bytes.get(), 1);
    assert!(first.try_recv().is_err() && large.try_recv().is_err());
    drop(stalled);
    acknowledged(&large).unwrap();
    acknowledged(&running.send(claims(30_002..60_002), vec![])).unwrap();
    assert_eq!(flat(&running.stop()), claims(0..60_002));
}

#[test]
fn a_hub_that_stops_while_its_inbox_is_full_stores_what_it_had_taken_and_what_waited() {
    let dir = tempdir().unwrap();
    let disk = Arc::new(FaultyDisk::default());
    let running = Running::start(dir.path(), roomy(), disk.clone());
    running.store(claims(0..1));
    let stalled = disk.stall.write().unwrap();
    let mut kept = claims(0..1);
    let mut n = 1;
    while running.metrics.inbox.full_of_claims.get() == 0 {
        if offer(&running, vec![claim(n)]) {
            kept.push(claim(n));
        }
        n += 1;
    }
    // Whether it waits already when the disk goes on makes no difference.
    let doors = running.doors.clone();
    let last = std::thread::spawn(move || {
        doors.blocking_send(Submission {
            claims: claims(1_000_000..1_000_010),
            refusals: vec![],
            receipt: Receipt::unwatched(),
        })
    });
    drop(stalled);
    let batches = running.stop();
    assert_eq!(last.join().unwrap(), Ok(()));
    kept.extend(claims(1_000_000..1_000_010));
    assert_eq!(flat(&batches), kept);
}
