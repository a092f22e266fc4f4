//! The fourth phase of a start: everything that answers. HTTP listens from here on, also while the
//! journal is replayed: `/readyz` says how far that is.

use super::audit::AuditFiles;
use super::guests::WebSocketDoor;
use super::manifest::ManifestKeeper;
use super::sockets::HttpListeners;
use super::{Failure, Shared, adapters, certificates, feeds, history, process, sharing, webhooks};
use crate::config::Config;
use crate::domain::{RecentTurnover, Submission};
use crate::forecast::Forecasts;
use crate::ingest::connector::Feeds;
use crate::ingest::gate::Gate;
use crate::journal::Quarantine;
use crate::partners::{ContributorDesk, Issuer, Keys};
use crate::serve;
use crate::store::Store;
use std::sync::Arc;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

/// What the phases after it need of the services.
pub(super) struct Services {
    pub(super) gate: Arc<Gate>,
    pub(super) feeds: Arc<Feeds>,
    /// MQTT inside WebSockets: shut until the doors open.
    pub(super) guests: Arc<WebSocketDoor>,
    /// To the journal.
    pub(super) inbox: mpsc::Sender<Submission>,
}

/// What the services are made of besides what all rooms share.
pub(super) struct Made<'a> {
    pub(super) keys: &'a Arc<Keys>,
    pub(super) issuer: &'a Arc<Issuer>,
    pub(super) contributors: &'a Arc<ContributorDesk>,
    pub(super) store: Store,
    pub(super) history: &'a history::Opened,
    /// What the stream remembers of what it has settled.
    pub(super) turnover: Option<Arc<dyn RecentTurnover>>,
    /// What is expected of zones and bays.
    pub(super) forecasts: Arc<Forecasts>,
    pub(super) quarantine: Quarantine,
    pub(super) losses: Arc<ManifestKeeper>,
    pub(super) inbox: mpsc::Sender<Submission>,
}

impl Services {
    pub(super) async fn start(
        config: &Config,
        shared: &Shared,
        of: Made<'_>,
        http: HttpListeners,
        closed: &watch::Receiver<bool>,
        tasks: &mut JoinSet<()>,
    ) -> Result<Self, Failure> {
        let gate = adapters::gate(shared, config, of.contributors.clone());
        let authority = of.history.authority(config, &gate, of.turnover);
        let inbox = of.inbox;
        let feeds = tokio::task::block_in_place(|| feeds::open(config, shared, &gate, &inbox))?;
        let (dispatcher, webhooks) =
            webhooks::open(of.store.clone(), authority.ledger.clone(), config, shared)?;
        let desk = sharing::open(of.store, config, shared, inbox.clone(), closed, tasks).await?;
        let audit = AuditFiles::start(config.data.path.join("audit"), shared.metrics.clone())
            .map_err(|e| Failure::thread(&e))?;
        let guests = Arc::new(WebSocketDoor::default());
        let api = serve::router(serve::ApiParts {
            registry: shared.registry.clone(),
            live: shared.live.clone(),
            forecasts: of.forecasts,
            keys: of.keys.clone(),
            issuer: of.issuer.clone(),
            contributors: of.contributors.clone(),
            desk,
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
            config: config.http.clone(),
        });
        tasks.spawn(dispatcher.run(closed.clone()));
        listen(config, shared, http, &api, closed, tasks)?;
        Ok(Self {
            gate,
            feeds,
            guests,
            inbox,
        })
    }
}

/// Opens every listener of HTTP, on one set of places but for the operators' own.
fn listen(
    config: &Config,
    shared: &Shared,
    http: HttpListeners,
    api: &serve::Router,
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
