//! Bays that go while they are booked: closed, deleted, another owner's.

use super::*;
use crate::domain::ReservationState::{Active, Cancelled, Confirmed};
use crate::domain::Risk;

/// `P-0` and `P-1` on offer, `P-0` booked from minute 60 to 120.
async fn booked(folder: &Path) -> (DeskRig, Offer, Reservation) {
    let rig = DeskRig::new(folder, Matching::Batch).await;
    let offer = rig.offer(0, 0, 600, |_| {}).await;
    rig.offer(1, 0, 600, |_| {}).await;
    let booked = rig.book(60, 120).await;
    assert_eq!(&*booked.bay, "P-0");
    (rig, offer, booked)
}

#[tokio::test]
async fn who_has_booked_a_bay_that_is_closed_gets_another() {
    let dir = tempfile::tempdir().unwrap();
    let (rig, _, booked) = booked(dir.path()).await;
    rig.at(20).await;
    rig.sees(0, BayStatus::Closed);
    rig.at(29).await;
    assert_eq!(
        &*rig.now(&booked).await.bay,
        "P-0",
        "it may be opened again"
    );
    rig.at(30).await;
    assert_eq!(&*rig.now(&booked).await.bay, "P-1");
}

#[tokio::test]
async fn who_has_booked_a_bay_that_is_deleted_gets_another_and_where_there_is_none_the_money() {
    let dir = tempfile::tempdir().unwrap();
    let (rig, offer, booked) = booked(dir.path()).await;
    rig.registry.remove_bays(&["P-0".to_owned()]).unwrap();
    rig.at(1).await;
    assert_eq!(&*rig.now(&booked).await.bay, "P-1");
    rig.registry.remove_bays(&["P-1".to_owned()]).unwrap();
    rig.at(2).await;
    let warned = rig.now(&booked).await;
    assert_eq!(
        (warned.state, warned.at_risk),
        (Confirmed, Some(Risk::Gone))
    );
    rig.at(3).await;
    let back = rig.now(&booked).await;
    assert_eq!((back.state, back.owed_cents), (Cancelled, 0));
    let offer = rig.desk.offer(&offer.name, "acme").await.unwrap();
    assert_eq!(offer.state, OfferState::Withdrawn);
}

#[tokio::test]
async fn a_bay_with_another_owner_is_the_new_owners_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let (rig, offer, booked) = booked(dir.path()).await;
    rig.desk.record_owner("P-0", Some("newco")).await.unwrap();
    let old = rig.desk.offer(&offer.name, "acme").await.unwrap();
    assert_eq!(old.state, OfferState::Withdrawn);
    let next = rig
        .offer(0, 0, 600, |o| {
            o.owner = "newco".into();
            o.price = Price::PerHour(200);
        })
        .await;
    rig.at(1).await;
    assert_eq!(
        &*rig.now(&booked).await.bay,
        "P-1",
        "the new owner has agreed to nothing"
    );
    let held = rig.hold(60, 120).await.unwrap();
    assert_eq!((held.offer, &*held.owner), (next.id, "newco"));
}

#[tokio::test]
async fn who_stands_in_the_bay_stays_whoever_owns_it() {
    let dir = tempfile::tempdir().unwrap();
    let (rig, _, booked) = booked(dir.path()).await;
    rig.at(60).await;
    rig.step(&booked, DriverAct::Arrive).await.unwrap();
    rig.desk.record_owner("P-0", Some("newco")).await.unwrap();
    rig.at(70).await;
    let there = rig.now(&booked).await;
    assert_eq!((&*there.bay, there.state), ("P-0", Active));
    assert_eq!((&*there.owner, there.owed_cents), ("acme", 300));
}

#[tokio::test]
async fn a_bay_that_is_given_back_at_once_is_on_offer_as_before() {
    let dir = tempfile::tempdir().unwrap();
    let (rig, offer, booked) = booked(dir.path()).await;
    let zone = rig
        .registry
        .city()
        .zone_of(rig.registry.bay("P-0").unwrap());
    let spec = rig.registry.city().zone(zone).spec.clone();
    rig.registry
        .put_zones(vec![crate::registry::city::ZoneSpec {
            operator: "other".to_owned(),
            ..spec.clone()
        }])
        .unwrap();
    let no = rig.hold(200, 260).await;
    assert!(no.is_err(), "nobody sells what is another's: {no:?}");
    rig.registry.put_zones(vec![spec]).unwrap();
    assert_eq!(rig.hold(200, 260).await.unwrap().offer, offer.id);
    rig.at(1).await;
    assert_eq!(rig.now(&booked).await.state, Confirmed);
}
