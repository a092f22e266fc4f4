//! Endpoints on this machine are told by a dispatcher over a real store: in order, once, and whatever
//! the others do.

mod facts;
mod figures;
mod pushes;
mod subscriptions;
mod suspended;
mod zones;

use crate::clock::ManualClock;
use crate::domain::{Millis, ReadModel as _, ZoneIx};
use crate::live::{Live, Room};
use crate::metrics::Metrics;
use crate::partners::Keys;
use crate::registry::Registry;
use crate::store::{self, DeliveryPage, DeliveryRow, Notice, Store};
use crate::testing;
use crate::webhooks::dispatch::DispatchParts;
use crate::webhooks::send::tests::{Behaviour, Receiver};
use crate::webhooks::{
    Dispatcher, EndpointChange, Events, NewEndpoint, SeenZone, ShownEndpoint, WatchedZones,
    WebhookDesk, ZoneEyes, ZoneFigures,
};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tokio::task::JoinHandle;

const NOW: Millis = Millis(1_795_399_200_123);
const PARTNER: &str = "acme";

/// What everybody sees, as the test says.
#[derive(Default)]
struct Painted(Mutex<HashMap<ZoneIx, ZoneFigures>>);

impl ZoneEyes for Painted {
    fn look(&self, _: &str, zone: ZoneIx) -> Option<SeenZone> {
        let figures = *self.0.lock().unwrap().get(&zone)?;
        let json = format!("{{\"zone\":{},\"seen\":{}}}", zone.0, figures.digest);
        Some(SeenZone { figures, json })
    }
}

/// A hub that only tells.
struct House {
    store: Store,
    registry: Arc<Registry>,
    live: Arc<Live>,
    clock: Arc<ManualClock>,
    metrics: Arc<Metrics>,
    keys: Arc<Keys>,
    seen: Arc<Painted>,
    /// Partners who are told nothing.
    suspended: watch::Sender<BTreeSet<String>>,
    desk: WebhookDesk,
    running: JoinHandle<()>,
    /// Held open.
    close: watch::Sender<bool>,
    folder: tempfile::TempDir,
}

impl House {
    async fn new() -> Self {
        Self::on(tempfile::tempdir().unwrap(), NOW).await
    }

    /// Where another was before.
    async fn on(folder: tempfile::TempDir, now: Millis) -> Self {
        let store = Store::open(&store::Config::default(), folder.path()).await;
        let store = store.unwrap();
        let registry = testing::city(4, 10);
        let room = Room {
            spare_bays: 0,
            spare_zones: 0,
            subscribers: 1_000,
        };
        let live = Arc::new(Live::new(&registry.city(), room));
        let clock = Arc::new(ManualClock::at(now));
        let metrics = Arc::new(Metrics::new());
        let city = (registry.clone(), live.clone());
        let parts = DispatchParts::silent(store.clone(), city, clock.clone(), metrics.clone());
        let mut parts = parts.unwrap();
        let (suspended, told) = watch::channel(BTreeSet::new());
        parts.suspended = told;
        let config = parts.config.clone();
        let keys = parts.keys.clone();
        let dispatcher = Dispatcher::new(parts);
        let desk = WebhookDesk::new(config, &dispatcher);
        let seen = Arc::<Painted>::default();
        desk.see_with(seen.clone());
        let (close, closed) = watch::channel(false);
        let feed = live.feed().clone();
        let running = tokio::spawn(async move {
            tokio::select! {
                () = dispatcher.run(closed) => {}
                () = feed.run(Duration::from_millis(2)) => {}
            }
        });
        Self {
            store,
            registry,
            live,
            clock,
            metrics,
            keys,
            seen,
            suspended,
            desk,
            running,
            close,
            folder,
        }
    }

    async fn hook(&self, url: &str, events: &[&str]) -> ShownEndpoint {
        let asked = NewEndpoint {
            partner: PARTNER.into(),
            scopes: crate::partners::Scope::ALL.into_iter().collect(),
            url: url.to_owned(),
            events: Events::read(events.iter().copied()).unwrap(),
            zones: WatchedZones::All,
            threshold: None,
            secret: None,
        };
        self.desk.create(asked).await.unwrap().0
    }

    async fn id(&self, hook: &ShownEndpoint) -> i64 {
        let rows = self.store.webhooks().await.unwrap();
        rows.iter().find(|row| row.name == hook.id).unwrap().id
    }

    /// Something happens that these are told.
    async fn happens(&self, hooks: &[&ShownEndpoint], what: u64) {
        let mut ids = Vec::new();
        for hook in hooks {
            ids.push(self.id(hook).await);
        }
        let notice = Notice {
            kind: "partner.webhook_disabled",
            once: None,
            at: NOW,
            data: format!("{{\"what\":{what}}}"),
        };
        self.store.tell_webhooks(&ids, &notice).await.unwrap();
    }

    async fn log(&self, hook: &ShownEndpoint) -> Vec<DeliveryRow> {
        let page = DeliveryPage {
            status: None,
            since: Millis::NEVER,
            before: i64::MAX,
            limit: 1_000,
        };
        let id = self.id(hook).await;
        self.store.deliveries(id, page).await.unwrap()
    }

    async fn shown(&self, hook: &ShownEndpoint) -> ShownEndpoint {
        let scopes = crate::partners::Scope::ALL.into_iter().collect();
        self.desk.one((PARTNER, scopes), &hook.id).await.unwrap()
    }

    /// A zone looks so from now on, and whoever follows it is told.
    fn paint(&self, zone: ZoneIx, vacant: u32, digest: u64) {
        let figures = ZoneFigures {
            vacant,
            unknown: 0,
            capacity: 10,
            is_stale: false,
            digest,
        };
        self.seen.0.lock().unwrap().insert(zone, figures);
        self.live.zones(&[(zone, self.live.zone(zone))]);
    }
}

/// Until `is` says so, or a while has passed.
async fn until(what: &str, mut is: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !is().await {
        assert!(begun.elapsed() < Duration::from_secs(20), "{what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// What of the body's data says `what`.
fn whats(receiver: &Receiver) -> Vec<u64> {
    let what = |body: &str| {
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        body["data"]["what"].as_u64().unwrap()
    };
    receiver.got().iter().map(|got| what(&got.body)).collect()
}
