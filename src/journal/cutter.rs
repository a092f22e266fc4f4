//! When to cut: every so often, or when so much has been written since, a place in the journal is
//! offered for a checkpoint.

use super::Config;
use super::checkpoint::Cut;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// What the journal's thread needs to know of checkpoints.
pub struct Checkpointing {
    /// Asks for a checkpoint at a cut; false if it cannot be made now. The journal then hands on
    /// nothing older than the cut. Called on the journal's thread: it must not block.
    pub ask: Box<dyn FnMut(Cut) -> bool + Send>,
    /// The first segment that is still needed; set by whoever writes the checkpoints.
    pub needed_from: Arc<AtomicU64>,
    /// The newest checkpoint there is; the default for none.
    pub newest: Cut,
}

pub(super) struct Cutter {
    pub(super) how: Checkpointing,
    every: Duration,
    bytes: u64,
    last: Instant,
    /// Bytes the log had written at the last cut.
    written: u64,
    /// Bytes that were behind the newest checkpoint at start.
    behind: u64,
}

impl Cutter {
    /// `behind`: bytes of records after the newest checkpoint.
    pub(super) fn new(how: Checkpointing, config: &Config, behind: u64) -> Self {
        let every = Duration::from_secs(u64::from(config.checkpoint_s));
        Self {
            how,
            every,
            bytes: config.checkpoint_bytes,
            last: Instant::now(),
            written: 0,
            behind,
        }
    }

    /// Whether it is time. `written`: bytes since the start. Never when nothing was written since
    /// the last.
    pub(super) fn is_due(&self, written: u64, at_end: bool) -> bool {
        let new = self.behind + written - self.written;
        new > 0 && (at_end || new >= self.bytes || self.last.elapsed() >= self.every)
    }

    pub(super) fn ask(&mut self, cut: Cut, written: u64) -> bool {
        let taken = (self.how.ask)(cut);
        if taken {
            (self.last, self.written, self.behind) = (Instant::now(), written, 0);
        }
        taken
    }

    pub(super) fn needed_from(&self) -> u64 {
        self.how.needed_from.load(Ordering::Acquire)
    }
}
