//! A large book: what a request costs, how long a start takes and how much is kept in memory, with half a
//! million bookings at 50,000 bays.
//!
//! The book is written through the store, as hubs write it: offers around the clock, bookings of an hour
//! over four weeks, and a line of the ledger for each. Then a desk is opened on it, and asked: by one
//! client after another answer, by sixteen at once; thousands of holds end together; the owner reads its
//! month; and for a while nobody asks anything.

use super::{HOUR, config, offer, parts, vehicle};
use bayhub::clock::SystemClock;
use bayhub::domain::{
    BayKind, CancelRule, Clock as _, Currency, LatLon, LeaveRule, Millis, Offer, Promise,
    Reservation, ReservationState, Span, ZoneKind,
};
use bayhub::registry::Registry;
use bayhub::registry::city::{BayAttrs, BaySpec, ZoneSpec};
use bayhub::sharing::{Ask, Config, Desk, LedgerLine, LedgerPeriod, Party};
use bayhub::store::{self, Store};
use rand::rngs::SmallRng;
use rand::{RngExt as _, SeedableRng as _};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// Bays of a zone.
const ZONE: u32 = 100;

/// Bays in a square kilometre.
const DENSITY: f64 = 500.0;

/// Days over which bookings are spread.
const DAYS: u64 = 28;

/// Degrees of latitude in a metre.
const DEG: f64 = 1.0 / 111_195.0;

/// How long a hold stands here.
const HOLD_S: u64 = 20;

pub(crate) struct Size {
    pub(crate) offers: u32,
    pub(crate) bookings: u32,
    pub(crate) seconds: u64,
}

fn side_m(bays: u32) -> f64 {
    (f64::from(bays) / DENSITY).sqrt() * 1000.0
}

fn at(north_m: f64, east_m: f64) -> LatLon {
    LatLon {
        lat: 1.3 + north_m * DEG,
        lon: 103.8 + east_m * DEG,
    }
}

/// Zones anywhere in a square, the bays of each within some 160 m.
fn town(bays: u32) -> Registry {
    let mut rng = SmallRng::seed_from_u64(5);
    let side = side_m(bays);
    let mut zones = Vec::new();
    let mut specs = Vec::new();
    for zone in 0..bays.div_ceil(ZONE) {
        let north = rng.random_range(0.0..side);
        let east = rng.random_range(0.0..side);
        zones.push(ZoneSpec {
            id: format!("Z{zone}"),
            aliases: vec![],
            name: format!("Zone {zone}"),
            kind: ZoneKind::Private,
            operator: "acme".into(),
            capacity: 0,
            place: at(north, east),
            capacity_by_kind: [0; 4],
            price_cents_per_hour: None,
            max_height_cm: None,
            outline: vec![],
            stale_after_s: None,
            part_of: None,
        });
        for bay in zone * ZONE..((zone + 1) * ZONE).min(bays) {
            let mut off = || rng.random_range(-160.0..160.0);
            specs.push(BaySpec {
                id: format!("P-{bay}"),
                aliases: vec![],
                zone: format!("Z{zone}"),
                place: at(north + off(), east + off()),
                attrs: BayAttrs {
                    kind: BayKind::Car,
                    accessible: false,
                    ev_charging: false,
                    max_height_cm: 0,
                    max_stay_min: 0,
                    price_cents_per_hour: Some(0),
                },
            });
        }
    }
    Registry::in_memory(zones, specs).expect("a town")
}

/// The first midnight from now on.
fn first_day() -> Millis {
    Millis((SystemClock.now().0 / (24 * HOUR) + 1) * 24 * HOUR)
}

fn booking(n: u32, offer: &Offer, now: Millis) -> Reservation {
    let turn = u64::from(n) / 50_000;
    let hour = (turn * 61 + u64::from(n) * 7919 % 13) % (DAYS * 24);
    let start = first_day().plus(hour * HOUR);
    let span = Span::new(start, start.plus(HOUR)).expect("a span");
    Reservation {
        id: 0,
        name: format!("rs_{n:016}").into(),
        offer: offer.id,
        bay: offer.bay.clone(),
        owner: offer.owner.clone(),
        driver: "app".into(),
        state: ReservationState::Confirmed,
        span,
        free_at: span.end,
        price_cents: 200,
        currency: Currency::SGD,
        promise: Promise {
            place: at(0.0, 0.0),
            max_walk_m: 300,
            walk_m: 50,
            max_price_cents: 200,
            flexible: false,
            vehicle: vehicle(),
        },
        walk_m: 50,
        cancel: CancelRule::default(),
        owed_cents: 200,
        expires_at: now,
        created_at: now,
        arrived_at: None,
        came_by_word: false,
        departed_at: None,
        seen_since: None,
        at_risk: None,
        grace_min: 15,
        leave: LeaveRule::default(),
        overstay_at: None,
        moved: None,
        moves: 0,
        season: None,
        version: 1,
    }
}

