//! The journal: a segmented write-ahead log with group commit, and the quarantine beside it.
//!
//! Promises: a receipt fires only when its whole submission (claims and refusals) is on disk;
//! claims reach the stream in commit order and only when durable; replay hands out the same claims
//! in the same order, under the registry's stable numbers; memory is bounded by the inbox and one
//! group. One folder has one owner.
//!
//! Why not a library: SQLite and embedded stores sync per transaction and pay for look-ups that
//! nobody makes here; the journal is only ever appended to and read from start to end.
//!
//! Dear: [`Journal::open`] reads the last segment; [`Journal::replay`] reads everything that is
//! kept.
//!
//! Segments go by age ([`Config::keep_hours`]), and sooner when two checkpoints lie behind them.
//!
//! | file | |
//! |---|---|
//! | `record` | the format on disk, both ways |
//! | `entry` | one claim in 32 bytes; stable numbers instead of indices |
//! | `recover` | what a folder holds; cutting the tail; replay |
//! | `survey`, `copy` | a folder as a bystander reads it, and copies it |
//! | `expected`, `salvage` | what must be there, and going on without some of it |
//! | `log` | append, rotation, retention |
//! | `checkpoint` | files that hold another room's state at a place in the log |
//! | `cutter` | when to ask for one |
//! | `quarantine` | what was refused |
//! | `writer` | the thread that does it all |
//! | `disk` | the system calls, behind a trait |

mod checkpoint;
mod clock_step;
mod config;
mod copy;
mod cutter;
mod disk;
mod entry;
mod expected;
#[doc(hidden)]
pub mod fuzzing;
mod hold;
mod log;
mod quarantine;
mod record;
mod recover;
mod salvage;
mod survey;
#[cfg(test)]
mod tests;
mod writer;

pub use checkpoint::{CheckpointDraft, Checkpoints, Cut, Position, Whole};
pub use config::Config;
pub use copy::copy;
pub use cutter::Checkpointing;
pub use entry::{Entry, Numbers, Unreadable, View, decode, encode};
pub use expected::{Expected, FolderId};
pub use quarantine::{Filter, KeptRefusal, Quarantine};
pub use recover::file_name as segment_name;
pub use salvage::{Salvaged, salvage};
pub use survey::{Surveyed, end_of, folder_of, survey};

use crate::domain::{Batch, Clock};
use crate::health::Health;
use crate::inbox::{InboxBounds, InboxReceiver};
use crate::metrics::Metrics;
use crate::threads;
use disk::{Disk, RealDisk};
use log::Log;
use quarantine::QuarantineWriter;
use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;
use writer::JournalWriter;

/// Why a journal cannot be opened or replayed. None of these is repaired by itself: acknowledged
/// data is at stake. Where something is lost ([`JournalError::is_loss`]) the way on is to restore the
/// named file, or to [`salvage`] what is left.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    #[error("{}: {error}", path.display())]
    Io { path: PathBuf, error: io::Error },
    #[error("{}: another hub uses this folder", .0.display())]
    Busy(PathBuf),
    #[error(
        "{}: damaged at byte {offset}, before the end of what was acknowledged",
        segment.display()
    )]
    Damaged { segment: PathBuf, offset: u64 },
    #[error("{} is missing between its neighbours", segment.display())]
    Missing { segment: PathBuf },
    #[error(
        "{}: written in format version {version}, which this hub does not know", segment.display()
    )]
    Version { segment: PathBuf, version: u32 },
    #[error(
        "{}: ends at byte {found}, though {known} bytes of it are known to have been on disk", segment.display()
    )]
    Short {
        segment: PathBuf,
        found: u64,
        known: u64,
    },
    #[error("{} is missing: the journal is known to have reached it", segment.display())]
    Gone { segment: PathBuf },
    #[error("{}: belongs to another data folder", segment.display())]
    Foreign { segment: PathBuf },
    #[error("{0}")]
    Config(String),
}

impl JournalError {
    /// Whether something that was acknowledged is not there any more, so that only an operator may
    /// decide to go on without it.
    #[must_use]
    pub const fn is_loss(&self) -> bool {
        matches!(
            self,
            Self::Damaged { .. }
                | Self::Missing { .. }
                | Self::Short { .. }
                | Self::Gone { .. }
                | Self::Foreign { .. }
        )
    }

    fn io(path: &Path, error: io::Error) -> Self {
        Self::Io {
            path: path.into(),
            error,
        }
    }
}

/// What a replay has read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Replayed {
    /// Records; a group of more than 65,536 claims was several.
    pub batches: u64,
    /// Claims handed out.
    pub claims: u64,
    /// Claims whose bay or zone no longer exists, left out.
    pub orphaned: u64,
    /// Bytes of records.
    pub bytes: u64,
    /// Bytes of a torn tail that were cut off at opening.
    pub torn: u64,
}

/// An opened journal, not yet writing. Holds its folder's lock.
pub struct Journal {
    config: Config,
    numbers: Arc<dyn Numbers>,
    log: Log,
    keeper: QuarantineWriter,
    torn: u64,
    cutter: Option<cutter::Cutter>,
    lock: File,
}

impl Journal {
    /// Opens or makes the journal in `dir`: takes its lock, checks what is there and cuts off a
    /// torn tail.
    pub fn open(
        dir: &Path,
        config: Config,
        numbers: Arc<dyn Numbers>,
    ) -> Result<Self, JournalError> {
        Self::open_expecting(dir, config, numbers, Expected::default())
    }

    /// The same, and refuses a journal that lacks what is `expected` of it; nothing is then changed.
    pub fn open_expecting(
        dir: &Path,
        config: Config,
        numbers: Arc<dyn Numbers>,
        expected: Expected,
    ) -> Result<Self, JournalError> {
        Self::open_on(dir, config, numbers, Arc::new(RealDisk), expected)
    }

