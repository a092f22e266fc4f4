//! The ground that zones and spaces cover, as polygons of RFC 7946.
//!
//! Promises: an outline that was given is told as it was given, holes included, its rings closed; one
//! of several parts as the hull of all, since the standard knows one polygon a zone. A zone without
//! one is the hull of its bays, three metres wider, so that it holds every space of its own. All is
//! worked out in metres on a plane at the place itself; longitudes go on beyond 180 where a shape
//! crosses that meridian.

use crate::domain::LatLon;
use crate::domain::geo::M_PER_DEG;
use crate::registry::city::Polygon;
use crate::serve::formats::geometry;
use crate::serve::formats::text::Text;
use crate::serve::told_in::ToldIn;

/// By how much a zone without an outline is wider than the hull of its bays, metres.
const WIDER_M: f64 = 3.0;

/// A space, metres: along the street, and from the kerb.
pub(super) const SPACE_M: (f64, f64) = (5.0, 2.5);

/// Degrees in 1e-7: latitude, longitude.
type PlaceE7 = (i32, i32);

/// South, west, north, east in 1e-7 degrees; the east may lie beyond 180.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Extent([i32; 4]);

/// A polygon as JSON, and how far it reaches.
pub(super) struct Shape {
    pub(super) json: Box<[u8]>,
    pub(super) extent: Extent,
}

impl Extent {
    fn of(corners: impl Iterator<Item = PlaceE7>) -> Self {
        let nowhere = [i32::MAX, i32::MAX, i32::MIN, i32::MIN];
        Self(
            corners.fold(nowhere, |[south, west, north, east], (lat, lon)| {
                [south.min(lat), west.min(lon), north.max(lat), east.max(lon)]
            }),
        )
    }

    /// Whether it reaches into a box; one whose west lies above its east crosses the 180th meridian.
    pub(super) fn meets(self, bbox: &crate::domain::BBox) -> bool {
        let [south, west, north, east] = self.0.map(|e7| f64::from(e7) / 1e7);
        if north < bbox.south || south > bbox.north {
            return false;
        }
        let until = if bbox.west <= bbox.east {
            bbox.east
        } else {
            bbox.east + 360.0
        };
        let meets = |shift: f64| east + shift >= bbox.west && west + shift <= until;
        meets(0.0) || meets(360.0) || meets(-360.0)
    }
}

/// What a zone covers that was given so, or has its bays there; at least its own place.
pub(super) fn of_zone(
    outline: &[Polygon],
    place: LatLon,
    bays: impl Iterator<Item = PlaceE7>,
) -> Shape {
    match outline {
        [part] => given(part),
        [] => {
            let mut points: Vec<PlaceE7> = bays.collect();
            if points.is_empty() {
                points.push(place.e7());
            }
            drawn(&Plane::at(points[0]), &points, WIDER_M)
        }
        parts => {
            let corners = parts.iter().filter_map(|part| part.first()).flatten();
            let points: Vec<PlaceE7> = corners.map(|corner| corner.e7()).collect();
            let first = points.first().copied().unwrap_or_else(|| place.e7());
            drawn(&Plane::at(first), &points, 0.0)
        }
    }
}

/// The space round a bay's point, its long side along the meridian: nobody says how it lies.
pub(super) fn of_space(t: &mut Text, place: PlaceE7) {
    let around = Plane::at(place);
    let north = SPACE_M.0 / 2.0;
    let east = SPACE_M.1 / 2.0;
    let corners = [
        (-east, -north),
        (east, -north),
        (east, north),
        (-east, north),
    ];
    let ring = corners.map(|corner| around.place(corner));
    polygon(t, &ring);
}

fn given(part: &Polygon) -> Shape {
    let mut t = Text::with_capacity(64 + part.iter().map(Vec::len).sum::<usize>() * 26);
    t.raw("{\"type\":\"Polygon\",\"coordinates\":");
    let corners = geometry::closed_polygon(&mut t, part, ToldIn::default());
    t.raw("}");
    Shape {
        json: t.0.into(),
        extent: Extent::of(corners.into_iter()),
    }
}

