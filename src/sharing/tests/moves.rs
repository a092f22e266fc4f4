//! What the matcher's plans do to bookings, and what they may not.

use super::*;
use crate::domain::ReservationState::{Cancelled, Held};
use crate::sharing::commands::Command;

/// `P-0` all day and `P-1` from the second to the third hour, both at one price.
async fn two_bays(rig: &DeskRig) {
    rig.offer(0, 0, 600, |_| {}).await;
    rig.offer(1, 120, 180, |_| {}).await;
}

#[tokio::test]
async fn a_booking_makes_room_for_another_and_keeps_what_was_promised() {
    let dir = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(dir.path(), Matching::Batch).await;
    two_bays(&rig).await;
    let short = rig.book_flexible(120, 180).await;
    assert_eq!(
        (&*short.bay, short.price_cents),
        ("P-0", 285),
        "the nearer one, for 5 per cent less"
    );
    let long = rig.hold(60, 240).await.unwrap();
    assert_eq!((&*long.bay, long.state), ("P-0", Held));
    let moved = rig.now(&short).await;
    assert_eq!(
        (&*moved.bay, moved.price_cents, moved.span),
        ("P-1", 285, short.span),
        "100 m farther than was told at first cost nothing less"
    );
    assert_eq!((moved.owed_cents, moved.moves), (285, 1));
    let lines = rig.events(&short).await;
    let [.., back, all] = &lines[..] else {
        panic!("{lines:?}")
    };
    assert_eq!(
        [back, all],
        [&named("moved", "hub", -285), &named("moved", "hub", 285)]
    );
    assert!(moved.walk_m <= short.promise.max_walk_m && !moved.moved.unwrap().taken);
    assert_eq!(rig.metrics.share.moved.get(), 1);
}

#[tokio::test]
async fn who_is_not_flexible_makes_no_room() {
    let dir = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(dir.path(), Matching::Batch).await;
    two_bays(&rig).await;
    let short = rig.book(120, 180).await;
    assert_eq!(rig.hold(60, 240).await, Err(DeskError::NoMatch(Why::Full)));
    rig.desk.improve().await.unwrap();
    assert_eq!(rig.now(&short).await, short);
}

#[tokio::test]
async fn who_is_not_flexible_makes_room_where_that_brings_him_nearer() {
    let dir = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(dir.path(), Matching::Batch).await;
    rig.offer(0, 0, 600, |_| {}).await;
    rig.offer(1, 0, 600, |_| {}).await;
    let near = rig.book(120, 180).await;
    let far = rig.book(120, 180).await;
    rig.step(&near, DriverAct::Cancel).await.unwrap();
    let lame = Ask {
        place: north(1),
        max_walk_m: 50,
        ..ask(120, 180)
    };
    assert_eq!(&*rig.desk.ask(lame).await.unwrap().bay, "P-1");
    let moved = rig.now(&far).await;
    assert_eq!(
        (&*moved.bay, moved.walk_m, moved.price_cents, moved.moves),
        ("P-0", 0, 300, 1)
    );
}

#[tokio::test]
async fn what_is_on_a_drivers_screen_and_not_confirmed_never_moves() {
    let dir = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(dir.path(), Matching::Batch).await;
    two_bays(&rig).await;
    let shown = rig.desk.ask(flexible(120, 180)).await.unwrap();
    assert_eq!(rig.hold(60, 240).await, Err(DeskError::NoMatch(Why::Full)));
    rig.desk.improve().await.unwrap();
    let confirmed = rig.step(&shown, DriverAct::Confirm).await.unwrap();
    assert_eq!(
        (confirmed.bay, confirmed.walk_m, confirmed.price_cents),
        (shown.bay, shown.walk_m, shown.price_cents)
    );
}

