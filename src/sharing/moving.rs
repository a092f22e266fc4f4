//! What a move may do to a booking: which bays its driver accepts, and what he pays there.
//!
//! Promises: pure. Nobody pays more on another bay than on the one he has; who has to walk more than a
//! hundred metres farther than he was told at first pays so much less as what is beyond them is worth to
//! him, down to nothing. Who is not
//! flexible is moved for others only to where he gains enough to be told: nearer or cheaper, and
//! neither farther nor dearer.

use super::plan::weights;
use super::search::View;
use crate::domain::{BayStatus, Offer, Reservation};

/// What a driver who is not flexible must gain by a move, in cents of price and walk: for less it is not
/// worth his while to be told another bay. A minute of his time.
const LEAST_GAIN_CENTS: i64 = 20;

/// What it would cost on a bay that costs `price_cents` and is so far away.
pub(super) fn price_there(r: &Reservation, price_cents: i64, walk_m: u32) -> i64 {
    let most = r.promise.max_price_cents - farther_cents(r, walk_m);
    price_cents.min(r.price_cents).min(most).max(0)
}

/// What the bay that it has costs, before what was taken off for a longer walk.
pub(super) fn whole_price(r: &Reservation) -> i64 {
    r.price_cents + farther_cents(r, r.walk_m)
}

/// So much farther than was told costs the same: the next row of a car park.
const FARTHER_M: u32 = 100;

/// Whether the hub may move it to such a bay so that others fit.
fn accepts(r: &Reservation, price_cents: i64, walk_m: u32) -> bool {
    if price_cents > whole_price(r) {
        return false;
    }
    if r.promise.flexible {
        return walk_m <= r.promise.max_walk_m;
    }
    let there = weights().cost(price_there(r, price_cents, walk_m), walk_m);
    let here = weights().cost(r.price_cents, r.walk_m);
    walk_m <= r.walk_m && here - there >= LEAST_GAIN_CENTS
}

/// The longest walk of those bays, metres.
pub(super) fn longest_walk_m(r: &Reservation) -> u32 {
    if r.promise.flexible {
        r.promise.max_walk_m
    } else {
        r.walk_m
    }
}

/// What walking there is worth beyond the walk that was told at first, and what may be added to it.
fn farther_cents(r: &Reservation, walk_m: u32) -> i64 {
    weights().cost(0, walk_m.saturating_sub(r.promise.walk_m + FARTHER_M))
}

impl View<'_> {
    /// Whether the hub may move it to that offer's bay so that others fit: its driver accepts it, it is
    /// believed to be free, and he has not been moved from there.
    pub(super) fn may_move(
        self,
        r: &Reservation,
        offer: &Offer,
        (price_cents, walk_m): (i64, u32),
    ) -> bool {
        offer.id != r.offer
            && accepts(r, price_cents, walk_m)
            && r.moved.as_ref().is_none_or(|m| m.from != offer.bay)
            && self.is_believed_free(offer, r)
    }

    /// Whether an offer's bay is believed to be free when a booking that moves there begins: not one
    /// that is closed, nor one where somebody stands shortly before.
    fn is_believed_free(self, offer: &Offer, r: &Reservation) -> bool {
        let seen = self.index.city().zip(self.index.offer(offer.id));
        let status = seen.and_then(|(city, s)| Some(self.live.bay(city, s.bay?).status));
        match status {
            // The registry does not have it.
            None | Some(BayStatus::Closed) => false,
            Some(BayStatus::Occupied) => !r.is_soon(self.now),
            Some(BayStatus::Vacant | BayStatus::Unknown) => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::reservation::tests::held;
    use crate::domain::{Promise, ReservationState};

    /// For 300 cents at 120 m, told so at first; up to 400 m were asked for.
    fn booked(flexible: bool) -> Reservation {
        let r = held();
        Reservation {
            state: ReservationState::Confirmed,
            promise: Promise {
                flexible,
                ..r.promise
            },
            ..r
        }
    }

    #[test]
    fn who_is_not_flexible_is_moved_only_to_where_he_gains() {
        let r = booked(false);
        for (price, walk, may) in [
            (300, 120, false),
            (300, 40, true),
            (300, 45, false),
            (280, 120, true),
            (281, 120, false),
            (290, 80, true),
            (200, 121, false),
            (301, 0, false),
        ] {
            assert_eq!(accepts(&r, price, walk), may, "{price} {walk}");
        }
    }

    #[test]
    fn who_is_flexible_is_moved_within_what_he_was_promised() {
        let r = booked(true);
        for (price, walk, may) in [
            (300, 120, true),
            (300, 400, true),
            (300, 401, false),
            (301, 0, false),
        ] {
            assert_eq!(accepts(&r, price, walk), may, "{price} {walk}");
        }
    }

    #[test]
    fn a_longer_walk_than_was_told_at_first_takes_its_worth_off_the_price_once() {
        let mut r = booked(true);
        assert_eq!(price_there(&r, 300, 220), 300, "a hundred metres");
        // 240 m are three minutes at 20 cents.
        assert_eq!(price_there(&r, 300, 460), 240);
        assert_eq!(price_there(&r, 230, 460), 230, "cheap enough already");
        (r.price_cents, r.walk_m) = (240, 460);
        assert_eq!(whole_price(&r), 300);
        assert_eq!(price_there(&r, 300, 460), 240, "not once more");
        assert_eq!(price_there(&r, 300, 60), 240, "and never dearer again");
        assert!(accepts(&r, 300, 60) && !accepts(&r, 301, 60));
        (r.promise.max_price_cents, r.price_cents) = (20, 20);
        r.walk_m = 120;
        assert_eq!(price_there(&r, 20, 400), 0, "nor less than nothing");
    }
}
