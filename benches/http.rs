//! What HTTP costs a driver's query: `GET /v1/bays/nearby` (k = 20 within 500 m among 1.4 million
//! bays) beside a constant answer of the same size, in one run, in turns.
//!
//! Three servers stand on one tokio worker thread: the hub's whole router on the hub's own listener
//! (`hub`), an axum router whose only handler returns the same bytes each time on `axum::serve`
//! with nothing around it (`constant`), and that router on the hub's listener (`constant, own
//! listener`: what the listener itself costs). One load thread keeps 32 connections open, each with
//! one request under way: it asks on sixteen while the other sixteen are being answered, so it
//! sleeps and is woken once a half and not once an answer. Load and server are two threads, so on
//! two cores each has its own. A thread that writes random bay states stands beside them, for all
//! three.
//!
//! Read the last column too: if the load thread is the slower one, requests a second say less than
//! requests a second of the server thread's own CPU time. Latencies are those of a server at its
//! limit, 32 deep.
//!
//! `cargo bench --bench http`, or the built program itself with `SECONDS_A_ROUND [ROUNDS
//! [UPDATES_PER_S [BAYS]]]`.

mod common;

use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use bayhub::clock::SystemClock;
use bayhub::domain::{BayIx, Parcel, ReadModel as _, Speaker};
use bayhub::health::Health;
use bayhub::ingest::codec::Codec;
use bayhub::journal::Journal;
use bayhub::live::{Live, Room};
use bayhub::metrics::Metrics;
use bayhub::partners::{Issuer, Keys};
use bayhub::registry::Registry;
use bayhub::registry::city::City;
use bayhub::serve::{self, ApiParts, ReportDoor, Router, router};
use bayhub::sharing::{self, Desk};
use bayhub::store::Store;
use bytes::Bytes;
use common::{city_specs, query, view};
use hdrhistogram::Histogram;
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};

const CONNECTIONS: usize = 32;
/// Requests made before the clock starts; each asks somewhere else.
const PLACES: usize = 1 << 16;
/// The server's thread, as the system knows it.
const THREAD: &str = "bench-http";

/// Nobody reports here.
struct Shut;

impl ReportDoor for Shut {
    fn take(&self, _: &Speaker, _: &'static Codec, _: &str, _: &[u8]) -> Parcel {
        Parcel::default()
    }
}

fn hub(
    registry: &Arc<Registry>,
    live: &Arc<Live>,
    journal: &Journal,
    (issuer, desk): (Issuer, Desk),
    keys: Arc<Keys>,
) -> Router {
    router(ApiParts {
        registry: registry.clone(),
        live: live.clone(),
        keys,
        issuer: Arc::new(issuer),
        desk: Arc::new(desk),
        closed: watch::channel(false).1,
        clock: Arc::new(SystemClock),
        health: Arc::new(Health::default()),
        metrics: Arc::new(Metrics::new()),
        reports: Arc::new(Shut),
        inbox: mpsc::channel(1).0,
        quarantine: journal.quarantine(),
        authority: common::authority(registry, Arc::new(bayhub::history::NothingSettled)),
        on_change: Arc::new(|| {}),
        config: serve::Config::default(),
    })
}

fn constant(body: Bytes) -> Router {
    Router::new().route(
        "/",
        get(move || async move { ([(CONTENT_TYPE, "application/json")], body) }),
    )
}

async fn bound() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let at = listener.local_addr().expect("bound");
    (listener, at)
}

/// CPU time the server's thread has had.
fn server_cpu() -> Duration {
    let mut total = 0;
    for task in std::fs::read_dir("/proc/self/task")
        .into_iter()
        .flatten()
        .flatten()
    {
        let read = |name: &str| std::fs::read_to_string(task.path().join(name)).unwrap_or_default();
        if read("comm").trim() == THREAD {
            total += read("schedstat")
                .split(' ')
                .next()
                .and_then(|n| n.parse::<u64>().ok())
                .unwrap_or(0);
        }
    }
    Duration::from_nanos(total)
}

