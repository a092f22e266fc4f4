//! The nearest vacant bays around a place: the query a driver waits for.
//!
//! Promises: exactly the bays a full scan would find, in the same order; no lock, and no allocation
//! while `out` has room for `limit` hits. Cells are visited in growing rings around the place; a
//! ring, a side of it or a cell that cannot hold anything nearer than what is already found is left
//! out, so that a query in a busy quarter reads a few cells and one in an empty quarter some eighty
//! for 500 m.
//!
//! Distances are taken on a plane, with the parallels' length at the latitude half-way to the bay:
//! within 5 km they agree with the great circle to a centimetre up to 70 degrees of latitude. The
//! 180th meridian is crossed. Beyond 89 degrees of latitude meridians are taken as if they still
//! were as far apart as there. Dear: a large radius where nothing is vacant (5 km is 6,500 cells).

use super::bitmap::Difference;
use crate::domain::geo::M_PER_DEG;
use crate::domain::{BayIx, BayKind, LatLon, Millis};
use crate::registry::city::{BayAttrs, City};

/// What a driver looks for. `None` in a filter: no matter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Query {
    pub place: LatLon,
    /// Metres; more than [`Query::MAX_RADIUS_M`] is taken as that.
    pub radius_m: f32,
    /// How many at most; more than [`Query::MAX_LIMIT`] is taken as that.
    pub limit: usize,
    pub kind: BayKind,
    pub accessible: Option<bool>,
    pub ev_charging: Option<bool>,
    /// The height that must fit, cm.
    pub min_height_cm: Option<u16>,
    /// Cents an hour, that price included.
    pub max_price_cents_per_hour: Option<u32>,
    /// When it is asked: a private bay whose offer is over by then is not found.
    pub at: Millis,
}

impl Query {
    /// The largest radius, metres.
    pub const MAX_RADIUS_M: f32 = 5_000.0;
    /// The most hits.
    pub const MAX_LIMIT: usize = 200;

    /// Any car bay within 500 m, at most 20.
    #[must_use]
    pub const fn at(place: LatLon) -> Self {
        Self {
            place,
            radius_m: 500.0,
            limit: 20,
            kind: BayKind::Car,
            accessible: None,
            ev_charging: None,
            min_height_cm: None,
            max_price_cents_per_hour: None,
            at: Millis::NEVER,
        }
    }

    /// Whether anything but the kind matters.
    const fn is_filtered(&self) -> bool {
        self.accessible.is_some()
            || self.ev_charging.is_some()
            || self.min_height_cm.is_some()
            || self.max_price_cents_per_hour.is_some()
    }

    /// Whether the bay is one the driver can use. A bay whose kind has just been changed in the
    /// registry may still have its bit under the old one, hence the look at `kind`; one that was
    /// just retired may still have it at all.
    #[inline]
    pub(super) fn suits(&self, city: &City, bay: BayIx) -> bool {
        // Retirement and kind are one byte of the registry; the rest is another cache line, seldom
        // asked for.
        city.is_live(bay)
            && city.attrs(bay).kind == self.kind
            && (!self.is_filtered() || self.passes(city, bay))
    }

    #[inline(never)]
    fn passes(&self, city: &City, bay: BayIx) -> bool {
        self.passes_with(&city.attrs(bay))
    }

    pub(super) fn passes_with(&self, attrs: &BayAttrs) -> bool {
        self.accessible.is_none_or(|want| attrs.accessible == want)
            && self
                .ev_charging
                .is_none_or(|want| attrs.ev_charging == want)
            && self
                .min_height_cm
                .is_none_or(|need| attrs.max_height_cm == 0 || attrs.max_height_cm >= need)
            && self
                .max_price_cents_per_hour
                // What costs nobody knows how much may cost more.
                .is_none_or(|most| {
                    attrs
                        .price_cents_per_hour
                        .is_some_and(|price| price <= most)
                })
    }
}

/// A vacant bay and how far it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hit {
    pub bay: BayIx,
    /// As the crow flies, metres.
    pub distance_m: f32,
}

pub(super) const M_PER_E7: f64 = M_PER_DEG / 1e7;
const RAD_PER_E7: f64 = std::f64::consts::PI / 180.0 / 1e7;
/// All the way round, 1e-7 degrees.
pub(super) const ROUND_E7: i64 = 3_600_000_000;
/// Lower bounds are taken this much lower, so that rounding never leaves out a bay on the very
/// edge.
pub(super) const SLACK: f32 = 0.9999;

/// The plane around a place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plane {
    lat: i32,
    /// May lie beyond +-180 degrees: the place as seen from across the date line.
    lon: i64,
    /// Metres in 1e-7 degrees of longitude at the place, and how much less for each 1e-7 degrees
    /// further north.
    lon_m: f32,
    lean: f32,
}

