//! Which endpoints are told: a lane each, started and ended as endpoints come and go.
//!
//! Promises: whatever is new in the store is found within a quarter of a second, and whatever was missed
//! (another hub's row, a notice that was lost) within 15 s. Of several hubs on one database one tells;
//! when it is gone another does within half a minute. Whose partner is suspended is told nothing from when
//! the keys' issuer knows it, which at any hub is within two seconds; what was noted waits until it is let
//! in again. Dear: four small questions to the store a second, and none while there is no endpoint.

use super::config::{Config, MOST_ENDPOINTS};
use super::context::SubscriptionLanes;
use super::event::{EventFamily, Events};
use super::lane::{AttemptPermits, DeliveryLog, EndpointLane, LaneHost};
use super::notices::{self, NeverSilent, Silences, SourceEyes};
use super::notified::NotifiedBook;
use super::send::Poster;
use crate::domain::{Clock, Millis};
use crate::health::{Health, Part};
use crate::live::Live;
use crate::metrics::Metrics;
use crate::partners::Keys;
use crate::registry::Registry;
use crate::store::{Store, StoreError, WebhookRow};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

/// Between two looks for what is new.
const LOOK: Duration = Duration::from_millis(250);

/// Looks between two writings of the log, two readings of the endpoints, and two full looks.
const LOG_EVERY: u32 = 4;
const READ_EVERY: u32 = 20;
const ALL_EVERY: u32 = 60;

/// Rows that another hub's transaction may still bring in below the newest.
const OVERLAP: i64 = 1_000;

/// How long a hub tells without saying so again, ms.
const TELLS_MS: u64 = 25_000;

/// Between two readings of which keys end soon, ms: an hour.
const KEYS_MS: u64 = 3_600_000;

/// Rows of an endpoint that was disabled so long ago are forgotten, ms: 30 days.
const FORGOTTEN_MS: u64 = 30 * 24 * 3_600_000;

/// Facts that wait longer are noted in the hub's health, ms.
const LATE_MS: u64 = 15 * 60_000;

/// What endpoints are told with.
pub struct DispatchParts {
    pub store: Store,
    pub registry: Arc<Registry>,
    pub live: Arc<Live>,
    pub clock: Arc<dyn Clock>,
    pub metrics: Arc<Metrics>,
    pub health: Arc<Health>,
    pub poster: Arc<Poster>,
    /// Whose limits are watched, and where what endpoints are told is counted.
    pub keys: Arc<Keys>,
    /// Partners who are told nothing, as it is now and becomes.
    pub suspended: watch::Receiver<BTreeSet<String>>,
    pub sources: Arc<dyn SourceEyes>,
    pub config: Config,
}

impl DispatchParts {
    /// For who only asks: endpoints on this machine, nobody to tell them.
    pub(super) fn silent(
        store: Store,
        (registry, live): (Arc<Registry>, Arc<Live>),
        clock: Arc<dyn Clock>,
        metrics: Arc<Metrics>,
    ) -> Result<Self, String> {
        let config = Config {
            loopback: true,
            ..Config::default()
        };
        let poster = Poster::new(None, config.loopback)?;
        Ok(Self {
            store,
            registry,
            live,
            clock,
            metrics,
            health: Arc::default(),
            poster: Arc::new(poster),
            keys: Arc::default(),
            suspended: watch::channel(BTreeSet::new()).1,
            sources: Arc::new(NeverSilent),
            config,
        })
    }
}

/// What those who change endpoints have in common with who tells them.
pub(super) struct DispatchShared {
    pub(super) host: Arc<LaneHost>,
    /// Rung when endpoints have changed, or old rows are to be told again.
    pub(super) changed: Arc<Notify>,
}

struct RunningLane {
    row: watch::Sender<Arc<WebhookRow>>,
    bell: Arc<Notify>,
    stop: tokio::task::AbortHandle,
}

/// See the module.
pub struct Dispatcher {
    shared: Arc<DispatchShared>,
    health: Arc<Health>,
    sources: Arc<dyn SourceEyes>,
    silences: Silences,
    /// When it was last looked which keys end soon.
    keys_at: Millis,
    /// Whose endpoints there are, and what they are told.
    wishes: Vec<(i64, String, Events)>,
    hub: String,
    lanes: HashMap<i64, RunningLane>,
    subscriptions: SubscriptionLanes,
    /// Partners who are told nothing.
    suspended: watch::Receiver<BTreeSet<String>>,
    tasks: JoinSet<()>,
    /// Rows up to this one have been looked at.
    seen: i64,
}

