//! The hub's certificates: opened at the start, and read again when told to.

use super::{Failure, process};
use crate::config::Config;
use crate::tls::{Protocol, Tls, TlsConfig};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Where a listener with TLS goes, and its certificate.
pub(super) type Secured = (SocketAddr, Arc<Tls>);

/// Those that the configuration names.
pub(super) struct Certificates {
    pub(super) http: Option<Secured>,
    pub(super) mqtt: Option<Secured>,
}

/// Reads them all.
///
/// # Errors
/// Names the table and the file that cannot be used.
pub(super) fn open(config: &Config) -> Result<Certificates, Failure> {
    Ok(Certificates {
        http: one(config.http.tls.as_ref(), Protocol::Http)?,
        mqtt: one(config.mqtt.tls.as_ref(), Protocol::Mqtt)?,
    })
}

fn one(config: Option<&TlsConfig>, protocol: Protocol) -> Result<Option<Secured>, Failure> {
    let Some(config) = config else {
        return Ok(None);
    };
    let table = protocol.table();
    let opened = Tls::open(config.clone(), protocol)
        .map_err(|e| Failure::Config(format!("{table}: {e}")))?;
    Ok(Some((config.listen, Arc::new(opened))))
}

/// Reads a certificate again on each SIGHUP from now on, until the hub closes.
pub(super) fn follow(
    tls: &Arc<Tls>,
    closed: &watch::Receiver<bool>,
    tasks: &mut JoinSet<()>,
) -> Result<(), Failure> {
    tasks.spawn(process::reload_on_hangup(tls.clone(), closed.clone())?);
    Ok(())
}
