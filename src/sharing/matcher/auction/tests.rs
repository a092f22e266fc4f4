//! The auction against an exact solver that shares nothing with it, and what a round promises
//! whatever comes in.

use super::*;
use crate::long::cases;
use proptest::prelude::*;

/// A round as a table: by request its candidates; by request its bonus.
#[derive(Clone, Debug)]
struct Round {
    bays: usize,
    wanted: Vec<Vec<Candidate>>,
    requests: Vec<Request>,
}

impl Round {
    fn run(&self, settings: Settings) -> Outcome {
        assign(&self.requests, self.bays, self.source(), settings)
    }

    fn source(&self) -> impl Candidates {
        Gathered::new(self.wanted.len(), |r, out: &mut Vec<Candidate>| {
            out.extend_from_slice(&self.wanted[r]);
        })
    }

    /// Hungarian method (Kuhn and Munkres, by potentials) on the full matrix with a column of its
    /// own for each who is not served: the least cost at a penalty so high that serving more always
    /// pays. Returns how many are served, and the cost less the bonuses of the served.
    fn optimum(&self) -> (usize, i64) {
        const FAR: i64 = 1 << 40;
        const PENALTY: i64 = 1 << 24;
        let n = self.wanted.len();
        let m = self.bays + self.wanted.len();
        let cost = |r: usize, column: usize| match column.checked_sub(self.bays) {
            Some(own) => {
                if own == r {
                    PENALTY + self.requests[r].bonus_cents
                } else {
                    FAR
                }
            }
            None => self.wanted[r]
                .iter()
                .find(|c| c.bay as usize == column)
                .map_or(FAR, |c| i64::from(c.cost_cents)),
        };
        let mut u = vec![0; n + 1];
        let mut v = vec![0; m + 1];
        let mut row_of = vec![0; m + 1];
        for row in 1..=n {
            row_of[0] = row;
            let mut least = vec![i64::MAX; m + 1];
            let mut way = vec![0; m + 1];
            let mut used = vec![false; m + 1];
            let mut at = 0;
            while row_of[at] != 0 {
                used[at] = true;
                let mut delta = i64::MAX;
                let mut next = 0;
                for c in (1..=m).filter(|c| !used[*c]) {
                    let now = cost(row_of[at] - 1, c - 1) - u[row_of[at]] - v[c];
                    if now < least[c] {
                        (least[c], way[c]) = (now, at);
                    }
                    if least[c] < delta {
                        (delta, next) = (least[c], c);
                    }
                }
                for c in 0..=m {
                    if used[c] {
                        u[row_of[c]] += delta;
                        v[c] -= delta;
                    } else {
                        least[c] = least[c].saturating_sub(delta);
                    }
                }
                at = next;
            }
            while at != 0 {
                row_of[at] = row_of[way[at]];
                at = way[at];
            }
        }
        let pairs = (1..=self.bays)
            .filter(|c| row_of[*c] != 0)
            .map(|c| (row_of[c] - 1, c - 1));
        pairs.fold((0, 0), |(k, sum), (r, c)| {
            (k + 1, sum + cost(r, c) - self.requests[r].bonus_cents)
        })
    }

    /// Nobody gets what they cannot have, and no bay is given twice.
    fn is_sound(&self, assigned: &[Option<Candidate>]) -> bool {
        let mut bays: Vec<u32> = assigned.iter().flatten().map(|c| c.bay).collect();
        bays.sort_unstable();
        bays.windows(2).all(|p| p[0] != p[1])
            && assigned
                .iter()
                .zip(&self.wanted)
                .all(|(got, wanted)| got.is_none_or(|c| wanted.contains(&c)))
    }

    fn judged(&self, out: &Outcome) -> (usize, i64) {
        let bonus = |r: usize| self.requests[r].bonus_cents;
        let paid = out
            .assigned
            .iter()
            .enumerate()
            .filter_map(|(r, c)| Some(i64::from(c.as_ref()?.cost_cents) - bonus(r)));
        (out.served, paid.sum())
    }
}