impl Dispatcher {
    /// To be run; nothing is told before.
    #[must_use]
    pub fn new(parts: DispatchParts) -> Self {
        let changed = Arc::new(Notify::new());
        let host = LaneHost {
            store: parts.store,
            registry: parts.registry,
            live: parts.live,
            eyes: OnceLock::new(),
            entities: OnceLock::new(),
            notified: NotifiedBook::default(),
            clock: parts.clock,
            health: parts.health.clone(),
            metrics: parts.metrics,
            keys: parts.keys,
            poster: parts.poster,
            permits: AttemptPermits::default(),
            most: (parts.config.zones as usize, parts.config.kept),
            log: DeliveryLog::default(),
            changed: changed.clone(),
        };
        Self {
            shared: Arc::new(DispatchShared {
                host: Arc::new(host),
                changed,
            }),
            health: parts.health,
            sources: parts.sources,
            silences: Silences::default(),
            keys_at: Millis::NEVER,
            wishes: Vec::new(),
            hub: format!("{:016x}", rand::random::<u64>()),
            lanes: HashMap::new(),
            subscriptions: SubscriptionLanes::default(),
            suspended: parts.suspended,
            tasks: JoinSet::new(),
            seen: 0,
        }
    }

    pub(super) fn shared(&self) -> Arc<DispatchShared> {
        self.shared.clone()
    }

    /// Tells until `closed` says so. What is under way then is cut off and told again after the next
    /// start.
    pub async fn run(mut self, mut closed: watch::Receiver<bool>) {
        let now = self.shared.host.clock.now();
        let old = Millis(now.0.saturating_sub(FORGOTTEN_MS));
        if let Err(e) = self.shared.host.store.sweep_deliveries(old).await {
            tracing::debug!(error = %e, "the log of webhooks is not swept");
        }
        let mut every = tokio::time::interval(LOOK);
        every.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let changed = self.shared.changed.clone();
        let mut round = 0;
        loop {
            let is_changed = tokio::select! {
                biased;
                _ = closed.wait_for(|c| *c) => break,
                () = changed.notified() => true,
                Ok(()) = self.suspended.changed() => true,
                _ = every.tick() => false,
            };
            while self.tasks.try_join_next().is_some() {}
            if let Err(e) = self.round(round, is_changed).await {
                tracing::debug!(error = %e, "webhooks wait for the store");
            }
            if !is_changed {
                round = (round + 1) % ALL_EVERY;
            }
        }
        self.tasks.shutdown().await;
        self.subscriptions.shutdown().await;
        let _ = self.write_log().await;
    }

    async fn round(&mut self, round: u32, is_changed: bool) -> Result<(), StoreError> {
        if is_changed || round.is_multiple_of(READ_EVERY) {
            self.read_endpoints().await?;
        }
        if round.is_multiple_of(LOG_EVERY) {
            self.write_log().await?;
        }
        if self.lanes.is_empty() {
            return Ok(());
        }
        let is_all = is_changed || round == 0;
        if is_all {
            self.give_notice(is_changed).await?;
        }
        self.look(is_all).await?;
        if round.is_multiple_of(READ_EVERY) {
            self.count().await?;
        }
        Ok(())
    }

    /// Tells partners of what is theirs.
    async fn give_notice(&mut self, is_changed: bool) -> Result<(), StoreError> {
        let host = &self.shared.host;
        let now = host.clock.now();
        let mut news = self.silences.news(self.sources.silent(), now);
        // Also where nobody wants to know: what was long ago is not told later.
        news.extend(notices::pressed(host.keys.pressed(), now));
        let wants_keys =
            |(_, _, events): &(i64, String, Events)| events.has_any_of(EventFamily::Key);
        let is_time = is_changed || now.since(self.keys_at) >= KEYS_MS;
        if is_time && self.wishes.iter().any(wants_keys) {
            self.keys_at = now;
            let keys = host.store.live_keys().await?.into_iter();
            let keys: Vec<_> = keys.map(|(_, key)| key).collect();
            news.extend(notices::ending(&keys, now));
        }
        for one in news {
            let whose = self
                .wishes
                .iter()
                .filter(|(_, partner, events)| **partner == *one.partner && events.has(one.event));
            let ids: Vec<i64> = whose.map(|(id, ..)| *id).collect();
            if !ids.is_empty() {
                host.store.tell_webhooks(&ids, &one.notice).await?;
            }
        }
        Ok(())
    }