async fn fill(store: &Store, size: &Size) {
    let now = SystemClock.now();
    let mut offers = Vec::new();
    let mut begun = Instant::now();
    for some in (0..size.offers).collect::<Vec<_>>().chunks(1_000) {
        let mut work = store.work().await.expect("a transaction");
        for bay in some {
            let mut new = offer(*bay, now);
            new.name = format!("of_{bay:016}").into();
            offers.push(work.add_offer(&new).await.expect("an offer"));
        }
        work.commit().await.expect("a commit");
    }
    println!("{} offers written in {:.1?}", size.offers, begun.elapsed());
    begun = Instant::now();
    for some in (0..size.bookings).collect::<Vec<_>>().chunks(1_000) {
        let mut work = store.work().await.expect("a transaction");
        let mut lines = Vec::new();
        for n in some {
            let offer = &offers[(n % size.offers) as usize];
            let made = work.book(&booking(*n, offer, now), None, None).await;
            let made = made.expect("a booking");
            lines.push(LedgerLine {
                id: 0,
                at: now,
                reservation: made.name.to_string(),
                bay: made.bay.to_string(),
                owner: made.owner.to_string(),
                driver: made.driver.to_string(),
                event: "confirmed".into(),
                cause: "driver".into(),
                amount_cents: 200,
                currency: Currency::SGD,
                offer: made.offer,
                offer_name: String::new(),
                day: offer.hours.zone.day(now),
            });
        }
        let lines: Vec<&LedgerLine> = lines.iter().collect();
        work.log_all(&lines).await.expect("lines");
        work.commit().await.expect("a commit");
    }
    println!(
        "{} bookings written in {:.1?}",
        size.bookings,
        begun.elapsed()
    );
}

/// What a request at a random place and time of those four weeks asks.
fn ask(rng: &mut SmallRng, side: f64) -> Ask {
    let hour = rng.random_range(0..(DAYS - 1) * 24);
    let start = first_day().plus(hour * HOUR);
    Ask {
        driver: "app".into(),
        driver_ref: None,
        place: at(rng.random_range(0.0..side), rng.random_range(0.0..side)),
        span: Span::new(start, start.plus(HOUR * 3 / 2)).expect("a span"),
        max_walk_m: 300,
        max_price_cents: None,
        currency: Currency::SGD,
        vehicle: vehicle(),
        flexible: false,
        key: None,
    }
}

/// Clients that each ask again as soon as they are answered.
async fn clients(desk: &Arc<Desk>, clients: u64, seconds: u64, side: f64) {
    let until = Instant::now() + Duration::from_secs(seconds);
    let mut all = JoinSet::new();
    for client in 0..clients {
        let desk = desk.clone();
        all.spawn(async move {
            let mut rng = SmallRng::seed_from_u64(client);
            let mut took = Vec::new();
            while Instant::now() < until {
                let begun = Instant::now();
                // Where nothing is near there is none: that is an answer too.
                let _ = desk.ask(ask(&mut rng, side)).await;
                took.push(begun.elapsed());
                if clients == 1 {
                    tokio::time::sleep(Duration::from_millis(3)).await;
                }
            }
            took
        });
    }
    let mut took: Vec<Duration> = all.join_all().await.into_iter().flatten().collect();
    took.sort_unstable();
    let part = |q: f64| took[(took.len() as f64 * q) as usize % took.len()];
    println!(
        "{clients} clients for {seconds} s: {:.0} requests/s; p50 {:.2?}, p99 {:.2?}, max {:.2?}",
        took.len() as f64 / seconds as f64,
        part(0.5),
        part(0.99),
        took[took.len() - 1]
    );
}

