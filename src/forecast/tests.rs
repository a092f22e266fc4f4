//! What forecasts promise: as good as was measured, the same across a restart, never NaN.

mod bays;
mod birmingham;
mod cities;
mod restarts;
mod strange;

use super::*;
use crate::domain::{Calendar, Workdays, ZoneKind};

/// A Monday, 00:00 UTC.
pub(super) const MONDAY: u32 = 20_000 * 48 + 48 * 5;

pub(super) fn wall() -> Wall {
    Wall::new(Calendar::UTC, Workdays::default())
}

/// How full a made-up zone is: by its hour, busier on weekdays, and a little by chance.
pub(super) fn made_up(zone: u32, index: u32) -> f64 {
    let slot = wall().slot(index);
    let hour = f64::from(slot.half) / 2.0;
    let peak = 8.0 + f64::from(zone % 9);
    let height = if slot.rest { 0.3 } else { 0.7 };
    let near = (-(hour - peak).powi(2) / 12.0).exp();
    let chance = f64::from((zone.wrapping_mul(7_919) ^ index.wrapping_mul(104_729)) % 997) / 997.0;
    0.1 + height * near + 0.06 * (chance - 0.5)
}

pub(super) fn seen(zones: u32, index: u32) -> Vec<ZoneSeen> {
    (1..=zones)
        .map(|number| ZoneSeen {
            number,
            kind: ZoneKind::ALL[number as usize % 2],
            occupied: made_up(number, index),
        })
        .collect()
}

/// A city of so many made-up zones that has learnt so many half-hours.
pub(super) fn learnt(zones: u32, halves: u32) -> City {
    let mut city = City::default();
    for index in MONDAY..MONDAY + halves {
        city.learn(&wall(), index, &seen(zones, index), &mut |_| {});
    }
    city
}
