//! The folder `import` of the data folder: every claim of the past that was ever imported, as a set of
//! runs; and how far an import that is under way has come.
//!
//! Promises: `state.json` is replaced whole, after everything it names is on disk; a kill at any moment
//! leaves what it says, and a run that it does not name is removed by the next import. The set holds each
//! claim once, whatever files it came from and how often. Dear: a claim takes some 10 bytes for ever; the
//! folder may be removed once nothing more is to be imported of those times.

use super::claim::PastClaim;
use super::input::Mark;
use super::merge::Merge;
use super::read::{Meter, Reached, Unsorted};
use super::refusal::{KEPT, Refusals, Tally};
use super::run::{RunFile, RunReader, RunWriter, all_times};
use super::sources::{SourceRanks, write_whole};
use crate::domain::SourceKind;
use serde::{Deserialize, Serialize};
use std::io;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// One run of the folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct KeptRun {
    file: String,
    claims: u64,
    first: u64,
    last: u64,
    bytes: u64,
}

/// What is being imported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct ImportSession {
    inputs: Vec<Mark>,
    format: String,
    kind: String,
    reached: Reached,
    runs: Vec<KeptRun>,
    tally: Tally,
}

/// What stands in `state.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct ImportState {
    version: u32,
    /// Number of the next run's file.
    next: u64,
    /// The set.
    runs: Vec<KeptRun>,
    session: Option<ImportSession>,
    /// The times of claims that the history does not know yet, ms.
    unsettled: Option<(u64, u64)>,
    /// Of the last import, while it is not settled.
    came: Option<ImportOutcome>,
}

/// What an import has brought.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportOutcome {
    pub tally: Tally,
    /// Claims that the set did not hold.
    pub fresh: u64,
    /// Claims that were said twice, or were imported before.
    pub doubled: u64,
}

/// See the module.
pub struct ImportFolder {
    dir: PathBuf,
    state: ImportState,
    pub sources: Arc<SourceRanks>,
}

const VERSION: u32 = 1;
const STATE: &str = "state.json";
/// Refusals, as lines of JSON.
const REFUSED: &str = "refused.jsonl";

/// What an import is of.
pub struct Asked<'a> {
    pub inputs: Vec<Mark>,
    pub format: &'a str,
    pub kind: SourceKind,
}

