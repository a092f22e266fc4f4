//! What credit is worked out of, on disk: of each day that is not settled yet a file that grows
//! (`DAY.open`), of each that is one that stays (`DAY.day`).
//!
//! `DAY.open` is blocks of one hour and shard: hour (u64), shard (u32), number (u32), FNV-1a of all the
//! rest (u64), then the samples, 16 bytes each; little-endian. A block that is not whole is the last: a
//! crash cut it off. `DAY.day` is a line of JSON (the day, who is who, who was anchored), then the day's
//! samples in order, then FNV-1a of all before it. Bounded by what settlement takes of a day: at most
//! 100 MB for each of its workers.

use crate::domain::Millis;
use crate::domain::credit::CreditSample;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Bytes before a block's samples.
const HEAD: usize = 24;

/// One hour of one shard.
pub struct OpenBlock {
    pub hour: Millis,
    pub shard: u32,
    pub samples: Vec<CreditSample>,
}

/// What a settled day was worked out of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettledDay {
    pub head: DayHead,
    pub samples: Vec<CreditSample>,
}

/// The line before its samples.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DayHead {
    /// Since 1970, UTC.
    pub day: u64,
    /// By number.
    pub partners: BTreeMap<u16, String>,
    /// Whose words judged others'.
    pub anchored: BTreeSet<u16>,
}

/// The folder.
pub struct CreditFiles {
    dir: PathBuf,
    /// One writes at a time.
    writing: Mutex<()>,
}

fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

fn spoilt(path: &Path) -> io::Error {
    let why = format!("{}: is damaged", path.display());
    io::Error::new(io::ErrorKind::InvalidData, why)
}

impl OpenBlock {
    fn write(&self, out: &mut Vec<u8>) {
        let bytes = CreditSample::bytes_of(&self.samples);
        let mut body = self.hour.0.to_le_bytes().to_vec();
        body.extend(self.shard.to_le_bytes());
        body.extend((self.samples.len() as u32).to_le_bytes());
        out.extend_from_slice(&body);
        body.extend_from_slice(bytes);
        out.extend(fnv(&body).to_le_bytes());
        out.extend_from_slice(bytes);
    }

    /// The first of `bytes`, and how long it is; `None` where none is whole.
    fn first(bytes: &[u8]) -> Option<(Self, usize)> {
        let head = bytes.get(..HEAD)?;
        let n = u32::from_le_bytes(head[12..16].try_into().ok()?) as usize;
        let end = HEAD + n.checked_mul(size_of::<CreditSample>())?;
        let samples = bytes.get(HEAD..end)?;
        let body = [&head[..16], samples].concat();
        let sum = u64::from_le_bytes(head[16..].try_into().ok()?);
        let block = Self {
            hour: Millis(u64::from_le_bytes(head[..8].try_into().ok()?)),
            shard: u32::from_le_bytes(head[8..12].try_into().ok()?),
            samples: CreditSample::read(samples),
        };
        (fnv(&body) == sum).then_some((block, end))
    }
}

/// The whole blocks of an open day, and how long they are together.
fn blocks(bytes: &[u8]) -> (Vec<OpenBlock>, usize) {
    let mut all = Vec::new();
    let mut at = 0;
    while let Some((block, len)) = OpenBlock::first(&bytes[at..]) {
        all.push(block);
        at += len;
    }
    (all, at)
}

impl CreditFiles {
    /// Makes the folder if it is not there, and cuts off what a crash has left half written.
    ///
    /// # Errors
    /// What the disk says.
    pub fn open(dir: &Path) -> io::Result<Self> {
        fs::create_dir_all(dir)?;
        let own = Self {
            dir: dir.to_owned(),
            writing: Mutex::new(()),
        };
        for day in own.open_days()? {
            let path = own.path(day, "open");
            let bytes = fs::read(&path)?;
            let (_, whole) = blocks(&bytes);
            if whole < bytes.len() {
                let file = OpenOptions::new().write(true).open(&path)?;
                file.set_len(whole as u64)?;
                file.sync_all()?;
            }
        }
        Ok(own)
    }

    /// One that is only read: nothing is made or cut.
    #[must_use]
    pub fn look(dir: &Path) -> Self {
        Self {
            dir: dir.to_owned(),
            writing: Mutex::new(()),
        }
    }