fn drawn(plane: &Plane, points: &[PlaceE7], wider_m: f64) -> Shape {
    let mut around = hull(points.iter().map(|point| plane.metres(*point)).collect());
    if wider_m > 0.0 {
        // Eight corners round each, so far out that the sides between them keep the distance.
        let out = wider_m / (std::f64::consts::PI / 8.0).cos();
        let corners = around.iter().flat_map(|(x, y)| {
            (0..8).map(move |n| {
                let turn = std::f64::consts::PI * (2.0 * f64::from(n) + 1.0) / 8.0;
                (x + out * turn.cos(), y + out * turn.sin())
            })
        });
        around = hull(corners.collect());
    }
    let ring: Vec<PlaceE7> = around.into_iter().map(|at| plane.place(at)).collect();
    let mut t = Text::with_capacity(64 + ring.len() * 26);
    polygon(&mut t, &ring);
    Shape {
        json: t.0.into(),
        extent: Extent::of(ring.into_iter()),
    }
}

/// One ring, closed here.
fn polygon(t: &mut Text, ring: &[PlaceE7]) {
    t.raw("{\"type\":\"Polygon\",\"coordinates\":[[");
    for (lat, lon) in ring.iter().chain(ring.first()) {
        t.raw("[").e7(*lon).raw(",").e7(*lat).raw("],");
    }
    t.0.pop();
    t.raw("]]}");
}

/// A plane that touches the ground at a place; metres to the east and the north.
struct Plane {
    origin: PlaceE7,
    per_lon: f64,
}

/// Metres in 1e-7 degrees of latitude.
const PER_LAT: f64 = M_PER_DEG / 1e7;
const ROUND_E7: i64 = 3_600_000_000;

impl Plane {
    fn at(origin: PlaceE7) -> Self {
        // At a pole a metre is any number of degrees.
        let shrunk = (f64::from(origin.0) / 1e7).to_radians().cos().max(0.01);
        Self {
            origin,
            per_lon: PER_LAT * shrunk,
        }
    }

    fn metres(&self, (lat, lon): PlaceE7) -> (f64, f64) {
        let mut east = i64::from(lon) - i64::from(self.origin.1);
        if east > ROUND_E7 / 2 {
            east -= ROUND_E7;
        } else if east < -ROUND_E7 / 2 {
            east += ROUND_E7;
        }
        let north = f64::from(lat) - f64::from(self.origin.0);
        (east as f64 * self.per_lon, north * PER_LAT)
    }

    fn place(&self, (x, y): (f64, f64)) -> PlaceE7 {
        let lat = (f64::from(self.origin.0) + y / PER_LAT).round();
        let lon = (f64::from(self.origin.1) + x / self.per_lon).round();
        (lat.clamp(-9e8, 9e8) as i32, lon as i32)
    }
}

/// The convex hull, counter-clockwise, its first corner once. Of points that are all one: that one.
fn hull(mut points: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    points.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    points.dedup();
    if points.len() < 3 {
        return points;
    }
    let turns_left = |a: (f64, f64), b: (f64, f64), c: (f64, f64)| {
        (b.0 - a.0) * (c.1 - a.1) - (b.1 - a.1) * (c.0 - a.0) > 0.0
    };
    let half = |points: &mut dyn Iterator<Item = (f64, f64)>| {
        let mut side: Vec<(f64, f64)> = Vec::new();
        for point in points {
            while let [.., a, b] = side[..]
                && !turns_left(a, b, point)
            {
                side.pop();
            }
            side.push(point);
        }
        side.pop();
        side
    };
    let mut around = half(&mut points.iter().copied());
    around.extend(half(&mut points.iter().rev().copied()));
    around
}

#[cfg(test)]
mod tests;
