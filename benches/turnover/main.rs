//! What the authority's questions cost: `GET /v1/turnover` for all 14,000 zones and one day,
//! through the whole router.
//!
//! The day stands three times: in the stream's memory (`memory`), in files that were read before
//! (`files, warm`), and in files that nobody has asked for yet (`files, cold`: another process's
//! cache, opened anew each time). By days all zones are one page, from cold files some pages more,
//! without rows; by hours it takes 17 pages of 20,000 rows; each page is one measurement, and none
//! may take longer than the hub lets an answer take. Bound to meet: p99 of a page from memory and
//! from warm files at most 200 ms. Cold files are shown beside, with what they take on disk.
//!
//! `cargo bench --bench turnover`, or the built program itself with `ZONES [ROUNDS]`.

#[path = "../common/mod.rs"]
mod common;
mod day;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use bayhub::domain::turnover::HOUR_MS;
use bayhub::domain::{KeyAccount, LatLon, Pass, SettledHour, SharedRemit, SourceKind, ZoneKind};
use bayhub::history::{self, History, Keeper, RecentFigures, Registered, SettledPart};
use bayhub::live::{Live, Room};
use bayhub::partners::{Grant, Keys, Scope};
use bayhub::registry::Registry;
use bayhub::registry::city::ZoneSpec;
use common::api::{self, Office};
use day::{DAY, Held, cells, windows};
use hdrhistogram::Histogram;
use rand::SeedableRng;
use rand::rngs::SmallRng;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tower::ServiceExt as _;

const LIMIT: usize = 20_000;

struct Hub {
    office: Office,
    key: String,
}

impl Hub {
    async fn new(zones: u32, dir: &Path) -> Self {
        let zone = |n: u32| ZoneSpec {
            id: format!("zone-{n:05}"),
            aliases: vec![],
            name: String::new(),
            kind: ZoneKind::OnStreet,
            operator: "city".into(),
            capacity: 100,
            place: LatLon {
                lat: 1.2 + f64::from(n % 200) / 1000.0,
                lon: 103.6 + f64::from(n / 200) / 500.0,
            },
            capacity_by_kind: [0; 4],
            price_cents_per_hour: None,
            max_height_cm: None,
            outline: vec![],
            stale_after_s: None,
            part_of: None,
        };
        let registry = Registry::in_memory((0..zones).map(zone).collect(), vec![]);
        let registry = Arc::new(registry.expect("a good city"));
        let keys = Arc::new(Keys::default());
        let (key, digest) = Keys::mint(&mut rand::rng());
        keys.insert(
            digest,
            Grant {
                name: "authority".into(),
                partner: "lta".into(),
                scopes: [Scope::Monitor].into_iter().collect(),
                sources: Vec::new(),
                source_kind: SourceKind::Sensor,
                pass: Pass::default(),
                uplinks: false,
                remit: SharedRemit::default(),
                account: KeyAccount::default(),
            },
        );
        let room = Room {
            spare_bays: 1,
            spare_zones: 1,
            subscribers: 1,
        };
        let live = Arc::new(Live::new(&registry.city(), room));
        Self {
            office: Office::open(dir, registry, live, keys).await,
            key: key.expose().to_owned(),
        }
    }

    fn history(
        &self,
        dir: &Path,
        recent: Arc<dyn RecentFigures>,
    ) -> (History, Arc<Keeper>, Arc<Registered>) {
        let config = history::Config {
            queue_hours: 100,
            keep_turnover_days: 0,
            ..history::Config::default()
        };
        api::history(&self.office.registry, dir, &config, recent)
    }

    fn router(&self, dir: &Path, recent: Arc<dyn RecentFigures>) -> Router {
        let (history, _, names) = self.history(dir, recent);
        let authority = api::authority(&self.office.registry, history, names);
        self.office.router(authority)
    }

    /// One page: how long it took, its size, and where to go on.
    async fn page(&self, router: &Router, query: &str) -> (Duration, usize, Option<String>) {
        let path = format!(
            "/v1/turnover?from={DAY}&to={}&limit={LIMIT}{query}",
            DAY.plus(24 * HOUR_MS)
        );
        let request = Request::get(path)
            .header("authorization", format!("Bearer {}", self.key))
            .body(Body::empty());
        let begun = Instant::now();
        let answer = router
            .clone()
            .oneshot(request.expect("a request"))
            .await
            .expect("an answer");
        assert!(answer.status().is_success(), "{answer:?}");
        let body = axum::body::to_bytes(answer.into_body(), usize::MAX)
            .await
            .expect("a body");
        let took = begun.elapsed();
        let start = String::from_utf8_lossy(&body[..body.len().min(200)]).into_owned();
        let next = start
            .split("\"next\":\"")
            .nth(1)
            .and_then(|rest| rest.split('"').next())
            .map(str::to_owned);
        (took, body.len(), next)
    }

