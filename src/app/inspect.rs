//! `bayhub inspect`: what a data folder holds, for a person or as JSON. Works while a hub runs, and
//! never changes a thing.

use super::manifest::{self, Manifest};
use super::{Failure, checkpoints as kept_checkpoints};
use crate::domain::Millis;
use crate::journal::{Checkpoints, Cut, Position, Surveyed, Whole, end_of, survey};
use serde::Serialize;
use std::fmt::{self, Write as _};
use std::io::{self, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

/// Everything that is found.
#[derive(Serialize)]
pub(super) struct Inspection {
    /// Process of the hub that uses the folder; `null` if none does, or none that can be seen from
    /// here.
    pub(super) hub_pid: Option<u32>,
    /// What must be in the folder; one of an earlier version does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    manifest: Option<Manifest>,
    segments: Vec<Segment>,
    checkpoints: Vec<Checkpoint>,
    journal_end: JournalPosition,
    /// Claims that a start would replay.
    pub(super) claims_behind: u64,
    /// What is not as it should be; empty is well.
    pub(super) faults: Vec<String>,
}

#[derive(Serialize)]
struct Segment {
    file: String,
    bytes: u64,
    used: u64,
    records: u64,
    claims: u64,
    first: Option<String>,
    last: Option<String>,
}

#[derive(Serialize)]
struct Checkpoint {
    file: String,
    bytes: u64,
    at: Option<String>,
    /// Where the journal goes on after it.
    resumes: Option<JournalPosition>,
    bays: Option<usize>,
    good: bool,
}

#[derive(Clone, Copy, Serialize)]
struct JournalPosition {
    segment: u64,
    offset: u64,
}

impl From<Position> for JournalPosition {
    fn from(p: Position) -> Self {
        Self {
            segment: p.segment,
            offset: p.offset,
        }
    }
}

/// Prints what `data` holds.
///
/// # Errors
/// [`Failure::Config`] when there is no such folder, [`Failure::Internal`] when it cannot be read.
pub fn inspect(data: &Path, json: bool) -> Result<(), Failure> {
    if !data.is_dir() {
        return Err(Failure::Config(format!(
            "{}: no such folder",
            data.display()
        )));
    }
    if !data.join("journal").is_dir() {
        return Err(Failure::Config(format!(
            "{}: no data folder of a hub: it holds no journal",
            data.display()
        )));
    }
    let fail = |e: &dyn fmt::Display| Failure::Internal(format!("{}: {e}", data.display()));
    let report = look(data).map_err(|e| fail(&e))?;
    let text = if json {
        serde_json::to_string_pretty(&report).map_err(|e| fail(&e))?
    } else {
        report.table()
    };
    writeln!(io::stdout(), "{}", text.trim_end()).map_err(|e| fail(&e))
}

/// What `data` holds.
pub(super) fn look(data: &Path) -> io::Result<Inspection> {
    let mut faults = Vec::new();
    // Checkpoints first: the journal they need stays for as long as they do, so what is read after
    // them covers them.
    let (newest, checkpoints) = checkpoints(&data.join("checkpoints"), &mut faults)?;
    let all = absent_is_empty(survey(&data.join("journal")))?;
    faults.extend(
        all.iter()
            .filter_map(|s| Some(format!("{}: {}", name(&s.path), s.fault.as_ref()?))),
    );
    let end = end_of(&all);
    if newest.position > end {
        faults.push("the newest checkpoint is ahead of the journal".into());
    }
    if let Some(first) = all
        .first()
        .filter(|first| first.sequence > newest.position.segment.max(1))
    {
        faults.push(format!(
            "{}: what came before it is gone, and no good checkpoint stands for that: what only it said is not known",
            name(&first.path)
        ));
    }
    let manifest = manifest(data, &mut faults)?;
    let claims_behind = all.iter().map(|s| behind(s, newest.position)).sum();
    let segments = all.iter().map(Segment::of).collect();
    Ok(Inspection {
        hub_pid: owner(&data.join("lock")),
        manifest,
        segments,
        checkpoints,
        journal_end: end.into(),
        claims_behind,
        faults,
    })
}

/// What the manifest says, and what of the files it names is missing.
fn manifest(data: &Path, faults: &mut Vec<String>) -> io::Result<Option<Manifest>> {
    let read = Manifest::read(data).map_err(io::Error::other)?;
    match read {
        None => Ok(None),
        Some(Err(why)) => {
            faults.push(format!("{}: {why}", manifest::FILE));
            Ok(None)
        }
        Some(Ok(found)) => {
            // Without the configuration: a history elsewhere is named in no manifest.
            let missing = manifest::missing(data, &found, true, &mut manifest::Prefixes::new())?;
            faults.extend(missing.iter().map(ToString::to_string));
            Ok(Some(found))
        }
    }
}

/// The newest good one's cut, and all there are, newest first.
fn checkpoints(dir: &Path, faults: &mut Vec<String>) -> io::Result<(Cut, Vec<Checkpoint>)> {
    let mut newest = None;
    let mut found = Vec::new();
    for (_, path) in absent_is_empty(Checkpoints::list(dir))? {
        let Ok(meta) = path.metadata() else { continue };
        let mut one = Checkpoint {
            file: name(&path),
            bytes: meta.len(),
            at: None,
            resumes: None,
            bays: None,
            good: false,
        };
        match Whole::read(&path) {
            Ok(whole) => {
                let read = kept_checkpoints::decode(&whole);
                one.good = read.is_ok();
                one.bays = read.as_ref().ok().map(|(saved, _)| saved.bays());
                (one.at, one.resumes) = (said(whole.cut.at), Some(whole.cut.position.into()));
                if let Err(e) = read {
                    faults.push(format!("{}: {e}", one.file));
                } else {
                    newest.get_or_insert(whole.cut);
                }
            }
            Err(why) => faults.push(format!("{}: {why}", one.file)),
        }
        found.push(one);
    }
    Ok((newest.unwrap_or_default(), found))
}

/// Claims of one segment that lie after `from`, to within the heads of their records where it lies
/// inside.
fn behind(s: &Surveyed, from: Position) -> u64 {
    const CLAIM: u64 = 32;
    match s.sequence.cmp(&from.segment) {
        std::cmp::Ordering::Less => 0,
        std::cmp::Ordering::Equal => s.claims.min(s.end.saturating_sub(from.offset) / CLAIM),
        std::cmp::Ordering::Greater => s.claims,
    }
}

fn absent_is_empty<T>(found: io::Result<Vec<T>>) -> io::Result<Vec<T>> {
    match found {
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        found => found,
    }
}

/// Who holds the lock on `file`, without touching the lock: a hub that starts at this moment must
/// get it.
fn owner(file: &Path) -> Option<u32> {
    let inode = std::fs::metadata(file).ok()?.ino();
    let locks = std::fs::read_to_string("/proc/locks").ok()?;
    locks.lines().find_map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let at = words.iter().position(|w| *w == "FLOCK")?;
        let held = words.get(at + 4)?.rsplit(':').next()?.parse() == Ok(inode);
        if held {
            words.get(at + 3)?.parse().ok()
        } else {
            None
        }
    })
}

