//! Which private bays the live view shows, as offers open and close, are changed and withdrawn, and
//! bays are booked.

use super::*;
use crate::domain::{TimeOfDay, Weekly, ZoneIx};
use crate::live::PublicZone;
use crate::registry::city::ZoneSpec;

/// What everybody is told of `P`: bays on offer, to be had, and not.
fn figures(rig: &DeskRig) -> [u32; 3] {
    let told = rig
        .live
        .public_zone(&rig.registry.city(), ZoneIx(0), rig.clock.now());
    let PublicZone { tally, .. } = told.unwrap();
    assert_eq!((tally.occupied, tally.unknown, tally.closed), (0, 0, 0));
    [tally.capacity, tally.vacant[0], tally.reserved]
}

async fn rig(dir: &tempfile::TempDir) -> DeskRig {
    DeskRig::new(dir.path(), Matching::Batch).await
}

#[tokio::test]
async fn a_private_bay_is_found_only_while_it_is_on_offer_and_nobody_has_it() {
    let dir = tempfile::tempdir().unwrap();
    let rig = rig(&dir).await;
    rig.sees(0, BayStatus::Vacant);
    rig.sees(1, BayStatus::Vacant);
    assert_eq!((rig.nearby(), figures(&rig)), (vec![], [0, 0, 0]));
    let offer = rig.offer(0, 30, 600, |_| {}).await;
    assert_eq!(
        (rig.nearby(), figures(&rig)),
        (vec![], [0, 0, 0]),
        "not yet"
    );
    rig.at(30).await;
    assert_eq!(
        (rig.nearby(), figures(&rig)),
        (vec!["P-0".into()], [1, 1, 0])
    );
    let booked = rig.book(30, 60).await;
    assert_eq!((rig.nearby(), figures(&rig)), (vec![], [1, 0, 1]));
    rig.step(&booked, DriverAct::Cancel).await.unwrap();
    assert_eq!(
        (rig.nearby(), figures(&rig)),
        (vec!["P-0".into()], [1, 1, 0])
    );
    for state in [OfferState::Paused, OfferState::Open, OfferState::Withdrawn] {
        let now = rig.desk.offer(&offer.name, "acme").await.unwrap();
        rig.desk.put_offer(Offer { state, ..now }).await.unwrap();
        let shown = usize::from(state == OfferState::Open);
        assert_eq!(
            (rig.nearby().len(), figures(&rig)[0]),
            (shown, shown as u32)
        );
    }
}

#[tokio::test]
async fn an_offer_that_is_over_is_over_before_anybody_has_closed_it() {
    let dir = tempfile::tempdir().unwrap();
    let rig = rig(&dir).await;
    rig.sees(0, BayStatus::Vacant);
    rig.offer(0, 0, 10, |_| {}).await;
    rig.clock.set(NOW.plus(10 * MINUTE - 1));
    assert_eq!((rig.nearby().len(), figures(&rig)), (1, [1, 1, 0]));
    rig.clock.set(NOW.plus(10 * MINUTE));
    assert_eq!((rig.nearby().len(), figures(&rig)), (0, [0, 0, 0]));
    rig.at(10).await;
    rig.clock.set(NOW);
    assert_eq!(rig.nearby().len(), 0, "closed, until the desk comes by");
    rig.at(1).await;
    assert_eq!(rig.nearby().len(), 1, "the clock was put back");
}

#[tokio::test]
async fn weekly_hours_open_and_close_by_the_owners_wall_clock() {
    let dir = tempfile::tempdir().unwrap();
    let rig = rig(&dir).await;
    rig.sees(0, BayStatus::Vacant);
    // NOW is a Monday, 10:00 in Singapore.
    let singapore = TimeZone::parse("Asia/Singapore").unwrap();
    let weekly = |days, from, to| Weekly {
        days,
        from: TimeOfDay(from),
        to: TimeOfDay(to),
    };
    rig.offer(0, 0, 1, |offer| {
        offer.hours = Hours {
            zone: singapore,
            once: vec![],
            weekly: vec![weekly(1, 12 * 60, 18 * 60), weekly(0b110, 0, 24 * 60)],
            closed: vec![],
        };
    })
    .await;
    // Monday from noon to six; Tuesday and Wednesday without a gap.
    let day = 24 * 60;
    for (minute, open) in [
        (0, false),
        (119, false),
        (120, true),
        (479, true),
        (480, false),
        (14 * 60 - 1, false),
        (14 * 60, true),
        (day + 13 * 60 + 59, true),
        (day + 14 * 60, true),
        (2 * day + 13 * 60 + 59, true),
        (2 * day + 14 * 60, false),
        (7 * day + 120, true),
    ] {
        rig.at(minute).await;
        assert_eq!(rig.nearby().len(), usize::from(open), "{minute}");
    }
}

