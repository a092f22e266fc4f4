//! The first phase of a start: everything that can be wrong with a configuration is found before
//! anything is changed, and addresses and the data folder are taken.

use super::certificates::{self, Secured};
use super::doors::MqttFront;
use super::folder::own_folder;
use super::manifest::Opening;
use super::sandbox::Passages;
use super::sockets::{HttpAddresses, HttpListeners, NOWHERE, address, listen};
use super::{Failure, LossKind, Shared, brokers, exposure, feeds, partners};
use crate::config::Config;
use crate::domain::{Clock, Realm};
use crate::partners::Keys;
use crate::serve::SandboxApi;
use std::fs::File;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;

/// What a hub stands on.
pub(super) struct Foundation {
    /// Those of the configuration; the store's are added by the next phase.
    pub(super) keys: Arc<Keys>,
    /// Where it listens; `None`: nowhere, as the sandbox, which is handed what others hear.
    pub(super) front: Option<Front>,
    /// Held for as long as the hub uses the folder.
    pub(super) lock: File,
    pub(super) shared: Shared,
    /// What must be in the folder.
    pub(super) opening: Opening,
}

/// Where a hub listens, and what leads from there to the sandbox.
pub(super) struct Front {
    pub(super) http: HttpListeners,
    pub(super) mqtt: TcpListener,
    pub(super) mqtts: Option<Secured>,
    pub(super) sandbox: Option<Passages>,
}

/// What of a front goes where: to HTTP, to MQTT, to the sandbox.
pub(super) type Parted = (
    Option<(HttpListeners, Option<Arc<SandboxApi>>)>,
    Option<MqttFront>,
    Option<Passages>,
);

impl Front {
    /// Deals it out.
    pub(super) fn parted(own: Option<Self>) -> Parted {
        let Some(own) = own else {
            return (None, None, None);
        };
        let to = own.sandbox;
        let http = (own.http, to.as_ref().map(|to| to.api.clone()));
        let door = to.as_ref().map(|to| to.door.clone());
        (Some(http), Some((own.mqtt, own.mqtts, door)), to)
    }

    async fn take(config: &Config) -> Result<Self, Failure> {
        let certificates = certificates::open(config)?;
        Ok(Self {
            http: HttpListeners::take(config, certificates.http).await?,
            mqtt: listen("mqtt", config.mqtt.listen).await?,
            mqtts: certificates.mqtt,
            sandbox: Passages::of(config),
        })
    }

    /// Where that is, of HTTP and of MQTT; [`NOWHERE`] if it is none.
    pub(super) fn addresses(own: Option<&Self>) -> Result<(HttpAddresses, SocketAddr), Failure> {
        let Some(own) = own else {
            let nowhere = HttpAddresses {
                plain: NOWHERE,
                secure: None,
                admin: None,
            };
            return Ok((nowhere, NOWHERE));
        };
        Ok((own.http.addresses()?, address(&own.mqtt)?))
    }
}

impl Foundation {
    pub(super) async fn lay(
        config: &Config,
        clock: Arc<dyn Clock>,
        accepted: Vec<LossKind>,
    ) -> Result<Self, Failure> {
        let keys = Arc::new(partners::of_config(config)?);
        partners::check_sandbox(config)?;
        brokers::check(&config.brokers)?;
        feeds::check(&config.feeds)?;
        partners::warn_of_areas(config);
        exposure::warn(config);
        let front = match config.registry.realm {
            Realm::City => Some(Front::take(config).await?),
            Realm::Sandbox => None,
        };
        let lock = own_folder(&config.data.path)?;
        let opening =
            tokio::task::block_in_place(|| Opening::look(config, accepted, clock.clone()))?;
        let shared = tokio::task::block_in_place(|| Shared::open(config, clock))?;
        Ok(Self {
            keys,
            front,
            lock,
            shared,
            opening,
        })
    }
}
