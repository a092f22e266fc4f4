//! What time and sensors bring.

use super::*;
use crate::domain::ReservationState::{
    Active, Cancelled, Completed, Confirmed, Expired, Held, NoShow,
};

#[tokio::test]
async fn a_hold_expires_at_its_deadline_and_never_comes_back() {
    let dir = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(dir.path(), Matching::Batch).await;
    rig.offer(0, 0, 600, |_| {}).await;
    let held = rig.hold(60, 120).await.unwrap();
    rig.clock.set(held.expires_at);
    let late = rig.step(&held, DriverAct::Confirm).await.unwrap_err();
    assert!(
        late.to_string().contains("expired"),
        "before any tick: {late}"
    );
    rig.at(3).await;
    assert_eq!(rig.now(&held).await.state, Expired);
    assert!(rig.step(&held, DriverAct::Confirm).await.is_err());
    assert_eq!(
        rig.events(&held).await,
        [named("held", "driver", 0), named("expired", "clock", 0)]
    );
    rig.hold(60, 120).await.expect("the bay is free again");
}

#[tokio::test]
async fn holds_that_end_together_are_free_after_one_tick_however_many() {
    let dir = tempfile::tempdir().unwrap();
    let usual = store::Config::default();
    let store = Store::open(&usual, dir.path()).await.unwrap();
    let limits = limits::Config {
        shares: false,
        ..limits::Config::default()
    };
    let clock = Arc::new(ManualClock::at(NOW));
    let rig = DeskRig::within(limits, store, Matching::FirstCome, clock).await;
    rig.offer(0, 0, 100_000, |_| {}).await;
    let mut held = Vec::new();
    for n in 0..600 {
        held.push(rig.hold(60 + 20 * n, 70 + 20 * n).await.unwrap());
    }
    rig.at(2).await;
    assert_eq!(rig.now(&held[0]).await.state, Held);
    rig.at(3).await;
    for r in &held {
        assert_eq!(rig.now(r).await.state, Expired);
        let expired = [named("held", "driver", 0), named("expired", "clock", 0)];
        assert_eq!(rig.events(r).await, expired);
    }
    assert_eq!(rig.metrics.share.holds.get(), 0);
    assert_eq!(rig.metrics.share.set_aside.get(), 0);
}

#[tokio::test]
async fn a_reservation_that_cannot_be_helped_keeps_nobody_else_waiting() {
    let dir = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(dir.path(), Matching::FirstCome).await;
    rig.offer(0, 0, 600, |_| {}).await;
    let mut held = Vec::new();
    for n in 0..5 {
        held.push(rig.hold(60 * n, 60 * n + 50).await.unwrap());
    }
    let sick = &held[2];
    rig.store.refuse_to_end(&sick.name).await;
    rig.at(3).await;
    for r in held.iter().filter(|r| r.id != sick.id) {
        assert_eq!(rig.now(r).await.state, Expired);
    }
    assert_eq!(
        (rig.now(sick).await, rig.metrics.share.set_aside.get()),
        (sick.clone(), 1)
    );
    // It is not tried again at every tick.
    rig.desk.tick().await.unwrap();
    assert_eq!(rig.metrics.share.set_aside.get(), 1);
    rig.at(4).await;
    assert_eq!(rig.metrics.share.set_aside.get(), 2);
    rig.hold(60, 110).await.expect("requests go on");
    rig.store.let_end().await;
    rig.at(5).await;
    assert_eq!(rig.now(sick).await.state, Expired);
}

#[tokio::test]
async fn a_bay_whose_hold_is_over_is_free_before_any_tick() {
    let dir = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(dir.path(), Matching::FirstCome).await;
    rig.offer(0, 0, 600, |_| {}).await;
    let held = rig.hold(60, 120).await.unwrap();
    rig.clock.set(Millis(held.expires_at.0 - 1));
    assert_eq!(rig.hold(60, 120).await, Err(DeskError::NoMatch(Why::Full)));
    rig.clock.set(held.expires_at);
    rig.hold(60, 120).await.expect("its time is over");
    assert_eq!(rig.now(&held).await.state, Expired);
}

#[tokio::test]
async fn who_does_not_come_loses_the_bay_after_the_time_of_grace() {
    let dir = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(dir.path(), Matching::Batch).await;
    rig.offer(0, 0, 600, |_| {}).await;
    rig.sees(0, BayStatus::Vacant);
    let booked = rig.book(60, 120).await;
    rig.at(74).await;
    assert_eq!(rig.now(&booked).await.state, Confirmed);
    rig.at(75).await;
    assert_eq!(rig.now(&booked).await.state, NoShow);
    let events = [
        named("held", "driver", 0),
        named("confirmed", "driver", 300),
        named("no_show", "clock", 0),
    ];
    assert_eq!(rig.events(&booked).await, events);
    assert_eq!(
        rig.hold(75, 110).await.unwrap().bay,
        booked.bay,
        "released for the rest of it"
    );
}

