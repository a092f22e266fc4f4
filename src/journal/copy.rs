//! A copy of a journal and its checkpoints, taken while a hub may be writing: what was durable when
//! it began is in it.
//!
//! How it stays consistent without a lock: the newest checkpoint is read whole first; the hub keeps
//! every segment that the checkpoint before it needs, so those after it are there, and if two newer
//! checkpoints come meanwhile and segments go, the copy begins anew. A segment is copied up to the
//! end of its whole records only: what is being written behind that was not acknowledged when the
//! copy began.

use super::checkpoint::{Checkpoints, Position, Whole};
use super::disk::sync_folder;
use super::survey::{Surveyed, survey};
use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::Path;

/// How often a copy is begun anew before it is given up.
const TRIES: usize = 5;

/// What was copied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CopiedFiles {
    pub segments: usize,
    pub claims: u64,
    pub checkpoints: usize,
    pub bytes: u64,
}

/// Copies the journal in `journal` and the newest good checkpoint in `checkpoints` to folders of
/// the same names in `to`, which must not hold any. All of it is on disk when this returns.
///
/// # Errors
/// When something cannot be read or written, or is damaged.
pub fn copy(journal: &Path, checkpoints: &Path, to: &Path) -> io::Result<CopiedFiles> {
    for _ in 1..TRIES {
        match attempt(journal, checkpoints, to) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => clear(to)?,
            done => return done,
        }
    }
    attempt(journal, checkpoints, to)
}

fn clear(to: &Path) -> io::Result<()> {
    for folder in ["journal", "checkpoints"] {
        match std::fs::remove_dir_all(to.join(folder)) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
            _ => {}
        }
    }
    Ok(())
}

fn attempt(journal: &Path, checkpoints: &Path, to: &Path) -> io::Result<CopiedFiles> {
    let mut done = CopiedFiles::default();
    let from = newest(checkpoints, &to.join("checkpoints"), &mut done)?;
    let folder = to.join("journal");
    std::fs::create_dir(&folder)?;
    let all = survey(journal)?;
    let needed: Vec<&Surveyed> = all.iter().filter(|s| s.sequence >= from.segment).collect();
    let first = needed.first().map_or(u64::MAX, |s| s.sequence);
    if from != Position::default() && first > from.segment {
        return Err(io::Error::new(
            io::ErrorKind::NotFound,
            "segments have gone meanwhile",
        ));
    }
    for s in needed {
        // The last one may end within a record that is being written.
        if let Some(fault) = s
            .fault
            .as_ref()
            .filter(|_| s.sequence < all.last().map_or(0, |l| l.sequence))
        {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("{}: {fault}", s.path.display()),
            ));
        }
        if s.end > 0 {
            piece(
                &s.path,
                &folder.join(s.path.file_name().unwrap_or_default()),
                s.end,
            )?;
            (done.segments, done.claims, done.bytes) = (
                done.segments + 1,
                done.claims + s.claims,
                done.bytes + s.end,
            );
        }
    }
    sync_folder(&folder.join("."))?;
    sync_folder(&folder)?;
    Ok(done)
}

/// Copies the newest checkpoint that is whole; where the journal goes on after it.
fn newest(from: &Path, to: &Path, done: &mut CopiedFiles) -> io::Result<Position> {
    std::fs::create_dir(to)?;
    let files = match Checkpoints::list(from) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => Vec::new(),
        files => files?,
    };
    for (_, path) in files {
        match Whole::read(&path) {
            Ok(whole) => {
                let bytes = path.metadata()?.len();
                piece(&path, &to.join(path.file_name().unwrap_or_default()), bytes)?;
                (done.checkpoints, done.bytes) = (1, done.bytes + bytes);
                sync_folder(&to.join("."))?;
                return Ok(whole.cut.position);
            }
            Err(why) => tracing::warn!(file = %path.display(), why, "checkpoint passed over"),
        }
    }
    Ok(Position::default())
}

/// The first `bytes` of a file, durable.
fn piece(from: &Path, to: &Path, bytes: u64) -> io::Result<()> {
    let mut out = File::create_new(to)?;
    let copied = io::copy(&mut File::open(from)?.take(bytes), &mut out)?;
    if copied < bytes {
        return Err(io::Error::new(
            io::ErrorKind::NotFound,
            format!("{} has become shorter", from.display()),
        ));
    }
    out.flush()?;
    out.sync_all()
}
