//! One worker's log: what it has the clerk append, reads again, and may count on at a checkpoint.

use super::AmendmentFiles;
use super::clerk::{self, Done, Job, QUEUE};
use super::hour_file::block_size;
use crate::domain::{AmendmentLength, AmendmentLog, Millis};
use std::collections::BTreeMap;
use std::io;
use std::sync::mpsc::{self, Receiver, SyncSender};

pub(super) struct Hand {
    files: AmendmentFiles,
    me: u32,
    of: u32,
    forgotten: u64,
    /// By hour: how long this worker's file will be when the clerk has done what it was asked.
    lengths: BTreeMap<u64, u64>,
    back: SyncSender<Done>,
    done: Receiver<Done>,
}

impl Hand {
    /// For worker `me` of `of`.
    pub(super) fn new(files: &AmendmentFiles, me: u32, of: u32) -> Self {
        let folder = &files.folder;
        let state = folder.state();
        let ours = state
            .files
            .iter()
            .filter(|(n, _)| (n.1, n.2) == (me, folder.generation));
        let lengths = ours.map(|(n, hour)| (n.0, hour.len)).collect();
        // Whoever asks what became of a block each time it appends one never has more of them
        // before it.
        let (back, done) = mpsc::sync_channel(2 * QUEUE);
        Self {
            files: files.clone(),
            me,
            of,
            forgotten: 0,
            lengths,
            back,
            done,
        }
    }
}

impl AmendmentLog for Hand {
    fn append(&mut self, hour: Millis, group: u32, words: Vec<u64>) {
        let name = (hour.0, self.me, self.files.folder.generation);
        *self.lengths.entry(hour.0).or_default() += block_size(&words);
        let _ = self
            .files
            .clerk
            .ask(Job::Append(name, group, words, self.back.clone()));
    }

    fn done(&mut self) -> Option<(Vec<u64>, io::Result<()>)> {
        let (hour, words, done) = self.done.try_recv().ok()?;
        if let (Err(_), Some(length)) = (&done, self.lengths.get_mut(&hour)) {
            *length -= block_size(&words);
        }
        Some((words, done))
    }

    fn read(&mut self, hour: Millis, group: u32, into: &mut Vec<u64>) -> io::Result<()> {
        clerk::wait(&self.files.clerk)?;
        self.files.folder.read(hour, group, into)
    }

    fn kept_from(&self) -> Millis {
        Millis(self.files.folder.state().kept_from.max(self.forgotten))
    }

    fn forget(&mut self, hour: Millis) {
        self.forgotten = self.forgotten.max(hour.0);
        self.lengths.retain(|h, _| *h >= hour.0);
        let _ = self.files.clerk.ask(Job::Forget(hour.0, self.me, self.of));
    }

    fn too_late(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.files.folder.set_aside(bytes)
    }

    /// Does not wait for the clerk: a file that turns out to be shorter counts as damaged.
    fn lengths(&mut self) -> Vec<AmendmentLength> {
        let folder = &self.files.folder;
        let mut state = folder.state();
        // A crash before this is followed by a replay, in which they come too late again.
        if let Err(e) = state.flush_aside() {
            tracing::warn!(error = %e, "reports that came too late could not be kept aside");
        }
        let me = self.me;
        let generation = folder.generation;
        let from = state.kept_from;
        self.lengths.retain(|hour, _| *hour >= from);
        let mine = self.lengths.iter().map(|(hour, bytes)| AmendmentLength {
            hour: *hour,
            bytes: *bytes,
            worker: me,
            generation,
        });
        // Files of an earlier run's workers do not grow; the first names those that have no owner.
        let others = state
            .files
            .iter()
            .filter(|(n, _)| n.2 != generation && n.1 == me || me == 0 && n.1 >= self.of);
        let others = others.map(|(n, h)| AmendmentLength {
            hour: n.0,
            bytes: h.len,
            worker: n.1,
            generation: n.2,
        });
        mine.chain(others).collect()
    }
}
