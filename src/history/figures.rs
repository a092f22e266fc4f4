//! Answers: what zones did, by five minutes, hours or days, out of the stream's memory and the
//! archive.
//!
//! Promises: an hour that the stream still holds is answered from there (corrections included at
//! once), any other from its file and corrections; either gives the same sums, so where one ends
//! and the other begins cannot be seen. A page does a bounded amount of work: it may end early,
//! even without rows, and says where to go on. What is missing is named.

use super::cells::Cells;
use super::days::add_up;
use super::question::{
    FiguresPage, Interval, QUARTER_MS, Question, ResumeAt, TurnoverRow, Unanswerable,
};
use super::walk::FiguresWalk;
use crate::domain::Millis;
use crate::domain::turnover::{HOUR_MS, WINDOW_MS};
use std::ops::Range;
use std::sync::Arc;

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
    // The interval in which the history begins counts.
    let first = q.interval.first(begin).min(first_with(q, begin));
    // Whoever makes up where to go on gets nothing that was not asked for.
    let resumed = q
        .place
        .map(|place| (q.interval.first(place.start.min(q.to)), place.zone));
    let (mut start, skip_to) = resumed
        .filter(|(start, _)| *start >= first)
        .unwrap_or((first, 0));
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
        Interval::Quarter => Millis(begin.0 / QUARTER_MS * QUARTER_MS),
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
        Interval::Quarter => {
            let Some(cells) = walk.hour(Millis(start.0 / HOUR_MS * HOUR_MS), true) else {
                return Ok(nothing());
            };
            let first = cells.partition_point(|c| c.from < start);
            let windows = cells[first..].chunk_by(|a, b| a.from == b.from);
            let windows = windows.take_while(|of| of[0].from < end);
            let windows: Vec<Cells> = windows.map(Cells::from).collect();
            Ok(all(add_up(&windows, start), true))
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
