//! Durable QoS 1 reports a second: the hub's own MQTT server beside what one would build
//! otherwise, a mosquitto broker with a rumqttc subscriber that acknowledges by hand. One run, in
//! turns, on 127.0.0.1.
//!
//! The load is the same for both: raw sockets in a process of its own, PUBLISH packets made
//! beforehand (one bay each, some 120 bytes), counted by their PUBACKs. Two shapes: 50 connections
//! with 100 messages under way each, and 1,000 connections that each wait for their PUBACK before
//! they send again.
//!
//! Not the same is what a PUBACK means, and it is in the peer's favour: the hub's says "synced to
//! disk, and refused or taken". mosquitto's says "in memory"; its subscriber decodes the report and
//! acknowledges it at once and stores nothing. The peer's figure is the slower of what was
//! acknowledged to publishers and what reached the subscriber. mosquitto runs with
//! `max_queued_messages 0` and `max_inflight_messages 0` (no limits), so that it drops nothing.
//!
//! At the end: the hub's processor time a report. Of two builds on a machine that others use it is
//! what can be compared.
//!
//! `cargo bench --bench mqtt`, or the built program itself with `SECONDS`. Without mosquitto the
//! peer is skipped.

mod common;

use bayhub::app::Hub;
use bayhub::config;
use bayhub::partners::Keys;
use common::packets;
use common::programs::{Mosquitto, Myself};
use rumqttc::{AsyncClient, Event, MqttOptions, Packet, QoS};
use std::fmt::Write as _;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// What makes this program the load: `ADDRESS PASSWORD CONNECTIONS IN_FLIGHT SECONDS`.
const LOAD: &str = "--load";
/// What makes it the hub: `FOLDER`; it prints its MQTT address and runs until its stdin closes.
const HUB: &str = "--hub";

const BAYS: usize = 20_000;
/// (connections, in flight each, what is wanted as a multiple of the peer)
const SHAPES: [(usize, usize, f64); 2] = [(50, 100, 10.0), (1000, 1, 1.5)];

/// A small city as files: one zone, its bays side by side.
fn city(dir: &Path) {
    let square = "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"geometry\":{\"type\":\"Point\",\
                  \"coordinates\":[103.8,1.3]},\"properties\":{\"id\":\"Z\",\"name\":\"Z\",\"kind\":\"off_street\",\
                  \"operator\":\"bench\",\"capacity\":0}}]}";
    std::fs::write(dir.join("zones.geojson"), square).expect("room on disk");
    let mut bays = String::from("{\"type\":\"FeatureCollection\",\"features\":[");
    for n in 0..BAYS {
        let comma = if n == 0 { "" } else { "," };
        let lat = n / 200;
        let lon = n % 200;
        write!(
            bays,
            "{comma}{{\"type\":\"Feature\",\"geometry\":{{\"type\":\"Point\",\"coordinates\":[103.80{lon:03},1.30{lat:03}]}},\
             \"properties\":{{\"id\":\"Z-{n}\",\"zone\":\"Z\",\"kind\":\"car\"}}}}"
        )
        .expect("a string takes all");
    }
    std::fs::write(dir.join("bays.geojson"), bays + "]}").expect("room on disk");
}

// ---------------------------------------------------------------- the load

fn publish(source: &str, id: u16, bay: usize) -> Vec<u8> {
    let state = if bay.is_multiple_of(7) {
        "vacant"
    } else {
        "occupied"
    };
    let report = format!(
        "{{\"bays\":[{{\"bay\":\"Z-{bay}\",\"state\":\"{state}\",\"confidence\":0.98}}],\"note\":\"lamp post\"}}"
    );
    packets::report(source, id, report.as_bytes())
}

/// One connection; keeps its window full.
struct Publisher {
    socket: TcpStream,
    /// Packets with ids 1.. one after another, each as often as fits in the window.
    packets: Vec<u8>,
    /// Where each packet starts; one more than there are packets.
    starts: Vec<usize>,
    next: usize,
    acks: Vec<u8>,
    left: usize,
}

impl Publisher {
    fn open(at: SocketAddr, n: usize, password: &str, window: usize) -> std::io::Result<Self> {
        let source = format!("lamp-{n}");
        let socket = packets::open(at, &source, &source, password)?;
        let mut packets = Vec::new();
        let mut starts = vec![0];
        for id in 1..=window.max(4) * 2 {
            packets.extend(publish(&source, id as u16, (n * 37 + id * 101) % BAYS));
            starts.push(packets.len());
        }
        socket.set_nonblocking(true)?;
        Ok(Self {
            socket,
            packets,
            starts,
            next: 0,
            acks: vec![0; 4 * window],
            left: 0,
        })
    }

