//! The wiring: which room hands what to which, how the hub starts, and in which order it stops.
//!
//! The only file (with its neighbours here and `demo`) that names every room. A [`Hub`] is one
//! running hub:
//!
//! ```text
//! brokers -\
//! mqtt -----\                                   /-> live <- http
//! http ------> inbox (bounded) -> journal -> stream
//! ```
//!
//! Start, a phase each, and a file each: `foundation` (is the configuration right? addresses, the
//! folder, the registry), `storage` (all that lasts), `engine` (the stream and its journal),
//! `services` (all that answers), then the replay, and last the `doors` for reports. Stop: doors first, then what is
//! under way becomes durable and is applied and a last checkpoint is written, then the threads end.
//! Nothing is acknowledged that is not on disk, so stopping at any other moment loses nothing
//! either.

mod adapters;
mod audit;
mod backup;
mod board;
mod brokers;
mod certificates;
mod check;
mod checkpoints;
mod credit;
mod descriptors;
mod doctor;
mod doors;
mod engine;
mod exposure;
mod failure;
mod feed_known;
mod feed_try;
mod feeds;
mod folder;
mod forecast;
mod foundation;
mod guests;
mod history;
mod import;
mod inspect;
mod logging;
mod mail;
mod manifest;
mod numbered;
mod orders;
mod partners;
mod probe;
mod problems;
pub(crate) mod process;
mod quality;
mod rates;
mod registry_make;
mod replay;
mod room;
mod sandbox;
mod services;
mod settlement;
mod shared;
mod sharing;
mod sockets;
mod storage;
mod store_watch;
mod uptime;
mod usage;
mod webhooks;
mod workdays;

pub use backup::{backup, restore};
pub use check::check;
pub use credit::check as check_credit;
pub use doctor::doctor;
pub use failure::Failure;
pub use feed_try::{FeedTry, feed_try};
pub use forecast::{Checked, check as check_forecasts};
pub use history::{Exported, export};
pub use import::{Imports, import};
pub use inspect::inspect;
pub use logging::{log_as, log_to_stderr};
pub use manifest::LossKind;
pub use partners::{NewKey, create_key};
pub use probe::probe;
pub use process::exit_on_worker_panic;
pub use registry_make::{RegistryMake, registry_make};
pub use sandbox::reset as reset_sandbox;
pub(crate) use sockets::are_free;

use crate::clock::SystemClock;
use crate::config::Config;
use crate::domain::{Clock, Millis};
use crate::forecast::Forecasts;
use crate::health::Health;
use crate::inbox::inbox;
use crate::live::Live;
use crate::partners::UsageBook;
use engine::{AtWork, Engine};
use foundation::{Foundation, Front};
use rates::Learner;
use sandbox::{Offered, Sandbox};
use services::{Made, Services};
use shared::Shared;
use std::fs::File;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use storage::Storage;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// How often subscribers are told of changes at most.
const FEED_PACE: Duration = Duration::from_millis(2);

/// A running hub. The sandbox's listens nowhere: what clients say comes by the other's doors.
pub struct Hub {
    pub http: SocketAddr,
    /// HTTP over TLS, where it is configured.
    pub https: Option<SocketAddr>,
    /// The operators' own listener, where it is configured.
    pub admin: Option<SocketAddr>,
    pub mqtt: SocketAddr,
    /// MQTT over TLS, where it is configured.
    pub mqtts: Option<SocketAddr>,
    tasks: JoinSet<()>,
    close: watch::Sender<bool>,
    running: AtWork,
    usage: Arc<UsageBook>,
    history: history::Opened,
    /// What the sandbox's hub is to who keeps it.
    offered: Option<Offered>,
    /// The sandbox beside the hub.
    sandbox: Option<Sandbox>,
    /// Held for as long as the hub uses the folder.
    _lock: File,
}

/// Runs a hub until it is told to stop by SIGTERM or SIGINT. It goes on without what is lost of the
/// kinds `accepted`.
///
/// # Errors
/// See [`Failure`]; each kind has its exit code.
pub fn run(config: Config, accepted: Vec<LossKind>) -> Result<(), Failure> {
    process::block_on(async {
        let stop = process::stop_signal()?;
        let hub = Hub::start_without(config, accepted).await?;
        hub.tell();
        stop.await;
        hub.stop().await
    })
}

impl Hub {
    /// Starts everything and returns once reports are let in and what the journal held has been
    /// applied.
    ///
    /// # Errors
    /// A bad configuration or registry, a taken port, a journal in use or damaged.
    pub async fn start(config: Config) -> Result<Self, Failure> {
        Self::start_without(config, Vec::new()).await
    }

