//! Answers: bit-equal to plain arithmetic over all windows, wherever the stream's memory ends; and
//! what is withheld.

use super::*;
use crate::domain::Basis;
use crate::long::cases;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// Two days of zones, some hours with corrections; kept in files up to some hour and in memory from
/// another on.
struct World {
    den: Den,
    history: History,
    all: Vec<WindowRow>,
}

fn world(seed: u64, files_to: u64, memory_from: u64, settled_to: Millis) -> World {
    let n = |z: u32, at: u64| ((u64::from(z) * 7 + at * 13 + seed * 31) % 10) as i64;
    let den = Den::new();
    let mut all = Vec::new();
    let mut told = Vec::new();
    for h in 0..48 {
        let mut settled = settled(hour(h), 0..5, |z, w| n(z, h * 12 + w));
        // Zone 3 is counted as well, and now and then known far better by that; 4 alone is.
        for row in &mut settled.windows {
            let some = row.from.0 / WINDOW_MS % 5;
            *row = match row.zone {
                3 if h % 3 > 0 => counted(row.clone(), 600 * (h % 2) as i64, 200 + some as i64),
                4 => counted_alone(row, some as i64 * 9, 4),
                _ => continue,
            };
        }
        all.extend(settled.windows.clone());
        if h < files_to {
            told.push(of_hour(settled));
        }
    }
    // Late reports of every fifth hour, that came in up to a day afterwards.
    for h in (0..40).step_by(5) {
        let row = window(
            (h / 5) as u32 % 5,
            hour(h).plus(h % 12 * WINDOW_MS),
            n(1, h),
        );
        let row = match row.zone {
            4 => counted_alone(&row, 2, -2),
            3 => counted(row, -1, 3),
            _ => row,
        };
        all.push(row.clone());
        let came = hour(h + 1 + (h * 3 + seed) % 24);
        told.push(SettledPart::Corrections(Arc::new(Corrections {
            hour: came,
            windows: vec![row],
            visits: vec![],
        })));
    }
    all.sort_by_key(|r| (r.zone, r.from));
    // Two corrections that came in the same hour are one file.
    let mut merged: BTreeMap<Millis, Corrections> = BTreeMap::new();
    told.retain(|t| match t {
        SettledPart::Corrections(c) => {
            let into = merged.entry(c.hour).or_insert_with(|| Corrections {
                hour: c.hour,
                ..Corrections::default()
            });
            into.windows.extend(c.windows.clone());
            false
        }
        SettledPart::Hour(_) => true,
    });
    told.extend(
        merged
            .into_values()
            .map(|c| SettledPart::Corrections(Arc::new(c))),
    );
    let mut whole: BTreeMap<(u32, Millis), Window> = BTreeMap::new();
    for r in &all {
        whole.entry((r.zone, r.from)).or_default().add(&r.window);
    }
    for ((zone, from), window) in whole
        .into_iter()
        .filter(|((_, from), _)| *from < settled_to)
    {
        let h = Millis(from.0 / HOUR_MS * HOUR_MS);
        if h >= hour(memory_from) {
            den.memory
                .windows
                .lock()
                .unwrap()
                .entry(h)
                .or_default()
                .push(WindowRow { zone, from, window });
        }
    }
    *den.memory.settled_to.lock().unwrap() = settled_to;
    let mut den = den;
    den.config.queue_hours = 100;
    let history = den.write(told);
    World { den, history, all }
}

