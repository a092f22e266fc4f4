//! Counts of a whole zone, and what they come to once it is known how many bays there are.
//!
//! Promise: whatever was said, the four shares of a count sum to its capacity, and vacant is never
//! more than that.

use super::vocabulary::vocabulary;
use super::{BayKind, Millis, SourceIx, SourceKind, ZoneIx};

vocabulary! {
    /// Whether bays that are counted may be used.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    #[repr(u8)]
    pub enum CountState {
        #[default]
        Open = 0 => "open",
        Closed = 1 => "closed",
        Unknown = 2 => "unknown",
    }
}

vocabulary! {
    /// Some of a zone's bays that a counter may tell apart, whatever their kind.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    #[repr(u8)]
    pub enum BaySubset {
        Accessible = 0 => "accessible",
        EvCharging = 1 => "ev_charging",
        /// Bays that can be reserved with whoever runs the car park.
        Reservable = 2 => "reservable",
    }
}

impl BaySubset {
    /// The inverse of `self as u8`; `None` above 2.
    #[must_use]
    pub const fn from_u8(n: u8) -> Option<Self> {
        match n {
            0 => Some(Self::Accessible),
            1 => Some(Self::EvCharging),
            2 => Some(Self::Reservable),
            _ => None,
        }
    }
}

/// What a count is of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum CountOf {
    #[default]
    Vacant = 0,
    Occupied = 1,
}

/// What a count says, as it was said: most counters do not say all of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CountWord {
    pub state: CountState,
    pub of: CountOf,
    /// Bays; says nothing of bays that are not open.
    pub number: u32,
    /// Of so many; `None` where the counter does not say.
    pub capacity: Option<u32>,
}

/// What a count says of each of the bays that it is of. They sum to `capacity`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CountShares {
    pub vacant: u32,
    pub occupied: u32,
    pub unknown: u32,
    pub closed: u32,
    pub capacity: u32,
    /// Whether anybody has said how many bays there are: if not, `capacity` is what was counted, and
    /// the rest is beyond telling.
    pub is_sized: bool,
    /// Whether `vacant` is told: not where occupied bays of nobody knows how many were counted.
    pub tells_vacant: bool,
}

impl CountWord {
    /// No place counts more bays than that: a greater number is a slip, and sums of them would not
    /// fit.
    pub const MOST_BAYS: u32 = 1_000_000;

    /// So many vacant bays of so many.
    #[must_use]
    pub const fn vacant(number: u32, capacity: u32) -> Self {
        Self {
            state: CountState::Open,
            of: CountOf::Vacant,
            number,
            capacity: Some(capacity),
        }
    }

    /// What it comes to of `capacity` bays; `None`: nobody has said how many there are.
    #[must_use]
    pub fn shares(self, capacity: Option<u32>) -> CountShares {
        let counted = if self.state == CountState::Open {
            self.number
        } else {
            0
        };
        let all = capacity.unwrap_or(counted);
        let mut shares = CountShares {
            capacity: all,
            is_sized: capacity.is_some(),
            tells_vacant: self.state != CountState::Unknown,
            ..CountShares::default()
        };
        let counted = counted.min(all);
        match (self.state, self.of) {
            (CountState::Closed, _) => shares.closed = all,
            (CountState::Unknown, _) => shares.unknown = all,
            (CountState::Open, CountOf::Vacant) => {
                shares.vacant = counted;
                shares.occupied = all - counted;
            }
            (CountState::Open, CountOf::Occupied) => {
                shares.occupied = counted;
                shares.vacant = all - counted;
                shares.tells_vacant = shares.is_sized;
            }
        }
        shares
    }

    /// For the disk and the wire: its members but the number, in four bits; and what goes for the
    /// capacity.
    #[must_use]
    pub const fn parts(self) -> (u8, u32) {
        let unsaid = self.capacity.is_none() as u8;
        let capacity = match self.capacity {
            Some(capacity) => capacity,
            None => 0,
        };
        (
            self.state as u8 | (self.of as u8) << 2 | unsaid << 3,
            capacity,
        )
    }