    /// The same, without what is lost of the kinds `accepted`, which is noted.
    ///
    /// # Errors
    /// As [`Hub::start`].
    pub async fn start_without(config: Config, accepted: Vec<LossKind>) -> Result<Self, Failure> {
        let config = descriptors::fitted(config, process::descriptors());
        Self::start_by(config, Arc::new(SystemClock), accepted).await
    }

    /// By another clock than the machine's.
    ///
    /// # Errors
    /// As [`Hub::start`].
    pub(crate) async fn start_by(
        config: Config,
        clock: Arc<dyn Clock>,
        accepted: Vec<LossKind>,
    ) -> Result<Self, Failure> {
        // What a start holds is large: its callers hold a pointer to it.
        Box::pin(Self::start_all(config, clock, accepted)).await
    }

    async fn start_all(
        config: Config,
        clock: Arc<dyn Clock>,
        accepted: Vec<LossKind>,
    ) -> Result<Self, Failure> {
        let Foundation {
            keys,
            front,
            lock,
            shared,
            opening,
        } = Foundation::lay(&config, clock, accepted).await?;
        let Storage {
            store,
            issuer,
            journal,
            checkpoint,
            kept,
            history,
            manifest,
            orders,
        } = Storage::open(&config, &shared, keys.clone(), opening).await?;
        let looking = store.watch();
        let begun = journal.begun();
        let bounds = journal.inbox();
        let sink = credit::sink(&history, &kept.credit);
        let contributors = kept.contributors.clone();
        let forecasts = Arc::new(Forecasts::default());
        let rates = kept.rates.clone();
        let engine = Engine::build(&config, &shared, journal, checkpoint, kept, sink)?;

        let (at, hub_mqtt) = Front::addresses(front.as_ref())?;
        let (http, mqtt, passages) = Front::parted(front);
        // When it is full MQTT senders wait, HTTP answers 429 and QoS 0 is shed.
        let (inbox, outbox) = inbox(bounds, shared.metrics.clone());
        let (close, closed) = watch::channel(false);
        let mut tasks = JoinSet::new();
        let usage = usage::open(&keys, &store, &shared, &config);
        let made = Made {
            keys: &keys,
            usage: &usage,
            issuer: &issuer,
            contributors: &contributors,
            store,
            history: &history,
            turnover: engine.stream.turnover.clone(),
            forecasts: forecasts.clone(),
            quarantine: engine.quarantine(),
            losses: manifest.clone(),
            inbox,
            orders,
            sandbox: passages.as_ref().map(|to| to.issuer.clone()),
        };
        let services = Services::start(&config, &shared, made, http, &closed, &mut tasks).await?;
        let running = engine.start(&shared, outbox).await?;
        let taught = (&history, &running, &services);
        let learnt = (rates, forecasts);
        learn((&config, &shared), taught, learnt, (&closed, &mut tasks))?;
        let around = (&closed, &mut tasks);
        let (door, secure) =
            doors::open(&config, &shared, keys.clone(), &services, mqtt, around).await?;
        let offered = Offered::of(&config, &shared, services, door, (keys, &issuer), &closed);

        store_watch::start(looking, issuer.clone(), shared.clone(), &closed, &mut tasks);
        let suspended = issuer.suspended();
        partners::keep((issuer, &usage, contributors), &shared, &closed, &mut tasks);
        tasks.spawn(manifest.follow(begun, closed.clone()));
        keep_time((&config, &shared), &closed, &mut tasks);
        tasks.spawn(follow_stream(&running, shared.clone(), &config, closed));
        until_well(&shared.health).await;
        let sandbox = passages.map(|to| Sandbox::start(&config, to, &shared.health, suspended));
        Ok(Self {
            http: at.plain,
            https: at.secure,
            admin: at.admin,
            mqtt: hub_mqtt,
            mqtts: secure,
            tasks,
            close,
            running,
            usage,
            history,
            offered,
            sandbox,
            _lock: lock,
        })
    }

    /// Waits until the sandbox answers, if there is one and it comes to that.
    pub(crate) async fn sandbox_open(&self) {
        if let Some(sandbox) = &self.sandbox {
            sandbox.open().await;
        }
    }

    /// Everything before it is settled, by the hub's clock.
    pub(crate) fn settled_to(&self) -> Millis {
        let turnover = self.running.stream.turnover.as_ref();
        turnover.map_or(Millis::MAX, |turnover| turnover.settled())
    }

