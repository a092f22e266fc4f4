//! The whole API as one router: a state for each audience, its routes, and what lies around them
//! all.

use super::api::{authority, booking, drivers, operators, reports, schema, sharing};
use super::http::audit::Audit;
use super::http::auth::Doorman;
use super::http::error::ApiError;
use super::http::measure;
use super::http::request_id::X_REQUEST_ID;
use super::sse::Streams;
use super::state::{ReadState, SharingState};
use super::{ApiParts, atlas, docs, page};
use axum::Router;
use axum::http::header::{ACCEPT, AUTHORIZATION, ETAG, IF_NONE_MATCH, LINK};
use axum::http::{HeaderName, Method};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Semaphore;
use tower_http::cors::CorsLayer;
use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;

/// One state for each group of routes; every part is shared with the rest of the hub.
struct AudienceStates {
    reads: Arc<ReadState>,
    streams: Arc<Streams>,
    reports: Arc<reports::ReportsState>,
    contributions: Arc<reports::ContributionsState>,
    authority: Arc<authority::AuthorityState>,
    sharing: Arc<SharingState>,
    operators: operators::OperatorStates,
    audit: Audit,
    doorman: Doorman,
}

impl AudienceStates {
    fn of(parts: ApiParts) -> Self {
        let doorman = Doorman {
            keys: parts.keys,
            clock: parts.clock.clone(),
            public_reads: parts.config.public_reads,
        };
        let audit = Audit::new(doorman.clone(), parts.audit);
        let asked_by = doorman.clone();
        let reads = Arc::new(ReadState {
            doorman: doorman.clone(),
            registry: parts.registry.clone(),
            live: parts.live.clone(),
            clock: parts.clock.clone(),
            atlases: atlas::Atlases::default(),
        });
        let max_streams = parts.config.max_streams;
        let metrics = parts.metrics.clone();
        let shares = parts.limits.shares.clone();
        let streams = Streams::new(reads.clone(), metrics, (max_streams, shares), parts.closed);
        let reports = Arc::new(reports::ReportsState {
            doorman: doorman.clone(),
            registry: parts.registry.clone(),
            door: parts.reports,
            inbox: parts.inbox.clone(),
            metrics: parts.metrics.clone(),
            limits: parts.limits.clone(),
        });
        let contributions = Arc::new(reports::ContributionsState {
            doorman: doorman.clone(),
            contributors: parts.contributors,
        });
        let authority = Arc::new(authority::AuthorityState {
            doorman: doorman.clone(),
            registry: parts.registry.clone(),
            live: parts.live.clone(),
            authority: parts.authority,
            room: Arc::new(Semaphore::new(authority::AT_A_TIME)),
        });
        let sharing = Arc::new(SharingState {
            doorman: doorman.clone(),
            registry: parts.registry.clone(),
            desk: parts.desk,
        });
        let registry = operators::RegistryState {
            doorman: doorman.clone(),
            registry: parts.registry,
            live: parts.live,
            clock: parts.clock,
            inbox: parts.inbox,
            on_change: parts.on_change,
            one: Mutex::default(),
        };
        let quarantine = operators::QuarantineState {
            doorman: doorman.clone(),
            quarantine: parts.quarantine,
        };
        let operators = operators::OperatorStates {
            registry: Arc::new(registry),
            sharing: sharing.clone(),
            keys: Arc::new(operators::KeysState {
                doorman: doorman.clone(),
                issuer: parts.issuer,
            }),
            quarantine: Arc::new(quarantine),
            losses: Arc::new(operators::LossesState::new(doorman, parts.losses)),
            health: Arc::new(operators::HealthState {
                health: parts.health,
                metrics: parts.metrics,
            }),
        };
        Self {
            reads,
            streams: Arc::new(streams),
            reports,
            contributions,
            authority,
            sharing,
            operators,
            audit,
            doorman: asked_by,
        }
    }
}

/// The whole API as one router.
pub fn router(parts: ApiParts) -> Router {
    let metrics = parts.metrics.clone();
    let limit = Duration::from_secs(parts.config.request_timeout_s);
    let began = parts.clock.now();
    let limits = parts.limits.clone();
    let s = AudienceStates::of(parts);
    let measured = measure::Measure::new(metrics, limit, began, (s.doorman, limits));
    // Whether any web page may read it.
    let groups: [(OpenApiRouter, bool); 7] = [
        (drivers::routes(s.reads, s.streams.clone()), true),
        (booking::routes(s.sharing.clone(), s.streams), false),
        (authority::public_routes(s.authority.clone()), true),
        (authority::routes(s.authority), false),
        (reports::routes(s.reports, s.contributions), false),
        (sharing::routes(s.sharing), false),
        (operators::routes(s.operators), false),
    ];
    let mut description = schema::Document::openapi();
    let mut all = Router::new();
    for (group, for_any_page) in groups {
        let (router, part) = group.split_for_parts();
        description.merge(part);
        // Before the CORS layer, so that its answers to preflights win over this one's to OPTIONS.
        let router = router.method_not_allowed_fallback(method_not_allowed);
        all = all.merge(if for_any_page {
            router.layer(cors())
        } else {
            router
        });
    }
    let (messages, part) = docs::asyncapi::routes();
    description.merge(part);
    all.merge(messages)
        .merge(docs::openapi::routes(description))
        .merge(page::routes())
        .fallback(no_such_path)
        .layer((s.audit, measured))
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
        .expose_headers([ETAG, LINK, X_REQUEST_ID])
        .max_age(Duration::from_hours(1))
}

async fn method_not_allowed() -> ApiError {
    ApiError::MethodNotAllowed
}

async fn no_such_path() -> ApiError {
    ApiError::NotFound(
        "there is nothing at this path; /v1/openapi.json lists what there is".to_owned(),
    )
}
