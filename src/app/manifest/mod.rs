//! The manifest of the data folder: what must be there, so that what is missing or another's is
//! noticed at the start and not by whoever reads wrong figures.
//!
//! Promises: a start that misses something stops and names it, or goes on where an operator has
//! accepted that loss (`--accept-loss`), and says so until it is acknowledged. Lengths are lower
//! bounds: the manifest is written when a file it names is made, at checkpoints and at a clean stop,
//! and only ever after what it speaks of is durable. The store and the checkpoints know the folder by
//! its id, so that a missing manifest is noticed as well. A folder of an earlier version has none and
//! is adopted once.
//!
//! | file | |
//! |---|---|
//! | `file` | `manifest.json`, both ways |
//! | `check` | what of the files it names is missing |
//! | `opening`, `journal` | a start: what is found, refused, given up |
//! | `keeper` | a running hub: keeps it true, and the losses |
//!
//! Dear: a start reads `registry/identities` once more, for its hash.

mod check;
mod file;
mod journal;
mod keeper;
mod opening;

pub(super) use check::{Prefixes, missing};
pub(super) use file::{FILE, Manifest, PART};
pub(super) use keeper::ManifestKeeper;
pub(super) use opening::Opening;

use super::Failure;
use std::fmt;
use std::path::Path;

/// A part of the data folder whose loss an operator may accept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LossKind {
    /// `manifest.json` itself.
    Manifest,
    /// Segments of the journal.
    Journal,
    /// Checkpoints that the journal does not reach back to, or another folder's.
    Checkpoints,
    /// `registry/identities`, `registry/changes.jsonl`.
    Registry,
    /// The database.
    Store,
    /// Settled reports.
    Settled,
    /// Manifests of days.
    History,
    /// `pseudonyms.json`.
    Pseudonyms,
}

impl LossKind {
    /// All there are.
    pub const ALL: [Self; 8] = [
        Self::Manifest,
        Self::Journal,
        Self::Checkpoints,
        Self::Registry,
        Self::Store,
        Self::Settled,
        Self::History,
        Self::Pseudonyms,
    ];

    /// As `--accept-loss` has it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Manifest => "manifest",
            Self::Journal => "journal",
            Self::Checkpoints => "checkpoints",
            Self::Registry => "registry",
            Self::Store => "store",
            Self::Settled => "settled",
            Self::History => "history",
            Self::Pseudonyms => "pseudonyms",
        }
    }

    /// Reads what `--accept-loss` was given.
    ///
    /// # Errors
    /// Which names there are.
    pub fn parse(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|k| k.name() == text);
        found.ok_or_else(|| {
            let names: Vec<_> = Self::ALL.iter().map(|k| k.name()).collect();
            format!("must be one of {}", names.join(", "))
        })
    }
}

/// Something that is missing or another's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) what: LossKind,
    /// Names the file.
    pub(super) detail: String,
}

impl Finding {
    fn new(what: LossKind, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self { what, detail }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.detail, self.what.name())
    }
}

/// Why a start stops that found `all` in `data`.
fn refusal(data: &Path, all: &[Finding]) -> Failure {
    let mut what: Vec<&str> = all.iter().map(|f| f.what.name()).collect();
    what.dedup();
    // One line, so that it stays together in a log.
    let list: Vec<String> = all.iter().map(ToString::to_string).collect();
    Failure::Loss(format!(
        "{}: something is missing or belongs to another folder: {}; put it back from a backup, or go on without it: \
         --accept-loss {}",
        data.display(),
        list.join("; "),
        what.join(",")
    ))
}

/// A fresh id for a folder or a store.
fn fresh_id() -> uuid::Uuid {
    uuid::Builder::from_random_bytes(rand::random()).into_uuid()
}
