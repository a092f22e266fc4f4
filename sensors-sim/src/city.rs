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
