//! The journal's one thread: gathers what the doors hand in, makes it durable, passes it on, and
//! says so.
//!
//! While a group is on its way to disk the next one gathers in the inbox, so groups grow by
//! themselves with load; where many small messages come a group waits up to a millisecond for more
//! ([`super::hold`]). Order for each group: claims
//! and refusals durable, then the stream (which may block: then the receipts wait, the inbox fills
//! and the doors wait), then the receipts. A disk that fails is tried again until it works;
//! meanwhile nothing is acknowledged, nothing more is taken in, and the stream still hears the
//! time.

use super::checkpoint::Cut;
use super::clock_step::{ClockStep, Step};
use super::cutter::Cutter;
use super::hold::Hold;
use super::log::Log;
use super::quarantine::QuarantineWriter;
use crate::domain::{Batch, Claim, Clock, Millis, Receipt, Refusal, Submission};
use crate::health::{Health, Part};
use crate::inbox::{InboxReceiver, bell};
use crate::metrics::Metrics;
use crate::threads;
use std::fs::File;
use std::io;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

const FIRST_WAIT: Duration = Duration::from_millis(50);
const LONGEST_WAIT: Duration = Duration::from_secs(1);
/// Attempts after which a group is given up when the doors are gone (nobody is left to be told):
/// some 4 s.
const GIVE_UP: u32 = 8;
/// Refusals after which a group is closed, by the bytes they hold.
const GROUP_REFUSED_BYTES: usize = 1 << 20;

/// What is being made durable: some submissions, taken apart.
#[derive(Default)]
struct Group {
    claims: Vec<Claim>,
    refusals: Vec<Refusal>,
    /// One for each submission.
    receipts: Vec<Receipt>,
    refused_bytes: usize,
}

impl Group {
    fn add(&mut self, mut s: Submission) {
        if self.claims.is_empty() {
            // The first one's memory becomes the batch's.
            self.claims = s.claims;
        } else {
            self.claims.append(&mut s.claims);
        }
        self.refused_bytes += s.refusals.iter().map(Refusal::bytes).sum::<usize>();
        self.refusals.append(&mut s.refusals);
        self.receipts.push(s.receipt);
    }
}

/// The thread's state. `inbox`: the doors send, closing it ends the thread once it is drained.
/// `committed`: the stream's end, dropped when the thread ends.
pub(super) struct JournalWriter {
    pub(super) inbox: InboxReceiver,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) committed: Box<dyn FnMut(Batch) + Send>,
    pub(super) metrics: Arc<Metrics>,
    pub(super) health: Arc<Health>,
    pub(super) log: Log,
    pub(super) keeper: QuarantineWriter,
    pub(super) cutter: Option<Cutter>,
    pub(super) group_claims: usize,
    pub(super) tick: Duration,
    /// Held for as long as the folder is ours.
    pub(super) lock: File,
}

/// What there is to do.
enum Turn {
    Commit,
    Tick,
    End,
}

impl JournalWriter {
    /// Runs until the inbox is closed and drained.
    pub(super) fn run(self) {
        raise_priority();
        let newest = self
            .cutter
            .as_ref()
            .map_or(Millis::NEVER, |c| c.how.newest.at);
        let last = self.log.reached().max(newest);
        let mut run = Run {
            w: self,
            group: Group::default(),
            waiting: None,
            last,
            clock_step: ClockStep::default(),
            clock_written: ClockStep::default(),
            bell: bell(),
            hold: Hold::default(),
        };
        run.until_done();
        run.w.log.close();
        drop(run.w.lock);
    }
}

/// A writer at work.
struct Run {
    w: JournalWriter,
    group: Group,
    /// Durable claims the stream has not been given yet.
    waiting: Option<Batch>,
    /// The newest ingest time given out.
    last: Millis,
    /// What the stream was told of the clock, and what of that is written down.
    clock_step: ClockStep,
    clock_written: ClockStep,
    /// Wakes this thread when something comes in.
    bell: Waker,
    hold: Hold,
}

