//! What a folder of segments holds: checked and, at its end, cut at start; read in order at replay.
//!
//! Opening reads the heads of all segments and the whole of the last one. Replay reads everything.
//! Neither skips a byte that may have been acknowledged: what cannot be read is an error that names
//! the place. The one thing that cannot be told from a torn tail is damage to the very last group
//! written, where it lies beyond what is [`Expected`]. A folder that lacks something is not changed.

use super::record::{HEAD, HeadRead, Next, RecordHead, Records, SegmentHead, UNIT, VERSION};
use super::{Expected, JournalError, Numbers, Position, Replayed};
use crate::domain::{Batch, Millis};
use std::fs::{File, OpenOptions};
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// A segment that is no longer written to.
#[derive(Clone, Debug)]
pub(super) struct Segment {
    pub(super) path: PathBuf,
    pub(super) sequence: u64,
    /// Where its acknowledged data ends; what follows does not count.
    pub(super) end: u64,
    /// Length of the file.
    pub(super) bytes: u64,
    /// The newest ingest time in it.
    pub(super) reached: Millis,
}

/// What the file of a segment is called: `journal-{sequence:016x}.log`.
#[must_use]
pub fn file_name(sequence: u64) -> String {
    format!("journal-{sequence:016x}.log")
}

/// The segments of `dir`, oldest first, after cutting the last at its last whole record; and the
/// bytes cut off. A folder that lacks what is expected is left as it is.
pub(super) fn recover(
    dir: &Path,
    expected: &Expected,
) -> Result<(Vec<Segment>, u64), JournalError> {
    let mut files = list(dir)?;
    let mut last = None;
    let mut empty = Vec::new();
    // Segments prepared but not used, or whose first group was never whole, hold nothing.
    while let Some((sequence, path)) = files.last() {
        let tail = Tail::read(path, *sequence, expected)?;
        if tail.end > 0 {
            last = Some((*sequence, path.clone(), tail));
            break;
        }
        empty.push((path.clone(), tail.torn));
        files.pop();
    }
    let end = last
        .as_ref()
        .map_or(expected.begin(), |(s, _, t)| Position {
            segment: *s,
            offset: t.end,
        });
    reaches(dir, end, expected.known)?;
    let mut segments = whole(dir, files, last.as_ref().map(|(_, _, tail)| tail), expected)?;
    // All is as it should be: from here on the folder is changed.
    let mut torn = 0;
    for (path, bytes) in &empty {
        torn += bytes;
        say_torn(path, 0, *bytes);
        std::fs::remove_file(path).map_err(|e| JournalError::io(path, e))?;
    }
    if let Some((_, path, tail)) = &last {
        torn += tail.torn;
        say_torn(path, tail.end, tail.torn);
        tail.cut(path)?;
        if let Some(newest) = segments.last_mut() {
            newest.bytes = tail.end;
        }
    }
    Ok((segments, torn))
}

/// What is cut off was not whole when the hub ended, or the disk has damaged the very last group:
/// nothing on the disk tells these apart beyond what is known to have been synced.
fn say_torn(segment: &Path, end: u64, bytes: u64) {
    if bytes > 0 {
        let segment = segment.display();
        tracing::warn!(
            %segment, end, bytes,
            "journal: a last group that is not whole was cut off; unless the disk has damaged it since, it was not \
             acknowledged"
        );
    }
}

/// Refuses a journal that ends before what is known to have been on disk.
fn reaches(dir: &Path, end: Position, known: Position) -> Result<(), JournalError> {
    if known.offset == 0 || end >= known {
        return Ok(());
    }
    let segment = dir.join(file_name(known.segment));
    Err(if segment.exists() {
        JournalError::Short {
            segment,
            found: if end.segment == known.segment {
                end.offset
            } else {
                0
            },
            known: known.offset,
        }
    } else {
        JournalError::Gone { segment }
    })
}

