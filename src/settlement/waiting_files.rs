//! Reports that wait for their window to be settled, in files: what memory is not meant to hold.
//!
//! Not a journal: what is here can be made again from the journal and the checkpoint it goes with. A
//! checkpoint does not hold it but names the files and how much of each counts; they are made durable
//! for it, and stay as long as one of the two newest checkpoints names them. A file is of one window,
//! worker and run: a start never adds to another run's, it reads them back.
//!
//! Promises: a worker never waits for a disk but to read what it settles; a page counts as written only
//! once it is, and until then it stays in memory. Bounded by who asks (`inbox`), which counts what
//! is here.

mod page_file;
#[cfg(test)]
mod tests;

pub(in crate::settlement) use page_file::{KeptPage, PageOnDisk, ShardStarts};

use super::clerk::Clerk;
use super::report::Report;
use crate::registry::city::City;
use page_file::{PageFile, PageFileName, file_name, parse};
use std::collections::{BTreeSet, VecDeque};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// Pages that wait to be written: 12 MiB.
const QUEUE: usize = 8;

/// Pages of a worker that are asked for and not heard of.
const UNDER_WAY: usize = 64;

/// Checkpoints that are kept, and whose files are.
const CHECKPOINTS: usize = 2;

/// How much of a file counts, and which of its shards are not settled yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
pub struct WaitingLength {
    /// Number of the window since 1970.
    pub window: u64,
    pub bytes: u64,
    pub worker: u32,
    /// Tells the runs of a hub apart.
    pub run: u32,
    /// Shards before it are done with.
    pub first_shard: u32,
    pub zero: u32,
}

impl WaitingLength {
    const fn name(&self) -> PageFileName {
        (self.window, self.worker, self.run)
    }
}

struct WaitingFolder {
    dir: PathBuf,
    run: u32,
    state: Mutex<Named>,
}

#[derive(Default)]
struct Named {
    /// Files that may still be in use.
    live: Vec<Weak<PageFile>>,
    /// What each of the newest checkpoints of this run names.
    checkpoints: VecDeque<BTreeSet<PageFileName>>,
}

struct PageJob {
    file: Arc<PageFile>,
    serial: u32,
    reports: Arc<Vec<Report>>,
    starts: Arc<ShardStarts>,
    city: Arc<City>,
    ticket: u64,
    back: SyncSender<WrittenPage>,
}

/// A ticket, and where its page lies now.
pub(in crate::settlement) type WrittenPage = (u64, io::Result<PageOnDisk>);

/// The folder of reports that wait.
#[derive(Clone)]
pub struct WaitingFiles {
    folder: Arc<WaitingFolder>,
    clerk: Arc<Clerk<PageJob>>,
    /// Reports that memory holds before any go to files; absent: half as many as it may.
    above: Option<usize>,
}

impl WaitingFiles {
    /// Opens the folder for another run, after a checkpoint that names these; what earlier runs have
    /// left stays until two checkpoints do without it.
    ///
    /// # Errors
    /// What the disk says.
    pub fn open(dir: &Path, named: &[WaitingLength]) -> io::Result<Self> {
        std::fs::create_dir_all(dir)?;
        let runs = names(dir)?.into_iter().map(|(_, _, run)| run);
        let runs = runs.chain(named.iter().map(|l| l.run));
        let folder = Arc::new(WaitingFolder {
            dir: dir.into(),
            run: runs.max().map_or(1, |run| run + 1),
            state: Mutex::default(),
        });
        let mut numbered = Vec::new();
        let clerk = Clerk::hire("journal-waiting", QUEUE, move |job: PageJob| {
            let page = (job.serial, &job.reports[..], &*job.starts);
            let done = job.file.append(page, &job.city, &mut numbered);
            // Whoever is told may use its memory again.
            drop(job.reports);
            // A worker that is gone wants to know nothing.
            let _ = job.back.send((job.ticket, done));
        })?;
        let clerk = Arc::new(clerk);
        Ok(Self {
            folder,
            clerk,
            above: None,
        })
    }

    /// The same with another measure of what memory holds.
    #[cfg(test)]
    pub(crate) fn holding(self, above: usize) -> Self {
        Self {
            above: Some(above),
            ..self
        }
    }

    /// Reports that memory holds before any go to files, of as many as it may.
    pub(in crate::settlement) fn above(&self, most: usize) -> usize {
        self.above.unwrap_or(most / 2)
    }

