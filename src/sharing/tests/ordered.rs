//! The authority closes bays that are booked or on offer.

use super::*;
use crate::domain::Affects;
use crate::domain::ReservationState::{Active, Cancelled, Completed, Confirmed};
use crate::domain::closure::{ClosedSpan, Closing};

impl DeskRig {
    /// `P-0` and so on, or all of `P`, closed between two minutes from [`NOW`]; `None`: until it is ended.
    fn close(&self, bays: Option<&[u32]>, from: u64, to: Option<u64>) {
        self.close_to(Affects::NewArrivals, bays, from, to);
    }

    /// The same, and who stands there is to leave.
    fn clear(&self, bays: Option<&[u32]>, from: u64, to: Option<u64>) {
        self.close_to(Affects::All, bays, from, to);
    }

    fn close_to(&self, affects: Affects, bays: Option<&[u32]>, from: u64, to: Option<u64>) {
        let zone = self.registry.zone("P").unwrap();
        let span = Span {
            start: NOW.plus(from * MINUTE),
            end: to.map_or(Millis::MAX, |to| NOW.plus(to * MINUTE)),
        };
        let closing = Closing {
            span,
            order: 0,
            affects,
        };
        let bay = |bay: &u32| self.registry.bay(&format!("P-{bay}"));
        let of = |bay| ClosedSpan { zone, bay, closing };
        let closed = bays.map_or_else(
            || vec![of(None)],
            |all| all.iter().map(|b| of(bay(b))).collect(),
        );
        self.closures.set(closed);
    }
}

#[tokio::test]
async fn who_has_booked_a_bay_that_is_closed_then_gets_another_at_once_or_the_money() {
    let dir = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(dir.path(), Matching::Batch).await;
    rig.offer(0, 0, 3_000, |_| {}).await;
    rig.offer(1, 0, 3_000, |_| {}).await;
    let booked = rig.book(600, 660).await;
    assert_eq!(&*booked.bay, "P-0");
    rig.close(Some(&[0]), 300, Some(600));
    rig.at(1).await;
    assert_eq!(&*rig.now(&booked).await.bay, "P-0", "open again by then");
    rig.close(Some(&[0]), 300, Some(601));
    rig.at(2).await;
    assert_eq!(&*rig.now(&booked).await.bay, "P-1");
    rig.close(None, 300, Some(700));
    rig.at(3).await;
    let back = rig.now(&booked).await;
    assert_eq!((back.state, back.owed_cents), (Cancelled, 0));
}

#[tokio::test]
async fn nobody_gets_a_bay_for_a_time_in_which_it_is_closed() {
    let dir = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(dir.path(), Matching::Batch).await;
    rig.offer(0, 0, 3_000, |_| {}).await;
    rig.close(Some(&[0]), 100, Some(200));
    let no = rig.hold(150, 250).await.unwrap_err();
    assert_eq!(no, DeskError::NoMatch(Why::Window));
    let no = rig.hold(50, 101).await.unwrap_err();
    assert_eq!(no, DeskError::NoMatch(Why::Window));
    let before = rig.book(40, 100).await;
    let longer = rig
        .step(&before, DriverAct::Extend(NOW.plus(101 * MINUTE), None))
        .await;
    assert!(longer.is_err(), "{longer:?}");
    assert_eq!(rig.hold(200, 260).await.map(|r| r.bay), Ok("P-0".into()));
}

#[tokio::test]
async fn an_order_without_an_end_takes_no_booking_of_the_week_after() {
    let dir = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(dir.path(), Matching::Batch).await;
    rig.offer(0, 0, 30_000, |_| {}).await;
    let soon = rig.book(600, 660).await;
    let later = rig.book(10_000, 10_060).await;
    rig.close(None, 0, None);
    rig.at(1).await;
    assert_eq!(rig.now(&soon).await.state, Cancelled);
    assert_eq!(rig.now(&later).await.state, Confirmed);
    // A day before, if it is still closed then.
    rig.at(10_000 - 24 * 60 + 1).await;
    assert_eq!(rig.now(&later).await.state, Cancelled);
}

