//! `bayhub import`: past data of any age through the hub's own settlement into its history, while no hub
//! runs on the folder.
//!
//! Phases: everything that can be wrong is found first; the files are read into sorted runs
//! (`ingest/import`); what is new of them goes into the set of all that was ever imported; each stretch of
//! time of which the set has something new is settled anew, whole (`past`), and its hours are written
//! beside those that the hub has told (`history/imported`).
//!
//! Promises: a kill at any moment and the same command again come to what one run would have; files that
//! were imported before change nothing; nothing of it shows live. Dear: a stretch is settled from its
//! first claim on, however little of it is new.

mod bar;
mod past;
mod sink;

use super::folder::own_folder;
use super::manifest::Opening;
use super::{Failure, Shared};
use crate::clock::SystemClock;
use crate::config::Config;
use crate::domain::{Clock, Millis, SourceKind};
use crate::history::{Imported, Registered, kept_from};
use crate::ingest::import::folder::{Asked, ImportFolder, ImportOutcome};
use crate::ingest::import::format::{self};
use crate::ingest::import::input::Input;
use crate::ingest::import::judge::Judge;
use crate::ingest::import::line_format::ImportFormat;
use crate::ingest::import::mapped::Mapped;
use crate::ingest::import::read::{self, Meter, RUN, Reached};
use crate::ingest::import::refusal::ImportReason;
use bar::{By, Telling};
use past::{PastRun, Settled};
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;
use tokio::runtime::Handle;

/// What was imported lies there, in the data folder.
const FOLDER: &str = "import";

/// What `bayhub import` is told.
#[derive(clap::Args, Debug)]
pub struct Imports {
    /// The files: plain, gzip (.gz) or zstd (.zst). All are of one format.
    #[arg(long, value_name = "FILE", required = true, num_args = 1..)]
    pub(super) from: Vec<PathBuf>,
    /// reports or counts: one body of POST /v1/reports or /v1/counts a line. visits: CSV with the header
    /// bay,from,to, times in RFC 3339. mapping:NAME: rows of any kind, by the mapping of that feed.
    #[arg(long, value_name = "FORMAT", default_value = "reports")]
    pub(super) format: String,
    /// What has seen it: sensor (if it is not said), gate or app; of a mapping, what its feed is.
    #[arg(long, value_name = "KIND", value_parser = kind)]
    pub(super) kind: Option<SourceKind>,
}

fn kind(text: &str) -> Result<SourceKind, String> {
    SourceKind::parse(text).ok_or_else(|| "must be sensor, gate or app".to_owned())
}

/// What an import has come to.
#[derive(Clone, Debug, Default)]
pub(super) struct ImportDone {
    pub(super) came: ImportOutcome,
    settled: Settled,
    /// The stretches of time that were settled anew.
    stretches: Vec<(u64, u64)>,
    /// Where the first refusals lie.
    refused: PathBuf,
}

/// Imports files; prints what came of it.
///
/// # Errors
/// [`Failure::Config`] for what cannot be imported, and when nothing was; [`Failure::Unavailable`] for a
/// folder or store that is in use or away; [`Failure::Unwell`] when all was imported that could be read of
/// a file that is cut.
pub fn import(config: &Config, asked: &Imports) -> Result<(), Failure> {
    let begun = Instant::now();
    let runtime = tokio::runtime::Runtime::new().map_err(|e| Failure::Internal(e.to_string()))?;
    let done = import_by(config, asked, Arc::new(SystemClock), runtime.handle())?;
    let text = done.summary(begun.elapsed().as_secs_f64());
    writeln!(io::stdout(), "{text}").map_err(|e| Failure::Internal(e.to_string()))?;
    done.verdict()
}