    /// Which of the files that a checkpoint names are not there, or hold less. Changes nothing.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn missing(dir: &Path, lengths: &[WaitingLength]) -> io::Result<Vec<String>> {
        let mut gone = BTreeSet::new();
        for l in lengths {
            let file = file_name(l.name());
            match dir.join(&file).metadata() {
                Ok(meta) if meta.len() >= l.bytes => {}
                Ok(_) => drop(gone.insert(file)),
                Err(e) if e.kind() == io::ErrorKind::NotFound => drop(gone.insert(file)),
                Err(e) => return Err(e),
            }
        }
        Ok(gone.into_iter().collect())
    }

    /// What worker `me` uses.
    #[must_use]
    pub fn of_worker(&self, me: u32) -> WaitingHand {
        let (back, done) = mpsc::sync_channel(UNDER_WAY);
        WaitingHand {
            files: self.clone(),
            me,
            open: Vec::new(),
            tickets: 0,
            under_way: 0,
            back,
            done,
        }
    }

    /// Makes durable what a checkpoint that is being written names.
    ///
    /// # Errors
    /// What the disk says.
    pub fn sync(&self, named: &[WaitingLength]) -> io::Result<()> {
        let all: BTreeSet<PageFileName> = named.iter().map(WaitingLength::name).collect();
        let path = |name: &PageFileName| self.folder.dir.join(file_name(*name));
        all.iter()
            .try_for_each(|name| File::open(path(name))?.sync_data())?;
        File::open(&self.folder.dir)?.sync_all()
    }

    /// A checkpoint that names these is written: what neither it nor the one before names, and no
    /// worker still adds to or reads, goes.
    ///
    /// # Errors
    /// What the disk says.
    pub fn let_go(&self, named: &[WaitingLength]) -> io::Result<()> {
        let needed: BTreeSet<PageFileName> = {
            let mut state = self.folder.state();
            state
                .checkpoints
                .push_back(named.iter().map(WaitingLength::name).collect());
            if state.checkpoints.len() < CHECKPOINTS {
                return Ok(());
            }
            while state.checkpoints.len() > CHECKPOINTS {
                state.checkpoints.pop_front();
            }
            state.live.retain(|file| file.strong_count() > 0);
            let live = state.live.iter().filter_map(Weak::upgrade).map(|f| f.name);
            live.chain(state.checkpoints.iter().flatten().copied())
                .collect()
        };
        let dir = &self.folder.dir;
        names(dir)?
            .into_iter()
            .filter(|name| !needed.contains(name))
            .try_for_each(|name| std::fs::remove_file(dir.join(file_name(name))))
    }
}

impl WaitingFolder {
    fn state(&self) -> std::sync::MutexGuard<'_, Named> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The files that lie there.
fn names(dir: &Path) -> io::Result<Vec<PageFileName>> {
    let mut names = Vec::new();
    for item in std::fs::read_dir(dir)? {
        names.extend(parse(&item?.path()));
    }
    Ok(names)
}

/// One worker's hand.
pub struct WaitingHand {
    files: WaitingFiles,
    me: u32,
    /// Files of windows that are not settled yet.
    open: Vec<Arc<PageFile>>,
    tickets: u64,
    /// Pages of which it has not been told yet; all that is told of has room.
    under_way: usize,
    back: SyncSender<WrittenPage>,
    done: Receiver<WrittenPage>,
}

impl WaitingHand {
    /// Has a page of a window written, with its serial number, of bays by their indices in `city`; a
    /// ticket for it. `patient`: waits for room in the queue. `None`: there is none.
    pub(in crate::settlement) fn ask(
        &mut self,
        window: u64,
        (serial, reports, starts): (u32, Arc<Vec<Report>>, Arc<ShardStarts>),
        city: &Arc<City>,
        patient: bool,
    ) -> Option<u64> {
        if self.under_way == UNDER_WAY {
            return None;
        }
        self.tickets += 1;
        let job = PageJob {
            file: self.file(window),
            serial,
            reports,
            starts,
            city: city.clone(),
            ticket: self.tickets,
            back: self.back.clone(),
        };
        let clerk = &self.files.clerk;
        let asked = if patient {
            clerk.ask(job)
        } else {
            clerk.try_ask(job)
        };
        self.under_way += usize::from(asked);
        asked.then_some(self.tickets)
    }

    fn file(&mut self, window: u64) -> Arc<PageFile> {
        if let Some(there) = self.open.iter().find(|f| f.name.0 == window) {
            return there.clone();
        }
        let folder = &self.files.folder;
        let file = Arc::new(PageFile::new(&folder.dir, (window, self.me, folder.run)));
        folder.state().live.push(Arc::downgrade(&file));
        self.open.push(file.clone());
        file
    }

    /// What came of a page. `None`: nothing more is known yet.
    pub(in crate::settlement) fn written(&mut self) -> Option<WrittenPage> {
        let written = self.done.try_recv().ok()?;
        self.under_way -= 1;
        Some(written)
    }

    /// Nothing more comes in for windows before number `n`.
    pub(in crate::settlement) fn close(&mut self, n: u64) {
        self.open.retain(|file| file.name.0 >= n);
    }

    /// How much of a page's file counts if it does.
    pub(in crate::settlement) fn length(page: &PageOnDisk, first_shard: u32) -> WaitingLength {
        let (window, worker, run) = page.file.name;
        WaitingLength {
            window,
            bytes: page.end,
            worker,
            run,
            first_shard,
            zero: 0,
        }
    }

    /// What reads back what earlier runs wrote.
    pub(in crate::settlement) fn reader(&self) -> WaitingReader {
        WaitingReader(self.files.folder.clone())
    }
}

/// Reads what a checkpoint names.
pub(in crate::settlement) struct WaitingReader(Arc<WaitingFolder>);

impl WaitingReader {
    /// The pages of what a checkpoint names, whichever worker wrote them, in no order. What cannot be
    /// read is told of, and left out.
    pub(in crate::settlement) fn pages(
        &self,
        lengths: &[WaitingLength],
    ) -> (Vec<KeptPage>, Vec<(WaitingLength, io::Error)>) {
        let mut pages = Vec::new();
        let mut failed = Vec::new();
        for l in lengths {
            let path = self.0.dir.join(file_name(l.name()));
            let found = page_file::find_pages(&path, l, &mut pages);
            failed.extend(found.err().map(|e| (*l, e)));
        }
        (pages, failed)
    }
}
