//! Offers that are open now: a bit a bay and an entry an offer, so that a query looks at neither where
//! nothing is on offer.
//!
//! Promises: what has a bit has an entry, and an offer that is over is not given, whether or not it
//! was taken out. One writer: the desk.

use super::bitmap::Bitmap;
use crate::domain::{BayIx, Currency, Millis, Price};
use crate::registry::city::BayAttrs;
use dashmap::DashMap;
use std::sync::Arc;

/// What is told of an offer while it is open.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OpenOffer {
    /// Its public id.
    pub name: Arc<str>,
    pub price: Price,
    pub currency: Currency,
    /// Whether the price is in the hub's own currency, so that it may be compared with a bound.
    pub comparable: bool,
    /// The owner's limits beside the bay's own; 0: none.
    pub max_height_cm: u16,
    pub max_stay_min: u32,
    /// Only for vehicles that charge.
    pub ev_only: bool,
    /// When it closes.
    pub until: Millis,
}

impl OpenOffer {
    /// The bay's attributes under this offer: its price, if it is by the hour, and the stricter of two
    /// limits.
    #[must_use]
    pub fn over(&self, attrs: BayAttrs) -> BayAttrs {
        BayAttrs {
            price_cents_per_hour: self.price.per_hour(),
            max_height_cm: stricter(attrs.max_height_cm, self.max_height_cm),
            max_stay_min: stricter(attrs.max_stay_min, self.max_stay_min),
            ..attrs
        }
    }
}

/// Of two limits, where 0 is none.
fn stricter<N: Ord + Default>(a: N, b: N) -> N {
    if a == N::default() || b == N::default() {
        a.max(b)
    } else {
        a.min(b)
    }
}

/// A pool while it is open.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OpenPool {
    pub offer: OpenOffer,
    pub places: u32,
    /// Of those, had by somebody now or soon.
    pub taken: u32,
}

impl OpenPool {
    /// Places that may be had now.
    #[must_use]
    pub const fn free(&self) -> u32 {
        self.places.saturating_sub(self.taken)
    }
}

/// The offers that are open, of bays of any zone.
pub(super) struct OpenOffers {
    /// Set after the entry is there, cleared before it goes.
    pub(super) bits: Bitmap,
    by_bay: DashMap<BayIx, OpenOffer, ahash::RandomState>,
}

impl OpenOffers {
    pub(super) fn new(bays: u32) -> Self {
        Self {
            bits: Bitmap::new(bays),
            by_bay: DashMap::default(),
        }
    }

    pub(super) fn put(&self, bay: BayIx, offer: Option<OpenOffer>) {
        if let Some(offer) = offer {
            self.by_bay.insert(bay, offer);
            self.bits.set(bay);
        } else {
            self.bits.clear(bay);
            self.by_bay.remove(&bay);
        }
    }

    /// The bay's offer, if it is open at `at`.
    pub(super) fn at(&self, bay: BayIx, at: Millis) -> Option<OpenOffer> {
        if !self.bits.has(bay) {
            return None;
        }
        let offer = self.by_bay.get(&bay)?;
        (at < offer.until).then(|| offer.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::BayKind;

    #[test]
    fn the_stricter_of_two_limits_holds_also_where_one_is_of_a_year() {
        let attrs = BayAttrs {
            kind: BayKind::Car,
            accessible: false,
            ev_charging: false,
            max_height_cm: 210,
            max_stay_min: 0,
            price_cents_per_hour: None,
        };
        let offer = OpenOffer {
            name: "of_1".into(),
            price: Price::PerMonth(1),
            currency: Currency::SGD,
            comparable: true,
            max_height_cm: 0,
            max_stay_min: 366 * 24 * 60,
            ev_only: false,
            until: Millis(1),
        };
        let over = offer.over(attrs);
        assert_eq!((over.max_stay_min, over.max_height_cm), (527_040, 210));
        let short = BayAttrs {
            max_stay_min: 120,
            ..attrs
        };
        assert_eq!(offer.over(short).max_stay_min, 120);
    }
}
