//! The live stream under load: from a report's PUBLISH to the event at a client, and what an idle
//! client costs.
//!
//! `cargo bench --bench sse [-- SECONDS [ZONES_A_CLIENT [IDLE_CLIENTS]]]`. A real hub process on
//! loopback with the demo's city and no simulator. 50,000 reports a second come in by MQTT at QoS 1
//! in batches of 20 bays of one zone; 50 clients follow some zones each. The time of a report runs
//! from just before its message is written to the socket until a client has read an event of its
//! zone that is not older: every report counts, also those that melted into one event. Clients and
//! publishers run in this process, on the same cores as the hub.
//!
//! Then, on a fresh hub, clients in a process of their own open idle streams: what the hub's memory
//! grows by.
#![allow(
    clippy::unwrap_used,
    reason = "a measurement that cannot be made may end"
)]
#![allow(
    clippy::disallowed_methods,
    reason = "threads that wait, and a wall clock that the hub's is compared with"
)]

mod common;

use bayhub::domain::Millis;
use common::packets;
use common::programs::{DemoHub, Myself, print_load, raise_descriptors};
use hdrhistogram::Histogram;
use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const RATE: u64 = 50_000;
const BATCH: usize = 20;
const CLIENTS: usize = 50;
const PUBLISHERS: usize = 4;
/// The source that the demo's key speaks for.
const SOURCE: &str = "demo-app";
/// What makes this program the idle clients: `ADDRESS CLIENTS`.
const IDLE: &str = "idle-clients";

/// Messages sent, by zone: when they were sent (us) and the time they carry (ms).
type Sent = Mutex<BTreeMap<String, Vec<(u64, u64)>>>;

/// One event read: zone, time it carries (ms), when it was read (us).
type Got = Vec<(String, u64, u64)>;

fn main() {
    let mut args = std::env::args().skip(1).filter(|a| a != "--bench");
    let first = args.next();
    if first.as_deref() == Some(IDLE) {
        return idle_clients(&args.next().unwrap(), args.next().unwrap().parse().unwrap());
    }
    let seconds = first.map_or(10, |n| n.parse().expect("seconds"));
    let followed = args
        .next()
        .map_or(10, |n| n.parse().expect("zones a client"));
    let idle = args
        .next()
        .map_or(10_000, |n| n.parse().expect("idle clients"));
    raise_descriptors();
    print_load();
    latency(seconds, followed);
    memory(idle);
}

fn now_us() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_micros() as u64
}

/// Bays by zone; only zones with enough for a batch.
fn zones(hub: &DemoHub) -> Vec<(String, Vec<String>)> {
    let mut zones = BTreeMap::<String, Vec<String>>::new();
    for (zone, bay) in hub.bays() {
        zones.entry(zone).or_default().push(bay);
    }
    zones.retain(|_, bays| bays.len() >= BATCH);
    zones.into_iter().collect()
}