/// All segments, oldest first, by their heads; `last` is what the newest holds.
fn whole(
    dir: &Path,
    files: Vec<(u64, PathBuf)>,
    last: Option<&Tail>,
    expected: &Expected,
) -> Result<Vec<Segment>, JournalError> {
    let mut segments = Vec::with_capacity(files.len());
    let mut next: Option<SegmentHead> = None;
    for (sequence, path) in files.into_iter().rev() {
        let head = head_of(&path, sequence, expected)?;
        let (end, reached) = match (&next, last) {
            (Some(next), _) if next.sequence != sequence + 1 => {
                return Err(JournalError::Missing {
                    segment: dir.join(file_name(next.sequence - 1)),
                });
            }
            (Some(next), _) => (next.previous_end, Millis(next.reached)),
            (None, Some(tail)) => (tail.end, tail.reached.max(Millis(head.reached))),
            (None, None) => unreachable!("files without a last one"),
        };
        let bytes = std::fs::metadata(&path)
            .map_err(|e| JournalError::io(&path, e))?
            .len();
        if bytes < end {
            return Err(JournalError::Damaged {
                segment: path,
                offset: bytes,
            });
        }
        segments.push(Segment {
            path,
            sequence,
            end,
            bytes,
            reached,
        });
        next = Some(head);
    }
    segments.reverse();
    Ok(segments)
}

/// Sequence and path of every segment file, in order.
pub(super) fn list(dir: &Path) -> Result<Vec<(u64, PathBuf)>, JournalError> {
    let fail = |e| JournalError::io(dir, e);
    let mut files = Vec::new();
    for item in std::fs::read_dir(dir).map_err(fail)? {
        let path = item.map_err(fail)?.path();
        let name = path
            .file_name()
            .and_then(|n| n.to_str())
            .unwrap_or_default();
        let digits = name
            .strip_prefix("journal-")
            .and_then(|n| n.strip_suffix(".log"));
        if let Some(sequence) = digits.and_then(|d| u64::from_str_radix(d, 16).ok()) {
            files.push((sequence, path));
        }
    }
    files.sort_unstable();
    Ok(files)
}

/// The head of a segment that must have one.
fn head_of(path: &Path, sequence: u64, expected: &Expected) -> Result<SegmentHead, JournalError> {
    let damaged = || JournalError::Damaged {
        segment: path.into(),
        offset: 0,
    };
    let mut bytes = [0; HEAD as usize];
    let file = File::open(path).map_err(|e| JournalError::io(path, e))?;
    file.read_exact_at(&mut bytes, 0).map_err(|_| damaged())?;
    match SegmentHead::read(&bytes) {
        HeadRead::Whole(head) if head.version != VERSION => Err(JournalError::Version {
            segment: path.into(),
            version: head.version,
        }),
        HeadRead::Whole(head) if !expected.is_ours(head.folder) => Err(JournalError::Foreign {
            segment: path.into(),
        }),
        HeadRead::Whole(head) if head.sequence == sequence => Ok(head),
        _ => Err(damaged()),
    }
}

/// How the last segment ends.
struct Tail {
    file: File,
    /// End of its whole records; 0 if it has none.
    end: u64,
    /// Bytes after that which are not blank.
    torn: u64,
    reached: Millis,
}

impl Tail {
    fn read(path: &Path, sequence: u64, expected: &Expected) -> Result<Self, JournalError> {
        let fail = |e| JournalError::io(path, e);
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .open(path)
            .map_err(fail)?;
        let bytes = file.metadata().map_err(fail)?.len();
        let mut reached = Millis::NEVER;
        let mut end = 0;
        let mut head = [0; HEAD as usize];
        if bytes >= HEAD {
            file.read_exact_at(&mut head, 0).map_err(fail)?;
        }
        if let HeadRead::Whole(_) = SegmentHead::read(&head) {
            head_of(path, sequence, expected)?;
            let mut input = BufReader::with_capacity(1 << 20, &file);
            input.seek(SeekFrom::Start(HEAD)).map_err(fail)?;
            let mut records = Records::new(input, sequence, HEAD, bytes);
            while let Next::Record(head) = records.next().map_err(fail)? {
                check_version(path, &head)?;
                reached = Millis(head.ingest_ms);
                end = records.at();
            }
        }
        let torn = rest(&file, end, bytes, sequence).map_err(fail)?;
        match torn {
            Rest::Torn(torn) => Ok(Self {
                file,
                end,
                torn,
                reached,
            }),
            Rest::Damaged => Err(JournalError::Damaged {
                segment: path.into(),
                offset: end,
            }),
        }
    }

