//! What the whole of a large city costs as NGSI-LD entities: all zones of 1.4 million bays (some 14,000),
//! page by page of 1,000, as a city's broker would fetch them, through the hub's whole router on one thread.
//!
//! Wanted: the first page within 50 ms, all pages within 200 ms of one core, 64 MB more at most.
//!
//! `cargo bench --bench ngsi`, or the built program itself with `BAYS`.

mod common;

use axum::body::{Body, to_bytes};
use axum::http::Request;
use axum::http::header::LINK;
use bayhub::domain::{BayIx, Millis, ReadModel as _, ZoneTally};
use bayhub::history::{self, NothingSettled};
use bayhub::live::{Live, Room};
use bayhub::partners::Keys;
use bayhub::registry::Registry;
use common::api::{self, Office, authority};
use common::programs::resident;
use common::{city_specs, view};
use rand::SeedableRng;
use rand::rngs::SmallRng;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tower::ServiceExt as _;

const ROUNDS: usize = 7;

/// Of one walk.
struct Walked {
    first: Duration,
    all: Duration,
    entities: usize,
    bytes: usize,
}

async fn walk(router: &axum::Router, form: &str) -> Walked {
    let begun = Instant::now();
    let types = "type=OnStreetParking,OffStreetParking";
    let mut path = format!("/ngsi-ld/v1/entities?{types}&limit=1000&format={form}");
    let mut walked = Walked {
        first: Duration::ZERO,
        all: Duration::ZERO,
        entities: 0,
        bytes: 0,
    };
    loop {
        let request = Request::get(&path).body(Body::empty()).expect("a request");
        let answer = router.clone().oneshot(request).await.expect("an answer");
        assert!(answer.status().is_success(), "{path}: {answer:?}");
        let links = answer.headers().get_all(LINK).iter();
        let links: Vec<String> = links
            .map(|l| l.to_str().expect("text").to_owned())
            .collect();
        let body = to_bytes(answer.into_body(), usize::MAX)
            .await
            .expect("whole");
        if walked.entities == 0 {
            walked.first = begun.elapsed();
        }
        walked.bytes += body.len();
        walked.entities += body.windows(7).filter(|w| *w == b"{\"id\":\"").count();
        let next = links.iter().find(|l| l.ends_with("rel=\"next\""));
        let Some(next) = next else { break };
        next[1..next.find('>').expect("an address")].clone_into(&mut path);
    }
    walked.all = begun.elapsed();
    walked
}

fn main() {
    let bays = std::env::args().find_map(|a| a.parse().ok());
    let bays: usize = bays.unwrap_or(1_400_000);
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
    (0..city.bay_slots()).for_each(|bay| live.bays(&[view(&city, BayIx(bay).0, &mut rng)]));
    for (zone, spec) in city.zones() {
        let capacity = spec.capacity();
        let tally = ZoneTally {
            vacant: [capacity / 7, 0, 0, 0],
            occupied: capacity - capacity / 7,
            capacity,
            capacity_by_kind: spec.capacity_by_kind,
            observed_at: Millis(1_795_399_200_123),
            ..ZoneTally::default()
        };
        live.zones(&[(zone, tally)]);
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let dir = tempfile::tempdir().expect("a folder");
    runtime.block_on(async {
        let keys = Arc::new(Keys::default());
        let office = Office::open(dir.path(), registry.clone(), live, keys).await;
        let config = history::Config::default();
        let nothing = Arc::new(NothingSettled);
        let (history, _, names) = api::history(&registry, dir.path(), &config, nothing);
        let router = office.router(authority(&registry, history, names));
        let before = resident();
        for form in ["simplified", "normalized"] {
            let mut all = Vec::new();
            let mut firsts = Vec::new();
            for _ in 0..ROUNDS {
                let walked = walk(&router, form).await;
                firsts.push(walked.first);
                all.push(walked);
            }
            all.sort_by_key(|walked| walked.all);
            let typical = &all[ROUNDS / 2];
            println!(
                "{form}: {} entities, {:.1} MB: the first page after {:.1} ms (the first time {:.1} ms), all \
                 after {:.1} ms",
                typical.entities,
                typical.bytes as f64 / 1e6,
                typical.first.as_secs_f64() * 1e3,
                firsts[0].as_secs_f64() * 1e3,
                typical.all.as_secs_f64() * 1e3,
            );
        }
        let grown = resident().saturating_sub(before);
        println!("memory grew by {:.1} MB", grown as f64 / 1e6);
    });
}
