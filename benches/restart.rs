//! What a restart costs, and what durability costs a sender.
//!
//! `cargo bench --bench restart`. First: 1.4 million bays, 10 million journalled claims behind the
//! newest checkpoint; how long a worker stands still for a checkpoint, how long it takes to read
//! one, how fast the journal is replayed, and both together (the registry is in memory already;
//! `registry_load` measures that). Then: reports at QoS 1 over MQTT, once acknowledged when they
//! are on disk and once by an inbox that acknowledges at once, in turn. Files lie in the system's
//! temporary folder, and are read from the page cache.

use bayhub::clock::SystemClock;
use bayhub::domain::{
    BayIx, BayKind, BayStatus, Claim, Clock, Corrections, LatLon, Millis, Observation, Parcel,
    Pass, Receipt, SettledHour, SettledSink, SourceIx, SourceKind, Speaker, Submission, ZoneIx,
    ZoneKind,
};
use bayhub::health::Health;
use bayhub::ingest::board::{Board, Wanted, Watch};
use bayhub::ingest::codec::Codec;
use bayhub::ingest::gate::{self, Gate};
use bayhub::ingest::mqtt_server::{self, Denied, Door, Doorkeeper, Intake};
use bayhub::journal::{Checkpointing, Checkpoints, Config, Cut, Journal};
use bayhub::live::{Live, Room};
use bayhub::metrics::Metrics;
use bayhub::registry::Registry;
use bayhub::registry::city::{BayAttrs, BaySpec, ZoneSpec};
use bayhub::settlement::AmendmentFiles;
use bayhub::stream::{self, Saved, Settlement, Stream};
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, watch};

const ZONES: usize = 14_000;
const BAYS: usize = 1_400_000;
const CLAIMS: u64 = 10_000_000;
const GROUP: u64 = 65_536;
const SOURCES: u32 = 20_000;
const LONG: Duration = Duration::from_mins(1);

fn city() -> Arc<Registry> {
    let place = |z: usize| LatLon {
        lat: 1.22 + (z / 120) as f64 * 0.002,
        lon: 103.6 + (z % 120) as f64 * 0.0036,
    };
    let zones = (0..ZONES).map(|z| ZoneSpec {
        id: format!("Z{z}"),
        name: String::new(),
        kind: ZoneKind::OffStreet,
        operator: String::new(),
        capacity: (BAYS / ZONES) as u32,
        place: place(z),
        outline: vec![],
        stale_after_s: None,
    });
    let attrs = BayAttrs {
        kind: BayKind::Car,
        accessible: false,
        ev_charging: false,
        max_height_cm: 0,
        max_stay_min: 0,
        price_cents_per_hour: 120,
    };
    let bays = (0..BAYS).map(|b| {
        let z = b / (BAYS / ZONES);
        let i = b % (BAYS / ZONES);
        let at = place(z);
        let place = LatLon {
            lat: at.lat + (i / 10) as f64 * 3e-5,
            lon: at.lon + (i % 10) as f64 * 3e-5,
        };
        BaySpec {
            id: format!("Z{z}-{i}"),
            zone: format!("Z{z}"),
            place,
            attrs,
        }
    });
    let registry = Registry::in_memory(zones.collect(), bays.collect()).expect("a sound city");
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
    };
    (from..from + GROUP).map(|i| Claim::Bay(one(i))).collect()
}

fn live(registry: &Registry) -> Arc<Live> {
    Arc::new(Live::new(
        &registry.city(),
        Room {
            spare_bays: 0,
            spare_zones: 0,
            subscribers: 1,
        },
    ))
}

/// Takes all results and drops them.
struct Nobody;

impl SettledSink for Nobody {
    fn try_hour(&self, _: u32, _: u32, _: &Arc<SettledHour>) -> bool {
        true
    }

    fn try_corrections(&self, _: u32, _: u32, _: &Arc<Corrections>) -> bool {
        true
    }

