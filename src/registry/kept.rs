//! The two files that a registry cannot do without, as somebody sees them who remembers what they
//! held; beside them lies one of dates, which is only told to readers.

use super::{Registry, linelog};
use std::path::{Path, PathBuf};
use std::sync::PoisonError;

/// Numbers that last, in the folder `registry` of the data folder.
pub const IDENTITIES: &str = "identities";

/// Run-time changes, beside it.
pub const CHANGES: &str = "changes.jsonl";

/// When zones entered the registry, beside it.
pub const DATES: &str = "dates.jsonl";

/// How long the files are, bytes; both only grow while a hub runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeptLengths {
    pub identities: u64,
    pub changes: u64,
}

impl Registry {
    /// What both files hold at one moment between two changes; nothing before these places is ever
    /// taken back.
    #[must_use]
    pub fn kept_lengths(&self) -> KeptLengths {
        let log = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let identities = self
            .identities
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        KeptLengths {
            identities: identities.len(),
            changes: log.as_ref().map_or(0, super::ChangeLog::len),
        }
    }
}

/// Where the former content of one of the files lies, if it was rewritten at the last start and that
/// was not settled ([`settle_rewrites`]) before the hub ended.
#[must_use]
pub fn rewritten_from(file: &Path) -> PathBuf {
    linelog::before(file)
}

/// Removes the files' former contents: what they hold now is remembered.
///
/// # Errors
/// When one cannot be removed.
pub fn settle_rewrites(folder: &Path) -> std::io::Result<()> {
    linelog::settle_rewrite(&folder.join(IDENTITIES))?;
    linelog::settle_rewrite(&folder.join(CHANGES))
}
