//! The market of one round: lists, prices, who holds what, and the two kinds of bids.
//!
//! Invariant between two calls of [`Market::settle`]: with step `eps`, each request's option (a bay
//! or not to be served) costs it at most `eps` more than any other would, seen or unseen; a bay
//! that nobody holds has no price. Then the total is at most n x eps above the least possible.
//! Amounts in here are cents x `unit`.

mod bids;

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