    /// Sends `n` more; a socket that takes no more for now is tried again: windows are far smaller
    /// than its buffer.
    fn send(&mut self, mut n: usize) {
        while n > 0 {
            let run = n.min(self.starts.len() - 1 - self.next);
            let mut part = &self.packets[self.starts[self.next]..self.starts[self.next + run]];
            while !part.is_empty() {
                match self.socket.write(part) {
                    Ok(sent) => part = &part[sent..],
                    Err(e) if e.kind() == ErrorKind::WouldBlock => std::thread::yield_now(),
                    Err(e) => panic!("the server hung up: {e}"),
                }
            }
            self.next = (self.next + run) % (self.starts.len() - 1);
            n -= run;
        }
    }

    /// How many acknowledgements have come since the last look.
    fn heard(&mut self) -> usize {
        match self.socket.read(&mut self.acks[self.left..]) {
            Ok(0) => panic!("the server hung up"),
            Ok(n) => {
                let n = n + self.left;
                let had = self.left;
                assert!(
                    had > 0 || self.acks[0] == 0x40,
                    "not a PUBACK: {:x?}",
                    &self.acks[..4]
                );
                self.left = n % 4;
                self.acks.copy_within(n - self.left..n, 0);
                n / 4
            }
            Err(e) if e.kind() == ErrorKind::WouldBlock => 0,
            Err(e) => panic!("the server hung up: {e}"),
        }
    }
}

/// Publishes for that long and prints how many acknowledgements came a second. One thread goes
/// round all connections, with a short rest when a round brought nothing.
#[allow(
    clippy::disallowed_methods,
    reason = "the load paces itself on its own thread"
)]
fn load(args: &[&str]) {
    let [at, password, connections, window, seconds] = args else {
        panic!("{args:?}")
    };
    let at = at.parse().expect("an address");
    let connections = connections.parse().expect("a number");
    let window: usize = window.parse().expect("a number");
    let seconds: f64 = seconds.parse().expect("a number");
    let mut all: Vec<Publisher> = (0..connections)
        .map(|n| Publisher::open(at, n, password, window).expect("the server lets it in"))
        .collect();
    for p in &mut all {
        p.send(window);
    }
    let mut acked = 0_u64;
    let began = Instant::now();
    while began.elapsed().as_secs_f64() < seconds {
        let mut round = 0;
        for publisher in &mut all {
            let heard = publisher.heard();
            publisher.send(heard);
            round += heard;
        }
        acked += round as u64;
        if round == 0 {
            std::thread::sleep(Duration::from_micros(100));
        }
    }
    println!("{}", acked as f64 / began.elapsed().as_secs_f64());
}

/// Runs the load in its own process; meanwhile `peak` is asked again and again. Acknowledged
/// messages a second.
#[allow(clippy::disallowed_methods, reason = "waits on its own thread")]
fn loaded(
    at: SocketAddr,
    password: &str,
    shape: (usize, usize),
    seconds: f64,
    mut peak: impl FnMut(),
) -> f64 {
    let this = std::env::current_exe().expect("this program");
    let args = [
        at.to_string(),
        password.into(),
        shape.0.to_string(),
        shape.1.to_string(),
        seconds.to_string(),
    ];
    let mut child = Command::new(this)
        .arg(LOAD)
        .args(args)
        .stdout(Stdio::piped())
        .spawn()
        .expect("it runs");
    let end = Instant::now() + Duration::from_secs_f64(seconds + 20.0);
    while child.try_wait().expect("a child").is_none() {
        if Instant::now() > end {
            child.kill().expect("it runs");
        }
        peak();
        std::thread::sleep(Duration::from_millis(50));
    }
    let out = child.wait_with_output().expect("its output");
    String::from_utf8_lossy(&out.stdout)
        .trim()
        .parse()
        .expect("the load ended well")
}

// ---------------------------------------------------------------- the hub

/// The hub as it is deployed, in its own process so that its memory can be told apart.
fn hub(dir: &Path) {
    let digest = Keys::digest("bench-key")
        .iter()
        .fold(String::new(), |text, b| text + &format!("{b:02x}"));
    let toml = format!(
        "[registry]\npath = \"{}\"\n[data]\npath = \"{}\"\n[http]\nlisten = \"127.0.0.1:0\"\n[mqtt]\nlisten = \"127.0.0.1:0\"\n\
         [limits]\nrates = false\nshares = false\n[[keys]]\nname = \"bench\"\npartner = \"bench\"\nsha256 = \"{digest}\"\nscopes = [\"report\"]\n\
         sources = [\"lamp-*\"]\narea = \"all\"\n",
        dir.display(),
        dir.join("data").display()
    );
    let config = config::parse(&toml, &[]).expect("a configuration");
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let hub = Hub::start(config).await.expect("the hub starts");
        println!("{}", hub.mqtt);
        let ended = tokio::task::spawn_blocking(|| std::io::stdin().read(&mut [0; 1]));
        ended.await.expect("a thread").expect("stdin");
        hub.stop().await.expect("it stops");
    });
}

