//! What the matcher is shown, and what its plans mean for bookings: pure, and nothing is done here.

use super::ask::Ask;
use super::matcher::auction::{self, Candidate, Gathered};
use super::matcher::windows::{self, Bay, Bond, Choice, Effort, Held, Picture};
use super::matcher::{Weights, windows::Span as Time};
use super::search::{Fit, View};
use super::tick::ask_again;
use crate::domain::{Reservation, Span};
use ahash::AHashMap;
use std::sync::Arc;

/// Bays that are looked at for one booking.
const MOST_CHOICES: usize = 24;

/// Bays that are looked at to make room for one request.
const MOST_BAYS: usize = 12;

/// A booking and the bay it is to have.
pub(super) struct Reseat {
    pub(super) booking: Arc<Reservation>,
    pub(super) fit: Fit,
}

/// Moves that go together, and the earlier steps they need.
pub(super) struct Step {
    pub(super) moves: Vec<Reseat>,
    pub(super) after: Vec<usize>,
}

/// What to do, in order.
#[derive(Default)]
pub(super) struct Plan {
    pub(super) steps: Vec<Step>,
    /// The bay that a new request is to have once all is done.
    pub(super) wanted: Option<Fit>,
}

/// Who of several that want a bay at once gets which: by request, the number of the offer.
pub(super) fn at_once(view: View<'_>, asks: &[&Ask]) -> Vec<Option<i64>> {
    let found: Vec<Vec<Fit>> = asks.iter().map(|ask| view.find(ask, view.now).free).collect();
    let mut numbers: AHashMap<i64, u32> = AHashMap::new();
    let mut offers = Vec::new();
    for fit in found.iter().flatten() {
        numbers.entry(fit.offer.id).or_insert_with(|| {
            offers.push(fit.offer.id);
            offers.len() as u32 - 1
        });
    }
    let gather = |request: usize, out: &mut Vec<Candidate>| {
        let candidate = |f: &Fit| {
            let cost_cents = u32::try_from(f.cost_cents).unwrap_or(u32::MAX);
            Candidate { bay: numbers[&f.offer.id], cost_cents }
        };
        out.extend(found[request].iter().map(candidate));
    };
    let requests = vec![auction::Request::default(); asks.len()];
    let source = Gathered::new(asks.len(), gather);
    let outcome = auction::assign(&requests, offers.len(), source, auction::Settings::default());
    outcome.assigned.iter().map(|got| got.map(|c| offers[c.bay as usize])).collect()
}

/// How bookings would have to move for a request to fit, if they can.
pub(super) fn room(view: View<'_>, ask: &Ask, mut kept: Vec<Fit>) -> Plan {
    kept.sort_unstable_by_key(|f| (f.cost_cents, f.offer.id));
    kept.truncate(MOST_BAYS);
    let in_the_way = |fit: &Fit| {
        let wanted = Span { start: ask.span.start, end: fit.offer.free_at(ask.span) };
        let on = view.shelf.kept_on(&fit.offer.bay);
        on.filter(|r| r.kept().overlaps(wanted) && !r.is_pinned(view.now)).cloned().collect::<Vec<_>>()
    };
    let movable: Vec<Arc<Reservation>> = kept.iter().flat_map(in_the_way).collect();
    if movable.is_empty() {
        return Plan::default();
    }
    plan(view, &movable, Some((ask, kept)), Effort { passes: 8, rounds: 0 })
}

/// How bookings would be better seated.
pub(super) fn better(view: View<'_>, most: usize) -> Plan {
    let mut movable: Vec<_> = view.shelf.kept().filter(|r| !r.is_pinned(view.now)).cloned().collect();
    // The soonest first: what comes later can wait for the next look.
    movable.sort_unstable_by_key(|r| (r.span.start, r.id));
    movable.truncate(most);
    plan(view, &movable, None, Effort { passes: 20, rounds: 10 })
}

/// The picture as it grows.
#[derive(Default)]
struct Drawing {
    picture: Picture,
    bays: AHashMap<Arc<str>, u32>,
    fits: AHashMap<(usize, u32), Fit>,
}

