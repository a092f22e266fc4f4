//! How well an offer was used: offered, booked and used over one span.

use super::*;

/// Minutes offered, booked, used and booked ahead, of the day that it is.
async fn minutes(rig: &DeskRig, offer: &Offer) -> [u64; 4] {
    let now = rig.clock.now();
    let offer = rig.desk.offer(&offer.name, "acme").await.unwrap();
    let span = Span::new(NOW, now.plus(1)).unwrap();
    let used = rig.desk.utilisation(&offer, span).await.unwrap();
    let [day] = &used.days[..] else {
        panic!("{used:?}")
    };
    [day.offered_s, day.booked_s, day.used_s, day.ahead_s].map(|s| s / 60)
}

#[tokio::test]
async fn what_lies_ahead_is_neither_offered_nor_booked_yet() {
    let dir = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(dir.path(), Matching::Batch).await;
    let offer = rig.offer(0, 0, 600, |_| {}).await;
    rig.sees(0, BayStatus::Vacant);
    let booked = rig.book(60, 180).await;
    assert_eq!(minutes(&rig, &offer).await, [0, 0, 0, 120]);
    rig.at(90).await;
    assert_eq!(minutes(&rig, &offer).await, [90, 30, 0, 0], "nobody came");
    let again = rig.book(100, 160).await;
    assert_ne!(booked.id, again.id);
    rig.at(100).await;
    rig.step(&again, DriverAct::Arrive).await.unwrap();
    rig.at(130).await;
    assert_eq!(minutes(&rig, &offer).await, [130, 70, 30, 30]);
}

#[tokio::test]
async fn what_was_booked_was_on_offer_and_no_minute_counts_twice() {
    let dir = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(dir.path(), Matching::Batch).await;
    let offer = rig.offer(0, 0, 600, |_| {}).await;
    let first = rig.book(0, 120).await;
    rig.step(&first, DriverAct::Arrive).await.unwrap();
    rig.at(60).await;
    rig.step(&first, DriverAct::Depart).await.unwrap();
    // The hour that the first driver has left is another's.
    let second = rig.book(70, 110).await;
    rig.at(70).await;
    rig.step(&second, DriverAct::Arrive).await.unwrap();
    rig.at(110).await;
    rig.step(&second, DriverAct::Depart).await.unwrap();
    assert_eq!(minutes(&rig, &offer).await, [110, 110, 100, 0]);
    // The owner had meant other hours all along.
    let now = rig.desk.offer(&offer.name, "acme").await.unwrap();
    let late = Span::new(NOW.plus(300 * MINUTE), NOW.plus(600 * MINUTE)).unwrap();
    let narrowed = Offer {
        hours: Hours {
            once: vec![late],
            ..now.hours.clone()
        },
        ..now
    };
    rig.desk.put_offer(narrowed).await.unwrap();
    assert_eq!(minutes(&rig, &offer).await, [110, 110, 100, 0]);
}
