//! What one partner or driver may take of the bays on offer, and what it makes of that later.

use super::*;
use crate::domain::ReservationState::{Cancelled, Expired};
use std::time::Instant;

/// One bay, in ten minutes for each hold: so nothing but a share stands in the way.
async fn rig(limits: limits::Config) -> (tempfile::TempDir, DeskRig) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&store::Config::default(), dir.path())
        .await
        .unwrap();
    let clock = Arc::new(ManualClock::at(NOW));
    let rig = DeskRig::within(limits, store, Matching::FirstCome, clock).await;
    rig.offer(0, 0, 1_000_000, |_| {}).await;
    (dir, rig)
}

/// The `n`th stretch of ten minutes, from a day ahead on.
fn slot(n: u64) -> Ask {
    ask(1440 + 10 * n, 1450 + 10 * n)
}

fn of(driver: &DeskRig, name: &str, n: u64) -> Ask {
    Ask {
        driver_ref: Some(driver.desk.driver_ref("app", name)),
        ..slot(n)
    }
}

#[track_caller]
fn used_up(answer: Result<Reservation, DeskError>) -> (Share, u64, u64, u64) {
    match answer {
        Err(DeskError::UsedUp(u)) => (u.share, u.limit, u.used, u.retry_after_s),
        other => panic!("{other:?}"),
    }
}

impl DeskRig {
    /// Holds from the `n`th stretch on until it is refused; how many were had.
    async fn fill(&self, n: u64) -> u64 {
        for more in 0.. {
            match self.desk.ask(slot(n + more)).await {
                Ok(_) => {}
                Err(DeskError::UsedUp(_)) => return more,
                Err(e) => panic!("{e}"),
            }
        }
        unreachable!()
    }

    fn refusals(&self, share: &'static str) -> u64 {
        self.metrics.quota.refusals(share)
    }

    /// A booking that somebody comes to, at once.
    async fn use_one(&self, minutes: u64) {
        self.at(minutes).await;
        let booked = self.book(minutes, minutes + 5).await;
        self.step(&booked, DriverAct::Arrive).await.unwrap();
        self.step(&booked, DriverAct::Depart).await.unwrap();
    }
}

#[tokio::test]
async fn nobody_can_take_all_bays_by_holding_them() {
    let (_dir, rig) = rig(limits::Config::default()).await;
    let mut held = Vec::new();
    for n in 0..10 {
        held.push(rig.desk.ask(slot(n)).await.unwrap());
        rig.clock.advance(1_000);
    }
    let refused = used_up(rig.desk.ask(slot(10)).await);
    assert_eq!(
        refused,
        (Share::Holds, 10, 10, 170),
        "until the oldest ends"
    );
    assert_eq!(rig.refusals("holds"), 1);
    assert_eq!(rig.metrics.share.holds.get(), 10);
    let other = Ask {
        driver: "other".into(),
        ..slot(10)
    };
    rig.desk.ask(other).await.expect("another's share is whole");
    for (event, n) in [(DriverAct::Confirm, 0), (DriverAct::Cancel, 1)] {
        rig.step(&held[n], event).await.unwrap();
        rig.desk.ask(slot(11 + n as u64)).await.expect("room again");
        used_up(rig.desk.ask(slot(20)).await);
    }
}

#[tokio::test]
async fn the_share_is_a_quarter_of_the_bays_on_offer() {
    let limits = limits::Config {
        holds_at_least: 1,
        holds_at_most: 2,
        holds_percent: 50,
        ..limits::Config::default()
    };
    let (_dir, rig) = rig(limits).await;
    assert_eq!(rig.fill(0).await, 1, "of one bay");
    let mut more = Vec::new();
    for bay in 1..6 {
        more.push(rig.offer(bay, 0, 1_000_000, |_| {}).await);
    }
    assert_eq!(rig.fill(1).await, 1, "two of six, at most");
    for offer in more {
        rig.desk.withdraw(offer).await.unwrap();
    }
    rig.at(3).await;
    assert_eq!(rig.fill(10).await, 1, "of one again");
}

#[tokio::test]
async fn a_driver_has_three_holds_and_a_request_without_one_counts_for_the_partner_only() {
    let (_dir, rig) = rig(limits::Config::default()).await;
    let mut held = Vec::new();
    for n in 0..3 {
        held.push(rig.desk.ask(of(&rig, "d-1", n)).await.unwrap());
        rig.clock.advance(1_000);
    }
    let refused = used_up(rig.desk.ask(of(&rig, "d-1", 3)).await);
    assert_eq!(refused, (Share::DriverHolds, 3, 3, 177));
    assert_eq!(rig.refusals("driver_holds"), 1);
    rig.desk.ask(of(&rig, "d-2", 3)).await.expect("another");
    rig.desk.ask(slot(4)).await.expect("nobody");
    let elsewhere = Ask {
        driver: "other".into(),
        driver_ref: Some(rig.desk.driver_ref("other", "d-1")),
        ..slot(5)
    };
    rig.desk.ask(elsewhere).await.expect("another's d-1");
    rig.step(&held[0], DriverAct::Confirm).await.unwrap();
    rig.desk.ask(of(&rig, "d-1", 6)).await.expect("no hold now");
    used_up(rig.desk.ask(of(&rig, "d-1", 7)).await);
}