impl ImportFolder {
    /// Opens the folder, and removes what a kill has left there unnamed.
    ///
    /// # Errors
    /// When it cannot be read, or is of a newer version.
    pub fn open(dir: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(dir)?;
        let state = match std::fs::read(dir.join(STATE)) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => ImportState {
                version: VERSION,
                ..ImportState::default()
            },
            read => serde_json::from_slice(&read?).map_err(io::Error::other)?,
        };
        if state.version != VERSION {
            return Err(io::Error::other("is of another version of bayhub"));
        }
        let own = Self {
            sources: Arc::new(SourceRanks::open(&dir.join("sources"))?),
            dir: dir.to_owned(),
            state,
        };
        own.sweep()?;
        Ok(own)
    }

    fn sweep(&self) -> io::Result<()> {
        let of_session = self.state.session.iter().flat_map(|s| &s.runs);
        let named: Vec<&str> = (self.state.runs.iter().chain(of_session))
            .map(|run| &*run.file)
            .collect();
        for entry in std::fs::read_dir(&self.dir)? {
            let entry = entry?;
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if name.ends_with(".run") && !named.contains(&&*name) {
                std::fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }

    fn save(&self) -> io::Result<()> {
        let text = serde_json::to_vec_pretty(&self.state).map_err(io::Error::other)?;
        write_whole(&self.dir.join(STATE), &text)
    }

    /// Where the first refusals lie.
    #[must_use]
    pub fn refused(&self) -> PathBuf {
        self.dir.join(REFUSED)
    }

    /// Begins an import, or goes on with the one that was interrupted, if it is the same. Whether it
    /// goes on. Another one that was interrupted is forgotten.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub fn begin(&mut self, asked: &Asked<'_>) -> io::Result<bool> {
        let same = self.state.session.as_ref().is_some_and(|s| {
            s.inputs == asked.inputs && s.format == asked.format && s.kind == asked.kind.name()
        });
        if same {
            return Ok(true);
        }
        self.state.session = Some(ImportSession {
            inputs: asked.inputs.clone(),
            format: asked.format.to_owned(),
            kind: asked.kind.name().to_owned(),
            reached: Reached::default(),
            runs: Vec::new(),
            tally: Tally::default(),
        });
        self.save()?;
        self.sweep()?;
        write_whole(&self.refused(), b"")?;
        Ok(false)
    }

    /// Where reading goes on.
    #[must_use]
    pub fn reached(&self) -> Reached {
        let session = self.state.session.as_ref();
        session.map(|s| s.reached).unwrap_or_default()
    }

    fn next_file(&mut self) -> String {
        self.state.next += 1;
        format!("{:08}.run", self.state.next)
    }

    /// Sorts a run of the import under way and keeps it; from here on reading goes on behind it.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub fn add(&mut self, unsorted: Unsorted) -> io::Result<()> {
        let Unsorted {
            mut claims,
            refusals,
            reached,
        } = unsorted;
        self.sources.save()?;
        let mut kept = None;
        if !claims.is_empty() {
            claims.sort_unstable();
            let file = self.next_file();
            let mut run = RunWriter::create(&self.dir.join(&file))?;
            claims.iter().try_for_each(|claim| run.push(*claim))?;
            kept = Some(KeptRun::new(file, run.finish()?));
        }
        self.keep_refused(&refusals)?;
        if let Some(session) = &mut self.state.session {
            session.runs.extend(kept);
            session.reached = reached;
            session.tally.add(&refusals.tally);
        }
        self.save()
    }

    fn keep_refused(&self, refusals: &Refusals) -> io::Result<()> {
        if refusals.kept.is_empty() {
            return Ok(());
        }
        let there = std::fs::read_to_string(self.refused()).unwrap_or_default();
        let mut lines: Vec<&str> = there.lines().collect();
        let room = KEPT.saturating_sub(lines.len());
        lines.extend(refusals.kept.iter().take(room).map(String::as_str));
        let mut text = lines.join("\n");
        text.push('\n');
        write_whole(&self.refused(), text.as_bytes())
    }

    fn reader(&self, run: &KeptRun, within: RangeInclusive<u64>) -> io::Result<RunReader> {
        RunReader::open(&self.dir.join(&run.file), run.bytes, within)
    }

    /// How many claims [`ImportFolder::fold`] will look at.
    #[must_use]
    pub fn pending(&self) -> u64 {
        let runs = self.state.session.iter().flat_map(|s| &s.runs);
        runs.map(|run| run.claims).sum()
    }

    /// All is read: puts what is new of it into the set. `meter` grows by the claims looked at.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub fn fold(&mut self, meter: &Meter) -> io::Result<()> {
        let Some(session) = self.state.session.clone() else {
            return Ok(());
        };
        let came = session.runs.iter().map(|run| run.claims).sum::<u64>();
        let first = session.runs.iter().map(|run| run.first).min();
        let last = session.runs.iter().map(|run| run.last).max();
        let mut fresh = RunFile::default();
        if let (Some(first), Some(last)) = (first, last) {
            // The set's runs come first, so that what it holds is met before what is the same.
            let of_set = self.state.runs.iter();
            let of_set = of_set.filter(|run| run.first <= last && run.last >= first);
            let all = of_set.chain(&session.runs);
            let runs: io::Result<Vec<RunReader>> =
                all.map(|run| self.reader(run, first..=last)).collect();
            let runs = runs?;
            let old = runs.len() - session.runs.len();
            let file = self.next_file();
            fresh = write_fresh(&self.dir.join(&file), Merge::new(runs)?, old, meter)?;
            if fresh.claims > 0 {
                self.state.runs.push(KeptRun::new(file, fresh));
                let (from, to) = self.state.unsettled.unwrap_or((fresh.first, fresh.last));
                self.state.unsettled = Some((from.min(fresh.first), to.max(fresh.last)));
            }
        }
        self.state.came = Some(ImportOutcome {
            tally: session.tally,
            fresh: fresh.claims,
            doubled: came - fresh.claims,
        });
        self.state.session = None;
        self.save()?;
        self.sweep()
    }

    /// What the last import has brought, until it is settled.
    #[must_use]
    pub fn came(&self) -> ImportOutcome {
        self.state.came.clone().unwrap_or_default()
    }

    /// The times of claims that the history does not know yet, ms.
    #[must_use]
    pub const fn unsettled(&self) -> Option<(u64, u64)> {
        self.state.unsettled
    }

    /// The history knows all of the set.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub fn settled(&mut self) -> io::Result<()> {
        self.state.unsettled = None;
        self.save()
    }

    /// The stretches of time in which the set has claims, ms, ascending; between two of them lies more
    /// than `gap`, which is no less than a day.
    ///
    /// # Errors
    /// When a run cannot be read.
    pub fn stretches(&self, gap: u64) -> io::Result<Vec<(u64, u64)>> {
        let mut times = Vec::new();
        for run in &self.state.runs {
            times.extend(self.reader(run, all_times())?.times()?);
        }
        times.sort_unstable();
        times.dedup_by(|later, kept| {
            let joins = later.0.saturating_sub(kept.1) <= gap;
            if joins {
                kept.1 = kept.1.max(later.1);
            }
            joins
        });
        Ok(times)
    }

    /// The claims of the set of these times, in their order.
    ///
    /// # Errors
    /// When a run cannot be read.
    pub fn claims(&self, within: RangeInclusive<u64>) -> io::Result<Merge> {
        let runs = self.state.runs.iter();
        let runs = runs.filter(|run| run.first <= *within.end() && run.last >= *within.start());
        let runs: io::Result<Vec<RunReader>> =
            runs.map(|run| self.reader(run, within.clone())).collect();
        Merge::new(runs?)
    }

    /// How many claims the set holds of these times, at most.
    #[must_use]
    pub fn at_most(&self, within: &RangeInclusive<u64>) -> u64 {
        let runs = self.state.runs.iter();
        let runs = runs.filter(|run| run.first <= *within.end() && run.last >= *within.start());
        runs.map(|run| run.claims).sum()
    }
}

impl KeptRun {
    fn new(file: String, run: RunFile) -> Self {
        Self {
            file,
            claims: run.claims,
            first: run.first,
            last: run.last,
            bytes: run.bytes,
        }
    }
}

/// Writes what is in runs from place `old` on and in none before it, each once.
fn write_fresh(path: &Path, mut all: Merge, old: usize, meter: &Meter) -> io::Result<RunFile> {
    let mut run = RunWriter::create(path)?;
    let mut last: Option<PastClaim> = None;
    while let Some((claim, place)) = all.take()? {
        meter
            .claims
            .fetch_add(u64::from(place >= old), Ordering::Relaxed);
        if last == Some(claim) {
            continue;
        }
        last = Some(claim);
        if place >= old {
            run.push(claim)?;
        }
    }
    run.finish()
}
