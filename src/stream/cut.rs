//! Cuts: copies of every worker's state as it was at one ingest time, so that a checkpoint can be
//! written elsewhere.
//!
//! Promise: a cut at `F` holds every claim of batches before `F` and none of a batch at or after
//! it. A worker that is handed claims from `F` on while older ones may still come holds them back
//! until it has been copied; the source's gate bounds how many that can be. When each source was
//! last heard is one table for all workers: with one worker it is exact too, with several it may
//! already know what a faster worker heard after `F`, which a replay hears again.
//!
//! Dear: what does not grow with bays is copied while its worker stands still. Bays are copied a
//! little at each activation, each before it changes, so that no report waits long for it; encoding
//! and writing happen on the thread that collects. One cut at a time: asking for a second is refused
//! until the first is done.

use super::worker::Worker;
use super::worker_copy::WorkerCopy;
use crate::domain::{Claim, Millis};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::{Duration, Instant};

/// One worker's part of a cut.
pub struct CutPart {
    pub at: Millis,
    pub copied: WorkerCopy,
    /// How long the worker stood still for it at a time, at most.
    pub pause: Duration,
    worker: usize,
}

/// Where cuts are asked for and collected.
pub struct Cuts {
    /// The cut under way; 0 for none.
    at: AtomicU64,
    /// Memory for the copies, one a worker, kept between cuts.
    room: Vec<Mutex<Option<WorkerCopy>>>,
    done: mpsc::SyncSender<CutPart>,
    collected: Mutex<mpsc::Receiver<CutPart>>,
    /// Workers that have ended.
    gone: AtomicUsize,
}

impl Cuts {
    pub(super) fn new(workers: usize) -> Self {
        let (done, collected) = mpsc::sync_channel(workers);
        let room = (0..workers).map(|_| Mutex::new(None)).collect();
        Self {
            at: AtomicU64::new(0),
            room,
            done,
            collected: Mutex::new(collected),
            gone: AtomicUsize::new(0),
        }
    }

    /// Touches the memory that the first cut will copy into, so that it pauses no longer than later
    /// ones.
    pub fn make_room(&self, bays: u32) {
        for room in &self.room {
            *room.lock().unwrap_or_else(PoisonError::into_inner) =
                Some(WorkerCopy::with_room(bays as usize));
        }
    }

    /// Asks for a cut at `at`, which no batch fed so far may have reached; the caller then feeds
    /// nothing before it. False while another is under way.
    pub fn ask(&self, at: Millis) -> bool {
        self.at
            .compare_exchange(0, at.0, Ordering::AcqRel, Ordering::Relaxed)
            .is_ok()
    }

    /// Waits up to `limit` for the next worker's part of the cut asked for. `None` if none came.
    pub fn collect(&self, limit: Duration) -> Option<CutPart> {
        self.collected
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .recv_timeout(limit)
            .ok()
    }

    /// Takes a part's memory back.
    pub fn give_back(&self, mut part: CutPart) {
        part.copied.let_go();
        *self.room[part.worker]
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(part.copied);
    }

    /// The cut is over, whatever became of it: another may be asked for. Every part must have been
    /// collected.
    pub fn over(&self) {
        self.at.store(0, Ordering::Release);
    }

    /// No worker is left: a part that has not come never will.
    #[must_use]
    pub fn ended(&self) -> bool {
        self.gone.load(Ordering::Acquire) == self.workers()
    }

    /// How many parts a cut has.
    #[must_use]
    pub fn workers(&self) -> usize {
        self.room.len()
    }
}

/// One worker's side of the cuts.
pub(super) struct WorkerSnapshotter {
    cuts: Arc<Cuts>,
    me: usize,
    /// The newest cut this worker has made, or makes.
    made: u64,
    /// How long it has stood still for that at a time.
    pause: Duration,
    /// Claims from the cut on that came before it could be made, in order of arrival.
    held: Vec<(Millis, Vec<Claim>)>,
}

impl WorkerSnapshotter {
    pub(super) fn new(cuts: Arc<Cuts>, me: usize) -> Self {
        Self {
            cuts,
            me,
            made: 0,
            pause: Duration::ZERO,
            held: Vec::new(),
        }
    }

    /// The cut that this worker still has to make.
    fn ahead(&self) -> Option<u64> {
        let at = self.cuts.at.load(Ordering::Acquire);
        (at > self.made).then_some(at)
    }

    /// Applies claims, unless they lie beyond a cut that is not made yet.
    #[inline]
    pub(super) fn apply(&mut self, worker: &mut Worker, claims: &mut Vec<Claim>, now: Millis) {
        if self.ahead().is_some_and(|at| now.0 >= at) {
            self.held.push((now, std::mem::take(claims)));
        } else {
            worker.apply(claims, now);
        }
    }

    /// Makes the cut if all before it has been applied, or goes on with it, by some `work`, in bays.
    /// `frontier`: nothing older can come any more; `None`: nothing at all. True: there is more to do.
    pub(super) fn cut(&mut self, worker: &mut Worker, frontier: Option<u64>, work: usize) -> bool {
        if !worker.is_copying() {
            let Some(at) = self.ahead() else { return false };
            if frontier.is_some_and(|f| f < at) {
                return false;
            }
            self.begin(worker, at);
        }
        let begun = Instant::now();
        // Nobody comes by again once nothing can come.
        let work = frontier.map_or(usize::MAX, |_| work);
        let copied = worker.copy_on(work);
        self.pause = self.pause.max(begun.elapsed());
        let Some(copied) = copied else { return true };
        // There is room for one part of each worker, and one cut at a time.
        let _ = self.cuts.done.try_send(CutPart {
            at: Millis(self.made),
            copied,
            pause: self.pause,
            worker: self.me,
        });
        false
    }

    /// From here on claims may change what the cut is of: it has it as it is now.
    fn begin(&mut self, worker: &mut Worker, at: u64) {
        let room = self.cuts.room[self.me]
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let mut copied = room.unwrap_or_default();
        // What is handed in is not part of the copy: whoever takes it keeps it, and says up to when.
        worker.hand_in(Millis(at));
        // What comes after is of this time or later, and goes by these rates.
        worker.turn(Millis(at));
        copied.table = worker.table(Millis(at));
        let begun = Instant::now();
        worker.begin_copy(copied);
        self.pause = begun.elapsed();
        self.made = at;
        for (now, claims) in self.held.drain(..) {
            worker.apply(&claims, now);
        }
    }
}

impl Drop for WorkerSnapshotter {
    fn drop(&mut self) {
        self.cuts.gone.fetch_add(1, Ordering::Release);
    }
}
