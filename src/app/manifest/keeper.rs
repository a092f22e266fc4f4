//! The manifest of a running hub: written again whenever there is more that must be there.

use super::check::{self, Prefix};
use super::file::{Loss, Manifest};
use crate::app::process;
use crate::domain::Clock;
use crate::health::Health;
use crate::journal::{Cut, FolderId, Position};
use crate::registry::{Registry, kept};
use crate::serve::{LossDoor, LossTold};
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

/// How often it is looked whether a segment was begun.
const LOOK: Duration = Duration::from_secs(1);

/// Acknowledged losses that are remembered.
const REMEMBERED: usize = 100;

/// Keeps the manifest.
pub(in crate::app) struct ManifestKeeper {
    pub(super) data: PathBuf,
    pub(super) folder: FolderId,
    /// Whether the history lies in the folder.
    pub(super) history: bool,
    pub(super) registry: Arc<Registry>,
    pub(super) health: Arc<Health>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) state: Mutex<Written>,
}

/// What was last written, and hashes to go on from.
pub(super) struct Written {
    pub(super) manifest: Manifest,
    pub(super) identities: Prefix,
    pub(super) changes: Prefix,
}

impl ManifestKeeper {
    /// The folder's id, for what is written in it.
    pub(in crate::app) const fn folder(&self) -> FolderId {
        self.folder
    }

    /// Says that a checkpoint of `cut` is on disk, and with it the journal up to there.
    ///
    /// # Errors
    /// When the disk refuses; the manifest is then as it was.
    pub(in crate::app) fn checkpointed(&self, cut: Cut) -> io::Result<()> {
        self.save(|m| {
            m.checkpoint = cut.at.0;
            m.reached(cut.position);
        })
    }

    /// Says of each segment that it is there once it is begun, until the hub closes. A disk that
    /// refuses is asked again.
    pub(in crate::app) async fn follow(
        self: Arc<Self>,
        begun: Arc<Mutex<Position>>,
        closed: watch::Receiver<bool>,
    ) {
        let mut every = tokio::time::interval(LOOK);
        let following = async {
            loop {
                every.tick().await;
                let at = *begun.lock().unwrap_or_else(PoisonError::into_inner);
                if at.segment <= self.state().manifest.journal.segment {
                    continue;
                }
                if let Err(e) = tokio::task::block_in_place(|| self.save(|m| m.reached(at))) {
                    tracing::warn!(error = %e, "the manifest could not be written; tried again");
                }
            }
        };
        tokio::select! { () = following => {}, () = process::closing(closed) => {} }
    }

    /// Writes the manifest with `change`, and with what the folder holds by now.
    pub(super) fn save(&self, change: impl FnOnce(&mut Manifest)) -> io::Result<()> {
        let mut state = self.state();
        let mut next = state.manifest.clone();
        change(&mut next);
        let lengths = self.registry.kept_lengths();
        let files = [
            (check::identities(), lengths.identities),
            (check::changes(), lengths.changes),
        ];
        let Written {
            identities,
            changes,
            ..
        } = &mut *state;
        for ((name, bytes), prefix) in files.into_iter().zip([identities, changes]) {
            prefix.extend(&self.data.join(&name), bytes)?;
            next.files.insert(name, prefix.known());
        }
        let lasting = ["pseudonyms.json"];
        let there = lasting.iter().filter(|n| self.data.join(n).exists());
        next.present = there.map(|n| (*n).to_owned()).collect();
        if self.history {
            next.history = check::days(&self.data)?.into_iter().collect();
        }
        next.write(&self.data)?;
        state.manifest = next;
        kept::settle_rewrites(&self.data.join("registry"))
    }

    /// Notes every loss that is not acknowledged.
    pub(super) fn note_losses(&self) {
        let state = self.state();
        let open = state.manifest.losses.iter();
        for loss in open.filter(|l| l.acknowledged_at.is_none()) {
            let Loss {
                id, detail, what, ..
            } = loss;
            let at = &loss.accepted_at;
            self.health.lost(
                id,
                format!(
                    "lost, and accepted at {at}: {detail} ({what}); POST /v1/admin/losses/{id}/ack takes note of it"
                ),
            );
        }
    }

    fn state(&self) -> MutexGuard<'_, Written> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LossDoor for ManifestKeeper {
    fn losses(&self) -> Vec<LossTold> {
        let told = |l: &Loss| LossTold {
            id: l.id.clone(),
            what: l.what.clone(),
            detail: l.detail.clone(),
            accepted_at: l.accepted_at.clone(),
            acknowledged_at: l.acknowledged_at.clone(),
        };
        self.state().manifest.losses.iter().map(told).collect()
    }

    fn acknowledge(&self, id: &str) -> io::Result<bool> {
        let find = |m: &Manifest| m.losses.iter().position(|l| l.id == id);
        if find(&self.state().manifest).is_none() {
            return Ok(false);
        }
        let now = self.clock.now().to_string();
        self.save(|m| {
            if let Some(at) = find(m) {
                m.losses[at].acknowledged_at.get_or_insert(now);
            }
            let mut done = m
                .losses
                .iter()
                .filter(|l| l.acknowledged_at.is_some())
                .count();
            m.losses.retain(|l| {
                let forget = done > REMEMBERED && l.acknowledged_at.is_some();
                done -= usize::from(forget);
                !forget
            });
        })?;
        self.health.acknowledged(id);
        tracing::info!(loss = id, "a loss is acknowledged");
        Ok(true)
    }
}