#[tokio::test]
async fn a_booking_makes_room_twice_and_never_to_and_fro_and_never_where_it_is_closed() {
    let dir = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(dir.path(), Matching::Batch).await;
    for bay in 0..5 {
        rig.offer(bay, 0, 600, |_| {}).await;
    }
    rig.sees(1, BayStatus::Closed);
    let r = rig.book_flexible(120, 180).await;
    let only = |bay| Ask {
        place: north(bay),
        max_walk_m: 50,
        ..ask(120, 180)
    };
    let first = rig.desk.ask(only(0)).await.unwrap();
    assert_eq!(&*rig.now(&r).await.bay, "P-2", "the nearest that is open");
    rig.step(&first, DriverAct::Cancel).await.unwrap();
    let second = rig.desk.ask(only(2)).await.unwrap();
    assert_eq!(&*rig.now(&r).await.bay, "P-3", "not back where it was");
    assert_eq!(&*second.bay, "P-2");
    assert_eq!(
        rig.desk.ask(only(3)).await,
        Err(DeskError::NoMatch(Why::Full)),
        "not a third time"
    );
    let now = rig.now(&r).await;
    let worth = 50;
    assert_eq!((now.moves, now.price_cents), (2, 285 - worth), "300 m");
    rig.desk.improve().await.unwrap();
    assert_eq!(rig.now(&r).await, now);
}

#[tokio::test]
async fn who_stays_longer_and_is_moved_pays_for_all_of_it_less_the_walk() {
    let dir = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(dir.path(), Matching::Batch).await;
    rig.offer(0, 0, 600, |_| {}).await;
    rig.offer(1, 0, 600, |_| {}).await;
    let r = rig.book_flexible(120, 180).await;
    let longer = DriverAct::Extend(r.span.end.plus(60 * MINUTE), None);
    assert_eq!(rig.step(&r, longer).await.unwrap().price_cents, 570);
    let lame = Ask {
        max_walk_m: 50,
        ..ask(120, 180)
    };
    rig.desk.ask(lame).await.unwrap();
    let moved = rig.now(&r).await;
    assert_eq!((&*moved.bay, moved.price_cents), ("P-1", 570));
}

#[tokio::test]
async fn first_come_first_served_moves_nobody() {
    let dir = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(dir.path(), Matching::FirstCome).await;
    two_bays(&rig).await;
    let short = rig.book_flexible(120, 180).await;
    assert_eq!(rig.hold(60, 240).await, Err(DeskError::NoMatch(Why::Full)));
    assert_eq!(rig.now(&short).await, short);
}

#[tokio::test]
async fn what_is_pinned_or_would_cost_more_stays_where_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(dir.path(), Matching::Batch).await;
    two_bays(&rig).await;
    let short = rig.book_flexible(120, 180).await;
    rig.at(90).await;
    assert_eq!(
        rig.hold(91, 240).await,
        Err(DeskError::NoMatch(Why::Full)),
        "half an hour before it is pinned"
    );
    assert_eq!(&*rig.now(&short).await.bay, "P-0");

    let dir = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(dir.path(), Matching::Batch).await;
    rig.offer(0, 0, 600, |_| {}).await;
    rig.offer(1, 120, 180, |o| o.price = Price::PerHour(302))
        .await;
    let short = rig.book_flexible(120, 180).await;
    assert_eq!(
        rig.hold(60, 240).await,
        Err(DeskError::NoMatch(Why::Full)),
        "dearer than was told"
    );
    assert_eq!(rig.now(&short).await, short);
}

#[tokio::test]
async fn who_has_a_long_walk_gets_a_nearer_bay_once_there_is_one() {
    let dir = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(dir.path(), Matching::Batch).await;
    rig.offer(0, 0, 600, |_| {}).await;
    rig.offer(3, 0, 600, |_| {}).await;
    let near = rig.book(120, 180).await;
    let far = rig.book(120, 180).await;
    assert_eq!((&*near.bay, &*far.bay), ("P-0", "P-3"));
    assert_eq!(
        rig.desk.improve().await,
        Ok(0),
        "nothing is better than this"
    );
    rig.step(&near, DriverAct::Cancel).await.unwrap();
    assert_eq!(rig.desk.improve().await, Ok(1));
    let now = rig.now(&far).await;
    assert_eq!((&*now.bay, now.walk_m, now.price_cents), ("P-0", 0, 300));
    assert_eq!(rig.desk.improve().await, Ok(0));
}

