//! `bayhub backup` and `bayhub restore`: a data folder copied while a hub writes to it, and put
//! back.
//!
//! Promise: what was acknowledged before the backup began is in it, and a hub starts on the
//! restored folder as after a power cut at that moment: it is the same folder, by its id, so only one
//! of the two may run on a store that they share. Order makes it so: the manifest, which says the
//! least that is there, then journal and checkpoint, then the files that give the numbers in them their meaning, which only grow. The marker
//! is written last; without it a folder is no backup. While a copy is under way either way its
//! target holds another marker, and no hub starts on such a folder. What lies outside the data
//! folder (the configuration with its keys, the registry's GeoJSON) is not part of it.
//!
//! The promise holds for what is settled too. A checkpoint says how much of each file in `settled`
//! counts and which hours are safe in `history`; both only grow from there, and a start cuts
//! `settled` back to what the copied checkpoint says. (An hour that goes from `settled` meanwhile
//! is one that nothing could amend any more.) Reports that wait in `settled/waiting` go with the second
//! checkpoint that does without them: their files are opened before the checkpoint is chosen, and what has
//! gone meanwhile is copied all the same. In `history` the manifest, which names files that are
//! whole, is copied before them, and files under way are left out. The SQLite database in the
//! folder is copied by SQLite itself, as it is at one moment.

use super::{Failure, manifest};
use crate::config::SandboxSettings;
use crate::journal::{Checkpoints, Whole};
use crate::settlement::{WaitingFiles, saved};
use crate::stream::Saved;
use crate::{history, journal, store};
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::Path;

/// Says that the backup is whole.
const MARKER: &str = "backup.json";

/// Says that a folder is only part of a copy.
const UNFINISHED: &str = "unfinished-copy";

/// What is copied in its own way, or belongs to a running hub only.
const NOT_PLAIN: [&str; 11] = [
    "journal",
    "checkpoints",
    "lock",
    MARKER,
    UNFINISHED,
    manifest::FILE,
    manifest::PART,
    store::FILE,
    "bayhub.db-wal",
    "bayhub.db-shm",
    // What is tried out is nobody's loss.
    SandboxSettings::FOLDER,
];

/// Where reports wait that memory does not hold.
const WAITING: &str = "settled/waiting";

/// Copies `data` to the folder `to`, which must be empty or not there.
///
/// # Errors
/// [`Failure::Config`] for a folder that cannot be used, [`Failure::Internal`] for a copy that
/// failed.
pub fn backup(data: &Path, to: &Path) -> Result<(), Failure> {
    if !data.join("journal").is_dir() {
        return Err(Failure::Config(format!(
            "{}: no data folder of a hub",
            data.display()
        )));
    }
    empty(to)?;
    if within(to, data)? {
        return Err(Failure::Config(format!(
            "{}: lies in the folder to be copied",
            to.display()
        )));
    }
    let work = || -> io::Result<String> {
        begin(to)?;
        // What it says is the least there is: whatever is copied after it holds as much.
        let manifest = data.join(manifest::FILE);
        if manifest.is_file() {
            file(&manifest, &to.join(manifest::FILE))?;
        }
        let waiting = open_all(&data.join(WAITING))?;
        let copied = journal::copy(&data.join("journal"), &data.join("checkpoints"), to)?;
        tree(data, to, &NOT_PLAIN)?;
        rescue(&waiting, &to.join(WAITING))?;
        is_all_waiting(to)?;
        let refused = data.join("journal/quarantine");
        if refused.is_dir() {
            std::fs::create_dir(to.join("journal/quarantine"))?;
            tree(&refused, &to.join("journal/quarantine"), &[])?;
        }
        if data.join(store::FILE).is_file() {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            let copied =
                runtime.block_on(store::copy(&data.join(store::FILE), &to.join(store::FILE)));
            copied.map_err(io::Error::other)?;
        }
        let said = serde_json::json!({
            "version": 1, "segments": copied.segments, "claims": copied.claims,
            "checkpoints": copied.checkpoints, "bytes": copied.bytes,
        });
        let mut marker = File::create_new(to.join(MARKER))?;
        writeln!(marker, "{said}")?;
        marker.sync_all()?;
        end(to)?;
        Ok(said.to_string())
    };
    let said = work().map_err(|e| failed(to, &e))?;
    writeln!(io::stdout(), "{said}").map_err(|e| Failure::Internal(e.to_string()))
}

/// Puts a backup back into `data`, which must be empty or not there.
///
/// # Errors
/// As [`backup`].
pub fn restore(from: &Path, data: &Path) -> Result<(), Failure> {
    refuse_unfinished(from)?;
    if !from.join(MARKER).is_file() {
        return Err(Failure::Config(format!(
            "{}: no whole backup ({MARKER} is not there)",
            from.display()
        )));
    }
    empty(data)?;
    let work = || {
        begin(data)?;
        tree(from, data, &[MARKER, UNFINISHED])?;
        end(data)
    };
    work().map_err(|e| failed(data, &e))
}

