//! Days added up out of hours, and kept as long as those hours are the same.
//!
//! Promises: a day that is too much work for one page gets further with every page, whatever the
//! cache of hours holds; what is settled of today is added up once, and only the hour under way
//! each time. Dear: some 20 MB for each of the few days that are kept of 14,000 zones.

use super::archive::Gap;
use super::cells::{Cells, ZoneFigures};
use crate::domain::{Basis, Millis, Tally};
use std::sync::{Arc, Mutex, PoisonError};

/// Days that are kept: as many as there may be questions at a time.
const KEPT: usize = 4;

/// How many visits of a zone started and ended.
pub(super) type VisitCounts = Arc<[(u32, i64, i64)]>;

/// The hours of a day that have been added up, from its first on.
#[derive(Clone)]
pub(super) struct DaySoFar {
    /// What the hours were; `None`: there was nothing to be had.
    pub(super) stamps: Vec<Option<u64>>,
    /// By zone.
    pub(super) cells: Cells,
    /// Hour by hour.
    pub(super) counts: Vec<VisitCounts>,
    pub(super) gaps: Vec<(Millis, Gap)>,
}

impl Default for DaySoFar {
    fn default() -> Self {
        Self {
            stamps: Vec::new(),
            cells: Arc::from([]),
            counts: Vec::new(),
            gaps: Vec::new(),
        }
    }
}

/// From when to when a day lasts.
type DayKey = (Millis, Millis);

/// See the module; the latest asked for last.
#[derive(Default)]
pub(super) struct Days(Mutex<Vec<(DayKey, DaySoFar)>>);

impl Days {
    /// What is known of a day whose hours are now these. Empty, if they were others.
    pub(super) fn part(&self, day: DayKey, stamps: &[Option<u64>]) -> DaySoFar {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(at) = kept.iter().position(|(key, _)| *key == day) else {
            return DaySoFar::default();
        };
        let (key, part) = kept.remove(at);
        if !stamps.starts_with(&part.stamps) {
            return DaySoFar::default();
        }
        kept.push((key, part.clone()));
        part
    }

    pub(super) fn keep(&self, day: DayKey, part: &DaySoFar) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(key, _)| *key != day);
        if kept.len() >= KEPT {
            kept.remove(0);
        }
        kept.push((day, part.clone()));
    }
}

/// How many visits started and ended, zone by zone. Where a zone is counted, no visit is told of.
pub(super) fn counts(cells: &[ZoneFigures]) -> VisitCounts {
    cells
        .iter()
        .filter(|c| c.sums.basis() == Basis::Bays)
        .map(|c| (c.zone, c.sums.started, c.sums.ended))
        .collect()
}

/// Several tables of one cell a zone, added up by zone.
pub(super) fn add_up(tables: &[Cells], from: Millis) -> Cells {
    let mut at = vec![0_usize; tables.len()];
    let mut tally = Tally::default();
    let mut out = Vec::with_capacity(tables.iter().map(|t| t.len()).max().unwrap_or_default());
    while let Some(zone) = tables
        .iter()
        .zip(&at)
        .filter_map(|(t, at)| t.get(*at).map(|c| c.zone))
        .min()
    {
        for (table, at) in tables.iter().zip(&mut at) {
            if let Some(cell) = table.get(*at).filter(|c| c.zone == zone) {
                *at += 1;
                tally.add(&cell.sums);
            }
        }
        out.push(ZoneFigures {
            zone,
            from,
            sums: tally.take(),
        });
    }
    out.into()
}
