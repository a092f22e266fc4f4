//! Offers, reservations and the ledger, alike on both databases. Above all: no bay twice.

mod ledger;
mod many;
mod offers;
mod owned;
mod reservations;
mod shares;
mod told;

use super::*;
use crate::domain::offer::{CalendarToken, Hours};
use crate::domain::{
    BayKind, CancelRule, Currency, LatLon, LeaveRule, Millis, Offer, OfferState, Price, Promise,
    Reservation, ReservationState, Rules, Span, TimeZone, Vehicle,
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
    offers::an_offer_is_kept_whole_and_changed_by_version(&open("offers").await).await;
    offers::a_recorded_owner_is_kept_until_it_is_taken_back(&open("owners").await).await;
    offers::a_bay_is_on_one_offer_at_a_time(&open("one_offer").await).await;
    reservations::a_reservation_is_kept_whole(&open("reservations").await).await;
    reservations::what_meets_fits_and_what_overlaps_does_not(&open("meets").await).await;
    reservations::what_is_over_keeps_no_bay(&open("over").await).await;
    reservations::bookings_change_places_in_one_transaction(&open("swap").await).await;
    reservations::a_hold_is_not_confirmed_at_its_deadline(&open("deadline").await).await;
    ledger::the_ledger_is_only_added_to(&open("ledger").await).await;
    ledger::a_line_is_of_the_month_of_its_offers_own_clock(&open("months").await).await;
    ledger::an_answer_is_remembered_until_it_is_forgotten(&open("answers").await).await;
    many::what_falls_due_at_once_is_changed_at_once(&open("many").await).await;
    owned::an_owner_reads_its_bookings_page_by_page(&open("owned").await).await;
    owned::a_bay_tells_what_is_booked_now_and_next(&open("owned_bays").await).await;
    told::facts_are_written_with_what_they_tell(&open("told").await).await;
    told::an_endpoint_is_kept_changed_and_disabled(&open("endpoints").await).await;
    told::one_hub_tells_at_a_time(&open("tellers").await).await;
    told::an_order_is_told_to_all_who_want_it_before_what_waits(&open("orders").await).await;
    shares::answers_are_counted_as_they_come_and_go(&open("counted").await).await;
    shares::holds_are_counted_until_they_end_and_drivers_forgotten_then(&open("holds").await).await;
    shares::what_is_made_of_holds_adds_up_by_the_hour(&open("made").await).await;
    shares::a_database_has_one_secret_for_ever(&open("secret").await).await;
    reservations::one_that_fails_takes_nothing_with_it(&open("fenced").await).await;
    reservations::of_a_thousand_for_one_slot_one_gets_it(&fresh("thousand").await).await;
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
        pool: None,
        owner: "acme".into(),
        state: OfferState::Open,
        hours,
        price: Price::PerHour(300),
        currency: Currency::SGD,
        rules: Rules::default(),
        notes: String::new(),
        calendar: CalendarToken("k1".into()),
        created_at: NOW,
        version: 0,
    }
}

pub(super) fn span(from: u64, to: u64) -> Span {
    Span::new(NOW.plus(from * HOUR), NOW.plus(to * HOUR)).unwrap()
}

pub(super) fn reservation(name: &str, offer: &Offer, span: Span) -> Reservation {
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
            walk_m: 115,
            max_price_cents: 300,
            flexible: true,
            vehicle,
        },
        walk_m: 120,
        cancel: CancelRule {
            free_min: 45,
            fee_percent: 30,
        },
        leave: LeaveRule {
            max_overstay_min: 33,
            early_refund_percent: 44,
        },
        overstay_at: None,
        owed_cents: 7,
        expires_at: NOW.plus(180_000),
        created_at: NOW,
        arrived_at: None,
        came_by_word: false,
        departed_at: None,
        seen_since: None,
        at_risk: None,
        grace_min: 25,
        moved: None,
        moves: 0,
        season: None,
        version: 0,
    }
}

/// Does one thing in a transaction of its own.
pub(super) async fn done<T>(
    store: &Store,
    act: impl AsyncFnOnce(&mut Work) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let mut work = store.work().await?;
    let made = act(&mut work).await?;
    work.commit().await?;
    Ok(made)
}

pub(super) async fn add(store: &Store, bay: &str) -> Offer {
    done(store, async |w| w.add_offer(&offer(bay)).await)
        .await
        .unwrap()
}

pub(super) async fn book(store: &Store, new: Reservation) -> Result<Reservation, StoreError> {
    done(store, async move |w| w.book(&new, None, None).await).await
}
