//! Zones, bays, sources and devices: who and where. Read from files, changed at run time, looked up
//! by id.
//!
//! Promises: a look-up takes no lock that a change holds; a change is durable before it is seen,
//! whole or not at all; numbers given to bays, zones and sources last over restarts. Dear: changes
//! and enrolments wait for the disk - call them where blocking is allowed.
//!
//! Architecture Invariant: indices ([`BayIx`], [`ZoneIx`]) are this process's own and never written
//! to disk.

pub mod area;
mod attrs;
mod bom;
mod build;
mod changes;
mod changing;
pub mod city;
mod city_faults;
mod config;
pub mod crs;
mod dates;
mod device;
mod devices;
mod devices_file;
mod draft;
mod faults;
pub mod geojson;
mod grid;
mod id_table;
mod id_text;
mod identities;
pub mod kept;
mod linelog;
mod load;
mod names;
mod newcomers;
mod number_index;
mod open;
mod page;
mod parts;
mod pictures;
mod place_owners;
mod reach;
mod region;
mod sources;

use crate::domain::{BBox, BayIx, Crs, Realm, SourceIx, SourceKind, ZoneIx};
use arc_swap::{ArcSwap, Guard};
use changes::ChangeLog;
use city::{BaySpec, City, ZoneSpec};
use city_faults::FaultBook;
pub use city_faults::{CityFault, CityFaults};
pub use config::Config;
use dashmap::DashMap;
use dates::Dates;
pub use device::{Device, DeviceSpec, LeftOpen, ModelName, StateRule, StateWord, StateWords};
use devices::Devices;
pub use devices::{Left, MAX_DEVICES, Models, normal as device_id};
pub use devices_file::parse_devices;
use identities::{Identities, Known};
use load::{Loaded, Loader};
use names::NameBook;
use newcomers::Newcomers;
pub use place_owners::PlaceOwners;
use sources::Sources;
pub use sources::{Enrolled, MAX_SOURCES};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// External id to what it leads to.
type Ids<T> = DashMap<Arc<str>, T, ahash::RandomState>;

/// What went wrong with a registry file or a run-time change; names the file, feature and id.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct RegistryError(pub String);

/// How a city's files and changes are to be read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reading {
    /// Where all its zones lie; `None`: their places say it.
    pub bbox: Option<BBox>,
    /// In which coordinates files and changes give places that do not say so themselves.
    pub crs: Crs,
    /// Whose city it is: the other hub's ids are refused.
    pub realm: Realm,
}

/// All zones, bays, sources and devices of one hub.
///
/// A change first swaps the picture and then the ids: an index got by id is always in a city taken
/// afterwards. For the length of that swap an id may still lead to an index just retired.
pub struct Registry {
    city: ArcSwap<City>,
    bays: NameBook<BayIx>,
    zones: NameBook<ZoneIx>,
    sources: Sources,
    devices: Devices,
    /// Held for the whole of a change: one writer at a time. Taken before `identities`. `None`: in
    /// memory only.
    writer: Mutex<Option<ChangeLog>>,
    /// Also enrolments of sources write here. Held over a disk write, never by a reader.
    identities: Mutex<Identities>,
    newcomers: Newcomers,
    /// Taken after both.
    dates: Mutex<Dates>,
    reading: Reading,
    faults: FaultBook,
}

impl Registry {
    /// Reads `zones.geojson`, `bays.geojson` and, where it is there, `devices.json` from `dir`,
    /// then the run-time changes and identities kept in `data`. `models` are the payload decoders
    /// that devices may name.
    ///
    /// # Errors
    /// A file that is missing (its path), every fault found in them (one a line, up to 20), or the
    /// disk.
    pub fn open(dir: &Path, data: &Path, models: Models) -> Result<Self, RegistryError> {
        open::open(dir, data, models, Reading::default())
    }

    /// The same, read as it is said.
    ///
    /// # Errors
    /// As [`Registry::open`].
    pub fn open_as(
        dir: &Path,
        data: &Path,
        models: Models,
        reading: Reading,
    ) -> Result<Self, RegistryError> {
        open::open(dir, data, models, reading)
    }

    /// A registry without files, for tests and benches.
    pub fn in_memory(zones: Vec<ZoneSpec>, bays: Vec<BaySpec>) -> Result<Self, RegistryError> {
        let mut loader = Loader::default();
        let file = Arc::from("zones");
        for (at, zone) in zones.into_iter().enumerate() {
            loader.zone(&file, at, zone);
        }
        loader.check_parts([&file; 2]);
        let file = Arc::from("bays");
        for (at, bay) in bays.iter().enumerate() {
            loader.bay_spec(&file, at, bay);
        }
        drop(bays);
        let mut identities = Identities::default();
        let parts = loader.finish(&mut identities, &Known::default())?;
        Ok(Self::new(parts, identities, None, &[]))
    }

    /// With these payload decoders for devices to name.
    #[must_use]
    pub fn knowing(mut self, models: Models) -> Self {
        self.devices.models = models;
        self
    }

