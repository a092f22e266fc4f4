//! The first phase of a start: everything that can be wrong with a configuration is found before
//! anything is changed, and addresses and the data folder are taken.

use super::{Failure, Shared, backup, brokers, doors, partners};
use crate::config::Config;
use crate::domain::Clock;
use crate::ingest::mqtt_server::Tls;
use crate::partners::Keys;
use std::fs::{File, TryLockError};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use tokio::net::TcpListener;

/// What a hub stands on.
pub(super) struct Foundation {
    /// Those of the configuration; the store's are added by the next phase.
    pub(super) keys: Arc<Keys>,
    pub(super) http: TcpListener,
    pub(super) mqtt: TcpListener,
    pub(super) mqtts: Option<(SocketAddr, Arc<Tls>)>,
    /// Held for as long as the hub uses the folder.
    pub(super) lock: File,
    pub(super) shared: Shared,
}

impl Foundation {
    pub(super) async fn lay(config: &Config, clock: Arc<dyn Clock>) -> Result<Self, Failure> {
        let keys = Arc::new(partners::of_config(config)?);
        brokers::check(&config.brokers)?;
        let http = listen("http", config.http.listen).await?;
        let mqtt = listen("mqtt", config.mqtt.listen).await?;
        let mqtts = doors::tls(config)?;
        let lock = own_folder(&config.data.path)?;
        let shared = tokio::task::block_in_place(|| Shared::open(config, clock))?;
        Ok(Self {
            keys,
            http,
            mqtt,
            mqtts,
            lock,
            shared,
        })
    }
}

/// Makes the data folder if need be and locks it: two hubs on one folder would write over each
/// other.
pub(super) fn own_folder(data: &Path) -> Result<File, Failure> {
    let fail =
        |e: &dyn std::fmt::Display| Failure::Config(format!("data.path: {}: {e}", data.display()));
    std::fs::create_dir_all(data).map_err(|e| fail(&e))?;
    backup::refuse_unfinished(data)?;
    let lock = File::create(data.join("lock")).map_err(|e| fail(&e))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(Failure::Unavailable(format!(
            "{}: another hub uses this folder",
            data.display()
        ))),
        Err(TryLockError::Error(e)) => Err(fail(&e)),
    }
}

pub(super) async fn listen(what: &'static str, at: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(at)
        .await
        .map_err(|e| Failure::Unavailable(format!("{what}: cannot listen on {at}: {e}")))
}

pub(super) fn address(listener: &TcpListener) -> Result<SocketAddr, Failure> {
    listener
        .local_addr()
        .map_err(|e| Failure::Internal(e.to_string()))
}
