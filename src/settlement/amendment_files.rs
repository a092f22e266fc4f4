//! Settled reports in files, one an hour and worker, so that a late report can amend what was
//! settled.
//!
//! Not a journal: what is here can be made again from the journal and the checkpoint it goes with.
//! So nothing is synced but for a checkpoint, which names how much of each file counts; a start
//! cuts the files back to that. Promises: bounded (the oldest hours go first, and
//! [`AmendmentLog::kept_from`] says so); a block that a crash of the machine has damaged is told by
//! its checksum, and its hour counts as gone.
//!
//! A thread of its own (the clerk) writes, so that no worker waits for a disk: only for room in its
//! queue, for what it reads again, and a checkpoint for what it makes durable. Memory: [`QUEUE`]
//! blocks, each what a shard settles in one window.
//!
//! A file is blocks: group, length, checksum of both and the bytes (CRC-32C), 0 (u32 each), and the
//! bytes. Its name tells hour, worker, generation, and version of the format: groups mean something
//! only within a generation, so of another one all blocks are read; files of another version are
//! removed, and their hours count as gone.

#[cfg(test)]
mod tests;

use crate::domain::turnover::HOUR_MS;
use crate::domain::{AmendmentLength, AmendmentLog, Millis};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

/// Ends the names of files. Changes whenever the layout does, here or of what the blocks say.
const ENDING: &str = ".kept1";

/// Blocks that wait to be written. More: the worker waits.
const QUEUE: usize = 32;

/// What came too late: at this size the file becomes `too-late.old`, whose former content goes. Two
/// million reports.
const ASIDE_BYTES: u64 = 64 << 20;
const ASIDE: &str = "too-late.bin";

#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
struct BlockHead {
    group: u32,
    len: u32,
    crc: u32,
    zero: u32,
}

impl BlockHead {
    fn new(group: u32, bytes: &[u8]) -> Self {
        let len = bytes.len() as u32;
        let crc = crc32c::crc32c_append(crc32c::crc32c(bytemuck::cast_slice(&[group, len])), bytes);
        Self {
            group,
            len,
            crc,
            zero: 0,
        }
    }
}

/// Start of the hour, worker, generation.
type Name = (u64, u32, u32);

/// Bytes that a block takes in its file.
const fn size(words: &[u64]) -> u64 {
    size_of::<BlockHead>() as u64 + size_of_val(words) as u64
}

struct HourFile {
    file: Arc<File>,
    len: u64,
    /// Group, offset and length of each block's bytes.
    blocks: Vec<(u32, u64, u32)>,
    unsynced: bool,
}

struct State {
    files: BTreeMap<Name, HourFile>,
    bytes: u64,
    /// Hours before it are gone, for everybody.
    kept_from: u64,
    aside: BufWriter<File>,
    aside_bytes: u64,
}

/// What the clerk and everybody else see.
struct Folder {
    dir: PathBuf,
    generation: u32,
    max_bytes: u64,
    state: Mutex<State>,
}

/// The folder of kept reports.
#[derive(Clone)]
pub struct AmendmentFiles {
    folder: Arc<Folder>,
    clerk: Arc<Clerk>,
}

/// What the clerk is to do, in order.
enum Job {
    Append(Name, u32, Vec<u64>, SyncSender<Done>),
    /// Hours before that one, of a worker, of so many.
    Forget(u64, u32, u32),
    /// Say when everything before is done.
    Tell(SyncSender<()>),
}

/// The hour of a block, the block, and what came of it.
type Done = (u64, Vec<u64>, io::Result<()>);

/// The thread that writes. Ends, with everything written, when the last that can ask it is gone.
struct Clerk(Option<(SyncSender<Job>, JoinHandle<()>)>);

impl Clerk {
    fn hire(folder: Arc<Folder>) -> io::Result<Self> {
        let (jobs, queue) = mpsc::sync_channel(QUEUE);
        let work = move || queue.into_iter().for_each(|job| folder.carry_out(job));
        // By this name its panic ends the hub, as a journal's does: what it no longer keeps could
        // not amend.
        Ok(Self(Some((
            jobs,
            thread::Builder::new()
                .name("journal-kept".into())
                .spawn(work)?,
        ))))
    }

    /// Waits while the queue is full. False: the thread is gone.
    fn ask(&self, job: Job) -> bool {
        self.0
            .as_ref()
            .is_some_and(|(jobs, _)| jobs.send(job).is_ok())
    }

    /// Waits until all that was asked before is done.
    fn wait(&self) -> io::Result<()> {
        let (tell, told) = mpsc::sync_channel(1);
        if self.ask(Job::Tell(tell)) && told.recv().is_ok() {
            return Ok(());
        }
        Err(io::Error::other(
            "the thread that keeps settled reports is gone",
        ))
    }
}

impl Drop for Clerk {
    fn drop(&mut self) {
        if let Some((jobs, thread)) = self.0.take() {
            drop(jobs);
            // A panic of it was reported where it happened.
            let _ = thread.join();
        }
    }
}