#[tokio::test]
async fn who_stands_there_stays_and_pools_have_no_place_while_their_zone_is_closed() {
    let dir = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(dir.path(), Matching::Batch).await;
    rig.pool(2, 0, 1_000).await.unwrap();
    let there = rig.book(0, 60).await;
    rig.step(&there, DriverAct::Arrive).await.unwrap();
    let zone = rig.registry.zone("P").unwrap();
    let free = || {
        let pools = rig.live.pools_of(zone, rig.clock.now());
        pools.iter().map(crate::live::OpenPool::free).sum::<u32>()
    };
    rig.at(1).await;
    assert_eq!(free(), 1);
    rig.close(None, 5, Some(20));
    rig.at(5).await;
    assert_eq!(free(), 0);
    assert_eq!(rig.now(&there).await.state, Active);
    assert_eq!(
        rig.hold(6, 30).await.unwrap_err(),
        DeskError::NoMatch(Why::Window)
    );
    rig.at(20).await;
    assert_eq!(free(), 1);
    assert!(rig.hold(21, 40).await.is_ok());
}

#[tokio::test]
async fn who_is_to_leave_pays_until_then_and_is_told_whatever_the_owners_rule() {
    let dir = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(dir.path(), Matching::Batch).await;
    let offer = rig.offer(0, 0, 3_000, |_| {}).await;
    let there = rig.book(0, 60).await;
    rig.step(&there, DriverAct::Arrive).await.unwrap();
    rig.sees(0, BayStatus::Occupied);
    let newest = rig.desk.newest().await.unwrap();
    let mut following = Following::new(rig.desk.clone(), "app".into(), newest).unwrap();
    rig.clear(Some(&[0]), 20, Some(40));
    rig.at(19).await;
    assert_eq!(rig.now(&there).await.state, Active);
    rig.at(20).await;
    let over = rig.now(&there).await;
    assert_eq!((over.state, over.owed_cents), (Completed, 100));
    assert_eq!(over.departed_at, Some(NOW.plus(20 * MINUTE)));
    let last = rig.events(&there).await.pop();
    assert_eq!(last, Some(named("completed", "authority", -200)));
    let news = following.news().await.unwrap();
    let told: Vec<_> = news.iter().map(|e| (&*e.event, &*e.cause)).collect();
    assert_eq!(told, [("completed", "authority")]);
    assert_eq!(rig.brought(&offer).await, 100);
    rig.assert_it_adds_up("acme", "app").await;
    // The bay is free when it is open again, and he has no way back before.
    let back = rig.step(&there, DriverAct::Arrive).await;
    assert_eq!(back.unwrap_err(), DeskError::NoMatch(Why::Window));
    assert!(rig.hold(41, 55).await.is_ok());
}

#[tokio::test]
async fn a_hub_that_was_away_ends_a_stay_when_the_order_began_however_long_it_is_over() {
    let dir = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(dir.path(), Matching::Batch).await;
    rig.pool(2, 0, 1_000).await.unwrap();
    let there = rig.book(0, 60).await;
    rig.step(&there, DriverAct::Arrive).await.unwrap();
    let DeskRig {
        store, clock, desk, ..
    } = rig;
    drop(desk);
    clock.set(NOW.plus(50 * MINUTE));
    let rig = DeskRig::on(store, Matching::Batch, clock).await;
    rig.clear(None, 30, Some(45));
    rig.at(50).await;
    let over = rig.now(&there).await;
    assert_eq!(over.departed_at, Some(NOW.plus(30 * MINUTE)));
    assert_eq!(
        (over.state, over.owed_cents * 2),
        (Completed, over.price_cents)
    );
    rig.at(70).await;
    let ends = rig.events(&there).await;
    let ends = ends.iter().filter(|e| e.0 == "completed").count();
    assert_eq!(ends, 1, "told once");
}

#[tokio::test]
async fn who_comes_after_an_order_is_over_has_nothing_to_do_with_it() {
    let dir = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(dir.path(), Matching::Batch).await;
    rig.offer(0, 0, 3_000, |_| {}).await;
    rig.clear(Some(&[0]), 0, Some(20));
    rig.at(5).await;
    let later = rig.book(20, 80).await;
    rig.at(19).await;
    let early = rig.step(&later, DriverAct::Arrive).await;
    assert_eq!(early.unwrap_err(), DeskError::NoMatch(Why::Window));
    rig.at(20).await;
    rig.step(&later, DriverAct::Arrive).await.unwrap();
    rig.at(30).await;
    assert_eq!(rig.now(&later).await.state, Active);
}
