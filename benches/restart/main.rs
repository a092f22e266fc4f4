//! What a restart costs, and what durability costs a sender.
//!
//! `cargo bench --bench restart`. First: 1.4 million bays, 10 million journalled claims behind the
//! newest checkpoint; how long a worker stands still for a checkpoint, how long it takes to read
//! one, how fast the journal is replayed, and both together (the registry is in memory already;
//! `registry_load` measures that). Then: reports at QoS 1 over MQTT, once acknowledged when they
//! are on disk and once by an inbox that acknowledges at once, in turn. Files lie in the system's
//! temporary folder, and are read from the page cache.

#[path = "../common/mod.rs"]
mod common;
mod publishing;

use bayhub::clock::SystemClock;
use bayhub::domain::{
    Backing, BayIx, BayStatus, Claim, Clock, Millis, Observation, Receipt, SourceIx, SourceKind,
    Submission,
};
use bayhub::health::Health;
use bayhub::inbox::inbox;
use bayhub::journal::{Checkpointing, Checkpoints, Config, Cut, Journal};
use bayhub::live::Live;
use bayhub::metrics::Metrics;
use bayhub::registry::Registry;
use bayhub::stream::{self, Saved, Stream};
use common::grid::{self, BAYS, live, settlement};
use publishing::publish;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

const CLAIMS: u64 = 10_000_000;
const GROUP: u64 = 65_536;
const SOURCES: u32 = 20_000;
const LONG: Duration = Duration::from_mins(1);

/// With sources.
fn city() -> Arc<Registry> {
    let registry = grid::city();
    let names: Vec<String> = (0..SOURCES).map(|s| format!("s{s}")).collect();
    let all: Vec<_> = names
        .iter()
        .map(|n| (n.as_str(), SourceKind::Sensor))
        .collect();
    registry.enrol_sources(&all).expect("room for them");
    Arc::new(registry)
}

/// Claims `from..from + GROUP`, over the bays in no order.
fn claims(from: u64, now: Millis) -> Vec<Claim> {
    let one = |i: u64| Observation {
        at: Millis(now.0 + i / 100_000),
        seq: i,
        bay: BayIx((i * 2_654_435_761 % BAYS as u64) as u32),
        source: SourceIx((i % u64::from(SOURCES)) as u32),
        source_kind: SourceKind::Sensor,
        status: BayStatus::from_bits(1 + i / 7 % 2),
        confidence: 247,
        backing: Backing::default(),
    };
    (from..from + GROUP).map(|i| Claim::Bay(one(i))).collect()
}

/// Settling too, as the hub does; all claims are of a few seconds, so they all wait to be settled.
fn resume(
    registry: &Arc<Registry>,
    live: &Arc<Live>,
    saved: Saved,
    dir: &Path,
) -> (Stream, stream::Feed) {
    let mut config = stream::Config::default();
    let metrics = Arc::new(Metrics::new());
    config.settle.max_waiting = Some(1 << 25);
    let settlement = settlement(&dir.join("settled"), 1 << 30, saved.kept());
    let sources = SOURCES as usize;
    stream::resume(
        &config,
        registry.clone(),
        live.clone(),
        metrics,
        sources,
        saved,
        Some(settlement),
    )
    .expect("threads")
}

