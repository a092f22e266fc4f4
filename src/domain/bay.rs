//! A bay: one parking space. Its dense index, its kind, and the four things that can be said of it.

use super::vocabulary::vocabulary;

/// Dense index of a bay in this process, in spatial order. Not stable across restarts: what is
/// written to disk uses the registry's stable number instead.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, bytemuck::Pod, bytemuck::Zeroable,
)]
#[repr(transparent)]
pub struct BayIx(pub u32);

impl From<u32> for BayIx {
    fn from(index: u32) -> Self {
        Self(index)
    }
}

impl BayIx {
    /// As an array position.
    #[inline]
    #[must_use]
    pub const fn at(self) -> usize {
        self.0 as usize
    }
}

vocabulary! {
    /// What a bay is built for.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
    #[repr(u8)]
    pub enum BayKind {
        Car = 0 => "car",
        Motorcycle = 1 => "motorcycle",
        Heavy = 2 => "heavy",
        Bicycle = 3 => "bicycle",
    }
}

impl BayKind {
    /// The inverse of `self as u8`; `None` above 3.
    #[inline]
    #[must_use]
    pub const fn from_u8(n: u8) -> Option<Self> {
        match n {
            0 => Some(Self::Car),
            1 => Some(Self::Motorcycle),
            2 => Some(Self::Heavy),
            3 => Some(Self::Bicycle),
            _ => None,
        }
    }
}

/// Some kinds of bay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KindSet(u8);

impl KindSet {
    const ALL: u8 = (1 << BayKind::COUNT as u8) - 1;

    /// One bit a kind, from the lowest on, in the order of [`BayKind::ALL`]; others are dropped.
    #[must_use]
    pub const fn from_bits(bits: u8) -> Self {
        Self(bits & Self::ALL)
    }

    #[must_use]
    pub const fn all() -> Self {
        Self(Self::ALL)
    }

    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }

    #[must_use]
    pub const fn has(self, kind: BayKind) -> bool {
        self.0 & 1 << kind as u8 != 0
    }

    pub const fn insert(&mut self, kind: BayKind) {
        self.0 |= 1 << kind as u8;
    }

    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

vocabulary! {
    /// What is held true of a bay. `Unknown` is a bucket of its own and never counts as vacant.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
    #[repr(u8)]
    pub enum BayStatus {
        #[default]
        Unknown = 0 => "unknown",
        Vacant = 1 => "vacant",
        Occupied = 2 => "occupied",
        Closed = 3 => "closed",
    }
}

impl BayStatus {
    /// What it says of a car: there is one, there is none, or nothing.
    #[inline]
    #[must_use]
    pub const fn occupied(self) -> Option<bool> {
        match self {
            Self::Occupied => Some(true),
            Self::Vacant => Some(false),
            Self::Unknown | Self::Closed => None,
        }
    }
}

impl BayStatus {
    /// The two low bits of `bits`; the inverse of `self as u8`.
    #[inline]
    #[must_use]
    pub const fn from_bits(bits: u64) -> Self {
        match bits & 3 {
            0 => Self::Unknown,
            1 => Self::Vacant,
            2 => Self::Occupied,
            _ => Self::Closed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_are_inverse() {
        for k in BayKind::ALL {
            assert_eq!(BayKind::parse(k.name()), Some(k));
            assert_eq!(BayKind::from_u8(k as u8), Some(k));
        }
        for s in BayStatus::ALL {
            assert_eq!(BayStatus::parse(s.name()), Some(s));
            assert_eq!(BayStatus::from_bits(s as u64), s);
        }
        assert_eq!(BayKind::from_u8(4), None);
        assert_eq!(BayStatus::parse("free"), None);
    }
}