/// One connection with at most one request under way.
struct Line {
    socket: TcpStream,
    asked: Instant,
    buffer: Vec<u8>,
}

impl Line {
    fn open(at: SocketAddr) -> Self {
        let socket = TcpStream::connect(at).expect("the server listens");
        socket.set_nodelay(true).expect("a socket");
        Self {
            socket,
            asked: Instant::now(),
            buffer: vec![0; 64 * 1024],
        }
    }

    fn ask(&mut self, request: &[u8]) {
        self.asked = Instant::now();
        self.socket.write_all(request).expect("the server is there");
    }

    /// Reads one answer, framed by its content-length; returns the length of its body.
    fn answer(&mut self) -> usize {
        let mut have = 0;
        let mut whole = usize::MAX;
        let mut body = 0;
        while have < whole {
            let n = self
                .socket
                .read(&mut self.buffer[have..])
                .expect("the server is there");
            assert!(n > 0, "the server hung up");
            have += n;
            if whole == usize::MAX
                && let Some(end) = self.buffer[..have]
                    .windows(4)
                    .position(|w| w == b"\r\n\r\n")
            {
                let head = std::str::from_utf8(&self.buffer[..end]).expect("headers are text");
                assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
                let length = head
                    .lines()
                    .find_map(|l| l.strip_prefix("content-length: "))
                    .expect("a length");
                body = length.parse().expect("a number");
                whole = end + 4 + body;
                assert!(
                    whole <= self.buffer.len(),
                    "larger than this bench expects: {whole}"
                );
            }
        }
        assert_eq!(have, whole, "more than was asked for");
        body
    }
}

/// What was counted of one server.
struct Tally {
    name: &'static str,
    at: SocketAddr,
    requests: Vec<Vec<u8>>,
    next: usize,
    answers: u64,
    bytes: u64,
    wall: Duration,
    cpu: Duration,
    took: Histogram<u64>,
}

impl Tally {
    fn new(name: &'static str, at: SocketAddr, requests: Vec<Vec<u8>>) -> Self {
        let took = Histogram::new(3).expect("3 digits are allowed");
        let (wall, cpu) = Default::default();
        Self {
            name,
            at,
            requests,
            next: 0,
            answers: 0,
            bytes: 0,
            wall,
            cpu,
            took,
        }
    }

    fn round(&mut self, length: Duration) {
        let mut lines: Vec<Line> = (0..CONNECTIONS).map(|_| Line::open(self.at)).collect();
        for line in &mut lines {
            line.ask(&self.requests[0]);
            line.answer();
        }
        let began = Instant::now();
        let cpu = server_cpu();
        for line in &mut *lines {
            self.ask(line);
        }
        let (mut now, mut then) = lines.split_at_mut(CONNECTIONS / 2);
        while began.elapsed() < length {
            // From the last to the first: when that one has its answer the others mostly have
            // theirs.
            now.iter_mut().rev().for_each(|line| self.hear(line));
            for line in &mut *now {
                self.ask(line);
            }
            std::mem::swap(&mut now, &mut then);
        }
        for line in &mut *lines {
            self.hear(line);
        }
        self.wall += began.elapsed();
        self.cpu += server_cpu().saturating_sub(cpu);
    }

    fn ask(&mut self, line: &mut Line) {
        line.ask(&self.requests[self.next]);
        self.next = (self.next + 1) % self.requests.len();
    }

    fn hear(&mut self, line: &mut Line) {
        self.bytes += line.answer() as u64;
        self.took
            .record(line.asked.elapsed().as_micros() as u64)
            .expect("an auto-resizing histogram");
        self.answers += 1;
    }

    fn per_s(&self) -> f64 {
        self.answers as f64 / self.wall.as_secs_f64()
    }

