//! A registry out of its files: GeoJSON, the run-time changes over it, and the numbers that last.
//!
//! Order matters: identities and changes first (torn tails cut), then zones, then bays; new numbers are durable
//! before the picture exists. Dear: 1.4 million bays take seconds.

use super::changes::{ChangeLog, Class, Overlay};
use super::geojson::{self, Bay};
use super::identities::Identities;
use super::load::Loader;
use super::{Registry, RegistryError};
use ahash::AHashSet;
use std::path::Path;
use std::sync::Arc;

/// See [`Registry::open`].
pub(super) fn open(dir: &Path, data: &Path) -> Result<Registry, RegistryError> {
    let (zones_file, bays_file) = (dir.join("zones.geojson"), dir.join("bays.geojson"));
    for file in [&zones_file, &bays_file] {
        if !file.is_file() {
            return Err(RegistryError(format!("{}: there is no such file", file.display())));
        }
    }
    let kept = data.join("registry");
    make_folder(data, &kept).map_err(|e| RegistryError(format!("{}: cannot create: {e}", kept.display())))?;
    let identities_file = kept.join("identities");
    let (mut identities, text) = Identities::open(&identities_file)?;
    let known = identities
        .read(&text)
        .map_err(|RegistryError(e)| RegistryError(format!("{}: {e}", identities_file.display())))?;
    identities.compact(&text, &known)?;
    let changes_file = kept.join("changes.jsonl");
    let (mut changes, mut overlay) = ChangeLog::open(&changes_file)?;

    let mut loader = Loader::default();
    let mut seen = AHashSet::new();
    load_zones(&mut loader, &zones_file, &overlay, &mut seen, &changes_file)?;
    load_bays(&mut loader, &bays_file, &overlay, &mut seen, &changes_file)?;
    let parts = loader.finish(&mut identities, &known)?;
    changes.compact(&mut overlay, |id, class| seen.contains(&(class == Class::Zone, id.to_owned())))?;
    let sources = known.sources;
    Ok(Registry::new(parts, identities, Some(changes), &sources))
}

/// Ids of the files that a change speaks of: (is a zone, id).
type Overlaid = AHashSet<(bool, String)>;

fn load_zones(
    loader: &mut Loader,
    path: &Path,
    overlay: &Overlay,
    seen: &mut Overlaid,
    changes: &Path,
) -> Result<(), RegistryError> {
    let file: Arc<str> = Arc::from(path.display().to_string());
    let ended = geojson::read_zones(path, |at, zone| match zone {
        Ok(zone) if overlay.zones.contains_key(&zone.id) => drop(seen.insert((true, zone.id))),
        Ok(zone) => loader.zone(&file, at, zone),
        Err((id, what)) => loader.faults.add(&file, at, id.as_deref(), what),
    });
    if let Err(e) = ended {
        loader.faults.last(e);
    }
    let file: Arc<str> = Arc::from(changes.display().to_string());
    for (at, zone) in overlay.zones.values().flatten().enumerate() {
        loader.zone(&file, at, zone.clone());
    }
    // Without its zones every bay would be a fault.
    loader.faults.check()
}

fn load_bays(
    loader: &mut Loader,
    path: &Path,
    overlay: &Overlay,
    seen: &mut Overlaid,
    changes: &Path,
) -> Result<(), RegistryError> {
    let file = path.display().to_string();
    let ended = geojson::read_bays(path, |at, bay| match bay {
        Ok(Bay { id, .. }) if overlay.bays.contains_key(&*id) => drop(seen.insert((false, id.into_owned()))),
        Ok(Bay { id, zone, place, attrs }) => loader.bay(&file, at, &id, &zone, place, attrs),
        Err((id, what)) => loader.faults.add(&file, at, id.as_deref(), what),
    });
    if let Err(e) = ended {
        loader.faults.last(e);
    }
    let file = changes.display().to_string();
    for (at, bay) in overlay.bays.values().flatten().enumerate() {
        loader.bay_spec(&file, at, bay);
    }
    loader.faults.check()
}

/// Creates the folder and makes its entry durable.
fn make_folder(data: &Path, kept: &Path) -> std::io::Result<()> {
    if !kept.is_dir() {
        std::fs::create_dir_all(kept)?;
        std::fs::File::open(data)?.sync_all()?;
    }
    Ok(())
}
