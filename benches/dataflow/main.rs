//! How much of a hand-written loop's speed the timely dataflow keeps, on one stream, in one run.
//!
//! `cargo bench --bench dataflow [-- CLAIMS [PER_SECOND [settling|belief|counts|live]]]`; with `settling` only the
//! last line, for a profiler; with `live` the loop and one worker without settling, and no more; with `counts` what it costs to settle besides what gates count of all 14,000
//! zones once a minute; with `belief` what believing costs beside the newest word (`stream.fuse`
//! `belief` and `latest`), with no apps and with one report in a hundred an app's. 1.4 million bays in 14,000 zones, a Zipf-like stream of reports (8 %
//! of them true changes, 1 % noise, some seconds of disorder). Both sides do the same work: newest
//! report wins, zone counters, when each zone and source was last heard, silence, live words and
//! vacant bits; only whose word goes first is asked by the dataflow alone. The loop is what one would write with nothing else in mind: dense arrays, one
//! thread, a prefetch some reports ahead. Figures are millions of reports a second of wall time,
//! and a second of processor time, which other programs on the machine disturb less; the ratios are
//! what to look at.
//!
//! The first half of the stream is not timed: it fills what has to be filled once, as in a hub that
//! has run for a while.
//!
//! The last line is the dataflow that also settles the same reports by event time, with files for
//! amendments on a real disk (nothing is synced, as in the hub between checkpoints). How dense the
//! stream is in event time matters to it, as every bay is gone through once a window of five
//! minutes: `PER_SECOND`, 6,500 if not said, is two million reports a window. A country at its peak
//! is 3,600: more of the going through for each report. What is told is what a catching-up hub
//! does, which takes the same stream as fast as it can.

mod by_hand;
#[path = "../common/mod.rs"]
mod common;
mod counted;

use bayhub::domain::{
    Backing, Batch, BayIx, BayStatus, Claim, Millis, Observation, SourceIx, SourceKind, ZoneIx,
};
use bayhub::metrics::Metrics;
use bayhub::registry::Registry;
use bayhub::stream::{self, Fuse};
use by_hand::Loop;
use common::grid::{BAYS, ZONES, city, live, settlement};
use std::sync::Arc;
use std::time::{Duration, Instant};

const GROUP: usize = 65_536;
const ROUNDS: usize = 5;
const T0: u64 = 1_795_402_800_000;

/// xorshift: the stream must cost less to make than to apply, and be the same in each run.
struct Rng(u64);

impl Rng {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// Bays drawn by a Zipf-like law (exponent 0.8) over a permutation of all.
/// So many in a hundred are apps', of a trusted key, with a contributor each.
fn reports(n: usize, step_ms: u64, apps: u64) -> Vec<Claim> {
    let mut r = Rng(42);
    let mut truth = vec![false; BAYS];
    let k = (BAYS as f64).powf(0.2) - 1.0;
    (0..n)
        .map(|i| {
            let rank = ((1.0 + r.unit() * k).powi(5) as u64).min(BAYS as u64 - 1);
            let bay = (rank * 2_654_435_761 % BAYS as u64) as usize;
            let x = r.next();
            truth[bay] ^= x % 100 < 8;
            let occupied = truth[bay] ^ (x >> 8).is_multiple_of(100);
            let is_app = (x >> 40) % 100 < apps;
            let contributor = 1 + (x >> 20) as u32 % 100_000;
            Claim::Bay(Observation {
                at: Millis(T0 + i as u64 * step_ms / GROUP as u64 + (x >> 32) % 5000),
                seq: i as u64,
                bay: BayIx(bay as u32),
                // As a lamp post watches its bays.
                source: SourceIx(if is_app {
                    1024 + contributor % 64
                } else {
                    (bay as u32).wrapping_mul(0x9e37_79b9) >> 22
                }),
                source_kind: if is_app {
                    SourceKind::App
                } else {
                    SourceKind::Sensor
                },
                status: if occupied {
                    BayStatus::Occupied
                } else {
                    BayStatus::Vacant
                },
                confidence: 247,
                backing: if is_app {
                    Backing::of_key(true, contributor as u8).of_contributor(contributor, 17, true)
                } else {
                    Backing::default()
                },
            })
        })
        .collect()
}

/// The hub's clock at the `i`th batch: later than every report in it.
const fn ingest_ms(i: usize, step_ms: u64) -> u64 {
    T0 + 6000 + (i as u64 + 1) * step_ms
}

/// Wall and processor seconds, counted from `begin`.
struct Meter(Instant, Duration);

impl Meter {
    fn cpu() -> Duration {
        let t = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
        Duration::new(t.tv_sec as u64, t.tv_nsec as u32)
    }

