//! How long a start takes and what the registry weighs: 1.4 million bays in 14,000 zones, from
//! files.
//!
//! Prints seconds of a first start (numbers are given and written) and of a second (numbers are
//! read), resident memory, and bytes a bay of numbers and of all else (ids, maps, zones).
//! `registry_load [bays]` for other sizes. `registry_load newcomers`: how many new sources a second
//! are enrolled durably, by as many threads as wait for it at once; `TMPDIR` chooses the disk.

use bayhub::domain::{BayIx, LatLon, SourceKind};
use bayhub::registry::Registry;
use bayhub::registry::city::BaySpec;
use dashmap::DashMap;
use std::fs::{self, File};
use std::hint::black_box;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

const BAYS_PER_ZONE: u32 = 100;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().collect();
    if let [_, dir, start] = &args[..]
        && Path::new(dir).is_dir()
    {
        return start_once(Path::new(dir), start);
    }
    if args.iter().any(|a| a == "newcomers") {
        return newcomers();
    }
    let bays = args
        .iter()
        .find_map(|a| a.parse().ok())
        .unwrap_or(1_400_000_u32);
    let dir = tempfile::tempdir()?;
    write_city(dir.path(), bays)?;
    let size = fs::metadata(dir.path().join("bays.geojson"))?.len();
    println!(
        "{bays} bays in {} zones; bays.geojson {} MB",
        bays.div_ceil(BAYS_PER_ZONE),
        size >> 20
    );
    for start in ["first", "second", "third"] {
        // A process of its own: memory that an earlier start has freed would be counted for the
        // later.
        let status = std::process::Command::new(std::env::current_exe()?)
            .arg(dir.path())
            .arg(start)
            .status()?;
        assert!(status.success(), "the {start} start failed");
    }
    Ok(())
}

/// New sources a second, one by one, by so many at once.
fn newcomers() -> Result<(), Box<dyn std::error::Error>> {
    const RUN: Duration = Duration::from_secs(3);
    for threads in [1, 8, 64, 256] {
        let dir = tempfile::tempdir()?;
        write_city(dir.path(), 1)?;
        let registry = Registry::open(dir.path(), &dir.path().join("data"), &[])?;
        let began = Instant::now();
        std::thread::scope(|scope| {
            for thread in 0..threads {
                let registry = &registry;
                scope.spawn(move || {
                    let mut n = 0;
                    while began.elapsed() < RUN {
                        let id = format!("lamp-{thread}-{n}");
                        let told = registry.enrol_source(&id, SourceKind::Sensor);
                        told.expect("room for it");
                        n += 1;
                    }
                });
            }
        });
        let rate = f64::from(registry.source_count()) / began.elapsed().as_secs_f64();
        println!("{threads:>4} at once: {rate:.0} new sources/s");
    }
    Ok(())
}

fn start_once(dir: &Path, start: &str) -> Result<(), Box<dyn std::error::Error>> {
    let at_rest = status_kb("VmRSS");
    let began = Instant::now();
    let registry = Registry::open(dir, &dir.join("data"), &[])?;
    let took = began.elapsed().as_secs_f64();
    let rss = status_kb("VmRSS") - at_rest;
    let peak = status_kb("VmHWM");
    let city = registry.city();
    let bays = city.live_bays();
    let numbers = city.numeric_bytes() as f64 / f64::from(bays.max(1));
    let all = rss as f64 * 1024.0 / f64::from(bays.max(1));
    println!(
        "{start} start: {took:.2} s; resident +{} MB (peak {} MB); a bay: {numbers:.1} B of numbers, {all:.0} B in all",
        rss >> 10,
        peak >> 10
    );
    drop(city);
    if start == "third" && bays > 0 {
        lookups(&registry, bays);
        changes(&registry)?;
    }
    Ok(())
}

fn lookups(registry: &Registry, bays: u32) {
    let ids: Vec<String> = (0..1_000_000)
        .map(|i: u32| id(i.wrapping_mul(2_654_435_761) % bays.max(1)))
        .collect();
    let began = Instant::now();
    let found = ids.iter().filter(|id| registry.bay(id).is_some()).count();
    let each = began.elapsed().as_nanos() as usize / ids.len();
    println!("look-up of a random id: {each} ns ({found} found)");
    // What one would take otherwise, of the same ids.
    let map: DashMap<Arc<str>, u32, ahash::RandomState> = DashMap::default();
    for n in 0..bays {
        map.insert(Arc::from(id(n)), n);
    }
    let began = Instant::now();
    let found = ids.iter().filter(|id| map.contains_key(&***id)).count();
    let each = began.elapsed().as_nanos() as usize / ids.len();
    println!("the same in a DashMap of strings: {each} ns ({found} found)");
    let began = Instant::now();
    let city = registry.city();
    let sum: i64 = (0..city.bay_slots())
        .map(|b| i64::from(city.place_e7(BayIx(b)).0))
        .sum();
    black_box(sum);
    println!(
        "place of a bay, in order: {:.1} ns",
        began.elapsed().as_nanos() as f64 / f64::from(bays.max(1))
    );
}