    fn path(&self, day: u64, kind: &str) -> PathBuf {
        let date = Millis(day * super::DAY_MS).to_string();
        self.dir.join(format!("{}.{kind}", &date[..10]))
    }

    fn days(&self, kind: &str) -> io::Result<Vec<u64>> {
        let mut days = Vec::new();
        for entry in fs::read_dir(&self.dir)? {
            let name = entry?.file_name();
            let name = name.to_string_lossy();
            let date = name.strip_suffix(kind).and_then(|n| n.strip_suffix('.'));
            let midnight = date.and_then(|date| Millis::parse(&format!("{date}T00:00:00Z")));
            days.extend(midnight.map(|at| at.0 / super::DAY_MS));
        }
        days.sort_unstable();
        Ok(days)
    }

    /// The days that are not settled, ascending.
    pub fn open_days(&self) -> io::Result<Vec<u64>> {
        self.days("open")
    }

    /// The days that are, ascending.
    pub fn settled_days(&self) -> io::Result<Vec<u64>> {
        self.days("day")
    }

    /// Adds blocks to their days, durably.
    pub(super) fn append(&self, all: &[OpenBlock]) -> io::Result<()> {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut by_day: BTreeMap<u64, Vec<u8>> = BTreeMap::new();
        for block in all {
            block.write(by_day.entry(block.hour.0 / super::DAY_MS).or_default());
        }
        for (day, bytes) in by_day {
            let path = self.path(day, "open");
            let is_new = !path.exists();
            let mut file = OpenOptions::new().append(true).create(true).open(&path)?;
            let before = file.metadata()?.len();
            let written = file.write_all(&bytes).and_then(|()| file.sync_data());
            if written.is_err() {
                // Half of it would hide all that comes after.
                file.set_len(before)?;
            }
            written?;
            if is_new {
                self.sync_folder()?;
            }
        }
        Ok(())
    }

    /// All samples of an open day. Of an hour and shard that is there twice the first counts.
    pub(super) fn read_open(&self, day: u64) -> io::Result<Vec<CreditSample>> {
        let bytes = fs::read(self.path(day, "open"))?;
        let mut seen = BTreeSet::new();
        let mut samples = Vec::new();
        for block in blocks(&bytes).0 {
            if seen.insert((block.hour, block.shard)) {
                samples.extend(block.samples);
            }
        }
        Ok(samples)
    }

    /// Writes a settled day, durably, in the place of what was there of it.
    pub(super) fn write_settled(&self, day: &SettledDay) -> io::Result<()> {
        let mut bytes = serde_json::to_vec(&day.head)?;
        bytes.push(b'\n');
        bytes.extend_from_slice(CreditSample::bytes_of(&day.samples));
        bytes.extend(fnv(&bytes).to_le_bytes());
        let path = self.path(day.head.day, "day");
        let staged = path.with_extension("day.new");
        let mut file = File::create(&staged)?;
        file.write_all(&bytes)?;
        file.sync_all()?;
        fs::rename(&staged, &path)?;
        self.sync_folder()
    }

    /// What a settled day was worked out of.
    ///
    /// # Errors
    /// What the disk says, and for a file that is damaged.
    pub fn read_settled(&self, day: u64) -> io::Result<SettledDay> {
        let path = self.path(day, "day");
        let bytes = fs::read(&path)?;
        let (body, _) = bytes
            .split_last_chunk::<8>()
            .filter(|(body, sum)| fnv(body) == u64::from_le_bytes(**sum))
            .ok_or_else(|| spoilt(&path))?;
        let line = body.iter().position(|b| *b == b'\n');
        let line = line.ok_or_else(|| spoilt(&path))?;
        let head: DayHead = serde_json::from_slice(&body[..line])?;
        let samples = CreditSample::read(&body[line + 1..]);
        Ok(SettledDay { head, samples })
    }

    /// The day is settled, and its rows are in the store.
    pub(super) fn close(&self, day: u64) -> io::Result<()> {
        fs::remove_file(self.path(day, "open"))?;
        self.sync_folder()
    }

    /// Lets go of settled days before that one.
    pub(super) fn forget(&self, before: u64) -> io::Result<()> {
        for day in self.settled_days()? {
            if day < before {
                fs::remove_file(self.path(day, "day"))?;
            }
        }
        Ok(())
    }

    fn sync_folder(&self) -> io::Result<()> {
        File::open(&self.dir)?.sync_all()
    }
}