/// Refuses a folder that is only part of a copy: a hub would start on it as if nothing was missing.
pub(super) fn refuse_unfinished(data: &Path) -> Result<(), Failure> {
    if data.join(UNFINISHED).exists() {
        let why = "a backup or restore into it did not finish; empty the folder and repeat that";
        return Err(Failure::Config(format!("{}: {why}", data.display())));
    }
    Ok(())
}

fn begin(to: &Path) -> io::Result<()> {
    File::create_new(to.join(UNFINISHED))?.sync_all()?;
    File::open(to)?.sync_all()
}

fn end(to: &Path) -> io::Result<()> {
    File::open(to)?.sync_all()?;
    std::fs::remove_file(to.join(UNFINISHED))?;
    File::open(to)?.sync_all()
}

fn failed(to: &Path, e: &io::Error) -> Failure {
    Failure::Internal(format!(
        "{}: not finished, and of no use as it is: {e}",
        to.display()
    ))
}

/// Makes `dir` if need be.
fn empty(dir: &Path) -> Result<(), Failure> {
    let fail = |e: io::Error| Failure::Config(format!("{}: {e}", dir.display()));
    std::fs::create_dir_all(dir).map_err(fail)?;
    match std::fs::read_dir(dir).map_err(fail)?.next() {
        None => Ok(()),
        Some(_) => Err(Failure::Config(format!("{}: not empty", dir.display()))),
    }
}

fn within(inner: &Path, outer: &Path) -> Result<bool, Failure> {
    let whole = |p: &Path| {
        p.canonicalize()
            .map_err(|e| Failure::Config(format!("{}: {e}", p.display())))
    };
    Ok(whole(inner)?.starts_with(whole(outer)?))
}

/// Files that may be removed while others are copied.
fn open_all(dir: &Path) -> io::Result<Vec<(OsString, File)>> {
    let items = match std::fs::read_dir(dir) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        items => items?,
    };
    let mut all = Vec::new();
    for item in items {
        let item = item?;
        match File::open(item.path()) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => {}
            file => all.push((item.file_name(), file?)),
        }
    }
    Ok(all)
}

/// Copies those that had gone when it was their turn.
fn rescue(files: &[(OsString, File)], to: &Path) -> io::Result<()> {
    for (name, mut file) in files.iter().map(|(name, file)| (name, file)) {
        let to = to.join(name);
        if !to.exists() {
            let mut out = File::create_new(to)?;
            io::copy(&mut file, &mut out)?;
            out.sync_all()?;
        }
    }
    Ok(())
}

/// Whether the reports are there that the copied checkpoint says wait in files.
fn is_all_waiting(to: &Path) -> io::Result<()> {
    for (_, path) in Checkpoints::list(&to.join("checkpoints"))? {
        let whole = Whole::read(&path).map_err(io::Error::other)?;
        let mut saved = Saved::default();
        let named = [saved::HEAD, saved::OVERFLOW];
        for (tag, bytes) in whole.blocks().filter(|(tag, _)| named.contains(tag)) {
            saved
                .read(tag, bytes)
                .map_err(|e| io::Error::other(e.to_string()))?;
        }
        let gone = WaitingFiles::missing(&to.join(WAITING), saved.waiting_in())?;
        if !gone.is_empty() {
            return Err(io::Error::other(format!(
                "the hub went on too quickly to copy {}; try again",
                gone.join(", ")
            )));
        }
    }
    Ok(())
}

/// Copies files and folders, each durable, in the order of their names (changes before the
/// identities they name).
fn tree(from: &Path, to: &Path, without: &[&str]) -> io::Result<()> {
    let mut names: Vec<OsString> = std::fs::read_dir(from)?
        .map(|i| Ok(i?.file_name()))
        .collect::<io::Result<_>>()?;
    names.sort();
    let half_written = |n: &OsString| n.to_str().is_some_and(history::is_staging);
    for name in names
        .iter()
        .filter(|n| !half_written(n) && !without.iter().any(|w| n.as_os_str() == *w))
    {
        let from = from.join(name);
        let to = to.join(name);
        if from.is_dir() {
            std::fs::create_dir_all(&to)?;
            tree(&from, &to, &[])?;
        } else if from.is_file() {
            file(&from, &to)?;
        }
    }
    File::open(to)?.sync_all()
}

/// Files of lines end with a whole line, as far as they had got; a file that has gone meanwhile is
/// left out.
fn file(from: &Path, to: &Path) -> io::Result<()> {
    let mut input = match File::open(from) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        input => input?,
    };
    let mut out = File::create_new(to)?;
    out.set_permissions(input.metadata()?.permissions())?;
    if from.file_name().is_some_and(|n| n == "identities")
        || from.extension().is_some_and(|e| e == "jsonl")
    {
        let mut text = Vec::new();
        input.read_to_end(&mut text)?;
        let whole = text
            .iter()
            .rposition(|b| *b == b'\n')
            .map_or(0, |at| at + 1);
        out.write_all(&text[..whole])?;
    } else {
        io::copy(&mut input, &mut out)?;
    }
    out.sync_all()
}
