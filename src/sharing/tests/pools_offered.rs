//! How many places of a zone are on offer, what becomes of them, and what everybody is told.

use super::pools::seat;
use super::*;
use crate::domain::{ReservationState, Risk, ZoneIx};

impl DeskRig {
    /// What everybody is told of the zone: capacity, vacant and reserved.
    fn told_of_zone(&self) -> (u32, u32, u32) {
        let city = self.registry.city();
        let told = self.live.public_zone(&city, ZoneIx(0), self.clock.now());
        let tally = told.unwrap().tally;
        (tally.capacity, tally.vacant[0], tally.reserved)
    }
}

#[tokio::test]
async fn no_more_is_on_offer_at_a_time_than_there_is() {
    let folder = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(folder.path(), Matching::Batch).await;
    let too_many = |others| DeskError::TooMany {
        zone: "P".into(),
        there: 6,
        others,
    };
    assert_eq!(rig.pool(7, 0, 100).await.unwrap_err(), too_many(0));
    let morning = rig.pool(4, 0, 100).await.unwrap();
    assert_eq!(rig.pool(3, 50, 200).await.unwrap_err(), too_many(4));
    // One after the other both may have all.
    let evening = rig.pool(6, 100, 200).await.unwrap();
    assert_eq!(
        rig.resize(morning.clone(), 7).await.unwrap_err(),
        too_many(0)
    );
    let morning = rig.resize(morning, 5).await.unwrap();
    rig.offer(0, 0, 100, |_| {}).await;
    let second = Offer {
        bay: "P-1".into(),
        ..blank(90, 95)
    };
    assert_eq!(
        rig.desk.add_offer(second.clone()).await.unwrap_err(),
        too_many(6)
    );
    let late = Offer {
        hours: blank(200, 300).hours,
        ..second.clone()
    };
    let late = rig.desk.add_offer(late).await.unwrap();
    let hours = blank(150, 300).hours;
    let sooner = Offer { hours, ..late };
    assert_eq!(rig.desk.put_offer(sooner).await.unwrap_err(), too_many(6));
    // What is paused or withdrawn is not on offer, until it is open again.
    let state = OfferState::Paused;
    let paused = rig
        .desk
        .put_offer(Offer { state, ..morning })
        .await
        .unwrap();
    let again = rig.pool(5, 0, 90).await.unwrap();
    let state = OfferState::Open;
    let reopened = Offer { state, ..paused };
    assert_eq!(
        rig.desk.put_offer(reopened.clone()).await.unwrap_err(),
        too_many(6)
    );
    rig.desk.withdraw(again).await.unwrap();
    rig.desk.put_offer(reopened).await.unwrap();
    rig.desk.withdraw(evening).await.unwrap();
}

#[tokio::test]
async fn what_stands_has_its_place_though_its_offer_is_gone_or_has_other_hours() {
    let folder = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(folder.path(), Matching::Batch).await;
    let too_many = |others| DeskError::TooMany {
        zone: "P".into(),
        there: 6,
        others,
    };
    let all = rig.pool(6, 0, 1000).await.unwrap();
    rig.book(10, 70).await;
    rig.book(10, 70).await;
    rig.desk.withdraw(all).await.unwrap();
    assert_eq!(rig.pool(6, 0, 60).await.unwrap_err(), too_many(2));
    let four = rig.pool(4, 0, 60).await.unwrap();
    for _ in 0..4 {
        rig.book(10, 50).await;
    }
    let full = rig.hold(10, 50).await.unwrap_err();
    assert_eq!(full, DeskError::NoMatch(Why::Full));
    // Its hours move away from what is booked.
    let hours = blank(80, 200).hours;
    rig.desk.put_offer(Offer { hours, ..four }).await.unwrap();
    assert_eq!(rig.pool(1, 0, 60).await.unwrap_err(), too_many(6));
    rig.pool(2, 80, 200).await.unwrap();
}

#[tokio::test]
async fn who_stands_there_keeps_his_place_and_who_gets_his_back_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(folder.path(), Matching::Batch).await;
    let pool = rig.pool(3, 0, 1000).await.unwrap();
    let early = rig.book(0, 160).await;
    let second = rig.book(0, 160).await;
    let there = rig.book(0, 160).await;
    rig.step(&there, DriverAct::Arrive).await.unwrap();
    assert_eq!(seat(&there), 3);
    let fewer = rig.resize(pool, 1).await.unwrap();
    assert_eq!(seat(&rig.now(&there).await), 1);
    let mut affected = rig.desk.affected(&fewer, 10).await.unwrap();
    affected.sort_by_key(|r| r.id);
    let ids: Vec<i64> = affected.iter().map(|r| r.id).collect();
    assert_eq!(ids, [early.id, second.id]);
    // The places come back before anybody was moved or paid.
    rig.resize(fewer, 3).await.unwrap();
    for _ in 0..3 {
        rig.desk.tick().await.unwrap();
        rig.clock.set(rig.clock.now().plus(MINUTE + 1000));
    }
    for r in [&early, &second] {
        let now = rig.now(r).await;
        assert_eq!(
            (now.state, now.at_risk),
            (ReservationState::Confirmed, None)
        );
    }
}

