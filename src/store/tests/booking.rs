//! Offers, reservations and the ledger, alike on both databases. Above all: no bay twice.

use super::*;
use crate::domain::offer::{CalendarToken, Hours};
use crate::domain::reservation::Moved;
use crate::domain::{
    BayKind, Currency, LatLon, Millis, Offer, OfferState, Promise, Reservation, ReservationState,
    Rules, Span, TimeOfDay, TimeZone, Vehicle, Weekly,
};

const NOW: Millis = Millis(1_795_399_200_123);
const HOUR: u64 = 3_600_000;

/// Runs every case; `fresh` makes an empty database of that name.
pub(super) async fn all(fresh: impl AsyncFn(&str) -> Config) {
    let open = async |name: &str| {
        let config = fresh(name).await;
        Store::open(&config, Path::new(""))
            .await
            .unwrap_or_else(|e| panic!("{name}: {e}"))
    };
    an_offer_is_kept_whole_and_changed_by_version(&open("offers").await).await;
    a_bay_is_on_one_offer_at_a_time(&open("one_offer").await).await;
    a_reservation_is_kept_whole(&open("reservations").await).await;
    what_meets_fits_and_what_overlaps_does_not(&open("meets").await).await;
    what_is_over_keeps_no_bay(&open("over").await).await;
    bookings_change_places_in_one_transaction(&open("swap").await).await;
    a_hold_is_not_confirmed_at_its_deadline(&open("deadline").await).await;
    the_ledger_is_only_added_to(&open("ledger").await).await;
    an_answer_is_remembered_until_it_is_forgotten(&open("answers").await).await;
    one_that_fails_takes_nothing_with_it(&open("fenced").await).await;
    of_a_thousand_for_one_slot_one_gets_it(&fresh("thousand").await).await;
}

fn offer(bay: &str) -> Offer {
    let hours = Hours {
        zone: TimeZone::UTC,
        once: vec![span(0, 100)],
        weekly: vec![],
        closed: vec![],
    };
    Offer {
        id: 0,
        name: format!("of_{bay}").into(),
        bay: bay.into(),
        owner: "acme".into(),
        state: OfferState::Open,
        hours,
        price_cents_per_hour: 300,
        currency: Currency::SGD,
        rules: Rules::default(),
        notes: String::new(),
        calendar: CalendarToken("k1".into()),
        created_at: NOW,
        version: 0,
    }
}

fn span(from: u64, to: u64) -> Span {
    Span::new(NOW.plus(from * HOUR), NOW.plus(to * HOUR)).unwrap()
}

fn reservation(name: &str, offer: &Offer, span: Span) -> Reservation {
    let vehicle = Vehicle {
        kind: BayKind::Heavy,
        height_cm: Some(0),
        ev: true,
        accessible: false,
    };
    let place = LatLon {
        lat: -37.812_345_6,
        lon: 144.987_654_3,
    };
    Reservation {
        id: 0,
        name: name.into(),
        offer: offer.id,
        bay: offer.bay.clone(),
        owner: offer.owner.clone(),
        driver: "app".into(),
        state: ReservationState::Held,
        span,
        free_at: span.end,
        price_cents: 300,
        currency: Currency::SGD,
        promise: Promise {
            place,
            max_walk_m: 500,
            max_price_cents: 300,
            vehicle,
        },
        walk_m: 120,
        expires_at: NOW.plus(180_000),
        created_at: NOW,
        arrived_at: None,
        departed_at: None,
        moved: None,
        version: 0,
    }
}

/// Does one thing in a transaction of its own.
async fn done<T>(
    store: &Store,
    act: impl AsyncFnOnce(&mut Work) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let mut work = store.work().await?;
    let made = act(&mut work).await?;
    work.commit().await?;
    Ok(made)
}

async fn add(store: &Store, bay: &str) -> Offer {
    done(store, async |w| w.add_offer(&offer(bay)).await)
        .await
        .unwrap()
}

async fn book(store: &Store, new: Reservation) -> Result<Reservation, StoreError> {
    done(store, async move |w| w.book(&new).await).await
}

