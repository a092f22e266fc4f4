//! What is withheld from those who may not see single people's visits.
//!
//! A cell in which fewer than `least` visits start or end is withheld. That alone would not do:
//! whoever is told the day and 23 of its hours knows the 24th. So within each whole that is told
//! (the hours of a day, the five minutes of an hour) either nothing is withheld, or at least two
//! parts are, with `least` visits between them; more parts, the smallest first, are withheld until
//! that is so. Parts of a whole that is withheld are withheld too. Readers get days that are over
//! only, in UTC: a figure that still grows, or days that begin at other hours, could be subtracted
//! from each other. What is told by counts speaks of no visit, and of nothing that was not public
//! when it was counted: it is not withheld, nor of the day under way.

use super::cells::ZoneFigures;
use super::question::{FiguresPage, Interval, QUARTER_MS, Question, ResumeAt, TurnoverRow};
use super::walk::{FiguresWalk, Whole};
use crate::domain::turnover::{HOUR_MS, WINDOW_MS};
use crate::domain::{Basis, Calendar, Millis, Sums};
use ahash::AHashSet;
use std::collections::BTreeMap;

const DAY_MS: u64 = 24 * HOUR_MS;

/// What rows may be told to whom.
#[derive(Clone, Copy)]
pub struct Discretion<'d> {
    /// Cells with fewer visits are withheld.
    pub least: i64,
    /// Zones that never appear by themselves: of private bays, or of one bay.
    pub never: &'d dyn Fn(u32) -> bool,
}

/// How many visits started and ended in a cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Count(i64, i64);

impl Count {
    fn of(sums: &Sums) -> Self {
        Self(sums.started, sums.ended)
    }

    fn is_small(self, least: i64) -> bool {
        self.0 < least || self.1 < least
    }

    fn plus(self, other: Self) -> Self {
        Self(self.0 + other.0, self.1 + other.1)
    }
}

/// Which parts of a whole are withheld.
fn withheld(parts: &[Count], whole_is: bool, least: i64) -> Vec<bool> {
    if whole_is {
        return vec![true; parts.len()];
    }
    let mut out: Vec<bool> = parts.iter().map(|p| p.is_small(least)).collect();
    loop {
        let hidden = || {
            parts
                .iter()
                .zip(&out)
                .filter(|(_, hidden)| **hidden)
                .map(|(p, _)| *p)
        };
        let (n, together) =
            hidden().fold((0, Count::default()), |(n, sum), p| (n + 1, sum.plus(p)));
        if n == 0 || (n >= 2 && !together.is_small(least)) {
            return out;
        }
        let shown = (0..parts.len()).filter(|at| !out[*at]);
        match shown.min_by_key(|at| parts[*at].0.min(parts[*at].1)) {
            Some(at) => out[at] = true,
            None => return out,
        }
    }
}

/// See [`super::History::discreet_page`].
pub(super) fn page(walk: &mut FiguresWalk<'_>, q: &Question<'_>, d: Discretion<'_>) -> FiguresPage {
    let settled_to = walk.recent.settled_to();
    let begin = walk.begin().max(q.from);
    let mut day = Calendar::UTC.day_start(q.place.map_or(begin, |p| p.start));
    let mut page = FiguresPage {
        settled_to,
        ..FiguresPage::default()
    };
    while day < q.to && day < settled_to {
        page.next = if walk.is_tired() {
            Some(ResumeAt {
                start: day,
                zone: 0,
            })
        } else if day.plus(DAY_MS) <= settled_to {
            of_day(walk, q, day, d, &mut page)
        } else {
            of_today(walk, q, day, d, &mut page)
        };
        if page.next.is_some() {
            break;
        }
        day = day.plus(DAY_MS);
    }
    page.gaps = std::mem::take(&mut walk.gaps);
    page
}

/// Where the rows of a day go: those that were asked for, as long as there is room.
struct Rows<'a> {
    q: &'a Question<'a>,
    place: ResumeAt,
    page: &'a mut FiguresPage,
}

impl<'a> Rows<'a> {
    fn of_day(q: &'a Question<'a>, day: Millis, page: &'a mut FiguresPage) -> Self {
        let place = q.place.filter(|p| p.start >= day).unwrap_or(ResumeAt {
            start: day,
            zone: 0,
        });
        Self { q, place, page }
    }

    /// Puts one down; where to go on, if there is no room for it.
    fn put(&mut self, row: TurnoverRow) -> Option<ResumeAt> {
        let zone = row.zone;
        let start = row.from;
        let asked = start >= self.q.from && start < self.q.to;
        if !asked || (start, zone) < (self.place.start, self.place.zone) {
            return None;
        }
        if self.page.rows.len() >= self.q.limit {
            return Some(ResumeAt { start, zone });
        }
        self.page.rows.push(row);
        None
    }