fn changes(registry: &Registry) -> Result<(), Box<dyn std::error::Error>> {
    let began = Instant::now();
    for i in 0..100 {
        let city = registry.city();
        let ix = BayIx(i * 97 % city.bay_slots());
        let mut attrs = city.attrs(ix);
        attrs.max_stay_min = 61;
        let zone = city.zone(city.zone_of(ix)).spec.id.clone();
        let bay = BaySpec {
            id: city.bay_id(ix).to_string(),
            aliases: vec![],
            zone,
            place: city.place(ix),
            attrs,
        };
        registry.put_bays(vec![BaySpec {
            place: LatLon {
                lat: bay.place.lat + 1e-4,
                ..bay.place
            },
            ..bay
        }])?;
    }
    println!(
        "one bay moved, durably: {:.2} ms",
        began.elapsed().as_secs_f64() * 10.0
    );
    Ok(())
}

fn id(bay: u32) -> String {
    format!("Z{:05}-{:03}", bay / BAYS_PER_ZONE, bay % BAYS_PER_ZONE)
}

/// A city of some 45 by 25 km, zones scattered, bays in rows of 2.5 m.
fn write_city(dir: &Path, bays: u32) -> std::io::Result<()> {
    let zone_count = bays.div_ceil(BAYS_PER_ZONE);
    let spread = |z: u32, salt: u32| {
        f64::from((z ^ salt).wrapping_mul(2_654_435_761) >> 8) / f64::from(1 << 24)
    };
    let place = |z: u32| {
        (
            1.24 + spread(z, 0) * 0.22,
            103.62 + spread(z, 0x5bd1_e995) * 0.4,
        )
    };
    let mut out = BufWriter::new(File::create(dir.join("zones.geojson"))?);
    write!(out, "{{\"type\":\"FeatureCollection\",\"features\":[")?;
    for z in 0..zone_count {
        let (lat, lon) = place(z);
        let comma = if z == 0 { "" } else { "," };
        let n = lat + 0.001;
        let e = lon + 0.001;
        write!(
            out,
            "{comma}\n{{\"type\":\"Feature\",\"properties\":{{\"id\":\"Z{z:05}\",\"name\":\"Zone {z}\",\"kind\":\"off_street\",\
             \"operator\":\"HDB\"}},\"geometry\":{{\"type\":\"Polygon\",\"coordinates\":[[[{lon:.7},{lat:.7}],[{e:.7},{lat:.7}],\
             [{e:.7},{n:.7}],[{lon:.7},{n:.7}],[{lon:.7},{lat:.7}]]]}}}}"
        )?;
    }
    writeln!(out, "\n]}}")?;
    out.flush()?;
    let mut out = BufWriter::new(File::create(dir.join("bays.geojson"))?);
    write!(out, "{{\"type\":\"FeatureCollection\",\"features\":[")?;
    for b in 0..bays {
        let (lat, lon) = place(b / BAYS_PER_ZONE);
        let comma = if b == 0 { "" } else { "," };
        let n = b % BAYS_PER_ZONE;
        let lat = lat + f64::from(n / 10) * 5e-5;
        let lon = lon + f64::from(n % 10) * 2.3e-5;
        write!(
            out,
            "{comma}\n{{\"type\":\"Feature\",\"properties\":{{\"id\":\"{}\",\"zone\":\"Z{:05}\",\"kind\":\"car\",\"accessible\":{},\
             \"ev_charging\":false,\"max_height_cm\":210,\"price_cents_per_hour\":120}},\
             \"geometry\":{{\"type\":\"Point\",\"coordinates\":[{lon:.7},{lat:.7}]}}}}",
            id(b),
            b / BAYS_PER_ZONE,
            n == 0
        )?;
    }
    writeln!(out, "\n]}}")?;
    out.flush()
}

/// A line of `/proc/self/status`, kB; 0 where there is none.
fn status_kb(name: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|l| l.starts_with(name));
    line.and_then(|l| l.split_whitespace().nth(1))
        .and_then(|n| n.parse().ok())
        .unwrap_or(0)
}
