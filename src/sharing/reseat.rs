//! Who of a pool would have to change seats so that one seat is free for all of a time.
//!
//! Promises: pure. It is found whenever at each moment of that time fewer seats are taken than there are,
//! and nobody is put where another sits. Dear: looks at all seats once for each booking that is in the way.

use crate::domain::pool::PoolSeat;
use crate::domain::{Millis, Offer, Reservation, ReservationState, Span};
use ahash::AHashSet;

/// A booking, by its number in the store, and how long it keeps its seat.
pub(super) type Seated = (Span, i64);

/// The seat that is free then, and who sits where for it: numbers of seats from 0 on.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Reseating {
    pub(super) seat: usize,
    pub(super) moves: Vec<(i64, usize)>,
}

/// How one seat of `seats`, each by start, comes to be free for `span`, by no more than `most` moves.
pub(super) fn make_room(mut seats: Vec<Vec<Seated>>, span: Span, most: usize) -> Option<Reseating> {
    let mut moves: Vec<(i64, usize)> = Vec::new();
    let (mut here, mut until) = freest(&seats, span.start, usize::MAX)?;
    while until < span.end {
        let at = until;
        let (there, _) = freest(&seats, at, here)?;
        // Where both are free again they need not change any more.
        let meet = meeting(&seats[here], &seats[there], at);
        let leave = take(&mut seats[here], at, meet);
        let come = take(&mut seats[there], at, meet);
        for (seat, some) in [(there, leave), (here, come)] {
            moves.extend(some.iter().map(|(_, id)| (*id, seat)));
            seats[seat].extend(some);
            seats[seat].sort_unstable();
        }
        if moves.len() > most {
            return None;
        }
        // At least as long as before, and whoever has come begins later.
        until = free_until(&seats[here], span.start)?;
        // Another may be free for longer by now.
        if let Some((better, long)) = freest(&seats, span.start, usize::MAX)
            && long > until
        {
            (here, until) = (better, long);
        }
    }
    // Each where it sits in the end.
    let last = moves.iter().rev();
    let mut ends: Vec<(i64, usize)> = Vec::new();
    for (id, seat) in last {
        if ends.iter().all(|(known, _)| known != id) {
            ends.push((*id, *seat));
        }
    }
    Some(Reseating {
        seat: here,
        moves: ends,
    })
}

/// Which of a pool's bookings have no seat once it has no more places than `offer` says: who sits beyond
/// them gets a seat within, who stands there already and then the oldest booking first, as long as there is one that is free then.
pub(super) fn beyond(offer: &Offer, booked: &[Reservation]) -> AHashSet<i64> {
    let places = offer.pool.as_ref().map_or(u32::MAX, |pool| pool.places);
    let number = |r: &Reservation| PoolSeat::read(&r.bay).and_then(|seat| seat.number);
    let numbered = booked.iter().filter_map(|r| Some((number(r)?, r)));
    let (mut within, mut beyond): (Vec<_>, Vec<_>) =
        numbered.partition(|(number, _)| *number <= places);
    beyond.sort_unstable_by_key(|(_, r)| (r.state != ReservationState::Active, r.created_at, r.id));
    let mut left = AHashSet::new();
    for (_, r) in beyond {
        let is_free = |number: &u32| {
            let mut there = within.iter().filter(|(n, _)| n == number);
            there.all(|(_, o)| !o.kept().overlaps(r.kept()))
        };
        if let Some(number) = (1..=places).find(is_free) {
            within.push((number, r));
            continue;
        }
        let lost = waiting(&within, r).filter(|_| r.state == ReservationState::Active);
        let Some(at) = lost else {
            left.insert(r.id);
            continue;
        };
        let (number, other) = within.swap_remove(at);
        left.insert(other.id);
        within.push((number, r));
    }
    left
}

/// Where the latest booking stands whose driver has yet to come, and which alone is in the way of `r`.
fn waiting(within: &[(u32, &Reservation)], r: &Reservation) -> Option<usize> {
    let in_the_way = |n: u32| {
        let there = within.iter().filter(move |(number, _)| *number == n);
        there.filter(|(_, o)| o.kept().overlaps(r.kept())).count()
    };
    let all = within.iter().enumerate().filter(|(_, (number, o))| {
        o.state == ReservationState::Confirmed
            && o.kept().overlaps(r.kept())
            && in_the_way(*number) == 1
    });
    let latest = all.max_by_key(|(_, (_, o))| (o.created_at, o.id));
    latest.map(|(at, _)| at)
}

