//! Addresses: taken at the start, and told to who asks.

use super::Failure;
use super::certificates::Secured;
use crate::config::Config;
use crate::tls::Tls;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;

/// Where HTTP is spoken.
pub(super) struct HttpListeners {
    pub(super) plain: TcpListener,
    /// `[http.tls]`.
    pub(super) secure: Option<(TcpListener, Arc<Tls>)>,
}

impl HttpListeners {
    pub(super) async fn take(config: &Config, secured: Option<Secured>) -> Result<Self, Failure> {
        let plain = listen("http", config.http.listen).await?;
        let secure = match secured {
            Some((at, tls)) => Some((listen("http.tls", at).await?, tls)),
            None => None,
        };
        Ok(Self { plain, secure })
    }

    /// Where each of them listens.
    pub(super) fn addresses(&self) -> Result<HttpAddresses, Failure> {
        let secure = self.secure.as_ref();
        Ok(HttpAddresses {
            plain: address(&self.plain)?,
            secure: secure.map(|(l, _)| address(l)).transpose()?,
        })
    }
}

/// Where HTTP is spoken, the ports that were given where 0 was asked for.
pub(super) struct HttpAddresses {
    pub(super) plain: SocketAddr,
    pub(super) secure: Option<SocketAddr>,
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