fn name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

fn said(at: Millis) -> Option<String> {
    (!at.is_never()).then(|| String::from_utf8_lossy(&at.rfc3339()).into_owned())
}

impl Segment {
    fn of(s: &Surveyed) -> Self {
        let bytes = s.bytes;
        let used = s.end;
        let records = s.records;
        let claims = s.claims;
        Self {
            file: name(&s.path),
            bytes,
            used,
            records,
            claims,
            first: said(s.first),
            last: said(s.last),
        }
    }
}

impl Inspection {
    /// When the newest good checkpoint was made.
    pub(super) fn newest_checkpoint(&self) -> Option<&str> {
        let newest = self.checkpoints.iter().find(|c| c.good)?;
        newest.at.as_deref()
    }

    fn table(&self) -> String {
        let mut t = String::new();
        // Writing to a string cannot fail.
        let _ = self.write(&mut t);
        t
    }

    fn write(&self, t: &mut String) -> fmt::Result {
        match self.hub_pid {
            Some(pid) => writeln!(t, "in use by process {pid}")?,
            None => writeln!(t, "not in use by any hub that can be seen from here")?,
        }
        if let Some(manifest) = &self.manifest {
            writeln!(t, "{}", manifest.summary())?;
        }
        let dash = || "-".to_owned();
        writeln!(
            t,
            "\n{:<29} {:>12} {:>12} {:>9} {:>11}  {:<24} last",
            "segment", "bytes", "used", "records", "claims", "first"
        )?;
        for s in &self.segments {
            let first = s.first.clone().unwrap_or_else(dash);
            let last = s.last.clone().unwrap_or_else(dash);
            writeln!(
                t,
                "{:<29} {:>12} {:>12} {:>9} {:>11}  {first:<24} {last}",
                s.file, s.bytes, s.used, s.records, s.claims
            )?;
        }
        writeln!(
            t,
            "\n{:<32} {:>12} {:>9}  {:<24} resumes at",
            "checkpoint", "bytes", "bays", "of"
        )?;
        for c in &self.checkpoints {
            let place = c
                .resumes
                .map_or_else(dash, |p| format!("{:x}:{}", p.segment, p.offset));
            let bays = c.bays.map_or_else(dash, |b| b.to_string());
            let at = c.at.clone().unwrap_or_else(dash);
            writeln!(
                t,
                "{:<32} {:>12} {bays:>9}  {at:<24} {place}",
                c.file, c.bytes
            )?;
        }
        let JournalPosition { segment, offset } = self.journal_end;
        writeln!(
            t,
            "\njournal ends at {segment:x}:{offset}; a start replays {} claims",
            self.claims_behind
        )?;
        match &self.faults[..] {
            [] => writeln!(t, "health: well"),
            faults => faults.iter().try_for_each(|f| writeln!(t, "fault: {f}")),
        }
    }
}