impl Plane {
    pub(super) fn around(place: LatLon) -> Self {
        let phi = place.lat.clamp(-89.0, 89.0).to_radians();
        Self {
            lat: (place.lat.clamp(-90.0, 90.0) * 1e7).round() as i32,
            lon: (place.lon.clamp(-180.0, 180.0) * 1e7).round() as i64,
            lon_m: (phi.cos() * M_PER_E7) as f32,
            lean: (phi.sin() / 2.0 * RAD_PER_E7 * M_PER_E7) as f32,
        }
    }

    /// Squared distance in square metres to (latitude, longitude) in 1e-7 degrees.
    #[inline]
    pub(super) fn d2(&self, (lat, lon): (i32, i32)) -> f32 {
        let dlat = (lat - self.lat) as f32;
        let dx = (i64::from(lon) - self.lon) as f32 * (self.lon_m - self.lean * dlat);
        let dy = dlat * M_PER_E7 as f32;
        dx * dx + dy * dy
    }

    /// Metres in 1e-7 degrees of longitude, where within `radius_m` they are shortest.
    pub(super) fn least_lon_m(&self, radius_m: f32) -> f32 {
        self.lon_m - self.lean.abs() * radius_m / M_PER_E7 as f32
    }

    /// Latitude and longitude of the place; the latter may lie beyond +-180 degrees.
    pub(super) fn centre_e7(&self) -> (i64, i64) {
        (self.lat.into(), self.lon)
    }

    /// The same place, `rounds` times around the world.
    pub(super) fn shifted(self, rounds: i64) -> Self {
        Self {
            lon: self.lon + rounds * ROUND_E7,
            ..self
        }
    }
}

/// The hits so far, nearest first; `distance_m` holds the square until [`Best::finish`].
struct Best<'a> {
    hits: &'a mut Vec<Hit>,
    limit: usize,
    /// Nothing farther than this (squared) can become a hit.
    bound: f32,
}

impl Best<'_> {
    /// Whether nothing at least this far east or west and north or south, in metres, can become a
    /// hit.
    #[inline]
    fn excludes(&self, x: f32, y: f32) -> bool {
        (x * x + y * y) * SLACK > self.bound
    }

    /// Takes a bay within the bound to its place. Equal distances are ordered by index.
    #[inline]
    fn offer(&mut self, bay: BayIx, d2: f32) {
        let mut at = self.hits.len();
        if at == self.limit {
            let last = &self.hits[at - 1];
            if (last.distance_m, last.bay) < (d2, bay) {
                return;
            }
            at -= 1;
        } else {
            self.hits.push(Hit {
                bay,
                distance_m: d2,
            });
        }
        while at > 0 && (d2, bay) < (self.hits[at - 1].distance_m, self.hits[at - 1].bay) {
            self.hits[at] = self.hits[at - 1];
            at -= 1;
        }
        self.hits[at] = Hit {
            bay,
            distance_m: d2,
        };
        if self.hits.len() == self.limit {
            self.bound = self.hits[self.limit - 1].distance_m;
        }
    }

    fn finish(self) {
        for hit in self.hits {
            hit.distance_m = hit.distance_m.sqrt();
        }
    }
}

/// Replaces `out` by the nearest vacant bays that suit the query, nearest first.
/// `found` are bits that may be such, and which of them are.
pub(super) fn nearest(
    found: (&Difference<'_>, &impl Fn(BayIx) -> bool),
    city: &City,
    query: &Query,
    out: &mut Vec<Hit>,
) {
    out.clear();
    let limit = query.limit.min(Query::MAX_LIMIT);
    let radius_m = query.radius_m.clamp(0.0, Query::MAX_RADIUS_M);
    if limit == 0 {
        return;
    }
    let plane = Plane::around(query.place);
    let reach = f64::from(radius_m / plane.least_lon_m(radius_m) / SLACK).ceil() as i64;
    let mut best = Best {
        hits: out,
        limit,
        bound: radius_m * radius_m,
    };
    Scan::new(found, city, plane, radius_m).run(&mut best);
    // Bays across the date line have longitudes that look a world away: look again from over there.
    for (rounds, crosses) in [
        (-1, plane.lon + reach >= ROUND_E7 / 2),
        (1, plane.lon - reach <= -ROUND_E7 / 2),
    ] {
        if crosses {
            Scan::new(found, city, plane.shifted(rounds), radius_m).run(&mut best);
        }
    }
    best.finish();
}

/// One walk outwards from a place.
struct Scan<'a, Takes> {
    vacant: &'a Difference<'a>,
    takes: &'a Takes,
    city: &'a City,
    plane: Plane,
    /// Size of a cell, 1e-7 degrees, and the cell of the place.
    height: i64,
    width: i64,
    column: i32,
    row: i32,
    /// Metres in 1e-7 degrees, at least.
    lon_m: f32,
    /// How many columns and rows on either side the radius can reach.
    columns: i32,
    rows: i32,
}

