//! Chains against all there are, on small boards.

use super::*;
use crate::domain::Millis;
use crate::long::cases;
use proptest::prelude::*;

fn span(from: u64, to: u64) -> Span {
    Span {
        start: Millis(from),
        end: Millis(to),
    }
}

/// Bookings from 1 on with the bays they could have, and where they sit; the request at 0 sits
/// nowhere.
#[derive(Clone, Debug)]
struct TestBoard {
    spans: Vec<Span>,
    could: Vec<Vec<u32>>,
    at: Vec<Option<u32>>,
    pinned: Vec<bool>,
    days: Vec<Vec<Sitting>>,
}

impl TestBoard {
    fn new(
        spans: Vec<Span>,
        could: Vec<Vec<u32>>,
        at: Vec<Option<u32>>,
        pinned: Vec<bool>,
    ) -> Self {
        let mut days = vec![Vec::new(); 6];
        for (n, bay) in at.iter().enumerate() {
            if let Some(bay) = bay {
                let who = (!pinned[n]).then_some(n as u32);
                days[*bay as usize].push(Sitting {
                    who,
                    kept: spans[n],
                });
            }
        }
        Self {
            spans,
            could,
            at,
            pinned,
            days,
        }
    }

    fn is_free(&self, at: &[Option<u32>], who: usize, bay: u32) -> bool {
        (0..at.len())
            .all(|n| n == who || at[n] != Some(bay) || !self.spans[n].overlaps(self.spans[who]))
    }

    /// Whether there is any seating of all, the request too.
    fn could_seat_all(&self) -> bool {
        fn go(town: &TestBoard, at: &mut Vec<Option<u32>>, who: usize) -> bool {
            if who == at.len() {
                return true;
            }
            if town.pinned[who] {
                return go(town, at, who + 1);
            }
            let here = at[who];
            for bay in town.could[who]
                .iter()
                .copied()
                .chain(here)
                .collect::<Vec<_>>()
            {
                // Those behind may still move away.
                let clear = (0..who).chain((who..at.len()).filter(|n| town.pinned[*n]));
                if clear.into_iter().all(|n| {
                    at[n] != Some(bay) || n == who || !town.spans[n].overlaps(town.spans[who])
                }) {
                    at[who] = Some(bay);
                    if go(town, at, who + 1) {
                        return true;
                    }
                }
            }
            at[who] = here;
            false
        }
        go(self, &mut self.at.clone(), 0)
    }

    fn carry_out(&self, moves: &[(u32, Seat)]) -> Vec<Option<u32>> {
        let mut at = self.at.clone();
        for (who, _) in moves {
            at[*who as usize] = None;
        }
        for (who, seat) in moves {
            let who = *who as usize;
            assert!(!self.pinned[who] && self.could[who].contains(&seat.bay) && at[who].is_none());
            assert!(self.is_free(&at, who, seat.bay), "{moves:?}");
            at[who] = Some(seat.bay);
        }
        at
    }
}

impl SeatBoard for TestBoard {
    fn seats(&mut self, who: u32, out: &mut Vec<Seat>) {
        let who = who as usize;
        let others = self.could[who].iter().filter(|b| Some(**b) != self.at[who]);
        out.extend(others.map(|bay| Seat {
            bay: *bay,
            kept: self.spans[who],
        }));
    }

    fn day(&mut self, bay: u32) -> &[Sitting] {
        &self.days[bay as usize]
    }
}

const FAR: SearchLimits = SearchLimits {
    looks: 1_000,
    moves: 100,
};

