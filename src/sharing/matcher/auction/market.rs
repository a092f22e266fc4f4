//! The market of one round: lists, prices, who holds what, and the two kinds of bids.
//!
//! Invariant between two calls of [`Market::settle`]: with step `eps`, each request's option (a bay
//! or not to be served) costs it at most `eps` more than any other would, seen or unseen; a bay
//! that nobody holds has no price. Then the total is at most n x eps above the least possible.
//! Amounts in here are cents x `unit`.

use super::{Candidate, Candidates, Request};
use std::collections::VecDeque;

/// No request, no bay, no edge.
pub(super) const NONE: u32 = u32::MAX;
/// How many candidates a request sees to begin with.
pub(super) const FIRST: usize = 8;

/// How many of its best candidates a request remembers.
const BEST: usize = 8;

/// What one request knows and has.
struct Side {
    list: Vec<Candidate>,
    /// There are candidates behind the list.
    more: bool,
    /// Its place in the list; [`NONE`]: not served.
    holds: u32,
    /// Waits to bid.
    queued: bool,
    bonus: i64,
    /// Its best candidates when it last looked at all of them, as places in the list.
    best: [u32; BEST],
    /// All others cost at least this, as long as no price has fallen since, which the next one
    /// says.
    others: i64,
    looked: u32,
}

/// A candidate as its bay sees it: who could have it and at what cost, in cents.
#[derive(Clone, Copy, Default)]
struct Edge {
    request: u32,
    cost: u32,
}

