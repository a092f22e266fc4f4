//! What an owner reads: pages that meet without gap or overlap, each by an index.

use super::*;
use crate::store::owned::PAGES;
use sqlx::Row as _;
use std::sync::Arc;

const FIRST: (Millis, i64) = (Millis(0), 0);

async fn names(store: &Store, of: BookingsOf<'_>, page: BookingPage) -> Vec<String> {
    let found = store.owned_bookings(of, page).await.unwrap();
    let name = |b: &OwnedBooking| format!("{} {}", b.booking.name, b.offer);
    found.iter().map(name).collect()
}

pub(super) async fn an_owner_reads_its_bookings_page_by_page(store: &Store) {
    let one = add(store, "B1").await;
    let two = add(store, "B2").await;
    let other = Offer {
        owner: "other".into(),
        ..offer("B3")
    };
    let other = done(store, async |w| w.add_offer(&other).await)
        .await
        .unwrap();
    let mut made = Vec::new();
    // Two begin at the same moment.
    for (name, offer, hour) in [
        ("rs_3", &one, 3),
        ("rs_1", &one, 1),
        ("rs_2", &two, 1),
        ("rs_x", &other, 1),
        ("rs_4", &two, 4),
    ] {
        let new = reservation(name, offer, span(hour, hour + 1));
        made.push(book(store, new).await.unwrap());
    }
    let given_up = Reservation {
        state: ReservationState::Cancelled,
        ..made[1].clone()
    };
    done(store, async |w| w.advance(&given_up, NOW).await)
        .await
        .unwrap();
    let acme = BookingsOf::Owner("acme");
    let page = BookingPage {
        state: None,
        after: FIRST,
        limit: 10,
    };
    let all = ["rs_1 of_B1", "rs_2 of_B2", "rs_3 of_B1", "rs_4 of_B2"];
    assert_eq!(names(store, acme, page).await, all);
    let mut walked = Vec::new();
    let mut after = FIRST;
    loop {
        let next = BookingPage {
            after,
            limit: 1,
            ..page
        };
        let found = store.owned_bookings(acme, next).await.unwrap();
        let Some(last) = found.last() else { break };
        after = (last.booking.span.start, last.booking.id);
        walked.extend(names(store, acme, next).await);
    }
    assert_eq!(walked, all);
    let held = BookingPage {
        state: Some(ReservationState::Held),
        ..page
    };
    assert_eq!(names(store, acme, held).await, all[1..]);
    let later = BookingPage {
        after: (NOW.plus(3 * HOUR), 0),
        ..page
    };
    assert_eq!(
        names(store, acme, later).await,
        all[2..],
        "from its own start on"
    );
    let of_one = BookingsOf::Offer(one.id);
    assert_eq!(names(store, of_one, page).await, [all[0], all[2]]);
    assert_eq!(names(store, of_one, held).await, [all[2]]);
    assert_eq!(
        names(store, BookingsOf::Owner("nobody"), page).await,
        [""; 0]
    );
}

pub(super) async fn a_bay_tells_what_is_booked_now_and_next(store: &Store) {
    let one = add(store, "B1").await;
    for (name, hour) in [("rs_2", 2), ("rs_9", 9), ("rs_0", 0), ("rs_5", 5)] {
        let new = reservation(name, &one, span(hour, hour + 1));
        book(store, new).await.unwrap();
    }
    store.record_owner("B2", Some("acme")).await.unwrap();
    // More than one statement takes, of which all but two were never heard of.
    let bays: Vec<Arc<str>> = (1..=70).map(|n| format!("B{n}").into()).collect();
    let at = async |owner: &str, hour: u64| {
        let now = NOW.plus(hour * HOUR);
        let mut found = store.owned_bays(owner, &bays, now).await.unwrap();
        assert_eq!(found.len(), 2, "{found:?}");
        assert_eq!(found.remove("B2"), Some(OwnedBay::default()));
        found.remove("B1").unwrap()
    };
    let brief = |of: &OwnedBay| {
        let name = |b: &Option<BriefBooking>| b.as_ref().map(|b| b.name.to_string());
        (name(&of.now), name(&of.next))
    };
    let now = at("acme", 2).await;
    assert_eq!(now.offer, Some(("of_B1".into(), OfferState::Open)));
    assert_eq!(brief(&now), (Some("rs_2".into()), Some("rs_5".into())));
    assert_eq!(now.now.map(|b| b.span), Some(span(2, 3)));
    assert_eq!(brief(&at("acme", 9).await), (Some("rs_9".into()), None));
    assert_eq!(at("other", 2).await, OwnedBay::default(), "not its own");
    assert!(store.owned_bays("acme", &[], NOW).await.unwrap().is_empty());
}

#[tokio::test]
async fn no_page_of_an_owners_looks_through_the_book() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&Config::default(), dir.path()).await.unwrap();
    let Pools::Sqlite { read, .. } = &store.0 else {
        panic!("SQLite only")
    };
    let own = PAGES.map(|(page, index)| (page, format!("INDEX {index} (")));
    let ledger = crate::store::ledger::MONTHS.map(|(page, index)| (page, index.to_owned()));
    for (page, index) in own.into_iter().chain(ledger) {
        let plan = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {page}"));
        let steps: Vec<String> = sqlx::query(plan)
            .fetch_all(read)
            .await
            .unwrap()
            .iter()
            .map(|row| row.get("detail"))
            .collect();
        let steps = steps.join("\n");
        assert!(steps.contains(&index), "{steps}");
        // A sum by currency is of few.
        let dear = if page.contains("SUM") {
            "SCAN"
        } else {
            "TEMP B-TREE"
        };
        for dear in ["SCAN", dear] {
            assert!(!steps.contains(dear), "{page}: {steps}");
        }
    }
}
