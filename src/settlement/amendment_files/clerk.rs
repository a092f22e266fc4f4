//! The clerk: the thread that writes kept reports, so that no worker waits for a disk.
//!
//! Whoever asks it for something waits only for room in its queue. Memory: [`QUEUE`] blocks, each
//! what a shard settles in one window.

use super::folder::Folder;
use super::hour_file::Name;
use crate::threads;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{self, SyncSender};
use std::thread::JoinHandle;

/// Blocks that wait to be written. More: the worker waits.
pub(super) const QUEUE: usize = 32;

/// What the clerk is to do, in order.
pub(super) enum Job {
    Append(Name, u32, Vec<u64>, SyncSender<Done>),
    /// Hours before that one, of a worker, of so many.
    Forget(u64, u32, u32),
    /// Say when everything before is done.
    Tell(SyncSender<()>),
}

/// The hour of a block, the block, and what came of it.
pub(super) type Done = (u64, Vec<u64>, io::Result<()>);

/// The thread that writes. Ends, with everything written, when the last that can ask it is gone.
pub(super) struct Clerk(Option<(SyncSender<Job>, JoinHandle<()>)>);

impl Clerk {
    pub(super) fn hire(folder: Arc<Folder>) -> io::Result<Self> {
        let (jobs, queue) = mpsc::sync_channel(QUEUE);
        let work = move || queue.into_iter().for_each(|job| carry_out(&folder, job));
        // By this name its panic ends the hub, as a journal's does: what it no longer keeps could
        // not amend.
        Ok(Self(Some((jobs, threads::start("journal-kept", work)?))))
    }

    /// Waits while the queue is full. False: the thread is gone.
    pub(super) fn ask(&self, job: Job) -> bool {
        self.0
            .as_ref()
            .is_some_and(|(jobs, _)| jobs.send(job).is_ok())
    }

    /// Waits until all that was asked before is done.
    pub(super) fn wait(&self) -> io::Result<()> {
        let (tell, told) = mpsc::sync_channel(1);
        if self.ask(Job::Tell(tell)) && told.recv().is_ok() {
            return Ok(());
        }
        Err(io::Error::other(
            "the thread that keeps settled reports is gone",
        ))
    }
}

impl Drop for Clerk {
    fn drop(&mut self) {
        if let Some((jobs, thread)) = self.0.take() {
            drop(jobs);
            // A panic of it was reported where it happened.
            let _ = thread.join();
        }
    }
}

fn carry_out(folder: &Folder, job: Job) {
    match job {
        Job::Append(name, group, words, back) => {
            let done = folder.append(name, group, &words);
            // Nobody wants to know when the worker is gone, or has not asked for long.
            let _ = back.try_send((name.0, words, done));
        }
        Job::Forget(hour, me, of) => folder.forget(hour, me, of),
        Job::Tell(tell) => drop(tell.send(())),
    }
}
