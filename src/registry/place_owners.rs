//! Who knows whose private places are. Those who ask and those who know it do not know each other.

use super::city::City;
use crate::domain::{BayIx, ZoneIx};
use std::sync::Arc;

/// See the module.
pub trait PlaceOwners: Send + Sync {
    /// Whose a private bay is, or a private zone of which no bay is named; `None`: nobody's, or it is not
    /// private.
    fn owner_in(&self, city: &City, bay: Option<BayIx>, zone: ZoneIx) -> Option<Arc<str>>;

    /// Another number whenever that may be somebody else in the same city.
    fn changes(&self) -> u64;
}
