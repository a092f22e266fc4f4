//! The second phase of a start: all that lasts is opened, as the last run left it.

use super::checkpoints::{self, FoundCheckpoint, Persisted};
use super::foundation::Foundation;
use super::{Failure, history, partners, rates, settlement};
use crate::config::Config;
use crate::journal::Journal;
use crate::partners::Issuer;
use crate::store::Store;
use std::sync::Arc;

/// What a hub keeps, open.
pub(super) struct Storage {
    pub(super) store: Store,
    pub(super) issuer: Arc<Issuer>,
    pub(super) journal: Journal,
    /// The newest good checkpoint, and where the next go.
    pub(super) checkpoint: FoundCheckpoint,
    /// As the checkpoint has it, or cut back to what it says.
    pub(super) kept: Persisted,
    pub(super) history: history::Opened,
}

impl Storage {
    pub(super) async fn open(config: &Config, found: &Foundation) -> Result<Self, Failure> {
        let shared = &found.shared;
        let data = &config.data.path;
        let store = Store::open(&config.store, data).await?;
        let keys = found.keys.clone();
        let issuer = partners::open(store.clone(), config, keys, shared.clock.clone()).await?;
        let registry = shared.registry.clone();
        let journal = Journal::open(&data.join("journal"), config.journal.clone(), registry)?;
        let checkpoint = checkpoints::find(&data.join("checkpoints"), &journal)?;
        let settled = data.join("settled");
        let kept = Persisted {
            amendments: settlement::open(&settled, config, &checkpoint.saved, shared)?,
            contributors: Arc::new(partners::contributors(config, &checkpoint, shared)?),
            rates: rates::open(&data.join("rates"), shared)?,
        };
        let history = history::open(config, shared)?;
        Ok(Self {
            store,
            issuer: Arc::new(issuer),
            journal,
            checkpoint,
            kept,
            history,
        })
    }
}
