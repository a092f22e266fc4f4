//! Writing: parts are collected, files replace themselves, a store that is away is waited for.

use super::*;
use crate::domain::SettledSink;
use std::fs;

fn corrections(of: Millis, windows: Vec<WindowRow>, visits: Vec<VisitChange>) -> SettledPart {
    SettledPart::Corrections(Arc::new(Corrections {
        hour: of,
        windows,
        visits,
    }))
}

#[test]
fn nothing_is_written_before_every_worker_has_told_its_part() {
    let place = Den::new();
    let (history, keeper) = place.open();
    let thread = keeper.start().unwrap();
    assert!(!keeper.offer(1, 2, &of_hour(settled(hour(3), 5..7, |_, _| 1))));
    // Offered again, as long as it is not taken: counted once.
    assert!(!keeper.offer(1, 2, &of_hour(settled(hour(3), 5..7, |_, _| 1))));
    assert!(!keeper.durable(hour(3), false));
    assert!(!keeper.offer(0, 2, &of_hour(settled(hour(3), 0..2, |_, _| 1))));
    keeper.stop();
    thread.join().unwrap();
    assert!(keeper.durable(hour(3), false));
    *place.memory.settled_to.lock().unwrap() = hour(4);
    let rows = walk(&history, question(hour(0), hour(4), Interval::Hour));
    assert_eq!(
        rows.iter().map(|r| r.zone).collect::<Vec<_>>(),
        [0, 1, 5, 6]
    );
    assert!(
        rows.iter()
            .all(|r| r.complete && r.sums.as_ref().unwrap().started == 12)
    );
}

#[test]
fn an_hour_told_again_by_other_workers_replaces_itself_with_the_same_bytes() {
    let place = Den::new();
    let whole = settled(hour(3), 0..8, |z, w| i64::from(z) + w as i64);
    place.write([of_hour(whole.clone())]);
    let files = [
        "turnover/date=2026-11-27/03.parquet",
        "visits/date=2026-11-27/03.parquet",
        "manifest/2026-11-27.json",
    ];
    let before = files.map(|f| fs::read(place.file(f)).unwrap());
    let (_, keeper) = place.open();
    for worker in [2, 0, 1] {
        let mut part = whole.clone();
        part.windows.retain(|r| r.zone % 3 == worker);
        part.visits.retain(|v| v.bay % 3 == worker);
        assert!(!keeper.offer(worker, 3, &of_hour(part)));
    }
    keeper.stop();
    keeper.start().unwrap().join().unwrap();
    assert_eq!(files.map(|f| fs::read(place.file(f)).unwrap()), before);
}

#[test]
fn a_kill_between_write_and_rename_leaves_nothing_that_is_believed() {
    let place = Den::new();
    place.write([of_hour(settled(hour(3), 0..2, |_, _| 1))]);
    // What is there when the process ends before the rename, and when it ends before the manifest.
    fs::write(place.file("turnover/date=2026-11-27/04.parquet#1"), b"PAR1").unwrap();
    fs::write(
        place.file("turnover/date=2026-11-27/05.parquet"),
        b"PAR1 of an hour without an entry",
    )
    .unwrap();
    let history = place.write([of_hour(settled(hour(4), 0..2, |_, _| 2))]);
    *place.memory.settled_to.lock().unwrap() = hour(6);
    assert!(!place.file("turnover/date=2026-11-27/04.parquet#1").exists());
    let page = history
        .page(&question(hour(3), hour(6), Interval::Hour))
        .unwrap();
    assert_eq!(
        page.rows.iter().map(|r| r.from).collect::<Vec<_>>(),
        [hour(3), hour(3), hour(4), hour(4)]
    );
    assert_eq!(page.gaps, [(hour(5), Gap::NoFile)]);
}

#[test]
fn a_damaged_or_missing_file_is_named_and_the_others_are_served() {
    let place = Den::new();
    let hours = (3..6).map(|h| of_hour(settled(hour(h), 0..2, |_, _| 1)));
    let history = place.write(hours);
    *place.memory.settled_to.lock().unwrap() = hour(6);
    let file = place.file("turnover/date=2026-11-27/04.parquet");
    let mut bytes = fs::read(&file).unwrap();
    bytes[40] ^= 1;
    fs::write(&file, bytes).unwrap();
    fs::remove_file(place.file("turnover/date=2026-11-27/05.parquet")).unwrap();
    let page = history
        .page(&question(hour(3), hour(6), Interval::Hour))
        .unwrap();
    assert_eq!(page.rows.len(), 2);
    let gaps: Vec<String> = page
        .gaps
        .iter()
        .map(|(h, gap)| format!("{h} {gap}"))
        .collect();
    assert!(
        gaps[0].contains("T04") && gaps[0].contains("04.parquet is damaged: its checksum"),
        "{gaps:?}"
    );
    assert!(
        gaps[1].contains("T05") && gaps[1].contains("not there"),
        "{gaps:?}"
    );
    let day = history
        .page(&question(DAY, hour(24), Interval::Day(Calendar::UTC)))
        .unwrap();
    assert!(day.rows.iter().all(|r| !r.complete));
}