impl AmendmentFiles {
    /// Opens the folder as a checkpoint left it: cuts its files back to `lengths`, and removes the
    /// others.
    pub fn open(
        dir: &Path,
        generation: u32,
        max_bytes: u64,
        lengths: &[AmendmentLength],
    ) -> io::Result<Self> {
        std::fs::create_dir_all(dir)?;
        let aside = OpenOptions::new()
            .append(true)
            .create(true)
            .open(dir.join(ASIDE))?;
        let aside_bytes = aside.metadata()?.len();
        let aside = BufWriter::new(aside);
        let mut state = State {
            files: BTreeMap::new(),
            bytes: 0,
            kept_from: 0,
            aside,
            aside_bytes,
        };
        for item in std::fs::read_dir(dir)? {
            let path = item?.path();
            let Some(name) = parse(&path) else {
                if path
                    .extension()
                    .is_some_and(|e| e.to_string_lossy().starts_with("kept"))
                {
                    // Of another version.
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
        let folder = Arc::new(Folder {
            dir: dir.into(),
            generation,
            max_bytes,
            state: Mutex::new(state),
        });
        let clerk = Arc::new(Clerk::hire(folder.clone())?);
        Ok(Self { folder, clerk })
    }

    /// What worker `me` of `of` uses.
    #[must_use]
    pub fn of_worker(&self, me: u32, of: u32) -> Box<dyn AmendmentLog> {
        let state = self.folder.state();
        let ours = state
            .files
            .iter()
            .filter(|(n, _)| (n.1, n.2) == (me, self.folder.generation));
        let lengths = ours.map(|(n, hour)| (n.0, hour.len)).collect();
        // Whoever asks what became of a block each time it appends one never has more of them
        // before it.
        let (back, done) = mpsc::sync_channel(2 * QUEUE);
        let files = self.clone();
        Box::new(Hand {
            files,
            me,
            of,
            forgotten: 0,
            lengths,
            back,
            done,
        })
    }

    /// Makes durable what has been appended so far.
    pub fn sync(&self) -> io::Result<()> {
        self.clerk.wait()?;
        // Syncing waits for the disk; workers must not.
        let mut files = Vec::new();
        for hour in self
            .folder
            .state()
            .files
            .values_mut()
            .filter(|h| h.unsynced)
        {
            files.push(hour.file.clone());
            hour.unsynced = false;
        }
        files.iter().try_for_each(|f| f.sync_data())?;
        File::open(&self.folder.dir)?.sync_all()
    }
}

impl Folder {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn path(&self, (hour, worker, generation): Name) -> PathBuf {
        self.dir.join(format!(
            "{:08}-{worker:03}-{generation:08x}{ENDING}",
            hour / HOUR_MS
        ))
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

    fn carry_out(&self, job: Job) {
        match job {
            Job::Append(name, group, words, back) => {
                let done = self.append(name, group, &words);
                // Nobody wants to know when the worker is gone, or has not asked for long.
                let _ = back.try_send((name.0, words, done));
            }
            Job::Forget(hour, me, of) => {
                // The first also clears up after workers that there were more of once.
                let ours = |worker: u32| worker == me || me == 0 && worker >= of;
                self.remove(&mut self.state(), |n| n.0 < hour && ours(n.1));
            }
            Job::Tell(tell) => drop(tell.send(())),
        }
    }

    /// Only the clerk appends, so nothing has to be locked while it writes.
    fn append(&self, name: Name, group: u32, words: &[u64]) -> io::Result<()> {
        let (file, len) = match self.state().files.entry(name) {
            Entry::Occupied(there) => (there.get().file.clone(), there.get().len),
            Entry::Vacant(free) => {
                let path = self.path(name);
                let file = OpenOptions::new()
                    .read(true)
                    .write(true)
                    .create(true)
                    .truncate(true)
                    .open(path)?;
                let hour = free.insert(HourFile {
                    file: Arc::new(file),
                    len: 0,
                    blocks: Vec::new(),
                    unsynced: true,
                });
                (hour.file.clone(), 0)
            }
        };
        let bytes = bytemuck::cast_slice(words);
        let at = len + size_of::<BlockHead>() as u64;
        // One call more costs less than putting both together first.
        file.write_all_at(bytemuck::bytes_of(&BlockHead::new(group, bytes)), len)?;
        file.write_all_at(bytes, at)?;
        let mut state = self.state();
        // It may have gone meanwhile, for want of room.
        let Some(hour) = state.files.get_mut(&name) else {
            return Ok(());
        };
        hour.blocks.push((group, at, bytes.len() as u32));
        (hour.len, hour.unsynced) = (len + size(words), true);
        state.bytes += size(words);
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

fn parse(path: &Path) -> Option<Name> {
    let mut parts = path
        .file_name()?
        .to_str()?
        .strip_suffix(ENDING)?
        .splitn(3, '-');
    let hour = parts.next()?.parse::<u64>().ok()?;
    let worker = parts.next()?.parse().ok()?;
    Some((
        hour * HOUR_MS,
        worker,
        u32::from_str_radix(parts.next()?, 16).ok()?,
    ))
}

impl HourFile {
    /// Reads where the blocks of the first `len` bytes lie; what is behind them, or damaged, is cut
    /// off.
    fn open(path: &Path, len: u64) -> io::Result<Self> {
        let file = OpenOptions::new().read(true).write(true).open(path)?;
        let mut hour = Self {
            file: Arc::new(file),
            len: 0,
            blocks: Vec::new(),
            unsynced: false,
        };
        let mut bytes = Vec::new();
        while hour.len < len {
            let mut head = [0; size_of::<BlockHead>()];
            if hour.file.read_exact_at(&mut head, hour.len).is_err() {
                break;
            }
            let head: BlockHead = bytemuck::cast(head);
            let at = hour.len + size_of::<BlockHead>() as u64;
            let end = hour.len + size_of::<BlockHead>() as u64 + u64::from(head.len);
            if end > len {
                break;
            }
            bytes.resize(head.len as usize, 0);
            if hour.file.read_exact_at(&mut bytes, at).is_err()
                || BlockHead::new(head.group, &bytes).crc != head.crc
            {
                break;
            }
            hour.blocks.push((head.group, at, head.len));
            hour.len = end;
        }
        hour.file.set_len(hour.len)?;
        Ok(hour)
    }
}

struct Hand {
    files: AmendmentFiles,
    me: u32,
    of: u32,
    forgotten: u64,
    /// By hour: how long this worker's file will be when the clerk has done what it was asked.
    lengths: BTreeMap<u64, u64>,
    back: SyncSender<Done>,
    done: Receiver<Done>,
}

impl AmendmentLog for Hand {
    fn append(&mut self, hour: Millis, group: u32, words: Vec<u64>) {
        let name = (hour.0, self.me, self.files.folder.generation);
        *self.lengths.entry(hour.0).or_default() += size(&words);
        let _ = self
            .files
            .clerk
            .ask(Job::Append(name, group, words, self.back.clone()));
    }

    fn done(&mut self) -> Option<(Vec<u64>, io::Result<()>)> {
        let (hour, words, done) = self.done.try_recv().ok()?;
        if let (Err(_), Some(length)) = (&done, self.lengths.get_mut(&hour)) {
            *length -= size(&words);
        }
        Some((words, done))
    }

    fn read(&mut self, hour: Millis, group: u32, into: &mut Vec<u64>) -> io::Result<()> {
        self.files.clerk.wait()?;
        let folder = &self.files.folder;
        let state = folder.state();
        for ((_, _, generation), file) in state
            .files
            .range((hour.0, 0, 0)..=(hour.0, u32::MAX, u32::MAX))
        {
            for (of, at, len) in &file.blocks {
                if *of == group || *generation != folder.generation {
                    let from = into.len();
                    into.resize(from + *len as usize / 8, 0);
                    file.file
                        .read_exact_at(bytemuck::cast_slice_mut(&mut into[from..]), *at)?;
                }
            }
        }
        Ok(())
    }

    fn kept_from(&self) -> Millis {
        Millis(self.files.folder.state().kept_from.max(self.forgotten))
    }

    fn forget(&mut self, hour: Millis) {
        self.forgotten = self.forgotten.max(hour.0);
        self.lengths.retain(|h, _| *h >= hour.0);
        let _ = self.files.clerk.ask(Job::Forget(hour.0, self.me, self.of));
    }

    fn too_late(&mut self, bytes: &[u8]) -> io::Result<()> {
        let folder = &self.files.folder;
        let mut state = folder.state();
        if state.aside_bytes >= ASIDE_BYTES {
            state.aside.flush()?;
            let path = folder.dir.join(ASIDE);
            std::fs::rename(&path, path.with_extension("old"))?;
            state.aside = BufWriter::new(OpenOptions::new().append(true).create(true).open(path)?);
            state.aside_bytes = 0;
        }
        state.aside_bytes += bytes.len() as u64;
        state.aside.write_all(bytes)
    }

    /// Does not wait for the clerk: a file that turns out to be shorter counts as damaged.
    fn lengths(&mut self) -> Vec<AmendmentLength> {
        let folder = &self.files.folder;
        let mut state = folder.state();
        // A crash before this is followed by a replay, in which they come too late again.
        if let Err(e) = state.aside.flush() {
            tracing::warn!(error = %e, "reports that came too late could not be kept aside");
        }
        let me = self.me;
        let generation = folder.generation;
        let from = state.kept_from;
        self.lengths.retain(|hour, _| *hour >= from);
        let mine = self.lengths.iter().map(|(hour, bytes)| AmendmentLength {
            hour: *hour,
            bytes: *bytes,
            worker: me,
            generation,
        });
        // Files of an earlier run's workers do not grow; the first names those that have no owner.
        let others = state
            .files
            .iter()
            .filter(|(n, _)| n.2 != generation && n.1 == me || me == 0 && n.1 >= self.of);
        let others = others.map(|(n, h)| AmendmentLength {
            hour: n.0,
            bytes: h.len,
            worker: n.1,
            generation: n.2,
        });
        mine.chain(others).collect()
    }
}
