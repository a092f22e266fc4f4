//! What giving up a booking costs: by the owner's rule as it was agreed, never through another's doing.

use super::*;
use crate::domain::CancelRule;
use crate::domain::ReservationState::{Cancelled, Confirmed};

/// Free until an hour before the start, then half of the price.
const HALF: CancelRule = CancelRule {
    free_min: 60,
    fee_percent: 50,
};

/// What owner and driver are told of all that was ever booked.
pub(super) async fn totals(rig: &DeskRig) -> [i64; 2] {
    let ever = LedgerPeriod::of_moments(Span {
        start: Millis(0),
        end: Millis(NOW.0 * 2),
    });
    let mut sums = [0, 0];
    for (n, of) in [(Party::Owner, "acme"), (Party::Driver, "app")]
        .into_iter()
        .enumerate()
    {
        let told = rig.desk.statement(of, &ever, None, 1000).await.unwrap();
        sums[n] = told.totals.iter().map(|t| t.amount_cents).sum();
        let lines = told.lines.iter().map(|l| l.amount_cents);
        assert_eq!(sums[n], lines.sum::<i64>());
    }
    sums
}

#[tokio::test]
async fn cancelling_late_credits_the_owner_with_the_fee_and_tells_the_driver() {
    let dir = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(dir.path(), Matching::Batch).await;
    rig.offer(0, 0, 600, |o| {
        o.price = Price::PerHour(301);
        o.rules.cancel = HALF;
    })
    .await;
    let early = rig.book(120, 180).await;
    assert_eq!((early.cancel, early.owed_cents), (HALF, 301));
    let free = rig.step(&early, DriverAct::Cancel).await.unwrap();
    assert_eq!((free.state, free.owed_cents), (Cancelled, 0));

    let late = rig.book(120, 180).await;
    rig.at(60).await;
    let paid = rig.step(&late, DriverAct::Cancel).await.unwrap();
    assert_eq!(
        (paid.state, paid.owed_cents, paid.price_cents),
        (Cancelled, 150, 301)
    );
    assert_eq!(rig.now(&late).await, paid);
    assert_eq!(
        rig.events(&late).await[2],
        named("cancelled", "driver", -151)
    );
    let again = rig.step(&late, DriverAct::Cancel).await.unwrap();
    assert_eq!(again.owed_cents, 150, "said twice it costs once");

    let begun = rig.book(120, 180).await;
    rig.at(121).await;
    let whole = rig.step(&begun, DriverAct::Cancel).await.unwrap();
    assert_eq!((whole.state, whole.owed_cents), (Cancelled, 301));
    assert_eq!(totals(&rig).await, [451, 451]);
}

#[tokio::test]
async fn a_hold_is_given_up_for_nothing_however_late() {
    let dir = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(dir.path(), Matching::Batch).await;
    rig.offer(0, 0, 600, |o| o.rules.cancel = HALF).await;
    let held = rig.hold(0, 60).await.unwrap();
    let gone = rig.step(&held, DriverAct::Cancel).await.unwrap();
    assert_eq!((gone.state, gone.owed_cents), (Cancelled, 0));
    assert_eq!(totals(&rig).await, [0, 0]);
}

#[tokio::test]
async fn an_owner_who_makes_the_rule_harder_or_withdraws_changes_nothing_that_was_agreed() {
    let dir = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(dir.path(), Matching::Batch).await;
    let offer = rig.offer(0, 0, 600, |o| o.rules.cancel = HALF).await;
    let booked = rig.book(120, 180).await;
    let mut harder = offer;
    harder.rules.cancel = CancelRule {
        free_min: 600,
        fee_percent: 100,
    };
    let harder = rig.desk.put_offer(harder).await.unwrap();
    rig.desk.withdraw(harder).await.unwrap();
    rig.at(59).await;
    let gone = rig.step(&booked, DriverAct::Cancel).await.unwrap();
    assert_eq!((gone.cancel, gone.owed_cents), (HALF, 0));
}