    /// Says that it is ready, and where.
    fn tell(&self) {
        let https = self.https.map(|at| at.to_string());
        let mqtts = self.mqtts.map(|at| at.to_string());
        let admin = self.admin.map(|at| at.to_string());
        tracing::info!(http = %self.http, mqtt = %self.mqtt, https, mqtts, admin, "ready");
    }

    /// Stops in order: doors, journal, stream.
    ///
    /// # Errors
    /// [`Failure::Internal`] if a part did not end as it should.
    pub async fn stop(mut self) -> Result<(), Failure> {
        let begun = Instant::now();
        self.close.send_replace(true);
        // Both at once: connections to the sandbox are ended by it, and waited for below.
        let beside = self.sandbox.take().map(Sandbox::stop);
        drop(self.offered);
        while self.tasks.join_next().await.is_some() {}
        // Nobody is left to be counted.
        usage::last(&self.usage).await;
        // The doors are gone and with them the last sender to the journal.
        tokio::task::spawn_blocking(move || {
            self.running.join()?;
            self.history.keeper.stop();
            self.history
                .thread
                .join()
                .map_err(|_| Failure::Internal("the history's thread panicked".into()))
        })
        .await
        .map_err(|e| Failure::Internal(e.to_string()))??;
        if let Some(beside) = beside {
            beside.await;
        }
        tracing::info!(took = ?begun.elapsed(), "stopped");
        Ok(())
    }
}

/// Has rates, and what is to be expected, learnt from what is settled, and gauges kept of it.
fn learn(
    (config, shared): (&Config, &Shared),
    (history, running, services): (&history::Opened, &AtWork, &Services),
    (rates, forecasts): (Arc<rates::RateFiles>, Arc<Forecasts>),
    (closed, tasks): (&watch::Receiver<bool>, &mut JoinSet<()>),
) -> Result<(), Failure> {
    let schedule = running.stream.rates.clone();
    let past = history.history.clone();
    let lasting = (past.clone(), schedule.clone());
    let learner = Learner::new(config, shared, rates, lasting, services.inbox.clone());
    let forecaster = forecast::open(config, shared, past, schedule, forecasts)?;
    tasks.spawn(learner.run(closed.clone()));
    tasks.spawn(forecaster.run(closed.clone()));
    let lately = history.lately.clone();
    tasks.spawn(history::keep_gauges(lately, shared.clone(), closed.clone()));
    Ok(())
}

/// Keeps the stream's gauges, says when it stands still, and credits partners with what it settles.
fn follow_stream(
    running: &AtWork,
    shared: Shared,
    config: &Config,
    closed: watch::Receiver<bool>,
) -> impl Future<Output = ()> + use<> {
    let stall = Duration::from_secs(u64::from(config.stream.stall_after_s));
    let stream = &running.stream;
    let progress = stream.progress.clone();
    let credit = credit::keep(running, shared.clone(), closed.clone());
    let watch = process::watch_stream(progress, stream.turnover.clone(), shared, stall, closed);
    async {
        tokio::join!(watch, credit);
    }
}

/// What goes by the clock: changes are told, and how long the hub was up and what room it has is noted.
fn keep_time(
    (config, shared): (&Config, &Shared),
    closed: &watch::Receiver<bool>,
    tasks: &mut JoinSet<()>,
) {
    tasks.spawn(keep_pace(shared.live.clone(), closed.clone()));
    tasks.spawn(uptime::keep(config, shared, closed.clone()));
    tasks.spawn(room::keep(config, shared.metrics.clone(), closed.clone()));
}

/// Tells subscribers of changes, at the feed's pace, until the hub closes.
async fn keep_pace(live: Arc<Live>, closed: watch::Receiver<bool>) {
    tokio::select! { () = live.feed().run(FEED_PACE) => {}, () = process::closing(closed) => {} }
}

/// Gives the last parts a moment to say that they are well. A hub whose disk is full starts all the
/// same: it answers queries, takes no reports, and `/readyz` says why.
async fn until_well(health: &Health) {
    for _ in 0..200 {
        if health.reasons().is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    tracing::warn!(reasons = ?health.reasons(), "started, but not ready");
}

/// Whether `dir` holds a city.
#[must_use]
pub fn has_city(dir: &Path) -> bool {
    dir.join("zones.geojson").is_file() && dir.join("bays.geojson").is_file()
}

#[cfg(test)]
mod tests;
