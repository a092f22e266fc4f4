//! Addresses: taken at the start, and told to who asks.

use super::Failure;
use super::certificates::Secured;
use crate::config::Config;
use crate::tls::Tls;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use tokio::net::TcpListener;

/// Where HTTP is spoken.
pub(super) struct HttpListeners {
    pub(super) plain: TcpListener,
    /// `[http.tls]`.
    pub(super) secure: Option<(TcpListener, Arc<Tls>)>,
    /// `[http.admin]`.
    pub(super) admin: Option<TcpListener>,
}

impl HttpListeners {
    pub(super) async fn take(config: &Config, secured: Option<Secured>) -> Result<Self, Failure> {
        let plain = listen("http", config.http.listen).await?;
        let secure = match secured {
            Some((at, tls)) => Some((listen("http.tls", at).await?, tls)),
            None => None,
        };
        let admin = match &config.http.admin {
            Some(own) => Some(listen("http.admin", own.listen).await?),
            None => None,
        };
        Ok(Self {
            plain,
            secure,
            admin,
        })
    }

    /// Where each of them listens.
    pub(super) fn addresses(&self) -> Result<HttpAddresses, Failure> {
        let secure = self.secure.as_ref();
        Ok(HttpAddresses {
            plain: address(&self.plain)?,
            secure: secure.map(|(l, _)| address(l)).transpose()?,
            admin: self.admin.as_ref().map(address).transpose()?,
        })
    }
}

/// Where a hub listens that listens nowhere.
pub(super) const NOWHERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0);

/// Where HTTP is spoken, the ports that were given where 0 was asked for.
pub(super) struct HttpAddresses {
    pub(super) plain: SocketAddr,
    pub(super) secure: Option<SocketAddr>,
    pub(super) admin: Option<SocketAddr>,
}

/// Finds out whether the doors' addresses can be had, without keeping them.
///
/// # Errors
/// [`Failure::Unavailable`] for the first that cannot.
pub(crate) async fn are_free(config: &Config) -> Result<(), Failure> {
    let http = listen("http", config.http.listen).await?;
    let mqtt = listen("mqtt", config.mqtt.listen).await?;
    drop((http, mqtt));
    Ok(())
}

/// Takes an address; `what` names it in the error.
pub(super) async fn listen(what: &'static str, at: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(at)
        .await
        .map_err(|e| Failure::Unavailable(format!("{what}: cannot listen on {at}: {e}")))
}

/// Where it listens: the port that was given where 0 was asked for.
pub(super) fn address(listener: &TcpListener) -> Result<SocketAddr, Failure> {
    listener
        .local_addr()
        .map_err(|e| Failure::Internal(e.to_string()))
}
