//! Changes at run time: drafted, made durable, seen.
//!
//! Promises: a change is whole or it is not there, on disk before anybody sees it. One writer at a
//! time. Dear: each waits for the disk - call where blocking is allowed.

use super::city::{BaySpec, ZoneSpec};
use super::draft::{Draft, Drafted};
use super::id_table::IdTable;
use super::{Registry, RegistryError};
use crate::domain::Millis;
use std::sync::{Arc, PoisonError};

impl Registry {
    /// Adds or changes zones, durably; all or nothing. One that is new, or new at its place, and
    /// lies far from all others or outside the city's box, or as a part far from its zone, is a fault.
    pub fn put_zones(&self, zones: Vec<ZoneSpec>) -> Result<(), RegistryError> {
        self.put_zones_at(zones, Millis::NEVER)
    }

    /// The same at `now`, by which they are dated.
    ///
    /// # Errors
    /// As [`Registry::put_zones`].
    #[allow(
        clippy::needless_pass_by_value,
        reason = "the caller has no more use for them"
    )]
    pub fn put_zones_at(&self, zones: Vec<ZoneSpec>, now: Millis) -> Result<(), RegistryError> {
        self.change("zones", now, |draft| {
            draft.hold_zones_to(self.reading.bbox);
            draft.put_zones(&zones);
        })
    }

    /// Adds or changes bays, durably; all or nothing.
    ///
    /// A bay whose place or zone changes gets a new index and number: what was read at the old
    /// place says nothing of the new one.
    pub fn put_bays(&self, bays: Vec<BaySpec>) -> Result<(), RegistryError> {
        self.put_bays_at(bays, Millis::NEVER)
    }

    /// The same of bays that operators put: new ones, or new at their place, come into service at
    /// `now`, and that is kept with them; one that lies far from its zone is a fault.
    #[allow(
        clippy::needless_pass_by_value,
        reason = "the caller has no more use for them"
    )]
    pub fn put_bays_at(&self, bays: Vec<BaySpec>, now: Millis) -> Result<(), RegistryError> {
        self.change("bays", now, |draft| {
            draft.at(now);
            for (at, bay) in bays.iter().enumerate() {
                draft.put_bay(at, bay);
            }
        })
    }

    /// Removes bays, durably; all or nothing. An unknown id is an error.
    pub fn remove_bays(&self, ids: &[String]) -> Result<(), RegistryError> {
        self.remove_bays_at(ids, Millis::NEVER)
    }

    /// The same at `now`, by which their zones are dated.
    ///
    /// # Errors
    /// As [`Registry::remove_bays`].
    pub fn remove_bays_at(&self, ids: &[String], now: Millis) -> Result<(), RegistryError> {
        self.change("bays", now, |draft| {
            for (at, id) in ids.iter().enumerate() {
                draft.remove_bay(at, id);
            }
        })
    }

    /// Removes a zone that has no bays (left), durably.
    pub fn remove_zone(&self, id: &str) -> Result<(), RegistryError> {
        self.change("zones", Millis::NEVER, |draft| draft.remove_zone(0, id))
    }

    /// One change: drafted, made durable, seen.
    fn change(
        &self,
        batch: &'static str,
        now: Millis,
        edit: impl FnOnce(&mut Draft<'_>),
    ) -> Result<(), RegistryError> {
        let mut log = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let mut identities = self
            .identities
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let mut draft = Draft::new(
            &self.city.load(),
            &self.bays,
            &self.zones,
            &mut identities,
            batch,
        );
        draft.realm = self.reading.realm;
        edit(&mut draft);
        let Drafted {
            mut city,
            bay_moves,
            zone_moves,
            bays_renamed,
            zones_renamed,
            changes,
            touched,
        } = draft.finish()?;
        if changes.is_empty() {
            return Ok(());
        }
        // Numbers first: a crash between the two leaves a number without a bay, never a bay at a
        // new place under the number of the old.
        identities.commit()?;
        let mut dates = self.dates.lock().unwrap_or_else(PoisonError::into_inner);
        let to_undo = dates
            .date(&mut city, &touched, now)
            .inspect_err(|_| identities.undo())?;
        if let Some(log) = &mut *log
            && let Err(e) = log.append(&changes)
        {
            if to_undo {
                dates.undo();
            }
            identities.undo();
            return Err(e);
        }
        city.succeed(&self.city.load());
        self.city.store(Arc::new(city));
        point(&self.bays.ids, bay_moves);
        point(&self.zones.ids, zone_moves);
        self.bays.rename(bays_renamed);
        self.zones.rename(zones_renamed);
        Ok(())
    }
}

/// Lets ids lead to where they lead from now on.
fn point<Ix: Copy + From<u32>>(ids: &IdTable<Ix>, moves: Vec<(Arc<str>, Option<Ix>)>) {
    for (id, to) in moves {
        ids.set(id, to);
    }
}
