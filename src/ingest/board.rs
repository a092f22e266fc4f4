//! The zones' availability and the authority's orders, as doors that also publish see them: what
//! changed, and what is now true.
//!
//! Architecture Invariant: `ingest` does not know the read model nor the book of orders; the wiring
//! lends it these views.

use crate::domain::ZoneIx;
use std::pin::Pin;
use std::sync::Arc;

/// Both views, for a door.
#[derive(Clone)]
pub struct Boards {
    pub zones: Arc<dyn Board>,
    pub orders: Arc<dyn OrderBoard>,
}

/// Which zones somebody wants to hear of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Every zone, those added later included.
    All,
    These(Vec<ZoneIx>),
}

/// The state of the zones, for the subscribers of the hub's own server and for outside brokers.
/// Called on a network task: nothing here may block.
pub trait Board: Send + Sync {
    /// The zone of that id, if it may be shown.
    fn zone(&self, id: &str) -> Option<ZoneIx>;
    /// Appends the zone's id to `id` and its availability, as it is now, to `payload`.
    fn show(&self, zone: ZoneIx, id: &mut String, payload: &mut Vec<u8>) -> Shown;
    /// Begins to watch. `None`: there is no room for one more.
    fn watch(&self, wanted: Wanted) -> Option<Box<dyn Watch>>;
}

/// What there is to say of a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Its availability.
    Now,
    /// It was shown and is no more: what is retained of it is cleared. The id is given, no payload.
    Gone,
    /// There is none that may be shown, and whoever watches must not learn of it.
    Nothing,
}

/// One subscriber's watch; dropping it ends it. All its zones count as changed to begin with.
pub trait Watch: Send + Sync {
    /// Waits until a zone has changed that was not taken. Safe to cancel.
    fn changed<'a>(&'a mut self) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>>;
    /// Appends the zones that have changed since the last call. What [`Board::show`] says of them
    /// afterwards is at least as new as those changes.
    fn take(&mut self, into: &mut Vec<ZoneIx>);
}

/// The orders of the authority, for the same two. Called on a network task: nothing here may block.
pub trait OrderBoard: Send + Sync {
    /// Whether there is, or was, an order of that name.
    fn knows(&self, name: &str) -> bool;
    /// Begins to watch. What stands comes first, as its current state.
    fn watch(&self, before: BeforeWatch) -> Box<dyn OrderWatch>;
}

/// What is taken to lie where an order is told that had ended before the watch began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BeforeWatch {
    /// Nothing: who watches has been told of nothing yet.
    Nothing,
    /// Maybe the order: a broker retains what it was told by an earlier connection.
    Retained,
}

/// One follower's watch; dropping it ends it. It has no queue: an order that changes twice before it
/// is taken comes once, as it is then.
pub trait OrderWatch: Send + Sync {
    /// Waits until there may be something to tell. Safe to cancel.
    fn changed<'a>(&'a mut self) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>>;
    /// The next thing to tell, its payload appended to `payload`; an order that has ended is told
    /// so once, and then without payload, which clears what is retained of it.
    fn next(&mut self, payload: &mut Vec<u8>) -> Option<OrderSaid>;
    /// What stands is to be told again, as its current state; no end of an order is missed by it.
    fn again(&mut self);
}

/// What there is to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderSaid {
    pub of: OrderTopic,
    /// It is what stood when the watch began.
    pub current: bool,
}

/// Where it is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OrderTopic {
    /// The order of that name.
    One(Arc<str>),
    /// All in force.
    Active,
}

impl OrderTopic {
    /// The topic of all that are in force.
    pub const ACTIVE: &str = "bayhub/v1/orders/active";

    /// The topic as MQTT has it.
    #[must_use]
    pub fn path(&self) -> String {
        match self {
            Self::One(name) => format!("bayhub/v1/orders/{name}"),
            Self::Active => Self::ACTIVE.to_owned(),
        }
    }
}
