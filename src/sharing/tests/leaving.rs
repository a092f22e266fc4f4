//! Who leaves late, or early, and bookings that an owner gives up.

use super::*;
use crate::domain::LeaveRule;
use crate::domain::ReservationState::{Active, Cancelled, Completed};
use crate::domain::reservation::StepError;

/// `P-0` for 3.00 an hour under a rule, booked for the second hour by somebody who is seen there.
async fn stay(folder: &Path, leave: LeaveRule) -> (DeskRig, Offer, Reservation) {
    let rig = DeskRig::new(folder, Matching::Batch).await;
    let offer = rig.offer(0, 0, 6000, |o| o.rules.leave = leave).await;
    let booked = rig.book(60, 120).await;
    rig.at(60).await;
    rig.step(&booked, DriverAct::Arrive).await.unwrap();
    rig.sees(0, BayStatus::Occupied);
    rig.at(61).await;
    (rig, offer, booked)
}

/// What the ledger's lines add up to, which is what the reservation says.
async fn owed(rig: &DeskRig, r: &Reservation) -> i64 {
    let paid = rig.events(r).await.iter().map(|e| e.2).sum();
    assert_eq!(rig.now(r).await.owed_cents, paid);
    paid
}

#[tokio::test]
async fn a_stay_that_runs_over_is_charged_and_told_as_it_grows() {
    let dir = tempfile::tempdir().unwrap();
    let (rig, offer, booked) = stay(dir.path(), LeaveRule::default()).await;
    for (minutes, cents) in [(121, 300), (122, 310), (136, 310), (137, 385), (152, 460)] {
        rig.at(minutes).await;
        rig.at(minutes).await;
        assert_eq!(owed(&rig, &booked).await, cents, "{minutes}");
    }
    let told = rig.events(&booked).await;
    let told: Vec<_> = told[3..].iter().map(|e| (&*e.0, &*e.1, e.2)).collect();
    let lines = [("overstay", "clock", 10), ("overstay", "clock", 75)];
    assert_eq!(told[..2], lines);
    rig.clock.set(NOW.plus(160 * MINUTE));
    let gone = rig.step(&booked, DriverAct::Depart).await.unwrap();
    assert_eq!((gone.state, gone.owed_cents), (Completed, 300 + 200));
    assert_eq!(owed(&rig, &booked).await, 500);
    assert_eq!(rig.brought(&offer).await, 500);
    assert_eq!(rig.sum((Party::Owner, "acme")).await, 500);
}

#[tokio::test]
async fn a_sensor_that_is_stuck_costs_no_more_than_the_longest_overstay() {
    let dir = tempfile::tempdir().unwrap();
    let leave = LeaveRule {
        max_overstay_min: 30,
        ..LeaveRule::default()
    };
    let (rig, _, booked) = stay(dir.path(), leave).await;
    rig.at(149).await;
    assert_eq!(rig.now(&booked).await.state, Active);
    rig.at(150).await;
    let over = rig.now(&booked).await;
    let end = booked.span.end.plus(30 * MINUTE);
    assert_eq!((over.state, over.departed_at), (Completed, Some(end)));
    for minutes in (200..2000).step_by(100) {
        rig.at(minutes).await;
        rig.sees(0, BayStatus::Occupied);
    }
    rig.sees(0, BayStatus::Vacant);
    rig.at(2010).await;
    assert_eq!(owed(&rig, &booked).await, 300 + 150);
    let last = rig.events(&booked).await.pop();
    assert_eq!(
        last.map(|e| (e.0, e.1)),
        Some(("completed".into(), "clock".into()))
    );
    assert!(rig.hold(2010, 2070).await.is_ok(), "the bay is free");
}

#[tokio::test]
async fn a_hub_that_was_away_charges_all_at_once_and_no_more_than_the_longest() {
    let dir = tempfile::tempdir().unwrap();
    let (rig, _, booked) = stay(dir.path(), LeaveRule::default()).await;
    rig.at(165).await;
    assert_eq!(owed(&rig, &booked).await, 300 + 225);
    rig.at(6000).await;
    assert_eq!(owed(&rig, &booked).await, 300 + 600);
    assert_eq!(rig.now(&booked).await.state, Completed);
    let none = LeaveRule {
        max_overstay_min: 0,
        ..LeaveRule::default()
    };
    let dir = tempfile::tempdir().unwrap();
    let (rig, _, booked) = stay(dir.path(), none).await;
    rig.at(120).await;
    assert_eq!(rig.now(&booked).await.state, Completed);
    assert_eq!(owed(&rig, &booked).await, 300);
}

