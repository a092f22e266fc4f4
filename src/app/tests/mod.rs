//! Tests of the wired chain, journal to live view, without doors.

mod pressure;
mod replays;
