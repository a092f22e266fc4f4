//! What lies around every handler costs on the smallest answers: a request handed to the hub's whole
//! router without a socket, many times, and the middle of the rounds told in nanoseconds a request.
//!
//! Compare two builds by it: the difference is what a change of the layers costs. `/livez` has
//! hardly anything but layers; a zone is what apps ask most; `packed` is a page of zones by br.
//!
//! `cargo bench --bench edge`.

#[path = "common/mod.rs"]
mod common;

use axum::body::Body;
use axum::http::Request;
use bayhub::domain::{CallOutcome, KeyAccount, UsageKind};
use bayhub::history::{self, NothingSettled};
use bayhub::limits::{self, CallClass, Owner, RequestRates};
use bayhub::live::{Live, Room};
use bayhub::partners::Keys;
use bayhub::registry::Registry;
use bayhub::serve::Router;
use common::api::{Office, authority};
use common::{api, city_specs};
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;
use tower::ServiceExt as _;

const ROUNDS: usize = 41;

/// Nanoseconds a request, in the middle of the rounds.
async fn cost(router: &Router, path: &str, headers: &[(&str, &str)], of_round: usize) -> f64 {
    let mut rounds = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let began = Instant::now();
        for _ in 0..of_round {
            let mut request = Request::builder().uri(path);
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            let request = request.body(Body::empty()).expect("a request");
            let answer = router.clone().oneshot(request).await.expect("an answer");
            assert!(answer.status().is_success(), "{path}: {answer:?}");
        }
        rounds.push(began.elapsed().as_nanos() as f64 / of_round as f64);
    }
    rounds.sort_by(f64::total_cmp);
    rounds[ROUNDS / 2]
}

/// Nanoseconds to take one request from a key's quota, in the middle of the rounds.
fn quota(of_round: u32) -> f64 {
    let rates = RequestRates::new(&limits::Config::unbound());
    let mut rounds = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let began = Instant::now();
        for n in 0..of_round {
            let allowance = rates.ask(Owner::Key(n % 100), CallClass::Read);
            assert_eq!(black_box(allowance).wait, None);
        }
        rounds.push(began.elapsed().as_nanos() as f64 / f64::from(of_round));
    }
    rounds.sort_by(f64::total_cmp);
    rounds[ROUNDS / 2]
}

/// Nanoseconds to count a call of a key, while `threads` do so at once, in the middle of the rounds.
fn usage(threads: usize, of_round: u32) -> f64 {
    let account = KeyAccount::new(1, 0);
    let call = UsageKind::Calls(CallClass::Read, CallOutcome::Done);
    let count = || {
        for n in 0..of_round {
            account.count(black_box(call), 1);
            account.count(UsageKind::Bytes(CallClass::Read), u64::from(n));
        }
    };
    let mut rounds = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let began = Instant::now();
        std::thread::scope(|s| (0..threads).for_each(|_| drop(s.spawn(count))));
        rounds.push(began.elapsed().as_nanos() as f64 / f64::from(of_round));
    }
    rounds.sort_by(f64::total_cmp);
    rounds[ROUNDS / 2]
}

#[tokio::main(flavor = "multi_thread", worker_threads = 1)]
async fn main() {
    let (zones, specs) = city_specs(2000);
    let zone = format!("/v1/zones/{}", zones[0].id);
    let registry = Arc::new(Registry::in_memory(zones, specs).expect("a city made to be valid"));
    let room = Room {
        spare_bays: 0,
        spare_zones: 0,
        subscribers: 1,
    };
    let live = Arc::new(Live::new(&registry.city(), room));
    let dir = tempfile::tempdir().expect("a folder");
    let office = Office::open(
        dir.path(),
        registry.clone(),
        live,
        Arc::new(Keys::default()),
    )
    .await;
    let config = history::Config::default();
    let (history, _, names) =
        api::history(&registry, dir.path(), &config, Arc::new(NothingSettled));
    let router = office.router(authority(&registry, history, names));
    let packed = [("accept-encoding", "br, gzip")];
    println!("{:14} {:9.0} ns a request", "quota alone", quota(200_000));
    println!(
        "{:14} {:9.0} ns a request",
        "usage alone",
        usage(1, 200_000)
    );
    println!(
        "{:14} {:9.0} ns a request",
        "usage, 2 at once",
        usage(2, 200_000)
    );
    for (name, path, headers, of_round) in [
        ("livez", "/livez", &[][..], 20_000),
        ("zone", &zone, &[], 20_000),
        ("zones", "/v1/zones?limit=20", &[], 2000),
        ("zones, packed", "/v1/zones?limit=20", &packed, 500),
    ] {
        let ns = cost(&router, path, headers, of_round).await;
        println!("{name:14} {ns:9.0} ns a request");
    }
}