#[tokio::test]
async fn a_place_is_nobodys_but_who_has_bays_there() {
    let folder = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(folder.path(), Matching::Batch).await;
    let places = |zone: &str, partner: &str| rig.desk.places(zone, partner);
    assert_eq!((places("P", "acme"), places("P", "other")), (6, 0));
    // One that only counts is its operator's.
    assert_eq!((places("Q", "acme"), places("Q", "other")), (3, 0));
    assert_eq!((places("nowhere", "acme"), places("P", "")), (0, 0));
    rig.desk.record_owner("P-3", Some("other")).await.unwrap();
    assert_eq!((places("P", "acme"), places("P", "other")), (5, 1));
    let theirs = |o: &mut Offer| o.owner = "other".into();
    assert!(rig.pool_of("P", 2, 0, 100, theirs).await.is_err());
    rig.pool_of("P", 1, 0, 100, theirs).await.unwrap();
    rig.pool(5, 0, 100).await.unwrap();
}

#[tokio::test]
async fn who_has_no_place_any_more_gets_another_bay_or_the_money_back() {
    let folder = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(folder.path(), Matching::Batch).await;
    let pool = rig.pool(3, 0, 1000).await.unwrap();
    let early = rig.book(100, 160).await;
    let gone = rig.book(100, 160).await;
    let other = rig.book(100, 160).await;
    let alone = rig.book(200, 260).await;
    assert_eq!(seat(&alone), 1);
    rig.step(&early, DriverAct::Cancel).await.unwrap();
    // Seats 2 and 3 at 100, 1 at 200: with one place one of the first has none.
    let fewer = rig.resize(pool, 1).await.unwrap();
    let affected = rig.desk.affected(&fewer, 10).await.unwrap();
    let names: Vec<_> = affected.iter().map(|r| r.name.clone()).collect();
    assert_eq!(names, std::slice::from_ref(&other.name));
    assert_eq!(
        seat(&rig.now(&gone).await),
        1,
        "told nothing, for nothing has changed for him"
    );
    assert_eq!(
        rig.hold(100, 160).await.unwrap_err(),
        DeskError::NoMatch(Why::Full)
    );
    rig.desk.tick().await.unwrap();
    assert_eq!(rig.now(&other).await.at_risk, Some(Risk::Gone));
    rig.offer(2, 0, 1000, |_| {}).await;
    rig.clock.set(NOW.plus(MINUTE / 2));
    rig.desk.tick().await.unwrap();
    let moved = rig.now(&other).await;
    assert_eq!(&*moved.bay, "P-2");
    assert!(moved.moved.unwrap().taken);
    let none = rig.resize(fewer, 1).await.unwrap();
    assert_eq!(rig.now(&gone).await.state, ReservationState::Confirmed);
    // With no bay to be had the money goes back.
    rig.book(300, 360).await;
    let last = rig.resize(none, 2).await.unwrap();
    let two = [rig.book(400, 460).await, rig.book(400, 460).await];
    let third = rig.book(400, 460).await;
    assert_eq!(&*third.bay, "P-2");
    rig.resize(last, 1).await.unwrap();
    rig.at(3).await;
    rig.at(5).await;
    let ends = [rig.now(&two[0]).await, rig.now(&two[1]).await];
    let states = ends.map(|r| (r.state, r.owed_cents));
    assert!(
        states.contains(&(ReservationState::Cancelled, 0)),
        "{states:?}"
    );
    assert!(
        states.contains(&(ReservationState::Confirmed, 300)),
        "{states:?}"
    );
    rig.assert_it_adds_up("acme", "app").await;
}

