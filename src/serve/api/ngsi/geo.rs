//! Questions about where entities are: `near` a point and `within` a polygon.
//!
//! Promises: what is not supported is an error. An outline is within a polygon if all of it is; it is as
//! near as its nearest edge, and at no distance to a point inside. Bounds: 500 corners.

use super::entity::EntityPlace;
use crate::domain::LatLon;
use crate::domain::geo::{edges, is_within};
use crate::serve::http::params::quoted;
use serde_json::Value;

const MOST_CORNERS: usize = 500;

/// Half a turn of the Earth, m: nothing is farther.
const FARTHEST_M: f64 = 20_100_000.0;

/// Which entities are meant by where they are.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::serve) enum GeoQuery {
    /// At most, or at least, so many metres away.
    Near {
        of: LatLon,
        metres: f64,
        is_most: bool,
    },
    Within(Vec<Vec<LatLon>>),
}

/// The parameters, as they are given.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::serve) struct GeoParams<'p> {
    pub(in crate::serve) georel: Option<&'p str>,
    pub(in crate::serve) geometry: Option<&'p str>,
    pub(in crate::serve) coordinates: Option<&'p str>,
    pub(in crate::serve) geoproperty: Option<&'p str>,
}

impl GeoQuery {
    /// Reads one; `None` where none is asked.
    ///
    /// # Errors
    /// The parameter at fault, and why.
    pub(in crate::serve) fn read(p: GeoParams<'_>) -> Result<Option<Self>, (&'static str, String)> {
        let Some(georel) = p.georel else {
            let others = [
                ("geometry", p.geometry),
                ("coordinates", p.coordinates),
                ("geoproperty", p.geoproperty),
            ];
            return match others.into_iter().find(|(_, given)| given.is_some()) {
                Some((name, _)) => Err((name, format!("{name} means something with georel only"))),
                None => Ok(None),
            };
        };
        if let Some(other) = p.geoproperty.filter(|name| *name != "location") {
            let why = format!("geoproperty must be location, not {}", quoted(other));
            return Err(("geoproperty", why));
        }
        let geometry = p
            .geometry
            .ok_or_else(|| ("geometry", "geometry is needed with georel".to_owned()))?;
        let coordinates = p.coordinates.ok_or_else(|| {
            (
                "coordinates",
                "coordinates are needed with georel".to_owned(),
            )
        })?;
        let coordinates: Value = serde_json::from_str(coordinates)
            .map_err(|_| ("coordinates", "coordinates must be a JSON array".to_owned()))?;
        Self::of(georel, geometry, &coordinates).map(Some)
    }

    /// The same of what was read.
    pub(super) fn of(
        georel: &str,
        geometry: &str,
        coordinates: &Value,
    ) -> Result<Self, (&'static str, String)> {
        let (relation, modifier) = georel.split_once(';').unwrap_or((georel, ""));
        let want = match relation {
            "near" => "Point",
            "within" => "Polygon",
            _ => {
                let why = format!(
                    "georel must be near;maxDistance==M, near;minDistance==M or within, not {}",
                    quoted(georel)
                );
                return Err(("georel", why));
            }
        };
        if geometry != want {
            let why = format!(
                "geometry must be {want} with georel {relation}, not {}",
                quoted(geometry)
            );
            return Err(("geometry", why));
        }
        if relation == "within" {
            if !modifier.is_empty() || georel.contains(';') {
                return Err(("georel", "within has no modifier".to_owned()));
            }
            return polygon(coordinates)
                .map(Self::Within)
                .ok_or_else(|| ("coordinates", POLYGON.to_owned()));
        }
        let of = point(coordinates).ok_or_else(|| ("coordinates", POINT.to_owned()))?;
        let (name, metres) = modifier.split_once("==").unwrap_or((modifier, ""));
        let metres: Option<f64> = metres.parse().ok();
        let metres = metres.filter(|m| (0.0..=FARTHEST_M).contains(m));
        if let ("maxDistance" | "minDistance", Some(metres)) = (name, metres) {
            return Ok(Self::Near {
                of,
                metres,
                is_most: name == "maxDistance",
            });
        }
        let why = "near needs ;maxDistance==M or ;minDistance==M, in metres".to_owned();
        Err(("georel", why))
    }

