//! A city as the simulator knows it: zones, and their bays lying together in zone order.
//!
//! Promises: bays of a zone are contiguous, every id is valid and unique, a zone's capacity is at
//! least its bays. Ids live in one string: 1.4 million bays take some 50 MB.

use crate::place::Place;
use std::ops::Range;

/// What sort of place a zone is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ZoneKind {
    OnStreet,
    OffStreet,
    Private,
}

impl ZoneKind {
    pub const ALL: [Self; 3] = [Self::OnStreet, Self::OffStreet, Self::Private];

    /// The public name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::OnStreet => "on_street",
            Self::OffStreet => "off_street",
            Self::Private => "private",
        }
    }
}

/// What a bay is built for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum BayKind {
    Car,
    Motorcycle,
    Heavy,
    Bicycle,
}

impl BayKind {
    pub const ALL: [Self; 4] = [Self::Car, Self::Motorcycle, Self::Heavy, Self::Bicycle];

    /// The public name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Car => "car",
            Self::Motorcycle => "motorcycle",
            Self::Heavy => "heavy",
            Self::Bicycle => "bicycle",
        }
    }
}

/// A car park or a street's string of bays.
#[derive(Clone, Debug, PartialEq)]
pub struct Zone {
    pub id: String,
    pub name: String,
    pub kind: ZoneKind,
    pub operator: String,
    /// Lots, sensed or not; a zone without bays is only counted at its gate.
    pub capacity: u32,
    /// Middle of the zone.
    pub place: Place,
    /// Outer ring, closed; empty for a zone given as a point.
    pub outline: Vec<Place>,
    /// Positions of its bays in the city.
    pub bays: Range<u32>,
}

/// One parking space. Its zone and id are kept by the city.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bay {
    pub place: Place,
    /// 0 = no price.
    pub price_cents_per_hour: u32,
    /// 0 = no limit.
    pub max_height_cm: u16,
    /// 0 = no limit.
    pub max_stay_min: u16,
    pub kind: BayKind,
    pub accessible: bool,
    pub ev_charging: bool,
}

/// Zones and bays. Build one with [`City::generate`](crate::City::generate) or
/// [`City::load`](crate::City::load).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct City {
    pub(crate) zones: Vec<Zone>,
    pub(crate) bays: Vec<Bay>,
    ids: String,
    id_ends: Vec<u32>,
}

impl City {
    /// Gives every `nth` private zone to one operator.
    pub fn give_private_zones(&mut self, nth: usize, operator: &str) {
        let private = self
            .zones
            .iter_mut()
            .filter(|z| z.kind == ZoneKind::Private);
        private
            .step_by(nth)
            .for_each(|z| operator.clone_into(&mut z.operator));
    }

    /// Makes every `nth` car park with bays a private one of that operator.
    pub fn make_private(&mut self, nth: usize, operator: &str) {
        let is_park = |z: &&mut Zone| z.kind != ZoneKind::OnStreet && !z.bays.is_empty();
        let parks = self.zones.iter_mut().filter(is_park);
        for zone in parks.step_by(nth.max(1)) {
            zone.kind = ZoneKind::Private;
            operator.clone_into(&mut zone.operator);
        }
    }

    /// The same city without every `nth` zone, from the `nth` on.
    #[must_use]
    pub fn without_every(&self, nth: usize) -> Self {
        let mut left = Self::with_capacity(self.zones.len(), self.bays.len());
        let kept = |at: &usize| !(at + 1).is_multiple_of(nth.max(1));
        for at in (0..self.zones.len()).filter(kept) {
            let mut zone = self.zones[at].clone();
            let first = left.bays.len() as u32;
            for bay in zone.bays.clone() {
                left.push_bay(self.bay_id(bay), self.bays[bay as usize]);
            }
            zone.bays = first..left.bays.len() as u32;
            left.zones.push(zone);
        }
        left
    }

