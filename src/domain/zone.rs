//! A zone: a car park or a street segment, the unit in which occupancy is reported.

/// Dense index of a zone in this process. Not stable across restarts (see [`super::BayIx`]).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, bytemuck::Pod, bytemuck::Zeroable,
)]
#[repr(transparent)]
pub struct ZoneIx(pub u32);

impl ZoneIx {
    /// As an array position.
    #[inline]
    #[must_use]
    pub const fn at(self) -> usize {
        self.0 as usize
    }
}

/// What sort of place a zone is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum ZoneKind {
    OnStreet = 0,
    OffStreet = 1,
    Private = 2,
}

impl ZoneKind {
    pub const ALL: [Self; 3] = [Self::OnStreet, Self::OffStreet, Self::Private];

    /// The public name: `on_street`, `off_street`, `private`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::OnStreet => "on_street",
            Self::OffStreet => "off_street",
            Self::Private => "private",
        }
    }

    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.name() == name)
    }
}
