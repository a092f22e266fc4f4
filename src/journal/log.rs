//! The writing side of the segments: append and sync one group, go on to the next file, let old
//! files go.
//!
//! Promises: when [`Log::append`] returns `Ok`, the claims are on disk. When it returns `Err`, they
//! count as not written, whatever part of them reached the disk: the next attempt goes to a fresh
//! segment, whose head says where the previous one's data ends (after a failed sync the page cache
//! no longer tells what the disk holds).
//!
//! Dear: a fresh segment is zeroed (64 MiB); a short-lived helper thread does that while the
//! current one is filling.

use super::disk::Disk;
use super::record::{self, SegmentHead};
use super::recover::{Segment, file_name};
use super::{Config, Entry, Expected, Numbers, Position};
use crate::domain::{Claim, Millis};
use crate::threads;
use std::collections::VecDeque;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

pub(super) struct Log {
    dir: PathBuf,
    disk: Arc<dyn Disk>,
    numbers: Arc<dyn Numbers>,
    segment_bytes: u64,
    max_bytes: u64,
    keep_ms: u64,
    expected: Expected,
    /// Full, abandoned or earlier runs' segments, oldest first. The newest always stays: it carries
    /// the sequence and the ingest time on to the next. Bounded by `max_bytes`.
    done: VecDeque<Segment>,
    current: Option<Current>,
    ahead: Option<JoinHandle<io::Result<File>>>,
    /// Ingest time of the newest durable group.
    reached: Millis,
    /// Where the newest segment stood after its first group.
    begun: Arc<Mutex<Position>>,
    /// Bytes made durable since the start.
    written: u64,
    /// Segments below this one are not needed any more.
    pub(super) needed_from: u64,
    /// The group on its way to disk; kept for its memory.
    units: Vec<Entry>,
}

/// The segment being written.
struct Current {
    file: File,
    path: PathBuf,
    sequence: u64,
    /// End of what is durable; 0 until its head and first group are.
    end: u64,
    bytes: u64,
}

impl Log {
    pub(super) fn new(
        dir: &Path,
        config: &Config,
        disk: Arc<dyn Disk>,
        numbers: Arc<dyn Numbers>,
        done: Vec<Segment>,
        expected: Expected,
    ) -> Self {
        Self {
            dir: dir.into(),
            disk,
            numbers,
            segment_bytes: config.segment_bytes,
            max_bytes: config.max_bytes,
            keep_ms: u64::from(config.keep_hours) * 3_600_000,
            expected,
            reached: done.last().map_or(Millis::NEVER, |s| s.reached),
            done: done.into(),
            current: None,
            ahead: None,
            begun: Arc::default(),
            written: 0,
            needed_from: 0,
            units: Vec::new(),
        }
    }

    /// Where the next group goes: all that is durable lies before it.
    pub(super) fn position(&self) -> Position {
        let last = self
            .done
            .back()
            .map_or(self.expected.begin(), |s| Position {
                segment: s.sequence,
                offset: s.end,
            });
        self.current
            .as_ref()
            .filter(|c| c.end > 0)
            .map_or(last, |c| Position {
                segment: c.sequence,
                offset: c.end,
            })
    }

    /// Where the newest segment stood after its first group, for others to look at now and then.
    pub(super) fn begun(&self) -> Arc<Mutex<Position>> {
        self.begun.clone()
    }

    /// The segment that the journal begins with, as far as it was ever kept: 1 unless what came before
    /// was given up.
    pub(super) fn first(&self) -> u64 {
        self.expected.first.max(1)
    }

    /// Bytes made durable since the start.
    pub(super) fn written(&self) -> u64 {
        self.written
    }

    /// Ingest time of the newest durable group.
    pub(super) fn reached(&self) -> Millis {
        self.reached
    }

    pub(super) fn segments(&self) -> impl Iterator<Item = &Segment> {
        self.done.iter()
    }

    /// Bytes of all segment files, prepared ones included.
    pub(super) fn bytes(&self) -> u64 {
        let done: u64 = self.done.iter().map(|s| s.bytes).sum();
        let ahead = if self.ahead.is_some() {
            self.segment_bytes
        } else {
            0
        };
        done + self.current.as_ref().map_or(0, |c| c.bytes) + ahead
    }

    /// Makes sure that there is a segment to write to.
    pub(super) fn ready(&mut self, now: Millis) -> io::Result<()> {
        if self.current.is_some() {
            Ok(())
        } else {
            self.turn(now)
        }
    }

