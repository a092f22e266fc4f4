//! Reservations: kept whole, one a bay and time, by their deadlines, and all or nothing.

use super::*;
use crate::domain::ReservationState;
use crate::domain::reservation::Moved;

pub(super) async fn a_reservation_is_kept_whole(store: &Store) {
    let offer = add(store, "B1").await;
    let made = book(store, reservation("rs_1", &offer, span(1, 2)))
        .await
        .unwrap();
    assert_eq!(store.reservation("rs_1").await, Ok(made.clone()));
    assert_eq!(store.kept().await.unwrap(), std::slice::from_ref(&made));
    assert_eq!(
        store.bookings(offer.id, span(0, 1), 10).await.unwrap(),
        [],
        "half-open"
    );
    assert_eq!(
        store.bookings(offer.id, span(1, 2), 10).await.unwrap(),
        std::slice::from_ref(&made)
    );
    assert_eq!(store.reservation("rs_2").await, Err(StoreError::NoSuch));
    let there = Reservation {
        state: ReservationState::Active,
        arrived_at: Some(NOW),
        ..made
    };
    let there = done(store, async |w| w.advance(&there, NOW).await)
        .await
        .unwrap();
    assert_eq!(there.version, 2);
    assert_eq!(store.reservation("rs_1").await, Ok(there));
}

pub(super) async fn what_meets_fits_and_what_overlaps_does_not(store: &Store) {
    let one = add(store, "B1").await;
    let two = add(store, "B2").await;
    let with_buffer = Reservation {
        free_at: NOW.plus(5 * HOUR),
        ..reservation("rs_1", &one, span(2, 4))
    };
    book(store, with_buffer).await.unwrap();
    for (n, (from, to)) in [(1, 3), (4, 5), (3, 4), (0, 9), (2, 4)]
        .into_iter()
        .enumerate()
    {
        let clash = book(store, reservation(&format!("no_{n}"), &one, span(from, to))).await;
        assert_eq!(clash.unwrap_err(), StoreError::Booked, "{from}-{to}");
    }
    book(store, reservation("rs_2", &one, span(0, 2)))
        .await
        .expect("ends as the next begins");
    book(store, reservation("rs_3", &one, span(5, 6)))
        .await
        .expect("begins as the buffer ends");
    book(store, reservation("rs_4", &two, span(2, 4)))
        .await
        .expect("another bay");
}

pub(super) async fn what_is_over_keeps_no_bay(store: &Store) {
    let offer = add(store, "B1").await;
    for (n, state) in ReservationState::ALL
        .into_iter()
        .filter(|s| !s.holds())
        .enumerate()
    {
        let made = book(store, reservation(&format!("rs_{n}"), &offer, span(1, 2)))
            .await
            .unwrap();
        let over = Reservation { state, ..made };
        done(store, async |w| w.advance(&over, NOW).await)
            .await
            .unwrap();
        assert!(store.kept().await.unwrap().is_empty(), "{state:?}");
    }
    let made = book(store, reservation("rs_9", &offer, span(1, 2)))
        .await
        .unwrap();
    let stale = Reservation { version: 7, ..made };
    assert_eq!(
        done(store, async |w| w.advance(&stale, NOW).await).await,
        Err(StoreError::Stale)
    );
}

pub(super) async fn bookings_change_places_in_one_transaction(store: &Store) {
    let one = add(store, "B1").await;
    let two = add(store, "B2").await;
    let a = book(store, reservation("rs_a", &one, span(1, 3)))
        .await
        .unwrap();
    let b = book(store, reservation("rs_b", &two, span(2, 4)))
        .await
        .unwrap();
    let on = |r: &Reservation, offer: &Offer| {
        let moved = Some(Moved {
            at: NOW,
            from: r.bay.clone(),
            taken: false,
        });
        Reservation {
            offer: offer.id,
            bay: offer.bay.clone(),
            price_cents: 200,
            walk_m: 7,
            moved,
            moves: 2,
            ..r.clone()
        }
    };
    let alone = done(store, async |w| {
        w.unseat(a.id, a.version).await?;
        w.seat(&on(&a, &two)).await
    });
    assert_eq!(alone.await.unwrap_err(), StoreError::Booked);
    assert_eq!(
        store.reservation("rs_a").await,
        Ok(a.clone()),
        "and nothing of it has happened"
    );
    let (a, b) = done(store, async |w| {
        w.unseat(a.id, a.version).await?;
        w.unseat(b.id, b.version).await?;
        Ok((w.seat(&on(&a, &two)).await?, w.seat(&on(&b, &one)).await?))
    })
    .await
    .unwrap();
    assert_eq!(
        (&*a.bay, a.price_cents, a.walk_m, a.version),
        ("B2", 200, 7, 2)
    );
    assert_eq!(store.reservation("rs_a").await, Ok(a.clone()));
    assert_eq!(store.reservation("rs_b").await, Ok(b));
    let twice = done(store, async |w| w.unseat(a.id, 1).await);
    assert_eq!(twice.await, Err(StoreError::Stale));
}

