//! In which coordinates a text gives its places: its own member `crs`, by name, or what is said of
//! all.
//!
//! Promise: the member counts wherever it stands in the outermost object, and is known before the
//! first place is read. An object `crs`, as GeoJSON had it before RFC 7946, says nothing: it is
//! WGS 84 by any of its names.

use super::super::city::ZoneSpec;
use super::super::{RegistryError, bom};
use super::blocks::frame;
use super::placed;
use super::scalar::Scalar;
use super::shape::Outer;
use crate::domain::Crs;
use serde::Deserialize;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

/// The one of a text; `usual` where it says none.
pub(super) fn of_text(name: &str, json: &[u8], usual: Crs) -> Result<Crs, RegistryError> {
    // What is no JSON is told by whoever reads it.
    let outer = serde_json::from_slice(json);
    outer.map_or(Ok(usual), |outer: Outer<'_>| read(name, &outer.crs, usual))
}

/// The same of a file. Dear only where the features cannot be found: then it is read to its end.
pub(in crate::registry) fn of_file(path: &Path, usual: Crs) -> Result<Crs, RegistryError> {
    let name = path.display().to_string();
    let Ok(file) = File::open(path) else {
        return Ok(usual);
    };
    if let Some(frame) = frame(&file) {
        return of_text(&name, bom::without(&frame), usual);
    }
    let mut reader = BufReader::with_capacity(1 << 20, file);
    if bom::pass(&mut reader).is_err() {
        return Ok(usual);
    }
    let outer = Outer::deserialize(&mut serde_json::Deserializer::from_reader(reader));
    outer.map_or(Ok(usual), |outer| read(&name, &outer.crs, usual))
}

fn read(name: &str, crs: &Scalar<'_>, usual: Crs) -> Result<Crs, RegistryError> {
    match crs {
        Scalar::Missing | Scalar::Object => Ok(usual),
        Scalar::Text(text) => Crs::parse(text).ok_or_else(|| {
            let text: String = text.chars().take(40).collect();
            RegistryError(format!(
                "{name}: unknown crs {text:?}; known are {}",
                Crs::list()
            ))
        }),
        other => Err(RegistryError(format!(
            "{name}: crs is {}; give one of {}",
            super::shown(other),
            Crs::list()
        ))),
    }
}

/// A zone whose places were given in these coordinates.
pub(in crate::registry) fn zone_to_wgs84(mut zone: ZoneSpec, crs: Crs) -> ZoneSpec {
    if crs == Crs::Wgs84 {
        return zone;
    }
    for corner in zone.outline.iter_mut().flatten().flatten() {
        *corner = crs.to_wgs84(*corner);
    }
    if zone.outline.is_empty() {
        zone.place = crs.to_wgs84(zone.place);
    } else {
        (zone.place, zone.outline) = placed(zone.outline);
    }
    zone
}
