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

use bayhub::partners::Keys;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

/// What makes this program the clients: `ADDRESS KIND FIRST CONNECTIONS`.
const CLIENTS: &str = "--clients";
const KINDS: [&str; 2] = ["publishers", "subscribers"];
const KEY: &str = "bench-key";

fn main() {
    let args: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| a != "--bench")
        .collect();
    let limit = getrlimit(Resource::Nofile);
    setrlimit(
        Resource::Nofile,
        Rlimit {
            current: limit.maximum,
            ..limit
        },
    )
    .expect("descriptors for all sockets");
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
        let ours = cost(Some(hub(dir.path())), kind, connections).unwrap();
        let peer = cost(mosquitto(dir.path()), kind, connections);
        let peer = peer.map_or("not here".into(), |kb| format!("{kb:.1}"));
        println!("| {kind:<21} | {ours:>12.1} | {peer:>18} |");
    }
}

/// A server and its address; killed when dropped.
struct Server(Child, SocketAddr);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Kilobytes of resident memory that each connection adds. The first hundred make the server's
/// threads and tables.
fn cost(server: Option<Server>, kind: &str, connections: usize) -> Option<f64> {
    let server = server?;
    let resident = || {
        let statm = std::fs::read_to_string(format!("/proc/{}/statm", server.0.id())).unwrap();
        statm
            .split_whitespace()
            .nth(1)
            .unwrap()
            .parse::<u64>()
            .unwrap()
            * 4096
    };
    let _few = spawn(server.1, kind, 0, 100);
    let before = resident();
    let _many = spawn(server.1, kind, 100, connections);
    // What connecting took besides is given back, if it is.
    std::thread::sleep(Duration::from_secs(5));
    Some(resident().saturating_sub(before) as f64 / connections as f64 / 1e3)
}

fn wait_for(at: SocketAddr) {
    let end = Instant::now() + Duration::from_secs(30);
    while TcpStream::connect(at).is_err() {
        assert!(Instant::now() < end, "nobody listens at {at}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn free() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
}

fn hub(dir: &Path) -> Server {
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
        "[registry]\npath = \"{dir_text}\"\n[data]\npath = \"{dir_text}/data\"\n[http]\nlisten = \"{http}\"\n\
         [mqtt]\nlisten = \"{mqtt}\"\n[[keys]]\nname = \"bench\"\npartner = \"bench\"\nsha256 = \"{digest}\"\n\
         scopes = [\"report\"]\nsources = [\"lamp-*\"]\n"
    );
    let file = dir.join("bayhub.toml");
    std::fs::write(&file, toml).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_bayhub"));
    let child = command
        .arg("run")
        .arg("--config")
        .arg(file)
        .env("RUST_LOG", "error")
        .spawn()
        .expect("the hub");
    wait_for(mqtt);
    Server(child, mqtt)
}

fn mosquitto(dir: &Path) -> Option<Server> {
    let at = free();
    let file = dir.join("mosquitto.conf");
    let settings = format!(
        "listener {} 127.0.0.1\nallow_anonymous true\npersistence false\nlog_type error\n",
        at.port()
    );
    std::fs::write(&file, settings).unwrap();
    let start = |program: &str| {
        Command::new(program)
            .arg("-c")
            .arg(&file)
            .stderr(Stdio::null())
            .spawn()
    };
    let child = start("mosquitto")
        .or_else(|_| start("/usr/sbin/mosquitto"))
        .ok()?;
    wait_for(at);
    Some(Server(child, at))
}

/// A process with that many clients, once each has been answered; it ends when its stdin does.
fn spawn(at: SocketAddr, kind: &str, first: usize, connections: usize) -> (Child, ChildStdin) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            CLIENTS,
            &at.to_string(),
            kind,
            &first.to_string(),
            &connections.to_string(),
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    assert_eq!(line.trim(), "open");
    let stdin = child.stdin.take().unwrap();
    (child, stdin)
}

fn clients(at: SocketAddr, kind: &str, first: usize, connections: usize) {
    let open = |n: usize| {
        let source = format!("lamp-{n}");
        let mut socket = TcpStream::connect(at).unwrap();
        socket.write_all(&connect(&source)).unwrap();
        assert_eq!(packet(&mut socket), [0x20, 2, 0, 0], "let in");
        if kind == KINDS[0] {
            socket.write_all(&publish(&source)).unwrap();
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

fn text(s: &str, out: &mut Vec<u8>) {
    out.extend((s.len() as u16).to_be_bytes());
    out.extend(s.as_bytes());
}

fn framed(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut out = vec![
        kind,
        u8::try_from(body.len())
            .ok()
            .filter(|n| *n < 128)
            .expect("a short packet"),
    ];
    out.extend(body);
    out
}

/// MQTT 3.1.1, clean session, user name and password, no keep-alive.
fn connect(source: &str) -> Vec<u8> {
    let mut body = Vec::new();
    text("MQTT", &mut body);
    body.extend([4, 0xC2, 0, 0]);
    for part in [source, source, KEY] {
        text(part, &mut body);
    }
    framed(0x10, &body)
}

fn publish(source: &str) -> Vec<u8> {
    let mut body = Vec::new();
    text(&format!("bayhub/v1/{source}/report"), &mut body);
    body.extend([0, 1]);
    body.extend(br#"{"bay":"Z-1","state":"vacant"}"#);
    framed(0x32, &body)
}

fn subscribe() -> Vec<u8> {
    let mut body = vec![0, 1];
    text("bayhub/v1/zones/Z/availability", &mut body);
    body.push(0);
    framed(0x82, &body)
}