    /// Rings for who has something new.
    async fn look(&mut self, all: bool) -> Result<(), StoreError> {
        let store = &self.shared.host.store;
        let newest = store.newest_delivery().await?;
        let overlap = if store.shares_waits() { 0 } else { OVERLAP };
        let after = if all { 0 } else { self.seen - overlap };
        if newest > after {
            for endpoint in store.waiting_endpoints(after, newest).await? {
                if let Some(lane) = self.lanes.get(&endpoint) {
                    lane.bell.notify_one();
                }
            }
        }
        self.seen = newest;
        Ok(())
    }

    async fn write_log(&self) -> Result<(), StoreError> {
        self.subscriptions.write(&self.shared.host).await?;
        let rows = self.shared.host.log.take();
        if rows.is_empty() {
            return Ok(());
        }
        self.shared.host.store.log_deliveries(&rows).await
    }

    /// Starts and ends lanes by what the store has.
    async fn read_endpoints(&mut self) -> Result<(), StoreError> {
        let host = &self.shared.host;
        let now = host.clock.now();
        let terms = (now, now.plus(TELLS_MS));
        if !host.store.tells_webhooks(&self.hub, terms).await? {
            self.lanes.drain().for_each(|(_, lane)| lane.stop.abort());
            self.subscriptions.stop();
            return Ok(());
        }
        let away = self.suspended.borrow_and_update().clone();
        self.subscriptions.read(host, &away).await?;
        let rows = host.store.webhooks().await?;
        let is_told = |row: &WebhookRow| row.is_enabled && !away.contains(&row.partner);
        let enabled = rows.into_iter().filter(is_told);
        let enabled: HashMap<i64, WebhookRow> = enabled
            .take(MOST_ENDPOINTS as usize)
            .map(|row| (row.id, row))
            .collect();
        let wish = |row: &WebhookRow| (row.id, row.partner.clone(), Events::stored(&row.events));
        self.wishes = enabled.values().map(wish).collect();
        self.lanes.retain(|id, lane| {
            let stays = enabled.get(id).is_some_and(|row| {
                let old = lane.row.borrow();
                is_same_way(&old, row)
            });
            // One that has ended by itself and is still enabled begins anew.
            let goes_on = stays && !lane.stop.is_finished();
            if !goes_on {
                lane.stop.abort();
            }
            goes_on
        });
        for (id, row) in enabled {
            match self.lanes.get(&id) {
                Some(lane) => _ = lane.row.send_replace(Arc::new(row)),
                None => self.start(id, row),
            }
        }
        let count = i64::try_from(self.lanes.len()).unwrap_or(i64::MAX);
        self.shared.host.metrics.webhooks.endpoints.set(count);
        Ok(())
    }

    fn start(&mut self, id: i64, row: WebhookRow) {
        let (row, told) = watch::channel(Arc::new(row));
        let bell = Arc::new(Notify::new());
        let lane = EndpointLane::new(self.shared.host.clone(), told, bell.clone());
        let stop = self.tasks.spawn(lane.run());
        let running = RunningLane { row, bell, stop };
        self.lanes.insert(id, running);
    }

    /// What an operator sees.
    async fn count(&self) -> Result<(), StoreError> {
        let host = &self.shared.host;
        let backlog = host.store.delivery_backlog().await?;
        let now = host.clock.now();
        let age_ms = backlog.oldest.map_or(0, |at| now.since(at));
        let metrics = &host.metrics.webhooks;
        metrics.waiting.set(backlog.rows);
        metrics
            .oldest_ms
            .set(i64::try_from(age_ms).unwrap_or(i64::MAX));
        let under_way = i64::try_from(host.permits.under_way()).unwrap_or(i64::MAX);
        metrics.under_way.set(under_way);
        if age_ms > LATE_MS {
            let minutes = age_ms / 60_000;
            let rows = backlog.rows;
            let note = format!("{rows} facts wait to be told, the oldest for {minutes} min");
            self.health.note(Part::Webhooks, note);
        } else {
            self.health.no_note(Part::Webhooks);
        }
        Ok(())
    }
}

/// Whether a lane for the one can go on for the other: all but its secrets are the same.
fn is_same_way(old: &WebhookRow, new: &WebhookRow) -> bool {
    old.url == new.url
        && old.events == new.events
        && old.places == new.places
        && old.threshold == new.threshold
        && old.changed_at == new.changed_at
}
