//! Whose bay it is: an administrator's word where there is one, otherwise the operator of a private
//! zone, unless the partner of that name has chosen it by itself.

use crate::domain::{BayIx, BayKind, SelfNamed, ZoneKind};
use crate::registry::Registry;
use crate::store::{Store, StoreError};
use ahash::AHashMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

/// Who owns which bay. Locks are held for a look-up or an exchange, never across a wait.
pub(super) struct Owners {
    pub(super) registry: Arc<Registry>,
    recorded: RwLock<Recorded>,
    /// To whom no operator's name gives anything.
    self_named: SelfNamed,
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
    pub(super) async fn open(
        store: &Store,
        registry: Arc<Registry>,
        self_named: SelfNamed,
    ) -> Result<Self, StoreError> {
        let owners = Self {
            registry,
            recorded: RwLock::default(),
            self_named,
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

    /// Whether what the operator of that name has is the partner's.
    pub(super) fn is_operator(&self, partner: &str, operator: &str) -> bool {
        !operator.is_empty() && partner == operator && !self.self_named.has(partner)
    }

    /// Another number whenever what is recorded, or who has named itself, has changed.
    pub(super) fn changes(&self) -> u64 {
        self.recorded().changes + self.self_named.changes()
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
        (zone.kind == ZoneKind::Private && self.is_operator(&zone.operator, &zone.operator))
            .then(|| zone.operator.as_str().into())
    }

    /// How many places of a zone the partner may offer: its own bays for cars there. A car park that only
    /// counts has no bays; its places are its operator's, unless it is a street.
    pub(super) fn places(&self, zone: &str, partner: &str) -> u32 {
        let Some(ix) = self.registry.zone(zone) else {
            return 0;
        };
        let city = self.registry.city();
        let zone = city.zone(ix);
        let spec = &zone.spec;
        if zone.removed || partner.is_empty() {
            return 0;
        }
        let is_operator = self.is_operator(partner, &spec.operator);
        if city.bays_of(ix).next().is_none() {
            let has = is_operator && spec.kind != ZoneKind::OnStreet;
            return if has {
                zone.capacity_by_kind[BayKind::Car as usize]
            } else {
                0
            };
        }
        let recorded = self.recorded();
        let is_own = |bay: &BayIx| match recorded.by_bay.get(city.bay_id(*bay)) {
            Some(owner) => **owner == *partner,
            None => is_operator && spec.kind == ZoneKind::Private,
        };
        let cars = city
            .bays_of(ix)
            .filter(|bay| city.attrs(*bay).kind == BayKind::Car);
        cars.filter(is_own).count() as u32
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
