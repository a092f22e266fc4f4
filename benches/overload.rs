//! Ten times what the hub can store: does its memory stay where it is, and is every report
//! accounted for?
//!
//! `cargo bench --bench overload [-- SECONDS]`, 120 unless told otherwise. A real hub process on
//! loopback, its journal told to sync after every few reports, which makes its disk a slow one.
//! First, what it can store: senders at QoS 1 that each wait for their acknowledgement. Then, on
//! top of those, reports at QoS 0 at ten times that rate, and `POST /v1/reports` without a pause.
//! Then, on a hub as it comes, batches of 500 bays as fast as the sockets take them.
//!
//! Printed: resident memory, once a second, against what it was before; how many reports were
//! stored, shed and answered with 429; the time of a driver's query meanwhile. At the end the hub's
//! counts are held against the senders'.
#![allow(
    clippy::unwrap_used,
    reason = "a measurement that cannot be made may end"
)]
#![allow(clippy::disallowed_methods, reason = "threads that wait")]

mod common;

use common::packets;
use common::programs::{DemoHub, print_load};
use hdrhistogram::Histogram;
use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const WAITING: usize = 32;
const FLOODING: usize = 8;
const POSTING: usize = 4;
/// What the memory may grow by, MB.
const WANTED: f64 = 64.0;

fn main() {
    let seconds = std::env::args()
        .skip(1)
        .filter(|a| a != "--bench")
        .find_map(|a| a.parse().ok())
        .unwrap_or(120);
    print_load();
    slow_disk(seconds);
    as_it_comes(seconds / 2);
}

/// A hub, and what its city's bays are called.
struct Hub {
    demo: DemoHub,
    bays: Vec<String>,
}

impl Hub {
    fn start(env: &[(&str, &str)]) -> Arc<Self> {
        let demo = DemoHub::start(env);
        let bays = demo.bays().into_iter().map(|(_, bay)| bay).collect();
        Arc::new(Self { demo, bays })
    }

    fn resident_mb(&self) -> f64 {
        self.demo.resident() as f64 / 1e6
    }

    /// The status line, headers and body.
    fn ask(&self, request: &str) -> String {
        let mut socket = TcpStream::connect(self.demo.http()).unwrap();
        socket.write_all(request.as_bytes()).unwrap();
        let mut text = String::new();
        socket.read_to_string(&mut text).unwrap();
        text
    }

