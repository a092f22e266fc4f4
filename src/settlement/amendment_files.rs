//! Settled reports in files, one an hour and worker, so that a late report can amend what was
//! settled.
//!
//! Not a journal: what is here can be made again from the journal and the checkpoint it goes with.
//! So nothing is synced but for a checkpoint, which names how much of each file counts; a start
//! cuts the files back to that. Promises: bounded (the oldest hours go first, and
//! [`AmendmentLog::kept_from`] says so); a block that a crash of the machine has damaged is told by
//! its checksum, and its hour counts as gone, as do those whose files are of another version of the
//! format.
//!
//! A thread of its own (the `clerk`) writes, so that no worker waits for a disk: only for room in
//! its queue, for what it reads again, and a checkpoint for what it makes durable.

mod clerk;
mod folder;
mod hour_file;
#[cfg(test)]
mod tests;
mod worker_log;

use super::clerk::Clerk;
use super::counted::is_count;
use super::shard::Late;
use crate::domain::{AmendmentLength, AmendmentLog, Millis};
use folder::Folder;
use std::io;
use std::path::Path;
use std::sync::Arc;
use worker_log::Hand;

/// Of what a report is that was kept aside, by stable number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeptAside {
    Report { bay: u32 },
    Count { zone: u32 },
}

/// The folder of kept reports.
#[derive(Clone)]
pub struct AmendmentFiles {
    folder: Arc<Folder>,
    clerk: Arc<Clerk<clerk::Job>>,
}

impl AmendmentFiles {
    /// Opens the folder as a checkpoint left it: cuts its files back to `lengths`, and removes the
    /// others.
    pub fn open(
        dir: &Path,
        generation: u32,
        max_bytes: u64,
        lengths: &[AmendmentLength],
    ) -> io::Result<Self> {
        let folder = Arc::new(Folder::open(dir, generation, max_bytes, lengths)?);
        let clerk = Arc::new(clerk::hire(folder.clone())?);
        Ok(Self { folder, clerk })
    }

    /// Which of the files that `lengths` name are not there though nothing has let them go, or hold
    /// less: only the oldest hours of a worker go by themselves. Changes nothing.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn missing(
        dir: &Path,
        lengths: &[AmendmentLength],
        workers: u32,
    ) -> io::Result<Vec<String>> {
        folder::missing(dir, lengths, workers)
    }

    /// What worker `me` of `of` uses.
    #[must_use]
    pub fn of_worker(&self, me: u32, of: u32) -> Box<dyn AmendmentLog> {
        Box::new(Hand::new(self, me, of))
    }

    /// Tells of every report that was kept aside and is still there: of what it is, and its time.
    /// Reads up to 128 MB.
    ///
    /// # Errors
    /// What the disk says.
    pub fn each_aside(&self, mut each: impl FnMut(KeptAside, Millis)) -> io::Result<()> {
        self.folder.read_aside(|bytes| {
            let late: Late = bytemuck::pod_read_unaligned(bytes);
            let of = match late.report.bay() {
                zone if is_count(&late.report) => KeptAside::Count { zone },
                bay => KeptAside::Report { bay },
            };
            each(of, Millis(late.report.at()));
        })
    }

    /// Makes durable what has been appended so far.
    pub fn sync(&self) -> io::Result<()> {
        clerk::wait(&self.clerk)?;
        self.folder.sync()
    }
}
