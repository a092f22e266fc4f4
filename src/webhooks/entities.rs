//! Entities as subscriptions and brokers are told of them: the one rule of who sees what is with those who
//! answer reads.

use crate::domain::{Millis, ZoneIx};
use crate::store::SubscriptionRow;

/// An entity, as one subscription is told of it.
#[derive(Clone, Copy, Debug)]
pub struct SeenEntity<'e> {
    /// Which one: a number that no other has.
    pub key: u64,
    /// A number that another state of what is watched of it does not have.
    pub digest: u64,
    /// As it is sent.
    pub json: &'e [u8],
    /// What is to be taken back of it, as a merge takes it; empty where nothing is, and for who is
    /// not told so.
    pub nulls: &'e [u8],
}

/// What one subscription is about: the one rule of who sees what is with those who answer reads.
pub trait EntityWatch: Send + Sync {
    /// The zones that it may be about; `None`: any.
    fn zones(&self) -> Option<Vec<ZoneIx>>;

    /// The entities of a zone that it is about, as they are now.
    fn look(&self, zone: ZoneIx, each: &mut dyn FnMut(SeenEntity<'_>));

    /// A notification of these, which have commas between them.
    fn notification(&self, id: &str, entities: &[u8], at: Millis) -> Vec<u8>;

    /// Headers that it is sent with, beside the subscriber's own.
    fn headers(&self) -> Vec<(String, String)>;
}

/// Who knows what subscriptions are about.
pub trait EntityEyes: Send + Sync {
    /// Reads one.
    ///
    /// # Errors
    /// Why that cannot be.
    fn watch(&self, row: &SubscriptionRow) -> Result<Box<dyn EntityWatch>, String>;

    /// What everybody sees of some types, by their names; none: of all.
    ///
    /// # Errors
    /// Names a type that is none.
    fn watch_public(&self, types: &[String]) -> Result<Box<dyn EntityWatch>, String>;
}
