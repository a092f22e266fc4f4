//! What the stream is told of a stay at its driver's word.

use super::*;
use crate::domain::BayStatus::{Occupied, Unknown, Vacant};

impl DeskRig {
    /// What the journal has been told since the last look: at, status.
    fn heard(&self) -> Vec<(Millis, BayStatus)> {
        let told = std::mem::take(&mut *self.told.lock().unwrap());
        assert!(
            told.iter().all(|o| o.source_kind == SourceKind::Booking
                && o.bay == self.registry.bay("P-0").unwrap())
        );
        told.iter().map(|o| (o.at, o.status)).collect()
    }

    async fn arrived(&self) -> Reservation {
        self.offer(0, 0, 600, |_| {}).await;
        let booked = self.book(0, 120).await;
        self.step(&booked, DriverAct::Arrive).await.unwrap()
    }
}

fn minute(n: u64) -> Millis {
    NOW.plus(n * MINUTE)
}

fn just_before(at: Millis) -> Millis {
    Millis(at.0 - 1)
}

#[tokio::test]
async fn where_nobody_looks_both_ends_of_a_stay_are_reports_and_said_twice_they_are_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(dir.path(), Matching::Batch).await;
    let there = rig.arrived().await;
    let first = [(just_before(NOW), Vacant), (NOW, Occupied)];
    assert_eq!(rig.heard(), first);
    rig.clock.set(minute(5));
    rig.step(&there, DriverAct::Arrive).await.unwrap();
    assert_eq!(
        rig.heard(),
        first,
        "the answer was lost on the way: the same once more"
    );
    rig.clock.set(minute(30));
    rig.step(&there, DriverAct::Arrive).await.unwrap();
    assert_eq!(rig.heard(), [], "that is long known");
    rig.step(&there, DriverAct::Depart).await.unwrap();
    let last = [(just_before(minute(30)), Occupied), (minute(30), Vacant)];
    assert_eq!(rig.heard(), last);
    rig.step(&there, DriverAct::Depart).await.unwrap();
    assert_eq!(rig.heard(), last);
    assert_eq!(rig.metrics.share.reports.get(), 8);
}

#[tokio::test]
async fn while_the_stay_lasts_its_word_is_kept_from_lapsing_and_no_longer() {
    let dir = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(dir.path(), Matching::Batch).await;
    let there = rig.arrived().await;
    rig.is_said(0, Occupied, SourceKind::Booking);
    rig.heard();
    rig.at(4).await;
    assert_eq!(rig.heard(), [], "a third of 15 minutes has not gone by");
    rig.at(5).await;
    assert_eq!(rig.heard(), [(minute(5), Occupied)]);
    rig.is_said(0, Occupied, SourceKind::Booking);
    rig.at(9).await;
    assert_eq!(rig.heard(), []);
    // It had lapsed: the hub was away.
    rig.at(40).await;
    assert_eq!(rig.heard(), [(minute(40), Occupied)]);
    rig.sees(0, Occupied);
    rig.at(50).await;
    assert_eq!(rig.heard(), [], "now a sensor sees it");
    rig.is_said(0, Occupied, SourceKind::Booking);
    rig.at(119).await;
    assert_eq!(rig.heard(), [(minute(119), Occupied)]);
    rig.is_said(0, Occupied, SourceKind::Booking);
    rig.at(121).await;
    assert_eq!(
        rig.now(&there).await.state,
        crate::domain::ReservationState::Completed,
        "its own word keeps no bay"
    );
    assert_eq!(
        rig.heard(),
        [(minute(121), Unknown)],
        "nobody has seen it leave"
    );
    rig.is_said(0, Unknown, SourceKind::Booking);
    rig.at(140).await;
    rig.step(&there, DriverAct::Depart).await.unwrap();
    assert_eq!(rig.heard(), [], "nobody has seen when it ended");
}

#[tokio::test]
async fn what_a_sensor_sees_is_not_told_twice() {
    let dir = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(dir.path(), Matching::Batch).await;
    rig.sees(0, Vacant);
    let there = rig.arrived().await;
    assert_eq!(rig.heard(), []);
    rig.sees(0, Occupied);
    rig.clock.set(minute(30));
    rig.step(&there, DriverAct::Depart).await.unwrap();
    assert_eq!(rig.heard(), []);
    // Its word has lapsed by the next stay.
    rig.is_said(0, Unknown, SourceKind::Sensor);
    let booked = rig.book(30, 60).await;
    rig.step(&booked, DriverAct::Arrive).await.unwrap();
    assert_eq!(rig.heard().len(), 2);
}

#[tokio::test]
async fn what_the_hub_has_said_itself_is_not_the_next_driver() {
    let dir = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(dir.path(), Matching::Batch).await;
    rig.offer(0, 0, 600, |_| {}).await;
    let booked = rig.book(60, 120).await;
    rig.clock.set(minute(58));
    rig.is_said(0, Occupied, SourceKind::Booking);
    rig.at(59).await;
    assert_eq!(
        rig.now(&booked).await.state,
        crate::domain::ReservationState::Confirmed
    );
    rig.is_said(0, Occupied, SourceKind::App);
    rig.at(60).await;
    assert_eq!(
        rig.now(&booked).await.state,
        crate::domain::ReservationState::Confirmed,
        "no stranger's app moves a booking"
    );
    rig.is_said(0, Occupied, SourceKind::Sensor);
    rig.at(61).await;
    assert_eq!(
        rig.now(&booked).await.state,
        crate::domain::ReservationState::Active,
        "a sensor has seen it"
    );
}