#[tokio::test]
async fn a_sensor_sees_the_driver_come_and_go() {
    let dir = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(dir.path(), Matching::Batch).await;
    rig.offer(0, 0, 600, |_| {}).await;
    rig.sees(0, BayStatus::Vacant);
    let booked = rig.book(60, 120).await;
    rig.at(49).await;
    assert_eq!(rig.nearby(), ["P-0"]);
    rig.at(50).await;
    assert!(
        rig.nearby().is_empty(),
        "kept for the driver from ten minutes before"
    );
    rig.clock.set(NOW.plus(57 * MINUTE));
    rig.sees(0, BayStatus::Occupied);
    rig.at(58).await;
    let there = rig.now(&booked).await;
    assert_eq!(
        (there.state, there.arrived_at),
        (Active, Some(NOW.plus(57 * MINUTE)))
    );
    rig.at(70).await;
    rig.sees(0, BayStatus::Vacant);
    rig.at(71).await;
    assert_eq!(rig.now(&booked).await.state, Active, "it may be an error");
    rig.at(72).await;
    let gone = rig.now(&booked).await;
    assert_eq!(
        (gone.state, gone.departed_at),
        (Completed, Some(NOW.plus(70 * MINUTE)))
    );
    assert_eq!(rig.nearby(), ["P-0"]);
    let first = named("active", "sensor", 0);
    let last = named("completed", "sensor", 0);
    assert_eq!(rig.events(&booked).await[2..], [first, last]);
}

#[tokio::test]
async fn an_app_that_is_faster_than_the_sensor_does_not_end_the_stay() {
    let dir = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(dir.path(), Matching::Batch).await;
    rig.offer(0, 0, 600, |_| {}).await;
    let booked = rig.book(60, 120).await;
    rig.at(60).await;
    rig.step(&booked, DriverAct::Arrive).await.unwrap();
    rig.at(61).await;
    rig.sees(0, BayStatus::Vacant);
    rig.at(62).await;
    assert_eq!(
        rig.now(&booked).await.state,
        Active,
        "it has not seen the vehicle yet"
    );
    rig.sees(0, BayStatus::Occupied);
    rig.at(63).await;
    rig.sees(0, BayStatus::Vacant);
    rig.at(64).await;
    assert_eq!(rig.now(&booked).await.state, Active);
    rig.at(65).await;
    assert_eq!(rig.now(&booked).await.state, Completed);
}

#[tokio::test]
async fn where_nobody_looks_a_stay_ends_with_its_time_and_costs_no_more() {
    let dir = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(dir.path(), Matching::Batch).await;
    rig.offer(0, 0, 600, |o| o.rules.buffer_min = 10).await;
    let booked = rig.book(60, 120).await;
    rig.at(60).await;
    rig.step(&booked, DriverAct::Arrive).await.unwrap();
    rig.at(129).await;
    assert_eq!(rig.now(&booked).await.state, Active);
    rig.at(130).await;
    let over = rig.now(&booked).await;
    assert_eq!(
        (over.state, over.departed_at),
        (Completed, Some(booked.span.end))
    );
    assert_eq!(rig.events(&booked).await[3], named("completed", "clock", 0));
}

#[tokio::test]
async fn who_overstays_pays_more_and_the_next_driver_gets_another_bay_and_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(dir.path(), Matching::Batch).await;
    rig.offer(0, 0, 600, |_| {}).await;
    let first = rig.book(60, 120).await;
    let next = rig.book(120, 180).await;
    rig.offer(1, 0, 600, |o| o.price = Price::PerHour(200))
        .await;
    rig.at(60).await;
    rig.step(&first, DriverAct::Arrive).await.unwrap();
    rig.sees(0, BayStatus::Occupied);
    rig.at(121).await;
    assert_eq!(
        &*rig.now(&next).await.bay,
        "P-0",
        "two minutes are forgiven"
    );
    rig.at(122).await;
    let told = rig.now(&next).await;
    assert_eq!(
        (&*told.bay, told.price_cents, told.state),
        ("P-1", 200, Confirmed)
    );
    let moved = told.moved.unwrap();
    assert_eq!((&*moved.from, moved.taken), ("P-0", true));
    assert_eq!(
        rig.events(&next).await[2..],
        [named("moved", "hub", -300), named("moved", "hub", 200)],
        "never dearer, and cheaper if it is"
    );
    rig.clock.set(NOW.plus(132 * MINUTE));
    let gone = rig.step(&first, DriverAct::Depart).await.unwrap();
    assert_eq!(gone.state, Completed);
    let told = named("overstay", "clock", 10);
    let rest = named("completed", "driver", 50);
    assert_eq!(rig.events(&first).await[3..], [told, rest]);
}

#[tokio::test]
async fn a_driver_for_whom_there_is_no_other_bay_gets_the_money_back() {
    let dir = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(dir.path(), Matching::Batch).await;
    rig.offer(0, 0, 600, |_| {}).await;
    let first = rig.book(60, 120).await;
    let next = rig.book(120, 180).await;
    // It would do, but costs more than was promised.
    rig.offer(1, 0, 600, |o| o.price = Price::PerHour(301))
        .await;
    rig.at(60).await;
    rig.step(&first, DriverAct::Arrive).await.unwrap();
    rig.at(61).await;
    rig.sees(0, BayStatus::Occupied);
    rig.at(122).await;
    assert_eq!(rig.now(&next).await.state, Cancelled);
    assert_eq!(rig.events(&next).await[2], named("cancelled", "hub", -300));
}

#[tokio::test]
async fn a_stranger_in_the_bay_before_its_time_sends_the_driver_elsewhere() {
    let dir = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(dir.path(), Matching::Batch).await;
    rig.offer(0, 0, 600, |_| {}).await;
    let booked = rig.book(60, 120).await;
    rig.at(40).await;
    rig.sees(0, BayStatus::Occupied);
    rig.at(51).await;
    assert_eq!(
        (&*rig.now(&booked).await.bay, rig.now(&booked).await.state),
        ("P-0", Confirmed),
        "there is no other"
    );
    rig.offer(2, 0, 600, |_| {}).await;
    rig.at(52).await;
    assert_eq!(
        (&*rig.now(&booked).await.bay, rig.now(&booked).await.state),
        ("P-2", Confirmed)
    );
}