#[tokio::test]
async fn hours_of_days_off_open_and_close_by_the_calendar() {
    let dir = tempfile::tempdir().unwrap();
    // NOW is a Monday. Tuesday is a holiday, Saturday is worked on in its stead.
    let rig = DeskRig::by("2026-11-24,dayoff\n2026-11-28,workday\n", dir.path()).await;
    rig.sees(0, BayStatus::Vacant);
    let weekly = Weekly {
        days: Weekly::DAYOFF,
        from: TimeOfDay(0),
        to: TimeOfDay(24 * 60),
    };
    rig.offer(0, 0, 1, |offer| {
        (offer.hours.once, offer.hours.weekly) = (vec![], vec![weekly]);
    })
    .await;
    let midnight = 22 * 60;
    let day = 24 * 60;
    for (minute, open) in [
        (0, false),
        (midnight - 1, false),
        (midnight, true),
        (midnight + day - 1, true),
        (midnight + day, false),
        (midnight + 4 * day, false),
        (midnight + 5 * day - 1, false),
        (midnight + 5 * day, true),
        (midnight + 6 * day, false),
    ] {
        rig.at(minute).await;
        assert_eq!(rig.nearby().len(), usize::from(open), "{minute}");
    }
}

#[tokio::test]
async fn where_nobody_looks_the_owners_word_holds_and_who_is_seen_there_has_the_bay() {
    let dir = tempfile::tempdir().unwrap();
    let rig = rig(&dir).await;
    rig.offer(0, 0, 600, |_| {}).await;
    for (status, found) in [
        (BayStatus::Unknown, 1),
        (BayStatus::Vacant, 1),
        (BayStatus::Occupied, 0),
        (BayStatus::Closed, 0),
    ] {
        rig.sees(0, status);
        let want = [1, found, 1 - found];
        let got = (rig.nearby().len() as u32, figures(&rig));
        assert_eq!(got, (found, want), "{status:?}");
    }
}

#[tokio::test]
async fn a_desk_that_begins_shows_what_is_open_and_booked_before_it_answers() {
    let dir = tempfile::tempdir().unwrap();
    let first = rig(&dir).await;
    first.offer(0, 0, 600, |_| {}).await;
    first.offer(1, 0, 600, |_| {}).await;
    first.book(0, 60).await;
    let again = DeskRig::on(first.store.clone(), Matching::Batch, first.clock.clone()).await;
    assert_eq!((again.nearby().len(), figures(&again)), (1, [2, 1, 1]));
}

#[tokio::test]
async fn a_zone_that_becomes_private_hides_its_bays_at_once_and_one_that_opens_shows_them() {
    let dir = tempfile::tempdir().unwrap();
    let rig = rig(&dir).await;
    rig.sees(0, BayStatus::Vacant);
    rig.sees(1, BayStatus::Vacant);
    let spec = rig.registry.city().zone(ZoneIx(0)).spec.clone();
    let turn = |kind| {
        let zone = ZoneSpec {
            kind,
            capacity: 0,
            ..spec.clone()
        };
        rig.registry.put_zones(vec![zone]).unwrap();
    };
    for (kind, found) in [
        (ZoneKind::OnStreet, 2),
        (ZoneKind::Private, 0),
        (ZoneKind::OffStreet, 2),
    ] {
        turn(kind);
        assert_eq!(
            rig.nearby().len(),
            found,
            "{kind:?}, with no word to the desk"
        );
    }
    rig.offer(0, 0, 600, |_| {}).await;
    assert_eq!(rig.nearby().len(), 2);
    turn(ZoneKind::Private);
    assert_eq!(rig.nearby(), ["P-0"]);
    // A bay that moves is another index, on offer once the desk has looked.
    let bay = crate::registry::city::BaySpec {
        id: "P-0".into(),
        zone: "P".into(),
        place: north(1),
        ..testing::bay(0, 0)
    };
    rig.registry.put_bays(vec![bay]).unwrap();
    assert_eq!(rig.nearby().len(), 0);
}

#[tokio::test]
async fn what_the_offer_asks_is_asked_of_who_looks_for_a_bay() {
    let dir = tempfile::tempdir().unwrap();
    let rig = rig(&dir).await;
    let usd = Currency::parse("USD").unwrap();
    rig.offer(0, 0, 600, |_| {}).await;
    rig.offer(1, 0, 600, |o| o.currency = usd).await;
    rig.offer(2, 0, 600, |o| o.rules.max_height_cm = 190).await;
    rig.offer(3, 0, 600, |o| o.rules.ev_only = true).await;
    let found = |edit: fn(&mut Query)| {
        let mut query = Query {
            at: NOW,
            ..Query::at(north(0))
        };
        edit(&mut query);
        let city = rig.registry.city();
        let mut hits = Vec::new();
        rig.live.nearest(&city, &query, &mut hits);
        let ids = hits.iter().map(|h| city.bay_id(h.bay).to_string());
        ids.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(found(|_| {}), "P-0 P-1 P-2");
    assert_eq!(found(|q| q.max_price_cents_per_hour = Some(300)), "P-0 P-2");
    assert_eq!(found(|q| q.max_price_cents_per_hour = Some(299)), "");
    assert_eq!(found(|q| q.min_height_cm = Some(200)), "P-0 P-1");
    assert_eq!(found(|q| q.kind = BayKind::Heavy), "");
}
