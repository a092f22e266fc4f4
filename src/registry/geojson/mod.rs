//! Zones and bays out of GeoJSON: files at start, features through the admin API.
//!
//! Promises: every fault names the feature's position and its id; reading goes on after a fault of
//! one feature and ends at one of the text itself (with line and column). Unknown members are
//! ignored. Files are streamed: one feature is held at a time, or where all cores read (`blocks`) a
//! block each.

mod blocks;
mod crs;
mod members;
mod scalar;
mod shape;

use super::city::{BayAttrs, BaySpec, Polygon, ZoneSpec};
use super::faults::Faults;
use super::names::{given_name, settled};
use super::page::HIGHEST_PRICE;
use super::reach::{bad_place, wrapped};
use super::{RegistryError, bom};
use crate::domain::{BayKind, CountWord, Crs, LatLon, ZoneKind};
pub(super) use blocks::{BLOCK, read_bays_by_blocks};
pub(super) use crs::{of_file as crs_of, zone_to_wgs84};
use members::{aliases, by_kind, feature_id, flag, id as any_id, kind, shown, text, whole};
use scalar::Scalar;
use shape::{Collection, Coordinates, Feature, Geometry, Outer, Top};
use std::borrow::Cow;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

/// A bay as a feature describes it.
pub(super) struct FeatureBay<'a> {
    pub(super) id: Cow<'a, str>,
    pub(super) aliases: Vec<String>,
    pub(super) zone: Cow<'a, str>,
    pub(super) place: LatLon,
    pub(super) attrs: BayAttrs,
}

/// What is wrong with a feature, and its id if it has one.
pub(super) type FeatureFault = (Option<String>, String);

/// The zones of a FeatureCollection, or the one of a Feature, that give their places in these
/// coordinates unless they say others (`"crs":"gcj02"`).
///
/// # Errors
/// Every fault found, one a line (up to 20); or where the text is not JSON.
pub fn parse_zones(json: &[u8], usual: Crs) -> Result<Vec<ZoneSpec>, RegistryError> {
    let json = bom::without(json);
    let crs = crs::of_text("zones", json, usual)?;
    parse("zones", json, |feature| {
        Ok(zone_to_wgs84(zone(feature)?, crs))
    })
}

/// The bays of a FeatureCollection, or the one of a Feature.
///
/// # Errors
/// As [`parse_zones`].
pub fn parse_bays(json: &[u8], usual: Crs) -> Result<Vec<BaySpec>, RegistryError> {
    let json = bom::without(json);
    let crs = crs::of_text("bays", json, usual)?;
    parse("bays", json, |feature| {
        let FeatureBay {
            id,
            aliases,
            zone,
            place,
            attrs,
        } = bay(feature)?;
        Ok(BaySpec {
            id: id.into_owned(),
            aliases,
            zone: zone.into_owned(),
            place: crs.to_wgs84(place),
            attrs,
        })
    })
}

/// Streams the zones of a file with their positions, places as they stand there. `Err` where the text itself ends the reading.
pub(super) fn read_zones(
    path: &Path,
    mut each: impl FnMut(usize, Result<ZoneSpec, FeatureFault>),
) -> Result<(), RegistryError> {
    read(path, |at, feature| each(at, zone(feature)))
}

/// Streams the bays of a file with their positions, places as they stand there. `Err` where the text itself ends the reading.
pub(super) fn read_bays(
    path: &Path,
    mut each: impl for<'a> FnMut(usize, Result<FeatureBay<'a>, FeatureFault>),
) -> Result<(), RegistryError> {
    read(path, |at, feature| each(at, bay(feature)))
}

fn read(path: &Path, each: impl for<'a> FnMut(usize, Feature<'a>)) -> Result<(), RegistryError> {
    let name = path.display().to_string();
    let file = File::open(path).map_err(|e| RegistryError(format!("{name}: cannot open: {e}")))?;
    let mut reader = BufReader::with_capacity(1 << 20, file);
    bom::pass(&mut reader).map_err(|e| RegistryError(format!("{name}: cannot read: {e}")))?;
    collection(&name, serde_json::Deserializer::from_reader(reader), each)
}

