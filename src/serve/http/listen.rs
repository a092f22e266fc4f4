//! The sockets: accepts connections and drives HTTP/1.1 on each.
//!
//! Why not `axum::serve`: it has no limit on connections and none on how long a client may take
//! over its headers, so a few thousand idle sockets would hold it. Here both are bounded; a
//! connection over the limit waits, and those after it in the system's backlog.

use super::address::{self, ClientAddress};
use super::audit::Peer;
use super::proxies::Block;
use super::quota::ConnectionShare;
use super::slow::Impatient;
use crate::limits::{HeldShare, Owner, ShareTaken, Shared, Shares};
use crate::metrics::Metrics;
use crate::serve::sandbox::Answerer;
use crate::tls::{Tls, TlsStream};
use axum::http::{Extensions, Request};
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tower::{Service, ServiceExt as _};

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

/// What all listeners of a hub share: the places for connections, and what a client may take.
pub struct Entrance {
    limits: ListenLimits,
    places: Arc<Semaphore>,
    protocol: http1::Builder,
    metrics: Arc<Metrics>,
    for_operators: bool,
}

/// Rides with each request that came by the operators' own listener.
#[derive(Clone, Copy)]
struct ByOperators;

/// Whether a request came by the operators' own listener.
pub(in crate::serve) fn is_operators(told: &Extensions) -> bool {
    told.get::<ByOperators>().is_some()
}

/// Connections at a time of the operators' own listener: scrapers, supervisors and a few people.
const OF_OPERATORS: usize = 64;

impl Entrance {
    #[must_use]
    pub fn new(limits: ListenLimits, metrics: Arc<Metrics>) -> Self {
        let places = limits.max_connections.clamp(1, Semaphore::MAX_PERMITS);
        Self {
            places: Arc::new(Semaphore::new(places)),
            protocol: protocol(&limits),
            limits,
            metrics,
            for_operators: false,
        }
    }

    /// That of the operators' own listener. It has places of its own, so that it answers also while
    /// all others are taken.
    #[must_use]
    pub fn for_operators(limits: ListenLimits, metrics: Arc<Metrics>) -> Self {
        let limits = ListenLimits {
            max_connections: OF_OPERATORS,
            ..limits
        };
        Self {
            for_operators: true,
            ..Self::new(limits, metrics)
        }
    }
}

/// Serves until `shutdown` is ready, then lets open requests finish, up to
/// [`ListenLimits::drain_timeout`]. With `tls`, over it: a handshake has as long as headers have, and
/// its connection counts from the start.
pub async fn serve(
    entrance: Arc<Entrance>,
    listener: TcpListener,
    tls: Option<Arc<Tls>>,
    answerer: impl Into<Answerer>,
    shutdown: impl Future<Output = ()>,
) {
    let answerer = answerer.into();
    let (stopping, stop) = watch::channel(());
    tokio::pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            () = &mut shutdown => break,
            accepted = accept(&listener, &entrance.places) => accepted,
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
        let limits = &entrance.limits;
        let Ok(share) = entrance.share(peer) else {
            if tls.is_none() {
                turn_away(&stream);
            }
            continue;
        };
        let place = Arc::new(Occupied::new(&entrance, place));
        let from_peer = whence(peer, &entrance, (share.as_ref(), &place), tls.is_some());
        let service = TowerToHyperService::new(answerer.clone().map_request(from_peer));
        let stream = Impatient::new(stream, limits.write_timeout, entrance.metrics.clone());
        let stop = stop.clone();
        let entrance = entrance.clone();
        if let Some(tls) = tls.clone() {
            tokio::spawn(async move {
                let shaken = handshake(&entrance, &tls, stream, stop.clone()).await;
                if let Some(stream) = shaken {
                    drive(&entrance, stream, service, stop).await;
                }
                drop(place);
            });
        } else {
            tokio::spawn(async move {
                drive(&entrance, stream, service, stop).await;
                drop(place);
            });
        }
    }
    drop((listener, stop));
    let _ = stopping.send(());
    // Until nobody is left to hear it.
    let all = stopping.closed();
    if tokio::time::timeout(entrance.limits.drain_timeout, all)
        .await
        .is_err()
    {
        tracing::warn!("requests were still open when the hub stopped");
    }
}

