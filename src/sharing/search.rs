//! Which bays would do for one request, cheapest first: price and walk together.
//!
//! Looks at the cells of the city's grid within the walk, as the crow flies. What a sensor sees
//! decides only for who wants a bay now; a bay that nobody watches is believed to be as its owner
//! says.

use super::ask::{Ask, Why};
use super::index::{self, BookingIndex, Shelved};
use super::plan;
use crate::domain::geo::M_PER_DEG;
use crate::domain::{
    BayIx, BayStatus, LatLon, Millis, Offer, Reservation, ReservationState, Vehicle, Workdays,
};
use crate::live::Live;
use crate::registry::city::City;
use std::sync::Arc;

/// The longest walk that may be asked for, metres.
pub(super) const MAX_WALK_M: u32 = 3_000;

/// A bay that would do, or a place of a pool.
#[derive(Clone, Debug)]
pub(super) struct Fit {
    pub(super) offer: Arc<Offer>,
    /// Of a pool: the seat.
    pub(super) seat: Option<u32>,
    pub(super) walk_m: u32,
    pub(super) price_cents: i64,
    /// Price and walk, in cents.
    pub(super) cost_cents: i64,
}

impl Fit {
    /// The bay, or what is kept in its stead.
    pub(super) fn bay(&self) -> Arc<str> {
        match self.seat {
            None => self.offer.bay.clone(),
            Some(number) => index::seat(&self.offer, number),
        }
    }
}

/// What is looked at.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    pub(super) index: &'a BookingIndex,
    pub(super) live: &'a Live,
    pub(super) now: Millis,
    /// The longest stay, but by the month, milliseconds.
    pub(super) longest_ms: u64,
    pub(super) workdays: &'a Workdays,
}

/// Bays that would do, whether or not others keep them.
#[derive(Default)]
pub(super) struct Found {
    /// That nobody keeps and, for who comes now, nobody stands in: cheapest first.
    pub(super) free: Vec<Fit>,
    /// That somebody else has booked, in no order.
    pub(super) kept: Vec<Fit>,
    /// Pools that would do and have no seat for all of that time, in no order.
    pub(super) full: Vec<Fit>,
    /// How far the best of them came.
    why: Option<Why>,
}

impl Found {
    /// Why there is none, where there is none.
    pub(super) fn why(&self) -> Why {
        self.why.unwrap_or(Why::Walk)
    }
}

