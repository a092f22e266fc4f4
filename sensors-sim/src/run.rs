//! Runs a simulated city against a broker: connects every source, fills the hub, then lives through
//! time.
//!
//! Promises: nothing is simulated before the fill is acknowledged; `stop` ends the run within a few
//! seconds; queues are bounded (a message that finds its queue full is shed and counted, as a lamp
//! post without a link would lose it; the next heartbeat repairs that). A broker that is away is
//! waited for, unless `once` is set.

use crate::city::{City, is_valid_id};
use crate::clock::{Clock, wall_clock};
use crate::link::{Link, Login};
use crate::message::Message;
use crate::plan::SourceKind;
use crate::sim::{Outbox, Sim, SimParams};
use crate::stats::{Stats, Summary};
use crate::truth::TruthLog;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;
use tokio::sync::{oneshot, watch};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout};

/// How often the world is moved on.
const STEP: Duration = Duration::from_millis(100);
/// How long the end of a run waits for the last acknowledgements.
const GRACE: Duration = Duration::from_secs(3);

/// Where to publish and how.
#[derive(Clone)]
pub struct SimConfig {
    /// Name or address of the broker.
    pub host: String,
    pub port: u16,
    /// The user name is the source id.
    pub passwords: Passwords,
    pub params: SimParams,
    /// Ground-truth log; `None`: none.
    pub truth: Option<PathBuf>,
    /// The log stops at this size.
    pub truth_max_bytes: u64,
    /// Ends the run by itself, counted from the end of the fill; `None`: runs until stopped.
    pub duration: Option<Duration>,
    /// Gives up when a source cannot connect for the first time, instead of trying again.
    pub once: bool,
    pub clock: Clock,
}

/// The keys of the three kinds of sources: at most hubs a key says what its sources are.
#[derive(Clone)]
pub struct Passwords {
    pub sensors: String,
    pub apps: String,
    pub gates: String,
}

impl Passwords {
    /// One key for all.
    #[must_use]
    pub fn same(password: impl Into<String>) -> Self {
        let password = password.into();
        Self {
            sensors: password.clone(),
            apps: password.clone(),
            gates: password,
        }
    }

    fn of(&self, kind: SourceKind) -> &str {
        match kind {
            SourceKind::Sensor => &self.sensors,
            SourceKind::App => &self.apps,
            SourceKind::Gate => &self.gates,
        }
    }
}

impl SimConfig {
    /// Defaults for a broker at `host:port`.
    #[must_use]
    pub fn new(host: impl Into<String>, port: u16, password: impl Into<String>) -> Self {
        Self {
            host: host.into(),
            port,
            passwords: Passwords::same(password),
            params: SimParams::default(),
            truth: None,
            truth_max_bytes: 1 << 30,
            duration: None,
            once: false,
            clock: wall_clock(),
        }
    }

    /// Says what is wrong with it, if anything.
    pub fn check(&self) -> Result<(), SimError> {
        let prefix = &self.params.plan.source_prefix;
        if prefix.len() > 8 || !(prefix.is_empty() || is_valid_id(prefix)) {
            return Err(SimError::Config(format!(
                "source prefix {prefix:?} is no part of an id, or above 8 bytes"
            )));
        }
        self.params.check().map_err(SimError::Config)
    }
}

/// Why a run failed.
#[derive(Debug)]
pub enum SimError {
    /// A parameter is out of its range.
    Config(String),
    /// `once` is set and the broker could not be reached, or refused a source.
    Broker(String),
    /// The truth log could not be opened.
    Truth(PathBuf, io::Error),
    /// A task of the simulator died.
    Internal(String),
}

impl fmt::Display for SimError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(why) => f.write_str(why),
            Self::Broker(why) => write!(f, "cannot connect to the broker: {why}"),
            Self::Truth(file, e) => write!(f, "cannot open the truth log {}: {e}", file.display()),
            Self::Internal(why) => write!(f, "the simulator failed: {why}"),
        }
    }
}

impl std::error::Error for SimError {}

/// Simulates `city` until `stop` turns true (or its sender is dropped) or the configured duration
/// is over.
///
/// `filled` is told once every bay's state has been published and acknowledged. `stats` may be read
/// at any time. Call it on a tokio runtime with time and I/O enabled.
pub async fn run(
    city: City,
    config: SimConfig,
    stats: Arc<Stats>,
    filled: oneshot::Sender<()>,
    stop: watch::Receiver<bool>,
) -> Result<Summary, SimError> {
    config.check()?;
    let params = config.params.clone();
    let now = (config.clock)();
    // Half a second of work for a large city: not on a thread that serves sockets.
    let sim = tokio::task::spawn_blocking(move || Sim::new(city, params, now));
    let sim = sim.await.map_err(|e| SimError::Internal(e.to_string()))?;
    run_on(sim, config, stats, filled, stop).await
}

/// The same with a city that has [lived](crate::live_through) through some time already.
pub async fn run_on(
    sim: Sim,
    config: SimConfig,
    stats: Arc<Stats>,
    filled: oneshot::Sender<()>,
    mut stop: watch::Receiver<bool>,
) -> Result<Summary, SimError> {
    config.check()?;
    let once = config.once;
    let mut runner = Runner::start(sim, config, stats.clone())?;
    let ended = tokio::select! {
        r = runner.fill() => r,
        e = first_failure(&stats), if once => Err(e),
        () = stopped(&mut stop) => return Ok(runner.finish().await.0),
    };
    ended?;
    let _ = filled.send(());
    tokio::select! {
        () = runner.live() => {}
        () = stopped(&mut stop) => {}
    }
    Ok(runner.finish().await.0)
}

