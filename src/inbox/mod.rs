//! The inbox: what the doors have handed in and the journal has not taken yet.
//!
//! Promises: it holds at most so many claims and so many bytes; who waits for room gets it in the
//! order of coming and is never forgotten; a submission larger than all the room there is goes alone
//! rather than never. While it is more than half full, what one key adds is bounded by its share,
//! so that the room left is for the others. What finds no room and does not wait is counted by what
//! there was too little of, and stays with its door. When the journal is gone everybody who waits
//! is told.
//!
//! Dear: two atomic subtractions a submission and one push; a lock where somebody has to wait, and
//! twice for each group that the journal takes.

mod room;
#[cfg(test)]
mod tests;

use crate::domain::Submission;
use crate::metrics::Metrics;
use room::{InboxPlace, Room};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// How much an inbox holds.
#[derive(Clone, Copy, Debug)]
pub struct InboxBounds {
    /// Claims and refusals; a submission without any counts as one.
    pub claims: u32,
    /// What they take in memory.
    pub bytes: u32,
    /// What one key may add while more than half is taken, per cent of all; 100: as much as fits.
    pub percent_per_key: u32,
}

impl InboxBounds {
    /// Of so many claims, whatever they take and whoever they are of.
    #[must_use]
    pub const fn of(claims: u32) -> Self {
        Self {
            claims,
            bytes: u32::MAX,
            percent_per_key: 100,
        }
    }
}

/// Why something was not taken. A submission that is dropped with it was not stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotTaken {
    /// There is no room now.
    Full,
    /// There is no journal any more.
    Gone,
}

/// The journal takes nothing any more; what was handed in was dropped, its receipt unused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JournalGone;

/// What waits, and the place it takes.
struct Queued {
    submission: Submission,
    place: InboxPlace,
}

/// A door's end. Clones share one inbox; it is closed once the last is dropped.
#[derive(Clone)]
pub struct InboxSender {
    queue: UnboundedSender<Queued>,
    room: Arc<Room>,
}

/// The journal's end.
pub struct InboxReceiver {
    queue: UnboundedReceiver<Queued>,
    room: Arc<Room>,
    /// Claims and bytes that were taken out and whose room was not given back yet.
    taken: (usize, usize),
}

/// An empty inbox. `metrics` are told what it holds, each time they are asked.
#[must_use]
#[allow(
    clippy::disallowed_methods,
    reason = "what is in the channel has taken its place in the room first"
)]
pub fn inbox(bounds: InboxBounds, metrics: Arc<Metrics>) -> (InboxSender, InboxReceiver) {
    let (to, queue) = unbounded_channel();
    let room = Room::new(bounds, metrics);
    let sender = InboxSender {
        queue: to,
        room: room.clone(),
    };
    let receiver = InboxReceiver {
        queue,
        room,
        taken: (0, 0),
    };
    (sender, receiver)
}

impl InboxSender {
    /// One whose journal is gone: for who must have a door and uses none.
    #[must_use]
    pub fn nowhere() -> Self {
        inbox(InboxBounds::of(1), Arc::new(Metrics::new())).0
    }

    /// Hands in what does not wait. `key`: the account it came by; 0: none's.
    ///
    /// # Errors
    /// Without room, which is counted, or without a journal.
    pub fn try_send(&self, key: u32, mut submission: Submission) -> Result<(), NotTaken> {
        let size = self.room.fit(&mut submission);
        let place = self.room.take(key, size).map_err(|full| {
            if self.queue.is_closed() {
                return NotTaken::Gone;
            }
            self.room.refuse(full, &submission);
            NotTaken::Full
        })?;
        self.push(submission, place).map_err(|_| NotTaken::Gone)
    }

    /// Hands in what is `waiting`, once there is room; it stays there until then. Safe to cancel: who
    /// comes again is the last of those who wait.
    ///
    /// # Errors
    /// Without a journal; what was waiting is then dropped.
    pub async fn submit(
        &self,
        key: u32,
        waiting: &mut Option<Submission>,
    ) -> Result<(), JournalGone> {
        self.submit_now(key, waiting)?;
        let Some(submission) = waiting else {
            return Ok(());
        };
        let size = self.room.fit(submission);
        let place = self.room.wait(key, size).await;
        match (waiting.take(), place) {
            (Some(submission), Ok(place)) => self.push(submission, place),
            _ => Err(JournalGone),
        }
    }

    /// Hands in what is `waiting` if there is room now and nobody waits before it; else it stays there.
    ///
    /// # Errors
    /// As [`InboxSender::submit`].
    pub fn submit_now(
        &self,
        key: u32,
        waiting: &mut Option<Submission>,
    ) -> Result<(), JournalGone> {
        let Some(submission) = waiting else {
            return Ok(());
        };
        let size = self.room.fit(submission);
        match (self.room.take(key, size), waiting.take()) {
            (Ok(place), Some(submission)) => self.push(submission, place),
            (_, kept) => {
                *waiting = kept;
                Ok(())
            }
        }
    }

    /// Hands in what is nobody's but the hub's own, once there is room.
    ///
    /// # Errors
    /// Without a journal.
    pub async fn send(&self, submission: Submission) -> Result<(), JournalGone> {
        self.submit(0, &mut Some(submission)).await
    }

    /// The same for who has a thread to wait with.
    ///
    /// # Errors
    /// Without a journal.
    pub fn blocking_send(&self, submission: Submission) -> Result<(), JournalGone> {
        let bell = bell();
        let mut sent = pin!(self.send(submission));
        loop {
            match sent.as_mut().poll(&mut Context::from_waker(&bell)) {
                Poll::Ready(done) => return done,
                Poll::Pending => std::thread::park(),
            }
        }
    }

    fn push(&self, submission: Submission, place: InboxPlace) -> Result<(), JournalGone> {
        let queued = Queued { submission, place };
        self.queue.send(queued).map_err(|_| JournalGone)
    }
}

impl InboxReceiver {
    /// The next, if one is there. Its room is given back by [`InboxReceiver::free`].
    pub fn take(&mut self) -> Option<Submission> {
        let queued = self.queue.try_recv().ok()?;
        Some(self.out(queued))
    }

    /// The next, or a word to `cx` when one is there; `None`: no door is left. As with
    /// [`InboxReceiver::take`].
    pub fn poll_take(&mut self, cx: &mut Context<'_>) -> Poll<Option<Submission>> {
        let queued = self.queue.poll_recv(cx);
        queued.map(|queued| queued.map(|queued| self.out(queued)))
    }

    /// The next, once it is there, and its room given back.
    pub async fn recv(&mut self) -> Option<Submission> {
        let submission = std::future::poll_fn(|cx| self.poll_take(cx)).await;
        self.free();
        submission
    }

    /// Gives back the room of all that was taken, to who has waited longest.
    pub fn free(&mut self) {
        let (claims, bytes) = std::mem::take(&mut self.taken);
        self.room.give_back(claims, bytes);
    }

    /// Whether no door is left.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.queue.is_closed()
    }

    fn out(&mut self, queued: Queued) -> Submission {
        let Queued { submission, place } = queued;
        let (claims, bytes) = self.room.leave(&place);
        self.taken.0 += claims;
        self.taken.1 += bytes;
        submission
    }
}

impl Drop for InboxReceiver {
    /// Nobody waits for a journal that is gone.
    fn drop(&mut self) {
        self.queue.close();
        self.room.close();
    }
}

/// Wakes the thread that asks for it, where it is parked.
#[must_use]
pub fn bell() -> Waker {
    Waker::from(Arc::new(Bell(std::thread::current())))
}

struct Bell(Thread);

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.0.unpark();
    }
}
