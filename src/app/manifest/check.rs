//! What of the files that a manifest names is missing, shorter, or not what it was. Changes nothing.

use super::file::{FileKnown, Manifest};
use super::{Finding, LossKind};
use crate::registry::kept;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

/// The file of numbers that last, in the data folder.
pub(super) fn identities() -> String {
    format!("registry/{}", kept::IDENTITIES)
}

/// The file of run-time changes, in the data folder.
pub(super) fn changes() -> String {
    format!("registry/{}", kept::CHANGES)
}

/// The hash of the beginning of a file that grows.
#[derive(Clone, Default)]
pub(in crate::app) struct Prefix {
    bytes: u64,
    hash: Sha256,
}

impl Prefix {
    /// Goes on to byte `to`, which the file has reached.
    pub(super) fn extend(&mut self, path: &Path, to: u64) -> io::Result<()> {
        if to <= self.bytes {
            return Ok(());
        }
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(self.bytes))?;
        let mut input = file.take(to - self.bytes);
        let mut hash = self.hash.clone();
        let mut buffer = vec![0; 1 << 16];
        let mut bytes = self.bytes;
        loop {
            let n = input.read(&mut buffer)?;
            if n == 0 {
                break;
            }
            hash.update(&buffer[..n]);
            bytes += n as u64;
        }
        if bytes < to {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        (self.bytes, self.hash) = (bytes, hash);
        Ok(())
    }

    pub(super) fn known(&self) -> FileKnown {
        let sum = self.hash.clone().finalize();
        FileKnown {
            bytes: self.bytes,
            sha256: sum
                .iter()
                .fold(String::new(), |t, b| t + &format!("{b:02x}")),
        }
    }
}

/// By name of the file: what is hashed already.
pub(in crate::app) type Prefixes = BTreeMap<String, Prefix>;

/// What is wrong with a file that should begin as `known` says; `None` is well.
fn fault(path: &Path, known: &FileKnown, prefix: &mut Prefix) -> io::Result<Option<String>> {
    let bytes = match path.metadata() {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Some("is missing".into())),
        meta => meta?.len(),
    };
    if bytes < known.bytes {
        let at_least = known.bytes;
        return Ok(Some(format!("has {bytes} bytes, and had {at_least}")));
    }
    prefix.extend(path, known.bytes)?;
    let same = prefix.known() == *known;
    Ok((!same).then(|| format!("is not what it was: its first {bytes} bytes have changed")))
}

/// Everything of `data` that `manifest` names by a file and that is not as it says. `history`: the
/// history lies in the folder. `prefixes` takes up
/// what was hashed of the files that are well.
///
/// # Errors
/// When the disk does not answer.
pub(in crate::app) fn missing(
    data: &Path,
    manifest: &Manifest,
    history: bool,
    prefixes: &mut Prefixes,
) -> io::Result<Vec<Finding>> {
    let mut found = Vec::new();
    for (name, known) in &manifest.files {
        let path = data.join(name);
        let mut prefix = Prefix::default();
        let why = fault(&path, known, &mut prefix)?;
        if why.is_none() {
            prefixes.insert(name.clone(), prefix);
        }
        if let Some(why) = why {
            // Rewritten at the start that ended before it could say so.
            let before = kept::rewritten_from(&path);
            if fault(&before, known, &mut Prefix::default())?.is_some() {
                found.push(Finding::new(LossKind::Registry, format!("{name} {why}")));
            }
        }
    }
    for name in manifest.present.iter().filter(|n| !data.join(n).exists()) {
        found.push(Finding::new(
            LossKind::Pseudonyms,
            format!("{name} is missing"),
        ));
    }
    if history {
        let there = days(data)?;
        // The oldest go by themselves.
        let oldest = there.first();
        let lost = manifest
            .history
            .iter()
            .filter(|day| !there.contains(*day) && oldest.is_none_or(|oldest| *day > oldest));
        found.extend(lost.map(|day| {
            let name = history_folder().join(day);
            Finding::new(LossKind::History, format!("{} is missing", name.display()))
        }));
    }
    Ok(found)
}

fn history_folder() -> PathBuf {
    Path::new("history").join("manifest")
}

/// The files of the history's manifests.
pub(super) fn days(data: &Path) -> io::Result<BTreeSet<String>> {
    let entries = match std::fs::read_dir(data.join(history_folder())) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(BTreeSet::new()),
        entries => entries?,
    };
    let mut names = BTreeSet::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|e| e == "json")
            && let Some(name) = path.file_name()
        {
            names.insert(name.to_string_lossy().into_owned());
        }
    }
    Ok(names)
}