impl View<'_> {
    /// `since`: when it was asked for, which is what an owner's notice is counted from.
    pub(super) fn find(self, ask: &Ask, since: Millis) -> Found {
        let mut found = Found::default();
        let Some(city) = self.index.city() else {
            return found;
        };
        let limit = f64::from(ask.max_walk_m.min(MAX_WALK_M));
        for cell in cells(city, ask.place, limit) {
            for shelved in self.index.in_cell(cell) {
                if let Err(why) = self.weigh(city, shelved, ask, since, limit, &mut found) {
                    found.why = found.why.max(Some(why));
                }
            }
        }
        // Ties go to the older offer.
        found
            .free
            .sort_unstable_by_key(|f| (f.cost_cents, f.offer.id));
        found
    }

    fn weigh(
        self,
        city: &City,
        shelved: &Shelved,
        ask: &Ask,
        since: Millis,
        limit: f64,
        found: &mut Found,
    ) -> Result<(), Why> {
        let offer = &shelved.offer;
        let Some(place) = shelved.place(city) else {
            return Err(Why::Walk);
        };
        let walk = place.distance_m(ask.place);
        if walk > limit || offer.state != crate::domain::OfferState::Open {
            return Err(Why::Walk);
        }
        if !fits_in(city, shelved, ask.vehicle) || !offer.takes(&ask.vehicle) {
            return Err(Why::Vehicle);
        }
        // Before the price: a sum in another currency is no price to compare.
        if offer.currency != ask.currency {
            return Err(Why::Currency);
        }
        let price_cents = offer.asked_cents(ask.span, ask.flexible);
        if ask.max_price_cents.is_some_and(|most| price_cents > most) {
            return Err(Why::Price);
        }
        let longest = shelved.bay.map_or(0, |bay| city.attrs(bay).max_stay_min);
        let longest = u64::from(longest) * 60_000;
        let too_long = ask.span.ms() > self.longest_ms && !offer.price.is_monthly();
        let longer_than_the_bay_takes = longest > 0 && ask.span.ms() > longest;
        if too_long || longer_than_the_bay_takes || !offer.allows(ask.span, since, self.workdays) {
            return Err(Why::Window);
        }
        let walk_m = walk.round() as u32;
        let mut fit = Fit {
            offer: offer.clone(),
            seat: None,
            walk_m,
            price_cents,
            cost_cents: plan::weights().cost(price_cents, walk_m),
        };
        let kept = crate::domain::Span {
            start: ask.span.start,
            end: offer.free_at(ask.span),
        };
        if self.index.is_shut(shelved, kept) {
            return Err(Why::Window);
        }
        let Some(bay) = shelved.bay else {
            fit.seat = self.index.free_seat(shelved, kept);
            if fit.seat.is_none() {
                found.full.push(fit);
                return Err(Why::Full);
            }
            found.free.push(fit);
            return Ok(());
        };
        if ask.is_soon(self.now) && self.is_taken(city, bay) && !self.is_left_by(offer, ask) {
            return Err(Why::Full);
        }
        if !self.index.is_open(shelved, kept) {
            found.kept.push(fit);
            return Err(Why::Full);
        }
        found.free.push(fit);
        Ok(())
    }

    /// Whether whoever stands there has booked it, and his time is over by then.
    fn is_left_by(self, offer: &Offer, ask: &Ask) -> bool {
        let active = |r: &Reservation| r.state == ReservationState::Active;
        let mut there = self.index.kept_on(&offer.bay).filter(active);
        !ask.is_now(self.now) && there.any(|r| r.span.end <= ask.span.start)
    }

    /// Whether a sensor sees somebody there, or the bay is closed.
    pub(super) fn is_taken(self, city: &City, bay: BayIx) -> bool {
        matches!(
            self.live.bay(city, bay).status,
            BayStatus::Occupied | BayStatus::Closed
        )
    }
}

/// Whether the bay itself takes the vehicle, or the zone of a pool.
fn fits_in(city: &City, shelved: &Shelved, vehicle: Vehicle) -> bool {
    let zone = shelved.zone.map(|zone| &city.zone(zone).spec);
    let most = zone.and_then(|spec| spec.max_height_cm);
    let too_high = vehicle.height_cm.zip(most).is_some_and(|(h, m)| h > m);
    !too_high && shelved.bay.is_none_or(|bay| suits(city, bay, vehicle))
}

/// Whether the bay itself takes the vehicle.
fn suits(city: &City, bay: BayIx, vehicle: Vehicle) -> bool {
    let attrs = city.attrs(bay);
    attrs.kind == vehicle.kind
        && (attrs.max_height_cm == 0 || vehicle.height_cm.is_none_or(|h| h <= attrs.max_height_cm))
        && (!vehicle.ev || attrs.ev_charging)
        && (!vehicle.accessible || attrs.accessible)
}

/// The cells that a walk of that many metres can reach.
pub(super) fn cells(city: &City, place: LatLon, limit_m: f64) -> impl Iterator<Item = (i32, i32)> {
    let e7 = |degrees: f64| (degrees * 1e7).round() as i32;
    // A little more than the walk: the grid need not be exact, the distance is.
    let up = limit_m / M_PER_DEG * 1.01;
    // At a pole every longitude is near; the hub's cities lie elsewhere.
    let across = up / place.lat.to_radians().cos().max(0.02);
    let (west, south) = city.cell_at(
        e7((place.lat - up).max(-90.0)),
        e7((place.lon - across).max(-180.0)),
    );
    let (east, north) = city.cell_at(
        e7((place.lat + up).min(90.0)),
        e7((place.lon + across).min(180.0)),
    );
    (west..=east).flat_map(move |column| (south..=north).map(move |row| (column, row)))
}
