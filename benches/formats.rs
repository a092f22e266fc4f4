//! What the city costs in the forms of standards: every page of each, through the hub's whole router,
//! one question at a time. The first page (what a client waits for before it has a byte), all of them,
//! the processor's time of it, the bytes, and by how much the process grew.
//!
//! `cargo bench --bench formats [-- BAYS]`. 1.4 million bays in some 14,000 zones. Asked twice: what
//! changes only with the registry is worked out the first time. A format is a line of `FORMATS`.
#![allow(
    clippy::unwrap_used,
    reason = "a measurement that cannot be made may end"
)]

mod common;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::Request;
use bayhub::domain::{BayIx, Millis, ReadModel as _, ZoneIx, ZoneTally};
use bayhub::history::{self, NothingSettled};
use bayhub::live::{Live, Room};
use bayhub::partners::Keys;
use bayhub::registry::Registry;
use common::api::{self, Office, authority};
use common::programs::{print_load, resident};
use common::{city_specs, view};
use rand::SeedableRng as _;
use rand::rngs::SmallRng;
use rustix::time::{ClockId, clock_gettime};
use serde_json::Value;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;
use tower::ServiceExt as _;

/// Where a page goes on, as it says.
type NextPage = fn(&Value) -> Option<String>;

/// Name, address, and how a page says where it goes on.
const FORMATS: [(&str, &str, NextPage); 3] = [
    ("CDS zones", "/v1/cds/curbs/zones", linked),
    ("CDS spaces", "/v1/cds/curbs/spaces", linked),
    ("CDS policies", "/v1/cds/curbs/policies", linked),
];

fn linked(page: &Value) -> Option<String> {
    page["links"]["next"].as_str().map(str::to_owned)
}

fn main() {
    let bays = std::env::args().skip(1).find(|a| a != "--bench");
    let bays = bays.map_or(1_400_000, |n| n.parse().expect("a number of bays"));
    print_load();
    let dir = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let (registry, live) = town(bays);
    let router = runtime.block_on(hub(&registry, &live, dir.path()));
    let city = registry.city().clone();
    println!("{} bays in {} zones", city.live_bays(), city.zone_count());
    println!(
        "| format       | asked | pages | first page, ms | all, ms | processor, ms |  MB | grew by, MB |"
    );
    for (name, path, next) in FORMATS {
        for asked in ["first", "again"] {
            let of = runtime.block_on(walk(&router, path, next));
            println!(
                "| {name:<12} | {asked} | {:>5} | {:>14.1} | {:>7.0} | {:>13.0} | {:>3.0} | {:>11.1} |",
                of.pages, of.first_ms, of.all_ms, of.busy_ms, of.mb, of.grew_mb
            );
        }
    }
}

struct Walked {
    pages: u32,
    first_ms: f64,
    all_ms: f64,
    busy_ms: f64,
    mb: f64,
    grew_mb: f64,
}

/// Every page of a format. What a page says is read between two questions, and not counted.
async fn walk(router: &Router, path: &str, next: NextPage) -> Walked {
    let before = resident();
    let mut most = before;
    let mut of = Walked {
        pages: 0,
        first_ms: 0.0,
        all_ms: 0.0,
        busy_ms: 0.0,
        mb: 0.0,
        grew_mb: 0.0,
    };
    let mut address = Some(path.to_owned());
    while let Some(path) = address {
        let busy = processor_ms();
        let began = Instant::now();
        let body = ask(router, &path).await;
        let took = began.elapsed().as_secs_f64() * 1e3;
        of.busy_ms += processor_ms() - busy;
        of.all_ms += took;
        if of.pages == 0 {
            of.first_ms = took;
        }
        of.pages += 1;
        of.mb += body.len() as f64 / 1e6;
        most = most.max(resident());
        // Where it goes on stands at the end; the whole page as values would be what is measured.
        address = next(&tail(&body));
    }
    of.grew_mb = most.saturating_sub(before) as f64 / 1e6;
    of
}

/// The members after the data.
fn tail(body: &Bytes) -> Value {
    let text = std::str::from_utf8(body).unwrap();
    let at = text.rfind("\"links\"").map_or(0, |at| at);
    serde_json::from_str(&format!("{{{}", &text[at..])).unwrap_or_default()
}

async fn ask(router: &Router, path: &str) -> Bytes {
    let request = Request::get(path).body(Body::empty()).unwrap();
    let answer = router.clone().oneshot(request).await.unwrap();
    assert!(answer.status().is_success(), "{path}: {}", answer.status());
    axum::body::to_bytes(answer.into_body(), usize::MAX)
        .await
        .unwrap()
}

/// The processor's time of this process so far, ms.
fn processor_ms() -> f64 {
    let t = clock_gettime(ClockId::ProcessCPUTime);
    t.tv_sec as f64 * 1e3 + t.tv_nsec as f64 / 1e6
}

/// A city of so many bays, each in some state, every zone heard.
fn town(bays: usize) -> (Arc<Registry>, Arc<Live>) {
    let (zones, specs) = city_specs(bays);
    let registry = Arc::new(Registry::in_memory(zones, specs).unwrap());
    let city = registry.city().clone();
    let room = Room {
        spare_bays: 0,
        spare_zones: 0,
        subscribers: 1,
    };
    let live = Arc::new(Live::new(&city, room));
    let mut rng = SmallRng::seed_from_u64(5);
    (0..city.bay_slots()).for_each(|bay| live.bays(&[view(&city, BayIx(bay).0, &mut rng)]));
    for zone in (0..city.zone_count()).map(ZoneIx) {
        let capacity = city.zone(zone).capacity();
        let tally = ZoneTally {
            vacant: [capacity / 7, 0, 0, 0],
            occupied: capacity - capacity / 7,
            capacity,
            capacity_by_kind: [capacity, 0, 0, 0],
            observed_at: Millis(1_795_399_200_123),
            ..ZoneTally::default()
        };
        live.zones(&[(zone, tally)]);
    }
    (registry, live)
}

/// The hub's whole router.
async fn hub(registry: &Arc<Registry>, live: &Arc<Live>, dir: &Path) -> Router {
    let keys = Arc::new(Keys::default());
    let office = Office::open(dir, registry.clone(), live.clone(), keys).await;
    let config = history::Config::default();
    let (history, _, names) = api::history(registry, dir, &config, Arc::new(NothingSettled));
    office.router(authority(registry, history, names))
}
