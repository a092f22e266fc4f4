//! Places by the coordinates that a feed gives them in: WGS 84, GCJ-02, BD-09, and any projected
//! system by its EPSG number (SVY21 is `EPSG:3414`, UTM 32 `EPSG:25832`).
//!
//! The only door to `proj4rs` and its definitions. Promise: within 1 cm of PROJ where PROJ needs no
//! grid files. `x` is always the easting or longitude, `y` the northing or latitude, whatever order
//! the authority has.

use crate::domain::{BBox, Crs, LatLon};
use proj4rs::proj::Proj;
use proj4rs::transform::transform;

/// A coordinate system, compiled once.
#[derive(Debug)]
pub struct Projection {
    name: Box<str>,
    kind: ProjectionKind,
}

#[derive(Debug)]
enum ProjectionKind {
    /// Degrees.
    Plain(Crs),
    Projected(Box<(Proj, Proj)>),
}

/// So far outside the registry's box a place cannot be of the same city, m.
const FAR_M: f64 = 50_000.0;

impl Default for Projection {
    fn default() -> Self {
        Self {
            name: "wgs84".into(),
            kind: ProjectionKind::Plain(Crs::Wgs84),
        }
    }
}

impl Projection {
    /// The system called `EPSG:3414`, `urn:ogc:def:crs:EPSG::25832`, `svy21`, `wgs84`, `gcj02` or
    /// `bd09`.
    ///
    /// # Errors
    /// Says what of it is not known.
    pub fn named(name: &str) -> Result<Self, String> {
        let lower = name.trim().to_lowercase();
        let made = |kind| Self {
            name: name.into(),
            kind,
        };
        if let Some(crs) = Crs::parse(&lower.replace('-', "")) {
            return Ok(made(ProjectionKind::Plain(crs)));
        }
        let code = match lower.as_str() {
            "svy21" => Some(3414),
            "crs84" | "urn:ogc:def:crs:ogc:1.3:crs84" | "urn:ogc:def:crs:ogc::crs84" => Some(4326),
            other => {
                let number = other
                    .contains("epsg")
                    .then(|| other.rsplit([':', '/', '#']).next());
                number.flatten().and_then(|n| n.parse::<u16>().ok())
            }
        };
        let unknown = || {
            format!(
                "crs: {name:?} is not known; known are EPSG:3414 and its like, wgs84, gcj02, bd09"
            )
        };
        let code = code.ok_or_else(unknown)?;
        if code == 4326 {
            return Ok(made(ProjectionKind::Plain(Crs::Wgs84)));
        }
        let definition = crs_definitions::from_code(code).ok_or_else(unknown)?;
        let cannot = |e| format!("crs: {name:?} cannot be computed here: {e}");
        let from = Proj::from_proj_string(definition.proj4).map_err(|e| cannot(e.to_string()))?;
        let to = Proj::from_proj_string("+proj=longlat +datum=WGS84 +no_defs");
        let to = to.map_err(|e| cannot(e.to_string()))?;
        Ok(made(ProjectionKind::Projected(Box::new((from, to)))))
    }

    /// The place at `x` (easting, longitude) and `y` (northing, latitude) in WGS 84.
    ///
    /// # Errors
    /// Says that there is no such place.
    pub fn place(&self, x: f64, y: f64) -> Result<LatLon, String> {
        let none = || format!("x {x}, y {y} is no place in {}", self.name);
        if !(x.is_finite() && y.is_finite()) {
            return Err(none());
        }
        let place = match &self.kind {
            ProjectionKind::Plain(crs) => LatLon::new(y, x).map(|place| crs.to_wgs84(place)),
            ProjectionKind::Projected(pair) => {
                let (from, to) = &**pair;
                let mut point = if from.is_latlong() {
                    (x.to_radians(), y.to_radians(), 0.0)
                } else {
                    (x, y, 0.0)
                };
                transform(from, to, &mut point).map_err(|_| none())?;
                LatLon::new(point.1.to_degrees(), point.0.to_degrees())
            }
        };
        place
            .filter(|p| p.lat.is_finite() && p.lon.is_finite())
            .ok_or_else(none)
    }
}

/// Why a place cannot be of a city that lies in `city`; `None`: it can.
#[must_use]
pub fn implausible(place: LatLon, city: BBox) -> Option<String> {
    let away_m = outside_m(place, city);
    if away_m <= FAR_M {
        return None;
    }
    let swapped = LatLon::new(place.lon, place.lat).is_some_and(|p| outside_m(p, city) <= FAR_M);
    let hint = if swapped {
        "; with latitude and longitude the other way round it is there: swap them in `place`"
    } else {
        "; is `crs` right, and are its axes the right way round?"
    };
    let LatLon { lat, lon } = place;
    let km = away_m / 1000.0;
    Some(format!(
        "place: {lat:.5}, {lon:.5} is {km:.0} km outside the registry's zones{hint}"
    ))
}

fn outside_m(place: LatLon, city: BBox) -> f64 {
    if city.contains(place) {
        return 0.0;
    }
    let lat = place.lat.clamp(city.south, city.north);
    let edges = if city.west <= city.east {
        [place.lon.clamp(city.west, city.east); 2]
    } else {
        [city.west, city.east]
    };
    let nearest = edges.map(|lon| place.distance_m(LatLon { lat, lon }));
    nearest[0].min(nearest[1])
}

#[cfg(test)]
#[path = "place_tests.rs"]
mod tests;
