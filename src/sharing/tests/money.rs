//! Whose the money is: what a driver owes, what owners are owed and what their offers have brought are
//! sums of the same lines.

use super::*;
use crate::domain::ReservationState::Completed;

impl DeskRig {
    /// What a partner is owed, or owes, in all, after a look at each page.
    pub(super) async fn sum(&self, of: (Party, &str)) -> i64 {
        let ever = LedgerPeriod::of_days(0..1_000_000);
        let mut page = None;
        let mut sum = 0;
        loop {
            let told = self.desk.statement(of, &ever, page, 7).await.unwrap();
            sum += told.lines.iter().map(|l| l.amount_cents).sum::<i64>();
            page = told.next;
            if page.is_none() {
                let total: i64 = told.totals.iter().map(|t| t.amount_cents).sum();
                assert_eq!(total, sum, "{of:?}");
                return sum;
            }
        }
    }

    /// What an offer has brought until the end of today.
    pub(super) async fn brought(&self, offer: &Offer) -> i64 {
        let day = 24 * 60 * MINUTE;
        let ever = Span::new(Millis(NOW.0 - day), self.clock.now().plus(day)).unwrap();
        let used = self.desk.utilisation(offer, ever).await.unwrap();
        used.days.iter().map(|d| d.revenue_cents).sum()
    }

    /// That what an owner is owed is what its offers have brought, and nothing of it negative.
    pub(super) async fn assert_it_adds_up(&self, owner: &str, driver: &str) {
        let mut brought = 0;
        let mut after = 0;
        loop {
            let offers = self.desk.offers(owner, after, 100).await.unwrap();
            let Some(last) = offers.last() else { break };
            after = last.id;
            for offer in &offers {
                let by_this = self.brought(offer).await;
                assert!(by_this >= 0, "{offer:?}");
                brought += by_this;
            }
        }
        assert_eq!(self.sum((Party::Owner, owner)).await, brought, "{owner}");
        assert!(self.sum((Party::Driver, driver)).await >= brought);
    }
}

#[tokio::test]
async fn who_is_moved_to_anothers_bay_pays_its_owner_all_and_the_first_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(dir.path(), Matching::Batch).await;
    let dear = rig
        .offer(0, 0, 600, |o| o.price = Price::PerHour(400))
        .await;
    let booked = rig.book(120, 180).await;
    rig.desk.record_owner("P-1", Some("other")).await.unwrap();
    let other = rig
        .offer(1, 0, 600, |o| {
            o.owner = "other".into();
            o.hours.zone = TimeZone::parse("Asia/Singapore").unwrap();
        })
        .await;
    assert_eq!(rig.brought(&dear).await, 400);
    let newest = rig.desk.newest().await.unwrap();
    let mut following = Following::new(rig.desk.clone(), "app".into(), newest).unwrap();
    rig.at(104).await;
    rig.sees(0, BayStatus::Occupied);
    rig.at(112).await;
    let moved = rig.now(&booked).await;
    assert_eq!((&*moved.bay, moved.owed_cents), ("P-1", 300));
    let back = named("moved", "hub", -400);
    let owed = named("moved", "hub", 300);
    assert_eq!(rig.events(&booked).await[2..], [back, owed]);
    let told = following.news().await.unwrap();
    assert_eq!(told.len(), 1, "the driver is moved once: {told:?}");
    assert_eq!((&*told[0].bay, told[0].amount_cents), ("P-1", 300));
    assert!(following.news().await.unwrap().is_empty());

    rig.at(120).await;
    rig.step(&moved, DriverAct::Arrive).await.unwrap();
    rig.at(179).await;
    let gone = rig.step(&moved, DriverAct::Depart).await.unwrap();
    assert_eq!((gone.state, gone.owed_cents), (Completed, 300));
    for (offer, cents) in [(&dear, 0), (&other, 300)] {
        assert_eq!(rig.brought(offer).await, cents);
        assert_eq!(rig.sum((Party::Owner, &offer.owner)).await, cents);
    }
    assert_eq!(rig.sum((Party::Driver, "app")).await, 300);
}

#[tokio::test]
async fn a_move_that_costs_nothing_is_one_line_and_an_offer_that_is_gone_keeps_its_clock() {
    let dir = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(dir.path(), Matching::Batch).await;
    rig.offer(0, 0, 600, |o| o.price = Price::PerHour(0)).await;
    let booked = rig.book_flexible(120, 180).await;
    rig.offer(1, 120, 180, |o| o.price = Price::PerHour(0))
        .await;
    rig.hold(60, 240).await.expect("for whom it moves");
    assert_eq!(rig.events(&booked).await[2..], [named("moved", "hub", 0)]);

    // 2026-11-23 02:00 UTC is still the 22nd there.
    let west = rig
        .offer(3, 0, 600, |o| {
            o.hours.zone = TimeZone::parse("America/New_York").unwrap();
        })
        .await;
    let booked = Ask {
        place: north(3),
        max_walk_m: 10,
        ..ask(60, 120)
    };
    let booked = rig.desk.ask(booked).await.unwrap();
    let booked = rig.step(&booked, DriverAct::Confirm).await.unwrap();
    rig.desk.withdraw(west).await.unwrap();
    rig.step(&booked, DriverAct::Cancel).await.unwrap();
    let lines = rig.store.history(&booked.name).await.unwrap();
    let dates: Vec<String> = lines.iter().map(|l| TimeZone::date_of(l.day)).collect();
    assert_eq!(dates, ["2026-11-22"; 3]);
}

#[tokio::test]
async fn a_listing_goes_on_as_it_began_whatever_is_written_meanwhile() {
    let dir = tempfile::tempdir().unwrap();
    let rig = DeskRig::new(dir.path(), Matching::Batch).await;
    rig.offer(0, 0, 600, |_| {}).await;
    rig.book(60, 120).await;
    let acme = (Party::Owner, "acme");
    let ever = LedgerPeriod::of_days(0..1_000_000);
    let first = rig.desk.statement(acme, &ever, None, 1).await.unwrap();
    rig.book(120, 180).await;
    // Remembered by this hub, and found again by another.
    let (desk, task) = Desk::open(rig.parts(Matching::Batch)).await.unwrap();
    tokio::spawn(task);
    for desk in [&*rig.desk, &desk] {
        let second = desk.statement(acme, &ever, first.next, 1).await.unwrap();
        assert_eq!(second.totals, first.totals);
        assert_eq!((second.lines[0].amount_cents, second.next), (300, None));
    }
    assert_eq!(rig.sum(acme).await, 600, "a new one has all");
}
