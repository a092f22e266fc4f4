//! Zones, bays and sources: who and where. Read from GeoJSON, changed at run time, looked up by id.

pub mod city;

use crate::domain::{BayIx, SourceIx, SourceKind, ZoneIx};
use arc_swap::Guard;
use city::{BaySpec, City, ZoneSpec};
use std::path::Path;
use std::sync::Arc;

/// What went wrong with a registry file or a run-time change; names the file, feature and id.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct RegistryError(pub String);

pub struct Registry {}

impl Registry {
    /// Reads `zones.geojson` and `bays.geojson` from `dir`, then the run-time changes and identities kept in `data`.
    pub fn open(dir: &Path, data: &Path) -> Result<Self, RegistryError> {
        let _ = (dir, data);
        todo!()
    }
    /// A registry without files, for tests and benches.
    pub fn in_memory(zones: Vec<ZoneSpec>, bays: Vec<BaySpec>) -> Result<Self, RegistryError> {
        let _ = (zones, bays);
        todo!()
    }
    /// The city as it is now: immutable, cheap to take, safe to hold for the length of one answer or batch.
    pub fn city(&self) -> Guard<Arc<City>> {
        todo!()
    }
    pub fn bay(&self, id: &str) -> Option<BayIx> {
        let _ = id;
        todo!()
    }
    pub fn zone(&self, id: &str) -> Option<ZoneIx> {
        let _ = id;
        todo!()
    }
    /// The source of that id, if it has ever been enrolled.
    pub fn source(&self, id: &str) -> Option<(SourceIx, SourceKind)> {
        let _ = id;
        todo!()
    }
    /// Gives the source a number that lasts (durable before this returns). The kind of a known source is updated.
    pub fn enrol_source(&self, id: &str, kind: SourceKind) -> Result<SourceIx, RegistryError> {
        let _ = (id, kind);
        todo!()
    }
    pub fn source_id(&self, source: SourceIx) -> Option<Arc<str>> {
        let _ = source;
        todo!()
    }
    /// Adds or changes zones, durably; all or nothing.
    pub fn put_zones(&self, zones: Vec<ZoneSpec>) -> Result<(), RegistryError> {
        let _ = zones;
        todo!()
    }
    /// Adds or changes bays, durably; all or nothing.
    pub fn put_bays(&self, bays: Vec<BaySpec>) -> Result<(), RegistryError> {
        let _ = bays;
        todo!()
    }
}
