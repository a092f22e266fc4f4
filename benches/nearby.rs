//! The driver's query beside the full stream: 20 nearest vacant car bays within 500 m among 1.4
//! million, while another thread writes 500,000 bay states a second. The hub's live view, and for
//! comparison the same grid over a `DashMap` from bay to word, in one run. Beside the bays the nearest
//! of 2,000 car parks that count are asked for too, in turn with bays alone. Also: what the live view costs in memory.
//!
//! `cargo bench --bench nearby`, or the built program itself with `SECONDS [UPDATES_PER_S [BAYS]]`.

mod common;

use bayhub::domain::{BayIx, BayKind, BayStatus, BayView, ReadModel, ZoneKind, ZoneTally};
use bayhub::live::{Hit, Live, Query, Room, ZonePlaces};
use bayhub::registry::Registry;
use bayhub::registry::city::{City, ZoneSpec};
use common::programs::resident;
use common::{M_PER_DEG, city_specs, query, view};
use dashmap::DashMap;
use hdrhistogram::Histogram;
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Car parks that only count.
const CAR_PARKS: usize = 2_000;

/// How often bays alone, and bays and car parks are measured side by side.
const ROUNDS: usize = 3;

/// How many states the writer hands over at a time.
const BATCH: usize = 50;

/// A read model under test.
trait Model: Sync {
    fn write(&self, views: &[BayView]);
    fn nearest(&self, city: &City, query: &Query, out: &mut Vec<Hit>);
}

impl Model for Live {
    fn write(&self, views: &[BayView]) {
        self.bays(views);
    }

    fn nearest(&self, city: &City, query: &Query, out: &mut Vec<Hit>) {
        Live::nearest(self, city, query, out);
    }
}

/// What one would write first: a concurrent map from bay to status and kind.
struct Mapped(DashMap<u32, u64, ahash::RandomState>);

impl Mapped {
    const fn word(kind: BayKind, status: BayStatus) -> u64 {
        kind as u64 * 4 + status as u64
    }
}

impl Model for Mapped {
    fn write(&self, views: &[BayView]) {
        for v in views {
            self.0.insert(v.bay.0, Self::word(v.kind, v.status));
        }
    }

    fn nearest(&self, city: &City, query: &Query, out: &mut Vec<Hit>) {
        out.clear();
        let wanted = Self::word(query.kind, BayStatus::Vacant);
        let lat = (query.place.lat * 1e7) as i32;
        let lon = (query.place.lon * 1e7) as i32;
        let (column, row) = city.cell_at(lat, lon);
        let per_e7 = M_PER_DEG / 1e7;
        let lon_m = per_e7 * query.place.lat.to_radians().cos();
        let cell_m = f64::from(city.cell_size_e7().0) * per_e7;
        let rings = (f64::from(query.radius_m) / cell_m).ceil() as i32 + 1;
        let mut bound = query.radius_m * query.radius_m;
        for ring in 0..=rings {
            let reach = (f64::from(ring - 1).max(0.0) * cell_m) as f32;
            if out.len() == query.limit && reach * reach > bound {
                break;
            }
            for up in -ring..=ring {
                let step = if up.abs() == ring { 1 } else { 2 * ring };
                for across in (-ring..=ring).step_by(step.max(1) as usize) {
                    for bay in city.cell_runs(column + across, row + up).flatten() {
                        if self.0.get(&bay).is_none_or(|word| *word != wanted) {
                            continue;
                        }
                        let (at_lat, at_lon) = city.place_e7(BayIx(bay));
                        let dy = f64::from(at_lat - lat) * per_e7;
                        let dx = f64::from(at_lon - lon) * lon_m;
                        let d2 = (dx * dx + dy * dy) as f32;
                        if d2 <= bound {
                            let at = out.partition_point(|h| h.distance_m <= d2);
                            out.insert(
                                at,
                                Hit {
                                    bay: BayIx(bay),
                                    distance_m: d2,
                                },
                            );
                            out.truncate(query.limit);
                            if out.len() == query.limit {
                                bound = out[query.limit - 1].distance_m;
                            }
                        }
                    }
                }
            }
        }
        for hit in out {
            hit.distance_m = hit.distance_m.sqrt();
        }
    }
}

/// The nearest bays, and then the nearest car parks that count.
struct WithCarParks<'a> {
    live: &'a Live,
    places: &'a ZonePlaces,
    found: AtomicU64,
}

