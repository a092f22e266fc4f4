//! What 28 days come to: who is anchored, the credit, and what hangs on it.

use super::{CreditDay, CreditTally, ONE};

/// Days that count, the newest included.
pub const CREDIT_DAYS: u64 = 28;

/// Settled by watchers, at least, before a partner's word may judge others'.
const ANCHORED_BY: u64 = 100;

/// Of those that contradicted the hub, at least so many.
const AGAINST: u64 = 20;

/// What one anchored partner may give whatever the sum of who is judged.
const FROM_ONE: i64 = 50 * ONE;

/// So much credit adds one quota.
const PER_FACTOR: i64 = 100 * ONE;

/// Below it reports of the partner weigh less.
const DOUBTED_BELOW: i64 = -200 * ONE;

/// Whether a partner's words may judge others', by what watchers have shown of it in the days
/// before: often enough, of use on the whole, and right in three of four where it contradicted us.
#[must_use]
pub const fn anchored(shown: &CreditTally) -> bool {
    shown.settled >= ANCHORED_BY
        && shown.worth > 0
        && shown.against >= AGAINST
        && 4 * shown.against_right >= 3 * shown.against
}

/// The credit that so many days come to, in 1/65,535²: what watchers say in full, and of each anchored
/// partner's at most 50, or half of what watchers say if that is more.
#[must_use]
pub fn credit_of<P: Ord>(days: &CreditDay<P>) -> i64 {
    let own = days.watched.worth;
    let most = FROM_ONE.max(own / 2);
    let of_others = days.judges.values().map(|tally| tally.worth.min(most));
    own + of_others.sum::<i64>()
}

/// By what a quota is multiplied, in 1/1,000: from 1,000 to 10,000.
#[must_use]
pub fn factor_of(credit: i64) -> u32 {
    let more = i128::from(credit.max(0)) * 1000 / i128::from(PER_FACTOR);
    1000 + u32::try_from(more.min(9000)).unwrap_or(9000)
}

/// Whether the partner's reports weigh as if it were sure by a half.
#[must_use]
pub const fn is_doubted(credit: i64) -> bool {
    credit < DOUBTED_BELOW
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(settled: u64, worth: i64, against: u64, against_right: u64) -> CreditTally {
        CreditTally {
            settled,
            right: 0,
            against,
            against_right,
            worth,
        }
    }

    #[test]
    fn who_may_judge_was_shown_often_of_use_and_right_where_it_contradicted() {
        assert!(anchored(&shown(100, 1, 20, 15)));
        for short in [
            shown(99, 1, 20, 15),
            shown(100, 0, 20, 15),
            shown(100, 1, 19, 19),
            shown(100, 1, 20, 14),
            shown(1000, ONE, 0, 0),
        ] {
            assert!(!anchored(&short), "{short:?}");
        }
    }

    #[test]
    fn one_judge_gives_fifty_or_half_of_what_watchers_say() {
        let days = |own: i64, judges: &[i64]| {
            let tally = |worth| shown(1, worth, 0, 0);
            let judges = judges.iter().zip(0_u16..);
            CreditDay {
                watched: tally(own * ONE),
                judges: judges.map(|(w, judge)| (judge, tally(w * ONE))).collect(),
                ..CreditDay::default()
            }
        };
        for (own, judges, credit) in [
            (0, &[70][..], 50),
            (40, &[70, 60, 10], 150),
            (200, &[170, 20], 320),
            (-300, &[70], -250),
            (10, &[-500], -490),
        ] {
            assert_eq!(
                credit_of(&days(own, judges)),
                credit * ONE,
                "{own} {judges:?}"
            );
        }
    }

    #[test]
    fn credit_raises_the_quota_up_to_tenfold_and_debt_never_lowers_it() {
        for (credit, factor) in [
            (0, 1000),
            (-5, 1000),
            (1, 1010),
            (655, 7550),
            (900, 10_000),
            (5000, 10_000),
        ] {
            assert_eq!(factor_of(credit * ONE), factor, "{credit}");
        }
        assert_eq!(factor_of(i64::MAX), 10_000);
        assert!(!is_doubted(-200 * ONE) && is_doubted(-200 * ONE - 1));
    }
}
