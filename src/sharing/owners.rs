//! Whose bay it is: an administrator's word where there is one, otherwise the operator of a private
//! zone.

use crate::domain::ZoneKind;
use crate::registry::Registry;
use crate::store::{Store, StoreError};
use ahash::AHashMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

/// Who owns which bay. Locks are held for a look-up or an exchange, never across a wait.
pub(super) struct Owners {
    pub(super) registry: Arc<Registry>,
    recorded: RwLock<Recorded>,
}

#[derive(Default)]
pub(super) struct Recorded {
    pub(super) by_bay: AHashMap<String, Arc<str>>,
    /// How often this hub has recorded an owner.
    notes: u64,
    /// How often what is recorded has changed.
    changes: u64,
}

impl Owners {
    pub(super) async fn open(store: &Store, registry: Arc<Registry>) -> Result<Self, StoreError> {
        let owners = Self {
            registry,
            recorded: RwLock::default(),
        };
        owners.read(store).await?;
        Ok(owners)
    }

    /// Reads all anew: another hub on the same database may have recorded some.
    pub(super) async fn read(&self, store: &Store) -> Result<(), StoreError> {
        let notes = self.recorded().notes;
        let read = store.recorded_owners().await?;
        let by_bay = read
            .into_iter()
            .map(|(bay, owner)| (bay, owner.into()))
            .collect();
        let mut recorded = self
            .recorded
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        // What was noted meanwhile may not be in what was read; the next reading has it.
        if recorded.notes == notes && recorded.by_bay != by_bay {
            recorded.by_bay = by_bay;
            recorded.changes += 1;
        }
        Ok(())
    }

    /// Another number whenever what is recorded has changed.
    pub(super) fn changes(&self) -> u64 {
        self.recorded().changes
    }

    pub(super) fn recorded(&self) -> RwLockReadGuard<'_, Recorded> {
        self.recorded.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The partner who may offer the bay; `None`: there is no such bay, or nobody may.
    pub(super) fn owner(&self, bay: &str) -> Option<Arc<str>> {
        let at = self.registry.bay(bay)?;
        let city = self.registry.city();
        if !city.is_live(at) {
            return None;
        }
        let recorded = self.recorded().by_bay.get(bay).cloned();
        if recorded.is_some() {
            return recorded;
        }
        let zone = &city.zone(city.zone_of(at)).spec;
        (zone.kind == ZoneKind::Private && !zone.operator.is_empty())
            .then(|| zone.operator.as_str().into())
    }

    /// Notes what an administrator has recorded, once it is stored.
    pub(super) fn note(&self, bay: &str, owner: Option<&str>) {
        let mut recorded = self
            .recorded
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        recorded.notes += 1;
        recorded.changes += 1;
        match owner {
            Some(owner) => drop(recorded.by_bay.insert(bay.to_owned(), owner.into())),
            None => drop(recorded.by_bay.remove(bay)),
        }
    }
}
