//! What leaving late or early costs: the owner's rule, as the driver agreed to it.
//!
//! Promises: integers only, in the currency's minor unit. Staying longer costs what the stay did, by the
//! millisecond, rounded up at the end; however often it is charged on the way, it comes to the same. What
//! is given back is rounded down, and never more than its part of the price.

use super::{Millis, Reservation};

const MINUTE_MS: u64 = 60_000;

/// So long after its end a stay is told to run over, for the first time.
pub const FIRST_MS: u64 = 2 * MINUTE_MS;

/// And again after each of these.
pub const EACH_MS: u64 = 15 * MINUTE_MS;

/// The longest that may be charged after the end, minutes.
pub const MOST_OVERSTAY_MIN: u32 = 24 * 60;

/// What an owner asks of who leaves late, and gives to who leaves early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeaveRule {
    /// How long after its end a stay is charged for at most; then it is over.
    pub max_overstay_min: u32,
    /// What is given back of the time that is left, per cent of its price: 100 at most.
    pub early_refund_percent: u8,
}

impl Default for LeaveRule {
    /// Two hours, and nothing.
    fn default() -> Self {
        Self {
            max_overstay_min: 120,
            early_refund_percent: 0,
        }
    }
}

impl LeaveRule {
    /// Whichever costs the driver less: what stands when a booking moves to another owner's bay.
    #[must_use]
    pub fn kinder(self, other: Self) -> Self {
        Self {
            max_overstay_min: self.max_overstay_min.min(other.max_overstay_min),
            early_refund_percent: self.early_refund_percent.max(other.early_refund_percent),
        }
    }
}

impl Reservation {
    /// When a stay that runs over is over for good.
    #[must_use]
    pub fn overstay_ends(&self) -> Millis {
        let most = u64::from(self.leave.max_overstay_min) * MINUTE_MS;
        self.span.end.plus(most)
    }

    /// Until when the stay has been charged for.
    #[must_use]
    pub fn charged_until(&self) -> Millis {
        self.overstay_at.unwrap_or(self.span.end)
    }

    /// What is owed more for a stay that lasts, or has lasted, until `at`, besides what has been charged.
    #[must_use]
    pub fn overstay_cents(&self, at: Millis) -> i64 {
        let all = self.overrun_cents(at);
        all.saturating_sub(self.overrun_cents(self.charged_until()))
            .max(0)
    }

    /// Whether it is time to charge a stay that goes on for what it has run over, and to say so.
    #[must_use]
    pub fn overstay_is_due(&self, now: Millis) -> bool {
        let first = self.span.end.plus(FIRST_MS);
        let due = match self.overstay_at {
            Some(at) if at >= first => {
                let told = at.since(first) / EACH_MS + 1;
                first.plus(told * EACH_MS)
            }
            _ => first,
        };
        now >= due && due < self.overstay_ends()
    }

    /// What a driver who leaves at `at`, before the end, gets back.
    #[must_use]
    pub fn early_refund_cents(&self, at: Millis) -> i64 {
        self.rest_cents(at, self.leave.early_refund_percent.min(100))
    }

    /// What a driver gets back whom the authority has leave at `at`: all that was charged for the time
    /// from then on, whatever the owner's rule.
    #[must_use]
    pub fn cleared_refund_cents(&self, at: Millis) -> i64 {
        let charged = self.overrun_cents(self.charged_until());
        let late = charged.saturating_sub(self.overrun_cents(at)).max(0);
        self.rest_cents(at, 100).saturating_add(late)
    }

    /// So much of the price of what is left at `at`.
    fn rest_cents(&self, at: Millis, percent: u8) -> i64 {
        let left = self.span.end.since(at.max(self.span.start));
        let part = i128::from(self.price_cents.max(0)) * i128::from(left) * i128::from(percent);
        let back = part / (i128::from(self.span.ms()) * 100);
        i64::try_from(back).unwrap_or(self.price_cents)
    }

