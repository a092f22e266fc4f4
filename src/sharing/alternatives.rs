//! What else each booking could have: looked up once, when it is made, and forgotten where offers
//! change.
//!
//! A search for room asks this of hundreds of bookings within a millisecond or two; a walk through
//! the grid for each would take a hundred times as long. Whose alternatives are not known, since
//! the desk has just been started or an offer near by has changed, is looked up anew, a few a
//! search. Bounded: when too much is known all of it is forgotten.

use super::search::Fit;
use crate::domain::LatLon;
use ahash::AHashMap;
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

/// See the top. By number of the booking.
#[derive(Clone, Default)]
pub(super) struct Alternatives {
    known: AHashMap<i64, Known>,
    bays: usize,
}

impl Alternatives {
    pub(super) fn of(&self, booking: i64) -> Option<Bays> {
        self.known.get(&booking).map(|k| k.bays.clone())
    }

    pub(super) fn note(&mut self, booking: i64, (place, max_walk_m): (LatLon, u32), bays: Bays) {
        if self.bays + bays.len() > ALL {
            *self = Self::default();
        }
        self.bays += bays.len();
        if let Some(old) = self.known.insert(
            booking,
            Known {
                place,
                max_walk_m,
                bays,
            },
        ) {
            self.bays -= old.bays.len();
        }
    }

    pub(super) fn forget(&mut self, booking: i64) {
        if let Some(old) = self.known.remove(&booking) {
            self.bays -= old.bays.len();
        }
    }

    /// Forgets those of all who could walk to a place.
    pub(super) fn forget_near(&mut self, place: LatLon) {
        self.known
            .retain(|_, k| k.place.distance_m(place) > f64::from(k.max_walk_m));
        self.bays = self.known.values().map(|k| k.bays.len()).sum();
    }
}

/// The best of what has been found, free or not, at no more than a price.
pub(super) fn best<'a>(found: impl Iterator<Item = &'a Fit>, max_price_cents: i64) -> Bays {
    let mut fits: Vec<(i64, Alternative)> = found
        .filter(|f| f.price_cents <= max_price_cents)
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
        assert_eq!((known.bays, known.known.len()), (0, 0));
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
