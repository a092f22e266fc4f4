//! Reading: files into sorted runs, on all cores.
//!
//! ```text
//! pieces of lines (one thread) -> judges (n threads) -> put in order again -> sorted and written (one thread)
//! ```
//!
//! Promises: a run holds all that came of the lines up to a place and after the run before it, and its
//! place is told with it, so that whoever goes on from there misses nothing and reads nothing twice.
//! Bounded: the claims of two runs, and some pieces.

use super::claim::PastClaim;
use super::input::{FilePlace, Input, Piece, Pieces};
use super::judge::{Judge, Judged};
use super::refusal::{ImportReason, Refusals, RefusedAt};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io;
use std::num::NonZero;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;

/// Claims in a run, usually: 32 MiB while it is sorted.
pub const RUN: usize = 1 << 20;

/// How far it has come, for whoever watches.
#[derive(Debug, Default)]
pub struct Meter {
    /// Bytes of the files, as they lie there.
    pub read: Arc<AtomicU64>,
    /// Claims taken.
    pub claims: AtomicU64,
}

/// Where reading goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reached {
    /// Which of the files.
    pub file: usize,
    pub place: FilePlace,
    /// The first and last time in it so far, ms.
    pub times: Option<(u64, u64)>,
}

/// A piece that was judged.
struct ReadPiece {
    reached: Reached,
    /// It was the file's last.
    last: bool,
    judged: Judged,
}

/// What waits for its turn.
type Outcome = io::Result<ReadPiece>;
type Work = (u64, usize, io::Result<Option<Piece>>);

/// A run to be sorted and written, what was refused on the way, and how far it reaches.
pub struct Unsorted {
    pub claims: Vec<PastClaim>,
    pub refusals: Refusals,
    pub reached: Reached,
}

/// Reads the files from a place on; hands `write` one run after the other, of about `most` claims.
///
/// # Errors
/// When a file cannot be opened any more, or `write` fails.
pub fn read(
    inputs: &[Input],
    from: Reached,
    (judge, most): (&Judge, usize),
    meter: &Meter,
    mut write: impl FnMut(Unsorted) -> io::Result<()> + Send,
) -> io::Result<()> {
    let hands = thread::available_parallelism()
        .map_or(1, NonZero::get)
        .min(16);
    let (pieces, work) = mpsc::sync_channel::<Work>(hands);
    let (out, done) = mpsc::sync_channel::<(u64, Outcome)>(hands);
    let (runs, unsorted) = mpsc::sync_channel::<Unsorted>(0);
    let work = Arc::new(Mutex::new(work));
    thread::scope(|scope| {
        scope.spawn(move || cut(inputs, from, judge.most_bytes, meter, &pieces));
        for _ in 0..hands {
            let work = work.clone();
            let out = out.clone();
            scope.spawn(move || judge_all(inputs, judge, &work, &out));
        }
        drop((out, work));
        let writer = scope.spawn(move || unsorted.into_iter().try_for_each(&mut write));
        let gathered = gather(inputs, from, (judge, most), meter, done, &runs);
        drop(runs);
        // What the writer says is why nobody took the runs.
        writer
            .join()
            .map_err(|_| io::Error::other("the writer of runs panicked"))??;
        gathered
    })
}

fn cut(
    inputs: &[Input],
    from: Reached,
    longest: usize,
    meter: &Meter,
    to: &mpsc::SyncSender<Work>,
) {
    let mut order = 0;
    let mut send = |file, piece| {
        order += 1;
        to.send((order, file, piece)).is_ok()
    };
    for (file, input) in inputs.iter().enumerate().skip(from.file) {
        let place = if file == from.file {
            from.place
        } else {
            FilePlace::default()
        };
        let pieces = match Pieces::open(input, place, longest, meter.read.clone()) {
            Ok(pieces) => pieces,
            Err(e) => {
                let e = io::Error::new(e.kind(), format!("{}: {e}", input.name));
                send(file, Err(e));
                return;
            }
        };
        for piece in pieces {
            if !send(file, Ok(Some(piece))) {
                return;
            }
        }
        if !send(file, Ok(None)) {
            return;
        }
    }
}

fn judge_all(
    inputs: &[Input],
    judge: &Judge,
    work: &Mutex<mpsc::Receiver<Work>>,
    out: &mpsc::SyncSender<(u64, Outcome)>,
) {
    loop {
        let next = work.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok((order, file, piece)) = next else {
            return;
        };
        let done = piece.map(|piece| judge_one(inputs, judge, file, piece));
        if out.send((order, done)).is_err() {
            return;
        }
    }
}

fn judge_one(inputs: &[Input], judge: &Judge, file: usize, piece: Option<Piece>) -> ReadPiece {
    let Some(piece) = piece else {
        return ReadPiece {
            reached: Reached {
                file: file + 1,
                ..Reached::default()
            },
            last: true,
            judged: Judged::default(),
        };
    };
    let mut judged = judge.lines(&inputs[file], &piece.lines, piece.first);
    if let Some((line, reason, why)) = piece.refused {
        let at = RefusedAt {
            file: &inputs[file].name,
            line,
            index: None,
        };
        judged.refusals.refuse(&judge.drop, at, (reason, why), b"");
        judged.refusals.tally.lines += u64::from(reason != ImportReason::Cut);
    }
    let reached = Reached {
        file,
        place: piece.end,
        times: judged.times,
    };
    ReadPiece {
        reached,
        last: false,
        judged,
    }
}

/// Puts what was judged in order again, and makes runs of it.
fn gather(
    inputs: &[Input],
    from: Reached,
    (judge, most): (&Judge, usize),
    meter: &Meter,
    done: mpsc::Receiver<(u64, Outcome)>,
    to: &mpsc::SyncSender<Unsorted>,
) -> io::Result<()> {
    let mut early: BTreeMap<u64, Outcome> = BTreeMap::new();
    let mut next = 1;
    let mut run = Unsorted {
        claims: Vec::with_capacity(most),
        refusals: Refusals::default(),
        reached: from,
    };
    for (order, outcome) in done {
        early.insert(order, outcome);
        while let Some(outcome) = early.remove(&next) {
            next += 1;
            let mut done = outcome?;
            let times = run.reached.times;
            if done.last {
                let input = &inputs[done.reached.file - 1];
                done.judged.claims.extend(watched(input, judge, times));
            } else {
                done.reached.times = join(times, done.reached.times);
            }
            run.reached = done.reached;
            meter
                .claims
                .fetch_add(done.judged.claims.len() as u64, Ordering::Relaxed);
            run.claims.append(&mut done.judged.claims);
            run.refusals.append(done.judged.refusals);
            if run.claims.len() >= most {
                let fresh = Unsorted {
                    claims: Vec::with_capacity(most),
                    refusals: Refusals::default(),
                    reached: run.reached,
                };
                if to.send(std::mem::replace(&mut run, fresh)).is_err() {
                    return Ok(());
                }
            }
        }
    }
    // Who does not take it has failed, and says why itself.
    let _ = to.send(run);
    Ok(())
}

/// That the writer of a file has watched from its first moment to its last.
fn watched(input: &Input, judge: &Judge, times: Option<(u64, u64)>) -> Option<PastClaim> {
    let (from, to) = times.filter(|_| input.opened.watches)?;
    let source = judge.unnamed().ok()?;
    judge.presence(
        source,
        crate::domain::Millis(from),
        crate::domain::Millis(to),
    )
}

fn join(a: Option<(u64, u64)>, b: Option<(u64, u64)>) -> Option<(u64, u64)> {
    match (a, b) {
        (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
        (one, other) => one.or(other),
    }
}
