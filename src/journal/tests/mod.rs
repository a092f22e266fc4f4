//! Tests of the journal, and what they share: a small town, a disk that fails on demand, a running
//! writer.

mod checkpoints;
mod codec;
mod copies;
mod expected;
mod quarantine;
mod recovery;
mod retention;
mod stalls;
mod writing;

use super::disk::{Disk, RealDisk};
use super::{
    Config, Entry, Expected, Journal, Numbers, Replayed, Unreadable, View, decode, encode,
};
use crate::clock::ManualClock;
use crate::domain::{
    Backing, Batch, BayIx, BayKind, BayStatus, Claim, CountObservation, CountWord, Millis,
    Observation, Receipt, Refusal, SourceIx, SourceKind, Submission, ZoneIx,
};
use crate::health::Health;
use crate::inbox::{InboxSender, inbox};
use crate::metrics::Metrics;
use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering::SeqCst};
use std::sync::{Arc, Mutex, RwLock, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

/// A town without files: bay `i` has number `2^31 + 3 i`, zone `i` has `7 + i`; what `gone` is
/// divisible by is gone.
#[derive(Clone, Copy, Default)]
struct BareTown {
    gone: Option<u32>,
}

impl View for BareTown {
    fn bay_number(&self, bay: BayIx) -> u32 {
        (1 << 31) + 3 * bay.0
    }
    fn bay(&self, number: u32) -> Option<BayIx> {
        let i = number.checked_sub(1 << 31)? / 3;
        self.gone.is_none_or(|n| i % n != 0).then_some(BayIx(i))
    }
    fn zone_number(&self, zone: ZoneIx) -> u32 {
        7 + zone.0
    }
    fn zone(&self, number: u32) -> Option<ZoneIx> {
        let i = number.checked_sub(7)?;
        self.gone.is_none_or(|n| i % n != 0).then_some(ZoneIx(i))
    }
}

impl Numbers for BareTown {
    fn encode(&self, claims: &[Claim], out: &mut Vec<Entry>) {
        encode(self, claims, out);
    }
    fn decode(&self, entries: &[Entry], out: &mut Vec<Claim>) -> Result<u64, Unreadable> {
        decode(self, entries, out)
    }
}

/// What happened, in order: `sync`, `failed sync`, `receipt`, `batch`.
type Trace = Arc<Mutex<Vec<&'static str>>>;

/// The real disk, but the next so many writes, syncs or fresh files fail. A failed write leaves
/// half of its bytes, a failed sync all of them: what a crash would find is the worst of both
/// worlds.
#[derive(Default)]
struct FaultyDisk {
    writes: AtomicI32,
    syncs: AtomicI32,
    fresh: AtomicI32,
    /// Syncs wait for as long as somebody holds it.
    stall: RwLock<()>,
    /// Writes of quarantine lines only.
    lines: AtomicI32,
    trace: Trace,
}

fn due(faults: &AtomicI32) -> bool {
    faults
        .fetch_update(SeqCst, SeqCst, |n| (n > 0).then_some(n - 1))
        .is_ok()
}

impl Disk for FaultyDisk {
    fn zeroed(&self, path: &Path, bytes: u64) -> io::Result<File> {
        if due(&self.fresh) {
            return Err(io::Error::new(
                io::ErrorKind::StorageFull,
                "no space left (planted)",
            ));
        }
        RealDisk.zeroed(path, bytes)
    }
    fn write(&self, file: &File, bytes: &[u8], at: u64) -> io::Result<()> {
        if due(&self.writes) || bytes.starts_with(b"{") && due(&self.lines) {
            RealDisk.write(file, &bytes[..bytes.len() / 2], at)?;
            return Err(io::Error::other("write failed (planted)"));
        }
        RealDisk.write(file, bytes, at)
    }
    fn sync(&self, file: &File) -> io::Result<()> {
        drop(self.stall.read().unwrap());
        RealDisk.sync(file)?;
        let failed = due(&self.syncs);
        self.trace
            .lock()
            .unwrap()
            .push(if failed { "failed sync" } else { "sync" });
        if failed {
            Err(io::Error::other("sync failed (planted)"))
        } else {
            Ok(())
        }
    }
}

/// Small segments, so that a few claims rotate them.
fn small() -> Config {
    Config {
        segment_bytes: 4096,
        max_bytes: 1 << 20,
        tick_ms: 5,
        // Most tests are of one key alone.
        inbox_percent_per_key: 100,
        quarantine_percent_per_key: 100,
        ..Config::default()
    }
}

/// The `n`-th of a row of claims of all three sorts.
fn claim(n: u64) -> Claim {
    let at = Millis(1_795_000_000_000 + n);
    let source = SourceIx(n as u32 % 50);
    match n % 8 {
        6 => Claim::Count(CountObservation {
            trusted: true,
            at,
            zone: ZoneIx(n as u32 % 300),
            source,
            source_kind: SourceKind::Gate,
            kind: BayKind::Heavy,
            subset: None,
            word: CountWord::vacant(n as u32, u32::MAX),
        }),
        7 => Claim::Alive { source, at },
        _ => Claim::Bay(Observation {
            at,
            seq: n,
            bay: BayIx(n as u32 % 20_000),
            source,
            source_kind: SourceKind::App,
            status: BayStatus::ALL[n as usize % 4],
            confidence: n as u8,
            backing: Backing::default(),
        }),
    }
}

fn claims(range: std::ops::Range<u64>) -> Vec<Claim> {
    range.map(claim).collect()
}

/// A journal at work.
struct Running {
    doors: InboxSender,
    thread: JoinHandle<()>,
    batches: Arc<Mutex<Vec<Batch>>>,
    /// The length of every batch and tick, as it comes.
    beats: mpsc::Receiver<usize>,
    clock: Arc<ManualClock>,
    metrics: Arc<Metrics>,
    health: Arc<Health>,
    trace: Trace,
}

impl Running {
    fn start(dir: &Path, config: Config, disk: Arc<FaultyDisk>) -> Self {
        Self::with(dir, config, disk, |journal| journal)
    }

    fn with(
        dir: &Path,
        config: Config,
        disk: Arc<FaultyDisk>,
        more: impl FnOnce(Journal) -> Journal,
    ) -> Self {
        let trace = disk.trace.clone();
        let journal = more(
            Journal::open_on(
                dir,
                config,
                Arc::new(BareTown::default()),
                disk,
                Expected::default(),
            )
            .unwrap(),
        );
        let (beat, beats) = mpsc::sync_channel(10_000);
        let batches = Arc::new(Mutex::new(Vec::new()));
        let clock = Arc::new(ManualClock::at(Millis(1_795_000_000_000)));
        let metrics = Arc::new(Metrics::new());
        let (doors, inbox) = inbox(journal.inbox(), metrics.clone());
        let health = Arc::new(Health::default());
        let seen = batches.clone();
        let steps = trace.clone();
        let committed = Box::new(move |batch: Batch| {
            // A full channel only means that the test does not look at beats.
            let _ = beat.try_send(batch.claims.len());
            if !batch.claims.is_empty() {
                steps.lock().unwrap().push("batch");
                seen.lock().unwrap().push(batch);
            }
        });
        let thread = journal
            .start(
                inbox,
                clock.clone(),
                committed,
                metrics.clone(),
                health.clone(),
            )
            .unwrap();
        Self {
            doors,
            thread,
            batches,
            beats,
            clock,
            metrics,
            health,
            trace,
        }
    }

    fn plain(dir: &Path, config: Config) -> Self {
        Self::start(dir, config, Arc::default())
    }

    /// Hands in a submission; what is returned gets one word when it is durable and hangs up when
    /// it is dropped.
    fn send(&self, claims: Vec<Claim>, refusals: Vec<Refusal>) -> mpsc::Receiver<()> {
        let (done, durable) = mpsc::sync_channel(1);
        let trace = self.trace.clone();
        let receipt = Receipt::new(move || {
            trace.lock().unwrap().push("receipt");
            let _ = done.try_send(());
        });
        self.doors
            .blocking_send(Submission {
                claims,
                refusals,
                receipt,
            })
            .ok()
            .unwrap();
        durable
    }

    /// Hands in claims and waits for the receipt.
    fn store(&self, claims: Vec<Claim>) {
        acknowledged(&self.send(claims, vec![])).unwrap();
    }

    /// Stops intake and waits for the end.
    fn stop(self) -> Vec<Batch> {
        drop(self.doors);
        self.thread.join().unwrap();
        std::mem::take(&mut *self.batches.lock().unwrap())
    }
}

/// Waits for a receipt; long enough that only a fault runs into it.
fn acknowledged(durable: &mpsc::Receiver<()>) -> Result<(), mpsc::RecvTimeoutError> {
    durable.recv_timeout(Duration::from_mins(1))
}

/// Everything in the journal of `dir`, and what replay says of it.
fn read(dir: &Path, config: Config) -> (Vec<Batch>, Replayed) {
    let journal = Journal::open(dir, config, Arc::new(BareTown::default())).unwrap();
    let mut batches = Vec::new();
    let replayed = journal.replay(|b| batches.push(b)).unwrap();
    (batches, replayed)
}

/// What was handed in; what the journal itself says of its clock is left out.
fn flat(batches: &[Batch]) -> Vec<Claim> {
    batches
        .iter()
        .flat_map(|b| b.claims.iter().copied())
        .filter(|c| !matches!(c, Claim::Clock { .. }))
        .collect()
}

/// The segment files of `dir`, oldest first.
fn segments(dir: &Path) -> Vec<std::path::PathBuf> {
    let mut files: Vec<_> = std::fs::read_dir(dir)
        .unwrap()
        .map(|f| f.unwrap().path())
        .collect();
    files.retain(|p| p.extension().is_some_and(|e| e == "log"));
    files.sort();
    files
}
