//! Orders of the authority: streets closed, kerb kept free, everybody told at once.
//!
//! Promises: what was answered with success is on disk, with what endpoints are told of it; an order has
//! no effect before the moment at which it was written down, so nothing that was settled changes by it;
//! none is ever deleted. Everybody who reads [`OrderBook`] sees the same picture, replaced whole: the
//! stream closes bays by it, settlement time, the desk of shared bays their bookings, and streams tell it.
//! Bounded: orders that have not ended, versions of one, places that one names, lengths of texts. Dear:
//! a change puts what all orders close together anew, a few ms for a thousand; it looks for the places of
//! what has changed alone.
//!
//! | file | |
//! |---|---|
//! | `draft` | what is asked for, and what of it cannot be |
//! | `record` | an order as the store has it |
//! | `place` | which bays and zones an order is about |
//! | `places` | those of all orders, found once |
//! | `picture` | all orders of now, and what they close |
//! | `told` | an order as it is told |
//! | `book` | where the picture stands, and who follows it |
//! | `duty` | what time brings |
//! | `desk` | issues, changes, confirms and ends |

mod book;
mod desk;
mod draft;
mod duty;
mod picture;
mod place;
mod places;
mod record;
#[cfg(test)]
mod tests;
mod told;

pub use book::OrderBook;
pub use desk::{Issued, OrderDesk, Signer};
pub use draft::{OrderChange, OrderDraft, OrderFault};
pub use picture::{OrderPicture, StandingOrder};
pub use record::read_target;
pub use told::told;

/// A request that is answered once, however often it comes.
pub use crate::store::OrderRequest;
