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
        format!(
            "{}/date={}/{prefix}{:02}.parquet",
            class.name(),
            day(hour),
            hour.0 / HOUR_MS % 24
        )
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
        files.retain(|e| {
            (e.class, e.correction, e.hour) != (entry.class, entry.correction, entry.hour)
        });
        files.push(entry);
        files.sort_by_key(|e| (e.class, e.hour, e.correction));
        self.replace(at, files)
    }

    fn replace(&self, at: Millis, files: Vec<ManifestFile>) -> Result<(), StoreError> {
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
                .filter(|e| e.class == Class::Turnover && !e.correction);
            if let Some(first) = told.map(|e| e.hour).min() {
                return Ok(Some(first));
            }
        }
        Ok(None)
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
mod tests {
    use super::*;

    fn entry(class: Class, hour: u64, rows: u64) -> ManifestFile {
        let hour = Millis(hour * HOUR_MS);
        let file = ManifestFile::path(class, false, hour);
        ManifestFile {
            class,
            correction: false,
            hour,
            file,
            rows,
            bytes: 7,
            crc32c: 1,
            first: hour,
            last: hour,
        }
    }

    #[test]
    fn an_entry_replaces_its_own_and_is_found_by_a_second_reader() {
        let dir = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let open = || {
            let shelf = Shelf::open(
                &super::super::Config::default(),
                dir.path(),
                runtime.handle().clone(),
            )
            .unwrap();
            Catalogue::new(Arc::new(shelf))
        };
        let writer = open();
        for (hour, rows) in [(26, 1), (25, 2), (26, 3)] {
            writer.put(entry(Class::Turnover, hour, rows)).unwrap();
        }
        writer.put(entry(Class::Visits, 49, 4)).unwrap();
        for catalogue in [writer, open()] {
            let rows = |day: u64| {
                catalogue
                    .day(Millis(day * DAY_MS))
                    .unwrap()
                    .iter()
                    .map(|e| e.rows)
                    .collect::<Vec<_>>()
            };
            assert_eq!((rows(0), rows(1), rows(2)), (vec![], vec![2, 3], vec![4]));
            assert_eq!(
                catalogue.days().unwrap(),
                [Millis(DAY_MS), Millis(2 * DAY_MS)]
            );
        }
        std::fs::write(dir.path().join("manifest/1970-01-03.json"), "{").unwrap();
        assert!(
            open()
                .day(Millis(2 * DAY_MS))
                .unwrap_err()
                .to_string()
                .contains("1970-01-03.json: is no manifest")
        );
    }

    #[test]
    fn a_class_is_retired_by_whole_days() {
        let dir = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let shelf = Shelf::open(
            &super::super::Config::default(),
            dir.path(),
            runtime.handle().clone(),
        )
        .unwrap();
        let shelf = Arc::new(shelf);
        let catalogue = Catalogue::new(shelf.clone());
        for (class, hour) in [
            (Class::Turnover, 1),
            (Class::Visits, 1),
            (Class::Visits, 25),
            (Class::Visits, 49),
        ] {
            let entry = entry(class, hour, 1);
            shelf.put(&entry.file, vec![1]).unwrap();
            catalogue.put(entry).unwrap();
        }
        assert_eq!(
            catalogue
                .retire(Class::Visits, Millis(2 * DAY_MS + 1))
                .unwrap(),
            2
        );
        let left = |day: u64| catalogue.day(Millis(day * DAY_MS)).unwrap().len();
        assert_eq!(
            (left(0), left(1), left(2)),
            (1, 0, 1),
            "turnover stays, and what is younger"
        );
        assert!(
            !dir.path()
                .join("visits/date=1970-01-01/01.parquet")
                .exists()
        );
        assert!(
            dir.path()
                .join("turnover/date=1970-01-01/01.parquet")
                .exists()
        );
        assert!(!dir.path().join("manifest/1970-01-02.json").exists());
    }
}
