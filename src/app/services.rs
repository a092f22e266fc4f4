//! The fourth phase of a start: everything that answers. HTTP listens from here on, also while the
//! journal is replayed: `/readyz` says how far that is.

use super::audit::AuditFiles;
use super::guests::WebSocketDoor;
use super::manifest::ManifestKeeper;
use super::quality::{self, QualityLook};
use super::sockets::HttpListeners;
use super::{
    Failure, Shared, adapters, certificates, feeds, history, partners, problems, process, sharing,
    webhooks,
};
use crate::config::Config;
use crate::domain::RecentTurnover;
use crate::forecast::Forecasts;
use crate::inbox::InboxSender;
use crate::ingest::connector::Feeds;
use crate::ingest::gate::Gate;
use crate::journal::Quarantine;
use crate::orders::OrderDesk;
use crate::partners::{ContributorDesk, Issuer, Keys, SandboxIssuer, UsageBook};
use crate::serve;
use crate::sharing::Desk;
use crate::store::Store;
use std::sync::Arc;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// What the phases after it need of the services.
pub(super) struct Services {
    pub(super) gate: Arc<Gate>,
    pub(super) feeds: Arc<Feeds>,
    /// MQTT inside WebSockets: shut until the doors open.
    pub(super) guests: Arc<WebSocketDoor>,
    /// To the journal.
    pub(super) inbox: InboxSender,
    pub(super) desk: Arc<Desk>,
    pub(super) api: serve::Router,
}

/// What the services are made of besides what all rooms share.
pub(super) struct Made<'a> {
    pub(super) keys: &'a Arc<Keys>,
    pub(super) issuer: &'a Arc<Issuer>,
    pub(super) contributors: &'a Arc<ContributorDesk>,
    pub(super) usage: &'a Arc<UsageBook>,
    pub(super) store: Store,
    pub(super) history: &'a history::Opened,
    /// What the stream remembers of what it has settled.
    pub(super) turnover: Option<Arc<dyn RecentTurnover>>,
    /// What is expected of zones and bays.
    pub(super) forecasts: Arc<Forecasts>,
    pub(super) quarantine: Quarantine,
    pub(super) losses: Arc<ManifestKeeper>,
    pub(super) inbox: InboxSender,
    pub(super) orders: Arc<OrderDesk>,
    /// Makes keys of the sandbox, where there is one.
    pub(super) sandbox: Option<Arc<SandboxIssuer>>,
}

impl Services {
    pub(super) async fn start(
        config: &Config,
        shared: &Shared,
        of: Made<'_>,
        http: Option<(HttpListeners, Option<Arc<serve::SandboxApi>>)>,
        closed: &watch::Receiver<bool>,
        tasks: &mut JoinSet<()>,
    ) -> Result<Self, Failure> {
        let gate = adapters::gate(shared, config, of.contributors.clone());
        let look = QualityLook::new(config, shared, of.keys.clone(), gate.ledger());
        let looking = quality::keep(look, of.usage.clone(), shared.clone(), closed.clone());
        tasks.spawn(looking);
        let authority = of.history.authority(config, &gate, of.turnover);
        let inbox = of.inbox;
        let feeds = tokio::task::block_in_place(|| feeds::open(config, shared, &gate, &inbox))?;
        let (dispatcher, webhooks) = webhooks::open(
            of.store.clone(),
            (authority.ledger.clone(), of.keys.clone(), of.issuer),
            config,
            shared,
        )?;
        let pushes = webhooks::pushes(config, &webhooks)?;
        let names = of.issuer.self_named().clone();
        let reported = (of.store.clone(), names.clone());
        let problems = problems::open(reported, config, shared, closed, tasks);
        let booked = (of.store.clone(), names);
        let desk = sharing::open(booked, config, shared, inbox.clone(), closed, tasks).await?;
        problems.follow_owners(desk.clone());
        let issuer = of.issuer.clone();
        let admission = partners::admission(config, shared, of.store, issuer, closed, tasks);
        let audit = AuditFiles::start(config.data.path.join("audit"), shared.metrics.clone())
            .map_err(|e| Failure::thread(&e))?;
        let guests = Arc::new(WebSocketDoor::default());
        let api = serve::router(serve::ApiParts {
            registry: shared.registry.clone(),
            live: shared.live.clone(),
            forecasts: of.forecasts,
            keys: of.keys.clone(),
            issuer: of.issuer.clone(),
            admission,
            sandbox: of.sandbox,
            contributors: of.contributors.clone(),
            usage: of.usage.clone(),
            desk: desk.clone(),
            orders: of.orders.clone(),
            problems,
            webhooks,
            clock: shared.clock.clone(),
            health: shared.health.clone(),
            metrics: shared.metrics.clone(),
            limits: shared.limits.clone(),
            reports: adapters::reports(gate.clone()),
            mqtt: guests.clone(),
            feeds: feeds.clone(),
            inbox: inbox.clone(),
            quarantine: of.quarantine,
            losses: of.losses,
            authority,
            audit: Arc::new(audit),
            // The stream looks for a new picture with every batch, and a tick comes ten times a
            // second.
            on_change: Arc::new(|| {}),
            closed: closed.clone(),
            config: serve::Config {
                web: config.web.clone(),
                ..config.http.clone()
            },
        });
        tasks.spawn(of.orders.run(closed.clone()));
        tasks.spawn(dispatcher.run(closed.clone()));
        for push in pushes {
            tasks.spawn(push.run(closed.clone()));
        }
        if let Some((http, sandbox)) = http {
            let answerer = serve::Answerer::new(api.clone(), sandbox);
            listen(config, shared, http, &answerer, closed, tasks)?;
        }
        Ok(Self {
            gate,
            feeds,
            guests,
            inbox,
            desk,
            api,
        })
    }
}

/// Opens every listener of HTTP, on one set of places but for the operators' own.
fn listen(
    config: &Config,
    shared: &Shared,
    http: HttpListeners,
    api: &serve::Answerer,
    closed: &watch::Receiver<bool>,
    tasks: &mut JoinSet<()>,
) -> Result<(), Failure> {
    let limits = config.http.limits(shared.limits.shares.clone());
    let metrics = shared.metrics.clone();
    let own = serve::Entrance::for_operators(limits.clone(), metrics.clone());
    let all = Arc::new(serve::Entrance::new(limits, metrics));
    let serve = |entrance, listener, tls| {
        let closing = process::closing(closed.clone());
        serve::serve(entrance, listener, tls, api.clone(), closing)
    };
    tasks.spawn(serve(all.clone(), http.plain, None));
    if let Some((listener, tls)) = http.secure {
        certificates::follow(&tls, closed, tasks)?;
        tasks.spawn(serve(all, listener, Some(tls)));
    }
    if let Some(listener) = http.admin {
        tasks.spawn(serve(Arc::new(own), listener, None));
    }
    Ok(())
}