impl World {
    fn check(&self, q: Question<'_>) {
        let rows = walk(&self.history, q);
        let settled_to = *self.den.memory.settled_to.lock().unwrap();
        let mut want = Vec::new();
        let mut start = q.from;
        while start < q.to && start < settled_to {
            let end = match q.interval {
                Interval::FiveMinutes => start.plus(WINDOW_MS),
                Interval::Quarter => start.plus(3 * WINDOW_MS),
                Interval::Hour => start.plus(HOUR_MS),
                Interval::Day(c) => c.next_day(start),
            };
            let settled: Vec<WindowRow> = self
                .all
                .iter()
                .filter(|r| r.from < settled_to)
                .cloned()
                .collect();
            for (zone, sums) in recomputed(&settled, start, end) {
                if q.zones.is_none_or(|z| z.contains(&zone)) {
                    want.push((zone, start, end, end <= settled_to, sums));
                }
            }
            start = end;
        }
        let got: Vec<_> = rows
            .into_iter()
            .map(|r| (r.zone, r.from, r.to, r.complete, r.sums.unwrap()))
            .collect();
        assert_eq!(got.len(), want.len());
        assert!(
            got == want,
            "the same number of rows, but not the same rows"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(6)))]
    #[test]
    fn any_answer_equals_plain_arithmetic_wherever_memory_ends(
        seed in 0..1000_u64, memory_from in 14..44_u64, limit in 1..90_usize, open in 0..12_u64,
    ) {
        let world = world(seed, 44, memory_from, hour(46).plus(open * WINDOW_MS));
        let some = [1, 3];
        for (interval, from, to) in [
            (Interval::Hour, hour(0), hour(48)),
            (Interval::Hour, hour(memory_from - 2), hour(memory_from + 2)),
            (Interval::FiveMinutes, hour(memory_from - 1), hour(memory_from + 1)),
            (Interval::Quarter, hour(memory_from - 1), hour(memory_from + 3)),
            (Interval::Day(Calendar::UTC), DAY, hour(48)),
            (Interval::Day(Calendar::parse("Asia/Singapore").unwrap()), hour(16), hour(40)),
        ] {
            world.check(Question { limit, ..question(from, to, interval) });
            world.check(Question { limit, zones: Some(&some), ..question(from, to, interval) });
        }
    }
}

#[test]
fn rows_are_those_that_start_in_the_time_asked_for() {
    let world = world(1, 44, 20, hour(46));
    let at = |ms: u64| DAY.plus(ms);
    let starts = |from: u64, to: u64| {
        let q = Question {
            zones: Some(&[0]),
            ..question(at(from), at(to), Interval::Hour)
        };
        walk(&world.history, q)
            .iter()
            .map(|r| (r.from.0 - DAY.0) / HOUR_MS)
            .collect::<Vec<_>>()
    };
    assert_eq!(starts(HOUR_MS, 3 * HOUR_MS), [1, 2]);
    assert_eq!(starts(HOUR_MS + 1, 3 * HOUR_MS + 1), [2, 3]);
    assert_eq!(
        starts(45 * HOUR_MS, 99 * HOUR_MS),
        [45],
        "nothing is said of what is not settled"
    );
    assert_eq!(starts(0, 0), [0; 0]);
}

#[test]
fn a_question_from_long_before_the_beginning_costs_nothing_and_names_no_gap() {
    let world = world(1, 44, 20, hour(46));
    let page = world
        .history
        .page(&question(Millis(1), hour(2), Interval::Hour))
        .unwrap();
    assert_eq!((page.rows.len(), page.gaps.len(), page.next), (10, 0, None));
    let days = walk(
        &world.history,
        question(Millis(1), hour(48), Interval::Day(Calendar::UTC)),
    );
    assert_eq!(days.len(), 10);
}

#[test]
fn days_that_do_not_begin_on_a_whole_hour_are_refused_with_a_reason() {
    let world = world(1, 4, 2, hour(4));
    let india = Interval::Day(Calendar::parse("Asia/Kolkata").unwrap());
    let e = world
        .history
        .page(&question(DAY, hour(48), india))
        .unwrap_err();
    assert!(e.to_string().contains("Asia/Kolkata"), "{e}");
}

/// Everything a reader can be told of the first day, at every length.
pub(super) fn discreet(
    history: &History,
    interval: Interval,
    least: i64,
    never: &dyn Fn(u32) -> bool,
) -> Vec<TurnoverRow> {
    let mut rows = Vec::new();
    let mut place = None;
    loop {
        let q = Question {
            limit: 17,
            place,
            ..question(DAY, hour(24), interval)
        };
        let page = history.discreet_page(&q, Discretion { least, never });
        rows.extend(page.rows);
        match page.next {
            Some(next) => place = Some(next),
            None => return rows,
        }
    }
}

