//! The sockets: accepts connections and drives HTTP/1.1 on each.
//!
//! Why not `axum::serve`: it has no limit on connections and none on how long a client may take
//! over its headers, so a few thousand idle sockets would hold it. Here both are bounded; a
//! connection over the limit waits in the system's backlog.

use super::address::{self, ClientAddress};
use super::audit::Peer;
use super::proxies::Block;
use super::quota::ConnectionShare;
use super::slow::Impatient;
use crate::limits::{HeldShare, Owner, ShareTaken, Shared, Shares};
use crate::metrics::Metrics;
use axum::Router;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower::ServiceExt as _;

/// What a client may take of the hub, and whom it believes on who a client is.
#[derive(Clone, Debug)]
pub struct ListenLimits {
    /// Open connections at a time.
    pub max_connections: usize,
    /// From the first wait for a request to the end of its headers; so also how long an idle
    /// connection is kept.
    pub header_timeout: Duration,
    /// How long a client may leave what is sent to it unread.
    pub write_timeout: Duration,
    /// How long open requests may go on once the hub stops.
    pub drain_timeout: Duration,
    /// Whose word on where a request comes from is believed.
    pub trusted_proxies: Arc<[Block]>,
    /// Who has how many connections.
    pub shares: Shares,
}

/// Longest request line and headers together, bytes.
const MAX_HEADERS: usize = 64 * 1024;

/// How long to leave the listener alone when the system has no more sockets to give.
const BREATHER: Duration = Duration::from_millis(100);

/// Serves until `shutdown` is ready, then lets open requests finish, up to
/// [`ListenLimits::drain_timeout`].
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: ListenLimits,
    metrics: Arc<Metrics>,
    shutdown: impl Future<Output = ()>,
) {
    let places = Arc::new(Semaphore::new(
        limits.max_connections.clamp(1, Semaphore::MAX_PERMITS),
    ));
    let open = GracefulShutdown::new();
    let protocol = protocol(&limits);
    tokio::pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            () = &mut shutdown => break,
            accepted = accept(&listener, &places) => accepted,
        };
        let (stream, peer, place) = match accepted {
            Ok(all) => all,
            Err(e) => {
                // A peer that hung up while queued is no trouble; a lack of descriptors passes when
                // others close.
                if !is_the_peers(&e) {
                    tracing::warn!(error = %e, "no connection could be accepted");
                    tokio::time::sleep(BREATHER).await;
                }
                continue;
            }
        };
        let Ok(share) = limits.share(peer) else {
            turn_away(&stream);
            continue;
        };
        metrics.http_connections.inc();
        let from_peer = whence(peer, &limits.trusted_proxies, share.as_ref());
        let service = TowerToHyperService::new(router.clone().map_request(from_peer));
        let stream = Impatient::new(stream, limits.write_timeout, metrics.clone());
        let connection = open.watch(protocol.serve_connection(TokioIo::new(stream), service));
        let open_connections = metrics.http_connections.clone();
        tokio::spawn(async move {
            // Ends in an error whenever a client hangs up half-way: nothing to act upon.
            if let Err(e) = connection.await {
                tracing::trace!(error = %e, "connection ended");
            }
            open_connections.dec();
            drop((place, share));
        });
    }
    drop(listener);
    if tokio::time::timeout(limits.drain_timeout, open.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("requests were still open when the hub stopped");
    }
}

impl ListenLimits {
    /// A stranger's connection; a proxy's is nobody's share, since it speaks for many.
    fn share(&self, peer: SocketAddr) -> Result<Option<ConnectionShare>, ShareTaken> {
        let address = peer.ip().to_canonical();
        if address::is_among(&self.trusted_proxies, address) {
            return Ok(None);
        }
        let owner = Owner::of_address(address);
        let share: HeldShare = self.shares.take(owner, Shared::HttpConnections)?;
        Ok(Some(ConnectionShare(Arc::new(Mutex::new(share)))))
    }
}

/// Tells a client whose address has its share of connections, if that can be told at once, and
/// lets it go: nothing of it is read.
fn turn_away(stream: &TcpStream) {
    const ANSWER: &[u8] = b"HTTP/1.1 429 Too Many Requests\r\n\
        content-type: application/problem+json\r\n\
        retry-after: 10\r\n\
        connection: close\r\n\
        cache-control: no-store\r\n\
        content-length: 181\r\n\r\n\
        {\"type\":\"/problems/quota-exceeded\",\"title\":\"Your part of it is used up\",\"status\":429,\
        \"detail\":\"this address has as many connections open as one may have\",\"share\":\"http_connections\"}";
    // The socket's buffer is empty: all of it fits, or the client is gone.
    let _ = stream.try_write(ANSWER);
}

/// Writes on each request of a connection where it comes from.
fn whence(
    peer: SocketAddr,
    proxies: &Arc<[Block]>,
    share: Option<&ConnectionShare>,
) -> impl FnMut(Request<Incoming>) -> Request<Incoming> + Clone + Send + 'static {
    let own = peer.ip().to_canonical();
    let proxies = address::is_among(proxies, own).then(|| proxies.clone());
    let share = share.cloned();
    move |mut request| {
        let client = match &proxies {
            Some(proxies) => address::behind(own, request.headers(), proxies),
            None => ClientAddress(own),
        };
        request.extensions_mut().insert(Peer(peer));
        request.extensions_mut().insert(client);
        if let Some(share) = &share {
            request.extensions_mut().insert(share.clone());
        }
        request
    }
}

fn protocol(limits: &ListenLimits) -> http1::Builder {
    let mut protocol = http1::Builder::new();
    protocol
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_timeout)
        .max_buf_size(MAX_HEADERS);
    protocol
}

/// The next connection, once there is a place for it.
async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let place = Arc::clone(places)
        .acquire_owned()
        .await
        .map_err(io::Error::other)?;
    let (stream, peer) = listener.accept().await?;
    // Answers are written whole: waiting to fill a packet only delays them.
    stream.set_nodelay(true)?;
    Ok((stream, peer, place))
}

fn is_the_peers(e: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, InvalidInput};
    matches!(
        e.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset | InvalidInput
    )
}
