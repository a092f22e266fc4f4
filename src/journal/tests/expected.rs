//! What is known of a journal from elsewhere, held against what is there; and what is left of one
//! that has lost something.

use super::super::{Expected, JournalError, Position, salvage, segment_name};
use super::*;
use crate::inbox::{InboxBounds, inbox};
use std::path::PathBuf;
use tempfile::tempdir;

const OURS: [u8; 16] = [1; 16];

fn expecting(dir: &Path, expected: Expected) -> Result<Journal, JournalError> {
    Journal::open_expecting(dir, small(), Arc::new(BareTown::default()), expected)
}

/// A journal of several segments that bear the folder's id; where it ends.
fn written(dir: &Path) -> Position {
    let ours = Expected {
        folder: OURS,
        ..Expected::default()
    };
    let disk = Arc::new(FaultyDisk::default());
    let journal =
        Journal::open_on(dir, small(), Arc::new(BareTown::default()), disk, ours).unwrap();
    let (doors, inbox) = inbox(InboxBounds::of(64), Arc::new(Metrics::new()));
    let clock = Arc::new(ManualClock::at(Millis(1_795_000_000_000)));
    let committed = Box::new(|_| {});
    let thread = journal.start(
        inbox,
        clock,
        committed,
        Arc::new(Metrics::new()),
        Arc::default(),
    );
    for n in 0..100 {
        let (done, durable) = mpsc::sync_channel(1);
        let receipt = Receipt::new(move || done.send(()).unwrap());
        let submission = Submission {
            claims: claims(n * 5..n * 5 + 5),
            refusals: vec![],
            receipt,
        };
        doors.blocking_send(submission).ok().unwrap();
        acknowledged(&durable).unwrap();
    }
    drop(doors);
    thread.unwrap().join().unwrap();
    Journal::open(dir, small(), Arc::new(BareTown::default()))
        .unwrap()
        .end()
}

fn names(dir: &Path) -> Vec<PathBuf> {
    let mut names = segments(dir);
    names.sort();
    names
}

#[test]
fn a_journal_that_ends_too_soon_is_refused_and_left_as_it_is() {
    let dir = tempdir().unwrap();
    let end = written(dir.path());
    let expected = Expected {
        folder: OURS,
        first: 0,
        known: end,
    };
    assert_eq!(expecting(dir.path(), expected).unwrap().end(), end);
    let newest = dir.path().join(segment_name(end.segment));
    let bytes = std::fs::read(&newest).unwrap();
    std::fs::write(&newest, &bytes[..bytes.len() - 8]).unwrap();
    let refused = expecting(dir.path(), expected).err().unwrap();
    assert!(
        refused.is_loss() && matches!(refused, JournalError::Short { .. }),
        "{refused}"
    );
    assert_eq!(
        std::fs::read(&newest).unwrap().len(),
        bytes.len() - 8,
        "nothing is cut"
    );
    std::fs::remove_file(&newest).unwrap();
    let refused = expecting(dir.path(), expected).err().unwrap();
    assert!(matches!(refused, JournalError::Gone { segment } if segment == newest));
}

#[test]
fn segments_of_another_folder_are_refused() {
    let dir = tempdir().unwrap();
    written(dir.path());
    let other = Expected {
        folder: [2; 16],
        ..Expected::default()
    };
    let refused = expecting(dir.path(), other).err().unwrap();
    assert!(
        refused.is_loss() && matches!(refused, JournalError::Foreign { .. }),
        "{refused}"
    );
}

#[test]
fn what_follows_a_checkpoint_without_a_gap_is_kept_and_the_rest_is_set_aside() {
    let dir = tempdir().unwrap();
    let end = written(dir.path());
    assert!(end.segment > 4, "{end:?}");
    std::fs::remove_file(dir.path().join(segment_name(3))).unwrap();
    let checkpoint = Position {
        segment: 2,
        offset: 64,
    };
    let aside = dir.path().join("aside");
    let expected = Expected {
        folder: OURS,
        first: 0,
        known: end,
    };
    let all = names(dir.path()).len();
    let done = salvage(dir.path(), checkpoint, &expected, &aside).unwrap();
    assert_eq!((done.first, done.kept), (1, 1));
    assert_eq!(names(&aside).len(), all - 1, "nothing is deleted");
    let left = Expected {
        known: Position::default(),
        ..expected
    };
    let journal = expecting(dir.path(), left).unwrap();
    assert!(!journal.starts_after(checkpoint) && journal.end() > checkpoint);
    assert_eq!(journal.end().segment, 2);
}

#[test]
fn a_journal_of_which_nothing_follows_begins_anew_behind_all_that_was_spoken_of() {
    let dir = tempdir().unwrap();
    let end = written(dir.path());
    let ahead = Position {
        segment: end.segment + 3,
        offset: 128,
    };
    let expected = Expected {
        folder: OURS,
        ..Expected::default()
    };
    let aside = dir.path().join("aside");
    let done = salvage(dir.path(), ahead, &expected, &aside).unwrap();
    assert_eq!((done.first, done.kept), (ahead.segment + 1, 0));
    let expected = Expected {
        first: done.first,
        ..expected
    };
    let journal = expecting(dir.path(), expected).unwrap();
    assert!(
        journal.end() > ahead,
        "a checkpoint there is not ahead of it"
    );
}
