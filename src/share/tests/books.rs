//! The books are kept whatever happens: after a restart, and through a thousand random acts.

use super::*;
use crate::domain::ReservationState;
use rand::rngs::SmallRng;
use rand::{Rng as _, SeedableRng as _};

#[tokio::test]
async fn a_desk_that_is_started_again_knows_what_the_first_one_knew() {
    let dir = tempfile::tempdir().unwrap();
    let rig = Rig::new(dir.path(), Matching::Batch).await;
    rig.offer(0, 0, 600, |_| {}).await;
    let (held, booked) = (rig.hold(0, 60).await.unwrap(), rig.book(60, 120).await);
    // As after a kill: the first desk is told nothing, and never comes to an end.
    let next = Rig::on(rig.store.clone(), Matching::Batch, rig.clock.clone()).await;
    next.sees(0, BayStatus::Vacant);
    assert!(next.nearby().is_empty(), "what is held is kept from others at once");
    assert_eq!(next.hold(30, 90).await, Err(DeskError::NoMatch(Why::Full)));
    assert_eq!(next.step(&booked, Event::Cancel).await.unwrap().state, ReservationState::Cancelled);
    next.at(3).await;
    assert_eq!(next.now(&held).await.state, ReservationState::Expired);
    assert_eq!(next.nearby(), ["P-0"]);
}

#[tokio::test]
async fn a_bay_is_its_operators_unless_an_administrator_has_said_otherwise() {
    let dir = tempfile::tempdir().unwrap();
    let rig = Rig::new(dir.path(), Matching::Batch).await;
    assert_eq!(rig.desk.owner("P-0").as_deref(), Some("acme"));
    assert_eq!(rig.desk.owner("nowhere"), None);
    rig.desk.record_owner("P-0", Some("other")).await.unwrap();
    assert_eq!(rig.desk.owner("P-0").as_deref(), Some("other"));
    let next = Rig::on(rig.store.clone(), Matching::Batch, rig.clock.clone()).await;
    assert_eq!(next.desk.owner("P-0").as_deref(), Some("other"));
    next.desk.record_owner("P-0", None).await.unwrap();
    assert_eq!(next.desk.owner("P-0").as_deref(), Some("acme"));
}

/// Whatever drivers, owners, sensors and the clock do: no bay is kept twice, every booking that was made lies in hours
/// that were offered then, no price rises, money adds up, and the live view and the memory say what the store says.
#[tokio::test]
async fn a_thousand_random_acts_leave_the_books_in_order() {
    let mut rng = SmallRng::seed_from_u64(7);
    let dir = tempfile::tempdir().unwrap();
    let mut rig = Rig::new(dir.path(), Matching::Batch).await;
    let mut offers = Vec::new();
    for bay in 0..4 {
        offers.push(rig.offer(bay, 0, 100_000, |o| o.rules.buffer_min = bay * 5).await);
    }
    let (mut all, mut minutes): (Vec<Reservation>, u64) = (Vec::new(), 0);
    for act in 0..1000 {
        match rng.random_range(0..20) {
            0..=6 => {
                let from = minutes + rng.random_range(0..300);
                if let Ok(held) = rig.hold(from, from + rng.random_range(5..180)).await {
                    all.push(held);
                }
            }
            7..=13 if !all.is_empty() => {
                let r = all[rng.random_range(all.len().saturating_sub(12)..all.len())].clone();
                let event = [Event::Confirm, Event::Confirm, Event::Cancel, Event::Arrive, Event::Depart];
                // Refused as often as not: what is refused has no effect, and that is what is looked at below.
                let _ = rig.step(&r, event[rng.random_range(0..5)]).await;
            }
            14 => rig.sees(rng.random_range(0..4), BayStatus::ALL[rng.random_range(0..4)]),
            15 => drop(rig.desk.improve().await.unwrap()),
            16 => {
                let at = rng.random_range(0..offers.len());
                let price_cents_per_hour = rng.random_range(100..500);
                let next = Offer { price_cents_per_hour, ..offers[at].clone() };
                offers[at] = rig.desk.put_offer(next).await.unwrap();
            }
            17 if act % 5 == 0 => rig = Rig::on(rig.store.clone(), Matching::Batch, rig.clock.clone()).await,
            _ => {
                minutes += rng.random_range(1..15);
                rig.at(minutes).await;
            }
        }
        if act % 20 == 19 {
            check(&rig, &all).await;
        }
    }
    check(&rig, &all).await;
    let ends: std::collections::HashSet<_> = join(&rig, &all).await.iter().map(|r| r.state).collect();
    assert!(ends.len() >= 5, "many things have happened: {ends:?}");
    assert!(rig.store.kept().await.unwrap().len() < 200);
}

async fn join(rig: &Rig, all: &[Reservation]) -> Vec<Reservation> {
    let mut now = Vec::new();
    for r in all {
        now.push(rig.now(r).await);
    }
    now
}

async fn check(rig: &Rig, all: &[Reservation]) {
    let now = join(rig, all).await;
    let kept: Vec<&Reservation> = now.iter().filter(|r| r.state.holds()).collect();
    for (at, a) in kept.iter().enumerate() {
        for b in &kept[at + 1..] {
            assert!(a.bay != b.bay || !a.kept().overlaps(b.kept()), "{a:?} and {b:?}");
        }
    }
    for (first, r) in all.iter().zip(&now) {
        assert!(r.price_cents <= first.price_cents && r.span == first.span);
        assert!(r.walk_m <= r.promise.max_walk_m);
        let paid: i64 = rig.events(r).await.iter().map(|e| e.2).sum();
        match r.state {
            ReservationState::Held | ReservationState::Expired => assert_eq!(paid, 0, "{r:?}"),
            ReservationState::Confirmed | ReservationState::Active | ReservationState::NoShow => {
                assert_eq!(paid, r.price_cents, "{r:?}");
            }
            ReservationState::Completed => assert!(paid >= r.price_cents, "{r:?}"),
            ReservationState::Cancelled => assert!((0..=r.price_cents).contains(&paid), "{r:?}"),
        }
    }
    let stored = rig.store.kept().await.unwrap();
    assert_eq!(stored.len(), kept.len());
}
