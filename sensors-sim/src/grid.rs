//! Where streets run: every planning area has blocks of its own, turned its own way, as far as it is
//! the nearest one; and where zones are built so that they lie along streets or inside blocks.
//!
//! Promises: pure; a kerb lies on a street between two crossings, a car park between streets, and no
//! two of them on the same spot while there is room near by.

use crate::areas::{AREAS, Area};
use crate::place::Place;
use std::collections::HashSet;

/// From one street to the next.
pub(crate) const BLOCK_M: f64 = 200.0;
/// Kerbs and car parks lie at whole halves of a block.
const HALF_M: f64 = BLOCK_M / 2.0;
/// What is built stays so far from where another area's streets begin.
const MARGIN_M: f64 = 70.0;
/// How far a zone may be moved from where it was drawn, in half blocks.
const FARTHEST: i32 = 12;
/// Areas whose centres lie farther apart do not meet.
pub(crate) const NEIGHBOURS_M: f64 = 7_000.0;

/// A place as its area's streets have it: metres from the area's centre, along and across.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Spot {
    pub(crate) area: usize,
    pub(crate) u: f64,
    pub(crate) v: f64,
}

impl Spot {
    /// Of the nearest area.
    pub(crate) fn of(place: Place) -> Self {
        let (area, _) = nearest(place);
        let (east, north) = place.metres_from(centre(area));
        let (s, c) = turn(area).sin_cos();
        Self {
            area,
            u: east * c + north * s,
            v: north * c - east * s,
        }
    }

    pub(crate) fn place(self) -> Place {
        let (s, c) = turn(self.area).sin_cos();
        centre(self.area).shifted(self.u * c - self.v * s, self.u * s + self.v * c)
    }

    /// Whether that is land, and no other area's.
    pub(crate) fn is_own(self) -> bool {
        let place = self.place();
        place.is_on_land() && nearest(place).0 == self.area
    }

    fn is_well_inside(self) -> bool {
        let place = self.place();
        let (area, margin) = nearest(place);
        place.is_on_land() && area == self.area && margin >= MARGIN_M
    }
}

pub(crate) fn centre(area: usize) -> Place {
    let Area { lat, lon, .. } = AREAS[area];
    Place::from_degrees(lat, lon)
}

/// Which way an area's streets run, radians from east: all of them differently.
pub(crate) fn turn(area: usize) -> f64 {
    const GOLDEN: f64 = 0.618_034;
    (area as f64 * GOLDEN).fract() * std::f64::consts::FRAC_PI_2
}

/// The nearest area, and how far it is to where another is as near.
fn nearest(place: Place) -> (usize, f64) {
    let mut best = (0, f64::MAX);
    let mut second = (0, f64::MAX);
    for area in 0..AREAS.len() {
        let (east, north) = place.metres_from(centre(area));
        let far = east * east + north * north;
        if far < best.1 {
            (second, best) = (best, (area, far));
        } else if far < second.1 {
            second = (area, far);
        }
    }
    let (east, north) = centre(second.0).metres_from(centre(best.0));
    (best.0, (second.1 - best.1) / (2.0 * east.hypot(north)))
}

/// What is built on already.
#[derive(Debug, Default)]
pub(crate) struct Plots {
    /// By area, in quarters of a block.
    taken: HashSet<(usize, i32, i32)>,
}

impl Plots {
    /// The middle of a stretch of street near `wished`, and the way it runs.
    pub(crate) fn kerb(&mut self, wished: Place) -> (Place, f64) {
        // On one street half a block from the next: of the two halves one is odd.
        let is_kerb = |i: i32, j: i32| (i + j).rem_euclid(2) == 1;
        let (at, i) = self.take(wished, 0.0, is_kerb);
        let along = if i % 2 == 0 {
            std::f64::consts::FRAC_PI_2
        } else {
            0.0
        };
        (at.place(), turn(at.area) + along)
    }

