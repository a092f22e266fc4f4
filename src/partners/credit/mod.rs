//! The credit desk: what partners said, as settled, becomes days; days become what a quota is
//! multiplied by.
//!
//! The stream's settlement hands in each hour of each shard once nothing can amend it any more
//! ([`CreditDesk::credited`]); a checkpoint has what was handed in made durable first
//! ([`CreditDesk::sync`]), so a crash hands it in again or finds it. A day whose last hour is settled
//! is worked out ([`CreditDesk::settle_due`]): its samples, in order, become a file of their own
//! (`files`), from which anybody can work it out again, and rows of the store.
//!
//! Promises: a day is settled once whatever a crash has cut off, and again comes to the same; whole
//! numbers only. Bounded: what is not durable yet, by `MOST_PENDING`; days, by [`KEPT_DAYS`].
//! Dear: a day is read into memory (16 bytes a sample) and sorted.

pub mod files;
mod settle;
#[cfg(test)]
mod tests;
mod told;

/// One report as it came out.
pub use crate::store::CreditSampleRow as CreditSaid;
pub use settle::{DayWorth, Watched, watched_of, work_out};
pub use told::{CreditAnswer, CreditBook, CreditDayTold, CreditJudge};

use crate::domain::Millis;
use crate::domain::credit::{CREDIT_DAYS, CreditBoard, CreditSample, is_doubted};
use crate::domain::credit::{CreditStanding, credit_of, factor_of};
use crate::metrics::Metrics;
use crate::registry::Registry;
use crate::store::{Store, StoreError};
use files::{CreditFiles, OpenBlock};
use std::collections::HashMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A day, ms.
pub const DAY_MS: u64 = 86_400_000;

/// Days that are kept: those that count, and as many before them as anchored who judged.
pub const KEPT_DAYS: u64 = 2 * CREDIT_DAYS + 4;

/// Samples of a day and partner that are kept to be looked at.
pub const MOST_SAMPLES: u64 = 100;

/// Samples that may wait to become durable, when the disk takes none: 64 MB.
const MOST_PENDING: usize = 4 << 20;

/// Why a day could not be settled.
#[derive(Debug, thiserror::Error)]
pub enum CreditError {
    #[error("credit: {0}")]
    Disk(#[from] io::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What the desk is made of.
pub struct CreditParts {
    /// Its own folder.
    pub dir: PathBuf,
    pub registry: Arc<Registry>,
    pub store: Store,
    /// The name of the data folder, by which hubs on one database are told apart.
    pub hub: String,
    /// So long after its end a day is settled, ms: what is late amends no longer.
    pub lag_ms: u64,
    pub board: Arc<CreditBoard>,
    pub metrics: Arc<Metrics>,
}

/// See the module.
pub struct CreditDesk {
    parts: CreditParts,
    files: CreditFiles,
    pending: Mutex<Pending>,
}

#[derive(Default)]
struct Pending {
    blocks: Vec<OpenBlock>,
    samples: usize,
    /// The newest day that is settled and done with.
    done: Option<u64>,
}

impl CreditDesk {
    /// With what lies in its folder.
    ///
    /// # Errors
    /// What the disk says.
    pub fn open(parts: CreditParts) -> io::Result<Self> {
        let files = CreditFiles::open(&parts.dir)?;
        let open = files.open_days()?;
        let done = files.settled_days()?;
        let done = done.into_iter().rfind(|day| !open.contains(day));
        Ok(Self {
            parts,
            files,
            pending: Mutex::new(Pending {
                done,
                ..Pending::default()
            }),
        })
    }

    fn pending(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What partners said in an hour of one shard, as settled. Does not block; see
    /// [`SettledSink`](crate::domain::SettledSink).
    pub fn credited(&self, hour: Millis, shard: u32, samples: Vec<CreditSample>) {
        let mut pending = self.pending();
        // A start from before a crash says again what is settled.
        if pending.done.is_some_and(|done| hour.0 / DAY_MS <= done) {
            return;
        }
        if pending.samples + samples.len() > MOST_PENDING {
            self.parts.metrics.credit.shed.inc_by(samples.len() as u64);
            return;
        }
        pending.samples += samples.len();
        pending.blocks.push(OpenBlock {
            hour,
            shard,
            samples,
        });
    }

    /// Makes durable what was handed in.
    ///
    /// # Errors
    /// What the disk says; nothing is lost then.
    pub fn sync(&self) -> io::Result<()> {
        let blocks = std::mem::take(&mut self.pending().blocks);
        let written = self.files.append(&blocks);
        let mut pending = self.pending();
        if written.is_err() {
            // What came meanwhile stands behind.
            let later = std::mem::replace(&mut pending.blocks, blocks);
            pending.blocks.extend(later);
        } else {
            let gone: usize = blocks.iter().map(|b| b.samples.len()).sum();
            pending.samples -= gone;
        }
        written
    }

    /// The newest day that can be settled, when everything before `settled` is.
    #[must_use]
    pub fn newest_due(&self, settled: Millis) -> Option<u64> {
        (settled.0.saturating_sub(self.parts.lag_ms) / DAY_MS).checked_sub(1)
    }

    /// Settles the days that are over, forgets what is too old, and says what credit buys. Everything
    /// before `settled` is settled by event time. How many days that were.
    ///
    /// # Errors
    /// The disk or the store; to be tried again.
    pub async fn settle_due(&self, settled: Millis, now: Millis) -> Result<u32, CreditError> {
        let mut days = 0;
        if let Some(newest) = self.newest_due(settled) {
            self.sync()?;
            for day in self.files.open_days()? {
                if day <= newest {
                    self.settle_day(day).await?;
                    days += 1;
                }
            }
            let before = newest.saturating_sub(KEPT_DAYS - 1);
            self.parts.store.forget_credit(before).await?;
            self.files.forget(before)?;
            let through = (newest + 1) * (DAY_MS / 1000);
            self.parts.metrics.credit.through.set(through as i64);
        }
        self.refresh(settled).await?;
        let looked = &self.parts.metrics.credit.looked;
        looked.set((now.0 / 1000) as i64);
        Ok(days)
    }

    /// Says what credit buys, by the days in the store.
    ///
    /// # Errors
    /// The store's.
    pub async fn refresh(&self, settled: Millis) -> Result<(), StoreError> {
        let Some(newest) = self.newest_due(settled) else {
            return Ok(());
        };
        let from = (newest + 1).saturating_sub(CREDIT_DAYS);
        let rows = self.parts.store.credit_days(None, None, (from, newest + 1));
        let months = told::months(&rows.await?);
        let mut standings = HashMap::new();
        for (partner, month) in months {
            let credit = credit_of(&month);
            let standing = CreditStanding {
                credit,
                factor: factor_of(credit),
                doubted: is_doubted(credit),
            };
            standings.insert(partner, standing);
        }
        let doubted = standings.values().filter(|s| s.doubted).count();
        self.parts.metrics.credit.doubted.set(doubted as i64);
        self.parts.board.put(standings);
        Ok(())
    }

    /// How long the next day could have been settled already, s; 0 where it could not.
    #[must_use]
    pub fn overdue(&self, settled: Millis, now: Millis) -> u64 {
        let Some(newest) = self.newest_due(settled) else {
            return 0;
        };
        let next = (newest + 2) * DAY_MS + self.parts.lag_ms;
        let overdue = now.since(Millis(next)) / 1000;
        self.parts.metrics.credit.overdue.set(overdue as i64);
        overdue
    }
}
