//! Seasons: all times or none, and what each costs.

use super::*;
use crate::domain::weekly::each_day;
use crate::domain::{CancelRule, Pool, ReservationState, TimeOfDay, Weekly};

/// From [`NOW`]'s day on, so many days, from 10:00 to 12:00 UTC.
fn season(days: i64) -> SeasonAsk {
    let window = Weekly {
        days: 0x7f,
        from: TimeOfDay(600),
        to: TimeOfDay(720),
    };
    let first = TimeZone::day_named("2026-11-23").unwrap();
    let between = (first, first + days - 1);
    SeasonAsk {
        ask: ask(0, 60),
        times: each_day(window, TimeZone::UTC, &Workdays::default(), between, 400),
        whole: TimeZone::UTC.span_of_days(first, first + days - 1).unwrap(),
    }
}

const DAY: u64 = 24 * 60;
/// 10:00 of the first day, in minutes from [`NOW`] (02:00:00.123).
const TEN: u64 = 8 * 60;

impl DeskRig {
    async fn whole(
        &self,
        all: &[Reservation],
        act: SeasonAct,
    ) -> Result<Vec<Reservation>, DeskError> {
        let name = all[0].season.clone().unwrap().name.to_string();
        self.desk.step_season(name, "app".into(), act).await
    }
}

#[tokio::test]
async fn all_times_are_held_confirmed_and_given_up_together() {
    let folder = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(folder.path(), Matching::Batch).await;
    rig.offer(0, 0, 1_000_000, |_| {}).await;
    let held = rig.desk.ask_season(season(30)).await.unwrap();
    assert_eq!(held.len(), 30);
    let numbers: Vec<u32> = held
        .iter()
        .map(|r| r.season.clone().unwrap().number)
        .collect();
    assert_eq!(numbers, (1..=30).collect::<Vec<_>>());
    assert!(
        held.iter()
            .all(|r| r.price_cents == 600 && r.state == ReservationState::Held)
    );
    assert_eq!(rig.store.kept().await.unwrap(), held);
    let booked = rig.whole(&held, SeasonAct::Confirm).await.unwrap();
    assert!(
        booked
            .iter()
            .all(|r| r.state == ReservationState::Confirmed && r.owed_cents == 600)
    );
    assert_eq!(
        rig.whole(&held, SeasonAct::Confirm).await.unwrap(),
        booked,
        "said twice"
    );
    // One alone, then the rest; the first has begun.
    rig.step(&booked[4], DriverAct::Cancel).await.unwrap();
    rig.at(TEN + 1).await;
    rig.step(&booked[0], DriverAct::Arrive).await.unwrap();
    let over = rig.whole(&held, SeasonAct::Cancel).await.unwrap();
    assert_eq!(
        (over[0].state, over[0].owed_cents),
        (ReservationState::Active, 600)
    );
    let given_up = |r: &Reservation| r.state == ReservationState::Cancelled && r.owed_cents == 0;
    assert!(over[1..].iter().all(given_up));
    assert_eq!(
        rig.whole(&held, SeasonAct::Cancel).await.unwrap(),
        over,
        "said twice"
    );
    rig.assert_it_adds_up("acme", "app").await;
}

