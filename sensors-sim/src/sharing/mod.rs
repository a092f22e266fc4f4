//! Shared private bays: a district's day, booked at a hub as a business and drivers' apps would do
//! it, and what it brings.
//!
//! | file | what it does |
//! |---|---|
//! | `district` | who shares which bay when, and who wants to park: made up, pure |
//! | `street` | the public bays, as simple as can be |
//! | `booking` | offers, requests, confirmations and cancellations over HTTP; the outcome read back |
//! | `client` | one connection, JSON |
//! | `outcome` | served share, walk, price, utilisation, turnover |
//!
//! The day lies ahead (it begins at the next midnight in Singapore), so nothing has to wait for a
//! clock: drivers book for tomorrow, and a hub that matches in batches has a second or two between
//! the bookings and the last look. The same seed gives the same offers and the same drivers in the
//! same order, whatever hub they meet.

mod booking;
mod client;
mod district;
mod outcome;
mod street;

pub use booking::{Hub, book, without_sharing};
pub use district::{District, DistrictParams, Driver, Offered, Purpose};
pub use outcome::{Figures, Moves, Outcome, Parked, table};

/// Why a day could not be run.
#[derive(Debug)]
pub enum SharingError {
    /// Something given is wrong.
    Config(String),
    /// The hub could not be spoken to.
    Hub(String),
    /// The hub answered what it may not answer.
    Answer(String),
}

impl std::fmt::Display for SharingError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Config(why) | Self::Hub(why) | Self::Answer(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for SharingError {}
