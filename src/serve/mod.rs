//! The HTTP API: what drivers' apps, data partners and operators call.
//!
//! Promises: every refusal is `application/problem+json`; nothing a caller sends grows memory
//! without bound (bodies, connections and the inbox are all limited); a report is answered 202 only
//! once it is durable; reads never wait for a writer. `/v1/openapi.json` is made from the handlers,
//! so it cannot forget one.
//!
//! Each group of routes has a small state of its own. The path of a request: `listen` (sockets) ->
//! `measure` (time limit, metrics) -> a handler in `routes` (who may, what is asked) -> `render`
//! (bytes), or `error` (problems). A stream's answer is a body that never ends: `sse`.

mod atlas;
mod auth;
mod body;
mod cursor;
mod error;
#[doc(hidden)]
pub mod fuzzing;
mod listen;
mod measure;
mod negotiate;
mod offering;
mod params;
mod render;
mod routes;
mod schema;
mod slow;
mod sse;
#[cfg(test)]
mod tests;

pub use listen::{Limits, serve};
pub use routes::reports::ReportDoor;

use crate::domain::{Calendar, Clock, Submission};
use crate::health::Health;
use crate::history::{History, Names};
use crate::ingest::gate::Ledger;
use crate::journal::Quarantine;
use crate::live::Live;
use crate::metrics::Metrics;
use crate::partners::{Issuer, Keys};
use crate::registry::Registry;
use crate::sharing::Desk;
use auth::Doorman;
pub use axum::Router;
use axum::http::header::{ACCEPT, AUTHORIZATION, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderName, Method};
use error::ApiError;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tower_http::cors::CorsLayer;
use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;

/// The `[http]` part of the configuration.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where to listen. The default is this machine only.
    pub listen: SocketAddr,
    /// Whether bays and zones are read without a key.
    pub public_reads: bool,
    /// Open connections at a time, those of streams included; more wait in the system's backlog.
    pub max_connections: usize,
    /// Open streams at a time; more are refused. Keep some connections above it for everything
    /// else.
    pub max_streams: usize,
    /// How long a client may leave what is sent to it unread, seconds; then it is disconnected.
    pub write_timeout_s: u64,
    /// How long a client may take to send its headers, and how long an idle connection is kept,
    /// seconds.
    pub header_timeout_s: u64,
    /// How long a request may take, reading its body included, seconds.
    pub request_timeout_s: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            public_reads: true,
            max_connections: 16_000,
            max_streams: 12_000,
            write_timeout_s: 10,
            header_timeout_s: 10,
            request_timeout_s: 10,
        }
    }
}

impl Config {
    /// What the sockets need of it.
    #[must_use]
    pub const fn limits(&self) -> Limits {
        Limits {
            max_connections: self.max_connections,
            header_timeout: Duration::from_secs(self.header_timeout_s),
            write_timeout: Duration::from_secs(self.write_timeout_s),
            drain_timeout: Duration::from_secs(self.request_timeout_s),
        }
    }
}

/// Called after the registry has changed.
pub type OnChange = Arc<dyn Fn() + Send + Sync>;

/// What the API is made of; every part is shared with the rest of the hub.
pub struct Parts {
    pub registry: Arc<Registry>,
    pub live: Arc<Live>,
    pub keys: Arc<Keys>,
    pub issuer: Arc<Issuer>,
    /// Books shared bays.
    pub desk: Arc<Desk>,
    pub clock: Arc<dyn Clock>,
    pub health: Arc<Health>,
    pub metrics: Arc<Metrics>,
    /// Turns the body of a report into claims and refusals: the gate. It counts what it takes and
    /// refuses.
    pub reports: Arc<dyn ReportDoor>,
    /// The journal listens at the other end; full means busy, closed means the hub is stopping.
    pub inbox: mpsc::Sender<Submission>,
    pub quarantine: Quarantine,
    pub authority: Authority,
    /// Called after each change of zones or bays, on a thread that may block, so that the stream
    /// learns of it.
    pub on_change: OnChange,
    /// Turns true when the hub stops: streams end at once, everything else may finish.
    pub closed: watch::Receiver<bool>,
    pub config: Config,
}

/// What the authority's questions are answered from.
#[derive(Clone)]
pub struct Authority {
    pub history: Arc<History>,
    /// The ids of zones, also of those that are gone.
    pub names: Arc<dyn Names>,
    /// Whose days are meant where a question does not say.
    pub calendar: Calendar,
    pub ledger: Arc<Ledger>,
}