/// The same by another clock than the machine's, and without a word.
pub(super) fn import_by(
    config: &Config,
    asked: &Imports,
    clock: Arc<dyn Clock>,
    runtime: &Handle,
) -> Result<ImportDone, Failure> {
    let (format, kind) = format_of(config, asked)?;
    let inputs = inputs(config, asked, &*format)?;
    let lock = own_folder(&config.data.path)?;
    Opening::look(config, Vec::new(), clock.clone())?;
    let shared = Shared::open(config, clock)?;
    let data = &config.data.path;
    let names = Arc::new(Registered::new(shared.registry.clone(), data));
    let now = shared.clock.now();
    let imported = Imported::open(&config.history, data, runtime.clone(), names, now)
        .map_err(|e| Failure::Unavailable(format!("history: {e}")))?;
    let dir = data.join(FOLDER);
    let folder = ImportFolder::open(&dir)
        .map_err(|e| Failure::Internal(format!("{}: {e}", dir.display())))?;
    let import = Import {
        config,
        format: &asked.format,
        kind,
        inputs,
        shared,
        imported,
        folder,
        _lock: lock,
    };
    import.run()
}

/// The format, and what has seen it.
fn format_of(
    config: &Config,
    asked: &Imports,
) -> Result<(Arc<dyn ImportFormat>, SourceKind), Failure> {
    if let Some(format) = format::named(&asked.format) {
        return Ok((format, asked.kind.unwrap_or(SourceKind::Sensor)));
    }
    let Some(name) = asked.format.strip_prefix("mapping:") else {
        return Err(Failure::Config(format!(
            "--format: {:?} is none of reports, counts, visits, mapping:NAME",
            asked.format
        )));
    };
    let feed = config.feeds.iter().find(|feed| feed.name == name);
    let feed = feed.ok_or_else(|| {
        let names: Vec<&str> = config.feeds.iter().map(|feed| &*feed.name).collect();
        Failure::Config(format!(
            "--format: no [[feeds]] is named {name:?}; there are: {}",
            names.join(", ")
        ))
    })?;
    let format = Mapped::new(feed).map_err(Failure::Config)?;
    Ok((Arc::new(format), asked.kind.unwrap_or(feed.kind)))
}

/// Looks at all files; what is wrong with any of them is told at once.
fn inputs(
    config: &Config,
    asked: &Imports,
    format: &dyn ImportFormat,
) -> Result<Vec<Input>, Failure> {
    let looked = asked
        .from
        .iter()
        .map(|path| Input::look(path, format, config.gate.max_bytes));
    let (good, bad): (Vec<_>, Vec<_>) = looked.partition(Result::is_ok);
    let faults: Vec<String> = bad.into_iter().filter_map(Result::err).collect();
    if !faults.is_empty() {
        return Err(Failure::Config(format!(
            "nothing was imported: {}",
            faults.join("; ")
        )));
    }
    Ok(good.into_iter().filter_map(Result::ok).collect())
}

/// An import that may begin.
struct Import<'a> {
    config: &'a Config,
    format: &'a str,
    kind: SourceKind,
    inputs: Vec<Input>,
    shared: Shared,
    imported: Imported,
    folder: ImportFolder,
    /// Held until all is done.
    _lock: File,
}

