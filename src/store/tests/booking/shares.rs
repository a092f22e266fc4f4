//! What partners take of what all share, counted alike on both databases.

use super::*;
use crate::domain::ReservationState;

pub(super) async fn answers_are_counted_as_they_come_and_go(store: &Store) {
    let locked = async |partner: &str| {
        done(store, async |w| w.lock_partner(partner).await)
            .await
            .unwrap()
    };
    assert_eq!(locked("app").await, 0);
    for n in 0..5 {
        let key = format!("k{n}");
        let partner = if n == 4 { "other" } else { "app" };
        done(store, async |w| {
            w.answer((partner, &key), &[7; 32], "no full", NOW.plus(n))
                .await
        })
        .await
        .unwrap();
    }
    let again = done(store, async |w| {
        w.answer(("app", "k1"), &[7; 32], "no full", NOW).await
    });
    assert_eq!(again.await, Err(StoreError::Taken));
    assert_eq!((locked("app").await, locked("other").await), (4, 1));
    let oldest = async || done(store, async |w| w.oldest_answer("app").await).await;
    assert_eq!(oldest().await, Ok(Some(NOW)));
    done(store, async |w| w.forget_answers(NOW.plus(3)).await)
        .await
        .unwrap();
    assert_eq!((locked("app").await, locked("other").await), (1, 1));
    assert_eq!(oldest().await, Ok(Some(NOW.plus(3))));
    done(store, async |w| w.forget_answers(NOW.plus(9)).await)
        .await
        .unwrap();
    assert_eq!((locked("app").await, locked("other").await), (0, 0));
    assert_eq!(oldest().await, Ok(None));
    // What is undone was not counted.
    let mut work = store.work().await.unwrap();
    let kept = work.answer(("app", "k9"), &[7; 32], "no full", NOW).await;
    assert_eq!((kept, work.lock_partner("app").await), (Ok(()), Ok(1)));
    drop(work);
    assert_eq!(locked("app").await, 0);
}

pub(super) async fn holds_are_counted_until_they_end_and_drivers_forgotten_then(store: &Store) {
    const NAMED: &str = "SELECT COUNT(*) FROM reservation WHERE driver_ref IS NOT NULL";
    let offer = add(store, "B1").await;
    let driver = [9; 16];
    let mut made = Vec::new();
    for n in 0..5_u64 {
        let new = Reservation {
            expires_at: NOW.plus(100 + n),
            ..reservation(&format!("rs_{n}"), &offer, span(n, n + 1))
        };
        let whose = (n < 3).then_some(&driver);
        made.push(
            done(store, async |w| w.book(&new, None, whose).await)
                .await
                .unwrap(),
        );
    }
    let counted = async |at: u64, whose: Option<&DriverRef>| {
        let held = done(store, async |w| w.holds("app", whose, NOW.plus(at)).await).await;
        held.map(|h| (h.all, h.of_driver)).unwrap()
    };
    assert_eq!(counted(99, Some(&driver)).await, (5, 3));
    assert_eq!(counted(99, Some(&[8; 16])).await, (5, 0));
    assert_eq!(counted(99, None).await, (5, 0));
    assert_eq!(counted(100, Some(&driver)).await, (4, 2), "at its deadline");
    let none = done(store, async |w| w.holds("acme", Some(&driver), NOW).await);
    assert_eq!(none.await.unwrap(), Holds::default());
    let ends = async |whose: Option<&DriverRef>, nth: u64| {
        done(store, async |w| w.holds_end("app", whose, NOW, nth).await)
            .await
            .unwrap()
    };
    assert_eq!(ends(None, 0).await, Some(NOW.plus(100)));
    assert_eq!(ends(None, 4).await, Some(NOW.plus(104)));
    assert_eq!(ends(Some(&driver), 2).await, Some(NOW.plus(102)));
    assert_eq!(ends(Some(&driver), 3).await, None);
    let yes = Reservation {
        state: ReservationState::Confirmed,
        ..made.remove(0)
    };
    done(store, async |w| w.advance(&yes, NOW).await)
        .await
        .unwrap();
    assert_eq!(counted(99, Some(&driver)).await, (4, 2));
    let (named,): (i64,) =
        reading!(store, db => sqlx::query_as(NAMED).fetch_one(db).await).unwrap();
    assert_eq!(named, 2, "nothing is known of whom a booking is for");
}

pub(super) async fn what_is_made_of_holds_adds_up_by_the_hour(store: &Store) {
    let record = |used, wasted| UseRecord { used, wasted };
    for (partner, hour, more) in [
        ("app", 7, record(1000, 0)),
        ("app", 7, record(0, 300)),
        ("app", 8, record(5, 6)),
        ("other", 8, record(1, 1)),
    ] {
        done(store, async |w| w.add_use(partner, hour, more).await)
            .await
            .unwrap();
    }
    let made = async |after: u64, to: u64| {
        done(store, async |w| w.use_record("app", after, to).await)
            .await
            .unwrap()
    };
    assert_eq!(made(6, 8).await, record(1005, 306));
    assert_eq!(made(7, 8).await, record(5, 6));
    assert_eq!(made(6, 7).await, record(1000, 300));
    assert_eq!(made(8, 8).await, record(0, 0));
    done(store, async |w| w.forget_use(7).await).await.unwrap();
    assert_eq!(made(0, 99).await, record(5, 6));
}

pub(super) async fn a_database_has_one_secret_for_ever(store: &Store) {
    assert_eq!(store.driver_secret(&[1; 32]).await, Ok([1; 32]));
    assert_eq!(store.driver_secret(&[2; 32]).await, Ok([1; 32]));
}
