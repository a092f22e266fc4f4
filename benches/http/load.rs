//! The load thread: connections with a request each under way, and what is counted of a server.

use crate::common::query;
use bayhub::registry::city::City;
use bytes::Bytes;
use hdrhistogram::Histogram;
use rand::SeedableRng;
use rand::rngs::SmallRng;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

pub(crate) const CONNECTIONS: usize = 32;
/// Requests made before the clock starts; each asks somewhere else.
const PLACES: usize = 1 << 16;
/// How high and wide a box of zones is, degrees: a map of a town on a phone, some hundred zones.
const BOX_DEG: f64 = 0.012;
/// Zones of a page.
const PAGE: usize = 100;
/// The server's thread, as the system knows it.
pub(crate) const THREAD: &str = "bench-http";

/// CPU time the server's thread has had.
fn server_cpu() -> Duration {
    let mut total = 0;
    for task in std::fs::read_dir("/proc/self/task")
        .into_iter()
        .flatten()
        .flatten()
    {
        let read = |name: &str| std::fs::read_to_string(task.path().join(name)).unwrap_or_default();
        if read("comm").trim() == THREAD {
            total += read("schedstat")
                .split(' ')
                .next()
                .and_then(|n| n.parse::<u64>().ok())
                .unwrap_or(0);
        }
    }
    Duration::from_nanos(total)
}

/// One connection with at most one request under way.
struct Line {
    socket: TcpStream,
    asked: Instant,
    buffer: Vec<u8>,
}

impl Line {
    fn open(at: SocketAddr) -> Self {
        let socket = TcpStream::connect(at).expect("the server listens");
        socket.set_nodelay(true).expect("a socket");
        Self {
            socket,
            asked: Instant::now(),
            buffer: vec![0; 1024 * 1024],
        }
    }

    fn ask(&mut self, request: &[u8]) {
        self.asked = Instant::now();
        self.socket.write_all(request).expect("the server is there");
    }

    /// Reads one answer, framed by its content-length; returns the length of its body.
    fn answer(&mut self) -> usize {
        let mut have = 0;
        let mut whole = usize::MAX;
        let mut body = 0;
        while have < whole {
            let n = self
                .socket
                .read(&mut self.buffer[have..])
                .expect("the server is there");
            assert!(n > 0, "the server hung up");
            have += n;
            if whole == usize::MAX
                && let Some(end) = self.buffer[..have]
                    .windows(4)
                    .position(|w| w == b"\r\n\r\n")
            {
                let head = std::str::from_utf8(&self.buffer[..end]).expect("headers are text");
                assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
                let length = head
                    .lines()
                    .find_map(|l| l.strip_prefix("content-length: "))
                    .expect("a length");
                body = length.parse().expect("a number");
                whole = end + 4 + body;
                assert!(
                    whole <= self.buffer.len(),
                    "larger than this bench expects: {whole}"
                );
            }
        }
        assert_eq!(have, whole, "more than was asked for");
        body
    }
}

/// What was counted of one server.
pub(crate) struct Tally {
    name: &'static str,
    at: SocketAddr,
    requests: Vec<Vec<u8>>,
    next: usize,
    answers: u64,
    bytes: u64,
    wall: Duration,
    cpu: Duration,
    took: Histogram<u64>,
}

impl Tally {
    pub(crate) fn new(name: &'static str, at: SocketAddr, requests: Vec<Vec<u8>>) -> Self {
        let took = Histogram::new(3).expect("3 digits are allowed");
        let (wall, cpu) = Default::default();
        Self {
            name,
            at,
            requests,
            next: 0,
            answers: 0,
            bytes: 0,
            wall,
            cpu,
            took,
        }
    }

    pub(crate) fn round(&mut self, length: Duration) {
        let mut lines: Vec<Line> = (0..CONNECTIONS).map(|_| Line::open(self.at)).collect();
        for line in &mut lines {
            line.ask(&self.requests[0]);
            line.answer();
        }
        let began = Instant::now();
        let cpu = server_cpu();
        for line in &mut *lines {
            self.ask(line);
        }
        let (mut now, mut then) = lines.split_at_mut(CONNECTIONS / 2);
        while began.elapsed() < length {
            // From the last to the first: when that one has its answer the others mostly have
            // theirs.
            now.iter_mut().rev().for_each(|line| self.hear(line));
            for line in &mut *now {
                self.ask(line);
            }
            std::mem::swap(&mut now, &mut then);
        }
        for line in &mut *lines {
            self.hear(line);
        }
        self.wall += began.elapsed();
        self.cpu += server_cpu().saturating_sub(cpu);
    }

