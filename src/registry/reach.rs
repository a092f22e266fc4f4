//! Whether a place is one, how far a bay lies from its zone, and what is said where that cannot be
//! meant; how deep it lies inside a zone.
//!
//! Promise: a bay inside its zone's outline, or within [`FAR_M`] of the outline or point, is never
//! too far; holes count as inside; outlines may cross the 180th meridian. Pure. Dear only for bays
//! far from the middle of a zone with a long outline.

use super::city::{Polygon, ZoneSpec};
use crate::domain::LatLon;
use crate::domain::geo::M_PER_DEG;

/// Beyond this a bay is not where its zone is, metres.
const FAR_M: f64 = 2_000.0;

/// What is wrong with the place of a bay, or part, of this zone, if anything.
pub(super) fn too_far(bay: LatLon, zone: &ZoneSpec) -> Option<String> {
    if bay.distance_m(zone.place) <= FAR_M {
        return None;
    }
    let away = distance_m(bay, zone);
    if away <= FAR_M {
        return None;
    }
    let swapped = LatLon::new(bay.lon, bay.lat).is_some_and(|b| distance_m(b, zone) <= FAR_M);
    let hint = if swapped {
        "; longitude and latitude look swapped, its own or the zone's: GeoJSON gives longitude \
         first"
    } else if zone.outline.is_empty() {
        "; a zone that is larger needs an outline"
    } else {
        ""
    };
    Some(format!(
        "lies {:.1} km from its zone {:?}, and {} km is the most{hint}",
        away / 1_000.0,
        zone.id,
        FAR_M / 1_000.0
    ))
}

/// How far inside a zone's outline a place lies, metres from the nearest edge; 0 outside, and in a hole.
pub(super) fn depth_m(at: LatLon, zone: &ZoneSpec) -> f64 {
    let of_part = |part: &Polygon| {
        let mut edges = part.iter().map(|ring| to_edge_m(at, ring));
        let (inside, mut nearest) = edges.next()?;
        for (in_hole, edge) in edges {
            if in_hole {
                return None;
            }
            nearest = nearest.min(edge);
        }
        inside.then_some(nearest)
    };
    let depths = zone.outline.iter().filter_map(of_part);
    depths.fold(0.0, f64::max)
}

/// From a place to the nearest of a zone, metres; 0 inside it.
pub(super) fn distance_m(from: LatLon, zone: &ZoneSpec) -> f64 {
    let outers = zone
        .outline
        .iter()
        .filter_map(|part: &Polygon| part.first());
    let of_parts = outers.map(|ring| to_ring_m(from, ring));
    of_parts
        .reduce(f64::min)
        .unwrap_or_else(|| from.distance_m(zone.place))
}

/// The same of one ring, closed or not.
fn to_ring_m(from: LatLon, ring: &[LatLon]) -> f64 {
    let (inside, nearest) = to_edge_m(from, ring);
    if inside {
        0.0
    } else if nearest < 100_000.0 {
        nearest
    } else {
        let corners = ring.iter().map(|p| from.distance_m(*p));
        corners.fold(f64::INFINITY, f64::min)
    }
}

/// Whether a place lies inside of a ring, and how far from its nearest edge, metres.
fn to_edge_m(from: LatLon, ring: &[LatLon]) -> (bool, f64) {
    // On a plane that touches the Earth at `from`: right where it is near, and where it is not the
    // nearest corner is as good an answer.
    let shrink = from.lat.to_radians().cos();
    // By its first corner: no ring is torn apart on the far side of the Earth.
    let first = ring.first().map_or(from.lon, |p| p.lon);
    let flat = |p: &LatLon| {
        let east = wrapped(first - from.lon) + wrapped(p.lon - first);
        let north = p.lat - from.lat;
        (east * shrink * M_PER_DEG, north * M_PER_DEG)
    };
    let mut inside = false;
    let mut nearest = f64::INFINITY;
    for (i, a) in ring.iter().enumerate() {
        let (ax, ay) = flat(a);
        let (bx, by) = flat(&ring[(i + 1) % ring.len()]);
        if (ay > 0.0) != (by > 0.0) && ax + (bx - ax) * ay / (ay - by) > 0.0 {
            inside = !inside;
        }
        nearest = nearest.min(to_origin((ax, ay), (bx, by)));
    }
    (inside, nearest)
}

/// From the origin to the nearest of a line between two points.
fn to_origin((ax, ay): (f64, f64), (bx, by): (f64, f64)) -> f64 {
    let dx = bx - ax;
    let dy = by - ay;
    let length2 = dx * dx + dy * dy;
    let along = if length2 > 0.0 {
        (-(ax * dx + ay * dy) / length2).clamp(0.0, 1.0)
    } else {
        0.0
    };
    (ax + along * dx).hypot(ay + along * dy)
}

