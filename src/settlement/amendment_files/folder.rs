//! The folder that the files lie in, as the clerk and everybody else see it: which there are, how
//! much they hold, and what had to go.
//!
//! Promise: bounded. Above its limit the oldest hour goes, and what comes too late to amend fills
//! two files at most. Dear: reading again holds the lock, which the clerk wants twice a block.

use super::hour_file::{
    HourFile, Name, block_size, file_name, is_of_another_version, parse, write_block,
};
use crate::domain::turnover::HOUR_MS;
use crate::domain::{AmendmentLength, Millis};
use crate::settlement::shard::Late;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, BufWriter, Read as _, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What came too late: at this size the file becomes `too-late.old`, whose former content goes. Two
/// million reports.
const ASIDE_BYTES: u64 = 64 << 20;
const ASIDE: &str = "too-late.bin";

pub(super) struct State {
    pub(super) files: BTreeMap<Name, HourFile>,
    bytes: u64,
    /// Hours before it are gone, for everybody.
    pub(super) kept_from: u64,
    aside: BufWriter<File>,
    aside_bytes: u64,
}

pub(super) struct Folder {
    dir: PathBuf,
    pub(super) generation: u32,
    max_bytes: u64,
    state: Mutex<State>,
}

impl State {
    /// Takes up the files that `lengths` name, cut back to that, and removes the others.
    fn open(dir: &Path, lengths: &[AmendmentLength]) -> io::Result<Self> {
        let aside = OpenOptions::new()
            .append(true)
            .create(true)
            .open(dir.join(ASIDE))?;
        let aside_bytes = aside.metadata()?.len();
        let mut state = Self {
            files: BTreeMap::new(),
            bytes: 0,
            kept_from: 0,
            aside: BufWriter::new(aside),
            aside_bytes,
        };
        for item in std::fs::read_dir(dir)? {
            let path = item?.path();
            let Some(name) = parse(&path) else {
                if is_of_another_version(&path) {
                    std::fs::remove_file(&path)?;
                }
                continue;
            };
            let named = lengths
                .iter()
                .find(|l| (l.hour, l.worker, l.generation) == name);
            let Some(length) = named.filter(|l| l.bytes > 0) else {
                std::fs::remove_file(&path)?;
                continue;
            };
            let hour = HourFile::open(&path, length.bytes)?;
            if hour.len < length.bytes {
                tracing::warn!(
                    file = %path.display(),
                    "kept reports are damaged: late ones of that hour cannot amend",
                );
                state.kept_from = state.kept_from.max(name.0 + HOUR_MS);
            }
            state.bytes += hour.len;
            state.files.insert(name, hour);
        }
        // A file that is gone altogether.
        for l in lengths.iter().filter(|l| l.bytes > 0) {
            if !state.files.contains_key(&(l.hour, l.worker, l.generation)) {
                state.kept_from = state.kept_from.max(l.hour + HOUR_MS);
            }
        }
        Ok(state)
    }

    fn set_aside(&mut self, dir: &Path, bytes: &[u8]) -> io::Result<()> {
        if self.aside_bytes >= ASIDE_BYTES {
            self.aside.flush()?;
            let path = dir.join(ASIDE);
            std::fs::rename(&path, path.with_extension("old"))?;
            self.aside = BufWriter::new(OpenOptions::new().append(true).create(true).open(path)?);
            self.aside_bytes = 0;
        }
        self.aside_bytes += bytes.len() as u64;
        self.aside.write_all(bytes)
    }

    pub(super) fn flush_aside(&mut self) -> io::Result<()> {
        self.aside.flush()
    }
}

impl Folder {
    pub(super) fn open(
        dir: &Path,
        generation: u32,
        max_bytes: u64,
        lengths: &[AmendmentLength],
    ) -> io::Result<Self> {
        std::fs::create_dir_all(dir)?;
        Ok(Self {
            dir: dir.into(),
            generation,
            max_bytes,
            state: Mutex::new(State::open(dir, lengths)?),
        })
    }

