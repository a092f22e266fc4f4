//! When a sensor is suspected: of being stuck, and of flickering.
//!
//! A car that stays overnight looks as a stuck sensor does: where activity follows the hour, one
//! alarm in five that rests on P(stuck) alone is right. So it takes somebody who contradicts as
//! well: apps, a gate, or another sensor of the bay. Apps and a gate without P(stuck) are no reason, as both speak against every
//! moment's error (one alarm in twelve is right). Thresholds are what the worlds of
//! `tests/it/fusion` showed; they stand here and nowhere else.

use super::odds::LogOdds;
use super::pools::Pools;

/// From here on P(stuck) is a reason: 0.9, in 1/255.
const STUCK_FROM: u8 = 230;

/// What was found to be stuck is held to be until P(stuck) is below a half: so that it ends when the
/// sensor moves, not when those who contradicted it have gone.
const STUCK_UNTIL: u8 = 128;

/// How many have to contradict, of how many partners, and by how much in sum: 1.5 nat. At a word of
/// two, half of the alarms at night are false.
const CONTRIBUTORS: u8 = 3;
const PARTNERS: u8 = 2;
const AGAINST: i32 = LogOdds::NAT as i32 * 3 / 2;

/// For how long without a break a gate or another sensor has to contradict, seconds: errors of a
/// moment are over by then.
const OTHERS_FOR_S: u64 = 45 * 60;

/// A gate is held to miss a car in so many.
const GATE_MISSES: u32 = 30;

/// Errors that begin, per 10,000 min: from how many on a sensor flickers, and until when. Usual are
/// 80.
const FLICKERS_FROM: u16 = 220;
const FLICKERS_UNTIL: u16 = 180;

/// What speaks for a sensor being stuck, at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StuckSigns {
    /// P(stuck), in 1/255.
    pub p_stuck: u8,
    /// Enough contributors contradict: see [`Pools::contradict`].
    pub apps: bool,
    /// For so many seconds a gate or another sensor has contradicted without a break; `None`: none
    /// does.
    pub others_s: Option<u64>,
}

impl StuckSigns {
    /// Whether P(stuck) is a reason.
    #[must_use]
    pub const fn is_likely(self) -> bool {
        self.p_stuck >= STUCK_FROM
    }

    /// Whether that a gate or another sensor contradicts is a reason by now.
    #[must_use]
    pub const fn is_contradicted(self) -> bool {
        matches!(self.others_s, Some(s) if s >= OTHERS_FOR_S)
    }

    /// Whether there are two reasons; with `already`, whether what was found goes on.
    #[must_use]
    pub const fn is_stuck(self, already: bool) -> bool {
        self.is_likely() && (self.apps || self.is_contradicted())
            || already && self.p_stuck >= STUCK_UNTIL
    }
}

/// Whether there is any need to look closer at a sensor: what is neither so likely stuck nor errs so
/// often is not suspected, whatever was found before.
#[must_use]
pub const fn is_beyond_suspicion(p_stuck: u8, per_10_000_min: u16) -> bool {
    p_stuck < STUCK_UNTIL && per_10_000_min < FLICKERS_UNTIL
}

/// Whether a sensor of whose errors so many begin (per 10,000 min) flickers; with `already`, whether
/// it still does.
#[must_use]
pub const fn is_flickering(per_10_000_min: u16, already: bool) -> bool {
    per_10_000_min
        >= if already {
            FLICKERS_UNTIL
        } else {
            FLICKERS_FROM
        }
}

/// Whether a gate that counted `counted` vacant bays contradicts a sensor that says `occupied`,
/// where all `bays` of the zone are watched and their sensors say that `seen` are vacant.
#[must_use]
pub const fn gate_contradicts(occupied: bool, counted: u32, seen: u32, bays: u32) -> bool {
    let more = if occupied {
        counted.saturating_sub(seen)
    } else {
        seen.saturating_sub(counted)
    };
    more > bays / GATE_MISSES
}

impl Pools {
    /// How many contributors, of how many partners, contradict a sensor that says `occupied`, if
    /// those are enough to be a reason. As of the time that they were last relaxed to.
    ///
    /// Contributors are those heard since the evidence began, whatever each said: in sum they
    /// contradict.
    #[must_use]
    pub fn contradict(&self, occupied: bool) -> Option<(u8, u8)> {
        let partners = self.partners_saying(!occupied);
        let sum = i32::from(self.sum().0);
        let against = if occupied { -sum } else { sum };
        let enough =
            against >= AGAINST && partners >= PARTNERS && self.contributors() >= CONTRIBUTORS;
        enough.then_some((self.contributors(), partners))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::belief::{AppReport, Rates};

    #[test]
    fn a_stuck_sensor_takes_somebody_who_contradicts_and_ends_when_it_moves() {
        let signs = |p_stuck, apps, others_s| StuckSigns {
            p_stuck,
            apps,
            others_s,
        };
        for (signs, found, goes_on) in [
            (signs(255, false, None), false, true),
            (signs(230, true, None), true, true),
            (signs(230, false, Some(2700)), true, true),
            (signs(230, false, Some(2699)), false, true),
            (signs(229, true, Some(9999)), false, true),
            (signs(127, true, Some(9999)), false, false),
        ] {
            assert_eq!(
                (signs.is_stuck(false), signs.is_stuck(true)),
                (found, goes_on),
                "{signs:?}"
            );
        }
    }

    #[test]
    fn a_flickering_sensor_is_held_for_one_until_it_is_clearly_better() {
        assert!(!is_flickering(219, false) && is_flickering(220, false));
        assert!(is_flickering(180, true) && !is_flickering(179, true));
        assert!(is_beyond_suspicion(127, 179));
        assert!(!is_beyond_suspicion(128, 0) && !is_beyond_suspicion(0, 180));
    }

    #[test]
    fn a_gate_contradicts_towards_what_it_counted_and_by_more_than_it_misses() {
        assert!(gate_contradicts(true, 5, 4, 20) && !gate_contradicts(false, 5, 4, 20));
        assert!(gate_contradicts(false, 4, 5, 20) && !gate_contradicts(true, 5, 5, 20));
        assert!(!gate_contradicts(true, 13, 10, 100) && gate_contradicts(true, 14, 10, 100));
    }

    #[test]
    fn it_takes_three_contributors_of_two_partners_to_contradict() {
        let said = |of: &[(u8, u32, bool)]| {
            let mut pools = Pools::default();
            for &(partner, slot, said) in of {
                let report = AppReport {
                    partner,
                    slot,
                    weight: 14,
                    said,
                };
                pools.add(report, true, Rates::default(), 1_000_000);
            }
            pools.contradict(true)
        };
        assert_eq!(said(&[(1, 1, false), (2, 2, false)]), None, "two");
        assert_eq!(
            said(&[(1, 1, false), (1, 2, false), (1, 3, false)]),
            None,
            "one partner"
        );
        let enough = [(1, 1, false), (1, 2, false), (2, 3, false)];
        assert_eq!(said(&enough), Some((3, 2)));
        assert_eq!(said(&enough.map(|(p, s, _)| (p, s, true))), None, "agree");
    }
}
