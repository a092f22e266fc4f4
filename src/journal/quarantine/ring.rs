//! One ring of the quarantine: a newer file that grows, and the older one that it replaces when it is
//! full.

use super::{Disk, KeptRefusal, Names, QuarantineShared, sync_folder};
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::{Arc, PoisonError};

/// The writing side of one ring.
pub(super) struct Ring {
    shared: Arc<QuarantineShared>,
    names: Names,
    disk: Arc<dyn Disk>,
    /// The most that a file holds, bytes.
    half: u64,
    /// `None` after a rotation that did not succeed yet.
    file: Option<File>,
    /// Durable bytes of `file`.
    end: u64,
    /// Lines on their way to disk, and how much of them is there.
    lines: Vec<u8>,
    done: usize,
    rotated: bool,
}

impl Ring {
    /// Opens or makes the newer file; a torn last line is cut off. With the newest id that is there.
    pub(super) fn open(
        shared: &Arc<QuarantineShared>,
        names: Names,
        half: u64,
        disk: Arc<dyn Disk>,
    ) -> io::Result<(Self, Option<u64>)> {
        let path = shared.dir.join(names[0]);
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)?;
        sync_folder(&path)?;
        let mut lines = Vec::new();
        file.read_to_end(&mut lines)?;
        let end = whole(&lines);
        if end < lines.len() {
            tracing::warn!(
                bytes = lines.len() - end,
                "quarantine: torn last line cut off; it was not acknowledged"
            );
            file.set_len(end as u64)?;
        }
        let mut newest = newest_first(&lines).map(|k| k.id).max();
        if newest.is_none()
            && let Some(mut previous) = open(&shared.dir.join(names[1]))?
        {
            lines.clear();
            previous.read_to_end(&mut lines)?;
            newest = newest_first(&lines).map(|k| k.id).next();
        }
        let ring = Self {
            shared: shared.clone(),
            names,
            disk,
            half,
            file: Some(file),
            end: end as u64,
            lines: Vec::new(),
            done: 0,
            rotated: false,
        };
        Ok((ring, newest))
    }

    pub(super) const fn half(&self) -> u64 {
        self.half
    }

    pub(super) fn add(&mut self, line: &[u8]) {
        self.lines.extend_from_slice(line);
    }

    /// Writes and syncs what was added; whether a new file was begun for it. May be called again
    /// after an error.
    pub(super) fn flush(&mut self) -> io::Result<bool> {
        while self.done < self.lines.len() {
            let room = (self.half.saturating_sub(self.end)) as usize;
            let left = &self.lines[self.done..];
            let fits = if left.len() <= room {
                left.len()
            } else {
                whole(&left[..room])
            };
            match &self.file {
                Some(file) if fits > 0 => {
                    self.disk.write(file, &left[..fits], self.end)?;
                    self.disk.sync(file)?;
                    self.end += fits as u64;
                    self.done += fits;
                }
                _ => self.rotate()?,
            }
        }
        self.lines.clear();
        self.done = 0;
        Ok(std::mem::take(&mut self.rotated))
    }

    fn rotate(&mut self) -> io::Result<()> {
        let path = self.shared.dir.join(self.names[0]);
        let _names = self
            .shared
            .names
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if self.file.is_some() {
            std::fs::rename(&path, self.shared.dir.join(self.names[1]))?;
            self.file = None;
        }
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .open(&path)?;
        sync_folder(&path)?;
        self.file = Some(file);
        self.end = 0;
        self.rotated = true;
        Ok(())
    }
}

/// `None` if there is no such file.
pub(super) fn open(path: &Path) -> io::Result<Option<File>> {
    match File::open(path) {
        Ok(file) => Ok(Some(file)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e),
    }
}

/// Bytes up to and including the last line's end.
fn whole(lines: &[u8]) -> usize {
    lines
        .iter()
        .rposition(|b| *b == b'\n')
        .map_or(0, |at| at + 1)
}

/// Refusals in `lines`, the newest first; a torn last one is left out.
pub(super) fn newest_first(lines: &[u8]) -> impl Iterator<Item = KeptRefusal> + '_ {
    lines[..whole(lines)]
        .split(|b| *b == b'\n')
        .rev()
        .filter(|line| !line.is_empty())
        .filter_map(|line| {
            serde_json::from_slice(line)
                .inspect_err(|e| tracing::warn!(error = %e, "quarantine: unreadable line"))
                .ok()
        })
}