impl Model for WithCarParks<'_> {
    fn write(&self, views: &[BayView]) {
        self.live.write(views);
    }

    fn nearest(&self, city: &City, query: &Query, out: &mut Vec<Hit>) {
        Live::nearest(self.live, city, query, out);
        let zones = self.live.nearest_zones(city, self.places, query);
        self.found.fetch_add(zones.len() as u64, Ordering::Relaxed);
    }
}

/// Car parks without bays, where bays are.
fn car_parks(zones: &[ZoneSpec]) -> Vec<ZoneSpec> {
    let mut rng = SmallRng::seed_from_u64(11);
    let car_park = |n: usize| ZoneSpec {
        id: format!("count{n}"),
        kind: ZoneKind::OffStreet,
        capacity: 300,
        ..zones[rng.random_range(0..zones.len())].clone()
    };
    (0..CAR_PARKS).map(car_park).collect()
}

/// Nine in ten have room.
fn count(live: &Live, registry: &Registry) {
    for n in 0..CAR_PARKS {
        let zone = registry.zone(&format!("count{n}")).expect("it was put");
        let mut tally = ZoneTally {
            vacant: [n as u32 % 10 * 10, 0, 0, 0],
            capacity: 300,
            capacity_by_kind: [300, 0, 0, 0],
            ..ZoneTally::default()
        };
        tally.counted.insert(BayKind::Car);
        live.zones(&[(zone, tally)]);
    }
}

/// The first state of every bay; the same for every model.
fn fill(model: &impl Model, city: &City) {
    let mut rng = SmallRng::seed_from_u64(5);
    for bay in 0..city.bay_slots() {
        model.write(&[view(city, bay, &mut rng)]);
    }
}

/// Writes random states at that rate until told to stop; returns how many a second it managed.
#[allow(
    clippy::disallowed_methods,
    reason = "a bench's writer paces itself on its own thread"
)]
fn keep_writing(model: &dyn Model, city: &City, rate: f64, stop: &AtomicBool) -> f64 {
    let mut rng = SmallRng::seed_from_u64(777);
    let began = Instant::now();
    let mut sent = 0_u64;
    let mut batch = Vec::with_capacity(BATCH);
    while !stop.load(Ordering::Relaxed) {
        let due = (began.elapsed().as_secs_f64() * rate) as u64;
        while sent < due && !stop.load(Ordering::Relaxed) {
            batch.clear();
            batch.extend(
                (0..BATCH).map(|_| view(city, rng.random_range(0..city.bay_slots()), &mut rng)),
            );
            model.write(&batch);
            sent += BATCH as u64;
        }
        std::thread::sleep(Duration::from_micros(500));
    }
    sent as f64 / began.elapsed().as_secs_f64()
}

/// How long queries of one model took, and what they found.
struct Took {
    ns: Histogram<u64>,
    hits: usize,
}

impl Took {
    fn us(&self, q: f64) -> f64 {
        self.ns.value_at_quantile(q) as f64 / 1e3
    }

    /// One row of the table.
    fn print(&self, name: &str, wrote: u64) {
        let asked = self.ns.len() as f64;
        println!(
            "| {name:<20} | {:>8.2} | {:>8.2} | {:>8.2} | {:>9.0} | {:>6.1} | {wrote:>9} |",
            self.us(0.5),
            self.us(0.99),
            self.us(0.999),
            1e9 / self.ns.mean(),
            self.hits as f64 / asked,
        );
    }
}

/// Queries for `seconds` beside a writer, of each model a thousand in turn.
fn measure<const N: usize>(
    models: [(&str, &dyn Model); N],
    city: &City,
    seconds: f64,
    rate: f64,
) -> [Took; N] {
    let stop = AtomicBool::new(false);
    let wrote = AtomicU64::new(0);
    let mut took = models.map(|_| Took {
        ns: Histogram::new(3).expect("3 digits are allowed"),
        hits: 0,
    });
    let mut rng = SmallRng::seed_from_u64(31);
    let mut out = Vec::with_capacity(Query::MAX_LIMIT);
    let began = Instant::now();
    std::thread::scope(|s| {
        s.spawn(|| {
            wrote.store(
                keep_writing(models[0].1, city, rate, &stop) as u64,
                Ordering::Relaxed,
            );
        });
        while began.elapsed().as_secs_f64() < seconds {
            for ((_, model), took) in models.iter().zip(&mut took) {
                for _ in 0..1_000 {
                    let query = query(city, &mut rng);
                    let asked = Instant::now();
                    model.nearest(city, &query, &mut out);
                    let ns = asked.elapsed().as_nanos() as u64;
                    took.ns.record(ns).expect("an auto-resizing histogram");
                    took.hits += out.len();
                }
            }
        }
        stop.store(true, Ordering::Relaxed);
    });
    for ((name, _), took) in models.iter().zip(&took) {
        took.print(name, wrote.load(Ordering::Relaxed));
    }
    took
}

