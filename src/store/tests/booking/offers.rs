//! Offers: kept whole, changed by version, one a bay; and whose bay is whose.

use super::*;
use crate::domain::offer::Hours;
use crate::domain::{CancelRule, FlexRule, LeaveRule, Price, Rules, TimeOfDay, TimeZone, Weekly};

/// With something in every field.
fn whole_offer() -> Offer {
    let zone = TimeZone::parse("Europe/Berlin").unwrap();
    let weekly = vec![Weekly {
        days: 0b100_0001 | Weekly::WORKDAY | Weekly::DAYOFF,
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
        cancel: CancelRule {
            free_min: 90,
            fee_percent: 40,
        },
        grace_min: Some(25),
        leave: LeaveRule {
            max_overstay_min: 15,
            early_refund_percent: 70,
        },
        flex: FlexRule {
            discount_percent: 12,
        },
    };
    let hours = Hours {
        zone,
        once: vec![span(1, 2)],
        weekly,
        closed: vec![span(3, 4), span(1, 9)],
    };
    Offer {
        hours,
        rules,
        notes: "ring \u{5927}\u{5df4}\u{7a91}'; --".into(),
        ..offer("B1")
    }
}

pub(super) async fn an_offer_is_kept_whole_and_changed_by_version(store: &Store) {
    let whole = whole_offer();
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
        price: Price::PerMonth(50_000),
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
}

pub(super) async fn a_recorded_owner_is_kept_until_it_is_taken_back(store: &Store) {
    store.record_owner("B7", Some("acme")).await.unwrap();
    store.record_owner("B1", Some("acme")).await.unwrap();
    store.record_owner("B7", None).await.unwrap();
    assert_eq!(
        store.recorded_owners().await.unwrap(),
        [("B1".to_owned(), "acme".to_owned())]
    );
}

pub(super) async fn a_bay_is_on_one_offer_at_a_time(store: &Store) {
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
