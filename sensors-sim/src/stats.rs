//! Running totals of a simulation, readable while it runs.

use serde::Serialize;
use std::fmt::Write as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Counters since the start. Each is exact; read together they may be a moment apart.
#[derive(Debug, Default)]
pub struct Stats {
    /// Reports and counts handed to a connection.
    pub published: AtomicU64,
    /// Bays reported in them.
    pub bays: AtomicU64,
    /// Acknowledged (PUBACK).
    pub acked: AtomicU64,
    /// Not sent because the queue of their connection was full: the broker is gone or too slow.
    pub shed: AtomicU64,
    /// Connections that are up.
    pub connected: AtomicU64,
    /// Connections there should be.
    pub connections: AtomicU64,
    /// Times that a connection came up again after it had been up.
    pub reconnects: AtomicU64,
    /// Times that a connection could not be made, or broke.
    pub failures: AtomicU64,
    /// True changes of lots, whether or not they were logged.
    pub changes: AtomicU64,
    /// Lines that did not fit the truth log any more.
    pub truth_skipped: AtomicU64,
    /// Lots that are taken, of how many.
    pub occupied: AtomicU64,
    pub lots: AtomicU64,
    /// Why a connection last failed; taken by whoever tells the user.
    trouble: Mutex<Option<String>>,
}

impl Stats {
    pub(crate) fn fail(&self, why: String) {
        self.failures.fetch_add(1, Relaxed);
        // A poisoned lock still holds a usable text.
        *self
            .trouble
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner) = Some(why);
    }

    /// Why a connection last failed, once.
    pub fn take_trouble(&self) -> Option<String> {
        self.trouble
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .take()
    }

    /// One line for a person.
    #[must_use]
    pub fn line(&self) -> String {
        let get = |n: &AtomicU64| n.load(Relaxed);
        let mut line = format!(
            "{}/{} connections  {} published  {} acked  {} reconnects  {}/{} lots taken",
            get(&self.connected),
            get(&self.connections),
            get(&self.published),
            get(&self.acked),
            get(&self.reconnects),
            get(&self.occupied),
            get(&self.lots),
        );
        for (n, what) in [
            (get(&self.shed), "shed"),
            (get(&self.truth_skipped), "truth lines skipped"),
        ] {
            if n > 0 {
                let _ = write!(line, "  {n} {what}");
            }
        }
        line
    }

    /// The totals for the end of a run.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let get = |n: &AtomicU64| n.load(Relaxed);
        Summary {
            published: get(&self.published),
            bays: get(&self.bays),
            acked: get(&self.acked),
            shed: get(&self.shed),
            reconnects: get(&self.reconnects),
            changes: get(&self.changes),
            truth_skipped: get(&self.truth_skipped),
            ..Summary::default()
        }
    }
}

/// What a run has done. Written as one line of JSON by the program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    pub published: u64,
    pub bays: u64,
    pub acked: u64,
    pub shed: u64,
    pub reconnects: u64,
    pub changes: u64,
    pub truth_skipped: u64,
    pub lost: u64,
    pub duplicated: u64,
    pub late: u64,
    pub swapped: u64,
    pub misread: u64,
    pub breaks: u64,
}
