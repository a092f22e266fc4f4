//! Where the orders of a picture are, each found once in a picture of the city.
//!
//! Promises: a change of one order looks for that order's places alone, a change of the city for all anew;
//! kept are the versions that the last picture was made of, and no others. What names something that is
//! not there is looked for each time: a change of the city shows before its ids are known. Dear: holds
//! the bays of all these versions, of those that are about the same place once.

use super::place::OrderPlace;
use crate::domain::Order;
use crate::registry::Registry;
use crate::registry::city::City;
use ahash::AHashMap;
use std::collections::BTreeMap;
use std::sync::Arc;

/// All versions of all orders that are known, by name and number.
pub(super) type Versions = BTreeMap<Arc<str>, Vec<Arc<Order>>>;

/// See the module.
#[derive(Default)]
pub(super) struct OrderPlaces {
    /// The picture of the city that they were found in.
    city: Option<u64>,
    /// Of all versions of an order, by number.
    of: AHashMap<Arc<str>, Vec<VersionPlace>>,
    /// How often one was looked for.
    #[cfg(test)]
    pub(super) looked: usize,
}

struct VersionPlace {
    version: Arc<Order>,
    place: Arc<OrderPlace>,
    is_whole: bool,
}

impl VersionPlace {
    fn look(version: &Arc<Order>, registry: &Registry, city: &City) -> Self {
        let (place, missing) = OrderPlace::found(&version.target, registry, city);
        Self {
            version: version.clone(),
            place: Arc::new(place),
            is_whole: missing.is_none(),
        }
    }
}

impl OrderPlaces {
    /// Finds what is not known of these in that picture of the city, and forgets all others.
    pub(super) fn find(&mut self, all: &Versions, registry: &Registry, city: &City) {
        if self.city != Some(city.picture()) {
            self.of.clear();
            self.city = Some(city.picture());
        }
        let mut known = std::mem::take(&mut self.of);
        for (name, versions) in all {
            let known = known.remove(name).unwrap_or_default();
            let mut places: Vec<VersionPlace> = Vec::with_capacity(versions.len());
            for (at, version) in versions.iter().enumerate() {
                let is_it = |one: &&VersionPlace| Arc::ptr_eq(&one.version, version);
                let is_there = |one: &&VersionPlace| one.version.target == version.target;
                let before = places.last().filter(is_there);
                let same = known.get(at).filter(is_it).or(before);
                let same = same.filter(|one| one.is_whole).map(|one| VersionPlace {
                    version: version.clone(),
                    place: one.place.clone(),
                    is_whole: true,
                });
                #[cfg(test)]
                {
                    self.looked += usize::from(same.is_none());
                }
                places.push(same.unwrap_or_else(|| VersionPlace::look(version, registry, city)));
            }
            self.of.insert(name.clone(), places);
        }
    }

    /// Of the versions of an order, in their order.
    pub(super) fn of(&self, name: &str) -> impl Iterator<Item = &OrderPlace> {
        let all = self.of.get(name).into_iter().flatten();
        all.map(|one| &*one.place)
    }

    /// The picture of the city that they were found in.
    pub(super) fn city(&self) -> u64 {
        self.city.unwrap_or_default()
    }
}
