//! The quarantine: what was refused and why, kept as JSON lines in two rings of two files each.
//!
//! Promises: bounded (when a ring's newer file is full it takes the place of the older, whose
//! content goes: the oldest half is what is lost, never the newest); one key's refusals fill no more
//! than its part of the ring that all share, and go on in the other, the crowd's, so that a flood
//! of rubbish pushes out no one else's; ids run on across restarts; a reader sees lines newest first
//! and never a torn one. A payload is
//! kept as text if it is UTF-8 (a character cut in two by the excerpt's end is left off), else as
//! lower-case hex, and `encoding` says which.
//!
//! Dear: [`Quarantine::read`] reads up to all files; one reader at a time, so that memory stays at
//! one file.

mod ring;

use super::disk::{Disk, sync_folder};
use crate::domain::{Excerpt, Millis, Reason, Refusal};
use ahash::AHashMap;
use ring::{Ring, newest_first, open};
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// A ring's newer file, and its older one.
type RingFiles = [&'static str; 2];

/// The ring that all share, and that of those who have filled their part of it.
const RINGS: [RingFiles; 2] = [
    ["current.jsonl", "previous.jsonl"],
    ["crowd.jsonl", "crowd-previous.jsonl"],
];

/// The least that a file of a ring holds, bytes: more than the longest line.
const LEAST: u64 = 32 << 10;
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
    /// Who holds the key it came by. `None`: nobody, or it is from before partners were kept.
    #[serde(default)]
    pub partner: Option<String>,
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
            partner: (!r.partner.is_empty()).then(|| start(&r.partner).into()),
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
    /// Those that came by keys of this partner, and no others.
    pub partner: Option<String>,
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
            && (self.partner.is_none() || k.partner == self.partner)
    }
}

impl Default for Filter {
    fn default() -> Self {
        Self {
            reason: None,
            source: None,
            partner: None,
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
            let mut files = Vec::new();
            for names in RINGS {
                files.push([
                    open(&self.0.dir.join(names[0]))?,
                    open(&self.0.dir.join(names[1]))?,
                ]);
            }
            files
        };
        let limit = filter.limit.min(Filter::MAX_LIMIT);
        let mut found = Vec::new();
        let mut lines = Vec::new();
        for ring in files {
            let before = found.len();
            for mut file in ring.into_iter().flatten() {
                let take = limit - (found.len() - before);
                if take == 0 {
                    break;
                }
                lines.clear();
                file.read_to_end(&mut lines)?;
                found.extend(newest_first(&lines).filter(|k| filter.takes(k)).take(take));
            }
        }
        found.sort_unstable_by_key(|k: &KeptRefusal| std::cmp::Reverse(k.id));
        found.truncate(limit);
        Ok(found)
    }
}

/// The writing side; one, on the journal's thread.
pub(super) struct QuarantineWriter {
    shared: Arc<QuarantineShared>,
    next_id: u64,
    all: Ring,
    crowd: Ring,
    /// Bytes of the shared ring's newer file that one key's refusals may have.
    part: u64,
    /// As many have those of each.
    parts: AHashMap<u32, u64>,
}

impl QuarantineWriter {
    /// Opens or makes the folder; a torn last line is cut off. `percent`: what one key's refusals
    /// may fill of what all share.
    pub(super) fn open(
        dir: &Path,
        bytes: u64,
        percent: u32,
        disk: &Arc<dyn Disk>,
    ) -> io::Result<Self> {
        std::fs::create_dir_all(dir)?;
        sync_folder(dir)?;
        // A quarter is the crowd's.
        let crowd = if percent < 100 {
            (bytes / 8).max(LEAST)
        } else {
            LEAST
        };
        let all = if percent < 100 {
            (bytes / 2).saturating_sub(crowd).max(LEAST)
        } else {
            bytes / 2
        };
        let shared = Arc::new(QuarantineShared {
            dir: dir.into(),
            names: Mutex::new(()),
            reading: Mutex::new(()),
        });
        let open = |names, half| Ring::open(&shared, names, half, disk.clone());
        let (all, newest) = open(RINGS[0], all)?;
        let (crowd, newest_of_crowd) = open(RINGS[1], crowd)?;
        Ok(Self {
            part: all.half() * u64::from(percent.min(100)) / 100,
            shared,
            next_id: newest.max(newest_of_crowd).map_or(1, |id| id + 1),
            all,
            crowd,
            parts: AHashMap::new(),
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
            // Strings and numbers always have a JSON form.
            let mut line = serde_json::to_vec(&kept).expect("a line of strings and numbers");
            line.push(b'\n');
            let part = self.parts.entry(r.key).or_default();
            let whole = *part + line.len() as u64;
            if whole <= self.part || self.part >= self.all.half() {
                *part = whole;
                self.all.add(&line);
            } else {
                self.crowd.add(&line);
            }
        }
    }

    /// Writes and syncs what was added. After an error it may be called again: what is durable is
    /// not written twice, and what may not be is written again over the same place.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        if self.all.flush()? {
            // A new file: everybody's part of it is free.
            self.parts.clear();
        }
        self.crowd.flush().map(drop)
    }
}
