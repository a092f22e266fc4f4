//! Bookings that may be moved so that others fit: what their drivers pay less for it.
//!
//! Promises: integers only, in the currency's minor unit, however many decimals that has. A reduced
//! price is rounded down, so it is never more than its part of the whole.

/// The most that an owner may give, per cent.
pub const MOST_DISCOUNT_PERCENT: u8 = 50;

/// How often the hub moves a booking to another bay, beside those whose bay is lost.
pub const MOST_MOVES: u32 = 2;

/// What an owner gives to who may be moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlexRule {
    /// Per cent of the price: [`MOST_DISCOUNT_PERCENT`] at most.
    pub discount_percent: u8,
}

impl Default for FlexRule {
    /// 5 per cent.
    fn default() -> Self {
        Self {
            discount_percent: 5,
        }
    }
}

impl FlexRule {
    /// What is left of a price, in cents.
    #[must_use]
    pub fn price_cents(self, full_cents: i64) -> i64 {
        let part = 100 - i128::from(self.discount_percent.min(MOST_DISCOUNT_PERCENT));
        let left = (i128::from(full_cents) * part).div_euclid(100);
        i64::try_from(left).unwrap_or(full_cents)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn less(discount_percent: u8) -> FlexRule {
        FlexRule { discount_percent }
    }

    #[test]
    fn who_may_be_moved_pays_so_much_less_rounded_down_to_the_minor_unit() {
        for (full, percent, left) in [
            (300, 5, 285),
            (0, 50, 0),
            (301, 0, 301),
            // A yen, a fils and a cent have no parts.
            (19, 5, 18),
            (1, 5, 0),
            (1_005, 33, 673),
            (300, 100, 150),
            (i64::MAX, 0, i64::MAX),
        ] {
            assert_eq!(less(percent).price_cents(full), left, "{full} {percent}");
        }
        assert_eq!(FlexRule::default(), less(5));
    }

    proptest! {
        #[test]
        fn a_reduced_price_is_no_more_than_its_part_and_less_than_a_cent_below_it(
            full in 0..i64::MAX, percent in 0..=MOST_DISCOUNT_PERCENT
        ) {
            let left = i128::from(less(percent).price_cents(full));
            let exact = i128::from(full) * i128::from(100 - percent);
            prop_assert!(left * 100 <= exact && exact < (left + 1) * 100);
        }
    }
}