    fn ask(&mut self, line: &mut Line) {
        line.ask(&self.requests[self.next]);
        self.next = (self.next + 1) % self.requests.len();
    }

    fn hear(&mut self, line: &mut Line) {
        self.bytes += line.answer() as u64;
        self.took
            .record(line.asked.elapsed().as_micros() as u64)
            .expect("an auto-resizing histogram");
        self.answers += 1;
    }

    pub(crate) fn per_s(&self) -> f64 {
        self.answers as f64 / self.wall.as_secs_f64()
    }

    pub(crate) fn per_cpu_s(&self) -> f64 {
        self.answers as f64 / self.cpu.as_secs_f64()
    }

    pub(crate) fn print(&self) {
        println!(
            "| {:<22} | {:>10.0} | {:>7.2} | {:>7.2} | {:>10.0} | {:>10.0} % | {:>16.0} |",
            self.name,
            self.per_s(),
            self.took.value_at_quantile(0.5) as f64 / 1e3,
            self.took.value_at_quantile(0.99) as f64 / 1e3,
            self.bytes as f64 / self.answers as f64,
            100.0 * self.cpu.as_secs_f64() / self.wall.as_secs_f64(),
            self.per_cpu_s(),
        );
    }
}

fn request(path_and_query: &str) -> Vec<u8> {
    format!(
        "GET {path_and_query} HTTP/1.1\r\nhost: 127.0.0.1\r\n\
         user-agent: bench\r\naccept: application/json\r\n\r\n"
    )
    .into_bytes()
}

/// Requests for somewhere near a bay each, as a driver's app would send them.
pub(crate) fn nearby(city: &City) -> Vec<Vec<u8>> {
    let mut rng = SmallRng::seed_from_u64(31);
    let mut one = || {
        let place = query(city, &mut rng).place;
        request(&format!(
            "/v1/bays/nearby?lat={:.5}&lon={:.5}&radius_m=500&limit=20&kind=car",
            place.lat, place.lon
        ))
    };
    (0..PLACES).map(|_| one()).collect()
}

/// Requests for the zones that a map around a bay shows.
pub(crate) fn boxes(city: &City) -> Vec<Vec<u8>> {
    let mut rng = SmallRng::seed_from_u64(32);
    let mut one = || {
        let at = query(city, &mut rng).place;
        let half = BOX_DEG / 2.0;
        request(&format!(
            "/v1/zones?bbox={:.5},{:.5},{:.5},{:.5}&limit={PAGE}",
            at.lon - half,
            at.lat - half,
            at.lon + half,
            at.lat + half
        ))
    };
    (0..PLACES / 16).map(|_| one()).collect()
}

/// Requests for all pages of zones but the last, which is shorter; walked once.
pub(crate) fn pages(at: SocketAddr) -> Vec<Vec<u8>> {
    let mut line = Line::open(at);
    let first = format!("/v1/zones?limit={PAGE}");
    let mut all = vec![request(&first)];
    loop {
        line.ask(&all[all.len() - 1]);
        line.answer();
        let answer = String::from_utf8_lossy(&line.buffer);
        let next = answer.split("\"next\":\"").nth(1);
        let Some(next) = next.and_then(|rest| rest.split('"').next()) else {
            break;
        };
        all.push(request(&format!("{first}&cursor={next}")));
    }
    if all.len() > 1 {
        all.pop();
    }
    all
}

/// A real answer, cut or padded with blanks to the mean length of up to 2,000 answers.
pub(crate) fn typical(at: SocketAddr, requests: &[Vec<u8>]) -> Bytes {
    let mut line = Line::open(at);
    let mut total = 0;
    let mut last = vec![];
    let some = &requests[..requests.len().min(2000)];
    for request in some {
        line.ask(request);
        let body = line.answer();
        total += body;
        let end = line
            .buffer
            .windows(4)
            .position(|w| w == b"\r\n\r\n")
            .expect("headers end")
            + 4;
        last = line.buffer[end..end + body].to_vec();
    }
    last.resize(total / some.len(), b' ');
    last.into()
}