#[tokio::test]
async fn parts_of_a_plan_that_are_stale_are_left_out() {
    let dir = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(dir.path(), Matching::Batch).await;
    rig.offer(0, 0, 600, |_| {}).await;
    let far = rig.offer(3, 0, 600, |_| {}).await;
    let near = rig.book(120, 180).await;
    let second = rig.book(120, 180).await;
    rig.step(&near, DriverAct::Cancel).await.unwrap();
    let steps = rig.desk.tell(Command::Look).await.unwrap().plan();
    assert_eq!(steps.len(), 1);
    // Meanwhile somebody has booked what the plan wants to give away.
    let faster = rig.hold(150, 200).await.unwrap();
    assert_eq!(&*faster.bay, "P-0");
    assert_eq!(
        rig.desk.tell(|reply| Command::Carry(steps, reply)).await,
        Ok(0)
    );
    assert_eq!(rig.now(&second).await.bay, far.bay);
    assert_eq!(rig.metrics.share.stale_moves.get(), 1);

    rig.step(&faster, DriverAct::Cancel).await.unwrap();
    let steps = rig.desk.tell(Command::Look).await.unwrap().plan();
    assert_eq!(
        rig.step(&second, DriverAct::Cancel).await.unwrap().state,
        Cancelled
    );
    assert_eq!(
        rig.desk.tell(|reply| Command::Carry(steps, reply)).await,
        Ok(0),
        "what is cancelled is not moved"
    );
    assert_eq!(rig.now(&second).await.state, Cancelled);
}

/// Two at once: one can walk to either bay, the other only to the nearer. Who is asked first does
/// not matter.
#[tokio::test]
async fn those_who_come_at_once_bid_so_that_both_are_served() {
    for (matching, want) in [(Matching::Batch, 2), (Matching::FirstCome, 1)] {
        let dir = tempfile::tempdir().unwrap();
        let rig = DeskRig::new(dir.path(), matching).await;
        rig.offer(0, 0, 600, |_| {}).await;
        rig.offer(1, 0, 600, |_| {}).await;
        let free = ask(0, 60);
        let lame = Ask {
            max_walk_m: 50,
            ..ask(0, 60)
        };
        // Both are told before the desk's task runs: this runtime has one thread.
        let (first, second) = tokio::join!(rig.desk.ask(free), rig.desk.ask(lame));
        assert_eq!(
            usize::from(first.is_ok()) + usize::from(second.is_ok()),
            want,
            "{matching:?}"
        );
    }
}

#[tokio::test]
async fn a_bay_that_is_offered_later_makes_room_too_and_one_that_is_paused_none() {
    let dir = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(dir.path(), Matching::Batch).await;
    rig.offer(0, 0, 600, |_| {}).await;
    let first = rig.book_flexible(120, 180).await;
    let lame = || Ask {
        max_walk_m: 50,
        ..ask(120, 180)
    };
    assert_eq!(
        rig.desk.ask(lame()).await,
        Err(DeskError::NoMatch(Why::Full))
    );
    let later = rig.offer(1, 0, 600, |o| o.state = OfferState::Paused).await;
    assert_eq!(
        rig.desk.ask(lame()).await,
        Err(DeskError::NoMatch(Why::Full))
    );
    rig.desk
        .put_offer(Offer {
            state: OfferState::Open,
            ..later
        })
        .await
        .unwrap();
    assert_eq!(&*rig.desk.ask(lame()).await.unwrap().bay, "P-0");
    assert_eq!(&*rig.now(&first).await.bay, "P-1");
}

#[tokio::test]
async fn nobody_moves_for_who_comes_now_to_a_bay_where_somebody_stands() {
    let dir = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(dir.path(), Matching::Batch).await;
    two_bays(&rig).await;
    let later = rig.book_flexible(120, 180).await;
    rig.sees(0, BayStatus::Occupied);
    assert_eq!(rig.hold(0, 240).await, Err(DeskError::NoMatch(Why::Full)));
    assert_eq!(rig.now(&later).await, later);
    rig.sees(0, BayStatus::Vacant);
    assert_eq!(&*rig.hold(0, 240).await.unwrap().bay, "P-0");
    assert_eq!(&*rig.now(&later).await.bay, "P-1");
}
