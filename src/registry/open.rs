//! A registry out of its files: GeoJSON, the run-time changes over it, and the numbers that last.
//!
//! Order matters: identities and changes first (torn tails cut), then zones, then bays, then
//! devices; new numbers are durable before the picture exists. Dear: 1.4 million bays take seconds.

use super::changes::{ChangeLog, Class, Overlay};
use super::city::ZoneDates;
use super::dates::{Dates, written_at};
use super::device::DeviceSpec;
use super::devices::{Models, unknown_bay};
use super::devices_file::read_devices;
use super::faults::Faults;
use super::geojson::{self, FeatureBay};
use super::identities::Identities;
use super::load::Loader;
use super::{Reading, Registry, RegistryError, device_id};
use ahash::AHashSet;
use std::path::Path;
use std::sync::{Arc, Mutex};

/// See [`Registry::open`].
pub(super) fn open(
    dir: &Path,
    data: &Path,
    models: Models,
    reading: Reading,
) -> Result<Registry, RegistryError> {
    let zones_file = dir.join("zones.geojson");
    let bays_file = dir.join("bays.geojson");
    if !zones_file.is_file() {
        let name = zones_file.display();
        return Err(RegistryError(format!("{name}: there is no such file")));
    }
    let kept = data.join("registry");
    make_folder(data, &kept)
        .map_err(|e| RegistryError(format!("{}: cannot create: {e}", kept.display())))?;
    let identities_file = kept.join(super::kept::IDENTITIES);
    let (mut identities, text) = Identities::open(&identities_file)?;
    let known = identities
        .read(&text)
        .map_err(|RegistryError(e)| RegistryError(format!("{}: {e}", identities_file.display())))?;
    identities.compact(&text, &known)?;
    let changes_file = kept.join(super::kept::CHANGES);
    let changed_at = written_at(&changes_file);
    let (mut changes, mut overlay) = ChangeLog::open(&changes_file)?;

    let mut loader = Loader::default();
    let mut seen = AHashSet::new();
    loader.bbox = reading.bbox;
    loader.realm = reading.realm;
    loader.crs = geojson::crs_of(&zones_file, reading.crs)?;
    load_zones(&mut loader, &zones_file, &overlay, &mut seen, &changes_file)?;
    loader.crs = geojson::crs_of(&bays_file, reading.crs)?;
    load_bays(&mut loader, &bays_file, &overlay, &mut seen, &changes_file)?;
    let mut parts = loader.finish(&mut identities, &known)?;
    let known_since = overlay
        .since
        .iter()
        .filter_map(|(id, since)| Some((parts.bays.get(id)?, *since)));
    parts.city.since = Arc::new(
        known_since
            .map(|(bay, since)| (parts.city.bay_number(bay), since))
            .collect(),
    );
    let devices_file = dir.join("devices.json");
    let listed = list_devices(&devices_file, &overlay, &mut seen)?;
    changes.compact(&mut overlay, |id, class| {
        seen.contains(&(class, id.to_owned()))
    })?;
    let zones_at = written_at(&zones_file);
    let of_files = ZoneDates {
        published: zones_at,
        updated: zones_at.max(written_at(&bays_file)),
    };
    let of_changes = ZoneDates {
        published: changed_at,
        updated: changed_at,
    };
    let dates_file = kept.join(super::kept::DATES);
    let dates = Dates::open(&dates_file, &mut parts.city, |zone| {
        let put = overlay.zones.contains_key(&zone.spec.id);
        if put { of_changes } else { of_files }
    })?;
    let sources = known.sources;
    let mut registry = Registry::new(parts, identities, Some(changes), &sources).knowing(models);
    registry.reading = reading;
    registry.dates = Mutex::new(dates);
    map_devices(&registry, &devices_file, listed, &changes_file, &overlay)?;
    Ok(registry)
}

/// Ids of the files that a change speaks of.
type Overlaid = AHashSet<(Class, String)>;

fn load_zones(
    loader: &mut Loader,
    path: &Path,
    overlay: &Overlay,
    seen: &mut Overlaid,
    changes: &Path,
) -> Result<(), RegistryError> {
    let file: Arc<str> = Arc::from(path.display().to_string());
    let ended = geojson::read_zones(path, |at, zone| match zone {
        Ok(zone) if overlay.zones.contains_key(&zone.id) => {
            seen.insert((Class::Zone, zone.id));
        }
        Ok(zone) => loader.zone(&file, at, geojson::zone_to_wgs84(zone, loader.crs)),
        Err((id, what)) => loader.faults.add(&file, at, id.as_deref(), what),
    });
    if let Err(e) = ended {
        loader.faults.last(e);
    }
    loader.zones_are_read(&file);
    let zones_file = file;
    let file: Arc<str> = Arc::from(changes.display().to_string());
    loader.from_changes = true;
    for (at, zone) in overlay.zones.values().flatten().enumerate() {
        loader.zone(&file, at, zone.clone());
    }
    loader.from_changes = false;
    loader.check_parts([&zones_file, &file]);
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
    // A city that only counts has no file of bays. What is there and cannot be read is a fault.
    let none = path.try_exists().is_ok_and(|there| !there) && !path.is_symlink();
    if none {
        tracing::info!(
            "no {}: no bays but those that calls have put",
            path.display()
        );
    } else if !load_bays_at_once(loader, path, overlay, seen) {
        load_bays_patiently(loader, path, overlay, seen);
    }
    let file: Arc<str> = Arc::from(changes.display().to_string());
    loader.from_changes = true;
    for (at, bay) in overlay.bays.values().flatten().enumerate() {
        loader.bay_spec(&file, at, bay);
    }
    loader.faults.check()
}

