//! The walk through hours and days, for one answer: out of the stream's memory where it holds an
//! hour, out of the archive where it does not.
//!
//! Promise: bounded. It says when it has done enough work for one page, and notes what it could not
//! be told.

use super::archive::{Archive, Gap};
use super::cells::Cells;
use super::days::{DaySoFar, Days, VisitCounts, add_up, counts};
use super::question::RecentFigures;
use crate::domain::Millis;
use crate::domain::turnover::HOUR_MS;
use std::sync::Arc;

/// Rows of files that a page decodes at most, and those of one hour more: half a second to a second
/// of work.
pub(super) const WORK: u64 = 1_000_000;
/// Of so few zones the groups of rows that speak of them are read, of more all, which can then be
/// kept.
const FEW: usize = 64;
pub(super) const MAX_GAPS: usize = 100;

/// A day added up: see [`FiguresWalk::day`].
pub(super) struct Whole {
    /// By zone.
    pub(super) cells: Cells,
    /// Those of its hours that were settled to their end, and how many visits there were in each.
    pub(super) hours: Vec<Millis>,
    pub(super) counts: Vec<VisitCounts>,
    /// Every hour of it could be told.
    pub(super) complete: bool,
}

/// The two places of answers, and the walk over them.
pub(super) struct FiguresWalk<'a> {
    pub(super) archive: &'a Archive,
    pub(super) recent: &'a dyn RecentFigures,
    pub(super) days: &'a Days,
    pub(super) zones: Option<&'a [u32]>,
    /// The first hour of which there is a file.
    pub(super) first_file: Millis,
    pub(super) gaps: Vec<(Millis, Gap)>,
    work: u64,
    /// After how much work a page ends.
    pub(super) most: u64,
    /// The hour that was looked at last.
    last: Option<(Millis, bool, Result<Cells, Gap>)>,
}

impl<'a> FiguresWalk<'a> {
    pub(super) fn new(
        archive: &'a Archive,
        recent: &'a dyn RecentFigures,
        days: &'a Days,
        zones: Option<&'a [u32]>,
        first_file: Millis,
    ) -> Self {
        Self {
            archive,
            recent,
            days,
            zones,
            first_file,
            gaps: Vec::new(),
            work: 0,
            most: WORK,
            last: None,
        }
    }

    /// Whether it has done enough work for one answer: a page may end before its limit, even
    /// without rows.
    pub(super) fn is_tired(&self) -> bool {
        self.work >= self.most
    }

    /// The start of all that is known.
    pub(super) fn begin(&self) -> Millis {
        self.first_file.min(self.recent.oldest())
    }

    /// The zones asked for, if they are few.
    pub(super) fn few(&self) -> Option<&'a [u32]> {
        self.zones.filter(|z| z.len() <= FEW)
    }

    /// Cells of an hour, possibly of more zones than were asked for; `None` where there is a gap.
    pub(super) fn hour(&mut self, hour: Millis, fine: bool) -> Option<Cells> {
        self.look(hour, fine)
            .map_err(|gap| self.note(hour, gap))
            .ok()
    }

    fn look(&mut self, hour: Millis, fine: bool) -> Result<Cells, Gap> {
        if let Some((of, as_fine, cells)) = &self.last
            && (*of, *as_fine) == (hour, fine)
        {
            return cells.clone();
        }
        let cells = match self.recent.cells(hour, fine) {
            Some(cells) => {
                let few = self.few();
                self.archive
                    .beside(cells, (hour, fine), few, &mut self.work)
            }
            None => self.archive.cells(hour, fine, self.few(), &mut self.work),
        };
        self.last = Some((hour, fine, cells.clone()));
        cells
    }

    /// All of a day, as far as it is settled, possibly of more zones than were asked for. `None`:
    /// that would be too much for one page; the next one gets further.
    pub(super) fn day(&mut self, start: Millis, end: Millis) -> Option<Whole> {
        let begin = self.begin();
        let settled_to = self.recent.settled_to();
        let first = start.max(Millis(begin.0 / HOUR_MS * HOUR_MS));
        let mut hours = Vec::new();
        let mut hour = first;
        while hour.plus(HOUR_MS) <= end.min(settled_to) {
            hours.push(hour);
            hour = hour.plus(HOUR_MS);
        }
        let mut part = self.settled_part((first, end), &hours)?;
        part.gaps
            .iter()
            .for_each(|(hour, gap)| self.note(*hour, gap.clone()));
        let mut whole = start >= begin && part.gaps.is_empty();
        if hour < end.min(settled_to) {
            // The hour under way.
            match self.hour(hour, false) {
                Some(cells) => part.cells = add_up(&[part.cells, cells], start),
                None => whole = false,
            }
        }
        Some(Whole {
            cells: part.cells,
            hours,
            counts: part.counts,
            complete: whole,
        })
    }

    /// The sums of hours that are settled to their end.
    fn settled_part(&mut self, key: (Millis, Millis), hours: &[Millis]) -> Option<DaySoFar> {
        let stamp = |hour: &Millis| {
            self.recent
                .stamp(*hour)
                .or_else(|| self.archive.stamp(*hour).ok())
        };
        let stamps: Vec<Option<u64>> = hours.iter().map(stamp).collect();
        let mut part = self.days.part(key, &stamps);
        let gaps = part.gaps.clone();
        if gaps
            .iter()
            .any(|(hour, gap)| *gap != Gap::NoFile && self.look(*hour, false).is_ok())
        {
            // A damaged file was mended, or the store is back.
            part = DaySoFar::default();
        }
        let known = part.stamps.len();
        let mut tables = vec![part.cells.clone()];
        // Few zones are little work, and what is known of them alone is not kept.
        let is_few = self.few().is_some();
        for (hour, stamp) in hours.iter().zip(stamps).skip(known) {
            if self.is_tired() && !is_few {
                break;
            }
            match self.look(*hour, false) {
                Ok(cells) => {
                    part.counts.push(counts(&cells));
                    tables.push(cells);
                }
                Err(gap) => {
                    part.counts.push(Arc::from([]));
                    part.gaps.push((*hour, gap));
                }
            }
            part.stamps.push(stamp);
        }
        if tables.len() > 1 {
            part.cells = add_up(&tables, key.0);
        }
        if part.stamps.len() > known && !is_few {
            self.days.keep(key, &part);
        }
        (part.stamps.len() == hours.len()).then_some(part)
    }

    fn note(&mut self, hour: Millis, gap: Gap) {
        if self.gaps.len() < MAX_GAPS && !self.gaps.iter().any(|(h, _)| *h == hour) {
            self.gaps.push((hour, gap));
        }
    }

    pub(super) fn takes(&self, zone: u32) -> bool {
        self.zones.is_none_or(|z| z.binary_search(&zone).is_ok())
    }
}
