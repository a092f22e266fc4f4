//! A start, as far as the manifest is concerned: what is found missing is refused by name, or given
//! up where an operator has accepted that.
//!
//! Order: files before anything is opened; then the store, which may know of a manifest that is not
//! there; then checkpoints and journal; then settled reports. What is given up is noted in the
//! manifest before anything is done about it, and what could not be used any more is moved to
//! `lost/`, never deleted.

use super::check::{self, Prefixes};
use super::file::{JournalKnown, Loss, Manifest};
use super::keeper::Written;
use super::{Failure, Finding, LossKind, ManifestKeeper, fresh_id, refusal};
use crate::app::Shared;
use crate::app::checkpoints::{self, FoundCheckpoint};
use crate::config::Config;
use crate::domain::Clock;
use crate::journal::{self, Cut, FolderId, Position};
use crate::registry::kept;
use crate::settlement::{AmendmentFiles, WaitingFiles};
use crate::store::Store;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use uuid::Uuid;

/// What speaks by the numbers of `registry/identities`.
const BY_NUMBER: [&str; 6] = [
    "journal",
    "checkpoints",
    "settled",
    "history",
    "rates",
    "forecast",
];

/// A start that is under way.
pub(in crate::app) struct Opening {
    pub(super) data: PathBuf,
    pub(super) accepted: Vec<LossKind>,
    clock: Arc<dyn Clock>,
    /// Whether the history lies in the folder.
    history: bool,
    /// What was found; a new one where there was none.
    pub(super) manifest: Manifest,
    /// Whether there was one that could be read.
    pub(super) found: bool,
    /// The store's id.
    store: String,
    /// Hashes of the files that were as they should be.
    prefixes: Prefixes,
    /// Of which kinds something was found to be lost and given up.
    given_up: Vec<LossKind>,
}

