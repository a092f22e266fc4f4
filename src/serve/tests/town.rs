//! A hub's API with everything behind it but MQTT and the stream, whose part the test plays.

use super::answer::Answer;
use super::audit::CallsNoted;
use super::gate::Gate;
use super::losses::Lost;
use super::places::small_town;
use super::{NOW, behind, settled};
use crate::clock::ManualClock;
use crate::domain::{BayIx, BayStatus, BayView, Millis, ReadModel as _, SourceKind, ZoneTally};
use crate::forecast::Forecasts;
use crate::health::{Health, Part};
use crate::inbox::{InboxBounds, InboxReceiver, InboxSender, inbox};
use crate::journal::Journal;
use crate::limits::{self, Limits};
use crate::live::{Live, Room};
use crate::metrics::Metrics;
use crate::orders::OrderDesk;
use crate::partners::{AdmissionConfig, Keys, UsageBook};
use crate::problems::ProblemDesk;
use crate::registry::Registry;
use crate::serve::{ApiParts, Config, router};
use crate::webhooks::WebhookDesk;
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::sync::watch;
use tower::ServiceExt as _;

/// A hub's API with everything behind it but MQTT and the stream, whose part the test plays.
pub(in crate::serve) struct Town {
    pub(in crate::serve) router: Router,
    pub(in crate::serve) registry: Arc<Registry>,
    pub(in crate::serve) live: Arc<Live>,
    pub(in crate::serve) forecasts: Arc<Forecasts>,
    pub(in crate::serve) clock: Arc<ManualClock>,
    pub(in crate::serve) health: Arc<Health>,
    pub(in crate::serve) metrics: Arc<Metrics>,
    /// What the stream remembers of what it has settled.
    pub(in crate::serve) memory: Arc<settled::Memory>,
    /// What the keys have made of it.
    pub(in crate::serve) usage: Arc<UsageBook>,
    pub(in crate::serve) limits: Arc<Limits>,
    pub(in crate::serve) webhooks: Arc<WebhookDesk>,
    pub(in crate::serve) orders: Arc<OrderDesk>,
    pub(in crate::serve) problems: Arc<ProblemDesk>,
    /// A key by the scope it has.
    pub(in crate::serve) keys: HashMap<&'static str, String>,
    pub(in crate::serve) key_store: Arc<Keys>,
    /// What was noted of administrators' calls.
    pub(in crate::serve) audited: Arc<CallsNoted>,
    /// How often a change was told of.
    pub(in crate::serve) changes: Arc<AtomicU32>,
    /// Says that the hub stops.
    pub(in crate::serve) close: watch::Sender<bool>,
    _journal: tempfile::TempDir,
}

const ROOM: Room = Room {
    spare_bays: 3,
    spare_zones: 1,
    subscribers: 8,
};

/// What comes in is stored.
fn stored(
    journal: Journal,
    clock: &Arc<ManualClock>,
    metrics: &Arc<Metrics>,
    health: &Arc<Health>,
) -> InboxSender {
    let (inbox, submissions) = inbox(InboxBounds::of(1024), metrics.clone());
    let handed_on = Box::new(|_| {});
    journal
        .start(
            submissions,
            clock.clone(),
            handed_on,
            metrics.clone(),
            health.clone(),
        )
        .unwrap();
    inbox
}

impl Town {
    /// With a journal that stores what it gets.
    pub(in crate::serve) fn new() -> Self {
        Self::with(Config::default(), small_town(), None)
    }

    /// With an inbox that the test itself listens to.
    pub(in crate::serve) fn with_inbox(room: u32) -> (Self, InboxReceiver) {
        let (inbox, submissions) = inbox(InboxBounds::of(room), Arc::new(Metrics::new()));
        (
            Self::with(Config::default(), small_town(), Some(inbox)),
            submissions,
        )
    }

    pub(in crate::serve) fn with(
        config: Config,
        registry: Registry,
        inbox: Option<InboxSender>,
    ) -> Self {
        Self::limited(config, registry, inbox, &limits::Config::unbound())
    }

    /// One that strangers sign up at.
    pub(in crate::serve) fn admitting(registry: Registry, admitting: AdmissionConfig) -> Self {
        let bounds = limits::Config::unbound();
        let reporting = behind::Reporting::default();
        Self::made(
            Config::default(),
            registry,
            None,
            &bounds,
            (admitting, reporting),
        )
    }

    /// One where these are responsible for what is reported.
    pub(in crate::serve) fn reporting(registry: Registry, reporting: behind::Reporting) -> Self {
        let bounds = limits::Config::unbound();
        let admitting = AdmissionConfig::default();
        Self::made(
            Config::default(),
            registry,
            None,
            &bounds,
            (admitting, reporting),
        )
    }

    /// One where `bounds` bind.
    pub(in crate::serve) fn limited(
        config: Config,
        registry: Registry,
        inbox: Option<InboxSender>,
        bounds: &limits::Config,
    ) -> Self {
        let usual = Default::default();
        Self::made(config, registry, inbox, bounds, usual)
    }