pub(super) async fn a_hold_is_not_confirmed_at_its_deadline(store: &Store) {
    let offer = add(store, "B1").await;
    let made = book(store, reservation("rs_1", &offer, span(1, 2)))
        .await
        .unwrap();
    let yes = Reservation {
        state: ReservationState::Confirmed,
        ..made.clone()
    };
    let late = done(store, async |w| w.advance(&yes, made.expires_at).await);
    assert_eq!(
        late.await,
        Err(StoreError::Stale),
        "the stored deadline decides, whatever the caller believes"
    );
    let in_time = Millis(made.expires_at.0 - 1);
    let yes = done(store, async |w| w.advance(&yes, in_time).await)
        .await
        .unwrap();
    let there = Reservation {
        state: ReservationState::Active,
        ..yes
    };
    done(store, async |w| {
        w.advance(&there, made.expires_at.plus(HOUR)).await
    })
    .await
    .expect("only of holds");
}

pub(super) async fn one_that_fails_takes_nothing_with_it(store: &Store) {
    let offer = add(store, "B1").await;
    let mut work = store.work().await.unwrap();
    for (n, want) in [(0, true), (1, false), (2, false)] {
        work.mark().await.unwrap();
        // Each marks once more within, as a search that tries several bays does.
        work.mark().await.unwrap();
        let made = work
            .book(
                &reservation(&format!("rs_{n}"), &offer, span(1, 2)),
                None,
                None,
            )
            .await;
        assert_eq!(made.is_ok(), want, "{made:?}");
        if want {
            work.keep().await.unwrap();
        } else {
            work.undo().await.unwrap();
        }
        work.keep().await.unwrap();
    }
    work.commit().await.unwrap();
    assert_eq!(store.kept().await.unwrap().len(), 1);
    let mut lost = store.work().await.unwrap();
    lost.book(&reservation("rs_7", &offer, span(3, 4)), None, None)
        .await
        .unwrap();
    drop(lost);
    assert_eq!(
        store.kept().await.unwrap().len(),
        1,
        "what is not committed has not happened"
    );
}

/// Ten hubs' worth of writers who all believe that the slot is free, on two openings of one
/// database.
pub(super) async fn of_a_thousand_for_one_slot_one_gets_it(config: &Config) {
    let open = async || Store::open(config, Path::new("")).await.unwrap();
    // The queue for a connection is part of the race: nobody may give up in it.
    let stores = [open().await, open().await];
    let offer = add(&stores[0], "B1").await;
    let tasks: Vec<_> = (0..1000)
        .map(|n| {
            let store = stores[n % 2].clone();
            let offer = offer.clone();
            tokio::spawn(async move {
                let new = reservation(&format!("rs_{n}"), &offer, span(1 + (n as u64 % 3), 5));
                loop {
                    let booked = done(&store, async |w| {
                        // As the desk does: who waits for the offer does not wait in a circle.
                        w.lock_offer(offer.id).await?;
                        w.book(&new, None, None).await
                    });
                    match booked.await {
                        Err(StoreError::Unreachable(_)) => {}
                        other => break other,
                    }
                }
            })
        })
        .collect();
    let mut made = 0;
    let mut booked = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(_) => made += 1,
            Err(StoreError::Booked) => booked += 1,
            Err(e) => panic!("{e}"),
        }
    }
    assert_eq!((made, booked), (1, 999));
    assert_eq!(stores[1].kept().await.unwrap().len(), 1);
}
