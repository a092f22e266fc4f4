//! The quarantine: what was refused and why, kept as JSON lines in two files, newest in
//! `current.jsonl`.
//!
//! Promises: bounded (when `current.jsonl` reaches half of `quarantine_bytes` it becomes
//! `previous.jsonl`, whose former content goes: the oldest half is what is lost, never the newest);
//! ids run on across restarts; a reader sees lines newest first and never a torn one. A payload is
//! kept as text if it is UTF-8 (a character cut in two by the excerpt's end is left off), else as
//! lower-case hex, and `encoding` says which.
//!
//! Dear: [`Quarantine::read`] reads up to both files; one reader at a time, so that memory stays at
//! one file.

use super::disk::{Disk, sync_folder};
use crate::domain::{Excerpt, Millis, Reason, Refusal};
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

const CURRENT: &str = "current.jsonl";
const PREVIOUS: &str = "previous.jsonl";
/// The most of a topic or detail that is kept, bytes: bounds a line to some 20 KiB, however it must
/// be escaped.
const TEXT_MAX: usize = 1024;

/// One refusal as it is kept and shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptRefusal {
    /// Runs on across restarts; higher is newer. Unique among what is kept.
    pub id: u64,
    /// When it was refused, RFC 3339.
    pub at: String,
    /// Public name of the reason.
    pub reason: String,
    pub door: String,
    /// The authenticated sender.
    pub source: String,
    /// MQTT topic or HTTP path.
    pub topic: String,
    /// Position in the message, when only that item was refused.
    pub index: Option<u32>,
    pub detail: String,
    /// The start of what was sent.
    pub payload: String,
    /// How `payload` is written: `utf8` or `hex`.
    pub encoding: String,
}

impl KeptRefusal {
    fn new(id: u64, at: Millis, r: &Refusal) -> Self {
        let (payload, encoding) = match text(&r.payload) {
            Some(text) => (text.to_owned(), "utf8"),
            None => (hex(&r.payload), "hex"),
        };
        Self {
            id,
            at: at.to_string(),
            reason: r.reason.name().into(),
            door: r.door.name().into(),
            source: start(&r.source).into(),
            topic: start(&r.topic).into(),
            index: r.index,
            detail: start(&r.detail).into(),
            payload,
            encoding: encoding.into(),
        }
    }
}

fn start(text: &str) -> &str {
    let cut = (0..=TEXT_MAX.min(text.len()))
        .rev()
        .find(|at| text.is_char_boundary(*at));
    &text[..cut.unwrap_or(0)]
}

fn text(payload: &[u8]) -> Option<&str> {
    match std::str::from_utf8(payload) {
        Ok(text) => Some(text),
        Err(e) if e.error_len().is_none() && payload.len() == Excerpt::MAX_LEN => {
            std::str::from_utf8(&payload[..e.valid_up_to()]).ok()
        }
        Err(_) => None,
    }
}

fn hex(payload: &[u8]) -> String {
    payload.iter().take(Excerpt::MAX_LEN).fold(
        String::with_capacity(2 * payload.len()),
        |mut out, b| {
            // Writing to a string cannot fail.
            let _ = write!(out, "{b:02x}");
            out
        },
    )
}

/// Which refusals to read. The default is the newest 100 of all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    pub reason: Option<Reason>,
    pub source: Option<String>,
    /// Only ids below this: the last id of the page before.
    pub before_id: Option<u64>,
    /// At most this many, and never more than [`Filter::MAX_LIMIT`].
    pub limit: usize,
}

impl Filter {
    pub const MAX_LIMIT: usize = 1000;

    fn takes(&self, k: &KeptRefusal) -> bool {
        self.before_id.is_none_or(|id| k.id < id)
            && self.reason.is_none_or(|r| k.reason == r.name())
            && self.source.as_ref().is_none_or(|s| k.source == *s)
    }
}

impl Default for Filter {
    fn default() -> Self {
        Self {
            reason: None,
            source: None,
            before_id: None,
            limit: 100,
        }
    }
}

struct QuarantineShared {
    dir: PathBuf,
    /// Held while files change their names and while a reader opens them: never during other I/O.
    names: Mutex<()>,
    /// Held for a whole read.
    reading: Mutex<()>,
}

/// Reads the quarantine. Cheap to clone; may be used while the hub runs.
#[derive(Clone)]
pub struct Quarantine(Arc<QuarantineShared>);

impl Quarantine {
    /// The refusals that `filter` takes, newest first. Blocks on disk: not to be called on an async
    /// thread.
    pub fn read(&self, filter: &Filter) -> io::Result<Vec<KeptRefusal>> {
        let _one = self
            .0
            .reading
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let files = {
            let _names = self.0.names.lock().unwrap_or_else(PoisonError::into_inner);
            [
                open(&self.0.dir.join(CURRENT))?,
                open(&self.0.dir.join(PREVIOUS))?,
            ]
        };
        let limit = filter.limit.min(Filter::MAX_LIMIT);
        let mut found = Vec::new();
        let mut lines = Vec::new();
        for mut file in files.into_iter().flatten() {
            if found.len() >= limit {
                break;
            }
            lines.clear();
            file.read_to_end(&mut lines)?;
            let take = limit - found.len();
            found.extend(newest_first(&lines).filter(|k| filter.takes(k)).take(take));
        }
        Ok(found)
    }
}