#[tokio::test]
async fn what_was_charged_stands_where_the_sensor_falls_silent() {
    let dir = tempfile::tempdir().unwrap();
    let (rig, _, booked) = stay(dir.path(), LeaveRule::default()).await;
    rig.at(137).await;
    rig.sees(0, BayStatus::Unknown);
    rig.at(150).await;
    let over = rig.now(&booked).await;
    let seen = booked.span.end.plus(17 * MINUTE);
    assert_eq!((over.state, over.departed_at), (Completed, Some(seen)));
    assert_eq!(owed(&rig, &booked).await, 300 + 85);
}

#[tokio::test]
async fn who_leaves_early_by_the_apps_word_gets_the_owners_part_of_the_rest() {
    let half = LeaveRule {
        early_refund_percent: 50,
        ..LeaveRule::default()
    };
    for (leave, minutes, back) in [
        (half, 80, 100),
        (half, 119, 2),
        (half, 125, -25),
        (LeaveRule::default(), 80, 0),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let (rig, offer, booked) = stay(dir.path(), leave).await;
        rig.clock.set(NOW.plus(minutes * MINUTE));
        let gone = rig.step(&booked, DriverAct::Depart).await.unwrap();
        assert_eq!((gone.state, gone.owed_cents), (Completed, 300 - back));
        let line = named("completed", "driver", -back);
        assert_eq!(rig.events(&booked).await.pop(), Some(line));
        let again = rig.step(&booked, DriverAct::Depart).await.unwrap();
        assert_eq!(again.owed_cents, 300 - back, "once");
        assert_eq!(rig.brought(&offer).await, owed(&rig, &booked).await);
    }
    let dir = tempfile::tempdir().unwrap();
    let (rig, _, booked) = stay(dir.path(), half).await;
    rig.sees(0, BayStatus::Vacant);
    rig.at(100).await;
    assert_eq!(rig.now(&booked).await.state, Completed);
    assert_eq!(owed(&rig, &booked).await, 300, "the app has not said so");
}

#[tokio::test]
async fn an_owner_gives_up_a_booking_and_its_driver_owes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(dir.path(), Matching::Batch).await;
    let offer = rig.offer(0, 0, 600, |_| {}).await;
    let other = rig.offer(3, 0, 600, |_| {}).await;
    let booked = rig.book(60, 120).await;
    let newest = rig.desk.newest().await.unwrap();
    let mut following = Following::new(rig.desk.clone(), "app".into(), newest).unwrap();
    let give_up = async |offer: &Offer, r: &Reservation| {
        rig.desk.cancel_by_owner(offer, r.name.to_string()).await
    };
    assert_eq!(give_up(&other, &booked).await, Err(DeskError::NoSuch));
    let gone = give_up(&offer, &booked).await.unwrap();
    assert_eq!((gone.state, gone.owed_cents), (Cancelled, 0));
    assert_eq!(give_up(&offer, &booked).await.as_ref(), Ok(&gone));
    let told = following.news().await.unwrap();
    let told: Vec<_> = told.iter().map(|e| (&*e.event, &*e.cause)).collect();
    assert_eq!(told, [("cancelled", "owner")]);
    assert_eq!(rig.sum((Party::Owner, "acme")).await, 0);

    let held = rig.hold(60, 120).await.unwrap();
    assert_eq!(give_up(&offer, &held).await.unwrap().state, Cancelled);
    let there = rig.book(60, 120).await;
    rig.at(60).await;
    rig.step(&there, DriverAct::Arrive).await.unwrap();
    assert_eq!(give_up(&offer, &there).await, Err(DeskError::UnderWay));
    rig.step(&there, DriverAct::Depart).await.unwrap();
    let over = give_up(&offer, &there).await;
    assert_eq!(over, Err(DeskError::Step(StepError::Over(Completed))));
    let late = rig.book(200, 260).await;
    rig.clock.set(NOW.plus(260 * MINUTE));
    let ended = Err(DeskError::Step(StepError::Ended(late.span.end)));
    assert_eq!(give_up(&offer, &late).await, ended);
    assert_eq!(owed(&rig, &late).await, 300);
}
