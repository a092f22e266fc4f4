//! Hours of workdays and days off: by the city's calendar in all that a desk does.

use super::*;
use crate::domain::{TimeOfDay, Weekly};

/// Of the week of NOW, which is a Monday: Tuesday is a holiday, Saturday is worked on in its stead.
const WEEK: &str = "2026-11-24,dayoff,a holiday\n2026-11-28,workday\n";

/// From NOW, a little after 02:00, to as much after midnight.
const FIRST: u64 = 22 * 60;
const DAY: u64 = 24 * 60;

fn whole(days: u16) -> Hours {
    let weekly = Weekly {
        days,
        from: TimeOfDay(0),
        to: TimeOfDay(24 * 60),
    };
    Hours {
        zone: TimeZone::UTC,
        once: vec![],
        weekly: vec![weekly],
        closed: vec![],
    }
}

#[tokio::test]
async fn a_bay_of_days_off_is_booked_on_the_holiday_and_not_on_the_saturday_that_is_worked_on() {
    let dir = tempfile::tempdir().unwrap();
    let rig = DeskRig::by(WEEK, dir.path()).await;
    let offer = rig
        .offer(0, 0, 1, |o| o.hours = whole(Weekly::DAYOFF))
        .await;
    let day = |n: u64| FIRST + n * DAY;
    // Wednesday to Saturday, in part or not.
    for (from, to) in [
        (60, 120),
        (day(1), day(1) + 60),
        (day(0) + 60, day(1) + 1),
        (day(4), day(5)),
        (day(5) - 1, day(5) + 60),
    ] {
        let no = rig.hold(from, to).await.unwrap_err();
        assert!(matches!(no, DeskError::NoMatch(Why::Window)), "{from} {to}");
    }
    let tuesday = rig.book(day(0), day(1) - 60).await;
    let later = rig.hold(day(5), day(6) - 1).await;
    assert!(later.is_ok(), "Sunday");
    // No longer than the day off is.
    let end = |minutes| DriverAct::Extend(NOW.plus(minutes * MINUTE), None);
    rig.step(&tuesday, end(day(1) - 1)).await.unwrap();
    let over = rig.step(&tuesday, end(day(1))).await.unwrap_err();
    assert!(matches!(over, DeskError::NoMatch(Why::Window)));
    // What it would not allow any more.
    let next = Offer {
        hours: whole(Weekly::WORKDAY),
        ..offer.clone()
    };
    let affected = rig.desk.affected(&next, 10).await.unwrap();
    let ids: Vec<i64> = affected.iter().map(|r| r.id).collect();
    assert_eq!(ids, [tuesday.id, later.unwrap().id]);
    assert!(rig.desk.affected(&offer, 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_was_offered_is_told_by_the_calendar() {
    let dir = tempfile::tempdir().unwrap();
    let rig = DeskRig::by(WEEK, dir.path()).await;
    let edit = |o: &mut Offer| o.hours = whole(Weekly::WORKDAY);
    let offer = rig.offer(0, 0, 1, edit).await;
    let end = FIRST + 6 * DAY;
    rig.at(end).await;
    let told = rig.desk.utilisation(&offer, span(0, end)).await.unwrap();
    let hours: Vec<u64> = told
        .days
        .iter()
        .map(|d| (d.offered_s + 1800) / 3600)
        .collect();
    assert_eq!(hours, [22, 0, 24, 24, 24, 24, 0, 0]);
}
