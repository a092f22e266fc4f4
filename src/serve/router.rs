//! The whole API as one router: a state for each audience, its routes, and what lies around them.

use super::api::{
    authority, booking, cds, compat, datex2, drivers, ngsi, open311, operators, orders, partners,
    problems, reports, schema, sharing, webhooks,
};
use super::feed::FeedDesk;
use super::http::audit::Audit;
use super::http::auth::Doorman;
use super::http::bom;
use super::http::caching::Kept;
use super::http::error::ApiError;
use super::http::measure;
use super::http::routes::Routes;
use super::http::work::WorkRoom;
use super::sse::{ReservationStreams, Streams};
use super::state::{ReadState, SharingState};
use super::{ApiParts, atlas, docs, mcp, page, ws};
use crate::domain::Millis;
use crate::limits::Limits;
use crate::metrics::Metrics;
use crate::webhooks::WebhookDesk;
use axum::Router;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::watch;
use utoipa::OpenApi as _;

/// One state for each group of routes; every part is shared with the rest of the hub.
struct AudienceStates {
    reads: Arc<ReadState>,
    compat: Arc<compat::CompatState>,
    datex2: Arc<datex2::DatexState>,
    streams: Arc<Streams>,
    reports: Arc<reports::ReportsState>,
    pushes: Arc<reports::PushState>,
    contributions: Arc<reports::ContributionsState>,
    authority: Arc<authority::AuthorityState>,
    cds: Arc<cds::CdsState>,
    sharing: Arc<SharingState>,
    partners: Arc<partners::PartnersState>,
    own: OwnStates,
    webhooks: Arc<webhooks::WebhooksState>,
    reported: Arc<open311::OpenState>,
    operators: operators::OperatorStates,
    audit: Audit,
    doorman: Doorman,
}

impl AudienceStates {
    fn of(parts: ApiParts) -> Self {
        let doorman = Doorman {
            keys: parts.keys.clone(),
            clock: parts.clock.clone(),
            public_reads: parts.config.public_reads,
            realm: parts.config.realm,
        };
        let (reports, pushes, contributions) = doors(&parts, &doorman);
        let partners = of_partners(&parts, &doorman);
        let own = own(&parts, &doorman);
        let authority = watched(&parts, &doorman);
        let reads = Arc::new(ReadState {
            doorman: doorman.clone(),
            registry: parts.registry.clone(),
            live: parts.live.clone(),
            forecasts: parts.forecasts.clone(),
            desk: parts.desk.clone(),
            orders: parts.orders.clone(),
            feeds: parts.feeds.clone(),
            clock: parts.clock.clone(),
            atlases: atlas::Atlases::default(),
            public_crs: parts.config.public_crs,
        });
        let bounds = (parts.config.max_streams, parts.limits.shares.clone());
        let metrics = parts.metrics.clone();
        let streams = Streams::new(reads.clone(), metrics, bounds, parts.closed.clone());
        let sharing = Arc::new(SharingState {
            reads: reads.clone(),
            doorman: doorman.clone(),
            registry: parts.registry.clone(),
            desk: parts.desk.clone(),
            public_crs: parts.config.public_crs,
        });
        let publisher = parts.config.publisher.clone();
        let cds = cds::CdsState::new(reads.clone(), authority.clone(), publisher);
        let operators = of_operators(&parts, (&doorman, &sharing));
        let webhooks = told(reads.clone(), parts.webhooks.clone());
        let reported = Arc::new(open311::OpenState {
            reads: reads.clone(),
            problems: parts.problems.clone(),
            reports: reports.clone(),
        });
        let compat = Arc::new(compat::CompatState {
            reads: reads.clone(),
            desk: FeedDesk::default(),
            calendar: parts.authority.calendar,
        });
        let datex2 = Arc::new(datex2::DatexState {
            reads: reads.clone(),
            desk: FeedDesk::default(),
            publisher: parts.config.publisher.clone(),
        });
        Self {
            reads,
            compat,
            datex2,
            streams: Arc::new(streams),
            reports,
            pushes,
            contributions,
            authority,
            cds: Arc::new(cds),
            sharing,
            partners,
            own,
            webhooks,
            reported,
            operators,
            audit: Audit::new(doorman.clone(), parts.audit),
            doorman,
        }
    }
}

/// What partners manage themselves by.
fn of_partners(parts: &ApiParts, doorman: &Doorman) -> Arc<partners::PartnersState> {
    Arc::new(partners::PartnersState {
        doorman: doorman.clone(),
        issuer: parts.issuer.clone(),
        admission: parts.admission.clone(),
        sandbox: parts.sandbox.clone(),
        credit: parts.limits.credit.clone(),
    })
}

