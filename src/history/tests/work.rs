//! Work: a page does a bounded amount of it and the next one gets further, whatever is cached; a
//! table of the stream's memory is made again only once its hour has changed.

use super::answers::discreet;
use super::*;
use crate::domain::{Clock as _, RecentTurnover, ZoneIx};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

/// A day in files, of which no hour is cached, asked for with so much work a page.
fn cold_day(page_work: u64) -> (Den, History, Vec<WindowRow>) {
    let mut den = Den::new();
    den.config.cache_mb = 0;
    den.config.queue_hours = 100;
    let hours: Vec<SettledHour> = (0..24)
        .map(|h| settled(hour(h), 0..3, |z, w| ((u64::from(z) + h + w) % 5) as i64))
        .collect();
    let all = hours.iter().flat_map(|h| h.windows.clone()).collect();
    let mut history = den.write(hours.into_iter().map(of_hour));
    *den.memory.settled_to.lock().unwrap() = hour(24);
    history.page_work = page_work;
    (den, history, all)
}

#[test]
fn a_day_too_large_for_one_page_is_had_by_going_on_though_no_hour_is_cached() {
    // An hour is somewhat more than the opening of its file: two of them a page.
    let (_den, history, all) = cold_day(2 * archive::OPENING);
    let mut pages = 0;
    let mut rows = Vec::new();
    let mut place = None;
    loop {
        let q = Question {
            place,
            ..question(DAY, hour(24), Interval::Day(Calendar::UTC))
        };
        let page = history.page(&q).unwrap();
        pages += 1;
        rows.extend(page.rows);
        assert_eq!(page.gaps, []);
        place = page.next;
        if place.is_none() {
            break;
        }
    }
    assert_eq!(pages, 12);
    let got: BTreeMap<u32, Sums> = rows
        .into_iter()
        .map(|r| (r.zone, r.sums.unwrap()))
        .collect();
    assert_eq!(got, recomputed(&all, DAY, hour(24)));
    let few = Question {
        zones: Some(&[1]),
        ..question(DAY, hour(24), Interval::Day(Calendar::UTC))
    };
    assert_eq!(history.page(&few).unwrap().rows.len(), 1, "known by now");
}

#[test]
fn what_is_withheld_is_the_same_however_little_work_a_page_does() {
    let (_den, roomy, _) = cold_day(u64::MAX);
    let (_other, slow, _) = cold_day(1);
    for interval in [
        Interval::Day(Calendar::UTC),
        Interval::Hour,
        Interval::FiveMinutes,
    ] {
        let want = discreet(&roomy, interval, 24, &|zone| zone == 2);
        assert!(want.iter().any(|r| r.sums.is_some()) || interval == Interval::FiveMinutes);
        assert!(
            discreet(&slow, interval, 24, &|zone| zone == 2) == want,
            "{interval:?}"
        );
    }
}

#[test]
fn a_day_with_a_damaged_file_names_it_every_time_and_is_whole_once_that_is_mended() {
    let (den, history, _) = cold_day(u64::MAX);
    let aside = den.file("aside");
    let file = den.file("turnover/date=2026-11-27/03.parquet");
    std::fs::copy(&file, &aside).unwrap();
    std::fs::write(&file, "torn").unwrap();
    let ask = || {
        history
            .page(&question(DAY, hour(24), Interval::Day(Calendar::UTC)))
            .unwrap()
    };
    for _ in 0..2 {
        let page = ask();
        assert!(
            matches!(&page.gaps[..], [(at, Gap::Damaged { .. })] if *at == hour(3)),
            "{:?}",
            page.gaps
        );
        assert!(page.rows.iter().all(|r| !r.complete));
    }
    std::fs::rename(&aside, &file).unwrap();
    assert!(ask().rows.iter().all(|r| r.complete));
}

/// A stream of one zone, that says how often it was read.
#[derive(Default)]
struct FakeStream {
    version: AtomicU64,
    visits: AtomicI64,
    read: AtomicU64,
    nothing_before: AtomicU64,
}

impl RecentTurnover for FakeStream {
    fn settled(&self) -> Millis {
        hour(5)
    }

    fn windows_from(&self) -> Millis {
        hour(3)
    }

    fn hours_from(&self) -> Millis {
        hour(0)
    }

    fn windows(&self, _: ZoneIx, _: Millis, _: Millis, _: &mut dyn FnMut(Millis, &Window)) {}

    fn hours(&self, _: ZoneIx, from: Millis, _: Millis, each: &mut dyn FnMut(Millis, &Sums)) {
        self.read.fetch_add(1, Ordering::Relaxed);
        if from.0 < self.nothing_before.load(Ordering::Relaxed) {
            return;
        }
        each(
            from,
            &Sums {
                started: self.visits.load(Ordering::Relaxed),
                ..Sums::default()
            },
        );
    }

    fn version(&self, _: Millis) -> u64 {
        self.version.load(Ordering::Relaxed)
    }
}

#[test]
fn an_hour_in_memory_is_read_again_only_when_it_changed_and_then_within_ten_seconds() {
    let registry = crate::testing::town().zone("z").capacity(1).registry();
    let clock = Arc::new(ManualClock::at(hour(6)));
    let stream = Arc::new(FakeStream::default());
    let lately = Lately::new(registry, clock.clone());
    lately.remember(stream.clone());
    let ask = || {
        (
            lately.cells(hour(2), false).unwrap()[0].sums.started,
            lately.stamp(hour(2)).unwrap(),
        )
    };
    let first = ask();
    clock.set(clock.now().plus(60_000));
    assert_eq!((ask(), stream.read.load(Ordering::Relaxed)), (first, 1));
    stream.visits.store(7, Ordering::Relaxed);
    stream.version.store(1, Ordering::Relaxed);
    let second = ask();
    assert!(
        second.0 == 7 && second.1 != first.1,
        "its table was older than ten seconds"
    );
    stream.visits.store(8, Ordering::Relaxed);
    stream.version.store(2, Ordering::Relaxed);
    clock.set(clock.now().plus(9_000));
    assert_eq!(ask(), second);
    clock.set(clock.now().plus(1_000));
    assert_eq!(ask().0, 8);
}

#[test]
fn to_ask_for_the_first_hour_early_does_not_hide_what_late_reports_say_of_hours_before() {
    let registry = crate::testing::town().zone("z").capacity(1).registry();
    let clock = Arc::new(ManualClock::at(hour(6)));
    let stream = Arc::new(FakeStream::default());
    let lately = Lately::new(registry, clock);
    lately.remember(stream.clone());
    stream.nothing_before.store(hour(4).0, Ordering::Relaxed);
    assert_eq!([lately.oldest(), lately.oldest()], [hour(4), hour(4)]);
    let read = stream.read.load(Ordering::Relaxed);
    assert_eq!(lately.oldest(), hour(4));
    assert_eq!(
        stream.read.load(Ordering::Relaxed),
        read,
        "nothing has changed"
    );
    stream.nothing_before.store(hour(1).0, Ordering::Relaxed);
    stream.version.store(1, Ordering::Relaxed);
    assert_eq!(lately.oldest(), hour(1));
}
