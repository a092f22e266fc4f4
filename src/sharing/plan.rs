//! What the matcher is shown, and what its plans mean for bookings: pure, and nothing is done here.

use super::alternatives::Alternative;
use super::ask::Ask;
use super::matcher::auction::{self, Candidate, Gathered};
use super::matcher::windows::{self, Bay, Bond, Choice, Effort, HeldSeat, Picture};
use super::matcher::{Weights, windows::Span as Time};
use super::moving;
use super::relocate;
use super::search::{Fit, MAX_WALK_M, View, cells};
use crate::domain::{Millis, OfferState, Reservation, Span};
use ahash::{AHashMap, AHashSet};
use std::sync::Arc;

/// Bays that are looked at for one booking.
const MOST_CHOICES: usize = 24;

/// What is kept around bays that have become free is looked at until it is so much, in circles that
/// grow to two of the longest walks.
const MOST_NEAR: usize = 50_000;
const REACHES_M: [f64; 6] = [
    150.0,
    300.0,
    600.0,
    1_200.0,
    2_400.0,
    2.0 * MAX_WALK_M as f64,
];

/// A booking and the bay it is to have.
pub(super) struct Reseat {
    pub(super) booking: Arc<Reservation>,
    pub(super) fit: Fit,
}

/// Moves that go together, and the earlier steps they need.
pub(super) struct PlanStep {
    pub(super) moves: Vec<Reseat>,
    pub(super) after: Vec<usize>,
}

/// What to do, in order.
#[derive(Default)]
pub(super) struct Plan {
    pub(super) steps: Vec<PlanStep>,
    /// The bay that a new request is to have once all is done.
    pub(super) wanted: Option<Fit>,
}

/// Who of several that want a bay at once gets which: by request, the number of the offer.
pub(super) fn at_once(view: View<'_>, asks: &[&Ask]) -> Vec<Option<i64>> {
    let found: Vec<Vec<Fit>> = asks
        .iter()
        .map(|ask| view.find(ask, view.now).free)
        .collect();
    // The first number of each offer's bay, or of as many places of a pool as could be wanted.
    let mut numbers: AHashMap<i64, u32> = AHashMap::new();
    let mut offers = Vec::new();
    for fit in found.iter().flatten() {
        numbers.entry(fit.offer.id).or_insert_with(|| {
            let first = offers.len() as u32;
            let places = fit.offer.pool.as_ref().map_or(1, |p| p.places as usize);
            offers.extend(std::iter::repeat_n(fit.offer.id, places.min(asks.len())));
            first
        });
    }
    let free = |ask: &Ask, fit: &Fit| -> u32 {
        let pool = fit.seat.and_then(|_| view.index.offer(fit.offer.id));
        let end = fit.offer.free_at(ask.span);
        let kept = Span { end, ..ask.span };
        pool.map_or(1, |pool| {
            view.index.free_seats(pool, kept, asks.len()).len() as u32
        })
    };
    let candidates: Vec<Vec<Candidate>> = asks
        .iter()
        .zip(&found)
        .map(|(ask, fits)| {
            let some = fits.iter().flat_map(|f| {
                let cost_cents = u32::try_from(f.cost_cents).unwrap_or(u32::MAX);
                let first = numbers[&f.offer.id];
                (first..first + free(ask, f)).map(move |bay| Candidate { bay, cost_cents })
            });
            some.collect()
        })
        .collect();
    let gather = |request: usize, out: &mut Vec<Candidate>| {
        out.extend_from_slice(&candidates[request]);
    };
    let requests = vec![auction::Request::default(); asks.len()];
    let source = Gathered::new(asks.len(), gather);
    let outcome = auction::assign(
        &requests,
        offers.len(),
        source,
        auction::Settings::default(),
    );
    outcome
        .assigned
        .iter()
        .map(|got| got.map(|c| offers[c.bay as usize]))
        .collect()
}

/// How bookings near bays that have become free would be better seated. At most `most` are looked
/// at, the soonest: what comes later can wait until something else near it becomes free.
pub(super) fn better(view: View<'_>, freed: &AHashMap<Arc<str>, Span>, most: usize) -> Plan {
    let there = |r: &Reservation| freed.get(&r.bay).is_some_and(|s| s.overlaps(r.kept()));
    let mut movable: Vec<Movable> = Vec::new();
    let mut look_ups = most;
    let mut kept = near(view, freed);
    kept.retain(|r| !r.is_pinned(view.now) && freed.values().any(|s| s.overlaps(r.span)));
    kept.sort_unstable_by_key(|r| (r.span.start, r.id));
    for r in kept {
        let known = view.index.alternatives.of(r.id);
        if known.is_none() {
            if look_ups == 0 {
                continue;
            }
            look_ups -= 1;
        }
        let bays = known.unwrap_or_else(|| relocate::look_up(view, &r));
        let fits = fits(view, &r, &bays);
        let gains = |f: &Fit| freed.get(&f.offer.bay).is_some_and(|s| s.overlaps(r.span));
        if there(&r) || fits.iter().any(gains) {
            movable.push(Movable {
                booking: Arc::new(r),
                fits,
            });
        }
        if movable.len() == most {
            break;
        }
    }
    plan(view, &movable)
}