    /// The same city, its ids begun with `prefix`; `None` where one would be no id any more.
    #[must_use]
    pub fn prefixed(mut self, prefix: &str) -> Option<Self> {
        let ids: Vec<String> = (0..self.bays.len() as u32)
            .map(|bay| format!("{prefix}{}", self.bay_id(bay)))
            .collect();
        for zone in &mut self.zones {
            zone.id.insert_str(0, prefix);
        }
        let zones = self.zones.iter().map(|z| &z.id);
        if !ids.iter().chain(zones).all(|id| is_valid_id(id)) {
            return None;
        }
        self.ids = ids.concat();
        let ends = ids.iter().scan(0, |end, id| {
            *end += id.len() as u32;
            Some(*end)
        });
        self.id_ends = ends.collect();
        Some(self)
    }

    pub(crate) fn with_capacity(zones: usize, bays: usize) -> Self {
        Self {
            zones: Vec::with_capacity(zones),
            bays: Vec::with_capacity(bays),
            ids: String::with_capacity(bays * 11),
            id_ends: Vec::with_capacity(bays),
        }
    }

    /// Adds a bay to the zone that is being filled, which is the last one.
    pub(crate) fn push_bay(&mut self, id: &str, bay: Bay) {
        self.ids.push_str(id);
        // 64 bytes an id: 4 GiB would be 67 million bays.
        self.id_ends.push(self.ids.len() as u32);
        self.bays.push(bay);
    }

    /// In the order of their bays.
    #[must_use]
    pub fn zones(&self) -> &[Zone] {
        &self.zones
    }

    #[must_use]
    pub fn bays(&self) -> &[Bay] {
        &self.bays
    }

    /// # Panics
    /// For a position beyond the last bay.
    #[must_use]
    pub fn bay_id(&self, bay: u32) -> &str {
        let i = bay as usize;
        let start = if i == 0 {
            0
        } else {
            self.id_ends[i - 1] as usize
        };
        &self.ids[start..self.id_ends[i] as usize]
    }
}

/// Whether `id` is one of the partners' own strings: `[A-Za-z0-9._:-]{1,64}`.
#[must_use]
pub fn is_valid_id(id: &str) -> bool {
    (1..=64).contains(&id.len())
        && id
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b':' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CityParams;

    fn city() -> City {
        City::generate(&CityParams {
            bays: 60,
            zones: Some(6),
            seed: 1,
        })
    }

    #[test]
    fn every_id_of_a_city_may_be_given_a_beginning() {
        let plain = city();
        let begun = city().prefixed("sbx-").unwrap();
        for bay in 0..60 {
            let want = format!("sbx-{}", plain.bay_id(bay));
            assert_eq!(begun.bay_id(bay), want);
        }
        for (zone, was) in begun.zones().iter().zip(plain.zones()) {
            assert_eq!(zone.id, format!("sbx-{}", was.id));
            assert_eq!(zone.bays, was.bays);
        }
        assert!(city().prefixed("no id ").is_none());
        assert!(city().prefixed(&"x".repeat(64)).is_none());
    }

    #[test]
    fn a_city_may_lose_some_of_its_zones_and_their_bays() {
        let whole = city();
        let left = whole.without_every(3);
        assert_eq!(left.zones().len(), 4);
        for zone in left.zones() {
            let was = whole.zones().iter().find(|z| z.id == zone.id).unwrap();
            let ids = |city: &City, zone: &Zone| {
                let bays = zone.bays.clone();
                bays.map(|b| city.bay_id(b).to_owned()).collect::<Vec<_>>()
            };
            assert_eq!(ids(&left, zone), ids(&whole, was));
        }
        assert!(whole.without_every(1).bays().is_empty());
    }

    #[test]
    fn some_zones_may_be_made_private() {
        let mut city = city();
        city.make_private(3, "owner");
        let own = city.zones().iter().filter(|z| z.operator == "owner");
        let own: Vec<_> = own.map(|z| (z.kind, z.bays.is_empty())).collect();
        assert_eq!(own, [(ZoneKind::Private, false); 2]);
    }
}