    /// Whether an hour is of no row that is asked for, or none any more.
    fn is_before(&self, hour: Millis) -> bool {
        hour.plus(HOUR_MS) <= self.q.from.max(self.place.start)
    }

    /// Where to go on when that hour is too much work.
    fn resume(&self, hour: Millis) -> ResumeAt {
        if hour > self.place.start {
            ResumeAt {
                start: hour,
                zone: 0,
            }
        } else {
            self.place
        }
    }
}

/// Adds the rows of a day. Where to go on, if not all of them have room or could be had.
fn of_day(
    walk: &mut FiguresWalk<'_>,
    q: &Question<'_>,
    day: Millis,
    d: Discretion<'_>,
    page: &mut FiguresPage,
) -> Option<ResumeAt> {
    let mut rows = Rows::of_day(q, day, page);
    let Some(whole) = walk.day(day, day.plus(DAY_MS)) else {
        return Some(rows.place);
    };
    let complete = whole.complete;
    let row = |((from, zone), ms, sums): ToldRow| TurnoverRow {
        zone,
        from,
        to: from.plus(ms),
        complete,
        sums,
    };
    if let Interval::Day(_) = q.interval {
        let is_told =
            |sums: &Sums| !Count::of(sums).is_small(d.least) || sums.basis() == Basis::Count;
        let wanted = whole
            .cells
            .iter()
            .filter(|c| walk.takes(c.zone) && !(d.never)(c.zone));
        return wanted
            .map(|c| (c.zone, is_told(&c.sums).then(|| c.sums.clone())))
            .find_map(|(zone, sums)| rows.put(row(((day, zone), DAY_MS, sums))));
    }
    let hidden = hidden_hours(walk, &whole, d);
    for (hour, hidden) in whole.hours.iter().zip(&hidden) {
        if rows.is_before(*hour) {
            continue;
        }
        if *hour >= q.to {
            break;
        }
        if walk.is_tired() && walk.few().is_none() {
            return Some(rows.resume(*hour));
        }
        let told = of_hour(walk, q, *hour, d, &|zone| hidden.contains(&zone));
        let full = told.into_iter().find_map(|told| rows.put(row(told)));
        if full.is_some() {
            return full;
        }
    }
    None
}

/// Adds what counts say of the day under way, by its hours and less.
fn of_today(
    walk: &mut FiguresWalk<'_>,
    q: &Question<'_>,
    day: Millis,
    d: Discretion<'_>,
    page: &mut FiguresPage,
) -> Option<ResumeAt> {
    let settled_to = page.settled_to;
    let mut rows = Rows::of_day(q, day, page);
    let mut hour = day.max(Millis(walk.begin().0 / HOUR_MS * HOUR_MS));
    if let Interval::Day(_) = q.interval {
        return None;
    }
    while hour < settled_to.min(q.to) {
        if !rows.is_before(hour) {
            if walk.is_tired() && walk.few().is_none() {
                return Some(rows.resume(hour));
            }
            let told = of_hour(walk, q, hour, d, &|_| true).into_iter();
            let told = told.filter_map(|(at, ms, sums)| Some((at, ms, sums?)));
            let full = told.into_iter().find_map(|((from, zone), ms, sums)| {
                let to = from.plus(ms);
                rows.put(TurnoverRow {
                    zone,
                    from,
                    to,
                    complete: to <= settled_to,
                    sums: Some(sums),
                })
            });
            if full.is_some() {
                return full;
            }
        }
        hour = hour.plus(HOUR_MS);
    }
    None
}

/// A row that may be told: from when, of which zone, how long, and what.
type ToldRow = ((Millis, u32), u64, Option<Sums>);

/// The rows of an hour by time and zone. `hidden`: of which zones it is withheld, unless they are
/// counted.
fn of_hour(
    walk: &mut FiguresWalk<'_>,
    q: &Question<'_>,
    hour: Millis,
    d: Discretion<'_>,
    hidden: &dyn Fn(u32) -> bool,
) -> Vec<ToldRow> {
    let Some(cells) = walk.hour(hour, q.interval != Interval::Hour) else {
        return Vec::new();
    };
    let wanted = cells
        .iter()
        .filter(|c| walk.takes(c.zone) && !(d.never)(c.zone));
    if q.interval == Interval::Hour {
        let is_told = |c: &ZoneFigures| c.sums.basis() == Basis::Count || !hidden(c.zone);
        let told = wanted.map(|c| (c, is_told(c).then(|| c.sums.clone())));
        return told
            .map(|(c, sums)| ((hour, c.zone), HOUR_MS, sums))
            .collect();
    }
    let fives = fives(wanted, hidden, d.least);
    if q.interval == Interval::FiveMinutes {
        let told = fives.into_iter();
        return told
            .map(|(at, sums)| (at, WINDOW_MS, sums.cloned()))
            .collect();
    }
    // A quarter is told if all its windows are: it is not to say what one of them was.
    let mut quarters: BTreeMap<(Millis, u32), Option<Sums>> = BTreeMap::new();
    for ((from, zone), sums) in fives {
        let from = Millis(from.0 / QUARTER_MS * QUARTER_MS);
        let quarter = quarters
            .entry((from, zone))
            .or_insert_with(|| Some(Sums::default()));
        match (&mut *quarter, sums) {
            (Some(sum), Some(more)) => sum.add(more),
            _ => *quarter = None,
        }
    }
    let told = quarters.into_iter();
    told.map(|(at, sums)| (at, QUARTER_MS, sums)).collect()
}