/// Speaks HTTP on a connection to its end, or until it becomes a WebSocket and somebody else's; once
/// `stop` changes, its open request is its last.
async fn drive<S, V>(
    entrance: &Entrance,
    stream: S,
    service: TowerToHyperService<V>,
    mut stop: watch::Receiver<()>,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    V: Service<Request<Incoming>, Response = Response, Error = Infallible> + Clone,
{
    let io = TokioIo::new(stream);
    let connection = entrance.protocol.serve_connection(io, service);
    let mut connection = pin!(connection.with_upgrades());
    ended(tokio::select! {
        how = &mut connection => how,
        _ = stop.changed() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    });
}

/// The client sees TLS, here or at a trusted proxy. Rides with each such request.
#[derive(Clone, Copy)]
pub(in crate::serve) struct OverTls;

/// A connection's place. Rides with each of its requests, so that what one of them becomes may keep
/// it.
#[derive(Clone)]
pub(in crate::serve) struct ConnectionPlace(#[expect(dead_code, reason = "held")] Arc<Occupied>);

/// An open connection, as it is counted: given back when it ends.
struct Occupied {
    entrance: Arc<Entrance>,
    _place: OwnedSemaphorePermit,
}

impl Occupied {
    fn new(entrance: &Arc<Entrance>, place: OwnedSemaphorePermit) -> Self {
        entrance.metrics.http_connections.inc();
        Self {
            entrance: entrance.clone(),
            _place: place,
        }
    }
}

impl Drop for Occupied {
    fn drop(&mut self) {
        self.entrance.metrics.http_connections.dec();
    }
}

impl Entrance {
    /// A stranger's connection. A proxy's is nobody's share, since it speaks for many, and no
    /// operator's is taken by who calls from the same machine.
    fn share(&self, peer: SocketAddr) -> Result<Option<ConnectionShare>, ShareTaken> {
        let address = peer.ip().to_canonical();
        if self.for_operators || address::is_among(&self.limits.trusted_proxies, address) {
            return Ok(None);
        }
        let owner = Owner::of_address(address);
        let share: HeldShare = self.limits.shares.take(owner, Shared::HttpConnections)?;
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

/// TLS on a new connection; `None` if it comes to nothing, in time, before `stop` changes.
async fn handshake<S: AsyncRead + AsyncWrite + Unpin>(
    entrance: &Entrance,
    tls: &Tls,
    stream: S,
    mut stop: watch::Receiver<()>,
) -> Option<TlsStream<S>> {
    let shaken = tokio::time::timeout(entrance.limits.header_timeout, tls.accept(stream));
    let why = tokio::select! {
        shaken = shaken => match shaken {
            Ok(Ok(stream)) => return Some(stream),
            Ok(Err(e)) => e.to_string(),
            Err(_) => "took too long".to_owned(),
        },
        _ = stop.changed() => return None,
    };
    entrance.metrics.http_tls_failures.inc();
    tracing::debug!(why, "TLS handshake failed");
    None
}

/// Ends in an error whenever a client hangs up half-way: nothing to act upon.
fn ended(how: hyper::Result<()>) {
    if let Err(e) = how {
        tracing::trace!(error = %e, "connection ended");
    }
}

/// Writes on each request of a connection where it comes from.
fn whence(
    peer: SocketAddr,
    entrance: &Entrance,
    (share, place): (Option<&ConnectionShare>, &Arc<Occupied>),
    is_tls: bool,
) -> impl FnMut(Request<Incoming>) -> Request<Incoming> + Clone + Send + 'static {
    let own = peer.ip().to_canonical();
    let proxies = &entrance.limits.trusted_proxies;
    let proxies = address::is_among(proxies, own).then(|| proxies.clone());
    let share = share.cloned();
    let place = ConnectionPlace(place.clone());
    let for_operators = entrance.for_operators;
    move |mut request| {
        let client = match &proxies {
            Some(proxies) => address::behind(own, request.headers(), proxies),
            None => ClientAddress(own),
        };
        let by_proxy = || request.headers().get("x-forwarded-proto");
        if is_tls || proxies.is_some() && by_proxy().is_some_and(|scheme| scheme == "https") {
            request.extensions_mut().insert(OverTls);
        }
        request.extensions_mut().insert(Peer(peer));
        request.extensions_mut().insert(client);
        request.extensions_mut().insert(place.clone());
        if let Some(share) = &share {
            request.extensions_mut().insert(share.clone());
        }
        if for_operators {
            request.extensions_mut().insert(ByOperators);
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

/// The next connection, and a place for it. One that finds none waits in hand, so that a listener
/// that nobody calls at holds no place of those that all share.
async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let (stream, peer) = listener.accept().await?;
    let place = Arc::clone(places)
        .acquire_owned()
        .await
        .map_err(io::Error::other)?;
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
