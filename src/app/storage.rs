//! The second phase of a start: all that lasts is opened, as the last run left it.

use super::checkpoints::{FoundCheckpoint, MadeFor, Persisted};
use super::manifest::{ManifestKeeper, Opening};
use super::{Failure, Shared, credit, history, orders, partners, rates, settlement};
use crate::config::Config;
use crate::journal::Journal;
use crate::orders::OrderDesk;
use crate::partners::{Issuer, Keys};
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
    pub(super) manifest: Arc<ManifestKeeper>,
    pub(super) orders: Arc<OrderDesk>,
}

impl Storage {
    pub(super) async fn open(
        config: &Config,
        shared: &Shared,
        keys: Arc<Keys>,
        mut opening: Opening,
    ) -> Result<Self, Failure> {
        let data = &config.data.path;
        let store = Store::open(&config.store, data).await?;
        opening.store(&store).await?;
        let orders = orders::open(store.clone(), shared).await?;
        let issuer = partners::open(store.clone(), config, keys, shared.clock.clone()).await?;
        let open = || {
            let (journal, checkpoint) = opening.journal(config, shared)?;
            opening.settled(config, &checkpoint)?;
            Ok::<_, Failure>((journal, checkpoint))
        };
        let (journal, mut checkpoint) = tokio::task::block_in_place(open)?;
        let settled = data.join("settled");
        let kept = Persisted {
            amendments: settlement::open(&settled, config, &checkpoint.saved, shared)?,
            waiting: settlement::open_waiting(&settled.join("waiting"), &checkpoint.saved)?,
            contributors: Arc::new(partners::contributors(config, &checkpoint, shared)?),
            credit: credit::open(config, shared, store.clone(), opening.folder())?,
            rates: rates::open(&data.join("rates"), shared)?,
        };
        let history = history::open(config, shared)?;
        let manifest = opening
            .done(shared, &store, journal.end(), checkpoint.newest)
            .await?;
        let keeper = manifest.clone();
        checkpoint.made_for = MadeFor {
            folder: manifest.folder(),
            told: Box::new(move |cut| keeper.checkpointed(cut)),
        };
        Ok(Self {
            store,
            issuer: Arc::new(issuer),
            journal,
            checkpoint,
            kept,
            history,
            manifest,
            orders,
        })
    }
}