    fn open_on(
        dir: &Path,
        config: Config,
        numbers: Arc<dyn Numbers>,
        disk: Arc<dyn Disk>,
        expected: Expected,
    ) -> Result<Self, JournalError> {
        if let Some(fault) = config.fault() {
            return Err(JournalError::Config(fault));
        }
        let fail = |e| JournalError::io(dir, e);
        std::fs::create_dir_all(dir).map_err(fail)?;
        disk::sync_folder(dir).map_err(fail)?;
        let lock = File::create(dir.join("lock")).map_err(fail)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(JournalError::Busy(dir.into())),
            Err(TryLockError::Error(e)) => return Err(fail(e)),
        }
        let (segments, torn) = recover::recover(dir, &expected)?;
        let folder = dir.join("quarantine");
        let keeper = QuarantineWriter::open(
            &folder,
            config.quarantine_bytes,
            config.quarantine_percent_per_key,
            &disk,
        );
        let keeper = keeper.map_err(|e| JournalError::io(&folder, e))?;
        let log = Log::new(dir, &config, disk, numbers.clone(), segments, expected);
        Ok(Self {
            config,
            numbers,
            log,
            keeper,
            torn,
            cutter: None,
            lock,
        })
    }

    /// Hands every durable record to `each`, oldest first. Memory: one record (2 MiB) and its
    /// batch.
    pub fn replay(&self, each: impl FnMut(Batch)) -> Result<Replayed, JournalError> {
        self.replay_from(Position::default(), each)
    }

    /// The same for what lies at or after `from`, which is a place that this journal once reached.
    pub fn replay_from(
        &self,
        from: Position,
        mut each: impl FnMut(Batch),
    ) -> Result<Replayed, JournalError> {
        let mut total = Replayed {
            torn: self.torn,
            ..Replayed::default()
        };
        for (segment, offset) in self.after(from) {
            recover::replay(segment, offset, &*self.numbers, &mut each, &mut total)?;
        }
        Ok(total)
    }

    /// The end of what is durable.
    #[must_use]
    pub fn end(&self) -> Position {
        self.log.position()
    }

    /// Whether segments have gone that a state as of `from` would need.
    #[must_use]
    pub fn starts_after(&self, from: Position) -> bool {
        self.log
            .segments()
            .next()
            .is_some_and(|s| s.sequence > from.segment.max(self.log.first()))
    }

    /// Where the newest segment stands once its first group is on disk; kept up while the journal
    /// writes. The default: none was begun yet.
    #[must_use]
    pub fn begun(&self) -> Arc<Mutex<Position>> {
        self.log.begun()
    }

    /// The first segment that is there; `None` without any.
    #[must_use]
    pub fn first_segment(&self) -> Option<u64> {
        self.log.segments().next().map(|s| s.sequence)
    }

    /// Claims at or after `from`, to within the heads of their records: for showing progress.
    #[must_use]
    pub fn behind(&self, from: Position) -> u64 {
        self.after(from)
            .map(|(s, offset)| s.end.saturating_sub(offset.max(record::HEAD)) / record::UNIT)
            .sum()
    }

    /// The segments at or after `from`, and where to begin in each.
    fn after(&self, from: Position) -> impl Iterator<Item = (&recover::Segment, u64)> {
        let segments = self
            .log
            .segments()
            .filter(move |s| s.sequence >= from.segment);
        segments.map(move |s| {
            (
                s,
                if s.sequence == from.segment {
                    from.offset
                } else {
                    0
                },
            )
        })
    }

    /// How much may wait for it.
    #[must_use]
    pub const fn inbox(&self) -> InboxBounds {
        self.config.inbox()
    }

    /// Has checkpoints made while the journal writes.
    #[must_use]
    pub fn with_checkpoints(mut self, how: Checkpointing) -> Self {
        let behind = self.behind(how.newest.position) * record::UNIT;
        self.cutter = Some(cutter::Cutter::new(how, &self.config, behind));
        self
    }

    /// Bytes of all segment files; the quarantine is not among them.
    #[must_use]
    pub fn dir_bytes(&self) -> u64 {
        self.log.bytes()
    }

    /// A reader of what was refused; works on while the journal writes.
    #[must_use]
    pub fn quarantine(&self) -> Quarantine {
        self.keeper.reader()
    }

    /// Starts the one writer thread.
    ///
    /// It takes submissions from `inbox`, makes them durable in groups, calls `committed` with
    /// their claims and fires their receipts. `committed` may block: that is the back-pressure, the
    /// inbox then fills and the doors wait. While nothing comes it is called with an empty batch
    /// every `tick_ms`. The thread says [`crate::health::Part::Journal`] is well once it has a
    /// segment to write to. It ends when `inbox` is closed and drained; everything it has taken is
    /// then on disk, and `committed` is dropped.
    pub fn start(
        self,
        inbox: InboxReceiver,
        clock: Arc<dyn Clock>,
        committed: Box<dyn FnMut(Batch) + Send>,
        metrics: Arc<Metrics>,
        health: Arc<Health>,
    ) -> io::Result<JoinHandle<()>> {
        let Self {
            config,
            log,
            keeper,
            cutter,
            lock,
            ..
        } = self;
        let tick = Duration::from_millis(config.tick_ms);
        let group_claims = config.group_claims;
        let writer = JournalWriter {
            inbox,
            clock,
            committed,
            metrics,
            health,
            log,
            keeper,
            cutter,
            group_claims,
            tick,
            lock,
        };
        threads::start("journal", move || writer.run())
    }
}