    fn begin() -> Self {
        Self(Instant::now(), Self::cpu())
    }

    fn end(&self) -> [f64; 2] {
        [
            self.0.elapsed().as_secs_f64(),
            Self::cpu().saturating_sub(self.1).as_secs_f64(),
        ]
    }
}

fn by_loop(registry: &Registry, claims: &[Claim], step_ms: u64) -> ([f64; 2], u64) {
    let mut side = Loop::new(registry);
    let mut batches = claims.chunks(GROUP).enumerate();
    batches
        .by_ref()
        .take(untimed(claims.len()))
        .for_each(|(i, c)| side.run(c, ingest_ms(i, step_ms)));
    let meter = Meter::begin();
    batches.for_each(|(i, c)| side.run(c, ingest_ms(i, step_ms)));
    let took = meter.end();
    (took, side.free.iter().map(|z| u64::from(z[0])).sum())
}

/// Batches that are not timed.
const fn untimed(claims: usize) -> usize {
    (claims / 2).div_ceil(GROUP)
}

/// Waits until everything is applied that came in by `ingest`, and settled what can be settled
/// then.
fn keep_up(stream: &stream::Stream, feed: &mut stream::Feed, ingest: u64) {
    const LATENESS: u64 = 120_000;
    const WINDOW: u64 = 300_000;
    // The last word on a window is spoken a window later.
    let due = ((ingest - LATENESS) / WINDOW * WINDOW).saturating_sub(WINDOW);
    let is_settled = || {
        stream
            .turnover
            .as_ref()
            .is_none_or(|t| t.settled().0 >= due)
    };
    // One more moment, so that what came in at the last one is all there.
    feed.push(Batch {
        ingest_at: Millis(ingest + 1),
        claims: vec![],
    });
    while stream.progress.waiting() > 0 || !is_settled() {
        std::thread::park_timeout(Duration::from_micros(200));
    }
}

/// The claims in the batches that they come in.
fn batches(claims: &[Claim]) -> Vec<Vec<Claim>> {
    claims.chunks(GROUP).map(<[_]>::to_vec).collect()
}

fn by_dataflow(
    registry: &Arc<Registry>,
    batches: Vec<Vec<Claim>>,
    step_ms: u64,
    (workers, fuse): (usize, Fuse),
    settle: bool,
) -> ([f64; 2], u64) {
    let live = live(registry);
    let config = stream::Config {
        workers,
        fuse,
        ..stream::Config::default()
    };
    let claims: usize = batches.iter().map(Vec::len).sum();
    let dir = tempfile::tempdir().expect("a folder");
    let settlement = settle.then(|| settlement(dir.path(), 1 << 40, &[]));
    let metrics = Arc::new(Metrics::new());
    let saved = stream::Saved::default();
    let (stream, mut feed) = stream::resume(
        &config,
        registry.clone(),
        live.clone(),
        metrics.clone(),
        2000,
        saved,
        settlement,
    )
    .expect("threads");
    let mut meter = Meter::begin();
    let all = batches.len();
    let untimed = all.div_ceil(2);
    for (i, claims) in batches.into_iter().enumerate() {
        if i == untimed {
            keep_up(&stream, &mut feed, ingest_ms(i - 1, step_ms));
            meter = Meter::begin();
        }
        feed.push(Batch {
            ingest_at: Millis(ingest_ms(i, step_ms)),
            claims,
        });
    }
    keep_up(&stream, &mut feed, ingest_ms(all - 1, step_ms));
    let took = meter.end();
    drop(feed);
    stream.join().expect("a sound run");
    assert!(
        !settle || metrics.settled.reports.get() as usize > claims / 2,
        "most of them are settled"
    );
    let vacant = (0..ZONES as u32)
        .map(|z| u64::from(live.zone(ZoneIx(z)).vacant[0]))
        .sum();
    (took, vacant)
}

/// What believing keeps of the speed that the newest word has, side by side.
fn believing(registry: &Arc<Registry>, n: usize, step_ms: u64) {
    let timed = (n - untimed(n) * GROUP) as f64;
    println!("{n} reports, one worker; million reports/s of the wall, median of {ROUNDS}");
    for apps in [0, 1, 5] {
        let claims = reports(n, step_ms, apps);
        let mut rounds = [const { Vec::new() }; 2];
        for _ in 0..ROUNDS {
            for (side, fuse) in rounds.iter_mut().zip([Fuse::Latest, Fuse::Belief]) {
                let ([wall, _], _) =
                    by_dataflow(registry, batches(&claims), step_ms, (1, fuse), false);
                side.push(timed / wall / 1e6);
            }
        }
        let [latest, belief] = rounds.map(|mut side| {
            side.sort_by(f64::total_cmp);
            side[side.len() / 2]
        });
        println!(
            "{apps} % apps: latest {latest:5.1}, belief {belief:5.1}, {:.2} of it",
            belief / latest
        );
    }
}

/// The last line alone.
fn settling(n: usize, run: impl Fn() -> [f64; 2]) {
    for _ in 0..ROUNDS {
        let [wall, cpu] = run().map(|s| n as f64 / s / 1e6);
        println!("1 worker, settling   {wall:6.1} by the wall, {cpu:6.1} by the processor");
    }
}

/// The ratio alone, by the processor: for a build without optimisation, as tests are.
fn live_alone<R>(by_loop: impl Fn() -> ([f64; 2], R), by_dataflow: impl Fn() -> ([f64; 2], R)) {
    let mut ratios: Vec<f64> = (0..3)
        .map(|_| by_loop().0[1] / by_dataflow().0[1])
        .collect();
    ratios.sort_by(f64::total_cmp);
    println!("one worker / loop: {:.2}", ratios[1]);
}

fn main() {
    let mut numbers = std::env::args()
        .skip(1)
        .filter_map(|a| a.parse::<usize>().ok());
    let n = numbers.next().unwrap_or(8_000_000);
    let rate = numbers.next().unwrap_or(6500);
    let step_ms = (GROUP * 1000 / rate) as u64;
    let registry = Arc::new(city());
    if std::env::args().any(|a| a == "belief") {
        return believing(&registry, n, step_ms);
    }
    let claims = reports(n, step_ms, 0);
    let timed = (n - untimed(n) * GROUP) as f64;
    println!(
        "{n} reports, {BAYS} bays, {ZONES} zones; million reports/s, median of {ROUNDS} rounds taken in turn"
    );
    println!(
        "{rate} a second of event time: {:.1} windows, of {} reports",
        n as f64 / rate as f64 / 300.0,
        rate * 300
    );
    if std::env::args().any(|a| a == "counts") {
        return counted::costs(&registry, &claims, step_ms);
    }
    let by_dataflow_of = |workers, settles| {
        let side = (workers, Fuse::Belief);
        by_dataflow(&registry, batches(&claims), step_ms, side, settles)
    };
    if std::env::args().any(|a| a == "live") {
        let by_loop = || by_loop(&registry, &claims, step_ms);
        return live_alone(by_loop, || by_dataflow_of(1, false));
    }
    if std::env::args().any(|a| a == "settling") {
        return settling(n, || by_dataflow_of(1, true).0);
    }
    let mut rounds = [const { [const { Vec::new() }; 2] }; 4];
    for _ in 0..ROUNDS {
        let runs = [
            by_loop(&registry, &claims, step_ms),
            by_dataflow_of(1, false),
            by_dataflow_of(2, false),
            by_dataflow_of(1, true),
        ];
        let vacant = runs.map(|run| run.1);
        assert!(
            vacant.iter().all(|v| *v == vacant[0]),
            "the same stream must end in the same city: {vacant:?}"
        );
        for (side, (took, _)) in rounds.iter_mut().zip(runs) {
            side.iter_mut()
                .zip(took)
                .for_each(|(all, s)| all.push(timed / s / 1e6));
        }
    }
    let [hand, one, two, settled] = rounds.map(|side| {
        side.map(|mut r| {
            r.sort_by(f64::total_cmp);
            r[r.len() / 2]
        })
    });
    println!("                      wall   of the loop       CPU   of the loop");
    let settling = ("1 worker, settling", settled);
    for (name, side) in [
        ("hand-written loop", hand),
        ("dataflow, 1 worker", one),
        ("dataflow, 2 workers", two),
        settling,
    ] {
        let [w, c] = side;
        println!(
            "{name:<20} {w:6.1}   {:11.2}   {c:7.1}   {:11.2}",
            w / hand[0],
            c / hand[1]
        );
    }
    let cost = |i: usize| 100.0 * (1.0 - settled[i] / one[i]);
    println!(
        "settling costs {:.0} % of one worker's throughput by the wall, {:.0} % by the processor",
        cost(0),
        cost(1)
    );
}