#[test]
fn parts_of_another_number_of_workers_are_forgotten() {
    let place = Den::new();
    let (history, keeper) = place.open();
    assert!(!keeper.offer(0, 2, &of_hour(settled(hour(3), 0..4, |_, _| 1))));
    assert!(!keeper.offer(0, 1, &of_hour(settled(hour(3), 0..2, |_, _| 1))));
    keeper.stop();
    keeper.start().unwrap().join().unwrap();
    *place.memory.settled_to.lock().unwrap() = hour(4);
    assert_eq!(
        walk(&history, question(hour(3), hour(4), Interval::Hour)).len(),
        2
    );
}

#[test]
fn an_hour_in_which_nothing_was_heard_is_no_gap() {
    let place = Den::new();
    let history = place.write([of_hour(SettledHour {
        hour: hour(3),
        ..SettledHour::default()
    })]);
    *place.memory.settled_to.lock().unwrap() = hour(4);
    let page = history
        .page(&question(hour(3), hour(4), Interval::Hour))
        .unwrap();
    assert_eq!((page.rows.len(), page.gaps.len()), (0, 0));
}

#[test]
fn while_the_store_is_away_hours_wait_and_beyond_that_the_stream_keeps_them() {
    let mut place = Den::new();
    place.config.queue_hours = 1;
    // A file in the place of the folder: nothing can be written below it.
    let folder = place.file("turnover");
    fs::create_dir_all(folder.parent().unwrap()).unwrap();
    fs::write(&folder, b"in the way").unwrap();
    let (history, keeper) = place.open();
    assert!(place.health.reasons().iter().all(|r| r.0 != "history"));
    let offer = |h: u64| keeper.offer(0, 1, &of_hour(settled(hour(h), 0..1, |_, _| 1)));
    // Never taken before it is durable: the stream holds on to all three.
    assert_eq!([1, 2, 3].map(offer), [false; 3]);
    assert_eq!(
        place.metrics.history_refused.get(),
        1,
        "there is room for two"
    );
    assert!(
        place
            .health
            .reasons()
            .iter()
            .any(|r| r.0 == "history" && r.1.contains("stay in the stream"))
    );
    let thread = keeper.start().unwrap();
    while place.metrics.history_errors.get() == 0 {
        std::thread::yield_now();
    }
    assert!(!keeper.durable(hour(1), false));
    fs::remove_file(&folder).unwrap();
    while !keeper.durable(hour(2), false) {
        std::thread::yield_now();
    }
    assert!(place.health.reasons().iter().all(|r| r.0 != "history"));
    assert_eq!([1, 2, 3].map(offer), [true, true, false]);
    keeper.stop();
    thread.join().unwrap();
    *place.memory.settled_to.lock().unwrap() = hour(4);
    assert_eq!(
        history
            .page(&question(hour(1), hour(4), Interval::Hour))
            .unwrap()
            .rows
            .len(),
        3
    );
}

#[test]
fn an_hour_that_the_stream_has_given_up_is_said_to_be_lost_until_a_later_one_is_written() {
    let place = Den::new();
    let (_, keeper) = place.open();
    let why = || {
        place
            .health
            .reasons()
            .into_iter()
            .find(|(part, _)| *part == "history")
            .map(|(_, why)| why)
    };
    let part = || of_hour(settled(hour(3), 0..1, |_, _| 1));
    // Of two workers one waited too long.
    assert!(!keeper.offer(0, 2, &part()));
    keeper.given_up(hour(3), false);
    assert!(
        why().unwrap().contains("T03") && why().unwrap().contains("is lost"),
        "{:?}",
        why()
    );
    // The other need not wait for what cannot be whole.
    assert!(keeper.offer(1, 2, &part()) && !keeper.durable(hour(3), false));
    // One that is whole is only behind.
    assert!(!keeper.offer(0, 1, &of_hour(settled(hour(4), 0..1, |_, _| 1))));
    keeper.given_up(hour(4), false);
    assert!(
        why().unwrap().contains("T04") && why().unwrap().contains("in memory"),
        "{:?}",
        why()
    );
    keeper.stop();
    keeper.start().unwrap().join().unwrap();
    assert!(keeper.durable(hour(4), false));
    assert_eq!(why(), None);
}

