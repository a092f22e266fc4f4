//! What feeds of a whole city cost: 14,000 zones, half with an outline, all counted, told as
//! data.gov.sg, ParkAPI and DATEX II. Each is asked of the whole router on one thread, in the process:
//! the time to its first bytes, to its last, and how much memory is held at most above what was held
//! before.
//!
//! `cargo bench --bench city_feeds`

#[path = "common/mod.rs"]
mod common;

use axum::Router;
use axum::body::{Body, HttpBody as _};
use axum::http::Request;
use bayhub::domain::{KindSet, LatLon, Millis, ReadModel as _, ZoneIx, ZoneTally};
use bayhub::history::{self, NothingSettled};
use bayhub::live::{Live, Room};
use bayhub::partners::Keys;
use bayhub::registry::Registry;
use bayhub::registry::city::ZoneSpec;
use common::api::{self, Office, authority};
use common::grid;
use std::alloc::{GlobalAlloc, Layout, System};
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};
use tower::ServiceExt as _;

const CALLS: [&str; 4] = [
    "/v1/compat/data.gov.sg/v1/transport/carpark-availability",
    "/v1/compat/parkapi/all",
    "/v1/datex2/parking-table.xml",
    "/v1/datex2/parking-status.xml",
];

const ROUNDS: usize = 21;

/// Counts what is held, and the most that ever was.
struct Counting;

static HELD: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

// SAFETY: all of it is done by the system's allocator; only sums are kept beside.
#[allow(unsafe_code, reason = "an allocator that counts")]
unsafe impl GlobalAlloc for Counting {
    // SAFETY: as the trait asks of the caller.
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let held = HELD.fetch_add(layout.size(), Relaxed) + layout.size();
        MOST.fetch_max(held, Relaxed);
        // SAFETY: the caller's promises are the system's.
        unsafe { System.alloc(layout) }
    }

    // SAFETY: as the trait asks of the caller.
    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Relaxed);
        // SAFETY: it came from the system's.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Zones of 100 bays each, that only a gate counts.
fn city() -> (Arc<Registry>, Arc<Live>) {
    let side = 120;
    let zone = |z: usize| {
        let place = LatLon {
            lat: 1.22 + (z / side) as f64 * 0.002,
            lon: 103.6 + (z % side) as f64 * 0.0036,
        };
        let corner = |n: f64, e: f64| LatLon {
            lat: place.lat + n * 0.0005,
            lon: place.lon + e * 0.0005,
        };
        let corners = [
            (-1.0, -1.0),
            (-1.0, 1.0),
            (1.0, 1.0),
            (1.0, -1.0),
            (-1.0, -1.0),
        ];
        let ring = corners.map(|(n, e)| corner(n, e)).to_vec();
        ZoneSpec {
            id: format!("Z{z}"),
            aliases: vec![],
            name: format!("Car park & garage {z}"),
            kind: bayhub::domain::ZoneKind::OffStreet,
            operator: "Housing board".to_owned(),
            capacity: 100,
            place,
            capacity_by_kind: [100, 0, 0, 0],
            price_cents_per_hour: None,
            max_height_cm: None,
            outline: if z.is_multiple_of(2) {
                vec![vec![ring]]
            } else {
                vec![]
            },
            stale_after_s: None,
            part_of: None,
        }
    };
    let zones = (0..grid::ZONES).map(zone).collect();
    let registry = Registry::in_memory(zones, vec![]).expect("a city made to be valid");
    let registry = Arc::new(registry);
    let room = Room {
        spare_bays: 0,
        spare_zones: 0,
        subscribers: 1,
    };
    let live = Arc::new(Live::new(&registry.city(), room));
    let cars = KindSet::from_bits(1);
    let told: Vec<(ZoneIx, ZoneTally)> = (0..grid::ZONES as u32)
        .map(|z| {
            let vacant = z % 101;
            let tally = ZoneTally {
                vacant: [vacant, 0, 0, 0],
                occupied: 100 - vacant,
                capacity: 100,
                capacity_by_kind: [100, 0, 0, 0],
                counted: cars,
                ever_counted: cars,
                observed_at: Millis(1_795_402_800_000 + u64::from(z)),
                ..ZoneTally::default()
            };
            (ZoneIx(z), tally)
        })
        .collect();
    live.zones(&told);
    (registry, live)
}

/// One answer: bytes, and the times to its first and last.
async fn ask(router: &Router, path: &str, wish: &str) -> (usize, Duration, Duration) {
    let began = Instant::now();
    let request = Request::builder().uri(path).header("accept-encoding", wish);
    let request = request.body(Body::empty()).expect("a request");
    let answer = router.clone().oneshot(request).await.expect("an answer");
    assert_eq!(answer.status(), 200, "{path}");
    let mut body = answer.into_body();
    let mut bytes = 0;
    let mut first = None;
    while let Some(piece) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        first = first.or_else(|| Some(began.elapsed()));
        bytes += piece
            .expect("a piece")
            .data_ref()
            .map_or(0, bytes::Bytes::len);
    }
    (bytes, first.expect("a body"), began.elapsed())
}

fn median(mut all: Vec<Duration>) -> f64 {
    all.sort_unstable();
    all[all.len() / 2].as_secs_f64() * 1e3
}

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let dir = tempfile::tempdir().expect("a folder");
    let (registry, live) = city();
    runtime.block_on(async {
        let keys = Arc::new(Keys::default());
        let office = Office::open(dir.path(), registry.clone(), live, keys).await;
        let config = history::Config::default();
        let (history, _, names) =
            api::history(&registry, dir.path(), &config, Arc::new(NothingSettled));
        let router = office.router(authority(&registry, history, names));
        println!("{} zones; medians of {ROUNDS}", grid::ZONES);
        println!(
            "{:60} {:>9} {:>9} {:>9} {:>9}",
            "", "bytes", "first ms", "whole ms", "most MB"
        );
        for wish in ["identity", "gzip"] {
            for path in CALLS {
                ask(&router, path, wish).await;
                let mut firsts = Vec::new();
                let mut wholes = Vec::new();
                let before = HELD.load(Relaxed);
                MOST.store(before, Relaxed);
                let mut size = 0;
                for _ in 0..ROUNDS {
                    let (bytes, first, whole) = ask(&router, path, wish).await;
                    firsts.push(first);
                    wholes.push(whole);
                    size = bytes;
                }
                let most = (MOST.load(Relaxed) - before) as f64 / 1e6;
                let [first, whole] = [firsts, wholes].map(median);
                let what = format!("{path} {wish}");
                println!("{what:60} {size:9} {first:9.1} {whole:9.1} {most:9.1}");
            }
        }
    });
}
