//! Answers: what zones did, by five minutes, hours or days, out of the stream's memory and the
//! archive.
//!
//! Promises: an hour that the stream still holds is answered from there (corrections included at
//! once), any other from its file and corrections; either gives the same sums, so where one ends
//! and the other begins cannot be seen. A page does a bounded amount of work: it may end early,
//! even without rows, and says where to go on. What is missing is named.

use super::archive::{Archive, Cells, Gap};
use super::days::{DaySoFar, Days, VisitCounts, add_up, counts};
use crate::domain::turnover::{HOUR_MS, WINDOW_MS};
use crate::domain::{Calendar, Millis, Sums};
use std::ops::Range;
use std::sync::Arc;

/// What the stream holds itself of what it has settled.
pub trait RecentFigures: Send + Sync {
    /// All before this is settled.
    fn settled_to(&self) -> Millis;
    /// The start of the oldest hour it holds.
    fn oldest(&self) -> Millis;
    /// Cells of the hour that begins at `hour`, as far as it is settled: of five minutes, or one a
    /// zone. `None`: not held (any more).
    fn cells(&self, hour: Millis, fine: bool) -> Option<Cells>;
    /// Changes whenever the cells of an hour do that is settled to its end. `None`: not held.
    fn stamp(&self, hour: Millis) -> Option<u64>;
}

/// Where no stream stands behind: nothing was settled.
pub struct NothingSettled;

impl RecentFigures for NothingSettled {
    fn settled_to(&self) -> Millis {
        Millis::NEVER
    }

    fn oldest(&self) -> Millis {
        Millis::MAX
    }

    fn cells(&self, _: Millis, _: bool) -> Option<Cells> {
        None
    }

    fn stamp(&self, _: Millis) -> Option<u64> {
        None
    }
}

/// How long a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interval {
    FiveMinutes,
    Hour,
    /// From midnight to midnight of a place.
    Day(Calendar),
}

impl Interval {
    /// The first of its starts at or after `at`.
    fn first(self, at: Millis) -> Millis {
        match self {
            Self::FiveMinutes => Millis(at.0.next_multiple_of(WINDOW_MS)),
            Self::Hour => Millis(at.0.next_multiple_of(HOUR_MS)),
            Self::Day(c) if c.day_start(at) == at => at,
            Self::Day(c) => c.next_day(at),
        }
    }

    fn next(self, start: Millis) -> Millis {
        match self {
            Self::FiveMinutes => start.plus(WINDOW_MS),
            Self::Hour => start.plus(HOUR_MS),
            Self::Day(c) => c.next_day(start),
        }
    }
}

/// Where a walk goes on: at rows that start then, with the zones from this number on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResumeAt {
    pub start: Millis,
    pub zone: u32,
}

/// What is asked: rows that start in `from..to`, by time and then by zone.
#[derive(Clone, Copy, Debug)]
pub struct Question<'q> {
    /// Numbers of zones, ascending; `None`: all.
    pub zones: Option<&'q [u32]>,
    pub from: Millis,
    pub to: Millis,
    pub interval: Interval,
    pub place: Option<ResumeAt>,
    pub limit: usize,
}

/// What one zone did in one interval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TurnoverRow {
    pub zone: u32,
    pub from: Millis,
    pub to: Millis,
    /// False while part of it is not settled, or missing.
    pub complete: bool,
    /// `None`: withheld, because so few visits would speak of single people.
    pub sums: Option<Sums>,
}

/// Some rows of an answer.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct FiguresPage {
    pub rows: Vec<TurnoverRow>,
    /// `None`: this was all.
    pub next: Option<ResumeAt>,
    /// Hours of which nothing can be told, and why; the first hundred.
    pub gaps: Vec<(Millis, Gap)>,
    pub settled_to: Millis,
}

/// What cannot be answered at all.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unanswerable {
    #[error(
        "days in {0} do not begin on a whole hour of UTC, and hours are what is kept; ask for hours instead"
    )]
    HalfHours(&'static str),
}