    fn given_up(&self, _: Millis, _: bool) {}
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
    config.settle.max_waiting = 1 << 25;
    let kept =
        AmendmentFiles::open(&dir.join("settled"), 0, 1 << 30, saved.kept()).expect("a folder");
    let settlement = Settlement {
        sink: Arc::new(Nobody),
        kept: Arc::new(move |me| kept.of_worker(me, 1)),
    };
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
    let (doors, inbox) = mpsc::channel(64);
    let committed = Box::new(move |batch| feed.push(batch));
    let metrics = Arc::new(Metrics::new());
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

/// Lets everybody in as the first source.
struct Open;

impl Doorkeeper for Open {
    fn admit(&self, _: &str, _: &[u8]) -> Result<Speaker, Denied> {
        Ok(Speaker {
            source: SourceIx(0),
            kind: SourceKind::Sensor,
            id: "s0".into(),
            pass: Pass::default(),
            uplinks: false,
        })
    }
}

struct ByGate(Gate);

impl Intake for ByGate {
    fn take(&self, speaker: &Speaker, codec: &'static Codec, payload: &[u8], out: &mut Parcel) {
        self.0.take(
            speaker,
            bayhub::domain::Door::Mqtt,
            &"bench",
            codec,
            payload,
            out,
        );
    }
}

/// Nobody subscribes here.
struct Blank;

impl Board for Blank {
    fn zone(&self, _: &str) -> Option<ZoneIx> {
        None
    }
    fn show(&self, _: ZoneIx, _: &mut String, _: &mut Vec<u8>) -> bool {
        false
    }
    fn watch(&self, _: Wanted) -> Option<Box<dyn Watch>> {
        None
    }
}

/// Publishes at QoS 1 over some connections for a while; acknowledged reports a second.
fn publish(registry: &Arc<Registry>, durable: bool) -> f64 {
    const CONNECTIONS: usize = 16;
    const RUN: Duration = Duration::from_secs(3);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("threads");
    let metrics = Arc::new(Metrics::new());
    let dir = tempfile::tempdir().expect("a folder");
    let gate = Gate::new(
        registry.clone(),
        Arc::new(SystemClock),
        metrics.clone(),
        gate::Config::default(),
    );
    let (inbox, mut outbox) = mpsc::channel::<Submission>(1024);
    let config = mqtt_server::Config {
        max_connections_per_source: 100,
        ..mqtt_server::Config::default()
    };
    let door = Door::new(
        config,
        Arc::new(Open),
        Arc::new(ByGate(gate)),
        Arc::new(Blank),
        inbox,
        metrics.clone(),
    );
    if durable {
        let journal =
            Journal::open(dir.path(), Config::default(), registry.clone()).expect("a fresh folder");
        let health = Arc::new(Health::default());
        let _ends_with_its_inbox = journal.start(
            outbox,
            Arc::new(SystemClock),
            Box::new(drop),
            metrics,
            health,
        );
    } else {
        runtime.spawn(async move {
            while let Some(s) = outbox.recv().await {
                s.receipt.durable();
            }
        });
    }
    let listener = runtime
        .block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))
        .expect("a port");
    let addr = listener.local_addr().expect("an address");
    let (_stop, stopped) = watch::channel(false);
    runtime.spawn(mqtt_server::serve(listener, Arc::new(door), stopped));
    let begun = Instant::now();
    let acknowledged = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for c in 0..CONNECTIONS {
            let acknowledged = &acknowledged;
            scope.spawn(move || acknowledged.fetch_add(talk(addr, c, begun + RUN), Relaxed));
        }
    });
    let rate = acknowledged.into_inner() as f64 / begun.elapsed().as_secs_f64();
    runtime.shutdown_background();
    rate
}

/// One sender with up to 256 reports under way. How many were acknowledged.
fn talk(addr: std::net::SocketAddr, c: usize, end: Instant) -> u64 {
    let mut s = std::net::TcpStream::connect(addr).expect("it listens");
    let client = format!("bench-{c:02}");
    let mut connect = b"\x10\x00\x00\x04MQTT\x04\xc2\x00\x3c".to_vec();
    for text in [client.as_str(), "s0", "key"] {
        connect.extend_from_slice(&(text.len() as u16).to_be_bytes());
        connect.extend_from_slice(text.as_bytes());
    }
    connect[1] = (connect.len() - 2) as u8;
    s.write_all(&connect).expect("a connection");
    let mut acks = vec![0; 256 * 4];
    s.read_exact(&mut acks[..4]).expect("let in");
    assert_eq!(acks[..4], [0x20, 2, 0, 0]);
    let mut round = Vec::new();
    for id in 1..=256u16 {
        let topic = b"bayhub/v1/s0/report";
        let bay = (c * 1000 + usize::from(id)) % ZONES;
        let payload = format!(r#"{{"bay":"Z{bay}-7","state":"vacant"}}"#);
        round.extend_from_slice(&[
            0x32,
            (2 + topic.len() + 2 + payload.len()) as u8,
            0,
            topic.len() as u8,
        ]);
        round.extend_from_slice(topic);
        round.extend_from_slice(&id.to_be_bytes());
        round.extend_from_slice(payload.as_bytes());
    }
    let mut n = 0;
    while Instant::now() < end {
        s.write_all(&round).expect("a connection");
        s.read_exact(&mut acks).expect("acknowledged");
        assert!(acks[0] == 0x40 && acks[1020] == 0x40);
        n += 256;
    }
    n
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
