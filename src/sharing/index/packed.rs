//! A reservation in as little room as it takes: half a million are kept in memory.
//!
//! Promises: what was packed comes out as it was. Its bay is not in it, since it is kept with its bay;
//! partners are numbers, and what few reservations have is apart. Whatever is added to a reservation
//! has to be added here, or this file does not compile.

use crate::domain::reservation::{Moved, OfSeason};
use crate::domain::{
    CancelRule, Currency, LeaveRule, Millis, Promise, Reservation, ReservationState, Risk, Span,
};
use ahash::AHashMap;
use std::sync::Arc;

/// What the hub's own names of reservations begin with, and how many digits follow.
const PREFIX: &str = "rs_";
const DIGITS: usize = 16;

/// See the top.
#[derive(Clone)]
pub(super) struct Packed {
    pub(super) id: i64,
    pub(super) offer: i64,
    pub(super) version: i64,
    pub(super) span: Span,
    pub(super) free_at: Millis,
    pub(super) expires_at: Millis,
    /// `Millis::MAX`: not yet.
    arrived_at: Millis,
    created_at: Millis,
    price_cents: i64,
    owed_cents: i64,
    promise: Promise,
    rare: Option<Box<Rare>>,
    digits: [u8; DIGITS],
    cancel: CancelRule,
    leave: LeaveRule,
    grace_min: u32,
    owner: u32,
    driver: u32,
    walk_m: u32,
    currency: Currency,
    pub(super) state: ReservationState,
    came_by_word: bool,
}

/// What few have.
#[derive(Clone, Default, PartialEq)]
struct Rare {
    /// Where it is not one of the hub's own.
    name: Option<Arc<str>>,
    departed_at: Option<Millis>,
    moved: Option<Moved>,
    seen_since: Option<Millis>,
    at_risk: Option<Risk>,
    overstay_at: Option<Millis>,
    moves: u32,
    season: Option<OfSeason>,
}

/// Partners by number. There are few, and none is forgotten.
#[derive(Clone, Default)]
pub(super) struct Partners {
    names: Vec<Arc<str>>,
    numbers: AHashMap<Arc<str>, u32>,
}

impl Partners {
    fn number(&mut self, name: &Arc<str>) -> u32 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = self.names.len() as u32;
        self.names.push(name.clone());
        self.numbers.insert(name.clone(), number);
        number
    }

    fn name(&self, number: u32) -> Arc<str> {
        self.names.get(number as usize).cloned().unwrap_or_default()
    }
}

impl Packed {
    pub(super) fn new(r: Reservation, partners: &mut Partners) -> Self {
        let Reservation {
            id,
            name,
            offer,
            bay: _,
            owner,
            driver,
            state,
            span,
            free_at,
            price_cents,
            currency,
            promise,
            walk_m,
            cancel,
            owed_cents,
            expires_at,
            created_at,
            arrived_at,
            came_by_word,
            departed_at,
            seen_since,
            at_risk,
            grace_min,
            leave,
            overstay_at,
            moved,
            moves,
            season,
            version,
        } = r;
        let digits = name.strip_prefix(PREFIX).map(str::as_bytes);
        let digits = digits.and_then(|d| <[u8; DIGITS]>::try_from(d).ok());
        let rare = Rare {
            name: digits.is_none().then_some(name),
            departed_at,
            moved,
            seen_since,
            at_risk,
            overstay_at,
            moves,
            season,
        };
        Self {
            id,
            offer,
            version,
            span,
            free_at,
            expires_at,
            arrived_at: arrived_at.unwrap_or(Millis::MAX),
            created_at,
            price_cents,
            owed_cents,
            promise,
            rare: (rare != Rare::default()).then(|| Box::new(rare)),
            digits: digits.unwrap_or_default(),
            cancel,
            leave,
            grace_min,
            owner: partners.number(&owner),
            driver: partners.number(&driver),
            walk_m,
            currency,
            state,
            came_by_word,
        }
    }

