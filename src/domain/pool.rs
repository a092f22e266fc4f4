//! A pool: so many places of one zone on offer, none of them by a name of its own. Who books one is
//! promised a place, not a bay.
//!
//! Promises: pure. In the book each place is a *seat*, kept like a bay, under a name that no bay can
//! have: `~ZONE~OFFER~NUMBER`, `~` being no character of ids ([`super::id`]). **Never to be changed**:
//! the book on disk is by these names. Which seat a booking has is nobody's business but the book's.

use super::{BayKind, Vehicle};
use std::sync::Arc;

/// Places of a pool at most.
pub const MOST_PLACES: u32 = 5_000;

/// What no id has.
const MARK: char = '~';

/// So many places of one zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pool {
    pub zone: Arc<str>,
    pub places: u32,
}

/// What a name in the book means that is no bay's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolSeat<'a> {
    pub zone: &'a str,
    /// The name of its pool, [`pool_name`].
    pub pool: &'a str,
    /// From 1 on; `None`: the pool itself.
    pub number: Option<u32>,
}

/// What stands for a pool where an offer of one bay has the bay's id. `offer`: its public id.
#[must_use]
pub fn pool_name(zone: &str, offer: &str) -> String {
    format!("{MARK}{zone}{MARK}{offer}")
}

/// The name of one of a pool's seats. `number`: from 1 on.
#[must_use]
pub fn seat_name(pool: &str, number: u32) -> String {
    format!("{pool}{MARK}{number}")
}

/// Whether a name in the book is a pool's or a seat's, not a bay's.
#[must_use]
pub fn is_of_pool(name: &str) -> bool {
    name.starts_with(MARK)
}

/// The bay that is told to others: none where it is a place of a pool.
#[must_use]
pub fn bay_told(name: &str) -> Option<&str> {
    (!is_of_pool(name)).then_some(name)
}

/// Two seats of one pool are one place to their drivers; two bays are two.
#[must_use]
pub fn is_same_place(one: &str, other: &str) -> bool {
    one == other
        || match (PoolSeat::read(one), PoolSeat::read(other)) {
            (Some(one), Some(other)) => one.pool == other.pool,
            _ => false,
        }
}

impl<'a> PoolSeat<'a> {
    /// `None`: it is a bay's id.
    #[must_use]
    pub fn read(name: &'a str) -> Option<Self> {
        let mut parts = name.strip_prefix(MARK)?.split(MARK);
        let zone = parts.next()?;
        let offer = parts.next()?;
        let pool = name.get(..2 * MARK.len_utf8() + zone.len() + offer.len())?;
        let number = match parts.next() {
            None => None,
            Some(digits) => Some(digits.parse().ok()?),
        };
        parts
            .next()
            .is_none()
            .then_some(Self { zone, pool, number })
    }
}

/// Whether a place of a pool takes the vehicle: a car with no needs of its own, since nobody knows which
/// bay it will stand in. `charges`: the pool is for vehicles that charge.
#[must_use]
pub fn takes(vehicle: &Vehicle, charges: bool) -> bool {
    vehicle.kind == BayKind::Car && !vehicle.accessible && (!vehicle.ev || charges)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id;

    #[test]
    fn a_seats_name_says_which_it_is_and_is_no_bays() {
        let pool = pool_name("HE12", "of_1");
        let seat = seat_name(&pool, 17);
        assert_eq!(
            PoolSeat::read(&seat),
            Some(PoolSeat {
                zone: "HE12",
                pool: &pool,
                number: Some(17)
            })
        );
        assert_eq!(PoolSeat::read(&pool).unwrap().number, None);
        assert!(!id::is_valid(&pool) && !id::is_valid(&seat));
        for bay in ["HE12-1", "", "~", "~HE12", "~HE12~of_1~x", "~HE12~of_1~1~2"] {
            assert_eq!(PoolSeat::read(bay), None, "{bay}");
        }
        assert_eq!(
            (bay_told(&seat), bay_told(&pool), bay_told("HE12-1")),
            (None, None, Some("HE12-1"))
        );
    }

    #[test]
    fn two_seats_of_one_pool_are_one_place() {
        let pool = |offer| pool_name("HE12", offer);
        let a = pool("of_1");
        let b = pool("of_10");
        assert!(is_same_place(&seat_name(&a, 1), &seat_name(&a, 2)));
        assert!(!is_same_place(&seat_name(&a, 1), &seat_name(&b, 1)));
        assert!(is_same_place("B1", "B1") && !is_same_place("B1", "B2"));
        assert!(!is_same_place("B1", &seat_name(&a, 1)));
    }

    #[test]
    fn a_place_is_for_cars_that_need_nothing_more() {
        let car = Vehicle {
            kind: BayKind::Car,
            height_cm: Some(190),
            ev: false,
            accessible: false,
        };
        let ev = Vehicle { ev: true, ..car };
        assert!(takes(&car, false) && !takes(&ev, false) && takes(&ev, true));
        let kind = BayKind::Motorcycle;
        assert!(!takes(&Vehicle { kind, ..car }, false));
        let accessible = true;
        assert!(!takes(&Vehicle { accessible, ..car }, true));
    }
}
