//! Hours of the past that were imported, beside what the hub has told itself.
//!
//! The rule: an hour of a zone of which the hub itself has known anything is the hub's, and what was
//! imported of it does not count. Where the hub has told that it knew nothing, the imported rows are
//! differences to that; where it has told nothing, they are all there is. So whoever adds up all rows is
//! right, as everywhere in the history.
//!
//! Promises: an hour that is imported again replaces itself, with the same bytes for the same claims; a
//! day is written with one replacement of its manifest. What a hub tells later of such an hour changes the
//! imported file by the same rule ([`give_way`]). Dear: a sync to disk a file.

mod beside;
mod yielding;

pub(super) use yielding::give_way;

use super::Config;
use super::archive::{Archive, Gap};
use super::catalogue::{Catalogue, Class, ManifestFile};
use super::files::TurnoverWriter;
use super::names::Names;
use super::plain::plain;
use super::store::{Shelf, StoreError};
use super::table::TableError;
use super::visits::write_visits;
use crate::domain::turnover::HOUR_MS;
use crate::domain::{Millis, SettledHour, Visit, Window, WindowRow};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use tokio::runtime::Handle;

const DAY_MS: u64 = 24 * HOUR_MS;

/// Where settled hours of the past are written.
pub struct Imported {
    shelf: Arc<Shelf>,
    catalogue: Arc<Catalogue>,
    archive: Archive,
    names: Arc<dyn Names>,
    /// Before this no single visits are kept.
    visits_from: Millis,
}

/// What writing a day has changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DayWritten {
    /// Hours of which something is told.
    pub hours: u64,
    /// Files that were not there, or were others.
    pub files: u64,
    /// Hours of zones that are the hub's own.
    pub own: u64,
}

impl DayWritten {
    pub const fn add(&mut self, more: Self) {
        self.hours += more.hours;
        self.files += more.files;
        self.own += more.own;
    }
}

/// From when on a class that is kept for so many days is kept, at `now`; 0 days: for ever.
#[must_use]
pub fn kept_from(days: u32, now: Millis) -> Millis {
    match u64::from(days) {
        0 => Millis(0),
        // By whole days, as they are removed.
        days => Millis(now.0.saturating_sub(days * DAY_MS) / DAY_MS * DAY_MS),
    }
}

impl Imported {
    /// Opens the history to put hours into, while no hub runs on it.
    ///
    /// # Errors
    /// A folder or store that cannot be opened.
    pub fn open(
        config: &Config,
        data: &Path,
        runtime: Handle,
        names: Arc<dyn Names>,
        now: Millis,
    ) -> Result<Self, StoreError> {
        let shelf = Arc::new(Shelf::open(config, &data.join("history"), runtime)?);
        shelf.sweep();
        let catalogue = Arc::new(Catalogue::new(shelf.clone()));
        let archive = Archive::new(shelf.clone(), catalogue.clone(), config);
        Ok(Self {
            shelf,
            catalogue,
            archive,
            names,
            visits_from: kept_from(config.keep_visits_days, now),
        })
    }

    /// Writes what is settled of some hours of one day of UTC. `within`: from the first hour that was
    /// settled to the end of the last; what was imported of another hour of that day stays.
    ///
    /// # Errors
    /// A store that does not take it, or a file of the hub's own that cannot be read.
    pub fn put_day(
        &self,
        hours: &[SettledHour],
        within: (Millis, Millis),
    ) -> Result<DayWritten, StoreError> {
        let mut done = DayWritten::default();
        let Some(day) = hours
            .first()
            .map(|hour| Millis(hour.hour.0 / DAY_MS * DAY_MS))
        else {
            return Ok(done);
        };
        let there = self.catalogue.day(day)?;
        let mut entries = Vec::new();
        for hour in hours {
            self.hour(hour, &there, &mut entries, &mut done)?;
        }
        // What a change of the registry has left without anything.
        let stale = |e: &&ManifestFile| {
            e.imported
                && (within.0..within.1).contains(&e.hour)
                && !entries.iter().any(|new: &ManifestFile| new.file == e.file)
        };
        let gone: Vec<ManifestFile> = there.iter().filter(stale).cloned().collect();
        done.files += gone.len() as u64;
        self.catalogue.put_all(day, entries, &gone)?;
        for entry in gone {
            self.shelf.delete(&entry.file)?;
        }
        Ok(done)
    }

