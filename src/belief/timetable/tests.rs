//! Half-hours of a place's week, rows of zones, and tables on disk.

use super::*;
use crate::belief::{Exposure, WeekFit};
use proptest::prelude::*;

/// Three zones; 7 is quick at all times, nothing was seen of the others.
fn table(offset_s: i32) -> Timetable {
    let [street, other, _] = ZoneKind::ALL;
    let mut fit = WeekFit::new(vec![(9, other), (7, street), (8, street)]);
    let quick = Exposure {
        arrivals: 60,
        vacant_s: 36_000,
        departures: 60,
        occupied_s: 72_000,
    };
    for day in 0..7 {
        (0..48).for_each(|half| fit.add(7, half, quick, 0));
        fit.close_day(day);
    }
    fit.done(Made {
        number: 3,
        offset_s,
        until: Millis(1_795_402_800_000),
    })
}

fn at(text: &str) -> u32 {
    (Millis::parse(text).unwrap().0 / 1000) as u32
}

#[test]
fn half_hours_are_those_of_the_places_week() {
    let table = table(8 * 3600);
    for (time, day, half) in [
        ("2026-11-22T16:00:00Z", 0, 0),
        ("2026-11-22T15:59:59Z", 6, 47),
        ("2026-11-27T03:29:59Z", 4, 22),
        ("2026-11-27T03:30:00Z", 4, 23),
        ("1970-01-01T00:00:00Z", 3, 16),
    ] {
        assert_eq!(table.half_hour(at(time)), day * 48 + half, "{time}");
    }
}

#[test]
fn a_zone_that_the_table_does_not_have_goes_by_its_kind() {
    let table = table(0);
    let on_street = table.row(999, ZoneKind::ALL[0]);
    let private = table.row(999, ZoneKind::ALL[2]);
    assert_ne!(on_street, private);
    let own = table.row(7, ZoneKind::ALL[0]);
    assert_ne!(table.rates(own, 0), table.rates(on_street, 0));
    assert_eq!(
        table.rates(private, 0),
        Rates::of_means(3600, 1500).coarse()
    );
    assert_eq!(table.rates(WeekRow(12_345), 0), Rates::default(), "no row");
}

#[test]
fn a_table_comes_back_from_the_disk_and_a_damaged_one_does_not() {
    let table = table(-5 * 3600);
    let bytes = table.to_bytes();
    assert_eq!(Timetable::from_bytes(&bytes), Ok(table));
    for length in [0, 7, 8, 31, bytes.len() - 1] {
        assert!(Timetable::from_bytes(&bytes[..length]).is_err(), "{length}");
    }
}

proptest! {
    #[test]
    fn no_bytes_are_taken_for_a_table_by_chance(
        place in any::<prop::sample::Index>(), change in 1..=255u8, longer in any::<bool>(),
    ) {
        let mut bytes = table(0).to_bytes();
        let at = place.index(bytes.len());
        bytes[at] ^= change;
        if longer {
            bytes.push(0);
        }
        prop_assert!(Timetable::from_bytes(&bytes).is_err());
    }
}
