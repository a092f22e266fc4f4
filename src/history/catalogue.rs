//! The manifest: which files there are, of which hours, how large, with which checksum. One JSON
//! file a day, replaced whole: `manifest/2026-11-27.json`.
//!
//! A file counts once it stands here. What lies in the folders besides is a file whose entry a
//! crash kept from being written; its hour is told again at the next start, and replaces it.

use super::store::{Shelf, StoreError};
use crate::domain::Millis;
use crate::domain::turnover::HOUR_MS;
use ahash::AHashMap;
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex, PoisonError};

const DAY_MS: u64 = 24 * HOUR_MS;
const FOLDER: &str = "manifest";

/// The two kinds of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    Turnover,
    Visits,
}

impl Class {
    pub const ALL: [Self; 2] = [Self::Turnover, Self::Visits];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Turnover => "turnover",
            Self::Visits => "visits",
        }
    }
}

/// One file of the manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestFile {
    pub class: Class,
    pub correction: bool,
    /// Of what was imported, and not settled by the hub as it came.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub imported: bool,
    /// The hour it is of; for corrections the hour in which they came in.
    #[serde(with = "rfc3339")]
    pub hour: Millis,
    /// Its path. Not written for an hour in which there was nothing.
    pub file: String,
    pub rows: u64,
    pub bytes: u64,
    pub crc32c: u32,
    /// The times its rows speak of: the first and the last. A window counts by its start, a visit
    /// by its end.
    #[serde(with = "rfc3339")]
    pub first: Millis,
    #[serde(with = "rfc3339")]
    pub last: Millis,
}

impl ManifestFile {
    /// The path of such a file: `turnover/date=2026-11-27/10.parquet`,
    /// `.../corrections-10.parquet`.
    pub(super) fn path(class: Class, correction: bool, hour: Millis) -> String {
        let prefix = if correction { "corrections-" } else { "" };
        Self::prefixed(class, prefix, hour)
    }

    fn prefixed(class: Class, prefix: &str, hour: Millis) -> String {
        format!(
            "{}/date={}/{prefix}{:02}.parquet",
            class.name(),
            day(hour),
            hour.0 / HOUR_MS % 24
        )
    }

    /// Whether it is what the hub has told of an hour in the first place.
    pub(super) const fn is_base(&self) -> bool {
        !self.correction && !self.imported
    }

    /// Of an hour of which the hub itself has told nothing, but others have.
    pub(super) fn nothing(hour: Millis) -> Self {
        Self {
            class: Class::Turnover,
            correction: false,
            imported: false,
            hour,
            file: Self::path(Class::Turnover, false, hour),
            rows: 0,
            bytes: 0,
            crc32c: crc32c::crc32c(&[]),
            first: hour,
            last: hour,
        }
    }

    /// Of so many rows of these times that were imported: `.../imported-10.parquet`.
    pub(super) fn imported(
        class: Class,
        hour: Millis,
        rows: u64,
        times: impl Iterator<Item = Millis> + Clone,
    ) -> Self {
        Self {
            class,
            imported: true,
            file: Self::prefixed(class, "imported-", hour),
            rows,
            first: times.clone().min().unwrap_or(hour),
            last: times.max().unwrap_or(hour),
            ..Self::nothing(hour)
        }
    }

    /// With the length and checksum of its bytes.
    pub(super) fn sealed(&mut self, bytes: &[u8]) {
        self.bytes = bytes.len() as u64;
        self.crc32c = crc32c::crc32c(bytes);
    }

    /// Whether it stands in the place of `other`.
    fn is_for(&self, other: &Self) -> bool {
        (self.class, self.correction, self.imported, self.hour)
            == (other.class, other.correction, other.imported, other.hour)
    }
}

#[derive(Serialize, Deserialize)]
struct Day {
    files: Vec<ManifestFile>,
}

/// All manifests, read as they are needed.
pub(super) struct Catalogue {
    shelf: Arc<Shelf>,
    /// By number of the day since 1970.
    days: Mutex<AHashMap<u64, Arc<Vec<ManifestFile>>>>,
}

/// Days that are remembered; of one that is, an entry takes some 250 bytes.
const REMEMBERED: usize = 800;

impl Catalogue {
    pub(super) fn new(shelf: Arc<Shelf>) -> Self {
        Self {
            shelf,
            days: Mutex::default(),
        }
    }