#[tokio::test]
async fn who_lets_everything_expire_sinks_to_three_and_rises_by_coming() {
    let (_dir, rig) = rig(limits::Config::default()).await;
    let mut had = Vec::new();
    for round in 0..8 {
        had.push(rig.fill(20 * round).await);
        rig.at(3 * (round + 1)).await;
    }
    assert_eq!(had, [10, 5, 4, 4, 4, 3, 3, 3]);
    for n in 0..37 {
        rig.use_one(24 + n).await;
    }
    let all = 10 + 37 + had.iter().sum::<u64>();
    let limit = (10 * (10 + 37_u64)).div_ceil(all);
    assert_eq!((rig.fill(200).await, limit), (6, 6));
}

#[tokio::test]
async fn what_was_wasted_is_forgotten_after_a_day() {
    let (_dir, rig) = rig(limits::Config::default()).await;
    for round in 0..4 {
        rig.fill(20 * round).await;
        rig.at(3 * (round + 1)).await;
    }
    rig.at(22 * 60).await;
    assert_eq!(rig.fill(400).await, 4);
    rig.at(22 * 60 + 3).await;
    assert_eq!(rig.fill(600).await, 3);
    rig.at(22 * 60 + 6).await;
    rig.at(49 * 60).await;
    assert_eq!(rig.fill(800).await, 10);
}

#[tokio::test]
async fn confirming_and_cancelling_in_a_loop_sinks_too_and_so_does_holding_anew_all_the_time() {
    let (_dir, rig) = rig(limits::Config::default()).await;
    for n in 0..30 {
        let booked = rig.desk.ask(slot(n)).await.unwrap();
        rig.step(&booked, DriverAct::Confirm).await.unwrap();
        let gone = rig.step(&booked, DriverAct::Cancel).await.unwrap();
        assert_eq!((gone.state, gone.owed_cents), (Cancelled, 0));
    }
    assert_eq!(rig.fill(100).await, 3);

    let (_dir, rig) = self::rig(limits::Config::default()).await;
    for n in 0..60 {
        let held = rig.desk.ask(slot(n)).await.unwrap();
        rig.clock.advance(90_000);
        rig.step(&held, DriverAct::Cancel).await.unwrap();
    }
    assert_eq!(rig.fill(100).await, 3, "sixty times half of a hold");

    let (_dir, rig) = self::rig(limits::Config::default()).await;
    for n in 0..60 {
        let held = rig.desk.ask(slot(n)).await.unwrap();
        rig.step(&held, DriverAct::Cancel).await.unwrap();
    }
    assert_eq!(rig.fill(100).await, 10, "given back at once wastes nothing");
}

#[tokio::test]
async fn what_is_not_the_drivers_doing_wastes_nothing() {
    let (_dir, rig) = rig(limits::Config::default()).await;
    rig.fill(0).await;
    // The hub is away while all of them expire.
    rig.clock.set(NOW.plus(10 * MINUTE));
    let store = rig.store.clone();
    let next = DeskRig::on(store, Matching::FirstCome, rig.clock.clone()).await;
    next.at(10).await;
    assert_eq!(
        next.metrics
            .share
            .transitions
            .with_label_values(&["expired"])
            .get(),
        10
    );
    assert_eq!(next.fill(100).await, 10);
}

#[tokio::test]
async fn a_desk_that_is_started_again_counts_what_was_held_and_wasted_before() {
    let (_dir, rig) = rig(limits::Config::default()).await;
    for n in 0..2 {
        rig.desk.ask(of(&rig, "d-1", n)).await.unwrap();
    }
    let on = |rig: &DeskRig| DeskRig::on(rig.store.clone(), Matching::FirstCome, rig.clock.clone());
    let next = on(&rig).await;
    next.desk.ask(of(&next, "d-1", 2)).await.unwrap();
    used_up(next.desk.ask(of(&next, "d-1", 3)).await);
    assert_eq!(next.fill(3).await, 7);
    next.at(3).await;
    let third = on(&next).await;
    assert_eq!(third.fill(30).await, 5);
}