    /// What all of the time from the end until `at` costs.
    fn overrun_cents(&self, at: Millis) -> i64 {
        let over = u128::from(at.min(self.overstay_ends()).since(self.span.end));
        let ms = u128::from(self.span.ms());
        let cents = u128::from(self.price_cents.unsigned_abs()) * over;
        i64::try_from(cents.div_ceil(ms)).unwrap_or(i64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::super::reservation::tests::held;
    use super::*;
    use crate::domain::{ReservationState, Span};
    use proptest::prelude::*;

    /// An hour for so much.
    fn stay(price_cents: i64, max_overstay_min: u32, early_refund_percent: u8) -> Reservation {
        let start = Millis(1_795_399_200_000);
        Reservation {
            state: ReservationState::Active,
            span: Span::new(start, start.plus(60 * MINUTE_MS)).unwrap(),
            price_cents,
            leave: LeaveRule {
                max_overstay_min,
                early_refund_percent,
            },
            ..held()
        }
    }

    fn min(r: &Reservation, after_end: i64) -> Millis {
        let ms = after_end * MINUTE_MS as i64;
        Millis(r.span.end.0.saturating_add_signed(ms))
    }

    #[test]
    fn a_stay_that_runs_over_costs_what_it_did_until_it_costs_no_more() {
        let r = stay(200, 120, 0);
        for (minutes, cents) in [(-5, 0), (0, 0), (1, 4), (30, 100), (120, 400), (9000, 400)] {
            assert_eq!(r.overstay_cents(min(&r, minutes)), cents, "{minutes}");
        }
        let none = stay(200, 0, 0);
        assert_eq!(none.overstay_cents(min(&none, 60)), 0);
        assert_eq!(none.overstay_ends(), none.span.end);
    }

    #[test]
    fn it_is_told_after_two_minutes_and_each_quarter_of_an_hour_until_the_end_of_it() {
        let mut r = stay(200, 40, 0);
        let mut told = Vec::new();
        for minute in -1..60 {
            if r.overstay_is_due(min(&r, minute)) {
                r.overstay_at = Some(min(&r, minute));
                told.push(minute);
            }
        }
        assert_eq!(told, [2, 17, 32]);
        // Who was away tells it once, and goes on with the next quarter.
        let mut late = stay(200, 120, 0);
        assert!(late.overstay_is_due(min(&late, 50)));
        late.overstay_at = Some(min(&late, 50));
        assert!(!late.overstay_is_due(min(&late, 61)) && late.overstay_is_due(min(&late, 62)));
        assert!(
            !stay(200, 2, 0).overstay_is_due(min(&late, 3)),
            "over by then"
        );
    }

    #[test]
    fn who_leaves_early_gets_the_owners_part_of_what_is_left_rounded_down() {
        for (price, percent, before_end, back) in [
            (300, 50, 30, 75),
            (301, 50, 30, 75),
            (300, 0, 30, 0),
            (300, 100, 60, 300),
            // Before it has begun no more than all of it is left.
            (300, 100, 70, 300),
            (300, 100, 0, 0),
            (300, 100, -5, 0),
            (1, 99, 59, 0),
            (100, 33, 20, 11),
            (i64::MAX, 100, 60, i64::MAX),
        ] {
            let r = stay(price, 0, percent);
            let got = r.early_refund_cents(min(&r, -before_end));
            assert_eq!(got, back, "{price} {percent} {before_end}");
        }
    }

    #[test]
    fn whom_the_authority_has_leave_pays_for_the_time_until_then_and_no_more() {
        for (at, back) in [(-70, 300), (-60, 300), (-20, 100), (0, 0), (5, 0)] {
            let r = stay(300, 120, 0);
            assert_eq!(r.cleared_refund_cents(min(&r, at)), back, "{at}");
        }
        // What it ran over was charged before it was known.
        let mut r = stay(300, 120, 0);
        r.overstay_at = Some(min(&r, 17));
        assert_eq!(r.cleared_refund_cents(min(&r, 5)), 85 - 25);
        assert_eq!(r.cleared_refund_cents(min(&r, -20)), 85 + 100);
        assert_eq!(r.cleared_refund_cents(min(&r, 30)), 0);
    }

    proptest! {
        #[test]
        fn however_often_it_is_charged_on_the_way_it_comes_to_the_same(
            price in 0..1_000_000_000_i64,
            cap in 0..=MOST_OVERSTAY_MIN,
            steps in prop::collection::vec(1..20_000_000_u64, 1..20),
        ) {
            let mut r = stay(price, cap, 0);
            let whole = r.clone();
            let mut at = r.span.end;
            let mut charged = 0;
            for step in steps {
                at = at.plus(step);
                charged += r.overstay_cents(at);
                r.overstay_at = Some(at.min(r.overstay_ends()));
            }
            prop_assert_eq!(charged, whole.overstay_cents(at));
        }
    }
}
