//! The zones' availability, as doors that also publish see it: who changed, and what is now true.
//!
//! Architecture Invariant: `ingest` does not know the read model; the wiring lends it this view.

use crate::domain::ZoneIx;
use std::pin::Pin;

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
