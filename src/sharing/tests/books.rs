//! What is in the books after a restart.

use super::*;
use crate::domain::ReservationState;

#[tokio::test]
async fn a_desk_that_is_started_again_knows_what_the_first_one_knew() {
    let dir = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(dir.path(), Matching::Batch).await;
    rig.offer(0, 0, 600, |_| {}).await;
    let held = rig.hold(0, 60).await.unwrap();
    let booked = rig.book(60, 120).await;
    // As after a kill: the first desk is told nothing, and never comes to an end.
    let next = DeskRig::on(rig.store.clone(), Matching::Batch, rig.clock.clone()).await;
    next.sees(0, BayStatus::Vacant);
    assert!(
        next.nearby().is_empty(),
        "what is held is kept from others at once"
    );
    assert_eq!(next.hold(30, 90).await, Err(DeskError::NoMatch(Why::Full)));
    assert_eq!(
        next.step(&booked, DriverAct::Cancel).await.unwrap().state,
        ReservationState::Cancelled
    );
    next.at(3).await;
    assert_eq!(next.now(&held).await.state, ReservationState::Expired);
    assert_eq!(next.nearby(), ["P-0"]);
}

#[tokio::test]
async fn a_bay_is_its_operators_unless_an_administrator_has_said_otherwise() {
    let dir = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(dir.path(), Matching::Batch).await;
    assert_eq!(rig.desk.owner("P-0").as_deref(), Some("acme"));
    assert_eq!(rig.desk.owner("nowhere"), None);
    rig.desk.record_owner("P-0", Some("other")).await.unwrap();
    assert_eq!(rig.desk.owner("P-0").as_deref(), Some("other"));
    let next = DeskRig::on(rig.store.clone(), Matching::Batch, rig.clock.clone()).await;
    assert_eq!(next.desk.owner("P-0").as_deref(), Some("other"));
    next.desk.record_owner("P-0", None).await.unwrap();
    assert_eq!(next.desk.owner("P-0").as_deref(), Some("acme"));
}