    fn made(
        config: Config,
        registry: Registry,
        inbox: Option<InboxSender>,
        bounds: &limits::Config,
        (admitting, reporting): (AdmissionConfig, behind::Reporting),
    ) -> Self {
        let registry = Arc::new(registry);
        let live = Arc::new(Live::new(&registry.city(), ROOM));
        let clock = Arc::new(ManualClock::at(NOW));
        let health = Arc::new(Health::default());
        let metrics = Arc::new(Metrics::new());
        let dir = tempfile::tempdir().unwrap();
        let journal = Journal::open(dir.path(), behind::small_journal(), registry.clone()).unwrap();
        let quarantine = journal.quarantine();
        let inbox = inbox.unwrap_or_else(|| stored(journal, &clock, &metrics, &health));
        let (keys, plain) = behind::keys();
        let keys = Arc::new(keys);
        let key_store = keys.clone();
        let changes = Arc::new(AtomicU32::new(0));
        let told = Arc::clone(&changes);
        let (close, closed) = watch::channel(false);
        let memory = Arc::new(settled::Memory::default());
        let authority = settled::authority(dir.path(), &registry, &memory, (&clock, &metrics));
        let (issuer, desk, admission, usage, webhooks, orders, problems) = behind::behind(
            dir.path(),
            keys.clone(),
            clock.clone(),
            &registry,
            &live,
            &metrics,
            (inbox.clone(), admitting, reporting),
        );
        let audited = Arc::new(CallsNoted::default());
        let forecasts = Arc::new(Forecasts::default());
        let limits = Arc::new(Limits::new(bounds, &metrics));
        let router = router(ApiParts {
            audit: audited.clone(),
            registry: registry.clone(),
            live: live.clone(),
            forecasts: forecasts.clone(),
            issuer,
            admission,
            sandbox: None,
            usage: usage.clone(),
            contributors: behind::contributors(dir.path(), &clock, &metrics),
            desk,
            orders: orders.clone(),
            webhooks: webhooks.clone(),
            problems: problems.clone(),
            keys,
            clock: clock.clone(),
            health: health.clone(),
            metrics: metrics.clone(),
            limits: limits.clone(),
            reports: Arc::new(Gate(registry.clone(), metrics.clone())),
            mqtt: Arc::new(crate::serve::fuzzing::NoGuests),
            feeds: Arc::new(crate::ingest::connector::Feeds::none()),
            inbox,
            quarantine,
            losses: Arc::new(Lost::one()),
            authority,
            on_change: Arc::new(move || _ = told.fetch_add(1, Ordering::Relaxed)),
            config,
            closed,
        });
        Self {
            orders,
            webhooks,
            problems,
            router,
            registry,
            live,
            forecasts,
            clock,
            health,
            metrics,
            memory,
            usage,
            limits,
            keys: plain,
            key_store,
            audited,
            changes,
            close,
            _journal: dir,
        }
    }

    /// Plays the stream: a bay is now so, as claimed a minute ago.
    pub(in crate::serve) fn turns(
        &self,
        bay: &str,
        status: BayStatus,
        claimed: BayStatus,
    ) -> BayIx {
        let bay = self.registry.bay(bay).unwrap();
        let city = self.registry.city();
        self.live.bays(&[BayView {
            bay,
            zone: city.zone_of(bay),
            kind: city.attrs(bay).kind,
            status,
            claimed,
            confidence: 247,
            sure: true,
            source_kind: SourceKind::Sensor,
            observed_at: Millis(NOW.0 - 60_000),
        }]);
        // As the stream does: a zone's tally is told after its bays, and that is what wakes
        // subscribers.
        let zone = city.zone_of(bay);
        self.live.zones(&[(zone, self.live.zone(zone))]);
        bay
    }

    pub(in crate::serve) fn tally(&self, zone: &str, tally: ZoneTally) {
        self.live
            .zones(&[(self.registry.zone(zone).unwrap(), tally)]);
    }

    /// The journal says so itself; the others have no say here.
    pub(in crate::serve) fn all_well(&self) {
        for part in Part::ALL {
            self.health.well(part);
        }
    }

    pub(in crate::serve) async fn send(&self, request: Request<Body>) -> Answer {
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = answer.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX)
            .await
            .unwrap()
            .to_vec();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }

    pub(in crate::serve) async fn get(&self, path: &str) -> Answer {
        self.get_with(path, &[]).await
    }

    pub(in crate::serve) async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.call("GET", path, headers, Body::empty()).await
    }

    pub(in crate::serve) async fn call(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(body.into()).unwrap()).await
    }

    /// With the key of that scope and a JSON body.
    pub(in crate::serve) async fn call_as(
        &self,
        scope: &str,
        method: &str,
        path: &str,
        body: impl Into<Body>,
    ) -> Answer {
        let key = format!("Bearer {}", self.keys[scope]);
        self.call(
            method,
            path,
            &[
                ("authorization", &key),
                ("content-type", "application/json"),
            ],
            body,
        )
        .await
    }
}
