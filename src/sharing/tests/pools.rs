//! Pools: so many places of a zone, none of them by name.

use super::*;
use crate::domain::pool::{Pool, PoolSeat};
use crate::domain::{CancelRule, LeaveRule, Promise, ReservationState, Risk};

impl DeskRig {
    /// So many places of `P` between two minutes from [`NOW`].
    pub(super) async fn pool(&self, places: u32, from: u64, to: u64) -> Result<Offer, DeskError> {
        self.pool_of("P", places, from, to, |_| {}).await
    }

    pub(super) async fn pool_of(
        &self,
        zone: &str,
        places: u32,
        from: u64,
        to: u64,
        edit: impl FnOnce(&mut Offer),
    ) -> Result<Offer, DeskError> {
        let mut offer = blank(from, to);
        offer.bay = "".into();
        offer.pool = Some(Pool {
            zone: zone.into(),
            places,
        });
        edit(&mut offer);
        self.desk.add_offer(offer).await
    }

    pub(super) async fn resize(&self, offer: Offer, places: u32) -> Result<Offer, DeskError> {
        let zone = offer.pool.clone().unwrap().zone;
        let pool = Some(Pool { zone, places });
        self.desk.put_offer(Offer { pool, ..offer }).await
    }
}

pub(super) fn seat(r: &Reservation) -> u32 {
    PoolSeat::read(&r.bay).unwrap().number.unwrap()
}

#[tokio::test]
async fn no_more_have_a_place_at_a_time_than_there_are() {
    let folder = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(folder.path(), Matching::Batch).await;
    let offer = rig.pool(3, 0, 1000).await.unwrap();
    assert!(offer.bay.starts_with("~P~of_"), "{}", offer.bay);
    let mut all = Vec::new();
    for _ in 0..3 {
        let r = rig.book(10, 70).await;
        assert_eq!(
            (r.offer, r.walk_m, r.price_cents),
            (offer.id, r.walk_m, 300)
        );
        all.push(seat(&r));
    }
    assert_eq!(all, [1, 2, 3]);
    let full = rig.hold(40, 100).await.unwrap_err();
    assert_eq!(full, DeskError::NoMatch(Why::Full));
    assert_eq!(seat(&rig.book(70, 100).await), 1, "then one is free again");
}

#[tokio::test]
async fn who_fits_at_each_moment_gets_a_place_though_others_have_to_change_seats() {
    let folder = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(folder.path(), Matching::Batch).await;
    rig.pool(2, 0, 1000).await.unwrap();
    let first = rig.book(0, 100).await;
    let second = rig.book(0, 50).await;
    let third = rig.book(100, 200).await;
    // Seats 1 and 1 again, and 2: from 50 to 200 at each moment one is free, and none all the time.
    assert_eq!((seat(&first), seat(&second), seat(&third)), (1, 2, 1));
    let fourth = rig.book(50, 100).await;
    let fifth = rig.book(100, 200).await;
    assert_eq!((seat(&fourth), seat(&fifth)), (2, 2));
    let given_up = rig.step(&third, DriverAct::Cancel).await.unwrap();
    assert_eq!(given_up.state, ReservationState::Cancelled);
    rig.step(&fourth, DriverAct::Cancel).await.unwrap();
    let long = rig.book(60, 150).await;
    let moved = rig.now(&fifth).await;
    assert_ne!(seat(&moved), seat(&long));
    assert_eq!((moved.moved, moved.moves, moved.owed_cents), (None, 0, 500));
    assert_eq!(
        rig.events(&fifth).await.len(),
        2,
        "of a seat nobody is told anything"
    );
    assert_eq!(
        rig.hold(60, 70).await.unwrap_err(),
        DeskError::NoMatch(Why::Full)
    );
}

