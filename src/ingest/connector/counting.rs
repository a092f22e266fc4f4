//! Numbers of bays as feeds tell them, held to what can be true.
//!
//! Promise: whatever is told, the count says no more vacant bays than there are, and *unknown* where
//! nothing is told, or nothing of nothing.

use super::Odd;
use super::field::BaysTold;
use crate::domain::{CountOf, CountState, CountWord};

/// A count out of what is told of vacant, occupied and all bays, and whether a number was taken as
/// what is nearest.
pub(super) fn count_word(
    state: CountState,
    [vacant, occupied, capacity]: [BaysTold; 3],
    odd: &mut Odd,
) -> (CountWord, bool) {
    let most = f64::from(CountWord::MOST_BAYS);
    let capacity = match capacity {
        BaysTold::Number(n) if (0.0..=most).contains(&n) => Some(n as u32),
        BaysTold::Number(_) => {
            odd.clamped = true;
            None
        }
        BaysTold::Not => None,
    };
    let mut word = CountWord {
        state,
        of: CountOf::Vacant,
        number: 0,
        capacity: capacity.filter(|n| *n > 0),
    };
    let number = match (vacant, occupied) {
        (BaysTold::Number(n), _) => n,
        (BaysTold::Not, BaysTold::Number(n)) => {
            word.of = CountOf::Occupied;
            n
        }
        (BaysTold::Not, BaysTold::Not) => {
            if state == CountState::Open {
                odd.not_told = true;
                word.state = CountState::Unknown;
            }
            return (word, odd.clamped);
        }
    };
    if capacity == Some(0) && number <= 0.0 && state == CountState::Open {
        // Nothing of nothing is what feeds say of car parks that they do not see.
        odd.none_of_none = true;
        word.state = CountState::Unknown;
        return (word, odd.clamped);
    }
    if let (None, BaysTold::Number(vacant), BaysTold::Number(occupied)) =
        (word.capacity, vacant, occupied)
    {
        let sum = vacant.max(0.0) + occupied.max(0.0);
        word.capacity = (1.0..=most).contains(&sum).then_some(sum as u32);
    }
    let all = word.capacity.map_or(most, f64::from);
    word.number = number.clamp(0.0, all) as u32;
    if number < 0.0 || number > most || (number > all && word.of == CountOf::Occupied) {
        odd.clamped = true;
    } else if number > all {
        odd.vacant_above_capacity = true;
    }
    (word, odd.clamped || odd.vacant_above_capacity)
}

#[cfg(test)]
mod tests {
    use super::*;
    use BaysTold::{Not, Number};

    fn of(told: [BaysTold; 3]) -> (CountWord, Odd) {
        let mut odd = Odd::default();
        let (word, clamped) = count_word(CountState::Open, told, &mut odd);
        assert_eq!(clamped, odd.clamped || odd.vacant_above_capacity);
        (word, odd)
    }

    #[test]
    fn more_vacant_than_there_are_is_all_of_them_and_told() {
        let (word, odd) = of([Number(52.0), Not, Number(40.0)]);
        assert_eq!((word.number, word.capacity), (40, Some(40)));
        assert!(odd.vacant_above_capacity && !odd.clamped);
    }

    #[test]
    fn numbers_that_cannot_be_are_taken_as_what_is_nearest() {
        let (word, odd) = of([Number(-3.0), Not, Number(40.0)]);
        assert_eq!((word.number, odd.clamped), (0, true));
        let (word, odd) = of([Not, Number(43.0), Number(40.0)]);
        assert_eq!(
            (word.of, word.number, odd.clamped),
            (CountOf::Occupied, 40, true)
        );
        let (word, odd) = of([Number(1e9), Not, Not]);
        assert_eq!((word.number, odd.clamped), (CountWord::MOST_BAYS, true));
        let (word, odd) = of([Number(5.0), Not, Number(-1.0)]);
        assert_eq!((word.number, word.capacity, odd.clamped), (5, None, true));
    }

    #[test]
    fn nothing_told_and_nothing_of_nothing_are_unknown() {
        let (word, odd) = of([Not, Not, Number(40.0)]);
        assert_eq!((word.state, word.capacity), (CountState::Unknown, Some(40)));
        assert!(odd.not_told);
        let (word, odd) = of([Number(0.0), Not, Number(0.0)]);
        assert_eq!((word.state, odd.none_of_none), (CountState::Unknown, true));
        let (word, odd) = of([Number(7.0), Not, Number(0.0)]);
        assert_eq!(
            (word.state, word.number, word.capacity),
            (CountState::Open, 7, None)
        );
        assert_eq!(odd, Odd::default());
    }

    #[test]
    fn vacant_and_occupied_together_are_all() {
        let (word, _) = of([Number(3.0), Number(9.0), Not]);
        assert_eq!((word.number, word.capacity), (3, Some(12)));
    }

    #[test]
    fn closed_and_unknown_need_no_number() {
        for state in [CountState::Closed, CountState::Unknown] {
            let mut odd = Odd::default();
            let (word, _) = count_word(state, [Not, Not, Not], &mut odd);
            assert_eq!((word.state, odd), (state, Odd::default()));
        }
    }
}
