//! Hours by the wall clock of real places, above all where clocks turn.

use super::super::weekly;
use super::{NaiveDate, TimeZone, Weekly, Workdays, melt, moments};
use crate::domain::{Calendar, Millis, Span, TimeOfDay};

mod each_day;
mod workdays;

/// With Monday to Friday as workdays.
fn occurrences(hours: &[Weekly], zone: TimeZone, span: Span) -> Vec<Span> {
    weekly::occurrences(hours, zone, &Workdays::default(), span)
}

fn at(text: &str) -> Millis {
    Millis::parse(text).unwrap()
}

fn span(from: &str, to: &str) -> Span {
    Span::new(at(from), at(to)).unwrap()
}

fn weekly(days: u16, from: &str, to: &str) -> Weekly {
    Weekly {
        days,
        from: TimeOfDay::parse(from).unwrap(),
        to: TimeOfDay::parse(to).unwrap(),
    }
}

const DAILY: u16 = 0x7f;

fn berlin() -> TimeZone {
    TimeZone::parse("Europe/Berlin").unwrap()
}

fn on_day(w: Weekly, day: &str) -> Vec<Span> {
    let date: NaiveDate = day.parse().unwrap();
    let wall = w.on(date, &Workdays::default());
    wall.and_then(|w| moments(berlin(), w))
        .into_iter()
        .collect()
}

#[test]
fn office_nights_follow_the_wall_clock_through_the_year() {
    let nights = weekly(0b001_1111, "18:00", "08:00");
    let sg = TimeZone::parse("Asia/Singapore").unwrap();
    // Friday 2026-11-27 18:00 in Singapore to Saturday 08:00; then nothing until Monday 18:00.
    let got = occurrences(
        &[nights],
        sg,
        span("2026-11-27T00:30:00Z", "2026-11-30T10:30:00Z"),
    );
    assert_eq!(
        got,
        [
            span("2026-11-27T10:00:00Z", "2026-11-28T00:00:00Z"),
            span("2026-11-30T10:00:00Z", "2026-11-30T10:30:00Z")
        ]
    );
    let winter = occurrences(
        &[nights],
        berlin(),
        span("2027-01-04T12:00:00Z", "2027-01-05T12:00:00Z"),
    );
    let summer = occurrences(
        &[nights],
        berlin(),
        span("2027-07-05T12:00:00Z", "2027-07-06T12:00:00Z"),
    );
    assert_eq!(
        winter,
        [span("2027-01-04T17:00:00Z", "2027-01-05T07:00:00Z")]
    );
    assert_eq!(
        summer,
        [span("2027-07-05T16:00:00Z", "2027-07-06T06:00:00Z")]
    );
}

#[test]
fn hours_that_clocks_spring_over_shrink_or_do_not_happen() {
    // Berlin, 2027-03-28: 02:00 becomes 03:00, at 01:00 UTC.
    let day = |from: &str, to: &str| on_day(weekly(DAILY, from, to), "2027-03-28");
    assert_eq!(
        day("01:00", "04:00"),
        [span("2027-03-28T00:00:00Z", "2027-03-28T02:00:00Z")],
        "an hour shorter"
    );
    assert_eq!(
        day("02:30", "05:00"),
        [span("2027-03-28T01:00:00Z", "2027-03-28T03:00:00Z")],
        "opens at the jump"
    );
    assert_eq!(
        day("01:00", "02:30"),
        [span("2027-03-28T00:00:00Z", "2027-03-28T01:00:00Z")],
        "closes at the jump"
    );
    assert_eq!(
        day("02:10", "02:50"),
        [],
        "there are no such hours that day"
    );
}

#[test]
fn hours_that_happen_twice_open_late_and_close_early() {
    // Berlin, 2026-10-25: 03:00 becomes 02:00, at 01:00 UTC.
    let day = |from: &str, to: &str| on_day(weekly(DAILY, from, to), "2026-10-25");
    assert_eq!(
        day("02:30", "05:00"),
        [span("2026-10-25T01:30:00Z", "2026-10-25T04:00:00Z")]
    );
    assert_eq!(
        day("01:00", "02:30"),
        [span("2026-10-24T23:00:00Z", "2026-10-25T00:30:00Z")]
    );
    assert_eq!(
        day("01:00", "04:00"),
        [span("2026-10-24T23:00:00Z", "2026-10-25T03:00:00Z")],
        "an hour longer"
    );
    assert_eq!(
        day("02:10", "02:50"),
        [],
        "nobody can say which of the two was meant"
    );
}

