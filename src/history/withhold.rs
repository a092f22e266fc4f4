//! What is withheld from those who may not see single people's visits.
//!
//! A cell in which fewer than `least` visits start or end is withheld. That alone would not do: whoever is told the
//! day and 23 of its hours knows the 24th. So within each whole that is told (the hours of a day, the five minutes of
//! an hour) either nothing is withheld, or at least two parts are, with `least` visits between them; more parts, the
//! smallest first, are withheld until that is so. Parts of a whole that is withheld are withheld too. Readers get
//! days that are over only, in UTC: a figure that still grows, or days that begin at other hours, could be subtracted
//! from each other.

use super::archive::Cell;
use super::figures::{Interval, Page, Place, Question, Row, Walk, add_up};
use crate::domain::turnover::{HOUR_MS, WINDOW_MS};
use crate::domain::{Calendar, Millis, Sums};
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
        let hidden = || parts.iter().zip(&out).filter(|(_, hidden)| **hidden).map(|(p, _)| *p);
        let (n, together) = hidden().fold((0, Count::default()), |(n, sum), p| (n + 1, sum.plus(p)));
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
pub(super) fn page(walk: &mut Walk<'_>, q: &Question<'_>, first_file: Millis, d: Discretion<'_>) -> Page {
    let settled_to = walk.recent.settled_to();
    let mut page = Page { settled_to, ..Page::default() };
    let begin = first_file.min(walk.recent.oldest()).max(q.from);
    let mut day = Calendar::UTC.day_start(q.place.map_or(begin, |p| p.start));
    let past = |row: &Row| q.place.is_some_and(|p| (row.from, row.zone) < (p.start, p.zone));
    while day < q.to && day.plus(DAY_MS) <= settled_to {
        if walk.is_tired() {
            page.next = Some(Place { start: day, zone: 0 });
            break;
        }
        let mut rows = rows_of_day(walk, q.interval, day, d);
        rows.retain(|r| r.from >= q.from && r.from < q.to && !past(r));
        rows.sort_by_key(|r| (r.from, r.zone));
        let room = q.limit - page.rows.len();
        if let Some(more) = rows.get(room) {
            page.next = Some(Place { start: more.from, zone: more.zone });
        }
        page.rows.extend(rows.into_iter().take(room));
        if page.next.is_some() {
            break;
        }
        day = day.plus(DAY_MS);
    }
    page.gaps = std::mem::take(&mut walk.gaps);
    page
}

fn rows_of_day(walk: &mut Walk<'_>, interval: Interval, day: Millis, d: Discretion<'_>) -> Vec<Row> {
    let mut zones: BTreeMap<u32, Vec<Cell>> = BTreeMap::new();
    let (mut complete, mut tables) = (true, Vec::new());
    for hour in (0..24).map(|h| day.plus(h * HOUR_MS)) {
        let Some(cells) = walk.hour(hour, false) else {
            complete = false;
            continue;
        };
        for cell in cells.iter().filter(|c| walk.takes(c.zone) && !(d.never)(c.zone)) {
            zones.entry(cell.zone).or_default().push(cell.clone());
        }
        tables.push(cells);
    }
    let days: BTreeMap<u32, Sums> = add_up(&tables).into_iter().filter(|(zone, _)| zones.contains_key(zone)).collect();
    let small = |zone: &u32| days.get(zone).is_none_or(|s| Count::of(s).is_small(d.least));
    let row =
        |zone: u32, from: Millis, ms: u64, sums: Option<Sums>| Row { zone, from, to: from.plus(ms), complete, sums };
    if let Interval::Day(_) = interval {
        let told = |zone: u32, sums: &Sums| (!small(&zone)).then(|| sums.clone());
        return days.iter().map(|(zone, sums)| row(*zone, day, DAY_MS, told(*zone, sums))).collect();
    }
    let mut out = Vec::new();
    let mut hidden_hours: BTreeMap<(Millis, u32), bool> = BTreeMap::new();
    for (zone, hours) in zones {
        let counts: Vec<Count> = hours.iter().map(|c| Count::of(&c.sums)).collect();
        for (cell, hidden) in hours.into_iter().zip(withheld(&counts, small(&zone), d.least)) {
            if interval == Interval::Hour {
                out.push(row(zone, cell.from, HOUR_MS, (!hidden).then_some(cell.sums)));
            } else {
                hidden_hours.insert((cell.from, zone), hidden);
            }
        }
    }
    if interval == Interval::FiveMinutes {
        fives(walk, day, &hidden_hours, d, &mut |zone, from, sums| out.push(row(zone, from, WINDOW_MS, sums)));
    }
    out
}

/// The five minutes of a day's hours, of which it is known whether they are withheld.
fn fives(
    walk: &mut Walk<'_>,
    day: Millis,
    hidden_hours: &BTreeMap<(Millis, u32), bool>,
    d: Discretion<'_>,
    each: &mut dyn FnMut(u32, Millis, Option<Sums>),
) {
    for hour in (0..24).map(|h| day.plus(h * HOUR_MS)) {
        let Some(cells) = walk.hour(hour, true) else { continue };
        let mut zones: BTreeMap<u32, Vec<&Cell>> = BTreeMap::new();
        for cell in cells.iter().filter(|c| hidden_hours.contains_key(&(hour, c.zone))) {
            zones.entry(cell.zone).or_default().push(cell);
        }
        for (zone, cells) in zones {
            let counts: Vec<Count> = cells.iter().map(|c| Count::of(&c.sums)).collect();
            let whole_is = hidden_hours[&(hour, zone)];
            for (cell, hidden) in cells.into_iter().zip(withheld(&counts, whole_is, d.least)) {
                each(zone, cell.from, (!hidden).then(|| cell.sums.clone()));
            }
        }
    }
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
        assert_eq!(withheld(&parts(&[9, 2, 7, 30]), false, 5), [false, true, true, false]);
        assert_eq!(withheld(&parts(&[9, 7, 30]), false, 5), [false; 3]);
        assert_eq!(
            withheld(&parts(&[9, 1, 2, 30]), false, 5),
            [true, true, true, false],
            "1 and 2 are too few together"
        );
        assert_eq!(withheld(&parts(&[9, 30]), true, 5), [true; 2]);
        assert_eq!(withheld(&[Count(9, 9), Count(8, 1), Count(20, 20)], false, 5), [true, true, false]);
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
            // Either the whole is not told, or what can be computed from it and its parts is no small cell.
            prop_assert!(whole.is_small(least) || n == 0 || (!left.is_small(least) && (n >= 2 || parts.len() == 1)));
        }
    }
}