pub(super) struct Market<C> {
    source: C,
    sides: Vec<Side>,
    /// One cent.
    pub(super) unit: i64,
    penalty: i64,
    pub(super) price: Vec<i64>,
    owner: Vec<u32>,
    /// By request: what it pays for what it has. Apart, since bays that come down ask many.
    pays: Vec<i64>,
    /// All candidates seen so far, by bay, and where each bay's begin. Made when a bay comes down;
    /// `listed` says how many candidates had been seen then.
    edges: Vec<Edge>,
    edges_of: Vec<u32>,
    listed: usize,
    seen: usize,
    queue: VecDeque<u32>,
    /// Bays that lost their driver and still have a price.
    deserted: Vec<u32>,
    /// Counts the times that prices have fallen.
    fell: u32,
    pub(super) bids: u64,
}

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
    pub(super) fn new(source: C, requests: &[Request], bays: usize, unit: i64) -> Self {
        let side = |r: &Request| Side {
            list: Vec::new(),
            more: true,
            holds: NONE,
            queued: false,
            bonus: r.bonus_cents.max(0) * unit,
            best: [NONE; BEST],
            others: 0,
            looked: 0,
        };
        Self {
            source,
            sides: requests.iter().map(side).collect(),
            unit,
            penalty: 0,
            price: vec![0; bays],
            owner: vec![NONE; bays],
            pays: vec![0; requests.len()],
            edges: Vec::new(),
            edges_of: Vec::new(),
            listed: 0,
            seen: 0,
            queue: VecDeque::with_capacity(requests.len()),
            deserted: Vec::new(),
            fell: 1,
            bids: 0,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.sides.len()
    }

    pub(super) fn set_penalty(&mut self, cents: i64) {
        self.penalty = cents * self.unit;
    }

    /// What a candidate costs without a price on its bay.
    fn bare(&self, c: Candidate) -> i64 {
        i64::from(c.cost_cents) * self.unit
    }

    /// What it costs not to serve a request.
    pub(super) fn dummy(&self, request: usize) -> i64 {
        self.penalty + self.sides[request].bonus
    }

    pub(super) fn held(&self, request: usize) -> Option<Candidate> {
        let side = &self.sides[request];
        side.list.get(side.holds as usize).copied()
    }

    pub(super) fn owner(&self, bay: u32) -> Option<usize> {
        Some(self.owner[bay as usize])
            .filter(|o| *o != NONE)
            .map(|o| o as usize)
    }

    pub(super) fn seen(&self) -> usize {
        self.seen
    }

    /// The candidates of a request, all of them.
    pub(super) fn all(&mut self, request: usize) -> &[Candidate] {
        while self.sides[request].more {
            self.see_more(request);
        }
        &self.sides[request].list
    }

    /// Doubles a list.
    fn see_more(&mut self, request: usize) {
        let side = &mut self.sides[request];
        let from = side.list.len();
        side.more = self
            .source
            .more(request, (from * 2).max(FIRST), &mut side.list);
        debug_assert!(
            side.list.is_sorted_by_key(|c| c.cost_cents),
            "candidates come cheapest first"
        );
        // A source that gives nothing has nothing.
        side.more &= side.list.len() > from;
        self.seen += side.list.len() - from;
    }

    /// Makes the invariant hold with step `eps`.
    pub(super) fn settle(&mut self, eps: i64) {
        for request in 0..self.sides.len() {
            if self.sides[request].holds == NONE {
                self.pays[request] = self.dummy(request);
            }
            if !self.is_content(request, eps) {
                self.release(request);
                self.enqueue(request as u32);
            }
        }
        while let Some(request) = self.queue.pop_front() {
            self.sides[request as usize].queued = false;
            self.bid(request as usize, eps);
        }
        if !self.deserted.is_empty() {
            self.fell += 1;
            self.list_by_bay();
        }
        while let Some(bay) = self.deserted.pop() {
            self.come_down(bay, eps);
        }
    }

    fn enqueue(&mut self, request: u32) {
        if !std::mem::replace(&mut self.sides[request as usize].queued, true) {
            self.queue.push_back(request);
        }
    }

    /// Lists all candidates by bay, if there are new ones.
    fn list_by_bay(&mut self) {
        if std::mem::replace(&mut self.listed, self.seen) == self.seen {
            return;
        }
        let all = |sides: &[Side], take: &mut dyn FnMut(usize, &Candidate)| {
            sides
                .iter()
                .enumerate()
                .for_each(|(r, side)| side.list.iter().for_each(|c| take(r, c)));
        };
        // Where each ends, then, filled from the end, where each begins.
        self.edges_of.clear();
        self.edges_of.resize(self.price.len() + 1, 0);
        all(&self.sides, &mut |_, c| self.edges_of[c.bay as usize] += 1);
        let mut sum = 0;
        for of in &mut self.edges_of {
            sum += *of;
            *of = sum;
        }
        self.edges.clear();
        self.edges.resize(self.seen, Edge::default());
        all(&self.sides, &mut |r, c| {
            let to = &mut self.edges_of[c.bay as usize];
            *to -= 1;
            self.edges[*to as usize] = Edge {
                request: r as u32,
                cost: c.cost_cents,
            };
        });
    }

    /// What a candidate behind the list costs at least.
    fn unseen(&self, request: usize) -> i64 {
        let side = &self.sides[request];
        if side.more {
            side.list.last().map_or(0, |c| self.bare(*c))
        } else {
            i64::MAX
        }
    }

    fn is_content(&self, request: usize, eps: i64) -> bool {
        let most = self.pays[request] - eps;
        self.unseen(request) >= most && self.dummy(request) >= most && {
            let list = &self.sides[request].list;
            list.iter()
                .take_while(|c| self.bare(**c) < most)
                .all(|c| self.bare(*c) + self.price[c.bay as usize] >= most)
        }
    }

    fn release(&mut self, request: usize) {
        if let Some(c) = self.held(request) {
            self.owner[c.bay as usize] = NONE;
            self.sides[request].holds = NONE;
            self.pays[request] = self.dummy(request);
            if self.price[c.bay as usize] > 0 {
                self.deserted.push(c.bay);
            }
        }
    }

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
    fn bid(&mut self, request: usize, eps: i64) {
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
    fn come_down(&mut self, bay: u32, eps: i64) {
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

    /// The dual value of the prices, in cents, rounded up: totals are whole cents.
    pub(super) fn bound_cents(&self) -> i64 {
        let least = |request: usize| {
            let list = self.sides[request].list.iter();
            let seen = list
                .map(|c| self.bare(*c) + self.price[c.bay as usize])
                .min()
                .unwrap_or(i64::MAX);
            seen.min(self.unseen(request)).min(self.dummy(request))
        };
        let dual = (0..self.sides.len()).map(least).sum::<i64>() - self.price.iter().sum::<i64>();
        dual.div_euclid(self.unit) + i64::from(dual.rem_euclid(self.unit) > 0)
    }
}
