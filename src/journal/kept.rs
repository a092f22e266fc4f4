//! Settled reports in files, one an hour and worker, so that a late report can amend what was settled.
//!
//! Not a journal: what is here can be made again from the journal and the checkpoint it goes with. So nothing is
//! synced but for a checkpoint, which names how much of each file counts; a start cuts the files back to that.
//! Promises: bounded (the oldest hours go first, and [`KeptReports::kept_from`] says so); a block that a crash of the machine has
//! damaged is told by its checksum, and its hour counts as gone.
//!
//! A file is blocks: group, length, checksum of both and the bytes (CRC-32C), 0 (u32 each), and the bytes. Its name tells hour, worker, and
//! generation: groups mean something only within a generation, so of another one all blocks are read.

use crate::domain::turnover::HOUR_MS;
use crate::domain::{KeptLength, KeptReports, Millis};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What came too late: at this size the file becomes `too-late.old`, whose former content goes. Two million reports.
const ASIDE_BYTES: u64 = 64 << 20;
const ASIDE: &str = "too-late.bin";

#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
struct Head {
    group: u32,
    len: u32,
    crc: u32,
    zero: u32,
}

impl Head {
    fn new(group: u32, bytes: &[u8]) -> Self {
        let len = bytes.len() as u32;
        let crc = crc32c::crc32c_append(crc32c::crc32c(bytemuck::cast_slice(&[group, len])), bytes);
        Self { group, len, crc, zero: 0 }
    }
}

/// Start of the hour, worker, generation.
type Name = (u64, u32, u32);

struct Hour {
    file: File,
    len: u64,
    /// Group, offset and length of each block's bytes.
    blocks: Vec<(u32, u64, u32)>,
    unsynced: bool,
}

struct State {
    files: BTreeMap<Name, Hour>,
    bytes: u64,
    /// Hours before it are gone, for everybody.
    kept_from: u64,
    aside: BufWriter<File>,
    aside_bytes: u64,
}

/// The folder of kept reports.
#[derive(Clone)]
pub struct KeptFiles {
    dir: PathBuf,
    generation: u32,
    max_bytes: u64,
    state: Arc<Mutex<State>>,
}