    /// Shortens the file to its whole records, so that no later reader meets what follows.
    fn cut(&self, path: &Path) -> Result<(), JournalError> {
        let cut = || -> std::io::Result<()> {
            self.file.set_len(self.end)?;
            self.file.sync_all()
        };
        cut().map_err(|e| JournalError::io(path, e))
    }
}

/// What follows the last whole record in a row.
pub(super) enum Rest {
    /// So many bytes that are not blank; none belongs to a group that was acknowledged.
    Torn(u64),
    /// A whole record that was written when everything up to it was on disk, and no longer is.
    Damaged,
}

/// Looks through `file` from `end` on for records of later groups.
pub(super) fn rest(file: &File, end: u64, bytes: u64, sequence: u64) -> std::io::Result<Rest> {
    let mut input = file;
    input.seek(SeekFrom::Start(end))?;
    let mut input = BufReader::with_capacity(1 << 20, input.take(bytes - end));
    let mut unit = [0u8; UNIT as usize];
    let mut at = end;
    let mut used = end;
    while at < bytes {
        let n = (bytes - at).min(UNIT) as usize;
        input.read_exact(&mut unit[..n])?;
        at += n as u64;
        if unit[..n].iter().all(|b| *b == 0) {
            continue;
        }
        used = at;
        let head: RecordHead = bytemuck::cast(unit);
        if n == unit.len() && head.is_plausible() && head.group > end {
            let start = at - UNIT;
            let whole = Records::new(At(file, start), sequence, start, bytes).next()?;
            if matches!(whole, Next::Record(_)) {
                return Ok(Rest::Damaged);
            }
        }
    }
    Ok(Rest::Torn(used - end))
}

/// Reads a file from a place without moving its cursor.
pub(super) struct At<'a>(pub(super) &'a File, pub(super) u64);

impl Read for At<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let n = self.0.read_at(out, self.1)?;
        self.1 += n as u64;
        Ok(n)
    }
}

fn check_version(path: &Path, head: &RecordHead) -> Result<(), JournalError> {
    if head.version == VERSION {
        return Ok(());
    }
    Err(JournalError::Version {
        segment: path.into(),
        version: head.version,
    })
}

/// Hands every record of `segment` from byte `from` on to `each`, in order, and adds up in `total`.
pub(super) fn replay(
    segment: &Segment,
    from: u64,
    numbers: &dyn Numbers,
    each: &mut impl FnMut(Batch),
    total: &mut Replayed,
) -> Result<(), JournalError> {
    let fail = |e| JournalError::io(&segment.path, e);
    let mut input = BufReader::with_capacity(1 << 20, File::open(&segment.path).map_err(fail)?);
    let from = from.max(HEAD);
    input.seek(SeekFrom::Start(from)).map_err(fail)?;
    let mut records = Records::new(input, segment.sequence, from, segment.end);
    let damaged = |offset| JournalError::Damaged {
        segment: segment.path.clone(),
        offset,
    };
    loop {
        let start = records.at();
        match records.next().map_err(fail)? {
            Next::Record(head) => {
                check_version(&segment.path, &head)?;
                let mut claims = Vec::new();
                let orphaned = numbers
                    .decode(records.entries(), &mut claims)
                    .map_err(|_| damaged(start))?;
                total.batches += 1;
                total.claims += claims.len() as u64;
                total.orphaned += orphaned;
                total.bytes += head.bytes();
                each(Batch {
                    ingest_at: Millis(head.ingest_ms),
                    claims,
                });
            }
            Next::End if start == segment.end => return Ok(()),
            Next::End | Next::Broken => return Err(damaged(start)),
        }
    }
}
