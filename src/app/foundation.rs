//! The first phase of a start: everything that can be wrong with a configuration is found before
//! anything is changed, and addresses and the data folder are taken.

use super::certificates::{self, Secured};
use super::folder::own_folder;
use super::manifest::Opening;
use super::sockets::{HttpListeners, listen};
use super::{Failure, LossKind, Shared, brokers, exposure, feeds, partners};
use crate::config::Config;
use crate::domain::Clock;
use crate::partners::Keys;
use std::fs::File;
use std::sync::Arc;
use tokio::net::TcpListener;

/// What a hub stands on.
pub(super) struct Foundation {
    /// Those of the configuration; the store's are added by the next phase.
    pub(super) keys: Arc<Keys>,
    pub(super) http: HttpListeners,
    pub(super) mqtt: TcpListener,
    pub(super) mqtts: Option<Secured>,
    /// Held for as long as the hub uses the folder.
    pub(super) lock: File,
    pub(super) shared: Shared,
    /// What must be in the folder.
    pub(super) opening: Opening,
}

impl Foundation {
    pub(super) async fn lay(
        config: &Config,
        clock: Arc<dyn Clock>,
        accepted: Vec<LossKind>,
    ) -> Result<Self, Failure> {
        let keys = Arc::new(partners::of_config(config)?);
        brokers::check(&config.brokers)?;
        feeds::check(&config.feeds)?;
        partners::warn_of_areas(config);
        exposure::warn(config);
        let certificates = certificates::open(config)?;
        let http = HttpListeners::take(config, certificates.http).await?;
        let mqtt = listen("mqtt", config.mqtt.listen).await?;
        let lock = own_folder(&config.data.path)?;
        let opening =
            tokio::task::block_in_place(|| Opening::look(config, accepted, clock.clone()))?;
        let shared = tokio::task::block_in_place(|| Shared::open(config, clock))?;
        Ok(Self {
            keys,
            http,
            mqtt,
            mqtts: certificates.mqtt,
            lock,
            shared,
            opening,
        })
    }
}