impl KeptFiles {
    /// Opens the folder as a checkpoint left it: cuts its files back to `lengths`, and removes the others.
    pub fn open(dir: &Path, generation: u32, max_bytes: u64, lengths: &[KeptLength]) -> io::Result<Self> {
        std::fs::create_dir_all(dir)?;
        let aside = OpenOptions::new().append(true).create(true).open(dir.join(ASIDE))?;
        let aside_bytes = aside.metadata()?.len();
        let aside = BufWriter::new(aside);
        let mut state = State { files: BTreeMap::new(), bytes: 0, kept_from: 0, aside, aside_bytes };
        for item in std::fs::read_dir(dir)? {
            let path = item?.path();
            let Some(name) = parse(&path) else { continue };
            let named = lengths.iter().find(|l| (l.hour, l.worker, l.generation) == name);
            let Some(length) = named.filter(|l| l.bytes > 0) else {
                std::fs::remove_file(&path)?;
                continue;
            };
            let hour = Hour::open(&path, length.bytes)?;
            if hour.len < length.bytes {
                tracing::warn!(file = %path.display(), "kept reports are damaged: late ones of that hour cannot amend");
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
        Ok(Self { dir: dir.into(), generation, max_bytes, state: Arc::new(Mutex::new(state)) })
    }

    /// What worker `me` of `of` uses.
    #[must_use]
    pub fn of_worker(&self, me: u32, of: u32) -> Box<dyn KeptReports> {
        Box::new(Hand { files: self.clone(), me, of, forgotten: 0 })
    }

    /// Makes durable what has been appended so far.
    pub fn sync(&self) -> io::Result<()> {
        // Syncing waits for the disk; workers must not.
        let mut files = Vec::new();
        for hour in self.state().files.values_mut().filter(|h| h.unsynced) {
            files.push(hour.file.try_clone()?);
            hour.unsynced = false;
        }
        files.iter().try_for_each(File::sync_data)?;
        File::open(&self.dir)?.sync_all()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn path(&self, (hour, worker, generation): Name) -> PathBuf {
        self.dir.join(format!("{:08}-{worker:03}-{generation:08x}.kept", hour / HOUR_MS))
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
}

fn parse(path: &Path) -> Option<Name> {
    let mut parts = path.file_name()?.to_str()?.strip_suffix(".kept")?.splitn(3, '-');
    let (hour, worker) = (parts.next()?.parse::<u64>().ok()?, parts.next()?.parse().ok()?);
    Some((hour * HOUR_MS, worker, u32::from_str_radix(parts.next()?, 16).ok()?))
}

impl Hour {
    /// Reads where the blocks of the first `len` bytes lie; what is behind them, or damaged, is cut off.
    fn open(path: &Path, len: u64) -> io::Result<Self> {
        let file = OpenOptions::new().read(true).write(true).open(path)?;
        let mut hour = Self { file, len: 0, blocks: Vec::new(), unsynced: false };
        let mut bytes = Vec::new();
        while hour.len < len {
            let mut head = [0; size_of::<Head>()];
            if hour.file.read_exact_at(&mut head, hour.len).is_err() {
                break;
            }
            let head: Head = bytemuck::cast(head);
            let (at, end) =
                (hour.len + size_of::<Head>() as u64, hour.len + size_of::<Head>() as u64 + u64::from(head.len));
            if end > len {
                break;
            }
            bytes.resize(head.len as usize, 0);
            if hour.file.read_exact_at(&mut bytes, at).is_err() || Head::new(head.group, &bytes).crc != head.crc {
                break;
            }
            hour.blocks.push((head.group, at, head.len));
            hour.len = end;
        }
        hour.file.set_len(hour.len)?;
        Ok(hour)
    }

    fn append(&mut self, group: u32, bytes: &[u8]) -> io::Result<u64> {
        let at = self.len + size_of::<Head>() as u64;
        // One call more costs less than putting both together first.
        self.file.write_all_at(bytemuck::bytes_of(&Head::new(group, bytes)), self.len)?;
        self.file.write_all_at(bytes, at)?;
        self.blocks.push((group, at, bytes.len() as u32));
        let written = at + bytes.len() as u64 - self.len;
        self.len += written;
        self.unsynced = true;
        Ok(written)
    }
}

struct Hand {
    files: KeptFiles,
    me: u32,
    of: u32,
    forgotten: u64,
}

impl KeptReports for Hand {
    fn append(&mut self, hour: Millis, group: u32, bytes: &[u8]) -> io::Result<()> {
        let (files, name) = (&self.files, (hour.0, self.me, self.files.generation));
        let mut state = files.state();
        let file = match state.files.entry(name) {
            Entry::Occupied(there) => there.into_mut(),
            Entry::Vacant(free) => {
                let path = files.path(name);
                let file = OpenOptions::new().read(true).write(true).create(true).truncate(true).open(path)?;
                free.insert(Hour { file, len: 0, blocks: Vec::new(), unsynced: true })
            }
        };
        let written = file.append(group, bytes)?;
        state.bytes += written;
        while state.bytes > files.max_bytes
            && let Some(oldest) = state.files.keys().next().map(|n| n.0)
            && oldest < hour.0
        {
            files.remove(&mut state, |n| n.0 == oldest);
            state.kept_from = state.kept_from.max(oldest + HOUR_MS);
        }
        Ok(())
    }

    fn read(&mut self, hour: Millis, group: u32, into: &mut Vec<u8>) -> io::Result<()> {
        let state = self.files.state();
        for ((_, _, generation), file) in state.files.range((hour.0, 0, 0)..=(hour.0, u32::MAX, u32::MAX)) {
            for (of, at, len) in &file.blocks {
                if *of == group || *generation != self.files.generation {
                    let from = into.len();
                    into.resize(from + *len as usize, 0);
                    file.file.read_exact_at(&mut into[from..], *at)?;
                }
            }
        }
        Ok(())
    }

    fn kept_from(&self) -> Millis {
        Millis(self.files.state().kept_from.max(self.forgotten))
    }

    fn forget(&mut self, hour: Millis) {
        self.forgotten = self.forgotten.max(hour.0);
        let (me, of) = (self.me, self.of);
        // The first also clears up after workers that there were more of once.
        let ours = |worker: u32| worker == me || me == 0 && worker >= of;
        let mut state = self.files.state();
        self.files.remove(&mut state, |n| n.0 < hour.0 && ours(n.1));
    }

    fn too_late(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.files.state();
        if state.aside_bytes >= ASIDE_BYTES {
            state.aside.flush()?;
            let path = self.files.dir.join(ASIDE);
            std::fs::rename(&path, path.with_extension("old"))?;
            state.aside = BufWriter::new(OpenOptions::new().append(true).create(true).open(path)?);
            state.aside_bytes = 0;
        }
        state.aside_bytes += bytes.len() as u64;
        state.aside.write_all(bytes)
    }

    fn lengths(&mut self) -> Vec<KeptLength> {
        let mut state = self.files.state();
        // A crash before this is followed by a replay, in which they come too late again.
        if let Err(e) = state.aside.flush() {
            tracing::warn!(error = %e, "reports that came too late could not be kept aside");
        }
        // Files of an earlier run's workers do not grow; the first names those that have no owner.
        let ours = |worker: u32| worker == self.me || self.me == 0 && worker >= self.of;
        let mine = state.files.iter().filter(|(n, _)| ours(n.1));
        mine.map(|(n, h)| KeptLength { hour: n.0, bytes: h.len, worker: n.1, generation: n.2 }).collect()
    }
}
