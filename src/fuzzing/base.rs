//! What most parts of a small hub are built on.

use super::{NOW, town};
use crate::clock::ManualClock;
use crate::domain::{NoClosures, SelfNamed};
use crate::health::{Health, Part};
use crate::history::{self, Around, History, NothingSettled, Registered};
use crate::inbox::InboxSender;
use crate::ingest::gate::{self, Gate};
use crate::limits::{self};
use crate::live::{Live, Room};
use crate::metrics::Metrics;
use crate::problems::{ProblemDesk, ProblemDeskParts};
use crate::registry::Registry;
use crate::serve::{self};
use crate::sharing::{self};
use crate::store::Store;
use crate::webhooks::WebhookDesk;
use std::path::Path;
use std::sync::Arc;
use tokio::runtime::Handle;

/// What most parts of a hub are built on.
#[derive(Clone)]
pub(super) struct Base {
    pub(super) registry: Arc<Registry>,
    pub(super) live: Arc<Live>,
    pub(super) clock: Arc<ManualClock>,
    pub(super) metrics: Arc<Metrics>,
    pub(super) health: Arc<Health>,
}

impl Base {
    pub(super) fn new() -> Self {
        let registry = town();
        let room = Room {
            spare_bays: 0,
            spare_zones: 0,
            subscribers: 8,
        };
        let health = Arc::new(Health::default());
        for part in Part::ALL {
            health.well(part);
        }
        Self {
            live: Arc::new(Live::new(&registry.city(), room)),
            registry,
            clock: Arc::new(ManualClock::at(NOW)),
            metrics: Arc::new(Metrics::new()),
            health,
        }
    }

    pub(super) fn webhooks(&self, store: Store) -> Result<WebhookDesk, String> {
        let city = (self.registry.clone(), self.live.clone());
        WebhookDesk::silent(store, city, self.clock.clone(), self.metrics.clone())
    }

    pub(super) fn problems(&self, store: Store) -> ProblemDesk {
        let city = (self.registry.clone(), self.live.clone());
        let parts = (self.clock.clone() as Arc<_>, self.metrics.clone());
        ProblemDesk::new(ProblemDeskParts::usual(
            store,
            SelfNamed::default(),
            city,
            parts,
        ))
    }

    pub(super) fn around_desk(&self, store: Store) -> sharing::DeskParts {
        let Self {
            registry,
            live,
            clock,
            metrics,
            ..
        } = self.clone();
        sharing::DeskParts {
            store,
            registry: registry.clone(),
            live: live.clone(),
            clock: clock.clone(),
            metrics: metrics.clone(),
            witness: sharing::Witness {
                inbox: InboxSender::nowhere(),
                registry,
                live,
                metrics,
                stale_after_s: 900,
            },
            config: sharing::Config::default(),
            limits: limits::Config::default(),
            workdays: Arc::default(),
            self_named: SelfNamed::default(),
            closures: Arc::new(NoClosures),
        }
    }

    /// A history of which nothing is settled, and a gate that nothing passes.
    pub(super) fn authority(
        &self,
        folder: &Path,
        runtime: Handle,
    ) -> Result<serve::Authority, history::StoreError> {
        let names = Arc::new(Registered::new(self.registry.clone(), folder));
        let around = Around {
            names: names.clone(),
            clock: self.clock.clone(),
            metrics: self.metrics.clone(),
            health: self.health.clone(),
        };
        let settings = history::Config::default();
        let nothing = Arc::new(NothingSettled);
        let (history, _) = History::open(&settings, folder, runtime, nothing, around)?;
        let gate = Gate::new(
            self.registry.clone(),
            self.clock.clone(),
            self.metrics.clone(),
            gate::Config::default(),
        );
        Ok(serve::Authority {
            history: Arc::new(history),
            names,
            calendar: settings.calendar(),
            ledger: gate.ledger(),
            healths: gate.healths(),
            silent_after_s: 900,
        })
    }
}
