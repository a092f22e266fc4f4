//! When rates are learnt, and what of.

use super::learn::Lesson;
use super::*;
use crate::belief::{Rates, Timetable};
use crate::clock::ManualClock;
use crate::domain::turnover::WINDOW_MS;
use crate::domain::{Corrections, SettledHour, Window, WindowRow, ZoneKind};
use crate::health::Health;
use crate::history::{Around, NothingSettled, Numbered, SettledPart};
use crate::metrics::Metrics;

fn at(text: &str) -> Millis {
    Millis::parse(text).unwrap()
}

#[test]
fn it_is_due_at_four_in_the_morning_of_the_place() {
    let sg = Calendar::parse("Asia/Singapore").unwrap();
    for (now, due) in [
        ("2026-11-27T19:59:59Z", "2026-11-26T20:00:00Z"),
        ("2026-11-27T20:00:00Z", "2026-11-27T20:00:00Z"),
        ("2026-11-28T15:59:59Z", "2026-11-27T20:00:00Z"),
        ("2026-11-28T16:00:00Z", "2026-11-27T20:00:00Z"),
    ] {
        assert_eq!(last_due(sg, at(now)), at(due), "{now}");
    }
}

/// Two bays in a half-hour that is `quick`: taken for two minutes of each five, or never.
fn window(zone: u32, from: Millis, quick: bool) -> WindowRow {
    let n = i64::from(quick) * 2;
    // Of zone 2 most is unknown.
    let unknown_ms = if zone == 2 { 1_000_000 } else { 0 };
    let window = Window {
        occupied_ms: n * 120_000,
        vacant_ms: 600_000 - n * 120_000,
        unknown_ms,
        started: n,
        ended: n,
        ..Window::default()
    };
    WindowRow { zone, from, window }
}

/// An hour in which the second half was quick in both zones.
fn hour(from: Millis) -> SettledPart {
    let windows = (1..=2).flat_map(|zone| (0..12).map(move |w| (zone, w)));
    let windows = windows.map(|(zone, w)| window(zone, from.plus(w * WINDOW_MS), w >= 6));
    SettledPart::Hour(Arc::new(SettledHour {
        hour: from,
        windows: windows.collect(),
        visits: vec![],
    }))
}

/// Late reports: another visit in each window of zone 1's first half-hour.
fn late(from: Millis) -> SettledPart {
    let windows = (0..6).map(|w| WindowRow {
        zone: 1,
        from: from.plus(w * WINDOW_MS),
        window: Window {
            occupied_ms: 60_000,
            vacant_ms: -60_000,
            started: 1,
            ended: 1,
            ..Window::default()
        },
    });
    SettledPart::Corrections(Arc::new(Corrections {
        hour: from.plus(2 * HOUR_MS),
        windows: windows.collect(),
        visits: vec![],
    }))
}

/// What is learnt in India of an hour on each of eight Fridays.
fn learnt(amended: bool, stop: bool) -> Option<Timetable> {
    let dir = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let around = Around {
        names: Arc::new(Numbered),
        clock: Arc::new(ManualClock::at(at("2026-11-27T12:00:00Z"))),
        metrics: Arc::new(Metrics::new()),
        health: Arc::new(Health::default()),
    };
    let config = crate::history::Config {
        queue_hours: 100,
        ..Default::default()
    };
    let recent = Arc::new(NothingSettled);
    let handle = runtime.handle().clone();
    let (history, keeper) = History::open(&config, dir.path(), handle, recent, around).unwrap();
    let last = at("2026-11-27T05:00:00Z");
    let hours: Vec<Millis> = (0..8)
        .map(|week| Millis(last.0 - week * 7 * 24 * HOUR_MS))
        .collect();
    for from in &hours {
        keeper.offer(0, 1, &hour(*from));
        if amended {
            keeper.offer(0, 1, &late(*from));
        }
    }
    keeper.stop();
    History::keep(&keeper).unwrap().join().unwrap();
    let now = at("2026-11-27T12:00:00Z");
    let hours = history.hours(learn::since(now)..now).unwrap();
    let lesson = Lesson {
        history: Arc::new(history),
        calendar: Calendar::parse("Asia/Kolkata").unwrap(),
        zones: vec![(1, ZoneKind::OnStreet), (2, ZoneKind::Private)],
        hours,
        closed: watch::channel(stop).1,
    };
    assert_eq!(lesson.hours.len(), 8);
    assert_eq!(lesson.until(), Some(last.plus(HOUR_MS)));
    runtime.block_on(lesson.learn(4))
}

fn rates(table: &Timetable, zone: u32, time: &str) -> Rates {
    let kind = [ZoneKind::OnStreet, ZoneKind::Private][usize::from(zone == 2)];
    table.rates(table.row(zone, kind), (at(time).0 / 1000) as u32)
}

#[test]
fn each_half_hour_is_learnt_where_it_lies_by_the_places_clock() {
    let table = learnt(false, false).unwrap();
    assert_eq!((table.made().number, table.made().offset_s), (4, 19_800));
    let quick = rates(&table, 1, "2026-11-27T05:30:00Z");
    let still = rates(&table, 1, "2026-11-27T05:29:59Z");
    let other = rates(&table, 1, "2026-11-27T06:00:00Z");
    assert!(
        quick.usual() < other.usual(),
        "taken for two minutes of five"
    );
    assert!(still.usual() < other.usual(), "never taken");
    assert_eq!(
        other.usual(),
        rates(&table, 1, "2026-11-26T05:30:00Z").usual()
    );
    // A week later it is as quick.
    assert_eq!(rates(&table, 1, "2026-12-04T05:45:00Z"), quick);
    // Most of that zone is not known: it goes by its kind, of which nothing else is.
    assert_eq!(rates(&table, 2, "2026-11-27T05:30:00Z"), other);
}

#[test]
fn corrections_count_and_what_is_given_up_makes_no_table() {
    let [plain, amended] = [false, true].map(|late| learnt(late, false).unwrap());
    let of = |table: &Timetable| rates(table, 1, "2026-11-27T05:10:00Z").usual();
    // Cars that stay a minute instead of none at all.
    assert!(of(&amended) < of(&plain));
    let quick = |table: &Timetable| rates(table, 1, "2026-11-27T05:40:00Z");
    assert_eq!(quick(&amended), quick(&plain));
    assert!(learnt(false, true).is_none());
}