#[tokio::test]
async fn a_zone_that_loses_bays_has_fewer_places_and_one_that_is_gone_none() {
    let folder = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(folder.path(), Matching::Batch).await;
    let pool = rig.pool(6, 0, 1000).await.unwrap();
    let mut all = Vec::new();
    for _ in 0..6 {
        all.push(rig.book(100, 160).await);
    }
    let bays = |numbers: std::ops::Range<u32>| -> Vec<String> {
        numbers.map(|n| format!("P-{n}")).collect()
    };
    rig.registry.remove_bays(&bays(0..2)).unwrap();
    assert_eq!(rig.told_of_zone().0, 6, "as long as nobody has looked");
    rig.at(1).await;
    assert_eq!(rig.told_of_zone().0, 4);
    rig.at(3).await;
    let mut left = 0;
    for r in &all {
        let r = rig.now(r).await;
        left += u32::from(r.state == ReservationState::Confirmed);
        let back = r.state == ReservationState::Cancelled && r.owed_cents == 0;
        assert!(back || r.state == ReservationState::Confirmed, "{r:?}");
    }
    assert_eq!(left, 4);
    rig.registry.remove_bays(&bays(2..6)).unwrap();
    rig.registry.remove_zone("P").unwrap();
    rig.at(4).await;
    rig.at(6).await;
    for r in &all {
        let state = rig.now(r).await.state;
        assert_eq!(state, ReservationState::Cancelled);
    }
    let pool = rig.desk.offer(&pool.name, "acme").await.unwrap();
    assert_eq!(pool.state, OfferState::Withdrawn);
    rig.assert_it_adds_up("acme", "app").await;
}

#[tokio::test]
async fn everybody_is_told_of_a_private_zone_what_its_pool_has() {
    let folder = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(folder.path(), Matching::Batch).await;
    rig.at(0).await;
    assert_eq!(rig.told_of_zone(), (0, 0, 0));
    let pool = rig.pool(4, 0, 1000).await.unwrap();
    assert_eq!(rig.told_of_zone(), (4, 4, 0));
    rig.offer(0, 0, 1000, |o| o.price = Price::PerHour(900))
        .await;
    assert_eq!(rig.told_of_zone(), (5, 5, 0));
    let soon = rig.book(5, 60).await;
    rig.book(100, 160).await;
    assert_eq!(
        rig.told_of_zone(),
        (5, 4, 1),
        "what is booked for later is free now"
    );
    let near = || {
        let city = rig.registry.city();
        let places = crate::live::ZonePlaces::new(&city);
        let at = rig.clock.now();
        let query = Query {
            at,
            ..Query::at(north(0))
        };
        let hits = rig.live.nearest_zones(&city, &places, &query);
        let pools = hits.into_iter().filter_map(|hit| hit.pool);
        pools.map(|p| (p.places, p.free())).collect::<Vec<_>>()
    };
    assert_eq!(near(), [(4, 3)]);
    rig.step(&soon, DriverAct::Cancel).await.unwrap();
    assert_eq!((rig.told_of_zone(), near()), ((5, 5, 0), vec![(4, 4)]));
    rig.desk.withdraw(pool).await.unwrap();
    assert_eq!((rig.told_of_zone(), near()), ((1, 1, 0), vec![]));
}

#[tokio::test]
async fn a_pool_is_used_by_as_many_as_it_has_places() {
    let folder = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(folder.path(), Matching::Batch).await;
    let offer = rig.pool(4, 0, 120).await.unwrap();
    for _ in 0..2 {
        let r = rig.book(0, 60).await;
        rig.step(&r, DriverAct::Arrive).await.unwrap();
    }
    rig.at(120).await;
    let used = rig.desk.utilisation(&offer, span(0, 120)).await.unwrap();
    let day = &used.days[0];
    assert_eq!(
        (day.offered_s, day.booked_s, day.used_s),
        (4 * 7200, 7200, 7200)
    );
    assert_eq!((day.bookings, day.revenue_cents), (2, 600));
}

#[tokio::test]
async fn the_quota_counts_the_places_that_are_on_offer() {
    let folder = tempfile::tempdir().unwrap();
    let limits = limits::Config {
        holds_percent: 100,
        holds_at_least: 1,
        holds_per_driver: 100,
        ..limits::Config::default()
    };
    let store = Store::open(&store::Config::default(), folder.path())
        .await
        .unwrap();
    let clock = Arc::new(ManualClock::at(NOW));
    let rig = DeskRig::within(limits, store, Matching::Batch, clock).await;
    rig.pool(4, 0, 1000).await.unwrap();
    for n in 0..4 {
        rig.hold(n * 60, n * 60 + 60).await.unwrap();
    }
    let used_up = rig.hold(300, 360).await.unwrap_err();
    assert!(matches!(used_up, DeskError::UsedUp(what) if what.limit == 4));
}
