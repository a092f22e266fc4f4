//! Orders: exercises, second keys, requests sent twice, and who is rung.

use super::*;

#[tokio::test]
async fn an_exercise_is_told_and_closes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let rig = OrderRig::open(dir.path()).await;
    let exercise = OrderDraft {
        exercise: true,
        severity: Some(Severity::Emergency),
        ..draft(zones(&["Z0", "Z1", "Z2", "Z3"]))
    };
    let issued = rig.issue(exercise).await.unwrap();
    assert_eq!(rig.closes("Z1-0", 0), None);
    let known = rig.desk.book().picture();
    assert!(
        known
            .order(&issued.order.name)
            .unwrap()
            .told
            .contains("\"exercise\":true")
    );
    drop(known);
    let by = signer("lta", "z");
    let no = rig.desk.confirm(&issued.order.name, &by).await;
    assert_eq!(no.unwrap_err(), OrderFault::NoNeed);
}

#[tokio::test]
async fn an_emergency_is_confirmed_by_another_key_or_told_as_unconfirmed() {
    let dir = tempfile::tempdir().unwrap();
    let rig = OrderRig::open(dir.path()).await;
    let emergency = OrderDraft {
        kind: OrderKind::Emergency,
        ..draft(zones(&["Z1"]))
    };
    let issued = rig.issue(emergency.clone()).await.unwrap();
    let name = issued.order.name.clone();
    let told = |name: &str| {
        let known = rig.desk.book().picture();
        let told: serde_json::Value =
            serde_json::from_str(&known.order(name).unwrap().told).unwrap();
        told["confirmation"].as_str().unwrap().to_owned()
    };
    assert!(rig.closes("Z1-0", 0).is_some(), "at once");
    assert_eq!(told(&name), "pending");
    let own = rig.desk.confirm(&name, &signer("lta", "a")).await;
    assert_eq!(own.unwrap_err(), OrderFault::SameKey);
    rig.to(10);
    assert_eq!(told(&name), "unconfirmed");
    assert!(rig.closes("Z1-0", 11).is_some(), "still in force");
    rig.desk
        .confirm(&name, &signer("police", "a"))
        .await
        .unwrap();
    assert_eq!(told(&name), "confirmed");
    // What becomes an emergency is to be confirmed from then on.
    let mild = rig
        .issue(draft(zones(&["Z2"])))
        .await
        .unwrap()
        .order
        .name
        .clone();
    rig.to(60);
    let graver = OrderChange {
        severity: Some(Severity::Emergency),
        ..OrderChange::default()
    };
    rig.desk
        .amend(&mild, graver, &signer("lta", "b"))
        .await
        .unwrap();
    assert_eq!(told(&mild), "pending");
    let own = rig.desk.confirm(&mild, &signer("lta", "b")).await;
    assert_eq!(own.unwrap_err(), OrderFault::SameKey);
}

#[tokio::test]
async fn a_request_that_is_sent_twice_issues_one_order() {
    let dir = tempfile::tempdir().unwrap();
    let rig = OrderRig::open(dir.path()).await;
    let by = signer("lta", "a");
    let request = |digest: u8| {
        Some(OrderRequest {
            key: "k-1".into(),
            digest: [digest; 32],
        })
    };
    let one = rig
        .desk
        .issue(draft(zones(&["Z1"])), &by, request(1))
        .await
        .unwrap();
    let two = rig
        .desk
        .issue(draft(zones(&["Z1"])), &by, request(1))
        .await
        .unwrap();
    assert_eq!(
        (two.order.name.clone(), two.is_known),
        (one.order.name.clone(), true)
    );
    assert_eq!(rig.desk.book().standing(), 1);
    let other = rig.desk.issue(draft(zones(&["Z2"])), &by, request(2)).await;
    assert_eq!(other.unwrap_err(), OrderFault::KeyReused);
    let police = signer("police", "a");
    let theirs = rig
        .desk
        .issue(draft(zones(&["Z2"])), &police, request(2))
        .await;
    assert!(
        !theirs.unwrap().is_known,
        "another partner's key is another's"
    );
}

#[tokio::test]
async fn of_orders_that_overlap_the_gravest_is_named_and_when_it_ends_the_other() {
    let dir = tempfile::tempdir().unwrap();
    let rig = OrderRig::open(dir.path()).await;
    let mild = rig
        .issue(draft(zones(&["Z1"])))
        .await
        .unwrap()
        .order
        .name
        .to_string();
    let grave = OrderDraft {
        severity: Some(Severity::Emergency),
        to: Some(NOW.plus(10 * MIN)),
        ..draft(OrderTarget::Bays(vec!["Z1-0".into(), "Z1-0".into()]))
    };
    let grave = rig.issue(grave).await.unwrap();
    assert_eq!(grave.closes, (0, 1));
    let grave = grave.order.name.to_string();
    assert_eq!(rig.closes("Z1-0", 5), Some(grave));
    assert_eq!(rig.closes("Z1-0", 10), Some(mild.clone()));
    assert_eq!(rig.closes("Z1-1", 5), Some(mild));
}

#[tokio::test]
async fn who_stands_there_is_to_leave_from_when_an_order_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let rig = OrderRig::open(dir.path()).await;
    let mild = rig.issue(draft(zones(&["Z1"]))).await.unwrap().order;
    rig.to(10);
    let all = OrderChange {
        affects: Some(Affects::All),
        ..OrderChange::default()
    };
    let by = signer("lta", "a");
    rig.desk.amend(&mild.name, all, &by).await.unwrap();
    let zone = rig.registry.zone("Z1").unwrap();
    let known = rig.desk.book().picture();
    let whole = known.closures.zone(zone).unwrap().whole();
    let told: Vec<_> = whole.iter().map(|c| (c.span.start, c.affects)).collect();
    let changed = NOW.plus(10 * MIN);
    assert_eq!(told, [(NOW, Affects::NewArrivals), (changed, Affects::All)]);
}

#[tokio::test]
async fn followers_are_rung_when_an_order_begins_and_ends_by_the_clock() {
    let dir = tempfile::tempdir().unwrap();
    let rig = OrderRig::open(dir.path()).await;
    let mut changes = rig.desk.book().changes();
    let planned = OrderDraft {
        from: Some(NOW.plus(10 * MIN)),
        to: Some(NOW.plus(20 * MIN)),
        ..draft(zones(&["Z1"]))
    };
    rig.issue(planned).await.unwrap();
    let mut heard = Vec::new();
    let mut told = 0;
    for minutes in [0, 9, 10, 19, 20, 21] {
        rig.to(minutes);
        if changes.has_changed().unwrap() {
            changes.mark_unchanged();
            let known = rig.desk.book().picture();
            heard.extend(
                known
                    .since(told)
                    .iter()
                    .map(|one| (minutes, one.state.name())),
            );
            told = known.newest();
        }
    }
    assert_eq!(heard, [(0, "planned"), (10, "active"), (20, "ended")]);
    assert_eq!(
        rig.desk.book().open_from(),
        Millis(u64::MAX),
        "nothing is being written down"
    );
}