fn parse<T>(
    name: &str,
    json: &[u8],
    convert: impl Fn(Feature<'_>) -> Result<T, FeatureFault>,
) -> Result<Vec<T>, RegistryError> {
    let mut faults = Faults::default();
    let mut all = Vec::new();
    let mut take = |at, feature: Feature<'_>| match convert(feature) {
        Ok(one) => all.push(one),
        Err((id, what)) => faults.add(name, at, id.as_deref(), what),
    };
    let is_feature = matches!(serde_json::from_slice(json), Ok(Outer { kind: Scalar::Text(kind), .. }) if kind == "Feature");
    if is_feature {
        take(
            0,
            serde_json::from_slice(json).map_err(|e| RegistryError(format!("{name}: {e}")))?,
        );
    } else {
        collection(name, serde_json::Deserializer::from_slice(json), take)?;
    }
    faults.check()?;
    Ok(all)
}

fn collection<'de, R: serde_json::de::Read<'de>>(
    name: &str,
    mut json: serde_json::Deserializer<R>,
    each: impl FnMut(usize, Feature<'de>),
) -> Result<(), RegistryError> {
    use serde::de::DeserializeSeed;
    let mut at = 0;
    let read = Collection { each, at: &mut at }
        .deserialize(&mut json)
        .and_then(|top| json.end().map(|()| top));
    match read {
        Ok(Top {
            kind: Some(kind),
            has_features: true,
        }) if kind == "FeatureCollection" => Ok(()),
        Ok(Top { kind, has_features }) => Err(RegistryError(match kind {
            Some(kind) if kind == "FeatureCollection" && !has_features => {
                format!("{name}: the FeatureCollection has no \"features\"")
            }
            Some(kind) => format!("{name}: not a FeatureCollection: its type is {kind:?}"),
            None => format!("{name}: not a FeatureCollection: it has no type"),
        })),
        Err(e) if e.is_io() => Err(RegistryError(format!("{name}: cannot read: {e}"))),
        Err(e) => Err(RegistryError(format!("{name}: features[{at}]: {e}"))),
    }
}

fn zone(feature: Feature<'_>) -> Result<ZoneSpec, FeatureFault> {
    let FeatureParts {
        id,
        aliases,
        geometry,
        properties: p,
    } = parts(feature)?;
    let spec = || -> Result<ZoneSpec, String> {
        let (place, outline) = place_of("zone", &geometry)?;
        let called = || given_name(&id, &aliases).to_owned();
        let name = text("name", p.name)?.map_or_else(called, Cow::into_owned);
        let known = ZoneKind::ALL.map(ZoneKind::name);
        Ok(ZoneSpec {
            kind: kind(p.kind, ZoneKind::parse, &known)?.unwrap_or(ZoneKind::OffStreet),
            operator: text("operator", p.operator)?
                .unwrap_or_default()
                .into_owned(),
            capacity: whole("capacity", &p.capacity, CountWord::MOST_BAYS)?,
            capacity_by_kind: by_kind(
                "capacity_by_kind",
                &p.capacity_by_kind,
                CountWord::MOST_BAYS,
            )?,
            price_cents_per_hour: price(&p.price_cents_per_hour)?,
            max_height_cm: Some(whole("max_height_cm", &p.max_height_cm, u16::MAX.into())? as u16)
                .filter(|&cm| cm > 0),
            stale_after_s: Some(whole("stale_after_s", &p.stale_after_s, u32::MAX)?)
                .filter(|&s| s > 0),
            part_of: any_id("part_of", p.part_of)?.map(Cow::into_owned),
            id: String::new(),
            aliases: Vec::new(),
            name,
            place,
            outline,
        })
    };
    match spec() {
        Ok(spec) => Ok(ZoneSpec {
            id: id.into_owned(),
            aliases,
            ..spec
        }),
        Err(what) => Err((Some(id.into_owned()), what)),
    }
}

fn bay(feature: Feature<'_>) -> Result<FeatureBay<'_>, FeatureFault> {
    let FeatureParts {
        id,
        aliases,
        geometry,
        properties: p,
    } = parts(feature)?;
    let rest = || -> Result<_, String> {
        // In the middle of its outline, where it is given as one.
        let (place, _) = place_of("bay", &geometry)?;
        let zone = any_id("zone", p.zone)?.ok_or("has no \"zone\"")?;
        let known = BayKind::ALL.map(BayKind::name);
        let short = |name, scalar| whole(name, scalar, u32::from(u16::MAX)).map(|n| n as u16);
        let attrs = BayAttrs {
            kind: kind(p.kind, BayKind::parse, &known)?.unwrap_or(BayKind::Car),
            accessible: flag("accessible", &p.accessible)?,
            ev_charging: flag("ev_charging", &p.ev_charging)?,
            max_height_cm: short("max_height_cm", &p.max_height_cm)?,
            max_stay_min: short("max_stay_min", &p.max_stay_min)?.into(),
            price_cents_per_hour: price(&p.price_cents_per_hour)?,
        };
        Ok((zone, place, attrs))
    };
    match rest() {
        Ok((zone, place, attrs)) => Ok(FeatureBay {
            id,
            aliases,
            zone,
            place,
            attrs,
        }),
        Err(what) => Err((Some(id.into_owned()), what)),
    }
}

struct FeatureParts<'a> {
    id: Cow<'a, str>,
    aliases: Vec<String>,
    geometry: Geometry<'a>,
    properties: shape::Properties<'a>,
}

/// What an hour costs, if it is said.
fn price(scalar: &Scalar<'_>) -> Result<Option<u32>, String> {
    let said = *scalar != Scalar::Missing;
    let cents = whole("price_cents_per_hour", scalar, HIGHEST_PRICE)?;
    Ok(said.then_some(cents))
}

fn parts(feature: Feature<'_>) -> Result<FeatureParts<'_>, FeatureFault> {
    let mut p = feature.properties.unwrap_or_default();
    let id = feature_id(feature.id, std::mem::take(&mut p.id)).map_err(|what| (None, what))?;
    let names = aliases(std::mem::take(&mut p.aliases));
    let (id, aliases) = match names.map(|names| settled(Cow::clone(&id), names)) {
        Ok(Ok(names)) => names,
        Ok(Err(what)) | Err(what) => return Err((Some(id.into_owned()), what)),
    };
    if !matches!(&feature.kind, Scalar::Text(kind) if kind == "Feature") {
        return Err((
            Some(id.into_owned()),
            format!("its type is {}, not \"Feature\"", shown(&feature.kind)),
        ));
    }
    match feature.geometry {
        Some(geometry) => Ok(FeatureParts {
            id,
            aliases,
            geometry,
            properties: p,
        }),
        None => Err((Some(id.into_owned()), "has no geometry".into())),
    }
}

/// Where a zone or bay is shown, and its outline if it has one. Of several parts the largest is
/// where.
fn place_of(what: &str, geometry: &Geometry<'_>) -> Result<(LatLon, Vec<Polygon>), String> {
    let Scalar::Text(kind) = &geometry.kind else {
        return Err(format!(
            "wrong geometry: its type is {}",
            shown(&geometry.kind)
        ));
    };
    match (&**kind, &geometry.coordinates) {
        ("Point", c) => Ok((point(c)?, Vec::new())),
        ("Polygon", c) => Ok(placed(vec![polygon(c)?])),
        ("MultiPolygon", Coordinates::List(parts)) if !parts.is_empty() => {
            let parts: Result<_, _> = parts.iter().map(polygon).collect();
            Ok(placed(parts?))
        }
        ("MultiPolygon", c) => Err(bad_coordinates(c)),
        (other, _) => Err(format!(
            "wrong geometry: a {what} is a Polygon, MultiPolygon or Point, not {other:?}"
        )),
    }
}

/// Corners are what is kept of them: put back as it was read, a zone is where it was.
fn placed(mut parts: Vec<Polygon>) -> (LatLon, Vec<Polygon>) {
    for corner in parts.iter_mut().flatten().flatten() {
        *corner = LatLon::of_e7((*corner).e7());
    }
    let outers = parts.iter().filter_map(|part| part.first());
    let largest = outers
        .map(|ring| centroid(ring))
        .max_by(|a, b| a.1.total_cmp(&b.1));
    let nowhere = LatLon { lat: 0.0, lon: 0.0 };
    (largest.map_or(nowhere, |(place, _)| place), parts)
}

/// Its rings, at least the outer one.
fn polygon(rings: &Coordinates) -> Result<Polygon, String> {
    match rings {
        Coordinates::List(rings) if !rings.is_empty() => rings.iter().map(ring).collect(),
        Coordinates::List(_) => Err(SHORT_RING.into()),
        other => Err(bad_coordinates(other)),
    }
}

fn ring(corners: &Coordinates) -> Result<Vec<LatLon>, String> {
    match corners {
        Coordinates::List(ring) if ring.len() >= 4 => ring.iter().map(point).collect(),
        Coordinates::List(_) => Err(SHORT_RING.into()),
        other => Err(bad_coordinates(other)),
    }
}

const SHORT_RING: &str = "bad coordinates: a ring has at least four positions";

/// Whether it can be on Earth is checked where all places are.
fn point(c: &Coordinates) -> Result<LatLon, String> {
    match *c {
        Coordinates::Position { lon, lat } => {
            // West to east across the 180th meridian many go on counting.
            let lon = if lon.abs() <= 360.0 {
                wrapped(lon)
            } else {
                lon
            };
            match bad_place(LatLon { lat, lon }) {
                None => Ok(LatLon { lat, lon }),
                Some(what) => Err(what),
            }
        }
        ref other => Err(bad_coordinates(other)),
    }
}

fn bad_coordinates(found: &Coordinates) -> String {
    let what = match found {
        Coordinates::Missing => return "bad coordinates: there are none".into(),
        Coordinates::Number(_) => "a number",
        Coordinates::Position { .. } => "a position",
        Coordinates::List(_) => "a list",
        Coordinates::Bad(what) => what,
    };
    format!("bad coordinates: {what} where it does not belong; give numbers, longitude first")
}

/// Centre of gravity of the ring's area, and that area in square degrees. A ring without area: its
/// mean.
fn centroid(ring: &[LatLon]) -> (LatLon, f64) {
    // Relative to the first corner: the products of whole degrees would eat the digits.
    let LatLon {
        lat: lat0,
        lon: lon0,
    } = ring[0];
    let mut area = 0.0;
    let mut lat = 0.0;
    let mut lon = 0.0;
    for (i, a) in ring.iter().enumerate() {
        let b = ring[(i + 1) % ring.len()];
        let ay = a.lat - lat0;
        let ax = wrapped(a.lon - lon0);
        let by = b.lat - lat0;
        let bx = wrapped(b.lon - lon0);
        let cross = ax * by - bx * ay;
        area += cross / 2.0;
        lat += (ay + by) * cross / 6.0;
        lon += (ax + bx) * cross / 6.0;
    }
    let n = ring.len() as f64;
    let mean = LatLon {
        lat: ring.iter().map(|p| p.lat).sum::<f64>() / n,
        lon: wrapped(lon0 + ring.iter().map(|p| wrapped(p.lon - lon0)).sum::<f64>() / n),
    };
    let centre = LatLon {
        lat: lat0 + lat / area,
        lon: wrapped(lon0 + lon / area),
    };
    // 1e-14 square degrees are a square of 1 cm.
    (if area.abs() < 1e-14 { mean } else { centre }, area.abs())
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_members;
