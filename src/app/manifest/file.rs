//! `manifest.json` as it stands on disk: one JSON object, replaced whole.

use super::Failure;
use crate::journal::Position;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;

/// Its name in the data folder.
pub(in crate::app) const FILE: &str = "manifest.json";

/// While it is written.
pub(in crate::app) const PART: &str = "manifest.json.tmp";

/// The format that this hub writes; it knows no newer one.
const FORMAT: u32 = 1;

/// What must be in the data folder. Members that are not known are kept out.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::app) struct Manifest {
    pub(super) format: u32,
    /// The folder's id, a UUID.
    pub(super) folder: String,
    pub(super) journal: JournalKnown,
    /// Ingest time of the newest checkpoint's cut, ms; 0: none yet.
    pub(super) checkpoint: u64,
    /// By path in the folder.
    pub(super) files: BTreeMap<String, FileKnown>,
    /// Files that are there, and whose content changes.
    pub(super) present: Vec<String>,
    /// Days that the history has a manifest of.
    pub(super) history: Vec<String>,
    /// The id of the database; `null` until it knows the folder.
    pub(super) store: Option<String>,
    /// Files that a checkpoint still names and whose loss is accepted.
    #[serde(default)]
    pub(super) given_up: Vec<String>,
    #[serde(default)]
    pub(super) losses: Vec<Loss>,
}

/// Everything before this place was on disk.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(super) struct JournalKnown {
    /// The segment that it begins with, once something was given up; else 0.
    pub(super) first: u64,
    pub(super) segment: u64,
    /// Bytes of that segment, at least.
    pub(super) bytes: u64,
}

/// The beginning of a file that only grows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FileKnown {
    /// Bytes, at least.
    pub(super) bytes: u64,
    /// SHA-256 of so many bytes, in hexadecimal.
    pub(super) sha256: String,
}

/// A loss that an operator accepted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::app) struct Loss {
    pub(super) id: String,
    pub(super) what: String,
    pub(super) detail: String,
    pub(super) accepted_at: String,
    pub(super) acknowledged_at: Option<String>,
}

impl Manifest {
    /// By what the folder is called in the store.
    pub(in crate::app) fn hub_name(&self) -> String {
        self.folder.replace('-', "")
    }

    pub(super) fn new(folder: String) -> Self {
        Self {
            format: FORMAT,
            folder,
            journal: JournalKnown::default(),
            checkpoint: 0,
            files: BTreeMap::new(),
            present: Vec::new(),
            history: Vec::new(),
            store: None,
            given_up: Vec::new(),
            losses: Vec::new(),
        }
    }

    /// That of the folder `data`; `None` without one; the inner error says why it cannot be read.
    ///
    /// # Errors
    /// [`Failure::Loss`] for a newer format, which nobody can accept; [`Failure::Internal`] when the
    /// disk does not answer.
    pub(in crate::app) fn read(data: &Path) -> Result<Option<Result<Self, String>>, Failure> {
        let path = data.join(FILE);
        let bytes = match std::fs::read(&path) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            bytes => bytes.map_err(|e| Failure::Internal(format!("{}: {e}", path.display())))?,
        };
        let read = serde_json::from_slice::<serde_json::Value>(&bytes).map(|value| {
            let format = value["format"].as_u64().unwrap_or(0);
            (format, serde_json::from_value::<Self>(value))
        });
        Ok(Some(match read {
            Ok((format, _)) if format > u64::from(FORMAT) => {
                return Err(Failure::Loss(format!(
                    "{}: format {format}, which this hub does not know: the folder was used by a newer bayhub; run \
                     that one",
                    path.display()
                )));
            }
            Ok((_, manifest)) => manifest.map_err(|e| e.to_string()),
            Err(e) => Err(e.to_string()),
        }))
    }

    /// Replaces that of the folder `data`: whole and durable, or as it was.
    pub(super) fn write(&self, data: &Path) -> io::Result<()> {
        let part = data.join(PART);
        let mut file = File::create(&part)?;
        file.write_all(&serde_json::to_vec_pretty(self)?)?;
        file.write_all(b"\n")?;
        file.sync_all()?;
        std::fs::rename(&part, data.join(FILE))?;
        File::open(data)?.sync_all()
    }

    /// The journal is on disk up to there, if that was not known yet.
    pub(super) fn reached(&mut self, at: Position) {
        if (at.segment, at.offset) > (self.journal.segment, self.journal.bytes) {
            (self.journal.segment, self.journal.bytes) = (at.segment, at.offset);
        }
    }

    /// For a person, one line.
    pub(in crate::app) fn summary(&self) -> String {
        let JournalKnown { segment, bytes, .. } = self.journal;
        format!(
            "folder {}, format {}, journal at least to {segment:x}:{bytes}, store {}",
            self.folder,
            self.format,
            self.store.as_deref().unwrap_or("-")
        )
    }
}