    /// Hands out what was set aside, a report at a time, the oldest first.
    pub(super) fn read_aside(&self, mut each: impl FnMut(&[u8])) -> io::Result<()> {
        self.state().flush_aside()?;
        let path = self.dir.join(ASIDE);
        for path in [path.with_extension("old"), path] {
            let mut file = match File::open(path) {
                Ok(file) => BufReader::new(file),
                Err(e) if e.kind() == io::ErrorKind::NotFound => continue,
                Err(e) => return Err(e),
            };
            let mut report = [0; size_of::<Late>()];
            // What is left over was torn off.
            while file.read_exact(&mut report).is_ok() {
                each(&report);
            }
        }
        Ok(())
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn path(&self, name: Name) -> PathBuf {
        self.dir.join(file_name(name))
    }

    /// Makes durable what has been written.
    pub(super) fn sync(&self) -> io::Result<()> {
        // Syncing waits for the disk; workers must not.
        let mut files = Vec::new();
        for hour in self.state().files.values_mut().filter(|h| h.unsynced) {
            files.push(hour.file.clone());
            hour.unsynced = false;
        }
        files.iter().try_for_each(|f| f.sync_data())?;
        File::open(&self.dir)?.sync_all()
    }

    /// Adds what all workers have kept of a group in an hour.
    pub(super) fn read(&self, hour: Millis, group: u32, into: &mut Vec<u64>) -> io::Result<()> {
        let state = self.state();
        let workers = (hour.0, 0, 0)..=(hour.0, u32::MAX, u32::MAX);
        for ((_, _, generation), file) in state.files.range(workers) {
            let ours = *generation == self.generation;
            file.read(ours.then_some(group), into)?;
        }
        Ok(())
    }

    /// Removes hours before that one, of worker `me` of `of`.
    pub(super) fn forget(&self, hour: u64, me: u32, of: u32) {
        // The first also clears up after workers that there were more of once.
        let ours = |worker: u32| worker == me || me == 0 && worker >= of;
        self.remove(&mut self.state(), |n| n.0 < hour && ours(n.1));
    }

    fn remove(&self, state: &mut State, gone: impl Fn(&Name) -> bool) {
        let names: Vec<Name> = state.files.keys().filter(|n| gone(n)).copied().collect();
        for name in names {
            if let Some(hour) = state.files.remove(&name) {
                state.bytes -= hour.len;
                // A file that stays is removed at the next start.
                let _ = std::fs::remove_file(self.path(name));
            }
        }
    }

    /// Puts what came too late to amend where an operator may find it.
    pub(super) fn set_aside(&self, bytes: &[u8]) -> io::Result<()> {
        self.state().set_aside(&self.dir, bytes)
    }

    /// Only the clerk appends, so nothing has to be locked while it writes.
    pub(super) fn append(&self, name: Name, group: u32, words: &[u64]) -> io::Result<()> {
        let (file, len) = match self.state().files.entry(name) {
            Entry::Occupied(there) => (there.get().file.clone(), there.get().len),
            Entry::Vacant(free) => {
                let hour = free.insert(HourFile::create(&self.path(name))?);
                (hour.file.clone(), 0)
            }
        };
        let (at, bytes) = write_block(&file, len, group, words)?;
        let mut state = self.state();
        // It may have gone meanwhile, for want of room.
        let Some(hour) = state.files.get_mut(&name) else {
            return Ok(());
        };
        hour.blocks.push((group, at, bytes));
        (hour.len, hour.unsynced) = (len + block_size(words), true);
        state.bytes += block_size(words);
        while state.bytes > self.max_bytes
            && let Some(oldest) = state.files.keys().next().map(|n| n.0)
            && oldest < name.0
        {
            self.remove(&mut state, |n| n.0 == oldest);
            state.kept_from = state.kept_from.max(oldest + HOUR_MS);
        }
        Ok(())
    }
}