    fn per_cpu_s(&self) -> f64 {
        self.answers as f64 / self.cpu.as_secs_f64()
    }

    fn print(&self) {
        println!(
            "| {:<22} | {:>10.0} | {:>7.2} | {:>7.2} | {:>10.0} | {:>10.0} % | {:>16.0} |",
            self.name,
            self.per_s(),
            self.took.value_at_quantile(0.5) as f64 / 1e3,
            self.took.value_at_quantile(0.99) as f64 / 1e3,
            self.bytes as f64 / self.answers as f64,
            100.0 * self.cpu.as_secs_f64() / self.wall.as_secs_f64(),
            self.per_cpu_s(),
        );
    }
}

/// Requests for somewhere near a bay each, as a driver's app would send them.
fn requests(city: &City) -> Vec<Vec<u8>> {
    let mut rng = SmallRng::seed_from_u64(31);
    let mut one = || {
        let place = query(city, &mut rng).place;
        format!(
            "GET /v1/bays/nearby?lat={:.5}&lon={:.5}&radius_m=500&limit=20&kind=car HTTP/1.1\r\nhost: 127.0.0.1\r\n\
             user-agent: bench\r\naccept: application/json\r\n\r\n",
            place.lat, place.lon
        )
        .into_bytes()
    };
    (0..PLACES).map(|_| one()).collect()
}

/// A real answer, cut or padded with blanks to the mean length of 2,000 answers.
fn typical(at: SocketAddr, requests: &[Vec<u8>]) -> Bytes {
    let mut line = Line::open(at);
    let mut total = 0;
    let mut last = vec![];
    for request in &requests[..2000] {
        line.ask(request);
        let body = line.answer();
        total += body;
        let end = line
            .buffer
            .windows(4)
            .position(|w| w == b"\r\n\r\n")
            .expect("headers end")
            + 4;
        last = line.buffer[end..end + body].to_vec();
    }
    last.resize(total / 2000, b' ');
    last.into()
}

/// Writes random states at that rate until told to stop.
#[allow(
    clippy::disallowed_methods,
    reason = "a bench's writer paces itself on its own thread"
)]
fn keep_writing(live: &Live, city: &City, rate: f64, stop: &AtomicBool) -> f64 {
    let mut rng = SmallRng::seed_from_u64(777);
    let began = Instant::now();
    let mut sent = 0_u64;
    while !stop.load(Ordering::Relaxed) {
        let due = (began.elapsed().as_secs_f64() * rate) as u64;
        while sent < due && !stop.load(Ordering::Relaxed) {
            let batch: Vec<_> = (0..50)
                .map(|_| view(city, rng.random_range(0..city.bay_slots()), &mut rng))
                .collect();
            live.bays(&batch);
            sent += 50;
        }
        std::thread::sleep(Duration::from_micros(500));
    }
    sent as f64 / began.elapsed().as_secs_f64()
}

/// Who gives out keys and books: what the router needs, and nobody asks.
async fn office(
    dir: &Path,
    keys: Arc<Keys>,
    registry: &Arc<Registry>,
    live: &Arc<Live>,
) -> (Issuer, Desk) {
    let store = Store::open(&bayhub::store::Config::default(), dir)
        .await
        .expect("a store");
    let issuer = Issuer::open(store.clone(), keys.clone(), &[], Arc::new(SystemClock))
        .await
        .expect("an issuer");
    let registry = registry.clone();
    let live = live.clone();
    let metrics = Arc::new(Metrics::new());
    let clock = Arc::new(SystemClock);
    let config = sharing::Config::default();
    let witness = sharing::Witness {
        inbox: mpsc::channel(1).0,
        registry: registry.clone(),
        live: live.clone(),
        metrics: metrics.clone(),
        stale_after_s: 900,
    };
    let parts = sharing::DeskParts {
        store,
        registry,
        live,
        clock,
        metrics,
        witness,
        config,
    };
    // Nobody books: its task is not run.
    let (desk, _) = Desk::open(parts).await.expect("a desk");
    (issuer, desk)
}