    /// The files of the day that `at` falls in.
    pub(super) fn day(&self, at: Millis) -> Result<Arc<Vec<ManifestFile>>, StoreError> {
        let number = at.0 / DAY_MS;
        if let Some(known) = self
            .days
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&number)
        {
            return Ok(known.clone());
        }
        let name = manifest(at);
        let files = match self.shelf.get(&name)? {
            Some(text) => {
                let day: Result<Day, _> = serde_json::from_slice(&text);
                day.map_err(|e| StoreError {
                    file: name,
                    why: format!("is no manifest: {e}"),
                })?
                .files
            }
            None => Vec::new(),
        };
        let files = Arc::new(files);
        self.remember(number, files.clone());
        Ok(files)
    }

    fn remember(&self, number: u64, files: Arc<Vec<ManifestFile>>) {
        let mut days = self.days.lock().unwrap_or_else(PoisonError::into_inner);
        if days.len() >= REMEMBERED {
            days.clear();
        }
        days.insert(number, files);
    }

    /// Puts an entry in, in the place of the one for the same file. Durable when it returns.
    pub(super) fn put(&self, entry: ManifestFile) -> Result<(), StoreError> {
        let mut files = Vec::clone(&*self.day(entry.hour)?);
        if files.contains(&entry) {
            return Ok(());
        }
        let at = entry.hour;
        files.retain(|e| !e.is_for(&entry));
        files.push(entry);
        self.replace(at, files)
    }

    /// Puts entries of the day that `at` falls in in, each in the place of its own, and takes others
    /// out: all at once. Durable when it returns.
    pub(super) fn put_all(
        &self,
        at: Millis,
        entries: Vec<ManifestFile>,
        gone: &[ManifestFile],
    ) -> Result<(), StoreError> {
        let there = self.day(at)?;
        if gone.is_empty() && entries.iter().all(|entry| there.contains(entry)) {
            return Ok(());
        }
        let mut files = Vec::clone(&*there);
        files.retain(|e| !entries.iter().chain(gone).any(|new| e.is_for(new)));
        files.extend(entries);
        self.replace(at, files)
    }

    fn replace(&self, at: Millis, mut files: Vec<ManifestFile>) -> Result<(), StoreError> {
        files.sort_by_key(|e| (e.class, e.hour, e.correction, e.imported));
        let name = manifest(at);
        if files.is_empty() {
            self.shelf.delete(&name)?;
        } else {
            let text = serde_json::to_vec_pretty(&Day {
                files: files.clone(),
            });
            let text = text.map_err(|e| StoreError {
                file: name.clone(),
                why: e.to_string(),
            })?;
            self.shelf.put(&name, text)?;
        }
        self.remember(at.0 / DAY_MS, Arc::new(files));
        Ok(())
    }

    /// The starts of the days that have a manifest, ascending.
    pub(super) fn days(&self) -> Result<Vec<Millis>, StoreError> {
        let names = self.shelf.list(FOLDER)?;
        Ok(names
            .iter()
            .filter_map(|n| Millis::parse(&format!("{}T00:00:00Z", n.strip_suffix(".json")?)))
            .collect())
    }

    /// The first hour that was told, or is known by its corrections alone: see the keeper.
    pub(super) fn first_hour(&self) -> Result<Option<Millis>, StoreError> {
        for day in self.days()? {
            let files = self.day(day)?;
            let told = files
                .iter()
                .filter(|e| e.class == Class::Turnover && e.is_base());
            if let Some(first) = told.map(|e| e.hour).min() {
                return Ok(Some(first));
            }
        }
        Ok(None)
    }

    /// Whether an hour was told, or is known by its corrections or imports alone.
    pub(super) fn is_known(&self, hour: Millis) -> Result<bool, StoreError> {
        Ok(base_of(&self.day(hour)?, hour).is_some())
    }

    /// Whether the hub itself has told of an hour: it may have told that there was nothing.
    pub(super) fn is_told(&self, hour: Millis) -> Result<bool, StoreError> {
        let files = self.day(hour)?;
        let imported = files.iter().any(|e| e.imported && e.hour == hour);
        Ok(base_of(&files, hour).is_some_and(|base| base.rows > 0 || !imported))
    }

    /// Deletes the files of a class of all days that ended before `before`. How many.
    pub(super) fn retire(&self, class: Class, before: Millis) -> Result<usize, StoreError> {
        let mut gone = 0;
        for day in self
            .days()?
            .into_iter()
            .filter(|d| d.0 + DAY_MS <= before.0)
        {
            let files = self.day(day)?;
            let (old, kept): (Vec<ManifestFile>, Vec<ManifestFile>) =
                files.iter().cloned().partition(|e| e.class == class);
            if old.is_empty() {
                continue;
            }
            // The files first: what still stands in the manifest is tried again, what does not
            // would lie there for ever.
            for entry in old.iter().filter(|e| e.rows > 0) {
                self.shelf.delete(&entry.file)?;
            }
            gone += old.len();
            self.replace(day, kept)?;
        }
        Ok(gone)
    }
}

fn base_of(files: &[ManifestFile], hour: Millis) -> Option<&ManifestFile> {
    let is_it = |e: &&ManifestFile| e.class == Class::Turnover && e.is_base() && e.hour == hour;
    files.iter().find(is_it)
}

/// The UTC date of a time.
fn day(at: Millis) -> String {
    at.to_string()[..10].to_owned()
}

fn manifest(at: Millis) -> String {
    format!("{FOLDER}/{}.json", day(at))
}

mod rfc3339 {
    use super::Millis;
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
    pub(super) fn serialize<S: Serializer>(at: &Millis, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(at)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Millis, D::Error> {
        let text = String::deserialize(d)?;
        Millis::parse(&text).ok_or_else(|| D::Error::custom(format!("{text:?} is no time")))
    }
}

#[cfg(test)]
mod tests;