/// What operators do.
fn of_operators(
    parts: &ApiParts,
    (doorman, sharing): (&Doorman, &Arc<SharingState>),
) -> operators::OperatorStates {
    let registry = operators::RegistryState {
        doorman: doorman.clone(),
        registry: parts.registry.clone(),
        live: parts.live.clone(),
        clock: parts.clock.clone(),
        inbox: parts.inbox.clone(),
        on_change: parts.on_change.clone(),
        healths: parts.authority.healths.clone(),
        one: Mutex::default(),
    };
    let apart = parts.config.admin.is_some();
    let metrics = parts.metrics.clone();
    let health = operators::HealthState::new(parts.health.clone(), metrics, apart);
    let losses = operators::LossesState::new(doorman.clone(), parts.losses.clone());
    let audit = operators::AuditState::new(doorman.clone(), parts.audit.clone());
    operators::OperatorStates {
        registry: Arc::new(registry),
        sharing: sharing.clone(),
        keys: Arc::new(operators::KeysState {
            doorman: doorman.clone(),
            issuer: parts.issuer.clone(),
            admission: parts.admission.clone(),
        }),
        quarantine: Arc::new(operators::QuarantineState {
            doorman: doorman.clone(),
            quarantine: parts.quarantine.clone(),
        }),
        losses: Arc::new(losses),
        health: Arc::new(health),
        audit: Arc::new(audit),
    }
}

/// How partners' own keys and data do.
type OwnStates = (
    partners::UsageState,
    partners::RefusalsState,
    partners::CreditState,
    authority::QualityState,
);

fn own(parts: &ApiParts, doorman: &Doorman) -> OwnStates {
    let usage = partners::UsageState {
        doorman: doorman.clone(),
        usage: parts.usage.clone(),
    };
    let refusals = partners::RefusalsState {
        doorman: doorman.clone(),
        quarantine: parts.quarantine.clone(),
    };
    let quality = authority::QualityState {
        doorman: doorman.clone(),
        usage: parts.usage.clone(),
        calendar: parts.authority.calendar,
    };
    let credit = partners::CreditState {
        doorman: doorman.clone(),
        book: parts.usage.credit(parts.limits.credit.clone()),
    };
    (usage, refusals, credit, quality)
}

/// What live streams by WebSocket need.
fn socket_state(
    sharing: &Arc<SharingState>,
    streams: &Arc<Streams>,
    (limits, metrics, closed): (Arc<Limits>, Arc<Metrics>, watch::Receiver<bool>),
) -> ws::SocketState {
    let own = ReservationStreams {
        sharing_state: sharing.clone(),
        streams: streams.clone(),
    };
    ws::SocketState {
        doorman: sharing.doorman.clone(),
        own: Arc::new(own),
        limits,
        metrics,
        closed,
    }
}

/// What the authority's questions need.
fn watched(parts: &ApiParts, doorman: &Doorman) -> Arc<authority::AuthorityState> {
    Arc::new(authority::AuthorityState {
        doorman: doorman.clone(),
        registry: parts.registry.clone(),
        live: parts.live.clone(),
        desk: parts.desk.clone(),
        authority: parts.authority.clone(),
        feeds: parts.feeds.clone(),
        room: WorkRoom::new(authority::AT_A_TIME),
    })
}

/// Partners' endpoints, who are told what readers see.
fn told(reads: Arc<ReadState>, desk: Arc<WebhookDesk>) -> Arc<webhooks::WebhooksState> {
    desk.see_with(Arc::new(webhooks::SightOfZones(reads.clone())));
    Arc::new(webhooks::WebhooksState { reads, desk })
}

/// What people have reported, for who deals with it.
fn dealt_with(reported: &open311::OpenState) -> Arc<problems::ProblemsState> {
    Arc::new(problems::ProblemsState {
        reads: reported.reads.clone(),
        problems: reported.problems.clone(),
    })
}

/// What reports come in by, and feeds that are pushed.
fn doors(
    parts: &ApiParts,
    doorman: &Doorman,
) -> (
    Arc<reports::ReportsState>,
    Arc<reports::PushState>,
    Arc<reports::ContributionsState>,
) {
    let reports = Arc::new(reports::ReportsState {
        doorman: doorman.clone(),
        registry: parts.registry.clone(),
        door: parts.reports.clone(),
        inbox: parts.inbox.clone(),
        metrics: parts.metrics.clone(),
        limits: parts.limits.clone(),
        onenet_token: parts.config.onenet_token.clone(),
    });
    let pushes = reports::PushState {
        reports: reports.clone(),
        feeds: parts.feeds.clone(),
    };
    let contributions = reports::ContributionsState {
        doorman: doorman.clone(),
        contributors: parts.contributors.clone(),
    };
    (reports, Arc::new(pushes), Arc::new(contributions))
}

/// Who may keep answers to what everybody may read.
const fn kept(public_reads: bool) -> Kept {
    if public_reads {
        Kept::ByAll
    } else {
        Kept::ByCaller
    }
}