    /// The inverse of [`Self::parts`]; `None` for bits that it does not give.
    #[must_use]
    pub const fn from_parts(bits: u8, number: u32, capacity: u32) -> Option<Self> {
        let state = match bits & 3 {
            0 => CountState::Open,
            1 => CountState::Closed,
            2 => CountState::Unknown,
            _ => return None,
        };
        if bits >> 4 != 0 {
            return None;
        }
        let of = if bits & 4 == 0 {
            CountOf::Vacant
        } else {
            CountOf::Occupied
        };
        let capacity = if bits & 8 == 0 { Some(capacity) } else { None };
        Some(Self {
            state,
            of,
            number,
            capacity,
        })
    }
}

/// One count of the bays of a kind in a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CountObservation {
    pub at: Millis,
    pub zone: ZoneIx,
    pub source: SourceIx,
    /// What its source is: a standing gate's count is replaced by a gate's only.
    pub source_kind: SourceKind,
    pub kind: BayKind,
    /// Only of these of them.
    pub subset: Option<BaySubset>,
    pub word: CountWord,
    /// By a key that an administrator trusts: an app's by another settles nothing.
    pub trusted: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::long::cases;
    use proptest::prelude::*;

    fn word(state: CountState, of: CountOf, number: u32) -> CountWord {
        CountWord {
            state,
            of,
            number,
            capacity: None,
        }
    }

    fn told(shares: CountShares) -> (u32, u32, u32, u32) {
        (
            shares.vacant,
            shares.occupied,
            shares.unknown,
            shares.closed,
        )
    }

    #[test]
    fn what_is_counted_is_of_as_many_bays_as_there_are() {
        use CountOf::{Occupied, Vacant};
        use CountState::{Closed, Open, Unknown};
        let open = |of, number| word(Open, of, number).shares(Some(100));
        assert_eq!(told(open(Vacant, 40)), (40, 60, 0, 0));
        assert_eq!(told(open(Occupied, 40)), (60, 40, 0, 0));
        assert_eq!(told(open(Vacant, 140)), (100, 0, 0, 0), "over-full");
        let closed = word(Closed, Vacant, 7).shares(Some(100));
        assert_eq!(told(closed), (0, 0, 0, 100));
        let unknown = word(Unknown, Vacant, 7).shares(Some(100));
        assert_eq!(
            (told(unknown), unknown.tells_vacant),
            ((0, 0, 100, 0), false)
        );
    }

    #[test]
    fn where_nobody_says_how_many_there_are_only_what_was_counted_is_told() {
        let vacant = word(CountState::Open, CountOf::Vacant, 40).shares(None);
        assert_eq!(told(vacant), (40, 0, 0, 0));
        assert!(vacant.tells_vacant && !vacant.is_sized);
        let occupied = word(CountState::Open, CountOf::Occupied, 40).shares(None);
        assert_eq!(told(occupied), (0, 40, 0, 0));
        assert!(!occupied.tells_vacant, "nobody knows how many are left");
    }

    fn words() -> impl Strategy<Value = CountWord> {
        (0..3usize, any::<bool>(), any::<u32>(), any::<Option<u32>>()).prop_map(
            |(state, occupied, number, capacity)| CountWord {
                state: CountState::ALL[state],
                of: if occupied {
                    CountOf::Occupied
                } else {
                    CountOf::Vacant
                },
                number,
                capacity,
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(cases(500)))]

        #[test]
        fn shares_sum_to_the_capacity_and_a_word_survives_the_disk(
            word in words(),
            capacity in any::<Option<u32>>(),
        ) {
            let s = word.shares(capacity);
            prop_assert_eq!(s.vacant + s.occupied + s.unknown + s.closed, s.capacity);
            prop_assert!(capacity.is_none_or(|c| c == s.capacity));
            let (bits, kept) = word.parts();
            prop_assert_eq!(CountWord::from_parts(bits, word.number, kept), Some(word));
        }
    }
}
