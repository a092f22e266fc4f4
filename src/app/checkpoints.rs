//! Checkpoints: the journal says where, the stream says what, and a thread here writes it down.
//!
//! The thread waits for a cut, collects every worker's part, writes the file, keeps the two newest
//! and tells the journal which segments it may let go. A checkpoint that fails is counted and tried
//! again when the next is due; nothing else depends on it but the length of the next start.

use super::Failure;
use super::rates::RateFiles;
use crate::journal::{CheckpointDraft, Checkpointing, Checkpoints, Cut, FolderId, Journal, Whole};
use crate::metrics::Metrics;
use crate::partners::ContributorDesk;
use crate::partners::credit::CreditDesk;
use crate::settlement::{AmendmentFiles, WaitingFiles, WaitingLength};
use crate::stream::{CutPart, Cuts, Saved};
use crate::threads;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How often the thread looks whether the stream has ended while it waits for a part.
const LOOK: Duration = Duration::from_millis(200);

/// The tag of the block with the contributors' desk.
pub(super) const CONTRIBUTORS: u32 = 512;

/// The tag of the block with the data folder's id.
const FOLDER: u32 = 513;

/// A whole checkpoint, as it lies there.
pub(super) struct SeenCheckpoint {
    pub(super) path: PathBuf,
    pub(super) cut: Cut,
    /// The data folder it was made for, if it says so.
    pub(super) folder: Option<FolderId>,
}

/// All of `dir` that are whole, newest first. Changes nothing; reads all of them.
pub(super) fn look(dir: &Path) -> io::Result<Vec<SeenCheckpoint>> {
    let files = match Checkpoints::list(dir) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => Vec::new(),
        files => files?,
    };
    let seen = files.into_iter().filter_map(|(_, path)| {
        let whole = Whole::read(&path).ok()?;
        let mut named = whole.blocks().filter(|(tag, _)| *tag == FOLDER);
        let folder = named.find_map(|(_, bytes)| bytes.try_into().ok());
        let folder = folder.filter(|id| *id != FolderId::default());
        Some(SeenCheckpoint {
            path,
            cut: whole.cut,
            folder,
        })
    });
    Ok(seen.collect())
}

/// Whose checkpoints they are, and who wants to know.
pub(super) struct MadeFor {
    /// The data folder.
    pub(super) folder: FolderId,
    /// Told of each checkpoint, once it is on disk; what it stands for goes only once that is done.
    pub(super) told: Box<dyn Fn(Cut) -> io::Result<()> + Send>,
}

impl MadeFor {
    fn nobody() -> Self {
        Self {
            folder: FolderId::default(),
            told: Box::new(|_| Ok(())),
        }
    }
}

/// What lasts beside the journal, and of which a checkpoint holds a copy or says how much counts.
pub(super) struct Persisted {
    /// Settled reports.
    pub(super) amendments: AmendmentFiles,
    /// Reports that wait to be settled and memory is not meant to hold.
    pub(super) waiting: WaitingFiles,
    pub(super) contributors: Arc<ContributorDesk>,
    /// What settlement handed in for partners' credit.
    pub(super) credit: Arc<CreditDesk>,
    /// Tables of rates.
    pub(super) rates: Arc<RateFiles>,
}

/// What a start finds.
pub(super) struct FoundCheckpoint {
    pub(super) saved: Saved,
    /// The contributors' desk, if the checkpoint has it.
    pub(super) contributors: Option<Vec<u8>>,
    pub(super) newest: Cut,
    pub(super) made_for: MadeFor,
    /// Which table of rates it names.
    table: Option<u32>,
    folder: Checkpoints,
    needed_from: Arc<AtomicU64>,
}

/// Reads the newest checkpoint in `dir` that is good.
pub(super) fn find(dir: &Path, journal: &Journal) -> Result<FoundCheckpoint, Failure> {
    let fail = |e: io::Error| Failure::Internal(format!("{}: {e}", dir.display()));
    let begun = Instant::now();
    let folder = Checkpoints::open(dir).map_err(fail)?;
    let found = folder.newest(journal.end(), decode).map_err(fail)?;
    let needed_from = Arc::new(AtomicU64::new(folder.prune().map_err(fail)?));
    let table = found.as_ref().map(|(_, (saved, _))| saved.table());
    let (newest, (saved, contributors)) = found.unwrap_or_default();
    if !newest.at.is_never() {
        tracing::info!(
            at = newest.at.0, bays = saved.bays(), took = ?begun.elapsed(), "checkpoint read"
        );
    }
    if journal.starts_after(newest.position) {
        let what = if newest.at.is_never() {
            "no good checkpoint"
        } else {
            "a checkpoint older than the journal"
        };
        tracing::warn!(
            "{what}, and segments before the journal's first are gone: what only they said is not known"
        );
    }
    Ok(FoundCheckpoint {
        saved,
        contributors,
        newest,
        made_for: MadeFor::nobody(),
        table,
        folder,
        needed_from,
    })
}

