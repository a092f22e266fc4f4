//! What a booking costs: holds at a steady rate, on SQLite with full durability, and how many fit
//! when nobody waits.
//!
//! 2,000 private bays on offer around the clock. Requests come at fixed times, whether or not the
//! one before has been answered, so a stall shows in all that come meanwhile; every third hold is
//! confirmed. The latency is that of `Desk::ask`: from the request to the answer, which comes once
//! it is on disk. Then a crowd asks for more than there is, so that most requests are a search for
//! who could move. The last round asks for as much as the desk's queue takes, to see what shared
//! waits for the disk are worth. Then bookings are looked over for better seats.
//!
//! `cargo bench --bench share`, or the built program itself with `SECONDS [REQUESTS_PER_S]`.
//!
//! `cargo bench --bench share -- book [BOOKINGS [OFFERS [SECONDS]]]` measures a large book instead: on
//! SQLite, or on the empty PostgreSQL database that `BAYHUB_BENCH_PG` names.

mod book;

use bayhub::clock::SystemClock;
use bayhub::domain::offer::{CalendarToken, Hours};
use bayhub::domain::{
    BayKind, Clock as _, Currency, LatLon, Millis, Offer, OfferState, Price, Rules, Span, TimeZone,
    Vehicle, ZoneKind,
};
use bayhub::live::{Live, Room};
use bayhub::metrics::Metrics;
use bayhub::registry::Registry;
use bayhub::registry::city::{BayAttrs, BaySpec, ZoneSpec};
use bayhub::sharing::{Ask, Config, Desk, DeskError, DeskParts, DriverAct, Witness};
use bayhub::store::Store;
use hdrhistogram::Histogram;
use rand::rngs::SmallRng;
use rand::{RngExt as _, SeedableRng as _};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

const BAYS: u32 = 2_000;
const HOUR: u64 = 3_600_000;

/// A square of bays, 25 m apart.
fn place(n: u32) -> LatLon {
    LatLon {
        lat: 1.3 + 0.000_225 * f64::from(n / 45),
        lon: 103.8 + 0.000_225 * f64::from(n % 45),
    }
}

fn town() -> Registry {
    let attrs = BayAttrs {
        kind: BayKind::Car,
        accessible: false,
        ev_charging: false,
        max_height_cm: 0,
        max_stay_min: 0,
        price_cents_per_hour: Some(0),
    };
    let zone = ZoneSpec {
        id: "P".into(),
        aliases: vec![],
        name: "Private".into(),
        kind: ZoneKind::Private,
        operator: "acme".into(),
        capacity: 0,
        place: place(0),
        capacity_by_kind: [0; 4],
        price_cents_per_hour: None,
        max_height_cm: None,
        outline: vec![],
        stale_after_s: None,
        part_of: None,
    };
    let bay = |n| BaySpec {
        id: format!("P-{n}"),
        aliases: vec![],
        zone: "P".into(),
        place: place(n),
        attrs,
    };
    Registry::in_memory(vec![zone], (0..BAYS).map(bay).collect()).expect("a town")
}

fn config() -> Config {
    Config::default()
}

fn vehicle() -> Vehicle {
    Vehicle {
        kind: BayKind::Car,
        height_cm: None,
        ev: false,
        accessible: false,
    }
}

/// Around the clock, from `now` on.
fn offer(bay: u32, now: Millis) -> Offer {
    let all = Span::new(now, now.plus(90 * 24 * HOUR)).expect("a span");
    Offer {
        id: 0,
        name: "".into(),
        bay: format!("P-{bay}").into(),
        pool: None,
        owner: "acme".into(),
        state: OfferState::Open,
        hours: Hours {
            zone: TimeZone::UTC,
            once: vec![all],
            weekly: vec![],
            closed: vec![],
        },
        price: Price::PerHour(100 + bay % 7 * 50),
        currency: Currency::SGD,
        rules: Rules::default(),
        notes: String::new(),
        calendar: CalendarToken("".into()),
        created_at: now,
        version: 0,
    }
}

fn parts(store: Store, registry: Arc<Registry>, config: Config) -> DeskParts {
    let room = Room {
        spare_bays: 0,
        spare_zones: 0,
        subscribers: 1,
    };
    let live = Arc::new(Live::new(&registry.city(), room));
    let metrics = Arc::new(Metrics::new());
    let witness = Witness {
        inbox: bayhub::inbox::InboxSender::nowhere(),
        registry: registry.clone(),
        live: live.clone(),
        metrics: metrics.clone(),
        stale_after_s: 900,
    };
    DeskParts {
        store,
        registry,
        live,
        clock: Arc::new(SystemClock),
        metrics,
        witness,
        config,
        // One app asks for everybody here.
        limits: bayhub::limits::Config {
            shares: false,
            ..bayhub::limits::Config::default()
        },
        workdays: Arc::default(),
        self_named: bayhub::domain::SelfNamed::default(),
        closures: Arc::new(bayhub::domain::NoClosures),
    }
}

async fn desk(folder: &std::path::Path) -> Arc<Desk> {
    let store = Store::open(&bayhub::store::Config::default(), folder)
        .await
        .expect("a store");
    let registry = Arc::new(town());
    let (desk, task) = Desk::open(parts(store, registry, config()))
        .await
        .expect("a desk");
    tokio::spawn(task);
    let desk = Arc::new(desk);
    let now = SystemClock.now();
    let mut offers = JoinSet::new();
    for n in 0..BAYS {
        let offer = offer(n, now);
        let desk = desk.clone();
        offers.spawn(async move { desk.add_offer(offer).await.expect("an offer") });
        if offers.len() >= 500 {
            offers.join_next().await;
        }
    }
    while offers.join_next().await.is_some() {}
    desk
}

