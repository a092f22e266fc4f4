//! How imported files give way to what the hub tells itself, later. Doing it twice comes to the same, so
//! that an hour may be told again after a crash.

use super::{Zones, knows, turnover};
use crate::domain::turnover::HOUR_MS;
use crate::domain::{Millis, Window, WindowRow};
use crate::history::catalogue::{Catalogue, Class, ManifestFile};
use crate::history::files::{read_corrected, read_turnover};
use crate::history::names::Names;
use crate::history::plain::plain;
use crate::history::store::{Shelf, StoreError};
use crate::history::table::TableError;
use crate::history::visits::{VisitRow, VisitWriter, read_visits};
use std::collections::BTreeMap;

/// What the hub has told of one hour.
#[derive(Default)]
struct ToldZones {
    /// Zones of which it knew something.
    known: Zones,
    /// Windows of those of which it told that it knew nothing.
    unknown: Vec<WindowRow>,
}

/// The hub itself has told these windows: what was imported of their zones and hours goes where it knew
/// anything, and becomes differences where it did not.
pub(in crate::history) fn give_way(
    shelf: &Shelf,
    catalogue: &Catalogue,
    windows: &[WindowRow],
    names: &dyn Names,
) -> Result<(), StoreError> {
    let mut hours: BTreeMap<Millis, ToldZones> = BTreeMap::new();
    for row in windows {
        let hour = Millis(row.from.0 / HOUR_MS * HOUR_MS);
        let imported = |e: &ManifestFile| e.imported && e.hour == hour;
        if !hours.contains_key(&hour) && !catalogue.day(hour)?.iter().any(imported) {
            continue;
        }
        let told = hours.entry(hour).or_default();
        if knows(&row.window) {
            told.known.insert(row.zone);
        } else {
            told.unknown.push(row.clone());
        }
    }
    for (hour, mut told) in hours {
        told.unknown.retain(|row| !told.known.contains(&row.zone));
        let there = catalogue.day(hour)?;
        for entry in there.iter().filter(|e| e.imported && e.hour == hour) {
            yielded(shelf, catalogue, entry, &told, names)?;
        }
    }
    Ok(())
}

/// Writes an imported file anew, beside what the hub has told.
fn yielded(
    shelf: &Shelf,
    catalogue: &Catalogue,
    entry: &ManifestFile,
    told: &ToldZones,
    names: &dyn Names,
) -> Result<(), StoreError> {
    // One that is gone, or damaged, tells nothing in any case.
    let Some(bytes) = shelf.get(&entry.file)? else {
        return Ok(());
    };
    let left = match entry.class {
        Class::Turnover => turnover_left(bytes, entry.hour, told, names),
        Class::Visits => visits_left(bytes, told),
    };
    let (rows, bytes) = match left {
        Ok(Some(left)) => left,
        Ok(None) => return Ok(()),
        Err(e) => {
            tracing::warn!(file = entry.file, error = %e, "imported history cannot be read");
            return Ok(());
        }
    };
    if rows == 0 {
        catalogue.put_all(entry.hour, Vec::new(), std::slice::from_ref(entry))?;
        return shelf.delete(&entry.file);
    }
    let mut entry = ManifestFile {
        rows,
        ..entry.clone()
    };
    entry.sealed(&bytes);
    shelf.put(&entry.file, bytes)?;
    catalogue.put_all(entry.hour, vec![entry], &[])
}

/// How many rows are left, and the file of them. `None`: it stays as it is.
type Left = Option<(u64, Vec<u8>)>;

fn turnover_left(
    bytes: Vec<u8>,
    hour: Millis,
    told: &ToldZones,
    names: &dyn Names,
) -> Result<Left, TableError> {
    let changes = read_corrected(bytes.clone())?;
    let mut rows: BTreeMap<(u32, Millis), Window> = BTreeMap::new();
    read_turnover(bytes, None, &mut |raw| {
        let row = raw.row();
        // Bays and counts of one window are two rows of a file.
        rows.entry((row.zone, row.from))
            .or_default()
            .add(&row.window);
    })?;
    let zones: Zones = rows.keys().map(|(zone, _)| *zone).collect();
    let mut is_new = zones.intersection(&told.known).next().is_some();
    rows.retain(|(zone, _), _| !told.known.contains(zone));
    let mut corrected = changes.clone();
    for row in &told.unknown {
        if zones.contains(&row.zone) && !changes.contains(&row.zone) {
            let window = rows.entry((row.zone, row.from)).or_default();
            window.subtract(&row.window);
            corrected.insert(row.zone);
            is_new = true;
        }
    }
    if !is_new {
        return Ok(None);
    }
    let rows = rows.into_iter().filter(|(_, w)| !w.is_zero());
    let rows = rows.map(|((zone, from), window)| WindowRow { zone, from, window });
    let (changes, rows): (Vec<_>, Vec<_>) = rows.partition(|row| corrected.contains(&row.zone));
    let lines = rows.iter().chain(&changes).flat_map(plain).count() as u64;
    Ok(Some((lines, turnover(&rows, &changes, hour, names)?)))
}

fn visits_left(bytes: Vec<u8>, told: &ToldZones) -> Result<Left, TableError> {
    let mut rows: Vec<VisitRow> = read_visits(bytes)?;
    let before = rows.len();
    rows.retain(|row| !told.known.contains(&row.zone_number));
    if rows.len() == before {
        return Ok(None);
    }
    let mut file = VisitWriter::new(Vec::new())?;
    file.add(&rows)?;
    Ok(Some((rows.len() as u64, file.finish()?)))
}
