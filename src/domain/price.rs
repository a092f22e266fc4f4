//! What a stay costs: by the hour, one price whatever its length, or by the month.
//!
//! Promises: integers only, in the currency's minor unit, whatever number of digits that has. A longer stay
//! never costs less. Months are those of the offer's own clock: from the start's day and time to the same of
//! the next month, or to its last day where it has no such day; so 28 days are a month in February and 31 in
//! March, and clocks that turn within make no difference. Where an hour comes twice the later ends a month.

use super::Span;
use super::time_zone::TimeZone;

const HOUR_MS: u128 = 3_600_000;

/// What is asked for a stay, in the currency's minor unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Price {
    /// By the millisecond, rounded up at the end.
    PerHour(u32),
    /// Whatever the length.
    PerStay(u32),
    /// So many times for so many months. Each day more that has begun costs its part of the month that it is
    /// of: one of 28 to 31. Their sum is rounded up.
    PerMonth(u32),
}

impl Price {
    /// For an hour, where that is what it is for.
    #[must_use]
    pub const fn per_hour(self) -> Option<u32> {
        match self {
            Self::PerHour(cents) => Some(cents),
            Self::PerStay(_) | Self::PerMonth(_) => None,
        }
    }

    #[must_use]
    pub const fn is_monthly(self) -> bool {
        matches!(self, Self::PerMonth(_))
    }

