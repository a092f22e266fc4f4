//! What the stream's workers have settled of one hour, put together part by part.

use crate::domain::{Corrections, Millis, SettledHour, Visit, WindowRow};
use crate::history::visits::counted;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What one worker of the stream has settled of its zones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettledPart {
    Hour(Arc<SettledHour>),
    Corrections(Arc<Corrections>),
}

impl SettledPart {
    pub(super) fn key(&self) -> HourKey {
        match self {
            Self::Hour(h) => (h.hour, false),
            Self::Corrections(c) => (c.hour, true),
        }
    }
}

/// The hour, and whether it is of corrections.
pub(super) type HourKey = (Millis, bool);

/// What has been collected of one file pair, by part.
#[derive(Clone, Default)]
pub(super) struct Gathered {
    pub(super) parts: u32,
    pub(super) have: BTreeMap<u32, SettledPart>,
}

impl Gathered {
    pub(super) fn is_whole(&self) -> bool {
        self.have.len() >= self.parts as usize
    }

    /// Which part had which zones must not show.
    pub(super) fn windows(&self) -> Vec<WindowRow> {
        let of = |s: &SettledPart| match s {
            SettledPart::Hour(h) => h.windows.clone(),
            SettledPart::Corrections(c) => c.windows.clone(),
        };
        let mut all: Vec<WindowRow> = self.have.values().flat_map(of).collect();
        all.sort_by_key(|r| (r.zone, r.from));
        all
    }

    pub(super) fn visits(&self) -> Vec<(Visit, i32)> {
        let of = |s: &SettledPart| -> Vec<(Visit, i32)> {
            match s {
                SettledPart::Hour(h) => h.visits.iter().map(|v| (*v, 1)).collect(),
                SettledPart::Corrections(c) => c.visits.iter().map(|c| counted(*c)).collect(),
            }
        };
        let mut all: Vec<(Visit, i32)> = self.have.values().flat_map(of).collect();
        all.sort_by_key(|(v, n)| (v.end, v.bay, v.start, *n));
        all
    }
}
