//! What the clerk of kept reports is asked for. Memory: [`QUEUE`] blocks, each what a shard settles
//! in one window, or a part of it.

use super::folder::Folder;
use super::hour_file::Name;
use crate::settlement::clerk::Clerk;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{self, SyncSender};

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

pub(super) fn hire(folder: Arc<Folder>) -> io::Result<Clerk<Job>> {
    // By this name its panic ends the hub, as a journal's does: what it no longer keeps could not
    // amend.
    Clerk::hire("journal-kept", QUEUE, move |job| carry_out(&folder, job))
}

/// Waits until all that was asked before is done.
pub(super) fn wait(clerk: &Clerk<Job>) -> io::Result<()> {
    let (tell, told) = mpsc::sync_channel(1);
    if clerk.ask(Job::Tell(tell)) && told.recv().is_ok() {
        return Ok(());
    }
    Err(io::Error::other(
        "the thread that keeps settled reports is gone",
    ))
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