// ---- latency
fn latency(seconds: u64, followed: usize) {
    let hub = DemoHub::start(&[]);
    let zones = Arc::new(zones(&hub));
    let sent = Arc::new(Sent::default());
    let stop = Arc::new(AtomicBool::new(false));
    let reports = Arc::new(AtomicU64::new(0));
    let clients: Vec<_> = (0..CLIENTS)
        .map(|n| {
            let mine: Vec<&str> = (0..followed)
                .map(|z| &*zones[(n * followed + z) * 7 % zones.len()].0)
                .collect();
            let stream = open(hub.http(), &format!("/v1/stream?zones={}", mine.join(",")));
            let stop = stop.clone();
            std::thread::spawn(move || follow(stream, &stop))
        })
        .collect();
    std::thread::sleep(Duration::from_secs(1));
    let busy = hub.busy();
    let began = Instant::now();
    let publishers: Vec<_> = (0..PUBLISHERS)
        .map(|n| {
            let socket = hub.connect(&format!("bench-{n}"));
            let zones = zones.clone();
            let sent = sent.clone();
            let stop = stop.clone();
            let reports = reports.clone();
            std::thread::spawn(move || publish(socket, n, &zones, &sent, &stop, &reports))
        })
        .collect();
    std::thread::sleep(Duration::from_secs(seconds));
    let done = reports.load(Relaxed);
    let took = began.elapsed().as_secs_f64();
    let used = hub.busy() - busy;
    stop.store(true, Relaxed);
    for publisher in publishers {
        publisher.join().unwrap();
    }
    let got: Vec<Got> = clients.into_iter().map(|c| c.join().unwrap()).collect();
    let events: usize = got.iter().map(Vec::len).sum();
    let times = times(&sent.lock().unwrap(), &got);
    let ms = |q: f64| times.value_at_quantile(q) as f64 / 1000.0;
    println!(
        "{} zones; {:.0} reports/s acknowledged by QoS 1, {CLIENTS} clients with {followed} zones each: {:.0} events/s; \
         hub {:.2} cores",
        zones.len(),
        done as f64 / took,
        events as f64 / took,
        used / took
    );
    println!(
        "report -> client, {} measured: p50 {:.1} ms  p90 {:.1} ms  p99 {:.1} ms  p99.9 {:.1} ms  most {:.1} ms",
        times.len(),
        ms(0.5),
        ms(0.9),
        ms(0.99),
        ms(0.999),
        times.max() as f64 / 1000.0
    );
}

/// For each client and each message of a zone it follows: until the first event that is not older.
fn times(sent: &BTreeMap<String, Vec<(u64, u64)>>, got: &[Got]) -> Histogram<u64> {
    let mut times = Histogram::new(3).unwrap();
    for events in got {
        let mut waiting: BTreeMap<&str, VecDeque<(u64, u64)>> = BTreeMap::new();
        for (zone, ..) in events {
            if let Some(all) = sent.get(zone) {
                waiting
                    .entry(zone)
                    .or_insert_with(|| all.iter().copied().collect());
            }
        }
        for (zone, at, read) in events {
            let Some(waiting) = waiting.get_mut(zone.as_str()) else {
                continue;
            };
            while let Some((_, sent)) = waiting
                .front()
                .copied()
                .filter(|(carried, sent)| carried <= at && sent <= read)
            {
                waiting.pop_front();
                times.record(read - sent).unwrap();
            }
        }
    }
    times
}

/// An HTTP connection that has asked for a stream.
fn open(http: SocketAddr, path: &str) -> TcpStream {
    let mut socket = TcpStream::connect(http).unwrap();
    socket.set_nodelay(true).unwrap();
    write!(
        socket,
        "GET {path} HTTP/1.1\r\nHost: bench\r\nAccept: text/event-stream\r\n\r\n"
    )
    .unwrap();
    socket
}

/// Reads events until told to stop.
fn follow(mut socket: TcpStream, stop: &AtomicBool) -> Got {
    socket
        .set_read_timeout(Some(Duration::from_millis(200)))
        .unwrap();
    let mut got = Vec::new();
    let mut text = Vec::new();
    let mut some = vec![0; 65536];
    while !stop.load(Relaxed) {
        let n = match socket.read(&mut some) {
            Ok(0) => panic!("the hub ended a stream"),
            Ok(n) => n,
            Err(_) => continue,
        };
        let read = now_us();
        text.extend_from_slice(&some[..n]);
        let whole = text
            .iter()
            .rposition(|b| *b == b'\n')
            .map_or(0, |end| end + 1);
        for line in String::from_utf8_lossy(&text[..whole])
            .lines()
            .filter(|l| l.starts_with("data: "))
        {
            let field = |name| Some(line.split_once(name)?.1.split_once('"')?.0);
            if let (Some(zone), Some(at)) = (
                field("\"zone\":\""),
                field("\"observed_at\":\"").and_then(Millis::parse),
            ) {
                got.push((zone.to_owned(), at.0, read));
            }
        }
        text.drain(..whole);
    }
    got
}