async fn stopped(stop: &mut watch::Receiver<bool>) {
    // A dropped sender is a stop as well.
    let _ = stop.wait_for(|s| *s).await;
}

pub(crate) struct Runner {
    pub(crate) sim: Sim,
    config: SimConfig,
    links: Vec<Link>,
    /// Messages that were waited for to find room.
    sent: u64,
    stats: Arc<Stats>,
    truth: Option<TruthLog>,
}

impl Runner {
    pub(crate) fn start(sim: Sim, config: SimConfig, stats: Arc<Stats>) -> Result<Self, SimError> {
        let mut truth = match &config.truth {
            None => None,
            Some(file) => Some(
                TruthLog::create(file, config.truth_max_bytes)
                    .map_err(|e| SimError::Truth(file.clone(), e))?,
            ),
        };
        if let Some(log) = &mut truth {
            log.write(sim.city(), sim.plan(), sim.truth());
            log.flush();
        }
        let open = |(i, source): (usize, &crate::plan::Source)| {
            let login = Login {
                host: config.host.clone(),
                port: config.port,
                source: source.id.clone(),
                password: config.passwords.of(source.kind).to_owned(),
                seed: config.params.seed ^ i as u64,
            };
            Link::open(login, stats.clone())
        };
        let links: Vec<Link> = sim.plan().sources().iter().enumerate().map(open).collect();
        stats.connections.store(links.len() as u64, Relaxed);
        let mut runner = Self {
            sim,
            config,
            links,
            sent: 0,
            stats,
            truth,
        };
        runner.note_state();
        Ok(runner)
    }

    /// Publishes every bay's state and waits until all of it is acknowledged.
    pub(crate) async fn fill(&mut self) -> Result<(), SimError> {
        let mut messages = Vec::new();
        while self.sim.fill(&mut messages) {
            self.send(&mut messages).await?;
        }
        self.acknowledged(Duration::from_millis(20)).await;
        Ok(())
    }

    /// Hands all of them to their connections, and waits where one is full.
    pub(crate) async fn send(&mut self, messages: &mut Vec<Message>) -> Result<(), SimError> {
        for message in messages.drain(..) {
            self.sent += 1;
            let queue = &self.links[message.link as usize].queue;
            queue
                .send(message)
                .await
                .map_err(|_| SimError::Internal("a connection's task died".into()))?;
        }
        Ok(())
    }

    /// Waits until all that was sent so is acknowledged, and looks every `pause`.
    pub(crate) async fn acknowledged(&self, pause: Duration) {
        while self.stats.acked.load(Relaxed) < self.sent {
            sleep(pause).await;
        }
    }

    /// Steps through time until the configured duration is over.
    async fn live(&mut self) {
        let until = self.config.duration.map(|d| Instant::now() + d);
        let mut ticks = interval(STEP);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut out = Outbox::default();
        let mut n = 0u32;
        while until.is_none_or(|end| Instant::now() < end) {
            ticks.tick().await;
            self.sim.step((self.config.clock)(), &mut out);
            self.deliver(&mut out);
            n = n.wrapping_add(1);
            if n.is_multiple_of(10) {
                self.note_state();
            }
        }
    }

    fn deliver(&mut self, out: &mut Outbox) {
        for message in out.messages.drain(..) {
            if self.links[message.link as usize]
                .queue
                .try_send(message)
                .is_err()
            {
                self.stats.shed.fetch_add(1, Relaxed);
            }
        }
        for link in out.breaks.drain(..) {
            self.links[link as usize].cut.notify_one();
        }
        self.stats
            .changes
            .fetch_add(out.truth.len() as u64, Relaxed);
        if let Some(log) = &mut self.truth {
            log.write(self.sim.city(), self.sim.plan(), out.truth.drain(..));
        }
        out.truth.clear();
    }

    /// Once a second: what the progress line shows, and the log for those who follow it.
    fn note_state(&mut self) {
        let (occupied, lots) = self.sim.occupied();
        self.stats.occupied.store(u64::from(occupied), Relaxed);
        self.stats.lots.store(u64::from(lots), Relaxed);
        if let Some(log) = &mut self.truth {
            log.flush();
            self.stats.truth_skipped.store(log.skipped(), Relaxed);
        }
    }

    /// Sends what is still under way, says goodbye on every connection, and gives up after a few
    /// seconds.
    pub(crate) async fn finish(mut self) -> (Summary, Sim) {
        let mut out = Outbox::default();
        self.sim.finish(&mut out.messages);
        self.deliver(&mut out);
        self.note_state();
        let end = Instant::now() + GRACE;
        // All queues are closed first, so that all connections say goodbye at the same time.
        let goodbyes: Vec<_> = self.links.into_iter().map(Link::close).collect();
        for mut goodbye in goodbyes {
            let left = end.saturating_duration_since(Instant::now());
            // What takes longer is aborted when it is dropped.
            let _ = timeout(left, goodbye.ended()).await;
        }
        let happened = self.sim.happened();
        let summary = Summary {
            lost: happened.lost,
            duplicated: happened.duplicated,
            late: happened.late,
            swapped: happened.swapped,
            misread: happened.misread,
            breaks: happened.breaks,
            ..self.stats.summary()
        };
        (summary, self.sim)
    }
}

async fn first_failure(stats: &Stats) -> SimError {
    while stats.failures.load(Relaxed) == 0 {
        sleep(Duration::from_millis(50)).await;
    }
    SimError::Broker(
        stats
            .take_trouble()
            .unwrap_or_else(|| "no reason known".into()),
    )
}
