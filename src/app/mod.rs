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
//! Start: registry, live view, journal, newest checkpoint; listen; replay what came after it; then
//! let reports in. Stop: doors first, then what is under way becomes durable and is applied and a
//! last checkpoint is written, then the threads end. Nothing is acknowledged that is not on disk,
//! so stopping at any other moment loses nothing either.

mod backup;
mod board;
mod brokers;
mod checkpoints;
mod doors;
mod history;
mod inspect;
mod partners;
pub(crate) mod process;
mod replay;
mod settlement;
mod sharing;

pub use backup::{backup, restore};
pub use history::{Exported, export};
pub use inspect::inspect;
pub use partners::{NewKey, create_key};
pub use process::{Failure, exit_on_worker_panic, log_to_stderr};

use crate::clock::SystemClock;
use crate::config::Config;
use crate::domain::{Clock, Submission};
use crate::health::{Health, Part};
use crate::ingest::codec::device;
use crate::ingest::gate::Gate;
use crate::ingest::mqtt_server;
use crate::journal::Journal;
use crate::live::{Live, Room};
use crate::metrics::Metrics;
use crate::partners::{Issuer, Keys};
use crate::registry::Registry;
use crate::sharing::Desk;
use crate::store::Store;
use crate::stream::{self, Stream};
use crate::{registry, serve};
use std::fs::{File, TryLockError};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

/// Submissions that may wait for the journal. When it is full MQTT senders wait, HTTP answers 429
/// and QoS 0 is shed.
const INBOX: usize = 1024;

/// Change-feed subscriptions at a time.
const SUBSCRIBERS: usize = 20_000;

/// How often subscribers are told of changes at most.
const FEED_PACE: Duration = Duration::from_millis(2);

/// A running hub.
pub struct Hub {
    pub http: SocketAddr,
    pub mqtt: SocketAddr,
    /// MQTT over TLS, where it is configured.
    pub mqtts: Option<SocketAddr>,
    tasks: JoinSet<()>,
    close: watch::Sender<bool>,
    journal: JoinHandle<()>,
    stream: Stream,
    checkpoints: JoinHandle<()>,
    history: history::Opened,
    /// Held for as long as the hub uses the folder.
    _lock: File,
}

/// What several rooms share.
#[derive(Clone)]
struct Shared {
    registry: Arc<Registry>,
    live: Arc<Live>,
    metrics: Arc<Metrics>,
    health: Arc<Health>,
    clock: Arc<dyn Clock>,
}

/// Runs a hub until it is told to stop by SIGTERM or SIGINT.
///
/// # Errors
/// See [`Failure`]; each kind has its exit code.
pub fn run(config: Config) -> Result<(), Failure> {
    process::block_on(async {
        let stop = process::stop_signal()?;
        let hub = Hub::start(config).await?;
        tracing::info!(http = %hub.http, mqtt = %hub.mqtt, "ready");
        stop.await;
        hub.stop().await
    })
}

/// Reads everything a run would read, changes nothing, and prints what was found.
///
/// # Errors
/// [`Failure::Config`] with every fault that was found.
pub fn check(config: &Config) -> Result<(), Failure> {
    let keys = partners::of_config(config)?;
    config.store.check()?;
    doors::tls(config)?;
    brokers::check(&config.brokers)?;
    let scratch = tempfile::tempdir().map_err(|e| Failure::Internal(e.to_string()))?;
    let registry = Registry::open(&config.registry.path, scratch.path(), device::MODELS)?;
    let city = registry.city();
    let devices = registry.device_count();
    println!(
        "ok: {} zones, {} bays, {devices} devices, {} keys",
        city.zone_count(),
        city.live_bays(),
        keys.len()
    );
    Ok(())
}

impl Hub {
    /// Starts everything and returns once reports are let in and what the journal held has been
    /// applied.
    ///
    /// # Errors
    /// A bad configuration or registry, a taken port, a journal in use or damaged.
    pub async fn start(config: Config) -> Result<Self, Failure> {
        Self::start_by(config, Arc::new(SystemClock)).await
    }