fn plan(view: View<'_>, movable: &[Arc<Reservation>], new: Option<(&Ask, Vec<Fit>)>, effort: Effort) -> Plan {
    let spans = movable.iter().map(|r| r.kept()).chain(new.as_ref().map(|(ask, _)| ask.span));
    let Some(all) = spans.reduce(|a, b| Span { start: a.start.min(b.start), end: a.end.max(b.end) }) else {
        return Plan::default();
    };
    let mut drawing = Drawing::default();
    for r in movable {
        drawing.booking(view, r, movable, all);
    }
    if let Some((ask, fits)) = new {
        let worth_cents = drawing.picture.weights.worth(ask.span.ms());
        let asks = drawing.picture.asks.len();
        let choices = fits.into_iter().map(|fit| drawing.choice(view, asks, fit, movable, all)).collect();
        drawing.picture.asks.push(windows::Ask {
            span: time(ask.span),
            worth_cents,
            choices,
            held: None,
            bond: Bond::None,
        });
    }
    match windows::improve(&drawing.picture, effort) {
        Ok(made) => drawing.read(made, movable),
        Err(e) => {
            // Nothing is lost: everybody stays where they are.
            tracing::warn!(error = %e, "bookings could not be looked over for a better seating");
            Plan::default()
        }
    }
}

impl Drawing {
    fn booking(&mut self, view: View<'_>, r: &Arc<Reservation>, movable: &[Arc<Reservation>], all: Span) {
        let found = view.find(&ask_again(r), r.created_at);
        let mut fits: Vec<Fit> = found.free.into_iter().chain(found.kept).collect();
        fits.retain(|f| f.price_cents <= r.price_cents);
        fits.sort_unstable_by_key(|f| (f.cost_cents, f.offer.id));
        fits.truncate(MOST_CHOICES);
        let ask = self.picture.asks.len();
        let choices = fits.into_iter().map(|fit| self.choice(view, ask, fit, movable, all)).collect();
        let seat = Choice { bay: self.bay(view, &r.bay, movable, all), price_cents: r.price_cents, walk_m: r.walk_m };
        self.picture.asks.push(windows::Ask {
            span: time(r.span),
            worth_cents: self.picture.weights.worth(r.span.ms()),
            choices,
            held: Some(Held { seat, clear: r.free_at }),
            bond: Bond::Promised { price_cents: r.price_cents, walk_m: r.promise.max_walk_m },
        });
    }

    fn choice(&mut self, view: View<'_>, ask: usize, fit: Fit, movable: &[Arc<Reservation>], all: Span) -> Choice {
        let bay = self.bay(view, &fit.offer.bay.clone(), movable, all);
        let choice = Choice { bay, price_cents: fit.price_cents, walk_m: fit.walk_m };
        self.fits.insert((ask, bay), fit);
        choice
    }

    /// The bay's number in the picture. What keeps it and may not move is taken.
    fn bay(&mut self, view: View<'_>, bay: &Arc<str>, movable: &[Arc<Reservation>], all: Span) -> u32 {
        if let Some(number) = self.bays.get(bay) {
            return *number;
        }
        let number = self.picture.bays.len() as u32;
        let offer = view.shelf.of_bay(bay).map(|s| &s.offer);
        let fixed = view.shelf.kept_on(bay).filter(|r| !movable.iter().any(|m| m.id == r.id));
        self.picture.bays.push(Bay {
            open: offer.map_or_else(Vec::new, |o| o.hours.open(all).into_iter().map(time).collect()),
            taken: fixed.map(|r| time(r.kept())).collect(),
            buffer_ms: offer.map_or(0, |o| u64::from(o.rules.buffer_min) * 60_000),
        });
        self.bays.insert(bay.clone(), number);
        number
    }

    fn read(mut self, made: windows::Plan, movable: &[Arc<Reservation>]) -> Plan {
        let wanted = made.seats.get(movable.len()).copied().flatten();
        let wanted = wanted.and_then(|seat| self.fits.remove(&(movable.len(), seat.bay)));
        let step = |step: windows::Step| Step {
            moves: step.moves.iter().filter_map(|m| self.reseat(m, movable)).collect(),
            after: step.after,
        };
        Plan { steps: made.steps.into_iter().map(step).collect(), wanted }
    }

    /// `None` for the new request, which is no booking yet.
    fn reseat(&self, m: &windows::Move, movable: &[Arc<Reservation>]) -> Option<Reseat> {
        let fit = self.fits.get(&(m.ask, m.to?))?.clone();
        Some(Reseat { booking: movable.get(m.ask)?.clone(), fit })
    }
}

fn time(span: Span) -> Time {
    Time { start: span.start, end: span.end }
}

/// What counts when bays are compared.
pub(super) fn weights() -> Weights {
    Weights::default()
}
