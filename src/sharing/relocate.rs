//! Room for a request that does not fit: what the search for a chain of moves is shown of the
//! index, as far as it asks.

use super::alternatives::{self, Alternative, Bays};
use super::ask::Ask;
use super::deadlines::ask_again;
use super::matcher::chain::{self, REQUEST, SearchLimits, Seat, SeatBoard, Sitting};
use super::moving;
use super::plan::{self, Plan, PlanStep, Reseat};
use super::search::{Fit, View};
use crate::domain::{Offer, OfferState, Reservation, Span};
use ahash::AHashMap;
use std::sync::Arc;

/// Bookings that move for one request at most.
const MOVES: u32 = 6;

/// Bookings that are looked at for one request at most: a millisecond or two.
const LOOKS: u32 = 1_000;

/// Bookings whose alternatives are looked up for one request at most, where they are not known.
const LOOK_UPS: u32 = 32;

/// What looking them up counts as.
const LOOK_UP: u32 = 20;

/// Alternatives of a booking that had to be looked up: to be noted.
pub(super) type Learnt = Vec<(Arc<Reservation>, Bays)>;

/// What has come of a search.
pub(super) struct RoomSearch {
    pub(super) plan: Plan,
    /// What it took of what may be looked at between two ticks.
    pub(super) looks: u32,
    pub(super) learnt: Learnt,
}

/// How bookings would have to move for a request to fit, if they can. `kept`: the bays that would
/// do but for others.
pub(super) fn room(view: View<'_>, ask: &Ask, kept: &[Fit], looks: u32) -> RoomSearch {
    let mut town = NumberedIndex {
        view,
        ask,
        wanted: alternatives::best(kept.iter(), i64::MAX),
        bookings: Vec::new(),
        numbers: AHashMap::new(),
        bays: Vec::new(),
        offers: AHashMap::new(),
        look_ups: 0,
        learnt: Vec::new(),
    };
    let found = chain::room(
        &mut town,
        SearchLimits {
            looks: looks.min(LOOKS),
            moves: MOVES,
        },
    );
    let plan = town.plan(&found.moves).unwrap_or_default();
    RoomSearch {
        plan,
        looks: found.looks + town.look_ups * LOOK_UP,
        learnt: town.learnt,
    }
}

/// The bays that a booking could have besides its own, best first.
pub(super) fn look_up(view: View<'_>, r: &Reservation) -> Bays {
    let found = view.find(&ask_again(r), r.created_at);
    alternatives::best(found.free.iter().chain(&found.kept), moving::whole_price(r))
}

/// The index as numbers, as far as it has been asked for.
struct NumberedIndex<'a> {
    view: View<'a>,
    ask: &'a Ask,
    wanted: Bays,
    /// By number less one, since the request is 0: a booking that may move, and what is known of
    /// its alternatives.
    bookings: Vec<(Arc<Reservation>, Option<Bays>)>,
    numbers: AHashMap<i64, u32>,
    /// By number: its offer, and what keeps it.
    bays: Vec<(Arc<Offer>, Vec<Sitting>)>,
    /// The bay's number; `None`: it is not to be had.
    offers: AHashMap<i64, Option<u32>>,
    look_ups: u32,
    learnt: Learnt,
}

impl SeatBoard for NumberedIndex<'_> {
    fn seats(&mut self, who: u32, out: &mut Vec<Seat>) {
        let (span, mover, bays) = if who == REQUEST {
            (self.ask.span, None, self.wanted.clone())
        } else {
            let r = self.bookings[who as usize - 1].0.clone();
            let Some(bays) = self.alternatives(who) else {
                return;
            };
            (r.span, Some(r), bays)
        };
        let view = self.view;
        let may = |r: &Reservation, a: &Alternative| {
            let there = (i64::from(a.price_cents), a.walk_m);
            let offer = view.index.offer(a.offer);
            offer.is_some_and(|s| view.may_move(r, &s.offer, there))
        };
        for a in bays.iter() {
            if mover.as_ref().is_some_and(|r| !may(r, a)) {
                continue;
            }
            if let Some(bay) = self.bay(a.offer) {
                let kept = Span {
                    start: span.start,
                    end: self.bays[bay as usize].0.free_at(span),
                };
                let shelved = view.index.offer(a.offer);
                if shelved.is_some_and(|s| view.index.is_shut(s, kept)) {
                    continue;
                }
                out.push(Seat { bay, kept });
            }
        }
    }

    fn day(&mut self, bay: u32) -> &[Sitting] {
        &self.bays[bay as usize].1
    }
}

impl NumberedIndex<'_> {
    fn alternatives(&mut self, who: u32) -> Option<Bays> {
        let (r, known) = &mut self.bookings[who as usize - 1];
        if known.is_none() && self.look_ups < LOOK_UPS {
            self.look_ups += 1;
            let bays = look_up(self.view, r);
            self.learnt.push((r.clone(), bays.clone()));
            *known = Some(bays);
        }
        known.clone()
    }

    fn bay(&mut self, offer: i64) -> Option<u32> {
        if let Some(number) = self.offers.get(&offer) {
            return *number;
        }
        let open = self
            .view
            .index
            .offer(offer)
            .filter(|s| s.offer.state == OfferState::Open);
        let number = open.map(|s| {
            let there: Vec<Reservation> = self.view.index.kept_on(&s.offer.bay).collect();
            let day = there
                .into_iter()
                .map(|r| Sitting {
                    kept: r.kept(),
                    who: self.number(r),
                })
                .collect();
            self.bays.push((s.offer.clone(), day));
            self.bays.len() as u32 - 1
        });
        self.offers.insert(offer, number);
        number
    }

    fn number(&mut self, r: Reservation) -> Option<u32> {
        if r.is_pinned(self.view.now) {
            return None;
        }
        let next = self.bookings.len() as u32 + 1;
        let number = *self.numbers.entry(r.id).or_insert(next);
        if number == next {
            let known = self.view.index.alternatives.of(r.id);
            self.bookings.push((Arc::new(r), known));
        }
        Some(number)
    }

    /// All or nothing, so that nobody moves for somebody who is not served then.
    fn plan(&self, moves: &[(u32, Seat)]) -> Option<Plan> {
        let fit = |who: u32, bay: u32| {
            let offer = self.bays.get(bay as usize)?.0.clone();
            let bays = if who == REQUEST {
                &self.wanted
            } else {
                self.bookings[who as usize - 1].1.as_ref()?
            };
            let a = bays.iter().find(|a| a.offer == offer.id)?;
            let price_cents = i64::from(a.price_cents);
            Some(Fit {
                offer,
                seat: None,
                walk_m: a.walk_m,
                price_cents,
                cost_cents: plan::weights().cost(price_cents, a.walk_m),
            })
        };
        let wanted = moves
            .iter()
            .find(|(who, _)| *who == REQUEST)
            .and_then(|(who, seat)| fit(*who, seat.bay))?;
        let others = moves.iter().filter(|(who, _)| *who != REQUEST);
        let reseat = |(who, seat): &(u32, Seat)| {
            Some(Reseat {
                booking: self.bookings[*who as usize - 1].0.clone(),
                fit: fit(*who, seat.bay)?,
            })
        };
        let step = PlanStep {
            moves: others.map(reseat).collect::<Option<_>>()?,
            after: Vec::new(),
        };
        Some(Plan {
            steps: vec![step],
            wanted: Some(wanted),
        })
    }
}
