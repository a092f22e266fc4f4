//! What an idle MQTT connection costs: 10,000 lamp posts that have said one thing each and are
//! silent since, and 10,000 apps that subscribe to a zone; the growth of the server's resident
//! memory, the hub's beside mosquitto's.
//!
//! `cargo bench --bench mqtt_idle [-- CONNECTIONS]`. Hub, mosquitto and clients are processes of
//! their own on loopback, so 10,000 descriptors each must be allowed. Without mosquitto the peer is
//! skipped.
#![allow(
    clippy::unwrap_used,
    reason = "a measurement that cannot be made may end"
)]
#![allow(clippy::disallowed_methods, reason = "waits on its own thread")]

mod common;

use bayhub::partners::Keys;
use common::packets;
use common::programs::{Mosquitto, Myself, Program, free, raise_descriptors, wait_for};
use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// What makes this program the clients: `ADDRESS KIND FIRST CONNECTIONS`.
const CLIENTS: &str = "--clients";
const KINDS: [&str; 2] = ["publishers", "subscribers"];
const KEY: &str = "bench-key";

fn main() {
    let args: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| a != "--bench")
        .collect();
    raise_descriptors();
    if args.first().is_some_and(|a| a == CLIENTS) {
        return clients(
            args[1].parse().unwrap(),
            &args[2],
            args[3].parse().unwrap(),
            args[4].parse().unwrap(),
        );
    }
    let connections = args
        .first()
        .map_or(10_000, |n| n.parse().expect("connections"));
    println!("| {connections} idle            | hub, KB each | mosquitto, KB each |");
    println!("|-----------------------|--------------|--------------------|");
    for kind in KINDS {
        let dir = tempfile::tempdir().unwrap();
        let (hub, at) = hub(dir.path());
        let ours = cost(at, || hub.resident(), kind, connections);
        drop(hub);
        let peer = Mosquitto::start(dir.path(), "").map_or("not here".into(), |peer| {
            let kb = cost(peer.at, || peer.resident(), kind, connections);
            format!("{kb:.1}")
        });
        println!("| {kind:<21} | {ours:>12.1} | {peer:>18} |");
    }
}

/// Kilobytes of resident memory that each connection to `at` adds. The first hundred make the
/// server's threads and tables.
fn cost(at: SocketAddr, resident: impl Fn() -> u64, kind: &str, connections: usize) -> f64 {
    let _few = spawn(at, kind, 0, 100);
    let before = resident();
    let _many = spawn(at, kind, 100, connections);
    // What connecting took besides is given back, if it is.
    std::thread::sleep(Duration::from_secs(5));
    resident().saturating_sub(before) as f64 / connections as f64 / 1e3
}

/// A hub with one zone and one bay, and where it takes MQTT.
fn hub(dir: &Path) -> (Program, SocketAddr) {
    let feature = |properties: &str| {
        format!(
            "{{\"type\":\"FeatureCollection\",\"features\":[{{\"type\":\"Feature\",\"geometry\":{{\"type\":\"Point\",\
             \"coordinates\":[103.8,1.3]}},\"properties\":{properties}}}]}}"
        )
    };
    let zone =
        feature(r#"{"id":"Z","name":"Z","kind":"off_street","operator":"bench","capacity":1}"#);
    std::fs::write(dir.join("zones.geojson"), zone).unwrap();
    std::fs::write(
        dir.join("bays.geojson"),
        feature(r#"{"id":"Z-1","zone":"Z","kind":"car"}"#),
    )
    .unwrap();
    let digest = Keys::digest(KEY).iter().fold(String::new(), |mut text, b| {
        write!(text, "{b:02x}").expect("a string takes all");
        text
    });
    let http = free();
    let mqtt = free();
    let dir_text = dir.display();
    let toml = format!(
        "[limits]\nrates = false\nshares = false\n[registry]\npath = \"{dir_text}\"\n[data]\npath = \"{dir_text}/data\"\n[http]\nlisten = \"{http}\"\n\
         [mqtt]\nlisten = \"{mqtt}\"\n[[keys]]\nname = \"bench\"\npartner = \"bench\"\nsha256 = \"{digest}\"\n\
         scopes = [\"report\"]\nsources = [\"lamp-*\"]\narea = \"all\"\n"
    );
    let file = dir.join("bayhub.toml");
    std::fs::write(&file, toml).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_bayhub"));
    command
        .arg("run")
        .arg("--config")
        .arg(file)
        .env("RUST_LOG", "error");
    let hub = Program::start(&mut command).expect("the hub");
    wait_for(mqtt);
    (hub, mqtt)
}

/// A process with that many clients, once each has been answered.
fn spawn(at: SocketAddr, kind: &str, first: usize, connections: usize) -> Myself {
    let [at, first, connections] = [at.to_string(), first.to_string(), connections.to_string()];
    let myself = Myself::start(&[CLIENTS, &at, kind, &first, &connections]);
    assert_eq!(myself.said, "open");
    myself
}

fn clients(at: SocketAddr, kind: &str, first: usize, connections: usize) {
    let open = |n: usize| {
        let source = format!("lamp-{n}");
        let mut socket = packets::open(at, &source, &source, KEY).unwrap();
        if kind == KINDS[0] {
            let report = br#"{"bay":"Z-1","state":"vacant"}"#;
            socket
                .write_all(&packets::report(&source, 1, report))
                .unwrap();
            assert_eq!(packet(&mut socket)[0], 0x40, "a PUBACK");
        } else {
            socket.write_all(&subscribe()).unwrap();
            assert_eq!(packet(&mut socket)[0], 0x90, "a SUBACK");
        }
        socket
    };
    let _sockets: Vec<TcpStream> = (first..first + connections).map(open).collect();
    println!("open");
    let _ = std::io::stdin().read(&mut [0]);
}

/// The next packet; only short ones are expected.
fn packet(socket: &mut TcpStream) -> Vec<u8> {
    let mut head = [0; 2];
    socket.read_exact(&mut head).unwrap();
    assert!(head[1] < 128, "a short packet");
    let mut all = head.to_vec();
    all.resize(2 + usize::from(head[1]), 0);
    socket.read_exact(&mut all[2..]).unwrap();
    all
}

fn subscribe() -> Vec<u8> {
    let mut body = vec![0, 1];
    packets::string(&mut body, "bayhub/v1/zones/Z/availability");
    body.push(0);
    packets::packet(0x82, &body)
}