    fn new(
        loaded: Loaded,
        identities: Identities,
        changes: Option<ChangeLog>,
        sources: &[(&str, SourceKind)],
    ) -> Self {
        Self {
            city: ArcSwap::from_pointee(loaded.city),
            bays: loaded.bays,
            zones: loaded.zones,
            sources: Sources::new(sources),
            devices: Devices::new(&[]),
            writer: Mutex::new(changes),
            identities: Mutex::new(identities),
            newcomers: Newcomers::default(),
            dates: Mutex::default(),
            reading: Reading::default(),
            faults: FaultBook::default(),
        }
    }

    /// In which coordinates changes give places that do not say so themselves.
    pub const fn usual_crs(&self) -> Crs {
        self.reading.crs
    }

    /// The city as it is now: immutable, cheap to take, safe to hold for the length of one answer
    /// or batch.
    #[inline]
    pub fn city(&self) -> Guard<Arc<City>> {
        self.city.load()
    }

    /// The bay of that id. Take the city after this, not before: it may be newer than a city you
    /// hold.
    #[inline]
    pub fn bay(&self, id: &str) -> Option<BayIx> {
        self.bays.get(id)
    }

    /// The bay that somebody outside calls so: by its id, or by an alias. What the hub itself has
    /// noted down is looked up by [`Registry::bay`]: an id that was given up for another is not the
    /// same bay to a booking.
    #[inline]
    pub fn bay_called(&self, name: &str) -> Option<BayIx> {
        self.bays.called(name)
    }

    /// The id of the bay that somebody outside calls so.
    pub fn bay_id(&self, name: &str) -> Option<Arc<str>> {
        self.bays.id(name)
    }

    /// Other names of a bay.
    pub fn bay_aliases(&self, id: &str) -> Arc<[Arc<str>]> {
        self.bays.aliases(id)
    }

    /// The zone of that id. Take the city after this, not before.
    #[inline]
    pub fn zone(&self, id: &str) -> Option<ZoneIx> {
        self.zones.get(id)
    }

    /// The same of one that is called so, by its id or an alias: see [`Registry::bay_called`].
    #[inline]
    pub fn zone_called(&self, name: &str) -> Option<ZoneIx> {
        self.zones.called(name)
    }

    /// Other names of a zone.
    pub fn zone_aliases(&self, id: &str) -> Arc<[Arc<str>]> {
        self.zones.aliases(id)
    }

    /// The source of that id, if it has ever been enrolled.
    #[inline]
    pub fn source(&self, id: &str) -> Option<(SourceIx, SourceKind)> {
        self.sources.get(id)
    }

    /// The id of a source; `None` for a number never given.
    pub fn source_id(&self, source: SourceIx) -> Option<Arc<str>> {
        self.sources.id(source)
    }

    /// Sources ever enrolled.
    pub fn source_count(&self) -> u32 {
        self.sources.count()
    }

    /// How many sources have an id that `is` takes. Looks at every one: seldom.
    pub fn count_sources(&self, is: impl Fn(&str) -> bool) -> u32 {
        self.sources.count_of(is)
    }

    /// Gives the source a number that lasts (durable before this returns). The kind of a known
    /// source is updated.
    ///
    /// Waits for the disk unless the source is known with that kind; who comes meanwhile shares the next
    /// wait.
    ///
    /// # Errors
    /// An invalid id, too many sources, or the disk.
    pub fn enrol_source(&self, id: &str, kind: SourceKind) -> Result<SourceIx, RegistryError> {
        self.enrol_newcomer(id, kind).map(|known| known.source)
    }

    /// The same, and says whether it had no number before: of several who come with it at once, it is
    /// new to one.
    ///
    /// # Errors
    /// As [`Registry::enrol_source`].
    pub fn enrol_newcomer(&self, id: &str, kind: SourceKind) -> Result<Enrolled, RegistryError> {
        if let Some((source, _)) = self.source(id).filter(|known| known.1 == kind) {
            let is_new = false;
            return Ok(Enrolled { source, is_new });
        }
        let source = (Arc::from(id), kind);
        self.newcomers
            .enrol(source, &self.sources, &self.identities)
    }

    /// Many at once with one wait for the disk; all or none. The answers are in the order asked.
    ///
    /// # Errors
    /// As [`Registry::enrol_source`].
    pub fn enrol_sources(
        &self,
        all: &[(&str, SourceKind)],
    ) -> Result<Vec<SourceIx>, RegistryError> {
        if let Some(known) = self.sources.all_known(all) {
            return Ok(known);
        }
        let mut identities = self
            .identities
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        self.sources.enrol(all, &mut identities)
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_capacity;
#[cfg(test)]
mod tests_city_faults;
#[cfg(test)]
mod tests_crs;
#[cfg(test)]
mod tests_dates;
#[cfg(test)]
mod tests_devices;
#[cfg(test)]
mod tests_far;
#[cfg(test)]
mod tests_files;
#[cfg(test)]
mod tests_model;
#[cfg(test)]
mod tests_names;
#[cfg(test)]
mod tests_parts;
#[cfg(test)]
mod tests_pictures;
#[cfg(test)]
mod tests_realm;