#[tokio::test]
async fn a_clock_that_jumps_gives_nobody_more_than_a_share_at_a_time() {
    let (_dir, rig) = rig(limits::Config::default()).await;
    assert_eq!(rig.fill(0).await, 10);
    // Back by an hour: what is held then ends later.
    rig.clock.set(Millis(NOW.0 - 60 * MINUTE));
    let (share, limit, used, wait) = used_up(rig.desk.ask(slot(10)).await);
    assert_eq!((share, limit, used, wait), (Share::Holds, 10, 10, 3780));
    // A year ahead, before any tick: what was held has ended.
    let year = 365 * 24 * 60;
    rig.clock.set(NOW.plus(year * MINUTE));
    rig.offer(1, year, year * 2, |_| {}).await;
    let later = ask(year + 60, year + 70);
    rig.desk.ask(later).await.expect("nothing is held any more");
    rig.at(year).await;
    rig.at(0).await;
    assert_eq!(rig.store.kept().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_clock_that_was_ahead_at_the_start_excuses_nobody_later() {
    let (_dir, rig) = rig(limits::Config::default()).await;
    rig.clock.set(NOW.plus(400 * 24 * 60 * MINUTE));
    let store = rig.store.clone();
    let next = DeskRig::on(store, Matching::FirstCome, rig.clock.clone()).await;
    next.desk.tick().await.unwrap();
    for round in 0..2 {
        next.at(3 * round).await;
        assert_eq!(next.fill(20 * round).await, [10, 5][round as usize]);
    }
}

#[tokio::test]
async fn ten_thousand_expired_holds_cost_the_next_one_nothing() {
    let (_dir, rig) = rig(limits::Config::default()).await;
    let first = rig.desk.ask(slot(0)).await.unwrap();
    let mut work = rig.store.work().await.unwrap();
    for n in 1..=10_000 {
        let old = Reservation {
            name: format!("rs_{n}").into(),
            span: slot(n).span,
            free_at: slot(n).span.end,
            ..first.clone()
        };
        let made = work.book(&old, None, Some(&[7; 16])).await.unwrap();
        let over = Reservation {
            state: Expired,
            ..made
        };
        work.advance(&over, NOW).await.unwrap();
    }
    let began = Instant::now();
    for _ in 0..100 {
        let held = work.holds("app", Some(&[7; 16]), NOW).await.unwrap();
        assert_eq!((held.all, held.of_driver), (1, 0));
    }
    let each = began.elapsed() / 100;
    assert!(each.as_millis() < 20, "{each:?}");
}

#[tokio::test]
async fn an_answer_that_was_promised_is_never_forgotten_to_make_room_for_another() {
    let limits = limits::Config {
        idempotency_keys_per_partner: 5,
        ..limits::Config::default()
    };
    let (_dir, rig) = rig(limits.clone()).await;
    let keyed = |name: &str, n: u64| Ask {
        key: Some((name.into(), said(name.as_bytes()))),
        ..slot(n)
    };
    let first = rig.desk.ask(keyed("k0", 0)).await.unwrap();
    rig.clock.advance(500);
    for n in 1..4 {
        rig.desk.ask(keyed(&format!("k{n}"), n)).await.unwrap();
    }
    let taken = rig.desk.ask(keyed("k4", 0)).await;
    assert_eq!(taken, Err(DeskError::NoMatch(Why::Full)), "remembered too");
    let day = 24 * 60 * 60 + 60;
    let refused = used_up(rig.desk.ask(keyed("k5", 5)).await);
    assert_eq!(refused, (Share::IdempotencyKeys, 5, 5, day));
    let again = rig.desk.ask(keyed("k0", 0)).await.unwrap();
    assert_eq!(again.name, first.name);
    rig.desk.ask(slot(5)).await.expect("without a key");
    let other = Ask {
        driver: "other".into(),
        ..keyed("k5", 6)
    };
    rig.desk.ask(other).await.expect("another partner");

    // A desk that is started again knows; a day later there is room, as was said.
    let store = rig.store.clone();
    let clock = rig.clock.clone();
    let next = DeskRig::within(limits, store, Matching::FirstCome, clock).await;
    used_up(next.desk.ask(keyed("k5", 7)).await);
    assert_eq!(next.refusals("idempotency_keys"), 1);
    next.clock.set(NOW.plus(500 + day * 1000));
    next.desk.tick().await.unwrap();
    next.desk.ask(keyed("k5", 200)).await.expect("room again");
}

#[tokio::test]
async fn shares_that_are_off_bind_nobody() {
    let limits = limits::Config {
        shares: false,
        idempotency_keys_per_partner: 1,
        ..limits::Config::default()
    };
    let (_dir, rig) = rig(limits).await;
    for n in 0..30 {
        let key = format!("k{n}");
        let wish = Ask {
            key: Some((key.as_str().into(), said(key.as_bytes()))),
            ..of(&rig, "d-1", n)
        };
        rig.desk.ask(wish).await.unwrap();
    }
}
