//! The doors for reports: bytes come in here, claims and refusals leave towards the journal.

pub mod endpoint;
