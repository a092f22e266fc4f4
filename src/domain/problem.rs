//! A problem that somebody has reported: what it may be of, how it may go on, and by when it is due.
//!
//! ```text
//! open -> acknowledged -> in_progress -> resolved | rejected | duplicate
//! ```
//!
//! Promises: [`ProblemState::may_become`] alone decides what follows on what; steps may be left out and
//! none leads back, so what is over stays over. Pure: times are passed in.

pub mod text;

use super::Millis;
use super::vocabulary::vocabulary;

const HOUR_MIN: u32 = 60;
const DAY_MIN: u32 = 24 * HOUR_MIN;
const DAY_MS: u64 = 86_400_000;

/// How long who has reported a problem may be asked about it, and may rate it, once it is closed.
pub const ASKED_MS: u64 = 30 * DAY_MS;

/// How long a partner's word against a sensor counts.
pub const DOUBT_MS: u64 = DAY_MS;

/// So many partners make a sensor suspect.
pub const DOUBTERS: u32 = 3;

/// What fewer ratings, or closed problems, would tell is nobody's business: it may be one person's.
pub const TOLD_FROM: usize = 10;

vocabulary! {
    /// What a problem is of: the service codes of Open311.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum ProblemCode {
        BayBlocked => "bay-blocked",
        /// The hub says occupied, and it is vacant; or the other way round.
        SensorWrong => "sensor-wrong",
        EvChargerDead => "ev-charger-dead",
        AccessibleMisuse => "accessible-misuse",
        SignMissing => "sign-missing",
        Surface => "surface",
        PriceWrong => "price-wrong",
        /// Somebody stands in a bay that was booked.
        SharedBayTaken => "shared-bay-taken",
    }
}

impl ProblemCode {
    /// By when it is to be dealt with where its operator has not said otherwise, minutes.
    #[must_use]
    pub const fn due_min(self) -> u32 {
        match self {
            Self::BayBlocked | Self::SharedBayTaken => 2 * HOUR_MIN,
            Self::SensorWrong => DAY_MIN,
            _ => 2 * DAY_MIN,
        }
    }

    /// Whether a vehicle's plate belongs to what is reported.
    #[must_use]
    pub const fn is_of_a_vehicle(self) -> bool {
        matches!(
            self,
            Self::BayBlocked | Self::AccessibleMisuse | Self::SharedBayTaken
        )
    }
}

vocabulary! {
    /// How far a problem has come.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum ProblemState {
        Open => "open",
        /// Somebody has read it.
        Acknowledged => "acknowledged",
        InProgress => "in_progress",
        Resolved => "resolved",
        /// Nothing will be done about it.
        Rejected => "rejected",
        /// It is another one again.
        Duplicate => "duplicate",
    }
}

impl ProblemState {
    /// Whether nothing more is to be done.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Resolved | Self::Rejected | Self::Duplicate)
    }

    /// Whether `next` may follow on this one.
    #[must_use]
    pub const fn may_become(self, next: Self) -> bool {
        !self.is_over() && (next.is_over() || next as u8 > self as u8)
    }
}

/// By when a problem is to be dealt with that is reported at `at`, `due_min` minutes being given.
#[must_use]
pub fn due_at(at: Millis, due_min: u32) -> Millis {
    at.plus(u64::from(due_min) * 60_000)
}

/// The middle of some times, ms; of an even number of them the later of the two.
#[must_use]
pub fn median(mut of: Vec<u64>) -> Option<u64> {
    of.sort_unstable();
    of.get(of.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_goes_forward_only_and_ends_once() {
        use ProblemState::{Acknowledged, Duplicate, InProgress, Open, Rejected, Resolved};
        for (from, may) in [
            (
                Open,
                &[Acknowledged, InProgress, Resolved, Rejected, Duplicate][..],
            ),
            (Acknowledged, &[InProgress, Resolved, Rejected, Duplicate]),
            (InProgress, &[Resolved, Rejected, Duplicate]),
            (Resolved, &[]),
            (Rejected, &[]),
            (Duplicate, &[]),
        ] {
            for next in ProblemState::ALL {
                assert_eq!(
                    from.may_become(next),
                    may.contains(&next),
                    "{from} -> {next}"
                );
            }
        }
    }

    #[test]
    fn blocked_bays_are_due_in_two_hours_sensors_in_a_day_and_all_else_in_two() {
        let due = |code: ProblemCode| due_at(Millis(0), code.due_min()).0 / 3_600_000;
        for code in ProblemCode::ALL {
            let hours = match code {
                ProblemCode::BayBlocked | ProblemCode::SharedBayTaken => 2,
                ProblemCode::SensorWrong => 24,
                _ => 48,
            };
            assert_eq!(due(code), hours, "{code}");
        }
    }

    #[test]
    fn the_middle_of_times_is_one_of_them() {
        assert_eq!(median(vec![]), None);
        assert_eq!(median(vec![7]), Some(7));
        assert_eq!(median(vec![9, 1, 5]), Some(5));
        assert_eq!(median(vec![4, 1, 3, 2]), Some(3));
    }
}