fn ask(rng: &mut SmallRng) -> Ask {
    let start = SystemClock.now().plus(rng.random_range(1..72) * HOUR);
    Ask {
        driver: "app".into(),
        driver_ref: None,
        place: place(rng.random_range(0..BAYS)),
        span: Span::new(start, start.plus(rng.random_range(1..5) * HOUR)).expect("a span"),
        max_walk_m: 400,
        max_price_cents: None,
        currency: Currency::SGD,
        vehicle: vehicle(),
        flexible: rng.random_bool(0.3),
        key: None,
    }
}

/// A crowd that wants to park around one place for one evening: some 200 bays for all of them.
fn evening(rng: &mut SmallRng) -> Ask {
    let start = SystemClock
        .now()
        .plus(96 * HOUR + rng.random_range(0..4) * HOUR / 2);
    Ask {
        place: place(rng.random_range(1_000..1_010)),
        span: Span::new(start, start.plus(rng.random_range(1..5) * HOUR)).expect("a span"),
        max_walk_m: rng.random_range(100..220),
        ..ask(rng)
    }
}

/// One request, timed, and every third time a confirmation.
async fn drive(desk: &Desk, ask: Ask, confirm: bool) -> (Duration, bool) {
    let begun = Instant::now();
    let held = desk.ask(ask).await;
    let took = begun.elapsed();
    match held {
        Ok(held) if confirm => {
            desk.step(held.name.to_string(), "app".into(), DriverAct::Confirm)
                .await
                .expect("in time");
            (took, true)
        }
        Ok(_) => (took, true),
        Err(DeskError::NoMatch(_)) => (took, false),
        Err(e) => panic!("{e}"),
    }
}

async fn steady(
    what: &str,
    desk: &Arc<Desk>,
    (seconds, rate): (u64, u64),
    ask: fn(&mut SmallRng) -> Ask,
) {
    let mut rng = SmallRng::seed_from_u64(1);
    let mut latency = Histogram::<u64>::new_with_bounds(1, 60_000_000, 3).expect("bounds");
    let mut under_way = JoinSet::new();
    let mut served = 0;
    let mut every = tokio::time::interval(Duration::from_micros(1_000_000 / rate));
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Burst);
    let requests = seconds * rate;
    for n in 0..requests {
        every.tick().await;
        let desk = desk.clone();
        let ask = ask(&mut rng);
        under_way.spawn(async move { drive(&desk, ask, n % 3 == 0).await });
    }
    while let Some(done) = under_way.join_next().await {
        let (took, held) = done.expect("a task");
        latency
            .record(took.as_micros() as u64)
            .expect("within bounds");
        served += u64::from(held);
    }
    let ms = |q: f64| latency.value_at_quantile(q) as f64 / 1000.0;
    println!(
        "{what}, {rate} requests/s for {seconds} s: {served} of {requests} held; p50 {:.2} ms, p90 {:.2}, p99 {:.2}, max {:.2}",
        ms(0.5),
        ms(0.9),
        ms(0.99),
        latency.max() as f64 / 1000.0
    );
}

async fn flat_out(desk: &Arc<Desk>, requests: u32) {
    let mut rng = SmallRng::seed_from_u64(2);
    let mut under_way = JoinSet::new();
    let begun = Instant::now();
    for _ in 0..requests {
        if under_way.len() >= 1000 {
            under_way.join_next().await;
        }
        let desk = desk.clone();
        let ask = ask(&mut rng);
        under_way.spawn(async move { drive(&desk, ask, false).await });
    }
    while under_way.join_next().await.is_some() {}
    println!(
        "flat out, 1,000 under way: {:.0} requests/s",
        f64::from(requests) / begun.elapsed().as_secs_f64()
    );
}

/// Looks for better seats until nothing near a bay that has become free is left to look at.
async fn improve(desk: &Desk) {
    let mut looks = 0;
    let mut moved = 0;
    let mut longest = Duration::ZERO;
    for _ in 0..BAYS.div_ceil(256) {
        let begun = Instant::now();
        moved += desk.improve().await.expect("a look");
        longest = longest.max(begun.elapsed());
        looks += 1;
    }
    println!("better seats: {moved} moves in {looks} looks, the longest {longest:.1?}");
}

fn main() {
    let args: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| !a.starts_with("--"))
        .collect();
    let book = args.first().is_some_and(|a| a == "book");
    let number = |at: usize, usual: u64| {
        let given = args.get(at + usize::from(book));
        given.map_or(usual, |n| n.parse().expect("a number"))
    };
    let folder = tempfile::tempdir().expect("a folder");
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    println!(
        "load average before: {}",
        std::fs::read_to_string("/proc/loadavg")
            .unwrap_or_default()
            .trim()
    );
    if book {
        let size = book::Size {
            bookings: number(0, 500_000) as u32,
            offers: number(1, 50_000) as u32,
            seconds: number(2, 12),
        };
        let url = std::env::var("BAYHUB_BENCH_PG").ok();
        runtime.block_on(book::measure(&size, url, folder.path()));
        return;
    }
    let seconds = number(0, 20);
    let rate = number(1, 100);
    runtime.block_on(async {
        let desk = desk(folder.path()).await;
        steady("room for all", &desk, (seconds, rate), ask).await;
        steady("a crowd", &desk, (seconds, rate), evening).await;
        flat_out(&desk, 10_000).await;
        improve(&desk).await;
    });
}