impl Run {
    fn until_done(&mut self) {
        if !self.until_it_works(|r| r.w.log.ready(r.last)) {
            return;
        }
        // The first word of the time after a replay; all times the stream is told come from here,
        // so none goes back.
        self.tick();
        self.w.health.well(Part::Journal);
        self.w.metrics.journal_bytes.set(self.w.log.bytes() as i64);
        loop {
            match self.gather() {
                Turn::Commit if self.commit() => self.cut(false),
                Turn::Tick => {
                    self.tick();
                    self.cut(false);
                }
                Turn::Commit => return,
                Turn::End => return self.cut(true),
            }
        }
    }

    /// Takes in what is there, up to one group, and lets others have its room. Whether the group has
    /// room for more.
    fn take_in(&mut self) -> bool {
        let room = loop {
            if self.group.claims.len() >= self.w.group_claims
                || self.group.refused_bytes >= GROUP_REFUSED_BYTES
            {
                break false;
            }
            match self.w.inbox.take() {
                Some(s) => self.group.add(s),
                None => break true,
            }
        };
        self.w.inbox.free();
        room
    }

    /// Takes in what is there, up to one group, and a little later what came meanwhile if that is worth
    /// it; waits for something if nothing is.
    fn gather(&mut self) -> Turn {
        let until = Instant::now() + self.w.tick;
        loop {
            let room = self.take_in();
            let messages = self.group.receipts.len();
            if messages > 0 {
                let wait = self.hold.begin(messages, self.group.claims.len());
                if room && !wait.is_zero() {
                    let until = Instant::now() + wait;
                    while let Some(left) = until.checked_duration_since(Instant::now()) {
                        std::thread::park_timeout(left);
                    }
                    self.take_in();
                }
                self.hold.end(self.group.receipts.len());
                return Turn::Commit;
            }
            match self.w.inbox.poll_take(&mut Context::from_waker(&self.bell)) {
                Poll::Ready(Some(s)) => self.group.add(s),
                Poll::Ready(None) => return Turn::End,
                Poll::Pending => {
                    let left = until.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        return Turn::Tick;
                    }
                    std::thread::park_timeout(left);
                }
            }
        }
    }

    /// Makes the group durable and tells everyone. False if that was given up.
    fn commit(&mut self) -> bool {
        let start = Instant::now();
        let claims = self.group.claims.len() as u64;
        if claims > 0 {
            self.stamp();
            // What a tick has said is not written down.
            let unwritten = self.clock_written.news(self.last, self.w.clock.now());
            if self.clock_has_news() || unwritten.is_some() {
                let said = self.clock_step.claims();
                self.group.claims.splice(0..0, said);
            }
            if !self.until_it_works(Self::log_group) {
                return false;
            }
            self.waiting = Some(Batch {
                ingest_at: self.last,
                claims: std::mem::take(&mut self.group.claims),
            });
        }
        if !self.group.refusals.is_empty() {
            let at = self.stamp();
            self.w.keeper.add(at, &self.group.refusals);
            self.group.refusals.clear();
            self.group.refused_bytes = 0;
            if !self.until_it_works(Self::keep_refused) {
                return false;
            }
        }
        let m = &self.w.metrics;
        m.journal_commit_seconds
            .observe(start.elapsed().as_secs_f64());
        m.journal_commits.inc();
        m.journal_claims.inc_by(claims);
        m.journal_bytes.set(self.w.log.bytes() as i64);
        // The stream first: who is told "stored" and then asks finds its report applied or about to
        // be. When the stream is behind, this waits, and so do the acknowledgements: that is the
        // back-pressure.
        self.pass_on();
        for receipt in self.group.receipts.drain(..) {
            receipt.durable();
        }
        true
    }

    fn log_group(&mut self) -> io::Result<()> {
        let at = self.stamp();
        self.w.log.append(at, &self.group.claims)
    }

    fn keep_refused(&mut self) -> io::Result<()> {
        self.w.keeper.flush().map_err(|e| {
            self.w.metrics.quarantine_errors.inc();
            io::Error::new(e.kind(), format!("quarantine: {e}"))
        })
    }

    /// Repeats `work` with growing pauses until it succeeds. False if the doors are gone and it
    /// still does not.
    fn until_it_works(&mut self, work: fn(&mut Self) -> io::Result<()>) -> bool {
        let mut tries = 0;
        let mut wait = FIRST_WAIT;
        while let Err(e) = work(self) {
            tries += 1;
            self.w.metrics.journal_errors.inc();
            self.w.health.unwell(Part::Journal, e.to_string());
            if tries == 1 {
                tracing::error!(error = %e, "journal: nothing is acknowledged until this works");
            }
            // Durable claims need not wait for a quarantine that fails.
            self.pass_on();
            if tries >= GIVE_UP && self.w.inbox.is_closed() {
                let messages = self.group.receipts.len();
                tracing::error!(
                    error = %e,
                    messages,
                    "journal: given up at shutdown; they were not acknowledged",
                );
                return false;
            }
            self.pause(wait);
            wait = (2 * wait).min(LONGEST_WAIT);
        }
        if tries > 0 {
            tracing::info!(tries, "journal: works again");
            self.w.health.well(Part::Journal);
        }
        true
    }

    /// Lets `wait` pass, telling the stream the time.
    fn pause(&mut self, wait: Duration) {
        let until = Instant::now() + wait;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            std::thread::park_timeout(left.min(self.w.tick));
            self.tick();
        }
    }

    /// The ingest time of what is written now: the clock's, but never before one given out, also by
    /// an earlier run.
    fn stamp(&mut self) -> Millis {
        self.last = self.last.max(self.w.clock.now());
        self.last
    }

    fn tick(&mut self) {
        let ingest_at = self.stamp();
        // Not written down: it is with the next claims.
        let claims = if self.clock_has_news() {
            self.clock_step.claims().collect()
        } else {
            Vec::new()
        };
        (self.w.committed)(Batch { ingest_at, claims });
    }

    /// Whether the clock was put back, or goes on catching up, since this was last asked; says so.
    fn clock_has_news(&mut self) -> bool {
        let step = self.clock_step.news(self.last, self.w.clock.now());
        match step {
            Some(Step::Back(ms)) => tracing::warn!(
                seconds = ms / 1000,
                "the clock was put back: what was said of a time that has not come yields to what \
                 is said now",
            ),
            Some(Step::CaughtUp) => tracing::info!("the clock has caught up with ingest time"),
            Some(Step::Behind(_)) | None => {}
        }
        match step {
            Some(Step::Back(ms) | Step::Behind(ms)) => self.w.health.note(
                Part::Journal,
                format!(
                    "the clock was put back and is {} s behind what was acknowledged last: until \
                     it has caught up nothing is settled",
                    ms / 1000
                ),
            ),
            Some(Step::CaughtUp) => self.w.health.no_note(Part::Journal),
            None => {}
        }
        step.is_some()
    }

    /// Offers the place the journal has reached for a checkpoint, if it is time, and lets segments
    /// go that earlier checkpoints stand for.
    fn cut(&mut self, at_end: bool) {
        let Some(cutter) = &mut self.w.cutter else {
            return;
        };
        self.w.log.needed_from = cutter.needed_from();
        self.w.log.let_go(self.last);
        let written = self.w.log.written();
        // Everything so far was given a time before this one, and has been passed on; nothing after
        // will be.
        let cut = Cut {
            at: self.last.plus(1),
            position: self.w.log.position(),
        };
        if cutter.is_due(written, at_end) && cutter.ask(cut, written) {
            self.last = cut.at;
            self.tick();
        }
    }

    fn pass_on(&mut self) {
        if let Some(batch) = self.waiting.take() {
            (self.w.committed)(batch);
        }
    }
}

/// Every acknowledgement waits for this thread, so it goes before others; not that of a hub that is
/// to give way. Needs a right that the hub may not have.
fn raise_priority() {
    if threads::spared().is_some() {
        return;
    }
    if let Err(e) = rustix::process::setpriority_process(Some(rustix::thread::gettid()), -10) {
        tracing::debug!(error = %e, "journal: thread priority stays as it is");
    }
}