#[test]
fn hours_that_overlap_are_one_across_midnight_and_the_end_of_the_week() {
    let sunday_night = weekly(0b100_0000, "22:00", "06:00");
    let monday = weekly(1, "05:00", "07:00");
    let whole = span("2026-11-29T12:00:00Z", "2026-11-30T12:00:00Z");
    let night = span("2026-11-29T22:00:00Z", "2026-11-30T07:00:00Z");
    for hours in [
        vec![sunday_night, monday],
        vec![monday, sunday_night, monday],
        // One within another, and one that meets.
        vec![
            sunday_night,
            weekly(1, "03:00", "04:00"),
            weekly(1, "06:00", "07:00"),
        ],
    ] {
        assert_eq!(
            occurrences(&hours, TimeZone::UTC, whole),
            [night],
            "{hours:?}"
        );
    }
    // Nights to the next noon run into each other where the days do.
    let nights = weekly(0b001_1111, "18:00", "12:00");
    let early = weekly(0b011_1110, "11:00", "18:30");
    let week = span("2026-11-23T00:00:00Z", "2026-11-30T00:00:00Z");
    assert_eq!(
        occurrences(&[nights, early], TimeZone::UTC, week),
        [span("2026-11-23T18:00:00Z", "2026-11-28T18:30:00Z")]
    );
}

#[test]
fn hours_that_overlap_are_open_whenever_one_of_them_is_also_where_clocks_turn() {
    let hours = [
        weekly(DAILY, "22:00", "02:30"),
        weekly(0b101_0101, "01:00", "04:00"),
        weekly(0b110_0000, "23:30", "23:00"),
    ];
    each_turn(|zone, turn| {
        let span = around(turn);
        let both = occurrences(&hours, zone, span);
        assert!(both.windows(2).all(|w| w[0].end < w[1].start), "{both:?}");
        for one in hours.iter().flat_map(|w| occurrences(&[*w], zone, span)) {
            assert!(
                both.iter().any(|s| s.contains(one)),
                "{zone:?} {turn} {one:?}: {both:?}"
            );
        }
    });
}

/// Places and years in which clocks turn at midnight, or over it: it is skipped, comes twice, or the
/// hour before it does.
const TURNING: [(&str, &str); 12] = [
    ("America/Santiago", "2026"),
    ("Africa/Cairo", "2026"),
    ("Asia/Beirut", "2026"),
    ("America/Asuncion", "2023"),
    ("America/Havana", "2026"),
    ("Atlantic/Azores", "2026"),
    ("Asia/Gaza", "2026"),
    ("America/Scoresbysund", "2023"),
    ("Europe/Berlin", "2026"),
    ("Australia/Lord_Howe", "2026"),
    // One minute past midnight, so that the day before comes back.
    ("America/St_Johns", "2010"),
    // A day that there was not.
    ("Pacific/Apia", "2011"),
];

const HOUR_MS: u64 = 3_600_000;

/// The moments at which clocks turn in a year, found by asking every quarter of an hour.
fn turns(zone: TimeZone, year: &str) -> Vec<Millis> {
    let from = at(&format!("{year}-01-01T00:00:00Z")).0;
    let calendar = Calendar::parse(zone.name()).unwrap();
    let offset = |ms: u64| calendar.ahead_s(Millis(ms));
    let quarters = (1..366 * 96).map(|n| from + n * HOUR_MS / 4);
    let found = quarters.filter(|ms| offset(*ms) != offset(ms - HOUR_MS / 4));
    found.map(Millis).collect()
}

fn around(turn: Millis) -> Span {
    let start = Millis(turn.0 - 50 * HOUR_MS);
    Span::new(start, turn.plus(50 * HOUR_MS)).unwrap()
}

fn each_turn(mut look: impl FnMut(TimeZone, Millis)) {
    for (place, year) in TURNING {
        let zone = TimeZone::parse(place).unwrap();
        let all = turns(zone, year);
        assert!(all.len() >= 2, "{place} {year}: {all:?}");
        for turn in all {
            look(zone, turn);
        }
    }
}

#[test]
fn who_offers_every_hour_loses_none_where_clocks_turn() {
    let halves = |at: &str| {
        let first = weekly(DAILY, "00:00", at);
        let second = weekly(DAILY, at, "24:00");
        vec![first, second]
    };
    each_turn(|zone, turn| {
        let span = around(turn);
        for hours in [
            vec![weekly(DAILY, "00:00", "24:00")],
            vec![weekly(DAILY, "02:30", "02:30")],
            halves("00:30"),
            halves("01:00"),
            halves("02:30"),
            halves("23:00"),
            halves("23:30"),
            // Each day of the week by itself.
            (0..7)
                .map(|day| weekly(1 << day, "00:00", "24:00"))
                .collect(),
        ] {
            let open = occurrences(&hours, zone, span);
            assert_eq!(open, [span], "{zone:?} {turn} {hours:?}");
        }
    });
}

