//! Whose bay it is: an administrator's word where there is one, otherwise the operator of a private zone.

use crate::domain::ZoneKind;
use crate::registry::Registry;
use crate::store::{Store, StoreError};
use dashmap::DashMap;
use std::sync::Arc;

/// Who owns which bay.
pub(super) struct Owners {
    registry: Arc<Registry>,
    recorded: DashMap<String, Arc<str>, ahash::RandomState>,
}

impl Owners {
    pub(super) async fn open(store: &Store, registry: Arc<Registry>) -> Result<Self, StoreError> {
        let recorded = store.recorded_owners().await?;
        Ok(Self { registry, recorded: recorded.into_iter().map(|(bay, owner)| (bay, owner.into())).collect() })
    }

    /// The partner who may offer the bay; `None`: there is no such bay, or nobody may.
    pub(super) fn owner(&self, bay: &str) -> Option<Arc<str>> {
        let at = self.registry.bay(bay)?;
        let city = self.registry.city();
        if !city.is_live(at) {
            return None;
        }
        if let Some(owner) = self.recorded.get(bay) {
            return Some(owner.clone());
        }
        let zone = &city.zone(city.zone_of(at)).spec;
        (zone.kind == ZoneKind::Private && !zone.operator.is_empty()).then(|| zone.operator.as_str().into())
    }

    /// Notes what an administrator has recorded, once it is stored.
    pub(super) fn note(&self, bay: &str, owner: Option<&str>) {
        match owner {
            Some(owner) => drop(self.recorded.insert(bay.to_owned(), owner.into())),
            None => drop(self.recorded.remove(bay)),
        }
    }
}