fn main() {
    let given: Vec<f64> = std::env::args()
        .skip(1)
        .filter_map(|a| a.parse().ok())
        .collect();
    let arg = |at: usize, default: f64| given.get(at).copied().unwrap_or(default);
    let seconds = arg(0, 3.0);
    let rounds = arg(1, 4.0) as usize;
    let rate = arg(2, 100_000.0);
    let bays = arg(3, 1_400_000.0);

    let (zones, specs) = city_specs(bays as usize);
    let registry = Arc::new(Registry::in_memory(zones, specs).expect("a city made to be valid"));
    let city = registry.city().clone();
    let live = Arc::new(Live::new(
        &city,
        Room {
            spare_bays: 0,
            spare_zones: 0,
            subscribers: 1,
        },
    ));
    let mut rng = SmallRng::seed_from_u64(5);
    (0..city.bay_slots()).for_each(|bay| live.bays(&[view(&city, BayIx(bay).0, &mut rng)]));
    let dir = tempfile::tempdir().expect("a folder");
    let journal = Journal::open(
        dir.path(),
        bayhub::journal::Config::default(),
        registry.clone(),
    )
    .expect("a journal");

    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime
        .worker_threads(1)
        .thread_name(THREAD)
        .enable_all()
        .build()
        .expect("a runtime");
    let limits = serve::Config::default().limits();
    let start_own = |router: Router| {
        let (listener, at) = runtime.block_on(bound());
        runtime.spawn(serve::serve(
            listener,
            router,
            limits,
            Arc::new(Metrics::new()),
            std::future::pending(),
        ));
        at
    };
    let keys = Arc::new(Keys::default());
    let office = runtime.block_on(office(dir.path(), keys.clone(), &registry, &live));
    let hub_at = start_own(hub(&registry, &live, &journal, office, keys));
    let asked = requests(&city);
    let body = typical(hub_at, &asked);
    println!(
        "{} bays in {} zones; a constant answer has {} bytes",
        city.bay_slots(),
        city.zone_count(),
        body.len()
    );
    let (plain, plain_at) = runtime.block_on(bound());
    let bare = constant(body.clone());
    runtime.spawn(async move { axum::serve(plain, bare).await });
    let own_at = start_own(constant(body));
    // As long as the hub's, so that reading the request costs the same.
    let root: Vec<Vec<u8>> = asked
        .iter()
        .map(|r| {
            String::from_utf8_lossy(r)
                .replace("/v1/bays/nearby?", "/?pad=-----------&")
                .into_bytes()
        })
        .collect();
    let mut all = [
        Tally::new("constant", plain_at, root.clone()),
        Tally::new("hub", hub_at, asked),
        Tally::new("constant, own listener", own_at, root),
    ];

    let stop = AtomicBool::new(false);
    let wrote = std::thread::scope(|s| {
        let writer = s.spawn(|| keep_writing(&live, &city, rate, &stop));
        for _ in 0..rounds {
            for t in &mut all {
                t.round(Duration::from_secs_f64(seconds));
            }
        }
        stop.store(true, Ordering::Relaxed);
        writer.join().expect("the writer")
    });
    println!(
        "{CONNECTIONS} connections, {rounds} rounds of {seconds} s each in turn, {wrote:.0} updates/s beside\n"
    );
    println!(
        "|                        | requests/s |  p50 ms |  p99 ms | body bytes | server CPU   | per server CPU s |"
    );
    println!(
        "|------------------------|------------|---------|---------|------------|--------------|------------------|"
    );
    all.iter().for_each(Tally::print);
    println!(
        "\nhub / constant: {:.2} in requests/s, {:.2} in requests per second of server CPU (wanted: 0.5)",
        all[1].per_s() / all[0].per_s(),
        all[1].per_cpu_s() / all[0].per_cpu_s()
    );
}
