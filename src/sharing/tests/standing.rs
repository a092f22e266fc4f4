//! Who stands in a booked bay: drivers who come early, errands, strangers, bays that nobody watches.

use super::*;
use crate::domain::ReservationState::{Active, Cancelled, Completed, Confirmed, NoShow};
use crate::domain::Risk;

/// `P-0` booked from minute 60 to 300, and what it costs: 12.00.
async fn evening(rig: &DeskRig) -> Reservation {
    rig.offer(0, 0, 600, |_| {}).await;
    rig.book(60, 300).await
}

async fn rig(folder: &Path) -> DeskRig {
    DeskRig::new(folder, Matching::Batch).await
}

#[tokio::test]
async fn a_stranger_is_never_the_driver_and_costs_him_nothing() {
    // However often the sensor repeats itself, and across a restart.
    for again in [&[50_u64, 52, 56, 59][..], &[]] {
        let dir = tempfile::tempdir().unwrap();
        let mut rig = rig(dir.path()).await;
        let booked = evening(&rig).await;
        rig.at(44).await;
        rig.sees(0, BayStatus::Occupied);
        rig.at(45).await;
        let live = rig.live.clone();
        rig = DeskRig::on(rig.store.clone(), Matching::Batch, rig.clock.clone()).await;
        let ix = rig.registry.bay("P-0").unwrap();
        rig.live.bays(&[live.bay(&rig.registry.city(), ix)]);
        for minute in again {
            rig.at(*minute).await;
            rig.sees(0, BayStatus::Occupied);
        }
        rig.at(59).await;
        let warned = rig.now(&booked).await;
        assert_eq!(
            (warned.state, warned.at_risk),
            (Confirmed, Some(Risk::Taken))
        );
        rig.at(60).await;
        let back = rig.now(&booked).await;
        assert_eq!((back.state, back.owed_cents), (Cancelled, 0));
        let events = rig.events(&booked).await;
        assert_eq!(events[2], named("at_risk", "hub", 0));
        assert_eq!(events[3], named("cancelled", "hub", -1200));
    }
}

#[tokio::test]
async fn who_parks_early_stays_where_he_is_whoever_is_faster_the_sensor_or_the_app() {
    for sensor_first in [true, false] {
        let dir = tempfile::tempdir().unwrap();
        let rig = rig(dir.path()).await;
        let booked = evening(&rig).await;
        rig.offer(1, 0, 600, |_| {}).await;
        rig.at(52).await;
        if sensor_first {
            rig.sees(0, BayStatus::Occupied);
            rig.at(52).await;
        }
        let there = rig.step(&booked, DriverAct::Arrive).await.unwrap();
        rig.sees(0, BayStatus::Occupied);
        assert_eq!((&*there.bay, there.state), ("P-0", Active));
        for minute in [53, 58, 61, 80] {
            rig.at(minute).await;
            assert_eq!(&*rig.now(&booked).await.bay, "P-0");
        }
        let other = rig.hold(82, 200).await.unwrap();
        assert_eq!(&*other.bay, "P-1");
    }
}

#[tokio::test]
async fn a_moments_vacancy_ends_no_stay_and_who_has_gone_on_an_errand_may_come_back() {
    let dir = tempfile::tempdir().unwrap();
    let rig = rig(dir.path()).await;
    let booked = evening(&rig).await;
    rig.at(60).await;
    rig.sees(0, BayStatus::Occupied);
    rig.at(90).await;
    rig.sees(0, BayStatus::Vacant);
    rig.at(91).await;
    rig.sees(0, BayStatus::Occupied);
    rig.at(100).await;
    assert_eq!(rig.now(&booked).await.state, Active);
    rig.sees(0, BayStatus::Vacant);
    rig.at(105).await;
    assert_eq!(rig.now(&booked).await.state, Completed);
    let back = rig.step(&booked, DriverAct::Arrive).await.unwrap();
    assert_eq!((back.state, back.departed_at), (Active, None));
    assert_eq!(rig.hold(110, 200).await, Err(DeskError::NoMatch(Why::Full)));
}

#[tokio::test]
async fn who_comes_back_too_late_finds_the_rest_sold() {
    let dir = tempfile::tempdir().unwrap();
    let rig = rig(dir.path()).await;
    let booked = evening(&rig).await;
    rig.at(60).await;
    rig.step(&booked, DriverAct::Arrive).await.unwrap();
    rig.at(90).await;
    rig.step(&booked, DriverAct::Depart).await.unwrap();
    rig.book(100, 280).await;
    let late = rig.step(&booked, DriverAct::Arrive).await;
    assert_eq!(late, Err(DeskError::NoMatch(Why::Full)));
    assert_eq!(rig.now(&booked).await.state, Completed);
}

