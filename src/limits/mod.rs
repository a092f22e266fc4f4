//! Who may take how much: `[limits]`, the settings of what all share.
//!
//! Promises: whatever many share and one could take (requests, messages, connections, streams,
//! sources, holds, remembered answers, room in the quarantine) has a number here, and that number
//! is bounded on both sides; `0` never means "none at all" nor "no limit": it is refused.

mod config;

pub use config::Config;
