//! The whole API on a registry, with nobody behind it who reports or books.

use axum::Router;
use bayhub::clock::SystemClock;
use bayhub::domain::{Calendar, Clock as _, DropList, Parcel, Refusal, Refused, Speaker};
use bayhub::health::Health;
use bayhub::history::{self, Around, History, RecentFigures, Registered};
use bayhub::inbox::InboxSender;
use bayhub::ingest::codec::Codec;
use bayhub::ingest::connector::Feeds;
use bayhub::ingest::gate::{self, Gate};
use bayhub::journal::{self, Journal};
use bayhub::limits::{self, Limits};
use bayhub::live::Live;
use bayhub::metrics::Metrics;
use bayhub::orders::OrderDesk;
use bayhub::partners::{AdmissionDesk, AdmissionParts, ContributorDesk, Issuer, Keys, UsageBook};
use bayhub::problems::{ProblemDesk, ProblemDeskParts};
use bayhub::registry::Registry;
use bayhub::serve::{self, ApiParts, Authority, ReportDoor, router};
use bayhub::sharing::{self, Desk};
use bayhub::store::{self, Store};
use bayhub::webhooks::WebhookDesk;
use std::path::Path;
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio::sync::watch;

/// Nobody reports here.
struct Shut;

impl ReportDoor for Shut {
    fn take(&self, _: &Speaker, _: &'static Codec, _: &str, _: &[u8]) -> Parcel {
        Parcel::default()
    }

    fn refusal(&self, of: Refused<'_>) -> Refusal {
        DropList::default().refusal(of)
    }
}

/// What a router stands on.
pub(crate) struct Office {
    pub(crate) registry: Arc<Registry>,
    live: Arc<Live>,
    keys: Arc<Keys>,
    journal: Journal,
    issuer: Arc<Issuer>,
    admission: Arc<AdmissionDesk>,
    usage: Arc<UsageBook>,
    desk: Arc<Desk>,
    orders: Arc<OrderDesk>,
    webhooks: Arc<WebhookDesk>,
    problems: Arc<ProblemDesk>,
    contributors: Arc<ContributorDesk>,
}

/// Limits that are told and do not bind.
pub(crate) fn unbound() -> Arc<Limits> {
    let metrics = Arc::new(Metrics::new());
    Arc::new(Limits::new(&limits::Config::unbound(), &metrics))
}

impl Office {
    pub(crate) async fn open(
        dir: &Path,
        registry: Arc<Registry>,
        live: Arc<Live>,
        keys: Arc<Keys>,
    ) -> Self {
        let journal = Journal::open(
            &dir.join("journal"),
            journal::Config::default(),
            registry.clone(),
        );
        let store = Store::open(&store::Config::default(), dir)
            .await
            .expect("a store");
        let clock = Arc::new(SystemClock);
        let issuer = Issuer::open(store.clone(), keys.clone(), &[], clock.clone())
            .await
            .expect("an issuer");
        let issuer = Arc::new(issuer);
        let metrics = Arc::new(Metrics::new());
        let known = (registry.clone(), clock.clone() as Arc<_>, metrics.clone());
        let admission = AdmissionParts::usual(store.clone(), issuer.clone(), known);
        let witness = sharing::Witness {
            inbox: InboxSender::nowhere(),
            registry: registry.clone(),
            live: live.clone(),
            metrics: metrics.clone(),
            stale_after_s: 900,
        };
        let usage = UsageBook::new(
            keys.clone(),
            store.clone(),
            clock.clone(),
            metrics.clone(),
            "bench".to_owned(),
        );
        let city = (registry.clone(), live.clone());
        let webhooks = WebhookDesk::silent(store.clone(), city, clock.clone(), metrics.clone());
        let orders = OrderDesk::usual(store.clone(), registry.clone(), clock.clone());
        let city = (registry.clone(), live.clone());
        let around = (clock.clone() as Arc<_>, metrics.clone());
        let self_named = issuer.self_named().clone();
        let reported = ProblemDeskParts::usual(store.clone(), self_named, city, around);
        let parts = sharing::DeskParts {
            store,
            registry: registry.clone(),
            live: live.clone(),
            clock,
            metrics,
            witness,
            config: sharing::Config::default(),
            limits: limits::Config::unbound(),
            workdays: Arc::default(),
            self_named: issuer.self_named().clone(),
            closures: Arc::new(bayhub::domain::NoClosures),
        };
        let pseudonyms = dir.join("pseudonyms.json");
        let metrics = Arc::new(Metrics::new());
        let contributors = ContributorDesk::open(&pseudonyms, None, 1, SystemClock.now(), metrics);
        // Nobody books: its task is not run.
        let (desk, _) = Desk::open(parts).await.expect("a desk");
        Self {
            registry,
            live,
            keys,
            journal: journal.expect("a journal"),
            issuer,
            admission: Arc::new(AdmissionDesk::new(admission)),
            usage: Arc::new(usage),
            desk: Arc::new(desk),
            orders: Arc::new(orders),
            webhooks: Arc::new(webhooks.expect("a desk of webhooks")),
            problems: Arc::new(ProblemDesk::new(reported)),
            contributors: Arc::new(contributors.expect("a desk of contributors")),
        }
    }

    pub(crate) fn router(&self, authority: Authority) -> Router {
        router(ApiParts {
            forecasts: Arc::default(),
            audit: Arc::new(serve::fuzzing::NothingNoted),
            mqtt: Arc::new(serve::fuzzing::NoGuests),
            registry: self.registry.clone(),
            live: self.live.clone(),
            keys: self.keys.clone(),
            issuer: self.issuer.clone(),
            admission: self.admission.clone(),
            sandbox: None,
            usage: self.usage.clone(),
            contributors: self.contributors.clone(),
            desk: self.desk.clone(),
            orders: self.orders.clone(),
            webhooks: self.webhooks.clone(),
            problems: self.problems.clone(),
            closed: watch::channel(false).1,
            clock: Arc::new(SystemClock),
            health: Arc::new(Health::default()),
            metrics: Arc::new(Metrics::new()),
            // One client's load is what is measured.
            limits: unbound(),
            reports: Arc::new(Shut),
            feeds: Arc::new(Feeds::none()),
            inbox: InboxSender::nowhere(),
            quarantine: self.journal.quarantine(),
            losses: Arc::new(serve::NoLosses),
            authority,
            on_change: Arc::new(|| {}),
            config: serve::Config::default(),
        })
    }
}

/// A history in `dir`, and who writes it. Needs a runtime.
pub(crate) fn history(
    registry: &Arc<Registry>,
    dir: &Path,
    config: &history::Config,
    recent: Arc<dyn RecentFigures>,
) -> (History, Arc<history::Keeper>, Arc<Registered>) {
    let names = Arc::new(Registered::new(registry.clone(), dir));
    let around = Around {
        names: names.clone(),
        clock: Arc::new(SystemClock),
        metrics: Arc::new(Metrics::new()),
        health: Arc::default(),
    };
    let (history, keeper) =
        History::open(config, dir, Handle::current(), recent, around).expect("a folder");
    (history, keeper, names)
}

/// What the authority's routes need.
pub(crate) fn authority(
    registry: &Arc<Registry>,
    history: History,
    names: Arc<Registered>,
) -> Authority {
    let gate = Gate::new(
        registry.clone(),
        Arc::new(SystemClock),
        Arc::new(Metrics::new()),
        gate::Config::default(),
    );
    Authority {
        history: Arc::new(history),
        names,
        calendar: Calendar::UTC,
        ledger: gate.ledger(),
        healths: gate.healths(),
        silent_after_s: 900,
    }
}