#[tokio::test]
async fn a_place_is_kept_and_paid_for_as_a_bay_is() {
    let folder = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(folder.path(), Matching::Batch).await;
    let leave = LeaveRule {
        early_refund_percent: 50,
        ..LeaveRule::default()
    };
    let edit = |o: &mut Offer| o.rules.leave = leave;
    rig.pool_of("P", 1, 0, 1000, edit).await.unwrap();
    let r = rig.book(10, 70).await;
    let early = rig.step(&r, DriverAct::Depart).await.unwrap_err();
    assert!(matches!(early, DeskError::Step(_)));
    rig.at(10).await;
    let r = rig.step(&r, DriverAct::Arrive).await.unwrap();
    assert_eq!(r.state, ReservationState::Active);
    let longer = DriverAct::Extend(NOW.plus(130 * MINUTE), None);
    let r = rig.step(&r, longer).await.unwrap();
    assert_eq!((r.price_cents, r.owed_cents), (600, 600));
    rig.at(100).await;
    let r = rig.step(&r, DriverAct::Depart).await.unwrap();
    assert_eq!((r.state, r.owed_cents), (ReservationState::Completed, 525));
    rig.at(110).await;
    let back = rig.step(&r, DriverAct::Arrive).await.unwrap_err();
    assert!(matches!(back, DeskError::Step(_)), "he has got money back");
    let again = rig.book(120, 180).await;
    assert_eq!(again.state, ReservationState::Confirmed);
    assert!(rig.told.lock().unwrap().is_empty(), "no bay is reported");
    rig.assert_it_adds_up("acme", "app").await;
}

#[tokio::test]
async fn a_stay_is_made_longer_also_where_that_needs_another_seat() {
    let folder = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(folder.path(), Matching::Batch).await;
    rig.pool(2, 0, 1000).await.unwrap();
    let one = rig.book(10, 70).await;
    let next = rig.book(70, 130).await;
    assert_eq!((seat(&one), seat(&next)), (1, 1));
    let until = |minutes| DriverAct::Extend(NOW.plus(minutes * MINUTE), None);
    let longer = rig.step(&one, until(100)).await.unwrap();
    assert_eq!((seat(&longer), longer.span), (2, span(10, 100)));
    let other = rig.book(100, 160).await;
    assert_eq!(seat(&other), 2);
    // Now both seats are taken from 100 on.
    let no = rig.step(&longer, until(110)).await.unwrap_err();
    assert_eq!(no, DeskError::NoMatch(Why::Full));
    assert_eq!(rig.now(&longer).await.span, span(10, 100));
    rig.step(&other, DriverAct::Cancel).await.unwrap();
    let far = rig.book(140, 200).await;
    assert_eq!(seat(&far), 1);
    rig.step(&longer, until(200)).await.unwrap();
    rig.assert_it_adds_up("acme", "app").await;
}

#[tokio::test]
async fn nobody_is_taken_to_have_come_or_gone_by_what_is_seen_of_the_zones_bays() {
    let folder = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(folder.path(), Matching::Batch).await;
    rig.pool(2, 0, 1000).await.unwrap();
    for bay in 0..6 {
        rig.sees(bay, BayStatus::Occupied);
    }
    let r = rig.book(0, 60).await;
    for bay in 0..6 {
        rig.sees(bay, BayStatus::Vacant);
    }
    rig.at(16).await;
    let asked = rig.now(&r).await;
    assert_eq!(asked.state, ReservationState::Confirmed);
    assert_eq!(asked.at_risk, Some(Risk::Silent), "his app is asked");
    let there = rig.step(&r, DriverAct::Arrive).await.unwrap();
    assert_eq!(there.at_risk, None);
    rig.at(60).await;
    let over = rig.now(&r).await;
    assert_eq!(
        (over.state, over.owed_cents),
        (ReservationState::Completed, 300)
    );
    let missed = rig.book(100, 160).await;
    rig.at(160).await;
    assert_eq!(rig.now(&missed).await.state, ReservationState::NoShow);
}

