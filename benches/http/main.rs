//! What HTTP costs a driver's query: `GET /v1/bays/nearby` (k = 20 within 500 m among 1.4 million
//! bays), a page of 100 zones (`GET /v1/zones`) and the zones that a map shows (`bbox`), each beside a
//! constant answer of the same size, in one run, in turns.
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
//! [UPDATES_PER_S [BAYS [QUESTION]]]]`: 0 asks all three, 1 to 3 one of them.

#[path = "../common/mod.rs"]
mod common;
mod load;

use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use bayhub::domain::{BayIx, BayKind, BayView, Expected, ReadModel as _, ZoneIx, ZoneTally};
use bayhub::history::{self, NothingSettled};
use bayhub::live::{Live, Room};
use bayhub::metrics::Metrics;
use bayhub::partners::Keys;
use bayhub::registry::Registry;
use bayhub::registry::city::City;
use bayhub::serve::{self, Router};
use bytes::Bytes;
use common::api::{Office, authority};
use common::{api, city_specs, view};
use load::{CONNECTIONS, THREAD, Tally, boxes, nearby, pages, typical};
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

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

/// The tallies of the zones of some bays, as if the stream had just told of those.
fn tallies(live: &Live, batch: &[BayView]) -> Vec<(ZoneIx, ZoneTally)> {
    let turned = |view: &BayView| {
        let mut tally = live.zone(view.zone);
        let car = BayKind::Car as usize;
        let vacant = (tally.vacant[car] + 1) % (1 + tally.capacity_by_kind[car] / 4);
        tally.occupied = tally.capacity_by_kind[car] - vacant;
        tally.vacant[car] = vacant;
        tally.unknown = tally.capacity - tally.capacity_by_kind[car];
        tally.stale = false;
        tally.observed_at = view.observed_at;
        tally.expected = Some(Expected {
            vacant: vacant * 256,
            spread: 900,
        });
        (view.zone, tally)
    };
    batch.iter().map(turned).collect()
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
            live.zones(&tallies(live, &batch));
            sent += 50;
        }
        std::thread::sleep(Duration::from_micros(500));
    }
    sent as f64 / began.elapsed().as_secs_f64()
}

/// A city of so many bays, each in some state.
fn town(bays: usize) -> (Arc<Registry>, Arc<Live>) {
    let (zones, specs) = city_specs(bays);
    let registry = Arc::new(Registry::in_memory(zones, specs).expect("a city made to be valid"));
    let city = registry.city().clone();
    let room = Room {
        spare_bays: 0,
        spare_zones: 0,
        subscribers: 1,
    };
    let live = Arc::new(Live::new(&city, room));
    let mut rng = SmallRng::seed_from_u64(5);
    for bay in 0..city.bay_slots() {
        let told = [view(&city, BayIx(bay).0, &mut rng)];
        live.bays(&told);
        live.zones(&tallies(&live, &told));
    }
    (registry, live)
}

/// The hub's whole router.
async fn hub(registry: &Arc<Registry>, live: &Arc<Live>, dir: &Path) -> (Office, Router) {
    let keys = Arc::new(Keys::default());
    let office = Office::open(dir, registry.clone(), live.clone(), keys).await;
    let config = history::Config::default();
    let (history, _, names) = api::history(registry, dir, &config, Arc::new(NothingSettled));
    let router = office.router(authority(registry, history, names));
    (office, router)
}

/// Starts a router on the hub's own listener.
fn start_own(runtime: &Runtime, router: Router) -> SocketAddr {
    let (listener, at) = runtime.block_on(bound());
    let limits = serve::Config::default().limits(api::unbound().shares.clone());
    let entrance = serve::Entrance::new(limits, Arc::new(Metrics::new()));
    let never = std::future::pending();
    runtime.spawn(serve::serve(
        Arc::new(entrance),
        listener,
        None,
        router,
        never,
    ));
    at
}

/// A question, its requests to the hub, and how much of a constant answer's speed is wanted.
type Question = (&'static str, Vec<Vec<u8>>, f64);

/// The three servers, none asked yet. Says what is compared.
fn servers(runtime: &Runtime, hub_at: SocketAddr, question: &Question) -> [Tally; 3] {
    let (name, asked, _) = question;
    let body = typical(hub_at, asked);
    println!("\n## {name}; a constant answer has {} bytes\n", body.len());
    let (plain, plain_at) = runtime.block_on(bound());
    let bare = constant(body.clone());
    runtime.spawn(async move { axum::serve(plain, bare).await });
    let own_at = start_own(runtime, constant(body));
    // As long as the hub's, so that reading the request costs the same.
    let padded = |r: &Vec<u8>| {
        String::from_utf8_lossy(r)
            .replacen("/v1/bays/nearby?", "/?pad=-----------&", 1)
            .replacen("/v1/zones?", "/?pad=---&", 1)
            .into_bytes()
    };
    let root: Vec<Vec<u8>> = asked.iter().map(padded).collect();
    [
        Tally::new("constant", plain_at, root.clone()),
        Tally::new("hub", hub_at, asked.clone()),
        Tally::new("constant, own listener", own_at, root),
    ]
}

fn print(all: &[Tally; 3], wanted: f64) {
    println!(
        "|                        | requests/s |  p50 ms |  p99 ms | body bytes | server CPU   | per server CPU s |"
    );
    println!(
        "|------------------------|------------|---------|---------|------------|--------------|------------------|"
    );
    all.iter().for_each(Tally::print);
    println!(
        "\nhub / constant: {:.2} in requests/s, {:.2} in requests per second of server CPU (wanted: {wanted})",
        all[1].per_s() / all[0].per_s(),
        all[1].per_cpu_s() / all[0].per_cpu_s()
    );
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
    let only = arg(4, 0.0) as usize;

    let (registry, live) = town(bays as usize);
    let city = registry.city().clone();
    let dir = tempfile::tempdir().expect("a folder");
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime
        .worker_threads(1)
        .thread_name(THREAD)
        .enable_all()
        .build()
        .expect("a runtime");
    let (_office, router) = runtime.block_on(hub(&registry, &live, dir.path()));
    let hub_at = start_own(&runtime, router);
    println!(
        "{} bays in {} zones; {CONNECTIONS} connections, {rounds} rounds of {seconds} s each in turn",
        city.bay_slots(),
        city.zone_count()
    );
    let questions: [Question; 3] = [
        ("the nearest 20 bays", nearby(&city), 0.7),
        ("a page of 100 zones", pages(hub_at), 0.5),
        ("the zones of a map", boxes(&city), 0.5),
    ];
    let stop = AtomicBool::new(false);
    let wrote = std::thread::scope(|s| {
        let writer = s.spawn(|| keep_writing(&live, &city, rate, &stop));
        for (n, question) in questions.iter().enumerate() {
            if only != 0 && only != n + 1 {
                continue;
            }
            let mut all = servers(&runtime, hub_at, question);
            for _ in 0..rounds {
                for t in &mut all {
                    t.round(Duration::from_secs_f64(seconds));
                }
            }
            print(&all, question.2);
        }
        stop.store(true, Ordering::Relaxed);
        writer.join().expect("the writer")
    });
    println!("\n{wrote:.0} updates/s beside");
}