/// This publisher's share of [`RATE`], a zone after another; acknowledgements are counted by a
/// reader of their own.
fn publish(
    mut socket: TcpStream,
    n: usize,
    zones: &[(String, Vec<String>)],
    sent: &Sent,
    stop: &AtomicBool,
    reports: &Arc<AtomicU64>,
) {
    let mut acks = socket.try_clone().unwrap();
    let counted = reports.clone();
    let reader = std::thread::spawn(move || {
        let mut ack = [0; 4 * 64];
        let mut left = 0;
        while let Ok(n @ 1..) = acks.read(&mut ack) {
            left += n;
            counted.fetch_add((left / 4 * BATCH) as u64, Relaxed);
            left %= 4;
        }
    });
    let pause = Duration::from_micros(1_000_000 * (BATCH * PUBLISHERS) as u64 / RATE);
    let began = Instant::now();
    let mut id = 0_u16;
    for count in 0_u32.. {
        let due = began + pause * count;
        if let Some(early) = due.checked_duration_since(Instant::now()) {
            std::thread::sleep(early);
        }
        if stop.load(Relaxed) {
            break;
        }
        id = id % 60_000 + 1;
        let (zone, bays) = &zones[(count as usize * PUBLISHERS + n) * 13 % zones.len()];
        let now = now_us();
        let mut body = format!("{{\"at\":\"{}\",\"bays\":[", Millis(now / 1000));
        for (i, bay) in bays.iter().take(BATCH).enumerate() {
            let state = if (i + count as usize).is_multiple_of(3) {
                "vacant"
            } else {
                "occupied"
            };
            write!(
                body,
                "{}{{\"bay\":\"{bay}\",\"state\":\"{state}\"}}",
                if i > 0 { "," } else { "" }
            )
            .unwrap();
        }
        body.push_str("]}");
        sent.lock()
            .unwrap()
            .entry(zone.clone())
            .or_default()
            .push((now / 1000, now));
        socket
            .write_all(&packets::report(SOURCE, id, body.as_bytes()))
            .unwrap();
    }
    let _ = socket.shutdown(std::net::Shutdown::Both);
    reader.join().unwrap();
}

// ---- memory

fn memory(clients: usize) {
    let hub = DemoHub::start(&[]);
    // The first few make the hub's threads and tables.
    let _few = idle(&hub, 100);
    let before = hub.resident();
    let _many = idle(&hub, clients);
    let grown = hub.resident().saturating_sub(before);
    println!(
        "{clients} idle clients: {:.1} KB each of the hub's resident memory",
        grown as f64 / clients as f64 / 1e3
    );
    std::thread::sleep(Duration::from_secs(20));
    let grown = hub.resident().saturating_sub(before);
    println!(
        "after a heartbeat:    {:.1} KB each",
        grown as f64 / clients as f64 / 1e3
    );
}

/// A process with so many idle streams, once all of them are open.
fn idle(hub: &DemoHub, clients: usize) -> Myself {
    let myself = Myself::start(&[IDLE, &hub.http().to_string(), &clients.to_string()]);
    assert_eq!(myself.said, "open");
    myself
}

fn idle_clients(http: &str, clients: usize) {
    let http: SocketAddr = http.parse().unwrap();
    let page = {
        let mut socket = TcpStream::connect(http).unwrap();
        write!(
            socket,
            "GET /v1/zones?limit=1 HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n"
        )
        .unwrap();
        let mut text = String::new();
        socket.read_to_string(&mut text).unwrap();
        text
    };
    let zone = page
        .split_once("\"zone\":\"")
        .unwrap()
        .1
        .split_once('"')
        .unwrap()
        .0;
    let mut streams = Vec::with_capacity(clients);
    for _ in 0..clients {
        let mut socket = open(http, &format!("/v1/stream?zones={zone}"));
        let mut text = Vec::new();
        let mut some = [0; 4096];
        while !text.windows(6).any(|w| w == b"data: ") {
            let n = socket.read(&mut some).unwrap();
            assert!(n > 0, "refused: {}", String::from_utf8_lossy(&text));
            text.extend_from_slice(&some[..n]);
        }
        streams.push(socket);
    }
    println!("open");
    let _ = std::io::stdin().read(&mut [0]);
}
