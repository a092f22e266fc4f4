//! One round for drivers who want a bay now: each gets at most one, as many as possible are served,
//! at the least cost.
//!
//! An auction (Bertsekas): a request bids for the bay that is cheapest to it, price included, and
//! raises that bay's price until its second choice would be as good; whoever held the bay bids
//! again. Three things make it fit a city:
//!
//! * **Lists grow on demand.** A request sees its 8 cheapest candidates. A longer list is fetched
//!   only while an unseen one could still matter: prices are never negative, so an unseen bay costs
//!   at least what the last seen one does.
//! * **Steps shrink.** Rounds with coarse steps settle who fights for what; finer ones start from
//!   those prices. Between them the bays that lost their driver come down in price again until they
//!   find one or cost nothing (`market`).
//! * **Not to be served** is an option like a bay, at a penalty. If afterwards anybody could still
//!   be served by moving others (`reach`), the penalty was too low: it is raised and the auction
//!   goes on. So first as many as possible are served, then the cheapest way to do so is found.
//!
//! The last step is a fraction 1/(n+1) of a cent, which makes the result the optimum in whole
//! cents, and [`Outcome::bound_cents`] proves it from the prices alone. Dear: the lists, so only as
//! much of each as is needed.

mod candidates;
mod market;
mod reach;
#[cfg(test)]
mod tests;

pub use candidates::{Candidate, Candidates, Gathered};
use market::{Market, NONE};

/// A driver who wants a bay now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// Added to the penalty for not serving this driver: what waiting has earned
    /// ([`super::Weights::bonus`]).
    pub bonus_cents: i64,
}

/// How a round is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The penalty for a driver not served, to begin with. Best a little above what any candidate
    /// costs.
    pub penalty_cents: i64,
    /// How many steps of the auction make a cent at the end, which puts the total at most requests
    /// / steps cents above the optimum; `None`: one more than there are requests, which leaves no
    /// cent.
    pub finest: Option<i64>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            penalty_cents: 2_000,
            finest: None,
        }
    }
}

/// What came of a round.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// By request: the bay it gets.
    pub assigned: Vec<Option<Candidate>>,
    pub served: usize,
    /// What the served pay, walks included.
    pub cost_cents: i64,
    /// The penalty that was needed to serve as many as possible.
    pub penalty_cents: i64,
    /// What the round is judged by: the cost, and penalty and bonus of each who is not served.
    pub total_cents: i64,
    /// No assignment has a smaller total than this: the dual value of the prices. Equal to the
    /// total: it is the optimum.
    pub bound_cents: i64,
    /// Bays with a price, ascending by number, and the price in cents, rounded down: at these
    /// prices nobody would rather have another bay than theirs. What scarcity costs; all other bays
    /// have none.
    pub scarce: Vec<(u32, i64)>,
    /// How many bids it took, and how many candidates were looked at: what the round cost.
    pub bids: u64,
    pub seen: usize,
}

/// Runs a round. `bays` is one more than the highest number a candidate may carry.
pub fn assign(
    requests: &[Request],
    bays: usize,
    source: impl Candidates,
    settings: Settings,
) -> Outcome {
    let exact = requests.len() as i64 + 1;
    let unit = settings.finest.map_or(exact, |f| f.clamp(1, exact));
    let mut market = Market::new(source, requests, bays, unit);
    let mut penalty = settings.penalty_cents.max(1);
    loop {
        market.set_penalty(penalty);
        // A step that is coarse beside the penalty settles who is left out; the finest is one unit.
        let mut eps = (penalty * unit / COARSEST).max(1);
        loop {
            market.settle(eps);
            if eps == 1 {
                break;
            }
            eps = (eps / FINER).max(1);
        }
        if !reach::could_serve_more(&mut market) {
            return outcome(&market, penalty);
        }
        penalty *= RAISE;
    }
}

/// The first step is this part of the penalty.
const COARSEST: i64 = 64;
/// Each further step is this part of the one before.
const FINER: i64 = 16;
/// How much a penalty grows that was too low.
const RAISE: i64 = 8;

fn outcome<C: Candidates>(market: &Market<C>, penalty_cents: i64) -> Outcome {
    let n = market.len();
    let assigned: Vec<_> = (0..n).map(|r| market.held(r)).collect();
    let cost_cents = assigned
        .iter()
        .flatten()
        .map(|c| i64::from(c.cost_cents))
        .sum();
    let missed: i64 = (0..n)
        .filter(|&r| assigned[r].is_none())
        .map(|r| market.dummy(r) / market.unit)
        .sum();
    let scarce = market
        .price
        .iter()
        .enumerate()
        .filter(|(_, p)| **p >= market.unit);
    Outcome {
        served: assigned.iter().flatten().count(),
        cost_cents,
        penalty_cents,
        total_cents: cost_cents + missed,
        bound_cents: market.bound_cents(),
        scarce: scarce
            .map(|(bay, p)| (bay as u32, p / market.unit))
            .collect(),
        bids: market.bids,
        seen: market.seen(),
        assigned,
    }
}

/// First come, first served: each in turn takes what is cheapest among what is left. What the
/// auction is held against.
pub fn first_come(
    requests: usize,
    bays: usize,
    mut source: impl Candidates,
) -> Vec<Option<Candidate>> {
    let mut owner = vec![NONE; bays];
    let mut list = Vec::new();
    let mut take = |request: usize| {
        list.clear();
        let mut at = 0;
        loop {
            let more = source.more(request, (list.len() * 2).max(market::FIRST), &mut list);
            if let Some(c) = list[at..]
                .iter()
                .find(|c| owner.get(c.bay as usize) == Some(&NONE))
            {
                owner[c.bay as usize] = request as u32;
                return Some(*c);
            }
            at = list.len();
            if !more {
                return None;
            }
        }
    };
    (0..requests).map(&mut take).collect()
}