async fn an_offer_is_kept_whole_and_changed_by_version(store: &Store) {
    let zone = TimeZone::parse("Europe/Berlin").unwrap();
    let weekly = vec![Weekly {
        days: 0b100_0001,
        from: TimeOfDay(1080),
        to: TimeOfDay(480),
    }];
    let rules = Rules {
        max_height_cm: 210,
        ev_only: true,
        min_stay_min: 30,
        max_stay_min: 600,
        notice_min: 15,
        buffer_min: 5,
    };
    let hours = Hours {
        zone,
        once: vec![span(1, 2)],
        weekly,
        closed: vec![span(3, 4), span(1, 9)],
    };
    let whole = Offer {
        hours,
        rules,
        notes: "ring \u{5927}\u{5df4}\u{7a91}'; --".into(),
        ..offer("B1")
    };
    let made = done(store, async |w| w.add_offer(&whole).await)
        .await
        .unwrap();
    assert_eq!(
        made,
        Offer {
            id: made.id,
            version: 1,
            ..whole
        }
    );
    assert_eq!(store.offer("of_B1").await, Ok(made.clone()));
    assert_eq!(
        store.standing_offers().await.unwrap(),
        std::slice::from_ref(&made)
    );
    let other = add(store, "B2").await;
    assert_eq!(
        store.offers("acme", 0, 10).await.unwrap(),
        [made.clone(), other.clone()]
    );
    assert_eq!(store.offers("acme", made.id, 10).await.unwrap(), [other]);
    assert!(store.offers("nobody", 0, 10).await.unwrap().is_empty());

    let hours = Hours {
        once: vec![],
        closed: vec![],
        ..made.hours.clone()
    };
    let calendar = CalendarToken("k2".into());
    let next = Offer {
        price_cents_per_hour: 0,
        state: OfferState::Paused,
        hours,
        calendar,
        ..made.clone()
    };
    let changed = done(store, async |w| w.put_offer(&next).await)
        .await
        .unwrap();
    assert_eq!(
        changed,
        Offer {
            version: 2,
            ..next.clone()
        }
    );
    assert_eq!(store.offer("of_B1").await, Ok(changed.clone()));
    assert_eq!(
        done(store, async |w| w.put_offer(&next).await).await,
        Err(StoreError::Stale),
        "the version before"
    );
    assert_eq!(
        done(store, async |w| w.lock_offer(made.id).await).await,
        Ok(changed)
    );
    assert_eq!(
        done(store, async |w| w.lock_offer(9999).await).await,
        Err(StoreError::NoSuch)
    );
    assert_eq!(store.offer("of_B9").await, Err(StoreError::NoSuch));

    store.record_owner("B7", Some("acme")).await.unwrap();
    store.record_owner("B1", Some("acme")).await.unwrap();
    store.record_owner("B7", None).await.unwrap();
    assert_eq!(
        store.recorded_owners().await.unwrap(),
        [("B1".to_owned(), "acme".to_owned())]
    );
}

async fn a_bay_is_on_one_offer_at_a_time(store: &Store) {
    let first = add(store, "B1").await;
    let second = Offer {
        name: "of_2".into(),
        ..offer("B1")
    };
    assert_eq!(
        done(store, async |w| w.add_offer(&second).await).await,
        Err(StoreError::Taken)
    );
    let gone = Offer {
        state: OfferState::Withdrawn,
        ..first
    };
    done(store, async |w| w.put_offer(&gone).await)
        .await
        .unwrap();
    done(store, async |w| w.add_offer(&second).await)
        .await
        .expect("the bay is free to be offered anew");
    assert_eq!(store.standing_offers().await.unwrap().len(), 1);
}