impl<'a, Takes: Fn(BayIx) -> bool> Scan<'a, Takes> {
    fn new(
        (vacant, takes): (&'a Difference<'a>, &'a Takes),
        city: &'a City,
        plane: Plane,
        radius_m: f32,
    ) -> Self {
        let (height, width) = city.cell_size_e7();
        let lon_m = plane.least_lon_m(radius_m);
        // One more than the quotient says, as that may have been rounded down; `excludes` sees to
        // the rest.
        let reach = |cell_m: f32| (radius_m / cell_m).ceil() as i32 + 1;
        Self {
            vacant,
            takes,
            city,
            plane,
            height: i64::from(height),
            width: i64::from(width),
            // As `City::cell_at`, but also for a longitude beyond the date line.
            column: plane.lon.div_euclid(i64::from(width)) as i32,
            row: plane.lat.div_euclid(height),
            lon_m,
            columns: reach(width as f32 * lon_m),
            rows: reach(height as f32 * M_PER_E7 as f32),
        }
    }

    fn run(&self, best: &mut Best<'_>) {
        self.ask_for(0, 0, best);
        self.cell(0, 0, best);
        for ring in 1..=self.columns.max(self.rows) {
            let beside = ring.min(self.columns);
            self.ask_for_ring(ring, best);
            let mut hopeless = true;
            for down_up in [-ring, ring] {
                if ring <= self.rows && !best.excludes(0.0, self.row_gap(down_up)) {
                    hopeless = false;
                    (-beside..=beside).for_each(|across| self.cell(across, down_up, best));
                }
            }
            // The corners have been seen with the rows.
            let between = (ring - 1).min(self.rows);
            for left_right in [-ring, ring] {
                if ring <= self.columns && !best.excludes(self.column_gap(left_right), 0.0) {
                    hopeless = false;
                    (-between..=between).for_each(|up| self.cell(left_right, up, best));
                }
            }
            if hopeless {
                return;
            }
        }
    }

    /// Asks for the vacant bays of a ring's cells, so that their look-ups wait for memory together.
    fn ask_for_ring(&self, ring: i32, best: &Best<'_>) {
        let beside = ring.min(self.columns);
        let between = (ring - 1).min(self.rows);
        for end in [-ring, ring] {
            if ring <= self.rows {
                (-beside..=beside).for_each(|across| self.ask_for(across, end, best));
            }
            if ring <= self.columns {
                (-between..=between).for_each(|up| self.ask_for(end, up, best));
            }
        }
    }

    #[inline]
    fn ask_for(&self, across: i32, up: i32, best: &Best<'_>) {
        if !best.excludes(self.column_gap(across), self.row_gap(up)) {
            for run in self.city.cell_runs(self.column + across, self.row + up) {
                self.vacant
                    .for_each(run, |bay| self.city.ask_for_place(bay));
            }
        }
    }

    /// Offers what is vacant and suits in the cell that many columns and rows away.
    #[inline]
    fn cell(&self, across: i32, up: i32, best: &mut Best<'_>) {
        if best.excludes(self.column_gap(across), self.row_gap(up)) {
            return;
        }
        for run in self.city.cell_runs(self.column + across, self.row + up) {
            self.vacant.for_each(run, |bay| {
                let d2 = self.plane.d2(self.city.place_e7(bay));
                if d2 <= best.bound && (self.takes)(bay) {
                    best.offer(bay, d2);
                }
            });
        }
    }

    /// Metres from the place to the nearest bay that a column this many away can hold.
    #[inline]
    fn column_gap(&self, across: i32) -> f32 {
        gap(self.plane.lon, i64::from(self.column), self.width, across) * self.lon_m
    }

    #[inline]
    fn row_gap(&self, up: i32) -> f32 {
        gap(
            i64::from(self.plane.lat),
            i64::from(self.row),
            self.height,
            up,
        ) * M_PER_E7 as f32
    }
}

/// How far `from`, which lies in strip `own` of that `size`, is from the strip `away` strips off.
#[inline]
fn gap(from: i64, own: i64, size: i64, away: i32) -> f32 {
    let strip = (own + i64::from(away)) * size;
    match away {
        0 => 0.0,
        1.. => (strip - from) as f32,
        _ => (from - (strip + size - 1)) as f32,
    }
}
