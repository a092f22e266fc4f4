//! Clients of an outside broker: for a city that has one already, and publishes its reports there.
//!
//! Promises: a message is acknowledged to the broker only once it is on disk here (or was refused
//! and that is on disk), in receive order, on the connection it came by; so whatever is cut or
//! killed, the broker still has what the hub has not. It may then send a message twice: taken
//! twice, with the effect of once, as a word said again is known by its `at` and `seq`. A source is believed only where
//! the configuration says that this broker may speak for it. Not promised: what the broker itself
//! loses, and the order of reports without `at` when several clients share them.
//!
//! ```text
//! inlet (polls, one connection) -> bounded queue -> desk (gate, journal) -> acks by way of the ledger -> inlet
//! outlet (polls)  <- bounded queue <- newest availability, at most once a second a zone; orders at once
//! ```
//!
//! What rumqttc leaves to its user, and where it is done here: it never subscribes anew (`inlet`
//! does on each connection, since not every broker keeps a session's subscriptions);
//! acknowledgements of one connection would go out on the next (`ledger`); events of the old
//! connection come out after the new one is made (`inlet` clears them); it forgets what it was to
//! publish when the session is new, and can stay stuck on a packet id (the outlet publishes at QoS
//! 0 and starts over with every zone on each connection); an ack awaited in the polling task can
//! deadlock (its queue holds more acks than a connection has packet ids); its poll must not be
//! cancelled (only ever with the connection).

mod config;
mod desk;
mod dial;
mod inlet;
mod inlet_link;
mod ledger;
mod outlet;
mod redial;
pub(crate) mod tls;
mod topic;
mod url;

pub use config::{Config, Secret};
/// For fuzzing.
#[doc(hidden)]
pub use topic::read as whose;
pub use url::Url;

use super::board::Boards;
use super::mqtt_server::Intake;
use crate::domain::SharedRemit;
use crate::inbox::InboxSender;
use crate::metrics::Metrics;
use crate::registry::Registry;
use rumqttc::{MqttOptions, NetworkOptions, TlsConfiguration, Transport};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Knows whom the broker may speak for.
pub trait Roster: Send + Sync {
    fn trusts(&self, source: &str) -> bool;

    /// Of which zones it may speak, and who stands behind it.
    fn remit(&self) -> &SharedRemit;
}

/// What the rest of the hub provides for a broker's clients.
#[derive(Clone)]
pub struct ClientHost {
    pub intake: Arc<dyn Intake>,
    pub registry: Arc<Registry>,
    pub boards: Boards,
    /// To the journal. Clients wait for room in it and do not read meanwhile.
    pub journal: InboxSender,
    pub metrics: Arc<Metrics>,
}

/// One outside broker.
pub struct Broker {
    config: Config,
    roster: Arc<dyn Roster>,
    host: ClientHost,
    /// Everything but the client id.
    options: MqttOptions,
}

impl Broker {
    /// # Errors
    /// A configuration that cannot work, as [`Config::fault`] says it.
    pub fn new(config: Config, roster: Arc<dyn Roster>, host: ClientHost) -> Result<Self, String> {
        if let Some(fault) = config.fault() {
            return Err(fault);
        }
        let mut options = MqttOptions::new("", &config.url.host, config.url.port);
        options.set_keep_alive(Duration::from_secs(config.keep_alive_s.into()));
        options.set_max_packet_size(config.max_packet_bytes, config.max_packet_bytes);
        if let Some(user) = &config.username {
            options.set_credentials(user, config.password()?.unwrap_or_default());
        }
        if config.url.tls {
            let tls = tls::settings(config.ca.as_deref())?;
            options.set_transport(Transport::tls_with_config(TlsConfiguration::Rustls(tls)));
        }
        Ok(Self {
            config,
            roster,
            host,
            options,
        })
    }

    /// The options of one client.
    fn client(&self, suffix: &str) -> MqttOptions {
        let mut options = self.options.clone();
        options.set_client_id(format!("{}-{suffix}", self.config.client_id_prefix));
        options
    }
}

/// Talks with the broker until `stop` turns true (or its sender is gone): then reads no more, gives
/// what is under way a moment to become durable, acknowledges that, and leaves. An unreachable
/// broker is tried again for ever; the gauge `bayhub_broker_connected` says how many of its clients
/// stand.
pub async fn serve(broker: Arc<Broker>, stop: watch::Receiver<bool>) {
    let mut clients = JoinSet::new();
    for number in 0..broker.config.clients {
        clients.spawn(inlet::run(Arc::clone(&broker), number, stop.clone()));
    }
    if broker.config.publish_availability {
        clients.spawn(outlet::run(Arc::clone(&broker), stop));
    }
    while let Some(ended) = clients.join_next().await {
        if let Err(e) = ended {
            tracing::error!(broker = broker.config.name, error = %e, "a broker's client failed");
        }
    }
}

/// Connecting, TLS and CONNACK together; also the longest that a write may take.
const CONNECT_S: u64 = 5;

fn network() -> NetworkOptions {
    let mut network = NetworkOptions::new();
    network.set_connection_timeout(CONNECT_S);
    network.set_tcp_nodelay(true);
    network
}