/// Holds that all end within a moment, and how long after the last deadline none of them stands.
async fn holds(desk: &Arc<Desk>, side: f64) {
    let mut rng = SmallRng::seed_from_u64(9);
    let mut held = Vec::new();
    while held.len() < 4_000 {
        let mut some = JoinSet::new();
        for _ in 0..64 {
            let desk = desk.clone();
            let wish = ask(&mut rng, side);
            some.spawn(async move { desk.ask(wish).await.ok() });
        }
        held.extend(some.join_all().await.into_iter().flatten());
    }
    let last = held.iter().map(|r| r.expires_at).max().expect("holds");
    let first = held.iter().map(|r| r.expires_at).min().expect("holds");
    tokio::time::sleep(Duration::from_millis(last.since(SystemClock.now()))).await;
    loop {
        let mut left = 0;
        for r in held.iter().rev().step_by(97) {
            let now = desk
                .reservation(&r.name, "app")
                .await
                .expect("a reservation");
            left += usize::from(now.state == ReservationState::Held);
        }
        if left == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    println!(
        "{} holds that end within {:.1} s: none of them stands {:.2} s after the last deadline",
        held.len(),
        last.since(first) as f64 / 1e3,
        SystemClock.now().since(last) as f64 / 1e3
    );
}

async fn month(desk: &Desk) {
    let now = SystemClock.now();
    let span = Span::new(Millis(now.0 - 30 * 24 * HOUR), now.plus(HOUR)).expect("a month");
    let month = LedgerPeriod::of_moments(span);
    let begun = Instant::now();
    let mut after = None;
    let mut lines = 0;
    let mut pages = 0;
    loop {
        let page = desk.statement((Party::Owner, "acme"), &month, after, 10_000);
        let page = page.await.expect("a page");
        lines += page.lines.len();
        pages += 1;
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    println!(
        "a month of {lines} lines in {pages} pages: {:.2?}",
        begun.elapsed()
    );
}

/// Kilobytes that are resident, and processor time until now in hundredths of a second.
fn used() -> (u64, u64) {
    let read = |name| std::fs::read_to_string(name).unwrap_or_default();
    let status = read("/proc/self/status");
    let line = status.lines().find(|l| l.starts_with("VmRSS"));
    let kb = line.and_then(|l| l.split_whitespace().nth(1)?.parse().ok());
    let stat = read("/proc/self/stat");
    let times = stat.rsplit(')').next().unwrap_or_default();
    let fields = times.split_whitespace().skip(11).take(2);
    let ticks = fields.filter_map(|n| n.parse::<u64>().ok()).sum();
    (kb.unwrap_or(0), ticks)
}

/// `url`: the database; `None`: SQLite in `folder`.
pub(crate) async fn measure(size: &Size, url: Option<String>, folder: &Path) {
    let config_of = store::Config {
        url,
        ..store::Config::default()
    };
    let store = Store::open(&config_of, folder).await.expect("a store");
    fill(&store, size).await;
    // What was filled with is not what is measured.
    store.close().await;
    let store = Store::open(&config_of, folder).await.expect("a store");
    let registry = Arc::new(town(size.offers));
    let share = Config {
        hold_s: HOLD_S,
        ..config()
    };
    let parts = parts(store.clone(), registry, share);
    let (before, _) = used();
    let begun = Instant::now();
    let (desk, task) = Desk::open(parts).await.expect("a desk");
    let start = begun.elapsed();
    let (after, _) = used();
    println!(
        "start with {} bookings: {start:.2?}; {} MB more in memory, {:.2} KB a booking with its part of an offer",
        size.bookings,
        after.saturating_sub(before) / 1024,
        after.saturating_sub(before) as f64 / f64::from(size.bookings)
    );
    tokio::spawn(task);
    let desk = Arc::new(desk);
    let ticking = desk.clone();
    let ticks = tokio::spawn(async move {
        let mut every = tokio::time::interval(bayhub::sharing::TICK);
        loop {
            every.tick().await;
            ticking.tick().await.expect("a tick");
        }
    });
    let town_m = side_m(size.offers);
    clients(&desk, 1, size.seconds, town_m).await;
    clients(&desk, 16, size.seconds, town_m).await;
    // Until those holds are over.
    tokio::time::sleep(Duration::from_secs(HOLD_S + 2)).await;
    holds(&desk, town_m).await;
    month(&desk).await;
    let (_, busy) = used();
    tokio::time::sleep(Duration::from_secs(10)).await;
    let idle = used().1 - busy;
    println!(
        "nobody asks for 10 s: {:.1} % of a processor",
        idle as f64 / 10.0
    );
    ticks.abort();
}