    /// Whether something at this place is meant.
    pub(super) fn takes(&self, place: EntityPlace<'_>) -> bool {
        match self {
            Self::Near {
                of,
                metres,
                is_most,
            } => {
                let away = distance_m(*of, place);
                if *is_most {
                    away <= *metres
                } else {
                    away >= *metres
                }
            }
            Self::Within(rings) => match place {
                EntityPlace::Point(at) => is_within(rings, LatLon::of_e7(at)),
                EntityPlace::Outline(outline, told_in) => {
                    let told = |corner: &LatLon| told_in.place(*corner);
                    outline.iter().flatten().all(|ring| {
                        let corners: Vec<LatLon> = ring.iter().map(told).collect();
                        corners.iter().all(|corner| is_within(rings, *corner))
                            && !edges(&corners).any(|(a, b)| crosses(rings, a, b))
                    })
                }
            },
        }
    }
}

const POINT: &str = "coordinates of a Point are [longitude,latitude] in degrees";
const POLYGON: &str = "coordinates of a Polygon are rings of [longitude,latitude], at most 500 corners \
                       in all; each ring has four at least and ends where it begins";

fn point(value: &Value) -> Option<LatLon> {
    match value.as_array()?.as_slice() {
        [lon, lat] => LatLon::new(lat.as_f64()?, lon.as_f64()?),
        _ => None,
    }
}

fn polygon(value: &Value) -> Option<Vec<Vec<LatLon>>> {
    let rings = value.as_array().filter(|rings| !rings.is_empty())?;
    let mut read = Vec::new();
    let mut count = 0;
    for ring in rings {
        let ring = ring.as_array()?;
        count += ring.len();
        if ring.len() < 4 || count > MOST_CORNERS {
            return None;
        }
        let corners: Option<Vec<LatLon>> = ring.iter().map(point).collect();
        let corners = corners?;
        if corners.first() != corners.last() {
            return None;
        }
        read.push(corners);
    }
    Some(read)
}

/// Whether an edge crosses one of the rings.
fn crosses(rings: &[Vec<LatLon>], a: LatLon, b: LatLon) -> bool {
    let side = |p: LatLon, q: LatLon, r: LatLon| {
        (q.lon - p.lon) * (r.lat - p.lat) - (q.lat - p.lat) * (r.lon - p.lon)
    };
    let apart = |p, q, r, s| side(p, q, r) * side(p, q, s) < 0.0;
    let all = rings.iter().flat_map(|ring| edges(ring));
    all.into_iter()
        .any(|(c, d)| apart(a, b, c, d) && apart(c, d, a, b))
}

fn distance_m(of: LatLon, place: EntityPlace<'_>) -> f64 {
    let (outline, told_in) = match place {
        EntityPlace::Point(at) => return of.distance_m(LatLon::of_e7(at)),
        EntityPlace::Outline(outline, told_in) => (outline, told_in),
    };
    let mut nearest = f64::INFINITY;
    for part in outline {
        let told = |ring: &Vec<LatLon>| ring.iter().map(|c| told_in.place(*c)).collect();
        let rings: Vec<Vec<LatLon>> = part.iter().map(told).collect();
        if is_within(&rings, of) {
            return 0.0;
        }
        for (a, b) in rings.iter().flat_map(|ring| edges(ring)) {
            nearest = nearest.min(of.distance_m(foot(of, a, b)));
        }
    }
    nearest
}