#[tokio::test]
async fn a_season_that_is_not_all_to_be_had_is_not_booked_at_all_and_says_when_not() {
    let folder = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(folder.path(), Matching::Batch).await;
    rig.offer(0, 0, 1_000_000, |_| {}).await;
    rig.offer(1, 0, 1_000_000, |o| {
        o.hours.closed = vec![span(2 * DAY, 3 * DAY)];
    })
    .await;
    let taken = [
        rig.book(TEN + DAY, TEN + DAY + 30).await,
        rig.book(TEN + 3 * DAY, TEN + 3 * DAY + 60).await,
    ];
    assert!(taken.iter().all(|r| &*r.bay == "P-0"));
    let wish = season(5);
    let no = rig.desk.ask_season(wish.clone()).await.unwrap_err();
    assert_eq!(
        no,
        DeskError::NoSeason(Why::Window, vec![(wish.times[2], Why::Window)]),
        "the other lacks two"
    );
    assert_eq!(rig.store.kept().await.unwrap().len(), 2);
    rig.step(&taken[0], DriverAct::Cancel).await.unwrap();
    rig.step(&taken[1], DriverAct::Cancel).await.unwrap();
    let held = rig.desk.ask_season(wish.clone()).await.unwrap();
    assert!(
        held.iter().all(|r| &*r.bay == "P-0"),
        "one bay for all of it"
    );
    let dear = SeasonAsk {
        ask: Ask {
            max_price_cents: Some(2_999),
            ..wish.ask.clone()
        },
        ..wish.clone()
    };
    let no = rig.desk.ask_season(dear).await.unwrap_err();
    assert_eq!(
        no,
        DeskError::NoSeason(Why::Price, vec![]),
        "3,000 for five"
    );
    let far = SeasonAsk {
        ask: Ask {
            place: north(100),
            ..wish.ask.clone()
        },
        ..wish
    };
    let no = rig.desk.ask_season(far).await.unwrap_err();
    assert_eq!(no, DeskError::NoSeason(Why::Walk, vec![]));
}

#[tokio::test]
async fn a_hold_of_a_season_that_is_not_confirmed_is_gone_as_one_and_counts_as_one() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&store::Config::default(), folder.path())
        .await
        .unwrap();
    let limits = limits::Config {
        holds_at_least: 2,
        holds_at_most: 2,
        holds_per_driver: 2,
        ..limits::Config::default()
    };
    let rig = DeskRig::within(
        limits,
        store,
        Matching::Batch,
        Arc::new(ManualClock::at(NOW)),
    )
    .await;
    for bay in 0..3 {
        rig.offer(bay, 0, 1_000_000, |_| {}).await;
    }
    let driver = rig.desk.driver_ref("app", "d-1");
    let mut wish = season(20);
    wish.ask.driver_ref = Some(driver);
    let held = rig.desk.ask_season(wish.clone()).await.unwrap();
    rig.desk.ask_season(wish.clone()).await.unwrap();
    let third = rig.desk.ask_season(wish.clone()).await.unwrap_err();
    assert!(
        matches!(third, DeskError::UsedUp(what) if what.used == 2),
        "{third}"
    );
    rig.at(3).await;
    let late = rig.whole(&held, SeasonAct::Confirm).await.unwrap_err();
    assert!(matches!(late, DeskError::Step(_)));
    let gone = rig
        .desk
        .season(&held[0].season.clone().unwrap().name, "app")
        .await
        .unwrap();
    assert!(gone.iter().all(|r| r.state == ReservationState::Expired));
    let other = rig
        .desk
        .season(&held[0].season.clone().unwrap().name, "other")
        .await;
    assert_eq!(other.unwrap_err(), DeskError::NoSuch);
    // Two were left to expire, not forty: a newcomer's two are two still.
    rig.desk.ask_season(wish.clone()).await.unwrap();
    rig.desk.ask_season(wish).await.unwrap();
}