/// Until when a seat that is free at a moment stays so; `None`: it is taken then.
fn free_until(seat: &[Seated], at: Millis) -> Option<Millis> {
    if seat.iter().any(|(kept, _)| kept.has(at)) {
        return None;
    }
    let later = seat.iter().map(|(kept, _)| kept.start);
    Some(
        later
            .filter(|start| *start > at)
            .min()
            .unwrap_or(Millis::MAX),
    )
}

/// The seat that is free at a moment and stays so longest, but for one.
fn freest(seats: &[Vec<Seated>], at: Millis, but: usize) -> Option<(usize, Millis)> {
    let free = seats.iter().enumerate().filter(|(n, _)| *n != but);
    let free = free.filter_map(|(n, seat)| Some((n, free_until(seat, at)?)));
    // Of those alike the first.
    free.max_by_key(|(n, until)| (*until, std::cmp::Reverse(*n)))
}

/// The first moment after `at` at which nobody sits in the midst of his time in either of two seats.
fn meeting(one: &[Seated], other: &[Seated], at: Millis) -> Millis {
    let mut both: Vec<Span> = one.iter().chain(other).map(|(kept, _)| *kept).collect();
    both.retain(|kept| kept.start >= at);
    both.sort_unstable_by_key(|kept| kept.start);
    let mut end = at;
    for kept in both {
        if kept.start >= end && end > at {
            break;
        }
        end = end.max(kept.end);
    }
    end
}

/// Takes out who begins from `from` on and before `to`.
fn take(seat: &mut Vec<Seated>, from: Millis, to: Millis) -> Vec<Seated> {
    seat.extract_if(.., |(kept, _)| from <= kept.start && kept.start < to)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn span(start: u64, end: u64) -> Span {
        Span::new(Millis(start), Millis(end)).unwrap()
    }

    #[test]
    fn two_who_sit_one_after_the_other_in_two_seats_are_put_into_one() {
        let seats = vec![vec![(span(8, 10), 1)], vec![(span(10, 12), 2)]];
        let made = make_room(seats.clone(), span(8, 12), 9).unwrap();
        assert_eq!((made.seat, made.moves), (1, vec![(2, 0)]));
        assert_eq!(make_room(seats, span(8, 12), 0), None, "too many moves");
        let full = vec![vec![(span(8, 11), 1)], vec![(span(10, 12), 2)]];
        assert_eq!(make_room(full, span(8, 12), 9), None);
        let free = make_room(vec![vec![(span(8, 11), 1)], vec![]], span(8, 12), 0).unwrap();
        assert_eq!((free.seat, free.moves), (1, vec![]));
    }

    proptest! {
        /// As they would be booked: each at the first seat that is free.
        #[test]
        fn room_is_found_whenever_there_is_a_seat_at_each_moment(
            places in 1..6_usize,
            all in proptest::collection::vec((0..40_u64, 1..12_u64), 0..60),
            (start, long) in (0..40_u64, 1..20_u64),
        ) {
            let mut seats: Vec<Vec<Seated>> = vec![vec![]; places];
            for (id, (start, long)) in all.into_iter().enumerate() {
                let kept = span(start, start + long);
                let free = seats.iter_mut().find(|s| s.iter().all(|(o, _)| !o.overlaps(kept)));
                if let Some(seat) = free {
                    seat.push((kept, id as i64));
                    seat.sort_unstable();
                }
            }
            let wanted = span(start, start + long);
            let taken_at = |at: u64| {
                seats.iter().flatten().filter(|(kept, _)| kept.has(Millis(at))).count()
            };
            let fits = (start..start + long).all(|at| taken_at(at) < places);
            let made = make_room(seats.clone(), wanted, usize::MAX);
            prop_assert_eq!(made.is_some(), fits);
            let Some(made) = made else { return Ok(()) };
            let mut after: Vec<Vec<Seated>> = vec![vec![]; places];
            for (seat, sitting) in seats.iter().enumerate().flat_map(|(n, s)| s.iter().map(move |x| (n, x))) {
                let moved = made.moves.iter().find(|(id, _)| *id == sitting.1);
                after[moved.map_or(seat, |(_, to)| *to)].push(*sitting);
            }
            after[made.seat].push((wanted, -1));
            for seat in &after {
                for (n, (one, _)) in seat.iter().enumerate() {
                    prop_assert!(seat[n + 1..].iter().all(|(other, _)| !one.overlaps(*other)));
                }
            }
        }
    }
}