/// `None` if there is no such file.
fn open(path: &Path) -> io::Result<Option<File>> {
    match File::open(path) {
        Ok(file) => Ok(Some(file)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e),
    }
}

/// Bytes up to and including the last line's end.
fn whole(lines: &[u8]) -> usize {
    lines
        .iter()
        .rposition(|b| *b == b'\n')
        .map_or(0, |at| at + 1)
}

fn newest_first(lines: &[u8]) -> impl Iterator<Item = KeptRefusal> + '_ {
    lines[..whole(lines)]
        .split(|b| *b == b'\n')
        .rev()
        .filter(|line| !line.is_empty())
        .filter_map(|line| {
            serde_json::from_slice(line)
                .inspect_err(|e| tracing::warn!(error = %e, "quarantine: unreadable line"))
                .ok()
        })
}

/// The writing side; one, on the journal's thread.
pub(super) struct QuarantineWriter {
    shared: Arc<QuarantineShared>,
    disk: Arc<dyn Disk>,
    half: u64,
    next_id: u64,
    /// `None` after a rotation that did not succeed yet.
    file: Option<File>,
    /// Durable bytes of `file`.
    end: u64,
    /// Lines on their way to disk, and how much of them is there.
    lines: Vec<u8>,
    done: usize,
}

impl QuarantineWriter {
    /// Opens or makes the folder; a torn last line is cut off.
    pub(super) fn open(dir: &Path, bytes: u64, disk: Arc<dyn Disk>) -> io::Result<Self> {
        std::fs::create_dir_all(dir)?;
        sync_folder(dir)?;
        let path = dir.join(CURRENT);
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)?;
        sync_folder(&path)?;
        let mut lines = Vec::new();
        file.read_to_end(&mut lines)?;
        let end = whole(&lines);
        if end < lines.len() {
            tracing::warn!(
                bytes = lines.len() - end,
                "quarantine: torn last line cut off; it was not acknowledged"
            );
            file.set_len(end as u64)?;
        }
        let mut newest = newest_first(&lines).map(|k| k.id).max();
        if newest.is_none()
            && let Some(mut previous) = open(&dir.join(PREVIOUS))?
        {
            lines.clear();
            previous.read_to_end(&mut lines)?;
            newest = newest_first(&lines).map(|k| k.id).next();
        }
        let shared = QuarantineShared {
            dir: dir.into(),
            names: Mutex::new(()),
            reading: Mutex::new(()),
        };
        Ok(Self {
            shared: Arc::new(shared),
            disk,
            half: bytes / 2,
            next_id: newest.map_or(1, |id| id + 1),
            file: Some(file),
            end: end as u64,
            lines: Vec::new(),
            done: 0,
        })
    }

    pub(super) fn reader(&self) -> Quarantine {
        Quarantine(self.shared.clone())
    }

    /// Takes refusals in; [`Self::flush`] makes them durable.
    pub(super) fn add(&mut self, at: Millis, refusals: &[Refusal]) {
        for r in refusals {
            let kept = KeptRefusal::new(self.next_id, at, r);
            self.next_id += 1;
            // Strings and numbers always have a JSON form, and a Vec takes all that is written to
            // it.
            serde_json::to_writer(&mut self.lines, &kept).expect("a line of strings and numbers");
            self.lines.push(b'\n');
        }
    }

    /// Writes and syncs what was added. After an error it may be called again: what is durable is
    /// not written twice, and what may not be is written again over the same place.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        while self.done < self.lines.len() {
            let room = (self.half.saturating_sub(self.end)) as usize;
            let left = &self.lines[self.done..];
            let fits = if left.len() <= room {
                left.len()
            } else {
                whole(&left[..room])
            };
            match &self.file {
                Some(file) if fits > 0 => {
                    self.disk.write(file, &left[..fits], self.end)?;
                    self.disk.sync(file)?;
                    self.end += fits as u64;
                    self.done += fits;
                }
                _ => self.rotate()?,
            }
        }
        self.lines.clear();
        self.done = 0;
        Ok(())
    }

    fn rotate(&mut self) -> io::Result<()> {
        let path = self.shared.dir.join(CURRENT);
        let _names = self
            .shared
            .names
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if self.file.is_some() {
            std::fs::rename(&path, self.shared.dir.join(PREVIOUS))?;
            self.file = None;
        }
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .open(&path)?;
        sync_folder(&path)?;
        self.file = Some(file);
        self.end = 0;
        Ok(())
    }
}
