//! Where the zones of a picture of the city lie, for who looks for those nearby.
//!
//! Promise: what is between two cells of a row is found by two look-ups, however large the city. Zones
//! are sorted by cells of a two-hundredth of a degree (556 m). Dear: a new picture (all are sorted).

use crate::domain::{BBox, LatLon, ZoneIx, ZoneKind};
use crate::registry::city::{City, Zone};
use std::ops::Range;

/// Side of a cell, 1e-7 degrees.
const CELL_E7: i64 = 50_000;

/// Where the zones of one picture are that may be offered to anybody: row by row of cells, and in a row
/// from west to east.
#[derive(Debug, Default)]
pub struct ZonePlaces {
    pub(super) zones: Vec<u32>,
    /// Latitude, longitude of each in 1e-7 degrees: apart, as most zones have no room and are not looked
    /// at further.
    pub(super) places: Vec<(i32, i32)>,
    /// Whether it has areas or floors, which may say what the whole does not.
    pub(super) has_parts: Vec<bool>,
    /// The first row there is, and those from there on.
    first: i32,
    rows: Vec<PlacedRow>,
    /// Where in `zones` the columns of each row begin, and where its last ends.
    begins: Vec<u32>,
}

/// A row of cells.
#[derive(Clone, Copy, Debug)]
struct PlacedRow {
    /// Where its columns begin in `begins`.
    from: u32,
    columns: u32,
    /// Its first column. One is `2^shift` cells wide: so wide that there are not many more than zones.
    west: i32,
    shift: u8,
}

/// In the order of its members.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct PlacedZone {
    row: i32,
    column: i32,
    zone: u32,
    place: (i32, i32),
    has_parts: bool,
}

impl ZonePlaces {
    #[must_use]
    pub fn new(city: &City) -> Self {
        let placed = |(zone, about): (ZoneIx, &Zone)| {
            let place = about.spec.place.e7();
            PlacedZone {
                row: cell(place.0.into()),
                column: cell(place.1.into()),
                zone: zone.0,
                place,
                has_parts: !about.parts.is_empty(),
            }
        };
        let shown = city.zones().filter(|(_, zone)| Self::takes(zone));
        let mut all: Vec<_> = shown.map(placed).collect();
        all.sort_unstable();
        let mut made = Self {
            zones: all.iter().map(|z| z.zone).collect(),
            places: all.iter().map(|z| z.place).collect(),
            has_parts: all.iter().map(|z| z.has_parts).collect(),
            ..Self::default()
        };
        let (Some(first), Some(last)) = (all.first(), all.last()) else {
            return made;
        };
        made.first = first.row;
        let mut rest = &all[..];
        // At most as many as there are between the poles.
        for row in first.row..=last.row {
            let (of_row, later) = rest.split_at(rest.partition_point(|z| z.row == row));
            made.push_row(of_row, all.len() - rest.len());
            rest = later;
        }
        made
    }

    /// Whether a zone is among them. Private ones are offered by their offers alone, areas and floors by
    /// their car park.
    #[must_use]
    pub fn takes(zone: &Zone) -> bool {
        zone.spec.kind != ZoneKind::Private && zone.part_of.is_none()
    }

    /// The next row, of those zones; the first of them is zone `at` of all.
    fn push_row(&mut self, zones: &[PlacedZone], at: usize) {
        let ends = zones.first().zip(zones.last());
        let (west, east) = ends.map_or((0, -1), |(west, east)| (west.column, east.column));
        let most = 64 + 4 * zones.len() as i32;
        let mut shift = 0;
        while (east >> shift) - (west >> shift) >= most {
            shift += 1;
        }
        let columns = (west >> shift)..(east >> shift) + 1;
        let before = |column| zones.partition_point(|z| z.column >> shift < column);
        self.rows.push(PlacedRow {
            from: self.begins.len() as u32,
            columns: columns.len() as u32,
            west: columns.start,
            shift,
        });
        let begins = columns.clone().chain([columns.end]);
        self.begins.extend(begins.map(|c| (at + before(c)) as u32));
    }

    /// Calls `found` for all of its zones in the cells that a box touches, and some beside them.
    pub fn within(&self, bbox: BBox, mut found: impl FnMut(ZoneIx)) {
        let e7 = |lat, lon| LatLon { lat, lon }.e7();
        let (south, west) = e7(bbox.south, bbox.west);
        let (north, east) = e7(bbox.north, bbox.east);
        let rows = cell(south.into()).max(self.first)..=cell(north.into()).min(self.last_row());
        // Across the date line there are two parts.
        let whole = [(west, east), (1, 0)];
        let parted = [(west, i32::MAX), (i32::MIN, east)];
        let parts = if west <= east { whole } else { parted };
        for row in rows {
            for (from, to) in parts.into_iter().filter(|(from, to)| from <= to) {
                let run = self.row(row, (cell(from.into()), cell(to.into())));
                self.zones[run].iter().for_each(|zone| found(ZoneIx(*zone)));
            }
        }
    }

    fn last_row(&self) -> i32 {
        self.first + self.rows.len() as i32 - 1
    }

    /// Which of `zones` and `places` are all in the cells between those columns of a row, and some beside them.
    pub(super) fn row(&self, row: i32, columns: (i32, i32)) -> Range<usize> {
        let at = usize::try_from(row - self.first).ok();
        let Some(row) = at.and_then(|at| self.rows.get(at)) else {
            return 0..0;
        };
        let begin = |column: i32| {
            let beyond = (column - row.west).clamp(0, row.columns as i32);
            self.begins[(row.from as i32 + beyond) as usize] as usize
        };
        begin(columns.0 >> row.shift)..begin((columns.1 >> row.shift) + 1)
    }
}

/// The row of a latitude, the column of a longitude, both in 1e-7 degrees.
pub(super) fn cell(e7: i64) -> i32 {
    e7.div_euclid(CELL_E7) as i32
}