    /// The sum of a counter over its labels.
    fn counted(&self, name: &str) -> u64 {
        let text = self.ask("GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        let lines = text
            .lines()
            .filter(|l| l.starts_with(name) && l[name.len()..].starts_with([' ', '{']));
        lines
            .filter_map(|l| l.rsplit(' ').next()?.parse::<f64>().ok())
            .sum::<f64>() as u64
    }

    /// One report of `bays` bays.
    fn report(&self, n: usize, bays: usize) -> String {
        let mut text = format!(r#"{{"seq":{n},"bays":["#);
        for i in 0..bays {
            let bay = &self.bays[(n * 7919 + i) % self.bays.len()];
            let comma = if i > 0 { "," } else { "" };
            let state = ["vacant", "occupied"][(n + i) % 2];
            write!(text, r#"{comma}{{"bay":"{bay}","state":"{state}"}}"#).unwrap();
        }
        text + "]}"
    }
}

/// A PUBLISH; `id` 0 for QoS 0.
fn publish(id: u16, payload: &str) -> Vec<u8> {
    packets::report("demo-app", id, payload.as_bytes())
}

/// What senders did, and when they are to stop.
#[derive(Default)]
struct Load {
    stop: AtomicBool,
    /// Reports at QoS 1 that were acknowledged, and of those sent.
    acknowledged: AtomicU64,
    /// Reports at QoS 0 that were sent.
    sent: AtomicU64,
    posted: AtomicU64,
    busy: AtomicU64,
    asked: Mutex<Option<Histogram<u64>>>,
}

type Running = Vec<std::thread::JoinHandle<()>>;

fn spawn(n: usize, hub: &Arc<Hub>, load: &Arc<Load>, work: fn(usize, &Hub, &Load)) -> Running {
    let one = |i| {
        let hub = hub.clone();
        let load = load.clone();
        std::thread::spawn(move || work(i, &hub, &load))
    };
    (0..n).map(one).collect()
}

fn join(running: Running) {
    for thread in running {
        thread.join().unwrap();
    }
}

/// Sends at QoS 1 and waits for each acknowledgement.
fn wait(i: usize, hub: &Hub, load: &Load) {
    let mut socket = hub.demo.connect(&format!("waits-{i}"));
    let mut ack = [0; 4];
    let mut n = i;
    while !load.stop.load(Relaxed) {
        n += WAITING;
        socket
            .write_all(&publish(1 + (n % 60_000) as u16, &hub.report(n, 1)))
            .unwrap();
        socket.read_exact(&mut ack).unwrap();
        load.acknowledged.fetch_add(1, Relaxed);
    }
}

/// Sends `rate` reports a second at QoS 0.
fn flood(i: usize, hub: &Hub, load: &Load, rate: f64) {
    let mut socket = hub.demo.connect(&format!("floods-{i}"));
    let begun = Instant::now();
    let mut n = 0_u64;
    while !load.stop.load(Relaxed) {
        let due = (begun.elapsed().as_secs_f64() * rate) as u64;
        if n >= due {
            std::thread::sleep(Duration::from_millis(1));
            continue;
        }
        // One write a report: what comes in one read would become one submission, and be stored
        // with one sync.
        socket
            .write_all(&publish(0, &hub.report(n as usize * FLOODING + i, 1)))
            .unwrap();
        n += 1;
        load.sent.fetch_add(1, Relaxed);
    }
    // A goodbye behind the last report: it is read in order, and then the hub closes.
    socket.write_all(&[0xe0, 0]).unwrap();
    let _ = socket.read(&mut [0]);
}

fn post(i: usize, hub: &Hub, load: &Load) {
    let mut n = i;
    while !load.stop.load(Relaxed) {
        n += POSTING;
        let body = hub.report(n, 1).replacen(
            '{',
            &format!(r#"{{"source":"{}","#, hub.demo.text("/source")),
            1,
        );
        let answer = hub.ask(&format!(
            "POST /v1/reports HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            hub.demo.text("/keys/report"),
            body.len()
        ));
        if answer.starts_with("HTTP/1.1 202") {
            load.posted.fetch_add(1, Relaxed);
        } else {
            assert!(
                answer.starts_with("HTTP/1.1 429")
                    && answer.to_lowercase().contains("\r\nretry-after: "),
                "{answer}"
            );
            load.busy.fetch_add(1, Relaxed);
        }
    }
}

/// Asks for bays nearby, ten times a second.
fn ask(_: usize, hub: &Hub, load: &Load) {
    let mut times = Histogram::new(3).unwrap();
    while !load.stop.load(Relaxed) {
        let begun = Instant::now();
        let answer = hub.ask(
            "GET /v1/bays/nearby?lat=1.3343&lon=103.8563&limit=20 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        );
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        times.record(begun.elapsed().as_micros() as u64).unwrap();
        std::thread::sleep(Duration::from_millis(100));
    }
    *load.asked.lock().unwrap() = Some(times);
}

/// Batches at QoS 0 and 1 in turn as fast as the socket takes them; acknowledgements are read and
/// left.
fn pour(i: usize, hub: &Hub, load: &Load) {
    let mut socket = hub.demo.connect(&format!("pours-{i}"));
    let mut acks = socket.try_clone().unwrap();
    let reader =
        std::thread::spawn(move || while acks.read(&mut [0; 4096]).is_ok_and(|n| n > 0) {});
    let batches: Vec<_> = (1..=64_u16)
        .map(|id| publish(id * (id % 2), &hub.report(usize::from(id) * 31 + i, 500)))
        .collect();
    socket
        .set_write_timeout(Some(Duration::from_secs(5)))
        .unwrap();
    for batch in batches.iter().cycle() {
        if load.stop.load(Relaxed) || socket.write_all(batch).is_err() {
            break;
        }
        load.sent.fetch_add(500, Relaxed);
    }
    let _ = socket.shutdown(Shutdown::Both);
    reader.join().unwrap();
}

/// Lets `seconds` pass; the most memory there was.
fn watch(hub: &Hub, seconds: u64) -> f64 {
    let mut most = 0_f64;
    for _ in 0..seconds {
        std::thread::sleep(Duration::from_secs(1));
        most = most.max(hub.resident_mb());
    }
    most
}

fn verdict(what: &str, before: f64, most: f64) {
    let grown = most - before;
    let word = if grown < WANTED {
        "within"
    } else {
        "MORE THAN"
    };
    println!(
        "{what}: resident {before:.0} MB before, {most:.0} MB at most: grew by {grown:.1} MB, {word} {WANTED} MB"
    );
}

fn slow_disk(seconds: u64) {
    // As many groups may wait as a sync of one report each makes in some tenths of a second.
    let hub = Hub::start(&[
        ("BAYHUB__JOURNAL__GROUP_CLAIMS", "1"),
        ("BAYHUB__JOURNAL__INBOX_CLAIMS", "1024"),
    ]);
    let load = Arc::new(Load::default());
    let mut running = spawn(WAITING, &hub, &load, wait);
    watch(&hub, 3);
    let from = load.acknowledged.load(Relaxed);
    let begun = Instant::now();
    let before = watch(&hub, 5);
    let rate = (load.acknowledged.load(Relaxed) - from) as f64 / begun.elapsed().as_secs_f64();
    println!(
        "with one report a sync the hub stores {rate:.0} reports/s from {WAITING} senders that wait"
    );
    let from = load.acknowledged.load(Relaxed);
    let begun = Instant::now();
    for i in 0..FLOODING {
        let hub = hub.clone();
        let load = load.clone();
        running.push(std::thread::spawn(move || {
            flood(i, &hub, &load, rate * 10.0 / FLOODING as f64);
        }));
    }
    running.extend(spawn(POSTING, &hub, &load, post));
    running.extend(spawn(1, &hub, &load, ask));
    let most = watch(&hub, seconds);
    let took = begun.elapsed().as_secs_f64();
    let waited = (load.acknowledged.load(Relaxed) - from) as f64 / took;
    load.stop.store(true, Relaxed);
    join(running);
    let sent = load.sent.load(Relaxed);
    let posted = load.posted.load(Relaxed);
    let busy = load.busy.load(Relaxed);
    println!(
        "for {took:.0} s besides: {:.0} reports/s at QoS 0 ({:.1} times that); QoS 1 got {waited:.0}/s; HTTP {:.0}/s stored, \
         {:.0}/s answered 429 with Retry-After",
        sent as f64 / took,
        sent as f64 / took / rate,
        posted as f64 / took,
        busy as f64 / took
    );
    verdict("slow disk", before, most);
    let times = load.asked.lock().unwrap().take().unwrap();
    let ms = |q| times.value_at_quantile(q) as f64 / 1e3;
    println!(
        "a driver's query meanwhile: p50 {:.1} ms  p99 {:.1} ms  of {}",
        ms(0.5),
        ms(0.99),
        times.len()
    );
    let shed = hub.counted("bayhub_reports_shed_total");
    let stored = load.acknowledged.load(Relaxed) + posted + sent - shed;
    let end = Instant::now() + Duration::from_secs(30);
    while hub.counted("bayhub_journal_claims_total") < stored && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(100));
    }
    let claims = hub.counted("bayhub_journal_claims_total");
    println!(
        "{shed} of {sent} at QoS 0 were shed and counted; {claims} in the journal of {stored} acknowledged or not shed"
    );
}

fn as_it_comes(seconds: u64) {
    let hub = Hub::start(&[]);
    let load = Arc::new(Load::default());
    // Every bay once, so that what a full city takes is not counted as growth.
    let mut warm = hub.demo.connect("warm");
    for n in 0..hub.bays.len() / 500 {
        let mut text = r#"{"bays":["#.to_owned();
        for (i, bay) in hub.bays[n * 500..][..500].iter().enumerate() {
            write!(
                text,
                r#"{}{{"bay":"{bay}","state":"vacant"}}"#,
                if i > 0 { "," } else { "" }
            )
            .unwrap();
        }
        warm.write_all(&publish(1, &(text + "]}"))).unwrap();
        warm.read_exact(&mut [0; 4]).unwrap();
    }
    let before = watch(&hub, 3);
    let mut running = spawn(2 * FLOODING, &hub, &load, pour);
    running.extend(spawn(1, &hub, &load, ask));
    let most = watch(&hub, seconds);
    load.stop.store(true, Relaxed);
    join(running);
    let claims = hub.counted("bayhub_journal_claims_total");
    println!(
        "as it comes, {seconds} s of batches without a pause: {:.2} M bays/s read, {:.2} M/s stored, {} messages shed",
        load.sent.load(Relaxed) as f64 / seconds as f64 / 1e6,
        claims as f64 / seconds as f64 / 1e6,
        hub.counted("bayhub_reports_shed_total")
    );
    verdict("as it comes", before, most);
}
