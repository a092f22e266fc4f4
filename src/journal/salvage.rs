//! Going on without what is gone: which segments still follow from a checkpoint, and the others out
//! of the way, so that a journal without gaps is left.
//!
//! Promise: nothing is deleted; what is not used any more lies in a folder of its own. Dear: reads
//! every segment.

use super::recover::{file_name, list};
use super::survey::{Surveyed, survey};
use super::{Expected, Position};
use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

/// What is left after a salvage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Salvaged {
    /// The segment that the journal begins with from now on.
    pub first: u64,
    /// Segments that stay.
    pub kept: usize,
    /// Segments set aside, whole or from the place of the damage on.
    pub aside: usize,
}

/// Keeps the segments that go on without a gap from `checkpoint` (the default: from the first there
/// is), each up to its first damage, and moves all others of `dir` to `aside`, which is made. The
/// journal must not be open.
///
/// # Errors
/// When something cannot be read or moved; calling it again goes on.
pub fn salvage(
    dir: &Path,
    checkpoint: Position,
    expected: &Expected,
    aside: &Path,
) -> io::Result<Salvaged> {
    std::fs::create_dir_all(aside)?;
    let all = survey(dir)?;
    let kept = run(&all, checkpoint, expected);
    let files = list(dir).map_err(io::Error::other)?;
    let mut done = Salvaged {
        first: expected.first.max(1),
        kept: kept.len(),
        aside: 0,
    };
    let newest = files.last().map_or(0, |(sequence, _)| *sequence);
    match kept.first() {
        // Behind every place that anything has ever spoken of.
        None => done.first = newest.max(checkpoint.segment).max(expected.known.segment) + 1,
        Some(first) if first.sequence > checkpoint.segment.max(done.first) => {
            done.first = first.sequence;
        }
        Some(_) => {}
    }
    for (sequence, path) in &files {
        let to = aside.join(file_name(*sequence));
        let Some(keep) = kept.iter().find(|s| s.sequence == *sequence) else {
            std::fs::rename(path, to)?;
            done.aside += 1;
            continue;
        };
        if keep.fault.as_ref().is_some_and(|f| !is_gap(f)) {
            std::fs::copy(path, to)?;
            let file = OpenOptions::new().write(true).open(path)?;
            file.set_len(keep.end)?;
            file.sync_all()?;
            done.aside += 1;
        }
    }
    File::open(aside)?.sync_all()?;
    File::open(dir)?.sync_all()?;
    Ok(done)
}

/// The segments that stay.
fn run<'a>(all: &'a [Surveyed], from: Position, expected: &Expected) -> Vec<&'a Surveyed> {
    let mut kept: Vec<&Surveyed> = Vec::new();
    for s in all.iter().filter(|s| s.sequence >= from.segment) {
        let follows = kept.last().is_none_or(|k| k.sequence + 1 == s.sequence);
        let reaches = s.sequence != from.segment || s.end >= from.offset;
        if !follows || !reaches || !expected.is_ours(s.folder) || s.end == 0 {
            break;
        }
        kept.push(s);
        if s.fault.as_ref().is_some_and(|f| !is_gap(f)) {
            break;
        }
    }
    kept
}

/// Whether what is wrong with a segment is only that the one before it is missing.
fn is_gap(fault: &str) -> bool {
    fault.ends_with(super::survey::GAP)
}
