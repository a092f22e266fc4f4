//! The history of a folder that no hub need run on: for commands that only look.

use super::Config;
use super::archive::{Archive, Gap};
use super::catalogue::{Catalogue, Class};
use super::fullness::FullnessByZone;
use super::store::{Shelf, StoreError};
use crate::domain::Millis;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use tokio::runtime::Handle;

/// See the module.
pub struct Past(Archive);

impl Past {
    /// Of the data folder `data`, or of the store that `config` names.
    ///
    /// # Errors
    /// When the store cannot be opened.
    pub fn open(config: &Config, data: &Path, runtime: Handle) -> Result<Self, StoreError> {
        let store = Arc::new(Shelf::open(config, &data.join("history"), runtime)?);
        let catalogue = Arc::new(Catalogue::new(store.clone()));
        Ok(Self(Archive::new(store, catalogue, config)))
    }

    /// The hours in `hours` of which there is a file, ascending.
    ///
    /// # Errors
    /// When the store does not answer.
    pub fn hours(&self, hours: Range<Millis>) -> Result<Vec<Millis>, Gap> {
        self.0.hours(hours.start, hours.end)
    }

    /// As [`super::History::fullness`].
    ///
    /// # Errors
    /// As there.
    pub fn fullness(&self, hour: Millis) -> Result<FullnessByZone, Gap> {
        self.0.fullness(hour)
    }

    /// The ids that zones had in the files of `hours`, by their stable numbers.
    ///
    /// # Errors
    /// When a file is damaged or away.
    pub fn zones(&self, hours: Range<Millis>) -> Result<BTreeMap<u32, Arc<str>>, Gap> {
        let mut all = BTreeMap::new();
        for entry in self.0.files(Class::Turnover, hours.start, hours.end)? {
            all.extend(self.0.zones_of(&entry)?);
        }
        Ok(all)
    }
}
