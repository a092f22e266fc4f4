//! What a journal's folder holds, read by somebody who does not own it: nothing is changed, nothing
//! is locked, and a hub may be writing all the while.

use super::record::{HEAD, HeadRead, Next, Records, SegmentHead, VERSION};
use super::recover::{At, Rest, list, rest};
use super::{FolderId, JournalError, Position};
use crate::domain::Millis;
use std::fs::File;
use std::io::{self, BufReader, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

/// How the fault of a segment ends whose neighbour is not there.
pub(super) const GAP: &str = "before it is missing";

/// One segment file as it is found.
#[derive(Clone, Debug)]
pub struct Surveyed {
    pub path: PathBuf,
    pub sequence: u64,
    /// Length of the file.
    pub bytes: u64,
    /// End of its whole records that count; 0 if it holds none.
    pub end: u64,
    pub records: u64,
    pub claims: u64,
    /// Ingest times of its first and last record.
    pub first: Millis,
    pub last: Millis,
    /// The data folder it was written for; zeroes: not said.
    pub folder: FolderId,
    /// What is wrong with it.
    pub fault: Option<String>,
}

/// Every segment of `dir`, oldest first; those prepared and not used are left out. Dear: reads all
/// of them.
///
/// # Errors
/// When the folder cannot be read. A segment that goes while it is being looked at is left out.
pub fn survey(dir: &Path) -> io::Result<Vec<Surveyed>> {
    let files = list(dir).map_err(|e| match e {
        JournalError::Io { error, .. } => error,
        other => io::Error::other(other),
    })?;
    // All heads before any record, and the newest first: a segment that is begun later is left out,
    // so that each but the last is closed, and its end known, before it is read.
    let mut heads: Vec<_> = files.iter().rev().map(|(_, path)| head(path)).collect();
    heads.reverse();
    let known = heads
        .iter()
        .rposition(Option::is_some)
        .map_or(files.len(), |last| last + 1);
    let mut all: Vec<Surveyed> = Vec::with_capacity(known);
    for (at, (sequence, path)) in files.iter().take(known).enumerate() {
        let limit = heads
            .get(at + 1)
            .copied()
            .flatten()
            .map(|next| next.previous_end);
        let one = match look(path, *sequence, limit) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => continue,
            one => one?,
        };
        if one.end > 0 || one.fault.is_some() {
            all.push(one);
        }
    }
    for i in 1..all.len() {
        if all[i].sequence != all[i - 1].sequence + 1 {
            let missing = all[i].sequence - 1;
            all[i]
                .fault
                .get_or_insert_with(|| format!("segment {missing:016x} {GAP}"));
        }
    }
    Ok(all)
}

/// The place after the last whole record.
#[must_use]
pub fn end_of(all: &[Surveyed]) -> Position {
    all.last().map_or(Position::default(), |s| Position {
        segment: s.sequence,
        offset: s.end,
    })
}

/// The data folder that the newest segment of `dir` was written for, where one says so.
#[must_use]
pub fn folder_of(dir: &Path) -> Option<FolderId> {
    let files = list(dir).ok()?;
    let mut heads = files.iter().rev().filter_map(|(_, path)| head(path));
    heads
        .find(|h| h.folder != FolderId::default())
        .map(|h| h.folder)
}

fn head(path: &Path) -> Option<SegmentHead> {
    let mut bytes = [0; HEAD as usize];
    File::open(path).ok()?.read_exact(&mut bytes).ok()?;
    match SegmentHead::read(&bytes) {
        HeadRead::Whole(head) => Some(head),
        _ => None,
    }
}

/// `limit`: where its data ends, if a later segment says so.
fn look(path: &Path, sequence: u64, limit: Option<u64>) -> io::Result<Surveyed> {
    let file = File::open(path)?;
    let bytes = file.metadata()?.len();
    let first = Millis::NEVER;
    let last = Millis::NEVER;
    let path = path.to_owned();
    let mut s = Surveyed {
        path,
        sequence,
        bytes,
        end: 0,
        records: 0,
        claims: 0,
        first,
        last,
        folder: FolderId::default(),
        fault: None,
    };
    match head(&s.path) {
        None if limit.is_none() => return Ok(s),
        Some(h) if h.version == VERSION && h.sequence == sequence => s.folder = h.folder,
        Some(h) if h.version != VERSION => {
            s.fault = Some(format!("format version {}", h.version));
            return Ok(s);
        }
        _ => {
            s.fault = Some("its head is damaged".into());
            return Ok(s);
        }
    }
    let mut input = BufReader::with_capacity(1 << 20, file);
    input.seek(SeekFrom::Start(HEAD))?;
    let mut records = Records::new(input, sequence, HEAD, limit.unwrap_or(bytes).min(bytes));
    let rest = loop {
        match records.next()? {
            Next::Record(head) => {
                s.last = Millis(head.ingest_ms);
                s.first = if s.records == 0 { s.last } else { s.first };
                (s.records, s.claims, s.end) = (
                    s.records + 1,
                    s.claims + u64::from(head.count),
                    records.at(),
                );
            }
            rest => break rest,
        }
    };
    match limit {
        Some(limit) if s.end != limit => s.fault = Some(format!("damaged at byte {}", s.end)),
        None if rest == Next::Broken && later_group(&s)? => {
            s.fault = Some(format!("damaged at byte {}", s.end));
        }
        None if rest == Next::Broken => {
            s.fault = Some(format!(
                "ends within a record at byte {}: not acknowledged, a start cuts it off",
                s.end
            ));
        }
        _ => {}
    }
    Ok(s)
}

/// Whether something was written behind what cannot be read, so that it must have been whole once.
/// While a hub writes, a record may be half there at one moment and whole at the next: that is no
/// damage.
fn later_group(s: &Surveyed) -> io::Result<bool> {
    let file = File::open(&s.path)?;
    let end = s.end.max(HEAD);
    let bytes = file.metadata()?.len();
    if !matches!(rest(&file, end, bytes, s.sequence)?, Rest::Damaged) {
        return Ok(false);
    }
    let again = Records::new(At(&file, end), s.sequence, end, bytes).next()?;
    Ok(!matches!(again, Next::Record(_)))
}