    /// Writes and syncs `claims` as one group. `now` must not go back.
    pub(super) fn append(&mut self, now: Millis, claims: &[Claim]) -> io::Result<()> {
        let need = record::encoded_bytes(claims.len());
        // A group larger than a whole segment makes its segment longer.
        if !self
            .current
            .as_ref()
            .is_some_and(|c| c.end == 0 || c.end + need <= c.bytes)
        {
            self.turn(now)?;
        }
        let current = self.current.as_mut().expect("turn left one");
        self.units.clear();
        if current.end == 0 {
            let previous_end = self.done.back().map_or(0, |s| s.end);
            self.units.extend(
                SegmentHead::new(
                    current.sequence,
                    now,
                    previous_end,
                    self.reached,
                    self.expected.folder,
                )
                .units(),
            );
        }
        record::encode(
            current.sequence,
            current.end,
            now,
            claims,
            &*self.numbers,
            &mut self.units,
        );
        let bytes: &[u8] = bytemuck::cast_slice(&self.units);
        let written = self.disk.write(&current.file, bytes, current.end);
        if let Err(e) = written.and_then(|()| self.disk.sync(&current.file)) {
            let e = named(&current.path, &e);
            self.leave(now);
            return Err(e);
        }
        let is_first = current.end == 0;
        current.end += bytes.len() as u64;
        current.bytes = current.bytes.max(current.end);
        if is_first {
            *self.begun.lock().unwrap_or_else(PoisonError::into_inner) = Position {
                segment: current.sequence,
                offset: current.end,
            };
        }
        self.written += bytes.len() as u64;
        self.reached = now;
        if current.end > current.bytes / 2 {
            self.prepare();
        }
        Ok(())
    }

    /// Waits for the helper, so that nobody touches the folder any more.
    pub(super) fn close(&mut self) {
        if let Some(helper) = self.ahead.take() {
            // What it prepared is blank: the next start removes it.
            drop(helper.join());
        }
    }

    /// Goes on to a fresh segment, after letting go those that are old enough.
    fn turn(&mut self, now: Millis) -> io::Result<()> {
        self.leave(now);
        let sequence = self.done.back().map_or(self.first(), |s| s.sequence + 1);
        let path = self.dir.join(file_name(sequence));
        let prepared = self
            .ahead
            .take()
            .and_then(|h| h.join().ok())
            .and_then(|made| {
                made.inspect_err(
                    |e| tracing::warn!(error = %e, "journal: no segment ahead; making one now"),
                )
                .ok()
            });
        let file = if let Some(file) = prepared {
            file
        } else {
            self.room()?;
            self.disk
                .zeroed(&path, self.segment_bytes)
                .map_err(|e| named(&path, &e))?
        };
        self.current = Some(Current {
            file,
            path,
            sequence,
            end: 0,
            bytes: self.segment_bytes,
        });
        Ok(())
    }

    /// Closes the current segment at the end of its durable data. One without any is removed: the
    /// next attempt makes it anew under the same sequence.
    fn leave(&mut self, now: Millis) {
        match self.current.take() {
            Some(c) if c.end > 0 => {
                let Current {
                    path,
                    sequence,
                    end,
                    bytes,
                    ..
                } = c;
                self.done.push_back(Segment {
                    path,
                    sequence,
                    end,
                    bytes,
                    reached: self.reached,
                });
            }
            Some(c) => {
                if let Err(e) = std::fs::remove_file(&c.path) {
                    tracing::warn!(
                        segment = %c.path.display(),
                        error = %e,
                        "journal: unused segment stays for now",
                    );
                }
            }
            None => {}
        }
        self.let_go(now);
    }

    /// Removes old segments: those too old, and those that a checkpoint stands for.
    pub(super) fn let_go(&mut self, now: Millis) {
        let oldest = |log: &Self| {
            let s = log.done.front()?;
            // The newest stays while it is all there is to say what the next sequence is.
            let others = log.done.len() > 1 || log.current.as_ref().is_some_and(|c| c.end > 0);
            (others && (now.since(s.reached) > log.keep_ms || s.sequence < log.needed_from))
                .then(|| s.path.clone())
        };
        while let Some(path) = oldest(self) {
            if let Err(e) = std::fs::remove_file(&path) {
                tracing::warn!(
                    segment = %path.display(), error = %e, "journal: old segment stays for now"
                );
                return;
            }
            tracing::info!(segment = %path.display(), "journal: old segment removed");
            self.done.pop_front();
        }
    }

    /// Has the next segment made by a helper, unless that is under way or there is no room for it.
    fn prepare(&mut self) {
        let Some(sequence) = self.current.as_ref().map(|c| c.sequence + 1) else {
            return;
        };
        if self.ahead.is_some() || self.room().is_err() {
            return;
        }
        let disk = self.disk.clone();
        let path = self.dir.join(file_name(sequence));
        let bytes = self.segment_bytes;
        // Without a helper the next turn makes the segment itself.
        self.ahead = threads::start("journal-ahead", move || disk.zeroed(&path, bytes)).ok();
    }

    /// Whether one more segment fits under `max_bytes`.
    fn room(&self) -> io::Result<()> {
        if self.bytes() + self.segment_bytes <= self.max_bytes {
            return Ok(());
        }
        let max = self.max_bytes;
        let hours = self.keep_ms / 3_600_000;
        let why = format!(
            "journal.max_bytes = {max} is used up and no segment is older than keep_hours = {hours}"
        );
        Err(io::Error::new(io::ErrorKind::StorageFull, why))
    }
}

fn named(path: &Path, e: &io::Error) -> io::Error {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    io::Error::new(e.kind(), format!("{name}: {e}"))
}
