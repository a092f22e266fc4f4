//! What a zone's bays have in common, for attributes that are told of the zone: worked out once a
//! picture of the city (dear: a pass over all bays) and kept until the picture changes.

use crate::domain::ZoneIx;
use crate::registry::city::{BayAttrs, City};
use arc_swap::ArcSwapOption;
use std::sync::Arc;

/// The same for all, or not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Common {
    /// Of no bay yet.
    #[default]
    Open,
    One(u32),
    Differs,
}

impl Common {
    fn with(self, other: Self) -> Self {
        match (self, other) {
            (Self::Open, one) | (one, Self::Open) => one,
            (Self::One(a), Self::One(b)) if a == b => self,
            _ => Self::Differs,
        }
    }

    const fn one(self) -> Option<u32> {
        match self {
            Self::One(n) => Some(n),
            Self::Open | Self::Differs => None,
        }
    }
}

/// What bays of a zone are like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct BayFacts {
    pub(super) is_paid: bool,
    pub(super) accessible: bool,
    pub(super) ev_charging: bool,
    /// Minutes; 0: no limit.
    max_stay: Common,
    price: Common,
    /// The lowest, cm; 0: no limit.
    height_cm: u16,
}

impl BayFacts {
    fn of(attrs: &BayAttrs) -> Self {
        let price = attrs.price_cents_per_hour;
        Self {
            is_paid: price.is_some_and(|cents| cents > 0),
            accessible: attrs.accessible,
            ev_charging: attrs.ev_charging,
            max_stay: Common::One(attrs.max_stay_min),
            // A price that nobody has said is like no other.
            price: price.map_or(Common::Differs, Common::One),
            height_cm: attrs.max_height_cm,
        }
    }

    /// Of both.
    pub(super) fn with(self, other: Self) -> Self {
        let height_cm = match (self.height_cm, other.height_cm) {
            (0, one) | (one, 0) => one,
            (a, b) => a.min(b),
        };
        Self {
            is_paid: self.is_paid || other.is_paid,
            accessible: self.accessible || other.accessible,
            ev_charging: self.ev_charging || other.ev_charging,
            max_stay: self.max_stay.with(other.max_stay),
            price: self.price.with(other.price),
            height_cm,
        }
    }

    /// How long one may stay, minutes, where that is one for all.
    pub(super) fn max_stay_min(self) -> Option<u32> {
        self.max_stay.one().filter(|minutes| *minutes > 0)
    }

    /// What an hour costs, where that is one for all.
    pub(super) fn price_cents_per_hour(self) -> Option<u32> {
        self.price.one()
    }

    /// What fits everywhere, cm.
    pub(super) fn max_height_cm(self) -> Option<u16> {
        Some(self.height_cm).filter(|cm| *cm > 0)
    }
}

/// Of all zones of a picture.
pub(super) struct CityFacts {
    city: Arc<City>,
    by_zone: Vec<BayFacts>,
}

impl CityFacts {
    fn new(city: Arc<City>) -> Self {
        let mut by_zone = vec![BayFacts::default(); city.zone_count() as usize];
        for (zone, _) in city.zones() {
            let bays = city.bays_of(zone).map(|bay| BayFacts::of(&city.attrs(bay)));
            by_zone[zone.at()] = bays.fold(BayFacts::default(), BayFacts::with);
        }
        Self { city, by_zone }
    }

    /// Of a zone without its areas and floors.
    pub(super) fn of(&self, zone: ZoneIx) -> BayFacts {
        self.by_zone.get(zone.at()).copied().unwrap_or_default()
    }
}

/// The newest picture's.
#[derive(Default)]
pub(super) struct FactsBook(ArcSwapOption<CityFacts>);

impl FactsBook {
    /// Those of `city`. Two callers may both work them out after a change; either result is right.
    pub(super) fn of(&self, city: &Arc<City>) -> Arc<CityFacts> {
        if let Some(kept) = self.0.load_full().filter(|k| Arc::ptr_eq(&k.city, city)) {
            return kept;
        }
        let made = Arc::new(CityFacts::new(Arc::clone(city)));
        self.0.store(Some(Arc::clone(&made)));
        made
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::BayKind;

    fn bay(max_stay_min: u32, max_height_cm: u16, price: Option<u32>) -> BayFacts {
        BayFacts::of(&BayAttrs {
            kind: BayKind::Car,
            accessible: false,
            ev_charging: false,
            max_height_cm,
            max_stay_min,
            price_cents_per_hour: price,
        })
    }

    #[test]
    fn what_is_not_the_same_for_all_is_not_told_of_the_zone() {
        let none = BayFacts::default();
        assert_eq!(none.max_stay_min(), None);
        let both = none.with(bay(120, 0, Some(0))).with(bay(120, 210, Some(0)));
        assert_eq!(both.max_stay_min(), Some(120));
        assert_eq!(both.max_height_cm(), Some(210));
        assert_eq!(
            (both.price_cents_per_hour(), both.is_paid),
            (Some(0), false)
        );
        let three = both.with(bay(0, 190, None));
        assert_eq!(three.max_stay_min(), None);
        assert_eq!(three.max_height_cm(), Some(190));
        assert_eq!(three.price_cents_per_hour(), None);
        assert!(three.with(bay(0, 0, Some(1))).is_paid);
    }
}