/// Rounds with few or many bays, short or long lists, all kinds of ties, costs above the penalty
/// among them.
fn rounds() -> impl Strategy<Value = Round> {
    (1..24_usize, 1..30_usize, 1..60_u32, 1..4_usize).prop_flat_map(|(n, bays, spread, dense)| {
        let one = proptest::collection::vec(
            proptest::option::weighted(0.25 * dense as f64, 0..spread * 40),
            bays,
        );
        let bonus = prop_oneof![Just(0_i64), 0..600_i64];
        (
            proptest::collection::vec(one, n),
            proptest::collection::vec(bonus, n),
        )
            .prop_map(move |(costs, bonus)| {
                let list = |row: &Vec<Option<u32>>| {
                    let there = row
                        .iter()
                        .enumerate()
                        .filter_map(|(b, c)| Some((b as u32, (*c)?)));
                    there
                        .map(|(bay, cost_cents)| Candidate { bay, cost_cents })
                        .collect()
                };
                let requests = bonus.iter().map(|b| Request { bonus_cents: *b }).collect();
                Round {
                    bays,
                    wanted: costs.iter().map(list).collect(),
                    requests,
                }
            })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(400)))]

    #[test]
    fn as_many_as_possible_are_served_at_exactly_the_least_cost(round in rounds()) {
        let out = round.run(Settings::default());
        prop_assert!(round.is_sound(&out.assigned));
        prop_assert_eq!(round.judged(&out), round.optimum());
        prop_assert_eq!(out.bound_cents, out.total_cents, "and the prices prove it");
    }

    #[test]
    fn coarse_steps_cost_no_more_than_they_say(round in rounds(), finest in 1..4_i64) {
        let out = round.run(Settings { finest: Some(finest), ..Settings::default() });
        let (served, cost) = round.judged(&out);
        let (most, least) = round.optimum();
        let steps = round.requests.len() as i64 / finest + 1;
        prop_assert!(round.is_sound(&out.assigned));
        prop_assert_eq!(served, most);
        prop_assert!(cost <= least + steps, "{} {}", cost, least);
        prop_assert!(out.bound_cents <= out.total_cents && out.total_cents <= out.bound_cents + steps);
    }

    #[test]
    fn a_low_penalty_is_raised_until_as_many_as_possible_are_served(round in rounds(), penalty in 1..50_i64) {
        let out = round.run(Settings { penalty_cents: penalty, ..Settings::default() });
        prop_assert_eq!(round.judged(&out), round.optimum());
    }

    #[test]
    fn the_same_round_gives_the_same_outcome(round in rounds()) {
        prop_assert_eq!(round.run(Settings::default()), round.run(Settings::default()));
    }

    #[test]
    fn an_auction_never_serves_fewer_than_first_come_first_served(round in rounds()) {
        let first = first_come(round.requests.len(), round.bays, round.source());
        prop_assert!(round.is_sound(&first));
        prop_assert!(first.iter().flatten().count() <= round.run(Settings::default()).served);
    }

    #[test]
    fn only_bays_that_somebody_has_have_a_price(round in rounds()) {
        let out = round.run(Settings::default());
        let has = |bay: u32| out.assigned.iter().flatten().any(|c| c.bay == bay);
        prop_assert!(out.scarce.iter().all(|(bay, cents)| has(*bay) && *cents > 0));
    }
}

fn round(wanted: &[&[(u32, u32)]], bonus: &[i64]) -> Round {
    let list = |l: &&[(u32, u32)]| {
        l.iter()
            .map(|&(bay, cost_cents)| Candidate { bay, cost_cents })
            .collect()
    };
    let requests: Vec<_> = bonus.iter().map(|b| Request { bonus_cents: *b }).collect();
    Round {
        bays: 64,
        wanted: wanted.iter().map(list).collect(),
        requests,
    }
}

#[test]
fn nobody_and_nothing_make_an_empty_round() {
    assert_eq!(
        round(&[], &[]).run(Settings::default()),
        Outcome {
            penalty_cents: 2_000,
            ..Outcome::default()
        }
    );
    let out = round(&[&[]], &[7]).run(Settings::default());
    assert_eq!(
        (out.served, out.total_cents, out.bound_cents),
        (0, 2_007, 2_007)
    );
}

#[test]
fn one_driver_makes_room_for_another() {
    let out = round(&[&[(0, 100), (1, 900)], &[(0, 100)]], &[0, 0]).run(Settings::default());
    assert_eq!(
        out.assigned
            .iter()
            .map(|c| c.unwrap().bay)
            .collect::<Vec<_>>(),
        [1, 0]
    );
    let (bay, cents) = out.scarce[0];
    assert!(
        bay == 0 && (800..=1_900).contains(&cents),
        "dear enough that the first leaves, and the second comes"
    );
}

#[test]
fn of_two_who_fit_equally_the_one_who_has_waited_is_served() {
    for waited in 0..2 {
        let mut bonus = [0, 0];
        bonus[waited] = 20;
        let out = round(&[&[(3, 100)], &[(3, 100)]], &bonus).run(Settings::default());
        assert!(out.assigned[waited].is_some() && out.assigned[1 - waited].is_none());
    }
}

#[test]
fn drivers_far_apart_see_only_their_first_candidates() {
    let lists: Vec<Vec<(u32, u32)>> = (0..4)
        .map(|r| (0..16).map(|n| (r * 16 + n, 100 + 10 * n)).collect())
        .collect();
    let lists: Vec<&[(u32, u32)]> = lists.iter().map(Vec::as_slice).collect();
    let out = round(&lists, &[0; 4]).run(Settings::default());
    assert_eq!((out.served, out.cost_cents, out.seen), (4, 400, 4 * 8));
}
