//! What was not imported and why: counted by reason, and the first ones kept to be looked at.
//!
//! Promise: what is kept of a line has passed the drop list; how much is kept is bounded.

use crate::domain::{Door, DropList, Reason, Refused};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Refusals that are kept word for word.
pub const KEPT: usize = 1000;

/// Why a line, or an item of it, was not imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ImportReason {
    Malformed,
    /// It does not say when it was so, and nobody else knows.
    WithoutTime,
    UnknownBay,
    UnknownZone,
    TooFarInFuture,
    /// Of a time of which the history keeps nothing any more.
    TooOld,
    TooLarge,
    TooManySources,
    /// The file ends in the middle, or its compression is damaged from here on.
    Cut,
}

impl ImportReason {
    /// The public name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Malformed => Reason::Malformed.name(),
            Self::WithoutTime => "without_time",
            Self::UnknownBay => Reason::UnknownBay.name(),
            Self::UnknownZone => Reason::UnknownZone.name(),
            Self::TooFarInFuture => Reason::TooFarInFuture.name(),
            Self::TooOld => Reason::TooOld.name(),
            Self::TooLarge => Reason::TooLarge.name(),
            Self::TooManySources => "too_many_sources",
            Self::Cut => "cut",
        }
    }
}

/// How much of an import was read and what came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Lines that said something.
    pub lines: u64,
    /// Reports, counts, or ends of visits that were taken.
    pub accepted: u64,
    /// By reason.
    pub refused: BTreeMap<String, u64>,
}

impl Tally {
    /// All that was refused.
    #[must_use]
    pub fn all_refused(&self) -> u64 {
        self.refused.values().sum()
    }

    pub fn add(&mut self, more: &Self) {
        self.lines += more.lines;
        self.accepted += more.accepted;
        for (reason, n) in &more.refused {
            *self.refused.entry(reason.clone()).or_default() += n;
        }
    }
}

/// Where something was refused.
#[derive(Clone, Copy, Debug)]
pub struct RefusedAt<'a> {
    pub file: &'a str,
    /// From 1 on.
    pub line: u64,
    /// Of an item of a line: which one, from 0 on.
    pub index: Option<u32>,
}

/// Refusals on their way to the file that they are kept in.
#[derive(Debug, Default)]
pub struct Refusals {
    pub tally: Tally,
    /// Lines of JSON.
    pub kept: Vec<String>,
}

impl Refusals {
    /// Counts one, and keeps what may be kept of it while there is room.
    pub fn refuse(
        &mut self,
        drop: &DropList,
        at: RefusedAt<'_>,
        (reason, why): (ImportReason, String),
        payload: &[u8],
    ) {
        *self
            .tally
            .refused
            .entry(reason.name().to_owned())
            .or_default() += 1;
        if self.kept.len() >= KEPT {
            return;
        }
        // What may be told of it is decided as at any door.
        let told = drop.refusal(Refused {
            reason: Reason::Malformed,
            door: Door::Http,
            source: "",
            key: 0,
            partner: "",
            topic: "",
            index: at.index,
            detail: why,
            payload,
        });
        let line = serde_json::json!({
            "file": at.file,
            "line": at.line,
            "index": at.index,
            "reason": reason.name(),
            "why": told.detail,
            "payload": String::from_utf8_lossy(&told.payload),
        });
        self.kept.push(line.to_string());
    }

    /// Those of a later part.
    pub fn append(&mut self, more: Self) {
        self.tally.add(&more.tally);
        let room = KEPT.saturating_sub(self.kept.len());
        self.kept.extend(more.kept.into_iter().take(room));
    }
}
