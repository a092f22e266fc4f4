//! A bystander's view of a journal that is being written: what lies in it is whole, and a tail is
//! told from damage.

use super::super::{copy, end_of, survey};
use super::*;
use std::sync::atomic::AtomicBool;
use tempfile::tempdir;

#[test]
fn a_copy_of_a_busy_journal_opens_and_is_a_beginning_of_it() {
    let dir = tempdir().unwrap();
    let copies = tempdir().unwrap();
    let config = Config {
        max_bytes: 64 << 20,
        ..small()
    };
    let running = Running::with(dir.path(), config, Arc::default(), |j| j);
    let done = AtomicBool::new(false);
    let (reached, taken) = std::thread::scope(|scope| {
        // Segments of 4 KiB: one ends with every few groups, at any moment of the copying.
        let copying = scope.spawn(|| {
            let mut taken = 0;
            while !done.load(SeqCst) || taken < 10 {
                let to = copies.path().join(taken.to_string());
                std::fs::create_dir(&to).unwrap();
                copy(dir.path(), &dir.path().join("checkpoints"), &to).unwrap();
                taken += 1;
            }
            taken
        });
        let mut n = 0;
        while n < 400 || !copying.is_finished() && n < 2000 {
            running.store(claims(n * 24..n * 24 + 24));
            n += 1;
            done.store(n >= 400, SeqCst);
        }
        (n * 24, copying.join().unwrap())
    });
    running.stop();
    let mut before = 0;
    for n in 0..taken {
        let (found, said) = read(&copies.path().join(n.to_string()).join("journal"), small());
        let held = flat(&found);
        assert_eq!(held, claims(0..held.len() as u64), "copy {n}");
        assert!(
            held.len() as u64 >= before && held.len() as u64 <= reached,
            "copy {n}"
        );
        assert_eq!(said.torn, 0, "copy {n}");
        before = held.len() as u64;
    }
}

#[test]
fn a_torn_tail_is_told_from_damage_before_the_end() {
    let dir = tempdir().unwrap();
    let running = Running::with(
        dir.path(),
        Config {
            segment_bytes: 64 << 10,
            ..small()
        },
        Arc::default(),
        |j| j,
    );
    (0..3).for_each(|n| running.store(claims(n * 24..n * 24 + 24)));
    running.stop();
    let path = segments(dir.path()).pop().unwrap();
    let good = std::fs::read(&path).unwrap();
    let end = end_of(&survey(dir.path()).unwrap()).offset as usize;
    let fault_of = |at: usize| {
        let mut bad = good.clone();
        bad[at] ^= 1;
        std::fs::write(&path, bad).unwrap();
        survey(dir.path())
            .unwrap()
            .pop()
            .and_then(|s| s.fault)
            .unwrap_or_default()
    };
    assert!(
        fault_of(end - 40).contains("a start cuts it off"),
        "{}",
        fault_of(end - 40)
    );
    // In the second of three records, each a head and 24 claims.
    assert_eq!(fault_of(964), "damaged at byte 864");
}
