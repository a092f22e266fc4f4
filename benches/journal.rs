//! The journal's speed on this machine's disk: claims/s by group size, many small messages at once,
//! and replay.
//!
//! `cargo bench --bench journal [-- ROUNDS [groups]]`, with `groups` without the many small messages; set
//! `TMPDIR` to choose the disk. Every figure includes the wait
//! for fdatasync.

use bayhub::clock::SystemClock;
use bayhub::domain::{
    Backing, BayIx, BayStatus, Claim, Clock, Millis, Observation, Receipt, SourceIx, SourceKind,
    Submission, ZoneIx,
};
use bayhub::health::Health;
use bayhub::inbox::{InboxSender, inbox};
use bayhub::journal::{Config, Entry, Journal, Numbers, Unreadable, View, decode, encode};
use bayhub::metrics::Metrics;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, mpsc::sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

const BAYS: u32 = 1_400_000;
/// How long each measurement of a round takes. Rounds alternate, because a shared disk's speed
/// wanders.
const RUN: Duration = Duration::from_secs(1);
const ROUNDS: usize = 7;

/// Look-ups as a registry does them: through two tables, in no helpful order.
struct Town {
    numbers: Vec<u32>,
    bays: Vec<u32>,
}

impl Town {
    fn new() -> Self {
        let numbers: Vec<u32> = (0..BAYS)
            .map(|i| (u64::from(i) * 999_983 % u64::from(BAYS)) as u32)
            .collect();
        let mut bays = vec![0; BAYS as usize];
        (0..BAYS).for_each(|i| bays[numbers[i as usize] as usize] = i);
        Self { numbers, bays }
    }
}

impl View for Town {
    fn bay_number(&self, bay: BayIx) -> u32 {
        self.numbers[bay.at()]
    }
    fn bay(&self, number: u32) -> Option<BayIx> {
        self.bays.get(number as usize).copied().map(BayIx)
    }
    fn zone_number(&self, zone: ZoneIx) -> u32 {
        zone.0
    }
    fn zone(&self, number: u32) -> Option<ZoneIx> {
        Some(ZoneIx(number))
    }
}

impl Numbers for Town {
    fn encode(&self, claims: &[Claim], out: &mut Vec<Entry>) {
        encode(self, claims, out);
    }
    fn decode(&self, entries: &[Entry], out: &mut Vec<Claim>) -> Result<u64, Unreadable> {
        decode(self, entries, out)
    }
}

fn claims(from: u64, n: u64) -> Vec<Claim> {
    let at = SystemClock.now();
    let claim = |i: u64| Observation {
        at: Millis(at.0 + i % 1000),
        seq: i,
        bay: BayIx((i * 7919 % u64::from(BAYS)) as u32),
        source: SourceIx(i as u32 % 95_000),
        source_kind: SourceKind::Sensor,
        status: BayStatus::from_bits(i),
        confidence: 247,
        backing: Backing::default(),
    };
    (from..from + n).map(|i| Claim::Bay(claim(i))).collect()
}

fn start(dir: &Path, town: &Arc<Town>) -> (InboxSender, Arc<Metrics>, JoinHandle<()>) {
    let journal = Journal::open(dir, Config::default(), town.clone()).expect("a fresh folder");
    let metrics = Arc::new(Metrics::new());
    let (doors, inbox) = inbox(Config::default().inbox(), metrics.clone());
    let health = Arc::new(Health::default());
    let thread = journal.start(
        inbox,
        Arc::new(SystemClock),
        Box::new(drop),
        metrics.clone(),
        health,
    );
    (doors, metrics, thread.expect("a thread"))
}

/// One message after another, each waiting for its receipt: one group each. Groups/s.
fn one_by_one(town: &Arc<Town>, size: u64) -> f64 {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let (doors, metrics, thread) = start(dir.path(), town);
    let (tell, told) = sync_channel(1);
    let send = |n| {
        let tell = tell.clone();
        let receipt = Receipt::new(move || tell.send(()).expect("the bench waits"));
        let message = Submission {
            claims: claims(n, size),
            refusals: vec![],
            receipt,
        };
        doors.blocking_send(message).expect("the journal runs");
        told.recv().expect("a receipt");
    };
    send(0);
    let begin = Instant::now();
    let mut n = 1;
    while begin.elapsed() < RUN {
        send(n * size);
        n += 1;
    }
    let s = begin.elapsed().as_secs_f64();
    drop(doors);
    thread.join().expect("no panic");
    assert_eq!(metrics.journal_commits.get(), n, "one group a message");
    n as f64 / s
}