    fn hour(
        &self,
        told: &SettledHour,
        there: &[ManifestFile],
        entries: &mut Vec<ManifestFile>,
        done: &mut DayWritten,
    ) -> Result<(), StoreError> {
        let hour = told.hour;
        let known = match self.archive.told_by_hub(hour) {
            Ok(known) => known,
            Err(gap @ Gap::Damaged { .. }) => {
                tracing::warn!(hour = %hour, why = %gap, "nothing is imported of an hour that the hub has told");
                return Ok(());
            }
            Err(gap) => {
                return Err(StoreError {
                    file: format!("the hour {hour}"),
                    why: gap.to_string(),
                });
            }
        };
        let (rows, changes, own) = beside(&told.windows, &known);
        done.own += own.len() as u64;
        let visits: Vec<(Visit, i32)> = (told.visits.iter())
            .filter(|v| hour >= self.visits_from && !own.contains(&v.zone))
            .map(|v| (*v, 1))
            .collect();
        if rows.is_empty() && changes.is_empty() && visits.is_empty() {
            return Ok(());
        }
        done.hours += 1;
        let is_base =
            |e: &ManifestFile| e.is_base() && e.class == Class::Turnover && e.hour == hour;
        if !there.iter().any(is_base) {
            entries.push(ManifestFile::nothing(hour));
        }
        let lines = rows.iter().chain(&changes).flat_map(plain).count() as u64;
        if lines > 0 {
            let bytes = turnover(&rows, &changes, hour, &*self.names);
            let times = rows.iter().chain(&changes).map(|r| r.from);
            let entry = ManifestFile::imported(Class::Turnover, hour, lines, times);
            self.put(entry, bytes, there, entries, done)?;
        }
        if !visits.is_empty() {
            let times = visits.iter().map(|(v, _)| v.end);
            let entry = ManifestFile::imported(Class::Visits, hour, visits.len() as u64, times);
            let bytes = write_visits(&visits, None, &*self.names);
            self.put(entry, bytes, there, entries, done)?;
        }
        Ok(())
    }

    /// Puts a file, unless the same is there.
    fn put(
        &self,
        mut entry: ManifestFile,
        bytes: Result<Vec<u8>, TableError>,
        there: &[ManifestFile],
        entries: &mut Vec<ManifestFile>,
        done: &mut DayWritten,
    ) -> Result<(), StoreError> {
        let bytes = bytes.map_err(|e| fault(&entry.file, &e))?;
        entry.sealed(&bytes);
        if !there.contains(&entry) {
            self.shelf.put(&entry.file, bytes)?;
            done.files += 1;
        }
        entries.push(entry);
        Ok(())
    }
}

fn fault(file: &str, e: &TableError) -> StoreError {
    StoreError {
        file: file.to_owned(),
        why: e.to_string(),
    }
}

/// Whether anything was known.
fn knows(w: &Window) -> bool {
    let unknown = Window {
        unknown_ms: w.unknown_ms,
        unknown_at: w.unknown_at,
        ..Window::default()
    };
    *w != unknown
}

/// Zones by their numbers.
type Zones = BTreeSet<u32>;

/// What of the imported windows of an hour counts beside `known`, which the hub has told: rows of zones
/// of which it has told nothing, differences for those of which it knew nothing, and the zones that are
/// its own.
fn beside(windows: &[WindowRow], known: &[WindowRow]) -> (Vec<WindowRow>, Vec<WindowRow>, Zones) {
    let told: Zones = known.iter().map(|r| r.zone).collect();
    let own: Zones = (known.iter().filter(|r| knows(&r.window)))
        .map(|r| r.zone)
        .collect();
    let mut fresh = Vec::new();
    let mut changed: BTreeMap<(u32, Millis), Window> = BTreeMap::new();
    let mut taken = Zones::new();
    for of_zone in windows.chunk_by(|a, b| a.zone == b.zone) {
        let zone = of_zone[0].zone;
        if own.contains(&zone) {
            taken.insert(zone);
        } else if !told.contains(&zone) {
            fresh.extend_from_slice(of_zone);
        } else if of_zone.iter().any(|r| knows(&r.window)) {
            for row in of_zone {
                changed.insert((zone, row.from), row.window.clone());
            }
            for row in known.iter().filter(|r| r.zone == zone) {
                changed
                    .entry((zone, row.from))
                    .or_default()
                    .subtract(&row.window);
            }
        }
    }
    let changed = changed.into_iter().filter(|(_, w)| !w.is_zero());
    let changed = changed.map(|((zone, from), window)| WindowRow { zone, from, window });
    (fresh, changed.collect(), taken)
}

/// A file of rows, and of others that are differences to what the hub has told.
fn turnover(
    rows: &[WindowRow],
    changes: &[WindowRow],
    hour: Millis,
    names: &dyn Names,
) -> Result<Vec<u8>, TableError> {
    let mut file = TurnoverWriter::new(Vec::new())?;
    file.add(rows, None, names)?;
    file.add(changes, Some(hour), names)?;
    file.finish()
}
