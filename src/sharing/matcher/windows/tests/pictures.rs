//! Small pictures, drawn and by hand, and plain answers to hold plans against: what is allowed, the
//! best there is, and what comes of a plan's steps.

use super::*;

const HALF_HOUR: u64 = 30 * 60_000;

pub(super) fn span(from: u64, to: u64) -> Span {
    Span {
        start: Millis(from * HALF_HOUR),
        end: Millis(to * HALF_HOUR),
    }
}

pub(super) fn choice(bay: u32, price_cents: i64) -> Choice {
    Choice {
        bay,
        price_cents,
        walk_m: 0,
    }
}

pub(super) fn ask(span: Span, choices: &[Choice]) -> Wish {
    let worth_cents = Weights::default().worth(span.end.since(span.start));
    Wish {
        span,
        worth_cents,
        choices: choices.to_vec(),
        held: None,
        bond: Bond::None,
    }
}

/// Where it sits, with the buffer of its bay.
pub(super) fn held(picture: &Picture, span: Span, seat: Choice) -> HeldSeat {
    HeldSeat {
        seat,
        clear: span.end.plus(picture.bays[seat.bay as usize].buffer_ms),
    }
}

pub(super) fn open_all_day(bays: usize) -> Vec<Bay> {
    vec![
        Bay {
            open: vec![span(0, 48)],
            ..Bay::default()
        };
        bays
    ]
}

/// From and how long, choices, how it is bound, and how loosely.
type Drawn = ((u64, u64), Vec<(u32, i64, u32)>, u8, i64);

/// Small pictures in which some hold bays: with a promise as tight as their bay or looser, pinned,
/// or told nothing.
pub(super) fn pictures() -> impl Strategy<Value = Picture> {
    let hours = (0..10_u64, 1..14_u64).prop_map(|(from, long)| span(from, from + long));
    let bay = (
        proptest::collection::vec(hours.clone(), 1..3),
        proptest::option::weighted(0.2, hours),
        0..3_u64,
    );
    let bay = bay.prop_map(|(open, taken, b)| Bay {
        open,
        taken: taken.into_iter().collect(),
        buffer_ms: b * HALF_HOUR / 2,
    });
    let choices = proptest::collection::vec((0..3_u32, 0..1_500_i64, 0..500_u32), 0..4);
    let one = ((0..12_u64, 1..7_u64), choices, 0..6_u8, 0..300_i64);
    (
        proptest::collection::vec(bay, 3),
        proptest::collection::vec(one, 1..7),
    )
        .prop_map(|(bays, asks)| {
            let want = |((from, long), choices, _, _): &Drawn| {
                let choices = choices.iter().map(|&(bay, price_cents, walk_m)| Choice {
                    bay,
                    price_cents,
                    walk_m,
                });
                ask(span(*from, from + long), &choices.collect::<Vec<_>>())
            };
            let mut picture = Picture {
                bays,
                asks: asks.iter().map(want).collect(),
                weights: Weights::default(),
            };
            let seats = first_come(&picture).unwrap().seats;
            for (n, (seat, (_, _, kind, slack))) in seats.into_iter().zip(&asks).enumerate() {
                let Some(seat) = seat.filter(|_| *kind > 1) else {
                    continue;
                };
                let promise = Bond::Promised {
                    price_cents: seat.price_cents + slack,
                    walk_m: seat.walk_m + 100,
                };
                picture.asks[n].held = Some(held(&picture, picture.asks[n].span, seat));
                picture.asks[n].bond =
                    [Bond::None, Bond::Pinned, promise, promise][usize::from(*kind) - 2];
            }
            // Owners may have taken hours back since, or want more time between two bookings.
            match asks[0].3 % 5 {
                0 => drop(picture.bays[0].open.pop()),
                1 => picture.bays[1].buffer_ms += HALF_HOUR,
                _ => {}
            }
            picture
        })
}

pub(super) fn gain(picture: &Picture, ask: &Wish, c: &Choice) -> i64 {
    ask.worth_cents - picture.weights.cost(c.price_cents, c.walk_m)
}