#[test]
fn corrections_are_files_of_their_own_and_figures_have_them() {
    let place = Den::new();
    let taken_back = visit(1, 0, hour(3).plus(60_000));
    let history = place.write([
        of_hour(settled(hour(3), 0..2, |_, _| 1)),
        corrections(
            hour(4),
            vec![window(1, hour(3), 3)],
            vec![VisitChange::Retract(taken_back)],
        ),
        corrections(
            hour(5),
            vec![window(1, hour(3), 2), window(0, hour(4), 1)],
            vec![],
        ),
        corrections(hour(6), vec![], vec![]),
    ]);
    *place.memory.settled_to.lock().unwrap() = hour(4);
    assert!(
        place
            .file("turnover/date=2026-11-27/corrections-05.parquet")
            .is_file()
    );
    assert!(
        place
            .file("visits/date=2026-11-27/corrections-04.parquet")
            .is_file()
    );
    assert!(
        !place
            .file("turnover/date=2026-11-27/corrections-06.parquet")
            .exists()
    );
    let page = history
        .page(&question(hour(3), hour(4), Interval::Hour))
        .unwrap();
    let started: Vec<i64> = page
        .rows
        .iter()
        .map(|r| r.sums.as_ref().unwrap().started)
        .collect();
    assert_eq!(started, [12, 12 + 3 + 2]);
}

#[test]
fn files_past_their_time_go_and_each_class_has_its_own() {
    let mut place = Den::new();
    (
        place.config.keep_visits_days,
        place.config.keep_turnover_days,
    ) = (7, 30);
    place.write([of_hour(settled(hour(3), 0..2, |_, _| 1))]);
    let turnover = "turnover/date=2026-11-27/03.parquet";
    let visits = "visits/date=2026-11-27/03.parquet";
    place.clock.set(hour(24 * 8 + 1));
    place.write([of_hour(settled(hour(24 * 8), 0..2, |_, _| 1))]);
    assert!(place.file(turnover).exists() && !place.file(visits).exists());
    place.clock.set(hour(24 * 32));
    place.write([of_hour(settled(hour(24 * 31), 0..2, |_, _| 1))]);
    assert!(!place.file(turnover).exists() && !place.file("manifest/2026-11-27.json").exists());
}

#[test]
fn hours_before_the_first_start_are_known_for_ever_by_their_corrections_alone() {
    let den = Den::new();
    let history = den.write([
        corrections(
            hour(30),
            vec![window(1, hour(27), 4), window(1, hour(6), 2)],
            vec![VisitChange::Assert(visit(3, 1, hour(6).plus(60_000)))],
        ),
        of_hour(settled(hour(29), 0..2, |_, _| 1)),
        of_hour(settled(hour(30), 0..2, |_, _| 1)),
        corrections(hour(31), vec![window(0, hour(8), 3)], vec![]),
    ]);
    *den.memory.settled_to.lock().unwrap() = hour(31);
    let (again, _) = den.open();
    for history in [history, again] {
        let page = history
            .page(&question(hour(0), hour(31), Interval::Hour))
            .unwrap();
        let told = |h: u64| {
            let rows = page.rows.iter().filter(|r| r.from == hour(h));
            rows.map(|r| (r.zone, r.complete, r.sums.as_ref().unwrap().started))
                .collect::<Vec<_>>()
        };
        assert_eq!(told(6), [(1, true, 2)]);
        assert_eq!(told(8), [(0, true, 3)]);
        assert_eq!(told(27), [(1, true, 4)]);
        assert_eq!(told(29).len(), 2);
        assert_eq!(page.gaps, [], "between them nothing was said");
    }
    let mut out = Vec::new();
    let export = Export {
        class: Class::Turnover,
        from: hour(0),
        to: hour(31),
        zone: None,
        format: Format::Csv,
    };
    let runtime = den.runtime.handle().clone();
    let rows = export.write(&den.config, den.dir.path(), runtime, &mut out);
    assert_eq!(rows.unwrap(), 3 + 2 * 24);
}

#[test]
fn corrections_do_not_make_an_hour_known_that_was_lost() {
    let den = Den::new();
    let history = den.write([
        of_hour(settled(hour(3), 0..2, |_, _| 1)),
        of_hour(settled(hour(5), 0..2, |_, _| 1)),
        corrections(hour(6), vec![window(1, hour(4), 4)], vec![]),
    ]);
    *den.memory.settled_to.lock().unwrap() = hour(6);
    let page = history
        .page(&question(hour(0), hour(6), Interval::Hour))
        .unwrap();
    assert_eq!(page.gaps, [(hour(4), Gap::NoFile)]);
}