#[test]
fn what_is_withheld_cannot_be_had_by_subtracting_at_any_length() {
    for (seed, least) in [(1, 5), (2, 10), (3, 60), (4, 40), (5, 55)] {
        let world = world(seed, 48, 100, hour(48));
        let nobody = |_: u32| false;
        let days = discreet(&world.history, Interval::Day(Calendar::UTC), least, &nobody);
        let hours = discreet(&world.history, Interval::Hour, least, &nobody);
        let fives = discreet(&world.history, Interval::FiveMinutes, least, &nobody);
        assert_eq!(
            (days.len(), hours.len(), fives.len()),
            (5, 5 * 24, 5 * 24 * 12)
        );
        let inside = |parts: &[TurnoverRow], whole: &TurnoverRow| -> Vec<TurnoverRow> {
            parts
                .iter()
                .filter(|p| p.zone == whole.zone && p.from >= whole.from && p.from < whole.to)
                .cloned()
                .collect()
        };
        let is_counted = |row: &TurnoverRow| {
            let sums = row.sums.as_ref();
            sums.is_some_and(|s| s.basis() == Basis::Count)
        };
        let quarters = discreet(&world.history, Interval::Quarter, least, &nobody);
        for quarter in &quarters {
            let all = inside(&fives, quarter);
            let told = all.iter().all(|five| five.sums.is_some());
            assert_eq!(
                quarter.sums.is_some(),
                told,
                "none says what a hidden window was"
            );
        }
        for (wholes, parts) in [(&days, &hours), (&hours, &fives)] {
            for whole in wholes {
                let mut parts = inside(parts, whole);
                if is_counted(whole) {
                    assert!(
                        parts.iter().all(|part| part.sums.is_some()),
                        "nothing is hidden"
                    );
                    continue;
                }
                // Those say nothing of visits.
                let counts = parts.extract_if(.., |part| is_counted(part));
                assert!(counts.filter_map(|c| c.sums).all(|s| s.started == 0));
                let hidden = parts.iter().filter(|p| p.sums.is_none()).count();
                let Some(sums) = &whole.sums else {
                    assert_eq!(hidden, parts.len(), "parts of what is withheld");
                    continue;
                };
                let told: i64 = parts
                    .iter()
                    .filter_map(|p| p.sums.as_ref())
                    .map(|s| s.started)
                    .sum();
                assert!(
                    parts
                        .iter()
                        .filter_map(|p| p.sums.as_ref())
                        .all(|s| s.started >= least && s.ended >= least)
                );
                assert!(
                    hidden == 0 || (hidden >= 2 && sums.started - told >= least),
                    "{hidden} {}",
                    sums.started - told
                );
            }
        }
    }
}

#[test]
fn some_zones_never_appear_and_no_figure_of_a_day_that_goes_on_does() {
    let world = world(1, 48, 30, hour(47));
    let private = |zone: u32| zone == 2;
    let days = discreet(&world.history, Interval::Day(Calendar::UTC), 5, &private);
    assert_eq!(
        days.iter().map(|r| r.zone).collect::<Vec<_>>(),
        [0, 1, 3, 4]
    );
    for interval in [Interval::FiveMinutes, Interval::Hour, Interval::Quarter] {
        let q = question(hour(24), hour(48), interval);
        let discretion = Discretion {
            least: 5,
            never: &private,
        };
        let today = world.history.discreet_page(&q, discretion).rows;
        let is_counted = |row: &TurnoverRow| row.sums.as_ref().unwrap().basis() == Basis::Count;
        assert!(today.iter().all(is_counted), "but of what is counted");
        let zones: BTreeSet<u32> = today.iter().map(|row| row.zone).collect();
        assert_eq!(zones.into_iter().collect::<Vec<_>>(), [3, 4]);
        assert!(today.iter().all(|row| row.from < hour(47)));
    }
    let q = question(hour(24), hour(48), Interval::Hour);
    assert!(!world.history.page(&q).unwrap().rows.is_empty());
    let days = question(hour(24), hour(48), Interval::Day(Calendar::UTC));
    let discretion = Discretion {
        least: 5,
        never: &private,
    };
    assert_eq!(world.history.discreet_page(&days, discretion).rows, []);
}

#[test]
fn what_is_asked_again_is_not_read_again_unless_it_was_corrected() {
    let den = Den::new();
    let history = den.write([of_hour(settled(hour(3), 0..2, |_, _| 1))]);
    *den.memory.settled_to.lock().unwrap() = hour(4);
    let started = |history: &History| -> i64 {
        let page = history
            .page(&question(hour(3), hour(4), Interval::Hour))
            .unwrap();
        page.rows
            .iter()
            .map(|r| r.sums.as_ref().unwrap().started)
            .sum()
    };
    assert_eq!(started(&history), 24);
    let moved = den.file("turnover/date=2026-11-27/03.parquet");
    let aside = den.file("aside");
    std::fs::rename(&moved, &aside).unwrap();
    assert_eq!(started(&history), 24, "from the cache");
    std::fs::rename(&aside, &moved).unwrap();
    let late = Corrections {
        hour: hour(4),
        windows: vec![window(0, hour(3), 4)],
        visits: vec![],
    };
    let again = den.write([SettledPart::Corrections(Arc::new(late))]);
    assert_eq!(started(&again), 28);
}