    /// The middle of a quarter of a block near `wished`, and the way its rows run.
    pub(crate) fn lot(&mut self, wished: Place, across: bool) -> (Place, f64) {
        let (at, _) = self.take(wished, HALF_M / 2.0, |_, _| true);
        let aside = if across {
            std::f64::consts::FRAC_PI_2
        } else {
            0.0
        };
        (at.place(), turn(at.area) + aside)
    }

    /// The nearest spot that is free, `shift` from whole half blocks; where none is, the nearest.
    fn take(&mut self, wished: Place, shift: f64, fits: impl Fn(i32, i32) -> bool) -> (Spot, i32) {
        let drawn = Spot::of(wished);
        let spot = |i: i32, j: i32| Spot {
            u: f64::from(i) * HALF_M + shift,
            v: f64::from(j) * HALF_M + shift,
            ..drawn
        };
        let middle = |x: f64| ((x - shift) / HALF_M).round() as i32;
        let i0 = middle(drawn.u);
        let j0 = middle(drawn.v);
        let key = |i: i32, j: i32| {
            let half = i32::from(shift > 0.0);
            (drawn.area, 2 * i + half, 2 * j + half)
        };
        let mut nearest = (f64::MAX, None);
        for ring in 0..=FARTHEST {
            for (i, j) in round(ring).map(|(i, j)| (i0 + i, j0 + j)) {
                let at = spot(i, j);
                let far = (at.u - drawn.u).hypot(at.v - drawn.v);
                let free = fits(i, j) && !self.taken.contains(&key(i, j));
                if far < nearest.0 && free && at.is_well_inside() {
                    nearest = (far, Some((i, j)));
                }
            }
            // The next ring is farther than this, but for the half block that rounding cost.
            if nearest.0 < f64::from(ring) * HALF_M {
                break;
            }
        }
        let fallback = || {
            round(1)
                .map(|(i, j)| (i0 + i, j0 + j))
                .find(|p| fits(p.0, p.1))
        };
        let (i, j) = nearest.1.or_else(fallback).unwrap_or((i0, j0));
        self.taken.insert(key(i, j));
        (spot(i, j), i)
    }
}

/// The square of steps around a middle.
fn round(ring: i32) -> impl Iterator<Item = (i32, i32)> {
    let all = (-ring..=ring).flat_map(move |i| (-ring..=ring).map(move |j| (i, j)));
    all.filter(move |(i, j)| i.abs().max(j.abs()) == ring)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_and_its_spot_are_the_same() {
        for (lat, lon) in [(1.3343, 103.8563), (1.4382, 103.7891), (1.29, 103.64)] {
            let place = Place::from_degrees(lat, lon);
            let (east, north) = Spot::of(place).place().metres_from(place);
            assert!(east.hypot(north) < 0.05, "{lat} {lon}");
        }
    }

    #[test]
    fn nothing_is_built_twice_and_kerbs_lie_on_streets() {
        let mut plots = Plots::default();
        let toa_payoh = Place::from_degrees(1.3343, 103.8563);
        let mut seen = Vec::new();
        for n in 0..60 {
            let (at, way) = plots.kerb(toa_payoh);
            let spot = Spot::of(at);
            let off = |x: f64| (x - (x / BLOCK_M).round() * BLOCK_M).abs();
            let (on, halfway) = if (way - turn(spot.area)).abs() < 0.1 {
                (off(spot.v), off(spot.u))
            } else {
                (off(spot.u), off(spot.v))
            };
            assert!(on < 0.1 && (halfway - HALF_M).abs() < 0.1, "{n}: {spot:?}");
            seen.push(at);
            let (at, _) = plots.lot(toa_payoh, n % 2 == 0);
            seen.push(at);
        }
        for (n, a) in seen.iter().enumerate() {
            for b in &seen[..n] {
                let (east, north) = a.metres_from(*b);
                assert!(east.hypot(north) > 60.0, "{a:?} {b:?}");
            }
        }
    }
}