/// Bookings are seated first come, first served; who finds no seat is not there. One long stay may
/// fill any of the times.
fn towns(hours: u64) -> impl Strategy<Value = TestBoard> {
    let one = (
        0..hours,
        1..=hours,
        proptest::collection::vec(0..6_u32, 1..4),
        proptest::bool::weighted(0.2),
    );
    proptest::collection::vec(one, 2..9).prop_map(move |all| {
        let mut spans = vec![];
        let mut could = vec![];
        let mut at = vec![];
        let mut pinned = vec![];
        for (n, (from, long, mut bays, pin)) in all.into_iter().enumerate() {
            bays.sort_unstable();
            bays.dedup();
            let own = span(from, (from + long).min(hours).max(from + 1));
            let free =
                |bay: &&u32| (0..at.len()).all(|o| at[o] != Some(**bay) || !own.overlaps(spans[o]));
            let seat = bays.iter().find(free).copied().filter(|_| n > 0);
            if n == 0 || seat.is_some() {
                spans.push(own);
                could.push(bays);
                at.push(seat);
                pinned.push(pin && n > 0);
            }
        }
        TestBoard::new(spans, could, at, pinned)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(2_000)))]

    #[test]
    fn what_is_found_seats_everybody_and_moves_no_pin(mut town in towns(6)) {
        let found = room(&mut town, FAR);
        if !found.moves.is_empty() {
            prop_assert!(town.carry_out(&found.moves).iter().all(Option::is_some));
            prop_assert!(town.could_seat_all());
        }
    }

    /// Where all want the same hour this is matching in a bipartite graph, and a search that finds
    /// nothing proves it.
    #[test]
    fn for_one_hour_a_way_is_found_if_there_is_one(mut town in towns(1)) {
        prop_assert_eq!(!room(&mut town, FAR).moves.is_empty(), town.could_seat_all());
    }

    #[test]
    fn limits_are_kept(mut town in towns(6), looks in 0..6_u32, moves in 0..4_u32) {
        let found = room(&mut town, SearchLimits { looks, moves });
        prop_assert!(found.looks <= looks);
        prop_assert!(found.moves.len() <= 1 + moves as usize);
        if !found.moves.is_empty() {
            town.carry_out(&found.moves);
        }
    }
}

/// Over several hours a search that gives up may be wrong, but seldom is.
#[test]
fn few_ways_are_overlooked() {
    use proptest::strategy::ValueTree as _;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut found = 0;
    let mut all = 0;
    for _ in 0..4_000 {
        let mut town = towns(6).new_tree(&mut runner).unwrap().current();
        all += u32::from(town.could_seat_all());
        found += u32::from(!room(&mut town, FAR).moves.is_empty());
    }
    assert!(found * 100 >= all * 98, "{found} of {all}");
}

#[test]
fn a_chain_is_as_short_as_can_be() {
    // 1 on bay 0 could only push 2 from bay 1 to bay 2; 3 on bay 3 finds bay 4 free.
    let at = vec![None, Some(0), Some(1), Some(3)];
    let could = vec![vec![0, 3], vec![0, 1], vec![1, 2], vec![3, 4]];
    let mut town = TestBoard::new(vec![span(0, 1); 4], could, at, vec![false; 4]);
    let found = room(&mut town, FAR);
    assert_eq!(
        found
            .moves
            .iter()
            .map(|(who, seat)| (*who, seat.bay))
            .collect::<Vec<_>>(),
        [(3, 4), (0, 3)]
    );
    town.pinned[3] = true;
    let mut town = TestBoard::new(town.spans, town.could, town.at, town.pinned);
    let found = room(&mut town, FAR);
    assert_eq!(
        found
            .moves
            .iter()
            .map(|(who, seat)| (*who, seat.bay))
            .collect::<Vec<_>>(),
        [(2, 2), (1, 1), (0, 0)]
    );
}

#[test]
fn two_short_stays_leave_together_for_a_long_one() {
    let spans = vec![span(0, 4), span(0, 2), span(2, 4)];
    let could = vec![vec![0], vec![0, 1], vec![0, 2]];
    let mut town = TestBoard::new(spans, could, vec![None, Some(0), Some(0)], vec![false; 3]);
    let found = room(&mut town, FAR);
    assert_eq!(
        found
            .moves
            .iter()
            .map(|(who, seat)| (*who, seat.bay))
            .collect::<Vec<_>>(),
        [(0, 0), (1, 1), (2, 2)]
    );
    assert_eq!(room(&mut town, SearchLimits { moves: 1, ..FAR }).moves, []);
}