impl Import<'_> {
    fn run(mut self) -> Result<ImportDone, Failure> {
        self.read().map_err(|e| fault(&e))?;
        let meter = Arc::new(Meter::default());
        let of = self.folder.pending();
        let telling = Telling::begin("merging", meter.clone(), By::Claims, of);
        self.folder.fold(&meter).map_err(|e| fault(&e))?;
        drop(telling);
        let mut done = ImportDone {
            came: self.folder.came(),
            refused: self.folder.refused(),
            ..ImportDone::default()
        };
        if let Some((first, last)) = self.folder.unsettled() {
            let all = self.folder.stretches(past::gap(self.config));
            let touched = all.map_err(|e| fault(&e))?.into_iter();
            done.stretches = touched.filter(|s| s.0 <= last && s.1 >= first).collect();
            self.settle(&mut done)?;
            self.folder.settled().map_err(|e| fault(&e))?;
        }
        Ok(done)
    }

    fn read(&mut self) -> io::Result<()> {
        let marks = self.inputs.iter().map(|i| i.mark.clone());
        let asked = Asked {
            inputs: marks.collect(),
            format: self.format,
            kind: self.kind,
        };
        let from = if self.folder.begin(&asked)? {
            let from = self.folder.reached();
            tracing::info!(
                file = from.file + 1,
                line = from.place.line,
                "an import that was interrupted goes on"
            );
            from
        } else {
            Reached::default()
        };
        let now = self.shared.clock.now();
        let gate = &self.config.gate;
        let judge = Judge {
            registry: self.shared.registry.clone(),
            sources: self.folder.sources.clone(),
            kind: self.kind,
            oldest: kept_from(self.config.history.keep_turnover_days, now).max(Millis(1)),
            newest: now.plus(gate.future_s.map_or(0, |s| u64::from(s) * 1000)),
            most_bytes: gate.max_bytes,
            most_items: gate.max_bays,
            drop: gate.drop.clone(),
        };
        let meter = Arc::new(Meter::default());
        let of = self.inputs.iter().map(|i| i.mark.bytes).sum();
        let _telling = Telling::begin("reading", meter.clone(), By::Bytes, of);
        let folder = &mut self.folder;
        read::read(&self.inputs, from, (&judge, RUN), &meter, |run| {
            folder.add(run)
        })
    }

    fn settle(&self, done: &mut ImportDone) -> Result<(), Failure> {
        let meter = Arc::new(Meter::default());
        let of = done.stretches.iter();
        let of = of
            .map(|(from, to)| self.folder.at_most(&(*from..=*to)))
            .max();
        let _telling = Telling::begin("settling", meter.clone(), By::Claims, of.unwrap_or(0));
        let past = PastRun {
            config: self.config,
            shared: &self.shared,
            folder: &self.folder,
            imported: &self.imported,
            meter: &meter,
        };
        for (from, to) in &done.stretches {
            let settled = past.settle(*from, *to)?;
            done.settled.written.add(settled.written);
            done.settled.gone += settled.gone;
        }
        Ok(())
    }
}

impl ImportDone {
    /// What a person is told.
    pub(super) fn summary(&self, took_s: f64) -> String {
        let ImportOutcome {
            tally,
            fresh,
            doubled,
        } = &self.came;
        let mut text = format!(
            "{} lines: {} accepted, {} refused; {fresh} claims are new, {doubled} were known; {took_s:.1} s",
            tally.lines,
            tally.accepted,
            tally.all_refused(),
        );
        // Writing to a string does not fail.
        for (reason, n) in &tally.refused {
            let _ = write!(text, "\n  refused as {reason}: {n}");
        }
        if tally.all_refused() > 0 {
            let _ = write!(text, "\n  the first of them: {}", self.refused.display());
        }
        let written = self.settled.written;
        for (from, to) in &self.stretches {
            let _ = write!(text, "\nsettled from {} to {}", Millis(*from), Millis(*to));
        }
        if !self.stretches.is_empty() {
            let _ = write!(
                text,
                "\n{} hours made, {} files of the history are new or others",
                written.hours, written.files
            );
        }
        if written.own > 0 {
            let own = written.own;
            let _ = write!(
                text,
                "\n  {own} hours of zones stay as the hub has told them itself"
            );
        }
        if self.settled.gone > 0 {
            let gone = self.settled.gone;
            let _ = write!(text, "\n  {gone} claims are of bays or zones that are gone");
        }
        text
    }

    /// Whether it has come to anything.
    pub(super) fn verdict(&self) -> Result<(), Failure> {
        let tally = &self.came.tally;
        if tally.accepted == 0 {
            let why = "nothing was imported: all of it was refused";
            return Err(Failure::Config(why.to_owned()));
        }
        if let Some(cut) = tally.refused.get(ImportReason::Cut.name()) {
            return Err(Failure::Unwell(format!(
                "{cut} files are cut or damaged: what could be read of them was imported"
            )));
        }
        Ok(())
    }
}

fn fault(e: &io::Error) -> Failure {
    match e.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied => Failure::Config(e.to_string()),
        _ => Failure::Internal(e.to_string()),
    }
}
