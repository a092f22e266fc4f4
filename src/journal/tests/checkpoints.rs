//! Checkpoints beside the log: cuts are exact, old segments go, and a bad file is never used.

use super::super::{Checkpointing, Checkpoints, Cut, Position, Whole};
use super::*;
use proptest::prelude::*;
use std::sync::atomic::AtomicU64;
use tempfile::tempdir;

const END: Position = Position {
    segment: u64::MAX,
    offset: 0,
};

fn write(folder: &Checkpoints, at: u64, position: Position) {
    let cut = Cut {
        at: Millis(at),
        position,
    };
    let written = folder.write(cut, |draft| {
        draft.block(0, b"first")?;
        draft.block(7, &at.to_le_bytes())
    });
    written.unwrap();
}

fn place(segment: u64) -> Position {
    Position {
        segment,
        offset: 64,
    }
}

fn newest(folder: &Checkpoints, end: Position) -> Option<u64> {
    let found = folder.newest(end, |whole| {
        let blocks: Vec<_> = whole.blocks().map(|(tag, b)| (tag, b.to_vec())).collect();
        assert_eq!(blocks[0], (0, b"first".to_vec()));
        assert_eq!(blocks[1].0, 7);
        Ok(u64::from_le_bytes(blocks[1].1[..].try_into().unwrap()))
    });
    found.unwrap().map(|(cut, said)| {
        assert_eq!(cut.at.0, said);
        said
    })
}

fn files(dir: &Path) -> usize {
    Checkpoints::list(dir).unwrap().len()
}

#[test]
fn the_newest_is_used_and_two_are_kept() {
    let dir = tempdir().unwrap();
    let folder = Checkpoints::open(dir.path()).unwrap();
    assert_eq!(newest(&folder, END), None);
    write(&folder, 10, place(3));
    assert_eq!(
        folder.prune().unwrap(),
        0,
        "with one checkpoint all segments are needed to do without it"
    );
    write(&folder, 20, place(5));
    write(&folder, 30, place(9));
    assert_eq!(folder.prune().unwrap(), 5);
    assert_eq!((files(dir.path()), newest(&folder, END)), (2, Some(30)));
}

#[test]
fn a_damaged_or_cut_one_is_set_aside_and_the_one_before_is_used() {
    let dir = tempdir().unwrap();
    let folder = Checkpoints::open(dir.path()).unwrap();
    write(&folder, 10, place(1));
    write(&folder, 20, place(2));
    let path = Checkpoints::list(dir.path()).unwrap()[0].1.clone();
    let good = std::fs::read(&path).unwrap();
    for at in 0..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 0x10;
        for bad in [bad, good[..at].to_vec()] {
            std::fs::write(&path, bad).unwrap();
            assert_eq!(newest(&folder, END), Some(10), "byte {at}");
            assert!(path.with_extension("bad").is_file());
        }
    }
}

#[test]
fn one_that_is_ahead_of_the_journal_is_not_used() {
    let dir = tempdir().unwrap();
    let folder = Checkpoints::open(dir.path()).unwrap();
    write(&folder, 10, place(1));
    write(&folder, 20, place(2));
    assert_eq!(newest(&folder, place(1)), Some(10));
    assert_eq!(
        newest(&folder, END),
        Some(10),
        "nor later, when the journal has grown past it"
    );
}

#[test]
fn an_unfinished_one_is_no_checkpoint_and_is_cleared_away() {
    let dir = tempdir().unwrap();
    let folder = Checkpoints::open(dir.path()).unwrap();
    let cut = Cut {
        at: Millis(5),
        position: place(1),
    };
    assert!(
        folder
            .write(cut, |_| Err(io::Error::other("planted")))
            .is_err()
    );
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    std::fs::write(dir.path().join("checkpoint-0000000000000005.tmp"), "half").unwrap();
    let folder = Checkpoints::open(dir.path()).unwrap();
    assert_eq!(
        (
            newest(&folder, END),
            std::fs::read_dir(dir.path()).unwrap().count()
        ),
        (None, 0)
    );
}

