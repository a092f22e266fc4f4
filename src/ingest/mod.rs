//! The doors for reports.

pub mod codec;
pub mod gate;