#[tokio::test]
async fn a_driver_who_finds_the_car_park_full_gets_another_bay_not_another_place_there() {
    let folder = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(folder.path(), Matching::Batch).await;
    rig.pool(3, 0, 1000).await.unwrap();
    let r = rig.book(0, 60).await;
    let back = rig.step(&r, DriverAct::Taken).await.unwrap();
    assert_eq!(
        (back.state, back.owed_cents),
        (ReservationState::Cancelled, 0)
    );
    let r = rig.book(0, 60).await;
    rig.offer(0, 0, 1000, |_| {}).await;
    let moved = rig.step(&r, DriverAct::Taken).await.unwrap();
    assert_eq!(
        (&*moved.bay, moved.state),
        ("P-0", ReservationState::Confirmed)
    );
    assert_eq!(moved.owed_cents, 300);
    rig.assert_it_adds_up("acme", "app").await;
}

#[tokio::test]
async fn what_was_given_up_late_is_not_given_back_since_nothing_is_sold_again() {
    let folder = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(folder.path(), Matching::Batch).await;
    let cancel = CancelRule {
        free_min: 60,
        fee_percent: 50,
    };
    let edit = |o: &mut Offer| o.rules.cancel = cancel;
    rig.pool_of("P", 2, 0, 1000, edit).await.unwrap();
    let late = rig.book(30, 90).await;
    let late = rig.step(&late, DriverAct::Cancel).await.unwrap();
    assert_eq!(late.owed_cents, 150);
    let next = rig.book(30, 90).await;
    rig.at(30).await;
    rig.step(&next, DriverAct::Arrive).await.unwrap();
    rig.at(90).await;
    assert_eq!(rig.now(&late).await.owed_cents, 150);
}

#[tokio::test]
async fn a_desk_that_is_started_again_knows_its_pools() {
    let folder = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(folder.path(), Matching::Batch).await;
    rig.pool(2, 0, 1000).await.unwrap();
    let first = rig.book(10, 70).await;
    let other = DeskRig::on(rig.store.clone(), Matching::Batch, rig.clock.clone()).await;
    let second = other.book(10, 70).await;
    assert_eq!((seat(&first), seat(&second)), (1, 2));
    assert_eq!(
        other.hold(10, 70).await.unwrap_err(),
        DeskError::NoMatch(Why::Full)
    );
    let again = DeskRig::on(rig.store.clone(), Matching::Batch, rig.clock.clone()).await;
    assert_eq!(again.now(&first).await, rig.now(&first).await);
    assert_eq!(
        again.hold(10, 70).await.unwrap_err(),
        DeskError::NoMatch(Why::Full)
    );
}

#[tokio::test]
async fn several_who_want_a_place_at_once_all_get_one_of_those_there_are() {
    let folder = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(folder.path(), Matching::Batch).await;
    rig.pool(3, 0, 1000).await.unwrap();
    let one = || rig.desk.ask(ask(0, 60));
    let answers = tokio::join!(one(), one(), one(), one(), one());
    let answers: [_; 5] = answers.into();
    let got = answers.iter().filter(|answer| answer.is_ok()).count();
    assert_eq!(got, 3);
}

#[tokio::test]
async fn a_pool_is_for_cars_without_needs_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(folder.path(), Matching::Batch).await;
    rig.pool(3, 0, 1000).await.unwrap();
    let plain = ask(0, 60).vehicle;
    for vehicle in [
        Vehicle { ev: true, ..plain },
        Vehicle {
            accessible: true,
            ..plain
        },
        Vehicle {
            kind: BayKind::Heavy,
            ..plain
        },
    ] {
        let no = rig
            .desk
            .ask(Ask {
                vehicle,
                ..ask(0, 60)
            })
            .await
            .unwrap_err();
        assert_eq!(no, DeskError::NoMatch(Why::Vehicle));
    }
}

/// What is told first stands, whatever others do with their seats.
#[tokio::test]
async fn the_answer_to_a_key_is_the_same_after_a_change_of_seats() {
    let folder = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(folder.path(), Matching::Batch).await;
    rig.pool(2, 0, 1000).await.unwrap();
    let keyed = Ask {
        key: Some(("k".into(), said(b"x"))),
        ..ask(10, 70)
    };
    let held = rig.desk.ask(keyed.clone()).await.unwrap();
    assert_eq!(rig.desk.ask(keyed).await.unwrap(), held);
    let Promise { walk_m, .. } = held.promise;
    assert_eq!(walk_m, held.walk_m);
}