/// Two doors that send messages of `size` claims as fast as the journal takes them, then everything
/// is read back.
fn flood(town: &Arc<Town>, size: u64) {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let (doors, metrics, thread) = start(dir.path(), town);
    let durable = Arc::new(AtomicU64::new(0));
    let begin = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            let doors = doors.clone();
            let durable = durable.clone();
            scope.spawn(move || {
                let message = claims(0, size);
                while begin.elapsed() < RUN {
                    let durable = durable.clone();
                    let receipt = Receipt::new(move || {
                        durable.fetch_add(size, Relaxed);
                    });
                    let message = Submission {
                        claims: message.clone(),
                        refusals: vec![],
                        receipt,
                    };
                    doors.blocking_send(message).expect("the journal runs");
                }
            });
        }
    });
    drop(doors);
    thread.join().expect("no panic");
    let s = begin.elapsed().as_secs_f64();
    let n = durable.load(Relaxed);
    let commits = metrics.journal_commits.get();
    println!(
        "flood of {size:>4}s: {:>12.0} claims/s  ({commits} commits, {} claims each)",
        n as f64 / s,
        n / commits
    );

    replay(dir.path(), town, n, size);
}

/// Opens and reads back three times (from the page cache), looking at every claim, and checks what
/// was read.
fn replay(dir: &Path, town: &Arc<Town>, n: u64, size: u64) {
    let begin = Instant::now();
    let journal = Journal::open(dir, Config::default(), town.clone()).expect("a whole journal");
    let opened = begin.elapsed().as_secs_f64() * 1e3;
    for _ in 0..3 {
        let begin = Instant::now();
        let mut sum = 0;
        let mut bays = 0;
        let replayed = journal.replay(|b| {
            for claim in &b.claims {
                if let Claim::Bay(o) = std::hint::black_box(claim) {
                    sum += o.seq;
                    bays += u64::from(o.bay == BayIx((o.seq * 7919 % u64::from(BAYS)) as u32));
                }
            }
        });
        let replayed = replayed.expect("a whole journal");
        let s = begin.elapsed().as_secs_f64();
        assert_eq!(
            (sum, bays, replayed.orphaned),
            (n / size * (size * (size - 1) / 2), n, 0),
            "what was written"
        );
        let mb = replayed.bytes as f64 / 1e6;
        println!(
            "  open {opened:.0} ms, replay {:.0} claims/s ({n} claims, {mb:.0} MB in {s:.3} s)",
            n as f64 / s
        );
    }
}

/// What the disk allows: one small write and fdatasync after another into a zeroed file. Syncs/s.
fn disk_alone() -> f64 {
    use std::os::unix::fs::FileExt;
    let file = tempfile::tempfile().expect("a temporary file");
    file.write_all_at(&vec![0; 16 << 20], 0)
        .and_then(|()| file.sync_all())
        .expect("16 MiB of room");
    let begin = Instant::now();
    let mut n = 0;
    while begin.elapsed() < RUN {
        file.write_all_at(&[1; 64], n % (1 << 18) * 64)
            .and_then(|()| file.sync_data())
            .expect("a working disk");
        n += 1;
    }
    n as f64 / begin.elapsed().as_secs_f64()
}

/// Prints the median, which it returns, and range of `per_s`, times `size` claims.
fn report(what: &str, mut per_s: Vec<f64>, size: u64) -> f64 {
    per_s.sort_by(f64::total_cmp);
    let low = per_s[0];
    let median = per_s[per_s.len() / 2];
    let high = per_s[per_s.len() - 1];
    let claims = median * size as f64;
    println!("{what} {size:>4}: {median:>6.0}/s [{low:.0} .. {high:.0}] = {claims:>9.0} claims/s");
    median
}

fn main() {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let rounds = given.iter().find_map(|a| a.parse().ok());
    let town = Arc::new(Town::new());
    let sizes = [1, 64, 1024];
    let mut disk = Vec::new();
    let mut groups = [const { Vec::new() }; 3];
    for _ in 0..rounds.unwrap_or(ROUNDS) {
        disk.push(disk_alone());
        for (size, found) in sizes.iter().zip(&mut groups) {
            found.push(one_by_one(&town, *size));
        }
    }
    let alone = report("disk alone, writes of", disk, 1);
    let mut singly = 0.0;
    for (size, found) in sizes.into_iter().zip(groups) {
        let per_s = report("journal, groups of   ", found, size);
        singly = if size == 1 { per_s } else { singly };
    }
    println!("journal / disk alone: {:.2}", singly / alone);
    if given.iter().any(|a| a == "groups") {
        return;
    }
    for size in [1, 64] {
        flood(&town, size);
    }
}