/// What a checkpoint holds: the stream's state, and the contributors' desk if it has it.
pub(super) fn decode(whole: &Whole) -> Result<(Saved, Option<Vec<u8>>), String> {
    let mut saved = Saved::default();
    let mut contributors = None;
    for (tag, bytes) in whole.blocks() {
        if tag == CONTRIBUTORS {
            contributors = Some(bytes.to_owned());
        } else if tag != FOLDER {
            saved.read(tag, bytes).map_err(|e| e.to_string())?;
        }
    }
    Ok((saved, contributors))
}

impl FoundCheckpoint {
    /// Starts the thread. It ends when the journal has: with its last checkpoint written.
    pub(super) fn keep_up(
        self,
        cuts: Arc<Cuts>,
        kept: Persisted,
        bays: u32,
        metrics: Arc<Metrics>,
    ) -> io::Result<(Checkpointing, JoinHandle<()>)> {
        let (ask, asked) = mpsc::sync_channel::<Cut>(1);
        let Self {
            newest,
            made_for,
            table,
            folder,
            needed_from,
            ..
        } = self;
        metrics.checkpoint_newest.set(newest.at.0 as i64);
        let mut scribe = Scribe {
            cuts: cuts.clone(),
            kept,
            made_for,
            named: table,
            folder,
            needed_from: needed_from.clone(),
            metrics,
        };
        let thread = threads::start("checkpoint", move || {
            scribe.cuts.make_room(bays);
            for cut in asked {
                scribe.write(cut);
            }
        })?;
        // One cut at a time, so there is always room for it.
        let ask = Box::new(move |cut: Cut| cuts.ask(cut.at) && ask.try_send(cut).is_ok());
        Ok((
            Checkpointing {
                ask,
                needed_from,
                newest,
            },
            thread,
        ))
    }
}

struct Scribe {
    cuts: Arc<Cuts>,
    made_for: MadeFor,
    kept: Persisted,
    /// Which table of rates the newest checkpoint names; `None` before the first.
    named: Option<u32>,
    folder: Checkpoints,
    needed_from: Arc<AtomicU64>,
    metrics: Arc<Metrics>,
}

impl Scribe {
    fn write(&mut self, cut: Cut) {
        let begun = Instant::now();
        // All parts first: a file that fails must not leave one behind for the next cut.
        let Some(parts) = self.collect() else { return };
        let pause = parts.iter().map(|p| p.pause).max().unwrap_or_default();
        self.metrics
            .checkpoint_pause_seconds
            .observe(pause.as_secs_f64());
        let table = parts.iter().map(|p| p.copied.table()).max();
        let waiting = parts.iter().flat_map(|p| p.copied.waiting_in());
        let waiting: Vec<WaitingLength> = waiting.copied().collect();
        let written = self.folder.write(cut, |draft| {
            draft.block(FOLDER, &self.made_for.folder)?;
            parts.iter().try_for_each(|p| append(draft, p))?;
            draft.block(CONTRIBUTORS, &self.kept.contributors.to_bytes())?;
            self.kept.credit.sync()?;
            self.kept.waiting.sync(&waiting)?;
            self.kept.amendments.sync()
        });
        for part in parts {
            self.cuts.give_back(part);
        }
        self.cuts.over();
        // The manifest knows of the new place before anything it stood on may go.
        let told = written.and_then(|bytes| (self.made_for.told)(cut).map(|()| bytes));
        match told.and_then(|bytes| Ok((bytes, self.folder.prune()?))) {
            Ok((bytes, needed_from)) => {
                self.needed_from.store(needed_from, Ordering::Release);
                self.let_go_of_rates(table);
                if let Err(e) = self.kept.waiting.let_go(&waiting) {
                    tracing::warn!(error = %e, "files of reports that waited are still there");
                }
                self.metrics.checkpoints.inc();
                self.metrics.checkpoint_bytes.set(bytes as i64);
                self.metrics.checkpoint_newest.set(cut.at.0 as i64);
                tracing::debug!(
                    at = cut.at.0, bytes, ?pause, took = ?begun.elapsed(), "checkpoint written"
                );
            }
            Err(e) => {
                self.metrics.checkpoint_errors.inc();
                tracing::warn!(
                    error = %e,
                    "checkpoint not written; the journal keeps what it would have stood for",
                );
            }
        }
    }

    /// There is a new checkpoint that names `table`. Tables before the one that the checkpoint before
    /// it names are of no use to a start.
    fn let_go_of_rates(&mut self, table: Option<u32>) {
        let before = std::mem::replace(&mut self.named, table);
        if let Some(Err(e)) = before.map(|needed| self.kept.rates.let_go(needed)) {
            tracing::warn!(error = %e, "old tables of rates are still there");
        }
    }

    /// `None` when the stream has ended without making the cut: a worker is gone.
    fn collect(&self) -> Option<Vec<CutPart>> {
        let mut parts = Vec::new();
        while parts.len() < self.cuts.workers() {
            match self.cuts.collect(LOOK) {
                Some(part) => parts.push(part),
                None if self.cuts.ended() => return None,
                None => {}
            }
        }
        Some(parts)
    }
}

fn append(draft: &mut CheckpointDraft, part: &CutPart) -> io::Result<()> {
    part.copied.blocks(|tag, bytes| draft.block(tag, bytes))
}