/// Both models must say the same before their speeds are compared.
fn agree(live: &Live, mapped: &Mapped, city: &City) {
    let mut rng = SmallRng::seed_from_u64(8);
    let mut a = vec![];
    let mut b = vec![];
    for _ in 0..500 {
        let query = query(city, &mut rng);
        live.nearest(city, &query, &mut a);
        mapped.nearest(city, &query, &mut b);
        assert_eq!(a.len(), b.len());
        assert!(
            a.iter()
                .zip(&b)
                .all(|(a, b)| (a.distance_m - b.distance_m).abs() < 0.05),
            "{query:?}"
        );
    }
}

fn main() {
    let given: Vec<f64> = std::env::args()
        .skip(1)
        .filter_map(|a| a.parse().ok())
        .collect();
    let arg = |at: usize, default: f64| given.get(at).copied().unwrap_or(default);
    let seconds = arg(0, 10.0);
    let rate = arg(1, 500_000.0);
    let bays = arg(2, 1_400_000.0) as usize;

    let began = Instant::now();
    let (mut zones, specs) = city_specs(bays);
    zones.extend(car_parks(&zones));
    let registry = Registry::in_memory(zones, specs).expect("a city made to be valid");
    let city = registry.city();
    println!(
        "{} bays in {} zones, built in {:.1?}",
        city.bay_slots(),
        city.zone_count(),
        began.elapsed()
    );

    let before = resident();
    let live = Live::new(
        &city,
        Room {
            spare_bays: 200_000,
            spare_zones: 2_000,
            subscribers: 10_000,
        },
    );
    fill(&live, &city);
    let per_bay = (resident() - before) as f64 / f64::from(city.bay_slots());
    println!(
        "live view: {per_bay:.2} bytes a bay resident (200,000 spare bays and 2,000 spare zones included)"
    );

    let mapped = Mapped(DashMap::default());
    let before = resident();
    fill(&mapped, &city);
    println!(
        "DashMap:   {:.2} bytes a bay resident",
        (resident() - before) as f64 / f64::from(city.bay_slots())
    );
    agree(&live, &mapped, &city);

    println!("\nk = 20 within 500 m, {rate:.0} updates/s wanted beside it, {seconds} s each");
    println!(
        "| read model           |   p50 us |   p99 us | p99.9 us | queries/s |   hits | updates/s |"
    );
    println!(
        "|----------------------|----------|----------|----------|-----------|--------|-----------|"
    );
    measure([("live view", &live)], &city, seconds, rate);
    count(&live, &registry);
    let places = ZonePlaces::new(&city);
    let with = WithCarParks {
        live: &live,
        places: &places,
        found: AtomicU64::new(0),
    };
    let mut ratios = vec![];
    for _ in 0..ROUNDS {
        let sides: [(&str, &dyn Model); 2] = [("live view", &live), ("bays and car parks", &with)];
        let [alone, both] = measure(sides, &city, seconds, rate);
        ratios.push((both.us(0.99) / alone.us(0.99), both.us(0.5) / alone.us(0.5)));
    }
    ratios.sort_by(|a, b| a.0.total_cmp(&b.0));
    println!("bays and car parks, of the live view alone, p99 (p50): {ratios:.2?}");
    let median = ratios[ROUNDS / 2].0;
    println!("live view / bays and car parks: {:.2} in p99", 1.0 / median);
    let found = with.found.load(Ordering::Relaxed);
    assert!(found > 0, "no car park was found");
    measure([("live view, no writer", &live)], &city, seconds, 0.0);
    measure([("DashMap a bay", &mapped)], &city, seconds, rate);
}
