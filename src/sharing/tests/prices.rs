//! Stays at one price and by the month: what running over, leaving early and giving up come to, and
//! what the store keeps.

use super::*;
use crate::domain::ReservationState::{Cancelled, Completed};
use crate::domain::{CancelRule, LeaveRule};

/// `P-0` at a price, booked for the second hour by somebody who is seen there.
async fn stay(folder: &Path, price: Price, leave: LeaveRule) -> (DeskRig, Offer, Reservation) {
    let rig = DeskRig::new(folder, Matching::Batch).await;
    let edit = |o: &mut Offer| (o.price, o.rules.leave) = (price, leave);
    let offer = rig.offer(0, 0, 600_000, edit).await;
    let booked = rig.book(60, 120).await;
    rig.at(60).await;
    rig.step(&booked, DriverAct::Arrive).await.unwrap();
    rig.sees(0, BayStatus::Occupied);
    (rig, offer, booked)
}

#[tokio::test]
async fn running_over_costs_by_the_time_what_the_stay_did() {
    let dir = tempfile::tempdir().unwrap();
    let price = Price::PerStay(700);
    let (rig, offer, booked) = stay(dir.path(), price, LeaveRule::default()).await;
    assert_eq!(booked.price_cents, 700);
    rig.at(137).await;
    rig.clock.set(NOW.plus(150 * MINUTE));
    let gone = rig.step(&booked, DriverAct::Depart).await.unwrap();
    assert_eq!((gone.state, gone.owed_cents), (Completed, 700 + 350));
    assert_eq!(rig.brought(&offer).await, 1050);
}

#[tokio::test]
async fn leaving_early_gives_back_the_owners_part_of_the_time_that_is_left() {
    let leave = LeaveRule {
        early_refund_percent: 50,
        ..LeaveRule::default()
    };
    // 1.00 for each day of a month of 30, one of them begun.
    for (price, cents, back) in [
        (Price::PerStay(700), 700, 175),
        (Price::PerMonth(3_000), 100, 25),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let (rig, _, booked) = stay(dir.path(), price, leave).await;
        assert_eq!(booked.price_cents, cents);
        rig.clock.set(NOW.plus(90 * MINUTE));
        let gone = rig.step(&booked, DriverAct::Depart).await.unwrap();
        assert_eq!((gone.state, gone.owed_cents), (Completed, cents - back));
    }
}

#[tokio::test]
async fn giving_up_costs_the_owners_part_of_whatever_price() {
    let dir = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(dir.path(), Matching::Batch).await;
    let half = CancelRule {
        free_min: 120,
        fee_percent: 50,
    };
    let edit = |o: &mut Offer| (o.price, o.rules.cancel) = (Price::PerMonth(30_000), half);
    rig.offer(0, 0, 600_000, edit).await;
    // From NOW's time of day, two days of November.
    let booked = rig.book(60, 60 + 2 * 1440).await;
    assert_eq!(booked.price_cents, 2_000);
    let gone = rig.step(&booked, DriverAct::Cancel).await.unwrap();
    assert_eq!((gone.state, gone.owed_cents), (Cancelled, 1_000));
}

#[tokio::test]
async fn what_was_booked_by_one_price_stands_when_the_offer_has_another() {
    let dir = tempfile::tempdir().unwrap();
    let price = Price::PerHour(300);
    let (rig, offer, booked) = stay(dir.path(), price, LeaveRule::default()).await;
    let stay = Price::PerStay(100);
    let next = Offer {
        price: stay,
        ..offer
    };
    let next = rig.desk.put_offer(next).await.unwrap();
    assert_eq!(
        rig.desk.offer(&next.name, "acme").await.unwrap().price,
        stay
    );
    assert_eq!(rig.now(&booked).await.price_cents, 300);
    assert_eq!(rig.book(200, 400).await.price_cents, 100);
}
