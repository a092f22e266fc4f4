//! Where bays and zones are: the geometry of a GeoJSON feature, the members `lat`, `lon` and `crs`,
//! and a table's column `crs`.
//!
//! Promise: an outline is told whole, parts and holes as they were given; across the 180th meridian
//! its longitudes go on beyond 180, so that no ring is torn apart.

use super::text::Text;
use crate::registry::city::Polygon;
use crate::serve::told_in::{CRS, ToldIn};

/// The member `crs` with a comma before it, where it is said.
pub(super) fn crs(t: &mut Text, told_in: ToldIn) {
    if let Some(name) = told_in.said() {
        t.raw(",\"crs\":").word(name);
    }
}

/// `lat` and `lon`, a comma before each.
pub(super) fn lat_lon(t: &mut Text, (lat, lon): (i32, i32)) {
    t.raw(",\"lat\":").e7(lat).raw(",\"lon\":").e7(lon);
}

/// The end of a table's head: where coordinates are said there is a last column for them.
pub(super) fn end_of_head(t: &mut Text, told_in: ToldIn) {
    end(t, told_in.said().map(|_| CRS));
}

/// The end of its rows.
pub(super) fn end_of_row(t: &mut Text, told_in: ToldIn) {
    end(t, told_in.said());
}

fn end(t: &mut Text, last: Option<&str>) {
    if let Some(last) = last {
        t.raw(",").raw(last);
    }
    t.raw("\r\n");
}

/// A feature up to its properties: at a point.
pub(super) fn open_point(t: &mut Text, (lat, lon): (i32, i32), lone: Option<ToldIn>) {
    open(t, lone);
    t.raw("\"Point\",\"coordinates\":[");
    t.e7(lon).raw(",").e7(lat).raw("]},\"properties\":");
}

/// The same with an outline, which has at least one part.
pub(super) fn open_outline(
    t: &mut Text,
    outline: &[Polygon],
    told_in: ToldIn,
    lone: Option<ToldIn>,
) {
    open(t, lone);
    if let [part] = outline {
        t.raw("\"Polygon\",\"coordinates\":");
        polygon(t, part, told_in);
    } else {
        t.raw("\"MultiPolygon\",\"coordinates\":");
        list(t, outline, |t, part| polygon(t, part, told_in));
    }
    t.raw("},\"properties\":");
}

/// One that stands alone says in which coordinates it is.
fn open(t: &mut Text, lone: Option<ToldIn>) {
    t.raw("{\"type\":\"Feature\"");
    if let Some(told_in) = lone {
        crs(t, told_in);
    }
    t.raw(",\"geometry\":{\"type\":");
}

fn polygon(t: &mut Text, rings: &Polygon, told_in: ToldIn) {
    list(t, rings, |t, ring| {
        let first = ring
            .first()
            .map_or(0, |corner| told_in.place_e7(corner.e7()).1);
        list(t, ring, |t, corner| {
            let (lat, lon) = told_in.place_e7(corner.e7());
            t.raw("[").e7(beside(lon, first)).raw(",").e7(lat).raw("]");
        });
    });
}

/// A part of an outline as a polygon alone, each ring closed whether it was given so or not. The
/// corners of the outer one: latitude, longitude in 1e-7 degrees.
pub(in crate::serve) fn closed_polygon(
    t: &mut Text,
    rings: &Polygon,
    told_in: ToldIn,
) -> Vec<(i32, i32)> {
    let mut outer = Vec::new();
    t.raw("[");
    for (n, ring) in rings.iter().enumerate() {
        let mut corners: Vec<(i32, i32)> = ring.iter().map(|c| told_in.place_e7(c.e7())).collect();
        if corners.first() != corners.last() {
            corners.extend(corners.first().copied());
        }
        let first = corners.first().map_or(0, |corner| corner.1);
        for corner in &mut corners {
            corner.1 = beside(corner.1, first);
        }
        t.raw(if n > 0 { "," } else { "" });
        list(t, &corners, |t, (lat, lon)| {
            t.raw("[").e7(*lon).raw(",").e7(*lat).raw("]");
        });
        if n == 0 {
            outer = corners;
        }
    }
    t.raw("]");
    outer
}

/// A longitude as it is counted on from another one.
fn beside(lon: i32, first: i32) -> i32 {
    const ROUND: i64 = 3_600_000_000;
    let way = i64::from(lon) - i64::from(first);
    let shift = if way > ROUND / 2 {
        -ROUND
    } else if way < -ROUND / 2 {
        ROUND
    } else {
        0
    };
    i32::try_from(i64::from(lon) + shift).unwrap_or(lon)
}

fn list<T>(t: &mut Text, all: &[T], one: impl Fn(&mut Text, &T)) {
    t.raw("[");
    for (n, each) in all.iter().enumerate() {
        t.raw(if n > 0 { "," } else { "" });
        one(t, each);
    }
    t.raw("]");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ring_across_the_180th_meridian_is_not_torn_apart() {
        for (lon, first, want) in [
            (-1_799_000_000, 1_799_000_000, 1_801_000_000),
            (1_799_000_000, -1_799_000_000, -1_801_000_000),
            (1_038_000_000, 1_037_000_000, 1_038_000_000),
            (-1_800_000_000, 1_799_000_000, 1_800_000_000),
        ] {
            assert_eq!(beside(lon, first), want);
        }
        // Not to be told so: it is left as it is.
        assert_eq!(beside(-1, 1_800_000_000), -1);
    }
}
