//! A time a day, no two joined.

use super::*;

/// Also where the next day's begins as one ends, and where an hour comes twice or not at all.
#[test]
fn each_day_has_its_own_time_by_the_wall_clock() {
    let first = TimeZone::day_named("2027-03-27").unwrap();
    let each = |from, to, days: i64, most| {
        let all = (first, first + days - 1);
        weekly::each_day(
            weekly(DAILY, from, to),
            berlin(),
            &Workdays::default(),
            all,
            most,
        )
    };
    // Clocks go from 02:00 to 03:00 on the 28th.
    assert_eq!(
        each("02:30", "08:00", 3, 9),
        [
            span("2027-03-27T01:30:00Z", "2027-03-27T07:00:00Z"),
            span("2027-03-28T01:00:00Z", "2027-03-28T06:00:00Z"),
            span("2027-03-29T00:30:00Z", "2027-03-29T06:00:00Z"),
        ]
    );
    let whole = each("00:00", "24:00", 2, 9);
    assert_eq!(
        (whole[0].ms(), whole[1].ms()),
        (24 * 3_600_000, 23 * 3_600_000)
    );
    assert_eq!(whole[0].end, whole[1].start, "two all the same");
    assert_eq!(
        each("02:10", "02:50", 3, 9).len(),
        2,
        "it did not happen on the 28th"
    );
    assert_eq!(
        each("08:00", "09:00", 366, 9).len(),
        10,
        "one more than is wanted tells"
    );
    assert_eq!(each("08:00", "09:00", 0, 9), []);
}