#[tokio::test]
async fn who_is_moved_keeps_the_rule_they_agreed_to_or_gets_the_kinder_one() {
    let harder = CancelRule {
        free_min: 600,
        fee_percent: 100,
    };
    let kinder = CancelRule {
        free_min: 10,
        fee_percent: 60,
    };
    for (other, stands) in [
        (harder, HALF),
        (
            kinder,
            CancelRule {
                free_min: 10,
                fee_percent: 50,
            },
        ),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let rig = DeskRig::new(dir.path(), Matching::Batch).await;
        rig.offer(0, 0, 600, |o| o.rules.cancel = HALF).await;
        rig.offer(1, 120, 180, |o| o.rules.cancel = other).await;
        let booked = rig.book_flexible(120, 180).await;
        assert_eq!((&*booked.bay, booked.cancel), ("P-0", HALF));
        rig.hold(60, 240).await.expect("for whom it moves");
        let now = rig.now(&booked).await;
        assert_eq!(
            (&*now.bay, now.cancel, now.owed_cents),
            ("P-1", stands, 285)
        );
        rig.at(100).await;
        let gone = rig.step(&booked, DriverAct::Cancel).await.unwrap();
        let late = stands == HALF;
        assert_eq!(gone.owed_cents, if late { 142 } else { 0 });
        let [owner, driver] = totals(&rig).await;
        assert_eq!((owner, driver), (gone.owed_cents, gone.owed_cents));
    }
}

#[tokio::test]
async fn a_bay_that_somebody_else_stands_in_is_given_up_for_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(dir.path(), Matching::Batch).await;
    rig.offer(0, 0, 600, |o| o.rules.cancel = HALF).await;
    let booked = rig.book(120, 180).await;
    rig.clock.set(NOW.plus(105 * MINUTE));
    rig.sees(0, BayStatus::Occupied);
    rig.clock.set(NOW.plus(112 * MINUTE));
    assert_eq!(rig.now(&booked).await.state, Confirmed);
    let gone = rig.step(&booked, DriverAct::Cancel).await.unwrap();
    assert_eq!((gone.state, gone.owed_cents), (Cancelled, 0));

    // And where the driver does not come at all, the hub gives everything back.
    let dir = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(dir.path(), Matching::Batch).await;
    rig.offer(0, 0, 600, |o| o.rules.cancel = HALF).await;
    let first = rig.book(60, 120).await;
    let second = rig.book(120, 180).await;
    rig.at(60).await;
    rig.step(&first, DriverAct::Arrive).await.unwrap();
    rig.at(123).await;
    let revoked = rig.now(&second).await;
    assert_eq!((revoked.state, revoked.owed_cents), (Cancelled, 0));
    assert_eq!(totals(&rig).await, [300, 300]);
}

#[tokio::test]
async fn an_answer_given_again_tells_the_rule_as_it_was_told_at_first() {
    let dir = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(dir.path(), Matching::Batch).await;
    rig.offer(0, 0, 600, |o| o.rules.cancel = HALF).await;
    let wish = Ask {
        key: Some(("trip".into(), said(b"trip"))),
        ..ask(120, 180)
    };
    let told = rig.desk.ask(wish.clone()).await.unwrap();
    rig.step(&told, DriverAct::Confirm).await.unwrap();
    let again = rig.desk.ask(wish).await.unwrap();
    assert_eq!(
        (again.cancel, again.owed_cents, again.state),
        (told.cancel, 0, told.state)
    );
}

#[tokio::test]
async fn an_answer_kept_by_the_bytes_of_its_request_is_given_to_the_same_bytes() {
    let dir = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(dir.path(), Matching::Batch).await;
    rig.offer(0, 0, 600, |_| {}).await;
    let wish = |said: Said| Ask {
        key: Some(("trip".into(), said)),
        ..ask(120, 180)
    };
    // As a hub that compares bytes has kept it.
    let told = rig.desk.ask(wish(said(b"body"))).await.unwrap();
    let meaning = digest(b"meaning");
    let bytes = digest(b"body");
    let again = rig.desk.ask(wish(Said { meaning, bytes })).await.unwrap();
    assert_eq!(again, told);
    let other = rig.desk.ask(wish(said(b"another"))).await;
    assert_eq!(other, Err(DeskError::KeyReused));
}
