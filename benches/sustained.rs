//! How many reports a second can be settled for minutes on end, and what memory and disk that takes.
//!
//! `cargo bench --bench sustained [-- PER_SECOND BEATS MINUTES [TIMES]]`: so many reports a second of event time,
//! of which BEATS in a hundred only repeat what their bay is, for so long; without numbers the two
//! goals one after the other, 500,000 with 90 and 100,000 with none, 10 minutes each. 1.4 million bays in
//! 14,000 zones, each reported in turn by its lamp post (20 bays); one worker, files on a real disk.
//! The reports are fed four times as fast as they say they came (a fourth number: so many times), so that
//! is sustained with room to spare if it takes a quarter of the time. Nothing may be too late; memory is
//! what is taken on top of the live state once every bay has been heard.

#[path = "common/mod.rs"]
mod common;

use bayhub::domain::{
    Backing, Batch, BayIx, BayStatus, Claim, Millis, Observation, SourceIx, SourceKind,
};
use bayhub::metrics::Metrics;
use bayhub::settlement::WaitingFiles;
use bayhub::stream::{self, Settlement};
use common::grid::{BAYS, city, live, settlement};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

const GROUP: u64 = 65_536;
const T0: u64 = 1_795_402_800_000;
/// Bays of a lamp post.
const POST: u64 = 20;

/// MB of this process in memory.
fn resident() -> u64 {
    let said = std::fs::read_to_string("/proc/self/statm").expect("Linux");
    let pages = said.split(' ').nth(1).and_then(|n| n.parse::<u64>().ok());
    pages.expect("pages") * 4096 / 1_000_000
}

fn megabytes(dir: &Path) -> u64 {
    let files = std::fs::read_dir(dir).expect("a folder");
    let sizes = files
        .filter_map(|f| f.ok()?.metadata().ok())
        .map(|m| m.len());
    sizes.sum::<u64>() / 1_000_000
}

/// What of reports is told, and what repeats.
struct Traffic {
    rate: u64,
    beats: u64,
    occupied: Vec<bool>,
    sent: u64,
}

impl Traffic {
    fn at(&self, n: u64) -> u64 {
        T0 + n * 1000 / self.rate
    }

    fn batch(&mut self) -> Batch {
        let claims = (self.sent..self.sent + GROUP).map(|n| {
            // Posts in turn, each with all its bays.
            let bay = n % BAYS as u64;
            let x = n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
            self.occupied[bay as usize] ^= x % 100 >= self.beats;
            Claim::Bay(Observation {
                at: Millis(self.at(n)),
                seq: n,
                bay: BayIx(bay as u32),
                source: SourceIx((bay / POST) as u32),
                source_kind: SourceKind::Sensor,
                status: if self.occupied[bay as usize] {
                    BayStatus::Occupied
                } else {
                    BayStatus::Vacant
                },
                confidence: 247,
                backing: Backing::default(),
            })
        });
        let claims = claims.collect();
        self.sent += GROUP;
        Batch {
            ingest_at: Millis(self.at(self.sent)),
            claims,
        }
    }
}

fn run(rate: u64, beats: u64, minutes: u64, times: u64) {
    let registry = Arc::new(city());
    let live = live(&registry);
    let config = stream::Config::default();
    let dir = tempfile::tempdir().expect("a folder");
    let waiting_in = dir.path().join("waiting");
    let waiting = WaitingFiles::open(&waiting_in, &[]).expect("a folder");
    let settlement = Settlement {
        waiting: Some(waiting.clone()),
        ..settlement(dir.path(), config.settle.kept_bytes, &[])
    };
    let metrics = Arc::new(Metrics::new());
    let (stream, mut feed) = stream::resume(
        &config,
        registry,
        live,
        metrics.clone(),
        BAYS / POST as usize + 1,
        stream::Saved::default(),
        Some(settlement),
    )
    .expect("threads");
    let mut traffic = Traffic {
        rate,
        beats,
        occupied: vec![false; BAYS],
        sent: 0,
    };
    let calm = |stream: &stream::Stream| {
        while stream.progress.waiting() > 0 {
            std::thread::park_timeout(Duration::from_micros(200));
        }
    };
    while traffic.sent < BAYS as u64 {
        feed.push(traffic.batch());
    }
    calm(&stream);
    let before = resident();
    let begun = Instant::now();
    let mut most = before;
    let mut disk = 0;
    let mut minute = 0;
    while traffic.sent < rate * 60 * minutes {
        let batch = traffic.batch();
        let due = Duration::from_millis((traffic.sent * 1000 / rate) / times);
        while begun.elapsed() < due {
            most = most.max(resident());
            std::thread::park_timeout(Duration::from_millis(1));
        }
        feed.push(batch);
        most = most.max(resident());
        let now = traffic.sent / (rate * 60);
        if now > minute {
            minute = now;
            disk = disk.max(megabytes(&waiting_in));
            // As checkpoints do that name nothing any more.
            waiting.let_go(&[]).expect("a disk");
        }
    }
    calm(&stream);
    let took = begun.elapsed().as_secs_f64();
    let settled = &metrics.settled;
    println!(
        "{rate}/s for {minutes} min, {beats} % repeat: {} settled, {} too late, {} unkept; {took:.0} s by the wall, \
         {:.2} million/s; memory {before} MB, at most {} MB more; {disk} MB of waiting reports on disk",
        settled.reports.get(),
        settled.too_late.get(),
        settled.unkept.get(),
        traffic.sent as f64 / took / 1e6,
        most - before,
    );
    drop(feed);
    stream.join().expect("a sound run");
    assert_eq!(settled.too_late.get(), 0, "nothing is too late");
}

fn main() {
    let numbers: Vec<u64> = std::env::args()
        .skip(1)
        .filter_map(|a| a.parse().ok())
        .collect();
    if let [rate, beats, minutes, ref times @ ..] = numbers[..] {
        return run(rate, beats, minutes, times.first().copied().unwrap_or(4));
    }
    // A process each, so that none has what another took.
    let me = std::env::current_exe().expect("a path");
    for goal in [["500000", "90", "10"], ["100000", "0", "10"]] {
        let status = Command::new(&me).args(goal).status().expect("started");
        assert!(status.success());
    }
}