async fn a_reservation_is_kept_whole(store: &Store) {
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

async fn what_meets_fits_and_what_overlaps_does_not(store: &Store) {
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

async fn what_is_over_keeps_no_bay(store: &Store) {
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

async fn bookings_change_places_in_one_transaction(store: &Store) {
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

async fn a_hold_is_not_confirmed_at_its_deadline(store: &Store) {
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

fn line(event: &str, amount_cents: i64, at: Millis) -> LedgerLine {
    LedgerLine {
        id: 0,
        at,
        reservation: "rs_1".into(),
        bay: "B1".into(),
        owner: "acme".into(),
        driver: "app".into(),
        event: event.into(),
        cause: "driver".into(),
        amount_cents,
        currency: Currency::SGD,
    }
}

async fn the_ledger_is_only_added_to(store: &Store) {
    let offer = add(store, "B1").await;
    book(store, reservation("rs_1", &offer, span(1, 2)))
        .await
        .unwrap();
    for (n, (event, cents)) in [("held", 0), ("confirmed", 300), ("cancelled", -300)]
        .into_iter()
        .enumerate()
    {
        done(store, async |w| {
            w.log(&line(event, cents, NOW.plus(n as u64))).await
        })
        .await
        .unwrap();
    }
    let nowhere = LedgerLine {
        reservation: "rs_9".into(),
        ..line("held", 0, NOW)
    };
    assert_eq!(
        done(store, async |w| w.log(&nowhere).await).await,
        Err(StoreError::NoSuch)
    );
    let history = store.history("rs_1").await.unwrap();
    assert_eq!(
        history.iter().map(|e| e.event.as_str()).collect::<Vec<_>>(),
        ["held", "confirmed", "cancelled"]
    );
    let day = span(0, 24);
    for (party, partner, lines) in [
        (Party::Owner, "acme", 3),
        (Party::Driver, "app", 3),
        (Party::Owner, "app", 0),
        (Party::Driver, "acme", 0),
    ] {
        assert_eq!(
            store
                .ledger((party, partner), day, 0, 10)
                .await
                .unwrap()
                .len(),
            lines,
            "{party:?} {partner}"
        );
    }
    let rest = store
        .ledger((Party::Owner, "acme"), day, history[0].id, 1)
        .await
        .unwrap();
    assert_eq!(rest, history[1..2]);
    let first = Span::new(NOW, NOW.plus(2)).unwrap();
    let total = Total {
        currency: Currency::SGD,
        amount_cents: 300,
        lines: 2,
    };
    assert_eq!(
        store.totals((Party::Owner, "acme"), first).await.unwrap(),
        [total]
    );
    assert_eq!(
        store.takings(offer.id, day).await.unwrap(),
        [(NOW.plus(1), 300), (NOW.plus(2), -300)]
    );
    for sql in ["UPDATE ledger SET amount_cents = 0", "DELETE FROM ledger"] {
        let changed = writing!(store, db => sqlx::query(sql).execute(db).await.map(drop));
        assert!(
            changed.unwrap_err().to_string().contains("only added to"),
            "{sql}"
        );
    }
}

async fn an_answer_is_remembered_until_it_is_forgotten(store: &Store) {
    done(store, async |w| {
        w.answer(("app", "k1"), &[7; 32], "held rs_1", NOW).await
    })
    .await
    .unwrap();
    let again = done(store, async |w| {
        w.answer(("app", "k1"), &[8; 32], "no full", NOW).await
    });
    assert_eq!(again.await, Err(StoreError::Taken));
    let asked = async |driver: &str, key: &str| {
        done(store, async |w| w.answered(driver, key).await)
            .await
            .unwrap()
    };
    assert_eq!(
        asked("app", "k1").await,
        Some(([7; 32], "held rs_1".to_owned()))
    );
    assert_eq!(
        (asked("app", "k2").await, asked("other", "k1").await),
        (None, None)
    );
    done(store, async |w| w.forget_answers(NOW).await)
        .await
        .unwrap();
    assert!(asked("app", "k1").await.is_some());
    done(store, async |w| w.forget_answers(NOW.plus(1)).await)
        .await
        .unwrap();
    assert!(asked("app", "k1").await.is_none());
}

async fn one_that_fails_takes_nothing_with_it(store: &Store) {
    let offer = add(store, "B1").await;
    let mut work = store.work().await.unwrap();
    for (n, want) in [(0, true), (1, false), (2, false)] {
        work.mark().await.unwrap();
        // Each marks once more within, as a search that tries several bays does.
        work.mark().await.unwrap();
        let made = work
            .book(&reservation(&format!("rs_{n}"), &offer, span(1, 2)))
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
    lost.book(&reservation("rs_7", &offer, span(3, 4)))
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
async fn of_a_thousand_for_one_slot_one_gets_it(config: &Config) {
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
                        w.book(&new).await
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
