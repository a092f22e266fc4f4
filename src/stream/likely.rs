//! How many of some bays are vacant, as far as that is believed of each: a sum that is kept up as
//! they change. Pure; 16 bytes.

use crate::domain::{BayStatus, BayView};

/// Of the bays that are known to be vacant or occupied; others have no part in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Likely {
    /// Sum of P(vacant), in 1/255.
    vacant: u32,
    /// Sum of the variances, in 1/255^2.
    spread: u64,
}

/// P(vacant) of a bay that is known, in 1/255.
const fn p_vacant(view: &BayView) -> Option<u8> {
    match view.status {
        BayStatus::Vacant => Some(view.confidence),
        BayStatus::Occupied => Some(u8::MAX - view.confidence),
        BayStatus::Unknown | BayStatus::Closed => None,
    }
}

const fn spread(p: u8) -> u64 {
    p as u64 * (u8::MAX - p) as u64
}

impl Likely {
    #[inline]
    pub fn add(&mut self, view: &BayView) {
        if let Some(p) = p_vacant(view) {
            self.vacant = self.vacant.wrapping_add(u32::from(p));
            self.spread = self.spread.wrapping_add(spread(p));
        }
    }

    /// As it was added.
    #[inline]
    pub fn remove(&mut self, view: &BayView) {
        if let Some(p) = p_vacant(view) {
            self.vacant = self.vacant.wrapping_sub(u32::from(p));
            self.spread = self.spread.wrapping_sub(spread(p));
        }
    }

    /// The expected number of vacant bays.
    #[must_use]
    pub fn mean(&self) -> f64 {
        f64::from(self.vacant) / 255.0
    }

    /// Its variance, bays being independent.
    #[must_use]
    pub fn variance(&self) -> f64 {
        self.spread as f64 / (255.0 * 255.0)
    }
}