#[test]
fn nothing_is_offered_twice_by_two_whose_hours_meet_and_only_doubtful_hours_by_neither() {
    each_turn(|zone, turn| {
        let span = around(turn);
        for edge in [
            "00:00", "00:30", "01:00", "02:00", "02:30", "23:00", "23:30",
        ] {
            for other in ["12:00", "18:45"] {
                let day = occurrences(&[weekly(DAILY, edge, other)], zone, span);
                let night = occurrences(&[weekly(DAILY, other, edge)], zone, span);
                let both = day.iter().any(|a| night.iter().any(|b| a.overlaps(*b)));
                assert!(!both, "{zone:?} {turn} {edge} {other}: {day:?} {night:?}");
                let mut all = [day, night].concat();
                melt(&mut all);
                let offered: u64 = all.iter().map(|s| s.ms()).sum();
                let most = 2 * HOUR_MS;
                assert!(
                    span.ms() - offered <= most,
                    "{zone:?} {turn} {edge}: {all:?}"
                );
                // What neither has lies where clocks show an hour twice.
                let near = Span::new(Millis(turn.0 - HOUR_MS), turn.plus(HOUR_MS)).unwrap();
                let none = crate::domain::span::without(vec![span], &all);
                assert!(
                    none.iter().all(|s| near.contains(*s)),
                    "{zone:?} {turn}: {none:?}"
                );
            }
        }
    });
}

#[test]
fn a_midnight_that_comes_twice_or_not_at_all_bounds_a_window_as_any_other_hour() {
    let havana = TimeZone::parse("America/Havana").unwrap();
    let whole = span("2026-10-31T04:00:00Z", "2026-11-03T05:00:00Z");
    // 2026-11-01: 01:00 becomes 00:00, at 05:00 UTC. Saturday's hours close at the first midnight,
    // Sunday's open at the second.
    let saturday = weekly(0b010_0000, "00:00", "24:00");
    let sunday = weekly(0b100_0000, "00:00", "24:00");
    let first = span("2026-10-31T04:00:00Z", "2026-11-01T04:00:00Z");
    let second = span("2026-11-01T05:00:00Z", "2026-11-02T05:00:00Z");
    assert_eq!(occurrences(&[saturday], havana, whole), [first]);
    assert_eq!(occurrences(&[sunday], havana, whole), [second]);
    let both = Span::new(first.start, second.end).unwrap();
    assert_eq!(occurrences(&[saturday, sunday], havana, whole), [both]);
    // Santiago, 2026-09-06: 00:00 becomes 01:00, at 04:00 UTC.
    let santiago = TimeZone::parse("America/Santiago").unwrap();
    let week = span("2026-09-05T00:00:00Z", "2026-09-08T00:00:00Z");
    let night = weekly(0b010_0000, "22:00", "00:30");
    let open = occurrences(&[night], santiago, week);
    assert_eq!(open, [span("2026-09-06T02:00:00Z", "2026-09-06T04:00:00Z")]);
    let early = weekly(0b100_0000, "00:15", "00:45");
    assert_eq!(
        occurrences(&[early], santiago, week),
        [],
        "there are no such minutes"
    );
    // Cairo, 2026-10-29: 24:00 becomes 23:00, so the last hour of Thursday comes twice.
    let cairo = TimeZone::parse("Africa/Cairo").unwrap();
    let thursday = weekly(0b000_1000, "00:00", "24:00");
    let days = span("2026-10-28T00:00:00Z", "2026-11-01T00:00:00Z");
    let open = occurrences(&[thursday], cairo, days);
    assert_eq!(
        open,
        [span("2026-10-28T21:00:00Z", "2026-10-29T22:00:00Z")],
        "25 hours"
    );
}

#[test]
fn days_follow_one_another_without_gap_or_overlap_wherever_clocks_turn() {
    each_turn(|zone, turn| {
        let span = around(turn);
        let calendar = Calendar::parse(zone.name()).unwrap();
        let days = zone.days(span);
        let first = &days[0].1;
        let last = &days[days.len() - 1].1;
        assert!(
            first.has(span.start) && span.end <= last.end,
            "{zone:?} {days:?}"
        );
        assert!(
            days.windows(2).all(|d| d[0].1.end == d[1].1.start),
            "{zone:?} {days:?}"
        );
        for (name, day) in &days {
            assert!(
                (20..=28).contains(&(day.ms() / HOUR_MS)),
                "{zone:?} {name} {day:?}"
            );
            for ms in (day.start.0..day.end.0).step_by(HOUR_MS as usize / 4) {
                let found = (
                    calendar.day_start(Millis(ms)),
                    calendar.next_day(Millis(ms)),
                );
                assert_eq!(
                    found,
                    (day.start, day.end),
                    "{zone:?} {name} {}",
                    Millis(ms)
                );
            }
        }
    });
}