/// Rows of files that a page decodes at most, and those of one hour more: half a second to a second
/// of work.
pub(super) const WORK: u64 = 1_000_000;
/// Of so few zones the groups of rows that speak of them are read, of more all, which can then be
/// kept.
const FEW: usize = 64;
const MAX_GAPS: usize = 100;

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
            Some(cells) => Ok(cells),
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

/// See [`super::History::page`].
pub(super) fn page(
    walk: &mut FiguresWalk<'_>,
    q: &Question<'_>,
) -> Result<FiguresPage, Unanswerable> {
    if let Interval::Day(calendar) = q.interval
        && !calendar.has_whole_hours(q.from)
    {
        return Err(Unanswerable::HalfHours(calendar.name()));
    }
    let settled_to = walk.recent.settled_to();
    let begin = walk.begin().max(q.from);
    let (mut start, skip_to) = match q.place {
        Some(place) => (place.start, place.zone),
        // The interval in which the history begins counts.
        None => (
            q.interval
                .first(begin.max(q.from))
                .min(first_with(q, begin)),
            0,
        ),
    };
    let mut page = FiguresPage {
        settled_to,
        ..FiguresPage::default()
    };
    let mut skip_to = Some(skip_to);
    while start < q.to && start < settled_to {
        if page.rows.len() >= q.limit || walk.is_tired() {
            page.next = Some(ResumeAt { start, zone: 0 });
            break;
        }
        let end = q.interval.next(start);
        let from_zone = skip_to.take().unwrap_or(0);
        let Some((cells, at, whole)) = interval(walk, q.interval, start, end)? else {
            page.next = Some(ResumeAt {
                start,
                zone: from_zone,
            });
            break;
        };
        let complete = whole && end <= settled_to;
        let mut wanted = cells[at]
            .iter()
            .filter(|c| c.zone >= from_zone && walk.takes(c.zone));
        let room = q.limit - page.rows.len();
        page.rows
            .extend(wanted.by_ref().take(room).map(|c| TurnoverRow {
                zone: c.zone,
                from: start,
                to: end,
                complete,
                sums: Some(c.sums.clone()),
            }));
        if let Some(cell) = wanted.next() {
            page.next = Some(ResumeAt {
                start,
                zone: cell.zone,
            });
            break;
        }
        start = end;
    }
    page.gaps = std::mem::take(&mut walk.gaps);
    Ok(page)
}

/// The start of the interval that `begin` lies in, if that is not before what was asked for.
fn first_with(q: &Question<'_>, begin: Millis) -> Millis {
    let start = match q.interval {
        Interval::FiveMinutes => Millis(begin.0 / WINDOW_MS * WINDOW_MS),
        Interval::Hour => Millis(begin.0 / HOUR_MS * HOUR_MS),
        Interval::Day(c) => c.day_start(begin),
    };
    if start >= q.from {
        start
    } else {
        q.interval.first(q.from)
    }
}

/// Cells, which of them are an interval's, by zone, and whether every hour of it could be told.
/// `None`: too much work for this page.
type FoundFigures = Option<(Cells, Range<usize>, bool)>;

fn interval(
    walk: &mut FiguresWalk<'_>,
    interval: Interval,
    start: Millis,
    end: Millis,
) -> Result<FoundFigures, Unanswerable> {
    let all = |cells: Cells, whole: bool| {
        let to = cells.len();
        Some((cells, 0..to, whole))
    };
    let nothing = || Some((Arc::from([]), 0..0, false));
    match interval {
        Interval::Hour => Ok(walk
            .hour(start, false)
            .map_or_else(nothing, |cells| all(cells, true))),
        Interval::FiveMinutes => {
            let Some(cells) = walk.hour(Millis(start.0 / HOUR_MS * HOUR_MS), true) else {
                return Ok(nothing());
            };
            let first = cells.partition_point(|c| c.from < start);
            let end = cells.partition_point(|c| c.from <= start);
            Ok(Some((cells, first..end, true)))
        }
        Interval::Day(calendar) => {
            if !calendar.has_whole_hours(start) || !calendar.has_whole_hours(end) {
                return Err(Unanswerable::HalfHours(calendar.name()));
            }
            Ok(walk
                .day(start, end)
                .and_then(|day| all(day.cells, day.complete)))
        }
    }
}