    /// By another clock than the machine's.
    async fn start_by(config: Config, clock: Arc<dyn Clock>) -> Result<Self, Failure> {
        let keys = Arc::new(partners::of_config(&config)?);
        brokers::check(&config.brokers)?;
        let http = listen("http", config.http.listen).await?;
        let mqtt = listen("mqtt", config.mqtt.listen).await?;
        let mqtts = doors::tls(&config)?;
        let lock = own_folder(&config.data.path)?;
        let shared = tokio::task::block_in_place(|| Shared::open(&config, clock))?;
        let store = Store::open(&config.store, &config.data.path).await?;
        let issuer = Arc::new(
            partners::open(store.clone(), &config, keys.clone(), shared.clock.clone()).await?,
        );
        let journal = Journal::open(
            &config.data.path.join("journal"),
            config.journal.clone(),
            shared.registry.clone(),
        )?;
        let mut found = checkpoints::find(&config.data.path.join("checkpoints"), &journal)?;
        let kept = settlement::open(
            &config.data.path.join("settled"),
            &config,
            &found.saved,
            &shared,
        )?;
        let history = history::open(&config, &shared)?;
        let settlement = settlement::settlement(&kept, &config, history.keeper.clone());
        let (stream, feed) =
            shared.stream(&config, std::mem::take(&mut found.saved), settlement)?;

        let (inbox, outbox) = mpsc::channel::<Submission>(INBOX);
        let (close, closed) = watch::channel(false);
        let hub_http = address(&http)?;
        let hub_mqtt = address(&mqtt)?;
        let mut tasks = JoinSet::new();
        let gate = doors::gate(&shared, &config);
        let authority = history.authority(&config, &gate, stream.turnover.clone());
        let desk =
            sharing::open(store, &config, &shared, inbox.clone(), &closed, &mut tasks).await?;
        let parts = (&keys, &issuer, desk);
        let api = api(
            &shared,
            &config,
            parts,
            gate.clone(),
            inbox.clone(),
            (&journal, authority),
            closed.clone(),
        );
        let limits = config.http.limits();
        let closing = process::closing(closed.clone());
        tasks.spawn(serve::serve(
            http,
            api,
            limits,
            shared.metrics.clone(),
            closing,
        ));

        let (journal, mut feed) = replay::replay(
            journal,
            found.newest.position,
            feed,
            &stream.progress,
            &shared,
        )
        .await?;
        stream.progress.go_live();
        let committed = Box::new(move |batch| feed.push(batch));
        let thread = |e| Failure::Internal(format!("a thread: {e}"));
        let bays = shared.registry.city().bay_slots();
        let (how, checkpoints) = found
            .keep_up(stream.cuts.clone(), kept, bays, shared.metrics.clone())
            .map_err(thread)?;
        let journal = journal
            .with_checkpoints(how)
            .start(
                outbox,
                shared.clock.clone(),
                committed,
                shared.metrics.clone(),
                shared.health.clone(),
            )
            .map_err(thread)?;

        let keeper = doors::keeper(keys, &shared);
        let intake = doors::intake(gate);
        brokers::start(
            &config.brokers,
            &shared,
            &intake,
            &inbox,
            &closed,
            &mut tasks,
        )?;
        let board = board::board(&shared);
        let metrics = shared.metrics.clone();
        let door = Arc::new(mqtt_server::Door::new(
            config.mqtt.clone(),
            keeper,
            intake,
            board,
            inbox,
            metrics,
        ));
        let hub_mqtts = endpoints(mqtt, mqtts, door, &mut tasks, &closed).await?;
        shared.health.well(Part::Mqtt);
        tasks.spawn(history::keep_gauges(
            history.lately.clone(),
            shared.clone(),
            closed.clone(),
        ));
        tasks.spawn(partners::keep_uses(issuer, closed.clone()));
        tasks.spawn(keep_pace(shared.live.clone(), closed.clone()));
        let stall = Duration::from_secs(u64::from(config.stream.stall_after_s));
        let health = shared.health.clone();
        tasks.spawn(process::watch_stream(
            stream.progress.clone(),
            stream.turnover.clone(),
            shared,
            stall,
            closed,
        ));
        until_well(&health).await;
        Ok(Self {
            http: hub_http,
            mqtt: hub_mqtt,
            mqtts: hub_mqtts,
            tasks,
            close,
            journal,
            stream,
            checkpoints,
            history,
            _lock: lock,
        })
    }

    /// Stops in order: doors, journal, stream.
    ///
    /// # Errors
    /// [`Failure::Internal`] if a part did not end as it should.
    pub async fn stop(mut self) -> Result<(), Failure> {
        let begun = Instant::now();
        self.close.send_replace(true);
        while self.tasks.join_next().await.is_some() {}
        // The doors are gone and with them the last sender: the journal drains its inbox, syncs and
        // drops the feed.
        tokio::task::spawn_blocking(move || {
            self.journal
                .join()
                .map_err(|_| Failure::Internal("the journal's thread panicked".into()))?;
            self.stream
                .join()
                .map_err(|e| Failure::Internal(e.into()))?;
            self.checkpoints
                .join()
                .map_err(|_| Failure::Internal("the checkpoints' thread panicked".into()))?;
            self.history.keeper.stop();
            self.history
                .thread
                .join()
                .map_err(|_| Failure::Internal("the history's thread panicked".into()))
        })
        .await
        .map_err(|e| Failure::Internal(e.to_string()))??;
        tracing::info!(took = ?begun.elapsed(), "stopped");
        Ok(())
    }
}

/// Tells subscribers of changes, at the feed's pace, until the hub closes.
async fn keep_pace(live: Arc<Live>, closed: watch::Receiver<bool>) {
    tokio::select! { () = live.feed().run(FEED_PACE) => {}, () = process::closing(closed) => {} }
}