/// The point of an edge that is nearest; at the size of a car park the Earth is flat.
fn foot(of: LatLon, a: LatLon, b: LatLon) -> LatLon {
    let shrink = of.lat.to_radians().cos();
    let [x, y] = [(b.lon - a.lon) * shrink, b.lat - a.lat];
    let length = x * x + y * y;
    if length <= 0.0 {
        return a;
    }
    let along = ((of.lon - a.lon) * shrink * x + (of.lat - a.lat) * y) / length;
    let along = along.clamp(0.0, 1.0);
    LatLon {
        lat: a.lat + (b.lat - a.lat) * along,
        lon: a.lon + (b.lon - a.lon) * along,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serve::told_in::ToldIn;
    use serde_json::json;

    fn query(georel: &str, geometry: &str, coordinates: &Value) -> GeoQuery {
        GeoQuery::of(georel, geometry, coordinates).unwrap()
    }

    fn at(lat: f64, lon: f64) -> EntityPlace<'static> {
        EntityPlace::Point(LatLon { lat, lon }.e7())
    }

    #[test]
    fn near_is_by_the_nearest_edge() {
        // A square of some 111 m.
        let corner = |lat: f64, lon: f64| LatLon { lat, lon };
        let square = vec![vec![vec![
            corner(0.0, 0.0),
            corner(0.0, 0.001),
            corner(0.001, 0.001),
            corner(0.001, 0.0),
            corner(0.0, 0.0),
        ]]];
        let place = EntityPlace::Outline(&square, ToldIn::default());
        for (lon, lat, metres, near) in [
            (0.0005, 0.0005, 0, true),
            (0.002, 0.0005, 112, true),
            (0.002, 0.0005, 111, false),
        ] {
            let rel = format!("near;maxDistance=={metres}");
            assert_eq!(query(&rel, "Point", &json!([lon, lat])).takes(place), near);
        }
        let far = query("near;minDistance==100", "Point", &json!([0.002, 0.0005]));
        assert!(far.takes(place) && !far.takes(at(0.0005, 0.002)));
    }

    #[test]
    fn within_means_wholly_and_not_in_a_hole() {
        let ring = |a: f64, b: f64| json!([[a, a], [b, a], [b, b], [a, b], [a, a]]);
        let with_hole = json!([ring(0.0, 10.0), ring(4.0, 6.0)]);
        let within = query("within", "Polygon", &with_hole);
        assert!(within.takes(at(1.0, 1.0)) && within.takes(at(9.9, 9.9)));
        assert!(!within.takes(at(5.0, 5.0)) && !within.takes(at(11.0, 1.0)));
        let corner = |lat: f64, lon: f64| LatLon { lat, lon };
        // Its corners are inside, and an edge runs through the hole.
        let through = vec![vec![vec![
            corner(5.0, 1.0),
            corner(5.0, 9.0),
            corner(1.0, 9.0),
            corner(5.0, 1.0),
        ]]];
        assert!(!within.takes(EntityPlace::Outline(&through, ToldIn::default())));
    }

    #[test]
    fn what_is_not_supported_is_refused_by_name() {
        for (georel, geometry, coordinates, field) in [
            ("disjoint", "Polygon", json!([]), "georel"),
            ("near", "Point", json!([1, 2]), "georel"),
            ("near;maxDistance=500", "Point", json!([1, 2]), "georel"),
            ("near;maxDistance==-1", "Point", json!([1, 2]), "georel"),
            ("near;maxDistance==NaN", "Point", json!([1, 2]), "georel"),
            ("near;maxDistance==5;x", "Point", json!([1, 2]), "georel"),
            ("within;x", "Polygon", json!([]), "georel"),
            ("near;maxDistance==5", "Polygon", json!([]), "geometry"),
            ("within", "Point", json!([1, 2]), "geometry"),
            (
                "near;maxDistance==5",
                "Point",
                json!([181, 2]),
                "coordinates",
            ),
            (
                "near;maxDistance==5",
                "Point",
                json!([1, 2, 3]),
                "coordinates",
            ),
            ("within", "Polygon", json!([]), "coordinates"),
            (
                "within",
                "Polygon",
                json!([[[0, 0], [1, 0], [1, 1], [0, 1]]]),
                "coordinates",
            ),
        ] {
            let e = GeoQuery::of(georel, geometry, &coordinates).unwrap_err();
            assert_eq!(e.0, field, "{georel} {geometry} {coordinates}: {}", e.1);
        }
        let alone = GeoParams {
            geometry: Some("Point"),
            ..GeoParams::default()
        };
        assert_eq!(GeoQuery::read(alone).unwrap_err().0, "geometry");
        assert_eq!(GeoQuery::read(GeoParams::default()), Ok(None));
    }
}
