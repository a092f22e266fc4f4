//! A clerk: a thread that writes for the workers, so that none of them waits for a disk.
//!
//! Whoever asks it for something waits for room in its queue at most, or does not even do that.

use crate::threads;
use std::io;
use std::sync::mpsc::{self, SyncSender};
use std::thread::JoinHandle;

/// The thread. Ends, with everything done that was asked, when the last that can ask it is gone.
pub(in crate::settlement) struct Clerk<J>(Option<(SyncSender<J>, JoinHandle<()>)>);

impl<J: Send + 'static> Clerk<J> {
    /// With room for so many jobs that wait. A name that is vital (see [`threads::is_vital`]): its
    /// panic ends the hub.
    pub(in crate::settlement) fn hire(
        name: &str,
        queue: usize,
        carry_out: impl FnMut(J) + Send + 'static,
    ) -> io::Result<Self> {
        let (jobs, waiting) = mpsc::sync_channel(queue);
        let work = move || waiting.into_iter().for_each(carry_out);
        Ok(Self(Some((jobs, threads::start(name, work)?))))
    }

    /// Waits while the queue is full. False: the thread is gone.
    pub(in crate::settlement) fn ask(&self, job: J) -> bool {
        self.0
            .as_ref()
            .is_some_and(|(jobs, _)| jobs.send(job).is_ok())
    }

    /// The same without waiting. False: there is no room, or the thread is gone.
    pub(in crate::settlement) fn try_ask(&self, job: J) -> bool {
        self.0
            .as_ref()
            .is_some_and(|(jobs, _)| jobs.try_send(job).is_ok())
    }
}

impl<J> Drop for Clerk<J> {
    fn drop(&mut self) {
        if let Some((jobs, thread)) = self.0.take() {
            drop(jobs);
            // A panic of it was reported where it happened.
            let _ = thread.join();
        }
    }
}
