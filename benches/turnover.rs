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

mod common;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use bayhub::clock::SystemClock;
use bayhub::domain::turnover::{HOUR_MS, WINDOW_MS};
use bayhub::domain::{
    Millis, Parcel, SettledHour, Speaker, Stays, Sums, Window, WindowRow, ZoneKind,
};
use bayhub::health::Health;
use bayhub::history::{
    self, Around, Cells, History, RecentFigures, Registered, SettledPart, ZoneFigures,
};
use bayhub::ingest::codec::Codec;
use bayhub::ingest::gate::{self, Gate};
use bayhub::journal::Journal;
use bayhub::live::{Live, Room};
use bayhub::metrics::Metrics;
use bayhub::partners::{Grant, Issuer, Keys, Scope, SourcePattern};
use bayhub::registry::Registry;
use bayhub::registry::city::ZoneSpec;
use bayhub::serve::{self, ApiParts, Authority, ReportDoor, router};
use bayhub::sharing::{self, Desk};
use bayhub::store::Store;
use hdrhistogram::Histogram;
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, watch};
use tower::ServiceExt as _;

/// 2026-11-27T00:00:00Z
const DAY: Millis = Millis(1_795_737_600_000);
const LIMIT: usize = 20_000;

struct Shut;

impl ReportDoor for Shut {
    fn take(&self, _: &Speaker, _: &'static Codec, _: &str, _: &[u8]) -> Parcel {
        Parcel::default()
    }
}

/// A day that is held, or one that is not.
struct Held {
    hours: Vec<Cells>,
}

impl RecentFigures for Held {
    fn settled_to(&self) -> Millis {
        DAY.plus(24 * HOUR_MS)
    }

    fn oldest(&self) -> Millis {
        if self.hours.is_empty() {
            Millis::MAX
        } else {
            DAY
        }
    }

    fn cells(&self, hour: Millis, fine: bool) -> Option<Cells> {
        if fine {
            None
        } else {
            self.hours
                .get(hour.since(DAY) as usize / HOUR_MS as usize)
                .cloned()
        }
    }

    fn stamp(&self, hour: Millis) -> Option<u64> {
        self.cells(hour, false).map(|_| 0)
    }
}

/// An hour of every zone: some hundred bays, a visit a bay and hour.
fn windows(zones: u32, hour: Millis, rng: &mut SmallRng) -> Vec<WindowRow> {
    let mut rows = Vec::with_capacity(zones as usize * 12);
    for zone in 0..zones {
        for n in 0..12 {
            let visits = rng.random_range(0..16_i64);
            let mut stays = Stays::default();
            let mut stay_ms = 0;
            for _ in 0..visits {
                let stay = rng.random_range(120_000..14_400_000_u64);
                stays.count(stay);
                stay_ms += stay as i64;
            }
            let occupied = rng.random_range(0..100_i64);
            let ms = WINDOW_MS as i64;
            let window = Window {
                occupied_ms: occupied * ms,
                vacant_ms: (95 - occupied).max(0) * ms,
                unknown_ms: 5 * ms,
                started: visits,
                ended: visits,
                stay_ms,
                stays,
                occupied_at: occupied,
                vacant_at: (95 - occupied).max(0),
                unknown_at: 5,
                ..Window::default()
            };
            rows.push(WindowRow {
                zone,
                from: hour.plus(n * WINDOW_MS),
                window,
            });
        }
    }
    rows
}

fn cells(rows: &[WindowRow], hour: Millis) -> Cells {
    let mut cells: Vec<ZoneFigures> = Vec::new();
    for row in rows {
        let sums = Sums::from(&row.window);
        match cells.last_mut() {
            Some(last) if last.zone == row.zone => last.sums.add(&sums),
            _ => cells.push(ZoneFigures {
                zone: row.zone,
                from: hour,
                sums,
            }),
        }
    }
    cells.into()
}

struct Hub {
    registry: Arc<Registry>,
    keys: Arc<Keys>,
    key: String,
    journal: Journal,
    issuer: Arc<Issuer>,
    desk: Arc<Desk>,
}