// ---------------------------------------------------------------- the peer

/// Subscribes, decodes each report and acknowledges it by hand, for ever.
async fn subscribe(at: SocketAddr, heard: Arc<AtomicU64>) {
    let mut options = MqttOptions::new("bench-subscriber", at.ip().to_string(), at.port());
    options
        .set_manual_acks(true)
        .set_clean_session(true)
        .set_max_packet_size(1 << 20, 1 << 20);
    let (client, mut events) = AsyncClient::new(options, 1000);
    client
        .subscribe("bayhub/v1/+/report", QoS::AtLeastOnce)
        .await
        .expect("room for a request");
    loop {
        if let Event::Incoming(Packet::Publish(publish)) =
            events.poll().await.expect("the broker is there")
        {
            let report: serde_json::Value =
                serde_json::from_slice(&publish.payload).expect("a report");
            assert!(report["bays"].is_array());
            if client.try_ack(&publish).is_err() {
                // The queue of requests is full: only polling empties it, so the ack waits on a
                // task of its own.
                let client = client.clone();
                tokio::spawn(async move { client.ack(&publish).await });
            }
            heard.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// (acknowledged to publishers, reached the subscriber) a second.
fn peer(shape: (usize, usize), seconds: f64) -> Option<(f64, f64)> {
    let dir = tempfile::tempdir().ok()?;
    // No limits, so that it drops nothing.
    let settings = "max_queued_messages 0\nmax_inflight_messages 0\nset_tcp_nodelay true\n";
    let mosquitto = Mosquitto::start(dir.path(), settings)?;
    let heard = Arc::new(AtomicU64::new(0));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .ok()?;
    runtime.spawn(subscribe(mosquitto.at, heard.clone()));
    // The clock of what was heard runs from the first to the last look at which it had grown.
    let mut first = None;
    let mut last = (Instant::now(), 0);
    let acked = loaded(mosquitto.at, "any", shape, seconds, || {
        let n = heard.load(Ordering::Relaxed);
        if n > last.1 {
            last = (Instant::now(), n);
            first.get_or_insert(last);
        }
    });
    runtime.shutdown_background();
    let (from, before) = first?;
    Some((
        acked,
        (last.1 - before) as f64 / (last.0 - from).as_secs_f64(),
    ))
}

// ---------------------------------------------------------------- the run

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args[..] {
        [LOAD, ref rest @ ..] => return load(rest),
        [HUB, dir] => return hub(Path::new(dir)),
        _ => {}
    }
    let seconds = args.iter().find_map(|a| a.parse().ok()).unwrap_or(10.0);
    let dir = tempfile::tempdir().expect("a folder");
    city(dir.path());
    let hub = Myself::start(&[HUB, &dir.path().to_string_lossy()]);
    let at = hub.said.parse().expect("an address");
    let idle = hub.resident();
    println!(
        "{seconds} s each; the hub idle: {:.1} MB\n",
        idle as f64 / 1e6
    );
    println!(
        "| connections x in flight | hub, durable/s | hub RSS above idle | mosquitto acked/s | subscriber acked/s | hub / peer |"
    );
    println!(
        "|-------------------------|----------------|--------------------|-------------------|--------------------|------------|"
    );
    let mut costs = Vec::new();
    for (connections, window, wanted) in SHAPES {
        let mut peak = idle;
        let shape = (connections, window);
        let before = hub.busy();
        let ours = loaded(at, "bench-key", shape, seconds, || {
            peak = peak.max(hub.resident());
        });
        costs.push((hub.busy() - before) * 1e6 / (ours * seconds).max(1.0));
        print!(
            "| {:>23} | {ours:>14.0} | {:>15.1} MB |",
            format!("{connections} x {window}"),
            (peak - idle) as f64 / 1e6
        );
        match peer(shape, seconds) {
            None => println!(" skipped: no mosquitto here"),
            Some((acked, heard)) => {
                let ratio = ours / acked.min(heard);
                println!(" {acked:>17.0} | {heard:>18.0} | {ratio:>10.1} | wanted {wanted}");
            }
        }
    }
    for ((connections, window, _), us) in SHAPES.into_iter().zip(costs) {
        println!("{connections} x {window}: {us:.1} us of the hub's processor time a report");
    }
}