    /// All pages of an answer, each measured.
    async fn walk(
        &self,
        router: &Router,
        interval: &str,
        into: &mut Histogram<u64>,
    ) -> (usize, usize) {
        let mut query = format!("&interval={interval}");
        let mut pages = 0;
        let mut bytes = 0;
        loop {
            let (took, size, next) = self.page(router, &query).await;
            into.record(took.as_micros() as u64).expect("in range");
            (pages, bytes) = (pages + 1, bytes + size);
            let Some(next) = next else {
                return (pages, bytes);
            };
            query = format!("&interval={interval}&cursor={next}");
        }
    }
}

fn report(what: &str, interval: &str, (pages, bytes): (usize, usize), took: &Histogram<u64>) {
    let ms = |q: f64| took.value_at_quantile(q) as f64 / 1000.0;
    println!(
        "{what:12} {interval:3} {pages:3} page(s), {:6.1} MB: a page p50 {:7.1} ms, p99 {:7.1} ms, max {:7.1} ms",
        bytes as f64 / 1e6,
        ms(0.5),
        ms(0.99),
        took.max() as f64 / 1000.0
    );
}

fn main() {
    let numbers: Vec<u32> = std::env::args()
        .skip(1)
        .filter_map(|a| a.parse().ok())
        .collect();
    let zones = numbers.first().copied().unwrap_or(14_000);
    let rounds = numbers.get(1).copied().unwrap_or(20);
    let dir = tempfile::tempdir().expect("a folder");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let hub = runtime.block_on(Hub::new(zones, dir.path()));
    let mut rng = SmallRng::seed_from_u64(7);
    let mut held = Held { hours: Vec::new() };
    let begun = Instant::now();
    let keeper =
        runtime.block_on(async { hub.history(dir.path(), Arc::new(Held { hours: vec![] })).1 });
    for hour in (0..24).map(|h| DAY.plus(h * HOUR_MS)) {
        let windows = windows(zones, hour, &mut rng);
        held.hours.push(cells(&windows, hour));
        keeper.offer(
            0,
            1,
            &SettledPart::Hour(Arc::new(SettledHour {
                hour,
                windows,
                visits: vec![],
            })),
        );
    }
    println!("{zones} zones, 24 hours made in {:.1?}", begun.elapsed());
    let begun = Instant::now();
    keeper.stop();
    History::keep(&keeper)
        .expect("a thread")
        .join()
        .expect("written");
    let bytes: u64 = walk_bytes(&dir.path().join("history"));
    println!(
        "written in {:.1?}: {:.1} MB an hour on disk",
        begun.elapsed(),
        bytes as f64 / 24e6
    );
    runtime.block_on(async {
        let held: Arc<dyn RecentFigures> = Arc::new(held);
        let empty = dir.path().join("no files");
        let memory = hub.router(&empty, held);
        let nothing = || Arc::new(Held { hours: vec![] });
        let warm = hub.router(dir.path(), nothing());
        for interval in ["1d", "1h"] {
            for (what, router) in [("memory", &memory), ("files, warm", &warm)] {
                hub.walk(
                    router,
                    interval,
                    &mut Histogram::new(3).expect("a histogram"),
                )
                .await;
                let mut took = Histogram::new(3).expect("a histogram");
                let mut last = (0, 0);
                for _ in 0..if interval == "1d" {
                    rounds * 5
                } else {
                    rounds.div_ceil(4)
                } {
                    last = hub.walk(router, interval, &mut took).await;
                }
                report(what, interval, last, &took);
            }
            let mut took = Histogram::new(3).expect("a histogram");
            let mut last = (0, 0);
            for _ in 0..2 {
                last = hub
                    .walk(&hub.router(dir.path(), nothing()), interval, &mut took)
                    .await;
            }
            report("files, cold", interval, last, &took);
        }
    });
}

fn walk_bytes(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|e| {
            if e.path().is_dir() {
                walk_bytes(&e.path())
            } else {
                e.metadata().map_or(0, |m| m.len())
            }
        })
        .sum()
}
