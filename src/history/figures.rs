//! Answers: what zones did, by five minutes, hours or days, out of the stream's memory and the archive.
//!
//! Promises: an hour that the stream still holds is answered from there (corrections included at once), any other from
//! its file and corrections; either gives the same sums, so where one ends and the other begins cannot be seen. A
//! page does a bounded amount of work: it may end early, and says where to go on. What is missing is named.

use super::archive::{Archive, Cell, Cells, Gap};
use crate::domain::turnover::{HOUR_MS, WINDOW_MS};
use crate::domain::{Calendar, Millis, Stays, Sums};
use std::sync::Arc;

/// What the stream holds itself of what it has settled.
pub trait Recent: Send + Sync {
    /// All before this is settled.
    fn settled_to(&self) -> Millis;
    /// The start of the oldest hour it holds.
    fn oldest(&self) -> Millis;
    /// Cells of the hour that begins at `hour`, as far as it is settled: of five minutes, or one a zone. `None`: not
    /// held (any more).
    fn cells(&self, hour: Millis, fine: bool) -> Option<Cells>;
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
pub struct Place {
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
    pub place: Option<Place>,
    pub limit: usize,
}

/// What one zone did in one interval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
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
pub struct Page {
    pub rows: Vec<Row>,
    /// `None`: this was all.
    pub next: Option<Place>,
    /// Hours of which nothing can be told, and why; the first hundred.
    pub gaps: Vec<(Millis, Gap)>,
    pub settled_to: Millis,
}

/// What cannot be answered at all.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unanswerable {
    #[error("days in {0} do not begin on a whole hour of UTC, and hours are what is kept; ask for hours instead")]
    HalfHours(&'static str),
}

/// Hours that a page reads from files at most, for all zones and for some.
const READS: usize = 50;
const READS_OF_SOME: usize = 400;
const MAX_GAPS: usize = 100;

/// The two places of answers, and the walk over them.
pub(super) struct Walk<'a> {
    pub(super) archive: &'a Archive,
    pub(super) recent: &'a dyn Recent,
    pub(super) zones: Option<&'a [u32]>,
    pub(super) gaps: Vec<(Millis, Gap)>,
    reads: usize,
    /// The hour that was looked at last.
    last: Option<(Millis, bool, Option<Cells>)>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(archive: &'a Archive, recent: &'a dyn Recent, zones: Option<&'a [u32]>) -> Self {
        Self { archive, recent, zones, gaps: Vec::new(), reads: 0, last: None }
    }

    /// Whether it has done enough work for one answer: a page may end before its limit, even without rows.
    pub(super) fn is_tired(&self) -> bool {
        self.reads >= if self.zones.is_some() { READS_OF_SOME } else { READS }
    }

