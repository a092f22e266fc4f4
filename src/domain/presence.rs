//! Whether somebody stands in a bay, and since when without a break: what tells a driver from a
//! stranger, and the end of a stay from an error of the sensor.
//!
//! Promises: pure, and the same whatever is asked in between. A vehicle is there without a break
//! for as long as no vacancy is seen that lasts [`BREAK_MS`]; a silence is no vacancy.

use super::{BayStatus, Millis};

/// A vacancy shorter than that is an error of the sensor, not one vehicle gone and another come: a
/// bay does not change hands faster.
pub const BREAK_MS: u64 = 30_000;

/// A vehicle that has gone for no longer than that is on an errand, or the sensor errs: its stay goes
/// on. The same two minutes as a visit's in settlement.
pub const ABSENCE_MS: u64 = 2 * 60_000;

/// What is known of one bay, by who watches it. The default: nothing yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Presence {
    /// When a vehicle was first seen that is there still, or was until `vacant`.
    occupied: Option<Millis>,
    /// Since when none has been seen.
    vacant: Option<Millis>,
}

impl Presence {
    /// Somebody has been there since then, as was noted before a restart.
    #[must_use]
    pub const fn since(occupied: Millis) -> Self {
        Self {
            occupied: Some(occupied),
            vacant: None,
        }
    }

    /// Follows the newest word of the bay. Any other status than vacant and occupied says nothing of
    /// vehicles and changes nothing.
    #[must_use]
    pub fn then(self, said: BayStatus, at: Millis) -> Self {
        match said {
            BayStatus::Occupied => {
                let gap = self.vacant.map_or(0, |vacant| at.since(vacant));
                let same = self.occupied.filter(|_| gap < BREAK_MS);
                Self::since(same.unwrap_or(at))
            }
            BayStatus::Vacant => Self {
                vacant: Some(self.vacant.unwrap_or(at)),
                ..self
            },
            BayStatus::Unknown | BayStatus::Closed => self,
        }
    }

    /// Since when somebody has been there without a break; `None` while nobody is.
    #[must_use]
    pub fn occupied_since(self) -> Option<Millis> {
        self.occupied.filter(|_| self.vacant.is_none())
    }

    /// Since when nobody is there; `None` while somebody is, or nothing is known.
    #[must_use]
    pub const fn vacant_since(self) -> Option<Millis> {
        self.vacant
    }

    /// Who was there last: from when to when. `None` where nobody was.
    #[must_use]
    pub fn last(self) -> Option<(Millis, Millis)> {
        self.occupied.zip(self.vacant)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::BayStatus::{Closed, Occupied, Unknown, Vacant};

    const AT: Millis = Millis(1_795_399_200_000);

    fn seen(words: &[(BayStatus, u64)]) -> Presence {
        let then = |p: Presence, (said, s): &(BayStatus, u64)| p.then(*said, AT.plus(s * 1_000));
        words.iter().fold(Presence::default(), then)
    }

    fn since(words: &[(BayStatus, u64)]) -> Option<u64> {
        let since = seen(words).occupied_since();
        since.map(|at| at.since(AT) / 1_000)
    }

    #[test]
    fn who_is_seen_again_and_again_has_been_there_since_the_first_time() {
        assert_eq!(since(&[]), None);
        assert_eq!(
            since(&[(Occupied, 5), (Occupied, 65), (Occupied, 900)]),
            Some(5)
        );
        assert_eq!(since(&[(Vacant, 1), (Occupied, 40)]), Some(40));
    }

    #[test]
    fn a_silence_or_a_barrier_is_no_vacancy() {
        assert_eq!(
            since(&[(Occupied, 5), (Unknown, 60), (Occupied, 2_000)]),
            Some(5)
        );
        assert_eq!(since(&[(Occupied, 5), (Closed, 60)]), Some(5));
    }

    #[test]
    fn a_vacancy_of_less_than_half_a_minute_is_an_error_and_a_longer_one_is_another_vehicle() {
        let there = (Occupied, 5);
        let gone = (Vacant, 100);
        assert_eq!(since(&[there, gone]), None);
        assert_eq!(
            since(&[there, gone, (Vacant, 120), (Occupied, 129)]),
            Some(5)
        );
        assert_eq!(
            since(&[there, gone, (Vacant, 120), (Occupied, 130)]),
            Some(130)
        );
        let gone = seen(&[there, gone, (Vacant, 120)]);
        assert_eq!(gone.vacant_since(), Some(AT.plus(100_000)));
        assert_eq!(gone.last(), Some((AT.plus(5_000), AT.plus(100_000))));
    }
}