/// Opens the MQTT door, and the one over TLS where there is one; returns where that listens.
async fn endpoints(
    mqtt: TcpListener,
    mqtts: Option<(SocketAddr, Arc<mqtt_server::Tls>)>,
    door: Arc<mqtt_server::Door>,
    tasks: &mut JoinSet<()>,
    closed: &watch::Receiver<bool>,
) -> Result<Option<SocketAddr>, Failure> {
    tasks.spawn(mqtt_server::serve(mqtt, door.clone(), closed.clone()));
    match mqtts {
        Some((at, tls)) => secure(at, tls, door, tasks, closed).await.map(Some),
        None => Ok(None),
    }
}

/// MQTT over TLS beside the plain listener, its certificate read again on SIGHUP.
async fn secure(
    at: SocketAddr,
    tls: Arc<mqtt_server::Tls>,
    door: Arc<mqtt_server::Door>,
    tasks: &mut JoinSet<()>,
    closed: &watch::Receiver<bool>,
) -> Result<SocketAddr, Failure> {
    let listener = listen("mqtt.tls", at).await?;
    let at = address(&listener)?;
    tasks.spawn(process::reload_on_hangup(tls.clone(), closed.clone())?);
    tasks.spawn(mqtt_server::serve_tls(listener, tls, door, closed.clone()));
    tracing::info!(mqtts = %at, "MQTT over TLS");
    Ok(at)
}

impl Shared {
    fn open(config: &Config, clock: Arc<dyn Clock>) -> Result<Self, Failure> {
        let begun = Instant::now();
        let registry = Arc::new(Registry::open(
            &config.registry.path,
            &config.data.path,
            device::MODELS,
        )?);
        let city = registry.city();
        let spare_bays = config.registry.spare_bays;
        let spare_zones = config.registry.spare_zones;
        let live = Arc::new(Live::new(
            &city,
            Room {
                spare_bays,
                spare_zones,
                subscribers: SUBSCRIBERS,
            },
        ));
        tracing::info!(
            zones = city.zone_count(),
            bays = city.live_bays(),
            took = ?begun.elapsed(),
            "registry read",
        );
        drop(city);
        let health = Arc::new(Health::default());
        health.well(Part::Registry);
        Ok(Self {
            registry,
            live,
            metrics: Arc::new(Metrics::new()),
            health,
            clock,
        })
    }

    fn stream(
        &self,
        config: &Config,
        saved: stream::Saved,
        settlement: stream::Settlement,
    ) -> Result<(Stream, stream::Feed), Failure> {
        let registry = self.registry.clone();
        let live = self.live.clone();
        let metrics = self.metrics.clone();
        let sources = registry::MAX_SOURCES as usize;
        stream::resume(
            &config.stream,
            registry,
            live,
            metrics,
            sources,
            saved,
            Some(settlement),
        )
        .map_err(Failure::Internal)
    }
}

fn api(
    shared: &Shared,
    config: &Config,
    (keys, issuer, desk): (&Arc<Keys>, &Arc<Issuer>, Arc<Desk>),
    gate: Arc<Gate>,
    inbox: mpsc::Sender<Submission>,
    (journal, authority): (&Journal, serve::Authority),
    closed: watch::Receiver<bool>,
) -> serve::Router {
    serve::router(serve::ApiParts {
        registry: shared.registry.clone(),
        live: shared.live.clone(),
        keys: keys.clone(),
        issuer: issuer.clone(),
        desk,
        clock: shared.clock.clone(),
        health: shared.health.clone(),
        metrics: shared.metrics.clone(),
        reports: doors::reports(gate),
        inbox,
        quarantine: journal.quarantine(),
        authority,
        // The stream looks for a new picture with every batch, and a tick comes ten times a second.
        on_change: Arc::new(|| {}),
        closed,
        config: config.http.clone(),
    })
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

/// Makes the data folder if need be and locks it: two hubs on one folder would write over each
/// other.
fn own_folder(data: &Path) -> Result<File, Failure> {
    let fail =
        |e: &dyn std::fmt::Display| Failure::Config(format!("data.path: {}: {e}", data.display()));
    std::fs::create_dir_all(data).map_err(|e| fail(&e))?;
    backup::refuse_unfinished(data)?;
    let lock = File::create(data.join("lock")).map_err(|e| fail(&e))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(Failure::Unavailable(format!(
            "{}: another hub uses this folder",
            data.display()
        ))),
        Err(TryLockError::Error(e)) => Err(fail(&e)),
    }
}

async fn listen(what: &'static str, at: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(at)
        .await
        .map_err(|e| Failure::Unavailable(format!("{what}: cannot listen on {at}: {e}")))
}

fn address(listener: &TcpListener) -> Result<SocketAddr, Failure> {
    listener
        .local_addr()
        .map_err(|e| Failure::Internal(e.to_string()))
}

/// Whether `dir` holds a city.
#[must_use]
pub fn has_city(dir: &Path) -> bool {
    dir.join("zones.geojson").is_file() && dir.join("bays.geojson").is_file()
}

#[cfg(test)]
mod tests;