    /// Cells of an hour, possibly of more zones than were asked for; `None` where there is a gap.
    pub(super) fn hour(&mut self, hour: Millis, fine: bool) -> Option<Cells> {
        if let Some((of, as_fine, cells)) = &self.last
            && (*of, *as_fine) == (hour, fine)
        {
            return cells.clone();
        }
        let cells = self.recent.cells(hour, fine).or_else(|| {
            let (read, from_files) = self.archive.cells(hour, fine, self.zones);
            self.reads += usize::from(from_files);
            read.map_err(|gap| self.note(hour, gap)).ok()
        });
        self.last = Some((hour, fine, cells.clone()));
        cells
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
pub(super) fn page(walk: &mut Walk<'_>, q: &Question<'_>, first_file: Millis) -> Result<Page, Unanswerable> {
    if let Interval::Day(calendar) = q.interval
        && !calendar.has_whole_hours(q.from)
    {
        return Err(Unanswerable::HalfHours(calendar.name()));
    }
    let settled_to = walk.recent.settled_to();
    let begin = first_file.min(walk.recent.oldest()).max(q.from);
    let (mut start, skip_to) = match q.place {
        Some(place) => (place.start, place.zone),
        // The interval in which the history begins counts.
        None => (q.interval.first(begin.max(q.from)).min(first_with(q, begin)), 0),
    };
    let mut page = Page { settled_to, ..Page::default() };
    let mut skip_to = Some(skip_to);
    while start < q.to && start < settled_to {
        if page.rows.len() >= q.limit || walk.is_tired() {
            page.next = Some(Place { start, zone: 0 });
            break;
        }
        let end = q.interval.next(start);
        let (cells, whole) = interval(walk, q.interval, start, end, first_file)?;
        let complete = whole && end <= settled_to;
        let from_zone = skip_to.take().unwrap_or(0);
        let mut wanted = cells.into_iter().filter(|(zone, _)| *zone >= from_zone && walk.takes(*zone));
        let room = q.limit - page.rows.len();
        page.rows.extend(wanted.by_ref().take(room).map(|(zone, sums)| Row {
            zone,
            from: start,
            to: end,
            complete,
            sums: Some(sums),
        }));
        if let Some((zone, _)) = wanted.next() {
            page.next = Some(Place { start, zone });
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
    if start >= q.from { start } else { q.interval.first(q.from) }
}

/// The sums of an interval by zone, ascending, and whether every hour of it could be told.
fn interval(
    walk: &mut Walk<'_>,
    interval: Interval,
    start: Millis,
    end: Millis,
    first_file: Millis,
) -> Result<(Vec<(u32, Sums)>, bool), Unanswerable> {
    let of = |cells: Option<Cells>| {
        let whole = cells.is_some();
        (cells.iter().flat_map(|c| c.iter()).map(|c| (c.zone, c.sums.clone())).collect(), whole)
    };
    match interval {
        Interval::Hour => Ok(of(walk.hour(start, false))),
        Interval::FiveMinutes => {
            let Some(cells) = walk.hour(Millis(start.0 / HOUR_MS * HOUR_MS), true) else {
                return Ok((Vec::new(), false));
            };
            let (from, to) = (cells.partition_point(|c| c.from < start), cells.partition_point(|c| c.from <= start));
            Ok((cells[from..to].iter().map(|c| (c.zone, c.sums.clone())).collect(), true))
        }
        Interval::Day(calendar) => {
            if !calendar.has_whole_hours(start) || !calendar.has_whole_hours(end) {
                return Err(Unanswerable::HalfHours(calendar.name()));
            }
            let begin = first_file.min(walk.recent.oldest());
            let settled_to = walk.recent.settled_to();
            let (mut tables, mut whole, mut hour) = (Vec::new(), start >= begin, start);
            while hour < end && hour < settled_to {
                if hour.plus(HOUR_MS) > begin {
                    match walk.hour(hour, false) {
                        Some(cells) => tables.push(cells),
                        None => whole = false,
                    }
                }
                hour = hour.plus(HOUR_MS);
            }
            Ok((add_up(&tables), whole))
        }
    }
}

/// Buckets of stays there can be: of ten years and more.
const BUCKETS: usize = 1024;

/// Several tables of one cell a zone, added up by zone. Lengths of stays are counted in an array, since merging lists
/// bucket by bucket would cost more than all else.
pub(super) fn add_up(tables: &[Cells]) -> Vec<(u32, Sums)> {
    let mut at = vec![0_usize; tables.len()];
    let mut counts = [0_i32; BUCKETS];
    let mut out = Vec::new();
    let head = |table: &Arc<[Cell]>, at: usize| table.get(at).map(|c| c.zone);
    while let Some(zone) = tables.iter().zip(&at).filter_map(|(t, at)| head(t, *at)).min() {
        let mut sums = Sums::default();
        let (mut least, mut most) = (BUCKETS, 0);
        for (table, at) in tables.iter().zip(&mut at) {
            let Some(cell) = table.get(*at).filter(|c| c.zone == zone) else { continue };
            *at += 1;
            add(&mut sums, &cell.sums);
            for &(bucket, n) in cell.sums.stays.buckets() {
                let bucket = usize::from(bucket).min(BUCKETS - 1);
                counts[bucket] += n;
                (least, most) = (least.min(bucket), most.max(bucket));
            }
        }
        if least <= most {
            let there = (least..=most).filter(|b| counts[*b] != 0);
            sums.stays = Stays::from_buckets(there.map(|b| (b as u16, counts[b])));
            counts[least..=most].fill(0);
        }
        out.push((zone, sums));
    }
    out
}

/// All but the lengths of stays.
fn add(sums: &mut Sums, more: &Sums) {
    sums.occupied_ms += more.occupied_ms;
    sums.vacant_ms += more.vacant_ms;
    sums.unknown_ms += more.unknown_ms;
    sums.closed_ms += more.closed_ms;
    sums.started += more.started;
    sums.ended += more.ended;
    sums.short += more.short;
    sums.censored += more.censored;
    sums.stay_ms += more.stay_ms;
    sums.judged += more.judged;
    sums.full += more.full;
    sums.crowded += more.crowded;
}