#[tokio::test]
async fn who_passes_by_is_not_the_driver() {
    let dir = tempfile::tempdir().unwrap();
    let rig = rig(dir.path()).await;
    rig.sees(0, BayStatus::Vacant);
    let booked = evening(&rig).await;
    rig.at(55).await;
    rig.sees(0, BayStatus::Occupied);
    rig.at(55).await;
    assert_eq!(rig.now(&booked).await.state, Active);
    rig.at(56).await;
    rig.sees(0, BayStatus::Vacant);
    rig.at(58).await;
    let waiting = rig.now(&booked).await;
    assert_eq!((waiting.state, waiting.arrived_at), (Confirmed, None));
    rig.at(75).await;
    assert_eq!(rig.now(&booked).await.state, NoShow);
}

#[tokio::test]
async fn a_bay_that_nobody_watches_is_kept_to_the_end_and_the_driver_is_asked() {
    let dir = tempfile::tempdir().unwrap();
    let rig = rig(dir.path()).await;
    let booked = evening(&rig).await;
    rig.at(75).await;
    let asked = rig.now(&booked).await;
    assert_eq!(
        (asked.state, asked.at_risk),
        (Confirmed, Some(Risk::Silent))
    );
    assert_eq!(rig.hold(77, 280).await, Err(DeskError::NoMatch(Why::Full)));
    let there = rig.step(&booked, DriverAct::Arrive).await.unwrap();
    assert_eq!((there.state, there.at_risk), (Active, None));

    let dir = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(dir.path(), Matching::Batch).await;
    let booked = evening(&rig).await;
    rig.at(299).await;
    assert_eq!(rig.now(&booked).await.state, Confirmed);
    rig.at(300).await;
    let missed = rig.now(&booked).await;
    assert_eq!((missed.state, missed.owed_cents), (NoShow, 1200));
}

#[tokio::test]
async fn an_owner_may_wait_longer_and_who_has_booked_is_waited_for_as_was_agreed() {
    let dir = tempfile::tempdir().unwrap();
    let rig = rig(dir.path()).await;
    let offer = rig.offer(0, 0, 600, |o| o.rules.grace_min = Some(60)).await;
    rig.sees(0, BayStatus::Vacant);
    let booked = rig.book(60, 300).await;
    let rules = Rules {
        grace_min: Some(5),
        ..offer.rules
    };
    rig.desk.put_offer(Offer { rules, ..offer }).await.unwrap();
    rig.at(119).await;
    assert_eq!(rig.now(&booked).await.state, Confirmed);
    rig.at(120).await;
    assert_eq!(rig.now(&booked).await.state, NoShow);
}

#[tokio::test]
async fn what_was_charged_and_sold_again_is_given_back_and_no_more_than_that() {
    let dir = tempfile::tempdir().unwrap();
    let rig = rig(dir.path()).await;
    rig.sees(0, BayStatus::Vacant);
    let missed = evening(&rig).await;
    rig.at(75).await;
    assert_eq!(rig.now(&missed).await.state, NoShow);
    let first = rig.book(80, 140).await;
    rig.at(80).await;
    rig.step(&first, DriverAct::Arrive).await.unwrap();
    assert_eq!(
        rig.now(&missed).await.owed_cents,
        1200,
        "not before it is over"
    );
    rig.at(140).await;
    rig.step(&first, DriverAct::Depart).await.unwrap();
    assert_eq!(rig.now(&missed).await.owed_cents, 900);
    assert_eq!(
        rig.events(&missed).await.last(),
        Some(&named("resold", "hub", -300))
    );
    // Beyond the end of the first that the bay was sold for.
    let second = rig.book(240, 420).await;
    rig.at(240).await;
    rig.step(&second, DriverAct::Arrive).await.unwrap();
    rig.at(425).await;
    assert_eq!(rig.now(&second).await.state, Completed);
    assert_eq!(rig.now(&missed).await.owed_cents, 600);
    let all: i64 = [&missed, &first, &second]
        .map(|r| r.price_cents)
        .iter()
        .sum();
    let [owner, driver] = cancelling::totals(&rig).await;
    assert_eq!([owner, driver], [all - 600; 2], "each hour is paid once");
}

#[tokio::test]
async fn my_bay_is_taken_gets_another_or_the_money_back_unless_a_sensor_sees_it_vacant() {
    let dir = tempfile::tempdir().unwrap();
    let rig = rig(dir.path()).await;
    let booked = evening(&rig).await;
    let early = rig.step(&booked, DriverAct::Taken).await;
    assert!(matches!(early, Err(DeskError::Step(_))), "{early:?}");
    rig.at(61).await;
    rig.sees(0, BayStatus::Vacant);
    let seen = rig.step(&booked, DriverAct::Taken).await;
    assert_eq!(seen, Err(DeskError::SeenVacant));
    // Who comes in between is taken for the driver until he says it is not he.
    rig.sees(0, BayStatus::Occupied);
    rig.at(62).await;
    assert_eq!(rig.now(&booked).await.state, Active);
    rig.offer(1, 0, 600, |_| {}).await;
    let moved = rig.step(&booked, DriverAct::Taken).await.unwrap();
    assert_eq!((&*moved.bay, moved.state), ("P-1", Confirmed));
    let lost_answer = rig.step(&booked, DriverAct::Taken).await.unwrap();
    assert_eq!(lost_answer, moved, "said twice");
    // Minutes later it is the other that is taken, and the first is never given again.
    rig.sees(0, BayStatus::Vacant);
    rig.at(65).await;
    let again = rig.step(&booked, DriverAct::Taken).await.unwrap();
    assert_eq!((again.state, again.owed_cents), (Cancelled, 0));

    let dir = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(dir.path(), Matching::Batch).await;
    let booked = evening(&rig).await;
    rig.at(61).await;
    rig.step(&booked, DriverAct::Arrive).await.unwrap();
    let there = rig.step(&booked, DriverAct::Taken).await;
    assert!(matches!(there, Err(DeskError::Step(_))), "{there:?}");
}