proptest! {
    #[test]
    fn no_bytes_pass_for_a_checkpoint(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(Whole::check(bytes).is_err());
    }
}

/// Runs a journal over `n` groups of 24 claims, a checkpoint asked for whenever `bytes` are
/// written. The cuts that were asked for, and the batches.
fn run(
    dir: &Path,
    config: Config,
    needed: &Arc<AtomicU64>,
    range: std::ops::Range<u64>,
) -> (Vec<Cut>, Vec<Batch>) {
    let cuts = Arc::new(Mutex::new(Vec::new()));
    let asked = cuts.clone();
    let ask = Box::new(move |cut| {
        asked.lock().unwrap().push(cut);
        true
    });
    let how = Checkpointing {
        ask,
        needed_from: needed.clone(),
        newest: Cut::default(),
    };
    let running = Running::with(dir, config, Arc::default(), |j| j.with_checkpoints(how));
    range.for_each(|n| running.store(claims(n * 24..n * 24 + 24)));
    let batches = running.stop();
    let cuts = cuts.lock().unwrap().clone();
    (cuts, batches)
}

#[test]
fn what_lies_behind_a_cut_is_what_was_handed_on_from_its_time_on() {
    let dir = tempdir().unwrap();
    let config = Config {
        checkpoint_bytes: 4096,
        ..small()
    };
    let (cuts, batches) = run(dir.path(), config.clone(), &Arc::default(), 0..60);
    assert!(cuts.len() >= 10, "{cuts:?}");
    assert!(
        cuts.windows(2)
            .all(|w| w[0].at < w[1].at && w[0].position < w[1].position)
    );
    let journal = Journal::open(dir.path(), config, Arc::new(BareTown::default())).unwrap();
    for cut in cuts {
        let mut behind = Vec::new();
        journal
            .replay_from(cut.position, |b| behind.extend(b.claims))
            .unwrap();
        let later: Vec<_> = batches
            .iter()
            .filter(|b| b.ingest_at >= cut.at)
            .flat_map(|b| b.claims.clone())
            .collect();
        assert_eq!(behind, later, "{cut:?}");
        assert!(journal.behind(cut.position) >= later.len() as u64);
    }
    assert_eq!(journal.behind(journal.end()), 0);
}

#[test]
fn segments_that_checkpoints_stand_for_go_and_the_rest_reads_on() {
    let dir = tempdir().unwrap();
    let config = Config {
        checkpoint_bytes: 4096,
        ..small()
    };
    let needed = Arc::new(AtomicU64::new(0));
    run(dir.path(), config.clone(), &needed, 0..60);
    let before = segments(dir.path()).len();
    assert!(before >= 10);
    needed.store(6, SeqCst);
    let (_, batches) = run(dir.path(), config.clone(), &needed, 60..61);
    assert_eq!(flat(&batches), claims(1440..1464));
    let names: Vec<_> = segments(dir.path())
        .iter()
        .map(|p| p.file_name().unwrap().to_owned())
        .collect();
    assert_eq!(names[0], "journal-0000000000000006.log");
    let (batches, _) = read(dir.path(), config);
    let kept = flat(&batches);
    assert_eq!(kept.last(), Some(&claim(1463)));
    assert_eq!(kept, claims(1464 - kept.len() as u64..1464));
}

#[test]
fn with_every_segment_stood_for_the_sequence_still_goes_on() {
    let dir = tempdir().unwrap();
    let needed = Arc::new(AtomicU64::new(u64::MAX));
    for n in 0..5 {
        let (_, batches) = run(dir.path(), small(), &needed, n..n + 1);
        assert_eq!(flat(&batches), claims(n * 24..n * 24 + 24));
    }
    let last = segments(dir.path());
    assert_eq!(
        last.last().unwrap().file_name().unwrap(),
        "journal-0000000000000005.log"
    );
}