    /// As it was, at the bay that it is kept with.
    pub(super) fn whole(&self, bay: &Arc<str>, partners: &Partners) -> Reservation {
        let rare = self.rare.as_deref().cloned().unwrap_or_default();
        let own = || {
            let mut text = [0; PREFIX.len() + DIGITS];
            text[..PREFIX.len()].copy_from_slice(PREFIX.as_bytes());
            text[PREFIX.len()..].copy_from_slice(&self.digits);
            // Cut from a text, behind whole letters.
            std::str::from_utf8(&text).unwrap_or_default().into()
        };
        Reservation {
            id: self.id,
            name: rare.name.unwrap_or_else(own),
            offer: self.offer,
            bay: bay.clone(),
            owner: partners.name(self.owner),
            driver: partners.name(self.driver),
            state: self.state,
            span: self.span,
            free_at: self.free_at,
            price_cents: self.price_cents,
            currency: self.currency,
            promise: self.promise,
            walk_m: self.walk_m,
            cancel: self.cancel,
            owed_cents: self.owed_cents,
            expires_at: self.expires_at,
            created_at: self.created_at,
            arrived_at: self.arrived_at(),
            came_by_word: self.came_by_word,
            departed_at: rare.departed_at,
            seen_since: rare.seen_since,
            at_risk: rare.at_risk,
            grace_min: self.grace_min,
            leave: self.leave,
            overstay_at: rare.overstay_at,
            moved: rare.moved,
            moves: rare.moves,
            season: rare.season,
            version: self.version,
        }
    }

    pub(super) fn owner(&self, partners: &Partners) -> Arc<str> {
        partners.name(self.owner)
    }

    pub(super) fn arrived_at(&self) -> Option<Millis> {
        (self.arrived_at != Millis::MAX).then_some(self.arrived_at)
    }

    /// What keeps the bay from others.
    pub(super) const fn kept(&self) -> Span {
        Span {
            start: self.span.start,
            end: self.free_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{BayKind, LatLon, Vehicle};

    #[test]
    fn a_reservation_comes_out_as_it_went_in_and_takes_little_room() {
        let at = Millis(1_795_399_200_000);
        let vehicle = Vehicle {
            kind: BayKind::Car,
            height_cm: Some(190),
            ev: true,
            accessible: false,
        };
        let plain = Reservation {
            id: 7,
            name: "rs_0123456789abcdef".into(),
            offer: 3,
            bay: "B-1".into(),
            owner: "acme".into(),
            driver: "app".into(),
            state: ReservationState::Confirmed,
            span: Span::new(at, at.plus(10)).unwrap(),
            free_at: at.plus(20),
            price_cents: 300,
            currency: Currency::SGD,
            promise: Promise {
                place: LatLon {
                    lat: 1.3,
                    lon: 103.812_345_67,
                },
                max_walk_m: 400,
                walk_m: 110,
                max_price_cents: 301,
                flexible: true,
                vehicle,
            },
            walk_m: 120,
            cancel: CancelRule::default(),
            owed_cents: -5,
            expires_at: at.plus(1),
            created_at: at.plus(2),
            arrived_at: None,
            came_by_word: false,
            departed_at: None,
            seen_since: None,
            at_risk: None,
            grace_min: 15,
            leave: LeaveRule::default(),
            overstay_at: None,
            moved: None,
            moves: 0,
            season: None,
            version: 9,
        };
        let odd = Reservation {
            name: "rs_of somebody else".into(),
            arrived_at: Some(at),
            came_by_word: true,
            departed_at: Some(at.plus(3)),
            seen_since: Some(at.plus(4)),
            at_risk: Some(Risk::Gone),
            overstay_at: Some(at.plus(5)),
            moves: 2,
            season: Some(OfSeason {
                name: "se_1".into(),
                number: 3,
            }),
            moved: Some(Moved {
                at,
                from: "B-2".into(),
                taken: true,
            }),
            owner: "app".into(),
            ..plain.clone()
        };
        let mut partners = Partners::default();
        for r in [plain, odd] {
            let packed = Packed::new(r.clone(), &mut partners);
            assert_eq!(packed.whole(&r.bay, &partners), r);
        }
        assert!(size_of::<Packed>() <= 200, "{}", size_of::<Packed>());
    }
}
