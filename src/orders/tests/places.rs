//! Orders: how often their places are looked for, and how often they are counted.

use super::*;

/// How often an order is looked for in the city while that is done.
async fn looked(rig: &OrderRig, doing: impl Future<Output = ()>) -> usize {
    let before = rig.desk.book().looked();
    doing.await;
    rig.desk.book().looked() - before
}

#[tokio::test]
async fn a_change_of_one_order_looks_for_the_places_of_that_one_alone() {
    let dir = tempfile::tempdir().unwrap();
    let rig = OrderRig::open(dir.path()).await;
    let by = signer("lta", "a");
    let one = rig.issue(draft(zones(&["Z1"]))).await.unwrap().order;
    let issue = async { _ = rig.issue(draft(zones(&["Z2"]))).await.unwrap() };
    assert_eq!(looked(&rig, issue).await, 1);
    let change = OrderChange {
        target: Some(zones(&["Z3"])),
        ..OrderChange::default()
    };
    rig.to(1);
    let amend = async { _ = rig.desk.amend(&one.name, change, &by).await.unwrap() };
    assert_eq!(looked(&rig, amend).await, 1);
    rig.to(2);
    let end = async { _ = rig.desk.end(&one.name, &by).await.unwrap() };
    assert_eq!(looked(&rig, end).await, 0, "it is where it was");
    let closed = |bay, minutes| rig.closes(bay, minutes).is_some();
    assert_eq!([closed("Z1-0", 0), closed("Z1-0", 1)], [true, false]);
    assert_eq!([closed("Z3-0", 1), closed("Z3-0", 2)], [true, false]);
    assert_eq!([closed("Z2-0", 0), closed("Z2-0", 9)], [true, true]);
}

#[tokio::test]
async fn a_change_of_the_city_looks_for_all_orders_again_and_one_that_is_forgotten_for_none() {
    let dir = tempfile::tempdir().unwrap();
    let rig = OrderRig::open(dir.path()).await;
    let lasting = draft(zones(&["Z1", "Z2"]));
    let until = Some(NOW.plus(10 * MIN));
    let short = OrderDraft {
        to: until,
        ..draft(OrderTarget::Bays(vec!["Z3-0".into()]))
    };
    rig.issue(lasting).await.unwrap();
    rig.issue(short).await.unwrap();
    let put = |id: &str| {
        let bay = crate::registry::city::BaySpec {
            id: id.into(),
            ..testing::bay(0, 0)
        };
        rig.registry.put_bays(vec![bay]).unwrap();
    };
    put("one");
    assert_eq!(looked(&rig, async { rig.to(1) }).await, 2);
    assert_eq!(looked(&rig, async { rig.to(11) }).await, 0, "time alone");
    put("two");
    let forgotten = 11 + 35 * 1440;
    assert_eq!(looked(&rig, async { rig.to(forgotten) }).await, 1);
    assert!(rig.closes("Z2-0", forgotten).is_some());
}

#[tokio::test]
async fn what_is_not_there_is_looked_for_with_each_picture_until_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let rig = OrderRig::open(dir.path()).await;
    let one = crate::domain::order::tests::order("or_1", NOW.0);
    let target = OrderTarget::Bays(vec!["Z1-0".into(), "late".into()]);
    rig.desk.book().hold(crate::domain::Order { target, ..one });
    let issue = async { _ = rig.issue(draft(zones(&["Z2"]))).await.unwrap() };
    assert_eq!(looked(&rig, issue).await, 2);
}

#[tokio::test]
async fn orders_are_counted_when_there_is_another_picture_of_them_and_not_before() {
    let dir = tempfile::tempdir().unwrap();
    let rig = OrderRig::open(dir.path()).await;
    let planned = OrderDraft {
        from: Some(NOW.plus(10 * MIN)),
        ..draft(zones(&["Z1"]))
    };
    rig.issue(planned).await.unwrap();
    let told = &rig.desk.metrics.orders;
    assert_eq!((told.planned.get(), told.active.get()), (1, 0));
    let look = |minutes| {
        rig.to(minutes);
        rig.desk.gauge();
    };
    told.planned.set(7);
    look(9);
    assert_eq!(told.planned.get(), 7, "nothing has changed");
    look(10);
    assert_eq!((told.planned.get(), told.active.get()), (0, 1));
}
