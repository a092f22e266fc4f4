//! The second phase of a start: all that lasts is opened, as the last run left it.

use super::checkpoints::{self, FoundCheckpoint};
use super::foundation::Foundation;
use super::rates::{self, RateFiles};
use super::{Failure, history, partners, settlement};
use crate::config::Config;
use crate::journal::Journal;
use crate::partners::Issuer;
use crate::settlement::AmendmentFiles;
use crate::store::Store;
use std::sync::Arc;

/// What a hub keeps, open.
pub(super) struct Storage {
    pub(super) store: Store,
    pub(super) issuer: Arc<Issuer>,
    pub(super) journal: Journal,
    /// The newest good checkpoint, and where the next go.
    pub(super) checkpoint: FoundCheckpoint,
    /// Settled reports, cut back to what the checkpoint says.
    pub(super) amendments: AmendmentFiles,
    pub(super) history: history::Opened,
    /// Tables of rates.
    pub(super) rates: Arc<RateFiles>,
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
        let amendments =
            settlement::open(&data.join("settled"), config, &checkpoint.saved, shared)?;
        let history = history::open(config, shared)?;
        let rates = rates::open(&data.join("rates"), shared)?;
        Ok(Self {
            store,
            issuer: Arc::new(issuer),
            journal,
            checkpoint,
            amendments,
            history,
            rates,
        })
    }
}