impl Opening {
    /// Looks at the files, before any is opened.
    pub(in crate::app) fn look(
        config: &Config,
        accepted: Vec<LossKind>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, Failure> {
        let data = config.data.path.clone();
        let read = Manifest::read(&data)?;
        let unreadable = match &read {
            Some(Err(why)) => Some(format!("{} cannot be read: {why}", super::FILE)),
            _ => None,
        };
        let read = read.and_then(Result::ok);
        let found = read.is_some();
        let manifest = read.unwrap_or_else(|| Manifest::new(fresh_id().to_string()));
        let mut opening = Self {
            data,
            accepted,
            clock,
            history: config.history.url.is_empty(),
            manifest,
            found,
            store: String::new(),
            prefixes: Prefixes::new(),
            given_up: Vec::new(),
        };
        let mut all: Vec<Finding> = unreadable
            .into_iter()
            .map(|why| Finding::new(LossKind::Manifest, why))
            .collect();
        all.extend(opening.files(config)?);
        let numbers = all
            .iter()
            .any(|f| f.detail.starts_with(&check::identities()));
        opening.judge(all)?;
        if numbers {
            // What its numbers meant is not known any more: better nothing than another bay's.
            opening.set_aside(&BY_NUMBER)?;
            opening.manifest.journal = JournalKnown::default();
            (opening.manifest.checkpoint, opening.manifest.history) = (0, Vec::new());
        }
        Ok(opening)
    }

    fn files(&mut self, config: &Config) -> Result<Vec<Finding>, Failure> {
        let found = check::missing(&self.data, &self.manifest, self.history, &mut self.prefixes);
        let mut all = found.map_err(|e| self.fail(&e))?;
        let file = config.store.file(&self.data)?;
        if let Some(file) = file.filter(|f| self.manifest.store.is_some() && !f.exists()) {
            let name = file.strip_prefix(&self.data).unwrap_or(&file);
            let why = format!("{} is missing", name.display());
            all.push(Finding::new(LossKind::Store, why));
        }
        if !self.found && !self.data.join(check::identities()).exists() && self.has_claims() {
            let why = format!(
                "{} is missing, and the journal speaks by its numbers",
                check::identities()
            );
            all.push(Finding::new(LossKind::Registry, why));
        }
        Ok(all)
    }

    /// Whether a journal or a checkpoint is there.
    fn has_claims(&self) -> bool {
        let holds = |folder: &str, ending: &str| {
            let entries = std::fs::read_dir(self.data.join(folder))
                .into_iter()
                .flatten();
            let mut names = entries.flatten().map(|e| e.file_name());
            names.any(|n| n.to_string_lossy().ends_with(ending))
        };
        holds("journal", ".log") || holds("checkpoints", ".bin")
    }

    /// Whether the store is this folder's, and whether it misses a manifest.
    pub(in crate::app) async fn store(&mut self, store: &Store) -> Result<(), Failure> {
        self.store = store.identity(&fresh_id().to_string()).await?;
        let folders = store.folders().await?;
        if let Some(known) = self.manifest.store.clone() {
            let folder = &self.manifest.folder;
            let why = if known != self.store {
                Some(format!(
                    "the store is another one ({}; this folder was used with {known})",
                    self.store
                ))
            } else if !folders.contains(folder) {
                Some(format!("the store does not know this folder ({folder})"))
            } else {
                None
            };
            let is_new = self.gives_up(LossKind::Store);
            let found = why.filter(|_| !is_new);
            return self.judge(
                found
                    .map(|w| Finding::new(LossKind::Store, w))
                    .into_iter()
                    .collect(),
            );
        }
        if self.found {
            return Ok(());
        }
        let known = folders.first().filter(|_| store.is_file()).cloned();
        let known = known.or_else(|| self.trace());
        let Some(folder) = known else {
            if self.has_claims() {
                tracing::warn!(
                    folder = self.manifest.folder,
                    "the data folder is of an earlier version and has no manifest: it is taken as it is"
                );
            }
            return Ok(());
        };
        self.manifest.folder.clone_from(&folder);
        let why = format!(
            "{} is missing: this folder is known as {folder}",
            super::FILE
        );
        let given_up = self.gives_up(LossKind::Manifest);
        let found = (!given_up).then(|| Finding::new(LossKind::Manifest, why));
        self.judge(found.into_iter().collect())
    }

    /// The id that checkpoints or segments name.
    fn trace(&self) -> Option<String> {
        let seen = checkpoints::look(&self.data.join("checkpoints")).unwrap_or_default();
        let named = seen.iter().find_map(|c| c.folder);
        let segments = || journal::folder_of(&self.data.join("journal"));
        named
            .or_else(segments)
            .map(|id| Uuid::from_bytes(id).to_string())
    }

    /// Whether the settled reports are there that a checkpoint names.
    pub(in crate::app) fn settled(
        &mut self,
        config: &Config,
        found: &FoundCheckpoint,
    ) -> Result<(), Failure> {
        let dir = self.data.join("settled");
        let workers = config.stream.hands() as u32;
        let mut gone = match AmendmentFiles::missing(&dir, found.saved.kept(), workers) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => Vec::new(),
            gone => gone.map_err(|e| self.fail(&e))?,
        };
        let waiting = WaitingFiles::missing(&dir.join("waiting"), found.saved.waiting_in());
        let waiting = waiting.map_err(|e| self.fail(&e))?;
        gone.extend(waiting.into_iter().map(|name| format!("waiting/{name}")));
        // Nobody needs them any more once no checkpoint names them.
        self.manifest.given_up.retain(|name| gone.contains(name));
        gone.retain(|name| !self.manifest.given_up.contains(name));
        let finding = |name: &String| {
            let why = format!("settled/{name} is missing or shorter than it was");
            Finding::new(LossKind::Settled, why)
        };
        self.judge(gone.iter().map(finding).collect())?;
        self.manifest.given_up.extend(gone);
        Ok(())
    }

