//! Bookings of the hours to come, several a bay a day: who sits where, and how to seat more.
//!
//! A driver is answered at once, first come, first served, with a promise: at most this price, at
//! most this walk, these hours. Which bay it will be may still change until the booking is pinned
//! (half an hour before it begins, or once the driver is on the way). [`improve`] looks at
//! everything that may still move and finds a better seating:
//!
//! * `steal` takes one bay at a time and asks which of all bookings that could sit there should
//!   (weighted interval scheduling, exact); one that sits elsewhere counts by what it gains, one
//!   that has to leave by what it loses in the best place left for it. Each adoption raises the
//!   total, so this ends.
//! * `bound` prices each driver (Lagrange): the bays then choose by themselves, and prices fall for
//!   those whom nobody took and rise for those whom several did. Each round yields a bound that no
//!   seating can beat, and a seating to start `steal` from.
//!
//! Promises: a pinned booking stays where it is. A promised one stays served, within its promise.
//! One bay's bookings never overlap, the owner's buffer after each included. The total never falls.
//! The same picture gives the same plan.

mod bound;
mod layout;
mod moves;
mod steal;
mod table;
#[cfg(test)]
mod tests;

use super::Weights;
use crate::domain::Millis;
pub use crate::domain::Span;
use layout::Layout;
pub use moves::{JointMove, Move};
use table::Table;

/// A shared bay and the hours it may be used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bay {
    /// Offered by its owner; in any order. A booking lies wholly inside, if need be across spans
    /// that touch.
    pub open: Vec<Span>,
    /// Not to be had all the same: somebody stands there, or it is closed.
    pub taken: Vec<Span>,
    /// Kept free after each booking.
    pub buffer_ms: u64,
}

/// A bay that a booking could have, and what that means for its driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    pub bay: u32,
    /// For the whole stay.
    pub price_cents: i64,
    pub walk_m: u32,
}

/// Where a booking sits, and from when its bay is free again: owners may have changed the buffer
/// since it was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeldSeat {
    pub seat: Choice,
    pub clear: Millis,
}

/// How far a booking may be changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Bond {
    /// Nobody has been told anything: it may be seated, moved and dropped.
    #[default]
    None,
    /// What its driver was told. If it has a bay, it will have one.
    Promised { price_cents: i64, walk_m: u32 },
    /// Stays where it is.
    Pinned,
}

/// A booking, or the wish for one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    pub span: Span,
    /// What serving it is worth before its cost ([`Weights::worth`], and [`Weights::bonus`] for one
    /// who waits).
    pub worth_cents: i64,
    /// In any order. Those outside the bay's hours or beyond the promise are left out here.
    pub choices: Vec<Choice>,
    /// Where it sits now. May stay there even where the bay is no longer offered: what was promised
    /// is kept.
    pub held: Option<HeldSeat>,
    pub bond: Bond,
}

/// All that a plan is made from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Picture {
    pub bays: Vec<Bay>,
    /// Those who wait, in the order they came: where two fit equally the first is served.
    pub asks: Vec<Wish>,
    pub weights: Weights,
}

/// How hard to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effort {
    /// Most passes over all bays; it usually ends by itself after some ten.
    pub passes: u32,
    /// Rounds of prices. 0: a coarse bound only.
    pub rounds: u32,
}

impl Default for Effort {
    fn default() -> Self {
        Self {
            passes: 50,
            rounds: 20,
        }
    }
}

/// What is wrong with a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PictureFault {
    #[error("ask {ask} names bay {bay}, which is not in the picture")]
    NoSuchBay { ask: usize, bay: u32 },
    #[error("ask {ask} ends before it begins")]
    Empty { ask: usize },
    #[error("ask {ask} is pinned to no bay")]
    PinnedNowhere { ask: usize },
    #[error("asks {ask} and {other} hold one bay at one time")]
    Clash { ask: usize, other: usize },
}

/// A better seating, and the way there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SeatingPlan {
    /// What to do, in order.
    pub steps: Vec<JointMove>,
    /// By ask: where it sits once all is done.
    pub seats: Vec<Option<Choice>>,
    pub served: usize,
    /// Worth less cost of all that sit, before and after.
    pub value_before: i64,
    pub value: i64,
    /// No seating that keeps pins and promises is worth more.
    pub bound: i64,
}

/// Seats whoever fits without moving anybody, in the order they came: what is done at once, before
/// any planning.
pub fn first_come(picture: &Picture) -> Result<SeatingPlan, PictureFault> {
    plan(picture, |table, layout| {
        layout.first_come(table);
        bound::coarse(table)
    })
}

/// Finds a seating that is worth more.
pub fn improve(picture: &Picture, effort: Effort) -> Result<SeatingPlan, PictureFault> {
    plan(picture, |table, layout| {
        layout.first_come(table);
        steal::steal(table, layout, effort.passes);
        bound::rounds(table, layout, effort)
    })
}

/// `work` changes the layout and returns a bound.
fn plan(
    picture: &Picture,
    work: impl FnOnce(&Table, &mut Layout) -> i64,
) -> Result<SeatingPlan, PictureFault> {
    let table = Table::of(picture)?;
    let before = Layout::held(&table);
    let mut layout = before.clone();
    let bound = work(&table, &mut layout);
    let seats: Vec<_> = (0..picture.asks.len())
        .map(|ask| table.seat(ask, &layout, picture))
        .collect();
    Ok(SeatingPlan {
        steps: moves::steps(&table, &before, &layout),
        served: seats.iter().flatten().count(),
        seats,
        value_before: table.fixed + before.value(),
        value: table.fixed + layout.value(),
        bound: table.fixed + bound,
    })
}