/// Says what is wrong with a place.
pub(super) fn bad_place(LatLon { lat, lon }: LatLon) -> Option<String> {
    if LatLon::new(lat, lon).is_some() {
        return None;
    }
    let hint = match LatLon::new(lon, lat) {
        Some(_) => "; they look swapped: GeoJSON gives longitude first",
        None => "",
    };
    Some(format!(
        "bad coordinate: longitude {lon} and latitude {lat} are not both within +-180 and +-90{hint}"
    ))
}

/// A difference of longitudes the short way round, degrees.
pub(super) fn wrapped(degrees: f64) -> f64 {
    if degrees.abs() <= 180.0 {
        degrees
    } else {
        degrees - 360.0 * (degrees / 360.0).round()
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::zone;
    use super::*;

    fn at(lat: f64, lon: f64) -> LatLon {
        LatLon { lat, lon }
    }

    /// A zone whose outline is a box of this half side, degrees.
    fn boxed(lat: f64, lon: f64, half: f64) -> ZoneSpec {
        let corner = |y: f64, x: f64| at(lat + y * half, wrapped(lon + x * half));
        let ring = [
            (-1.0, -1.0),
            (-1.0, 1.0),
            (1.0, 1.0),
            (1.0, -1.0),
            (-1.0, -1.0),
        ];
        ZoneSpec {
            outline: vec![vec![ring.map(|(y, x)| corner(y, x)).to_vec()]],
            ..zone("Z", lat, lon)
        }
    }

    #[test]
    fn a_bay_may_lie_within_two_kilometres_of_a_point_or_outline() {
        let point = zone("Z", 51.5, -0.12);
        assert_eq!(too_far(at(51.517, -0.12), &point), None, "1.9 km");
        let said = too_far(at(51.52, -0.12), &point).unwrap();
        assert!(
            said.starts_with("lies 2.2 km from its zone \"Z\", and 2 km is the most")
                && said.contains("needs an outline"),
            "{said}"
        );
        // Some 22 km high and 14 km wide.
        let large = boxed(51.5, -0.12, 0.1);
        assert_eq!(too_far(at(51.59, -0.03), &large), None, "in a corner of it");
        assert_eq!(too_far(at(51.617, -0.12), &large), None, "1.9 km outside");
        let said = too_far(at(51.63, -0.12), &large).unwrap();
        assert!(
            said.starts_with("lies 3.3 km") && !said.contains("outline"),
            "{said}"
        );
    }

    #[test]
    fn swapped_axes_are_suspected_only_where_swapping_puts_the_bay_near() {
        let there = boxed(51.5, -0.12, 0.001);
        let said = too_far(at(-0.12, 51.5), &there).unwrap();
        assert!(
            said.contains("look swapped") && said.starts_with("lies 7"),
            "{said}"
        );
        let said = too_far(at(48.85, 2.35), &there).unwrap();
        assert!(
            !said.contains("swapped") && said.starts_with("lies 34"),
            "{said}"
        );
    }

    #[test]
    fn depth_is_from_the_nearest_edge_and_none_in_a_hole() {
        let mut zone = boxed(1.3, 103.8, 0.001);
        let close = |a: f64, b: f64| (a - b).abs() < 0.5;
        assert!(close(depth_m(at(1.3, 103.8), &zone), 111.2));
        assert!(close(depth_m(at(1.3009, 103.8), &zone), 11.1));
        assert!(depth_m(at(1.302, 103.8), &zone) < 0.01);
        let hole = boxed(1.3, 103.8, 0.0005).outline.remove(0).remove(0);
        zone.outline[0].push(hole);
        assert!(depth_m(at(1.3, 103.8), &zone) < 0.01, "in the hole");
        assert!(close(depth_m(at(1.3006, 103.8), &zone), 11.1));
    }

    #[test]
    fn every_part_counts_and_the_180th_meridian_is_no_edge() {
        let mut two = boxed(0.0, 10.0, 0.1);
        two.outline.extend(boxed(0.0, 11.0, 0.01).outline);
        assert_eq!(too_far(at(0.0, 11.0), &two), None);
        assert!(too_far(at(0.0, 10.5), &two).is_some(), "between the two");
        let date_line = boxed(-17.0, 180.0, 0.1);
        for lon in [179.95, -179.95, 180.0, -180.0, -179.89] {
            assert_eq!(too_far(at(-17.05, lon), &date_line), None, "{lon}");
        }
        assert!(too_far(at(-17.0, -179.8), &date_line).is_some());
        assert!(too_far(at(-17.0, 0.0), &date_line).is_some());
    }
}