    /// All is open, the journal up to `end`: writes the manifest, has the store know of it, and keeps it from now on.
    pub(in crate::app) async fn done(
        self,
        shared: &Shared,
        store: &Store,
        end: Position,
        newest: Cut,
    ) -> Result<Arc<ManifestKeeper>, Failure> {
        let folder = self.folder();
        let store_id = self.store;
        let mut prefixes = self.prefixes;
        let folder_of = self.data.clone();
        // A file that this start has rewritten begins otherwise than what was hashed of it.
        let mut prefix = |name: &str| {
            let rewritten = kept::rewritten_from(&folder_of.join(name)).exists();
            prefixes
                .remove(name)
                .filter(|_| !rewritten)
                .unwrap_or_default()
        };
        let keeper = ManifestKeeper {
            data: self.data,
            folder,
            history: self.history,
            registry: shared.registry.clone(),
            health: shared.health.clone(),
            clock: self.clock,
            state: Mutex::new(Written {
                manifest: self.manifest,
                identities: prefix(&check::identities()),
                changes: prefix(&check::changes()),
            }),
        };
        let known = Uuid::from_bytes(folder).to_string();
        let told = store.folders().await?.contains(&known);
        let written = keeper.save(|m| {
            (m.journal.segment, m.journal.bytes) = (end.segment, end.offset);
            m.checkpoint = newest.at.0;
            // Only once the store knows: who ends in between finds both as they were.
            m.store = told.then(|| store_id.clone());
        });
        let written = match written {
            Ok(()) if !told => {
                store.know_folder(&known, keeper.clock.now()).await?;
                keeper.save(|m| m.store = Some(store_id))
            }
            written => written,
        };
        if let Err(e) = written {
            // A hub whose disk is full starts all the same; what was said before still holds.
            tracing::warn!(error = %e, "the manifest could not be written: tried again with the next checkpoint");
        }
        keeper.note_losses();
        Ok(Arc::new(keeper))
    }

    pub(in crate::app) fn folder(&self) -> FolderId {
        Uuid::parse_str(&self.manifest.folder)
            .map_or_else(|_| FolderId::default(), Uuid::into_bytes)
    }

    /// Whether a loss of that kind was found and accepted at this start.
    fn gives_up(&self, what: LossKind) -> bool {
        self.given_up.contains(&what)
    }

    /// Refuses what is not accepted; notes the rest.
    pub(super) fn judge(&mut self, all: Vec<Finding>) -> Result<(), Failure> {
        if all.is_empty() {
            return Ok(());
        }
        if all.iter().any(|f| !self.accepted.contains(&f.what)) {
            return Err(refusal(&self.data, &all));
        }
        for finding in all {
            self.given_up.push(finding.what);
            tracing::warn!(
                what = finding.what.name(),
                "the hub goes on without what is lost, as --accept-loss allows: {}",
                finding.detail
            );
            self.manifest.losses.push(Loss {
                id: format!("{:08x}", rand::random::<u32>()),
                what: finding.what.name().to_owned(),
                detail: finding.detail,
                accepted_at: self.clock.now().to_string(),
                acknowledged_at: None,
            });
        }
        self.write()
    }

    /// Writes down what is accepted so far. A folder without a manifest gets it at the end.
    pub(super) fn write(&self) -> Result<(), Failure> {
        if self.found {
            self.manifest.write(&self.data).map_err(|e| self.fail(&e))?;
        }
        Ok(())
    }

    /// Where that which is of no use any more goes: by the newest loss.
    pub(super) fn lost(&self) -> PathBuf {
        let id = self.manifest.losses.last().map_or("", |l| &l.id);
        self.data.join("lost").join(id)
    }

    fn set_aside(&self, folders: &[&str]) -> Result<(), Failure> {
        let to = self.lost();
        let moved = folders.iter().try_for_each(|name| {
            std::fs::create_dir_all(&to)?;
            match std::fs::rename(self.data.join(name), to.join(name)) {
                Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
                _ => Ok(()),
            }
        });
        moved.map_err(|e| self.fail(&e))
    }

    pub(super) fn fail(&self, e: &io::Error) -> Failure {
        Failure::Internal(format!("{}: {e}", self.data.display()))
    }
}
