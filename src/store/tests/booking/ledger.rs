//! The ledger, which is only added to, and the answers that are remembered for a while.

use super::*;

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

pub(super) async fn the_ledger_is_only_added_to(store: &Store) {
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
                .ledger((party, partner), day, (Millis(0), 0), 10)
                .await
                .unwrap()
                .len(),
            lines,
            "{party:?} {partner}"
        );
    }
    let newest = store.last_changes(offer.id, day, 10).await.unwrap();
    assert!(newest.into_values().eq([NOW.plus(2)]), "of three lines");
    let rest = store
        .ledger(
            (Party::Owner, "acme"),
            day,
            (history[0].at, history[0].id),
            1,
        )
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

pub(super) async fn an_answer_is_remembered_until_it_is_forgotten(store: &Store) {
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