/// The whole API as one router.
pub fn router(parts: ApiParts) -> Router {
    let metrics = parts.metrics.clone();
    let limit = Duration::from_secs(parts.config.request_timeout_s);
    let began = parts.clock.now();
    let limits = parts.limits.clone();
    let public = kept(parts.config.public_reads);
    let currency = parts.desk.config().currency;
    let apart = parts.config.admin.is_some();
    let closed = parts.closed.clone();
    let origins = parts.config.mcp_origins.clone();
    let web = parts.config.web.clone();
    let mqtt = ws::mqtt_routes(parts.mqtt.clone());
    let s = AudienceStates::of(parts);
    let sockets = socket_state(
        &s.sharing,
        &s.streams,
        (limits.clone(), metrics.clone(), closed),
    );
    let asked = drivers::routes(s.reads.clone(), s.streams.clone());
    let brokers = ngsi::NgsiState::new(s.reads.clone(), s.webhooks.desk.clone());
    let feeds = compat::routes(s.compat.clone()).merge(datex2::routes(s.datex2));
    let (usage, refusals, credit, quality) = s.own;
    let groups = vec![
        (drivers::routes(s.reads.clone(), s.streams.clone()), public),
        (feeds, public),
        // What was closed a moment ago must not be read as it was before.
        (orders::routes(s.reads.clone()), Kept::Never),
        (compat::keyed_routes(s.compat), Kept::ByCaller),
        (
            booking::routes(s.sharing.clone(), s.streams),
            Kept::ByCaller,
        ),
        (ngsi::routes(Arc::new(brokers)), public),
        (authority::public_routes(s.authority.clone()), public),
        (authority::routes(s.authority), Kept::ByCaller),
        (cds::public_routes(s.cds.clone()), public),
        (cds::routes(s.cds), Kept::ByCaller),
        (
            reports::routes(s.reports, s.pushes, s.contributions),
            Kept::ByCaller,
        ),
        (sharing::routes(s.sharing, s.reads), Kept::ByCaller),
        // Keys are shown there.
        (partners::routes(s.partners), Kept::Never),
        (
            partners::own_routes(usage, refusals, credit),
            Kept::ByCaller,
        ),
        (authority::quality_routes(Arc::new(quality)), Kept::ByCaller),
        (webhooks::routes(s.webhooks), Kept::Never),
        (problems::routes(dealt_with(&s.reported)), Kept::ByCaller),
        (open311::routes(s.reported), Kept::ByCaller),
        (operators::routes(s.operators), Kept::Never),
    ];
    let mut description = schema::Document::openapi();
    let mut all = Router::new();
    let mut known = Routes::new(apart);
    for (group, kept) in groups {
        let (calls, mut part) = group.split_for_parts();
        bom::describe(&mut part.paths);
        known.add(&part.paths, kept);
        description.merge(part);
        all = all.merge(calls.method_not_allowed_fallback(method_not_allowed));
    }
    let documents = documents(began, &mut description);
    let is_public = public == Kept::ByAll;
    let tools = mcp::routes(asked.into(), &description, &origins);
    know_documents(&mut known, !origins.is_empty());
    let measure = measure::Measure::new(known, metrics, limit, began, (s.doorman, limits));
    let others = tools
        .merge(mqtt)
        .merge(ws::stream_routes(Arc::new(sockets)))
        .merge(cds::unoffered_routes());
    all.merge(documents)
        .merge(others.method_not_allowed_fallback(method_not_allowed))
        .merge(docs::openapi::routes(description, began, is_public))
        .merge(page::routes(began, currency, &web))
        .merge(docs::site::routes(began))
        .fallback(no_such_path)
        .layer((s.audit, measure))
}

/// Messages and terms, added to the description.
fn documents(began: Millis, description: &mut utoipa::openapi::OpenApi) -> Router {
    let (messages, part) = docs::asyncapi::routes(began);
    description.merge(part);
    let (terms, part) = ngsi::context_routes(began);
    description.merge(part);
    messages.merge(terms)
}

/// What is no call: tools of assistants, documents, pages and sockets.
fn know_documents(known: &mut Routes, has_origins: bool) {
    known.add_tools(mcp::PATH, has_origins);
    let described = [docs::asyncapi::PATH, docs::openapi::PATH];
    for path in described.into_iter().chain([ngsi::CONTEXT_PATH]) {
        known.add_document(path, true);
    }
    let pages = page::paths().chain(docs::site::paths());
    let sockets_and_problems = [docs::openapi::PROBLEMS_PATH, ws::MQTT_PATH, ws::STREAM_PATH];
    for path in pages.chain(sockets_and_problems) {
        known.add_document(path, false);
    }
}

async fn method_not_allowed() -> ApiError {
    ApiError::MethodNotAllowed
}

async fn no_such_path() -> ApiError {
    ApiError::no_such_path()
}
