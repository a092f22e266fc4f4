//! The streaming aggregator: claims in commit order become the state of bays and zones.
//!
//! `dataflow` is the timely graph and, with `dataflow/claims`, all that knows timely; `worker`,
//! `fuse` and `zones` are pure state machines; `cut` copies their state at one ingest time and
//! `checkpoint` makes bytes of it and back. Nothing here reads a clock: time comes with the
//! batches. Bounded: a batch channel of [`Config::queue_batches`] a worker; when it is full the
//! journal's writer waits, and with it the doors.

mod ahead;
pub mod checkpoint;
mod counts;
mod cut;
mod dataflow;
pub mod fuse;
pub mod likely;
pub mod passing;
mod progress;
mod rates;
mod seen;
#[cfg(test)]
pub(super) mod settlement_tests;
mod wire;
pub mod word;
pub mod worker;
mod worker_copy;
pub mod zones;

pub use checkpoint::Saved;
pub use cut::{CutPart, Cuts};
pub use dataflow::{AmendmentLogOf, Attached, Feed, Settlement, Stream, resume, start};
pub use progress::Progress;
pub use rates::{RateSchedule, RateTables, RatesInForce};

use crate::domain::Staleness;
use serde::Deserialize;

/// `[stream]`: how many hands, and how long a word stands.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Timely workers (threads). One keeps up with some millions of reports a second.
    pub workers: usize,
    /// Batches that may wait for each worker.
    pub queue_batches: usize,
    /// Silence after which a zone's sources are no longer believed, in s; a zone may set its own.
    /// Three missed heartbeats of five minutes.
    pub stale_after_s: u32,
    /// Age at which any claim lapses even while its source is heard, in s; at most 30 days.
    pub max_age_s: u32,
    /// What is told of a bay: a belief of all that is said, or the newest word alone.
    pub fuse: Fuse,
    /// Where a belief takes from how quickly bays are taken and left.
    pub rates: RatesFrom,
    /// No progress for this long with work waiting: not ready, in s.
    pub stall_after_s: u32,
    /// Settled visits and turnover.
    pub settle: crate::settlement::Config,
}

/// How claims of a bay become one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Fuse {
    /// The word of the highest rank is the state; how certain that is, is inferred from all that
    /// sensors and apps say.
    #[default]
    Belief,
    /// The same state, as certain as its sender says to be.
    Latest,
}

/// Where a belief takes from how quickly bays are taken and left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RatesFrom {
    /// Learnt every night from settled history, by zone and half-hour of the week.
    #[default]
    Learn,
    /// Everywhere and always a stay of 60 minutes and a vacancy of 25.
    Default,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            workers: 1,
            queue_batches: 16,
            stale_after_s: 900,
            max_age_s: 86_400,
            fuse: Fuse::Belief,
            rates: RatesFrom::Learn,
            stall_after_s: 30,
            settle: crate::settlement::Config::default(),
        }
    }
}

impl Config {
    /// One shard each.
    pub const MAX_WORKERS: u32 = crate::domain::SHARDS;

    /// Names of the keys, their values, and what they must lie between.
    #[must_use]
    pub fn bounds(&self) -> [(&'static str, u64, std::ops::RangeInclusive<u64>); 5] {
        let most = u64::from(u32::MAX);
        [
            (
                "stream.workers",
                self.workers as u64,
                1..=u64::from(Self::MAX_WORKERS),
            ),
            (
                "stream.queue_batches",
                self.queue_batches as u64,
                1..=65_536,
            ),
            (
                "stream.stale_after_s",
                u64::from(self.stale_after_s),
                1..=most,
            ),
            // Settlement tells hours apart by their number modulo 1023, and looks back that far.
            (
                "stream.max_age_s",
                u64::from(self.max_age_s),
                1..=30 * 86_400,
            ),
            (
                "stream.stall_after_s",
                u64::from(self.stall_after_s),
                1..=86_400,
            ),
        ]
    }

    /// Workers that there will be.
    #[must_use]
    pub fn hands(&self) -> usize {
        self.workers.clamp(1, Self::MAX_WORKERS as usize)
    }

    /// Lapsed claims are looked for four times in the shortest limit, but not more than four times
    /// a second nor less than every 15 s.
    #[must_use]
    pub fn staleness(&self, shortest_s: u32) -> Staleness {
        let sweep_ms = (u64::from(shortest_s.min(self.stale_after_s)) * 250).clamp(250, 15_000);
        Staleness {
            default_s: self.stale_after_s,
            max_age_ms: u64::from(self.max_age_s) * 1000,
            sweep_ms,
        }
    }
}
