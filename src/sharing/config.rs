//! `[share]`: how private bays are matched.

use crate::domain::Currency;
use serde::{Deserialize, Deserializer, de};

/// The longest stay where the price is by the month: a year and a day.
const MOST_MONTHLY_MS: u64 = 366 * 86_400_000;

/// The `[share]` part of the configuration.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Who gets a bay when there are not enough.
    pub matching: Matching,
    /// How long a bay is held for a driver who has not confirmed, seconds.
    pub hold_s: u64,
    /// How far ahead a bay can be booked, days.
    pub furthest_days: u64,
    /// The longest stay, hours; where the price is by the month, up to a year and a day.
    pub longest_stay_h: u64,
    /// What a price is in where nothing else is said.
    #[serde(deserialize_with = "currency")]
    pub currency: Currency,
    /// How often bookings are looked over for a better seating, seconds; with `matching = "batch"`
    /// only.
    pub improve_every_s: u64,
    /// How long an answer is remembered for its `Idempotency-Key`, hours.
    pub remember_h: u64,
    /// Commands that may wait for the desk. When it is full HTTP answers 429.
    pub queue: usize,
}

/// First come, first served, or moving what may be moved so that more are served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Matching {
    FirstCome,
    Batch,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            matching: Matching::Batch,
            hold_s: 180,
            furthest_days: 90,
            longest_stay_h: 7 * 24,
            currency: Currency::SGD,
            improve_every_s: 30,
            remember_h: 24,
            queue: 2048,
        }
    }
}

fn currency<'de, D: Deserializer<'de>>(d: D) -> Result<Currency, D::Error> {
    let code = String::deserialize(d)?;
    Currency::parse(&code)
        .ok_or_else(|| de::Error::custom(format!("{code:?} is no currency of ISO 4217")))
}

impl Config {
    /// The longest stay where the price is not by the month.
    #[must_use]
    pub const fn longest_stay_ms(&self) -> u64 {
        self.longest_stay_h.saturating_mul(3_600_000)
    }

    /// The longest stay there is.
    #[must_use]
    pub fn longest_of_all_ms(&self) -> u64 {
        self.longest_stay_ms().max(MOST_MONTHLY_MS)
    }

    /// Names of the keys, their values, and what they must lie between.
    #[must_use]
    pub fn bounds(&self) -> [(&'static str, u64, std::ops::RangeInclusive<u64>); 6] {
        [
            ("share.hold_s", self.hold_s, 1..=86_400),
            ("share.furthest_days", self.furthest_days, 1..=400),
            ("share.longest_stay_h", self.longest_stay_h, 1..=24 * 366),
            ("share.improve_every_s", self.improve_every_s, 1..=86_400),
            ("share.remember_h", self.remember_h, 1..=24 * 366),
            ("share.queue", self.queue as u64, 1..=65_536),
        ]
    }
}
