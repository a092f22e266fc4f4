//! Whether there is room when a driver arrives: how full zones will be, and how likely a bay that is
//! vacant now is vacant then. Learnt from what was settled.
//!
//! Promises: the same half-hours in, the same forecasts out, across a stop and a start too; no number
//! without what it is based on; nothing here is believed by anything that settles. Dear: 2.5 KB a zone,
//! and going through all zones once a half-hour and once for each look.

mod bays;
mod bytes;
mod calibration;
mod city;
mod fit;
mod memory;
mod outlook;
mod score;
mod slot;
mod solve;
mod table;

pub use bays::USUAL_PACE;
pub use bytes::NoCity;
pub use calibration::{Calibration, WATCHED_MS};
pub use city::{City, Outturn, ZoneSeen};
pub use outlook::{FURTHEST_MS, Foreseen, Live, Outlook};
pub use score::{Score, Scores};
pub use slot::{HALF_HOUR_MS, Slot, Wall};
pub use table::{ForecastTable, Forecasts, ZoneEntry};

#[cfg(test)]
mod tests;
