//! What an operator may set of the journal. Each default says why it is what it is.

use crate::inbox::InboxBounds;
use serde::Deserialize;

/// `[journal]` of the configuration.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Size of one segment file, bytes. 64 MiB: two million claims, so a busy hub rotates every few
    /// seconds at worst and what is zeroed ahead stays small.
    pub segment_bytes: u64,
    /// The most all segments together may take, bytes. 16 GiB: 25 hours at 5,500 claims/s. When it
    /// is reached and nothing is old enough to go, intake stops and says so; acknowledged claims
    /// are never thrown away.
    pub max_bytes: u64,
    /// Segments go once everything in them is older than this, hours. 25: the 24 hours that a late
    /// report may lag, and one more. Checkpoints let them go sooner: those that lie wholly before
    /// the older of the two that are kept.
    pub keep_hours: u32,
    /// Claims after which a group is closed. 32,768: 1 MiB, a millisecond or two of disk; more
    /// would only add delay, and memory where groups wait for the stream.
    pub group_claims: usize,
    /// Claims and refusals that may wait to be written. 524,288: ten seconds of a disk that stands
    /// still at 50,000 reports/s, which is then half a second's work.
    pub inbox_claims: u32,
    /// And the bytes that they may take. 64 MiB: as many claims in messages of one each, 128 bytes;
    /// those of long messages take a third of it.
    pub inbox_bytes: u32,
    /// How often the stream is told the time while nothing arrives, ms. 100: ten wake-ups a second
    /// cost nothing and nobody sees a zone become stale later than that.
    pub tick_ms: u64,
    /// A checkpoint of the stream's state is made this often, s. 60: a start then replays a minute.
    pub checkpoint_s: u32,
    /// And also after so many bytes of journal. 256 MiB: 8 million claims, some two seconds of
    /// replay.
    pub checkpoint_bytes: u64,
    /// The most the quarantine may take, bytes. 32 MiB: some 50,000 refused messages, enough to see
    /// what is wrong.
    pub quarantine_bytes: u64,
    /// What one key may add to the inbox while more than half of it is taken, per cent of all; set by
    /// `[limits]`.
    #[serde(skip)]
    pub inbox_percent_per_key: u32,
    /// What one key's refusals may fill of what all share of it, per cent; set by `[limits]`.
    #[serde(skip)]
    pub quarantine_percent_per_key: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            segment_bytes: 64 << 20,
            max_bytes: 16 << 30,
            keep_hours: 25,
            group_claims: 32_768,
            inbox_claims: 1 << 19,
            inbox_bytes: 64 << 20,
            tick_ms: 100,
            checkpoint_s: 60,
            checkpoint_bytes: 256 << 20,
            quarantine_bytes: 32 << 20,
            inbox_percent_per_key: 10,
            quarantine_percent_per_key: 25,
        }
    }
}

impl Config {
    /// The smallest quarantine: one file of it must hold the longest line there can be.
    pub const MIN_QUARANTINE_BYTES: u64 = 128 << 10;

    /// How much may wait for the writer.
    #[must_use]
    pub const fn inbox(&self) -> InboxBounds {
        InboxBounds {
            claims: self.inbox_claims,
            bytes: self.inbox_bytes,
            percent_per_key: self.inbox_percent_per_key,
        }
    }

    /// What is wrong with these values, naming the key; `None` if nothing is.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        let wrong = |key: &str, why: &str| Some(format!("journal.{key} {why}"));
        if !(4096..=1 << 30).contains(&self.segment_bytes) {
            return wrong("segment_bytes", "must lie between 4 KiB and 1 GiB");
        }
        if self.max_bytes < 2 * self.segment_bytes {
            return wrong("max_bytes", "must hold at least two segments");
        }
        if self.group_claims == 0 || self.group_claims > 1 << 22 {
            return wrong("group_claims", "must lie between 1 and 4,194,304");
        }
        if !(1024..=1 << 26).contains(&self.inbox_claims) {
            return wrong("inbox_claims", "must lie between 1,024 and 67,108,864");
        }
        if !(1 << 20..=1 << 31).contains(&self.inbox_bytes) {
            return wrong("inbox_bytes", "must lie between 1 MiB and 2 GiB");
        }
        if !(1..=60_000).contains(&self.tick_ms) {
            return wrong("tick_ms", "must lie between 1 and 60,000");
        }
        if !(1..=86_400).contains(&self.checkpoint_s) {
            return wrong("checkpoint_s", "must lie between 1 and 86,400");
        }
        if self.checkpoint_bytes < 4096 {
            return wrong("checkpoint_bytes", "must be at least 4096");
        }
        if self.quarantine_bytes < Self::MIN_QUARANTINE_BYTES {
            return wrong("quarantine_bytes", "must be at least 128 KiB");
        }
        None
    }
}
