//! Many rows in one statement are what each of them would be alone.

use super::*;

pub(super) async fn what_falls_due_at_once_is_changed_at_once(store: &Store) {
    let offer = add(store, "B1").await;
    let mut held = Vec::new();
    for n in 0..3 {
        let new = reservation(&format!("rs_{n}"), &offer, span(n, n + 1));
        held.push(book(store, new).await.unwrap());
    }
    let mut next = held.clone();
    for (r, state) in next.iter_mut().zip([
        ReservationState::Expired,
        ReservationState::Confirmed,
        ReservationState::Cancelled,
    ]) {
        r.state = state;
        r.owed_cents = -3;
    }
    next[1].arrived_at = Some(NOW);
    // Another has been at the last one.
    next[2].version = 7;
    let lines: Vec<LedgerLine> = next[..2].iter().map(|r| line(r, &offer)).collect();
    let all: Vec<&Reservation> = next.iter().collect();
    let changed = done(store, async |w| {
        let changed = w.advance_all(&all, NOW).await?;
        w.log_all(&lines.iter().collect::<Vec<_>>()).await?;
        Ok(changed)
    });
    let mut changed = changed.await.unwrap();
    changed.sort_unstable();
    assert_eq!(changed, [(held[0].id, 2), (held[1].id, 2)]);
    let ids: Vec<i64> = held.iter().map(|r| r.id).chain([1_000_000]).collect();
    let now = store.reservations(&ids).await.unwrap();
    let version = 2;
    let first = Reservation {
        version,
        ..next[0].clone()
    };
    let second = Reservation {
        version,
        ..next[1].clone()
    };
    assert_eq!(now, [first, second, held[2].clone()]);
    assert_eq!(store.kept().await.unwrap().len(), 2);
    let told = store.history("rs_1").await.unwrap();
    assert_eq!(told.len(), 1);
    assert_eq!(
        LedgerLine {
            id: 0,
            ..told[0].clone()
        },
        lines[1]
    );
    // A hold is not confirmed at its deadline, one or many.
    let late = Reservation {
        state: ReservationState::Confirmed,
        ..held[2].clone()
    };
    let at = held[2].expires_at;
    let changed = done(store, async |w| w.advance_all(&[&late], at).await).await;
    assert_eq!(changed, Ok(vec![]));
    let nowhere = LedgerLine {
        reservation: "rs_9".into(),
        ..lines[0].clone()
    };
    let logged = done(store, async |w| w.log_all(&[&lines[0], &nowhere]).await).await;
    assert_eq!(logged, Err(StoreError::NoSuch));
    assert_eq!(store.offers_of(&[offer.id, 99]).await.unwrap(), [offer]);
    let mut kept = Vec::new();
    store.kept_each(|r| kept.push(r)).await.unwrap();
    assert_eq!(kept, store.kept().await.unwrap());
}

fn line(r: &Reservation, offer: &Offer) -> LedgerLine {
    LedgerLine {
        id: 0,
        at: NOW,
        reservation: r.name.to_string(),
        bay: "B1".into(),
        owner: "acme \"1\"".into(),
        driver: "app".into(),
        event: r.state.name().into(),
        cause: "clock".into(),
        amount_cents: -10,
        currency: Currency::SGD,
        offer: offer.id,
        offer_name: offer.name.to_string(),
        day: 20_780,
    }
}
