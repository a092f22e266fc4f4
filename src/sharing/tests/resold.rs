//! Bays that are sold again, stays in another money, and hubs that have just begun.

use super::*;
use crate::domain::ReservationState::{Active, NoShow};

#[tokio::test]
async fn each_piece_of_a_time_that_was_not_used_is_given_back_once_however_often_it_is_sold() {
    let dir = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(dir.path(), Matching::Batch).await;
    rig.offer(0, 0, 600, |_| {}).await;
    rig.sees(0, BayStatus::Vacant);
    let missed = rig.book(60, 300).await;
    rig.at(75).await;
    assert_eq!(rig.now(&missed).await.state, NoShow);
    // Two who pay for the same hour and leave after minutes.
    for from in [80, 90] {
        let other = rig.book(from, 140).await;
        rig.at(from).await;
        rig.step(&other, DriverAct::Arrive).await.unwrap();
        rig.at(from + 5).await;
        rig.step(&other, DriverAct::Depart).await.unwrap();
        assert_eq!(rig.now(&missed).await.owed_cents, 900);
    }
}

#[tokio::test]
async fn of_a_fee_the_part_of_the_time_that_is_sold_again_is_given_back() {
    let dir = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(dir.path(), Matching::Batch).await;
    let half = crate::domain::CancelRule {
        free_min: 600,
        fee_percent: 50,
    };
    rig.offer(0, 0, 600, |o| o.rules.cancel = half).await;
    let late = rig.book(60, 180).await;
    let late = rig.step(&late, DriverAct::Cancel).await.unwrap();
    assert_eq!(late.owed_cents, 300);
    let other = rig.book(60, 120).await;
    rig.at(60).await;
    rig.step(&other, DriverAct::Arrive).await.unwrap();
    rig.at(120).await;
    rig.step(&other, DriverAct::Depart).await.unwrap();
    assert_eq!(rig.now(&late).await.owed_cents, 150);
}

#[tokio::test]
async fn a_stay_is_not_made_longer_in_another_money() {
    let dir = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(dir.path(), Matching::Batch).await;
    let offer = rig.offer(0, 0, 600, |_| {}).await;
    let booked = rig.book(60, 120).await;
    let currency = Currency::parse("JPY").unwrap();
    rig.desk
        .put_offer(Offer { currency, ..offer })
        .await
        .unwrap();
    let longer = DriverAct::Extend(booked.span.end.plus(MINUTE), None);
    let no = rig.step(&booked, longer).await;
    assert_eq!(no, Err(DeskError::NoMatch(Why::Currency)));
}

#[tokio::test]
async fn a_hub_that_has_just_begun_takes_no_silence_for_an_answer() {
    let dir = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(dir.path(), Matching::Batch).await;
    rig.offer(0, 0, 600, |_| {}).await;
    rig.offer(1, 0, 600, |_| {}).await;
    rig.sees(1, BayStatus::Vacant);
    let there = rig.book(60, 120).await;
    let late = rig.book(60, 180).await;
    rig.at(60).await;
    rig.step(&there, DriverAct::Arrive).await.unwrap();
    rig.sees(0, BayStatus::Occupied);
    // It is killed, and begins anew with nothing replayed yet.
    rig.clock.set(NOW.plus(130 * MINUTE));
    let next = DeskRig::on(rig.store.clone(), Matching::Batch, rig.clock.clone()).await;
    next.sees(1, BayStatus::Vacant);
    next.at(130).await;
    assert_eq!(next.now(&there).await.state, Active);
    assert_ne!(next.now(&late).await.state, NoShow);
    next.sees(0, BayStatus::Occupied);
    next.sees(1, BayStatus::Occupied);
    next.at(132).await;
    assert_eq!(next.now(&there).await.state, Active);
    assert_eq!(next.now(&late).await.state, Active);
}
