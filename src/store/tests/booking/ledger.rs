//! The ledger, which is only added to, and the answers that are remembered for a while.

use super::*;
use crate::store::ledger::MONTHS;
use sqlx::Row as _;
use std::collections::HashMap;

const EVER: i64 = i64::MAX;

fn line(offer: &Offer, event: &str, amount_cents: i64, at: Millis) -> LedgerLine {
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
        offer: offer.id,
        offer_name: offer.name.to_string(),
        day: offer.hours.zone.day(at),
    }
}

async fn page(
    store: &Store,
    of: (Party, &str),
    period: &LedgerPeriod,
    after: (i64, i64),
    limit: u32,
) -> Vec<LedgerLine> {
    let page = LedgerPage {
        after,
        newest: EVER,
        limit,
    };
    store.ledger(of, period, page).await.unwrap()
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
            w.log(&line(&offer, event, cents, NOW.plus(n as u64))).await
        })
        .await
        .unwrap();
    }
    let nowhere = LedgerLine {
        reservation: "rs_9".into(),
        ..line(&offer, "held", 0, NOW)
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
    let ever = LedgerPeriod::of_moments(day);
    for (party, partner, lines) in [
        (Party::Owner, "acme", 3),
        (Party::Driver, "app", 3),
        (Party::Owner, "app", 0),
        (Party::Driver, "acme", 0),
    ] {
        let found = page(store, (party, partner), &ever, (0, 0), 10).await;
        assert_eq!(found.len(), lines, "{party:?} {partner}");
    }
    let newest = store.last_changes(offer.id, day, 10).await.unwrap();
    assert!(newest.into_values().eq([NOW.plus(2)]), "of three lines");
    let acme = (Party::Owner, "acme");
    let after = (history[0].day, history[0].id);
    assert_eq!(page(store, acme, &ever, after, 1).await, history[1..2]);
    let total = |amount_cents, lines| Total {
        currency: Currency::SGD,
        amount_cents,
        lines,
    };
    let first = LedgerPeriod::of_moments(Span::new(NOW, NOW.plus(2)).unwrap());
    let totals = async |period: &LedgerPeriod, newest: i64| {
        store.totals(acme, period, newest).await.unwrap()
    };
    assert_eq!(totals(&first, EVER).await, [total(300, 2)]);
    assert_eq!(totals(&ever, history[1].id).await, [total(300, 2)]);
    let today = history[0].day;
    let takings = store.takings(offer.id, today..today + 1).await.unwrap();
    assert_eq!(takings, HashMap::from([(today, 0)]));
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

/// Two offers by clocks between which it is another day, and month.
pub(super) async fn a_line_is_of_the_month_of_its_offers_own_clock(store: &Store) {
    let utc = add(store, "B1").await;
    let singapore = Offer {
        hours: Hours {
            zone: TimeZone::parse("Asia/Singapore").unwrap(),
            ..offer("B2").hours
        },
        ..offer("B2")
    };
    let singapore = done(store, async |w| w.add_offer(&singapore).await)
        .await
        .unwrap();
    let at = |text: &str| Millis::parse(text).unwrap();
    for (name, offer) in [("rs_1", &utc), ("rs_2", &singapore)] {
        book(store, reservation(name, offer, span(1, 2)))
            .await
            .unwrap();
        for (cents, time) in [
            (1, "2026-10-31T15:59:59Z"),
            (10, "2026-10-31T16:00:00Z"),
            (100, "2026-10-31T23:59:59Z"),
            (1000, "2026-11-01T00:00:00Z"),
        ] {
            let line = LedgerLine {
                reservation: name.into(),
                bay: offer.bay.to_string(),
                ..line(offer, "confirmed", cents, at(time))
            };
            done(store, async |w| w.log(&line).await).await.unwrap();
        }
    }
    let zone = done(store, async |w| w.zone_of(singapore.id).await).await;
    assert_eq!(zone, Ok(singapore.hours.zone));
    let own = |month: &str| LedgerPeriod::of_days(TimeZone::month_days(month).unwrap());
    let by = |zone: TimeZone, month: &str| LedgerPeriod::of_moments(zone.month(month).unwrap());
    let new_york = TimeZone::parse("America/New_York").unwrap();
    for (period, cents) in [
        (own("2026-10"), 111 + 1),
        (own("2026-11"), 1000 + 1110),
        (by(TimeZone::UTC, "2026-10"), 222),
        (by(TimeZone::UTC, "2026-11"), 2000),
        (by(singapore.hours.zone, "2026-10"), 2),
        (by(singapore.hours.zone, "2026-11"), 2220),
        (by(new_york, "2026-10"), 2222),
    ] {
        for of in [(Party::Owner, "acme"), (Party::Driver, "app")] {
            let totals = store.totals(of, &period, EVER).await.unwrap();
            assert_eq!(totals[0].amount_cents, cents, "{period:?}");
            let mut lines = Vec::new();
            // Page by page, without gap or overlap.
            while let Some(last) = {
                let after = lines.last().map_or((0, 0), |l: &LedgerLine| (l.day, l.id));
                page(store, of, &period, after, 1).await.pop()
            } {
                lines.push(last);
            }
            let sum: i64 = lines.iter().map(|l| l.amount_cents).sum();
            assert_eq!((sum, lines.len() as i64), (cents, totals[0].lines));
        }
    }
    let day = TimeZone::month_days("2026-11").unwrap().start;
    for (offer, cents) in [(&utc, 1000), (&singapore, 1110)] {
        let takings = store.takings(offer.id, day..day + 31).await.unwrap();
        assert_eq!(takings, HashMap::from([(day, cents)]));
    }
}

#[tokio::test]
async fn no_question_of_a_month_looks_through_the_ledger() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&Config::default(), dir.path()).await.unwrap();
    let Pools::Sqlite { read, .. } = &store.0 else {
        panic!("SQLite only")
    };
    for (question, index) in MONTHS {
        let plan = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {question}"));
        let steps = sqlx::query(plan).fetch_all(read).await.unwrap();
        let steps: Vec<String> = steps.iter().map(|row| row.get("detail")).collect();
        let steps = steps.join("\n");
        assert!(steps.contains(index), "{steps}");
        assert!(!steps.contains("SCAN"), "{question}: {steps}");
        let is_page = question.contains("LIMIT");
        assert!(
            !is_page || !steps.contains("TEMP B-TREE"),
            "{question}: {steps}"
        );
    }
}
