//! The matcher: who gets which shared bay. Pure: a picture goes in, a plan comes out; the desk
//! carries the plan out.
//!
//! Promises: no I/O, no clock, no randomness, and integer cents throughout, so the same picture
//! gives the same plan on any machine. Each plan comes with a bound that no plan can beat, so how
//! far it may be from the best is known and not hoped. [`auction`] serves drivers who want a bay
//! now, one each; [`windows`] moves bookings of the hours to come between bays so that more of them
//! fit, and never breaks what a driver was promised; [`chain`] finds the fewest moves that make
//! room for one request. [`cost`] says what counts.

pub mod auction;
pub mod chain;
pub mod cost;
pub mod windows;

pub use cost::Weights;
