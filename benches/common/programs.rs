//! Programs that stand beside a bench on loopback: a hub with the demo's city, a mosquitto, and the
//! bench itself once more, as clients in a process of their own. Each ends when it is dropped.

use super::packets;
use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A program that runs until it is killed.
pub(crate) struct Program(Child);

impl Program {
    pub(crate) fn start(command: &mut Command) -> std::io::Result<Self> {
        command.spawn().map(Self)
    }

    /// Resident memory, bytes.
    pub(crate) fn resident(&self) -> u64 {
        resident_of(self.0.id())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // One that has ended already is as good.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A real hub with the demo's city of 20,000 bays and no simulator.
pub(crate) struct DemoHub {
    program: Program,
    ready: Value,
}

impl DemoHub {
    /// With these variables in its environment.
    pub(crate) fn start(env: &[(&str, &str)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bayhub"));
        command
            .args([
                "demo",
                "--no-sim",
                "--http",
                "127.0.0.1:0",
                "--mqtt",
                "127.0.0.1:0",
            ])
            .env("RUST_LOG", "warn")
            // One address asks for all that many would.
            .env("BAYHUB__LIMITS__SHARES", "false")
            .envs(env.iter().copied())
            .stdout(Stdio::piped());
        let mut program = Program::start(&mut command).expect("the hub");
        let line = first_line(&mut program.0);
        Self {
            program,
            ready: serde_json::from_str(&line).expect("a ready line"),
        }
    }

    /// Something that its ready line says.
    pub(crate) fn text(&self, pointer: &str) -> &str {
        self.ready
            .pointer(pointer)
            .and_then(Value::as_str)
            .expect("a ready line says it")
    }

    pub(crate) fn http(&self) -> SocketAddr {
        self.text("/http")
            .trim_start_matches("http://")
            .parse()
            .expect("an address")
    }

    /// An MQTT connection that has been let in.
    pub(crate) fn connect(&self, client: &str) -> TcpStream {
        let at = self.text("/mqtt").parse().expect("an address");
        packets::open(at, client, self.text("/source"), self.text("/keys/report"))
            .expect("the hub lets it in")
    }

    /// Its bays in order, each with its zone.
    pub(crate) fn bays(&self) -> Vec<(String, String)> {
        let path = format!("{}/registry/bays.geojson", self.text("/data"));
        let file = std::fs::read(path).expect("the demo's city");
        let all: Value = serde_json::from_slice(&file).expect("GeoJSON");
        let pair = |bay: &Value| {
            let text = |key: &str| bay["properties"][key].as_str();
            let id = text("id").or(bay["id"].as_str()).expect("an id");
            (text("zone").expect("a zone").to_owned(), id.to_owned())
        };
        let bays = all["features"].as_array().expect("features");
        bays.iter().map(pair).collect()
    }

    /// Resident memory, bytes.
    pub(crate) fn resident(&self) -> u64 {
        self.program.resident()
    }

    /// Processor time used so far, s (user and system, in ticks of 10 ms).
    pub(crate) fn busy(&self) -> f64 {
        busy_of(self.program.0.id())
    }
}

/// A mosquitto that lets everybody in and stores nothing.
pub(crate) struct Mosquitto {
    program: Program,
    pub(crate) at: SocketAddr,
}

impl Mosquitto {
    /// Its files lie in `dir`; `more` goes to its settings. `None` where there is none.
    pub(crate) fn start(dir: &Path, more: &str) -> Option<Self> {
        let at = free();
        let settings = format!(
            "listener {} 127.0.0.1\nallow_anonymous true\npersistence false\nlog_type error\n{more}",
            at.port()
        );
        let file = dir.join("mosquitto.conf");
        std::fs::write(&file, settings).expect("room on disk");
        let start = |program: &str| {
            let mut command = Command::new(program);
            Program::start(command.arg("-c").arg(&file).stderr(Stdio::null()))
        };
        let program = start("mosquitto")
            .or_else(|_| start("/usr/sbin/mosquitto"))
            .ok()?;
        let own = Self { program, at };
        wait_for(at);
        Some(own)
    }

    pub(crate) fn resident(&self) -> u64 {
        self.program.resident()
    }
}

/// This bench once more; it is to run until its stdin ends.
pub(crate) struct Myself {
    child: Child,
    /// Its first line of output, for which was waited.
    pub(crate) said: String,
}

impl Myself {
    pub(crate) fn start(args: &[&str]) -> Self {
        let this = std::env::current_exe().expect("this program");
        let mut child = Command::new(this)
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it runs");
        let said = first_line(&mut child).trim().to_owned();
        Self { child, said }
    }

    pub(crate) fn resident(&self) -> u64 {
        resident_of(self.child.id())
    }

    /// Processor time used so far, s.
    pub(crate) fn busy(&self) -> f64 {
        busy_of(self.child.id())
    }
}

impl Drop for Myself {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

fn first_line(child: &mut Child) -> String {
    let mut line = String::new();
    let stdout = child.stdout.take().expect("a pipe");
    BufReader::new(stdout)
        .read_line(&mut line)
        .expect("a line of output");
    line
}

/// A free port of loopback.
pub(crate) fn free() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("bound")
}

/// Waits until somebody listens there.
#[allow(clippy::disallowed_methods, reason = "waits on its own thread")]
pub(crate) fn wait_for(at: SocketAddr) {
    let end = Instant::now() + Duration::from_secs(30);
    while TcpStream::connect(at).is_err() {
        assert!(Instant::now() < end, "nobody listens at {at}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Resident memory of a process, bytes; 0 for one that has ended.
fn resident_of(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find(|l| l.starts_with("VmRSS:"));
    let kb = line.and_then(|l| l.split_whitespace().nth(1)?.parse::<u64>().ok());
    kb.unwrap_or(0) * 1024
}

/// Processor time of a process so far, s.
fn busy_of(pid: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).expect("it runs");
    let after = stat.rsplit_once(')').expect("its name").1;
    let ticks = after.split_whitespace().skip(11).take(2);
    ticks
        .map(|t| t.parse::<f64>().expect("a number"))
        .sum::<f64>()
        / 100.0
}

/// Resident memory of this process, bytes.
pub(crate) fn resident() -> u64 {
    resident_of(std::process::id())
}

/// As many descriptors as this process may have: a socket each.
pub(crate) fn raise_descriptors() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let most = Rlimit {
        current: limit.maximum,
        ..limit
    };
    setrlimit(Resource::Nofile, most).expect("descriptors for all sockets");
}

/// Says what else the machine has to do.
pub(crate) fn print_load() {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("load average before: {}", load.trim());
}