/// May an ask sit there? By the words of the promises, not by how the matcher checks them.
fn allowed(picture: &Picture, ask: &Wish, seat: Option<Choice>) -> bool {
    let Some(seat) = seat else {
        return ask.held.is_none() || ask.bond == Bond::None;
    };
    if ask.held.is_some_and(|h| h.seat == seat) {
        return true;
    }
    let bay = &picture.bays[seat.bay as usize];
    let inside = (ask.span.start.0..ask.span.end.0)
        .step_by(HALF_HOUR as usize)
        .all(|t| {
            bay.open
                .iter()
                .any(|o| o.start.0 <= t && t + HALF_HOUR <= o.end.0)
        });
    let clear = ask.span.end.0 + bay.buffer_ms;
    let undisturbed = bay
        .taken
        .iter()
        .all(|t| t.end <= ask.span.start || clear <= t.start.0);
    let kept = match ask.bond {
        Bond::None => true,
        Bond::Pinned => false,
        Bond::Promised {
            price_cents,
            walk_m,
        } => seat.price_cents <= price_cents && seat.walk_m <= walk_m,
    };
    inside && undisturbed && kept && ask.choices.contains(&seat)
}

fn clash(picture: &Picture, a: (usize, Choice), b: (usize, Choice)) -> bool {
    let times = |(n, seat): (usize, Choice)| {
        let ask = &picture.asks[n];
        let held = ask.held.filter(|h| h.seat.bay == seat.bay);
        (
            ask.span.start,
            held.unwrap_or_else(|| self::held(picture, ask.span, seat))
                .clear,
        )
    };
    let x = times(a);
    let y = times(b);
    a.1.bay == b.1.bay && x.0 < y.1 && y.0 < x.1
}

pub(super) fn is_sound(picture: &Picture, seats: &[Option<Choice>]) -> bool {
    let sitting: Vec<(usize, Choice)> = seats
        .iter()
        .enumerate()
        .filter_map(|(n, s)| Some((n, (*s)?)))
        .collect();
    let disjoint = sitting
        .iter()
        .enumerate()
        .all(|(n, a)| sitting[..n].iter().all(|b| !clash(picture, *a, *b)));
    disjoint
        && picture
            .asks
            .iter()
            .zip(seats)
            .all(|(ask, seat)| allowed(picture, ask, *seat))
}

/// The most that any seating is worth: all of them are tried.
pub(super) fn optimum(picture: &Picture) -> i64 {
    fn go(picture: &Picture, seats: &mut Vec<(usize, Choice)>, at: usize) -> Option<i64> {
        let Some(ask) = picture.asks.get(at) else {
            return Some(0);
        };
        let here = ask.held.iter().map(|h| &h.seat);
        let options = here.chain(&ask.choices).map(|c| Some(*c)).chain([None]);
        let mut best = None;
        for option in options
            .filter(|o| allowed(picture, ask, *o))
            .collect::<Vec<_>>()
        {
            let Some(seat) = option else {
                best = best.max(go(picture, seats, at + 1));
                continue;
            };
            if seats
                .iter()
                .all(|other| !clash(picture, *other, (at, seat)))
            {
                seats.push((at, seat));
                best = best.max(go(picture, seats, at + 1).map(|v| v + gain(picture, ask, &seat)));
                seats.pop();
            }
        }
        best
    }
    go(picture, &mut Vec::new(), 0).expect("what is held is a seating")
}

/// Does the steps as a desk would, without those in `refused` and what rests on them; `None` if a
/// step finds a bay taken.
pub(super) fn carry_out(
    picture: &Picture,
    plan: &SeatingPlan,
    refused: &[bool],
) -> Option<Vec<Option<Choice>>> {
    let mut seats: Vec<Option<Choice>> = picture
        .asks
        .iter()
        .map(|a| a.held.map(|h| h.seat))
        .collect();
    let mut done = vec![false; plan.steps.len()];
    for (n, step) in plan.steps.iter().enumerate() {
        assert!(
            step.after.iter().all(|a| *a < n),
            "a step rests on earlier ones"
        );
        done[n] = !refused.get(n).copied().unwrap_or(false) && step.after.iter().all(|a| done[*a]);
        if !done[n] {
            continue;
        }
        for m in &step.moves {
            assert_eq!(seats[m.ask].map(|s| s.bay), m.from);
            seats[m.ask] = None;
        }
        for m in step.moves.iter().filter(|m| m.to.is_some()) {
            let seat = plan.seats[m.ask]?;
            let free = |(n, other): (usize, &Option<Choice>)| {
                other.is_none_or(|o| !clash(picture, (n, o), (m.ask, seat)))
            };
            if Some(seat.bay) != m.to || !seats.iter().enumerate().all(free) {
                return None;
            }
            seats[m.ask] = Some(seat);
        }
    }
    Some(seats)
}
