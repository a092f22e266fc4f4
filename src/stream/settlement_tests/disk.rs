//! What outlives a worker in these tests: kept reports in memory, and a folder for those that wait.

use crate::domain::{AmendmentLength, AmendmentLog, Millis};
use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex};
use tempfile::TempDir;

type Blocks = BTreeMap<(u64, u32), Vec<(u32, Vec<u64>)>>;

/// Kept reports of all workers, by hour and worker; and a folder for those that wait, if any go there.
#[derive(Clone, Default)]
pub(super) struct Disk(
    Arc<Mutex<Blocks>>,
    pub(super) Arc<Mutex<Vec<u8>>>,
    pub(super) Option<Arc<TempDir>>,
);

impl Disk {
    /// Of workers that hold but one waiting report in memory, as far as the disk keeps up.
    pub(super) fn overflowing() -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self(Arc::default(), Arc::default(), Some(Arc::new(dir)))
    }

    /// Files of waiting reports that lie there.
    pub(super) fn waiting(&self) -> usize {
        let dir = self.2.as_ref().map(|dir| dir.path().read_dir().unwrap());
        dir.map_or(0, Iterator::count)
    }

    pub(super) fn rewind(&self, lengths: &[AmendmentLength]) {
        let mut all = self.0.lock().unwrap();
        for ((hour, worker), blocks) in all.iter_mut() {
            let named = lengths
                .iter()
                .find(|l| (l.hour, l.worker) == (*hour, *worker));
            blocks.truncate(named.map_or(0, |l| l.bytes as usize));
        }
    }
}

pub(super) struct MemoryLog(Disk, u32, u64, Vec<Vec<u64>>);

impl MemoryLog {
    /// Of worker `me`.
    pub(super) fn of(disk: &Disk, me: u32) -> Self {
        Self(disk.clone(), me, 0, Vec::new())
    }
}

impl AmendmentLog for MemoryLog {
    fn append(&mut self, hour: Millis, group: u32, words: Vec<u64>) {
        let mut all = self.0.0.lock().unwrap();
        all.entry((hour.0, self.1))
            .or_default()
            .push((group, words.clone()));
        self.3.push(words);
    }

    fn done(&mut self) -> Option<(Vec<u64>, io::Result<()>)> {
        Some((self.3.pop()?, Ok(())))
    }

    fn read(&mut self, hour: Millis, group: u32, into: &mut Vec<u64>) -> io::Result<()> {
        let all = self.0.0.lock().unwrap();
        for (_, blocks) in all.range((hour.0, 0)..=(hour.0, u32::MAX)) {
            blocks
                .iter()
                .filter(|b| b.0 == group)
                .for_each(|b| into.extend(&b.1));
        }
        Ok(())
    }

    fn kept_from(&self) -> Millis {
        Millis(self.2)
    }

    fn forget(&mut self, hour: Millis) {
        self.0
            .0
            .lock()
            .unwrap()
            .retain(|at, _| at.0 >= hour.0 || at.1 != self.1);
        self.2 = self.2.max(hour.0);
    }

    fn too_late(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.1.lock().unwrap().extend(bytes);
        Ok(())
    }

    fn lengths(&mut self) -> Vec<AmendmentLength> {
        let all = self.0.0.lock().unwrap();
        let mine = all.iter().filter(|(at, _)| at.1 == self.1);
        mine.map(|(at, b)| AmendmentLength {
            hour: at.0,
            bytes: b.len() as u64,
            worker: at.1,
            generation: 0,
        })
        .collect()
    }
}