/// The whole API as one router.
pub fn router(parts: Parts) -> Router {
    let public_reads = parts.config.public_reads;
    let doorman = Doorman {
        keys: parts.keys,
        clock: Arc::clone(&parts.clock),
        public_reads,
    };
    let reads = Arc::new(routes::Reads {
        doorman: doorman.clone(),
        registry: Arc::clone(&parts.registry),
        live: Arc::clone(&parts.live),
        clock: Arc::clone(&parts.clock),
        atlases: atlas::Atlases::default(),
    });
    let streams = Arc::new(sse::Streams::new(
        reads.clone(),
        parts.metrics.clone(),
        parts.config.max_streams,
        parts.closed,
    ));
    let reports = Arc::new(routes::reports::Desk {
        doorman: doorman.clone(),
        registry: Arc::clone(&parts.registry),
        door: parts.reports,
        inbox: parts.inbox.clone(),
        metrics: Arc::clone(&parts.metrics),
    });
    let bureau = Arc::new(routes::authority::Bureau {
        doorman: doorman.clone(),
        registry: Arc::clone(&parts.registry),
        authority: parts.authority,
        room: Arc::new(tokio::sync::Semaphore::new(routes::authority::AT_A_TIME)),
    });
    let market = Arc::new(routes::Market {
        doorman: doorman.clone(),
        registry: Arc::clone(&parts.registry),
        desk: parts.desk,
    });
    let office = Arc::new(routes::admin::Office {
        doorman: doorman.clone(),
        registry: parts.registry,
        live: parts.live,
        clock: parts.clock,
        inbox: parts.inbox,
        on_change: parts.on_change,
        one: std::sync::Mutex::default(),
    });
    let registrar = Arc::new(routes::keys::Registrar {
        doorman: doorman.clone(),
        issuer: parts.issuer,
    });
    let cell = Arc::new(routes::quarantine::Cell {
        doorman,
        quarantine: parts.quarantine,
    });
    let watch = Arc::new(routes::health::Watch {
        health: parts.health,
        metrics: Arc::clone(&parts.metrics),
    });

    let groups: [(OpenApiRouter, bool); 14] = [
        (routes::reads(reads), true),
        (routes::stream::routes(streams.clone()), true),
        (
            routes::stream::own_routes(Arc::new(sse::Own {
                market: market.clone(),
                streams,
            })),
            false,
        ),
        (routes::turnover::routes(bureau.clone()), true),
        (routes::cds::routes(bureau.clone()), false),
        (routes::sources::routes(bureau), false),
        (routes::reports::routes(Arc::clone(&reports)), false),
        (routes::uplinks::routes(reports), false),
        (routes::market(market), false),
        (routes::admin::routes(Arc::clone(&office)), false),
        (routes::devices::routes(office), false),
        (routes::keys::routes(registrar), false),
        (routes::quarantine::routes(cell), false),
        (routes::health::routes(watch), false),
    ];
    let mut api = schema::Document::openapi();
    let mut all = Router::new();
    for (group, for_any_page) in groups {
        let (router, part) = group.split_for_parts();
        api.merge(part);
        // Before the CORS layer, so that its answers to preflights win over this one's to OPTIONS.
        let router = router.method_not_allowed_fallback(method_not_allowed);
        all = all.merge(if for_any_page {
            router.layer(cors())
        } else {
            router
        });
    }
    let (messages, part) = routes::messages::routes();
    api.merge(part);
    let limit = Duration::from_secs(parts.config.request_timeout_s);
    all.merge(messages)
        .merge(routes::document::routes(api))
        .merge(routes::page::routes())
        .fallback(no_such_path)
        .layer(measure::Measure::new(parts.metrics, limit))
}

/// Any web page may read public data. A key is never sent by a browser on its own, so none can be
/// abused this way.
fn cors() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(tower_http::cors::Any)
        .allow_methods([Method::GET, Method::HEAD])
        .allow_headers([
            ACCEPT,
            AUTHORIZATION,
            IF_NONE_MATCH,
            HeaderName::from_static("last-event-id"),
        ])
        .expose_headers([ETAG])
        .max_age(Duration::from_secs(3600))
}

async fn method_not_allowed() -> ApiError {
    ApiError::MethodNotAllowed
}

async fn no_such_path() -> ApiError {
    ApiError::NotFound(
        "there is nothing at this path; /v1/openapi.json lists what there is".to_owned(),
    )
}
