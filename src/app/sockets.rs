//! Addresses: taken at the start, and told to who asks.

use super::Failure;
use std::net::SocketAddr;
use tokio::net::TcpListener;

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
