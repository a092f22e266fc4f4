//! What it costs to give up a booking that is confirmed: the owner's rule, as the driver agreed to it.
//!
//! Promises: integers only; a fee is rounded down to the cent, so it is never more than its part of the
//! price, and with what is given back it is the price to the cent.

use super::Millis;

const MINUTE_MS: u64 = 60_000;

/// Until when cancelling is free, and what it costs from then until the start. From the start on the
/// whole price is due, whatever the rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CancelRule {
    /// Free until so many minutes before the start.
    pub free_min: u32,
    /// What it costs later, per cent of the price: 100 at most.
    pub fee_percent: u8,
}

impl Default for CancelRule {
    /// Free until the start.
    fn default() -> Self {
        Self {
            free_min: 0,
            fee_percent: 100,
        }
    }
}

impl CancelRule {
    /// When cancelling stops being free: at that time it is not any more.
    #[must_use]
    pub fn free_until(self, start: Millis) -> Millis {
        Millis(start.0.saturating_sub(u64::from(self.free_min) * MINUTE_MS))
    }

    /// What is due of a price, in cents, if a booking is given up at `now`.
    #[must_use]
    pub fn due_cents(self, price_cents: i64, start: Millis, now: Millis) -> i64 {
        if now >= start {
            price_cents
        } else if now >= self.free_until(start) {
            self.fee_cents(price_cents)
        } else {
            0
        }
    }

    /// What giving up too late costs before the start, in cents.
    #[must_use]
    pub fn fee_cents(self, price_cents: i64) -> i64 {
        let fee = i128::from(price_cents) * i128::from(self.fee_percent.min(100)) / 100;
        i64::try_from(fee).unwrap_or(price_cents)
    }

    /// Whichever is better for the driver, at any time: what stands when a booking moves to another
    /// owner's bay.
    #[must_use]
    pub fn kinder(self, other: Self) -> Self {
        Self {
            free_min: self.free_min.min(other.free_min),
            fee_percent: self.fee_percent.min(other.fee_percent),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const START: Millis = Millis(1_795_399_200_000);

    fn before(min: u64) -> Millis {
        Millis(START.0 - min * MINUTE_MS)
    }

    fn rule(free_min: u32, fee_percent: u8) -> CancelRule {
        CancelRule {
            free_min,
            fee_percent,
        }
    }

    #[test]
    fn it_is_free_until_the_deadline_then_costs_the_fee_and_from_the_start_on_the_price() {
        let half = rule(60, 50);
        for (now, due) in [
            (before(61), 0),
            (Millis(before(60).0 - 1), 0),
            (before(60), 150),
            (Millis(START.0 - 1), 150),
            (START, 301),
            (START.plus(MINUTE_MS), 301),
        ] {
            assert_eq!(half.due_cents(301, START, now), due, "{now}");
        }
        let usual = CancelRule::default();
        assert_eq!(usual.due_cents(301, START, Millis(START.0 - 1)), 0);
        assert_eq!(usual.due_cents(301, START, START), 301);
    }

    #[test]
    fn a_deadline_longer_than_time_is_old_and_a_price_as_long_as_a_number_do_no_harm() {
        let whole = rule(u32::MAX, 100);
        assert_eq!(whole.free_until(Millis(5)), Millis(0));
        assert_eq!(whole.due_cents(i64::MAX, Millis(5), Millis(0)), i64::MAX);
    }

    proptest! {
        #[test]
        fn a_fee_is_no_more_than_its_part_and_less_than_a_cent_below_it(
            price in 0..i64::MAX, percent in 0..=100_u8
        ) {
            let fee = i128::from(rule(0, percent).fee_cents(price));
            let exact = i128::from(price) * i128::from(percent);
            prop_assert!(fee * 100 <= exact && exact < (fee + 1) * 100);
        }

        #[test]
        fn the_kinder_of_two_rules_costs_at_any_time_what_the_cheaper_one_does(
            (a, b) in ((0..300_u32, 0..=100_u8), (0..300_u32, 0..=100_u8)),
            price in 0..100_000_i64,
            minutes in 0..400_u64,
        ) {
            let (a, b, now) = (rule(a.0, a.1), rule(b.0, b.1), before(minutes));
            let due = |r: CancelRule| r.due_cents(price, START, now);
            prop_assert_eq!(due(a.kinder(b)), due(a).min(due(b)));
        }
    }
}
