//! What can be asked about turnover, and what an answer is.

use super::archive::Gap;
use super::cells::Cells;
use crate::domain::turnover::{HOUR_MS, WINDOW_MS};
use crate::domain::{Calendar, Millis, Sums};

/// What the stream holds itself of what it has settled.
pub trait RecentFigures: Send + Sync {
    /// All before this is settled.
    fn settled_to(&self) -> Millis;
    /// The start of the oldest hour it holds.
    fn oldest(&self) -> Millis;
    /// Cells of the hour that begins at `hour`, as far as it is settled: of five minutes, or one a
    /// zone. `None`: not held (any more).
    fn cells(&self, hour: Millis, fine: bool) -> Option<Cells>;
    /// Whether acknowledged reports of that zone settled nothing from `from` to before `to`.
    fn is_lost(&self, _zone: u32, _from: Millis, _to: Millis) -> bool {
        false
    }

    /// Hours of which such reports are missing, and how many of each.
    fn lost_hours(&self, _from: Millis, _to: Millis) -> Vec<(Millis, u64)> {
        Vec::new()
    }

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

/// Length of a quarter of an hour, ms.
pub(super) const QUARTER_MS: u64 = 3 * WINDOW_MS;

/// How long a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interval {
    FiveMinutes,
    Quarter,
    Hour,
    /// From midnight to midnight of a place.
    Day(Calendar),
}

impl Interval {
    /// The first of its starts at or after `at`.
    pub(super) fn first(self, at: Millis) -> Millis {
        match self {
            Self::FiveMinutes => Millis(at.0.next_multiple_of(WINDOW_MS)),
            Self::Quarter => Millis(at.0.next_multiple_of(QUARTER_MS)),
            Self::Hour => Millis(at.0.next_multiple_of(HOUR_MS)),
            Self::Day(c) if c.day_start(at) == at => at,
            Self::Day(c) => c.next_day(at),
        }
    }

    pub(super) fn next(self, start: Millis) -> Millis {
        match self {
            Self::FiveMinutes => start.plus(WINDOW_MS),
            Self::Quarter => start.plus(QUARTER_MS),
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