#[tokio::test]
async fn a_stay_is_made_longer_as_far_as_the_bay_is_free_and_open() {
    let dir = tempfile::tempdir().unwrap();
    let rig = rig(dir.path()).await;
    let booked = evening(&rig).await;
    let until = |minute: u64, most| DriverAct::Extend(NOW.plus(minute * MINUTE), most);
    let longer = rig.step(&booked, until(360, None)).await.unwrap();
    assert_eq!((longer.price_cents, longer.owed_cents), (1500, 1500));
    let same = rig.step(&booked, until(360, None)).await.unwrap();
    assert_eq!(same, longer, "said twice");
    let dear = rig.step(&booked, until(420, Some(299))).await;
    assert_eq!(dear, Err(DeskError::NoMatch(Why::Price)));
    let shut = rig.step(&booked, until(601, None)).await;
    assert_eq!(shut, Err(DeskError::NoMatch(Why::Window)));
    let shorter = rig.step(&booked, until(300, None)).await;
    assert!(matches!(shorter, Err(DeskError::Shorter(_))));
    rig.book(400, 460).await;
    let kept = rig.step(&booked, until(420, None)).await;
    assert_eq!(kept, Err(DeskError::NoMatch(Why::Full)));
    assert_eq!(rig.now(&booked).await, longer);
    assert_eq!(
        rig.events(&booked).await.last(),
        Some(&named("extended", "driver", 300))
    );
    let foreign = rig
        .desk
        .step(booked.name.to_string(), "other".into(), until(380, None))
        .await;
    assert_eq!(foreign, Err(DeskError::NoSuch));
}

#[tokio::test]
async fn a_stay_that_was_made_longer_may_still_get_another_bay() {
    let dir = tempfile::tempdir().unwrap();
    let rig = rig(dir.path()).await;
    let booked = evening(&rig).await;
    let mut longer = booked.clone();
    for step in 1..=60 {
        let end = booked.span.end.plus(step);
        let act = DriverAct::Extend(end, None);
        longer = rig.step(&booked, act).await.unwrap();
    }
    assert_eq!(longer.price_cents, 1201, "rounded up once, not each time");
    rig.offer(1, 0, 600, |_| {}).await;
    rig.at(61).await;
    let moved = rig.step(&booked, DriverAct::Taken).await.unwrap();
    assert_eq!((&*moved.bay, moved.span), ("P-1", longer.span));
}

#[tokio::test]
async fn a_bay_that_a_driver_found_taken_is_not_the_next_ones() {
    let dir = tempfile::tempdir().unwrap();
    let rig = rig(dir.path()).await;
    let booked = evening(&rig).await;
    rig.at(61).await;
    rig.step(&booked, DriverAct::Taken).await.unwrap();
    let told = rig.told.lock().unwrap().clone();
    let last = told.last().unwrap();
    assert_eq!(
        (last.status, last.at),
        (BayStatus::Occupied, NOW.plus(61 * MINUTE))
    );
    assert_eq!(Some(last.bay), rig.registry.bay("P-0"));
    rig.is_said(0, BayStatus::Occupied, SourceKind::Booking);
    assert_eq!(rig.hold(66, 100).await, Err(DeskError::NoMatch(Why::Full)));
}

#[tokio::test]
async fn nobody_is_sent_to_a_bay_that_is_seen_taken_nor_to_and_fro() {
    let dir = tempfile::tempdir().unwrap();
    let rig = rig(dir.path()).await;
    let booked = evening(&rig).await;
    rig.offer(1, 0, 600, |_| {}).await;
    rig.at(40).await;
    rig.sees(0, BayStatus::Occupied);
    rig.sees(1, BayStatus::Occupied);
    for minute in 50..60 {
        rig.at(minute).await;
    }
    assert_eq!(&*rig.now(&booked).await.bay, "P-0");
    // It is looked for again after some seconds, not each moment.
    let later = async |seconds: u64| {
        rig.clock.set(NOW.plus(59 * MINUTE + seconds * 1_000));
        rig.desk.tick().await.unwrap();
    };
    later(10).await;
    rig.sees(1, BayStatus::Vacant);
    later(20).await;
    assert_eq!(&*rig.now(&booked).await.bay, "P-1");
    // The first is vacant again; the second is not.
    rig.sees(0, BayStatus::Vacant);
    rig.sees(1, BayStatus::Closed);
    later(40).await;
    assert_eq!(&*rig.now(&booked).await.bay, "P-1", "never back");
    rig.at(60).await;
    assert_eq!(rig.now(&booked).await.state, Cancelled);
}