/// What is kept around bays that have become free: ever further away, until it is enough. Who may gain
/// by one of them sits no further from it than two walks.
fn near(view: View<'_>, freed: &AHashMap<Arc<str>, Span>) -> Vec<Reservation> {
    let Some(city) = view.index.city() else {
        return Vec::new();
    };
    let each = (MOST_NEAR / freed.len().max(1)).max(1);
    let mut seen: AHashSet<(i32, i32)> = AHashSet::new();
    let mut found = Vec::new();
    for bay in freed.keys() {
        let place = view.index.of_bay(bay).and_then(|s| s.bay);
        let Some(place) = place.map(|bay| city.place(bay)) else {
            found.extend(view.index.kept_on(bay));
            continue;
        };
        let before = found.len();
        for reach in REACHES_M {
            for cell in cells(city, place, reach).filter(|cell| seen.insert(*cell)) {
                let bays = view.index.in_cell(cell).map(|s| &s.offer.bay);
                found.extend(bays.flat_map(|bay| view.index.kept_on(bay)));
            }
            if found.len() - before >= each {
                break;
            }
        }
    }
    found
}

/// A booking that may move, and where it could sit, the best first.
struct Movable {
    booking: Arc<Reservation>,
    fits: Vec<Fit>,
}

/// Where a booking could be moved, the best first.
fn fits(view: View<'_>, r: &Reservation, bays: &[Alternative]) -> Vec<Fit> {
    let fit = |a: &Alternative| {
        let offer = &view
            .index
            .offer(a.offer)
            .filter(|s| s.offer.state == OfferState::Open)
            .filter(|s| !view.index.is_shut(s, r.span))?
            .offer;
        let price_cents = i64::from(a.price_cents);
        let fit = Fit {
            offer: offer.clone(),
            seat: None,
            walk_m: a.walk_m,
            price_cents,
            cost_cents: weights().cost(price_cents, a.walk_m),
        };
        let may = view.may_move(r, offer, (price_cents, a.walk_m));
        may.then_some(fit)
    };
    bays.iter().filter_map(fit).take(MOST_CHOICES).collect()
}

/// The picture as it grows.
#[derive(Default)]
struct Drawing {
    /// Who may move.
    moves: AHashSet<i64>,
    picture: Picture,
    bays: AHashMap<Arc<str>, u32>,
    fits: AHashMap<(usize, u32), Fit>,
}

fn plan(view: View<'_>, movable: &[Movable]) -> Plan {
    if movable.is_empty() {
        return Plan::default();
    }
    let mut drawing = Drawing {
        moves: movable.iter().map(|m| m.booking.id).collect(),
        ..Drawing::default()
    };
    for m in movable {
        drawing.booking(view, m);
    }
    match windows::improve(
        &drawing.picture,
        Effort {
            passes: 20,
            rounds: 10,
        },
    ) {
        Ok(made) => drawing.read(made, movable),
        Err(e) => {
            // Nothing is lost: everybody stays where they are.
            tracing::warn!(error = %e, "bookings could not be looked over for a better seating");
            Plan::default()
        }
    }
}

impl Drawing {
    fn booking(&mut self, view: View<'_>, m: &Movable) {
        let r = &m.booking;
        let ask = self.picture.asks.len();
        let choices = m
            .fits
            .iter()
            .map(|fit| self.choice(view, ask, fit))
            .collect();
        let seat = Choice {
            bay: self.bay(view, &r.bay),
            price_cents: moving::whole_price(r),
            walk_m: r.walk_m,
        };
        self.picture.asks.push(windows::Wish {
            span: time(r.span),
            worth_cents: self.picture.weights.worth(r.span.ms()),
            choices,
            held: Some(HeldSeat {
                seat,
                clear: r.free_at,
            }),
            bond: Bond::Promised {
                price_cents: moving::whole_price(r),
                walk_m: moving::longest_walk_m(r),
            },
        });
    }

    fn choice(&mut self, view: View<'_>, ask: usize, fit: &Fit) -> Choice {
        let bay = self.bay(view, &fit.offer.bay);
        self.fits.insert((ask, bay), fit.clone());
        Choice {
            bay,
            price_cents: fit.price_cents,
            walk_m: fit.walk_m,
        }
    }

    /// The bay's number in the picture. What keeps it and does not move is taken.
    fn bay(&mut self, view: View<'_>, bay: &Arc<str>) -> u32 {
        if let Some(number) = self.bays.get(bay) {
            return *number;
        }
        let number = self.picture.bays.len() as u32;
        let offer = view.index.of_bay(bay).map(|s| &s.offer);
        let fixed = view
            .index
            .kept_on(bay)
            .filter(|r| !self.moves.contains(&r.id));
        self.picture.bays.push(Bay {
            // Who could have it has been found out: the owner's hours need not be asked again.
            open: vec![Time {
                start: Millis(0),
                end: Millis(u64::MAX),
            }],
            taken: fixed.map(|r| time(r.kept())).collect(),
            buffer_ms: offer.map_or(0, |o| u64::from(o.rules.buffer_min) * 60_000),
        });
        self.bays.insert(bay.clone(), number);
        number
    }

    fn read(self, made: windows::SeatingPlan, movable: &[Movable]) -> Plan {
        let reseat = |m: windows::Move| {
            let fit = self.fits.get(&(m.ask, m.to?))?.clone();
            Some(Reseat {
                booking: movable.get(m.ask)?.booking.clone(),
                fit,
            })
        };
        let step = |step: windows::JointMove| PlanStep {
            moves: step.moves.into_iter().filter_map(reseat).collect(),
            after: step.after,
        };
        Plan {
            steps: made.steps.into_iter().map(step).collect(),
            wanted: None,
        }
    }
}

fn time(span: Span) -> Time {
    Time {
        start: span.start,
        end: span.end,
    }
}

/// What counts when bays are compared.
pub(super) fn weights() -> Weights {
    Weights::default()
}