#[tokio::test]
async fn by_the_month_a_season_costs_its_months_shared_out_over_its_times() {
    let folder = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(folder.path(), Matching::Batch).await;
    rig.offer(0, 0, 1_000_000, |o| o.price = Price::PerMonth(50_000))
        .await;
    // 28 days of a February, from the wall clock of a place.
    let singapore = TimeZone::parse("Asia/Singapore").unwrap();
    let first = TimeZone::day_named("2027-02-01").unwrap();
    let window = Weekly {
        days: Weekly::WORKDAY,
        from: TimeOfDay(480),
        to: TimeOfDay(1080),
    };
    let between = (first, first + 27);
    let february = SeasonAsk {
        ask: ask(0, 60),
        times: each_day(window, singapore, &Workdays::default(), between, 400),
        whole: singapore.span_of_days(between.0, between.1).unwrap(),
    };
    assert_eq!(february.times.len(), 20);
    let held = rig.desk.ask_season(february.clone()).await.unwrap();
    assert!(held.iter().all(|r| r.price_cents == 2_500));
    rig.whole(&held, SeasonAct::Confirm).await.unwrap();
    rig.whole(&held, SeasonAct::Cancel).await.unwrap();
    // What does not divide is with the first ones.
    let three = SeasonAsk {
        times: february.times[..3].to_vec(),
        ..february
    };
    let held = rig.desk.ask_season(three).await.unwrap();
    let prices: Vec<i64> = held.iter().map(|r| r.price_cents).collect();
    assert_eq!(prices, [16_667, 16_667, 16_666]);
    rig.assert_it_adds_up("acme", "app").await;
}

#[tokio::test]
async fn a_season_in_a_pool_has_a_place_each_time() {
    let folder = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(folder.path(), Matching::Batch).await;
    let pool = Some(Pool {
        zone: "P".into(),
        places: 2,
    });
    let cancel = CancelRule {
        free_min: 0,
        fee_percent: 100,
    };
    let rules = Rules {
        cancel,
        ..Rules::default()
    };
    rig.desk
        .add_offer(Offer {
            pool,
            rules,
            ..blank(0, 1_000_000)
        })
        .await
        .unwrap();
    // One after the other in two seats: on the third day no seat is free for all of it.
    let day = TEN + 2 * DAY;
    let some = [rig.book(day, day + 90).await, rig.book(day, day + 60).await];
    let after = rig.book(day + 60, day + 120).await;
    rig.step(&some[1], DriverAct::Cancel).await.unwrap();
    let held = rig.desk.ask_season(season(5)).await.unwrap_err();
    assert!(matches!(held, DeskError::NoSeason(Why::Full, ref misses) if misses.len() == 1));
    rig.step(&some[0], DriverAct::Cancel).await.unwrap();
    let first = rig.book(day, day + 60).await;
    assert_ne!(
        first.bay,
        rig.now(&after).await.bay,
        "each in a seat of its own"
    );
    let held = rig.desk.ask_season(season(5)).await.unwrap();
    assert_eq!(held.len(), 5);
    let kept = rig.store.kept().await.unwrap();
    for (n, one) in kept.iter().enumerate() {
        let clash = kept[n + 1..]
            .iter()
            .find(|o| o.bay == one.bay && o.kept().overlaps(one.kept()));
        assert!(clash.is_none());
    }
    assert!(
        rig.desk.ask_season(season(5)).await.is_err(),
        "one place is left but on that day"
    );
}

#[tokio::test]
async fn a_key_is_answered_with_the_season_as_it_stands() {
    let folder = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(folder.path(), Matching::Batch).await;
    rig.offer(0, 0, 1_000_000, |_| {}).await;
    let keyed = |bytes: &[u8]| {
        let mut wish = season(3);
        wish.ask.key = Some(("k".into(), said(bytes)));
        wish
    };
    let held = rig.desk.ask_season(keyed(b"x")).await.unwrap();
    assert_eq!(rig.desk.ask_season(keyed(b"x")).await.unwrap(), held);
    assert_eq!(
        rig.desk.ask_season(keyed(b"y")).await.unwrap_err(),
        DeskError::KeyReused
    );
    let booked = rig.whole(&held, SeasonAct::Confirm).await.unwrap();
    assert_eq!(rig.desk.ask_season(keyed(b"x")).await.unwrap(), booked);
    let again = DeskRig::on(rig.store.clone(), Matching::Batch, rig.clock.clone()).await;
    assert_eq!(
        again.desk.ask_season(keyed(b"x")).await.unwrap(),
        booked,
        "after a restart too"
    );
}