/// For each hour of a day the zones of which it is withheld.
fn hidden_hours(walk: &FiguresWalk<'_>, day: &Whole, d: Discretion<'_>) -> Vec<AHashSet<u32>> {
    let mut zones: BTreeMap<u32, Vec<(usize, Count)>> = BTreeMap::new();
    for (hour, counts) in day.counts.iter().enumerate() {
        for (zone, started, ended) in counts.iter().filter(|c| walk.takes(c.0) && !(d.never)(c.0)) {
            zones
                .entry(*zone)
                .or_default()
                .push((hour, Count(*started, *ended)));
        }
    }
    let mut out = vec![AHashSet::new(); day.hours.len()];
    for (zone, hours) in zones {
        let counts: Vec<Count> = hours.iter().map(|(_, count)| *count).collect();
        let of_day = counts
            .iter()
            .fold(Count::default(), |sum, count| sum.plus(*count));
        let hidden = withheld(&counts, of_day.is_small(d.least), d.least);
        hours
            .iter()
            .zip(hidden)
            .filter(|(_, hidden)| *hidden)
            .for_each(|((hour, _), _)| _ = out[*hour].insert(zone));
    }
    out
}

/// The five minutes of an hour by time and zone, if it is known of which zones the hour is
/// withheld.
fn fives<'c>(
    cells: impl Iterator<Item = &'c ZoneFigures>,
    hidden: &dyn Fn(u32) -> bool,
    least: i64,
) -> BTreeMap<(Millis, u32), Option<&'c Sums>> {
    let mut zones: BTreeMap<u32, Vec<&ZoneFigures>> = BTreeMap::new();
    cells.for_each(|cell| zones.entry(cell.zone).or_default().push(cell));
    let mut out = BTreeMap::new();
    for (zone, cells) in zones {
        let is_counted = cells.iter().any(|c| c.sums.basis() == Basis::Count);
        let counts: Vec<Count> = cells.iter().map(|c| Count::of(&c.sums)).collect();
        let withheld = if is_counted {
            vec![false; cells.len()]
        } else {
            withheld(&counts, hidden(zone), least)
        };
        for (cell, hidden) in cells.into_iter().zip(withheld) {
            out.insert((cell.from, zone), (!hidden).then_some(&cell.sums));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parts(n: &[i64]) -> Vec<Count> {
        n.iter().map(|n| Count(*n, *n)).collect()
    }

    #[test]
    fn one_small_part_takes_the_next_smallest_with_it() {
        assert_eq!(
            withheld(&parts(&[9, 2, 7, 30]), false, 5),
            [false, true, true, false]
        );
        assert_eq!(withheld(&parts(&[9, 7, 30]), false, 5), [false; 3]);
        assert_eq!(
            withheld(&parts(&[9, 1, 2, 30]), false, 5),
            [true, true, true, false],
            "1 and 2 are too few together"
        );
        assert_eq!(withheld(&parts(&[9, 30]), true, 5), [true; 2]);
        assert_eq!(
            withheld(&[Count(9, 9), Count(8, 1), Count(20, 20)], false, 5),
            [true, true, false]
        );
    }

    proptest! {
        #[test]
        fn what_is_left_after_subtracting_is_never_a_small_cell(
            n in proptest::collection::vec((0..12_i64, 0..12_i64), 1..24), least in 1..10_i64,
        ) {
            let parts: Vec<Count> = n.iter().map(|(a, b)| Count(*a, *b)).collect();
            let whole = parts.iter().fold(Count::default(), |sum, p| sum.plus(*p));
            let hidden = withheld(&parts, whole.is_small(least), least);
            prop_assert!(parts.iter().zip(&hidden).all(|(p, hidden)| *hidden || !p.is_small(least)));
            let told = parts.iter().zip(&hidden).filter(|(_, h)| !**h).fold(Count::default(), |s, (p, _)| s.plus(*p));
            let n = hidden.iter().filter(|h| **h).count();
            let left = Count(whole.0 - told.0, whole.1 - told.1);
            // Either the whole is not told, or what can be computed from it and its parts is no
            // small cell.
            prop_assert!(whole.is_small(least) || n == 0 || (!left.is_small(least) && (n >= 2 || parts.len() == 1)));
        }
    }
}
