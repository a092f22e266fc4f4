//! What must be so of one reservation whatever has happened to it.

use super::*;
use crate::domain::ReservationState::{
    Active, Cancelled, Completed, Confirmed, Expired, Held, NoShow,
};
use crate::domain::flexible::MOST_MOVES;
use crate::domain::reservation::PIN_MS;

impl Model {
    /// `old`: as it was seen last.
    pub(super) async fn check_one(
        &mut self,
        r: &Reservation,
        old: Option<&Reservation>,
        before: Millis,
    ) {
        let told = &self.told[&r.name];
        assert!(
            r.price_cents <= told.price_cents
                && r.span == told.span
                && r.walk_m <= told.promise.max_walk_m
                && r.cancel == r.cancel.kinder(told.cancel),
            "{r:?}"
        );
        if let Some(old) = old {
            assert!(old.version < r.version, "{old:?} {r:?}");
            let stood = old.state == Active && r.state == Active;
            let same = is_same_place(&old.bay, &r.bay);
            assert!(!stood || same, "moved off his bay: {r:?}");
            if same && old.bay != r.bay {
                *self.happened.entry(CHANGED_SEATS).or_default() += 1;
            }
        }
        if r.state.holds() && old.is_none_or(|old| !is_same_place(&old.bay, &r.bay)) {
            let own = |o: &&Offer| is_same_place(&o.bay, &r.bay);
            let all = self.offers.iter().chain(std::iter::once(&self.pool));
            let all: Vec<&Offer> = all.filter(own).collect();
            let offer = all[0];
            assert!(
                offer.state == OfferState::Open && offer.hours.covers(r.span, &Workdays::default()),
                "{offer:?} {r:?}"
            );
            assert_eq!((r.offer, r.free_at), (offer.id, offer.free_at(r.span)));
            if let Some(old) = old {
                *self.happened.entry("moved").or_default() += 1;
                self.check_move(r, old, before);
            }
        }
        let lines = self.rig.store.history(&r.name).await.unwrap();
        let paid: i64 = lines.iter().map(|l| l.amount_cents).sum();
        for line in &lines {
            let own = lines.iter().filter(|l| l.offer == line.offer);
            let owed: i64 = own.map(|l| l.amount_cents).sum();
            // All of it is owed for the bay that it has, and nothing for those it had.
            let due = if line.offer == r.offer { paid } else { 0 };
            assert_eq!(owed, due, "{line:?} {r:?}");
        }
        match r.state {
            Held | Expired => assert_eq!(paid, 0, "{r:?}"),
            Confirmed => assert_eq!(paid, r.price_cents, "{r:?}"),
            // Less, where the bay has been sold again.
            NoShow => assert!((0..=r.price_cents).contains(&paid), "{r:?}"),
            Active => assert_eq!(paid, r.price_cents + self.overrun(r), "{r:?}"),
            Completed => {
                let back = r.early_refund_cents(r.departed_at.unwrap());
                assert!(paid >= r.price_cents - back, "{r:?}");
            }
            Cancelled => {
                let fee = r.cancel.fee_cents(r.price_cents);
                let resold = lines.iter().any(|l| l.event == "resold");
                let whole = [0, fee, r.price_cents].contains(&paid);
                assert!(whole || resold && paid >= 0, "{r:?}");
            }
        }
        assert_eq!(paid, r.owed_cents, "{r:?}");
    }

    /// That its driver accepts it.
    fn check_move(&mut self, r: &Reservation, old: &Reservation, before: Millis) {
        let moved = r.moved.as_ref().unwrap();
        assert!(old.state != Held || r.state != Held, "{old:?} {r:?}");
        assert!(r.moves <= MOST_MOVES, "{r:?}");
        // For each metre beyond a hundred more than was told at first a quarter of a cent.
        let farther = i64::from(r.walk_m.saturating_sub(r.promise.walk_m + 100));
        let most = (r.promise.max_price_cents - farther / 4).max(0);
        assert!(r.price_cents <= most, "{old:?} {r:?}");
        if moved.taken {
            return;
        }
        *self.happened.entry("made room").or_default() += 1;
        assert!(before.plus(PIN_MS) < old.span.start, "{old:?} {r:?}");
        let gains = r.walk_m <= old.walk_m && r.price_cents <= old.price_cents;
        // Before this move there may have been one from a bay that was lost.
        let once = r.moves == old.moves + 1 && *moved.from == *old.bay;
        assert!(r.promise.flexible || gains || !once, "{old:?} {r:?}");
    }

    /// What has been charged for the time after the end of a stay that goes on.
    fn overrun(&mut self, r: &Reservation) -> i64 {
        let overstay_at = None;
        let uncharged = Reservation {
            overstay_at,
            ..r.clone()
        };
        *self.happened.entry("overstayed").or_default() += u32::from(r.overstay_at.is_some());
        uncharged.overstay_cents(r.charged_until())
    }
}
