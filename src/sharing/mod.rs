//! Sharing: private bays offered for the hours they stand empty, and who gets them.
//!
//! Promises: no bay is kept for two at one time (the store's own constraint, whoever writes to it);
//! what was answered is on disk; a hold that was not confirmed in time never comes back; what a
//! driver was promised only gets better. A reader waits for nobody: questions go past the desk to
//! the store and to the live view.
//!
//! [`matcher`] plans and changes nothing. The [`Desk`] is the only hand that carries out: one task
//! takes commands in the order they come, as many as have gathered in one transaction, so that a
//! wait for the disk is shared. What it knows in memory is read from the store at the start; what a
//! transaction that fails had touched, and what another hub has changed, is read anew.
//!
//! | file | |
//! |---|---|
//! | `ask`, `desk` | what is asked, and the door it comes in by |
//! | `actor` | the one task that does it |
//! | `index` | what it knows of offers and bookings in memory |
//! | `openings`, `shown` | which offers are open now; what the live view shows of private bays |
//! | `search`, `alternatives` | bays for one request, and what else each booking could have |
//! | `season` | the same again and again, all of it or nothing |
//! | `booking`, `deadlines` | books and changes reservations; what time brings |
//! | `tick` | does what is due, a slice at a time |
//! | `eyes`, `lost` | who stands in booked bays; bays that are not whose they were |
//! | `relocate`, `plan` | who could move for a request that does not fit; who would sit better |
//! | `reseat` | who of a pool would have to change seats for one to be free |
//! | `improve`, `moving` | moves them; which moves a driver accepts, and what he pays then |
//! | `owners`, `owned`, `utilisation` | whose a bay is, what its owner reads, and how it was used |
//! | `shut` | what the authority has closed |
//! | `overstay` | charges stays that run over, as they grow |
//! | `statement` | a month of the ledger, page by page |
//! | `others` | what other hubs on the same database have changed |
//! | `notices` | tells the drivers' apps what happened to their reservations |
//! | `quota`, `drivers` | what a booking app may take of what all share, and for whom |
//! | `witness` | tells the stream of stays that no sensor sees |
//!
//! **Whose bay is it?** The partner's whom an administrator has recorded for it; where none is
//! recorded, the partner whose name is the `operator` of the bay's zone, if that zone is private.

mod actor;
mod alternatives;
mod ask;
mod booking;
mod commands;
mod config;
mod deadlines;
mod desk;
mod drivers;
mod eyes;
mod improve;
mod index;
mod lost;
pub mod matcher;
mod moving;
mod notices;
mod openings;
mod others;
mod overstay;
mod owned;
mod owners;
mod plan;
mod quota;
mod relocate;
mod reseat;
mod search;
mod season;
mod shown;
mod shut;
mod statement;
#[cfg(test)]
mod tests;
mod tick;
mod utilisation;
mod witness;

pub use self::utilisation::{Day, Use};
pub use ask::{Ask, DeskError, Said, SeasonAsk, Why, digest};
pub use booking::{DriverAct, SeasonAct};
pub use config::{Config, Matching};
pub use desk::{Desk, DeskParts};
pub use drivers::DRIVER_LEN;
pub use notices::Following;
pub use owned::OwnedBays;
pub use quota::{Share, UsedUp};
pub use statement::{Statement, StatementPage};
pub use tick::TICK;
pub use witness::Witness;

pub use crate::store::{
    BookingPage, BookingsOf, BriefBooking, LedgerLine, LedgerPeriod, OwnedBay, OwnedBooking, Party,
    Total,
};
