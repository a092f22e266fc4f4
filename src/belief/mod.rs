//! How likely a bay is occupied, from what sensors and apps say: one belief per bay.
//!
//! A sensor tells changes, so its silence is evidence that nothing changed. The filter ([`Doubt`])
//! follows three hypotheses about the word that stands: it is right, it is in error, or its sensor
//! is stuck. Apps have a channel of their own ([`Pools`]), bounded and added when a belief is read:
//! whatever apps say and however often, they move it by no more than that bound and by what they
//! can make of "the sensor is stuck".
//!
//! Promises: pure (no I/O, no clock, no async) and integers on every path, so that a replay on any
//! machine, by any number of workers, ends in the same bits. Times are whole seconds and absolute.
//! A belief is written by reports only; reading it computes forward and stores nothing.
//!
//! Dear: a word that is repeated costs a few multiplications ([`Doubt::advance`]); a change costs
//! two logarithms from tables, and so does a reading.

pub mod contributors;
mod filter;
pub mod fit;
mod gates;
mod odds;
mod pools;
mod rates;
mod suspicion;
mod tables;
mod timetable;

pub use contributors::{Contributors, Feedback, FeedbackSink, Judged, Pseudonym, Windows};
pub use filter::{AppSaid, Doubt};
pub use fit::{Exposure, WEEKS, WeekFit};
pub use gates::{CountError, Covered};
pub use odds::LogOdds;
pub use pools::{AppReport, Pools};
pub use rates::Rates;
pub use suspicion::{StuckSigns, gate_contradicts, is_beyond_suspicion, is_flickering};
pub use timetable::{HALF_HOUR_S, Made, NoTimetable, Timetable, WeekRow};

#[cfg(test)]
mod tests;
