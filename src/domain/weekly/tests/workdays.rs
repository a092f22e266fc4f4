//! Hours of workdays and days off, by a calendar and without one.

use super::super::super::weekly;
use super::*;

/// Days off on a Thursday and a Friday, and a Saturday that is worked on in their stead.
const NATIONAL_DAYS: &str = "2026-10-01,dayoff\n2026-10-02,dayoff\n2026-10-10,workday\n";

#[test]
fn hours_of_workdays_and_days_off_follow_the_calendar_and_not_the_week() {
    let shanghai = TimeZone::parse("Asia/Shanghai").unwrap();
    let calendar = Workdays::parse(NATIONAL_DAYS).unwrap();
    let open = |hours: &[Weekly], span| weekly::occurrences(hours, shanghai, &calendar, span);
    let night = weekly(Weekly::WORKDAY, "17:00", "08:00");
    let whole = weekly(Weekly::DAYOFF, "00:00", "24:00");
    let local = |from: &str, to: &str| span(&format!("{from}:00+08:00"), &format!("{to}:00+08:00"));
    let october = local("2026-09-30T12:00", "2026-10-12T12:00");
    assert_eq!(
        open(&[night], october),
        [
            local("2026-09-30T17:00", "2026-10-01T08:00"),
            local("2026-10-05T17:00", "2026-10-06T08:00"),
            local("2026-10-06T17:00", "2026-10-07T08:00"),
            local("2026-10-07T17:00", "2026-10-08T08:00"),
            local("2026-10-08T17:00", "2026-10-09T08:00"),
            local("2026-10-09T17:00", "2026-10-10T08:00"),
            local("2026-10-10T17:00", "2026-10-11T08:00"),
        ]
    );
    // Nights and days off together: the night before a day off goes on through it.
    let both = open(&[night, whole], october);
    assert_eq!(both[0], local("2026-09-30T17:00", "2026-10-05T00:00"));
    assert_eq!(
        *both.last().unwrap(),
        local("2026-10-10T17:00", "2026-10-12T00:00")
    );
    // Beside days of the week, and both sorts together are all days.
    let either = weekly(1 << 3 | Weekly::DAYOFF, "09:00", "10:00");
    assert_eq!(
        open(&[either], local("2026-10-07T00:00", "2026-10-11T00:00")).len(),
        1
    );
    let all = weekly(Weekly::WORKDAY | Weekly::DAYOFF, "00:00", "24:00");
    assert_eq!(open(&[all], october), [october]);
}

#[test]
fn every_day_is_a_workday_or_a_day_off_and_never_both_wherever_clocks_turn() {
    let sorts = [Weekly::WORKDAY, Weekly::DAYOFF];
    each_turn(|zone, turn| {
        let span = around(turn);
        let of = |days| occurrences(&[weekly(days, "00:00", "24:00")], zone, span);
        let [mut open, off] = sorts.map(of);
        let week = [0b001_1111, 0b110_0000].map(of);
        assert_eq!([open.clone(), off.clone()], week, "{zone:?} {turn}");
        assert!(!open.iter().any(|a| off.iter().any(|b| a.overlaps(*b))));
        open.extend(off);
        assert_eq!(
            occurrences(&sorts.map(|d| weekly(d, "00:00", "24:00")), zone, span),
            [span]
        );
    });
}
