//! A visit: one stay of a vehicle at a bay, as it is settled once all reports of that time have
//! come in.
//!
//! Bays and zones are named by their stable numbers, not by this process's indices: visits outlive
//! the process.

use super::{Millis, SourceKind};

/// One settled stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Visit {
    /// The bay's stable number.
    pub bay: u32,
    /// Its zone's stable number.
    pub zone: u32,
    pub start: Millis,
    /// Exclusive. After `start`.
    pub end: Millis,
    /// Whether the bay was seen to become occupied (it was vacant before). If not, the stay began
    /// at `start` or earlier, and is no arrival.
    pub start_seen: bool,
    /// Whether the bay was seen to become vacant. If not, its sources fell silent or it was closed
    /// at `end`.
    pub end_seen: bool,
    /// Who vouched for it.
    pub kinds: SourceKinds,
}

impl Visit {
    /// Length of the stay, ms.
    #[must_use]
    pub const fn stay_ms(&self) -> u64 {
        self.end.since(self.start)
    }

    /// Both ends were seen: its length is the dwell time, and not less than it.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.start_seen && self.end_seen
    }
}

/// What became of a visit: said for the first time, or corrected after a late report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum VisitChange {
    /// It was told before and is not so.
    Retract(Visit),
    Assert(Visit),
}

impl VisitChange {
    /// The visit it is about.
    #[must_use]
    pub const fn visit(&self) -> &Visit {
        match self {
            Self::Retract(v) | Self::Assert(v) => v,
        }
    }
}

/// A set of [`SourceKind`]s.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceKinds(pub u8);

impl SourceKinds {
    #[must_use]
    pub const fn with(self, kind: SourceKind) -> Self {
        Self(self.0 | 1 << kind.vouches_as())
    }

    #[must_use]
    pub const fn has(self, kind: SourceKind) -> bool {
        self.0 >> kind.vouches_as() & 1 == 1
    }

    /// In the order of [`SourceKind::ALL`].
    pub fn iter(self) -> impl Iterator<Item = SourceKind> {
        SourceKind::ALL.into_iter().filter(move |k| self.has(*k))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_of_kinds_has_what_was_put_in() {
        let set = SourceKinds::default()
            .with(SourceKind::Gate)
            .with(SourceKind::Sensor);
        assert_eq!(
            set.iter().collect::<Vec<_>>(),
            [SourceKind::Sensor, SourceKind::Gate]
        );
        assert!(!set.has(SourceKind::App));
    }
}
