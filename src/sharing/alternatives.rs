//! What else each booking could have: looked up once, when it is made, and forgotten where offers
//! change.
//!
//! A search for room asks this of hundreds of bookings within a millisecond or two; a walk through
//! the grid for each would take a hundred times as long. Whose alternatives are not known, since
//! the desk has just been started or an offer near by has changed, is looked up anew, a few a
//! search. Bounded: when too much is known all of it is forgotten.

use super::index::Keyed;
use super::search::{Fit, MAX_WALK_M};
use crate::domain::LatLon;
use crate::domain::geo::M_PER_DEG;
use ahash::{AHashMap, AHashSet};
use std::sync::Arc;

/// Bays that are remembered of one booking, the best.
const EACH: usize = 128;

/// And of all bookings: some 16 bytes each.
const ALL: usize = 2_000_000;

/// A bay that would do for a booking. Whether it is free is another question.
#[derive(Clone, Copy, Debug)]
pub(super) struct Alternative {
    pub(super) offer: i64,
    pub(super) walk_m: u32,
    /// For the whole stay. What costs more than this can hold is no alternative.
    pub(super) price_cents: u32,
}

/// Those of one booking, the best first.
pub(super) type Bays = Arc<[Alternative]>;

#[derive(Clone)]
struct Known {
    place: LatLon,
    max_walk_m: u32,
    bays: Bays,
}

/// Bookings are kept together that are asked for within a square of so many degrees: not smaller than
/// a walk, so that few squares have to be looked through.
const SQUARE_DEG: f64 = 1.0 / 32.0;

/// See the top. By number of the booking.
#[derive(Default)]
pub(super) struct Alternatives {
    known: Keyed<i64, Known>,
    /// Whose place is in a square. Not copied for a plan.
    squares: AHashMap<(i32, i32), AHashSet<i64>>,
    bays: usize,
}

impl Alternatives {
    pub(super) fn of(&self, booking: i64) -> Option<Bays> {
        self.known.get(&booking).map(|k| k.bays.clone())
    }

    /// For a plan, which only asks.
    pub(super) fn picture(&self) -> Self {
        Self {
            known: self.known.clone(),
            ..Self::default()
        }
    }

    pub(super) fn note(&mut self, booking: i64, (place, max_walk_m): (LatLon, u32), bays: Bays) {
        if self.bays + bays.len() > ALL {
            *self = Self::default();
        }
        self.forget(booking);
        self.bays += bays.len();
        let there = self.squares.entry(square(place.lat, place.lon));
        there.or_default().insert(booking);
        let known = Known {
            place,
            max_walk_m,
            bays,
        };
        self.known.insert(booking, known);
    }

    pub(super) fn forget(&mut self, booking: i64) {
        let Some(old) = self.known.remove(&booking) else {
            return;
        };
        self.bays -= old.bays.len();
        let square = square(old.place.lat, old.place.lon);
        if let Some(there) = self.squares.get_mut(&square) {
            there.remove(&booking);
            if there.is_empty() {
                self.squares.remove(&square);
            }
        }
    }

    /// Forgets those of all who could walk to a place.
    pub(super) fn forget_near(&mut self, place: LatLon) {
        if self.known.len() == 0 {
            return;
        }
        let up = f64::from(MAX_WALK_M) / M_PER_DEG * 1.01;
        let across = up / place.lat.to_radians().cos().max(0.02);
        let (south, west) = square(place.lat - up, place.lon - across);
        let (north, east) = square(place.lat + up, place.lon + across);
        let squares = (south..=north).flat_map(|y| (west..=east).map(move |x| (y, x)));
        let there = squares
            .filter_map(|square| self.squares.get(&square))
            .flatten();
        let could = |k: &Known| k.place.distance_m(place) <= f64::from(k.max_walk_m);
        let gone: Vec<i64> = there
            .filter(|id| self.known.get(*id).is_some_and(could))
            .copied()
            .collect();
        for booking in gone {
            self.forget(booking);
        }
    }
}

fn square(lat: f64, lon: f64) -> (i32, i32) {
    let at = |degrees: f64| (degrees / SQUARE_DEG).floor() as i32;
    (at(lat), at(lon))
}

/// The best of what has been found, free or not, at no more than a price. A pool is none: who is there is
/// not moved, and nobody is moved there.
pub(super) fn best<'a>(found: impl Iterator<Item = &'a Fit>, max_price_cents: i64) -> Bays {
    let mut fits: Vec<(i64, Alternative)> = found
        .filter(|f| f.seat.is_none() && f.price_cents <= max_price_cents)
        .filter_map(|f| {
            let price_cents = u32::try_from(f.price_cents).ok()?;
            Some((
                f.cost_cents,
                Alternative {
                    offer: f.offer.id,
                    walk_m: f.walk_m,
                    price_cents,
                },
            ))
        })
        .collect();
    if fits.len() > EACH {
        fits.select_nth_unstable_by_key(EACH, |(cost, a)| (*cost, a.offer));
        fits.truncate(EACH);
    }
    fits.sort_unstable_by_key(|(cost, a)| (*cost, a.offer));
    fits.into_iter().map(|(_, a)| a).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(north: f64) -> LatLon {
        LatLon {
            lat: 1.3 + north / 111_195.0,
            lon: 103.8,
        }
    }

    fn some(offers: i64) -> Bays {
        (0..offers)
            .map(|offer| Alternative {
                offer,
                walk_m: 1,
                price_cents: 1,
            })
            .collect()
    }

    #[test]
    fn who_could_walk_there_is_looked_up_anew() {
        let mut known = Alternatives::default();
        known.note(1, (place(0.0), 300), some(2));
        known.note(2, (place(0.0), 100), some(3));
        known.forget_near(place(200.0));
        assert_eq!(
            (known.of(1).map(|a| a.len()), known.of(2).map(|a| a.len())),
            (None, Some(3))
        );
        known.note(2, (place(0.0), 100), some(4));
        known.forget(7);
        assert_eq!(known.bays, 4);
        known.forget(2);
        assert_eq!(
            (known.bays, known.known.len(), known.squares.len()),
            (0, 0, 0)
        );
    }

    #[test]
    fn what_is_known_is_bounded() {
        let mut known = Alternatives::default();
        let many = some(EACH as i64);
        for booking in 0..40_000 {
            known.note(booking, (place(0.0), 300), many.clone());
            assert!(known.bays <= ALL);
        }
        assert!(known.of(39_999).is_some());
    }
}