/// By all cores. False, and nothing is taken in, for a file that has a fault or cannot be read so:
/// that is for [`load_bays_patiently`] to tell.
fn load_bays_at_once(
    loader: &mut Loader,
    path: &Path,
    overlay: &Overlay,
    seen: &mut Overlaid,
) -> bool {
    let own = &*loader;
    let blocks = geojson::read_bays_by_blocks(path, geojson::BLOCK, |bay| {
        if overlay.bays.contains_key(&*bay.id) {
            return Some(Err(bay.id.into_owned()));
        }
        Some(Ok((own.row(&bay).ok()?, bay.aliases)))
    });
    let Some(blocks) = blocks else { return false };
    let mut rows = Vec::with_capacity(blocks.iter().map(Vec::len).sum());
    let mut changed = Vec::new();
    let mut called = Vec::new();
    for (at, bay) in blocks.into_iter().flatten().enumerate() {
        match bay {
            Ok((row, aliases)) => {
                if !aliases.is_empty() {
                    called.push((at, Arc::clone(&row.id), aliases));
                }
                rows.push(row);
            }
            Err(id) => changed.push((Class::Bay, id)),
        }
    }
    let taken = loader.all_bays(rows);
    if taken {
        seen.extend(changed);
        let file: Arc<str> = Arc::from(path.display().to_string());
        for (at, id, aliases) in called {
            loader.call(&file, at, &id, aliases);
        }
    }
    taken
}

/// From end to end, telling every fault.
fn load_bays_patiently(loader: &mut Loader, path: &Path, overlay: &Overlay, seen: &mut Overlaid) {
    let file: Arc<str> = Arc::from(path.display().to_string());
    let ended = geojson::read_bays(path, |at, bay| match bay {
        Ok(FeatureBay { id, .. }) if overlay.bays.contains_key(&*id) => {
            seen.insert((Class::Bay, id.into_owned()));
        }
        Ok(bay) => loader.bay(&file, at, bay),
        Err((id, what)) => loader.faults.add(&file, at, id.as_deref(), what),
    });
    if let Err(e) = ended {
        loader.faults.last(e);
    }
}

/// The devices of the file that no change speaks of, with their positions. No file: none.
fn list_devices(
    path: &Path,
    overlay: &Overlay,
    seen: &mut Overlaid,
) -> Result<Vec<(usize, DeviceSpec)>, RegistryError> {
    let mut listed = Vec::new();
    if !path.is_file() {
        return Ok(listed);
    }
    let file = path.display().to_string();
    let mut faults = Faults::of("devices");
    let ended = read_devices(path, |at, device| match device {
        Ok(device) => {
            // Changes speak of ids as they are kept.
            let id = device_id(&device.device).unwrap_or_default();
            if overlay.devices.contains_key(&id) {
                seen.insert((Class::Device, id));
            } else {
                listed.push((at, device));
            }
        }
        Err((id, what)) => faults.add(&file, at, id.as_deref(), what),
    });
    if let Err(e) = ended {
        faults.last(e);
    }
    faults.check()?;
    Ok(listed)
}

/// Checks the devices, gives them sources, and maps them.
///
/// A bay that a change has removed, or that a later file no longer has, must not keep a hub from
/// starting because a device still names it: that device is mapped all the same, with a warning. A
/// bay nobody ever heard of is a fault.
fn map_devices(
    registry: &Registry,
    file: &Path,
    listed: Vec<(usize, DeviceSpec)>,
    changes: &Path,
    overlay: &Overlay,
) -> Result<(), RegistryError> {
    let file = file.display().to_string();
    let changes = changes.display().to_string();
    let mut faults = Faults::of("devices");
    let mut all = Vec::new();
    let mut ids = AHashSet::new();
    let mut astray = 0;
    for (at, device) in listed {
        match registry.checked(&device) {
            Ok(device) if !ids.insert(device.device.clone()) => {
                faults.add(&file, at, Some(&device.device), "duplicate id");
            }
            Ok(device) => {
                if registry.bay(&device.bay).is_none() {
                    astray += 1;
                    if !matches!(overlay.bays.get(&device.bay), Some(None)) {
                        faults.add(&file, at, Some(&device.device), unknown_bay(&device.bay));
                    }
                }
                all.push(device);
            }
            Err(what) => faults.add(&file, at, Some(&device.device), what),
        }
    }
    for (at, device) in overlay.devices.values().flatten().enumerate() {
        match registry.checked(device) {
            Ok(device) => {
                astray += usize::from(registry.bay(&device.bay).is_none());
                all.push(device);
            }
            Err(what) => faults.add(&changes, at, Some(&device.device), what),
        }
    }
    faults.check()?;
    if astray > 0 {
        tracing::warn!(
            devices = astray,
            "devices of bays that are gone: their uplinks will be refused"
        );
    }
    let sources = registry.enrol_devices(&all)?;
    registry.map(all, &sources);
    Ok(())
}

/// Creates the folder and makes its entry durable.
fn make_folder(data: &Path, kept: &Path) -> std::io::Result<()> {
    if !kept.is_dir() {
        std::fs::create_dir_all(kept)?;
        std::fs::File::open(data)?.sync_all()?;
    }
    Ok(())
}
