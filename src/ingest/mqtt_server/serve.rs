//! The front door: accepts connections, one task each, until told to stop.
//!
//! Promises: returns only when every connection has ended; a failing accept (no file handles left)
//! slows it down but neither spins nor stops it; a connection that panics takes none with it.

use super::connection::converse;
use super::connection_limits::Admission;
use super::door::Door;
use crate::ingest::shutdown;
use crate::limits::HeldShare;
use crate::tls::Tls;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};

/// Connections beyond the limit that are still heard out, to be told "server unavailable" in the
/// protocol's own words, or that are over but for their last bytes. Those beyond these are dropped
/// unheard.
pub const LOBBY: usize = 64;

/// How long to leave `accept` alone after it has failed.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves MQTT on `listener` until `shutdown` turns true (or its sender is gone): then stops
/// accepting and reading, gives what is under way `drain_timeout_s` to become durable, acknowledges
/// that, and closes.
pub async fn serve(listener: TcpListener, door: Arc<Door>, shutdown: watch::Receiver<bool>) {
    accept(listener, None, door, shutdown).await;
}

/// The same over TLS. A handshake has as long as a CONNECT.
pub async fn serve_tls(
    listener: TcpListener,
    tls: Arc<Tls>,
    door: Arc<Door>,
    shutdown: watch::Receiver<bool>,
) {
    accept(listener, Some(tls), door, shutdown).await;
}

async fn accept(
    listener: TcpListener,
    tls: Option<Arc<Tls>>,
    door: Arc<Door>,
    mut shutdown: watch::Receiver<bool>,
) {
    let mut connections = JoinSet::new();
    let stop = shutdown.clone();
    loop {
        tokio::select! {
            () = shutdown::wait(&mut shutdown) => break,
            Some(ended) = connections.join_next() => note(ended),
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    let full = connections.len() >= door.most().saturating_add(LOBBY);
                    let refused = if full { Some("full") } else { door.hurried(peer.ip()).then_some("connect_rate") };
                    if let Some(reason) = refused {
                        count(&door, reason);
                        continue;
                    }
                    if let Err(e) = stream.set_nodelay(true) {
                        tracing::debug!(%peer, error = %e, "TCP_NODELAY not set");
                    }
                    let Ok(share) = door.share_of(peer.ip()) else {
                        count(&door, "address_share");
                        continue;
                    };
                    let room = door.seats.enter(door.config.max_connections);
                    let place = (room, share);
                    let door = Arc::clone(&door);
                    let stop = stop.clone();
                    match &tls {
                        None => connections.spawn(converse(stream, peer, door, stop, place)),
                        Some(tls) => connections.spawn(handshake(Arc::clone(tls), stream, peer, door, stop, place)),
                    };
                }
                Err(e) => {
                    tracing::warn!(
                        error = %e, open = connections.len(), "MQTT connection not accepted"
                    );
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            },
        }
    }
    drop(listener);
    drain(connections, &door).await;
}

/// Waits until all have ended. Each connection minds its own deadline; the second on top is for the
/// one that hangs in a write.
pub(super) async fn drain(mut connections: JoinSet<()>, door: &Door) {
    let patience = door.config.drain_timeout() + Duration::from_secs(1);
    let all = async {
        while let Some(ended) = connections.join_next().await {
            note(ended);
        }
    };
    if tokio::time::timeout(patience, all).await.is_err() {
        tracing::warn!("MQTT connections cut off at shutdown");
        connections.shutdown().await;
    }
}

async fn handshake(
    tls: Arc<Tls>,
    stream: TcpStream,
    peer: SocketAddr,
    door: Arc<Door>,
    mut stop: watch::Receiver<bool>,
    place: (Admission, HeldShare),
) {
    let shaken = tokio::select! {
        shaken = tokio::time::timeout(door.config.connect_timeout(), tls.accept(stream)) => Some(shaken),
        () = shutdown::wait(&mut stop) => None,
    };
    match shaken {
        Some(Ok(Ok(stream))) => return converse(stream, peer, door, stop, place).await,
        Some(Ok(Err(e))) => tracing::debug!(%peer, error = %e, "TLS handshake failed"),
        Some(Err(_)) => tracing::debug!(%peer, "TLS handshake took too long"),
        None => {}
    }
    count(&door, "tls_handshake");
    if place.0 == Admission::Free {
        door.seats.exit();
    }
}

pub(super) fn count(door: &Door, reason: &str) {
    door.metrics
        .mqtt_refused_connections
        .with_label_values(&[reason])
        .inc();
}

pub(super) fn note(ended: Result<(), JoinError>) {
    if let Err(e) = ended
        && e.is_panic()
    {
        tracing::error!(error = %e, "an MQTT connection failed");
    }
}
