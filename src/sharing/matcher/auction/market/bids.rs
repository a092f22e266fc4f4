//! The two kinds of bids: a request that raises the price of what is best for it, and a bay that
//! lowers its own until somebody gains by it.

use super::{BEST, Edge, Market, NONE};
use crate::sharing::matcher::auction::Candidates;

/// The best options of a request: the place in its list of the best ([`NONE`]: not to be served),
/// what that costs, and what the second best costs.
struct BestOptions {
    at: u32,
    best: i64,
    second: i64,
}

impl BestOptions {
    fn offer(&mut self, at: u32, cost: i64) {
        if cost < self.best {
            *self = Self {
                at,
                best: cost,
                second: self.best,
            };
        } else {
            self.second = self.second.min(cost);
        }
    }
}

impl<C: Candidates> Market<C> {
    /// The two best options. While prices only rise, those remembered are enough until they cost
    /// what others might.
    fn choose(&mut self, request: usize) -> BestOptions {
        let side = &self.sides[request];
        let mut choice = BestOptions {
            at: NONE,
            best: self.dummy(request),
            second: i64::MAX,
        };
        if side.looked == self.fell {
            for &at in &side.best {
                let Some(c) = side.list.get(at as usize) else {
                    break;
                };
                choice.offer(at, self.bare(*c) + self.price[c.bay as usize]);
            }
            if choice.second.min(self.dummy(request)) <= side.others {
                return choice;
            }
        }
        self.look(request)
    }

    /// The two best options of all, with the list as long as that takes. Remembers the best.
    fn look(&mut self, request: usize) -> BestOptions {
        let dummy = self.dummy(request);
        let mut best = [(dummy, NONE); BEST + 1];
        let mut at = 0;
        let others = loop {
            let list = &self.sides[request].list;
            while let Some(c) = list.get(at) {
                let bare = self.bare(*c);
                if bare >= best[BEST].0 {
                    break;
                }
                let cost = bare + self.price[c.bay as usize];
                if cost < best[BEST].0 {
                    let mut to = BEST;
                    while to > 0 && cost < best[to - 1].0 {
                        best[to] = best[to - 1];
                        to -= 1;
                    }
                    best[to] = (cost, at as u32);
                }
                at += 1;
            }
            // What has not been looked at costs at least this.
            let rest = list.get(at).map_or(self.unseen(request), |c| self.bare(*c));
            if at < list.len() || rest >= best[1].0 {
                break rest.min(best[BEST].0);
            }
            self.see_more(request);
        };
        let side = &mut self.sides[request];
        side.best
            .iter_mut()
            .zip(best)
            .for_each(|(b, (_, at))| *b = at);
        (side.others, side.looked) = (others, self.fell);
        BestOptions {
            at: best[0].1,
            best: best[0].0,
            second: best[1].0,
        }
    }

    /// A request takes what is best for it and raises its price until the second best would be as
    /// good, and a step more.
    pub(super) fn bid(&mut self, request: usize, eps: i64) {
        self.bids += 1;
        let choice = self.choose(request);
        self.sides[request].holds = choice.at;
        let Some(c) = self.held(request) else {
            self.pays[request] = self.dummy(request);
            return;
        };
        let bay = c.bay as usize;
        let raise = choice.second.min(self.dummy(request)) - choice.best + eps;
        self.price[bay] += raise;
        self.pays[request] = choice.best + raise;
        let before = std::mem::replace(&mut self.owner[bay], request as u32);
        if before != NONE {
            self.sides[before as usize].holds = NONE;
            self.pays[before as usize] = self.dummy(before as usize);
            self.enqueue(before);
        }
    }

    /// A bay that nobody holds lowers its price until one who gains by it takes it, or to nothing.
    /// Who takes it leaves another bay, which does the same; since each pays a step less than
    /// before, that ends.
    pub(super) fn come_down(&mut self, bay: u32, eps: i64) {
        if self.owner[bay as usize] != NONE {
            return;
        }
        self.bids += 1;
        let mut best = 0;
        let mut second = 0;
        let mut taker = Edge::default();
        let from = self.edges_of[bay as usize] as usize;
        let to = self.edges_of[bay as usize + 1] as usize;
        for edge in &self.edges[from..to] {
            let gain = self.pays[edge.request as usize] - i64::from(edge.cost) * self.unit;
            if gain > second {
                if gain > best {
                    (best, second, taker) = (gain, best, *edge);
                } else {
                    second = gain;
                }
            }
        }
        if best <= eps {
            self.price[bay as usize] = 0;
            return;
        }
        let request = taker.request as usize;
        self.release(request);
        let price = (second - eps).max(0);
        self.price[bay as usize] = price;
        self.owner[bay as usize] = taker.request;
        self.pays[request] = i64::from(taker.cost) * self.unit + price;
        let side = &mut self.sides[request];
        let from = side.list.partition_point(|c| c.cost_cents < taker.cost);
        let at = side.list[from..]
            .iter()
            .position(|c| c.bay == bay)
            .unwrap_or_default();
        side.holds = (from + at) as u32;
    }
}