    /// What a stay costs.
    #[must_use]
    pub fn cents(self, span: Span, zone: TimeZone) -> i64 {
        let cents = match self {
            Self::PerHour(cents) => (u128::from(cents) * u128::from(span.ms())).div_ceil(HOUR_MS),
            Self::PerStay(cents) => u128::from(cents),
            Self::PerMonth(cents) => {
                // Beyond the calendar, which no booking is.
                let Some(stay) = zone.months(span) else {
                    return i64::MAX;
                };
                let part = u128::from(cents) * u128::from(stay.days);
                u128::from(cents) * u128::from(stay.months)
                    + part.div_ceil(u128::from(stay.days_of_month))
            }
        };
        i64::try_from(cents).unwrap_or(i64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Millis;
    use proptest::prelude::*;

    fn zone(name: &str) -> TimeZone {
        TimeZone::parse(name).unwrap()
    }

    /// From and to by the wall clock of a place.
    fn stay(place: &str, from: &str, to: &str) -> Span {
        let at = |text| zone(place).moment(text).unwrap();
        Span::new(at(from), at(to)).unwrap()
    }

    fn cents(price: Price, place: &str, from: &str, to: &str) -> i64 {
        price.cents(stay(place, from, to), zone(place))
    }

    #[test]
    fn months_are_those_of_the_calendar_and_days_more_are_parts_of_their_own_month() {
        for (from, to, cents_each) in [
            // Whole months, of 28 to 31 days.
            ("2027-02-01T00:00", "2027-03-01T00:00", 50_000),
            ("2028-02-10T08:00", "2028-03-10T08:00", 50_000),
            ("2027-03-01T00:00", "2027-04-01T00:00", 50_000),
            ("2027-01-15T18:30", "2027-04-15T18:30", 150_000),
            ("2026-12-01T00:00", "2027-12-01T00:00", 600_000),
            // The last of a month to the last of a shorter one, and of the next.
            ("2027-01-31T09:00", "2027-02-28T09:00", 50_000),
            ("2027-01-31T09:00", "2027-03-31T09:00", 100_000),
            ("2027-01-31T09:00", "2027-02-10T09:00", 17_858),
            // Days: of a month of 28, of 31, and after a whole one; one that has begun is one.
            ("2027-02-01T00:00", "2027-02-02T00:00", 1_786),
            ("2027-02-01T00:00", "2027-02-15T00:00", 25_000),
            ("2027-02-01T00:00", "2027-02-28T00:00", 48_215),
            ("2027-02-01T00:00", "2027-02-28T00:01", 50_000),
            ("2027-03-01T00:00", "2027-03-02T00:00", 1_613),
            ("2027-03-01T00:00", "2027-03-01T00:10", 1_613),
            ("2027-03-01T22:00", "2027-03-02T06:00", 1_613),
            ("2027-02-01T00:00", "2027-03-02T00:01", 50_000 + 3_226),
            ("2027-02-20T12:00", "2027-03-19T12:00", 48_215),
        ] {
            let got = cents(Price::PerMonth(50_000), "Asia/Shanghai", from, to);
            assert_eq!(got, cents_each, "{from} {to}");
        }
    }

    #[test]
    fn clocks_that_turn_within_a_month_change_nothing() {
        let monthly = Price::PerMonth(31_000);
        for (from, to, cents_each) in [
            // 743, 745 and 23 hours; ends in the hour that comes twice, or not at all.
            ("2027-03-10T00:00", "2027-04-10T00:00", 31_000),
            ("2026-10-10T00:00", "2026-11-10T00:00", 31_000),
            ("2027-03-28T00:00", "2027-03-29T00:00", 1_000),
            ("2026-10-25T00:00", "2026-10-26T00:00", 1_000),
            ("2026-10-01T00:00", "2026-10-26T00:00", 25_000),
        ] {
            let got = cents(monthly, "Europe/Berlin", from, to);
            assert_eq!(got, cents_each, "{from} {to}");
        }
        let berlin = zone("Europe/Berlin");
        let at = |text| Millis::parse(text).unwrap();
        let from = at("2026-09-25T02:30:00+02:00");
        for end in ["2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00"] {
            let span = Span::new(from, at(end)).unwrap();
            assert!(monthly.cents(span, berlin) <= 31_000, "{end}");
        }
        let span = Span::new(
            at("2027-02-28T02:30:00+01:00"),
            at("2027-03-28T03:00:00+02:00"),
        );
        assert_eq!(monthly.cents(span.unwrap(), berlin), 31_000);
    }

    #[test]
    fn what_a_stay_costs_does_not_depend_on_its_length_where_it_has_one_price() {
        for to in ["2027-03-01T00:01", "2027-03-01T12:00", "2027-09-01T00:00"] {
            let got = cents(Price::PerStay(700), "Asia/Tokyo", "2027-03-01T00:00", to);
            assert_eq!(got, 700, "{to}");
        }
    }

    #[test]
    fn beyond_every_calendar_a_month_costs_more_than_anybody_has() {
        let ever = Span::new(Millis(0), Millis(u64::MAX)).unwrap();
        assert_eq!(Price::PerMonth(1).cents(ever, TimeZone::UTC), i64::MAX);
        assert_eq!(
            Price::PerHour(u32::MAX).cents(ever, TimeZone::UTC),
            i64::MAX
        );
        assert_eq!(Price::PerMonth(0).cents(was_free(), TimeZone::UTC), 0);
    }

    fn was_free() -> Span {
        stay("UTC", "2027-02-01T00:00", "2027-03-05T00:00")
    }

    const PLACES: [&str; 5] = [
        "Asia/Shanghai",
        "Europe/Berlin",
        "America/Havana",
        "Pacific/Apia",
        "Australia/Lord_Howe",
    ];

    proptest! {
        #[test]
        fn a_longer_stay_never_costs_less(
            place in 0..PLACES.len(),
            from in 1_300_000_000_000_u64..1_900_000_000_000,
            first in 60_000..20_000_000_000_u64,
            more in 1..20_000_000_000_u64,
            cents in 0..=100_000_000_u32,
        ) {
            let zone = zone(PLACES[place]);
            let span = |ms: u64| Span::new(Millis(from), Millis(from + ms)).unwrap();
            let (was, longer) = (span(first), span(first + more));
            for price in [Price::PerHour(cents), Price::PerStay(cents), Price::PerMonth(cents)] {
                let (a, b) = (price.cents(was, zone), price.cents(longer, zone));
                prop_assert!(a <= b, "{price:?} {a} {b}");
            }
            // No month costs less than one of 31 days would, nor more than its days and one more of 28.
            let days = i128::from(longer.ms()) / 86_400_000;
            let monthly = i128::from(Price::PerMonth(cents).cents(longer, zone));
            let cents = i128::from(cents);
            prop_assert!(monthly * 31 >= cents * (days - 3), "{monthly} {days}");
            prop_assert!(monthly * 28 <= cents * (days + 4) + 28 * 2, "{monthly} {days}");
        }
    }
}
