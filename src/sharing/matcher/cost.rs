//! What counts in a match, in integer cents: what a driver pays, how far they walk, and what
//! serving them is worth.
//!
//! A match minimises price + value of time x walk, plus a penalty for whoever is not served. A
//! booking's worth is the same thing from the other side: what the penalty would be, by booking and
//! by minute, since an hour used is turnover.

const MINUTE_MS: u64 = 60_000;

/// The weights of a match. Defaults suit a city where an hour costs a few dollars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weights {
    /// What an hour of a driver's time is worth.
    pub hour_cents: i64,
    /// How far a driver walks in an hour.
    pub walk_m_per_hour: i64,
    /// What serving one driver is worth, whatever the length of the stay.
    pub booking_cents: i64,
    /// What each minute of a stay adds.
    pub minute_cents: i64,
    /// What each minute of waiting adds to the worth of serving a driver.
    pub waited_minute_cents: i64,
    /// Where that ends: one who has waited for ever must not cost others everything.
    pub waited_most_cents: i64,
}

impl Default for Weights {
    fn default() -> Self {
        Self {
            hour_cents: 1_200,
            walk_m_per_hour: 4_800,
            booking_cents: 1_000,
            minute_cents: 10,
            waited_minute_cents: 20,
            waited_most_cents: 500,
        }
    }
}

impl Weights {
    /// What a bay costs a driver: its price and the walk, in cents, rounded to the nearest.
    #[must_use]
    pub fn cost(&self, price_cents: i64, walk_m: u32) -> i64 {
        let per_hour = self.walk_m_per_hour.max(1);
        price_cents + (i64::from(walk_m) * self.hour_cents + per_hour / 2) / per_hour
    }

    /// What it is worth to serve a stay, before its cost.
    #[must_use]
    pub fn worth(&self, stay_ms: u64) -> i64 {
        // Minutes of any u64 of milliseconds fit.
        self.booking_cents
            .saturating_add(((stay_ms / MINUTE_MS) as i64).saturating_mul(self.minute_cents))
    }

    /// What is added for a driver who has waited: of two who fit equally, the one who has waited
    /// longer is served.
    #[must_use]
    pub fn bonus(&self, waited_ms: u64) -> i64 {
        ((waited_ms / MINUTE_MS) as i64)
            .saturating_mul(self.waited_minute_cents)
            .min(self.waited_most_cents)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_walk_costs_the_drivers_time() {
        let w = Weights::default();
        assert_eq!(w.cost(250, 0), 250);
        assert_eq!(w.cost(250, 400), 350, "five minutes at 20 cents");
        assert_eq!(w.cost(0, 2), 1, "rounded, half upward");
        assert_eq!(w.cost(0, 1), 0);
    }

    #[test]
    fn worth_grows_with_the_stay_and_waiting_has_an_end() {
        let w = Weights::default();
        assert_eq!(w.worth(90 * MINUTE_MS), 1_900);
        assert_eq!(w.bonus(3 * MINUTE_MS), 60);
        assert_eq!(w.bonus(u64::MAX), 500);
    }
}
