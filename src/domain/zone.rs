//! A zone: a car park or a street segment, the unit in which occupancy is reported.

use super::vocabulary::vocabulary;

/// Dense index of a zone in this process. Not stable across restarts (see [`super::BayIx`]).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, bytemuck::Pod, bytemuck::Zeroable,
)]
#[repr(transparent)]
pub struct ZoneIx(pub u32);

impl From<u32> for ZoneIx {
    fn from(index: u32) -> Self {
        Self(index)
    }
}

impl ZoneIx {
    /// Zones that a hub takes: their indices fit in 22 bits of a bay's state.
    pub const MOST: usize = 1 << 22;

    /// As an array position.
    #[inline]
    #[must_use]
    pub const fn at(self) -> usize {
        self.0 as usize
    }
}

vocabulary! {
    /// What sort of place a zone is.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    #[repr(u8)]
    pub enum ZoneKind {
        OnStreet = 0 => "on_street",
        OffStreet = 1 => "off_street",
        Private = 2 => "private",
    }
}

vocabulary! {
    /// What a forecast of a zone rests on.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum ForecastBasis {
        /// How full it usually is, moved to how full it is.
        Profile => "profile",
        /// That it stays as it is.
        Persistence => "persistence",
    }
}
