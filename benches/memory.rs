//! What a bay costs in memory: a hub's core (registry, live view, stream; no sockets, no journal)
//! with 1.4 million bays, each reported once, beside one with none.
//!
//! Each is measured in a process of its own, so that what one leaves in the allocator does not
//! count for the other. The registry is measured alone in a third: what it holds besides its arrays
//! of numbers (ids, the map from id to bay, zones, what reading the files left behind) is reported
//! apart, as strings. The rest is the live state.
//!
//! `cargo bench --bench memory`, or the built program itself with `BAYS`.

mod common;

use bayhub::domain::{
    Backing, Batch, BayIx, BayStatus, Claim, Millis, Observation, SourceIx, SourceKind,
};
use bayhub::live::{Live, Room};
use bayhub::metrics::Metrics;
use bayhub::registry::{MAX_SOURCES, Registry};
use bayhub::stream;
use common::programs::resident;
use sensors_sim::{City, CityParams};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

/// What makes this program a measured one: `FOLDER registry|hub REPORTS`.
const CHILD: &str = "--measure";

/// Live state a bay, bytes: what is wanted.
const WANTED: f64 = 64.0;

/// One process's memory, bytes.
#[derive(Clone, Copy, Default)]
struct Measured {
    /// Once the registry was read.
    registry: u64,
    /// Of it, arrays of numbers, as the registry counts them.
    numbers: u64,
    /// With a live view and a stream, before any report.
    idle: u64,
    /// Once every bay has been reported.
    full: u64,
}

/// Reads the city in `folder`, builds what is asked for, and prints its memory.
fn measure(folder: &Path, hub: bool, reports: u32) {
    let data = tempfile::tempdir().expect("a folder");
    let registry = Arc::new(Registry::open(folder, data.path(), &[]).expect("a generated city"));
    let mut m = Measured {
        registry: resident(),
        ..Measured::default()
    };
    m.numbers = registry.city().numeric_bytes() as u64;
    if hub {
        let room = Room {
            spare_bays: 65_536,
            spare_zones: 4096,
            subscribers: 20_000,
        };
        let live = Arc::new(Live::new(&registry.city(), room));
        let config = stream::Config::default();
        let metrics = Arc::new(Metrics::new());
        let (stream, feed) = stream::start(
            &config,
            registry.clone(),
            live.clone(),
            metrics,
            MAX_SOURCES as usize,
        )
        .expect("threads");
        m.idle = resident();
        report_all(registry.city().bay_slots(), reports, feed, &stream.progress);
        m.full = resident();
        stream.join().expect("workers end");
        assert_eq!(live.left_out(), 0);
    }
    println!("{} {} {} {}", m.registry, m.numbers, m.idle, m.full);
}

/// `reports` reports, one a bay, in batches as the journal would hand them on; waits until they
/// have been applied.
#[allow(clippy::disallowed_methods, reason = "a bench waits on its own thread")]
fn report_all(bays: u32, reports: u32, mut feed: stream::Feed, progress: &stream::Progress) {
    let at = Millis(1_795_402_800_000);
    let alive = |n| Claim::Alive {
        source: SourceIx(n % 20_000),
        at,
    };
    let claim = |bay| {
        Claim::Bay(Observation {
            at,
            seq: 1,
            bay: BayIx(bay),
            source: SourceIx(bay % 20_000),
            source_kind: SourceKind::Sensor,
            status: if bay % 7 == 0 {
                BayStatus::Vacant
            } else {
                BayStatus::Occupied
            },
            confidence: 247,
            backing: Backing::default(),
        })
    };
    for from in (0..reports).step_by(1000) {
        let some = from..reports.min(from + 1000);
        // Without bays only the sources are heard: as many messages pass through, so that buffers
        // cancel out.
        let claims = if bays == 0 {
            some.map(alive).collect()
        } else {
            some.map(claim).collect()
        };
        feed.push(Batch {
            ingest_at: at.plus(u64::from(from / 1000)),
            claims,
        });
    }
    while progress.waiting() > 0 {
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The same in a process of its own.
fn measured(folder: &Path, what: &str, reports: u32) -> Measured {
    let this = std::env::current_exe().expect("this program");
    let out = Command::new(this)
        .arg(CHILD)
        .arg(folder)
        .arg(what)
        .arg(reports.to_string())
        .output()
        .expect("this program runs");
    assert!(
        out.status.success(),
        "{}",
        String::from_utf8_lossy(&out.stderr)
    );
    let text = String::from_utf8_lossy(&out.stdout);
    let n: Vec<u64> = text
        .split_whitespace()
        .map(|n| n.parse().expect("a number"))
        .collect();
    Measured {
        registry: n[0],
        numbers: n[1],
        idle: n[2],
        full: n[3],
    }
}

fn city(bays: u32) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    let city = City::generate(&CityParams {
        bays,
        ..CityParams::default()
    });
    city.write(dir.path()).expect("room for a city");
    dir
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let [CHILD, folder, what, reports] = args.iter().map(String::as_str).collect::<Vec<_>>()[..]
    {
        return measure(
            Path::new(folder),
            what == "hub",
            reports.parse().expect("a number"),
        );
    }
    let bays = args
        .iter()
        .find_map(|a| a.parse().ok())
        .unwrap_or(1_400_000_u32);
    let none = city(0);
    let many = city(bays);
    let read = |what| {
        (
            measured(none.path(), what, bays),
            measured(many.path(), what, bays),
        )
    };
    let (r0, r1) = read("registry");
    let (h0, h1) = read("hub");
    let a_bay = |more: u64, less: u64| (more as f64 - less as f64) / f64::from(bays);

    let registry = a_bay(r1.registry, r0.registry);
    let numbers = a_bay(r1.numbers, r0.numbers);
    let idle = a_bay(h1.idle, h0.idle);
    let full = a_bay(h1.full, h0.full);
    let strings = registry - numbers;
    let live = full - strings;
    println!(
        "{bays} bays; RSS with none {:.1} MB, with all of them {:.1} MB\n",
        mb(h0.full),
        mb(h1.full)
    );
    println!("| bytes a bay                                 |        |");
    println!("|---------------------------------------------|--------|");
    println!("| all, once each has been reported            | {full:>6.1} |");
    println!("| all, before the first report                | {idle:>6.1} |");
    println!("| registry alone                              | {registry:>6.1} |");
    println!("|   of it strings: ids, id map, zones         | {strings:>6.1} |");
    println!("|   of it arrays of numbers                   | {numbers:>6.1} |");
    println!("| live state: all but the strings             | {live:>6.1} |");
    println!("\nwanted: live state <= {WANTED} bytes a bay");
}

fn mb(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