impl Hub {
    async fn new(zones: u32, dir: &Path) -> Self {
        let zone = |n: u32| ZoneSpec {
            id: format!("zone-{n:05}"),
            name: String::new(),
            kind: ZoneKind::OnStreet,
            operator: "city".into(),
            capacity: 100,
            place: bayhub::domain::LatLon {
                lat: 1.2 + f64::from(n % 200) / 1000.0,
                lon: 103.6 + f64::from(n / 200) / 500.0,
            },
            outline: vec![],
            stale_after_s: None,
        };
        let registry = Arc::new(
            Registry::in_memory((0..zones).map(zone).collect(), vec![]).expect("a good city"),
        );
        let keys = Arc::new(Keys::default());
        let (key, digest) = Keys::mint(&mut rand::rng());
        keys.insert(
            digest,
            Grant {
                name: "authority".into(),
                partner: "lta".into(),
                scopes: [Scope::Monitor].into_iter().collect(),
                sources: Vec::<SourcePattern>::new(),
                source_kind: bayhub::domain::SourceKind::Sensor,
                pass: bayhub::domain::Pass::default(),
                uplinks: false,
            },
        );
        let journal = Journal::open(
            &dir.join("journal"),
            bayhub::journal::Config::default(),
            registry.clone(),
        );
        let store = Store::open(&bayhub::store::Config::default(), dir)
            .await
            .expect("a store");
        let issuer = Issuer::open(store.clone(), keys.clone(), &[], Arc::new(SystemClock))
            .await
            .expect("keys");
        let room = Room {
            spare_bays: 1,
            spare_zones: 1,
            subscribers: 1,
        };
        let live = Arc::new(Live::new(&registry.city(), room));
        let clock = Arc::new(SystemClock);
        let metrics = Arc::new(Metrics::new());
        let config = sharing::Config::default();
        let witness = sharing::Witness {
            inbox: mpsc::channel(1).0,
            registry: registry.clone(),
            live: live.clone(),
            metrics: metrics.clone(),
            stale_after_s: 900,
        };
        let around = sharing::DeskParts {
            store,
            registry: registry.clone(),
            live,
            clock,
            metrics,
            witness,
            config,
        };
        let (desk, _) = Desk::open(around).await.expect("a desk");
        let key = key.expose().to_owned();
        let journal = journal.expect("a journal");
        Self {
            registry,
            keys,
            key,
            journal,
            issuer: Arc::new(issuer),
            desk: Arc::new(desk),
        }
    }

    fn history(
        &self,
        dir: &Path,
        recent: Arc<dyn RecentFigures>,
    ) -> (History, Arc<history::Keeper>, Arc<Registered>) {
        let names = Arc::new(Registered::new(self.registry.clone(), dir));
        let around = Around {
            names: names.clone(),
            clock: Arc::new(SystemClock),
            metrics: Arc::new(Metrics::new()),
            health: Arc::default(),
        };
        let runtime = tokio::runtime::Handle::current();
        let config = history::Config {
            queue_hours: 100,
            keep_turnover_days: 0,
            ..history::Config::default()
        };
        let (history, keeper) =
            History::open(&config, dir, runtime, recent, around).expect("a folder");
        (history, keeper, names)
    }

    fn router(&self, dir: &Path, recent: Arc<dyn RecentFigures>) -> Router {
        let (history, _, names) = self.history(dir, recent);
        let metrics = Arc::new(Metrics::new());
        let ledger = Gate::new(
            self.registry.clone(),
            Arc::new(SystemClock),
            metrics.clone(),
            gate::Config::default(),
        )
        .ledger();
        let room = Room {
            spare_bays: 1,
            spare_zones: 1,
            subscribers: 1,
        };
        router(ApiParts {
            registry: self.registry.clone(),
            live: Arc::new(Live::new(&self.registry.city(), room)),
            keys: self.keys.clone(),
            issuer: self.issuer.clone(),
            desk: self.desk.clone(),
            closed: watch::channel(false).1,
            clock: Arc::new(SystemClock),
            health: Arc::new(Health::default()),
            metrics,
            reports: Arc::new(Shut),
            inbox: mpsc::channel(1).0,
            quarantine: self.journal.quarantine(),
            authority: Authority {
                history: Arc::new(history),
                names,
                calendar: bayhub::domain::Calendar::UTC,
                ledger,
            },
            on_change: Arc::new(|| {}),
            config: serve::Config::default(),
        })
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