/// Writes the journal: every bay once, cuts, then `CLAIMS` behind the last of them. Pauses of the
/// cuts.
fn fill(dir: &Path, registry: &Arc<Registry>) -> Vec<Duration> {
    let folder = Checkpoints::open(&dir.join("checkpoints")).expect("a folder");
    let journal =
        Journal::open(&dir.join("journal"), config(), registry.clone()).expect("a fresh folder");
    let (stream, mut feed) = resume(registry, &live(registry), Saved::default(), dir);
    stream.cuts.make_room(BAYS as u32);
    let wanted = Arc::new(AtomicU64::new(0));
    let cuts = stream.cuts.clone();
    let asked = std::sync::mpsc::sync_channel::<Cut>(1);
    let tell = asked.0;
    let want = wanted.clone();
    let ask = Box::new(move |cut: Cut| {
        want.swap(0, Relaxed) > 0 && cuts.ask(cut.at) && tell.try_send(cut).is_ok()
    });
    let how = Checkpointing {
        ask,
        needed_from: Arc::default(),
        newest: Cut::default(),
    };
    let metrics = Arc::new(Metrics::new());
    let (doors, inbox) = inbox(journal.inbox(), metrics.clone());
    let committed = Box::new(move |batch| feed.push(batch));
    let health = Arc::new(Health::default());
    let journal = journal.with_checkpoints(how).start(
        inbox,
        Arc::new(SystemClock),
        committed,
        metrics,
        health,
    );
    let journal = journal.expect("a thread");
    let now = SystemClock.now();
    let mut n = 0;
    let mut pauses = Vec::new();
    let mut send = |upto: u64| {
        while n < upto {
            let claims = claims(n, now);
            let receipt = Receipt::unwatched();
            let sent = doors.blocking_send(Submission {
                claims,
                refusals: vec![],
                receipt,
            });
            assert!(sent.is_ok(), "the journal runs");
            n += GROUP;
        }
        n
    };
    let mut at = send(BAYS as u64 * 2);
    for _ in 0..10 {
        wanted.store(1, Relaxed);
        // Claims go on coming while the cut is made.
        at = send(at + 4 * GROUP);
        let cut = asked.1.recv().expect("a cut");
        let part = stream.cuts.collect(LONG).expect("a part");
        pauses.push(part.pause);
        folder
            .write(cut, |draft| {
                part.copied.blocks(|tag, bytes| draft.block(tag, bytes))
            })
            .expect("room on disk");
        stream.cuts.give_back(part);
        stream.cuts.over();
    }
    send(at + CLAIMS);
    drop(doors);
    journal.join().expect("no panic");
    stream.join().expect("no panic");
    pauses
}

/// Only what is asked for is cut.
fn config() -> Config {
    Config {
        checkpoint_bytes: 1 << 20,
        ..Config::default()
    }
}

fn restart(dir: &Path, registry: &Arc<Registry>) {
    let live = live(registry);
    let begun = Instant::now();
    let journal =
        Journal::open(&dir.join("journal"), config(), registry.clone()).expect("a whole journal");
    let open = ms(begun);
    let step = Instant::now();
    let folder = Checkpoints::open(&dir.join("checkpoints")).expect("a folder");
    let found = folder.newest(journal.end(), |whole| {
        let mut saved = Saved::default();
        whole
            .blocks()
            .try_for_each(|(tag, bytes)| saved.read(tag, bytes))
            .map_err(|e| e.to_string())?;
        Ok(saved)
    });
    let (cut, saved) = found.expect("it can be read").expect("there is one");
    let bays = saved.bays();
    let read = ms(step);
    let step = Instant::now();
    let (stream, mut feed) = resume(registry, &live, saved, dir);
    while !stream.progress.settled() {
        std::thread::yield_now();
    }
    let back = ms(step);
    let step = Instant::now();
    let replayed = journal
        .replay_from(cut.position, |batch| feed.push(batch))
        .expect("a whole journal");
    while stream.progress.waiting() > 0 {
        std::thread::yield_now();
    }
    let replay = ms(step);
    let ready = ms(begun);
    let claims = replayed.claims;
    let rate = claims as f64 / replay / 1e3;
    println!(
        "restart: open {open:.0} ms, read checkpoint ({bays} bays) {read:.0} ms, put back {back:.0} ms, \
         replay {claims} claims {replay:.0} ms = {rate:.1} M/s; ready after {ready:.0} ms"
    );
    drop(feed);
    stream.join().expect("no panic");
}

fn ms(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1e3
}

fn main() {
    let registry = city();
    let dir = tempfile::tempdir().expect("a folder");
    let mut pauses = fill(dir.path(), &registry);
    println!("pauses in order: {pauses:.1?}");
    pauses.sort();
    println!(
        "pause for a checkpoint of {BAYS} bays, under load: median {:.1?}, worst of {} {:.1?}",
        pauses[pauses.len() / 2],
        pauses.len(),
        pauses[pauses.len() - 1]
    );
    (0..3).for_each(|_| restart(dir.path(), &registry));
    let mut with = Vec::new();
    let mut without = Vec::new();
    for _ in 0..3 {
        without.push(publish(&registry, false));
        with.push(publish(&registry, true));
    }
    with.sort_by(f64::total_cmp);
    without.sort_by(f64::total_cmp);
    let with = with[1];
    let without = without[1];
    println!(
        "QoS 1 reports/s: durable {with:.0}, acknowledged at once {without:.0}; ratio {:.2}",
        with / without
    );
}
